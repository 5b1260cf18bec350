//! Judges: programs of others that give a second opinion on what is here. In comes a judge, out goes the program,
//! fetched at a pinned version into `target/judges` if it is not there yet. Deliberately absent: what is judged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::repository;

/// A program of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judge {
    /// Serves an OpenAPI document; from npm.
    Prism,
    /// A Python that has a validator of OpenAPI documents; from PyPI.
    Python,
    /// Asks a server for all that an OpenAPI document says, and holds its answers against that; from PyPI.
    Schemathesis,
    /// A Python that makes random instances of JSON Schemas; from PyPI.
    Instances,
}

/// Why there is no judge.
#[derive(Debug)]
pub(crate) enum Absent {
    /// The program that runs it is not installed.
    NoRuntime(&'static str),
    /// It could not be fetched.
    NotFetched(String),
}

impl Judge {
    /// Those that the tests ask.
    pub(crate) const OF_TESTS: [Judge; 3] = [Judge::Prism, Judge::Python, Judge::Schemathesis];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Judge::Prism => "Prism",
            Judge::Python => "openapi-spec-validator",
            Judge::Schemathesis => "Schemathesis",
            Judge::Instances => "hypothesis-jsonschema",
        }
    }

    /// The packages that are fetched.
    fn packages(self) -> &'static str {
        match self {
            Judge::Prism => "@stoplight/prism-cli@5.14.2",
            Judge::Python => "openapi-spec-validator==0.9.0",
            Judge::Schemathesis => "schemathesis==4.32.5",
            // Later versions of hypothesis lack what it uses.
            Judge::Instances => "hypothesis-jsonschema==0.23.1 hypothesis==6.103.0",
        }
    }

    /// The variable that tells tests where it is.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Judge::Prism => "PROBLEMGEN_PRISM",
            Judge::Python => "PROBLEMGEN_PYTHON",
            Judge::Schemathesis => "PROBLEMGEN_SCHEMATHESIS",
            Judge::Instances => "PROBLEMGEN_INSTANCES",
        }
    }

    /// What is not done without it.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Judge::Prism => "the tests of the client against Prism",
            Judge::Python => "the validation of spec/ by openapi-spec-validator",
            Judge::Schemathesis => "the tests of servers against Schemathesis",
            Judge::Instances => "the measurement of what types keep",
        }
    }

    fn folder(self) -> PathBuf {
        let name = match self {
            Judge::Prism => "prism",
            Judge::Python => "python",
            Judge::Schemathesis => "schemathesis",
            Judge::Instances => "instances",
        };
        repository::target().join("judges").join(name)
    }

    fn program(self) -> PathBuf {
        let folder = self.folder();
        match (self, cfg!(windows)) {
            (Judge::Prism, false) => folder.join("node_modules/.bin/prism"),
            (Judge::Prism, true) => folder.join("node_modules/.bin/prism.cmd"),
            (Judge::Schemathesis, false) => folder.join("bin/schemathesis"),
            (Judge::Schemathesis, true) => folder.join("Scripts/schemathesis.exe"),
            (Judge::Python | Judge::Instances, _) => python_of(&folder),
        }
    }

    /// The program, which is fetched first if it is not there.
    pub(crate) fn fetch(self) -> Result<PathBuf, Absent> {
        let (folder, program) = (self.folder(), self.program());
        // Written last, so that a fetch that was cut short is begun again.
        let stamp = folder.join("fetched");
        if program.exists() && fs::read_to_string(&stamp).is_ok_and(|packages| packages == self.packages()) {
            return Ok(program);
        }
        let io =
            |error: std::io::Error| Absent::NotFetched(format!("{}: {error}", repository::shown(&folder)));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(io)?;
        }
        fs::create_dir_all(&folder).map_err(io)?;
        match self {
            Judge::Prism => fetch_from_npm(self.packages(), &folder)?,
            Judge::Python | Judge::Schemathesis | Judge::Instances => {
                fetch_from_pypi(self.packages(), &folder, &python_of(&folder))?;
            }
        }
        if !program.exists() {
            return Err(Absent::NotFetched(format!("the packages have no {}", repository::shown(&program))));
        }
        fs::write(&stamp, self.packages()).map_err(io)?;
        Ok(program)
    }
}

/// The interpreter of a virtual environment.
fn python_of(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

fn fetch_from_npm(package: &str, folder: &Path) -> Result<(), Absent> {
    if !runs(Command::new("node").arg("--version")) {
        return Err(Absent::NoRuntime("node"));
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if !runs(Command::new(npm).arg("--version")) {
        return Err(Absent::NoRuntime("npm"));
    }
    // A package of its own there keeps npm from walking up to somebody else's.
    fs::write(folder.join("package.json"), "{ \"private\": true }\n")
        .map_err(|error| Absent::NotFetched(error.to_string()))?;
    let mut install = Command::new(npm);
    install
        .args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(folder)
        .arg(package);
    succeed(install.current_dir(folder))
}

fn fetch_from_pypi(packages: &str, folder: &Path, program: &Path) -> Result<(), Absent> {
    let pythons = ["python3", "python"];
    let recent = "import sys; sys.exit(sys.version_info < (3, 10))";
    let python = pythons.into_iter().find(|python| runs(Command::new(python).args(["-c", recent])));
    let python = python.ok_or(Absent::NoRuntime("python 3.10 or later"))?;
    succeed(Command::new(python).args(["-m", "venv"]).arg(folder))?;
    let mut install = Command::new(program);
    succeed(
        install
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(packages.split(' ')),
    )
}

/// Can the command be run, and does it succeed?
fn runs(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn succeed(command: &mut Command) -> Result<(), Absent> {
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Absent::NotFetched(format!("{command:?} ended with {status}"))),
        Err(error) => Err(Absent::NotFetched(format!("{command:?} cannot be run: {error}"))),
    }
}
