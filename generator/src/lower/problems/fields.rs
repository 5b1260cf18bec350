//! The members of problems: those that all have, and those that only a code has.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::config::Config;
use crate::contract::{Enum, EnumValues, Field, IntegerFormat, Pointer, Roles, Shape, TextFormat, Type};

use crate::report::Diagnostic;

use super::super::flat::Declared;
use super::super::place::Origin;
use super::super::types::bare;
use super::super::{Lowering, codes, values};
use super::definitions::{self, Definitions};
use super::facts::{Facts, Member, is_fact};
use super::ground::{Envelope, Ground, GroundId};
use super::{Draft, DraftCode, vocabulary};

/// The members that every problem of a family may carry.
pub(super) fn common<'a>(
    lowering: &mut Lowering<'a>,
    draft: &Draft<'a>,
    claimed: &BTreeSet<&'a str>,
) -> Vec<Field> {
    let lead = Rc::clone(&draft.family.lead);
    let holder_optional = holder_optional(lowering, draft);
    let members = draft.family.common.iter().filter(|(name, _)| !claimed.contains(name));
    members
        .map(|(name, required)| {
            let list = lead.members.get(name).map_or(&[][..], Vec::as_slice);
            if *name == lead.place.member() {
                lowering.use_behind(list);
                let ty = if lead.numeric { Type::Integer(IntegerFormat::I64) } else { Type::String };
                return lowering.field_of(name, list, *required, ty);
            }
            let required = *required && !holder_optional;
            // What a code always says of a fact is in the facts; the member is of the type that these have.
            if is_fact(lowering, &lead, name)
                && let Some(first) = lowering.limit_of(list).and_then(|limit| limit.values.into_iter().next())
            {
                return lowering.field_of(name, list, required, values::plain(&first));
            }
            lowering.field(name, list, required)
        })
        .collect()
}

/// May a body of the family lack the object that has the code?
pub(super) fn holder_optional<'a>(lowering: &Lowering<'a>, draft: &Draft<'a>) -> bool {
    envelopes(lowering, draft).iter().any(|body| body.holder_optional)
}

/// The bodies around the object that has the code.
fn envelopes<'a>(lowering: &Lowering<'a>, draft: &Draft<'a>) -> Vec<Rc<Envelope<'a>>> {
    let mut bodies: Vec<Rc<Envelope<'a>>> = Vec::new();
    for ground in &draft.family.grounds {
        for body in lowering.known.envelopes.get(ground).into_iter().flatten() {
            if !bodies.iter().any(|known| known.at == body.at) {
                bodies.push(Rc::clone(body));
            }
        }
    }
    bodies
}

/// Their members.
pub(super) fn envelope<'a>(lowering: &mut Lowering<'a>, draft: &Draft<'a>) -> Vec<Field> {
    let bodies = envelopes(lowering, draft);
    let mut fields: Vec<Field> = Vec::new();
    for body in &bodies {
        lowering.used.extend(body.parents.iter().copied());
        for (name, list) in &body.members {
            if fields.iter().any(|known| known.name == *name) {
                continue;
            }
            let required = bodies.iter().all(|body| body.required.contains(name));
            fields.push(lowering.field(name, list, required));
        }
    }
    fields
}

/// Members of the ground that only some codes have: those that a code requires and others may lack, unless their text is
/// for people or a client acts on them.
pub(super) fn claimed<'a>(lowering: &Lowering<'a>, draft: &Draft<'a>) -> BTreeSet<&'a str> {
    let lead = &draft.family.lead;
    let config = &lowering.config.problems;
    let role = |name: &str| {
        [vocabulary::suggestion(config), vocabulary::request_id(config)]
            .iter()
            .any(|names| names.contains(&name))
    };
    let all =
        draft.codes.values().flat_map(|code| &code.facts).flat_map(|facts| facts.requires.iter().copied());
    all.filter(|name| !vocabulary::is_prose(name) && !role(name) && !is_fact(lowering, lead, name)).collect()
}

/// The members that only this code has.
pub(super) fn own<'a>(
    lowering: &mut Lowering<'a>,
    draft: &Draft<'a>,
    code: &DraftCode<'a>,
    common: &[Field],
    claimed: &BTreeSet<&'a str>,
) -> Vec<Field> {
    let mut own = Own::default();
    let definitions = Definitions::of(lowering, code);
    let grounds = extra_grounds(lowering, draft, code);
    let words = code.facts.first().map_or("", |facts| facts.code.as_str());
    for (_, ground) in &grounds {
        for (name, list) in &ground.members {
            if common.iter().any(|field| field.name == **name) {
                continue;
            }
            let required = grounds.iter().all(|(_, ground)| ground.required.contains(name));
            let field = lowering.field(name, &named(list, words), required);
            let at = declared_at(name, list).unwrap_or_else(|| ground.origin.place().pointer());
            own.add(lowering, name, field, at, words);
        }
    }
    for facts in &code.facts {
        for name in facts.requires.iter().filter(|name| claimed.contains(*name)) {
            let lead = &draft.family.lead;
            let mut list = lead.members.get(name).cloned().unwrap_or_default();
            let again = facts.members.iter().find(|member| member.name == *name);
            list.extend(again.into_iter().flat_map(|member| member.declared.iter().cloned()));
            let field = lowering.field(name, &named(&list, &facts.code), definitions.require(facts, name));
            if !own.seen.contains_key(name) {
                let at = declared_at(name, &list).unwrap_or_else(|| facts.at.clone());
                own.add(lowering, name, field, at, &facts.code);
            }
        }
        note_required(lowering, facts, claimed);
        for member in facts.members.iter().filter(|member| !claimed.contains(member.name)) {
            let required = member.required && definitions.require(facts, member.name);
            let field = lowering.field(member.name, &named(&member.declared, &facts.code), required);
            if member.common {
                lowering.drain();
            }
            if member.common && !shadows(lowering, facts, member, &field, common) {
                continue;
            }
            let at = declared_at(member.name, &member.declared).unwrap_or_else(|| facts.at.clone());
            own.add(lowering, member.name, field, at, &facts.code);
        }
    }
    let optional = own.fields.iter().filter(|field| !field.required).map(|field| field.name.as_str());
    definitions.report(lowering, optional);
    own.fields
}

/// The members of a code, while they are collected.
#[derive(Default)]
struct Own<'a> {
    fields: Vec<Field>,
    /// The place of each among the fields, and where it is first described.
    seen: HashMap<&'a str, (usize, Pointer)>,
}

impl<'a> Own<'a> {
    /// Adds a member. One that is described again is of one type, or of any.
    fn add(&mut self, lowering: &mut Lowering<'_>, name: &'a str, field: Field, at: Pointer, code: &str) {
        let Some((index, first)) = self.seen.get(name) else {
            self.seen.insert(name, (self.fields.len(), at));
            self.fields.push(field);
            return;
        };
        let Some(known) = self.fields.get_mut(*index) else { return };
        known.required &= field.required;
        if known.ty != field.ty {
            let message = format!(
                "`{code}` is described twice, with different types of `{name}`, which is read as any value"
            );
            let clash = Diagnostic::warning(codes::FACTS_CLASH, message).help(definitions::ONCE);
            definitions::clash(lowering, clash, &at, first);
            known.ty = Type::Any;
            known.constant = None;
        }
    }
}

/// Where the declaration of a member stands that says most of it.
fn declared_at(name: &str, list: &[Declared<'_>]) -> Option<Pointer> {
    Some(list.last()?.place().member(name).pointer())
}

/// The grounds of a code that say more than the lead of their family does.
fn extra_grounds<'a>(
    lowering: &Lowering<'a>,
    draft: &Draft<'a>,
    code: &DraftCode<'a>,
) -> Vec<(GroundId, Rc<Ground<'a>>)> {
    let ids: BTreeSet<GroundId> = code.facts.iter().map(|facts| facts.ground).collect();
    let single = draft.family.grounds.len() == 1;
    ids.into_iter()
        .filter_map(|id| Some((id, lowering.known.ground(id)?)))
        .filter(|(_, ground)| !single && !ground.open)
        .collect()
}

/// A member that a code has of another type than all problems is any value in all of them: no body would fit both.
pub(super) fn widen<'a>(
    lowering: &mut Lowering<'a>,
    code: &DraftCode<'a>,
    common: &mut [Field],
    fields: &mut Vec<Field>,
) {
    fields.retain(|field| {
        let Some(known) = common.iter_mut().find(|known| known.name == field.name) else { return true };
        if let Some(facts) = code.facts.first()
            && known.ty != Type::Any
        {
            lowering.warn(
                codes::WIDENED,
                &facts.at,
                format!(
                    "`{}` gives the common member `{}` another type, so that it is read as any value",
                    facts.code, field.name
                ),
                "rename the member of the code, or change the type in the base",
            );
        }
        known.ty = Type::Any;
        known.constant = None;
        false
    });
}

/// Members that are named after their code, however the document came to them.
fn named<'a>(list: &[Declared<'a>], code: &str) -> Vec<Declared<'a>> {
    let renamed = |declared: &Declared<'a>| Declared {
        slot: declared.slot,
        origin: Rc::new(Origin { pointer: declared.origin.pointer.clone(), words: code.to_owned() }),
    };
    list.iter().map(renamed).collect()
}

fn note_required<'a>(lowering: &mut Lowering<'a>, facts: &Facts<'a>, claimed: &BTreeSet<&'a str>) {
    let Some(ground) = lowering.known.ground(facts.ground) else { return };
    for name in facts.requires.iter().filter(|name| !claimed.contains(*name)) {
        if is_fact(lowering, &ground, name) {
            continue;
        }
        lowering.note(
            codes::NARROWED,
            &facts.at,
            format!("this code requires the common member `{name}`, which stays optional in the model"),
            "require it in the base, or give the code a member of its own",
        );
    }
}

/// Is a common member declared anew with a type that the common one does not include?
fn shadows<'a>(
    lowering: &mut Lowering<'a>,
    facts: &Facts<'a>,
    member: &Member<'a>,
    field: &Field,
    common: &[Field],
) -> bool {
    let Some(known) = common.iter().find(|known| known.name == member.name) else { return true };
    if known.ty == field.ty && field.constant.is_none() {
        return false;
    }
    let fits = includes(&known.ty, &field.ty) || includes(&known.ty, &lowering.written(&field.ty));
    if fits {
        lowering.note(
            codes::NARROWED,
            &facts.at,
            format!(
                "this code narrows the common member `{}`, which keeps its type in the model",
                member.name
            ),
            "give the code a member of its own if the narrower type matters",
        );
    }
    !fits
}

impl<'a> Lowering<'a> {
    /// What an enum is on the wire; other types are themselves.
    fn written(&self, ty: &Type) -> Type {
        let Type::Named(id) = bare(ty.clone()) else { return ty.clone() };
        match self.types.get(id.0).and_then(Option::as_ref).map(|def| &def.shape) {
            Some(Shape::Enum(Enum { values: EnumValues::Strings(_) })) => Type::String,
            Some(Shape::Enum(Enum { values: EnumValues::Integers(_) })) => Type::Integer(IntegerFormat::I64),
            _ => ty.clone(),
        }
    }

    /// Notes the components that declare a member and get no type for it.
    fn use_behind(&mut self, list: &[Declared<'a>]) {
        for declared in list {
            let mut queue = vec![declared.slot];
            while let Some(slot) = queue.pop() {
                let super::super::node::Slot::Ref(reference) = slot else { continue };
                if let Some((name, target)) = self.schema(reference)
                    && self.used.insert(name)
                {
                    queue.push(target.into());
                }
            }
        }
    }
}

/// Is every value of the narrower type one of the wider, as far as the types themselves tell?
fn includes(wide: &Type, narrow: &Type) -> bool {
    match (wide, narrow) {
        (Type::Any, _) => true,
        (Type::Nullable(wide), narrow) => includes(wide, &bare(narrow.clone())),
        (Type::Number(_), Type::Integer(_) | Type::Number(_)) => true,
        (Type::Integer(_), Type::Integer(_)) => true,
        (Type::String, Type::Text(_)) => true,
        (Type::Text(TextFormat::Secret), Type::String) => true,
        (Type::Array(wide), Type::Array(narrow)) | (Type::Map(wide), Type::Map(narrow)) => {
            includes(wide, narrow)
        }
        (Type::Map(wide), Type::Named(_)) => **wide == Type::Any,
        (wide, narrow) => wide == narrow,
    }
}

/// The common members that a client acts on.
pub(super) fn roles(config: &Config, members: &[Field]) -> Roles {
    let find = |names: Vec<&str>, fits: fn(&Type) -> bool| {
        let is_there =
            |name: &&str| members.iter().any(|field| field.name == **name && fits(&bare(field.ty.clone())));
        names.into_iter().find(is_there).map(str::to_owned)
    };
    let set = &config.problems;
    Roles {
        retryable: find(vocabulary::retryable(set), |ty| *ty == Type::Boolean),
        suggestion: find(vocabulary::suggestion(set), |ty| *ty == Type::String),
        request_id: find(vocabulary::request_id(set), |ty| matches!(ty, Type::String | Type::Text(_))),
    }
}
