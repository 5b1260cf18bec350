#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use serde_json::json;

use super::*;
use crate::load::{Root, load_input};
use crate::report::{Paint, Severity};

const ROOT: &str = "openapi: 3.1.0
info: {title: Shop, version: 1}
tags:
  - name: a
  - name: b
  - name: c
paths:
  /pets:
    get: {summary: List, tags: [a]}
    post: {summary: Add}
  /x-y: {get: {}}
";

fn run(actions: &str) -> (Option<Sources>, Report) {
    run_texts(&[
        ("openapi.yaml", ROOT),
        ("o.yaml", &format!("overlay: 1.0.0\ninfo: {{}}\nactions:\n{actions}")),
    ])
}

/// The first text with all others laid over it.
fn run_texts(texts: &[(&str, &str)]) -> (Option<Sources>, Report) {
    let overlays = texts.iter().skip(1).map(|(name, _)| name.into()).collect();
    let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let input = Input { root: Root::Texts(texts), overlays, ..Input::default() };
    let mut report = Report::new();
    let sources = load_input(&input, &mut report).unwrap();
    let sources = overlay(sources, &input, &mut report);
    (sources, report)
}

fn good(actions: &str) -> (Value, Sources) {
    let (sources, report) = run(actions);
    assert!(report.is_empty(), "{}", report.render(Paint::Plain));
    let sources = sources.unwrap();
    (sources.value(FileId::ROOT).clone(), sources)
}

/// The code, severity and place of each thing that was said.
fn said(actions: &str) -> Vec<(&'static str, Severity, String, usize)> {
    let (_, report) = run(actions);
    let of = |it: &Diagnostic| {
        let place = it.place.as_ref().unwrap();
        (it.code.code, it.severity, place.file.clone(), place.line)
    };
    report.diagnostics().into_iter().map(of).collect()
}

#[test]
fn objects_are_merged_lists_appended_and_values_replaced() {
    let (value, _) = good(
        "- {target: '$.paths[\"/pets\"].get', update: {summary: All, tags: [b], x-new: {deep: [1]}}}\n\
         - {target: $.tags, update: {name: d}}\n\
         - {target: $.tags, update: [{name: e}, {name: f}]}\n\
         - {target: $.info, update: {title: Store}}\n",
    );
    assert_eq!(
        value["paths"]["/pets"]["get"],
        json!({"summary": "All", "tags": ["a", "b"], "x-new": {"deep": [1]}})
    );
    let names: Vec<_> = value["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(value["info"], json!({"title": "Store", "version": 1}));
}

#[test]
fn every_target_is_changed_once() {
    let (value, _) =
        good("- {target: '$.paths.*.get', update: {tags: [z]}}\n- {target: '$..post', remove: true}\n");
    assert_eq!(value["paths"]["/pets"], json!({"get": {"summary": "List", "tags": ["a", "z"]}}));
    assert_eq!(value["paths"]["/x-y"]["get"]["tags"], json!(["z"]));
    let (value, _) = good("- {target: '$.tags[0, 0, 2]', remove: true}\n");
    assert_eq!(value["tags"], json!([{"name": "b"}]));
    let (value, _) = good("- {target: '$.tags[?@.name != \"b\"]', update: {x-a: 1}}\n");
    assert_eq!(value["tags"], json!([{"name": "a", "x-a": 1}, {"name": "b"}, {"name": "c", "x-a": 1}]));
}

#[test]
fn actions_follow_each_other_and_so_do_overlays() {
    let (value, _) = good(
        "- {target: $.paths, update: {/new: {get: {}}}}\n- {target: '$.paths[\"/new\"].get', update: {summary: s}}\n\
         - {target: '$.paths[\"/new\"].get', copy: '$.paths[\"/pets\"].get'}\n- {target: '$.info', remove: true, update: {a: b}}\n",
    );
    assert_eq!(value["paths"]["/new"]["get"], json!({"summary": "List", "tags": ["a"]}));
    assert!(value.get("info").is_none(), "remove has precedence");
    let one = "overlay: 1.0.0\nactions: [{target: $.info, update: {title: One}}]";
    let two = "overlay: 1.1.0\nactions: [{target: '$.info[?@ == \"One\"]', update: Two}]";
    let (sources, report) = run_texts(&[("openapi.yaml", ROOT), ("1.yaml", one), ("2.yaml", two)]);
    assert!(report.is_empty(), "{}", report.render(Paint::Plain));
    assert_eq!(sources.unwrap().value(FileId::ROOT)["info"]["title"], "Two");
}

#[test]
fn places_are_where_the_words_stand() {
    let (_, sources) = good(
        "- {target: '$.tags[1]', remove: true}\n- {target: $.tags, update: {name: d}}\n\
         - {target: '$.paths[\"/pets\"].get', update: {x-new: {deep: 1}}}\n\
         - {target: '$.paths[\"/x-y\"].get', copy: '$.paths[\"/pets\"].get'}\n",
    );
    let place = |pointer: &str| {
        let place = sources.place_in(FileId::ROOT, pointer, Part::Value);
        (place.file, place.line, place.text.get(place.underline.0..place.underline.1).unwrap().to_owned())
    };
    let at = |file: &str, line, text: &str| (file.to_owned(), line, text.to_owned());
    assert_eq!(place("/tags/0/name"), at("openapi.yaml", 4, "a"));
    assert_eq!(place("/tags/1/name"), at("openapi.yaml", 6, "c"));
    assert_eq!(place("/tags/2/name"), at("o.yaml", 5, "d"));
    assert_eq!(place("/paths/~1pets/get/x-new/deep"), at("o.yaml", 6, "1"));
    assert_eq!(place("/paths/~1pets/get/summary"), at("openapi.yaml", 9, "List"));
    assert_eq!(place("/paths/~1x-y/get/x-new/deep"), at("o.yaml", 6, "1"));
    assert_eq!(place("/paths/~1x-y/get/summary"), at("openapi.yaml", 9, "List"));
}

#[test]
fn what_has_no_effect_is_a_warning() {
    for actions in [
        "- {target: $.nothing, update: {}}\n",
        "- {target: $.info}\n",
        "- {target: '$.tags[9]', remove: true}\n",
    ] {
        assert_eq!(said(actions), [("O003", Severity::Warning, "o.yaml".to_owned(), 4)], "{actions}");
    }
}

#[test]
fn what_is_wrong_is_an_error_with_a_place() {
    let deep = format!("- {{target: '${}', remove: true}}\n", "[?@".repeat(99));
    let long = format!("- {{target: '${}', remove: true}}\n", "..*".repeat(9));
    for (actions, code) in [
        ("- {target: paths, update: {}}\n", "O002"),
        ("- {target: '$.a[', update: {}}\n", "O002"),
        ("- {target: [1], update: {}}\n", "O002"),
        (&deep, "O002"),
        (&long, "O002"),
        ("- {target: $, remove: true}\n", "O004"),
        ("- {target: $.info.title, update: {a: b}}\n", "O004"),
        ("- {target: $.info, update: [1]}\n", "O004"),
        ("- {target: $.info, copy: '$.tags[*]'}\n", "O006"),
        ("- {update: {}}\n", "O001"),
        ("- 5\n", "O001"),
        ("- {target: $.info, remove: please}\n", "O001"),
    ] {
        let (sources, _) = run(actions);
        assert!(sources.is_none(), "{actions}");
        assert_eq!(said(actions), [(code, Severity::Error, "o.yaml".to_owned(), 4)], "{actions}");
    }
}

#[test]
fn what_is_no_overlay_is_refused() {
    for text in [
        "a: b",
        "overlay: 2.0.0\nactions: []",
        "overlay: 1.0.0",
        "overlay: 1.0.0\nactions: {}",
        "[]",
        "overlay: [",
    ] {
        let (sources, report) = run_texts(&[("openapi.yaml", ROOT), ("o.yaml", text)]);
        assert!(sources.is_none() && report.errors() == 1, "{text}: {}", report.render(Paint::Plain));
    }
    let (sources, report) = run_texts(&[("openapi.yaml", ROOT), ("o.yaml", "overlay: 1.0\nactions: []")]);
    assert!(sources.is_some() && report.is_empty());
}

#[test]
fn the_document_that_it_extends_is_compared() {
    for (extends, warned) in [
        ("openapi.yaml", false),
        ("./openapi.yaml", false),
        ("other.yaml", true),
        ("https://a.example/b.yaml", false),
    ] {
        let text = format!("overlay: 1.0.0\nextends: {extends}\nactions: []");
        let (sources, report) = run_texts(&[("openapi.yaml", ROOT), ("o.yaml", &text)]);
        assert!(sources.is_some());
        assert_eq!(report.warnings() == 1, warned, "{extends}: {}", report.render(Paint::Plain));
    }
}

#[test]
fn misspelt_members_are_told() {
    let (_, report) = run("- {target: $.info, updat: {}}\n");
    let text = report.render(Paint::Plain);
    assert!(text.contains("`updat`") && text.contains("near names: `update`"), "{text}");
}
