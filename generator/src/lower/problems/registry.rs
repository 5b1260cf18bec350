//! Registries: lists of codes in extensions of the document, an operation or a response, beside a schema that leaves the code
//! open. Vendors have several names for them and several forms:
//!
//! * a list of codes; a list of objects with a code each;
//! * a map from codes to a text or to an object; a map from statuses to any of these.
//!
//! `x-problem.codes` is a registry, too, whose keys are strict (see [`extension`]).

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::contract::{Docs, Pointer};
use crate::grammar::REGISTRIES;

use super::super::node::Slot;
use super::super::place::Origin;
use super::super::{Lowering, values};
use super::conditions::Fragments;
use super::extension::{self, CodeExtension, Home};
use super::facts::{self, Facts, Refinement, Source, statuses};
use super::ground::GroundId;
use super::recovery;

/// What a registry says of a code.
#[derive(Debug, Default)]
pub(super) struct Entry<'a> {
    pub(super) code: String,
    extension: CodeExtension,
    pub(super) at: Pointer,
    /// The schema of the code, or of its members.
    schema: Option<&'a Value>,
    /// The way out, if it is one.
    recovery: Option<&'a Value>,
}

/// Names of the member that holds the code of an entry.
const CODE: [&str; 8] = ["code", "error_code", "errorCode", "error", "id", "name", "key", "type"];
const STATUS: [&str; 9] = [
    "status",
    "statuses",
    "http_status",
    "httpStatus",
    "http_status_code",
    "httpStatusCode",
    "status_code",
    "statusCode",
    "http",
];
const TITLE: [&str; 2] = ["title", "summary"];
const MEANING: [&str; 4] = ["description", "meaning", "message", "detail"];
const REMEDY: [&str; 6] = ["remedy", "resolution", "solution", "suggestion", "action", "fix"];
const SECTION: [&str; 3] = ["section", "category", "group"];
const RETRYABLE: [&str; 3] = ["retryable", "retriable", "retry"];
const TYPE: [&str; 3] = ["type", "type_uri", "uri"];
/// Members that hold a schema, and those that hold members.
const SCHEMA: [&str; 1] = ["schema"];
const FIELDS: [&str; 4] = ["fields", "properties", "members", "extensions"];

/// The registries among the extensions of an object that stands at `at`.
pub(super) fn entries<'a>(extensions: &'a IndexMap<String, Value>, at: &Pointer) -> Vec<Entry<'a>> {
    let mut found = Vec::new();
    for name in REGISTRIES {
        if let Some(value) = extensions.get(name) {
            list(value, &at.child(name), None, &mut found);
        }
    }
    found
}

/// The entries of `x-problem.codes`.
pub(super) fn strict<'a>(lowering: &mut Lowering<'_>, codes: &'a Value, at: &Pointer) -> Vec<Entry<'a>> {
    let mut found = Vec::new();
    for (code, value) in codes.as_object().into_iter().flatten() {
        let at = at.child(code);
        let Some(object) = value.as_object() else {
            let code = super::super::codes::EXTENSION_TYPE;
            lowering.error(code, &at, "the facts of a code are not an object", "write an object");
            continue;
        };
        let extension = extension::facts(lowering, object, &at, Home::Codes);
        found.push(Entry { code: code.clone(), extension, schema: schema_of(object), recovery: None, at });
    }
    found
}

fn list<'a>(value: &'a Value, at: &Pointer, status: Option<u16>, found: &mut Vec<Entry<'a>>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                entry(None, item, &at.child(index.to_string()), status, found);
            }
        }
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| !key.starts_with("x-")) {
                let at = at.child(key);
                let own = key.parse().ok().filter(|status| (100..=599).contains(status));
                match (own, value) {
                    // What a status means is no code.
                    (Some(_), Value::String(_) | Value::Null | Value::Bool(_)) => {}
                    (Some(_), Value::Array(_)) => list(value, &at, own, found),
                    (Some(_), Value::Object(map)) if code_in(map).is_none() => {
                        if map.values().all(|value| value.is_object() || value.is_string())
                            && !map.keys().any(|key| is_known(key))
                        {
                            list(value, &at, own, found);
                        }
                    }
                    (Some(_), _) => entry(None, value, &at, own, found),
                    (None, _) => entry(Some(key), value, &at, status, found),
                }
            }
        }
        _ => {}
    }
}

fn is_known(key: &str) -> bool {
    [&TITLE[..], &MEANING, &REMEDY, &STATUS].iter().any(|names| names.contains(&key))
}

fn code_in(map: &Map<String, Value>) -> Option<String> {
    CODE.iter().find_map(|name| values::word(map.get(*name)?)).filter(|code| !code.is_empty())
}

fn entry<'a>(
    key: Option<&str>,
    value: &'a Value,
    at: &Pointer,
    status: Option<u16>,
    found: &mut Vec<Entry<'a>>,
) {
    let mut extension = CodeExtension { statuses: status.into_iter().collect(), ..CodeExtension::default() };
    let (code, schema) = match (key, value) {
        (Some(key), Value::String(meaning)) => {
            extension.meaning = Some(meaning.clone()).filter(|text| !text.trim().is_empty());
            (Some(key.to_owned()), None)
        }
        (Some(key), Value::Null | Value::Bool(true)) => (Some(key.to_owned()), None),
        // A map from codes to statuses.
        (Some(key), Value::Number(_)) => {
            extension.statuses.extend(statuses(std::slice::from_ref(value)).unwrap_or_default());
            (Some(key.to_owned()), None)
        }
        (None, Value::String(_) | Value::Number(_)) => (values::word(value), None),
        (key, Value::Object(map)) => {
            let named = match key {
                // `name` and `type` of an entry say something else when its key is the code.
                Some(key) => map.get("code").and_then(values::word).or(Some(key.to_owned())),
                None => code_in(map),
            };
            describe(&mut extension, map, named.as_deref(), at);
            (named, schema_of(map))
        }
        _ => (None, None),
    };
    if let Some(code) = code.filter(|code| !code.trim().is_empty()) {
        let recovery = value.get("recovery").filter(|value| recovery::is_one(value));
        found.push(Entry { code, extension, schema, recovery, at: at.clone() });
    }
}

fn describe(extension: &mut CodeExtension, map: &Map<String, Value>, code: Option<&str>, at: &Pointer) {
    let said = |names: &[&str]| {
        let found = names.iter().find_map(|name| Some((map.get(*name)?.as_str()?, at.child(name))));
        let found = found.filter(|(text, _)| !text.trim().is_empty() && Some(*text) != code);
        found.map(|(text, at)| (text.to_owned(), at))
    };
    let text = |names: &[&str]| said(names).map(|(text, _)| text);
    let listed = STATUS.iter().find_map(|name| map.get(*name)).map(|value| match value {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    });
    extension.statuses.extend(listed.and_then(|list| statuses(&list)).unwrap_or_default());
    extension.title = text(&TITLE);
    extension.meaning = text(&MEANING);
    extension.remedy = text(&REMEDY);
    extension.section = said(&SECTION);
    extension.type_uri = text(&TYPE).filter(|text| super::limits::is_uri(text));
    extension.retryable = RETRYABLE.iter().find_map(|name| map.get(*name)?.as_bool());
    extension.order = map.get("order").and_then(Value::as_i64);
    extension.source = text(&["source"]);
}

fn schema_of(map: &Map<String, Value>) -> Option<&Value> {
    let filled = |value: &&Value| match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    SCHEMA.iter().chain(&FIELDS).find_map(|name| map.get(*name)).filter(filled)
}

/// Reads the schemas that a registry holds.
pub(super) fn fragments(extensions: &IndexMap<String, Value>, fragments: &mut Fragments) {
    let codes = extensions.get(extension::KEY).and_then(|value| value.get("codes"));
    for value in REGISTRIES.iter().filter_map(|name| extensions.get(*name)).chain(codes) {
        within(value, fragments, 0);
    }
}

fn within(value: &Value, fragments: &mut Fragments, depth: usize) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| within(value, fragments, depth)),
        Value::Object(map) if depth < 3 => {
            for (key, child) in map {
                match () {
                    () if SCHEMA.contains(&key.as_str()) => fragments.read(child),
                    () if FIELDS.contains(&key.as_str()) => {
                        fragments.make(child, object_of(child, map.get("required")));
                    }
                    () => within(child, fragments, depth + 1),
                }
            }
        }
        _ => {}
    }
}

/// The schema of an object with these members: a map from names to schemas or types, or a list of schemas with a name each.
fn object_of(fields: &Value, required: Option<&Value>) -> Value {
    let mut names: BTreeSet<String> = required
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    let mut properties = Map::new();
    let mut add = |name: &str, schema: &Value| {
        let mut schema = match schema {
            Value::String(ty) if TYPES.contains(&ty.as_str()) => json!({ "type": ty }),
            Value::String(text) => json!({ "description": text }),
            Value::Object(_) => schema.clone(),
            _ => json!({}),
        };
        if let Some(map) = schema.as_object_mut()
            && let Some(Value::Bool(flag)) = map.get("required").or_else(|| map.get("x-required")).cloned()
        {
            map.shift_remove("required");
            map.shift_remove("x-required");
            if flag {
                names.insert(name.to_owned());
            }
        }
        properties.insert(name.to_owned(), schema);
    };
    match fields {
        Value::Object(map) => map.iter().for_each(|(name, schema)| add(name, schema)),
        Value::Array(list) => {
            for item in list {
                match (item.as_str(), item.get("name").and_then(Value::as_str)) {
                    (Some(name), _) => add(name, &Value::Null),
                    (None, Some(name)) => {
                        let mut schema = item.clone();
                        schema.as_object_mut().into_iter().for_each(|map| drop(map.shift_remove("name")));
                        add(name, &schema);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    let required: Vec<Value> =
        names.into_iter().filter(|name| properties.contains_key(name)).map(Value::from).collect();
    match required.is_empty() {
        true => json!({ "type": "object", "properties": properties }),
        false => json!({ "type": "object", "properties": properties, "required": required }),
    }
}

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

impl<'a> Entry<'a> {
    /// The entry as facts on a ground.
    pub(super) fn facts(self, lowering: &mut Lowering<'a>, ground: GroundId, source: Source) -> Facts<'a> {
        let mut facts = Facts::bare(self.code.clone(), ground, self.at.clone());
        if let Some(slot) = self.schema.and_then(|value| lowering.embedded.get(value)).map(Slot::from) {
            let origin = match slot {
                Slot::Ref(reference) => lowering.schema(reference).map(|(name, _)| Origin::schema(name)),
                Slot::Schema(_) => Some(Origin { pointer: self.at.0.clone(), words: self.code.clone() }),
            };
            if let Some(origin) = origin {
                let flat = lowering.flatten(slot, &origin);
                let inherits = lowering.extends(&flat, ground);
                let data = lowering.target(slot).map(|schema| &schema.schema_data);
                let refinement = Refinement { flat: &flat, data, origin: &origin, inherits, whole: true };
                let mut read = facts::of(lowering, &refinement, ground, vec![self.code.clone()]);
                if let Some(read) = read.pop().and_then(|read| std::rc::Rc::try_unwrap(read).ok()) {
                    facts = Facts { at: facts.at, ..read };
                }
            }
        }
        let mut extension = self.extension;
        if let Some(value) = self.recovery {
            extension.recovery = recovery::read(lowering, value, &self.at.child("recovery"));
        }
        facts.source = source;
        // What is said of a code everywhere adds to what is said of it somewhere.
        facts.alone &= source == Source::Place;
        facts.title = extension.title.clone().or(facts.title);
        facts.statuses.extend(&extension.statuses);
        facts.retryable = extension.retryable.or(facts.retryable);
        facts.type_uri = extension.type_uri.clone().or(facts.type_uri);
        facts.docs = Docs { description: extension.meaning.clone().or(facts.docs.description), ..facts.docs };
        facts.extension = extension.over(&facts.extension).into();
        facts
    }
}
