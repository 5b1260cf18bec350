//! Small documents that are fine: each is read, printed twice, and compared with what it printed when it was last reviewed.

use std::fs;
use std::path::{Path, PathBuf};

use problemgen::config;
use problemgen::load::Input;
use problemgen::report::{Paint, Report};
use problemgen::rust::{self, Runtime};
use problemgen::store::{self, Artifact, Mode, Scope};
use problemgen::{CATALOGUE, Options, Output, Read};
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
                true => ["openapi.yaml", "openapi.json"]
                    .map(|root| path.join(root))
                    .into_iter()
                    .find(|root| root.is_file()),
                false => Some(path.clone()),
            };
            (name, root.unwrap_or_else(|| panic!("{} has no openapi.yaml", path.display())))
        })
        .collect();
    cases.sort();
    cases
}

/// A case as the generator is given it: with the overlay that lies beside the document.
pub(crate) fn input(document: &Path) -> Input {
    let overlay = document.with_file_name("overlay.yaml");
    let overlays = if overlay.is_file() { vec![overlay] } else { Vec::new() };
    Input { overlays, ..Input::path(document) }
}

/// A report as a person reads it, with paths from the folder of the case.
pub(crate) fn rendered(report: &Report, document: &Path) -> String {
    let folder = document.parent().expect("a folder").to_string_lossy().replace('\\', "/");
    report.render(Paint::Plain).replace(&format!("{folder}/"), "")
}

fn read(document: &Path) -> (Read, Report) {
    let mut report = Report::new();
    let config = config::config(None, document, &mut report);
    match config.and_then(|config| problemgen::read_input(&input(document), &config, &mut report)) {
        Some(read) => (read, report),
        None => panic!("{}", report.render(Paint::Plain)),
    }
}

/// Everything that is generated for a case, and what was said meanwhile. The goldens are packages of this workspace, so
/// that every build compiles them.
fn generate(name: &str, read: &Read, report: &mut Report) -> Vec<Artifact> {
    let rust = rust::Options {
        package: Some(format!("golden-{name}")),
        runtime: Runtime::Path("../../../generator/runtime".to_owned()),
        command: "INSTA_UPDATE=always cargo test -p problemgen-tests".to_owned(),
        ..rust::Options::default()
    };
    let artifacts = problemgen::generate(read, &Options { rust, ..Options::default() }, report);
    artifacts.unwrap_or_else(|| panic!("{name}: {}", report.render(Paint::Plain)))
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
        let (read, mut report) = read(&document);
        let artifacts = generate(&name, &read, &mut report);
        snapshot(&format!("{name}.contract"), text(&artifacts, "contract.txt"));
        snapshot(&format!("{name}.errors.md"), text(&artifacts, "docs/errors.md"));
        snapshot(&format!("{name}.errors.json"), text(&artifacts, CATALOGUE));
        snapshot(&format!("{name}.report"), &rendered(&report, &document));
    }
}

#[test]
fn the_crates_are_the_goldens() {
    // Nothing is overwritten unless somebody asks for it, in the way that insta is asked.
    let asked = std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always" || value == "force");
    let mut wrong = String::new();
    for (name, document) in cases("ok") {
        let golden = tests().join("golden").join(&name);
        let mut report = Report::new();
        let mut artifacts = generate(&name, &read(&document).0, &mut report);
        artifacts.retain(|artifact| artifact.path.ends_with(".rs") || artifact.path == "Cargo.toml");
        let mode = if asked { Mode::Write } else { Mode::Check };
        let outcome = store::store(&artifacts, &golden, Scope::Whole, mode, &mut report);
        let outcome = outcome.unwrap_or_else(|| panic!("{name}: {}", report.render(Paint::Plain)));
        if !asked {
            let changes = outcome.changes.iter();
            wrong.extend(
                changes.map(|change| format!("{:?} {name}/{}\n{}", change.kind, change.path, change.diff)),
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "{wrong}\nif this is meant: INSTA_UPDATE=always cargo test -p problemgen-tests"
    );
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
        assert_eq!(first.contract, second.contract, "{name}");
        let generate = |read| generate(&name, read, &mut Report::new());
        assert!(generate(&first) == generate(&second), "{name}: two runs differ");
    }
}

/// Every part is generated in every case, and nothing else.
#[test]
fn the_parts_are_the_whole() {
    let (read, _) = read(&cases("ok").swap_remove(0).1);
    let parts = |outputs: &[Output]| {
        let options = Options { outputs: outputs.iter().copied().collect(), ..Options::default() };
        problemgen::generate(&read, &options, &mut Report::new()).expect("artifacts")
    };
    let mut sum: Vec<Artifact> = Output::ALL.iter().flat_map(|output| parts(&[*output])).collect();
    let mut whole = parts(&Output::ALL);
    sum.sort_by(|a, b| a.path.cmp(&b.path));
    whole.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sum == whole);
}
