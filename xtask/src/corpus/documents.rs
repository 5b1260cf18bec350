//! The documents of a folder: which of its files are OpenAPI 3 documents. Deliberately absent: what is in them.
//!
//! A document is a file `.json`, `.yaml` or `.yml` with a root member `openapi` that begins with `3`. Other files are
//! none, also where they are parts of one: its references lead there.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// What a folder holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The documents, relative to the folder, in the order of their paths.
    pub(super) documents: Vec<PathBuf>,
    /// How many other files have the name of one.
    pub(super) others: usize,
}

/// Looks through a folder and those in it.
pub(super) fn find(folder: &Path) -> Result<Found, String> {
    let mut found = Found::default();
    let mut open = vec![PathBuf::new()];
    while let Some(inside) = open.pop() {
        let at = folder.join(&inside);
        let failed = |error: std::io::Error| format!("{}: {error}", at.display());
        for entry in fs::read_dir(&at).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = inside.join(entry.file_name());
            if folder.join(&path).is_dir() {
                // A link could lead back up.
                let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                open.extend((!link && !hidden).then_some(path));
            } else if is_named_like_one(&path) {
                match fs::File::open(folder.join(&path)).and_then(is_document).map_err(failed)? {
                    true => found.documents.push(path),
                    false => found.others += 1,
                }
            }
        }
    }
    found.documents.sort();
    Ok(found)
}

fn is_named_like_one(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension
        .is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|e| extension.eq_ignore_ascii_case(e)))
}

/// Is the file a document? It may be broken, as long as it says what it is. Reads no more than it has to and keeps nothing,
/// since on Linux the memory of this process counts as that of those which it starts.
fn is_document(file: impl Read) -> std::io::Result<bool> {
    let mut text = BufReader::new(file);
    if text.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        text.consume(3);
    }
    while text.fill_buf()?.first().is_some_and(u8::is_ascii_whitespace) {
        text.consume(1);
    }
    let version = match text.fill_buf()?.first() {
        Some(b'{') => json_version(text),
        _ => yaml_version(text)?,
    };
    Ok(version.is_some_and(|version| version.starts_with('3')))
}

/// The root member `openapi` of a text in JSON. Nothing after it is read.
fn json_version(text: impl Read) -> Option<String> {
    struct Root<'a>(&'a mut Option<String>);
    impl<'de> Visitor<'de> for Root<'_> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
            while let Some(name) = members.next_key::<String>()? {
                if name == "openapi" {
                    *self.0 = Some(members.next_value::<serde_json::Value>()?.to_string().replace('"', ""));
                    break;
                }
                members.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }
    let mut version = None;
    // What is wrong with the text, if anything, is for the generator to say.
    drop(serde_json::Deserializer::from_reader(text).deserialize_map(Root(&mut version)));
    version
}

/// The root member `openapi` of a text in YAML: a line of its own.
fn yaml_version(mut text: impl BufRead) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    while text.read_until(b'\n', &mut line)? > 0 {
        let words = String::from_utf8_lossy(&line);
        let value = ["openapi", "'openapi'", "\"openapi\""]
            .iter()
            .find_map(|name| words.strip_prefix(name)?.trim_start().strip_prefix(':'));
        if let Some(value) = value {
            return Ok(Some(value.trim().trim_start_matches(['"', '\'']).to_owned()));
        }
        line.clear();
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_so_at_its_root() {
        for text in [
            "openapi: 3.0.0\n",
            "\u{feff}# a comment\r\n\"openapi\" : '3.1.0'\r\n",
            r#"{"info": {"openapi": "2"}, "openapi": "3.0.1", "paths": "#,
            "\n{\"openapi\": \"3.2.0\"} trailing",
        ] {
            assert!(is_document(text.as_bytes()).expect("readable"), "{text}");
        }
        for text in [
            "swagger: '2.0'\n",
            "openapi: 2\n",
            "info:\n  openapi: 3.0.0\n",
            r#"{"a": {"openapi": "3"}}"#,
            "",
            "[]",
        ] {
            assert!(!is_document(text.as_bytes()).expect("readable"), "{text}");
        }
    }

    #[test]
    fn documents_are_found_in_folders_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("b.yaml", "openapi: 3.0.0");
        write("a/root.JSON", r#"{"openapi": "3.1.0"}"#);
        write("a/part.yaml", "type: object");
        write("a/notes.txt", "openapi: 3.0.0");
        write(".git/c.yaml", "openapi: 3.0.0");
        let found = find(folder.path()).expect("readable");
        assert_eq!(found.documents, [PathBuf::from("a/root.JSON"), PathBuf::from("b.yaml")]);
        assert_eq!(found.others, 1);
    }
}
