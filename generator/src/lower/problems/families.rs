//! Families: which grounds hold problems of one kind, so that a code means the same on all of them.
//!
//! Documents repeat the schema of their errors, with the list of the codes of a response, or with the members of a code.
//! Grounds whose code stands at the same place are one family if
//!
//! * they have the same members, or
//! * one leaves the code open and the other one lists codes and has all its members, or
//! * both list codes and they share a member besides.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::super::Lowering;
use super::super::flat::Declared;
use super::super::node::{Node, Slot};
use super::facts;
use super::ground::{Ground, GroundId};

/// What a family is called whose grounds have several names, or none.
const UNNAMED: &str = "Problem";

/// Grounds that are one family.
#[derive(Debug)]
pub(super) struct Family<'a> {
    /// The ground that says what the others have in common; the first of several that list codes.
    pub(super) lead: Rc<Ground<'a>>,
    pub(super) name: String,
    pub(super) grounds: Vec<GroundId>,
    /// The members that all have, in the order of the lead, and whether all require them.
    pub(super) common: Vec<(&'a str, bool)>,
}

/// A ground and what it is known by.
type Named<'a> = (GroundId, Rc<Ground<'a>>);

/// Puts the grounds that something uses into families.
pub(super) fn group<'a>(lowering: &Lowering<'a>, used: &BTreeSet<GroundId>) -> Vec<Family<'a>> {
    let mut cells: BTreeMap<(String, bool), Vec<Named<'a>>> = BTreeMap::new();
    for id in used {
        if let Some(ground) = lowering.known.ground(*id) {
            cells.entry((format!("{:?}", ground.place), ground.numeric)).or_default().push((*id, ground));
        }
    }
    let mut families: Vec<Family<'a>> = Vec::new();
    for mut cell in cells.into_values() {
        // Those that leave the code open lead; then components, by name.
        cell.sort_by(|(_, a), (_, b)| {
            let rank = |ground: &Ground<'_>| (!ground.open, ground.members.len(), ground.name.is_none());
            (rank(a), &a.name, &a.origin.pointer).cmp(&(rank(b), &b.name, &b.origin.pointer))
        });
        let first = families.len();
        // Grounds of the same members are many where a document repeats itself, and are found at once.
        let mut same: HashMap<Vec<&'a str>, usize> = HashMap::new();
        for (id, ground) in cell {
            let mut names: Vec<&str> = ground.members.keys().copied().collect();
            names.sort_unstable();
            let known = same.get(&names).copied().filter(|at| joins(lowering, &families[*at], &ground));
            let found =
                known.or_else(|| (first..families.len()).find(|at| joins(lowering, &families[*at], &ground)));
            match found {
                Some(at) => add(lowering, &mut families[at], id, &ground),
                None => families.push(family(id, ground)),
            }
            same.entry(names).or_insert(found.unwrap_or(families.len() - 1));
        }
    }
    for family in families.iter_mut().filter(|family| !family.lead.open && family.grounds.len() > 1) {
        family.name = shared_name(lowering, &family.grounds).unwrap_or_else(|| UNNAMED.to_owned());
    }
    families
}

/// The component that all grounds are, stand in or are built on, so that one which narrows it somewhere renames nothing.
fn shared_name(lowering: &Lowering<'_>, grounds: &[GroundId]) -> Option<String> {
    let mut own: BTreeSet<String> = BTreeSet::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for id in grounds {
        let ground = lowering.known.ground(*id)?;
        own.extend(ground.name.clone());
        let bodies = lowering.known.envelopes.get(id).into_iter().flatten();
        let parents = ground.parents.iter().chain(bodies.flat_map(|body| &body.parents));
        let names: BTreeSet<&str> = ground.name.as_deref().into_iter().chain(parents.copied()).collect();
        for name in names {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    }
    own.into_iter().find(|name| counts.get(name) == Some(&grounds.len()))
}

fn family(id: GroundId, lead: Rc<Ground<'_>>) -> Family<'_> {
    let common = lead.members.keys().map(|name| (*name, lead.required.contains(name))).collect();
    let name = lead.name.clone().unwrap_or_else(|| UNNAMED.to_owned());
    Family { lead, name, grounds: vec![id], common }
}

fn joins<'a>(lowering: &Lowering<'a>, family: &Family<'a>, ground: &Ground<'a>) -> bool {
    let code = ground.place.member();
    let has = |(name, _): &&(&'a str, bool)| alike(lowering, &family.lead, ground, name);
    let others = || family.common.iter().filter(|(name, _)| *name != code);
    match (family.lead.open, ground.open) {
        (true, true) => {
            family.lead.members.len() == ground.members.len() && family.common.iter().all(|one| has(&one))
        }
        (true, false) => others().all(|one| has(&one)),
        _ => others().any(|one| has(&one)) || others().next().is_none() && ground.members.len() == 1,
    }
}

fn add<'a>(lowering: &Lowering<'a>, family: &mut Family<'a>, id: GroundId, ground: &Ground<'a>) {
    family.grounds.push(id);
    let lead = Rc::clone(&family.lead);
    if lead.open {
        // What the lead says holds for all; others can only say more.
        return;
    }
    family.common.retain(|(name, _)| alike(lowering, &lead, ground, name));
    for (name, required) in &mut family.common {
        *required &= ground.required.contains(name);
    }
}

/// Do both have the member, of the same type as far as its schemas tell? Facts and the code are the same whatever they list.
fn alike<'a>(lowering: &Lowering<'a>, one: &Ground<'a>, other: &Ground<'a>, name: &str) -> bool {
    let (Some(a), Some(b)) = (one.members.get(name), other.members.get(name)) else { return false };
    let (Some(a), Some(b)) = (Declared::choose(a), Declared::choose(b)) else { return false };
    if name == one.place.member() || facts::is_fact(lowering, one, name) {
        return true;
    }
    match (a.slot, b.slot) {
        (Slot::Ref(a), Slot::Ref(b)) if a == b => true,
        (a, b) => match (lowering.end(a), lowering.end(b)) {
            (Some(a), Some(b)) => {
                let (x, y) = (Node::of(a), Node::of(b));
                x.kind() == y.kind()
                    && x.format == y.format
                    && a.schema_data.nullable == b.schema_data.nullable
                    && (a.schema_kind == b.schema_kind
                        || !x.composes() && x.properties.is_none() && x.items.is_none())
            }
            _ => false,
        },
    }
}
