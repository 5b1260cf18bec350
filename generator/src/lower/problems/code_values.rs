//! The codes of a schema that is no choice between others.
//!
//! * A flat list: `code: {enum: [a, b]}`. The codes have no members of their own.
//! * A schema for each code, which extends a base by `allOf` and gives the code one value; also where it stands in the
//!   response (`allOf: [base, {properties: {code: {enum: [a]}}}]`), and without a base.
//! * Members beside alternatives that each limit the code.
//!
//! What depends on the code by other keywords is for [`conditions`] and [`parent`].

use std::rc::Rc;

use openapiv3::SchemaData;

use crate::contract::CodePlace;
use crate::report::{Diagnostic, nearest};

use super::super::flat::{Declared, Flat};
use super::super::node::{Node, Slot};
use super::super::place::Origin;
use super::super::{Lowering, codes, values};
use super::alternatives::Choice;
use super::facts::{self, Facts, Refinement};
use super::ground::GroundId;
use super::held::Held;
use super::{conditions, parent};

/// Reads a flattened schema whose code stands at `place`.
pub(super) fn read<'a>(
    lowering: &mut Lowering<'a>,
    mut flat: Flat<'a>,
    data: Option<&'a SchemaData>,
    origin: &Origin,
    place: &CodePlace,
    choice: &Choice,
) -> Held<'a> {
    let member = place.member();
    lowering.flatten_dependent(&mut flat, member);
    let own = origin.words.as_str();
    let (mut codes, mut open) = lowering.listed_codes(flat.members.get(member));
    if codes.is_empty() {
        codes = match choice.member.as_deref() == Some(member) {
            true => choice.values.clone(),
            false => Vec::new(),
        };
        if codes.is_empty() {
            codes = parent::values_of(lowering, own, &flat, member);
        }
        open = codes.is_empty();
    }
    unlisted(lowering, flat.members.get(member).map_or(&[], Vec::as_slice), member);
    let mut held = Held::default();
    held.open = open;
    if !codes.is_empty()
        && !open
        && let Some(base) = lowering.base_of(&flat, own, place, codes.len())
    {
        let Some(ground) = lowering.component_ground(base, place) else { return Held::foreign() };
        let schema = Refinement { flat: &flat, data, origin, inherits: true, whole: true };
        for facts in facts::of(lowering, &schema, ground, codes) {
            held.mention(facts, &origin.place().pointer(), true);
        }
        return held;
    }
    let ground = lowering.ground_of(&flat, data, origin, place, open);
    held.grounds.insert(ground);
    match codes.as_slice() {
        // A schema for one code, which is its own ground.
        [_] => {
            let schema = Refinement { flat: &flat, data, origin, inherits: false, whole: true };
            for facts in facts::of(lowering, &schema, ground, codes) {
                held.mention(facts, &origin.place().pointer(), true);
            }
        }
        _ => flat_list(lowering, &mut held, &flat, codes, ground, origin, member),
    }
    beside(lowering, &mut held, &flat, ground, place);
    conditions::read(lowering, &mut held, &flat, ground, place);
    parent::read(lowering, &mut held, data, own, ground, place);
    held
}

/// Says of codes that a schema gives where one that it extends lists others: no value is of both.
fn unlisted<'a>(lowering: &mut Lowering<'a>, list: &[Declared<'a>], member: &str) {
    let words = |declared: &Declared<'a>| -> Option<Vec<String>> {
        let limit = lowering.limit(declared.slot).filter(|limit| !limit.open)?;
        limit.values.iter().map(values::word).collect()
    };
    let Some((last, before)) = list.split_last() else { return };
    let Some(given) = words(last) else { return };
    let mut said = Vec::new();
    for earlier in before {
        let Some(known) = words(earlier) else { continue };
        for code in given.iter().filter(|code| !known.contains(code)) {
            let near = nearest(code, known.iter().map(String::as_str)).join("`, `");
            said.push((code.clone(), earlier.place().member(member).pointer(), near));
        }
    }
    let at = last.place().member(member).pointer();
    for (code, listed, near) in said {
        let help = match near.as_str() {
            "" => "list it there, too".to_owned(),
            near => format!("correct it: there are `{near}`; or list it there, too"),
        };
        let message = format!("`{code}` is none of the codes that the extended schema lists");
        let unlisted = Diagnostic::warning(codes::UNLISTED_CODE, message)
            .at((lowering.locate)(&at))
            .help(help)
            .label((lowering.locate)(&listed), "they are listed here".to_owned());
        lowering.report.push(unlisted);
    }
}

/// `code: {enum: [a, b]}`.
fn flat_list<'a>(
    lowering: &Lowering<'a>,
    held: &mut Held<'a>,
    flat: &Flat<'a>,
    codes: Vec<String>,
    ground: GroundId,
    origin: &Origin,
    member: &str,
) {
    let declared = flat.members.get(member).and_then(|list| list.last());
    let at = declared.map_or(origin.place().pointer(), |one| one.place().member(member).pointer());
    let described = declared.and_then(|one| lowering.end(one.slot)).and_then(|schema| {
        let extensions = &schema.schema_data.extensions;
        DESCRIPTIONS.iter().find_map(|name| extensions.get(*name))
    });
    for (index, code) in codes.into_iter().enumerate() {
        let mut facts = Facts::bare(code, ground, at.clone());
        facts.docs.description = described
            .and_then(|texts| texts.get(&facts.code).or_else(|| texts.get(index))?.as_str())
            .map(str::to_owned);
        held.mention(Rc::new(facts), &at, false);
    }
}

/// Extensions that describe the values of an `enum`: in its order, or by value.
const DESCRIPTIONS: [&str; 2] = ["x-enum-descriptions", "x-enumDescriptions"];

/// `oneOf` or `anyOf` beside the members, whose branches limit the code.
fn beside<'a>(
    lowering: &mut Lowering<'a>,
    held: &mut Held<'a>,
    flat: &Flat<'a>,
    ground: GroundId,
    place: &CodePlace,
) {
    let member = place.member();
    let (mut any, mut other) = (false, false);
    for (group, origin) in &flat.alternatives {
        for (index, slot) in group.slots.iter().map(Slot::from).enumerate() {
            if matches!(slot, Slot::Schema(schema) if Node::of(schema).is_null()) {
                continue;
            }
            let start = origin.place();
            let (origin, data) = match (slot, lowering.target(slot)) {
                (Slot::Ref(reference), Some(schema)) => {
                    let Some((name, _)) = lowering.schema(reference) else { continue };
                    (Origin::schema(name), Some(&schema.schema_data))
                }
                (_, schema) => (
                    start.branch(group.keyword, index, "").origin(),
                    schema.map(|schema| &schema.schema_data),
                ),
            };
            let branch = lowering.flatten(slot, &origin);
            let (codes, open) = lowering.listed_codes(branch.members.get(member));
            if codes.is_empty() || open {
                other = true;
                continue;
            }
            let schema = Refinement { flat: &branch, data, origin: &origin, inherits: false, whole: true };
            for facts in facts::of(lowering, &schema, ground, codes) {
                held.mention(facts, &origin.place().pointer(), false);
            }
            any = true;
        }
    }
    if any {
        held.open = other;
    }
}
