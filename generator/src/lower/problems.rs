//! Problems: from the ways in which documents write coded errors to families of codes.
//!
//! Comes in: the schemas of unsuccessful responses. Goes out: [`ProblemFamily`]s, and for each such schema the codes that
//! it declares. A reader for each way of writing looks at a schema and says, in the same words ([`Reading`], [`Facts`]),
//! which codes stand in it; what several readers say of a code is merged. Deliberately absent here: any of those ways.

mod examples;
mod extension;
mod facts;
mod family;
mod schema_per_code;
mod vocabulary;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ptr;
use std::rc::Rc;

use indexmap::IndexMap;
use openapiv3::{ReferenceOr, Schema};

use crate::contract::{CodeId, ErrorKind, FamilyId, Pointer, StatusSpec};
use crate::report::Diagnostic;

use super::node::Slot;
use super::operations::Site;
use super::place::{Key, Place};
use super::{Lowering, codes};

pub(super) use facts::Known;
pub(super) use family::lower;

use facts::Facts;

/// What a schema of an error says.
struct Reading<'a> {
    /// The schema that the codes refine.
    base: &'a str,
    /// The codes that it names.
    codes: Vec<Mention<'a>>,
    /// Does it leave room for others?
    open: bool,
}

/// A code in the schema of an error.
struct Mention<'a> {
    facts: Rc<Facts<'a>>,
    /// The branch that names it.
    at: Pointer,
}

/// Reads one way of writing codes; `None` when the schema is not written that way.
type Reader = for<'a> fn(&mut Lowering<'a>, Slot<'a>, &Place<'_>) -> Option<Reading<'a>>;

/// The ways, most telling first.
const READERS: &[Reader] = &[schema_per_code::read];

/// Finds the codes of components that no operation mentions.
type Scanner = for<'a> fn(&mut Lowering<'a>) -> Vec<Rc<Facts<'a>>>;

const SCANNERS: &[Scanner] = &[schema_per_code::scan];

/// The coded problems of a document.
pub(super) struct Problems<'a> {
    families: Vec<Draft<'a>>,
    /// What each schema of an error declares, by where the schema stands in memory.
    kinds: HashMap<*const ReferenceOr<Schema>, ErrorKind>,
}

/// A family before its members are lowered.
struct Draft<'a> {
    base: &'a str,
    /// In the contract's order.
    codes: Vec<DraftCode<'a>>,
    docs_url: Option<String>,
    sections: Vec<String>,
}

/// A code before its members are lowered.
#[derive(Default)]
struct DraftCode<'a> {
    /// What was read about it, the first reading first.
    facts: Vec<Rc<Facts<'a>>>,
    /// The exact statuses of the responses that it stands under.
    under: BTreeSet<u16>,
    examples: Vec<crate::contract::Example>,
}

impl<'a> Problems<'a> {
    /// What an error's schema declares, if it is a coded problem.
    pub(super) fn kind(&self, schema: &'a ReferenceOr<Schema>) -> Option<ErrorKind> {
        self.kinds.get(&ptr::from_ref(schema)).cloned()
    }
}

/// The families by their bases, while they are collected.
type Collected<'a> = BTreeMap<&'a str, Gathered<'a>>;

/// What was found of a family.
#[derive(Default)]
struct Gathered<'a> {
    codes: IndexMap<String, DraftCode<'a>>,
    /// The operations that raise problems of the family, by their places.
    raised_by: BTreeSet<usize>,
}

/// Reads every error of every operation.
pub(super) fn find<'a>(lowering: &mut Lowering<'a>, sites: &[Site<'a>]) -> Problems<'a> {
    let mut readings: IndexMap<*const ReferenceOr<Schema>, Option<Reading<'a>>> = IndexMap::new();
    let mut collected: Collected<'a> = BTreeMap::new();
    let mut shown = Vec::new();
    for (at_site, site) in sites.iter().enumerate() {
        let place = site.origin.place();
        for found in lowering.found_responses(site.operation, &place, &site.id) {
            if super::responses::is_success(found.status) {
                continue;
            }
            let start = found.origin.place();
            for (name, media) in &found.response.content {
                let Some(schema) = &media.schema else { continue };
                let at = start.step("content", Key::Name(name));
                let schema_at = at.step("schema", Key::None);
                let key = ptr::from_ref(schema);
                if !readings.contains_key(&key) {
                    let reading =
                        READERS.iter().find_map(|read| read(lowering, Slot::from(schema), &schema_at));
                    if let Some(reading) = &reading {
                        shown.push((reading.base, media, at.pointer()));
                    }
                    readings.insert(key, reading);
                }
                if let Some(Some(reading)) = readings.get(&key) {
                    collect(lowering, &mut collected, reading, found.status);
                    collected.entry(reading.base).or_default().raised_by.insert(at_site);
                }
            }
        }
    }
    // A schema that looks like the base of a family is one only if a code refines it.
    for facts in SCANNERS.iter().flat_map(|scan| scan(lowering)) {
        if let Some(family) = collected.get_mut(facts.base) {
            add(family.codes.entry(facts.code.clone()).or_default(), &facts);
        }
    }
    collected.retain(|_, family| !family.codes.is_empty());
    for (base, media, at) in shown {
        if let Some(family) = collected.get_mut(base) {
            examples::gather(lowering, &mut family.codes, media, &at);
        }
    }
    settle(lowering, collected, readings)
}

/// Notes the codes of a reading and the status that they stand under.
fn collect<'a>(
    lowering: &mut Lowering<'a>,
    collected: &mut Collected<'a>,
    reading: &Reading<'a>,
    status: StatusSpec,
) {
    let family = collected.entry(reading.base).or_default();
    for Mention { facts, at } in &reading.codes {
        let draft = family.codes.entry(facts.code.clone()).or_default();
        add(draft, facts);
        let fits = facts.statuses.is_empty()
            || facts.statuses.iter().any(|own| match status {
                StatusSpec::Exact(status) => *own == status,
                StatusSpec::Range(digit) => *own / 100 == u16::from(digit),
                StatusSpec::Default => true,
            });
        if !fits {
            let listed: Vec<String> = facts.statuses.iter().map(u16::to_string).collect();
            let message = format!(
                "`{}` stands under the status {}, but its schema only allows {}",
                facts.code,
                super::responses::token(status),
                listed.join(", ")
            );
            let mut clash = Diagnostic::error(codes::STATUS_CLASH, message)
                .at((lowering.locate)(at))
                .help("name the code under the right status, or add the status to the schema of the code");
            if let Some(said) = &facts.statuses_at {
                let text = format!("the status of `{}` is given here", facts.code);
                clash = clash.label((lowering.locate)(said), text);
            }
            lowering.report.push(clash);
        }
        if let StatusSpec::Exact(status) = status {
            draft.under.insert(status);
        }
    }
}

fn add<'a>(draft: &mut DraftCode<'a>, facts: &Rc<Facts<'a>>) {
    if !draft.facts.iter().any(|known| Rc::ptr_eq(known, facts)) {
        draft.facts.push(Rc::clone(facts));
    }
}

/// Puts codes in order and gives each its place.
fn settle<'a>(
    lowering: &mut Lowering<'a>,
    collected: Collected<'a>,
    readings: IndexMap<*const ReferenceOr<Schema>, Option<Reading<'a>>>,
) -> Problems<'a> {
    let mut families = Vec::new();
    let mut ids: HashMap<&str, (FamilyId, HashMap<String, CodeId>)> = HashMap::new();
    let mut collected: Vec<(&str, Gathered<'a>)> = collected.into_iter().collect();
    // The principal family first. The sort is stable: families that are equal in all else stay in the order of their names.
    collected.sort_by_key(|(_, family)| Reverse((family.raised_by.len(), family.codes.len())));
    for (base, family) in collected {
        let extension = extension::base(lowering, base);
        let mut codes: Vec<(String, DraftCode<'a>)> = family.codes.into_iter().collect();
        codes.sort_by_cached_key(|(code, draft)| order(code, draft, &extension.sections));
        let places = codes.iter().enumerate().map(|(at, (code, _))| (code.clone(), CodeId(at))).collect();
        ids.insert(base, (FamilyId(families.len()), places));
        families.push(Draft {
            base,
            codes: codes.into_iter().map(|(_, draft)| draft).collect(),
            docs_url: extension.docs,
            sections: extension.sections,
        });
    }
    let kinds = readings.into_iter().filter_map(|(schema, reading)| {
        let reading = reading?;
        let (family, places) = ids.get(reading.base)?;
        let codes: BTreeSet<CodeId> =
            reading.codes.iter().filter_map(|named| places.get(&named.facts.code).copied()).collect();
        let codes = codes.into_iter().collect();
        Some((schema, ErrorKind::Problem { family: *family, codes, open: reading.open, ty: None }))
    });
    Problems { kinds: kinds.collect(), families }
}

/// Sections as the family lists them, then others by name, then none; within one by `order`, then by code.
fn order(code: &str, draft: &DraftCode<'_>, sections: &[String]) -> (usize, Option<String>, i64, String) {
    let section = draft.facts.iter().find_map(|facts| facts.extension.section.clone());
    let rank = match &section {
        Some(section) => sections.iter().position(|known| known == section).unwrap_or(sections.len()),
        None => sections.len() + 1,
    };
    let order = draft.facts.iter().find_map(|facts| facts.extension.order).unwrap_or(i64::MAX);
    (rank, section, order, code.to_owned())
}

/// The place of a component schema.
fn component(name: &str) -> Pointer {
    super::place::Origin::schema(name).place().pointer()
}
