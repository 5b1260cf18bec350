//! Objects: from a flattened schema to a struct, a map, or what else it turns out to be.

use std::borrow::Cow;
use std::rc::Rc;

use crate::contract::{Docs, Field, Pointer, Shape, Struct, Type, TypeDef, Variant};
use crate::report::{mistyped, slipped};
use openapiv3::AdditionalProperties;

use super::flat::{Declared, Flat};
use super::limits::limits;
use super::node::{Node, Slot};
use super::place::{Origin, Place};
use super::types::docs;
use super::{Lowered, Lowering, codes, values};

/// How many lists within lists a format is looked for in.
const LISTS: usize = 4;

impl<'a> Lowering<'a> {
    /// What a flattened schema is.
    pub(super) fn merged(&mut self, mut flat: Flat<'a>, place: &Place<'_>) -> Lowered {
        self.used.extend(&flat.parents);
        // `additionalProperties` alone says what an object would be, not that there is one.
        let has_members = !flat.members.is_empty() || !flat.required.is_empty();
        if !flat.rest.is_empty() && (has_members || !flat.alternatives.is_empty()) {
            return self.contradiction(place);
        }
        if let Some(only) = self.plainest(&flat, place) {
            return only;
        }
        match flat.alternatives.len() {
            0 if !has_members && !flat.object && flat.additional.is_none() => Lowered::Plain(Type::Any),
            0 => self.object(&flat, place),
            1 if !has_members => match flat.alternatives.pop() {
                Some((group, origin)) => {
                    // The words stay those of the whole; only the pointer is the branch's.
                    let origin = Origin { pointer: origin.pointer.clone(), words: place.words() };
                    self.union(&group, &origin.place())
                }
                None => Lowered::Plain(Type::Any),
            },
            1 => self.spread(flat, place),
            _ => {
                self.warn(
                    codes::SEVERAL_GROUPS,
                    &place.pointer(),
                    "this schema combines several groups of alternatives; only the common members are typed",
                    "write one `oneOf` that lists the combinations",
                );
                // None of the groups says which members there are in all.
                flat.more = true;
                let object = self.members(&flat, place);
                Lowered::Shape(Shape::Struct(object))
            }
        }
    }

    /// The type of branches that are all the same text, number, list or the like.
    fn plainest(&mut self, flat: &Flat<'a>, place: &Place<'_>) -> Option<Lowered> {
        let nodes: Vec<(Slot<'a>, Node<'a>, &Rc<Origin>)> = flat
            .rest
            .iter()
            .filter_map(|declared| match declared.slot {
                Slot::Schema(schema) => Some((declared.slot, Node::of(schema), &declared.origin)),
                Slot::Ref(_) => None,
            })
            .collect();
        let mut kinds: Vec<&str> = nodes.iter().filter_map(|(_, node, _)| node.kind()).collect();
        kinds.dedup();
        if kinds.len() > 1 {
            return Some(self.contradiction(place));
        }
        if kinds == ["array"]
            && let Some(ty) = self.joint(&renamed(&flat.rest, place), 0)
        {
            return Some(Lowered::Plain(ty));
        }
        let listed = nodes.iter().rev().find(|(_, node, _)| node.values.is_some());
        let (slot, node, origin) = listed.or(nodes.last())?;
        let origin = Origin { pointer: origin.pointer.clone(), words: place.words() };
        Some(self.simple(*slot, node, &origin.place()))
    }

    fn contradiction(&mut self, place: &Place<'_>) -> Lowered {
        self.warn(
            codes::CONTRADICTION,
            &place.pointer(),
            "the branches of this `allOf` are of different types; it is read as any value",
            "no value can satisfy all branches; use `anyOf` if one is enough",
        );
        Lowered::Plain(Type::Any)
    }

    fn object(&mut self, flat: &Flat<'a>, place: &Place<'_>) -> Lowered {
        if !flat.members.is_empty() || !flat.required.is_empty() {
            return Lowered::Shape(Shape::Struct(self.members(flat, place)));
        }
        match &flat.additional {
            Some((AdditionalProperties::Any(false), _)) if !flat.more => {
                Lowered::Shape(Shape::Struct(Struct::default()))
            }
            _ => {
                let value = self.additional(flat, place).unwrap_or(Type::Any);
                Lowered::Plain(Type::Map(Box::new(value)))
            }
        }
    }

    /// The declared members, and the type of the others.
    pub(super) fn members(&mut self, flat: &Flat<'a>, place: &Place<'_>) -> Struct {
        let mut fields: Vec<Field> = flat
            .members
            .iter()
            .map(|(name, list)| self.field(name, list, flat.required.contains(name)))
            .collect();
        self.misspelt_required(flat, &place.pointer());
        for name in flat.required.iter().filter(|name| !flat.members.contains_key(*name)) {
            fields.push(Field::new(*name, Type::Any, true));
        }
        Struct { fields, additional: self.additional(flat, place) }
    }

    /// Says of a required member that nothing declares when it is nearly one that something does.
    pub(super) fn misspelt_required(&mut self, flat: &Flat<'a>, at: &Pointer) {
        let undeclared = || flat.required.iter().filter(|name| !flat.members.contains_key(*name));
        for name in undeclared() {
            let others = || flat.members.keys().filter(|member| !flat.required.contains(*member)).copied();
            let is_only = undeclared().count() == 1;
            let meant = mistyped(name, others()).or_else(|| slipped(name, others()).filter(|_| is_only));
            let Some(meant) = meant else { continue };
            self.warn(
                codes::MISSPELT_REQUIRED,
                at,
                format!("`required` names `{name}`, which is not declared, though `{meant}` is"),
                format!("write `{meant}` if that is meant; as it is, the member can be any value"),
            );
        }
    }

    fn additional(&mut self, flat: &Flat<'a>, place: &Place<'_>) -> Option<Type> {
        let Some(additional) = flat.additional.as_ref() else { return Some(Type::Any) };
        match additional {
            _ if flat.more => Some(Type::Any),
            (AdditionalProperties::Any(false), _) => None,
            (AdditionalProperties::Any(true), _) => Some(Type::Any),
            (AdditionalProperties::Schema(schema), origin) => {
                let origin = Origin { pointer: origin.pointer.clone(), words: place.words() };
                Some(self.ty(Slot::from(&**schema), &origin.place().values()))
            }
        }
    }

    /// A member, from everything that declares it.
    pub(super) fn field(&mut self, name: &str, list: &[Declared<'a>], required: bool) -> Field {
        let Some(chosen) = Declared::choose(list) else { return Field::new(name, Type::Any, true) };
        let start = chosen.place();
        let place = start.member(name);
        let own = match chosen.slot {
            Slot::Schema(schema) => Some(Node::of(schema)),
            Slot::Ref(_) => None,
        };
        let constant = own.as_ref().filter(|_| required).and_then(|node| node.constant()).cloned();
        let ty = match &constant {
            // A value that is always the same needs no type of its own.
            Some(value) => values::plain(value),
            None => match self.joint_member(name, list) {
                Some(joint) => joint,
                None => self.ty(chosen.slot, &place),
            },
        };
        Field { constant, ..self.field_of(name, list, required, ty) }
    }

    /// A member of a type that is known, with what its declarations say besides.
    pub(super) fn field_of(&self, name: &str, list: &[Declared<'a>], required: bool, ty: Type) -> Field {
        let mut field = Field::new(name, ty, required);
        // The most specific declaration that says something wins; the rest fills in.
        for declared in list.iter().rev() {
            if let Slot::Schema(schema) = declared.slot {
                fill(&mut field, &Node::of(schema));
                field.limits = std::mem::take(&mut field.limits).or(limits(schema));
            }
        }
        if let Some(target) = Declared::choose(list).and_then(|one| self.target(one.slot)) {
            field.limits = std::mem::take(&mut field.limits).or(limits(target));
        }
        field.format = Declared::choose(list).and_then(|one| self.format_of(one.slot));
        if let (Some(Slot::Ref(reference)), None) =
            (Declared::choose(list).map(|one| one.slot), &field.default)
            && let Some((_, openapiv3::ReferenceOr::Item(target))) = self.schema(reference)
        {
            let target = &target.schema_data;
            field.default = target.default.clone().filter(|value| !value.is_null());
            field.read_only |= target.read_only;
            field.write_only |= target.write_only;
        }
        field
    }

    /// The format of a text or a number, or of those in a list.
    fn format_of(&self, slot: Slot<'a>) -> Option<String> {
        let mut node = Node::of(self.end(self.core(slot))?);
        for _ in 0..LISTS {
            let Some(items) = node.items else { break };
            node = Node::of(self.end(self.core(items))?);
        }
        node.format.map(Cow::into_owned)
    }

    /// Alternatives beside members: every variant gets the members.
    fn spread(&mut self, mut flat: Flat<'a>, place: &Place<'_>) -> Lowered {
        let Some((group, origin)) = flat.alternatives.pop() else { return Lowered::Plain(Type::Any) };
        let names = self.variant_names(&group);
        let mut variants = Vec::new();
        for ((index, slot), name) in group.slots.iter().map(Slot::from).enumerate().zip(names) {
            if matches!(slot, Slot::Schema(schema) if Node::of(schema).is_null()) {
                continue;
            }
            let branch_origin = origin.place().branch(group.keyword, index, &name).origin();
            let branch = self.flatten(slot, &branch_origin);
            if !branch.rest.is_empty() || !branch.alternatives.is_empty() {
                self.warn(
                    codes::CONTRADICTION,
                    &Pointer(branch_origin.pointer.clone()),
                    "this alternative is no object, but members stand beside it; it is read as any value",
                    "move the members into the alternatives that have them",
                );
                variants.push(Variant { name, ty: Type::Any, tags: Vec::new() });
                continue;
            }
            self.used.extend(&branch.parents);
            let whole = overlaid(&flat, branch);
            let object = self.members(&whole, place);
            let id = self.reserve();
            let words = format!("{} {name}", place.words());
            let (docs, examples) = match slot {
                Slot::Schema(schema) => {
                    let node = Node::of(schema);
                    (docs(node.data), node.examples().into_iter().cloned().collect())
                }
                Slot::Ref(_) => (Docs::default(), Vec::new()),
            };
            let at = Pointer(branch_origin.pointer);
            self.put(id, TypeDef { name: words, docs, shape: Shape::Struct(object), examples, at });
            variants.push(Variant { name, ty: Type::Named(id), tags: Vec::new() });
        }
        let told = group.discriminator.map(|discriminator| discriminator.property_name.as_str());
        let beside = told.is_some_and(|member| flat.members.contains_key(member));
        self.tagged(&group, beside, variants, place)
    }
}

/// Branches that have the words of the whole.
fn renamed<'a>(list: &[Declared<'a>], place: &Place<'_>) -> Vec<Declared<'a>> {
    let words = place.words();
    let named = |declared: &Declared<'a>| Declared {
        slot: declared.slot,
        origin: Rc::new(Origin { pointer: declared.origin.pointer.clone(), words: words.clone() }),
    };
    list.iter().map(named).collect()
}

/// The members of a branch over those that stand beside it.
fn overlaid<'a>(base: &Flat<'a>, branch: Flat<'a>) -> Flat<'a> {
    let mut whole = Flat {
        members: base.members.clone(),
        required: base.required.clone(),
        additional: base.additional.clone(),
        more: base.more || branch.more,
        ..Flat::default()
    };
    for (name, list) in branch.members {
        whole.members.entry(name).or_default().extend(list);
    }
    whole.required.extend(branch.required);
    if branch.additional.is_some() {
        whole.additional = branch.additional;
    }
    whole
}

fn fill(field: &mut Field, node: &Node<'_>) {
    let docs = docs(node.data);
    field.docs.summary = field.docs.summary.take().or(docs.summary);
    field.docs.description = field.docs.description.take().or(docs.description);
    field.docs.deprecated |= docs.deprecated;
    field.default =
        field.default.take().or_else(|| node.data.default.clone().filter(|value| !value.is_null()));
    field.example = field.example.take().or_else(|| node.example().cloned());
    field.read_only |= node.data.read_only;
    field.write_only |= node.data.write_only;
}
