//! What a schema says of its values beyond their type: bounds, lengths, patterns.

use openapiv3::{Schema, SchemaKind, Type};
use serde_json::Number;

use crate::contract::{Bound, Limits, Range};

/// The limits of a schema itself; what it refers to or combines is not asked.
pub(super) fn limits(schema: &Schema) -> Limits {
    match &schema.schema_kind {
        SchemaKind::Type(Type::Integer(integer)) => Limits {
            minimum: integer.minimum.map(|value| bound(value.into(), integer.exclusive_minimum)),
            maximum: integer.maximum.map(|value| bound(value.into(), integer.exclusive_maximum)),
            multiple_of: integer.multiple_of.map(Number::from),
            ..Limits::default()
        },
        SchemaKind::Type(Type::Number(number)) => Limits {
            minimum: number.minimum.and_then(exact).map(|value| bound(value, number.exclusive_minimum)),
            maximum: number.maximum.and_then(exact).map(|value| bound(value, number.exclusive_maximum)),
            multiple_of: number.multiple_of.and_then(exact),
            ..Limits::default()
        },
        SchemaKind::Type(Type::String(text)) => Limits {
            length: Range { least: text.min_length, most: text.max_length },
            pattern: text.pattern.clone(),
            ..Limits::default()
        },
        SchemaKind::Type(Type::Array(list)) => Limits {
            items: Range { least: list.min_items, most: list.max_items },
            unique: list.unique_items,
            ..Limits::default()
        },
        SchemaKind::Any(any) => Limits {
            minimum: any
                .minimum
                .and_then(exact)
                .map(|value| bound(value, any.exclusive_minimum.unwrap_or_default())),
            maximum: any
                .maximum
                .and_then(exact)
                .map(|value| bound(value, any.exclusive_maximum.unwrap_or_default())),
            multiple_of: any.multiple_of.and_then(exact),
            length: Range { least: any.min_length, most: any.max_length },
            items: Range { least: any.min_items, most: any.max_items },
            unique: any.unique_items.unwrap_or_default(),
            pattern: any.pattern.clone(),
        },
        _ => Limits::default(),
    }
}

fn bound(value: Number, exclusive: bool) -> Bound {
    Bound { value, exclusive }
}

/// The number as people write it: `5`, not `5.0`.
fn exact(value: f64) -> Option<Number> {
    // Beyond, an `f64` does not hold every integer.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < WHOLE {
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}
