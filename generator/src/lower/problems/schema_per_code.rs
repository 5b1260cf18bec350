//! The encoding with a schema for each code: `allOf` the base and `properties: {code: {const: …}}`, and responses that
//! refer to these schemas, one by one or by `oneOf`/`anyOf`, with the base as the branch that leaves room for others.

use std::collections::BTreeSet;
use std::rc::Rc;

use openapiv3::{Discriminator, ReferenceOr};
use serde_json::Value;

use crate::contract::{Example, Pointer};

use super::super::flat::{Declared, Flat};
use super::super::node::{Node, Slot};
use super::super::place::{Key, Origin, Place, component_name};
use super::super::{Lowering, codes, types, values};
use super::facts::{Common, Facts, Member, statuses};
use super::{Mention, Reading, extension, vocabulary};

/// How deep a response may nest its alternatives.
const DEPTH: usize = 20;

/// Reads the schema of an error.
pub(super) fn read<'a>(
    lowering: &mut Lowering<'a>,
    slot: Slot<'a>,
    place: &Place<'_>,
) -> Option<Reading<'a>> {
    let mut branches = Branches::default();
    branches.walk(lowering, slot, place, 0);
    let mut bases: BTreeSet<&str> = branches.codes.iter().map(|named| named.facts.base).collect();
    bases.extend(branches.base);
    let mut bases = bases.into_iter();
    let base = bases.next()?;
    if bases.next().is_some() || branches.foreign {
        if !branches.codes.is_empty() {
            lowering.warn(
                codes::MIXED_PROBLEMS,
                &place.pointer(),
                "this response mixes coded problems with other bodies; it is read as plain JSON",
                "give every alternative the same base schema",
            );
        }
        return None;
    }
    Some(Reading { base, codes: branches.codes, open: branches.base.is_some() })
}

/// Finds the components that describe a code.
pub(super) fn scan<'a>(lowering: &mut Lowering<'a>) -> Vec<Rc<Facts<'a>>> {
    let Some(components) = lowering.components() else { return Vec::new() };
    components.schemas.keys().filter_map(|name| facts_of(lowering, name)).collect()
}

/// What the alternatives of a response are.
#[derive(Default)]
struct Branches<'a> {
    codes: Vec<Mention<'a>>,
    base: Option<&'a str>,
    /// Something else stands among them.
    foreign: bool,
}

impl<'a> Branches<'a> {
    fn walk(&mut self, lowering: &mut Lowering<'a>, slot: Slot<'a>, place: &Place<'_>, depth: usize) {
        if depth > DEPTH {
            self.foreign = true;
            return;
        }
        let schema = match slot {
            Slot::Ref(reference) => {
                let Some((name, target)) = lowering.schema(reference) else {
                    self.foreign = true;
                    return;
                };
                if let Some(facts) = facts_of(lowering, name) {
                    self.code(facts, place.pointer());
                    return;
                }
                let composes = lowering.target(slot).is_some_and(|schema| !Node::of(schema).is_wrapper());
                if base_member(lowering, name).is_some() && composes {
                    // Two bases in one response cannot both be the open branch.
                    self.foreign |= self.base.is_some_and(|base| base != name);
                    self.base = Some(name);
                    return;
                }
                let origin = Origin::schema(name);
                match target {
                    ReferenceOr::Item(schema) => {
                        schema_branch(self, lowering, schema, &origin.place(), depth)
                    }
                    ReferenceOr::Reference { .. } => {
                        self.walk(lowering, Slot::from(target), &origin.place(), depth + 1);
                    }
                }
                return;
            }
            Slot::Schema(schema) => schema,
        };
        schema_branch(self, lowering, schema, place, depth);
    }

    fn code(&mut self, facts: Rc<Facts<'a>>, at: Pointer) {
        if !self.codes.iter().any(|known| Rc::ptr_eq(&known.facts, &facts)) {
            self.codes.push(Mention { facts, at });
        }
    }
}

fn schema_branch<'a>(
    branches: &mut Branches<'a>,
    lowering: &mut Lowering<'a>,
    schema: &'a openapiv3::Schema,
    place: &Place<'_>,
    depth: usize,
) {
    let node = Node::of(schema);
    if node.is_wrapper() && node.composes() {
        for group in node.alternatives() {
            for (index, branch) in group.slots.iter().enumerate() {
                branches.walk(
                    lowering,
                    Slot::from(branch),
                    &place.step(group.keyword, Key::Index(index)),
                    depth + 1,
                );
            }
        }
        if let Some(discriminator) = &node.data.discriminator {
            check_mapping(branches, lowering, discriminator, place);
        }
        match (node.alternatives().is_empty(), node.all_of) {
            (false, []) => return,
            (true, [only]) => {
                branches.walk(lowering, Slot::from(only), &place.step("allOf", Key::Index(0)), depth + 1);
                return;
            }
            _ => {}
        }
    }
    match facts(lowering, Slot::Schema(schema), &place.origin()) {
        Some(facts) => branches.code(Rc::new(facts), place.pointer()),
        None => branches.foreign = true,
    }
}

/// A mapping has to say of each schema what the schema says of itself.
fn check_mapping<'a>(
    branches: &mut Branches<'a>,
    lowering: &mut Lowering<'a>,
    discriminator: &'a Discriminator,
    place: &Place<'_>,
) {
    let at = place.pointer().child("discriminator").child("mapping");
    for (value, target) in &discriminator.mapping {
        let name = component_name(target, "schemas").unwrap_or_else(|| target.clone());
        let found = lowering.components().and_then(|components| components.schemas.get_key_value(&name));
        let facts = found.and_then(|(name, _)| facts_of(lowering, name));
        match facts {
            Some(facts) if facts.code != *value => lowering.error(
                codes::MAPPING_CLASH,
                &at.child(value),
                format!("`{value}` leads to `{name}`, which is the schema of `{}`", facts.code),
                "let the mapping and the `const` of the schema say the same code",
            ),
            Some(facts) if !branches.codes.iter().any(|known| known.facts.code == facts.code) => {
                lowering.warn(
                    codes::MAPPING_ALONE,
                    &at.child(value),
                    format!("`{name}` stands in the mapping, but not among the alternatives"),
                    "add it to the alternatives; it is read as if it stood there",
                );
                branches.code(facts, at.child(value));
            }
            _ => {}
        }
    }
}

/// The code that a component describes; found once.
fn facts_of<'a>(lowering: &mut Lowering<'a>, name: &'a str) -> Option<Rc<Facts<'a>>> {
    if let Some(known) = lowering.known.facts.get(name) {
        return known.clone();
    }
    let target = lowering.components()?.schemas.get(name)?;
    let facts = match target {
        ReferenceOr::Item(_) => facts(lowering, Slot::from(target), &Origin::schema(name)).map(Rc::new),
        ReferenceOr::Reference { .. } => None,
    };
    lowering.known.facts.insert(name, facts.clone());
    facts
}

/// The code that a schema describes: it refines a base and says of the base's code what it always is.
fn facts<'a>(lowering: &mut Lowering<'a>, slot: Slot<'a>, origin: &Origin) -> Option<Facts<'a>> {
    let Slot::Schema(schema) = slot else { return None };
    let node = Node::of(schema);
    if node.all_of.is_empty() {
        return None;
    }
    let flat = lowering.flatten(slot, origin);
    let (base, member) = base_of(lowering, &flat)?;
    let code = match fixed(lowering, &flat, member)?.as_slice() {
        [code] => values::word(code)?,
        _ => return None,
    };
    let common = common_of(lowering, base)?;
    let at = origin.place().pointer();
    let one_text = |lowering: &mut Lowering<'a>, member| match fixed(lowering, &flat, member)?.as_slice() {
        [Value::String(text)] => Some(text.clone()),
        _ => None,
    };
    let retryable = vocabulary::RETRYABLE
        .iter()
        .filter(|member| common.members.contains_key(*member))
        .find_map(|member| match fixed(lowering, &flat, member)?.as_slice() {
            [Value::Bool(retryable)] => Some(*retryable),
            _ => None,
        });
    let limited = fixed(lowering, &flat, vocabulary::STATUS);
    let statuses = limited.as_deref().and_then(statuses);
    let statuses_at = limiting(lowering, &flat, vocabulary::STATUS)
        .map(|declared| declared.origin.place().member(vocabulary::STATUS).pointer());
    if limited.is_some() && statuses.is_none() {
        lowering.error(
            codes::STATUS_VALUE,
            &at,
            format!("the `status` of `{code}` is not an HTTP status"),
            "write whole numbers from 400 to 599",
        );
    }
    let type_uri = one_text(lowering, vocabulary::TYPE);
    let title = one_text(lowering, vocabulary::TITLE).or_else(|| node.data.title.clone());
    Some(Facts {
        code,
        base,
        title,
        statuses: statuses.unwrap_or_default(),
        statuses_at,
        retryable,
        type_uri,
        docs: types::docs(node.data),
        extension: extension::code(lowering, &node.data.extensions, &at),
        members: members(lowering, flat, member, &common, &at),
        examples: node
            .examples()
            .into_iter()
            .map(|value| Example { name: String::new(), value: value.clone() })
            .collect(),
        at,
    })
}

/// The members of a code's schema that say more than the base and the facts do.
fn members<'a>(
    lowering: &mut Lowering<'a>,
    flat: Flat<'a>,
    code_member: &str,
    common: &Common<'a>,
    at: &Pointer,
) -> Vec<Member<'a>> {
    let is_fact = |name: &str| {
        [code_member, vocabulary::STATUS, vocabulary::TYPE, vocabulary::TITLE].contains(&name)
            || vocabulary::RETRYABLE.contains(&name)
    };
    let mut members = Vec::new();
    for (name, declared) in flat.members {
        let required = flat.required.contains(name);
        match common.members.get(name) {
            None => members.push(Member { name, declared, required, common: false }),
            Some(count) => {
                if required && !common.required.contains(name) && !is_fact(name) {
                    lowering.note(
                        codes::NARROWED,
                        at,
                        format!(
                            "this code requires the common member `{name}`, which stays optional in the model"
                        ),
                        "require it in the base, or give the code a member of its own",
                    );
                }
                let own: Vec<Declared<'a>> = declared.into_iter().skip(*count).filter(is_telling).collect();
                let limited = own.last().and_then(|own| lowering.listed(own.slot));
                // Of several values, only statuses are facts.
                let is_read = limited.is_some_and(|values| values.len() == 1 || name == vocabulary::STATUS);
                if !(own.is_empty() || is_fact(name) && is_read) {
                    members.push(Member { name, declared: own, required, common: true });
                }
            }
        }
    }
    for name in flat.required.iter().filter(|name| !common.required.contains(*name)) {
        if !common.members.contains_key(name) && !members.iter().any(|member| member.name == *name) {
            members.push(Member { name, declared: Vec::new(), required: true, common: false });
        }
    }
    members
}

fn is_telling(declared: &Declared<'_>) -> bool {
    match declared.slot {
        Slot::Ref(_) => true,
        Slot::Schema(schema) => !Node::of(schema).says_nothing(),
    }
}

/// The values that a member is limited to, by the most specific declaration that limits it.
fn fixed<'a>(lowering: &Lowering<'a>, flat: &Flat<'a>, member: &str) -> Option<Vec<Value>> {
    flat.members.get(member)?.iter().rev().find_map(|declared| lowering.listed(declared.slot))
}

/// The declaration that [`fixed`] goes by.
fn limiting<'f, 'a>(lowering: &Lowering<'a>, flat: &'f Flat<'a>, member: &str) -> Option<&'f Declared<'a>> {
    flat.members.get(member)?.iter().rev().find(|declared| lowering.listed(declared.slot).is_some())
}

impl<'a> Lowering<'a> {
    /// The values of `const` or `enum`, here or one reference away.
    fn listed(&self, slot: Slot<'a>) -> Option<Vec<Value>> {
        Node::of(self.target(slot)?).values.map(std::borrow::Cow::into_owned)
    }
}

/// The outermost schema among those that were merged which has a code and leaves it open.
fn base_of<'a>(lowering: &mut Lowering<'a>, flat: &Flat<'a>) -> Option<(&'a str, &'static str)> {
    let parents: Vec<&'a str> = flat.parents.iter().copied().collect();
    parents.into_iter().rev().find_map(|name| Some((name, base_member(lowering, name)?)))
}

/// The member that holds the code, if a component leaves its value open.
fn base_member<'a>(lowering: &mut Lowering<'a>, name: &'a str) -> Option<&'static str> {
    if let Some(known) = lowering.known.bases.get(name) {
        return *known;
    }
    let found =
        lowering.components().and_then(|components| components.schemas.get(name)).and_then(|target| {
            let flat = lowering.flatten(Slot::from(target), &Origin::schema(name));
            vocabulary::CODE.into_iter().find(|member| {
                flat.members.contains_key(member)
                    && fixed(lowering, &flat, member).is_none_or(|values| values.len() > 1)
            })
        });
    lowering.known.bases.insert(name, found);
    found
}

fn common_of<'a>(lowering: &mut Lowering<'a>, base: &'a str) -> Option<Rc<Common<'a>>> {
    if let Some(known) = lowering.known.common.get(base) {
        return Some(Rc::clone(known));
    }
    let target = lowering.components()?.schemas.get(base)?;
    let flat = lowering.flatten(Slot::from(target), &Origin::schema(base));
    let common = Rc::new(Common {
        members: flat.members.iter().map(|(name, list)| (*name, list.len())).collect(),
        required: flat.required.iter().copied().collect(),
    });
    lowering.known.common.insert(base, Rc::clone(&common));
    Some(common)
}
