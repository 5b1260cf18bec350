//! Mutation of values: a document with one to four of its values changed.

use problemgen::load::{FileId, load_text};
use problemgen::report::Report;
use serde_json::{Map, Value, json};

/// Names of members that mean something somewhere, in OpenAPI, JSON Schema and errors.
const NAMES: &[&str] = &[
    "$anchor",
    "$defs",
    "$dynamicRef",
    "$id",
    "$ref",
    "$self",
    "4XX",
    "200",
    "404",
    "additionalOperations",
    "additionalProperties",
    "allOf",
    "allowReserved",
    "anyOf",
    "application/json",
    "application/problem+json",
    "callbacks",
    "code",
    "const",
    "content",
    "contentEncoding",
    "contentMediaType",
    "cookie",
    "default",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "detail",
    "discriminator",
    "else",
    "encoding",
    "enum",
    "error",
    "errors",
    "example",
    "examples",
    "exclusiveMinimum",
    "explode",
    "format",
    "get",
    "headers",
    "if",
    "in",
    "items",
    "itemSchema",
    "mapping",
    "maximum",
    "minimum",
    "multipart/form-data",
    "multipleOf",
    "name",
    "not",
    "nullable",
    "oneOf",
    "operationId",
    "parameters",
    "pathItems",
    "patternProperties",
    "post",
    "prefixItems",
    "properties",
    "propertyName",
    "propertyNames",
    "query",
    "readOnly",
    "requestBody",
    "required",
    "responses",
    "retryable",
    "schema",
    "security",
    "servers",
    "status",
    "style",
    "summary",
    "tags",
    "text/event-stream",
    "then",
    "title",
    "type",
    "unevaluatedProperties",
    "uniqueItems",
    "variables",
    "webhooks",
    "writeOnly",
    "x-enum-varnames",
    "x-problem",
    "",
];

/// Texts that mean something somewhere.
const TEXTS: &[&str] = &[
    "string",
    "integer",
    "number",
    "boolean",
    "array",
    "object",
    "null",
    "file",
    "date-time",
    "uuid",
    "byte",
    "binary",
    "int32",
    "int64",
    "password",
    "decimal",
    "query",
    "header",
    "path",
    "cookie",
    "form",
    "deepObject",
    "matrix",
    "label",
    "#/components/schemas/A",
    "#/components/responses/A",
    "part.yaml",
    "part.yaml#/A",
    "#",
    "#/",
    "#here",
    "about:blank",
    "self",
    "Self",
    "type",
    "crate",
    "",
    " ",
    "*/*",
    "a/{b}",
    "{",
    "}",
    "\u{202e}",
    "'",
    "\"",
    "`*",
    "--",
    "//",
    "*/",
    "\n",
    "\u{0}",
    "3.1.0",
    "3.2.0",
    "3.0.3",
    "%2F",
    "~1",
    "_",
    "1",
    "+1",
    "-1",
];

/// The first document of the data with changes; `None` when it is none.
pub fn mutated(data: &[u8], seed: u64) -> Option<String> {
    let text = std::str::from_utf8(data).ok()?;
    let (root, rest) = text.split_once('\0').map_or((text, None), |(root, rest)| (root, Some(rest)));
    let mut value = load_text("openapi.yaml", root, &mut Report::new())?.take(FileId::ROOT);
    let mut random = Random(seed | 1);
    for _ in 0..=random.below(3) {
        change(&mut value, &mut random);
    }
    let text = value.to_string();
    Some(rest.map_or(text.clone(), |rest| format!("{text}\0{rest}")))
}

/// A xorshift generator: which mutation it is has to follow from the seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % limit.max(1)
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

fn change(value: &mut Value, random: &mut Random) {
    let total = count(value);
    let donor = nth(value, &mut random.below(total)).cloned().unwrap_or_default();
    let Some(place) = nth_mut(value, &mut random.below(total)) else { return };
    match (random.below(8), &mut *place) {
        (0, Value::Object(map)) => remove(map, random),
        (0, Value::Array(items)) if !items.is_empty() => drop(items.remove(random.below(items.len()))),
        (1, Value::Object(map)) => drop(map.insert(random.of(NAMES).to_owned(), donor)),
        (1, Value::Array(items)) => items.push(donor),
        (2, Value::Object(map)) => drop(map.insert(random.of(NAMES).to_owned(), scalar(random))),
        (3, Value::Object(map)) => rename(map, random),
        (4, Value::Object(map)) => {
            let reference = ["#/components/schemas/A", "part.yaml#/A", "#/paths/~1a/get"][random.below(3)];
            map.insert("$ref".to_owned(), reference.into());
        }
        (5, place) => *place = donor,
        (6, place) => *place = json!([place.take(), donor]),
        (_, place) => *place = scalar(random),
    }
}

fn remove(map: &mut Map<String, Value>, random: &mut Random) {
    if let Some(name) = map.keys().nth(random.below(map.len())).cloned() {
        map.shift_remove(&name);
    }
}

fn rename(map: &mut Map<String, Value>, random: &mut Random) {
    if let Some(name) = map.keys().nth(random.below(map.len())).cloned()
        && let Some(value) = map.shift_remove(&name)
    {
        let new = if random.below(2) == 0 { random.of(NAMES) } else { random.of(TEXTS) };
        map.insert(new.to_owned(), value);
    }
}

fn scalar(random: &mut Random) -> Value {
    match random.below(8) {
        0 => Value::Null,
        1 => json!(random.below(2) == 0),
        2 => json!([0, 1, -1, 404, 1_000_000][random.below(5)]),
        3 => json!([0.5, 1e300, -1e-300, 18446744073709551615.0][random.below(4)]),
        4 => json!({}),
        5 => json!([]),
        _ => random.of(TEXTS).into(),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

fn nth<'a>(value: &'a Value, left: &mut usize) -> Option<&'a Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Object(map) => map.values().find_map(|child| nth(child, left)),
        Value::Array(items) => items.iter().find_map(|child| nth(child, left)),
        _ => None,
    }
}

fn nth_mut<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Object(map) => map.values_mut().find_map(|child| nth_mut(child, left)),
        Value::Array(items) => items.iter_mut().find_map(|child| nth_mut(child, left)),
        _ => None,
    }
}
