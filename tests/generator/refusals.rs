//! Everything that the generator says against a document: one case a diagnostic code, the rendered report is the snapshot.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use problemgen::config;
use problemgen::report::{Code, Paint, Report, Severity};
use problemgen::store::{self, Artifact, Mode, Scope, codes};
use problemgen::{DIAGNOSTICS, Options, bundle, load, resolve};

use crate::cases::{cases, input, rendered, snapshot};

/// Codes that no document and no folder made here brings about, the test that does, and the words by which it does.
const ELSEWHERE: &[(Code, &str, &str)] = &[
    // Earlier stages refuse or cure the document, so these keep their own stage honest.
    (
        problemgen::resolve::codes::UNRESOLVED,
        "tests/generator/refusals.rs",
        "fn a_reference_that_the_bundle_missed",
    ),
    (problemgen::lower::codes::OPTIONAL_PATH, "generator/src/lower/tests/operations.rs", "P015 "),
    (problemgen::lower::codes::DANGLING, "generator/src/lower/tests/operations.rs", "P001 "),
    (problemgen::check::codes::UNUSED_PATH_PARAM, "generator/src/check/tests.rs", "C002:"),
    (problemgen::check::codes::OPTIONAL_PATH_PARAM, "generator/src/check/tests.rs", "C003:"),
    (problemgen::check::codes::INDEX, "generator/src/check/tests.rs", "C005:"),
    (problemgen::check::codes::SHADOW, "generator/src/check/tests.rs", "C017:"),
    (problemgen::check::codes::DUPLICATE_CODE, "generator/src/check/tests.rs", "C010:"),
    // What was replaced has to become undeletable between two steps.
    (codes::LEFTOVER, "generator/src/store/tests.rs", "Step::DiscardOld"),
];

fn seen(report: &Report) -> BTreeSet<&'static str> {
    report.diagnostics().iter().map(|diagnostic| diagnostic.code.code).collect()
}

/// Reads and generates, as far as it goes.
fn refused(document: &Path) -> Report {
    let mut report = Report::new();
    let config = config::config(None, document, &mut report);
    let read = |config| problemgen::read_input(&input(document), &config, &mut report);
    if let Some(read) = config.and_then(read) {
        drop(problemgen::generate(&read, &Options::default(), &mut report));
    }
    report
}

#[test]
fn every_refusal_reads_as_reviewed() {
    let mut beside_the_point = Vec::new();
    for (name, document) in cases("err") {
        let report = refused(&document);
        let code = name.split('-').next().unwrap_or_default();
        let text = rendered(&report, &document);
        if !seen(&report).contains(code) {
            beside_the_point.push(format!("{name}:\n{text}"));
            continue;
        }
        for diagnostic in report.diagnostics() {
            let said = format!("{name}: {diagnostic:?}");
            let name = ["Swagger", "OpenAPI"].iter().any(|name| diagnostic.message.starts_with(name));
            assert!(name || !diagnostic.message.starts_with(char::is_uppercase), "{said}");
            assert!(!diagnostic.message.ends_with('.'), "{said}");
            assert!(
                diagnostic.place.as_ref().is_none_or(|place| place.line > 0 && place.column > 0),
                "{said}"
            );
            assert!(
                diagnostic.help.is_some() || diagnostic.severity != Severity::Error,
                "no way out: {said}"
            );
        }
        snapshot(&name, &text);
    }
    assert!(beside_the_point.is_empty(), "not about their code: {}", beside_the_point.concat());
}

#[test]
fn every_diagnostic_has_a_case() {
    let mut covered: BTreeSet<&str> = stores().iter().map(|(code, ..)| code.code).collect();
    covered.extend(ELSEWHERE.iter().map(|(code, ..)| code.code));
    let names: Vec<String> = cases("err").into_iter().map(|(name, _)| name).collect();
    covered.extend(names.iter().filter_map(|name| name.split('-').next()));
    let known: BTreeSet<&str> = DIAGNOSTICS.iter().copied().flatten().map(|code| code.code).collect();
    assert_eq!(known.difference(&covered).collect::<Vec<_>>(), [] as [&&str; 0], "codes without a case");
    assert_eq!(
        covered.difference(&known).collect::<Vec<_>>(),
        [] as [&&str; 0],
        "cases of codes that are gone"
    );
}

#[test]
fn what_is_tested_elsewhere_is_tested_there() {
    for (code, file, words) in ELSEWHERE {
        let text = fs::read_to_string(problemgen_tests::repository().join(file)).expect("the named test");
        assert!(text.contains(words), "{file} does not bring about {}", code.code);
    }
}

/// A refusal of the store: its code, what is to be written, and what stands at `out` before.
type StoreCase = (Code, &'static str, fn(&Path));

fn stores() -> Vec<StoreCase> {
    vec![
        (codes::PATH, "docs/CON.md", |_| {}),
        (codes::ROOT, "a.txt", |out| fs::write(out, "a file").expect("written")),
        (codes::FOREIGN, "a.txt", |out| {
            fs::create_dir(out).expect("made");
            fs::write(out.join("thesis.tex"), "years of work").expect("written");
        }),
        (codes::SYSTEM, "a.txt", |out| {
            // The folder that the output stands in is a file.
            let parent = out.parent().expect("a parent");
            fs::remove_dir(parent).expect("removed");
            fs::write(parent, "a file").expect("written");
        }),
        (codes::READ_ONLY, "a.txt", |out| {
            write("b.txt", out, &mut Report::new());
            let mut permissions = fs::metadata(out).expect("metadata").permissions();
            permissions.set_readonly(true);
            fs::set_permissions(out, permissions).expect("set");
        }),
    ]
}

fn write(path: &str, out: &Path, report: &mut Report) {
    store::store(&[Artifact::new(path, "text\n")], out, Scope::Whole, Mode::Write, report);
}

#[test]
fn every_refusal_of_the_store_reads_as_reviewed() {
    for (code, path, prepare) in stores() {
        let folder = tempfile::tempdir().expect("a folder");
        let parent = folder.path().join("parent");
        fs::create_dir(&parent).expect("made");
        let out = parent.join("out");
        prepare(&out);
        let mut report = Report::new();
        write(path, &out, &mut report);
        let place = fs::canonicalize(folder.path()).expect("a path");
        let text = report.render(Paint::Plain);
        let text = text.replace(&*place.to_string_lossy(), "").replace(&*folder.path().to_string_lossy(), "");
        assert!(seen(&report).contains(code.code), "{} is not said:\n{text}", code.code);
        snapshot(&format!("{}-store", code.code), &text);
        let Ok(metadata) = fs::metadata(&out) else { continue };
        if metadata.permissions().readonly() {
            let mut permissions = metadata.permissions();
            #[allow(clippy::permissions_set_readonly_false, reason = "a temporary folder of this test")]
            permissions.set_readonly(false);
            fs::set_permissions(&out, permissions).expect("set");
        }
    }
}

#[test]
fn a_reference_that_the_bundle_missed() {
    let text = "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        '200': {$ref: '#/components/responses/Gone'}\n";
    let mut report = Report::new();
    let sources = load::load_text("shop.yaml", text, &mut report).expect("sources");
    let value = sources.value(load::FileId::ROOT).clone();
    assert!(resolve::resolve(bundle::Document { value, sources }, &mut report).is_none());
    snapshot("R005-stage", &report.render(Paint::Plain));
}
