//! `peers`: the same documents through this generator and through others, in one run on one machine. In come documents,
//! out go two tables: what generating costs, and what checking the output costs. Deliberately absent: mending what a peer
//! gives; where it fails, the table says how.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Ended;
use crate::bench_compile::{self, median, through_wrapper};
use crate::limits::Cost;
use crate::repository::{self, cargo, shown};
use crate::terminal::{BAD, FAINT, complain, say, styled, visible};

/// Compare with other generators.
///
/// Installs the peers at fixed versions into target/peers (once; this takes minutes), runs each of them and this generator
/// over every document, then checks each crate that came out with `cargo check`, dependencies compiled before, not
/// incremental. CPU seconds are user plus system time; memory is the largest resident set, for checks that of the `rustc`
/// run for the crate itself. Every number is the median of several runs. Outputs are compiled untouched: where a peer's
/// does not compile, the table says so, and what it cost until then.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The documents
    #[arg(required = true, value_name = "DOCUMENT")]
    documents: Vec<PathBuf>,
    /// How often each is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// Only generate
    #[arg(long)]
    no_check: bool,
}

/// A generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Ours,
    Oas3Gen,
    Progenitor,
}

impl Tool {
    const ALL: [Tool; 3] = [Tool::Ours, Tool::Oas3Gen, Tool::Progenitor];

    /// The package in the registry, and its version.
    fn package(self) -> Option<(&'static str, &'static str)> {
        match self {
            Tool::Ours => None,
            Tool::Oas3Gen => Some(("oas3-gen", "0.29.0")),
            Tool::Progenitor => Some(("cargo-progenitor", "0.15.1")),
        }
    }

    fn name(self) -> String {
        self.package().map_or_else(|| "problemgen".to_owned(), |(name, version)| format!("{name} {version}"))
    }

    /// The program, installed if it was not yet.
    fn program(self, root: &Path) -> Result<PathBuf, String> {
        let Some((package, version)) = self.package() else {
            return std::env::current_exe()
                .map_err(|error| format!("this program cannot find itself: {error}"));
        };
        let root = root.join(version);
        let program = root.join("bin").join(format!("{package}{}", std::env::consts::EXE_SUFFIX));
        if !program.is_file() {
            complain(styled(FAINT, format!("install {package} {version}")));
            let mut install =
                cargo(&["install", "--quiet", "--locked", "--version", version, package, "--root"]);
            let status =
                install.arg(&root).status().map_err(|error| format!("cargo cannot be run: {error}"))?;
            if !status.success() {
                return Err(format!("{package} {version} cannot be installed"));
            }
        }
        Ok(program)
    }

    fn arguments(self, document: &Path, out: &Path) -> Vec<std::ffi::OsString> {
        let (document, out) = (document.as_os_str().to_owned(), out.as_os_str().to_owned());
        match self {
            Tool::Ours => vec!["codegen".into(), "--spec".into(), document, "--out".into(), out],
            Tool::Oas3Gen => {
                let mode = ["generate", "client-mod", "--workspace", "--quiet", "--input"].map(Into::into);
                mode.into_iter().chain([document, "--output".into(), out]).collect()
            }
            Tool::Progenitor => {
                let fixed = ["--name", "progenitor-output", "--version", "0.1.0"].map(Into::into);
                ["progenitor".into(), "--input".into(), document, "--output".into(), out]
                    .into_iter()
                    .chain(fixed)
                    .collect()
            }
        }
    }
}

/// What a process cost, how long it took, and how it ended.
struct Measured {
    cost: Option<Cost>,
    seconds: f64,
    /// What was said, when it failed.
    failed: Option<String>,
}

pub(crate) fn run(args: &Args) -> Ended {
    match peers(args) {
        Ok(()) => Ended::Well,
        Err(why) => {
            complain(format!("{}: {why}", styled(BAD, "error")));
            Ended::Unusable
        }
    }
}

fn peers(args: &Args) -> Result<(), String> {
    if !cfg!(unix) {
        return Err("this system does not say what a finished process used; run it on Linux or macOS".into());
    }
    let root = repository::target().join("peers");
    fs::create_dir_all(&root).map_err(|error| format!("{}: {error}", shown(&root)))?;
    let mut tools = Vec::new();
    for tool in Tool::ALL {
        tools.push((tool, tool.program(&root)?));
    }
    say(row(["document", "generator", "wall s", "CPU s", "MiB", "lines of Rust", ""]));
    say("|---|---|---:|---:|---:|---:|---|");
    let mut outputs = Vec::new();
    for (number, document) in args.documents.iter().enumerate() {
        let document = fs::canonicalize(document).map_err(|error| format!("{}: {error}", shown(document)))?;
        let name = document.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (tool, program) in &tools {
            let out = root.join(format!("out-{number}-{tool:?}").to_lowercase());
            complain(styled(FAINT, format!("{name}: {}", tool.name())));
            let measured = generate(*tool, program, &document, &out, args.runs)?;
            say(line(&name, *tool, &measured, &lines(&out.join("src")).to_string()));
            if measured.failed.is_none() {
                outputs.push((name.clone(), *tool, out));
            }
        }
    }
    if args.no_check {
        return Ok(());
    }
    say("");
    say(row(["document", "checked output of", "wall s", "CPU s", "MiB", "", ""]));
    say("|---|---|---:|---:|---:|---|---|");
    for (name, tool, out) in &outputs {
        complain(styled(FAINT, format!("{name}: check of {}", tool.name())));
        say(line(name, *tool, &check(out, &root, args.runs)?, ""));
    }
    Ok(())
}

/// Generates several times. The folder is new each time.
fn generate(tool: Tool, program: &Path, document: &Path, out: &Path, runs: u8) -> Result<Measured, String> {
    let log = out.with_extension("log");
    let mut all = Vec::new();
    for _ in 0..runs {
        if out.exists() {
            fs::remove_dir_all(out).map_err(|error| format!("{}: {error}", shown(out)))?;
        }
        let mut command = through_wrapper(&log)?;
        command.arg(program).args(tool.arguments(document, out)).env("RUST_BACKTRACE", "0");
        let mut measured = measure(&mut command, &log, None)?;
        if let Some(said) = &mut measured.failed {
            *said = reason(said);
            return Ok(measured);
        }
        all.push(measured);
    }
    Ok(middle(all))
}

/// Checks a crate several times; only the first time its dependencies are compiled.
fn check(out: &Path, root: &Path, runs: u8) -> Result<Measured, String> {
    let manifest = out.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", shown(&manifest)))?;
    let package = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let package = package.ok_or_else(|| format!("{} names no package", shown(&manifest)))?.to_owned();
    if !text.contains("[workspace]") {
        // It stands below this repository's workspace and is no part of it.
        fs::write(&manifest, text + "\n[workspace]\n")
            .map_err(|error| format!("{}: {error}", shown(&manifest)))?;
    }
    let log = out.with_extension("log");
    let mut all = Vec::new();
    for n in 0..=runs {
        if n > 0 {
            let mut clean = cargo(&["clean", "--quiet", "--package", &package, "--manifest-path"]);
            clean.arg(&manifest).arg("--target-dir").arg(root.join("check"));
            clean.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
        }
        let this =
            std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
        let mut check = cargo(&["check", "--quiet", "--manifest-path"]);
        check.arg(&manifest).arg("--target-dir").arg(root.join("check"));
        check.env("RUSTC_WRAPPER", this).env(bench_compile::LOG, &log).env("CARGO_INCREMENTAL", "0");
        let mut measured = measure(&mut check, &log, Some(&package.replace('-', "_")))?;
        if let Some(said) = &mut measured.failed {
            let errors = said.lines().filter(|line| line.starts_with("error[") || line.starts_with("error:"));
            // The last one is the sum.
            *said = format!("does not compile ({} errors)", errors.count().saturating_sub(1));
        }
        // The first time, dependencies are compiled beside it.
        if n > 0 {
            all.push(measured);
        }
    }
    Ok(middle(all))
}

/// Runs a command whose wrappers write to the log. What counts is the cost of one name, or of the only one.
fn measure(command: &mut Command, log: &Path, name: Option<&str>) -> Result<Measured, String> {
    fs::write(log, "").map_err(|error| format!("{}: {error}", shown(log)))?;
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    let seconds = start.elapsed().as_secs_f64();
    let text = fs::read_to_string(log).map_err(|error| format!("{}: {error}", shown(log)))?;
    let costs = text.lines().filter_map(bench_compile::read);
    let mut costs = costs.filter(|(of, _)| name.is_none_or(|name| name == of)).map(|(_, cost)| cost);
    let cost = costs.next_back();
    let failed = (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned());
    Ok(Measured { cost, seconds, failed })
}

/// The medians of several runs, each number by itself.
fn middle(mut all: Vec<Measured>) -> Measured {
    let costs: Vec<Cost> = all.iter().filter_map(|measured| measured.cost).collect();
    all.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let seconds = all.get(all.len() / 2).map_or(0.0, |measured| measured.seconds);
    let failed = all.into_iter().find_map(|measured| measured.failed);
    Measured { cost: median(&costs), seconds, failed }
}

/// Why a program failed: what it panicked with, else what it said last.
fn reason(said: &str) -> String {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let panic = said.lines().skip_while(|line| !line.contains("panicked at")).nth(1);
    let reason =
        panic.map(|message| format!("panics: {message}")).or_else(|| lines.next_back().map(str::to_owned));
    reason.unwrap_or_else(|| "fails without a word".to_owned()).chars().take(120).collect()
}

/// How many lines of Rust a folder and the folders in it hold.
fn lines(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries
        .map(|path| match path.extension() {
            _ if path.is_dir() => lines(&path),
            Some(extension) if extension == "rs" => {
                fs::read_to_string(&path).map_or(0, |text| text.lines().count())
            }
            _ => 0,
        })
        .sum()
}

fn line(document: &str, tool: Tool, measured: &Measured, lines: &str) -> String {
    let (cpu, memory) = measured
        .cost
        .map_or_else(Default::default, |cost| (format!("{:.2}", cost.cpu), format!("{:.0}", cost.memory)));
    let failed = measured.failed.as_deref().unwrap_or_default().replace('|', "\\|");
    row([document, &tool.name(), &format!("{:.2}", measured.seconds), &cpu, &memory, lines, &failed])
}

fn row(cells: [&str; 7]) -> String {
    format!("| {} |", cells.map(|cell| visible(cell).into_owned()).join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_reason() {
        let said = "note: x\nthread 'main' panicked at a.rs:1:2:\nassertion failed\nnote: run with\n";
        assert_eq!(reason(said), "panics: assertion failed");
        assert_eq!(reason("a\nError: no\n\n"), "Error: no");
        assert_eq!(reason(""), "fails without a word");
    }

    #[test]
    fn the_middle_is_of_each_number() {
        let measured =
            |cpu, seconds| Measured { cost: Some(Cost { cpu, memory: cpu }), seconds, failed: None };
        let middle = middle(vec![measured(3.0, 1.0), measured(1.0, 2.0), measured(2.0, 9.0)]);
        assert_eq!((middle.cost, middle.seconds), (Some(Cost { cpu: 2.0, memory: 2.0 }), 2.0));
    }
}
