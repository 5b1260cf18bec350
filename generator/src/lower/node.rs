//! One view of a schema, whichever of openapiv3's eight shapes it was read into.
//!
//! Comes in: `openapiv3::Schema`. Goes out: [`Node`], in which every keyword that matters to a type has one place.
//! Deliberately absent: keywords that only narrow values (`pattern`, `minimum`, `not` …); no type says them.

use std::borrow::Cow;

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, Discriminator, ReferenceOr, Schema, SchemaData, SchemaKind, Type,
    VariantOrUnknownOrEmpty,
};
use serde_json::Value;

/// A schema or a reference to one, wherever it stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'a> {
    Ref(&'a str),
    Schema(&'a Schema),
}

impl<'a> From<&'a ReferenceOr<Schema>> for Slot<'a> {
    fn from(slot: &'a ReferenceOr<Schema>) -> Self {
        match slot {
            ReferenceOr::Reference { reference } => Slot::Ref(reference),
            ReferenceOr::Item(schema) => Slot::Schema(schema),
        }
    }
}

impl<'a> From<&'a ReferenceOr<Box<Schema>>> for Slot<'a> {
    fn from(slot: &'a ReferenceOr<Box<Schema>>) -> Self {
        match slot {
            ReferenceOr::Reference { reference } => Slot::Ref(reference),
            ReferenceOr::Item(schema) => Slot::Schema(schema),
        }
    }
}

/// A schema's keywords.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) data: &'a SchemaData,
    pub(super) typ: Option<&'a str>,
    pub(super) format: Option<Cow<'a, str>>,
    /// `const`, else `enum`; `None` when there is neither.
    pub(super) values: Option<Cow<'a, [Value]>>,
    pub(super) properties: Option<&'a IndexMap<String, ReferenceOr<Box<Schema>>>>,
    pub(super) required: &'a [String],
    pub(super) additional: Option<&'a AdditionalProperties>,
    pub(super) items: Option<Slot<'a>>,
    pub(super) all_of: &'a [ReferenceOr<Schema>],
    pub(super) one_of: &'a [ReferenceOr<Schema>],
    pub(super) any_of: &'a [ReferenceOr<Schema>],
}

impl<'a> Node<'a> {
    pub(super) fn of(schema: &'a Schema) -> Self {
        let data = &schema.schema_data;
        let mut node = Node {
            data,
            typ: None,
            format: None,
            values: None,
            properties: None,
            required: &[],
            additional: None,
            items: None,
            all_of: &[],
            one_of: &[],
            any_of: &[],
        };
        match &schema.schema_kind {
            SchemaKind::Type(typ) => node.read_type(typ),
            SchemaKind::OneOf { one_of } => node.one_of = one_of,
            SchemaKind::AllOf { all_of } => node.all_of = all_of,
            SchemaKind::AnyOf { any_of } => node.any_of = any_of,
            SchemaKind::Not { .. } => {}
            SchemaKind::Any(any) => {
                node.typ = any.typ.as_deref();
                node.format = any.format.as_deref().map(Cow::Borrowed);
                if !any.enumeration.is_empty() {
                    node.values = Some(Cow::Borrowed(&any.enumeration));
                }
                node.properties = Some(&any.properties).filter(|properties| !properties.is_empty());
                node.required = &any.required;
                node.additional = any.additional_properties.as_ref();
                node.items = any.items.as_ref().map(Slot::from);
                node.all_of = &any.all_of;
                node.one_of = &any.one_of;
                node.any_of = &any.any_of;
            }
        }
        if let Some(constant) = data.extensions.get("x-const") {
            node.values = Some(Cow::Borrowed(std::slice::from_ref(constant)));
        }
        node
    }

    fn read_type(&mut self, typ: &'a Type) {
        match typ {
            Type::String(string) => {
                self.typ = Some("string");
                self.format = format_name(&string.format);
                self.values = values(&string.enumeration, |value| Value::from(value.as_str()));
            }
            Type::Number(number) => {
                self.typ = Some("number");
                self.format = format_name(&number.format);
                self.values = values(&number.enumeration, |value| Value::from(*value));
            }
            Type::Integer(integer) => {
                self.typ = Some("integer");
                self.format = format_name(&integer.format);
                self.values = values(&integer.enumeration, |value| Value::from(*value));
            }
            Type::Object(object) => {
                self.typ = Some("object");
                self.properties = Some(&object.properties).filter(|properties| !properties.is_empty());
                self.required = &object.required;
                self.additional = object.additional_properties.as_ref();
            }
            Type::Array(array) => {
                self.typ = Some("array");
                self.items = array.items.as_ref().map(Slot::from);
            }
            Type::Boolean(boolean) => {
                self.typ = Some("boolean");
                self.values = values(&boolean.enumeration, |value| Value::from(*value));
            }
        }
    }

    pub(super) fn properties(&self) -> impl Iterator<Item = (&'a str, Slot<'a>)> + use<'a> {
        self.properties.into_iter().flatten().map(|(name, slot)| (name.as_str(), Slot::from(slot)))
    }

    /// The group of alternatives, with the keyword that it stands under.
    pub(super) fn alternatives(&self) -> Vec<Alternatives<'a>> {
        [("oneOf", self.one_of), ("anyOf", self.any_of)]
            .into_iter()
            .filter(|(_, slots)| !slots.is_empty())
            .map(|(keyword, slots)| Alternatives {
                keyword,
                slots,
                discriminator: self.data.discriminator.as_ref(),
            })
            .collect()
    }

    /// `type`, or what the other keywords can only mean.
    pub(super) fn kind(&self) -> Option<&'a str> {
        if self.typ.is_some() {
            self.typ
        } else if self.properties.is_some() || self.additional.is_some() || !self.required.is_empty() {
            Some("object")
        } else if self.items.is_some() {
            Some("array")
        } else {
            None
        }
    }

    pub(super) fn composes(&self) -> bool {
        !(self.all_of.is_empty() && self.one_of.is_empty() && self.any_of.is_empty())
    }

    /// No keyword from which a type follows: prose, or constraints.
    pub(super) fn says_nothing(&self) -> bool {
        self.kind().is_none() && self.values.is_none() && !self.composes()
    }

    /// Only asks members to be present, or nothing at all: no type of its own as a branch of `oneOf`.
    pub(super) fn is_constraint(&self) -> bool {
        self.kind().is_none_or(|kind| kind == "object")
            && self.properties.is_none()
            && self.additional.is_none()
            && self.values.is_none()
            && !self.composes()
            && (self.typ.is_none() || !self.required.is_empty())
    }

    /// Adds nothing to a branch that it wraps: no members, no requirements.
    pub(super) fn is_wrapper(&self) -> bool {
        self.properties.is_none()
            && self.required.is_empty()
            && self.additional.is_none()
            && self.items.is_none()
            && self.values.is_none()
    }

    /// `null` and nothing else.
    pub(super) fn is_null(&self) -> bool {
        self.typ == Some("null")
            || self.values.as_ref().is_some_and(|values| values.iter().all(Value::is_null))
    }

    /// The value of `const`, or of an `enum` of one value.
    pub(super) fn constant(&self) -> Option<&Value> {
        match self.values.as_deref() {
            Some([only]) if !only.is_null() => Some(only),
            _ => None,
        }
    }

    /// The discriminator of a parent: other schemas extend this one and name themselves by it.
    pub(super) fn chooser(&self) -> Option<&'a Discriminator> {
        self.data.discriminator.as_ref().filter(|_| self.one_of.is_empty() && self.any_of.is_empty())
    }

    /// Keywords of 3.1 that add members which no list of members says, as the document writes them.
    pub(super) fn untyped(&self) -> Vec<&'static str> {
        UNTYPED
            .iter()
            .filter(|(extension, _)| self.data.extensions.contains_key(*extension))
            .map(|(_, keyword)| *keyword)
            .collect()
    }

    /// `example`, else the first of 3.1's `examples`.
    pub(super) fn example(&self) -> Option<&'a Value> {
        self.data.example.as_ref().or_else(|| self.examples().first().copied())
    }

    /// All examples: 3.1's list, else 3.0's only one.
    pub(super) fn examples(&self) -> Vec<&'a Value> {
        examples(self.data)
    }
}

/// The examples of a schema: 3.1's list, else 3.0's only one.
pub(super) fn examples(data: &SchemaData) -> Vec<&Value> {
    match data.extensions.get("x-examples") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(map)) => map.values().collect(),
        _ => data.example.iter().collect(),
    }
}

/// Keywords that bring members, items or content of their own, as they travel in a 3.0 document, and as they are written.
const UNTYPED: [(&str, &str); 6] = [
    ("x-content-schema", "contentSchema"),
    ("x-pattern-properties", "patternProperties"),
    ("x-prefix-items", "prefixItems"),
    ("x-if", "if"),
    ("x-dependent-schemas", "dependentSchemas"),
    ("x-unevaluated-items", "unevaluatedItems"),
];

/// A `oneOf` or an `anyOf`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alternatives<'a> {
    pub(super) keyword: &'static str,
    pub(super) slots: &'a [ReferenceOr<Schema>],
    pub(super) discriminator: Option<&'a Discriminator>,
}

fn values<'a, T>(list: &[Option<T>], to_value: impl Fn(&T) -> Value) -> Option<Cow<'a, [Value]>> {
    if list.is_empty() {
        return None;
    }
    Some(Cow::Owned(list.iter().map(|value| value.as_ref().map_or(Value::Null, &to_value)).collect()))
}

/// A format as the document writes it.
fn format_name<T: serde::Serialize>(format: &VariantOrUnknownOrEmpty<T>) -> Option<Cow<'_, str>> {
    match format {
        VariantOrUnknownOrEmpty::Empty => None,
        VariantOrUnknownOrEmpty::Unknown(name) => Some(Cow::Borrowed(name)),
        VariantOrUnknownOrEmpty::Item(item) => match serde_json::to_value(item) {
            Ok(Value::String(name)) => Some(Cow::Owned(name)),
            _ => None,
        },
    }
}
