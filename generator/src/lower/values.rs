//! `enum` and `const`: from values to a type.

use indexmap::IndexSet;
use serde_json::Value;

use crate::contract::{Enum, EnumValues, IntegerFormat, NumberFormat, Shape, Type};

use super::Lowered;

/// The type of a list of values; `null` counts elsewhere. `None` when no one type holds them all.
pub(super) fn of(values: &[Value]) -> Option<Lowered> {
    let values: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
    let Some(first) = values.first() else { return Some(Lowered::Plain(Type::Any)) };
    if let Some(strings) = all(&values, |value| value.as_str().map(str::to_owned)) {
        return Some(Lowered::Shape(Shape::Enum(Enum { values: EnumValues::Strings(strings) })));
    }
    if let Some(integers) = all(&values, Value::as_i64) {
        return Some(Lowered::Shape(Shape::Enum(Enum { values: EnumValues::Integers(integers) })));
    }
    let plain = plain(first);
    values.iter().all(|value| self::plain(value) == plain).then_some(Lowered::Plain(plain))
}

/// The type of one value, without regard to which value it is.
pub(super) fn plain(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::Boolean,
        Value::Number(number) if number.is_i64() => Type::Integer(IntegerFormat::I64),
        Value::Number(number) if number.is_u64() => Type::Integer(IntegerFormat::U64),
        Value::Number(_) => Type::Number(NumberFormat::F64),
        Value::String(_) => Type::String,
        Value::Array(_) => Type::Array(Box::new(Type::Any)),
        Value::Object(_) => Type::Map(Box::new(Type::Any)),
        Value::Null => Type::Any,
    }
}

/// A code, a tag or another word for a value: strings as they are, integers in decimal.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

fn all<T: std::hash::Hash + Eq>(values: &[&Value], read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let distinct: Option<IndexSet<T>> = values.iter().map(|value| read(value)).collect();
    distinct.map(|set| set.into_iter().collect())
}
