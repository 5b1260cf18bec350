//! Parents: from a schema with a `discriminator` that others extend by `allOf` to a union of these others.
//!
//! Comes in: a component. Goes out: a [`Union`] whose variants are the schemas that extend it, and last what the parent itself
//! says, for every value of the member that leads to none of them. Deliberately absent: parents of coded problems, which
//! `problems/parent` reads.
//!
//! What extends the parent merges the parent's own members and never its union, so that nothing holds itself.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexMap;
use openapiv3::{Discriminator, ReferenceOr, Schema};

use crate::contract::{Docs, Pointer, Shape, Type, TypeDef, Union, Variant};

use super::flat::Declared;
use super::node::{Node, Slot};
use super::place::{Origin, Place, target_name};
use super::unions::mapped;
use super::{Lowered, Lowering, codes};

/// The schemas that extend a parent, by name, and the values of the parent's discriminator that lead to each.
pub(super) type Heirs<'a> = IndexMap<&'a str, Vec<String>>;

impl<'a> Lowering<'a> {
    /// The type of a component.
    pub(super) fn component_type(&mut self, name: &'a str, schema: &'a Schema, place: &Place<'_>) -> Lowered {
        let node = Node::of(schema);
        if let Some(discriminator) = node.chooser() {
            let heirs = self.heirs(name, discriminator);
            if !heirs.is_empty() {
                return self.inherited(name, schema, discriminator, &heirs, place);
            }
        }
        // Such a child adds nothing to its parent. It is no other name for the parent's union, of which it is a variant.
        if node.is_wrapper() && !node.all_of.is_empty() && self.is_heir(name, schema) {
            return self.own(schema, place);
        }
        self.lowered(schema, place)
    }

    fn inherited(
        &mut self,
        name: &'a str,
        schema: &'a Schema,
        discriminator: &'a Discriminator,
        heirs: &Heirs<'a>,
        place: &Place<'_>,
    ) -> Lowered {
        let default = crate::resolve::default_mapping(discriminator).map(target_name);
        let mut variants: Vec<Variant> = Vec::new();
        for (name, tags) in heirs {
            let ty = Type::Named(self.named(name));
            let tags = if default.as_deref() == Some(name) { Vec::new() } else { tags.clone() };
            variants.push(Variant { name: (*name).to_owned(), ty, tags });
        }
        if variants.iter().any(|variant| variant.tags.is_empty()) {
            // The document says what is there in place of the parent itself.
            return Lowered::Shape(Shape::Union(Union {
                tag: Some(discriminator.property_name.clone()),
                variants,
            }));
        }
        if default.as_deref() != Some(name) {
            self.report_default(default.as_deref(), place);
        }
        let ty = match self.own(schema, place) {
            Lowered::Plain(ty) => ty,
            Lowered::Shape(shape) => {
                let id = self.reserve();
                let at = Pointer(format!("{}/discriminator", place.pointer().0));
                let docs = Docs {
                    summary: Some(format!("What `{name}` says by itself.")),
                    ..super::types::docs(&schema.schema_data)
                };
                self.put(id, TypeDef { name: format!("{name} base"), docs, shape, examples: Vec::new(), at });
                Type::Named(id)
            }
        };
        variants.push(Variant { name: "base".to_owned(), ty, tags: Vec::new() });
        Lowered::Shape(Shape::Union(Union { tag: Some(discriminator.property_name.clone()), variants }))
    }

    /// What a schema says with all that it extends.
    fn own(&mut self, schema: &'a Schema, place: &Place<'_>) -> Lowered {
        let flat = self.flatten(Slot::Schema(schema), &place.origin());
        self.merged(flat, place)
    }

    /// Is the component a variant of a parent that it extends?
    fn is_heir(&mut self, name: &'a str, schema: &'a Schema) -> bool {
        let flat = self.flatten(Slot::Schema(schema), &Origin::schema(name));
        flat.parents.iter().any(|parent| {
            let Some((parent, ReferenceOr::Item(schema))) = self.component(parent) else { return false };
            let discriminator = Node::of(schema).chooser();
            discriminator.is_some_and(|discriminator| self.heirs(parent, discriminator).contains_key(name))
        })
    }

    /// The schemas that extend a parent and that a value leads to, by name.
    fn heirs(&mut self, parent: &'a str, discriminator: &'a Discriminator) -> Rc<Heirs<'a>> {
        if let Some(known) = self.heirs.get(parent) {
            return Rc::clone(known);
        }
        let mut mapped = mapped(discriminator);
        let member = discriminator.property_name.as_str();
        let inherited = self.words_of_member(parent, member);
        let mut taken = HashSet::new();
        let mut heirs = Heirs::new();
        for name in self.children_of(parent) {
            let Some((_, ReferenceOr::Item(schema))) = self.component(name) else { continue };
            let node = Node::of(schema);
            let tags = match mapped.remove(name) {
                Some(tags) => tags,
                // One that says nothing of its own and that the mapping passes over is another name for the parent.
                None if node.is_wrapper() && !discriminator.mapping.is_empty() => continue,
                None => self
                    .words_of_member(name, member)
                    .filter(|words| inherited.as_ref() != Some(words))
                    .unwrap_or_else(|| vec![name.to_owned()]),
            };
            if tags.iter().any(|tag| taken.contains(tag)) {
                self.warn(
                    codes::NO_TAGS,
                    &Origin::schema(name).place().pointer(),
                    format!("`{member}` does not tell this schema from others that extend `{parent}`"),
                    "give the member a different `const` in each, or list them in the `mapping` of the parent; \
                     until then this one is read as the parent",
                );
                continue;
            }
            taken.extend(tags.iter().cloned());
            heirs.insert(name, tags);
        }
        let heirs = Rc::new(heirs);
        self.heirs.insert(parent, Rc::clone(&heirs));
        heirs
    }

    /// The strings or integers that a member of a component is limited to.
    fn words_of_member(&mut self, name: &'a str, member: &str) -> Option<Vec<String>> {
        let (_, target) = self.component(name)?;
        let flat = self.flatten(Slot::from(target), &Origin::schema(name));
        let declared = Declared::choose(flat.members.get(member)?)?;
        self.words_of(declared.slot)
    }

    /// The components that name a component in their `allOf`, also by way of others, in their order.
    pub(super) fn children_of(&mut self, parent: &'a str) -> Vec<&'a str> {
        let children = match self.children.take() {
            Some(children) => children,
            None => self.all_children(),
        };
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([parent]);
        let mut queue = vec![parent];
        while let Some(next) = queue.pop() {
            for child in children.get(next).into_iter().flatten() {
                if seen.insert(child) {
                    found.push(*child);
                    queue.push(child);
                }
            }
        }
        self.children = Some(children);
        found.sort_unstable();
        found
    }

    fn all_children(&self) -> HashMap<&'a str, Vec<&'a str>> {
        let mut all: HashMap<&'a str, Vec<&'a str>> = HashMap::new();
        for (name, schema) in self.components().into_iter().flat_map(|all| &all.schemas) {
            let ReferenceOr::Item(schema) = schema else { continue };
            for branch in Node::of(schema).all_of {
                if let ReferenceOr::Reference { reference } = branch
                    && let Some((parent, _)) = self.schema(reference)
                {
                    all.entry(parent).or_default().push(name.as_str());
                }
            }
        }
        all
    }
}
