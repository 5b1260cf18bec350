//! One document, written in every way that is the same: each gives the same bytes.

use problemgen::artifact::Artifact;
use problemgen::config::Config;
use problemgen::load::{Input, Root};
use problemgen::report::{Paint, Report};
use problemgen::{Options, generate, read_input};

const YAML: &str = "\
openapi: 3.1.0
info:
  title: Shop
  version: '1'
paths:
  /items/{id}:
    get:
      operationId: getItem
      parameters:
        - name: id
          in: path
          required: true
          schema:
            type: integer
            maximum: 100000000000000000000
      responses:
        200:
          description: The item.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Item'
        404:
          description: None.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Fault'
    put:
      operationId: putItem
      parameters:
        - name: id
          in: path
          required: true
          schema:
            type: integer
            maximum: 100000000000000000000
      responses:
        204:
          description: Put.
        404:
          description: None.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Fault'
components:
  schemas:
    Fault:
      type: object
      required: [message]
      properties:
        message:
          type: string
    Item:
      type: object
      required: [name, kind]
      properties:
        name:
          type: [string, 'null']
        kind:
          const: item
        size:
          type: number
          exclusiveMinimum: 0
        note:
          $ref: '#/components/schemas/Fault'
          description: What is the matter with it.
";

fn made(input: &Input, name: &str) -> Vec<Artifact> {
    let mut report = Report::new();
    let read = read_input(input, &Config::default(), &mut report);
    let done = read.and_then(|read| generate(&read, &Options::default(), &mut report));
    assert!(report.errors() + report.warnings() == 0, "{name}: {}", report.render(Paint::Plain));
    done.unwrap_or_else(|| panic!("{name}: {}", report.render(Paint::Plain)))
}

fn texts(texts: &[(&str, &str)]) -> Vec<Artifact> {
    let name = texts[0].0;
    let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    made(&Input { root: Root::Texts(texts), ..Input::default() }, name)
}

/// The value of the YAML, as JSON.
fn json(text: &str) -> serde_json::Value {
    let mut report = Report::new();
    let mut sources = problemgen::load::load_text("a.yaml", text, &mut report).expect("a document");
    sources.take(problemgen::load::FileId::ROOT)
}

#[test]
fn the_same_in_yaml_and_in_json() {
    let expected = texts(&[("openapi.yaml", YAML)]);
    let value = json(YAML);
    let pretty = serde_json::to_string_pretty(&value).expect("text").replace("1e20", "100000000000000000000");
    for text in
        [value.to_string(), pretty.clone(), pretty.replace("\n", "\r\n"), format!("\u{feff}{pretty}\n")]
    {
        assert!(texts(&[("openapi.json", &text)]) == expected, "{text}");
        assert!(texts(&[("openapi", &text)]) == expected, "{text}");
    }
}

#[test]
fn the_same_in_every_dialect_of_a_file() {
    let expected = texts(&[("openapi.yaml", YAML)]);
    let forms = [
        ("a mark", format!("\u{feff}{YAML}")),
        ("carriage returns", YAML.replace('\n', "\r\n")),
        ("a tab before a comment", YAML.replace("paths:\n", "paths:\t# all\n")),
        ("a start and an end", format!("%YAML 1.2\n---\n{YAML}...\n")),
        ("keys as text", YAML.replace("200:", "'200':").replace("404:", "\"404\":")),
        ("anchors", {
            let fault = "          description: None.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Fault'\n";
            let once = YAML.replacen(&format!("404:\n{fault}"), &format!("404: &fault\n{fault}"), 1);
            let (head, tail) = once.split_once("    put:").expect("both");
            format!("{head}    put:{}", tail.replace(&format!("404:\n{fault}"), "404: *fault\n"))
        }),
        ("merge keys", {
            let parameter = "        - name: id\n          in: path\n          required: true\n";
            let (head, tail) = YAML.split_once("    put:").expect("both");
            let head = head.replace(
                parameter,
                "        - &id\n          name: id\n          in: path\n          required: true\n",
            );
            let tail = tail.replace(parameter, "        - <<: *id\n");
            format!("{head}    put:{tail}")
        }),
    ];
    for (what, text) in &forms {
        assert!(*text != YAML, "{what} is the same text");
        assert!(texts(&[("openapi.yaml", text)]) == expected, "{what}:\n{text}");
    }
}

#[test]
fn the_same_in_3_0_3_1_and_3_2() {
    let expected = texts(&[("openapi.yaml", YAML)]);
    let older = YAML
        .replace("openapi: 3.1.0", "openapi: 3.0.3")
        .replace("type: [string, 'null']", "type: string\n          nullable: true")
        .replace("const: item", "type: string\n          enum: [item]")
        .replace("exclusiveMinimum: 0", "minimum: 0\n          exclusiveMinimum: true")
        .replace(
            "          $ref: '#/components/schemas/Fault'\n          description",
            "          allOf:\n            - $ref: '#/components/schemas/Fault'\n          description",
        );
    assert!(texts(&[("openapi.yaml", &older)]) == expected, "{older}");
    // Keywords of one version in a document of another.
    for version in ["3.0.0", "3.0.4", "3.1.1", "3.2.0"] {
        for text in [YAML, &older] {
            let text = text.replacen("3.1.0", version, 1).replacen("3.0.3", version, 1);
            assert!(texts(&[("openapi.yaml", &text)]) == expected, "{text}");
        }
    }
}

#[test]
fn the_same_in_several_files() {
    let expected = texts(&[("openapi.yaml", YAML)]);
    let (head, schemas) = YAML.split_once("components:\n  schemas:\n").expect("both");
    let unindented: String =
        schemas.lines().map(|line| format!("{}\n", line.get(4..).unwrap_or(""))).collect();
    let elsewhere = |path: &str| head.replace("'#/components/schemas/", &format!("'{path}"));
    let own = unindented.replace("#/components/schemas/", "#/");
    for (path, name) in [
        ("schemas.yaml#/", "schemas.yaml"),
        ("./schemas.yaml#/", "schemas.yaml"),
        ("sub/../schemas.yaml#/", "schemas.yaml"),
        ("sub%20folder/sch%C3%A9mas.yaml#/", "sub folder/schémas.yaml"),
    ] {
        assert!(texts(&[("openapi.yaml", &elsewhere(path)), (name, &own)]) == expected, "{path}");
    }
    // A path item and a parameter of their own, and a reference into the paths of another file.
    let (before, item) = head.split_once("  /items/{id}:\n").expect("both");
    let item: String = item.lines().map(|line| format!("{}\n", line.get(4..).unwrap_or(""))).collect();
    let item = item.replace("#/components/schemas/", "openapi.yaml#/components/schemas/");
    let root = format!(
        "{before}  /items/{{id}}:\n    $ref: 'items.yaml#/paths/~1items~1%7Bid%7D'\ncomponents:\n  schemas:\n{schemas}"
    );
    let indented: String = item.lines().map(|line| format!("    {line}\n")).collect();
    let items = format!("paths:\n  /items/{{id}}:\n{indented}");
    assert!(texts(&[("openapi.yaml", &root), ("items.yaml", &items)]) == expected, "{root}\n{items}");
}

#[test]
fn the_same_laid_over_less() {
    let expected = texts(&[("openapi.yaml", YAML)]);
    let (head, schemas) = YAML.split_once("components:\n").expect("both");
    let overlay = format!(
        "overlay: 1.0.0\ninfo: {{title: o, version: '1'}}\nactions:\n  - target: $\n    update:\n      components:\n{}",
        schemas.lines().map(|line| format!("      {line}\n")).collect::<String>()
    );
    let files = [("openapi.yaml", head), ("overlay.yaml", &overlay)];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let input = Input { root: Root::Texts(files), overlays: vec!["overlay.yaml".into()], ..Input::default() };
    assert!(made(&input, "overlay") == expected);
}
