//! Small made-up APIs, lowered and printed in a compact form.

mod definitions;
mod encodings;
mod joint;
mod operations;
mod print;
mod problems;
mod types;

use crate::config::Config;
use crate::contract::{CodePlace, Contract, Pointer};
use crate::report::{Paint, Place, Report};
use crate::resolve::Beyond;

/// Lowers a document and prints what came of it: the contract, then the diagnostics.
fn lowered(text: &str) -> String {
    let (contract, report) = run(text);
    let mut out = contract.map(|contract| print::contract(&contract)).unwrap_or_default();
    for diagnostic in report.diagnostics() {
        let pointer = diagnostic.place.as_ref().map(|place| place.pointer.as_str()).unwrap_or_default();
        out.push_str(&format!("{} {}: {}\n", diagnostic.code.code, pointer, diagnostic.message));
    }
    out
}

fn run(text: &str) -> (Option<Contract>, Report) {
    let value: serde_json::Value = serde_yaml::from_str(text).expect("the document of a test is YAML");
    let extensions = crate::resolve::extensions(&value);
    let doc = serde_json::from_value(value).expect("the document of a test is OpenAPI 3.0");
    let mut report = Report::new();
    let contract =
        super::build(&doc, &Beyond::default(), &extensions, &Config::default(), &place, &mut report);
    (contract, report)
}

fn place(at: &Pointer) -> Place {
    Place {
        file: "openapi.yaml".to_owned(),
        line: 1,
        column: 1,
        pointer: at.0.clone(),
        text: String::new(),
        underline: (0, 0),
    }
}

/// The same as [`lowered`], by way of all the stages before this one.
fn read(text: &str) -> String {
    let mut report = Report::new();
    let resolved = crate::load::load_text("openapi.yaml", text, &mut report)
        .and_then(|sources| crate::bundle::bundle(sources, &mut report))
        .and_then(|document| crate::downlevel::downlevel(document, &mut report))
        .and_then(|document| crate::resolve::resolve(document, &mut report));
    let contract = resolved.and_then(|resolved| super::lower(&resolved, &Config::default(), &mut report));
    contract.map_or_else(|| report.render(Paint::Plain), |contract| print::contract(&contract))
}

/// Reads a document of any version and prints what came of it: the contract, then the diagnostics of this stage.
fn read_all(text: &str) -> String {
    with_config(text, &Config::default())
}

/// The same, with the place of the code set.
fn configured(text: &str, place: CodePlace) -> String {
    let code = Some(crate::config::Setting { value: place, at: self::place(&Pointer::default()) });
    let problems = crate::config::Problems { code, ..Default::default() };
    with_config(text, &Config { problems, ..Config::default() })
}

fn with_config(text: &str, config: &Config) -> String {
    let mut report = Report::new();
    let resolved = crate::load::load_text("openapi.yaml", text, &mut report)
        .and_then(|sources| crate::bundle::bundle(sources, &mut report))
        .and_then(|document| crate::downlevel::downlevel(document, &mut report))
        .and_then(|document| crate::resolve::resolve(document, &mut report));
    let contract = resolved.and_then(|resolved| super::lower(&resolved, config, &mut report));
    let mut out = contract.map(|contract| print::contract(&contract)).unwrap_or_default();
    for diagnostic in report.diagnostics() {
        out.push_str(&format!("{}: {}\n", diagnostic.code.code, diagnostic.message));
    }
    out
}

/// A document whose only operation takes `schema` as its body; `schemas` stand in the components.
fn with_schemas(schema: &str, schemas: &str) -> String {
    let indent = |text: &str, by: usize| {
        text.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect::<String>()
    };
    format!(
        "openapi: 3.0.3\ninfo: {{title: Test, version: '1'}}\npaths:\n  /things:\n    post:\n      operationId: make\n      \
         requestBody:\n        content:\n          application/json:\n            schema:\n{}      responses:\n        \
         '204': {{description: Done}}\ncomponents:\n  schemas:\n{}",
        indent(schema, 14),
        indent(schemas, 4)
    )
}

/// What a schema becomes: the types, then the body.
fn shape(schema: &str, schemas: &str) -> String {
    lowered(&with_schemas(schema, schemas))
}
