//! What is known about a code, before its members are lowered.

use std::collections::BTreeSet;
use std::rc::Rc;

use openapiv3::SchemaData;
use serde_json::Value;

use crate::contract::{Docs, Example, Pointer};

use super::super::flat::{Declared, Flat};
use super::super::node::{Node, Slot};
use super::super::place::Origin;
use super::super::{Lowering, codes, types};
use super::extension::{self, CodeExtension, Home};
use super::ground::{Ground, GroundId, is_component};
use super::vocabulary;

/// What one place of the document says about a code, whatever the way of writing.
#[derive(Debug)]
pub(in super::super) struct Facts<'a> {
    /// The value on the wire.
    pub(super) code: String,
    /// The schema that it refines.
    pub(super) ground: GroundId,
    pub(super) title: Option<String>,
    /// Is it what the member of that name always is, and not only what the schema is called?
    pub(super) title_is_fixed: bool,
    pub(super) statuses: BTreeSet<u16>,
    /// Where these are said.
    pub(super) statuses_at: Option<Pointer>,
    pub(super) retryable: Option<bool>,
    pub(super) type_uri: Option<String>,
    pub(super) docs: Docs,
    pub(super) extension: Rc<CodeExtension>,
    /// The members that the ground does not have, and those of the ground that are declared anew.
    pub(super) members: Rc<Vec<Member<'a>>>,
    /// The members of the ground that this code always has and others may lack.
    pub(super) requires: Rc<BTreeSet<&'a str>>,
    pub(super) examples: Vec<Example>,
    pub(super) source: Source,
    /// Is it a schema for this code alone, so that an answer can lack what it does not ask for? Otherwise it only names the
    /// code, or says something that holds beside what others say.
    pub(super) alone: bool,
    pub(super) at: Pointer,
}

/// Who says it, and so which errors can have the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A schema: those that it is part of.
    Schema,
    /// An extension of the document or of a ground: all that leave the code open.
    Extension,
    /// An operation, a response or an example: those that it is about.
    Place,
}

/// A member of a code's schema.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) declared: Vec<Declared<'a>>,
    pub(super) required: bool,
    /// Does the ground declare a member of this name?
    pub(super) common: bool,
}

impl<'a> Facts<'a> {
    /// Nothing but the code itself.
    pub(super) fn bare(code: String, ground: GroundId, at: Pointer) -> Self {
        Facts {
            code,
            ground,
            title: None,
            title_is_fixed: false,
            statuses: BTreeSet::new(),
            statuses_at: None,
            retryable: None,
            type_uri: None,
            docs: Docs::default(),
            extension: Rc::default(),
            members: Rc::default(),
            requires: Rc::default(),
            examples: Vec::new(),
            source: Source::Schema,
            alone: false,
            at,
        }
    }
}

/// A schema that refines a ground.
pub(super) struct Refinement<'f, 'a> {
    pub(super) flat: &'f Flat<'a>,
    /// Its own keywords, when it stands for the codes alone.
    pub(super) data: Option<&'a SchemaData>,
    pub(super) origin: &'f Origin,
    /// Was the ground merged into it?
    pub(super) inherits: bool,
    /// Is it all that an answer has to satisfy, and not a condition among others?
    pub(super) whole: bool,
}

/// What a schema says of the codes that it is for, beyond its ground.
pub(super) fn of<'a>(
    lowering: &mut Lowering<'a>,
    schema: &Refinement<'_, 'a>,
    ground: GroundId,
    codes: Vec<String>,
) -> Vec<Rc<Facts<'a>>> {
    let Some(known) = lowering.known.ground(ground) else { return Vec::new() };
    let Refinement { flat, data, origin, inherits, whole } = *schema;
    let at = origin.place().pointer();
    let inherited = |member: &str| if inherits { known.count(member) } else { 0 };
    let one = |lowering: &Lowering<'a>, member: &str| {
        let values = lowering.fixed(flat, member, inherited(member))?;
        <[Value; 1]>::try_from(values).ok().map(|[value]| value)
    };
    let one_text = |lowering: &Lowering<'a>, member| match one(lowering, member)? {
        Value::String(text) => Some(text),
        _ => None,
    };
    let extension = match data {
        Some(data) => {
            // A schema without the ground can be a base, too.
            let home = if inherits { Home::Schema } else { Home::Base };
            extension::code(lowering, &data.extensions, &at, home)
        }
        None => CodeExtension::default(),
    };
    let retryable = vocabulary::retryable(&lowering.config.problems)
        .into_iter()
        .filter(|member| known.members.contains_key(member))
        .find_map(|member| one(lowering, member)?.as_bool())
        .or(extension.retryable);
    let limited = lowering.fixed(flat, vocabulary::STATUS, inherited(vocabulary::STATUS));
    let statuses = limited.as_deref().map_or(Some(extension.statuses.clone()), statuses);
    let statuses_at = lowering
        .limiting(flat, vocabulary::STATUS, inherited(vocabulary::STATUS))
        .map(|declared| declared.place().member(vocabulary::STATUS).pointer());
    if statuses.is_none() {
        lowering.error(
            codes::STATUS_VALUE,
            &at,
            format!("the `status` of `{}` is not an HTTP status", codes.join("`, `")),
            "write whole numbers from 400 to 599",
        );
    }
    let code_is_type = known.place.member() == vocabulary::TYPE;
    let type_uri =
        one_text(lowering, vocabulary::TYPE).filter(|_| !code_is_type).or_else(|| extension.type_uri.clone());
    let alone = data.filter(|_| codes.len() == 1);
    let fixed_title = one_text(lowering, vocabulary::TITLE);
    let title_is_fixed = fixed_title.is_some();
    let title = fixed_title.or_else(|| extension.title.clone()).or_else(|| alone?.title.clone());
    let extension = Rc::new(extension);
    let examples: Vec<Example> = alone.map(shown).unwrap_or_default();
    lowering.misspelt_required(flat, &at);
    let (members, requires) = members(lowering, flat, &known, inherits);
    let is_alone = whole && codes.len() == 1 && describes(inherits, &at, &members, &requires);
    let (members, requires) = (Rc::new(members), Rc::new(requires));
    codes
        .into_iter()
        .map(|code| {
            Rc::new(Facts {
                code,
                ground,
                title: title.clone(),
                title_is_fixed,
                statuses: statuses.clone().unwrap_or_default(),
                statuses_at: statuses_at.clone(),
                retryable,
                type_uri: type_uri.clone(),
                docs: alone.map(types::docs).unwrap_or_default(),
                extension: Rc::clone(&extension),
                members: Rc::clone(&members),
                requires: Rc::clone(&requires),
                examples: examples.clone(),
                source: Source::Schema,
                alone: is_alone,
                at: at.clone(),
            })
        })
        .collect()
}

/// Does a schema describe its code? Where a response narrows a base to a code and says nothing else, it only names it.
fn describes(inherits: bool, at: &Pointer, members: &[Member<'_>], requires: &BTreeSet<&str>) -> bool {
    !inherits || is_component(&at.0) || !requires.is_empty() || members.iter().any(|member| !member.common)
}

/// What the schema of a body, at `at`, says of the only code that the object inside of it can have.
pub(super) fn around<'a>(
    lowering: &mut Lowering<'a>,
    inner: &Facts<'a>,
    data: &'a SchemaData,
    at: &Pointer,
) -> Facts<'a> {
    let extension = extension::code(lowering, &data.extensions, at, Home::Base);
    Facts {
        title: extension.title.clone(),
        statuses: extension.statuses.clone(),
        retryable: extension.retryable,
        type_uri: extension.type_uri.clone(),
        docs: types::docs(data),
        extension: Rc::new(extension),
        examples: shown(data),
        ..Facts::bare(inner.code.clone(), inner.ground, at.clone())
    }
}

fn shown(data: &SchemaData) -> Vec<Example> {
    let values = super::super::node::examples(data);
    values.into_iter().map(|value| Example { name: String::new(), value: value.clone(), at: None }).collect()
}

/// Does the name stand for a fact, which every description of a code can state?
pub(super) fn is_fact(lowering: &Lowering<'_>, ground: &Ground<'_>, name: &str) -> bool {
    [ground.place.member(), vocabulary::STATUS, vocabulary::TYPE, vocabulary::TITLE].contains(&name)
        || vocabulary::retryable(&lowering.config.problems).contains(&name)
}

/// The members of a code's schema that say more than the ground and the facts do, and the members of the ground that it
/// makes sure of.
fn members<'a>(
    lowering: &Lowering<'a>,
    flat: &Flat<'a>,
    ground: &Ground<'a>,
    inherits: bool,
) -> (Vec<Member<'a>>, BTreeSet<&'a str>) {
    let (mut members, mut requires) = (Vec::new(), BTreeSet::new());
    for (name, declared) in &flat.members {
        let required = flat.required.contains(name);
        if !ground.members.contains_key(name) {
            members.push(Member { name, declared: declared.clone(), required, common: false });
            continue;
        }
        if required && !ground.required.contains(name) {
            requires.insert(*name);
        }
        let inherited = if inherits { ground.count(name) } else { 0 };
        let own: Vec<Declared<'a>> =
            declared.iter().skip(inherited).filter(|one| is_telling(one)).cloned().collect();
        let limited = lowering.limit_of(&own);
        // Of several values, only statuses are facts.
        let is_read = ground.place.member() == *name
            || limited.is_some_and(|limit| limit.values.len() == 1 || *name == vocabulary::STATUS);
        if !(own.is_empty() || is_fact(lowering, ground, name) && is_read) {
            members.push(Member { name, declared: own, required, common: true });
        }
    }
    for name in flat.required.iter().filter(|name| !flat.members.contains_key(*name)) {
        if ground.members.contains_key(name) {
            if !ground.required.contains(name) {
                requires.insert(*name);
            }
        } else {
            members.push(Member { name, declared: Vec::new(), required: true, common: false });
        }
    }
    (members, requires)
}

fn is_telling(declared: &Declared<'_>) -> bool {
    match declared.slot {
        Slot::Ref(_) => true,
        Slot::Schema(schema) => !Node::of(schema).says_nothing(),
    }
}

/// Statuses out of `const` or `enum` values.
pub(super) fn statuses(values: &[Value]) -> Option<BTreeSet<u16>> {
    values
        .iter()
        .map(|value| match value {
            Value::Number(number) => number.as_u64().and_then(|status| u16::try_from(status).ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        })
        .collect()
}
