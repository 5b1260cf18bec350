//! Reading: from serde's data model into a [`Node`], in place.
//!
//! Everything that knows the type of nothing but `dyn Node` is here and compiled once. Reading the happy path keeps no
//! path; only when something breaks does each level add its step while the error travels up, so a [`Violation`] knows
//! where it happened and valid documents pay nothing.

mod union;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::json::Json;
use crate::node::{
    IntegerNode, ListNode, Literal, MapNode, Member, Node, OptionNode, Presence, Slot, TextNode, View,
};

/// A place where what arrived is not what the contract promises: a slip of the server, for those who run it. What an API says is wrong
/// with a *request*, a list `errors` with the status 422 say, is not this: it is among the members of the problem.
///
/// ```
/// use problemgen_runtime::{Api, Error, Raises};
///
/// /// Where an answer broke the contract, for a report to those who run the API.
/// fn report<A: Api, O: Raises<Api = A>>(error: &Error<O>) -> Vec<String> {
///     error.violations().iter().map(|violation| format!("{}: {}", violation.pointer, violation.message)).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// A JSON pointer (RFC 6901) into the body; empty for the body as a whole.
    pub pointer: String,
    /// What is wrong, in words. It may quote what the server sent.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str("the body")?,
            pointer => crate::text::escape(f, pointer)?,
        }
        f.write_str(": ")?;
        crate::text::escape(f, &self.message)
    }
}

/// Reads a whole JSON text into `target`.
pub(crate) fn from_slice(json: &[u8], target: &mut dyn Node) -> Result<(), Violation> {
    from_slice_slot(json, target.slot())
}

/// JSON without the byte order mark that some servers put before it. Whoever reads may ignore it (RFC 8259, section 8.1).
pub(crate) fn unmarked(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json)
}

pub(crate) fn from_slice_slot(json: &[u8], slot: Slot<'_>) -> Result<(), Violation> {
    let mut reader = serde_json::Deserializer::from_slice(unmarked(json));
    let mut walk = Walk::default();
    match (Seed { slot, walk: &mut walk }).deserialize(&mut reader).and_then(|()| reader.end()) {
        Ok(()) => Ok(()),
        Err(error) => Err(walk.violation(&error)),
    }
}

/// [`Deserialize`] for every generated type.
///
/// # Errors
/// When the input does not fit the contract; the message begins with the JSON pointer of the place.
pub fn deserialize<'de, D: Deserializer<'de>, T: Node>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::empty();
    let mut walk = Walk::default();
    match (Seed { slot: value.slot(), walk: &mut walk }).deserialize(deserializer) {
        Ok(()) => Ok(value),
        Err(error) if walk.steps.is_empty() => Err(error),
        Err(error) => Err(de::Error::custom(format_args!("{}: {error}", walk.pointer()))),
    }
}

/// The JSON pointer to a member (RFC 6901, section 3).
pub(crate) fn pointer_to(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// What a walk remembers.
#[derive(Default)]
pub(crate) struct Walk {
    /// The steps to the broken place, innermost first; filled only while an error travels up.
    steps: Vec<Cow<'static, str>>,
    /// How many members there were that nobody declared, and values of which nothing is known.
    passed_over: usize,
    /// Within a union whose variants are tried: how many more may be.
    trials: Option<usize>,
}

impl Walk {
    fn pointer(&self) -> String {
        self.steps.iter().rev().map(|step| pointer_to(step)).collect()
    }

    fn violation(&self, error: &serde_json::Error) -> Violation {
        // serde_json counts lines from the beginning of the piece that it was given; the pointer says more.
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = message.strip_suffix(&place).unwrap_or(&message).to_owned();
        Violation { pointer: self.pointer(), message }
    }
}

/// A slot to fill, with the walk that it is a part of.
pub(crate) struct Seed<'a, 'w> {
    pub(crate) slot: Slot<'a>,
    pub(crate) walk: &'w mut Walk,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Seed { slot, walk } = self;
        match slot {
            Slot::Bool(target) => {
                *target = bool::deserialize(deserializer)?;
                Ok(())
            }
            Slot::Integer(target) => deserializer.deserialize_i64(IntegerVisitor(target)),
            Slot::F32(target) => {
                let value = f64::deserialize(deserializer)?;
                *target = value as f32;
                if target.is_finite() {
                    Ok(())
                } else {
                    Err(de::Error::custom("expected a number of 32 bits"))
                }
            }
            Slot::F64(target) => {
                *target = f64::deserialize(deserializer)?;
                Ok(())
            }
            Slot::String(target) => deserializer.deserialize_string(StringVisitor(target)),
            Slot::Number(target) => deserializer.deserialize_any(NumberVisitor(target)),
            Slot::Text(target) => deserializer.deserialize_str(TextVisitor(target)),
            Slot::Bytes(target) => {
                *target = Bytes::from(String::deserialize(deserializer)?);
                Ok(())
            }
            Slot::Option(target) => deserializer.deserialize_option(OptionVisitor { target, walk }),
            Slot::OptionalString(target) => {
                *target = Option::deserialize(deserializer)?;
                Ok(())
            }
            Slot::List(target) => deserializer.deserialize_seq(ListVisitor { target, walk }),
            Slot::Map(target) => deserializer.deserialize_map(MapVisitor { target, walk }),
            Slot::Record(target) => deserializer.deserialize_map(RecordVisitor { target, walk }),
            Slot::Union(target) => {
                let value = serde_json::Value::deserialize(deserializer)?;
                union::read(target, value, walk).map_err(de::Error::custom)
            }
            Slot::Any(target) => {
                walk.passed_over += 1;
                *target = Json::deserialize(deserializer)?;
                Ok(())
            }
        }
    }
}

struct IntegerVisitor<'a>(&'a mut dyn IntegerNode);

impl IntegerVisitor<'_> {
    fn set<E: de::Error>(self, value: i128) -> Result<(), E> {
        self.0.set(value).map_err(|expected| E::custom(format_args!("{value} is not {expected}")))
    }
}

impl Visitor<'_> for IntegerVisitor<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.set(value.into())
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.set(value.into())
    }
    /// JSON Schema counts `1.0` as an integer.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        // 2^126: well within the integers that it is turned into.
        if value.fract() == 0.0 && value.abs() < 8.5e37 {
            self.set(value as i128)
        } else {
            Err(E::invalid_type(de::Unexpected::Float(value), &self))
        }
    }
}

struct StringVisitor<'a>(&'a mut String);

impl Visitor<'_> for StringVisitor<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        *self.0 = text.to_owned();
        Ok(())
    }
    fn visit_string<E: de::Error>(self, text: String) -> Result<(), E> {
        *self.0 = text;
        Ok(())
    }
}

struct TextVisitor<'a>(&'a mut dyn TextNode);

impl Visitor<'_> for TextVisitor<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.0.set(text).map_err(|expected| E::custom(format_args!("expected {expected}")))
    }
}

struct NumberVisitor<'a>(&'a mut dyn TextNode);

impl NumberVisitor<'_> {
    fn set<E: de::Error>(self, number: impl fmt::Display) -> Result<(), E> {
        let set = self.0.set(&number.to_string());
        set.map_err(|expected| E::custom(format_args!("{number} is not {expected}")))
    }
}

impl Visitor<'_> for NumberVisitor<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.set(value)
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.set(value)
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.set(value)
    }
}

struct OptionVisitor<'a, 'w> {
    target: &'a mut dyn OptionNode,
    walk: &'w mut Walk,
}

impl<'de> Visitor<'de> for OptionVisitor<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }
    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.target.set_null();
        Ok(())
    }
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.visit_none()
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Seed { slot: self.target.fill().slot(), walk: self.walk }.deserialize(deserializer)
    }
}

struct ListVisitor<'a, 'w> {
    target: &'a mut dyn ListNode,
    walk: &'w mut Walk,
}

/// The next item of a list. It is only made when there is one.
struct Item<'a, 'w>(&'a mut dyn ListNode, &'w mut Walk);

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Seed { slot: self.0.grow().slot(), walk: self.1 }.deserialize(deserializer)
    }
}

impl<'de> Visitor<'de> for ListVisitor<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut at = 0usize;
        loop {
            match items.next_element_seed(Item(self.target, self.walk)) {
                Ok(Some(())) => at += 1,
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.walk.steps.push(at.to_string().into());
                    return Err(error);
                }
            }
        }
    }
}

struct MapVisitor<'a, 'w> {
    target: &'a mut dyn MapNode,
    walk: &'w mut Walk,
}

impl<'de> Visitor<'de> for MapVisitor<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            read_entry(&mut map, self.target, name, self.walk)?;
        }
        Ok(())
    }
}

fn read_entry<'de, A: MapAccess<'de>>(
    map: &mut A,
    target: &mut dyn MapNode,
    name: String,
    walk: &mut Walk,
) -> Result<(), A::Error> {
    let slot = target.insert(name.clone()).slot();
    map.next_value_seed(Seed { slot, walk }).inspect_err(|_| walk.steps.push(name.into()))
}

struct RecordVisitor<'a, 'w> {
    target: &'a mut dyn Node,
    walk: &'w mut Walk,
}

impl<'de> Visitor<'de> for RecordVisitor<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let RecordVisitor { target, walk } = self;
        let members = target.members();
        let keep_others = target.others().is_some();
        let mut unsettled = false;
        let mut seen = Seen::default();
        let mut next = 0;
        while let Some(key) = map.next_key_seed(KeySeed { members, next, keep: keep_others })? {
            match key {
                Key::Member(at) => {
                    next = at + 1;
                    let member = &members[at];
                    if !seen.insert(at) {
                        walk.steps.push(member.name().into());
                        return Err(de::Error::custom("the member stands here twice"));
                    }
                    let result = match (member.presence(), target.member_mut(at)) {
                        (Presence::Constant(expected), _) => map.next_value_seed(ConstantSeed(expected)),
                        (_, Some(node)) => map.next_value_seed(Seed { slot: node.slot(), walk }),
                        (_, None) => map.next_value::<IgnoredAny>().map(|_| ()),
                    };
                    result.inspect_err(|_| walk.steps.push(member.name().into()))?;
                    let was_null = keep_others
                        && matches!(member.presence(), Presence::Optional)
                        && target.at(at).is_some_and(|node| matches!(node.view(), View::Absent));
                    if let Some(others) = target.others_mut().filter(|_| was_null) {
                        others.note_null(member.name());
                        unsettled = true;
                    }
                }
                Key::Other(name) => match target.others_mut() {
                    Some(others) => {
                        walk.passed_over += 1;
                        read_entry(&mut map, others, name, walk)?;
                        unsettled = true;
                    }
                    None => {
                        map.next_value::<IgnoredAny>()?;
                    }
                },
                Key::PassedOver => {
                    walk.passed_over += 1;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Some(others) = target.others_mut().filter(|_| unsettled) {
            others.settle();
        }
        for (at, member) in members.iter().enumerate() {
            if !matches!(member.presence(), Presence::Optional) && !seen.contains(at) {
                walk.steps.push(member.name().into());
                return Err(de::Error::custom("the member is required and missing"));
            }
        }
        Ok(())
    }
}

/// A set of member places; no allocation below 64 members.
#[derive(Default)]
pub(crate) struct Seen {
    low: u64,
    high: Vec<usize>,
}

impl Seen {
    /// Adds a place; `false` when it was there.
    #[inline]
    pub(crate) fn insert(&mut self, at: usize) -> bool {
        if at < 64 {
            let before = self.low;
            self.low |= 1 << at;
            return before != self.low;
        }
        let new = !self.high.contains(&at);
        if new {
            self.high.push(at);
        }
        new
    }

    #[inline]
    pub(crate) fn contains(&self, at: usize) -> bool {
        if at < 64 { self.low & (1 << at) != 0 } else { self.high.contains(&at) }
    }
}

/// The place of a member by its name. Servers mostly write members in the order of the schema, so the search begins
/// after the last one found.
#[inline]
pub(crate) fn position(members: &[Member], next: usize, name: &str) -> Option<usize> {
    if members.get(next).is_some_and(|member| member.name() == name) {
        return Some(next);
    }
    members.iter().position(|member| member.name() == name)
}

enum Key {
    Member(usize),
    Other(String),
    PassedOver,
}

struct KeySeed {
    members: &'static [Member],
    next: usize,
    keep: bool,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }
    fn visit_str<E: de::Error>(self, name: &str) -> Result<Key, E> {
        Ok(match position(self.members, self.next, name) {
            Some(at) => Key::Member(at),
            None if self.keep => Key::Other(name.to_owned()),
            None => Key::PassedOver,
        })
    }
}

/// Reads a constant and compares it.
struct ConstantSeed(Literal);

impl<'de> DeserializeSeed<'de> for ConstantSeed {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let found = Json::deserialize(deserializer)?;
        let same = match (self.0, &found) {
            (Literal::Null, Json::Null) => true,
            (Literal::Bool(expected), Json::Bool(found)) => expected == *found,
            (Literal::Integer(expected), Json::Number(found)) => {
                found.as_i64().map_or(found.as_f64() == expected as f64, |found| found == expected)
            }
            (Literal::Number(expected), Json::Number(found)) => found.as_f64() == expected,
            (Literal::String(expected), Json::String(found)) => expected == found,
            _ => false,
        };
        if same {
            Ok(())
        } else {
            Err(de::Error::custom(format_args!("expected the constant {}, found {found}", self.0)))
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Null => f.write_str("null"),
            Literal::Bool(value) => write!(f, "{value}"),
            Literal::Integer(value) => write!(f, "{value}"),
            Literal::Number(value) => write!(f, "{value}"),
            Literal::String(value) => write!(f, "{value:?}"),
        }
    }
}
