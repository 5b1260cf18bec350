//! Small documents that are fine: each is read, printed twice, and compared with what it printed when it was last reviewed.

use std::fs;
use std::path::{Path, PathBuf};

use problemgen::contract::Contract;
use problemgen::report::{Paint, Place, Report};
use problemgen::rust::{self, Runtime};
use problemgen::store::{self, Artifact, Mode, Scope};
use problemgen::{CATALOGUE, Options};
use problemgen_tests::tests;

/// The cases of a kind: a file, or a folder with `openapi.yaml` or `openapi.json`; each with its name.
pub(crate) fn cases(kind: &str) -> Vec<(String, PathBuf)> {
    let folder = tests().join("cases").join(kind);
    let mut cases: Vec<(String, PathBuf)> = fs::read_dir(&folder)
        .expect("cases")
        .map(|entry| {
            let path = entry.expect("entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let root = match path.is_dir() {
                true => ["openapi.yaml", "openapi.json"].map(|root| path.join(root)).into_iter().find(|root| root.is_file()),
                false => Some(path.clone()),
            };
            (name, root.unwrap_or_else(|| panic!("{} has no openapi.yaml", path.display())))
        })
        .collect();
    cases.sort();
    cases
}

/// A report as a person reads it, with paths from the folder of the case.
pub(crate) fn rendered(report: &Report, document: &Path) -> String {
    let folder = document.parent().expect("a folder").to_string_lossy().replace('\\', "/");
    report.render(Paint::Plain).replace(&format!("{folder}/"), "")
}

fn read(document: &Path) -> (Contract, Report) {
    let mut report = Report::new();
    match problemgen::read(document, &mut report) {
        Some(contract) => (contract, report),
        None => panic!("{}", report.render(Paint::Plain)),
    }
}

fn generate(contract: &Contract) -> Vec<Artifact> {
    problemgen::generate(contract, &Options::default())
}

fn text<'a>(artifacts: &'a [Artifact], path: &str) -> &'a str {
    let found = artifacts.iter().find(|artifact| artifact.path == path);
    std::str::from_utf8(&found.unwrap_or_else(|| panic!("{path} is generated")).contents).expect("text")
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(tests().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// Compares with the file `snapshots/NAME.snap`.
pub(crate) fn snapshot(name: &str, text: &str) {
    settings().bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_case_says_first_what_it_is_about() {
    for kind in ["ok", "err"] {
        for (name, document) in cases(kind) {
            let text = fs::read(&document).expect("text");
            let text = String::from_utf8_lossy(&text);
            let first = text.lines().next().unwrap_or_default();
            let json = document.extension().is_some_and(|extension| extension == "json");
            assert!(json || first.starts_with("# "), "{kind}/{name} begins with {first:?}");
        }
    }
}

#[test]
fn the_contract_reads_as_reviewed() {
    for (name, document) in cases("ok") {
        let (contract, report) = read(&document);
        let artifacts = generate(&contract);
        snapshot(&format!("{name}.contract"), text(&artifacts, "contract.txt"));
        snapshot(&format!("{name}.errors.md"), text(&artifacts, "docs/errors.md"));
        snapshot(&format!("{name}.errors.json"), text(&artifacts, CATALOGUE));
        snapshot(&format!("{name}.report"), &rendered(&report, &document));
    }
}

/// The crate of a case. The goldens are packages of this workspace, so that every build compiles them.
fn package(name: &str, contract: &Contract) -> Vec<Artifact> {
    let options = rust::Options {
        package: Some(format!("golden-{name}")),
        runtime: Runtime::Path("../../../generator/runtime".to_owned()),
        command: "INSTA_UPDATE=always cargo test -p problemgen-tests".to_owned(),
        ..rust::Options::default()
    };
    let mut report = Report::new();
    let nowhere = Place {
        file: String::new(),
        line: 1,
        column: 1,
        pointer: String::new(),
        text: String::new(),
        underline: (0, 0),
    };
    match rust::plan(contract, &options, &|_| nowhere.clone(), &mut report) {
        Some(plan) => rust::emit(contract, &plan, &options),
        None => panic!("{name}: {}", report.render(Paint::Plain)),
    }
}

#[test]
fn the_crates_are_the_goldens() {
    // Nothing is overwritten unless somebody asks for it, in the way that insta is asked.
    let asked = std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always" || value == "force");
    let mut wrong = String::new();
    for (name, document) in cases("ok") {
        let golden = tests().join("golden").join(&name);
        let artifacts = package(&name, &read(&document).0);
        let mut report = Report::new();
        let mode = if asked { Mode::Write } else { Mode::Check };
        let outcome = store::store(&artifacts, &golden, Scope::Whole, mode, &mut report);
        let outcome = outcome.unwrap_or_else(|| panic!("{name}: {}", report.render(Paint::Plain)));
        if !asked {
            let changes = outcome.changes.iter();
            wrong.extend(changes.map(|change| format!("{:?} {name}/{}\n{}", change.kind, change.path, change.diff)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nif this is meant: INSTA_UPDATE=always cargo test -p problemgen-tests");
}

#[test]
fn every_golden_has_its_case() {
    let cases: Vec<String> = cases("ok").into_iter().map(|(name, _)| name).collect();
    let goldens = fs::read_dir(tests().join("golden")).expect("goldens");
    let goldens = goldens.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned());
    assert_eq!(goldens.filter(|name| !cases.contains(name)).collect::<Vec<_>>(), [] as [String; 0]);
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for (name, document) in cases("ok") {
        let (first, second) = (read(&document).0, read(&document).0);
        assert_eq!(first, second, "{name}");
        assert!(generate(&first) == generate(&second), "{name}: two runs differ");
        assert!(package(&name, &first) == package(&name, &second), "{name}: two crates differ");
    }
}
