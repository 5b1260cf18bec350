//! One contract in many ways of writing it: everything that is generated is the same, byte by byte.
//!
//! Each folder of `tests/encodings/` is a contract; its documents say it in one way each, in OpenAPI 3.1, YAML, one file. The other
//! forms of a document (3.0 where that has the words, JSON, split over two files) are derived here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use problemgen::config::Config;
use problemgen::report::{Paint, Report};
use problemgen::{Options, load};
use serde_json::{Map, Value, json};

use crate::cases::snapshot;

/// The file that schemas stand in when a document is split.
const SCHEMAS: &str = "parts/schemas";

/// Everything that is generated, by path.
type Output = BTreeMap<String, String>;

fn generated(document: &Path) -> Output {
    let mut report = Report::new();
    let read = problemgen::read(document, &Config::default(), &mut report);
    let made = read.and_then(|read| problemgen::generate(&read, &Options::default(), &mut report));
    let made = made.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)));
    made.into_iter()
        .map(|artifact| (artifact.path, String::from_utf8(artifact.contents).expect("text")))
        .collect()
}

/// The documents of a contract, by name.
fn encodings(contract: &str) -> Vec<(String, PathBuf)> {
    let folder = problemgen_tests::tests().join("encodings").join(contract);
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(folder)
        .expect("encodings")
        .map(|entry| {
            let path = entry.expect("entry").path();
            (path.file_stem().expect("a name").to_string_lossy().into_owned(), path)
        })
        .collect();
    found.sort();
    assert!(found.len() > 2, "{contract}: {found:?}");
    found
}

/// The forms of a document: a name for each, and its files, the root first.
fn forms(text: &str) -> Vec<(&'static str, Vec<(String, String)>)> {
    let mut report = Report::new();
    let sources = load::load_text("openapi.yaml", text, &mut report).expect("a document");
    let newer = sources.value(load::FileId::ROOT).clone();
    let json = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    let (root, schemas) = text.split_once("\ncomponents:\n").expect("components at the end");
    let split = vec![
        ("openapi.yaml".to_owned(), elsewhere(root, "yaml")),
        (format!("{SCHEMAS}.yaml"), format!("components:\n{schemas}")),
    ];
    let mut forms = vec![
        ("3.1, YAML", vec![("openapi.yaml".to_owned(), text.to_owned())]),
        ("3.1, JSON", vec![("openapi.json".to_owned(), json(&newer))]),
        ("3.1, YAML, split", split),
        ("3.1, JSON, split", parted(&newer)),
    ];
    if let Some(older) = older(&newer) {
        forms.push(("3.0, JSON", vec![("openapi.json".to_owned(), json(&older))]));
        // JSON is YAML; the other reader reads it.
        forms.push(("3.0, YAML", vec![("openapi.yaml".to_owned(), json(&older))]));
        forms.push(("3.0, JSON, split", parted(&older)));
    }
    forms
}

/// The document in two JSON files.
fn parted(document: &Value) -> Vec<(String, String)> {
    let mut root = document.as_object().expect("an object").clone();
    let components = root.shift_remove("components").expect("components");
    let json = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
    vec![
        ("openapi.json".to_owned(), elsewhere(&json(&Value::Object(root)), "json")),
        (format!("{SCHEMAS}.json"), json(&json!({ "components": components }))),
    ]
}

/// A text whose references lead to the other file.
fn elsewhere(text: &str, extension: &str) -> String {
    text.replace("\"#/components/schemas/", &format!("\"{SCHEMAS}.{extension}#/components/schemas/"))
}

/// The document in 3.0; `None` where 3.0 has no words for it.
fn older(document: &Value) -> Option<Value> {
    fn walk(value: &Value) -> Option<Value> {
        match value {
            Value::Array(items) => items.iter().map(walk).collect::<Option<Vec<_>>>().map(Value::Array),
            Value::Object(map) if map.contains_key("if") || map.contains_key("dependentSchemas") => None,
            Value::Object(map) => {
                let mut out = Map::new();
                for (key, value) in map {
                    match (key.as_str(), value) {
                        // Data.
                        ("value" | "x-problem", value) => drop(out.insert(key.clone(), value.clone())),
                        ("const", value) => {
                            let kind = match value {
                                Value::String(_) => "string",
                                Value::Bool(_) => "boolean",
                                _ => "integer",
                            };
                            out.insert("type".to_owned(), kind.into());
                            out.insert("enum".to_owned(), json!([value]));
                        }
                        ("type", Value::Array(types)) => {
                            assert!(types.len() == 2 && types[1] == "null", "{types:?}");
                            out.insert("type".to_owned(), types[0].clone());
                            out.insert("nullable".to_owned(), true.into());
                        }
                        (_, value) => drop(out.insert(key.clone(), walk(value)?)),
                    }
                }
                Some(Value::Object(out))
            }
            other => Some(other.clone()),
        }
    }
    let mut older = walk(document)?;
    older["openapi"] = "3.0.3".into();
    Some(older)
}

/// The first line in which two outputs differ, of each file that does.
fn differences(expected: &Output, found: &Output) -> String {
    let mut out = String::new();
    for path in expected.keys().chain(found.keys().filter(|path| !expected.contains_key(*path))) {
        let (a, b) = (expected.get(path), found.get(path));
        if a == b {
            continue;
        }
        let lines =
            |text: Option<&String>| text.map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        let (a, b) = (lines(a).unwrap_or_default(), lines(b).unwrap_or_default());
        let at = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        out.push_str(&format!("{path}:{}\n-{:?}\n+{:?}\n", at + 1, a.get(at), b.get(at)));
    }
    out
}

/// Every form of every document of a contract gives the same, which is also what was reviewed.
fn the_same(contract: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first: Option<(String, Output)> = None;
    let mut wrong = String::new();
    let mut older = 0;
    for (name, document) in encodings(contract) {
        let text = fs::read_to_string(&document).expect("a text");
        for (form, files) in forms(&text) {
            let place = folder.path().join(&name).join(form);
            for (file, text) in &files {
                let path = place.join(file);
                fs::create_dir_all(path.parent().expect("a folder")).expect("made");
                fs::write(path, text).expect("written");
            }
            older += usize::from(form.starts_with("3.0"));
            let output = generated(&place.join(&files[0].0));
            match &first {
                None => first = Some((format!("{name} ({form})"), output)),
                Some((reference, expected)) if *expected != output => {
                    let differences = differences(expected, &output);
                    wrong.push_str(&format!("{name} ({form}) is not {reference}:\n{differences}\n"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{contract}:\n{wrong}");
    assert!(older > 0, "{contract}: none in 3.0");
    let (_, output) = first.expect("a document");
    snapshot(&format!("encoding-{contract}.contract"), &output["contract.txt"]);
    snapshot(&format!("encoding-{contract}.errors.json"), &output["docs/errors.json"]);
}

#[test]
fn members_of_a_code() {
    the_same("conditional");
}

#[test]
fn codes_without_members() {
    the_same("plain");
}

#[test]
fn codes_and_nothing_else() {
    the_same("bare");
}

#[test]
fn uris_in_place_of_codes() {
    the_same("type-uri");
}

#[test]
fn every_encoding_says_first_what_it_is() {
    for contract in ["conditional", "plain", "bare", "type-uri"] {
        for (name, document) in encodings(contract) {
            let text = fs::read_to_string(document).expect("a text");
            assert!(text.starts_with("# "), "{contract}/{name}");
        }
    }
}
