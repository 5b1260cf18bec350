//! Joint members: what several parts of an `allOf` say of one member, where more than one says something of an object.
//!
//! Comes in: the declarations of a member. Goes out: its type, as if its schema were the `allOf` of them. Deliberately absent:
//! what only narrows values (`const`, `enum`, `minimum`); of these the most specific declaration counts.
//!
//! A declaration that another one includes is left out, so that a schema with a name stays the type of the member wherever the
//! others add nothing. Merged types wait in a queue like components, and the same declarations are one type: a schema that comes
//! back to itself by way of what is merged refers to that type, and no chain of such schemas is walked in depth.

use std::collections::{HashMap, HashSet};
use std::ptr;
use std::rc::Rc;

use openapiv3::{AdditionalProperties, Schema};

use crate::contract::{Pointer, Shape, Type, TypeDef, TypeId};

use super::flat::{Declared, Flat};
use super::node::{Node, Slot};
use super::place::{Key, Origin, Place};
use super::types::{bare, docs, nullable};
use super::{Lowered, Lowering, codes};

/// How deep lists and maps may nest around what is merged, and wrappers around a schema.
const DEPTH: usize = 20;

/// How many schemas are compared to find that one includes another. Beyond, both are merged, which is as right.
const COMPARED: usize = 200;

/// With how many of the others a declaration is compared; a member that more schemas declare is merged of all of them.
const OTHERS: usize = 8;

/// How many merged types the members of merged types may need: schemas can be written whose combinations grow beyond all bounds.
const NESTED: usize = 4_000;

/// The merged types that are known, and those that are still to be written.
#[derive(Debug, Default)]
pub(super) struct Joints<'a> {
    known: HashMap<(Vec<*const Schema>, Option<String>), TypeId>,
    queue: Vec<Joint<'a>>,
    /// One is being written.
    open: bool,
    /// How many were needed while another one was written.
    nested: usize,
}

#[derive(Debug)]
struct Joint<'a> {
    id: TypeId,
    parts: Vec<Declared<'a>>,
    /// Where the most specific declaration stands.
    origin: Rc<Origin>,
}

/// A declaration that says something of an object.
#[derive(Debug)]
struct Part<'a> {
    declared: Declared<'a>,
    /// What it says, without what only wraps it.
    core: Slot<'a>,
    flat: Flat<'a>,
}

impl<'a> Lowering<'a> {
    /// The type of a member from all that declare it; `None` when the most specific declaration alone says it.
    pub(super) fn joint_member(&mut self, name: &str, list: &[Declared<'a>]) -> Option<Type> {
        if list.len() < 2 {
            return None;
        }
        let at = |declared: &Declared<'a>| Declared {
            slot: declared.slot,
            origin: Rc::new(declared.place().member(name).origin()),
        };
        self.joint(&list.iter().map(at).collect::<Vec<_>>(), 0)
    }

    /// The type of schemas that all hold; `None` when the last that says a type alone says it.
    pub(super) fn joint(&mut self, list: &[Declared<'a>], depth: usize) -> Option<Type> {
        let mut telling: Vec<Declared<'a>> =
            list.iter().filter(|declared| tells(declared.slot)).cloned().collect();
        let chosen = telling.last()?.clone();
        if telling.len() < 2 || depth > DEPTH {
            return None;
        }
        let node = Node::of(self.end(self.core(chosen.slot))?);
        if node.kind() == Some("array") && node.values.is_none() {
            let items =
                self.joint_of(&telling, depth, |node, place| Some((node.items?, place.items().origin())))?;
            return Some(self.or_null(Type::Array(Box::new(items)), &telling));
        }
        let parts = self.object_parts(&telling);
        match parts.as_slice() {
            [] => None,
            [only] if ptr::eq(Rc::as_ptr(&only.declared.origin), Rc::as_ptr(&chosen.origin)) => None,
            [only] => Some(self.ty(only.declared.slot, &only.declared.place())),
            several if several.iter().all(|part| part.is_map()) => {
                telling.retain(|declared| {
                    parts.iter().any(|part| Rc::ptr_eq(&part.declared.origin, &declared.origin))
                });
                let values = self.joint_of(&telling, depth, |node, place| match node.additional? {
                    AdditionalProperties::Schema(schema) => {
                        Some((Slot::from(&**schema), place.values().origin()))
                    }
                    AdditionalProperties::Any(_) => None,
                })?;
                Some(self.or_null(Type::Map(Box::new(values)), &telling))
            }
            _ => {
                let ty = self.joined(parts, &chosen);
                Some(self.or_null(ty, &telling))
            }
        }
    }

    /// The type of what several schemas hold.
    fn joint_of(
        &mut self,
        list: &[Declared<'a>],
        depth: usize,
        held: impl Fn(&Node<'a>, &Place<'_>) -> Option<(Slot<'a>, Origin)>,
    ) -> Option<Type> {
        let inner = |declared: &Declared<'a>| {
            let node = Node::of(self.end(self.core(declared.slot))?);
            let (slot, origin) = held(&node, &declared.place())?;
            Some(Declared { slot, origin: Rc::new(origin) })
        };
        let inner: Vec<Declared<'a>> = list.iter().filter_map(inner).collect();
        self.joint(&inner, depth + 1)
    }

    /// `null` is a value of a merged type when every part that says a type allows it.
    fn or_null(&mut self, ty: Type, list: &[Declared<'a>]) -> Type {
        let mut said = false;
        for declared in list {
            let has_type = match declared.slot {
                Slot::Ref(_) => true,
                Slot::Schema(schema) => {
                    let node = Node::of(schema);
                    node.typ.is_some() || node.composes() || node.data.nullable
                }
            };
            if has_type && !self.nullable(declared.slot, 0) {
                return ty;
            }
            said |= has_type;
        }
        if said { nullable(ty) } else { ty }
    }

    /// The declarations that say something of an object and that no other includes, in their order; none when the most specific
    /// one is no object.
    fn object_parts(&mut self, telling: &[Declared<'a>]) -> Vec<Part<'a>> {
        let mut kept: Vec<Part<'a>> = Vec::new();
        for (index, declared) in telling.iter().enumerate() {
            let core = self.core(declared.slot);
            let is_object = self.end(core).is_some_and(|schema| is_object(&Node::of(schema)));
            let flat = if is_object { self.flatten(core, &declared.origin) } else { Flat::default() };
            if !is_object || !flat.rest.is_empty() {
                if index + 1 == telling.len() {
                    return Vec::new();
                }
                continue;
            }
            let part = Part { declared: declared.clone(), core, flat };
            if !part.says_something() {
                continue;
            }
            let first = kept.len().saturating_sub(OTHERS);
            let others = kept.split_off(first);
            // Of two that say the same, the later one is kept.
            let others: Vec<Part<'a>> =
                others.into_iter().filter(|other| !self.includes(&part, other)).collect();
            let is_included = others.iter().any(|other| self.includes(other, &part));
            kept.extend(others);
            if !is_included {
                kept.push(part);
            }
        }
        kept
    }

    /// The schema behind those that only wrap it.
    pub(super) fn core(&self, slot: Slot<'a>) -> Slot<'a> {
        let mut slot = slot;
        for _ in 0..DEPTH {
            let Slot::Schema(schema) = slot else { break };
            let node = Node::of(schema);
            if !node.is_wrapper() || !node.untyped().is_empty() {
                break;
            }
            let mut branches = node.all_of.iter().map(Slot::from).filter(|branch| tells(*branch));
            let next = match (branches.next(), branches.next(), node.alternatives().as_slice()) {
                (Some(only), None, []) => Some(only),
                (None, _, [group]) => self.sole_branch(group).map(|(_, only)| only),
                _ => None,
            };
            let Some(next) = next else { break };
            slot = next;
        }
        slot
    }

    /// Does one part say all that another one says?
    fn includes(&mut self, part: &Part<'a>, other: &Part<'a>) -> bool {
        let name = match other.core {
            Slot::Ref(reference) => self.schema(reference).map(|(name, _)| name),
            Slot::Schema(_) => None,
        };
        name.is_some_and(|name| part.flat.parents.contains(name))
            || self.chooses_from(part, other)
            || self.covers(part.core, other.core)
    }

    /// Is a part one of the alternatives that another one consists of, or again a choice? A choice narrows a choice, as `enum`
    /// does values.
    fn chooses_from(&mut self, part: &Part<'a>, other: &Part<'a>) -> bool {
        let [(group, _)] = other.flat.alternatives.as_slice() else { return false };
        if other.flat.says_members() {
            return false;
        }
        let extends = |slot: Slot<'a>| match slot {
            Slot::Ref(reference) => {
                self.schema(reference).is_some_and(|(name, _)| part.flat.parents.contains(name))
            }
            Slot::Schema(_) => false,
        };
        !part.flat.alternatives.is_empty()
            || group.slots.iter().map(Slot::from).any(extends)
            || group.slots.iter().map(Slot::from).take(OTHERS).any(|slot| self.covers(part.core, slot))
    }

    /// Does one schema have every member of another one, with all that this says of it?
    fn covers(&mut self, narrow: Slot<'a>, wide: Slot<'a>) -> bool {
        let mut seen = HashSet::new();
        let mut queue = vec![(narrow, wide)];
        while let Some((narrow, wide)) = queue.pop() {
            let (narrow, wide) = (self.core(narrow), self.core(wide));
            let (Some(a), Some(b)) = (self.end(narrow), self.end(wide)) else { return false };
            // What is being compared further out is taken to be covered: if it is not, that is found there.
            if ptr::eq(a, b) || !seen.insert((ptr::from_ref(a), ptr::from_ref(b))) {
                continue;
            }
            if seen.len() > COMPARED {
                return false;
            }
            let (a, b) = (Node::of(a), Node::of(b));
            match (is_object(&a), is_object(&b)) {
                (true, true) => {}
                (false, false) => match (a.items, b.items) {
                    (Some(narrow), Some(wide)) => {
                        queue.push((narrow, wide));
                        continue;
                    }
                    (_, None) if !a.says_nothing() || b.says_nothing() => continue,
                    _ => return false,
                },
                (true, false) if b.says_nothing() => continue,
                _ => return false,
            }
            let nowhere = Origin { pointer: String::new(), words: String::new() };
            let (a, b) = (self.flatten(narrow, &nowhere), self.flatten(wide, &nowhere));
            if !covers_members(&a, &b, &mut queue) {
                return false;
            }
        }
        true
    }

    /// The type that several parts are together.
    fn joined(&mut self, parts: Vec<Part<'a>>, chosen: &Declared<'a>) -> Type {
        let ends = parts.iter().filter_map(|part| self.end(part.core)).map(ptr::from_ref).collect();
        // What stands inline is named from where it stands; components can be merged in several places.
        let is_inline = parts.iter().any(|part| matches!(part.core, Slot::Schema(_)));
        let key = (ends, (!is_inline).then(|| chosen.origin.words.clone()));
        if let Some(known) = self.joints.known.get(&key) {
            return Type::Named(*known);
        }
        if self.joints.open {
            self.joints.nested += 1;
            if self.joints.nested > NESTED {
                self.refuse_depth(
                    &chosen.origin,
                    format!("the members of what `allOf` merges need more than {NESTED} merged types"),
                );
                return Type::Any;
            }
        }
        let id = self.reserve();
        self.joints.known.insert(key, id);
        let parts = parts.into_iter().map(|part| Declared { slot: part.core, ..part.declared }).collect();
        self.joints.queue.push(Joint { id, parts, origin: Rc::clone(&chosen.origin) });
        Type::Named(id)
    }

    /// Writes the next merged type, if one is still to be written.
    pub(super) fn next_joint(&mut self) -> bool {
        let Some(Joint { id, parts, origin }) = self.joints.queue.pop() else { return false };
        let mut flat = self.flatten_all(&parts);
        if flat.alternatives.len() > 1 {
            self.warn(
                codes::SEVERAL_GROUPS,
                &Pointer(origin.pointer.clone()),
                "several groups of alternatives are declared for this member; only those declared last are typed",
                "write one `oneOf` that lists the combinations",
            );
            flat.alternatives.drain(..flat.alternatives.len() - 1);
            flat.more = true;
        }
        self.joints.open = true;
        let shape = match self.merged(flat, &origin.place()) {
            Lowered::Plain(ty) => Shape::Alias(bare(ty)),
            Lowered::Shape(shape) => shape,
        };
        self.joints.open = false;
        let written = parts
            .iter()
            .rev()
            .filter_map(|part| self.target(part.slot))
            .map(|schema| docs(&schema.schema_data));
        let docs = written.into_iter().find(|docs| docs.summary.is_some() || docs.description.is_some());
        // Behind the place of the last part, which may be a type of its own elsewhere.
        let at = origin.place().step("allOf", Key::None).pointer();
        self.put(
            id,
            TypeDef {
                name: origin.words.clone(),
                docs: docs.unwrap_or_default(),
                shape,
                examples: Vec::new(),
                at,
            },
        );
        true
    }
}

impl Part<'_> {
    /// More than that there is an object.
    fn says_something(&self) -> bool {
        self.flat.says_members() || !self.flat.alternatives.is_empty()
    }

    fn is_map(&self) -> bool {
        self.flat.members.is_empty() && self.flat.required.is_empty() && self.flat.alternatives.is_empty()
    }
}

impl Flat<'_> {
    /// Says something of members.
    fn says_members(&self) -> bool {
        !self.members.is_empty()
            || !self.required.is_empty()
            || self
                .additional
                .as_ref()
                .is_some_and(|(additional, _)| !matches!(additional, AdditionalProperties::Any(true)))
    }
}

/// The members of one object beside those of another one: what still has to be compared goes into the queue.
fn covers_members<'a>(narrow: &Flat<'a>, wide: &Flat<'a>, queue: &mut Vec<(Slot<'a>, Slot<'a>)>) -> bool {
    if !narrow.rest.is_empty() || !wide.rest.is_empty() || !wide.alternatives.is_empty() {
        return false;
    }
    match (&narrow.additional, &wide.additional) {
        (_, None | Some((AdditionalProperties::Any(true), _)))
        | (Some((AdditionalProperties::Any(false), _)), _) => {}
        (Some((AdditionalProperties::Schema(narrow), _)), Some((AdditionalProperties::Schema(wide), _))) => {
            queue.push((Slot::from(&**narrow), Slot::from(&**wide)));
        }
        _ => return false,
    }
    if !wide.required.is_subset(&narrow.required) {
        return false;
    }
    for (name, list) in &wide.members {
        let Some(own) = narrow.members.get(name).and_then(|list| Declared::choose(list)) else {
            return false;
        };
        queue.extend(
            list.iter().filter(|declared| tells(declared.slot)).map(|declared| (own.slot, declared.slot)),
        );
    }
    true
}

/// Says a type.
fn tells(slot: Slot<'_>) -> bool {
    match slot {
        Slot::Ref(_) => true,
        Slot::Schema(schema) => !Node::of(schema).says_nothing(),
    }
}

/// An object, or what may be one once it is flattened.
fn is_object(node: &Node<'_>) -> bool {
    node.values.is_none() && (node.kind() == Some("object") || node.kind().is_none() && node.composes())
}
