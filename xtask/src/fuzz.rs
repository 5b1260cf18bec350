//! `fuzz`: runs a fuzz target of `tests/fuzz` for a while, from the cases of the tests on. Deliberately absent: what it looks
//! for; that is the target's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::terminal::{BAD, complain, say, styled};
use crate::{Ended, repository};

/// Run the whole pipeline on mutated documents, or what clients make of mutated answers and sequences, and stop at the first that
/// makes it panic, hang, lose something or take too much memory.
///
/// Needs a nightly toolchain and cargo-fuzz (`cargo install cargo-fuzz`). What it learns stays in target/fuzz, so that the
/// next run goes on from there; a finding is kept there as well, and printed with the command that repeats it.
#[derive(Debug, clap::Args)]
#[command(after_help = crate::EXIT_CODES)]
pub(crate) struct Args {
    /// What is tried
    #[arg(long, value_enum, default_value_t = Target::Pipeline)]
    target: Target,
    /// How long
    #[arg(long, value_name = "N", default_value_t = 5)]
    minutes: u64,
    /// How many processes at once
    #[arg(long, value_name = "N", default_value_t = 1)]
    jobs: u16,
    /// Run this input alone, to see a finding again
    #[arg(long, value_name = "FILE", conflicts_with_all = ["minutes", "jobs"])]
    input: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Target {
    /// From a document to artifacts
    Pipeline,
    /// From an answer to an output or an error
    Answers,
    /// From the octets of a sequence to its items
    Sequences,
}

impl Target {
    /// What it is called in `tests/fuzz`: its feature, its program, and the folder of what it learns.
    fn name(self) -> &'static str {
        match self {
            Target::Pipeline => "pipeline",
            Target::Answers => "answers",
            Target::Sequences => "sequences",
        }
    }
}

/// The longest input in bytes: long enough for several cases in one, short enough for hundreds of runs a second.
const LONGEST: u32 = 16_384;

/// Seconds after which an input hangs, and MiB after which it takes too much memory.
const LIMITS: (u32, u32) = (20, 2048);

pub(crate) fn run(args: &Args) -> Ended {
    let folder = repository::target().join("fuzz").join(args.target.name());
    let seeds = match args.target {
        Target::Pipeline => seeds(&folder.join("seeds")),
        Target::Answers | Target::Sequences => by_hand(args.target, &folder.join("seeds")),
    };
    if let Err(error) = seeds {
        complain(format!("{}: cannot write the seeds: {error}", styled(BAD, "error")));
        return Ended::Unusable;
    }
    match command(args, &folder).status() {
        Ok(status) if status.success() => {
            say("Nothing found.");
            Ended::Well
        }
        Ok(_) => Ended::Drift,
        Err(error) => {
            complain(format!("{}: cannot run cargo-fuzz: {error}", styled(BAD, "error")));
            Ended::Unusable
        }
    }
}

fn command(args: &Args, folder: &Path) -> Command {
    let target = repository::root().join("tests").join("fuzz");
    // Through rustup's proxy: the cargo that runs this verb is of another toolchain.
    let mut command = Command::new("cargo");
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").arg("+nightly").args(["fuzz", "run"]);
    // No code here is unsafe, so the checks are those of the language, at twice the speed of the sanitizers'.
    command.args(["--sanitizer", "none", "--debug-assertions", "--fuzz-dir"]).arg(&target);
    command.args(["--features", args.target.name()]);
    command.arg("--target-dir").arg(folder.with_file_name("build")).arg(args.target.name());
    match &args.input {
        Some(input) => drop(command.arg(std::path::absolute(input).unwrap_or_else(|_| input.clone()))),
        None => {
            command.arg(folder.join("corpus")).arg(folder.join("seeds"));
            command.arg("--");
            if args.target == Target::Pipeline {
                command.arg(format!("-dict={}", target.join("openapi.dict").display()));
            }
            command.arg(format!("-max_total_time={}", args.minutes * 60)).arg(format!("-max_len={LONGEST}"));
            command.arg(format!("-timeout={}", LIMITS.0)).arg(format!("-rss_limit_mb={}", LIMITS.1));
            command.arg(format!("-artifact_prefix={}/", folder.join("findings").display()));
            if args.jobs > 1 {
                command.arg(format!("-fork={}", args.jobs));
            }
        }
    }
    command.stdin(Stdio::null()).current_dir(repository::root());
    command
}

/// Copies the inputs that are written by hand.
fn by_hand(target: Target, folder: &Path) -> io::Result<()> {
    for name in ["corpus", "findings"] {
        fs::create_dir_all(folder.with_file_name(name))?;
    }
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(repository::root().join("tests").join("fuzz").join(target.name()))? {
        let path = entry?.path();
        fs::copy(&path, folder.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

/// Puts every file of the cases into a folder of its own, the other files of a case behind the root as the target wants it.
fn seeds(folder: &Path) -> io::Result<()> {
    for name in ["corpus", "findings"] {
        fs::create_dir_all(folder.with_file_name(name))?;
    }
    fs::create_dir_all(folder)?;
    for kind in ["ok", "err"] {
        for entry in fs::read_dir(repository::root().join("tests").join("cases").join(kind))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = if path.is_dir() { together(&path)? } else { fs::read(&path)? };
            fs::write(folder.join(format!("{kind}-{name}")), bytes)?;
        }
    }
    Ok(())
}

/// The root document of a folder, and behind NUL bytes its overlay and one other file.
fn together(folder: &Path) -> io::Result<Vec<u8>> {
    let (mut root, mut overlay, mut part) = (Vec::new(), Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match name.as_str() {
            _ if !path.is_file() => {}
            "openapi.yaml" | "openapi.json" => root = fs::read(&path)?,
            "overlay.yaml" => overlay = fs::read(&path)?,
            _ => part = fs::read(&path)?,
        }
    }
    Ok([root, overlay, part].join(&0))
}
