//! Types: from a schema to where it is used, and to the definitions that this needs.

use std::collections::HashSet;
use std::ptr;

use openapiv3::{ReferenceOr, Schema, SchemaData};

use crate::contract::{
    Docs, EnumValues, IntegerFormat, NumberFormat, Pointer, Shape, TextFormat, Type, TypeDef, TypeId,
};
use crate::report::mistyped;

use super::node::{Node, Slot};
use super::place::{Key, Origin, Place};
use super::{Lowered, Lowering, codes, values};

/// How far an inline schema has come.
#[derive(Debug, Clone)]
pub(super) enum Inline {
    /// It is being lowered; if it holds itself, this is the type that it will have.
    Open(Option<TypeId>),
    Done(Type),
}

/// How deep references may nest before `null` is taken not to be a value.
const DEPTH: usize = 50;

impl<'a> Lowering<'a> {
    /// The type of a schema, where it is used.
    pub(super) fn ty(&mut self, slot: Slot<'a>, place: &Place<'_>) -> Type {
        match slot {
            Slot::Ref(reference) => self.reference(reference, place),
            Slot::Schema(schema) => self.inline(schema, place),
        }
    }

    fn reference(&mut self, reference: &'a str, place: &Place<'_>) -> Type {
        let Some((name, _)) = self.schema(reference) else {
            self.error(
                codes::DANGLING,
                &place.pointer(),
                format!("`{reference}` does not lead to a schema"),
                "define it under `components.schemas`, or correct the reference",
            );
            return Type::Any;
        };
        let named = Type::Named(self.named(name));
        if self.nullable(Slot::Ref(reference), 0) { nullable(named) } else { named }
    }

    /// The type of a component. The first who asks puts it into the queue.
    pub(super) fn named(&mut self, name: &'a str) -> TypeId {
        if let Some(known) = self.named.get(name) {
            return *known;
        }
        let id = self.reserve();
        self.named.insert(name, id);
        self.queue.push((name, id));
        id
    }

    fn inline(&mut self, schema: &'a Schema, place: &Place<'_>) -> Type {
        let key = ptr::from_ref(schema);
        let is_nullable = self.nullable(Slot::Schema(schema), 0);
        let wrap = |ty| if is_nullable { nullable(ty) } else { ty };
        match self.inline.get(&key) {
            Some(Inline::Done(ty)) => return ty.clone(),
            Some(Inline::Open(Some(id))) => return wrap(Type::Named(*id)),
            Some(Inline::Open(None)) => {
                let id = self.reserve();
                self.inline.insert(key, Inline::Open(Some(id)));
                return wrap(Type::Named(id));
            }
            None => {}
        }
        self.inline.insert(key, Inline::Open(None));
        let lowered = self.lowered(schema, place);
        let reserved = match self.inline.get(&key) {
            Some(Inline::Open(id)) => *id,
            _ => None,
        };
        let ty = match (lowered, reserved) {
            (Lowered::Plain(ty), None) => ty,
            (Lowered::Plain(ty), Some(id)) => {
                self.define(id, place.origin(), schema, Shape::Alias(bare(ty)));
                Type::Named(id)
            }
            (Lowered::Shape(shape), reserved) => {
                let id = reserved.unwrap_or_else(|| self.reserve());
                self.define(id, place.origin(), schema, shape);
                Type::Named(id)
            }
        };
        let ty = wrap(ty);
        self.inline.insert(key, Inline::Done(ty.clone()));
        ty
    }

    /// Lowers the components and the merged types that have been referred to, and those that these refer to.
    pub(super) fn drain(&mut self) {
        loop {
            self.drain_components();
            if !self.next_joint() {
                break;
            }
        }
    }

    fn drain_components(&mut self) {
        while let Some((name, id)) = self.queue.pop() {
            let Some(target) = self.components().and_then(|components| components.schemas.get(name)) else {
                continue;
            };
            let origin = Origin::schema(name);
            match target {
                ReferenceOr::Reference { reference } => {
                    let ty = self.reference(reference, &origin.place());
                    let at = Pointer(origin.pointer);
                    self.put(
                        id,
                        TypeDef {
                            name: name.to_owned(),
                            docs: Docs::default(),
                            shape: Shape::Alias(bare(ty)),
                            examples: Vec::new(),
                            at,
                        },
                    );
                }
                ReferenceOr::Item(schema) => {
                    let shape = match self.component_type(name, schema, &origin.place()) {
                        Lowered::Plain(ty) => Shape::Alias(bare(ty)),
                        Lowered::Shape(shape) => shape,
                    };
                    self.define(id, origin, schema, shape);
                }
            }
        }
    }

    pub(super) fn reserve(&mut self) -> TypeId {
        self.types.push(None);
        TypeId(self.types.len() - 1)
    }

    pub(super) fn define(&mut self, id: TypeId, origin: Origin, schema: &'a Schema, shape: Shape) {
        let node = Node::of(schema);
        let (mut docs, mut examples) = (docs(node.data), node.examples());
        // What only wraps an inline schema is it, and what the wrapper does not say it may.
        if let Slot::Schema(core) = self.core(Slot::Schema(schema)) {
            let core = Node::of(core);
            docs.summary = docs.summary.or_else(|| core.data.title.clone());
            docs.description = docs.description.or_else(|| core.data.description.clone());
            docs.deprecated |= core.data.deprecated;
            if examples.is_empty() {
                examples = core.examples();
            }
        }
        let examples = examples.into_iter().cloned().collect();
        let at = Pointer(origin.pointer);
        self.put(id, TypeDef { name: origin.words, docs, shape, examples, at });
    }

    pub(super) fn put(&mut self, id: TypeId, def: TypeDef) {
        if let Some(slot) = self.types.get_mut(id.0) {
            *slot = Some(def);
        }
    }

    pub(super) fn lowered(&mut self, schema: &'a Schema, place: &Place<'_>) -> Lowered {
        let node = Node::of(schema);
        for keyword in node.untyped() {
            self.note(
                codes::UNTYPED_KEYWORD,
                &place.pointer(),
                format!("what `{keyword}` says gets no type; values are kept as they arrive"),
                "nothing is lost; use other keywords where a type matters",
            );
        }
        if node.chooser().is_some() {
            self.warn(
                codes::PARENT,
                &place.pointer(),
                "nothing extends the schema of this `discriminator`, so that it chooses nothing",
                "give the schema a name under `components.schemas` and name it in the `allOf` of others, or list \
                 alternatives in a `oneOf`",
            );
        }
        if !node.composes() {
            return self.simple(Slot::Schema(schema), &node, place);
        }
        if node.is_wrapper()
            && let Some(lowered) = self.unwrapped(&node, place)
        {
            return lowered;
        }
        let flat = self.flatten(Slot::Schema(schema), &place.origin());
        self.merged(flat, place)
    }

    /// The type behind a schema that only wraps another one in `allOf`, `oneOf` or `anyOf`.
    fn unwrapped(&mut self, node: &Node<'a>, place: &Place<'_>) -> Option<Lowered> {
        let groups = node.alternatives();
        if let [group] = groups.as_slice()
            && node.all_of.is_empty()
        {
            if let Some((index, branch)) = self.sole_branch(group) {
                return Some(self.behind(branch, &place.step(group.keyword, Key::Index(index))));
            }
            if !self.only_constrains(group) {
                return Some(self.union(group, place));
            }
        }
        let mut telling = node.all_of.iter().map(Slot::from).enumerate().filter(|(_, slot)| match slot {
            Slot::Ref(_) => true,
            Slot::Schema(schema) => !Node::of(schema).says_nothing(),
        });
        match (telling.next(), telling.next()) {
            (Some((index, branch)), None) if groups.is_empty() => {
                Some(self.behind(branch, &place.step("allOf", Key::Index(index))))
            }
            _ => None,
        }
    }

    /// What the only branch of a schema is. One that stands inline has no name but that of the whole, and is no type beside it.
    fn behind(&mut self, branch: Slot<'a>, place: &Place<'_>) -> Lowered {
        match branch {
            Slot::Schema(schema) => self.lowered(schema, place),
            Slot::Ref(_) => Lowered::Plain(self.ty(branch, place)),
        }
    }

    /// A schema without composition.
    pub(super) fn simple(&mut self, slot: Slot<'a>, node: &Node<'a>, place: &Place<'_>) -> Lowered {
        if let Some(format) = node.format.as_deref() {
            self.look_at_format(format, place);
        }
        if let Some(list) = &node.values {
            return match values::of(list) {
                Some(lowered) => {
                    self.look_at_values(list, &lowered, place);
                    lowered
                }
                None => {
                    self.warn(
                        codes::MIXED_ENUM,
                        &place.pointer(),
                        "the values of this `enum` are of several types; it is read as any value",
                        "list only strings or only integers",
                    );
                    Lowered::Plain(Type::Any)
                }
            };
        }
        if let Some(plain) = self.plain(node) {
            return Lowered::Plain(plain);
        }
        let plain = match node.kind() {
            Some("object") => {
                let flat = self.flatten(slot, &place.origin());
                return self.merged(flat, place);
            }
            Some("array") => {
                let item = node.items.map_or(Type::Any, |items| self.ty(items, &place.items()));
                Type::Array(Box::new(item))
            }
            Some("null") | None => Type::Any,
            Some(other) => {
                self.warn(
                    codes::UNKNOWN_TYPE,
                    &place.pointer().child("type"),
                    format!("`{other}` is not a type of JSON Schema; it is read as any value"),
                    "use `string`, `integer`, `number`, `boolean`, `array` or `object`",
                );
                Type::Any
            }
        };
        Lowered::Plain(plain)
    }

    /// The type of a schema that is a text, a number or a truth value.
    pub(super) fn plain(&self, node: &Node<'a>) -> Option<Type> {
        Some(match node.kind()? {
            "string" => self.formatted(node, text),
            "integer" => self.formatted(node, |format| Type::Integer(integer(format))),
            "number" => self.formatted(node, number),
            "boolean" => Type::Boolean,
            _ => return None,
        })
    }

    /// The type of text or a number: the one that its format has, and that somebody may have set another for it.
    fn formatted(&self, node: &Node<'a>, of: impl Fn(Option<&str>) -> Type) -> Type {
        let format = node.format.as_deref();
        let ty = of(format);
        match format.filter(|format| self.config.formats.types.contains_key(*format)) {
            Some(format) => Type::Format(format.to_owned(), Box::new(ty)),
            None => ty,
        }
    }

    /// Takes note of a format that is nearly a known one.
    fn look_at_format(&mut self, format: &str, place: &Place<'_>) {
        if is_known(format) || self.config.formats.types.contains_key(format) {
            return;
        }
        if let Some((count, ..)) = self.formats.get_mut(format) {
            *count += 1;
        } else if let Some(near) = near_format(format) {
            let at = place.pointer().child("format");
            self.formats.insert(format.to_owned(), (1, at, near));
        }
    }

    /// Says once for each format that is nearly a known one.
    pub(super) fn report_formats(&mut self) {
        for (format, (count, at, near)) in std::mem::take(&mut self.formats) {
            let times = if count > 1 { format!(", {count} times; here first") } else { String::new() };
            self.warn(
                codes::MISSPELT_FORMAT,
                &at,
                format!("the format `{format}` gets no type{times}"),
                format!("write `{near}`"),
            );
        }
    }

    /// Warns of a value that an enum lists twice.
    fn look_at_values(&mut self, list: &[serde_json::Value], lowered: &Lowered, place: &Place<'_>) {
        let Lowered::Shape(Shape::Enum(found)) = lowered else { return };
        let distinct = match &found.values {
            EnumValues::Strings(values) => values.len(),
            EnumValues::Integers(values) => values.len(),
        };
        if list.iter().filter(|value| !value.is_null()).count() == distinct {
            return;
        }
        let mut seen = HashSet::new();
        let twice = list.iter().enumerate().find(|(_, value)| !seen.insert(*value));
        if let Some((index, value)) = twice {
            self.warn(
                codes::REPEATED_VALUE,
                &place.pointer().child("enum").child(index.to_string()),
                format!("{value} stands in this `enum` before"),
                "remove it, or write the value that was meant",
            );
        }
    }

    /// Is `null` a value of the schema?
    pub(super) fn nullable(&mut self, slot: Slot<'a>, depth: usize) -> bool {
        if depth > DEPTH {
            return false;
        }
        let schema = match slot {
            Slot::Ref(reference) => {
                let Some((name, target)) = self.schema(reference) else { return false };
                if let Some(known) = self.nulls.get(name) {
                    return *known;
                }
                self.nulls.insert(name, false);
                let known = self.nullable(Slot::from(target), depth + 1);
                self.nulls.insert(name, known);
                return known;
            }
            Slot::Schema(schema) => schema,
        };
        let node = Node::of(schema);
        if node.data.nullable || node.is_null() {
            return true;
        }
        if let Some(values) = &node.values {
            return values.iter().any(serde_json::Value::is_null);
        }
        if node.typ.is_some() {
            return false;
        }
        let mut said = false;
        for branch in node.all_of.iter().map(Slot::from) {
            if matches!(branch, Slot::Schema(schema) if Node::of(schema).says_nothing() && !Node::of(schema).data.nullable)
            {
                continue;
            }
            if !self.nullable(branch, depth + 1) {
                return false;
            }
            said = true;
        }
        said || node
            .one_of
            .iter()
            .chain(node.any_of)
            .any(|branch| self.nullable(Slot::from(branch), depth + 1))
    }
}

/// Adds `null` to a type. Any value includes it.
pub(super) fn nullable(ty: Type) -> Type {
    match ty {
        Type::Any | Type::Nullable(_) => ty,
        ty => Type::Nullable(Box::new(ty)),
    }
}

/// Takes `null` from a type.
pub(super) fn bare(ty: Type) -> Type {
    match ty {
        Type::Nullable(ty) => *ty,
        ty => ty,
    }
}

pub(super) fn docs(data: &SchemaData) -> Docs {
    Docs { summary: data.title.clone(), description: data.description.clone(), deprecated: data.deprecated }
}

fn text(format: Option<&str>) -> Type {
    match format {
        Some("date-time") => Type::Text(TextFormat::DateTime),
        Some("date") => Type::Text(TextFormat::Date),
        Some("uuid") => Type::Text(TextFormat::Uuid),
        Some("password") => Type::Text(TextFormat::Secret),
        Some("byte" | "base64") => Type::Text(TextFormat::Base64),
        Some("base64url") => Type::Text(TextFormat::Base64Url),
        Some("binary") => Type::Binary,
        _ => Type::String,
    }
}

/// Formats of the registry and of JSON Schema that have a type here, and others that are none of these misspelt.
const FORMATS: &[&str] = &["date-time", "date", "uuid", "password", "byte", "base64url", "binary"];
const NUMBERS: &[&str] = &["int32", "int64", "uint32", "uint64", "float", "double"];
const OTHERS: &[&str] = &["base64", "int8", "int16", "uint8", "uint16", "uint", "guid", "time"];

fn is_known(format: &str) -> bool {
    [FORMATS, NUMBERS, OTHERS].iter().any(|known| known.contains(&format))
}

/// The format that another one is when signs and case do not count, or but for a slip.
fn near_format(format: &str) -> Option<&'static str> {
    let letters = |text: &str| -> String {
        text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let own = letters(format);
    let mut known = FORMATS.iter().chain(NUMBERS).copied();
    known.find(|known| letters(known) == own).or_else(|| mistyped(format, FORMATS.iter().copied()))
}

fn number(format: Option<&str>) -> Type {
    match format {
        Some("float") => Type::Number(NumberFormat::F32),
        _ => Type::Number(NumberFormat::F64),
    }
}

fn integer(format: Option<&str>) -> IntegerFormat {
    match format {
        Some("int32" | "int16" | "int8") => IntegerFormat::I32,
        Some("uint32" | "uint16" | "uint8") => IntegerFormat::U32,
        Some("uint64" | "uint") => IntegerFormat::U64,
        _ => IntegerFormat::I64,
    }
}
