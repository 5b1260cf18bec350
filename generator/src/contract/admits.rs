//! Is a value of a type? Deliberately absent: limits of values and patterns, and which alternative of a union it is.

use serde_json::Value;

use super::{Contract, EnumValues, Shape, TextFormat, Type};

/// How deep a value is looked into.
const DEPTH: usize = 12;

impl Contract {
    /// Is a value of this type, as far as the contract can tell?
    pub fn admits(&self, ty: &Type, value: &Value) -> bool {
        within(self, ty, value, 0)
    }
}

fn within(contract: &Contract, ty: &Type, value: &Value, depth: usize) -> bool {
    match ty {
        Type::Boolean => value.is_boolean(),
        Type::Integer(_) => value.is_i64() || value.is_u64(),
        Type::Number(_) => value.is_number(),
        Type::String | Type::Binary => value.is_string(),
        Type::Text(format) => value.as_str().is_some_and(|text| is_of(*format, text)),
        Type::Format(_, inner) => within(contract, inner, value, depth),
        Type::Any => true,
        Type::Array(item) => value
            .as_array()
            .is_some_and(|items| items.iter().all(|value| within(contract, item, value, depth + 1))),
        Type::Map(item) => value
            .as_object()
            .is_some_and(|members| members.values().all(|value| within(contract, item, value, depth + 1))),
        Type::Nullable(inner) => value.is_null() || within(contract, inner, value, depth),
        Type::Named(id) => match contract.types.get(id.0).map(|def| &def.shape) {
            Some(Shape::Alias(ty)) if depth < DEPTH => within(contract, ty, value, depth + 1),
            Some(Shape::Struct(record)) if depth < DEPTH => value.as_object().is_some_and(|members| {
                record.fields.iter().all(|field| match members.get(&field.name) {
                    Some(Value::Null) if !field.required => true,
                    Some(value) => within(contract, &field.ty, value, depth + 1),
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

/// Is a text one of a format, as the runtime reads it?
fn is_of(format: TextFormat, text: &str) -> bool {
    match format {
        TextFormat::Date => text.parse::<jiff::civil::Date>().is_ok(),
        TextFormat::DateTime => text.parse::<jiff::Timestamp>().is_ok(),
        TextFormat::Uuid => text.parse::<uuid::Uuid>().is_ok(),
        TextFormat::Base64 | TextFormat::Base64Url => {
            text.bytes().all(|it| it.is_ascii_alphanumeric() || b"+/-_=".contains(&it))
                && text.len().is_multiple_of(4)
        }
        TextFormat::Secret => true,
    }
}
