#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use serde_json::json;

use super::*;
use crate::load::load_text;
use crate::report::{Paint, Severity};

fn run(text: String) -> (Value, Report) {
    let mut report = Report::new();
    let sources = load_text("openapi.json", text, &mut report).unwrap();
    let document = crate::bundle::bundle(sources, &mut report);
    let document = document.and_then(|document| downlevel(document, &mut report));
    (document.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain))).value, report)
}

/// What a schema becomes; `Other` is there to be referred to.
fn schema(schema: Value) -> Value {
    let document = json!({"openapi": "3.1.0", "components": {"schemas": {"S": schema, "Other": {}}}});
    let (mut value, report) = run(document.to_string());
    assert!(report.is_empty(), "{}", report.render(Paint::Plain));
    value["components"]["schemas"]["S"].take()
}

#[test]
fn types_and_null() {
    assert_eq!(schema(json!({"type": ["string", "null"]})), json!({"type": "string", "nullable": true}));
    assert_eq!(schema(json!({"type": ["string"]})), json!({"type": "string"}));
    assert_eq!(schema(json!({"type": "null"})), json!({"nullable": true, "enum": [null]}));
    assert_eq!(
        schema(
            json!({"type": ["string", "array", "null"], "items": {"type": "integer"}, "maxLength": 3, "title": "t"})
        ),
        json!({
            "title": "t", "nullable": true,
            "anyOf": [{"type": "string", "maxLength": 3}, {"type": "array", "items": {"type": "integer"}}]
        })
    );
}

#[test]
fn branches_of_null() {
    let reference = json!({"$ref": "#/components/schemas/Other"});
    let expected = json!({"allOf": [reference], "nullable": true, "title": "t"});
    for keyword in ["anyOf", "oneOf"] {
        for nothing in [json!({"type": "null"}), json!({"const": null}), json!({"enum": [null]})] {
            assert_eq!(schema(json!({keyword: [reference, nothing], "title": "t"})), expected);
        }
    }
    assert_eq!(
        schema(json!({"anyOf": [{"type": "null"}, {"type": "string", "format": "date"}]})),
        json!({"nullable": true, "type": "string", "format": "date"})
    );
    assert_eq!(
        schema(json!({"title": "a", "anyOf": [{"type": "null"}, {"title": "b"}]})),
        json!({"title": "a", "nullable": true, "allOf": [{"title": "b"}]})
    );
    assert_eq!(
        schema(json!({"oneOf": [reference, {"type": "string"}, {"type": "null"}]})),
        json!({"oneOf": [reference, {"type": "string"}], "nullable": true})
    );
}

#[test]
fn constants_and_examples() {
    assert_eq!(schema(json!({"const": "a"})), json!({"type": "string", "enum": ["a"], "x-const": "a"}));
    assert_eq!(
        schema(json!({"const": 1, "type": "number"})),
        json!({"type": "number", "enum": [1], "x-const": 1})
    );
    assert_eq!(
        schema(json!({"const": 1, "enum": [1, 2]})),
        json!({"enum": [1], "type": "integer", "x-enum": [1, 2], "x-const": 1})
    );
    assert_eq!(schema(json!({"examples": [1, 2]})), json!({"example": 1, "x-examples": [1, 2]}));
    assert_eq!(schema(json!({"example": 0, "examples": [1]})), json!({"example": 0, "x-examples": [1]}));
}

#[test]
fn references_with_members() {
    let reference = json!({"$ref": "#/components/schemas/Other"});
    assert_eq!(
        schema(json!({"items": {"$ref": "#/components/schemas/Other", "description": "d"}})),
        json!({"items": {"description": "d", "allOf": [reference]}})
    );
    assert_eq!(
        schema(json!({"$ref": "#/components/schemas/Other", "allOf": [{"title": "t"}]})),
        json!({"allOf": [reference, {"title": "t"}]})
    );
}

#[test]
fn bounds_and_content() {
    assert_eq!(schema(json!({"exclusiveMinimum": 1})), json!({"exclusiveMinimum": true, "minimum": 1}));
    assert_eq!(
        schema(json!({"exclusiveMaximum": 9, "maximum": 5})),
        json!({"maximum": 5, "x-exclusive-maximum": 9})
    );
    assert_eq!(
        schema(json!({"minimum": 5, "exclusiveMinimum": true})),
        json!({"minimum": 5, "exclusiveMinimum": true})
    );
    assert_eq!(
        schema(json!({"type": "integer", "minimum": -9.3e18, "maximum": 10.0})),
        json!({"type": "integer", "maximum": 10, "x-minimum": -9.3e18})
    );
    assert_eq!(
        schema(json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"})),
        json!({"type": "string", "format": "byte", "x-content-encoding": "base64", "x-content-media-type": "image/png"})
    );
    assert_eq!(
        schema(json!({"contentMediaType": "application/octet-stream"})),
        json!({"type": "string", "format": "binary", "x-content-media-type": "application/octet-stream"})
    );
    assert_eq!(schema(json!({"contentMediaType": "image/png"}))["format"], "binary");
    for text in ["text/html", "application/json", "image/svg+xml", "application/jwt"] {
        assert!(
            schema(json!({"type": "string", "contentMediaType": text})).get("format").is_none(),
            "{text}"
        );
    }
    assert_eq!(schema(json!({"type": "file"})), json!({"type": "string", "format": "binary"}));
}

#[test]
fn keywords_travel_in_extensions() {
    assert_eq!(
        schema(json!({
            "if": {"const": 1}, "dependentRequired": {"a": ["b"]}, "unevaluatedProperties": false, "$comment": "c",
            "prefixItems": [true, false], "additionalProperties": false
        })),
        json!({
            "additionalProperties": false,
            "x-if": {"enum": [1], "type": "integer", "x-const": 1},
            "x-dependent-required": {"a": ["b"]},
            "x-unevaluated-properties": false,
            "x-comment": "c",
            "x-prefix-items": [{}, {"not": {}, "x-boolean": false}]
        })
    );
    assert_eq!(
        schema(json!({"items": [{"type": "string"}, {"type": "null"}], "additionalItems": false})),
        json!({"items": {"anyOf": [{"type": "string"}, {"nullable": true, "enum": [null]}]}})
    );
    assert_eq!(
        schema(
            json!({"prefixItems": [{"type": "string"}, {"type": "string"}], "maxItems": 2, "items": {"type": "integer"}})
        ),
        json!({"maxItems": 2, "items": {"type": "string"}})
    );
    assert_eq!(
        schema(json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}})),
        json!({"items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}})
    );
    assert_eq!(schema(json!({"prefixItems": [{"type": "string"}], "items": true}))["items"], json!({}));
    assert_eq!(
        schema(json!({"items": [{"type": "string"}], "description": null})),
        json!({"x-prefix-items": [{"type": "string"}], "x-description": null})
    );
}

#[test]
fn a_boolean_required_is_ignored_aloud() {
    let properties = json!({"a": {"required": true}, "b": {"required": "False"}, "c": {"required": ["d"]}});
    let schema = json!({"properties": properties});
    let (value, report) =
        run(json!({"openapi": "3.1.0", "components": {"schemas": {"S": schema}}}).to_string());
    assert_eq!(
        value["components"]["schemas"]["S"]["properties"],
        json!({"a": {"x-required": true}, "b": {"x-required": "False"}, "c": {"required": ["d"]}})
    );
    let said: Vec<_> = report.diagnostics().iter().map(|it| (it.code.code, it.severity)).collect();
    assert_eq!(said, [("D004", Severity::Warning); 2]);
}

#[test]
fn properties_may_have_the_names_of_keywords() {
    let named = json!({"properties": {"const": {"type": "string"}, "examples": {}, "if": true, "additionalProperties": true}});
    let expected = json!({"properties": {"const": {"type": "string"}, "examples": {}, "if": {}, "additionalProperties": {}}});
    assert_eq!(schema(named), expected);
    let data =
        json!({"example": {"const": 1, "type": ["a"]}, "default": {"examples": [1]}, "enum": [{"if": 1}]});
    assert_eq!(schema(data.clone()), data);
}

#[test]
fn the_rest_of_a_document() {
    let (value, report) = run(json!({
        "openapi": "3.2.0",
        "webhooks": {"w": {"post": {}}},
        "paths": {"a": {"get": {"responses": {"200": {"summary": "s"}}, "parameters": [{"name": "x", "in": "query"}]}, "query": {}}},
        "components": {"securitySchemes": {"m": {"type": "mutualTLS"}}, "parameters": {"P": {
            "name": "p", "in": "query", "schema": {}, "examples": [1]
        }}}
    }).to_string());
    assert_eq!(value["openapi"], "3.0.3");
    assert_eq!(value["x-webhooks"]["w"]["post"]["responses"], json!({}));
    assert_eq!(value["paths"]["/a"]["get"]["responses"]["200"], json!({"x-summary": "s", "description": ""}));
    assert_eq!(value["paths"]["/a"]["get"]["parameters"][0]["schema"], json!({"type": "string"}));
    assert_eq!(value["paths"]["/a"]["query"], json!({"responses": {}}));
    assert_eq!(value["components"]["x-security-schemes"]["m"]["type"], "mutualTLS");
    assert_eq!(value["components"]["parameters"]["P"]["x-examples"], json!([1]));
    let codes: Vec<_> = report.diagnostics().iter().map(|d| d.code.code).collect();
    assert_eq!(codes.iter().filter(|code| **code == "D001").count(), 2, "{}", report.render(Paint::Plain));
    assert!(codes.contains(&"D003"));
}

#[test]
fn members_beside_other_references_are_told() {
    let (_, report) = run(json!({
        "openapi": "3.0.0",
        "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/R", "headers": {}, "description": "d"}}}}},
        "components": {"responses": {"R": {"description": "r"}}}
    }).to_string());
    assert_eq!(report.diagnostics()[0].message, "`headers` beside `$ref` has no effect");
}

#[test]
fn a_3_0_document_passes_unchanged() {
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}}}},
        "components": {"schemas": {"A": {"type": "object", "nullable": true, "properties": {"x": {"type": "integer", "minimum": 0}}}}}
    });
    assert_eq!(run(document.to_string()).0, document);
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let mut names: Vec<_> = RULES.iter().copied().flatten().map(|rule| rule.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
