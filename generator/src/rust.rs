//! The Rust printers: from the contract to a crate.
//!
//! Comes in: the contract. Goes out: a [`Plan`], the last stage that may fail, and from it the files of a crate:
//! types, problems, operations, manifest. Deliberately absent: behaviour. What is the same for every API is in
//! `problemgen-runtime`; a crate that is printed here is data and thin glue.

mod bodies;
mod docs;
mod failures;
mod file;
mod guides;
mod headers;
mod instance;
mod members;
mod mock;
mod mount;
mod names;
mod operations;
mod package;
mod pages;
pub mod plan;
mod print;
mod problems;
pub mod program;
pub mod sample;
mod sequences;
mod server;
#[cfg(test)]
mod tests;
mod types;
mod values;

use std::panic::resume_unwind;
use std::thread;

pub use names::RustName;
pub use plan::{Plan, plan};

use crate::artifact::Artifact;
use crate::config::{Formats, TagFeatures};
use crate::contract::Contract;

/// What the contract cannot say about a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The name of the package, a [valid one](is_package_name); made of the API's title when there is none.
    pub package: Option<String>,
    /// The version of the package.
    pub version: String,
    /// Where the crate finds `problemgen-runtime`.
    pub runtime: Runtime,
    /// A crate, or a module in one.
    pub layout: Layout,
    /// Types that somebody chose for formats.
    pub formats: Formats,
    /// Is there a cargo feature for each tag? Only a package can have some.
    pub tag_features: TagFeatures,
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
            layout: Layout::Package { workspace: false },
            formats: Formats::default(),
            tag_features: TagFeatures::default(),
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

/// What the files are laid out as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// A package of its own: manifest, readme, `src/`.
    Package {
        /// Is it a workspace of its own, too? Cargo then looks no further up for one that it might belong to.
        workspace: bool,
    },
    /// A module tree, `mod.rs` and below, to be mounted anywhere in somebody's crate.
    Module {
        /// The name that its documentation calls it by.
        name: String,
    },
}

/// May a package be called so? Cargo takes ASCII letters, digits, `-` and `_`; a crate of the name also has to be an
/// identifier, and not one that Rust or what is generated uses for another crate.
pub fn is_package_name(name: &str) -> bool {
    const TAKEN: [&str; 7] = ["alloc", "core", "proc_macro", "problemgen_runtime", "std", "test", "_"];
    let krate = name.replace('-', "_");
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && syn::parse_str::<syn::Ident>(&krate).is_ok()
        && !matches!(&*krate, "gen" | "async" | "await" | "dyn" | "try")
        && !TAKEN.contains(&&*krate)
}

/// What a crate that mounts the module tree has to depend on, as lines of its manifest.
pub fn dependencies(options: &Options) -> String {
    let runtime = package::runtime(&options.runtime);
    format!("[dependencies]\nproblemgen-runtime = {{ {runtime} }}\n{}", package::others(&options.formats))
}

/// Prints the crate, or the module tree.
pub fn emit(contract: &Contract, plan: &Plan, options: &Options) -> Vec<Artifact> {
    let printer = print::Printer { contract, plan, command: &options.command, layout: &options.layout };
    // Each printer has some work that does not divide; meanwhile there is that of the others.
    thread::scope(|scope| {
        // They are behind features, which a module tree in somebody's crate has none of.
        let behind_features = matches!(options.layout, Layout::Package { .. }).then(|| {
            scope.spawn(|| {
                let mut artifacts = server::print(&printer);
                artifacts.extend(values::print(&printer));
                artifacts.extend(mock::print(&printer));
                artifacts
            })
        });
        let mut artifacts = match &options.layout {
            Layout::Package { workspace } => vec![
                package::manifest(contract, plan, options, *workspace),
                package::readme(&printer),
                package::library(&printer),
            ],
            Layout::Module { name } => vec![package::module(&printer, name, &dependencies(options))],
        };
        artifacts.push(problems::print(&printer));
        artifacts.extend(types::print(&printer));
        artifacts.extend(failures::print(&printer));
        artifacts.extend(operations::print(&printer));
        artifacts.extend(headers::print(&printer));
        let behind_features =
            behind_features.map(|it| it.join().unwrap_or_else(|panic| resume_unwind(panic)));
        artifacts.extend(behind_features.into_iter().flatten());
        artifacts
    })
}
