//! Unions: from `oneOf` and `anyOf` to variants, and what tells them apart.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexMap;
use openapiv3::{Discriminator, ReferenceOr};
use serde_json::Value;

use crate::contract::{Enum, EnumValues, Shape, Type, Union, Variant};

use super::flat::Declared;
use super::node::{Alternatives, Node, Slot};
use super::place::{Origin, Place, component_name, target_name};
use super::types::bare;
use super::{Lowered, Lowering, codes, values};

/// The members of an alternative, by which it may be told from others.
#[derive(Debug)]
pub(super) struct Marks<'a> {
    members: IndexMap<&'a str, Mark>,
    /// Are these all that it declares?
    all: bool,
}

#[derive(Debug)]
struct Mark {
    required: bool,
    /// The words that it is always one of; none where it can be anything.
    words: Vec<String>,
}

/// How long a chain of references may be.
const CHAIN: usize = 20;

/// The values of a mapping, by the schema that they lead to.
pub(super) fn mapped(discriminator: &Discriminator) -> HashMap<String, Vec<String>> {
    let mut mapped: HashMap<String, Vec<String>> = HashMap::new();
    for (value, target) in &discriminator.mapping {
        mapped.entry(target_name(target)).or_default().push(value.clone());
    }
    mapped
}

impl<'a> Lowering<'a> {
    /// The type of a group of alternatives that stands alone.
    pub(super) fn union(&mut self, group: &Alternatives<'a>, place: &Place<'_>) -> Lowered {
        if let Some(shape) = self.joined_enum(group) {
            return Lowered::Shape(shape);
        }
        let names = self.variant_names(group);
        let mut variants: Vec<Variant> = Vec::new();
        let mut seen = HashSet::new();
        for ((index, slot), name) in group.slots.iter().map(Slot::from).enumerate().zip(names) {
            if matches!(slot, Slot::Schema(schema) if Node::of(schema).is_null()) {
                continue;
            }
            let ty = bare(self.ty(slot, &place.branch(group.keyword, index, &name)));
            if seen.insert(ty.clone()) {
                variants.push(Variant { name, ty, tags: Vec::new() });
            }
        }
        if variants.len() < 2 {
            return Lowered::Plain(variants.pop().map_or(Type::Any, |only| only.ty));
        }
        self.tagged(group, false, variants, place)
    }

    /// Gives variants their tags, if something tells them apart. The member of the discriminator may stand `beside` them.
    pub(super) fn tagged(
        &mut self,
        group: &Alternatives<'a>,
        beside: bool,
        mut variants: Vec<Variant>,
        place: &Place<'_>,
    ) -> Lowered {
        let marks: Vec<Rc<Marks<'a>>> = self.group_marks(group);
        let lacked = group.discriminator.map(|discriminator| discriminator.property_name.as_str());
        let otherwise =
            lacked.filter(|member| !beside && lack(&marks, member)).and_then(|_| told_apart(&marks));
        let chosen = match (group.discriminator, otherwise) {
            (Some(discriminator), Some((member, tags))) => {
                self.warn(
                    codes::NO_TAGS,
                    &place.pointer().child("discriminator").child("propertyName"),
                    format!("no alternative has a member `{}`", discriminator.property_name),
                    format!(
                        "`{member}` tells them apart and is taken; name it, or declare the member in each"
                    ),
                );
                Some((member, tags))
            }
            (Some(discriminator), None) => {
                let tags = self.discriminated(group, discriminator, &marks, place);
                if tags.is_none() {
                    self.warn(
                        codes::NO_TAGS,
                        &place.pointer(),
                        format!("`{}` does not tell these alternatives apart", discriminator.property_name),
                        "map every alternative, or give the member a different `const` in each; \
                         until then the first alternative that fits is taken",
                    );
                }
                tags.map(|tags| (discriminator.property_name.clone(), tags))
            }
            (None, _) => told_apart(&marks),
        };
        // Equal alternatives were merged into one variant: then the lists no longer stand side by side.
        let chosen = chosen.filter(|(_, tags)| tags.len() == variants.len());
        let tag = chosen.map(|(tag, tags)| {
            for (variant, tags) in variants.iter_mut().zip(tags) {
                variant.tags = tags;
            }
            tag
        });
        Lowered::Shape(Shape::Union(Union { tag, variants }))
    }

    /// The values of the tag for each alternative; `None` when one has none or two share one.
    fn discriminated(
        &mut self,
        group: &Alternatives<'a>,
        discriminator: &'a Discriminator,
        marks: &[Rc<Marks<'a>>],
        place: &Place<'_>,
    ) -> Option<Vec<Vec<String>>> {
        let mapped = mapped(discriminator);
        let default = crate::resolve::default_mapping(discriminator).map(target_name);
        let mut by_default = None;
        let mut taken = HashSet::new();
        let mut all = Vec::new();
        for (slot, marks) in alternatives(group).zip(marks) {
            let name = match slot {
                Slot::Ref(reference) => component_name(reference, "schemas"),
                Slot::Schema(_) => None,
            };
            if default.is_some() && name == default {
                by_default = Some(all.len());
            }
            let words = marks.words(&discriminator.property_name);
            // Where a list of words is shared, the name of the schema says which of them is meant.
            let tags = match (name.as_ref().and_then(|name| mapped.get(name)), name) {
                (Some(mapped), _) => mapped.clone(),
                (None, Some(name)) if words.is_empty() || (words.len() > 1 && words.contains(&name)) => {
                    vec![name]
                }
                (None, None) if words.is_empty() => return None,
                (None, _) => words.to_vec(),
            };
            if !tags.iter().all(|tag| taken.insert(tag.clone())) {
                return None;
            }
            all.push(tags);
        }
        // The alternative for all values that choose no other needs none.
        match by_default.and_then(|at| all.get_mut(at)) {
            Some(tags) => tags.clear(),
            None => self.report_default(default.as_deref(), place),
        }
        Some(all)
    }

    /// Says that a discriminator's default leads to nothing that it can choose.
    pub(super) fn report_default(&mut self, default: Option<&str>, place: &Place<'_>) {
        let Some(name) = default else { return };
        self.warn(
            codes::DEFAULT_MAPPING,
            &place.pointer().child("discriminator").child("defaultMapping"),
            format!("`{name}` is none of the schemas that this discriminator chooses among"),
            "name one of them, or list it among the alternatives",
        );
    }

    fn group_marks(&mut self, group: &Alternatives<'a>) -> Vec<Rc<Marks<'a>>> {
        alternatives(group).map(|slot| self.marks_of(slot)).collect()
    }

    /// What the members of a schema always are; of a component, found once.
    fn marks_of(&mut self, slot: Slot<'a>) -> Rc<Marks<'a>> {
        let name = match slot {
            Slot::Ref(reference) => self.schema(reference).map(|(name, _)| name),
            Slot::Schema(_) => None,
        };
        if let Some(known) = name.and_then(|name| self.marks.get(name)) {
            return Rc::clone(known);
        }
        let flat = self.flatten(slot, &Origin { pointer: String::new(), words: String::new() });
        let all =
            flat.alternatives.is_empty() && flat.rest.is_empty() && !flat.more && !flat.members.is_empty();
        let mark = |(member, list): (&&'a str, &Vec<Declared<'a>>)| {
            let words = Declared::choose(list).and_then(|declared| self.words_of(declared.slot));
            (*member, Mark { required: flat.required.contains(member), words: words.unwrap_or_default() })
        };
        let members = flat.members.iter().map(mark).collect();
        let marks = Rc::new(Marks { members, all });
        if let Some(name) = name {
            self.marks.insert(name, Rc::clone(&marks));
        }
        marks
    }

    /// The strings of a `const` or `enum`, or its integers in decimal, here or one reference away.
    pub(super) fn words_of(&self, slot: Slot<'a>) -> Option<Vec<String>> {
        let schema = self.target(slot)?;
        let node = Node::of(schema);
        node.values.as_deref()?.iter().map(values::word).collect()
    }

    /// The member whose values tell alternatives apart, by a discriminator or because each always has its own.
    pub(super) fn telling_member(&mut self, group: &Alternatives<'a>) -> Option<String> {
        match group.discriminator {
            Some(discriminator) => Some(discriminator.property_name.clone()),
            None => told_apart(&self.group_marks(group)).map(|(member, _)| member),
        }
    }

    /// The schema at the end of a chain of references.
    pub(super) fn end(&self, slot: Slot<'a>) -> Option<&'a openapiv3::Schema> {
        let mut slot = slot;
        for _ in 0..CHAIN {
            match slot {
                Slot::Schema(schema) => return Some(schema),
                Slot::Ref(reference) => slot = Slot::from(self.schema(reference)?.1),
            }
        }
        None
    }

    /// The schema itself, or the one that a reference names.
    pub(super) fn target(&self, slot: Slot<'a>) -> Option<&'a openapiv3::Schema> {
        match slot {
            Slot::Schema(schema) => Some(schema),
            Slot::Ref(reference) => match self.schema(reference)?.1 {
                ReferenceOr::Item(schema) => Some(schema),
                ReferenceOr::Reference { .. } => None,
            },
        }
    }

    /// Alternatives that only list strings, or only integers, are one list. A plain string beside listed ones leaves
    /// the list open, which an [`Enum`] is anyway.
    fn joined_enum(&self, group: &Alternatives<'a>) -> Option<Shape> {
        let mut joined: Vec<Value> = Vec::new();
        let mut open_to = HashSet::new();
        for slot in alternatives(group) {
            let node = Node::of(self.target(slot)?);
            if node.composes() {
                return None;
            }
            match (&node.values, node.kind(), &node.format) {
                (Some(values), ..) => joined.extend(values.iter().cloned()),
                (None, Some(kind @ ("string" | "integer")), None) => {
                    open_to.insert(kind);
                }
                _ => return None,
            }
        }
        match values::of(&joined)? {
            Lowered::Shape(shape) => {
                let kind = match &shape {
                    Shape::Enum(Enum { values: EnumValues::Strings(_) }) => "string",
                    _ => "integer",
                };
                open_to.iter().all(|open| *open == kind).then_some(shape)
            }
            Lowered::Plain(_) => None,
        }
    }

    /// A word for each alternative, all different.
    pub(super) fn variant_names(&self, group: &Alternatives<'a>) -> Vec<String> {
        let mut taken: HashMap<String, usize> = HashMap::new();
        group
            .slots
            .iter()
            .map(|slot| {
                let name = self.variant_name(Slot::from(slot));
                let count = taken.entry(name.clone()).or_default();
                *count += 1;
                if *count == 1 { name } else { format!("{name} {count}") }
            })
            .collect()
    }

    fn variant_name(&self, slot: Slot<'a>) -> String {
        let schema = match slot {
            Slot::Ref(reference) => {
                return target_name(reference);
            }
            Slot::Schema(schema) => schema,
        };
        let node = Node::of(schema);
        if let Some(title) = node.data.title.as_deref().filter(|title| is_name(title)) {
            return title.to_owned();
        }
        if let Some(value) = node.constant().and_then(values::word) {
            return value;
        }
        // The member that is always the same names the object best.
        let marked = node.properties().find_map(|(_, slot)| match slot {
            Slot::Schema(schema) => Node::of(schema).constant().and_then(Value::as_str).map(str::to_owned),
            Slot::Ref(_) => None,
        });
        marked.unwrap_or_else(|| match (node.kind(), node.format.as_deref()) {
            (Some("array"), _) => "list".to_owned(),
            (Some("string"), Some(format)) => format.to_owned(),
            (Some(kind), _) => kind.to_owned(),
            (None, _) => "value".to_owned(),
        })
    }
}

/// A title that names a thing rather than telling about it.
fn is_name(title: &str) -> bool {
    !title.trim().is_empty() && title.len() <= 40 && title.split_whitespace().count() <= 4
}

/// The alternatives of a group that are not `null`.
fn alternatives<'a>(group: &Alternatives<'a>) -> impl Iterator<Item = Slot<'a>> + use<'a> {
    group
        .slots
        .iter()
        .map(Slot::from)
        .filter(|slot| !matches!(slot, Slot::Schema(schema) if Node::of(schema).is_null()))
}

impl Marks<'_> {
    /// The words that a member is always one of.
    fn words(&self, member: &str) -> &[String] {
        self.members.get(member).map_or(&[], |mark| &mark.words)
    }
}

/// Does none of the alternatives have a member, as far as that is known?
fn lack(marks: &[Rc<Marks<'_>>], member: &str) -> bool {
    !marks.is_empty() && marks.iter().all(|marks| marks.all && !marks.members.contains_key(member))
}

/// A required member whose constant values differ in all alternatives.
fn told_apart(marks: &[Rc<Marks<'_>>]) -> Option<(String, Vec<Vec<String>>)> {
    let (first, others) = marks.split_first()?;
    first.members.keys().find_map(|member| {
        let mut taken = HashSet::new();
        let mut all = Vec::new();
        for marks in std::iter::once(first).chain(others) {
            let mark = marks.members.get(member).filter(|mark| mark.required && !mark.words.is_empty())?;
            if !mark.words.iter().all(|tag| taken.insert(tag)) {
                return None;
            }
            all.push(mark.words.clone());
        }
        Some(((*member).to_owned(), all))
    })
}
