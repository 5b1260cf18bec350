//! `bench-compile`: what the generated crate costs those who compile it. In comes the crate, out goes a table of CPU
//! seconds and peak memory of the `rustc` runs for it. Deliberately absent: wall-clock time, which says more about the machine's
//! other work than about the crate.
//!
//! Cargo runs `rustc` through this very program ([`wrap`]), which asks the system what its child used: CPU time in user and system
//! mode and the largest resident set, of `rustc` and of the linker that it starts.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::Ended;
use crate::repository::{self, cargo, shown};
use crate::terminal::{BAD, FAINT, HEAD, complain, say, styled};

/// Where the wrapper writes what it measured. That it is set makes this program the wrapper.
const LOG: &str = "PROBLEMGEN_RUSTC_LOG";

/// Measure what the generated crate costs to compile.
///
/// Runs `cargo check` and a release build of the crate, in a target folder of its own, and measures each `rustc` run
/// for the crate itself and for the runtime; other dependencies are compiled before and not counted. CPU seconds are user
/// plus system time, with the linker's; memory is the largest resident set. The median of several runs is printed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often each is measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// The folder of the crate [default: this repository's generated/]
    #[arg(long = "crate", value_name = "DIR")]
    package: Option<PathBuf>,
}

/// What one run of `rustc` used.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    /// CPU time in seconds.
    cpu: f64,
    /// The largest resident set in MiB.
    memory: f64,
}

/// The packages that are measured: their names, and those of the crates that `rustc` is told.
struct Subject {
    manifest: PathBuf,
    packages: Vec<String>,
}

/// What is measured: its name, Cargo's command, and the profile that is cleaned before.
const PROFILES: [(&str, &str, &str); 2] = [("check", "check", "dev"), ("release build", "build", "release")];

pub(crate) fn run(args: &Args) -> Ended {
    let folder = args.package.clone().unwrap_or_else(repository::generated);
    match subject(&folder).and_then(|subject| measure(&subject, args.runs)) {
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

/// Which packages to measure: the crate, and the runtime if it is compiled from a folder too.
fn subject(folder: &Path) -> Result<Subject, String> {
    if !cfg!(unix) {
        return Err("this system does not say what a finished process used; run it on Linux or macOS".into());
    }
    let manifest = folder.join("Cargo.toml");
    let mut tree =
        cargo(&["tree", "--prefix", "none", "--edges", "normal", "--format", "{p}", "--manifest-path"]);
    let output = tree.arg(&manifest).output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "{} is not a crate: {}",
            shown(folder),
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    // A package from a folder is printed as `name v0.1.0 (/the/folder)`, one from a registry without the folder.
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let local = text.lines().filter(|line| line.contains("(/"));
    let mut packages: Vec<String> =
        local.filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
    packages.sort();
    packages.dedup();
    Ok(Subject { manifest, packages })
}

/// The table of medians.
fn measure(subject: &Subject, runs: u8) -> Result<String, String> {
    let this = env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
    let target = repository::target().join("bench-compile");
    fs::create_dir_all(&target).map_err(|error| format!("{}: {error}", shown(&target)))?;
    let log = target.join("rustc.log");
    let mut rows = vec![styled(HEAD, format!("{:32} {:14} {:>10} {:>10}", "crate", "", "CPU s", "peak MiB"))];
    for (name, command, profile) in PROFILES {
        let mut costs: BTreeMap<String, Vec<Cost>> = BTreeMap::new();
        // The first run compiles the dependencies.
        for n in 0..=runs {
            say(styled(
                FAINT,
                if n == 0 { format!("{name}: dependencies") } else { format!("{name}: run {n}") },
            ));
            for package in &subject.packages {
                let mut clean = cargo(&[
                    "clean",
                    "--quiet",
                    "--profile",
                    profile,
                    "--package",
                    package,
                    "--manifest-path",
                ]);
                succeed(clean.arg(&subject.manifest).arg("--target-dir").arg(&target))?;
            }
            fs::write(&log, "").map_err(|error| format!("{}: {error}", shown(&log)))?;
            let mut build = cargo(&[command, "--profile", profile]);
            build
                .arg("--quiet")
                .arg("--manifest-path")
                .arg(&subject.manifest)
                .arg("--target-dir")
                .arg(&target);
            succeed(build.env("RUSTC_WRAPPER", &this).env(LOG, &log).env("CARGO_INCREMENTAL", "0"))?;
            let text = fs::read_to_string(&log).map_err(|error| format!("{}: {error}", shown(&log)))?;
            for (name, cost) in text.lines().filter_map(read).filter(|_| n > 0) {
                costs.entry(name).or_default().push(cost);
            }
        }
        for package in &subject.packages {
            let cost = median(costs.get(&package.replace('-', "_")).map_or(&[], Vec::as_slice));
            let cost = cost.ok_or_else(|| format!("cargo did not compile {package}"))?;
            rows.push(format!("{package:32} {name:14} {:>10.2} {:>10.0}", cost.cpu, cost.memory));
        }
    }
    Ok(rows.join("\n"))
}

fn succeed(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(error) => Err(format!("{command:?} cannot be run: {error}")),
    }
}

/// A line of the log: crate, CPU seconds, MiB.
fn read(line: &str) -> Option<(String, Cost)> {
    let mut words = line.split(' ');
    let name = words.next()?.to_owned();
    let cost = Cost { cpu: words.next()?.parse().ok()?, memory: words.next()?.parse().ok()? };
    Some((name, cost))
}

/// The median of each number by itself.
fn median(costs: &[Cost]) -> Option<Cost> {
    let middle = |of: fn(&Cost) -> f64| {
        let mut numbers: Vec<f64> = costs.iter().map(of).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied()
    };
    Some(Cost { cpu: middle(|cost| cost.cpu)?, memory: middle(|cost| cost.memory)? })
}

/// Runs as Cargo's `RUSTC_WRAPPER` if it was started as such: runs `rustc` and notes what it used.
pub(crate) fn wrap() -> Option<ExitCode> {
    let log = env::var_os(LOG)?;
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next()?;
    let arguments: Vec<OsString> = arguments.collect();
    let status = match Command::new(&rustc).args(&arguments).status() {
        Ok(status) => status,
        Err(error) => {
            complain(format!("{}: {}: {error}", styled(BAD, "error"), rustc.display()));
            return Some(ExitCode::FAILURE);
        }
    };
    let name = arguments.iter().skip_while(|argument| *argument != "--crate-name").nth(1);
    if let (Some(name), Some(cost)) = (name, children()) {
        let line = format!("{} {} {}\n", name.display(), cost.cpu, cost.memory);
        let file = fs::OpenOptions::new().append(true).open(log);
        // A line that is missing is noticed by the reader.
        drop(file.and_then(|mut file| std::io::Write::write_all(&mut file, line.as_bytes())));
    }
    Some(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// What the children of this process used.
#[cfg(unix)]
fn children() -> Option<Cost> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // Apple counts octets, everybody else KiB.
    let units = if cfg!(target_vendor = "apple") { 1024.0 * 1024.0 } else { 1024.0 };
    Some(Cost { cpu: micros as f64 / 1e6, memory: usage.max_rss() as f64 / units })
}

/// What the children of this process used; the system does not say.
#[cfg(not(unix))]
fn children() -> Option<Cost> {
    None
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
}
