//! Conditions: `if` the code is this, `then` these members are there too, with `else` for further ones, alone or in a list
//! under `allOf`; and `dependentSchemas` and `dependentRequired` of the code, which hold because a coded problem has one.
//!
//! OpenAPI 3.0 does not know these keywords: they arrive as extensions, and the schemas inside of them as values.

use openapiv3::{ReferenceOr, Schema};
use serde_json::Value;

use crate::contract::CodePlace;

use super::super::flat::Flat;
use super::super::node::{Node, Slot};
use super::super::place::{Key, Origin};
use super::super::{Lowering, codes, values};
use super::facts::{self, Refinement};
use super::ground::GroundId;
use super::held::Held;

/// Schemas that stand in extensions, by the addresses of their values.
#[derive(Debug, Default)]
pub(in super::super) struct Fragments {
    read: std::collections::HashMap<*const Value, ReferenceOr<Schema>>,
}

/// How deep `else` may hold another `if`.
const DEPTH: usize = 100;

impl Fragments {
    /// Reads a value as a schema, if it is one.
    pub(super) fn read(&mut self, value: &Value) {
        if value.is_object()
            && let Ok(schema) = serde_json::from_value(value.clone())
        {
            self.read.insert(std::ptr::from_ref(value), schema);
        }
    }

    /// Keeps a schema that is made of a value.
    pub(super) fn make(&mut self, value: &Value, schema: Value) {
        if let Ok(schema) = serde_json::from_value(schema) {
            self.read.insert(std::ptr::from_ref(value), schema);
        }
    }

    /// The schema that a value was read as.
    pub(super) fn get(&self, value: &Value) -> Option<&ReferenceOr<Schema>> {
        self.read.get(&std::ptr::from_ref(value))
    }

    /// Reads what conditions of a schema lead to.
    pub(super) fn conditions(&mut self, schema: &Schema) {
        let mut queue = vec![&schema.schema_data.extensions];
        let mut nested: Vec<&Value> = Vec::new();
        while let Some(extensions) = queue.pop() {
            for (key, value) in extensions {
                match key.as_str() {
                    "x-then" | "x-else" => nested.push(value),
                    "x-dependent-schemas" => {
                        nested.extend(value.as_object().into_iter().flat_map(|map| map.values()));
                    }
                    _ => {}
                }
            }
        }
        while let Some(value) = nested.pop() {
            self.read(value);
            for key in ["x-then", "x-else"] {
                nested.extend(value.get(key));
            }
        }
    }
}

/// Adds the codes that conditions name.
pub(super) fn read<'a>(
    lowering: &mut Lowering<'a>,
    held: &mut Held<'a>,
    flat: &Flat<'a>,
    ground: GroundId,
    place: &CodePlace,
) {
    for (schema, origin) in &flat.conditional {
        let extensions = &schema.schema_data.extensions;
        let mut condition = extensions
            .get("x-if")
            .map(|tested| (tested, extensions.get("x-then"), extensions.get("x-else"), String::new()));
        let mut depth = 0;
        while let Some((tested, then, otherwise, path)) = condition.take() {
            depth += 1;
            let codes = tested_codes(tested, place.member());
            let understood = codes.is_some() && depth < DEPTH;
            if let (Some(codes), Some(then)) = (codes, then) {
                refine(lowering, held, then, &format!("{}{path}/then", origin.pointer), ground, codes);
            }
            let next = otherwise.and_then(|value| {
                Some((value.get("x-if")?, value.get("x-then"), value.get("x-else"), format!("{path}/else")))
            });
            if !understood || otherwise.is_some() && next.is_none() {
                lowering.note(
                    codes::UNTYPED_KEYWORD,
                    &origin.place().pointer(),
                    "what `if` says here is not about one code; the members that it brings are kept as they arrive",
                    "write `if: {properties: {code: {const: …}}}` and `then` for each code",
                );
                break;
            }
            condition = next;
        }
    }
}

/// The codes that a condition asks for.
fn tested_codes(tested: &Value, member: &str) -> Option<Vec<String>> {
    let code = tested.get("properties")?.get(member)?;
    let listed = match (code.get("x-const"), code.get("enum")) {
        (Some(one), _) => vec![one],
        (None, Some(Value::Array(list))) => list.iter().collect(),
        _ => return None,
    };
    listed.into_iter().map(values::word).collect()
}

fn refine<'a>(
    lowering: &mut Lowering<'a>,
    held: &mut Held<'a>,
    then: &'a Value,
    pointer: &str,
    ground: GroundId,
    codes: Vec<String>,
) {
    let Some(schema) = lowering.embedded.get(then) else { return };
    let slot = Slot::from(schema);
    let (origin, inherits) = match slot {
        Slot::Ref(reference) => match lowering.schema(reference) {
            Some((name, _)) => (Origin::schema(name), true),
            None => return,
        },
        Slot::Schema(_) => (Origin { pointer: pointer.to_owned(), words: String::new() }, false),
    };
    let flat = lowering.flatten(slot, &origin);
    let inherits = inherits && lowering.extends(&flat, ground);
    let data = lowering.target(slot).map(|schema| &schema.schema_data);
    let refinement = Refinement { flat: &flat, data, origin: &origin, inherits, whole: false };
    for facts in facts::of(lowering, &refinement, ground, codes) {
        held.mention(facts, &origin.place().pointer(), false);
    }
}

impl<'a> Lowering<'a> {
    /// Was the component that a ground is merged into a schema?
    pub(super) fn extends(&self, flat: &Flat<'a>, ground: GroundId) -> bool {
        let Some(ground) = self.known.ground(ground) else { return false };
        flat.parents.iter().any(|parent| Origin::schema(parent).pointer == ground.origin.pointer)
    }

    /// Merges what depends on a member that is always there.
    pub(in super::super) fn flatten_dependent(&mut self, flat: &mut Flat<'a>, member: &str) {
        for (schema, origin) in flat.conditional.clone() {
            let extensions = &schema.schema_data.extensions;
            let required = extensions.get("x-dependent-required").and_then(|map| map.get(member));
            flat.required
                .extend(required.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
            let dependent = extensions.get("x-dependent-schemas").and_then(|map| map.get(member));
            let Some(schema) = dependent.and_then(|value| self.embedded.get(value)) else { continue };
            let start = origin.place();
            let origin = start.step("dependentSchemas", Key::Name(member)).origin();
            self.flatten_more(flat, Slot::from(schema), &origin);
        }
    }
}

/// Does a schema say that something depends on its members?
pub(in super::super) fn is_conditional(node: &Node<'_>) -> bool {
    ["x-if", "x-dependent-schemas", "x-dependent-required"]
        .iter()
        .any(|key| node.data.extensions.contains_key(*key))
}
