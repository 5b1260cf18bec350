//! `codegen`: in comes a document, out goes what is generated from it, or what is out of date. Deliberately absent: how
//! anything is generated, compared or written; that is the library's.

mod command;
mod memory;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use problemgen::changes;
use problemgen::config;
use problemgen::keep_going;
use problemgen::load::{Fetch, Input};
use problemgen::prune::LeftOut;
use problemgen::report::{Paint, Report, Severity};
use problemgen::rust::{self, Layout};
use problemgen::store::{self, Artifact, ChangeKind, Mode, Outcome, Scope};
use problemgen::{CATALOGUE, LISTING, Options, Output};

use self::memory::Memory;
use crate::repository::{self, shown};
use crate::terminal::{BAD, FAINT, GOOD, HEAD, ODD, complain, count, say, styled, visible};
use crate::{Ended, layout, remote};

/// Generate the crate, the documentation, the catalogue and the listing of a document, or check that they are current.
///
/// Without `--check`, makes the output folder what the document says: changed and missing files are written, files that
/// nothing generates are removed, and what was done is listed. The folder is replaced as a whole, so that it holds the
/// old output or the new one and never a mix. A folder that was not generated is refused.
///
/// The folder remembers how it was generated: `--out DIR` alone does the same again, and the name and the kind of the output
/// stay where they are not given.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = crate::EXIT_CODES)]
pub(crate) struct Args {
    /// Write nothing; say what changed in the contract and which files are stale, missing, orphaned or edited by hand
    #[arg(long)]
    check: bool,
    /// The OpenAPI document; name the folder of its output too [default: the one that the folder was generated from]
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// Settings [default: problemgen.toml beside the document, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder to generate into [default: this repository's generated/]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The name of the generated crate [default: the one that it has, else made of the title of the API]
    #[arg(long, value_name = "NAME", value_parser = layout::package_name)]
    crate_name: Option<String>,
    /// Generate a module tree to mount in a crate of yours, in place of a crate; `mod` names it by the folder of --out
    #[arg(long, requires = "out", conflicts_with = "crate_name")]
    module: bool,
    /// An OpenAPI Overlay document to lay over the document; several are carried out in their order
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Follow references by http and https, which are refused otherwise: the output then depends on who answers
    #[arg(long)]
    allow_remote: bool,
    /// Leave out what cannot be generated, and what needs it, and say so; the rest is generated, and it is a success
    #[arg(long)]
    keep_going: bool,
    /// Take warnings for errors: write nothing, compare nothing, and exit 2 if there is one
    #[arg(long)]
    deny_warnings: bool,
    /// Generate only some of the output, and leave the other files as they are
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_enum)]
    only: Vec<Only>,
}

/// A part of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// The crate: Cargo.toml, README.md and src/
    Rust,
    /// docs/errors.md and docs/errors.html
    Docs,
    /// docs/errors.json and its schema, for programs
    Catalogue,
    /// contract.txt, for reviewers
    Listing,
}

impl From<Only> for Output {
    fn from(only: Only) -> Self {
        match only {
            Only::Rust => Output::Rust,
            Only::Docs => Output::Docs,
            Only::Catalogue => Output::Catalogue,
            Only::Listing => Output::Listing,
        }
    }
}

pub(crate) fn run(args: &Args) -> Ended {
    let out = args.out.clone().unwrap_or_else(repository::generated);
    let mut report = Report::new();
    let Plan { args: whole, spec, marker, mut rust, before } = match plan(args, &out) {
        Ok(plan) => plan,
        Err(why) => {
            complain(format!("{}: {}", styled(BAD, "error"), visible(&why)));
            return Ended::Unusable;
        }
    };
    let done = generate(&whole, &spec, &out, &mut rust, marker, &mut report);
    complain_of(&report);
    let Some(Done { sentences, outcome, left_out }) = done else {
        if denied(args, &report) && report.errors() == 0 {
            let warnings = count(report.warnings(), "warning");
            complain(format!("{}: {warnings}, and --deny-warnings takes none", styled(BAD, "error")));
        }
        if !whole.keep_going && hides_more(&report) {
            complain(
                "What later stages would refuse is not known yet: `--keep-going` shows all of it at once, and generates the rest",
            );
        }
        return Ended::Unusable;
    };
    contract(sentences.as_deref(), &out, args.check.then_some(&outcome));
    incomplete(&left_out);
    if args.check {
        return checked(args, &outcome, &spec, &out, &before);
    }
    written(&outcome, &out);
    if let (Layout::Module { name }, false) = (&rust.layout, outcome.changes.is_empty()) {
        mounting(name, &out, &rust::dependencies(&rust));
    }
    Ended::Well
}

/// A run, with what the folder remembers of the last one.
struct Plan {
    args: Args,
    spec: PathBuf,
    /// What the folder is to remember.
    marker: Artifact,
    rust: rust::Options,
    /// The flags by which the run differs from what the folder remembers.
    before: Vec<&'static str>,
}

/// What is to be done; or why it cannot be.
fn plan(args: &Args, out: &Path) -> Result<Plan, String> {
    // Whoever says what to generate needs no memory; the marker is then stale.
    let known = match (Memory::read(out), &args.spec) {
        (Err(_), Some(_)) => Memory::default(),
        (read, _) => read?,
    };
    let own = repository::same(out, &repository::generated());
    let whole = known.clone().complete(args, out);
    let spec = match &whole.spec {
        Some(spec) => spec.clone(),
        None if own => repository::spec(),
        None => {
            return Err(format!(
                "{} does not say which document it is generated from: name that with --spec",
                shown(out)
            ));
        }
    };
    let memory = Memory::of(&whole, &spec, out);
    let before = if known == Memory::default() { Vec::new() } else { known.differences(&memory) };
    let rust = rust_options(&whole, out)?;
    Ok(Plan { marker: memory.artifact()?, args: whole, spec, rust, before })
}

/// What the crate or the tree is called, where it finds its runtime, how it is laid out; or why it cannot be.
fn rust_options(args: &Args, out: &Path) -> Result<rust::Options, String> {
    let layout = if args.module { layout::module(out)? } else { layout::package(out) };
    let package = match &layout {
        Layout::Module { name } => Some(name.clone()),
        Layout::Package { .. } => args.crate_name.clone(),
    };
    let runtime = layout::runtime(out, &layout);
    let command = command::command(out, &layout);
    Ok(rust::Options { package, runtime, layout, command, ..Default::default() })
}

/// Says what to do with a module tree, each step once it is needed: where to declare it, and what the crate depends on.
fn mounting(name: &str, out: &Path, dependencies: &str) {
    let manifest =
        layout::manifest_above(out).map_or("the Cargo.toml of your crate".to_owned(), |it| shown(&it));
    say("");
    say("What is left to do, unless it is done:");
    say(format!("  1. write {} into {}", styled(HEAD, format!("mod {name};")), layout::beside(out)));
    say(format!("  2. write what it runs on into {manifest}:"));
    dependencies.lines().for_each(|line| say(format!("       {}", visible(line))));
    say(format!("  3. begin with the example at the top of {}", shown(&out.join("mod.rs"))));
}

/// What came of a run.
struct Done {
    /// What changed in the contract, when there is an earlier one.
    sentences: Option<Vec<changes::Change>>,
    outcome: Outcome,
    left_out: Vec<LeftOut>,
}

/// A document with what is laid over it.
pub(crate) fn input(spec: &Path, overlays: &[PathBuf], allow_remote: bool) -> Input {
    let fetch = allow_remote.then(|| Fetch::new(remote::get));
    Input { fetch, overlays: overlays.to_vec(), ..Input::path(spec) }
}

/// What changed in the contract, and in the files. Nothing if the report says why not.
fn generate(
    args: &Args,
    spec: &Path,
    out: &Path,
    rust: &mut rust::Options,
    marker: Artifact,
    report: &mut Report,
) -> Option<Done> {
    let config = config::config(args.config.as_deref(), spec, report)?;
    let input = input(spec, &args.overlay, args.allow_remote);
    let outputs: BTreeSet<Output> = match args.only.is_empty() {
        true => Output::ALL.into(),
        false => args.only.iter().copied().map(Output::from).collect(),
    };
    let options = Options { outputs, rust: rust.clone() };
    let (read, mut artifacts) = match args.keep_going {
        true => keep_going::generate(input, &config, &options, report)?,
        false => {
            let read = problemgen::read_input(&input, &config, report)?;
            let artifacts = problemgen::generate(&read, &options, report)?;
            (read, artifacts)
        }
    };
    if denied(args, report) {
        return None;
    }
    let scope = if args.only.is_empty() { Scope::Whole } else { Scope::Part };
    let mode = if args.check { Mode::Check } else { Mode::Write };
    let sentences = sentences(&artifacts, out);
    artifacts.push(marker);
    let outcome = store::store(&artifacts, out, scope, mode, report)?;
    rust.formats = read.formats;
    Some(Done { sentences, outcome, left_out: read.left_out })
}

/// The first letters of the codes of stages behind which others would still find errors, and whose errors are in parts that can
/// be left out.
const EARLY: [char; 5] = ['B', 'D', 'R', 'P', 'C'];

/// Can there be errors that nobody has looked for yet?
fn hides_more(report: &Report) -> bool {
    let errors = report.diagnostics().into_iter().filter(|it| it.severity == Severity::Error);
    let codes: Vec<&str> = errors.map(|it| it.code.code).collect();
    !codes.is_empty() && codes.iter().all(|code| code.starts_with(EARLY))
}

/// Are there warnings that the run does not take?
fn denied(args: &Args, report: &Report) -> bool {
    args.deny_warnings && report.warnings() > 0
}

/// Says what was left out.
fn incomplete(left_out: &[LeftOut]) {
    if left_out.is_empty() {
        return;
    }
    let operations = left_out.iter().filter(|it| it.operation).count();
    let others = left_out.len() - operations;
    let counts = [(operations, "operation"), (others, "other part")];
    let counts = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(n, what));
    say(styled(ODD, format!("Left out ({}):", counts.collect::<Vec<_>>().join(", "))));
    left_out.iter().for_each(|it| say(format!("  {}", visible(&it.what))));
    say("");
}

/// What changed from the catalogue and the listing in `out` to the new ones, as far as both are there.
fn sentences(artifacts: &[Artifact], out: &Path) -> Option<Vec<changes::Change>> {
    let both = |path: &str| {
        let new = artifacts.iter().find(|artifact| artifact.path == path)?;
        let new = std::str::from_utf8(&new.contents).ok()?;
        Some((fs::read_to_string(out.join(path)).ok()?, new))
    };
    let errors = both(CATALOGUE).map(|(old, new)| changes::between(&old, new));
    let rest = both(LISTING).map(|(old, new)| {
        let calls = changes::of_calls(&old, new);
        calls.into_iter().chain(changes::of_types(&old, new)).collect::<Vec<_>>()
    });
    match (errors, rest) {
        (None, None) => None,
        (errors, rest) => Some(errors.into_iter().chain(rest).flatten().collect()),
    }
}

/// Prints every diagnostic, and how many there were.
pub(crate) fn complain_of(report: &Report) {
    let text = report.render(Paint::Colour);
    if !text.is_empty() {
        complain(text.trim_end());
        complain("");
    }
    let (errors, warnings) = (report.errors(), report.warnings());
    match (errors, warnings) {
        (0, 0) => {}
        (0, _) => complain(format!("{}: {}", styled(ODD, "warning"), count(warnings, "warning"))),
        (_, 0) => complain(format!("{}: {}", styled(BAD, "error"), count(errors, "error"))),
        _ => complain(format!(
            "{}: {}, {}",
            styled(BAD, "error"),
            count(errors, "error"),
            count(warnings, "warning")
        )),
    }
}

/// How many files are named where all are shown below.
const NAMED: usize = 5;

/// Says what changed in the contract; and that nothing did, where a check found something else.
fn contract(sentences: Option<&[changes::Change]>, out: &Path, checked: Option<&Outcome>) {
    match (sentences, checked) {
        (Some([]), Some(outcome)) if !outcome.changes.is_empty() => {
            let differing = &outcome.changes;
            let named = differing.iter().take(NAMED).map(|change| shown(&out.join(&change.path)));
            let named = named.collect::<Vec<_>>().join(", ");
            let more = match differing.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            say(format!("Not up to date: {named}{more}."));
            if differing.iter().any(|change| change.path == LISTING) {
                say(format!("What differs in {LISTING} is below; there is no sentence for it."));
            } else {
                say(format!(
                    "No fact in {LISTING} changed: somebody edited a file by hand, another version of the"
                ));
                say(
                    "generator wrote it, or the document has other descriptions, examples or limits of values.",
                );
            }
        }
        (None | Some([]), _) => return,
        (Some(sentences), _) => {
            say(styled(HEAD, "The contract changed:"));
            for sentence in sentences {
                let style = if sentence.effect == changes::Effect::Breaking { BAD } else { GOOD };
                say(format!("  {}", styled(style, visible(&sentence.to_string()))));
            }
        }
    }
    say("");
}

fn written(outcome: &Outcome, out: &Path) {
    for change in &outcome.changes {
        let verb = match change.kind {
            ChangeKind::Stale => styled(GOOD, "updated"),
            ChangeKind::Missing => styled(GOOD, "created"),
            ChangeKind::Orphan => styled(ODD, "removed"),
        };
        say(format!("{verb} {}", shown(&out.join(&change.path))));
    }
    let out = shown(out);
    if outcome.changes.is_empty() {
        say(format!("{out} is up to date ({})", count(outcome.unchanged, "file")));
    } else {
        say(format!(
            "{out}: {}, {} unchanged",
            tally(outcome, ["updated", "created", "removed"]),
            outcome.unchanged
        ));
    }
}

fn checked(args: &Args, outcome: &Outcome, spec: &Path, out: &Path, before: &[&str]) -> Ended {
    if outcome.changes.is_empty() {
        say(format!("{} is up to date ({})", shown(out), count(outcome.unchanged, "file")));
        return Ended::Well;
    }
    for change in &outcome.changes {
        let kind = match change.kind {
            ChangeKind::Stale => "stale",
            ChangeKind::Missing => "missing",
            ChangeKind::Orphan => "orphan",
        };
        say(format!("{} {}", styled(BAD, kind), shown(&out.join(&change.path))));
        if let Some(note) = &change.note {
            say(format!("  {note}"));
        }
        diff(&change.diff);
    }
    say("");
    say(format!(
        "{}: {} is not what {} says: {}",
        styled(BAD, "error"),
        shown(out),
        shown(spec),
        tally(outcome, ["stale", "missing", "orphan"])
    ));
    if !before.is_empty() {
        say(format!(
            "It was generated with another {}: {} checks it against what it was generated from",
            before.join(", "),
            styled(HEAD, command::again(args))
        ));
    }
    say(format!("To bring it up to date, run: {}", styled(HEAD, command::cure(args))));
    Ended::Drift
}

/// Prints a diff, whose text may be anything.
fn diff(text: &str) {
    for line in text.split_terminator('\n') {
        let style = match line.as_bytes().first() {
            Some(b'+') => GOOD,
            Some(b'-') => BAD,
            Some(b'@') => FAINT,
            _ => anstyle::Style::new(),
        };
        // Tabs do no harm, and are common in what is compared.
        let cells: Vec<_> = line.split('\t').map(visible).collect();
        say(styled(style, cells.join("\t")));
    }
}

/// `2 stale, 1 orphan`.
fn tally(outcome: &Outcome, words: [&str; 3]) -> String {
    let kinds = [ChangeKind::Stale, ChangeKind::Missing, ChangeKind::Orphan];
    let counts = kinds.map(|kind| outcome.changes.iter().filter(|change| change.kind == kind).count());
    let named = counts.iter().zip(words).filter(|(n, _)| **n > 0).map(|(n, word)| format!("{n} {word}"));
    named.collect::<Vec<_>>().join(", ")
}
