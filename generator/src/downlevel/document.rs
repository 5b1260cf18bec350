//! The rules for everything but schemas.

use serde_json::{Map, Value, json};

use crate::bundle::Document;
use crate::contract::Pointer;
use crate::grammar::Kind;
use crate::load::{FileId, Part, escape};
use crate::report::{Diagnostic, Report};

use super::{Context, Rule, codes, extend};

type Object = Map<String, Value>;

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "document",
        what: "`openapi: 3.0.3`; `webhooks` and other new members -> `x-`",
        apply: document,
    },
    Rule { name: "components", what: "`pathItems` and mutual TLS -> `x-`", apply: components },
    Rule {
        name: "operation",
        what: "no `responses` -> `responses: {}`; callbacks by reference -> `x-callbacks`",
        apply: operation,
    },
    Rule {
        name: "response",
        what: "no `description` -> an empty one; `summary` -> `x-summary`",
        apply: response,
    },
    Rule { name: "media type", what: "`prefixEncoding`, `itemEncoding` -> `x-`", apply: media_type },
    Rule { name: "encoding", what: "`encoding` within an encoding, and by place -> `x-`", apply: encoding },
    Rule {
        name: "parameter",
        what: "neither `schema` nor `content` -> any text; `examples: []` -> `x-examples`",
        apply: parameter,
    },
];

pub(super) fn apply(map: &mut Object, kind: Kind, context: &mut Context<'_>) {
    let rule = match kind {
        Kind::Document => document,
        Kind::Components => components,
        Kind::Operation => operation,
        Kind::Response => response,
        Kind::MediaType => media_type,
        Kind::Encoding => encoding,
        Kind::Parameter | Kind::Header => parameter,
        _ => beside,
    };
    if kind.section().is_some() && kind != Kind::PathItem && map.contains_key("$ref") {
        beside(map, context);
    } else {
        rule(map, context);
    }
}

/// Members beside a reference. `summary` and `description` describe this use of the thing and change nothing else.
fn beside(map: &mut Object, context: &mut Context<'_>) {
    if !map.contains_key("$ref") {
        return;
    }
    let lost = |name: &str| !matches!(name, "$ref" | "summary" | "description") && !name.starts_with("x-");
    let names: Vec<&str> = map.keys().map(String::as_str).filter(|name| lost(name)).collect();
    if !names.is_empty() {
        let message = format!("`{}` beside `$ref` has no effect", names.join("`, `"));
        context.say(
            "/$ref",
            Diagnostic::warning(codes::BESIDE, message).help("say it in the referenced thing itself"),
        );
    }
}

fn not_generated(map: &mut Object, member: &str, what: &str, context: &mut Context<'_>) {
    let empty = |value: &Value| value.as_object().is_some_and(Map::is_empty) || value.is_null();
    if map.get(member).is_some_and(|value| !empty(value)) {
        let below = format!("/{}", escape(member));
        context.say(
            &below,
            Diagnostic::note(codes::NOT_GENERATED, format!("{what} accepted but not generated")),
        );
    }
    extend(map, member);
}

fn document(map: &mut Object, context: &mut Context<'_>) {
    map.insert("openapi".into(), "3.0.3".into());
    not_generated(map, "webhooks", "webhooks are", context);
    for member in ["jsonSchemaDialect", "$self"] {
        extend(map, member);
    }
    if let Some(Value::Object(info)) = map.get_mut("info") {
        extend(info, "summary");
        if let Some(Value::Object(license)) = info.get_mut("license") {
            extend(license, "identifier");
        }
    }
    for server in map.get_mut("servers").and_then(Value::as_array_mut).into_iter().flatten() {
        server.as_object_mut().into_iter().for_each(|server| extend(server, "name"));
    }
    for tag in map.get_mut("tags").and_then(Value::as_array_mut).into_iter().flatten() {
        for member in ["summary", "parent", "kind"] {
            tag.as_object_mut().into_iter().for_each(|tag| extend(tag, member));
        }
    }
    if map.get("paths").is_none_or(Value::is_null) {
        map.insert("paths".into(), json!({}));
    }
}

/// Gives every path its slash.
pub(super) fn slashes(document: &mut Document, report: &mut Report) {
    let Some(Value::Object(paths)) = document.value.get_mut("paths") else { return };
    if paths.keys().all(|path| path.starts_with('/') || path.starts_with("x-")) {
        return;
    }
    for (path, item) in std::mem::take(paths) {
        if path.starts_with('/') || path.starts_with("x-") {
            paths.insert(path, item);
            continue;
        }
        let message = format!("the path `{path}` does not start with a slash");
        let written = format!("/paths/{}", escape(&path));
        let place = document.sources.place(&Pointer(written.clone()), Part::Key);
        report.push(Diagnostic::warning(codes::NO_SLASH, message).at(place).help(format!("write `/{path}`")));
        let mut with = format!("/{path}");
        while paths.contains_key(&with) {
            with.insert(0, '/');
        }
        let origin = document.sources.origin(&written).unwrap_or((FileId::ROOT, written));
        document.sources.came_from(format!("/paths/{}", escape(&with)), origin.0, origin.1);
        paths.insert(with, item);
    }
}

fn components(map: &mut Object, context: &mut Context<'_>) {
    extend(map, "pathItems");
    let Some(Value::Object(schemes)) = map.get_mut("securitySchemes") else { return };
    let known = |scheme: &Value| {
        let kind = scheme.get("type").and_then(Value::as_str);
        kind.is_none_or(|kind| matches!(kind, "apiKey" | "http" | "oauth2" | "openIdConnect"))
    };
    let mut others = Map::new();
    for (name, scheme) in std::mem::take(schemes) {
        if known(&scheme) {
            schemes.insert(name, scheme);
        } else {
            let below = format!("/securitySchemes/{}", escape(&name));
            let kind = scheme.get("type").and_then(Value::as_str).unwrap_or_default();
            let message = format!("security schemes of type `{kind}` are accepted but not generated");
            context.say(&below, Diagnostic::note(codes::NOT_GENERATED, message));
            others.insert(name, scheme);
        }
    }
    if !others.is_empty() {
        map.insert("x-security-schemes".into(), Value::Object(others));
    }
}

fn operation(map: &mut Object, _: &mut Context<'_>) {
    if map.get("responses").is_none_or(Value::is_null) {
        map.insert("responses".into(), json!({}));
    }
    let by_reference = |callback: &Value| {
        callback.get("$ref").is_some()
            || callback.as_object().into_iter().flat_map(Map::values).any(|item| item.get("$ref").is_some())
    };
    if map.get("callbacks").and_then(Value::as_object).is_some_and(|all| all.values().any(by_reference)) {
        extend(map, "callbacks");
    }
}

fn response(map: &mut Object, _: &mut Context<'_>) {
    if map.get("description").is_none_or(Value::is_null) {
        map.insert("description".into(), "".into());
    }
    extend(map, "summary");
}

fn media_type(map: &mut Object, context: &mut Context<'_>) {
    not_generated(map, "prefixEncoding", "encodings of parts by their place are", context);
    not_generated(map, "itemEncoding", "encodings of the parts that follow are", context);
    examples(map);
}

fn encoding(map: &mut Object, context: &mut Context<'_>) {
    for member in ["encoding", "prefixEncoding", "itemEncoding"] {
        not_generated(map, member, "encodings of parts within a part are", context);
    }
}

fn parameter(map: &mut Object, _: &mut Context<'_>) {
    if !map.contains_key("schema") && !map.contains_key("content") {
        map.insert("schema".into(), json!({"type": "string"}));
    }
    examples(map);
}

/// `examples` is a map of named examples; a list is JSON Schema's way and holds values.
fn examples(map: &mut Object) {
    if map.get("examples").is_some_and(|examples| !examples.is_object()) {
        if let Some(Value::Array(list)) = map.get("examples")
            && let Some(first) = list.first().cloned()
            && !map.contains_key("example")
        {
            map.insert("example".into(), first);
        }
        extend(map, "examples");
    }
}
