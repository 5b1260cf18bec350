//! Flattening `allOf`: every branch's members in one list, without lowering any of them.
//!
//! Comes in: a schema. Goes out: [`Flat`], which borrows from the document. Deliberately absent: types.

use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use openapiv3::{AdditionalProperties, Schema};

use super::node::{Alternatives, Node, Slot};
use super::place::{Key, Origin, Place};
use super::problems::is_conditional;
use super::{Lowering, codes};

/// How many schemas may extend each other in a row before the document is refused.
const DEPTH: usize = 100;

/// A schema with its `allOf` resolved.
#[derive(Debug, Default)]
pub(super) struct Flat<'a> {
    /// Members by name; one that several branches declare has several declarations, the most specific last.
    pub(super) members: IndexMap<&'a str, Vec<Declared<'a>>>,
    pub(super) required: IndexSet<&'a str>,
    pub(super) additional: Option<(&'a AdditionalProperties, Rc<Origin>)>,
    pub(super) alternatives: Vec<(Alternatives<'a>, Rc<Origin>)>,
    /// Branches that are not objects.
    pub(super) rest: Vec<Declared<'a>>,
    /// The components that were merged, in order.
    pub(super) parents: IndexSet<&'a str>,
    /// `type: object` was said.
    pub(super) object: bool,
    /// A keyword that gets no type brings further members.
    pub(super) more: bool,
    /// Schemas that say more when a member has a value, or is there.
    pub(super) conditional: Vec<(&'a Schema, Rc<Origin>)>,
}

/// A schema and where it was declared.
#[derive(Debug, Clone)]
pub(super) struct Declared<'a> {
    pub(super) slot: Slot<'a>,
    pub(super) origin: Rc<Origin>,
}

impl<'a> Lowering<'a> {
    /// Flattens a schema. A component that comes back on the way is skipped: merging it twice adds nothing.
    pub(super) fn flatten(&mut self, slot: Slot<'a>, origin: &Origin) -> Flat<'a> {
        let mut flat = Flat::default();
        self.flatten_into(&mut flat, slot, &Rc::new(origin.clone()), 0);
        flat.more |= matches!(slot, Slot::Schema(schema) if Node::of(schema).chooser().is_some());
        flat
    }

    /// Flattens schemas that all hold.
    pub(super) fn flatten_all(&mut self, list: &[Declared<'a>]) -> Flat<'a> {
        let mut flat = Flat::default();
        for declared in list {
            self.flatten_into(&mut flat, declared.slot, &declared.origin, 0);
        }
        flat
    }

    /// Merges a further schema.
    pub(super) fn flatten_more(&mut self, flat: &mut Flat<'a>, slot: Slot<'a>, origin: &Origin) {
        self.flatten_into(flat, slot, &Rc::new(origin.clone()), 0);
    }

    fn flatten_into(&mut self, flat: &mut Flat<'a>, slot: Slot<'a>, origin: &Rc<Origin>, depth: usize) {
        // Each level is a reference and the branch that holds it.
        if depth > 2 * DEPTH {
            self.refuse_depth(origin, format!("`allOf` nests deeper than {DEPTH} levels"));
            return;
        }
        let node = match slot {
            Slot::Ref(reference) => {
                if let Some((name, target)) = self.schema(reference)
                    && flat.parents.insert(name)
                {
                    self.flatten_into(flat, Slot::from(target), &Rc::new(Origin::schema(name)), depth + 1);
                }
                return;
            }
            Slot::Schema(schema) => {
                let node = Node::of(schema);
                if is_conditional(&node) {
                    flat.conditional.push((schema, Rc::clone(origin)));
                }
                node
            }
        };
        let place = origin.place();
        for (index, branch) in node.all_of.iter().enumerate() {
            let origin = match branch {
                openapiv3::ReferenceOr::Reference { .. } => Rc::clone(origin),
                openapiv3::ReferenceOr::Item(_) => Rc::new(place.step("allOf", Key::Index(index)).origin()),
            };
            self.flatten_into(flat, Slot::from(branch), &origin, depth + 1);
        }
        for group in node.alternatives() {
            match self.sole_branch(&group) {
                Some((index, branch)) => {
                    let origin = Rc::new(place.step(group.keyword, Key::Index(index)).origin());
                    self.flatten_into(flat, branch, &origin, depth + 1);
                }
                None if self.only_constrains(&group) => {}
                None => flat.alternatives.push((group, Rc::clone(origin))),
            }
        }
        flat.object |= node.typ == Some("object");
        flat.more |= !node.untyped().is_empty();
        for (name, slot) in node.properties() {
            let declared = Declared { slot, origin: Rc::clone(origin) };
            flat.members.entry(name).or_default().push(declared);
        }
        flat.required.extend(node.required.iter().map(String::as_str));
        if let Some(additional) = node.additional {
            flat.additional = Some((additional, Rc::clone(origin)));
        }
        if node.values.is_some() || node.kind().is_some_and(|kind| kind != "object") {
            flat.rest.push(Declared { slot, origin: Rc::clone(origin) });
        }
    }

    /// Once: every schema further out would say it again.
    pub(super) fn refuse_depth(&mut self, origin: &Origin, message: String) {
        if std::mem::replace(&mut self.too_deep, true) {
            return;
        }
        self.error(
            codes::TOO_DEEP,
            &origin.place().pointer(),
            message,
            "merge some of the levels in the document",
        );
    }

    /// The only branch that is not `null`, if the group has just one.
    pub(super) fn sole_branch(&self, group: &Alternatives<'a>) -> Option<(usize, Slot<'a>)> {
        let mut branches = group
            .slots
            .iter()
            .map(Slot::from)
            .enumerate()
            .filter(|(_, slot)| !matches!(slot, Slot::Schema(schema) if Node::of(schema).is_null()));
        let first = branches.next()?;
        branches.next().is_none().then_some(first)
    }

    /// Does the group only say which members have to come together?
    pub(super) fn only_constrains(&self, group: &Alternatives<'a>) -> bool {
        group
            .slots
            .iter()
            .all(|slot| matches!(Slot::from(slot), Slot::Schema(schema) if Node::of(schema).is_constraint()))
    }
}

impl<'a> Declared<'a> {
    /// The declaration to believe when a member has several: the last one that says a type.
    pub(super) fn choose<'l>(list: &'l [Declared<'a>]) -> Option<&'l Declared<'a>> {
        let telling = |declared: &&'l Declared<'a>| match declared.slot {
            Slot::Ref(_) => true,
            Slot::Schema(schema) => !Node::of(schema).says_nothing(),
        };
        list.iter().rev().find(telling).or(list.last())
    }

    pub(super) fn place(&self) -> Place<'_> {
        self.origin.place()
    }
}
