//! A body of a type, for those who test: made of what the document shows of its members, and of the plainest value of each type
//! where it shows nothing.
//!
//! Documents show values that are not what they say themselves; those are passed over. Deliberately absent: limits of values and
//! patterns, which the contract does not have.

use serde_json::{Map, Value, json};

use crate::contract::{
    Contract, EnumValues, Field, IntegerFormat, NumberFormat, Shape, Struct, TextFormat, Type, TypeId, Union,
};

/// How many types stand in each other before what need not be there is left out.
const DEPTH: usize = 12;

/// A value of a type; `None` when there is none, because the type has to contain itself.
pub(super) fn instance(contract: &Contract, ty: &Type) -> Option<Value> {
    Instances { contract }.value(ty, 0)
}

/// Is a value of this type, as far as the contract can tell?
pub(super) fn fits(contract: &Contract, ty: &Type, value: &Value) -> bool {
    Instances { contract }.fits(ty, value, 0)
}

struct Instances<'a> {
    contract: &'a Contract,
}

impl Instances<'_> {
    fn value(&self, ty: &Type, depth: usize) -> Option<Value> {
        Some(match ty {
            Type::Boolean => json!(true),
            Type::Integer(
                IntegerFormat::I32 | IntegerFormat::I64 | IntegerFormat::U32 | IntegerFormat::U64,
            ) => json!(1),
            Type::Number(NumberFormat::F32 | NumberFormat::F64) => json!(1.5),
            Type::String | Type::Binary => json!("text"),
            Type::Text(format) => json!(text(*format)),
            Type::Format(_, inner) => self.value(inner, depth)?,
            Type::Any => json!({}),
            Type::Array(item) => Value::Array(self.value(item, depth + 1).into_iter().collect()),
            Type::Map(_) => json!({}),
            Type::Nullable(inner) => self.value(inner, depth).unwrap_or_default(),
            Type::Named(id) => self.named(*id, depth)?,
        })
    }

    fn named(&self, id: TypeId, depth: usize) -> Option<Value> {
        let def = self.contract.types.get(id.0).filter(|_| depth < DEPTH)?;
        let named = Type::Named(id);
        if let Some(example) = def.examples.iter().find(|example| self.fits(&named, example, depth)) {
            return Some(example.clone());
        }
        match &def.shape {
            Shape::Alias(ty) => self.value(ty, depth + 1),
            Shape::Struct(record) => self.record(record, depth + 1),
            Shape::Enum(values) => match &values.values {
                EnumValues::Strings(values) => values.first().map(|value| json!(value)),
                EnumValues::Integers(values) => values.first().map(|value| json!(value)),
            },
            Shape::Union(union) => self.union(union, depth + 1),
        }
    }

    fn record(&self, record: &Struct, depth: usize) -> Option<Value> {
        let mut members = Map::new();
        for field in record.fields.iter().filter(|field| !field.write_only) {
            match self.member(field, depth) {
                Some(value) => {
                    members.insert(field.name.clone(), value);
                }
                None if field.required => return None,
                None => {}
            }
        }
        Some(Value::Object(members))
    }

    /// What the document shows of a member; of one that has to be there, a value in any case.
    fn member(&self, field: &Field, depth: usize) -> Option<Value> {
        let shown = field.constant.iter().chain(&field.example).chain(&field.default);
        match shown.into_iter().find(|value| self.fits(&field.ty, value, depth)) {
            Some(value) => Some(value.clone()),
            None if field.required => self.value(&field.ty, depth),
            None => None,
        }
    }

    fn fits(&self, ty: &Type, value: &Value, depth: usize) -> bool {
        match ty {
            Type::Boolean => value.is_boolean(),
            Type::Integer(_) => value.is_i64() || value.is_u64(),
            Type::Number(_) => value.is_number(),
            Type::String | Type::Binary => value.is_string(),
            Type::Text(format) => value.as_str().is_some_and(|text| is_of(*format, text)),
            Type::Format(_, inner) => self.fits(inner, value, depth),
            Type::Any => true,
            Type::Array(item) => value
                .as_array()
                .is_some_and(|items| items.iter().all(|value| self.fits(item, value, depth + 1))),
            Type::Map(item) => value
                .as_object()
                .is_some_and(|members| members.values().all(|value| self.fits(item, value, depth + 1))),
            Type::Nullable(inner) => value.is_null() || self.fits(inner, value, depth),
            Type::Named(id) => match self.contract.types.get(id.0).map(|def| &def.shape) {
                Some(Shape::Alias(ty)) if depth < DEPTH => self.fits(ty, value, depth + 1),
                Some(Shape::Struct(record)) if depth < DEPTH => value.as_object().is_some_and(|members| {
                    record.fields.iter().all(|field| match members.get(&field.name) {
                        Some(Value::Null) if !field.required => true,
                        Some(value) => self.fits(&field.ty, value, depth + 1),
                        None => !field.required || field.constant.is_some(),
                    })
                }),
                Some(Shape::Enum(values)) => match values.values {
                    EnumValues::Strings(_) => value.is_string(),
                    EnumValues::Integers(_) => value.is_i64(),
                },
                _ => true,
            },
        }
    }

    /// The first variant of which there is a value, with the tag that chooses it.
    fn union(&self, union: &Union, depth: usize) -> Option<Value> {
        union.variants.iter().find_map(|variant| {
            let mut value = self.value(&variant.ty, depth)?;
            if let (Some(tag), Some(name), Some(members)) =
                (&union.tag, variant.tags.first(), value.as_object_mut())
            {
                members.insert(tag.clone(), json!(name));
            }
            Some(value)
        })
    }
}

/// Is a text one of a format?
fn is_of(format: TextFormat, text: &str) -> bool {
    let date = |text: &str| {
        let digits = |range: std::ops::Range<usize>| {
            text.get(range).is_some_and(|part| part.bytes().all(|octet| octet.is_ascii_digit()))
        };
        text.len() >= 10 && digits(0..4) && digits(5..7) && digits(8..10)
    };
    match format {
        TextFormat::Date => date(text) && text.len() == 10,
        TextFormat::DateTime => {
            let time = text.get(10..).unwrap_or_default();
            date(text) && time.starts_with(['T', 't']) && time.contains(['Z', 'z', '+', '-'])
        }
        TextFormat::Uuid => text.len() == 36 && text.bytes().all(|it| it == b'-' || it.is_ascii_hexdigit()),
        TextFormat::Base64 | TextFormat::Base64Url => {
            text.bytes().all(|it| it.is_ascii_alphanumeric() || b"+/-_=".contains(&it)) && text.len() % 4 == 0
        }
        TextFormat::Secret => true,
    }
}

/// A text of a format.
fn text(format: TextFormat) -> &'static str {
    match format {
        TextFormat::DateTime => "2000-01-01T00:00:00Z",
        TextFormat::Date => "2000-01-01",
        TextFormat::Uuid => "00000000-0000-4000-8000-000000000000",
        TextFormat::Secret => "secret",
        TextFormat::Base64 | TextFormat::Base64Url => "dGV4dA==",
    }
}
