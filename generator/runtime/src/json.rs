//! Any JSON value, for what a contract leaves open.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::node::{Node, Slot, View};

/// Any JSON value (RFC 8259).
///
/// ```
/// use problemgen_runtime::Json;
///
/// let value: Json = r#"{"used": 5, "tags": ["a"]}"#.parse()?;
/// assert_eq!(value.get("used").and_then(Json::as_i64), Some(5));
/// assert_eq!(value.to_string(), r#"{"tags":["a"],"used":5}"#);
/// # Ok::<(), problemgen_runtime::JsonError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(missing_docs, reason = "each variant is JSON's own")]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Json>),
    /// Members by name; when a name comes twice, the last one counts.
    Object(BTreeMap<String, Json>),
}

/// A JSON number: exact when it is an integer of 64 bits, else the nearest `f64`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(Repr);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Repr {
    Negative(i64),
    Positive(u64),
    Float(f64),
}

impl Number {
    /// The number of a float; `None` for infinities and NaN, which JSON does not have.
    pub fn from_f64(value: f64) -> Option<Self> {
        value.is_finite().then_some(Number(Repr::Float(value)))
    }

    /// The number, if it is an integer that fits.
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Repr::Negative(value) => Some(value),
            Repr::Positive(value) => i64::try_from(value).ok(),
            Repr::Float(_) => None,
        }
    }

    /// The number, if it is a non-negative integer that fits.
    pub fn as_u64(self) -> Option<u64> {
        match self.0 {
            Repr::Positive(value) => Some(value),
            Repr::Negative(_) | Repr::Float(_) => None,
        }
    }

    /// The number as a float; integers beyond 2^53 are rounded.
    pub fn as_f64(self) -> f64 {
        match self.0 {
            Repr::Negative(value) => value as f64,
            Repr::Positive(value) => value as f64,
            Repr::Float(value) => value,
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number(u64::try_from(value).map_or(Repr::Negative(value), Repr::Positive))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Number(Repr::Positive(value))
    }
}

/// Text that is not JSON.
#[derive(Debug)]
pub struct JsonError(serde_json::Error);

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not JSON: {}", self.0)
    }
}

impl std::error::Error for JsonError {}

impl Json {
    /// The member of this name, when the value is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The text, when the value is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth, when the value is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The number, when the value is an integer that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Json::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The number, when the value is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Json::Number(number) => Some(number.as_f64()),
            _ => None,
        }
    }
}

impl std::str::FromStr for Json {
    type Err = JsonError;
    fn from_str(text: &str) -> Result<Self, JsonError> {
        serde_json::from_str(text).map_err(JsonError)
    }
}

/// Compact JSON.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::String(text)
    }
}

impl From<bool> for Json {
    fn from(truth: bool) -> Self {
        Json::Bool(truth)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Json::Number(value.into())
    }
}

impl Node for Json {
    fn empty() -> Self {
        Json::Null
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Any(self)
    }
    fn view(&self) -> View<'_> {
        View::Any(self)
    }
    fn assign(&mut self, from: &dyn Node) {
        crate::copy::clone_into(self, from);
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(truth) => serializer.serialize_bool(*truth),
            Json::Number(Number(Repr::Negative(value))) => serializer.serialize_i64(*value),
            Json::Number(Number(Repr::Positive(value))) => serializer.serialize_u64(*value),
            Json::Number(Number(Repr::Float(value))) => serializer.serialize_f64(*value),
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(items) => serializer.collect_seq(items),
            Json::Object(members) => serializer.collect_map(members),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_none<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        Json::deserialize(deserializer)
    }
    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Bool(truth))
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number that JSON does not have"))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }
    fn visit_string<E: de::Error>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry()? {
            members.insert(name, value);
        }
        Ok(Json::Object(members))
    }
}
