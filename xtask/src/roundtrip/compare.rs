//! What became of an instance: in come the value before and after, out go the differences. Deliberately absent: order of
//! members and ways to write a number, which JSON Schema does not tell apart.

use std::fmt;

use problemgen::load::escape;
use serde_json::{Number, Value};

/// A place where the values differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// A JSON pointer.
    pub(super) pointer: String,
    pub(super) kind: Kind,
}

/// How they differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// What was there is no more.
    Lost(Value),
    /// What was not there is there.
    Added(Value),
    /// It is another value.
    Changed(Value, Value),
    /// The same instant, written in another way.
    Instant,
    /// The float nearest to an integer that no float is.
    Rounded,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at `{}` ", self.pointer)?;
        match &self.kind {
            Kind::Lost(value) => write!(f, "lost {value}"),
            Kind::Added(value) => write!(f, "added {value}"),
            Kind::Changed(before, after) => write!(f, "changed {before} into {after}"),
            Kind::Instant => f.write_str("the same instant"),
            Kind::Rounded => f.write_str("rounded"),
        }
    }
}

/// Every difference.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut out = Vec::new();
    compare(before, after, &mut String::new(), &mut out);
    out
}

fn compare(before: &Value, after: &Value, pointer: &mut String, out: &mut Vec<Difference>) {
    let mut say = |pointer: &str, kind| out.push(Difference { pointer: pointer.to_owned(), kind });
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                within(pointer, name, |pointer| match after.get(name) {
                    Some(after) => compare(value, after, pointer, out),
                    None => {
                        out.push(Difference { pointer: pointer.clone(), kind: Kind::Lost(value.clone()) });
                    }
                });
            }
            for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                within(pointer, name, |pointer| {
                    out.push(Difference { pointer: pointer.clone(), kind: Kind::Added(value.clone()) });
                });
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (at, (before, after)) in before.iter().zip(after).enumerate() {
                within(pointer, &at.to_string(), |pointer| compare(before, after, pointer, out));
            }
        }
        (Value::Number(one), Value::Number(other)) if equal(one, other) => {}
        (Value::Number(one), Value::Number(other)) if rounded(one, other) => say(pointer, Kind::Rounded),
        (one, other) if one == other => {}
        (Value::String(one), Value::String(other)) if same_instant(one, other) => say(pointer, Kind::Instant),
        (one, other) => say(pointer, Kind::Changed(one.clone(), other.clone())),
    }
}

fn within(pointer: &mut String, name: &str, act: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&escape(name));
    act(pointer);
    pointer.truncate(length);
}

/// The integer that a number is, however it is written.
fn integer(number: &Number) -> Option<i128> {
    let float = |float: f64| (float.fract() == 0.0 && float.abs() < 2f64.powi(126)).then_some(float as i128);
    number.as_i128().or_else(|| number.as_f64().and_then(float))
}

fn equal(one: &Number, other: &Number) -> bool {
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.as_f64() == other.as_f64(),
        _ => false,
    }
}

fn rounded(before: &Number, after: &Number) -> bool {
    !before.is_f64() && after.is_f64() && before.as_f64() == after.as_f64()
}

fn same_instant(one: &str, other: &str) -> bool {
    let read = |text: &str| text.parse::<jiff::Timestamp>().ok();
    read(one).is_some_and(|instant| read(other) == Some(instant))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_and_notation_are_no_difference() {
        let before = json!({"a": 1, "b": [1.0, null], "c": 1e3});
        assert_eq!(differences(&before, &json!({"c": 1000, "b": [1, null], "a": 1.0})), []);
    }

    #[test]
    fn every_difference_is_found_with_its_place() {
        let before = json!({"gone": 1, "list": [{"x/y": "a"}], "shorter": [1], "at": "2020-01-01T00:00:00+01:00",
                            "wide": 9_007_199_254_740_993_i64});
        let after = json!({"new": null, "list": [{"x/y": "b"}], "shorter": [], "at": "2019-12-31T23:00:00Z",
                           "wide": 9_007_199_254_740_992.0});
        let found: Vec<String> = differences(&before, &after).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "at `/gone` lost 1",
                "at `/list/0/x~1y` changed \"a\" into \"b\"",
                "at `/shorter` changed [1] into []",
                "at `/at` the same instant",
                "at `/wide` rounded",
                "at `/new` added null",
            ]
        );
    }
}
