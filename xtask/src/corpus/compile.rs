//! What the compiler says of generated crates: they become one workspace, so that what they depend on is compiled once.
//! Deliberately absent: a judgement. Everything that is said counts, warnings too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use super::table::Check;
use crate::bench_compile;
use crate::limits::{Cost, Limits};
use crate::repository::{self, cargo};

/// A command of Cargo's that judges crates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Check,
    Clippy,
    Doc,
}

impl Tool {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Check => &["check"],
            Self::Clippy => &["clippy"],
            Self::Doc => &["doc", "--no-deps"],
        }
    }
}

/// Where crates are compiled, and how.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    /// The folder that holds a folder for each crate, and becomes a workspace.
    pub(super) crates: &'a Path,
    /// Where Cargo puts what it builds.
    pub(super) target: &'a Path,
    /// What Cargo itself says.
    pub(super) log: &'a Path,
    pub(super) jobs: usize,
    /// What each run of `rustc` may use.
    pub(super) limits: Limits,
}

/// What became of a crate.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Compiled {
    /// What was said, by code or lint: how often, and the first as it is shown.
    pub(super) said: BTreeMap<String, (usize, String)>,
    /// Was there a crate in the end?
    pub(super) built: bool,
    /// What checking took; nothing if Cargo had checked the same crate before.
    pub(super) cost: Option<Cost>,
}

impl Compiled {
    pub(super) fn check(&self) -> Check {
        if self.said.is_empty() {
            return if self.built { Check::Clean } else { Check::Died };
        }
        Check::Said(
            self.said.iter().map(|(code, (n, _))| format!("{code}×{n}")).collect::<Vec<_>>().join(" "),
        )
    }
}

impl Bench<'_> {
    /// Lets each tool judge each crate. Crates go by the names of their folders.
    pub(super) fn judge(
        &self,
        crates: &[String],
        tools: &[Tool],
    ) -> Result<BTreeMap<String, Compiled>, String> {
        let mut all = BTreeMap::new();
        for batch in batches(self.named(crates)?) {
            self.workspace(&batch)?;
            let mut judged: BTreeMap<String, Compiled> =
                batch.keys().map(|folder| (folder.clone(), Compiled::default())).collect();
            for &tool in tools {
                self.run(tool, &batch, &mut judged)?;
            }
            all.extend(judged);
        }
        Ok(all)
    }

    /// The crates by their folders, with the names that they give themselves.
    fn named(&self, crates: &[String]) -> Result<BTreeMap<String, String>, String> {
        let name = |folder: &String| {
            let path = self.crates.join(folder).join("Cargo.toml");
            let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let manifest: toml::Table =
                text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
            let name = manifest.get("package").and_then(|package| package.get("name")?.as_str());
            let name = name.ok_or_else(|| format!("{}: the package has no name", path.display()))?;
            Ok((folder.clone(), name.replace('-', "_")))
        };
        crates.iter().map(name).collect()
    }

    /// Makes the crates of a batch a workspace, with the versions of dependencies that the repository is developed with.
    fn workspace(&self, batch: &BTreeMap<String, String>) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.crates.display());
        // Folders are letters and digits, whose lists look alike in JSON and TOML.
        let members: serde_json::Value = batch.keys().map(String::as_str).collect();
        let text = format!("[workspace]\nresolver = \"3\"\nmembers = {members}\n");
        fs::write(self.crates.join("Cargo.toml"), text).map_err(failed)?;
        let lock = repository::root().join("Cargo.lock");
        fs::copy(lock, self.crates.join("Cargo.lock")).map(drop).map_err(failed)
    }

    /// Runs one tool over a batch.
    fn run(
        &self,
        tool: Tool,
        batch: &BTreeMap<String, String>,
        judged: &mut BTreeMap<String, Compiled>,
    ) -> Result<(), String> {
        let this =
            std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
        let failed = |error: std::io::Error| format!("{}: {error}", self.log.display());
        let costs = self.log.with_extension("costs");
        fs::write(&costs, "").map_err(failed)?;
        let mut command = cargo(tool.arguments());
        command
            .args([
                "--workspace",
                "--keep-going",
                "--message-format",
                "json",
                "--jobs",
                &self.jobs.to_string(),
            ])
            .arg("--manifest-path")
            .arg(self.crates.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.target)
            .env("RUSTC_WRAPPER", this)
            .env(bench_compile::LOG, &costs)
            .env(bench_compile::LIMITS, self.limits.to_string())
            .env("CARGO_INCREMENTAL", "0")
            .stdout(Stdio::piped())
            .stderr(fs::File::create(self.log).map_err(failed)?);
        let mut child = command.spawn().map_err(|error| format!("cargo cannot be run: {error}"))?;
        let mut heard = 0;
        if let Some(out) = child.stdout.take() {
            for line in BufReader::new(out).lines() {
                let line = line.map_err(|error| format!("cargo cannot be heard: {error}"))?;
                heard += usize::from(hear(&line, self.crates, judged));
            }
        }
        let status = child.wait().map_err(|error| format!("cargo cannot be watched: {error}"))?;
        // Then it is not about the crates.
        if !status.success() && heard == 0 {
            let log = fs::read_to_string(self.log).map_err(failed)?;
            return Err(format!("cargo {} failed: {log}", tool.arguments().join(" ")));
        }
        if tool == Tool::Check {
            let costs = fs::read_to_string(&costs).map_err(failed)?;
            let costs: BTreeMap<String, Cost> = costs.lines().filter_map(bench_compile::read).collect();
            for (folder, name) in batch {
                if let Some(compiled) = judged.get_mut(folder) {
                    compiled.cost = costs.get(name).copied();
                }
            }
        }
        Ok(())
    }
}

/// The crates in batches, in each of which names differ, as they have to in a workspace.
fn batches(crates: BTreeMap<String, String>) -> Vec<BTreeMap<String, String>> {
    let mut batches: Vec<(BTreeSet<String>, BTreeMap<String, String>)> = Vec::new();
    for (folder, name) in crates {
        let at = batches.iter().position(|(names, _)| !names.contains(&name)).unwrap_or(batches.len());
        if at == batches.len() {
            batches.push(Default::default());
        }
        if let Some((names, batch)) = batches.get_mut(at) {
            names.insert(name.clone());
            batch.insert(folder, name);
        }
    }
    batches.into_iter().map(|(_, batch)| batch).collect()
}

/// Hears what Cargo says in a line of JSON, if it is about one of the crates. Gives whether it was.
fn hear(line: &str, crates: &Path, judged: &mut BTreeMap<String, Compiled>) -> bool {
    let Ok(said) = serde_json::from_str::<Value>(line) else { return false };
    let manifest = said["manifest_path"].as_str().map(PathBuf::from).unwrap_or_default();
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(crates).ok());
    let Some(compiled) = folder.and_then(|folder| judged.get_mut(folder.to_str()?)) else { return false };
    match said["reason"].as_str() {
        Some("compiler-artifact") => {
            compiled.built = true;
            true
        }
        Some("compiler-message") => {
            let message = &said["message"];
            let words = message["message"].as_str().unwrap_or_default();
            let code = message["code"]["code"].as_str();
            // The compiler sums up at the end.
            let sum = words.starts_with("aborting due to")
                || words.ends_with("emitted")
                || message["level"] == "failure-note";
            if code.is_some() || !sum {
                let key = code.or(message["level"].as_str()).unwrap_or("message").to_owned();
                let shown = || message["rendered"].as_str().unwrap_or(words).to_owned();
                let entry = compiled.said.entry(key).or_insert_with(|| (0, shown()));
                entry.0 += 1;
            }
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_in_a_batch() {
        let crates = [("a", "shop"), ("b", "shop"), ("c", "zoo"), ("d", "shop")];
        let crates = crates.map(|(folder, name)| (folder.to_owned(), name.to_owned())).into();
        let folders: Vec<Vec<String>> =
            batches(crates).into_iter().map(|batch| batch.into_keys().collect()).collect();
        assert_eq!(folders, [vec!["a", "c"], vec!["b"], vec!["d"]]);
    }

    #[test]
    fn what_cargo_says_is_heard() {
        let crates = Path::new("/crates");
        let mut judged: BTreeMap<String, Compiled> =
            ["a", "b"].map(|folder| (folder.to_owned(), Compiled::default())).into();
        let mut say = |folder: &str, more: &str| {
            let line = format!(r#"{{"manifest_path": "{folder}/Cargo.toml", {more}}}"#);
            hear(&line, crates, &mut judged)
        };
        let message = |level: &str, code: &str, words: &str| {
            format!(
                r#""reason": "compiler-message",
                    "message": {{"level": "{level}", "code": {code}, "message": "{words}", "rendered": "{words}!"}}"#
            )
        };
        assert!(say("/crates/a", &message("error", r#"{"code": "E0428"}"#, "twice")));
        assert!(say("/crates/a", &message("error", r#"{"code": "E0428"}"#, "thrice")));
        assert!(say("/crates/a", &message("warning", "null", "odd")));
        assert!(say("/crates/a", &message("error", "null", "aborting due to 2 previous errors")));
        assert!(say("/crates/a", &message("warning", "null", "1 warning emitted")));
        assert!(say("/crates/b", r#""reason": "compiler-artifact""#));
        assert!(!say("/elsewhere", &message("warning", "null", "of a dependency")));
        assert!(!say("/crates/a", r#""reason": "build-finished""#));
        assert_eq!(judged["a"].check(), Check::Said("E0428×2 warning×1".to_owned()));
        assert_eq!(judged["a"].said["E0428"].1, "twice!");
        assert_eq!(judged["b"].check(), Check::Clean);
        assert_eq!(Compiled::default().check(), Check::Died);
    }
}
