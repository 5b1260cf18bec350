#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use serde_json::json;

use super::*;
use crate::contract::Pointer;
use crate::load::{Part, load_texts};
use crate::report::Paint;

fn run(texts: &[(&str, &str)]) -> (Option<Document>, Report) {
    let mut report = Report::new();
    let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let sources = load_texts(texts, &mut report).unwrap();
    let document = bundle(sources, &mut report);
    (document, report)
}

fn good(texts: &[(&str, &str)]) -> Value {
    let (document, report) = run(texts);
    assert!(report.is_empty(), "{}", report.render(Paint::Plain));
    document.unwrap().value
}

const SINGLE: &str = "
openapi: 3.1.0
paths:
  /pets/{id}:
    get:
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        '404': {$ref: '#/components/responses/Gone'}
components:
  schemas:
    Tag: {type: string}
    Pet: {properties: {tags: {items: {$ref: '#/components/schemas/Tag'}}, mother: {$ref: '#/components/schemas/Pet'}}}
  responses:
    Gone: {description: gone}
";

#[test]
fn split_and_single_documents_are_the_same() {
    let split = good(&[
        ("openapi.yaml", "openapi: 3.1.0\npaths:\n  /pets/{id}: {$ref: 'paths/pet.yaml'}\n"),
        (
            "paths/pet.yaml",
            "get:\n  responses:\n    '200': {content: {application/json: {schema: {$ref: '../schemas.yaml#/Pet'}}}}\n    \
             '404': {$ref: '../responses.yaml#/components/responses/Gone'}\n",
        ),
        (
            "schemas.yaml",
            "Pet: {properties: {tags: {items: {$ref: '#/Tag'}}, mother: {$ref: 'schemas.yaml#/Pet'}}}\n\
             Tag: {$ref: Tag.json}\nOther: {}\n",
        ),
        ("Tag.json", "{\"type\": \"string\"}"),
        ("responses.yaml", "components: {responses: {Gone: {description: gone}}}"),
    ]);
    let single = good(&[("openapi.yaml", SINGLE)]);
    assert_eq!(
        serde_json::to_string_pretty(&split["paths"]).unwrap(),
        serde_json::to_string_pretty(&single["paths"]).unwrap()
    );
    assert_eq!(split["components"], single["components"]);
    let names = |value: &Value| {
        value["components"]["schemas"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&split), ["Pet", "Tag"]);
    assert_eq!(names(&single), ["Pet", "Tag"]);
}

#[test]
fn a_component_that_only_refers_names_what_it_refers_to() {
    let value = good(&[
        (
            "openapi.yaml",
            "openapi: 3.1.0\ncomponents:\n  schemas:\n    Pet: {$ref: 'x.yaml#/$defs/animal'}\n    \
             Cat: {properties: {p: {$ref: 'x.yaml#/$defs/animal'}}}\n    Alias: {$ref: '#/components/schemas/Cat'}\n",
        ),
        ("x.yaml", "$defs: {animal: {title: animal}}"),
    ]);
    assert_eq!(
        value["components"]["schemas"],
        json!({
            "Alias": {"$ref": "#/components/schemas/Cat"},
            "Cat": {"properties": {"p": {"$ref": "#/components/schemas/Pet"}}},
            "Pet": {"title": "animal"}
        })
    );
}

#[test]
fn references_into_other_parts_become_components() {
    let value = good(&[(
        "openapi.yaml",
        "openapi: 3.1.0\npaths:\n  /a~b/{x y}:\n    get: {responses: {'200': {content: {application/json: {schema: {type: string}}}}}}\n\
         components:\n  schemas:\n    A: {properties: {x: {type: integer}}}\n    B: {$ref: '#/components/schemas/A/properties/x'}\n    \
         C: {items: {$ref: '#/paths/~1a~0b~1%7Bx%20y%7D/get/responses/200/content/application~1json/schema'}}\n    \
         D: {items: {$ref: '#here'}}\n    E: {properties: {y: {$anchor: here}}}\n",
    )]);
    let schemas = &value["components"]["schemas"];
    assert_eq!(schemas["A"]["properties"]["x"], json!({"$ref": "#/components/schemas/B"}));
    assert_eq!(schemas["B"], json!({"type": "integer"}));
    let reference = schemas["C"]["items"]["$ref"].as_str().unwrap();
    assert_eq!(value.pointer(&reference[1..]), Some(&json!({"type": "string"})));
    assert_eq!(schemas["D"]["items"]["$ref"], "#/components/schemas/E_y");
}

#[test]
fn references_in_data_are_data() {
    let value = good(&[(
        "openapi.yaml",
        "openapi: 3.1.0\ncomponents: {schemas: {A: {example: {$ref: 'no.yaml'}, default: {$ref: '#/no'}, x-y: {$ref: 'no.yaml#/no'}}}}",
    )]);
    assert_eq!(value["components"]["schemas"]["A"]["example"]["$ref"], "no.yaml");
}

#[test]
fn mappings_are_references_or_names() {
    let (document, report) = run(&[
        (
            "openapi.yaml",
            "openapi: 3.1.0\ncomponents:\n  schemas:\n    U: {discriminator: {propertyName: k, mapping: {a: A, b: './b.yaml#/B', c: \
             '#/components/schemas/A', d: Nope}}}\n    A: {}\n",
        ),
        ("b.yaml", "B: {type: object}"),
    ]);
    let value = document.unwrap().value;
    let mapping = &value["components"]["schemas"]["U"]["discriminator"]["mapping"];
    assert_eq!(
        *mapping,
        json!({"a": "#/components/schemas/A", "b": "#/components/schemas/B", "c": "#/components/schemas/A", "d": "Nope"})
    );
    assert_eq!(report.diagnostics()[0].code, codes::MAPPING);
    assert_eq!(report.warnings(), 1);
}

#[test]
fn children_of_a_discriminator_come_along() {
    let value = good(&[
        ("openapi.yaml", "openapi: 3.1.0\ncomponents: {schemas: {R: {items: {$ref: 'p.yaml#/Pet'}}}}"),
        (
            "p.yaml",
            "Pet: {discriminator: {propertyName: kind}}\nCat: {allOf: [{$ref: '#/Pet'}, {title: cat}]}\nRock: {title: rock}\n",
        ),
    ]);
    let names: Vec<_> = value["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["Cat", "Pet", "R"]);
}

#[test]
fn dangling_references_name_near_names() {
    let (document, report) = run(&[(
        "openapi.yaml",
        "openapi: 3.1.0\ncomponents:\n  schemas:\n    Animal: {}\n    A: {items: {$ref: '#/components/schemas/Anmal'}}\n    B: {$ref: 5}\n",
    )]);
    assert!(document.is_none());
    insta::assert_snapshot!(report.render(Paint::Plain), @r"
    error[B001]: the reference leads nowhere: `#/components/schemas/Anmal`
     --> openapi.yaml:5:23
      |
    5 |     A: {items: {$ref: '#/components/schemas/Anmal'}}
      |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: at #/components/schemas/A/items/$ref
      = help: near names under `#/components/schemas`: `Animal`

    error[B005]: `$ref` is not text
     --> openapi.yaml:6:15
      |
    6 |     B: {$ref: 5}
      |               ^
      |
      = note: at #/components/schemas/B/$ref
      = help: write where it leads, such as `#/components/schemas/Pet`
    ");
}

#[test]
fn circles_of_references_are_refused() {
    let (document, report) = run(&[(
        "openapi.yaml",
        "openapi: 3.1.0\ncomponents: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}",
    )]);
    assert!(document.is_none());
    assert!(report.diagnostics().iter().all(|diagnostic| diagnostic.code == codes::CIRCLE));
}

#[test]
fn collisions_are_renamed_by_their_file() {
    let (document, report) = run(&[
        (
            "openapi.yaml",
            "openapi: 3.1.0\ncomponents: {schemas: {Pet: {items: {$ref: 'a.yaml#/Pet'}}, Z: {items: {$ref: 'b.yaml#/Pet'}}}}",
        ),
        ("a.yaml", "Pet: {title: a}"),
        ("b.yaml", "Pet: {title: b}"),
    ]);
    let document = document.unwrap();
    let schemas = &document.value["components"]["schemas"];
    assert_eq!(schemas["Pet"]["items"]["$ref"], "#/components/schemas/a_Pet");
    assert_eq!(schemas["b_Pet"]["title"], "b");
    assert_eq!(report.diagnostics().len(), 2);
    let place = document.sources.place(&Pointer("/components/schemas/b_Pet/title".into()), Part::Value);
    assert_eq!(
        (place.file.as_str(), place.line, place.column, place.pointer.as_str()),
        ("b.yaml", 1, 14, "/Pet/title")
    );
}

#[test]
fn hostile_marks_are_not_believed() {
    let (document, _) = run(&[(
        "openapi.json",
        "{\"openapi\": \"3.1.0\", \"components\": {\"schemas\": {\"A\": {\"items\": {\"$ref\": \"\\u0000#/x\"}}}}}",
    )]);
    assert!(document.is_none());
}

#[test]
fn references_to_things_of_another_kind_are_refused() {
    for target in
        ["#", "#/paths", "#/components", "#/components/schemas", "#/paths/~1a", "#/components/responses/R"]
    {
        let text = format!(
            "openapi: 3.1.0\npaths: {{/a: {{}}}}\ncomponents: {{responses: {{R: {{}}}}, schemas: {{A: {{items: {{$ref: '{target}'}}}}}}}}"
        );
        let (document, report) = run(&[("openapi.yaml", &text)]);
        assert!(document.is_none());
        assert_eq!(report.diagnostics()[0].code, codes::KIND, "{target}");
    }
}

#[test]
fn long_chains_of_references_cost_what_they_say() {
    let count = 4_000;
    let chain = |last: &str| {
        let links = (0..count).map(|at| format!("    S{at}: {{$ref: '#/components/schemas/S{}'}}\n", at + 1));
        let links: String = links.collect();
        format!("openapi: 3.1.0\ncomponents:\n  schemas:\n{links}    S{count}: {last}\n")
    };
    let started = std::time::Instant::now();
    let value = good(&[("openapi.yaml", &chain("{type: string}"))]);
    assert_eq!(value["components"]["schemas"]["S0"]["$ref"], "#/components/schemas/S1");
    let (document, report) = run(&[("openapi.yaml", &chain("{$ref: '#/components/schemas/S0'}"))]);
    assert!(document.is_none() && report.errors() == count + 1);
    // In time that grows with the square of the length, this takes minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn schemas_are_found_by_the_names_that_they_give_themselves() {
    let value = good(&[(
        "openapi.yaml",
        "openapi: 3.2.0\n$self: https://a.example/api.yaml\ncomponents:\n  schemas:\n    A: {$id: 'https://a.example/a', $defs: {B: {title: b}}}\n    \
         C: {items: {$ref: 'https://a.example/a'}}\n    D: {items: {$ref: 'https://a.example/a#/$defs/B'}}\n    \
         E: {items: {$ref: 'https://a.example/api.yaml#/components/schemas/C'}}\n",
    )]);
    let schemas = &value["components"]["schemas"];
    assert_eq!(schemas["C"]["items"]["$ref"], "#/components/schemas/A");
    assert_eq!(schemas["E"]["items"]["$ref"], "#/components/schemas/C");
    let reference = schemas["D"]["items"]["$ref"].as_str().unwrap();
    assert_eq!(value.pointer(&reference[1..]), Some(&json!({"title": "b"})));
}

#[test]
fn dynamic_references_are_read_as_plain_ones() {
    let (document, report) = run(&[(
        "openapi.yaml",
        "openapi: 3.1.0\ncomponents: {schemas: {T: {$dynamicAnchor: node, properties: {c: {$dynamicRef: '#node'}}}}}",
    )]);
    assert_eq!(
        document.unwrap().value["components"]["schemas"]["T"]["properties"]["c"],
        json!({"$ref": "#/components/schemas/T"})
    );
    let said: Vec<_> = report.diagnostics().iter().map(|it| it.code).collect();
    assert_eq!(said, [codes::DYNAMIC]);
}

#[test]
fn chains_of_other_things_lead_to_their_end() {
    let value = good(&[
        (
            "openapi.yaml",
            "openapi: 3.1.0\npaths:\n  /a: {get: {parameters: [{$ref: '#/components/parameters/P'}], responses: {'200': {$ref: '#/components/responses/A'}}}}\n\
             components:\n  parameters: {P: {$ref: 'p.yaml#/Q'}}\n  responses:\n    A: {$ref: '#/components/responses/B', description: said here}\n    \
             B: {$ref: '#/components/responses/C'}\n    C: {description: c}\n",
        ),
        ("p.yaml", "Q: {$ref: '#/R'}\nR: {name: q, in: query}\n"),
    ]);
    let get = &value["paths"]["/a"]["get"];
    assert_eq!(get["responses"]["200"]["$ref"], "#/components/responses/C");
    assert_eq!(get["parameters"][0]["$ref"], "#/components/parameters/P");
    assert_eq!(value["components"]["parameters"]["P"]["name"], "q");
}
