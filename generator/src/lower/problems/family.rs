//! Families: from what is known about codes to the contract's words for it.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use crate::contract::{
    CodeId, CodePlace, ErrorKind, FamilyId, Field, Operation, OperationId, Pointer, ProblemCode,
    ProblemFamily, Recovery, StatusSpec,
};

use crate::report::Diagnostic;

use super::super::types::docs;
use super::super::{Lowering, codes};
use super::facts::Facts;
use super::{Draft, DraftCode, Problems, definitions, examples, extension, fields};

/// Lowers every family; the operations say who raises what.
pub(in super::super) fn lower<'a>(
    lowering: &mut Lowering<'a>,
    problems: &Problems<'a>,
    operations: &[Operation],
    extensions: &[Pointer],
) -> Vec<ProblemFamily> {
    let mut families: Vec<ProblemFamily> =
        problems.families.iter().map(|draft| family(lowering, draft)).collect();
    refuse_extensions(lowering, problems, extensions);
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

/// Says where `x-problem` stands that nothing has read.
fn refuse_extensions<'a>(lowering: &mut Lowering<'a>, problems: &Problems<'a>, extensions: &[Pointer]) {
    let mut read: HashSet<Pointer> = ["", "/info", "/components"].map(|at| Pointer(at.to_owned())).into();
    // The members that hold codes, where a newcomer would look for the place first.
    let mut members: HashSet<Pointer> = HashSet::new();
    for draft in &problems.families {
        for id in &draft.family.grounds {
            let Some(ground) = lowering.known.ground(*id) else { continue };
            for body in lowering.known.envelopes.get(id).into_iter().flatten() {
                read.insert(body.at.clone());
                read.extend(body.parents.iter().map(|name| super::component(name)));
            }
            let own = Pointer(ground.origin.pointer.clone());
            members.insert(own.child("properties").child(ground.place.member()));
            read.insert(own);
        }
        for facts in draft.codes.values().flat_map(|code| &code.facts) {
            members.insert(facts.at.child("properties").child(draft.family.lead.place.member()));
            read.insert(facts.at.clone());
        }
    }
    extension::refuse_elsewhere(lowering, extensions, &read, &members);
}

fn family<'a>(lowering: &mut Lowering<'a>, draft: &Draft<'a>) -> ProblemFamily {
    for id in &draft.family.grounds {
        if let Some(ground) = lowering.known.ground(*id) {
            lowering.used.extend(ground.parents.iter().copied());
            let name = ground.name.as_deref().and_then(|name| lowering.component(name));
            lowering.used.extend(name.map(|(name, _)| name));
        }
    }
    let lead = Rc::clone(&draft.family.lead);
    let claimed = fields::claimed(lowering, draft);
    let mut members = fields::common(lowering, draft, &claimed);
    let envelope = match lead.place {
        CodePlace::Root(_) => Vec::new(),
        CodePlace::Under(..) | CodePlace::Each(..) => fields::envelope(lowering, draft),
    };
    let codes = draft
        .codes
        .values()
        .filter_map(|known| {
            let mut fields = fields::own(lowering, draft, known, &members, &claimed);
            fields::widen(lowering, known, &mut members, &mut fields);
            code(lowering, known, fields)
        })
        .collect();
    // Of several grounds that list codes, none speaks for all.
    let speaks = lead.open || draft.family.grounds.len() == 1;
    ProblemFamily {
        name: draft.family.name.clone(),
        docs: lead.data.filter(|_| speaks).map(docs).unwrap_or_default(),
        docs_url: draft.docs_url.clone(),
        sections: draft.sections.clone(),
        place: lead.place.clone(),
        holder_optional: fields::holder_optional(lowering, draft),
        // The lead of a family that has an open ground is one.
        open: lead.open,
        envelope,
        roles: fields::roles(lowering.config, &members),
        members,
        codes,
        at: Pointer(lead.origin.pointer.clone()),
    }
}

fn code<'a>(lowering: &mut Lowering<'a>, draft: &DraftCode<'a>, fields: Vec<Field>) -> Option<ProblemCode> {
    let first = draft.facts.first()?;
    for facts in &draft.facts {
        if let Some(name) = facts.at.0.strip_prefix("/components/schemas/") {
            let found = lowering.component(&crate::load::unescape(name));
            lowering.used.extend(found.map(|(name, _)| name));
        }
    }
    let mut statuses: BTreeSet<u16> =
        draft.facts.iter().flat_map(|facts| facts.statuses.iter().copied()).collect();
    let mut ranges = Vec::new();
    if statuses.is_empty() {
        for status in &draft.under {
            match status {
                StatusSpec::Exact(status) => drop(statuses.insert(*status)),
                StatusSpec::Range(_) | StatusSpec::Default => ranges.push(*status),
            }
        }
    }
    let mut shown = Vec::new();
    for example in draft.facts.iter().flat_map(|facts| &facts.examples).chain(&draft.examples) {
        examples::file(&mut shown, &example.name, &example.value, example.at.as_ref());
    }
    let facts = || draft.facts.iter();
    let recovery = recovery(lowering, draft);
    let section = facts().find_map(|facts| facts.extension.section.clone());
    Some(ProblemCode {
        code: first.code.clone(),
        title: title(lowering, draft),
        statuses: statuses.into_iter().collect(),
        ranges,
        // A way out says it, too; `check` refuses one that says otherwise.
        retryable: agreed(lowering, draft, "retryable", |facts| facts.retryable)
            .or_else(|| recovery.as_ref()?.action.repeats()),
        type_uri: agreed(lowering, draft, "type", |facts| facts.type_uri.clone()),
        section_at: section.as_ref().map(|(_, at)| at.clone()),
        section: section.map(|(section, _)| section),
        meaning: facts()
            .find_map(|facts| facts.extension.meaning.clone())
            .or_else(|| facts().find_map(|facts| facts.docs.description.clone())),
        remedy: facts().find_map(|facts| facts.extension.remedy.clone()),
        recovery,
        source: facts().find_map(|facts| facts.extension.source.clone()),
        fields,
        examples: shown,
        raised_by: Vec::new(),
        at: first.at.clone(),
    })
}

/// The way out, which every description of a code has to state alike, wherever it states it.
fn recovery<'a>(lowering: &mut Lowering<'a>, draft: &DraftCode<'a>) -> Option<Recovery> {
    let stated = |facts: &Facts<'a>| facts.extension.recovery.clone();
    agreed(lowering, draft, "recovery", |facts| {
        stated(facts).map(|stated| Recovery { at: Pointer::default(), ..stated })
    })?;
    draft.facts.iter().find_map(|facts| stated(facts))
}

/// The title. Members of that name whose values differ say that one of the codes is another one.
fn title<'a>(lowering: &mut Lowering<'a>, draft: &DraftCode<'a>) -> Option<String> {
    let mut fixed = draft.facts.iter().filter(|facts| facts.title_is_fixed);
    if let Some(first) = fixed.next() {
        for facts in fixed.filter(|facts| facts.title != first.title) {
            let message = format!("`{}` is described twice, with different `title`", facts.code);
            let clash = Diagnostic::warning(codes::FACTS_CLASH, message)
                .help("give one of them another code, or describe the code once and refer to it");
            definitions::clash(lowering, clash, &facts.at, &first.at);
        }
    }
    draft.facts.iter().find_map(|facts| facts.title.clone())
}

/// A fact that every description of a code has to state alike.
fn agreed<'a, T: PartialEq>(
    lowering: &mut Lowering<'a>,
    draft: &DraftCode<'a>,
    what: &str,
    read: impl Fn(&Facts<'a>) -> Option<T>,
) -> Option<T> {
    let mut stated = draft.facts.iter().filter_map(|facts| Some((read(facts)?, facts)));
    let (first, earlier) = stated.next()?;
    for (other, facts) in stated {
        if other != first {
            let message = format!("`{}` is described twice, with different `{what}`", facts.code);
            let clash = Diagnostic::error(codes::FACTS_CLASH, message).help(definitions::ONCE);
            definitions::clash(lowering, clash, &facts.at, &earlier.at);
        }
    }
    Some(first)
}
