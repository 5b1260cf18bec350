//! The Rust printers: from the contract to a crate.
//!
//! Comes in: the contract. Goes out: a [`Plan`], the last stage that may fail, and from it the files of a crate:
//! types, problems, operations, manifest. Deliberately absent: behaviour. What is the same for every API is in
//! `problemgen-runtime`; a crate that is printed here is data and thin glue.

mod docs;
mod names;
mod operations;
mod package;
pub mod plan;
mod print;
mod problems;
pub mod program;
pub mod sample;
#[cfg(test)]
mod tests;
mod types;

pub use names::RustName;
pub use plan::{Plan, plan};

use crate::artifact::Artifact;
use crate::contract::Contract;

/// What the contract cannot say about a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The name of the package; the API's title when there is none.
    pub package: Option<String>,
    /// The version of the package.
    pub version: String,
    /// Where the crate finds `problemgen-runtime`.
    pub runtime: Runtime,
    /// What prints the crate again; it stands in the first line of every file.
    pub command: String,
    /// An SPDX expression.
    pub license: Option<String>,
    /// May the package be published?
    pub publish: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            package: None,
            version: "0.1.0".to_owned(),
            runtime: Runtime::Version(env!("CARGO_PKG_VERSION").to_owned()),
            command: "cargo xtask codegen".to_owned(),
            license: None,
            publish: false,
        }
    }
}

/// Where the crate finds `problemgen-runtime`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// In a folder, relative to the crate.
    Path(String),
    /// In the registry, from this version on.
    Version(String),
}

/// Prints the crate.
pub fn emit(contract: &Contract, plan: &Plan, options: &Options) -> Vec<Artifact> {
    let printer = print::Printer { contract, plan, command: &options.command };
    let mut artifacts = vec![
        package::manifest(contract, plan, options),
        package::readme(&printer),
        package::library(&printer),
        problems::print(&printer),
        types::print(&printer),
    ];
    artifacts.extend(operations::print(&printer));
    artifacts
}
