#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use openapiv3::{ParameterSchemaOrContent, SchemaKind, StatusCode, Type};
use serde_json::{Value, json};

use super::*;
use crate::load::load_text;
use crate::report::Paint;

fn run(text: &str) -> (Option<Resolved>, Report) {
    let mut report = Report::new();
    let sources = load_text("openapi.yaml", text, &mut report).unwrap();
    let document = crate::bundle::bundle(sources, &mut report).unwrap();
    let document = crate::downlevel::downlevel(document, &mut report).unwrap();
    let resolved = resolve(document, &mut report);
    (resolved, report)
}

fn good(text: &str) -> Resolved {
    let (resolved, report) = run(text);
    resolved.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)))
}

#[test]
fn references_are_followed_to_their_component() {
    let resolved = good(
        "openapi: 3.0.0\ninfo: {title: t, version: 1.10}\npaths: {}\ncomponents:\n  schemas:\n    A: {$ref: '#/components/schemas/B~1c'}\n    \
         B/c: {type: string}\n",
    );
    // The version as written, not as a number.
    assert_eq!(resolved.api.info.version, "1.10");
    let found = resolved.schema_named("#/components/schemas/A").unwrap();
    assert_eq!((found.name, found.at.0.as_str()), (Some("B/c"), "/components/schemas/B~1c"));
    assert_eq!(resolved.place(&found.at).line, 7);
    assert!(resolved.schema_named("#/components/schemas/No").is_none());
    let inline = ReferenceOr::Item(found.item.clone());
    assert_eq!(resolved.schema(&inline, &Pointer("/x".into())).unwrap().at.0, "/x");
}

#[test]
fn every_misfit_is_told_at_its_place() {
    let (resolved, report) = run("openapi: 3.0.0
paths:
  /a:
    get:
      parameters:
        - {in: query, schema: {}}
        - {name: b, in: body, schema: {}}
      responses:
        20x: {description: d}
        '200':
          description: d
          content:
            application/json:
              schema:
                properties:
                  deep: {items: {minLength: -1, title: [x]}}
                required: [1, {}]
components:
  securitySchemes: {s: {type: http}}
  schemas: {U: {discriminator: {mapping: {}}}}
");
    assert!(resolved.is_none());
    let told: Vec<_> = report
        .diagnostics()
        .into_iter()
        .map(|d| {
            let place = d.place.as_ref().unwrap();
            format!("{} {}:{} {}", d.code.code, place.line, place.column, d.message)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    R002 1:1 the document has no `info`
    R002 6:11 the parameter has no `name`
    R003 7:25 a parameter cannot be in `body`
    R004 9:9 `20x` is not a status
    R001 16:45 `minLength` must be a whole number that is not negative, not a number
    R001 16:49 `title` must be text, not a list, and is left out
    R001 17:28 `required` must be a list of names, but holds a number
    R001 17:31 `required` must be a list of names, but holds an object
    R001 19:21 the security scheme does not fit: missing field `scheme`
    R002 20:17 the discriminator has no `propertyName`
    ");
}

#[test]
fn what_people_mean_is_read() {
    let resolved = good(
        "openapi: 3.0.0
info: {title: t, version: 2}
servers: [{url: 'https://{h}', variables: {h: {default: 8443, enum: [8443]}}}]
tags: [plain]
paths:
  /a/{id}:
    parameters: [{name: id, in: path, schema: {}, style: odd}]
    get:
      responses:
        default: {description: d}
        4xx: {description: d}
        200: {description: 5, content: {application/json: {examples: {a: {bare: body}, b: {value: null}}}}}
components:
  parameters: {E: {name: e, in: query, content: {application/json: {}}}}
  securitySchemes: {o: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t}}}}
",
    );
    let item = resolved.api.paths.paths["/a/{id}"].as_item().unwrap();
    assert!(item.parameters[0].as_item().unwrap().parameter_data_ref().required);
    let responses = &item.get.as_ref().unwrap().responses;
    assert!(responses.default.is_some() && responses.responses.contains_key(&StatusCode::Range(4)));
    let response = responses.responses[&StatusCode::Code(200)].as_item().unwrap();
    assert_eq!(response.description, "5");
    let examples = &response.content["application/json"].examples;
    assert_eq!(examples["a"].as_item().unwrap().value, Some(json!({"bare": "body"})));
    assert_eq!(examples["b"].as_item().unwrap().value, Some(Value::Null));
    assert_eq!(resolved.api.tags[0].name, "plain");
    let components = resolved.api.components.as_ref().unwrap();
    let parameter = components.parameters["E"].as_item().unwrap().parameter_data_ref();
    assert!(matches!(parameter.format, ParameterSchemaOrContent::Content(_)));
}

/// Schemas are read here and not by `openapiv3` for the sake of places and speed; the result has to be the same.
#[test]
fn schemas_are_what_openapiv3_makes_of_them() {
    let schemas = [
        json!({"type": "string", "format": "date-time", "enum": ["a", null], "maxLength": 2, "pattern": "x"}),
        json!({"type": "string", "enum": ["a", 1]}),
        json!({"type": "string", "minimum": 1}),
        json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 9, "enum": [1, 2]}),
        json!({"type": "number", "minimum": 0.5, "exclusiveMinimum": true, "enum": [1.5]}),
        json!({"type": "boolean", "enum": [true]}),
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "additionalProperties": true, "minProperties": 1}),
        json!({"type": "object", "properties": {}, "allOf": [{"type": "object"}]}),
        json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}),
        json!({"oneOf": [{"type": "string"}], "discriminator": {"propertyName": "a", "mapping": {"x": "y"}}}),
        json!({"allOf": [{"type": "string"}], "description": "d", "title": "t", "nullable": true, "readOnly": true}),
        json!({"anyOf": [{"type": "string"}], "default": 1, "example": {"a": 1}, "deprecated": true, "writeOnly": true}),
        json!({"not": {"type": "string"}}),
        json!({"anyOf": [{}], "oneOf": [{}]}),
        json!({"enum": [1, "a"]}),
        json!({"x-a": 1, "externalDocs": {"url": "u"}}),
        json!({}),
    ];
    for value in schemas {
        let text = json!({
            "openapi": "3.0.0", "info": {"title": "", "version": ""}, "paths": {}, "components": {"schemas": {"S": value}}
        });
        let ours = good(&text.to_string()).schema_named("#/components/schemas/S").unwrap().item.clone();
        let theirs: Schema = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(ours, theirs, "{value}");
    }
}

#[test]
fn null_is_kept_where_it_is_a_value() {
    let resolved = good(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\ncomponents: {schemas: {A: {type: [integer, 'null'], minimum: 0, example: null}}}",
    );
    let found = resolved.schema_named("#/components/schemas/A").unwrap();
    assert!(found.item.schema_data.nullable);
    assert_eq!(found.item.schema_data.example, Some(Value::Null));
    assert!(
        matches!(&found.item.schema_kind, SchemaKind::Type(Type::Integer(integer)) if integer.minimum == Some(0))
    );
}

/// Cuts, repeats and exchanges pieces of a document; whatever comes out is read or refused, and each refusal can be shown.
#[test]
fn damaged_documents_never_panic() {
    let text = "openapi: 3.1.0\ninfo: {title: t, version: 1}\npaths:\n  /a/{id}:\n    parameters: [{name: id, in: path, schema: \
                {type: [string, 'null']}}]\n    get: {responses: {200: {$ref: '#/components/responses/R'}, default: {$ref: \
                '#/components/responses/R'}}, callbacks: {c: {'{$url}': {$ref: '#/paths/~1a~1{id}'}}}}\ncomponents:\n  \
                responses: {R: &r {description: d, content: {a/b: {schema: {$ref: '#/components/schemas/S/anyOf/0'}}}}}\n  \
                schemas:\n    S: {anyOf: [{const: 1}, {type: 'null'}, {$ref: '#/components/schemas/T'}], discriminator: \
                {propertyName: p, mapping: {x: T, y: '#/components/schemas/S'}}}\n    T: {<<: *r, items: {$ref: '#/components/schemas/S'}, \
                exclusiveMinimum: 1, if: true}\n";
    good(text);
    let pieces: Vec<&str> = text.split_inclusive([' ', ',', '{', '}', ':', '\n']).collect();
    let mut state = 1u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut survived = 0;
    for _ in 0..3_000 {
        let mut damaged = pieces.clone();
        for _ in 0..=next(3) {
            let (from, to) = (next(damaged.len()), next(damaged.len()));
            match next(3) {
                0 => drop(damaged.remove(from)),
                1 => damaged.insert(to, damaged[from]),
                _ => damaged.swap(from, to),
            }
        }
        let mut report = Report::new();
        let resolved = load_text("openapi.yaml", damaged.concat(), &mut report)
            .and_then(|sources| crate::bundle::bundle(sources, &mut report))
            .and_then(|document| crate::downlevel::downlevel(document, &mut report))
            .and_then(|document| resolve(document, &mut report));
        assert_eq!(resolved.is_none(), report.errors() > 0, "{}", damaged.concat());
        assert_eq!(report.render(Paint::Plain).is_empty(), report.is_empty());
        survived += usize::from(resolved.is_some());
    }
    assert!(survived > 100, "{survived}");
}
