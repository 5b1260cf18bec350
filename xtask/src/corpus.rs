//! `corpus`: in comes a folder of documents, out goes a table of what becomes of each. Deliberately absent: anything that
//! knows one of the documents.

mod compile;
mod documents;
pub(crate) mod one;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::compile::{Bench, Compiled, Tool};
use self::one::One;
use self::table::{Check, Outcome, Row};
use crate::Ended;
use crate::limits::Limits;
use crate::repository::{self, shown};
use crate::terminal::{BAD, FAINT, GOOD, HEAD, ODD, complain, count, say, styled, visible};

/// Generate from every document of a folder, each in a process with limits, and say what became of it.
///
/// A document is a file of JSON or YAML whose root says `openapi: 3…`, in the folder or one below. For each there is a row:
/// generated, refused (with the code of the first diagnostic), panicked, timed-out or out-of-memory; the CPU seconds and the
/// largest resident set that it took; the lines of Rust that came out. With `--compile`, what `cargo check` says of the
/// crate: nothing (`clean`), or how often which error or warning, of which the first is shown. The table is also written into
/// `target/corpus`, with all that was said, and what changed since the last run is named.
///
/// Run it in a release build, `cargo run --release -p xtask -- corpus DIR`: seconds are of this program.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes:
  0  every document was generated or refused with a diagnostic, and everything generated compiles without a warning
  1  one panicked, took too much time or memory, or its crate does not compile without a warning
  2  there are no documents, or cargo cannot be used")]
pub(crate) struct Args {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Also check what is generated with rustc; dependencies are compiled once
    #[arg(long)]
    compile: bool,
    /// Also check what is generated with clippy
    #[arg(long)]
    clippy: bool,
    /// Also build the documentation of what is generated, for links that lead nowhere
    #[arg(long)]
    doc: bool,
    /// How many processes run at a time [default: one for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    /// Only documents whose path contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Only documents for which something was to be mended in the last run
    #[arg(long)]
    failed: bool,
    /// The CPU seconds that generating from one document may take, and a tenth of what compiling its crate may take
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,
    /// The MiB of address space that generating from one document may take, and half of what compiling its crate may take
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    memory: u64,
}

impl Args {
    fn tools(&self) -> Vec<Tool> {
        let tools = [(self.compile, Tool::Check), (self.clippy, Tool::Clippy), (self.doc, Tool::Doc)];
        tools.into_iter().filter_map(|(wanted, tool)| wanted.then_some(tool)).collect()
    }

    fn jobs(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, NonZero::get);
        self.jobs.map_or_else(all, NonZero::get)
    }

    fn limits(&self) -> Limits {
        Limits { seconds: self.seconds, memory: self.memory }
    }
}

/// Where the results of a folder are.
#[derive(Debug)]
struct Places {
    table: PathBuf,
    crates: PathBuf,
    logs: PathBuf,
    build: PathBuf,
}

impl Places {
    /// Makes the folders, in the target folder, under the name of the folder of documents.
    fn of(folder: &Path) -> Result<Self, String> {
        let root = repository::settled(&repository::target().join("corpus"));
        let name = repository::settled(folder).file_name().map(|name| name.to_string_lossy().into_owned());
        let results = root.join("results").join(name.unwrap_or_default());
        let places = Self {
            table: results.join("table.tsv"),
            crates: results.join("crates"),
            logs: results.join("logs"),
            build: root.join("build"),
        };
        for folder in [&places.crates, &places.logs] {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", shown(folder)))?;
        }
        Ok(places)
    }

    fn log(&self, row: &str) -> PathBuf {
        self.logs.join(format!("{}.txt", slug(row)))
    }
}

pub(crate) fn run(args: &Args) -> Ended {
    match corpus(args) {
        Ok(ended) => ended,
        Err(why) => {
            complain(format!(
                "{}: {}",
                styled(BAD, "error"),
                why.lines().map(visible).collect::<Vec<_>>().join("\n")
            ));
            Ended::Unusable
        }
    }
}

fn corpus(args: &Args) -> Result<Ended, String> {
    if !Limits::IMPOSED {
        complain(
            "this system imposes no limits on memory and CPU time; only a process that takes very long is ended",
        );
    }
    let places = Places::of(&args.folder)?;
    let before =
        fs::read_to_string(&places.table).ok().and_then(|text| table::read(&text)).unwrap_or_default();
    let before: BTreeMap<String, Row> = before.into_iter().map(|row| (row.name.clone(), row)).collect();
    let names = names(args, &before)?;
    let mut rows = generate(args, &places, &names)?;
    let tools = args.tools();
    let compiled = if tools.is_empty() { BTreeMap::new() } else { compile(args, &places, &rows, &tools)? };
    for row in &mut rows {
        let old = before.get(&row.name);
        match compiled.get(&slug(&row.name)) {
            Some(compiled) if row.outcome == Outcome::Generated => {
                row.check = Some(compiled.check());
                row.check_cost = compiled.cost.or(old.and_then(|old| old.check_cost));
            }
            // What was to be mended is so until the compiler says otherwise.
            _ => row.check = old.filter(|old| old.failed()).and_then(|old| old.check.clone()),
        }
    }
    let run: BTreeSet<&str> = rows.iter().map(|row| &*row.name).collect();
    let partly = args.failed || args.only.is_some();
    let kept = before.values().filter(|row| partly && !run.contains(&*row.name)).cloned();
    let mut all: Vec<Row> = kept.chain(rows.iter().cloned()).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    fs::write(&places.table, table::print(&all))
        .map_err(|error| format!("{}: {error}", shown(&places.table)))?;
    refusals(&rows);
    complaints(&rows, &compiled);
    changes(&rows, &before);
    summary(&rows, &places);
    Ok(if rows.iter().any(Row::failed) { Ended::Drift } else { Ended::Well })
}

/// The names of the documents to run.
fn names(args: &Args, before: &BTreeMap<String, Row>) -> Result<Vec<String>, String> {
    let found = documents::find(&args.folder)?;
    if found.documents.is_empty() {
        return Err(format!("{} has no document of OpenAPI 3", shown(&args.folder)));
    }
    if found.others > 0 {
        complain(format!(
            "{} no document of OpenAPI 3",
            match found.others {
                1 => "1 file is".to_owned(),
                n => format!("{n} files are"),
            }
        ));
    }
    let names = found.documents.iter().map(|path| path.to_string_lossy().replace('\\', "/"));
    let wanted = |name: &String| {
        args.only.as_ref().is_none_or(|only| name.contains(only))
            && (!args.failed || before.get(name).is_some_and(Row::failed))
    };
    Ok(names.filter(wanted).collect())
}

/// Generates from each document, some at a time, and says what became of each when it is known.
fn generate(args: &Args, places: &Places, names: &[String]) -> Result<Vec<Row>, String> {
    /// How long to wait before looking again.
    const PAUSE: Duration = Duration::from_millis(2);
    say(styled(HEAD, table::heading()));
    let mut waiting = names.iter();
    let mut running: Vec<One> = Vec::new();
    let mut rows = Vec::new();
    loop {
        while running.len() < args.jobs() {
            let Some(name) = waiting.next() else { break };
            let (document, out) = (args.folder.join(name), places.crates.join(slug(name)));
            running.push(One::start(name, &document, &out, places.log(name), args.limits())?);
        }
        if running.is_empty() {
            rows.sort_by(|a: &Row, b: &Row| a.name.cmp(&b.name));
            return Ok(rows);
        }
        let mut still = Vec::new();
        for mut one in running {
            match one.ended()? {
                Some(mut row) => {
                    let folder = format!("{}/", args.folder.display());
                    row.says = row.says.strip_prefix(&folder).map_or(row.says.clone(), str::to_owned);
                    say(row.line());
                    rows.push(row);
                }
                None => still.push(one),
            }
        }
        running = still;
        std::thread::sleep(PAUSE);
    }
}

/// Lets the compiler judge every crate, and adds what it says to the log of the document.
fn compile(
    args: &Args,
    places: &Places,
    rows: &[Row],
    tools: &[Tool],
) -> Result<BTreeMap<String, Compiled>, String> {
    let generated = rows.iter().filter(|row| row.outcome == Outcome::Generated);
    let crates: Vec<String> = generated.map(|row| slug(&row.name)).collect();
    complain(styled(FAINT, format!("compiling {}", count(crates.len(), "crate"))));
    let log = places.logs.join("cargo.log");
    let bench = Bench {
        crates: &places.crates,
        target: &places.build,
        log: &log,
        jobs: args.jobs(),
        limits: Limits { seconds: 10 * args.seconds, memory: 2 * args.memory },
    };
    let compiled = bench.judge(&crates, tools)?;
    for (folder, compiled) in &compiled {
        let said: String =
            compiled.said.values().map(|(n, first)| format!("{n} times:\n{first}\n")).collect();
        if !said.is_empty() {
            let path = places.logs.join(format!("{folder}.txt"));
            let mut text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", shown(&path)))?;
            text.push_str(&said);
            fs::write(&path, text).map_err(|error| format!("{}: {error}", shown(&path)))?;
        }
    }
    Ok(compiled)
}

/// A name for files that belong to a document: its path in letters that no system minds. No two paths have the same.
fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') => out.push(c),
            '/' => out.push('+'),
            c => out.push_str(&format!("={:x}=", u32::from(c))),
        }
    }
    out
}

/// Says which documents were refused, by the code of the first diagnostic.
fn refusals(rows: &[Row]) {
    let mut by_code: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.outcome == Outcome::Refused) {
        by_code.entry(row.code.as_deref().unwrap_or_default()).or_default().push(row);
    }
    for (code, rows) in by_code {
        say("");
        say(format!("{}: {}", styled(ODD, format!("refused for {code}")), count(rows.len(), "document")));
        rows.iter().for_each(|row| say(format!("  {}", visible(&row.says))));
    }
}

/// Says what went wrong: in the generator, and in what it generated, by the code of the compiler.
fn complaints(rows: &[Row], compiled: &BTreeMap<String, Compiled>) {
    for row in rows.iter().filter(|row| row.outcome != Outcome::Refused && !row.says.is_empty()) {
        say("");
        say(format!("{} {}", styled(BAD, row.outcome.word()), visible(&row.name)));
        say(format!("  {}", visible(&row.says)));
    }
    let mut by_code: BTreeMap<&str, (usize, Vec<&Row>, &str)> = BTreeMap::new();
    for row in rows {
        for (code, (times, shown)) in compiled.get(&slug(&row.name)).into_iter().flat_map(|one| &one.said) {
            let entry = by_code.entry(code).or_insert_with(|| (0, Vec::new(), shown));
            entry.0 += times;
            entry.1.push(row);
        }
    }
    let died: Vec<&Row> = rows.iter().filter(|row| row.check == Some(Check::Died)).collect();
    if !died.is_empty() {
        say("");
        say(format!("{}: {}", styled(BAD, "rustc ended without a word"), count(died.len(), "crate")));
        died.iter().for_each(|row| say(format!("  {}", visible(&row.name))));
    }
    for (code, (times, rows, first)) in by_code {
        say("");
        say(format!("{}: {times} in {}", styled(BAD, visible(code)), count(rows.len(), "crate")));
        rows.iter().for_each(|row| say(format!("  {}", visible(&row.name))));
        first.lines().for_each(|line| say(format!("    {}", visible(line))));
    }
}

/// Says which documents fared otherwise in the last run.
fn changes(rows: &[Row], before: &BTreeMap<String, Row>) {
    let mut said = false;
    for row in rows {
        let Some(old) = before.get(&row.name).filter(|old| {
            (old.outcome, &old.code) != (row.outcome, &row.code)
                || (row.check.is_some() && old.check != row.check)
        }) else {
            continue;
        };
        if !std::mem::replace(&mut said, true) {
            say("");
            say(styled(HEAD, "Since the last run:"));
        }
        let style = if row.failed() { BAD } else { GOOD };
        let now = styled(style, visible(&row.verdict()));
        say(format!("  {}: {} -> {now}", visible(&row.name), visible(&old.verdict())));
    }
}

fn summary(rows: &[Row], places: &Places) {
    say("");
    let of = |outcome: Outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let generated = of(Outcome::Generated);
    let share = 100.0 * generated as f64 / rows.len().max(1) as f64;
    let others =
        Outcome::ALL.into_iter().skip(1).map(|outcome| format!("{} {}", of(outcome), outcome.word()));
    say(format!(
        "{}: {generated} generated ({share:.1} %), {}",
        count(rows.len(), "document"),
        others.collect::<Vec<_>>().join(", ")
    ));
    let checked = rows.iter().filter(|row| row.check.is_some()).count();
    if checked > 0 {
        let clean = rows.iter().filter(|row| row.check == Some(Check::Clean)).count();
        say(format!("{}: {clean} compile without a warning", count(checked, "crate")));
    }
    let dearest = |of: fn(&Row) -> f64| rows.iter().max_by(|a, b| of(a).total_cmp(&of(b)));
    let seconds = |row: &Row| row.cost.map_or(0.0, |cost| cost.cpu);
    let memory = |row: &Row| row.cost.map_or(0.0, |cost| cost.memory);
    if let (Some(slow), Some(large)) = (dearest(seconds), dearest(memory)) {
        say(format!("slowest: {:.2} s, {}", seconds(slow), visible(&slow.name)));
        say(format!("largest: {:.0} MiB, {}", memory(large), visible(&large.name)));
    }
    say(format!("table: {}", shown(&places.table)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_different_paths_have_different_files() {
        let names = ["a/b.yaml", "a+b.yaml", "a_b.yaml", "a=2b=b.yaml", "ä.yaml", "a b.yaml"];
        let slugs: BTreeSet<String> = names.iter().map(|name| slug(name)).collect();
        assert_eq!(slugs.len(), names.len(), "{slugs:?}");
        assert_eq!(slug("a/b.yaml"), "a+b.yaml");
    }
}
