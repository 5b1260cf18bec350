//! Alternatives: a response, or the object that has the code, is one of several schemas, by `oneOf` or `anyOf`, with or
//! without a `discriminator`. Each is read by itself; a `mapping` gives codes to those that name none.

use std::collections::HashSet;
use std::rc::Rc;

use openapiv3::{Discriminator, ReferenceOr, SchemaData};

use crate::contract::{CodePlace, Pointer};

use super::super::flat::Declared;
use super::super::node::{Alternatives, Node, Slot};
use super::super::place::{Key, Origin, Place, component_name, target_name};
use super::super::{Lowering, codes};
use super::ground::{Envelope, component_of};
use super::held::Held;
use super::{code_values, facts, parent, stand};

/// How deep a response may nest its alternatives.
const DEPTH: usize = 20;

/// How one alternative was chosen among others.
#[derive(Clone, Default)]
pub(super) struct Choice {
    /// The member that tells them apart.
    pub(super) member: Option<String>,
    /// The values of that member, by the mapping.
    pub(super) values: Vec<String>,
}

/// Where a walk through alternatives is.
struct Walk<'w> {
    /// Where the code stands, once that is known: inside of the object that has it.
    holder: Option<&'w CodePlace>,
    choice: Choice,
    depth: usize,
}

/// Reads the body of an error.
pub(super) fn body<'a>(lowering: &mut Lowering<'a>, slot: Slot<'a>, place: &Place<'_>) -> Held<'a> {
    walk(lowering, slot, place, &Walk { holder: None, choice: Choice::default(), depth: 0 })
}

/// Reads a component that extends an object that has the code.
pub(super) fn extending<'a>(lowering: &mut Lowering<'a>, name: &'a str, place: &CodePlace) -> Held<'a> {
    component(lowering, name, &Walk { holder: Some(place), choice: Choice::default(), depth: 0 })
}

/// Reads the object that has the code.
fn holder<'a>(lowering: &mut Lowering<'a>, list: &[Declared<'a>], place: &CodePlace) -> Held<'a> {
    match list {
        [only] => {
            let inside = Walk { holder: Some(place), choice: Choice::default(), depth: 0 };
            walk(lowering, only.slot, &only.place(), &inside)
        }
        _ => {
            let Some(last) = list.last() else { return Held::foreign() };
            let flat = lowering.flatten_all(list);
            code_values::read(lowering, flat, None, &last.origin, place, &Choice::default())
        }
    }
}

fn walk<'a>(lowering: &mut Lowering<'a>, slot: Slot<'a>, place: &Place<'_>, at: &Walk<'_>) -> Held<'a> {
    if at.depth > DEPTH {
        return Held::foreign();
    }
    let schema = match slot {
        Slot::Schema(schema) => schema,
        Slot::Ref(reference) => {
            let Some((name, target)) = lowering.schema(reference) else { return Held::foreign() };
            // Whatever comes of it, an error refers to it.
            lowering.used.insert(name);
            let origin = Origin::schema(name);
            let deeper = Walk { choice: at.choice.clone(), depth: at.depth + 1, ..*at };
            return match target {
                ReferenceOr::Item(schema)
                    if !only_wraps(&Node::of(schema)) || parent::is_child(lowering, &Node::of(schema)) =>
                {
                    component(lowering, name, at).at(&place.pointer())
                }
                _ => walk(lowering, Slot::from(target), &origin.place(), &deeper),
            };
        }
    };
    let node = Node::of(schema);
    if !only_wraps(&node) {
        return leaf(lowering, slot, &place.origin(), at);
    }
    if let ([], [only]) = (node.alternatives().as_slice(), node.all_of) {
        let deeper = Walk { choice: at.choice.clone(), depth: at.depth + 1, ..*at };
        return walk(lowering, Slot::from(only), &place.step("allOf", Key::Index(0)), &deeper);
    }
    let mut held = Held::default();
    for group in node.alternatives() {
        let member = lowering.telling_member(&group);
        for (index, branch) in group.slots.iter().map(Slot::from).enumerate() {
            if matches!(branch, Slot::Schema(schema) if Node::of(schema).is_null()) {
                continue;
            }
            let choice = Choice { member: member.clone(), values: mapped(&group, branch) };
            let deeper = Walk { choice, depth: at.depth + 1, ..*at };
            let step = place.step(group.keyword, Key::Index(index));
            held.join(&walk(lowering, branch, &step, &deeper));
        }
    }
    if let Some(discriminator) = &node.data.discriminator {
        check_mapping(lowering, &mut held, discriminator, place, at);
    }
    held
}

/// Does the schema only say which others it stands for?
fn only_wraps(node: &Node<'_>) -> bool {
    node.is_wrapper()
        && match (node.alternatives().is_empty(), node.all_of) {
            (false, []) | (true, [_]) => node.data.extensions.keys().all(|key| key != "x-if"),
            _ => false,
        }
}

/// The values by which a mapping chooses an alternative.
fn mapped(group: &Alternatives<'_>, branch: Slot<'_>) -> Vec<String> {
    let (Some(discriminator), Slot::Ref(reference)) = (group.discriminator, branch) else {
        return Vec::new();
    };
    let name = component_name(reference, "schemas");
    let leads = |target: &str| target_name(target) == name.as_deref().unwrap_or("");
    let values = discriminator.mapping.iter().filter(|(_, target)| leads(target));
    values.map(|(value, _)| value.clone()).collect()
}

/// A component, looked at once unless a mapping says more of it than it does itself.
fn component<'a>(lowering: &mut Lowering<'a>, name: &'a str, at: &Walk<'_>) -> Held<'a> {
    let origin = Origin::schema(name);
    let Some((_, target)) = lowering.component(name) else { return Held::foreign() };
    let slot = Slot::from(target);
    let plain = Walk { choice: Choice { values: Vec::new(), ..at.choice.clone() }, ..*at };
    let held = match at.holder {
        None => match lowering.known.bodies.get(name) {
            Some(known) => known.clone(),
            None => {
                let held = Some(Rc::new(leaf(lowering, slot, &origin, &plain)));
                lowering.known.bodies.insert(name, held.clone());
                held
            }
        },
        Some(place) => {
            let key = (name, format!("{place:?}"));
            match lowering.known.holders.get(&key) {
                Some(known) => Some(Rc::clone(known)),
                None => {
                    let held = Rc::new(leaf(lowering, slot, &origin, &plain));
                    lowering.known.holders.insert(key, Rc::clone(&held));
                    Some(held)
                }
            }
        }
    };
    let held = held.map(|held| Held::clone(&held)).unwrap_or_else(Held::foreign);
    match held.mentions.is_empty() && !at.choice.values.is_empty() {
        true => leaf(lowering, slot, &origin, at),
        false => held,
    }
}

/// Reads a schema that is no choice between others.
fn leaf<'a>(lowering: &mut Lowering<'a>, slot: Slot<'a>, origin: &Origin, at: &Walk<'_>) -> Held<'a> {
    let Slot::Schema(schema) = slot else { return Held::foreign() };
    let data = Some(&schema.schema_data);
    let flat = lowering.flatten(slot, origin);
    if let Some(place) = at.holder {
        return code_values::read(lowering, flat, data, origin, place, &at.choice);
    }
    let told = at.choice.member.clone().or_else(|| parent::telling_member(lowering, data, &flat));
    let Some(found) = stand::find(lowering, &flat, told.as_deref()) else {
        if let Some(passed) = stand::passed(lowering, &flat, told.as_deref()) {
            let name = component_of(&origin.pointer).unwrap_or_else(|| origin.words.clone());
            lowering.known.passed.entry(passed).or_default().insert(name);
        }
        return match &at.choice.member {
            // The mapping says which codes it is for, and the schema nothing of them.
            Some(member) if !at.choice.values.is_empty() => {
                let place = CodePlace::Root(member.clone());
                code_values::read(lowering, flat, data, origin, &place, &at.choice)
            }
            _ => Held::foreign(),
        };
    };
    let outer = match &found.place {
        CodePlace::Root(_) => {
            return code_values::read(lowering, flat, data, origin, &found.place, &at.choice);
        }
        CodePlace::Under(outer, _) | CodePlace::Each(outer, _) => outer.clone(),
    };
    let mut held = holder(lowering, &found.holder, &found.place);
    let lone = held.mentions.iter().all(|mention| mention.chosen) && held.only().is_some();
    if lone {
        around(lowering, &mut held, &schema.schema_data, origin);
    }
    let mut members = flat.members;
    let declared = members.shift_remove(outer.as_str()).unwrap_or_default();
    let holder_optional = !flat.required.contains(outer.as_str())
        || declared.iter().all(|declared| lowering.nullable(declared.slot, 0));
    let envelope = Rc::new(Envelope {
        at: Pointer(origin.pointer.clone()),
        members,
        required: flat.required,
        holder_optional,
        parents: flat.parents.iter().copied().collect(),
        data,
        lone,
    });
    for ground in &held.grounds {
        let known = lowering.known.envelopes.entry(*ground).or_default();
        if !known.iter().any(|other| other.at == envelope.at) {
            known.push(Rc::clone(&envelope));
        }
    }
    held
}

/// Adds what the body around the object of a single code says of it.
fn around<'a>(lowering: &mut Lowering<'a>, held: &mut Held<'a>, data: &'a SchemaData, origin: &Origin) {
    let Some(inner) = held.mentions.first().map(|mention| Rc::clone(&mention.facts)) else { return };
    let at = origin.place().pointer();
    let facts = facts::around(lowering, &inner, data, &at);
    held.mention(Rc::new(facts), &at, true);
}

/// A mapping has to say of each schema what the schema says of itself, and of no schema that is no alternative.
fn check_mapping<'a>(
    lowering: &mut Lowering<'a>,
    held: &mut Held<'a>,
    discriminator: &'a Discriminator,
    place: &Place<'_>,
    walk: &Walk<'_>,
) {
    let at = place.pointer().child("discriminator").child("mapping");
    // Mappings may name thousands.
    let mut known: HashSet<String> = held.mentions.iter().map(|known| known.facts.code.clone()).collect();
    for (value, target) in &discriminator.mapping {
        let name = target_name(target);
        let Some((name, ReferenceOr::Item(_))) = lowering.component(&name) else { continue };
        let member = Some(discriminator.property_name.clone());
        let choose = |values| Walk { choice: Choice { member: member.clone(), values }, ..*walk };
        let own = component(lowering, name, &choose(Vec::new()));
        let said = |held: &Held<'a>| held.mentions.iter().any(|known| known.facts.code == *value);
        if let Some(only) = own.only()
            && only != value
        {
            lowering.error(
                codes::MAPPING_CLASH,
                &at.child(value),
                format!("`{value}` leads to `{name}`, which is the schema of `{only}`"),
                "let the mapping and the `const` of the schema say the same code",
            );
        } else if !known.contains(value) {
            let added = match said(&own) {
                true => own,
                false => component(lowering, name, &choose(vec![value.clone()])),
            };
            if said(&added) {
                lowering.warn(
                    codes::MAPPING_ALONE,
                    &at.child(value),
                    format!("`{name}` stands in the mapping, but not among the alternatives"),
                    "add it to the alternatives; it is read as if it stood there",
                );
                known.extend(added.mentions.iter().map(|added| added.facts.code.clone()));
                held.join(&added.at(&at.child(value)));
            }
        }
    }
}
