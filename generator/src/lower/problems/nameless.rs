//! Error schemas that look like those of codes, but name none.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::Pointer;
use crate::report::Diagnostic;

use super::super::{Lowering, codes};
use super::facts::Source;
use super::ground::GroundId;
use super::{Draft, Use};

/// How many members a diagnostic names.
const NAMED: usize = 5;

/// Says of schemas that extend what the schemas of codes extend, and declare members like these, that no code has the members.
pub(super) fn find<'a>(lowering: &mut Lowering<'a>, drafts: &[Draft<'a>], uses: &[Use<'a>]) {
    let facts = || drafts.iter().flat_map(|draft| draft.codes.values()).flat_map(|code| &code.facts);
    // What schemas of codes extend, with one of these.
    let mut bases: BTreeMap<GroundId, Pointer> = BTreeMap::new();
    for facts in facts().filter(|facts| facts.alone && facts.source == Source::Schema) {
        bases.entry(facts.ground).or_insert_with(|| facts.at.clone());
    }
    let named: BTreeSet<GroundId> = facts().map(|facts| facts.ground).collect();
    let raised: BTreeSet<GroundId> = uses.iter().flat_map(|one| one.held.grounds.iter().copied()).collect();
    for id in raised.into_iter().filter(|id| !named.contains(id)) {
        let Some(ground) = lowering.known.ground(id).filter(|ground| ground.open) else { continue };
        let base = bases.iter().find_map(|(base, example)| {
            let base = lowering.known.ground(*base)?;
            let name = base.name.as_deref()?;
            let extends = base.place == ground.place && ground.parents.contains(&name);
            (extends && ground.name.as_deref() != Some(name)).then(|| (base, example.clone()))
        });
        let Some((base, example)) = base else { continue };
        let own: Vec<String> = ground
            .members
            .keys()
            .filter(|name| !base.members.contains_key(**name))
            .map(|name| format!("`{name}`"))
            .collect();
        if own.is_empty() {
            continue;
        }
        let code = ground.place.member();
        let more = own.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let message = format!(
            "`{}` extends `{}` as the schemas of codes do, but `{code}` has no value in it: {}{more} {} no code",
            ground.origin.words,
            base.name.as_deref().unwrap_or_default(),
            own.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", "),
            if own.len() == 1 { "belongs to" } else { "belong to" },
        );
        let nameless = Diagnostic::warning(codes::NAMELESS, message)
            .at((lowering.locate)(&Pointer(ground.origin.pointer.clone())))
            .help(format!(
                "say which code it is for: `{code}: {{const: …}}`, or `enum` with one value in 3.0"
            ))
            .label((lowering.locate)(&example), "a schema that says its code".to_owned());
        lowering.report.push(nameless);
    }
}
