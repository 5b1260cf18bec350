//! What a folder remembers of how it was generated, in the file that marks it: so that `--out` alone generates it again, and
//! nobody has to know by which name. Paths are told from the folder, and hold wherever both are moved together.

use std::fs;
use std::path::Path;

use problemgen::store::{Artifact, MARKER};
use serde::{Deserialize, Serialize};

use super::Args;
use crate::repository::{self, from_here, from_to, same, settled, shown};

/// What a folder was generated from, and as what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct Memory {
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overlay: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crate_name: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    module: bool,
    #[serde(skip_serializing_if = "is_false")]
    allow_remote: bool,
    #[serde(skip_serializing_if = "is_false")]
    keep_going: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Memory {
    /// What a folder remembers: nothing, if it was never generated. The error says why it cannot be read.
    pub(super) fn read(out: &Path) -> Result<Self, String> {
        let path = out.join(MARKER);
        let Ok(text) = fs::read_to_string(&path) else { return Ok(Self::default()) };
        toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.get(..at).unwrap_or_default().lines().count().max(1);
            format!("{}, line {line}: {}; bring the file back", shown(&path), error.message())
        })
    }

    /// What a folder is to remember of a run.
    pub(super) fn of(args: &Args, spec: &Path, out: &Path) -> Self {
        // The repository's own output is known without being said.
        let own = same(out, &repository::generated()) && same(spec, &repository::spec());
        Self {
            spec: (!own).then(|| from_to(out, spec)),
            overlay: args.overlay.iter().map(|path| from_to(out, path)).collect(),
            config: args.config.as_ref().map(|path| from_to(out, path)),
            crate_name: args.crate_name.clone(),
            module: args.module,
            allow_remote: args.allow_remote,
            keep_going: args.keep_going,
        }
    }

    /// What the folder's file is to say of it.
    pub(super) fn artifact(&self) -> Result<Artifact, String> {
        let text = toml::to_string(self).map_err(|error| error.to_string())?;
        Ok(Artifact::new(MARKER, text))
    }

    /// The run with what it does not say itself: the name and the kind of the output, and where it names no document, all
    /// that the folder is made from.
    pub(super) fn complete(self, args: &Args, out: &Path) -> Args {
        let path = |path: String| from_here(settled(&out.join(path)));
        let mut args = args.clone();
        if args.crate_name.is_none() && !args.module {
            (args.crate_name, args.module) = (self.crate_name, self.module);
        }
        let Some(spec) = self.spec.filter(|_| args.spec.is_none()) else { return args };
        args.spec = Some(path(spec));
        if args.overlay.is_empty() {
            args.overlay = self.overlay.into_iter().map(path).collect();
        }
        args.config = args.config.or_else(|| self.config.map(path));
        args.allow_remote |= self.allow_remote;
        args.keep_going |= self.keep_going;
        args
    }

    /// The names of the flags by which two runs differ.
    pub(super) fn differences(&self, other: &Self) -> Vec<&'static str> {
        let flags = [
            ("--spec", self.spec == other.spec),
            ("--overlay", self.overlay == other.overlay),
            ("--config", self.config == other.config),
            ("--crate-name", self.crate_name == other.crate_name),
            ("--module", self.module == other.module),
            ("--allow-remote", self.allow_remote == other.allow_remote),
            ("--keep-going", self.keep_going == other.keep_going),
        ];
        flags.into_iter().filter(|(_, same)| !same).map(|(flag, _)| flag).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> Args {
        Args {
            spec: Some("a/their.yaml".into()),
            overlay: vec!["b/o.yaml".into()],
            config: Some("x.toml".into()),
            crate_name: Some("theirs".into()),
            keep_going: true,
            ..Args::default()
        }
    }

    #[test]
    fn a_folder_remembers_by_ways_from_itself() -> Result<(), String> {
        let memory = Memory::of(&given(), Path::new("a/their.yaml"), Path::new("a/out"));
        let artifact = memory.artifact()?;
        assert_eq!(
            String::from_utf8_lossy(&artifact.contents),
            "spec = \"../their.yaml\"\noverlay = [\"../../b/o.yaml\"]\nconfig = \"../../x.toml\"\ncrate-name = \"theirs\"\n\
             keep-going = true\n"
        );
        Ok(())
    }

    #[test]
    fn what_a_run_says_itself_goes_before_what_the_folder_remembers() {
        let out = Path::new("a/out");
        let memory = || Memory::of(&given(), Path::new("a/their.yaml"), out);
        let all = memory().complete(&Args::default(), out);
        assert_eq!((all.spec, all.overlay), (given().spec, given().overlay));
        assert_eq!((all.config, all.crate_name, all.keep_going), (given().config, given().crate_name, true));
        // Another document is read as the run says, and keeps the name.
        let other = memory().complete(&Args { spec: Some("other.yaml".into()), ..Args::default() }, out);
        assert_eq!((other.overlay, other.config, other.keep_going), (Vec::new(), None, false));
        assert_eq!(other.crate_name.as_deref(), Some("theirs"));
        let module = memory().complete(&Args { module: true, ..Args::default() }, out);
        assert_eq!((module.crate_name, module.module), (None, true));
        assert_eq!(memory().differences(&Memory::default()).len(), 5);
    }
}
