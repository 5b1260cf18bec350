//! Definitions: the schemas that describe a code alone. Where a code has several, an answer follows one of them, so that it is
//! sure to have what all of them require and nothing else.
//!
//! Schemas that only name a code define nothing: a flat list, a response that narrows the base to it. What holds beside a
//! schema, such as a condition, does not either: an answer follows both.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::contract::Pointer;
use crate::report::Diagnostic;

use super::super::{Lowering, codes};
use super::DraftCode;
use super::facts::{Facts, Source};

/// The way out of two descriptions of one code.
pub(super) const ONCE: &str = "describe each code once and refer to it";

/// The definitions of a code, if there are several.
#[derive(Default)]
pub(super) struct Definitions<'a> {
    code: String,
    /// What each requires, by its place.
    all: IndexMap<Pointer, HashSet<&'a str>>,
    /// How many of those that count require a member, and which of all is the first that does.
    counts: HashMap<&'a str, (usize, usize)>,
    /// The places of those that count.
    counted: HashSet<Pointer>,
}

impl<'a> Definitions<'a> {
    /// The definitions among the facts of a code.
    pub(super) fn of(lowering: &Lowering<'a>, code: &DraftCode<'a>) -> Self {
        let by = |source| code.facts.iter().filter(move |facts| facts.alone && facts.source == source);
        let mut all: IndexMap<Pointer, HashSet<&'a str>> = IndexMap::new();
        // What an operation says of the code of a schema adds to the schema.
        let source = if by(Source::Schema).next().is_some() { Source::Schema } else { Source::Place };
        for facts in by(source) {
            let required = all.entry(facts.at.clone()).or_default();
            required.extend(required_by(lowering, facts));
        }
        if all.len() < 2 {
            return Self::default();
        }
        // No answer follows a schema that stands in no error, unless none does.
        let is_idle = |at: &&Pointer| code.idle.contains(*at);
        let counted: HashSet<Pointer> = match all.keys().all(|at| is_idle(&at)) {
            true => all.keys().cloned().collect(),
            false => all.keys().filter(|at| !is_idle(at)).cloned().collect(),
        };
        let mut counts = HashMap::new();
        for (index, (at, required)) in all.iter().enumerate() {
            for name in required {
                let (count, _) = counts.entry(*name).or_insert((0, index));
                *count += usize::from(counted.contains(at));
            }
        }
        let code = code.facts.first().map(|facts| facts.code.clone()).unwrap_or_default();
        Self { code, all, counts, counted }
    }

    /// Is a member that one place requires sure to be there?
    pub(super) fn require(&self, by: &Facts<'a>, name: &str) -> bool {
        !self.all.contains_key(&by.at)
            || self.counts.get(name).is_some_and(|(count, _)| *count == self.counted.len())
    }

    /// Says which of the optional members are so because only some definitions require them: once for each two of these.
    pub(super) fn report<'n>(&self, lowering: &mut Lowering<'_>, optional: impl Iterator<Item = &'n str>) {
        let mut disagreeing: IndexMap<(usize, usize), Vec<&str>> = IndexMap::new();
        for name in optional {
            let Some((_, one)) = self.counts.get(name).copied() else { continue };
            let lacks = |(at, required): (&Pointer, &HashSet<&str>)| {
                self.counted.contains(at) && !required.contains(name)
            };
            let Some(other) = self.all.iter().position(lacks) else { continue };
            disagreeing.entry((one.min(other), one.max(other))).or_default().push(name);
        }
        for ((first, second), names) in disagreeing {
            let place = |index: usize| self.all.get_index(index).map(|(at, _)| at);
            let (Some(first), Some(second)) = (place(first), place(second)) else { continue };
            let message = format!(
                "`{}` is described twice, and what only one of the schemas requires is optional: `{}`",
                self.code,
                names.join("`, `")
            );
            let clash = Diagnostic::warning(codes::FACTS_CLASH, message)
                .help("describe each code once and refer to it, or give one of them another code");
            self::clash(lowering, clash, second, first);
        }
    }
}

/// The members that a definition requires, those of its ground included.
fn required_by<'a>(lowering: &Lowering<'a>, facts: &Facts<'a>) -> Vec<&'a str> {
    let ground = lowering.known.ground(facts.ground);
    let ground = ground.iter().flat_map(|ground| ground.required.iter().copied());
    let own = facts.members.iter().filter(|member| member.required).map(|member| member.name);
    ground.chain(facts.requires.iter().copied()).chain(own).collect()
}

/// Reports that a code is described in two ways, here and before.
pub(super) fn clash(lowering: &mut Lowering<'_>, clash: Diagnostic, at: &Pointer, first: &Pointer) {
    let first = (lowering.locate)(first);
    lowering.report.push(clash.at((lowering.locate)(at)).label(first, "it is described here, too"));
}
