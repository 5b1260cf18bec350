//! Families: from what is known about codes to the contract's words for it.

use std::collections::{BTreeSet, HashSet};

use openapiv3::ReferenceOr;

use crate::config::{Config, Setting};
use crate::contract::{
    CodeId, CodePlace, Enum, EnumValues, ErrorKind, FamilyId, Field, IntegerFormat, Operation, OperationId,
    Pointer, ProblemCode, ProblemFamily, Roles, Shape, TextFormat, Type,
};

use super::super::node::Slot;
use super::super::place::Origin;
use super::super::types::{bare, docs};
use super::super::{Lowering, codes};
use super::facts::{Facts, Member};
use super::{Draft, DraftCode, Problems, examples, extension, vocabulary};

/// Lowers every family; the operations say who raises what.
pub(in super::super) fn lower<'a>(
    lowering: &mut Lowering<'a>,
    problems: &Problems<'a>,
    operations: &[Operation],
) -> Vec<ProblemFamily> {
    let mut families: Vec<ProblemFamily> =
        problems.families.iter().map(|draft| family(lowering, draft)).collect();
    let read: HashSet<String> = families
        .iter()
        .map(|family| &family.at)
        .chain(
            problems
                .families
                .iter()
                .flat_map(|draft| &draft.codes)
                .flat_map(|code| &code.facts)
                .map(|f| &f.at),
        )
        .map(|at| at.0.clone())
        .collect();
    extension::refuse_elsewhere(lowering, |name| read.contains(&super::component(name).0));
    for (at, operation) in operations.iter().enumerate() {
        let raised: BTreeSet<(FamilyId, CodeId)> = operation
            .errors
            .iter()
            .flat_map(|error| &error.bodies)
            .filter_map(|body| match &body.kind {
                ErrorKind::Problem { family, codes, .. } => Some(codes.iter().map(|code| (*family, *code))),
                _ => None,
            })
            .flatten()
            .collect();
        for (family, code) in raised {
            if let Some(code) = families.get_mut(family.0).and_then(|family| family.codes.get_mut(code.0)) {
                code.raised_by.push(OperationId(at));
            }
        }
    }
    families
}

fn family<'a>(lowering: &mut Lowering<'a>, draft: &Draft<'a>) -> ProblemFamily {
    let origin = Origin::schema(draft.base);
    lowering.used.insert(draft.base);
    let target = lowering.components().and_then(|components| components.schemas.get(draft.base));
    let mut members = Vec::new();
    let mut about = crate::contract::Docs::default();
    if let Some(target) = target {
        let flat = lowering.flatten(Slot::from(target), &origin);
        lowering.used.extend(&flat.parents);
        members = lowering.members(&flat, &origin.place()).fields;
        if let ReferenceOr::Item(schema) = target {
            about = docs(&schema.schema_data);
        }
    }
    let codes = draft.codes.iter().filter_map(|draft| code(lowering, draft, &members)).collect();
    let place = vocabulary::CODE.iter().find(|name| members.iter().any(|field| field.name == **name));
    ProblemFamily {
        name: draft.base.to_owned(),
        docs: about,
        docs_url: draft.docs_url.clone(),
        sections: draft.sections.clone(),
        place: CodePlace::Root((*place.unwrap_or(&vocabulary::CODE[0])).to_owned()),
        envelope: Vec::new(),
        roles: roles(lowering.config, &members),
        members,
        codes,
        at: Pointer(origin.pointer),
    }
}

fn code<'a>(lowering: &mut Lowering<'a>, draft: &DraftCode<'a>, common: &[Field]) -> Option<ProblemCode> {
    let first = draft.facts.first()?;
    for facts in &draft.facts {
        if let Some(name) = facts.at.0.strip_prefix("/components/schemas/") {
            let name = name.replace("~1", "/").replace("~0", "~");
            if let Some((name, _)) = lowering.components().and_then(|c| c.schemas.get_key_value(&name)) {
                lowering.used.insert(name);
            }
        }
    }
    let mut statuses: BTreeSet<u16> =
        draft.facts.iter().flat_map(|facts| facts.statuses.iter().copied()).collect();
    if statuses.is_empty() {
        statuses.clone_from(&draft.under);
    }
    let mut shown = Vec::new();
    for example in draft.facts.iter().flat_map(|facts| &facts.examples).chain(&draft.examples) {
        examples::file(&mut shown, &example.name, &example.value);
    }
    let facts = || draft.facts.iter();
    let fields = fields(lowering, draft, common);
    Some(ProblemCode {
        code: first.code.clone(),
        title: facts().find_map(|facts| facts.title.clone()),
        statuses: statuses.into_iter().collect(),
        retryable: agreed(lowering, draft, "retryable", |facts| facts.retryable),
        type_uri: agreed(lowering, draft, "type", |facts| facts.type_uri.clone()),
        section: facts().find_map(|facts| facts.extension.section.clone()),
        meaning: facts()
            .find_map(|facts| facts.extension.meaning.clone())
            .or_else(|| facts().find_map(|facts| facts.docs.description.clone())),
        remedy: facts().find_map(|facts| facts.extension.remedy.clone()),
        source: facts().find_map(|facts| facts.extension.source.clone()),
        fields,
        examples: shown,
        raised_by: Vec::new(),
        at: first.at.clone(),
    })
}

/// A fact that every description of a code has to state alike.
fn agreed<'a, T: PartialEq>(
    lowering: &mut Lowering<'a>,
    draft: &DraftCode<'a>,
    what: &str,
    read: impl Fn(&Facts<'a>) -> Option<T>,
) -> Option<T> {
    let mut stated = draft.facts.iter().filter_map(|facts| Some((read(facts)?, facts)));
    let (first, _) = stated.next()?;
    for (other, facts) in stated {
        if other != first {
            lowering.error(
                codes::FACTS_CLASH,
                &facts.at,
                format!("`{}` is described twice, with different `{what}`", facts.code),
                "describe each code once and refer to it",
            );
        }
    }
    Some(first)
}

/// The members that only this code has.
fn fields<'a>(lowering: &mut Lowering<'a>, draft: &DraftCode<'a>, common: &[Field]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut seen = HashSet::new();
    for facts in &draft.facts {
        for member in &facts.members {
            let field = lowering.field(member.name, &member.declared, member.required);
            if member.common {
                lowering.drain();
            }
            if member.common && !shadows(lowering, facts, member, &field, common) {
                continue;
            }
            if seen.insert(member.name) {
                fields.push(field);
            } else if let Some(known) = fields.iter().find(|known| known.name == field.name)
                && known.ty != field.ty
            {
                lowering.error(
                    codes::FACTS_CLASH,
                    &facts.at,
                    format!("`{}` is described twice, with different types of `{}`", facts.code, field.name),
                    "describe each code once and refer to it",
                );
            }
        }
    }
    fields
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

impl Lowering<'_> {
    /// What an enum is on the wire; other types are themselves.
    fn written(&self, ty: &Type) -> Type {
        let Type::Named(id) = bare(ty.clone()) else { return ty.clone() };
        match self.types.get(id.0).and_then(Option::as_ref).map(|def| &def.shape) {
            Some(Shape::Enum(Enum { values: EnumValues::Strings(_) })) => Type::String,
            Some(Shape::Enum(Enum { values: EnumValues::Integers(_) })) => Type::Integer(IntegerFormat::I64),
            _ => ty.clone(),
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

fn roles(config: &Config, members: &[Field]) -> Roles {
    let find = |set: &Option<Setting<String>>, names: &[&str], fits: fn(&Type) -> bool| {
        let is_there =
            |name: &&str| members.iter().any(|field| field.name == **name && fits(&bare(field.ty.clone())));
        match set {
            Some(set) => Some(set.value.as_str()).filter(is_there),
            None => names.iter().copied().find(is_there),
        }
        .map(str::to_owned)
    };
    let set = &config.problems;
    Roles {
        retryable: find(&set.retryable, &vocabulary::RETRYABLE, |ty| *ty == Type::Boolean),
        suggestion: find(&set.suggestion, &vocabulary::SUGGESTION, |ty| *ty == Type::String),
        request_id: find(&set.request_id, &vocabulary::REQUEST_ID, |ty| {
            matches!(ty, Type::String | Type::Text(_))
        }),
    }
}
