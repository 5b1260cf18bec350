//! problemgen: from an OpenAPI document to an error contract, its Rust client and its documentation.
//!
//! The modules stand in the order that data flows, and [`read`] and [`generate`] are the script: a [`Contract`] out of a
//! document, [`Artifact`]s out of the contract. [`store`](store::store) puts these into a folder. Every stage adds to one
//! [`Report`]; a stage that gives nothing has said there why.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use config::Config;
use contract::{Contract, Pointer};
use load::{Input, Sources};
use prune::LeftOut;
use report::Report;
use store::Artifact;

pub mod report;

pub mod artifact;

pub mod contract;

pub mod load;

pub mod config;

pub mod overlay;

mod grammar;

pub mod bundle;

pub mod prune;

pub mod downlevel;

pub mod resolve;

pub mod lower;

pub mod check;

pub mod docs;

pub mod catalogue;

pub mod listing;

pub mod changes;

pub mod rust;

pub mod store;

pub mod keep_going;

/// A part of what is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Output {
    /// The crate: types, problems, operations.
    Rust,
    /// `docs/errors.md` and `docs/errors.html`, for people.
    Docs,
    /// [`CATALOGUE`] and its JSON Schema, for programs.
    Catalogue,
    /// `contract.txt`, for reviewers.
    Listing,
}

impl Output {
    /// Every part.
    pub const ALL: [Output; 4] = [Output::Rust, Output::Docs, Output::Catalogue, Output::Listing];
}

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The parts.
    pub outputs: BTreeSet<Output>,
    /// What the crate is called and where it finds its runtime.
    pub rust: rust::Options,
}

impl Default for Options {
    fn default() -> Self {
        Self { outputs: Output::ALL.into(), rust: rust::Options::default() }
    }
}

/// Where the catalogue stands among the artifacts; [`changes::between`] compares two of them.
pub const CATALOGUE: &str = "docs/errors.json";
/// Where the listing stands among the artifacts; [`changes::of_calls`] and [`changes::of_types`] compare two of them.
pub const LISTING: &str = "contract.txt";

/// A document, read.
#[derive(Debug)]
pub struct Read {
    /// What it promises.
    pub contract: Contract,
    /// Its files, for the places of what is refused later.
    pub sources: Sources,
    /// What was left out of it, because the [input](Input::without) said so.
    pub left_out: Vec<LeftOut>,
    /// The types that were chosen for formats; they are the [`rust::Options::formats`] of what is generated.
    pub formats: config::Formats,
    /// Whether there is a cargo feature for each tag; it is the [`rust::Options::tag_features`] of what is generated.
    pub tag_features: config::TagFeatures,
}

/// From a document to the contract, with the [`config`](config::config) that belongs to it. `None` when the report has errors.
pub fn read(spec: &Path, config: &Config, report: &mut Report) -> Option<Read> {
    read_input(&Input::path(spec), config, report)
}

/// The same for an input that is more than a path.
pub fn read_input(input: &Input, config: &Config, report: &mut Report) -> Option<Read> {
    let sources = load::load_input(input, report)?;
    let sources = overlay::overlay(sources, input, report)?;
    let mut document = bundle::bundle(sources, report)?;
    let left_out = if input.without.is_empty() { Vec::new() } else { prune::prune(&mut document) };
    let document = downlevel::downlevel(document, report)?;
    let resolved = resolve::resolve(document, report)?;
    let contract = lower::lower(&resolved, config, report)?;
    check::check(&contract, &resolved.sources, report)?;
    let (formats, tag_features) = (config.formats.clone(), config.tag_features);
    Some(Read { contract, sources: resolved.sources, left_out, formats, tag_features })
}

/// From the contract to the files. `None` when the report has errors.
pub fn generate(read: &Read, options: &Options, report: &mut Report) -> Option<Vec<Artifact>> {
    let contract = &read.contract;
    let locate = |at: &Pointer| read.sources.place(at, load::Part::Value);
    let rust = rust::Options {
        formats: read.formats.clone(),
        tag_features: read.tag_features,
        ..options.rust.clone()
    };
    let left_out = &read.left_out;
    thread::scope(|scope| {
        // What is not Rust waits for nobody.
        let others = scope.spawn(|| {
            let rows = docs::rows::rows(contract);
            let others =
                options.outputs.iter().flat_map(|output| written(*output, contract, left_out, &rows));
            others.collect::<Vec<_>>()
        });
        let plan = rust::plan(contract, &rust, &locate, report)?;
        let mut artifacts = match options.outputs.contains(&Output::Rust) {
            true => rust::emit(contract, &plan, &rust),
            false => Vec::new(),
        };
        artifacts.extend(others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        Some(artifacts)
    })
}

/// The files of a part that is not Rust.
fn written(
    output: Output,
    contract: &Contract,
    left_out: &[LeftOut],
    rows: &docs::rows::Rows<'_>,
) -> Vec<Artifact> {
    match output {
        Output::Rust => Vec::new(),
        Output::Docs => vec![
            Artifact::new("docs/errors.md", docs::markdown::print(rows)),
            Artifact::new("docs/errors.html", docs::html::print(rows)),
        ],
        Output::Catalogue => vec![
            Artifact::new(CATALOGUE, catalogue::print(contract, rows)),
            Artifact::new(format!("docs/{}", catalogue::SCHEMA_FILE), catalogue::SCHEMA),
        ],
        Output::Listing => {
            let left_out = left_out.iter().map(|it| it.what.as_str());
            let listing = listing::print(contract) + &listing::left_out(left_out);
            vec![Artifact::new(LISTING, listing)]
        }
    }
}

/// Every table of diagnostic codes, one for each stage that can refuse something.
pub const DIAGNOSTICS: &[&[report::Code]] = &[
    load::codes::TABLE,
    config::codes::TABLE,
    overlay::codes::TABLE,
    bundle::codes::TABLE,
    downlevel::codes::TABLE,
    resolve::codes::TABLE,
    lower::codes::TABLE,
    check::codes::TABLE,
    rust::plan::codes::TABLE,
    store::codes::TABLE,
];

/// The explanation of a diagnostic code such as `L002`, in any case.
pub fn explain(code: &str) -> Option<report::Code> {
    DIAGNOSTICS.iter().copied().flatten().copied().find(|known| known.code.eq_ignore_ascii_case(code))
}
