//! `ci`: everything that has to hold before a change is merged. In comes nothing, out goes a table of steps.
//! Deliberately absent: any check of its own; the steps are Cargo's, the library's and the judges'.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Ended;
use crate::judges::{Absent, Judge};
use crate::repository::{self, cargo};
use crate::terminal::{BAD, FAINT, GOOD, HEAD, ODD, count, say, styled};

/// Run everything that has to hold before a change is merged.
///
/// Formatting, lints, `codegen --check`, the generated crate for browsers, documentation without warnings, the specification by an independent validator,
/// and all tests, each with the dependencies that `Cargo.lock` says. Judges by others (Prism from npm, openapi-spec-validator and Schemathesis from PyPI) are fetched at pinned versions into
/// `target/judges`; where node or python is missing, what needs it is skipped and said so, or fails if `CI` is set.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    /// Not run, and why.
    Skipped(String),
}

/// What was counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

/// The steps so far.
#[derive(Debug, Default)]
struct Run {
    steps: Vec<(&'static str, Verdict, Duration)>,
    tests: Tally,
}

pub(crate) fn run(Args {}: &Args) -> Ended {
    let strict = repository::in_ci();
    let mut run = Run::default();
    run.tool("format", "rustfmt", strict, || succeeds(&mut cargo(&["fmt", "--all", "--check"])));
    run.tool("lints", "clippy", strict, || {
        let what = [
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "--deny",
            "warnings",
        ];
        succeeds(&mut cargo(&what))
    });
    run.step("generated files", generated_are_current);
    run.step("without default features", || {
        let manifest = repository::generated().join("Cargo.toml");
        let mut check = cargo(&["check", "--locked", "--no-default-features", "--manifest-path"]);
        succeeds(check.arg(manifest))
    });
    run.step("for browsers", for_browsers);
    run.step("documentation", || {
        let mut doc = cargo(&["doc", "--locked", "--workspace", "--no-deps", "--all-features"]);
        succeeds(doc.env("RUSTDOCFLAGS", "--deny warnings"))
    });

    let judges = Judge::OF_TESTS.map(|judge| (judge, run.judge(judge, strict)));
    if let Some((_, Some(python))) = judges.iter().find(|(judge, _)| *judge == Judge::Python) {
        run.step("specification", || validate(python, &repository::spec()));
    }
    let mut tests = cargo(&["test", "--locked", "--workspace", "--all-features", "--no-fail-fast"]);
    for (judge, program) in &judges {
        match program {
            Some(program) => tests.env(judge.variable(), program),
            None => tests.env_remove(judge.variable()),
        };
    }
    if strict {
        tests.env("PROBLEMGEN_REQUIRE_JUDGES", "1");
    }
    run.tests(&mut tests);
    run.summary()
}

impl Run {
    /// Runs a step, and says so before and after.
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Verdict) {
        say(styled(HEAD, format!("── {name}")));
        let start = Instant::now();
        let verdict = work();
        let took = start.elapsed();
        say(line(name, &verdict, took));
        self.steps.push((name, verdict, took));
    }

    /// Runs a step that needs a component of the toolchain, which not every toolchain has.
    fn tool(&mut self, name: &'static str, component: &str, strict: bool, work: impl FnOnce() -> Verdict) {
        self.step(name, || {
            let command = if component == "rustfmt" { "fmt" } else { component };
            let mut probe = cargo(&[command, "--version"]);
            let there = probe
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success());
            if there {
                return work();
            }
            missing(format!("{component} is not installed (`rustup component add {component}`)"), strict)
        });
    }

    /// Fetches a judge.
    fn judge(&mut self, judge: Judge, strict: bool) -> Option<PathBuf> {
        let mut program = None;
        self.step(judge.name(), || match judge.fetch() {
            Ok(path) => {
                program = Some(path);
                Verdict::Passed
            }
            Err(Absent::NoRuntime(runtime)) => missing(
                format!("{runtime} is not installed, so these do not run: {}", judge.purpose()),
                strict,
            ),
            Err(Absent::NotFetched(why)) => {
                say(styled(BAD, why));
                Verdict::Failed
            }
        });
        program
    }

    /// Runs the tests, lets them say what they say, and counts them.
    fn tests(&mut self, command: &mut Command) {
        let mut tally = Tally::default();
        self.step("tests", || {
            let mut child = match command.stdout(Stdio::piped()).spawn() {
                Ok(child) => child,
                Err(error) => {
                    say(styled(BAD, format!("cargo cannot be run: {error}")));
                    return Verdict::Failed;
                }
            };
            for text in
                child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).split(b'\n')).flatten()
            {
                let text = String::from_utf8_lossy(&text);
                tally.add(&text);
                say(&text);
            }
            match child.wait() {
                Ok(status) if status.success() => Verdict::Passed,
                _ => Verdict::Failed,
            }
        });
        self.tests = tally;
    }

    /// Says how it went, step by step and in all.
    fn summary(&self) -> Ended {
        say("");
        for (name, verdict, took) in &self.steps {
            say(line(name, verdict, *took));
        }
        let mut all = self.tests;
        for (name, verdict, _) in &self.steps {
            match verdict {
                // Its tests are counted one by one.
                Verdict::Passed if *name == "tests" => {}
                Verdict::Failed if *name == "tests" && self.tests.failed > 0 => {}
                Verdict::Passed => all.passed += 1,
                Verdict::Failed => all.failed += 1,
                Verdict::Skipped(_) => all.skipped += 1,
            }
        }
        let Tally { passed, failed, skipped } = all;
        let style = if failed == 0 { GOOD } else { BAD };
        let total: Duration = self.steps.iter().map(|(_, _, took)| *took).sum();
        say(styled(
            FAINT,
            format!("{} and their tests in {}", count(self.steps.len(), "step"), seconds(total)),
        ));
        say(styled(style, format!("{passed} passed, {failed} failed, {skipped} skipped")));
        if failed == 0 { Ended::Well } else { Ended::Drift }
    }
}

impl Tally {
    /// Adds what a line like `test result: ok. 3 passed; 0 failed; 1 ignored; …` says.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else { continue };
            let number: usize = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

/// What a missing program means: a step left out, or, where nothing may be left out, a failure.
fn missing(why: String, strict: bool) -> Verdict {
    if strict {
        say(styled(BAD, format!("{why}; nothing may be skipped while CI is set")));
        return Verdict::Failed;
    }
    Verdict::Skipped(why)
}

fn generated_are_current() -> Verdict {
    match env::current_exe() {
        Ok(this) => succeeds(Command::new(this).args(["codegen", "--check"]).stdin(Stdio::null())),
        Err(error) => {
            say(styled(BAD, format!("this program cannot find itself: {error}")));
            Verdict::Failed
        }
    }
}

/// Compiles the generated crate for browsers, whose futures are not `Send` and whose clocks are others.
fn for_browsers() -> Verdict {
    const TARGET: &str = "wasm32-unknown-unknown";
    let manifest = repository::generated().join("Cargo.toml");
    let has_target = || {
        let library = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
        library.is_ok_and(|found| Path::new(String::from_utf8_lossy(&found.stdout).trim()).is_dir())
    };
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]).stdin(Stdio::null());
    let installed = has_target() || (rustup.status().is_ok_and(|status| status.success()) && has_target());
    if !installed {
        // Not every toolchain can get it, so that this is skipped in CI, too.
        return Verdict::Skipped(format!(
            "the target {TARGET} cannot be installed (`rustup target add {TARGET}`)"
        ));
    }
    let mut check =
        cargo(&["check", "--locked", "--features", "tower,tracing", "--target", TARGET, "--manifest-path"]);
    succeeds(check.arg(manifest))
}

/// Asks an independent validator whether the document is OpenAPI.
fn validate(python: &Path, spec: &Path) -> Verdict {
    succeeds(Command::new(python).args(["-m", "openapi_spec_validator"]).arg(spec).stdin(Stdio::null()))
}

fn succeeds(command: &mut Command) -> Verdict {
    match command.status() {
        Ok(status) if status.success() => Verdict::Passed,
        Ok(_) => Verdict::Failed,
        Err(error) => {
            say(styled(BAD, format!("{command:?} cannot be run: {error}")));
            Verdict::Failed
        }
    }
}

fn line(name: &str, verdict: &Verdict, took: Duration) -> String {
    let (word, why) = match verdict {
        Verdict::Passed => (styled(GOOD, "passed "), String::new()),
        Verdict::Failed => (styled(BAD, "FAILED "), String::new()),
        Verdict::Skipped(why) => (styled(ODD, "skipped"), format!(": {why}")),
    };
    format!("{word} {:>7}  {name}{why}", seconds(took))
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_the_test_harness_says() {
        let mut tally = Tally::default();
        tally.add(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        );
        tally.add("test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        tally.add("test a::b ... ok");
        assert_eq!(tally, Tally { passed: 5, failed: 4, skipped: 1 });
    }

    #[test]
    fn a_missing_program_is_skipped_or_fails_the_run() {
        assert_eq!(missing("no node".into(), false), Verdict::Skipped("no node".into()));
        assert_eq!(missing("no node".into(), true), Verdict::Failed);
        let run = |verdict| Run { steps: vec![("Prism", verdict, Duration::ZERO)], tests: Tally::default() };
        assert_eq!(run(Verdict::Skipped("no node".into())).summary(), Ended::Well);
        assert_eq!(run(Verdict::Failed).summary(), Ended::Drift);
    }

    #[test]
    fn tests_that_do_not_compile_are_a_failure() {
        let run = Run { steps: vec![("tests", Verdict::Failed, Duration::ZERO)], tests: Tally::default() };
        assert_eq!(run.summary(), Ended::Drift);
    }
}
