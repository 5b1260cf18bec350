//! Paths of artifacts: in come relative paths with `/`, out comes the system's form, or a refusal of what would leave
//! the root, cannot be written on some system, or would be one file with another on a file system that ignores case.
//! Deliberately absent: the disk.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::codes::{self, Refusal};
use super::{Artifact, KEPT, MARKER, Wanted};

/// Characters that Windows does not take in a name, `/` aside.
const FORBIDDEN: &str = "\\:*?\"<>|";

/// Device names of Windows, which are taken with any extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The artifacts by path.
pub(super) fn validate(artifacts: &[Artifact]) -> Result<Wanted<'_>, Refusal> {
    let mut wanted = Wanted::new();
    // Every file and folder, in lower case, with the spelling that came first and whether it is a file.
    let mut taken: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for artifact in artifacts {
        let refuse = |why: &str| Err(codes::path(&artifact.path, why));
        if artifact.path.eq_ignore_ascii_case(MARKER) && artifact.path != MARKER {
            return refuse("the name is taken by the file that marks a generated folder");
        }
        let mut path = PathBuf::new();
        let mut spelled = String::new();
        let mut names = artifact.path.split('/').peekable();
        while let Some(name) = names.next() {
            if let Some(why) = unportable(name) {
                return refuse(why);
            }
            path.push(name);
            spelled.push_str(name);
            let is_file = names.peek().is_none();
            match taken.get(&spelled.to_lowercase()) {
                None => drop(taken.insert(spelled.to_lowercase(), (spelled.clone(), is_file))),
                Some((_, was_file)) if *was_file && is_file => return refuse("another file has this name"),
                Some((_, was_file)) if *was_file || is_file => {
                    return refuse("it would be a file and a folder at once");
                }
                Some((first, _)) if *first != spelled => {
                    return refuse("it differs from the name of another folder only in case");
                }
                Some(_) => {}
            }
            spelled.push('/');
        }
        wanted.insert(path, &artifact.contents);
    }
    Ok(wanted)
}

/// The kept names that no artifact claims.
pub(super) fn kept(wanted: &Wanted<'_>) -> Vec<&'static str> {
    KEPT.into_iter().filter(|kept| !wanted.keys().any(|path| path.starts_with(kept))).collect()
}

/// Why a name cannot be written on every system.
fn unportable(name: &str) -> Option<&'static str> {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |device: &str| {
        let mut rest = stem.strip_prefix(device).unwrap_or_default().chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    match name {
        "" => Some("it has an empty name between slashes"),
        "." | ".." => Some("`.` and `..` may lead out of the folder"),
        _ if name.chars().any(|c| c.is_control() || FORBIDDEN.contains(c)) => {
            Some("it has a character that some system does not take in a file name")
        }
        _ if name.ends_with(['.', ' ']) || name.starts_with(' ') => {
            Some("some systems drop the blank or dot at its end")
        }
        _ if name.len() > 255 => Some("a name is longer than 255 bytes"),
        _ if DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt") => {
            Some("it is the name of a device on Windows")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(paths: &[&str]) -> Option<String> {
        let artifacts: Vec<_> = paths.iter().map(|path| Artifact::new(*path, "")).collect();
        validate(&artifacts).err().map(|refusal| refusal.message)
    }

    #[test]
    fn refuses_what_leaves_the_root_or_is_not_portable() {
        for path in [
            "",
            "/etc/passwd",
            "../up",
            "a/../../up",
            "a/./b",
            "a//b",
            "a/",
            "C:/x",
            "C:x",
            "\\\\host\\x",
            "a\\..\\b",
            "nul",
            "src/CON.rs",
            "com1",
            "Lpt9.txt",
            "aux .rs",
            "a.",
            "a ",
            " a",
            "a\nb",
            "a\0b",
            "what?",
            ".Problemgen",
        ] {
            assert!(refusal(&[path]).is_some(), "{path:?} was accepted");
        }
        assert!(refusal(&[&"x".repeat(256)]).is_some());
    }

    #[test]
    fn accepts_what_every_system_takes() {
        let fine = [
            "Cargo.toml",
            "src/lib.rs",
            "src/con_nul.rs",
            "src/com.rs",
            "src/com10.rs",
            "a..b",
            ".cargo/config",
            "è/ü.rs",
        ];
        assert_eq!(refusal(&fine), None);
    }

    #[test]
    fn refuses_names_that_meet() {
        for pair in
            [["a.rs", "a.rs"], ["a.rs", "A.rs"], ["a", "a/b"], ["a/b", "a"], ["a/b", "A/c"], ["Ä", "ä"]]
        {
            assert!(refusal(&pair).is_some(), "{pair:?} was accepted");
        }
    }

    #[test]
    fn a_kept_name_that_an_artifact_claims_is_not_kept() {
        let artifacts = [Artifact::new(".gitattributes", ""), Artifact::new("target/x", "")];
        let wanted = validate(&artifacts).expect("portable");
        assert_eq!(kept(&wanted), [".git", ".gitignore", "Cargo.lock"]);
    }
}
