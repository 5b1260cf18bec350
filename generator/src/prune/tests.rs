#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::load::{Input, Root, load_input};
use crate::report::{Paint, Report};

const TEXT: &str = "
openapi: 3.1.0
paths:
  /a:
    get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/C'}}}}}}
    put: {responses: {'204': {description: d}}, callbacks: {k: {'{$url}': {post: {summary: s}}}, l: {}}}
  /b:
    parameters: [{name: q, in: query, schema: {type: string}}]
    get: {responses: {}}
  /c: {get: {responses: {}}}
webhooks:
  w: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}
components:
  schemas:
    A: {properties: {x: {type: string}}}
    B: {discriminator: {propertyName: k, mapping: {a: A}}}
    C: {items: {$ref: '#/components/schemas/B'}}
    D: {example: {$ref: '#/components/schemas/A'}}
";

/// What is left out for each of the places, and the document then.
fn without(places: &[&str]) -> (Vec<String>, Value) {
    let mut input =
        Input { root: Root::Texts(vec![("a.yaml".to_owned(), TEXT.to_owned())]), ..Input::default() };
    for (number, place) in places.iter().enumerate() {
        assert_eq!(input.without.add("a.yaml", "a.yaml", place), Some((number, true)));
        assert_eq!(input.without.add("a.yaml", "a.yaml", place), Some((number, false)));
    }
    let mut report = Report::new();
    let sources = load_input(&input, &mut report).unwrap();
    let document = crate::bundle::bundle(sources, &mut report);
    let mut document = document.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)));
    let out = prune(&mut document);
    assert!(out.iter().all(|it| !it.because.is_empty()));
    (out.into_iter().map(|it| it.what).collect(), document.value)
}

#[test]
fn nothing_is_left_out_without_a_mark() {
    let (out, value) = without(&[]);
    assert_eq!(out, [] as [&str; 0]);
    assert!(value["paths"]["/a"]["put"]["callbacks"]["k"].is_object());
}

#[test]
fn the_smallest_thing_around_a_mark_is_left_out() {
    let (out, value) = without(&["/paths/~1a/get/responses/200/description", "/paths/~1c"]);
    assert_eq!(out, ["GET /a", "/c"]);
    assert_eq!(value["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), ["/a", "/b"]);
    let (out, value) = without(&["/paths/~1a/put/callbacks/k/{$url}/post"]);
    assert_eq!(out, ["the callback k of PUT /a"]);
    assert!(value["paths"]["/a"]["put"]["callbacks"]["l"].is_object());
    let (out, value) = without(&["/paths/~1b/parameters/0/schema"]);
    assert_eq!(out, ["/b"]);
    assert!(value["paths"].get("/b").is_none());
}

#[test]
fn what_needs_a_component_goes_with_it() {
    let (out, value) = without(&["/components/schemas/A/properties/x/type"]);
    assert_eq!(out, ["GET /a", "POST w", "the schema A", "the schema B", "the schema C"]);
    assert_eq!(value["components"]["schemas"].as_object().unwrap().keys().collect::<Vec<_>>(), ["D"]);
    assert!(value["paths"]["/a"]["put"].is_object());
}

#[test]
fn what_everything_stands_on_cannot_be_left_out() {
    for pointer in ["", "/info", "/paths", "/components", "/components/schemas", "/servers/0"] {
        assert_eq!(Input::default().without.add("a.yaml", "a.yaml", pointer), None, "{pointer}");
    }
}
