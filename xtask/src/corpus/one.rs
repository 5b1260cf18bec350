//! One document, in a process of its own that ends where its limits are: what the parent starts and how it reads the end.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use problemgen::report::{Diagnostic, Paint, Report, Severity};
use problemgen::rust::{self, Layout, Runtime};
use problemgen::store::{self, Mode, Scope};
use problemgen::{Options, config};
use serde_json::{Value, json};

use super::table::{Outcome, Row};
use crate::Ended;
use crate::limits::{self, Cost, Limits};
use crate::repository;
use crate::terminal::{complain, say};

/// Generate one document within limits, and say in JSON what became of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    document: PathBuf,
    out: PathBuf,
    #[arg(value_parser = str::parse::<Limits>)]
    limits: Limits,
}

/// What the parent starts.
pub(crate) fn run(args: &Args) -> Ended {
    if let Err(why) = args.limits.impose() {
        complain(why);
        return Ended::Unusable;
    }
    let mut report = Report::new();
    let lines = generate(&args.document, &args.out, &mut report);
    complain(report.render(Paint::Plain));
    let first =
        report.diagnostics().into_iter().find(|diagnostic| diagnostic.severity == Severity::Error).cloned();
    let cost = limits::own();
    say(json!({
        "lines": lines,
        "code": first.as_ref().map(|first| first.code.code),
        "says": first.as_ref().map(sentence),
        "warnings": report.warnings(),
        "seconds": cost.map(|cost| cost.cpu),
        "memory": cost.map(|cost| cost.memory),
    }));
    Ended::Well
}

/// How many lines of Rust came out, or nothing if the report says why none did.
fn generate(document: &Path, out: &Path, report: &mut Report) -> Option<usize> {
    let config = config::config(None, document, report)?;
    let read = problemgen::read(document, &config, report)?;
    let runtime = Runtime::Path(repository::from_to(out, &repository::runtime()));
    let layout = Layout::Package { workspace: false };
    let command = "cargo xtask corpus".to_owned();
    let rust = rust::Options { runtime, layout, command, ..Default::default() };
    let artifacts = problemgen::generate(&read, &Options { rust, ..Default::default() }, report)?;
    let code = artifacts.iter().filter(|artifact| artifact.path.ends_with(".rs"));
    let lines = code.map(|artifact| artifact.contents.split(|&octet| octet == b'\n').count() - 1).sum();
    store::store(&artifacts, out, Scope::Whole, Mode::Write, report)?;
    Some(lines)
}

/// The diagnostic in one line, with its place.
fn sentence(diagnostic: &Diagnostic) -> String {
    match &diagnostic.place {
        Some(place) => format!("{}:{}:{}: {}", place.file, place.line, place.column, diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// A process that generates a document.
pub(super) struct One {
    name: String,
    child: Child,
    log: PathBuf,
    limits: Limits,
    since: Instant,
}

impl One {
    /// How much more time than CPU time a process gets, on a machine that does other things too.
    const PATIENCE: u64 = 10;

    /// Starts it. What it says goes into the file `log`.
    pub(super) fn start(
        name: &str,
        document: &Path,
        out: &Path,
        log: PathBuf,
        limits: Limits,
    ) -> Result<Self, String> {
        let this =
            std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
        let file = fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let child = Command::new(this)
            .arg("corpus-one")
            .args([document, out])
            .arg(limits.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .env_remove("RUST_BACKTRACE")
            .spawn()
            .map_err(|error| format!("this program cannot be started: {error}"))?;
        Ok(Self { name: name.to_owned(), child, log, limits, since: Instant::now() })
    }

    /// What became of it, if it has ended. One that takes too long is ended.
    pub(super) fn ended(&mut self) -> Result<Option<Row>, String> {
        let failed = |error: std::io::Error| format!("a process cannot be watched: {error}");
        let late =
            self.since.elapsed() > Duration::from_secs(self.limits.seconds.saturating_mul(Self::PATIENCE));
        let status = match self.child.try_wait().map_err(failed)? {
            Some(status) => status,
            None if late => {
                self.child.kill().map_err(failed)?;
                self.child.wait().map_err(failed)?
            }
            None => return Ok(None),
        };
        let mut said = String::new();
        if let Some(mut out) = self.child.stdout.take() {
            out.read_to_string(&mut said).map_err(failed)?;
        }
        let log = fs::read(&self.log).map_err(|error| format!("{}: {error}", self.log.display()))?;
        let mut row = row(&self.name, status, late, &said, &String::from_utf8_lossy(&log));
        if row.outcome == Outcome::TimedOut {
            row.cost = Some(Cost { cpu: self.limits.seconds as f64, memory: 0.0 });
        }
        Ok(Some(row))
    }
}

/// What became of a document, by the end of its process.
fn row(name: &str, status: ExitStatus, late: bool, said: &str, log: &str) -> Row {
    let mut row = Row::new(name, Outcome::Panicked);
    let line = |words: &str| log.lines().find(|line| line.contains(words)).map(str::to_owned);
    let answer: Option<Value> = if status.success() { serde_json::from_str(said).ok() } else { None };
    if let Some(answer) = answer {
        let number = |name: &str| answer[name].as_f64();
        row.lines = answer["lines"].as_u64().and_then(|lines| usize::try_from(lines).ok());
        row.outcome = if row.lines.is_some() { Outcome::Generated } else { Outcome::Refused };
        row.code = answer["code"].as_str().map(str::to_owned);
        row.says = answer["says"].as_str().unwrap_or_default().to_owned();
        row.cost = number("seconds").zip(number("memory")).map(|(cpu, memory)| Cost { cpu, memory });
    } else if late || is_cpu_limit(status) {
        row.outcome = Outcome::TimedOut;
    } else if let Some(words) = line("memory allocation of") {
        row.outcome = Outcome::OutOfMemory;
        row.says = words;
    } else {
        let place = line("panicked at").or_else(|| line("overflowed its stack"));
        row.says = place.unwrap_or_else(|| format!("ended with {status}"));
    }
    row
}

/// Was the process ended for the CPU time that it took?
#[cfg(unix)]
fn is_cpu_limit(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    /// SIGXCPU, which POSIX does not number, but Linux, Apple's systems and the BSDs do alike.
    const CPU_LIMIT: i32 = 24;
    status.signal() == Some(CPU_LIMIT)
}

/// Was the process ended for the CPU time that it took? Nobody limits it.
#[cfg(not(unix))]
fn is_cpu_limit(_: ExitStatus) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    #[test]
    fn the_end_of_a_process_says_what_became_of_its_document() {
        let exit = |code: i32| ExitStatus::from_raw(code << 8);
        let outcome = |status, late, said, log| row("a", status, late, said, log).outcome;
        let well = r#"{"lines": 3, "seconds": 0.5, "memory": 7.5}"#;
        assert_eq!(outcome(exit(0), false, well, ""), Outcome::Generated);
        assert_eq!(outcome(exit(0), false, r#"{"lines": null, "code": "N001"}"#, ""), Outcome::Refused);
        assert_eq!(outcome(exit(0), false, "", ""), Outcome::Panicked);
        assert_eq!(outcome(exit(101), false, well, "thread 'main' panicked at a.rs"), Outcome::Panicked);
        assert_eq!(outcome(ExitStatus::from_raw(24), false, "", ""), Outcome::TimedOut);
        assert_eq!(outcome(ExitStatus::from_raw(9), true, "", ""), Outcome::TimedOut);
        assert_eq!(
            outcome(ExitStatus::from_raw(6), false, "", "memory allocation of 8 bytes failed"),
            Outcome::OutOfMemory
        );
        let crashed = row("a", ExitStatus::from_raw(6), false, "", "thread 'main' has overflowed its stack");
        assert_eq!(
            (crashed.outcome, &*crashed.says),
            (Outcome::Panicked, "thread 'main' has overflowed its stack")
        );
    }
}
