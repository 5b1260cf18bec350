//! From a schema of OpenAPI, of whichever version, to JSON Schema 2020-12. Written for the judges and independent of what
//! the generator does to a document, so that they do not share its mistakes. Deliberately absent: directions; read-only
//! and write-only members are members like all others.

use serde_json::{Map, Value, json};

/// Keywords whose value is a schema.
const SCHEMAS: &[&str] = &[
    "items",
    "additionalItems",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords whose value has schemas by name.
const MAPS: &[&str] = &["properties", "patternProperties", "dependentSchemas"];
/// Keywords whose value is a list of schemas.
const LISTS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords that say something about values and stand for themselves; all others are prose.
const PLAIN: &[&str] = &[
    "type",
    "enum",
    "const",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "required",
    "dependentRequired",
];

/// Turns a schema into JSON Schema. References to components become references to `$defs`.
pub(super) fn schema(value: &Value) -> Value {
    let Value::Object(given) = value else { return value.clone() };
    let mut out = Map::new();
    for (keyword, value) in given {
        let name = keyword.as_str();
        let translated = match value {
            Value::String(target) if name == "$ref" => reference(target),
            Value::Array(list) if name == "items" => {
                out.insert("prefixItems".to_owned(), list.iter().map(schema).collect());
                continue;
            }
            value if SCHEMAS.contains(&name) => schema(value),
            Value::Object(map) if MAPS.contains(&name) => {
                map.iter().map(|(name, value)| (name.clone(), schema(value))).collect::<Map<_, _>>().into()
            }
            Value::Array(list) if LISTS.contains(&name) => list.iter().map(schema).collect(),
            // `null` for a keyword is what templates leave behind.
            Value::Null if name != "const" => continue,
            // Swagger's `required: true` on a member says nothing about its value.
            Value::Bool(_) if name == "required" => continue,
            value if PLAIN.contains(&name) => value.clone(),
            _ => continue,
        };
        out.insert(keyword.clone(), translated);
    }
    if let Some(mapping) = given.get("discriminator").and_then(mapped) {
        for keyword in ["oneOf", "anyOf"] {
            let branches = out.get_mut(keyword).and_then(Value::as_array_mut);
            branches.into_iter().flatten().for_each(|branch| discriminate(branch, &mapping));
        }
    }
    for (exclusive, inclusive) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match out.get(exclusive) {
            Some(Value::Bool(true)) => {
                out.shift_remove(exclusive);
                if let Some(bound) = out.shift_remove(inclusive) {
                    out.insert(exclusive.to_owned(), bound);
                }
            }
            Some(Value::Bool(false)) => drop(out.shift_remove(exclusive)),
            _ => {}
        }
    }
    if out.get("type").and_then(Value::as_str) == Some("file") {
        out.insert("type".to_owned(), "string".into());
    }
    range(&mut out);
    object(&mut out);
    if given.get("nullable") == Some(&Value::Bool(true)) {
        return json!({"anyOf": [{"type": "null"}, out]});
    }
    out.into()
}

/// `properties` and `required` say nothing of values that are no objects, so that JSON Schema lets all of them pass. Documents
/// mean an object, which is what the types are.
fn object(schema: &mut Map<String, Value>) {
    let composed = ["allOf", "anyOf", "oneOf", "$ref"].iter().any(|keyword| schema.contains_key(*keyword));
    let members = ["properties", "required"].iter().any(|keyword| schema.contains_key(*keyword));
    let means_object = members || (!composed && schema.contains_key("additionalProperties"));
    if means_object && !["type", "enum", "const"].iter().any(|keyword| schema.contains_key(*keyword)) {
        schema.insert("type".to_owned(), "object".into());
    }
}

fn reference(target: &str) -> Value {
    match target.strip_prefix("#/components/schemas/") {
        Some(name) => format!("#/$defs/{name}").into(),
        None => target.into(),
    }
}

/// The member of a discriminator, and what it is mapped to what.
struct Mapping {
    member: String,
    /// The value and the reference to the schema.
    values: Vec<(String, Value)>,
}

fn mapped(discriminator: &Value) -> Option<Mapping> {
    let member = discriminator.get("propertyName")?.as_str()?.to_owned();
    let values = discriminator.get("mapping")?.as_object()?.iter();
    let values = values.filter_map(|(value, target)| Some((value.clone(), reference(target.as_str()?))));
    Some(Mapping { member, values: values.collect() })
}

/// What no JSON Schema says: where the alternative is chosen by a value, the member has no other.
fn discriminate(branch: &mut Value, Mapping { member, values }: &Mapping) {
    let Some(target) = branch.get("$ref") else { return };
    let chosen: Vec<&str> =
        values.iter().filter(|(_, mapped)| mapped == target).map(|(value, _)| value.as_str()).collect();
    if !chosen.is_empty() {
        *branch = json!({"allOf": [branch.take(), {"properties": {member: {"enum": chosen}}}]});
    }
}

/// The formats of the OpenAPI registry that say how wide a number is.
fn range(schema: &mut Map<String, Value>) {
    if schema.get("type").and_then(Value::as_str) != Some("integer") {
        return;
    }
    let bounds = match schema.get("format").and_then(Value::as_str) {
        Some("int8") => json!({"minimum": i8::MIN, "maximum": i8::MAX}),
        Some("int16") => json!({"minimum": i16::MIN, "maximum": i16::MAX}),
        Some("int32") => json!({"minimum": i32::MIN, "maximum": i32::MAX}),
        Some("int64") => json!({"minimum": i64::MIN, "maximum": i64::MAX}),
        Some("uint8") => json!({"minimum": 0, "maximum": u8::MAX}),
        Some("uint16") => json!({"minimum": 0, "maximum": u16::MAX}),
        Some("uint32") => json!({"minimum": 0, "maximum": u32::MAX}),
        Some("uint" | "uint64") => json!({"minimum": 0, "maximum": u64::MAX}),
        _ => return,
    };
    match schema.get_mut("allOf") {
        Some(Value::Array(all)) => all.push(bounds),
        _ => drop(schema.insert("allOf".to_owned(), json!([bounds]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_openapi_says_is_said_in_json_schema() {
        let cases = [
            (
                json!({"type": "string", "nullable": true}),
                json!({"anyOf": [{"type": "null"}, {"type": "string"}]}),
            ),
            (json!({"minimum": 1, "exclusiveMinimum": true}), json!({"exclusiveMinimum": 1})),
            (json!({"maximum": 1, "exclusiveMaximum": false}), json!({"maximum": 1})),
            (
                json!({"$ref": "#/components/schemas/A~1b", "description": "x"}),
                json!({"$ref": "#/$defs/A~1b"}),
            ),
            (
                json!({"properties": {"example": {"example": 1, "type": "file"}}}),
                json!({"properties": {"example": {"type": "string"}}, "type": "object"}),
            ),
            (
                json!({"type": "integer", "format": "uint8"}),
                json!({"type": "integer", "format": "uint8", "allOf": [{"minimum": 0, "maximum": 255}]}),
            ),
            (
                json!({"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
                       "discriminator": {"propertyName": "kind", "mapping": {"a": "#/components/schemas/A"}}}),
                json!({"oneOf": [{"allOf": [{"$ref": "#/$defs/A"}, {"properties": {"kind": {"enum": ["a"]}}}]}, {"$ref": "#/$defs/B"}]}),
            ),
            (json!({"items": [{"xml": {}}, true]}), json!({"prefixItems": [{}, true]})),
            (json!({"const": null, "title": null, "required": true}), json!({"const": null})),
            (json!({"required": ["a"]}), json!({"required": ["a"], "type": "object"})),
            (
                json!({"properties": {}, "nullable": true}),
                json!({"anyOf": [{"type": "null"}, {"properties": {}, "type": "object"}]}),
            ),
            (
                json!({"allOf": [{"type": "string"}], "additionalProperties": false}),
                json!({"allOf": [{"type": "string"}], "additionalProperties": false}),
            ),
        ];
        for (given, wanted) in cases {
            assert_eq!(schema(&given), wanted, "{given}");
        }
    }
}
