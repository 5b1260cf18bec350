//! The verbs of the repository: `cargo xtask VERB`. Each is a thin layer over the library `problemgen`; what a verb
//! means is written in its help.

mod bench_compile;
mod ci;
mod codegen;
mod corpus;
mod explain;
mod fuzz;
mod judges;
mod layout;
mod limits;
mod peers;
mod remote;
mod repository;
mod roundtrip;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tokens and documents are very many small allocations. A build for development is not made to be fast, and there a lack
/// of memory ends mimalloc by a signal, where it should be told.
#[cfg(not(debug_assertions))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit codes, as `--help` explains them.
const EXIT_CODES: &str = "\
Exit codes:
  0  all is well
  1  drift: the output is not what the document says; or, of `ci`, a step failed
  2  the document cannot be used (with --deny-warnings: has warnings), or the command was not understood

Colours are used on a terminal only; NO_COLOR=1 turns them off there too.";

/// From an OpenAPI document to an error contract in Rust: the verbs of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Codegen(codegen::Args),
    Explain(explain::Args),
    Ci(ci::Args),
    Fuzz(fuzz::Args),
    BenchCompile(bench_compile::Args),
    Peers(peers::Args),
    Roundtrip(roundtrip::Args),
    Corpus(corpus::Args),
    #[command(hide = true)]
    CorpusOne(corpus::one::Args),
}

fn main() -> ExitCode {
    if let Some(ended) = bench_compile::wrap() {
        return ended;
    }
    let ended = match Cli::parse().verb {
        Verb::Codegen(args) => codegen::run(&args),
        Verb::Explain(args) => explain::run(&args),
        Verb::Ci(args) => ci::run(&args),
        Verb::Fuzz(args) => fuzz::run(&args),
        Verb::BenchCompile(args) => bench_compile::run(&args),
        Verb::Peers(args) => peers::run(&args),
        Verb::Roundtrip(args) => roundtrip::run(&args),
        Verb::Corpus(args) => corpus::run(&args),
        Verb::CorpusOne(args) => corpus::one::run(&args),
    };
    ended.into()
}

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// All is well.
    Well,
    /// The output is not what the document says, or a step failed.
    Drift,
    /// The document or the command cannot be used.
    Unusable,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        ExitCode::from(match ended {
            Ended::Well => 0,
            Ended::Drift => 1,
            Ended::Unusable => 2,
        })
    }
}
