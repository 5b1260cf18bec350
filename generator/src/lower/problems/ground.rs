//! Grounds: the schemas on which codes stand. What a ground says holds for all problems that it is the schema of; a code
//! refines it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use openapiv3::SchemaData;

use crate::contract::{CodePlace, Pointer};

use super::super::flat::{Declared, Flat};
use super::super::node::{Node, Slot};
use super::super::place::Origin;
use super::super::{Lowering, values};
use super::held::Held;

/// A place among the grounds that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) struct GroundId(usize);

/// A schema that has a code.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    /// The component that it is or stands in.
    pub(super) name: Option<String>,
    pub(super) place: CodePlace,
    /// Are codes integers?
    pub(super) numeric: bool,
    /// Does it leave room for codes that it does not list?
    pub(super) open: bool,
    pub(super) members: IndexMap<&'a str, Vec<Declared<'a>>>,
    pub(super) required: IndexSet<&'a str>,
    /// The components that were merged into it.
    pub(super) parents: Vec<&'a str>,
    /// Its own keywords.
    pub(super) data: Option<&'a SchemaData>,
    pub(super) origin: Origin,
}

/// A body around the object that has the code.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) at: Pointer,
    pub(super) members: IndexMap<&'a str, Vec<Declared<'a>>>,
    pub(super) required: IndexSet<&'a str>,
    /// May the object that has the code be absent, or `null`?
    pub(super) holder_optional: bool,
    pub(super) parents: Vec<&'a str>,
    /// Its own keywords.
    pub(super) data: Option<&'a SchemaData>,
    /// Is it the body of a single code?
    pub(super) lone: bool,
}

/// What is known about schemas as problems, so that each is looked at once.
#[derive(Default)]
pub(in super::super) struct Known<'a> {
    grounds: Vec<Rc<Ground<'a>>>,
    /// Grounds by the pointers of their schemas, the place of the code, and whether that is open.
    by_pointer: HashMap<(String, String, bool), GroundId>,
    /// The bodies that a ground stands in, when it is not the body itself.
    pub(super) envelopes: HashMap<GroundId, Vec<Rc<Envelope<'a>>>>,
    /// What components say as bodies.
    pub(super) bodies: HashMap<&'a str, Option<Rc<Held<'a>>>>,
    /// What components say as the objects that have the code, by the name of its member and the outer ones.
    pub(super) holders: HashMap<(&'a str, String), Rc<Held<'a>>>,
    /// How many values the code has in a component: `None` when it has no code, `Some(None)` when it is open.
    widths: HashMap<(&'a str, String), Option<Option<usize>>>,
    /// Places of codes that are not read because the configuration sets another one, and the schemas that have a code there.
    pub(super) passed: BTreeMap<Passed, BTreeSet<String>>,
    /// How many codes of extensions were compared with those of schemas.
    pub(super) compared: usize,
}

/// A place of codes that is not read, those first that would be without the setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Passed {
    /// One that would be read without the setting.
    Read(String),
    /// One that would have to be set.
    Settable(String),
}

impl Passed {
    pub(super) fn words(&self) -> &str {
        match self {
            Passed::Read(place) | Passed::Settable(place) => place,
        }
    }
}

impl<'a> Known<'a> {
    pub(super) fn ground(&self, id: GroundId) -> Option<Rc<Ground<'a>>> {
        self.grounds.get(id.0).map(Rc::clone)
    }
}

impl Ground<'_> {
    /// How often it declares a member.
    pub(super) fn count(&self, member: &str) -> usize {
        self.members.get(member).map_or(0, Vec::len)
    }
}

impl<'a> Lowering<'a> {
    /// The ground that a flattened schema is.
    pub(super) fn ground_of(
        &mut self,
        flat: &Flat<'a>,
        data: Option<&'a SchemaData>,
        origin: &Origin,
        place: &CodePlace,
        open: bool,
    ) -> GroundId {
        let key = (origin.pointer.clone(), format!("{place:?}"), open);
        if let Some(known) = self.known.by_pointer.get(&key) {
            return *known;
        }
        let code = flat.members.get(place.member());
        let limit = code.and_then(|list| self.limit_of(list));
        let is_integer = code.and_then(|list| Declared::choose(list)).and_then(|one| self.end(one.slot));
        let numeric = match &limit {
            Some(limit) => limit.values.iter().all(serde_json::Value::is_number),
            None => is_integer.is_some_and(|schema| Node::of(schema).kind() == Some("integer")),
        };
        let id = GroundId(self.known.grounds.len());
        self.known.grounds.push(Rc::new(Ground {
            name: component_of(&origin.pointer),
            place: place.clone(),
            numeric,
            open,
            members: flat.members.clone(),
            required: flat.required.clone(),
            parents: flat.parents.iter().copied().collect(),
            data,
            origin: origin.clone(),
        }));
        self.known.by_pointer.insert(key, id);
        id
    }

    /// The ground that a component is.
    pub(super) fn component_ground(&mut self, name: &'a str, place: &CodePlace) -> Option<GroundId> {
        let origin = Origin::schema(name);
        for open in [true, false] {
            let key = (origin.pointer.clone(), format!("{place:?}"), open);
            if let Some(known) = self.known.by_pointer.get(&key) {
                return Some(*known);
            }
        }
        let slot = Slot::from(self.components()?.schemas.get(name)?);
        let flat = self.flatten(slot, &origin);
        let data = self.target(slot).map(|schema| &schema.schema_data);
        let (_, open) = self.listed_codes(flat.members.get(place.member()));
        Some(self.ground_of(&flat, data, &origin, place, open))
    }

    /// The outermost component among those that were merged whose code can be more than `values`.
    pub(super) fn base_of(
        &mut self,
        flat: &Flat<'a>,
        own: &str,
        place: &CodePlace,
        values: usize,
    ) -> Option<&'a str> {
        let member = place.member().to_owned();
        let parents: Vec<&'a str> = flat.parents.iter().copied().filter(|name| *name != own).collect();
        parents.into_iter().rev().find(|name| match self.width(name, &member) {
            Some(Some(width)) => width > values,
            Some(None) => true,
            None => false,
        })
    }

    fn width(&mut self, name: &'a str, member: &str) -> Option<Option<usize>> {
        let key = (name, member.to_owned());
        if let Some(known) = self.known.widths.get(&key) {
            return *known;
        }
        let width = self.components().and_then(|all| all.schemas.get(name)).and_then(|target| {
            let flat = self.flatten(Slot::from(target), &Origin::schema(name));
            let list = flat.members.get(member)?;
            Some(self.limit_of(list).filter(|limit| !limit.open).map(|limit| limit.values.len()))
        });
        self.known.widths.insert(key, width);
        width
    }

    /// The codes that a list of declarations limits a member to, and whether others can be.
    pub(super) fn listed_codes(&self, list: Option<&Vec<Declared<'a>>>) -> (Vec<String>, bool) {
        let Some(limit) = list.and_then(|list| self.limit_of(list)) else { return (Vec::new(), true) };
        let mut seen = BTreeSet::new();
        let words = limit.values.iter().filter_map(values::word);
        (words.filter(|word| seen.insert(word.clone())).collect(), limit.open)
    }
}

/// Does a pointer lead to a component schema itself?
pub(super) fn is_component(pointer: &str) -> bool {
    pointer.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'))
}

/// The component schema that a pointer leads into.
pub(super) fn component_of(pointer: &str) -> Option<String> {
    let name = pointer.strip_prefix("/components/schemas/")?.split('/').next()?;
    Some(crate::load::unescape(name).into_owned())
}
