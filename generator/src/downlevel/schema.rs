//! The rules for schemas.

use serde_json::{Map, Value, json};

use crate::report::Diagnostic;

use super::{Context, Rule, codes, extend};

type Schema = Map<String, Value>;

pub(super) const RULES: &[Rule] = &[
    Rule { name: "list of items", what: "`items: [A, B]` -> `prefixItems`", apply: tuple },
    Rule {
        name: "items by place",
        what: "`prefixItems: [A, B], items: false` -> `items: {anyOf: [A, B]}`",
        apply: places,
    },
    Rule {
        name: "reference with members",
        what: "`$ref` with others -> `allOf: [$ref]` with the others",
        apply: beside,
    },
    Rule {
        name: "boolean required",
        what: "`required: true` in a property -> `x-required`",
        apply: required,
    },
    Rule {
        name: "const",
        what: "`const: v` -> `enum: [v]`, `x-const: v`, and the type that v has",
        apply: constant,
    },
    Rule {
        name: "list of types",
        what: "`type: [A, null]` -> `type: A, nullable`; `[A, B]` -> `anyOf`",
        apply: types,
    },
    Rule { name: "null", what: "`type: null` -> `nullable: true, enum: [null]`", apply: null },
    Rule {
        name: "branch of null",
        what: "`anyOf`/`oneOf: [A, null]` -> A and `nullable: true`",
        apply: null_branch,
    },
    Rule {
        name: "examples",
        what: "`examples: [a, b]` -> `example: a`, `x-examples: [a, b]`",
        apply: examples,
    },
    Rule {
        name: "numeric exclusive bounds",
        what: "`exclusiveMinimum: 1` -> `minimum: 1, exclusiveMinimum: true`",
        apply: bounds,
    },
    Rule {
        name: "wide bounds",
        what: "bounds of an integer beyond 64 bits, or with a fraction -> `x-minimum`, `x-maximum`",
        apply: wide,
    },
    Rule {
        name: "content",
        what: "`contentEncoding: base64` -> `format: byte`; octets -> `format: binary`",
        apply: content,
    },
    Rule { name: "file", what: "`type: file` -> `type: string, format: binary`", apply: file },
    Rule {
        name: "null members",
        what: "`description: null` and the like -> `x-description: null`",
        apply: null_members,
    },
    Rule {
        name: "other keywords",
        what: "every keyword that 3.0 lacks -> `x-` and its name in kebab-case",
        apply: others,
    },
];

/// The keywords of a 3.0 schema that `openapiv3` reads.
const KEPT: &[&str] = &[
    "$ref",
    "type",
    "format",
    "pattern",
    "enum",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "oneOf",
    "allOf",
    "anyOf",
    "not",
    "nullable",
    "readOnly",
    "writeOnly",
    "deprecated",
    "externalDocs",
    "example",
    "title",
    "description",
    "discriminator",
    "default",
];

/// `true` allows everything, `false` nothing.
pub(super) fn from_boolean(value: &mut Value) {
    *value = if value == &Value::Bool(false) { json!({"not": {}, "x-boolean": false}) } else { json!({}) };
}

fn tuple(schema: &mut Schema, _: &mut Context<'_>) {
    if schema.get("items").is_some_and(Value::is_array)
        && let Some(items) = schema.shift_remove("items")
    {
        if let Some(rest) = schema.shift_remove("additionalItems") {
            schema.insert("items".into(), rest);
        }
        schema.insert("prefixItems".into(), items);
    }
}

/// No list says what stands at which place. What stands anywhere in it is known where nothing else may follow, or where
/// the schema of what follows is given.
fn places(schema: &mut Schema, _: &mut Context<'_>) {
    let Some(Value::Array(places)) = schema.get("prefixItems") else { return };
    let most = schema.get("maxItems").and_then(Value::as_u64);
    let full = most.is_some_and(|most| most <= places.len() as u64);
    let rest = match schema.get("items").filter(|_| !full) {
        None if full => None,
        Some(rest) if allows_nothing(rest) => None,
        Some(rest) => Some(rest),
        None => return,
    };
    let mut items: Vec<&Value> = Vec::new();
    for item in places.iter().chain(rest).filter(|item| !allows_nothing(item)) {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    let items = match items.as_slice() {
        [] => return,
        [only] => (*only).clone(),
        // Among which any value is.
        several if several.iter().any(|item| item.as_object().is_none_or(Map::is_empty)) => json!({}),
        several => json!({"anyOf": several}),
    };
    schema.insert("items".into(), items);
    schema.shift_remove("prefixItems");
}

/// The schema `false`, as it was written or as [`from_boolean`] has made it.
fn allows_nothing(schema: &Value) -> bool {
    schema == &Value::Bool(false) || schema.get("x-boolean") == Some(&Value::Bool(false))
}

fn beside(schema: &mut Schema, _: &mut Context<'_>) {
    if schema.len() > 1
        && let Some(reference) = schema.shift_remove("$ref")
    {
        let branch = json!({"$ref": reference});
        match schema.get_mut("allOf") {
            Some(Value::Array(branches)) => branches.insert(0, branch),
            _ => drop(schema.insert("allOf".into(), Value::Array(vec![branch]))),
        }
    }
}

/// Any other value is refused when it is read: members that are silently optional help nobody.
fn required(schema: &mut Schema, context: &mut Context<'_>) {
    let flag = match schema.get("required") {
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::String(text)) if ["true", "false"].contains(&text.to_ascii_lowercase().as_str()) => {
            text.to_ascii_lowercase()
        }
        _ => return,
    };
    // In a registry of codes, it is read.
    if !context.pointer.contains("/x-") {
        let message = format!("`required: {flag}` says nothing of a schema and is ignored");
        let help = "list the names of required members in the `required` of the object that has them";
        context.say("/required", Diagnostic::warning(codes::REQUIRED, message).help(help));
    }
    extend(schema, "required");
}

fn constant(schema: &mut Schema, _: &mut Context<'_>) {
    let Some(value) = schema.shift_remove("const") else { return };
    let given = match &value {
        Value::String(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        Value::Null => Some("null"),
        Value::Array(_) | Value::Object(_) => None,
    };
    if let Some(given) = given
        && !schema.contains_key("type")
    {
        schema.insert("type".into(), given.into());
    }
    if let Some(before) = schema.insert("enum".into(), Value::Array(vec![value.clone()]))
        && before != Value::Array(vec![value.clone()])
    {
        schema.insert("x-enum".into(), before);
    }
    schema.insert("x-const".into(), value);
}

fn types(schema: &mut Schema, _: &mut Context<'_>) {
    let Some(Value::Array(list)) = schema.get("type") else { return };
    let mut names: Vec<String> = Vec::new();
    for name in list.iter().filter_map(Value::as_str) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    let nullable = names.iter().any(|name| name == "null");
    if nullable && names.len() > 1 {
        names.retain(|name| name != "null");
        schema.insert("nullable".into(), true.into());
        // 3.0 wants null among the values of an enum, too, when it is allowed; so does 3.1, so nothing is added here.
    }
    match names.as_slice() {
        [] => drop(schema.shift_remove("type")),
        [only] => drop(schema.insert("type".into(), only.as_str().into())),
        several => {
            let several = several.to_vec();
            schema.shift_remove("type");
            let branches = several.iter().map(|name| branch(schema, name)).collect();
            for keyword in several.iter().flat_map(|name| keywords(name)) {
                schema.shift_remove(*keyword);
            }
            alternatives(schema, branches);
        }
    }
}

/// One type of several, with the keywords that are about it.
fn branch(schema: &Schema, name: &str) -> Value {
    let mut branch = Map::new();
    branch.insert("type".into(), name.into());
    for keyword in keywords(name) {
        if let Some(value) = schema.get(*keyword) {
            branch.insert((*keyword).into(), value.clone());
        }
    }
    Value::Object(branch)
}

fn keywords(name: &str) -> &'static [&'static str] {
    match name {
        "string" => &["format", "pattern", "minLength", "maxLength", "contentEncoding", "contentMediaType"],
        "number" | "integer" => &["multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        "array" => &["items", "minItems", "maxItems", "uniqueItems"],
        "object" => &["properties", "required", "additionalProperties", "minProperties", "maxProperties"],
        _ => &[],
    }
}

fn alternatives(schema: &mut Schema, branches: Vec<Value>) {
    if schema.contains_key("anyOf") {
        let all = schema.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(all) = all {
            all.push(json!({"anyOf": branches}));
        }
    } else {
        schema.insert("anyOf".into(), Value::Array(branches));
    }
}

fn null(schema: &mut Schema, _: &mut Context<'_>) {
    if schema.get("type").is_some_and(|name| name == "null" || name.is_null()) {
        schema.shift_remove("type");
        schema.insert("nullable".into(), true.into());
        schema.insert("enum".into(), json!([null]));
    }
}

/// Is null the only value of a schema (that these rules have been applied to)?
fn is_null(schema: &Value) -> bool {
    schema
        .get("enum")
        .and_then(Value::as_array)
        .is_some_and(|values| values.len() == 1 && values.iter().all(Value::is_null))
}

fn null_branch(schema: &mut Schema, _: &mut Context<'_>) {
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = schema.get_mut(keyword) else { continue };
        let before = branches.len();
        if before < 2 || branches.iter().all(is_null) {
            continue;
        }
        branches.retain(|branch| !is_null(branch));
        if branches.len() == before {
            continue;
        }
        let only = if branches.len() == 1 { branches.pop() } else { None };
        schema.insert("nullable".into(), true.into());
        let Some(only) = only else { continue };
        schema.shift_remove(keyword);
        match only {
            // One schema and null: the schema itself, when nothing that it says is said beside it.
            Value::Object(only)
                if !only.contains_key("$ref") && only.keys().all(|key| !schema.contains_key(key)) =>
            {
                schema.extend(only);
            }
            only => match schema.get_mut("allOf") {
                Some(Value::Array(all)) => all.push(only),
                _ => drop(schema.insert("allOf".into(), Value::Array(vec![only]))),
            },
        }
    }
}

fn examples(schema: &mut Schema, _: &mut Context<'_>) {
    if let Some(Value::Array(examples)) = schema.get("examples")
        && let Some(first) = examples.first().cloned()
        && !schema.contains_key("example")
    {
        schema.insert("example".into(), first);
    }
    extend(schema, "examples");
}

fn bounds(schema: &mut Schema, _: &mut Context<'_>) {
    for (exclusive, inclusive, sign) in
        [("exclusiveMinimum", "minimum", 1.0), ("exclusiveMaximum", "maximum", -1.0)]
    {
        let Some(bound) = schema.get(exclusive).and_then(Value::as_f64) else { continue };
        match schema.get(inclusive).and_then(Value::as_f64) {
            // The inclusive bound is the tighter one, so the exclusive one says nothing more.
            Some(other) if other * sign > bound * sign => extend(schema, exclusive),
            _ => {
                let value = schema.insert(exclusive.into(), true.into());
                schema.insert(inclusive.into(), value.unwrap_or_default());
            }
        }
    }
}

fn wide(schema: &mut Schema, _: &mut Context<'_>) {
    if schema.get("type").is_none_or(|name| name != "integer") {
        return;
    }
    for bound in ["minimum", "maximum", "multipleOf"] {
        let Some(number) = schema.get(bound).and_then(Value::as_f64) else { continue };
        if schema.get(bound).is_some_and(Value::is_i64) {
            continue;
        }
        // 2^53: up to there every whole number has a float of its own.
        if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
            schema.insert(bound.into(), Value::from(number as i64));
        } else {
            extend(schema, bound);
        }
    }
}

fn content(schema: &mut Schema, _: &mut Context<'_>) {
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    let encoding = text("contentEncoding").map(str::to_ascii_lowercase);
    let format = match encoding.as_deref() {
        Some("base64") => Some("byte"),
        Some("base64url") => Some("base64url"),
        Some("binary") => Some("binary"),
        // Without an encoding the content stands there as it is; such octets are no text (OpenAPI 3.1, "Considerations for
        // File Uploads").
        None if text("contentMediaType").is_some_and(|media_type| !is_text(media_type)) => Some("binary"),
        _ => None,
    };
    if let Some(format) = format
        && !schema.contains_key("format")
    {
        schema.insert("format".into(), format.into());
        schema.entry("type").or_insert_with(|| "string".into());
    }
    extend(schema, "contentEncoding");
    extend(schema, "contentMediaType");
}

/// Is content of a media type text?
fn is_text(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/').unwrap_or(("text", ""));
    let known = [
        "json",
        "xml",
        "yaml",
        "x-yaml",
        "javascript",
        "graphql",
        "jwt",
        "x-www-form-urlencoded",
        "sql",
        "x-ndjson",
    ];
    kind == "text"
        || known.contains(&subtype)
        || ["+json", "+xml", "+yaml"].iter().any(|suffix| subtype.ends_with(suffix))
}

fn file(schema: &mut Schema, _: &mut Context<'_>) {
    if schema.get("type").is_some_and(|name| name == "file") {
        schema.insert("type".into(), "string".into());
        schema.insert("format".into(), "binary".into());
    }
}

fn null_members(schema: &mut Schema, _: &mut Context<'_>) {
    let nulls: Vec<String> = schema
        .iter()
        .filter(|(name, value)| value.is_null() && KEPT.contains(&name.as_str()) && *name != "example")
        .map(|(name, _)| name.clone())
        .collect();
    nulls.iter().for_each(|name| extend(schema, name));
}

fn others(schema: &mut Schema, _: &mut Context<'_>) {
    let others: Vec<String> = schema
        .keys()
        .filter(|name| !name.starts_with("x-") && !KEPT.contains(&name.as_str()))
        .cloned()
        .collect();
    others.iter().for_each(|name| extend(schema, name));
}
