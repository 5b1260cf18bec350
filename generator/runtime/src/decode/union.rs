//! Reading a union: which of its variants a value is.
//!
//! Comes in: a value, because what tells variants apart may stand anywhere in it. Goes out: the variant that it is, or the value
//! as it came. Deliberately absent: how a variant is read; the rest of [`decode`](super) knows.

use std::borrow::Cow;

use serde::de::{self, Deserialize, DeserializeSeed};

use super::{Seed, Walk};
use crate::json::Json;
use crate::node::UnionNode;

/// Chooses a variant by the tag, else the one without tags, if it fits; without a tag, the first variant that fits and
/// leaves the fewest values untyped.
pub(super) fn read(
    target: &mut dyn UnionNode,
    value: serde_json::Value,
    walk: &mut Walk,
) -> Result<(), serde_json::Error> {
    let variants = target.variants();
    if let Some(tag) = target.tag() {
        let found = value.get(tag).and_then(word);
        let chosen =
            found.and_then(|found| variants.iter().position(|variant| variant.tags.contains(&&*found)));
        if let Some(at) = chosen {
            return read_variant(target, at, &value, walk);
        }
        let base = variants.iter().position(|variant| variant.tags.is_empty());
        let mut trial = Walk { trials: walk.trials, ..Walk::default() };
        return match base {
            Some(at) if read_variant(target, at, &value, &mut trial).is_ok() => {
                walk.trials = trial.trials;
                walk.passed_over += trial.passed_over;
                Ok(())
            }
            // A value that nobody promised breaks no promise.
            _ => keep_other(target, value, walk),
        };
    }
    let outermost = walk.trials.is_none();
    let mut left = walk.trials.unwrap_or_else(|| (TRIALS + variants.len()).saturating_mul(size(&value)));
    let mut best = None;
    let mut last = None;
    for at in 0..variants.len() {
        let Some(rest) = left.checked_sub(1) else { break };
        let mut trial = Walk { trials: Some(rest), ..Walk::default() };
        let fits = read_variant(target, at, &value, &mut trial).is_ok();
        left = trial.trials.unwrap_or_default();
        last = Some(at);
        if fits && best.is_none_or(|(_, fewest)| trial.passed_over < fewest) {
            best = Some((at, trial.passed_over));
            if trial.passed_over == 0 {
                break;
            }
        }
    }
    walk.trials = Some(left);
    let read = match best {
        // Nothing is left to find out about what is inside.
        _ if left == 0 => keep_other(target, value, walk),
        Some((at, passed_over)) if last == Some(at) => {
            walk.passed_over += passed_over;
            Ok(())
        }
        Some((at, _)) => read_variant(target, at, &value, walk),
        None => keep_other(target, value, walk),
    };
    if outermost {
        walk.trials = None;
    }
    read
}

/// A tag as the contract lists it: a string, or an integer in decimal. JSON Schema counts `1.0` as an integer.
fn word(value: &serde_json::Value) -> Option<Cow<'_, str>> {
    match value {
        serde_json::Value::String(text) => Some(Cow::Borrowed(text)),
        serde_json::Value::Number(number) => {
            let whole = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < 9e15);
            let float = whole.filter(|_| number.is_f64());
            Some(float.map_or_else(|| number.to_string(), |value| (value as i64).to_string()).into())
        }
        _ => None,
    }
}

/// How many variants are tried for each value within a value, on average. Unions within unions are tried anew for each variant of
/// the outer one, so that a few octets could keep a reader busy for ever; what is beyond this is kept unread.
const TRIALS: usize = 128;

/// How many values there are in a value.
fn size(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        serde_json::Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

fn read_variant(
    target: &mut dyn UnionNode,
    at: usize,
    value: &serde_json::Value,
    walk: &mut Walk,
) -> Result<(), serde_json::Error> {
    match target.select(at) {
        Some(node) => Seed { slot: node.slot(), walk }.deserialize(value),
        None => Err(de::Error::custom("the union has no such variant")),
    }
}

fn keep_other(
    target: &mut dyn UnionNode,
    value: serde_json::Value,
    walk: &mut Walk,
) -> Result<(), serde_json::Error> {
    walk.passed_over += 1;
    target.set_other(Json::deserialize(value)?);
    Ok(())
}
