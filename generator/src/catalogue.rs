//! `errors.json`: the catalogue, for machines.
//!
//! Comes in: the contract. Goes out: one JSON document with a version, every code with its facts, and the codes of every
//! operation, in a fixed order of keys; its schema is [`SCHEMA`]. Deliberately absent: the types of successes beyond
//! their names (the OpenAPI document describes those).
//!
//! A key is absent where the document says nothing; lists are always there. Within version `1` keys may be added and
//! nothing is taken away or changes its meaning.

use serde_json::{Map, Value};

use crate::contract::{
    Contract, ErrorKind, ErrorResponse, Media, Operation, PageKey, Pagination, Recovery, Turn,
};
use crate::docs::rows::{
    self, AnsweredRow, BodyRows, CodeRow, FamilyRows, FieldRow, HeaderRow, OperationRow, OtherRow, Rows,
};
use crate::docs::{text, words};

/// The JSON Schema (2020-12) of the catalogue, printed beside it as [`SCHEMA_FILE`].
pub const SCHEMA: &str = include_str!("catalogue.schema.json");
/// The name of the schema's file, as the catalogue refers to it.
pub const SCHEMA_FILE: &str = "errors.schema.json";
/// The version of the catalogue's form.
pub const VERSION: &str = "1";

/// The catalogue.
pub fn print(contract: &Contract, rows: &Rows<'_>) -> String {
    let catalogue = object([
        ("$schema", Some(SCHEMA_FILE.into())),
        ("catalogue", Some(VERSION.into())),
        ("api", Some(object([("title", Some(rows.title.into())), ("version", Some(rows.version.into()))]))),
        ("families", Some(list(&rows.families, family))),
        ("others", (!rows.others.is_empty()).then(|| list(&rows.others, other))),
        ("bodies", (!rows.bodies.is_empty()).then(|| list(&rows.bodies, body))),
        ("operations", Some(list(&contract.operations, |operation| self::operation(contract, operation)))),
    ]);
    let mut out = text::json(&catalogue);
    out.push('\n');
    out
}

/// An object of the members that have a value, in this order.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let members = members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(members.collect::<Map<_, _>>())
}

fn list<T>(items: &[T], print: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(print).collect())
}

fn family(family: &FamilyRows<'_>) -> Value {
    let sections = family.sections.iter().filter_map(|section| section.title).map(Value::from).collect();
    object([
        ("name", Some(family.name.into())),
        ("description", family.description.map(Value::from)),
        ("docs", family.docs_url.map(Value::from)),
        ("place", Some(family.place.as_str().into())),
        ("optional", family.holder_optional.then(|| true.into())),
        ("open", Some(family.open.into())),
        ("envelope", (!family.envelope.is_empty()).then(|| list(&family.envelope, field))),
        ("members", Some(list(&family.members, field))),
        ("sections", Some(Value::Array(sections))),
        ("codes", Some(Value::Array(family.codes().map(code).collect()))),
    ])
}

fn code(code: &CodeRow<'_>) -> Value {
    object([
        ("code", Some(code.code.into())),
        ("statuses", Some(code.statuses.into())),
        ("ranges", (!code.ranges.is_empty()).then(|| code.ranges.clone().into())),
        ("retryable", code.retryable.map(Value::from)),
        ("title", code.title.map(Value::from)),
        ("type", code.type_uri.map(Value::from)),
        ("anchor", Some(code.anchor.as_str().into())),
        ("section", code.section.map(Value::from)),
        ("meaning", code.meaning.map(Value::from)),
        ("answer", code.answer.map(Value::from)),
        ("remedy", code.remedy.map(Value::from)),
        ("recovery", code.recovery.map(recovery)),
        ("source", code.source.map(Value::from)),
        ("fields", Some(list(&code.fields, field))),
        ("headers", (!code.headers.is_empty()).then(|| list(&code.headers, header))),
        ("operations", Some(list(&code.operations, |row| operation_name(&row.operation)))),
        (
            "examples",
            Some(list(&code.examples, |example| {
                let name = (!example.name.is_empty()).then(|| example.name.into());
                object([("name", name), ("body", Some(example.value.clone()))])
            })),
        ),
    ])
}

fn recovery(recovery: &Recovery) -> Value {
    object([
        ("action", Some(recovery.action.as_str().into())),
        ("field", (!recovery.field.is_empty()).then(|| recovery.field.join(".").into())),
        ("url", recovery.url.as_deref().map(Value::from)),
    ])
}

fn field(field: &FieldRow<'_>) -> Value {
    object([
        ("name", Some(field.path.as_str().into())),
        ("type", Some(field.ty.as_str().into())),
        ("format", field.format.map(Value::from)),
        ("required", Some(field.required.into())),
        ("description", field.description.map(Value::from)),
        ("const", field.constant.cloned()),
        ("default", field.default.cloned()),
        ("values", (!field.values.is_empty()).then(|| field.values.clone().into())),
    ])
}

fn header(header: &HeaderRow<'_>) -> Value {
    object([
        ("name", Some(header.name.into())),
        ("type", Some(header.ty.as_str().into())),
        ("required", Some(header.required.into())),
        ("description", header.description.map(Value::from)),
    ])
}

/// An error without a code.
fn other(row: &OtherRow<'_>) -> Value {
    let operation = |row: &AnsweredRow<'_>| {
        object([("id", Some(row.operation.id.into())), ("description", row.description.map(Value::from))])
    };
    object([
        ("status", Some(row.status.as_str().into())),
        ("media_type", row.media_type.map(Value::from)),
        ("type", row.ty.as_deref().map(Value::from)),
        ("description", row.description.map(Value::from)),
        ("headers", (!row.headers.is_empty()).then(|| list(&row.headers, header))),
        ("operations", Some(list(&row.operations, operation))),
    ])
}

fn body(body: &BodyRows<'_>) -> Value {
    object([("type", Some(body.ty.as_str().into())), ("fields", Some(list(&body.fields, field)))])
}

fn operation_name(row: &OperationRow<'_>) -> Value {
    object([
        ("id", Some(row.id.into())),
        ("method", Some(row.method.into())),
        ("path", Some(row.path.into())),
    ])
}

fn operation(contract: &Contract, operation: &Operation) -> Value {
    let body = operation.body.as_ref().map(|body| {
        object([
            ("required", Some(body.required.into())),
            ("media", Some(list(&body.media, |media| self::media(contract, media)))),
        ])
    });
    let successes = list(&operation.successes, |success| {
        object([
            ("status", Some(rows::status(success.status).into())),
            ("media", Some(list(&success.media, |media| self::media(contract, media)))),
        ])
    });
    let errors = operation.errors.iter().flat_map(|error| self::errors(contract, error)).collect();
    let row = rows::operation_row(operation);
    object([
        ("id", Some(row.id.into())),
        ("method", Some(row.method.into())),
        ("path", Some(row.path.into())),
        ("body", body),
        ("successes", Some(successes)),
        ("errors", Some(Value::Array(errors))),
        ("pagination", operation.pagination.as_ref().map(pagination)),
    ])
}

fn pagination(pagination: &Pagination) -> Value {
    let path = |names: &[String]| (!names.is_empty()).then(|| names.join(".").into());
    let (next, last) = match &pagination.turn {
        Turn::Cursor { next, .. } | Turn::Link { next } => (path(next), None),
        Turn::Last { member, .. } => (None, path(member)),
        Turn::Header { .. } | Turn::Page { .. } | Turn::Offset { .. } => (None, None),
    };
    let (param, body) = match pagination.turn.key() {
        Some(PageKey::Param(param)) => (Some(param.as_str().into()), None),
        Some(PageKey::Member(member)) => (None, path(member)),
        None => (None, None),
    };
    let header = match &pagination.turn {
        Turn::Header { header, .. } => Some(header.as_str().into()),
        _ => None,
    };
    object([
        ("style", Some(pagination.turn.style().into())),
        ("param", param),
        ("body", body),
        ("items", path(&pagination.items)),
        ("next", next),
        ("last", last),
        ("header", header),
        ("more", path(&pagination.more)),
    ])
}

fn media(contract: &Contract, media: &Media) -> Value {
    object([
        ("media_type", Some(media.media_type.as_str().into())),
        ("type", Some(words::of_type(contract, &media.ty).into())),
        ("items", media.items.as_ref().map(|items| words::of_type(contract, items).into())),
    ])
}

/// One entry for each media type, or one without.
fn errors(contract: &Contract, error: &ErrorResponse) -> Vec<Value> {
    let status = rows::status(error.status);
    let entry = |media_type: Option<&str>,
                 family: Option<&str>,
                 codes: Vec<Value>,
                 open: bool,
                 ty: Option<String>| {
        object([
            ("status", Some(status.as_str().into())),
            ("media_type", media_type.map(Value::from)),
            ("family", family.map(Value::from)),
            ("codes", Some(Value::Array(codes))),
            ("open", Some(open.into())),
            ("type", ty.map(Value::from)),
        ])
    };
    if error.bodies.is_empty() {
        return vec![entry(None, None, Vec::new(), true, None)];
    }
    error
        .bodies
        .iter()
        .map(|body| {
            let media_type = Some(body.media_type.as_str());
            match &body.kind {
                ErrorKind::Problem { family, codes, open, ty } => {
                    let family = contract.families.get(family.0);
                    let known = family.map(|family| family.codes.as_slice()).unwrap_or_default();
                    let codes = codes
                        .iter()
                        .filter_map(|code| known.get(code.0))
                        .map(|code| code.code.as_str().into());
                    let ty = ty.as_ref().map(|ty| words::of_type(contract, ty));
                    entry(media_type, family.map(|family| family.name.as_str()), codes.collect(), *open, ty)
                }
                ErrorKind::Json(ty) => {
                    entry(media_type, None, Vec::new(), true, Some(words::of_type(contract, ty)))
                }
                ErrorKind::Text => entry(media_type, None, Vec::new(), true, Some("string".to_owned())),
                ErrorKind::Bytes => entry(media_type, None, Vec::new(), true, None),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::samples;

    fn catalogue(contract: &Contract) -> String {
        print(contract, &rows::rows(contract))
    }

    #[test]
    fn catalogues_follow_their_schema() {
        let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        assert!(jsonschema::meta::is_valid(&schema));
        let validator = jsonschema::validator_for(&schema).expect("the schema compiles");
        for contract in [samples::empty(), samples::library(), samples::hostile()] {
            let text = catalogue(&contract);
            assert!(text.ends_with("}\n"));
            let value: Value = serde_json::from_str(&text).expect("the catalogue is JSON");
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(errors, [""; 0]);
        }
    }

    #[test]
    fn the_schema_describes_every_key() {
        let mut schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        close(&mut schema);
        let validator = jsonschema::validator_for(&schema).expect("the schema compiles");
        let mut contract = samples::library();
        contract.families[0].members[0].constant = Some("x".into());
        contract.families[0].holder_optional = true;
        contract.families[0].members[1].format = Some("uri".to_owned());
        contract.families[0].envelope = contract.families[0].members.clone();
        contract.operations[0].pagination = Some(samples::pages());
        contract.operations[1].errors[1].docs.description = Some("No branch.".to_owned());
        contract.families[0].codes[1].meaning = None;
        let mut answer = contract.operations[0].errors[1].clone();
        answer.docs.description = Some("No loan.".to_owned());
        contract.operations[1].errors.push(answer);
        let value: Value = serde_json::from_str(&catalogue(&contract)).expect("the catalogue is JSON");
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0]);
    }

    /// Forbids keys that the schema does not name.
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                if members.contains_key("properties") && members.get("type") == Some(&"object".into()) {
                    members.insert("additionalProperties".to_owned(), false.into());
                }
                members.values_mut().for_each(close);
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }

    #[test]
    fn text_arrives_unchanged() {
        let contract = samples::hostile();
        let text = catalogue(&contract);
        assert!(!text.contains('\u{202E}'));
        let value: Value = serde_json::from_str(&text).expect("the catalogue is JSON");
        assert_eq!(value["families"][0]["codes"][0]["meaning"], samples::HOSTILE);
    }

    #[test]
    fn an_operation() {
        let value: Value =
            serde_json::from_str(&catalogue(&samples::library())).expect("the catalogue is JSON");
        insta::assert_snapshot!(value["operations"][1], @r#"{"id":"lendBook","method":"POST","path":"/loans","body":{"required":true,"media":[{"media_type":"application/json","type":"Target"}]},"successes":[{"status":"201","media":[{"media_type":"application/json","type":"Loan"}]}],"errors":[{"status":"403","media_type":"application/problem+json","family":"Problem","codes":["quota_exceeded"],"open":true},{"status":"409","media_type":"application/problem+json","family":"Problem","codes":["branch_required"],"open":true},{"status":"413","media_type":"application/problem+json","family":"Problem","codes":["quota_exceeded"],"open":false},{"status":"5XX","media_type":"application/json","codes":[],"open":true,"type":"Branch"}]}"#);
    }
}
