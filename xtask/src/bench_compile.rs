//! `bench-compile`: what the generated crate costs those who compile it. In comes the crate and its document, out goes a
//! table of CPU seconds and peak memory of the `rustc` runs for it and for a program that calls every operation. Deliberately
//! absent: wall-clock time, which says more about the machine's other work than about the crate.
//!
//! Cargo runs `rustc` through this very program ([`wrap`]), which asks the system what its child used: CPU time in user and system
//! mode and the largest resident set, of `rustc` and of the linker that it starts.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use problemgen::config;
use problemgen::load::Part;
use problemgen::report::Report;
use problemgen::rust::{self, program};

use crate::Ended;
use crate::codegen::complain_of;
use crate::limits::{Cost, Limits, children};
use crate::repository::{self, cargo, shown};
use crate::terminal::{BAD, FAINT, complain, say, styled};

/// Where the wrapper writes what it measured. That it is set makes this program the wrapper.
pub(crate) const LOG: &str = "PROBLEMGEN_RUSTC_LOG";

/// What the log calls a run that compiles no crate.
const NAMELESS: &str = "-";

/// What each run of `rustc` may use, if there is a limit.
pub(crate) const LIMITS: &str = "PROBLEMGEN_RUSTC_LIMITS";

/// Measure what the generated crate costs to compile.
///
/// Writes a program that calls every operation of the crate, and runs `cargo check` and a release build of it in a target
/// folder of its own. Each `rustc` run for the program, for the crate and for what else comes from a folder (the runtime) is
/// measured; other dependencies are compiled before and not counted. CPU seconds are user plus system time, with the
/// linker's; memory is the largest resident set. Builds are not incremental. The table, in Markdown, has the median of
/// several runs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often each is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// The folder of the crate [default: this repository's generated/]
    #[arg(long = "crate", value_name = "DIR")]
    package: Option<PathBuf>,
    /// The document that it was generated from [default: this repository's spec/openapi.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

/// What is measured.
#[derive(Debug)]
struct Subject {
    /// The manifest of the program.
    manifest: PathBuf,
    /// The packages that come from folders, by name, the program and the crate left out.
    others: Vec<String>,
    /// The package of the crate.
    package: String,
    operations: usize,
    codes: usize,
    lines: Lines,
}

/// The size of source text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lines {
    all: usize,
    /// Neither blank nor a comment.
    code: usize,
}

pub(crate) fn run(args: &Args) -> Ended {
    let target = repository::target().join("bench-compile");
    let mut report = Report::new();
    let subject = subject(args, &target, &mut report);
    complain_of(&report);
    let table = subject.and_then(|subject| {
        let measured = |command: &str, profile: &str| measure(&subject, &target, command, profile, args.runs);
        table(&subject, &[measured("check", "dev")?, measured("build", "release")?])
    });
    match table {
        Ok(table) => {
            say(table);
            Ended::Well
        }
        Err(why) => {
            complain(format!("{}: {why}", styled(BAD, "error")));
            Ended::Unusable
        }
    }
}

/// Writes the program, and finds out what it is made of.
fn subject(args: &Args, target: &Path, report: &mut Report) -> Result<Subject, String> {
    if !cfg!(unix) {
        return Err("this system does not say what a finished process used; run it on Linux or macOS".into());
    }
    let krate = args.package.clone().unwrap_or_else(repository::generated);
    let krate = fs::canonicalize(&krate).map_err(|error| format!("{}: {error}", shown(&krate)))?;
    let spec = args.spec.clone().unwrap_or_else(repository::spec);
    let caller = target.join("caller");
    let unusable = || format!("{} cannot be used", shown(&spec));
    let config = config::config(None, &spec, report).ok_or_else(unusable)?;
    let read = problemgen::read(&spec, &config, report).ok_or_else(unusable)?;
    let locate = |at: &_| read.sources.place(at, Part::Value);
    let options = rust::Options { formats: read.formats.clone(), ..rust::Options::default() };
    let plan = rust::plan(&read.contract, &options, &locate, report).ok_or_else(unusable)?;
    for artifact in program::program(&read.contract, &plan, &read.formats, &krate.to_string_lossy()) {
        let path = caller.join(&artifact.path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| fs::write(&path, &artifact.contents))
            .map_err(|error| format!("{}: {error}", shown(&path)))?;
    }
    lock(&krate, &caller)?;
    let manifest = caller.join("Cargo.toml");
    let mut others = local(&manifest)?;
    others.retain(|package| *package != plan.package && package != program::PACKAGE);
    Ok(Subject {
        manifest,
        others,
        package: plan.package,
        operations: read.contract.operations.len(),
        codes: read.contract.families.iter().map(|family| family.codes.len()).sum(),
        lines: lines(&krate.join("src")).map_err(|error| format!("{}: {error}", shown(&krate)))?,
    })
}

/// Gives the program the versions of dependencies that the crate is developed with, if these are known.
fn lock(krate: &Path, caller: &Path) -> Result<(), String> {
    let mut locate =
        cargo(&["locate-project", "--workspace", "--message-format", "plain", "--manifest-path"]);
    let workspace = PathBuf::from(output(locate.arg(krate.join("Cargo.toml")))?.trim());
    let (from, to) = (workspace.with_file_name("Cargo.lock"), caller.join("Cargo.lock"));
    if !from.is_file() {
        return Ok(());
    }
    fs::copy(&from, &to).map(drop).map_err(|error| format!("{}: {error}", shown(&to)))
}

/// The packages that the program is made of and that come from folders.
fn local(manifest: &Path) -> Result<Vec<String>, String> {
    let mut tree =
        cargo(&["tree", "--prefix", "none", "--edges", "normal", "--format", "{p}", "--manifest-path"]);
    let text = output(tree.arg(manifest))?;
    // A package from a folder is printed as `name v0.1.0 (/the/folder)`, one from a registry without the folder.
    let local = text.lines().filter(|line| line.contains("(/"));
    let mut packages: Vec<String> =
        local.filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
    packages.sort();
    packages.dedup();
    Ok(packages)
}

/// The Rust in a folder and the folders in it.
fn lines(folder: &Path) -> std::io::Result<Lines> {
    let mut sum = Lines::default();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let lines = if path.is_dir() {
            lines(&path)?
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            size(&fs::read_to_string(&path)?)
        } else {
            continue;
        };
        sum = Lines { all: sum.all + lines.all, code: sum.code + lines.code };
    }
    Ok(sum)
}

fn size(text: &str) -> Lines {
    let code = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//"));
    Lines { all: text.lines().count(), code: code.count() }
}

/// What each crate cost in one of Cargo's commands, by the name that `rustc` knows it by: the medians.
fn measure(
    subject: &Subject,
    target: &Path,
    command: &str,
    profile: &str,
    runs: u8,
) -> Result<BTreeMap<String, Cost>, String> {
    let this = env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
    let log = target.join("rustc.log");
    let mut costs: BTreeMap<String, Vec<Cost>> = BTreeMap::new();
    let cargo = |arguments: &[&str]| {
        let mut cargo = cargo(arguments);
        cargo.args(["--quiet", "--profile", profile, "--manifest-path"]).arg(&subject.manifest);
        cargo.arg("--target-dir").arg(target);
        cargo
    };
    // The first run compiles the dependencies.
    for n in 0..=runs {
        let what = if n == 0 { "dependencies".to_owned() } else { format!("run {n}") };
        complain(styled(FAINT, format!("{command}: {what}")));
        let mut clean = cargo(&["clean"]);
        for package in subject.packages() {
            clean.args(["--package", package]);
        }
        succeed(&mut clean)?;
        fs::write(&log, "").map_err(|error| format!("{}: {error}", shown(&log)))?;
        let mut build = cargo(&[command]);
        succeed(build.env("RUSTC_WRAPPER", &this).env(LOG, &log).env("CARGO_INCREMENTAL", "0"))?;
        let text = fs::read_to_string(&log).map_err(|error| format!("{}: {error}", shown(&log)))?;
        for (name, cost) in text.lines().filter_map(read).filter(|_| n > 0) {
            costs.entry(name).or_default().push(cost);
        }
    }
    Ok(costs.into_iter().filter_map(|(name, costs)| Some((name, median(&costs)?))).collect())
}

impl Subject {
    /// Every package that is measured, in the order of the table.
    fn packages(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(String::as_str).chain([self.package.as_str(), program::PACKAGE])
    }
}

/// The table, in Markdown, and what it is about.
fn table(subject: &Subject, costs: &[BTreeMap<String, Cost>; 2]) -> Result<String, String> {
    let cost = |package: &str| {
        let found = costs.each_ref().map(|costs| costs.get(&package.replace('-', "_")).copied());
        let [Some(check), Some(build)] = found else {
            return Err(format!("cargo did not compile {package}"));
        };
        Ok([check, build])
    };
    let both = cost(&subject.package)?
        .into_iter()
        .zip(cost(program::PACKAGE)?)
        .map(|(a, b)| Cost { cpu: a.cpu + b.cpu, memory: a.memory.max(b.memory) })
        .collect::<Vec<_>>();
    let row = |name: &str, cells: [String; 4]| {
        let [a, b, c, d] = cells;
        format!("| {name:34} | {a:>11} | {b:>9} | {c:>13} | {d:>11} |")
    };
    let cells = |costs: &[Cost]| {
        let mut cells =
            costs.iter().flat_map(|cost| [format!("{:.2}", cost.cpu), format!("{:.0}", cost.memory)]);
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    };
    let heads = ["check CPU s", "check MiB", "release CPU s", "release MiB"];
    let mut rows = vec![row("crate", heads.map(str::to_owned))];
    rows.push(format!("|{:-<36}|{:->12}:|{:->10}:|{:->14}:|{:->12}:|", "", "", "", "", ""));
    for package in subject.packages() {
        rows.push(row(package, cells(&cost(package)?)));
    }
    rows.push(row(&format!("{} + program", subject.package), cells(&both)));
    let mut each =
        both.iter().map(|cost| format!("{:.1} ms", cost.cpu * 1e3 / subject.operations.max(1) as f64));
    let mut each = || each.next().unwrap_or_default();
    rows.push(row("the same per operation", [each(), String::new(), each(), String::new()]));
    let Subject { package, operations, codes, lines: Lines { all, code }, .. } = subject;
    rows.push(format!(
        "\n{package}: {operations} operations, {codes} codes, {all} lines of Rust ({code} without comments and blank lines)."
    ));
    Ok(rows.join("\n"))
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn succeed(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(error) => Err(format!("{command:?} cannot be run: {error}")),
    }
}

/// A line of the log: crate, CPU seconds, MiB.
pub(crate) fn read(line: &str) -> Option<(String, Cost)> {
    let mut words = line.split(' ');
    let name = words.next()?.to_owned();
    let cost = Cost { cpu: words.next()?.parse().ok()?, memory: words.next()?.parse().ok()? };
    Some((name, cost))
}

/// The median of each number by itself.
pub(crate) fn median(costs: &[Cost]) -> Option<Cost> {
    let middle = |of: fn(&Cost) -> f64| {
        let mut numbers: Vec<f64> = costs.iter().map(of).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied()
    };
    Some(Cost { cpu: middle(|cost| cost.cpu)?, memory: middle(|cost| cost.memory)? })
}

/// A command whose program runs under [`wrap`]: that comes as the first argument.
pub(crate) fn through_wrapper(log: &Path) -> Result<Command, String> {
    let this = env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
    let mut command = Command::new(this);
    command.env(LOG, log);
    Ok(command)
}

/// Runs as Cargo's `RUSTC_WRAPPER` if it was started as such: runs `rustc` and notes what it used.
pub(crate) fn wrap() -> Option<ExitCode> {
    let log = env::var_os(LOG)?;
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next()?;
    let arguments: Vec<OsString> = arguments.collect();
    let imposed = env::var(LIMITS).map_or(Ok(()), |limits| limits.parse().and_then(Limits::impose));
    let mut command = Command::new(&rustc);
    // What is run may be this very program.
    command.args(&arguments).env_remove(LOG);
    let mut run = || command.status().map_err(|error| error.to_string());
    let status = match imposed.and_then(|()| run()) {
        Ok(status) => status,
        Err(error) => {
            complain(format!("{}: {}: {error}", styled(BAD, "error"), rustc.display()));
            return Some(ExitCode::FAILURE);
        }
    };
    let name = arguments.iter().skip_while(|argument| *argument != "--crate-name").nth(1);
    let name = name.map_or_else(|| NAMELESS.into(), |name| name.display().to_string());
    if let Some(cost) = children() {
        let line = format!("{name} {} {}\n", cost.cpu, cost.memory);
        let file = fs::OpenOptions::new().append(true).open(log);
        // A line that is missing is noticed by the reader.
        drop(file.and_then(|mut file| std::io::Write::write_all(&mut file, line.as_bytes())));
    }
    Some(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_log_and_takes_medians() {
        let costs: Vec<Cost> = ["a 3 10", "a 1 30.5", "a 2 20", "a x"]
            .into_iter()
            .filter_map(read)
            .map(|(_, cost)| cost)
            .collect();
        assert_eq!(median(&costs), Some(Cost { cpu: 2.0, memory: 20.0 }));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn counts_lines() {
        assert_eq!(size("//! a\n\nfn a() {\n    // b\n}\n"), Lines { all: 5, code: 2 });
    }

    #[test]
    fn the_table_sums_the_crate_and_the_program() {
        let subject = Subject {
            manifest: PathBuf::new(),
            others: vec!["the-runtime".to_owned()],
            package: "shop-api".to_owned(),
            operations: 10,
            codes: 2,
            lines: Lines { all: 5, code: 2 },
        };
        let costs = |times: f64| {
            let names = ["the_runtime", "shop_api", "calls_everything"];
            names.map(|name| (name.to_owned(), Cost { cpu: times, memory: 100.0 * times })).into()
        };
        let text = table(&subject, &[costs(1.0), costs(2.5)]).expect("everything was compiled");
        let lines: Vec<_> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[5], "| shop-api + program | 2.00 | 100 | 5.00 | 250 |");
        assert_eq!(lines[6], "| the same per operation | 200.0 ms | | 500.0 ms | |");
        assert!(table(&subject, &[costs(1.0), BTreeMap::new()]).is_err());
    }
}
