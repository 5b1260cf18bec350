//! Reading a body that is what the contract promises: in one pass, straight into its members. Deliberately absent: where a
//! body breaks the contract, which [`deviating`](super::deviating) finds.

use std::borrow::Cow;

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::cursor::{Cursor, Found};
use super::deviating::code_text;
use super::raw::Name;
use super::{CodePlace, ProblemNode};
use crate::decode::{self, Seed, Walk};
use crate::json::Json;
use crate::node::Node;

/// Reads a body that is what the contract promises; `false` when it is not, and `problem` is then of no use.
pub(super) fn read_promised(body: &[u8], problem: &mut dyn ProblemNode) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = match problem.family().place.member() {
        None => reader.deserialize_map(PromisedVisitor(problem)),
        Some(member) => reader.deserialize_map(PromisedEnvelope { problem, member }),
    };
    read.and_then(|()| reader.end()).is_ok()
}

/// Reads the body around a problem.
struct PromisedEnvelope<'p> {
    problem: &'p mut dyn ProblemNode,
    /// What leads to the problem.
    member: &'static str,
}

impl<'de> Visitor<'de> for PromisedEnvelope<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a problem")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { problem, member } = self;
        let mut found = false;
        let mut unsettled = false;
        let mut walk = Walk::default();
        let mut cursor = Cursor::over(problem.envelope());
        while let Some(Name(name)) = map.next_key()? {
            if name == member {
                if std::mem::replace(&mut found, true) {
                    return Err(de::Error::custom("two of a member"));
                }
                map.next_value_seed(Promised(&mut *problem))?;
                continue;
            }
            let at = once(cursor.find(&name))?;
            let Some(envelope) = problem.envelope_mut() else {
                map.next_value::<de::IgnoredAny>()?;
                continue;
            };
            match member_or_other(envelope, at, name) {
                Some(node) => map.next_value_seed(Seed { slot: node.slot(), walk: &mut walk })?,
                None => map.next_value::<de::IgnoredAny>().map(|_| ())?,
            }
            unsettled |= at.is_none() | cursor.note_null(envelope, at);
        }
        let envelope = problem.envelope_mut().filter(|_| unsettled);
        if let Some(others) = envelope.and_then(|envelope| envelope.others_mut()) {
            others.settle();
        }
        if found && cursor.missing().next().is_none() {
            Ok(())
        } else {
            Err(de::Error::custom("a required member is missing"))
        }
    }
}

/// The member at a place, or room among those that are not declared.
fn member_or_other<'r>(
    record: &'r mut dyn Node,
    at: Option<usize>,
    name: Cow<'_, str>,
) -> Option<&'r mut dyn Node> {
    match at {
        Some(at) => record.member_mut(at),
        None => Some(record.others_mut()?.insert(name.into_owned())),
    }
}

/// A problem, or a list of them, to read into.
struct Promised<'p>(&'p mut dyn ProblemNode);

impl<'de> DeserializeSeed<'de> for Promised<'_> {
    type Value = ();
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0.family().place {
            CodePlace::Each(_) => deserializer.deserialize_seq(PromisedList(self.0)),
            CodePlace::Root | CodePlace::Under(_) => deserializer.deserialize_map(PromisedVisitor(self.0)),
        }
    }
}

struct PromisedList<'p>(&'p mut dyn ProblemNode);

impl<'de> Visitor<'de> for PromisedList<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of problems")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut first = true;
        while items.next_element_seed(PromisedItem { problem: &mut *self.0, first })?.is_some() {
            first = false;
        }
        if first { Err(de::Error::custom("no problem is listed")) } else { Ok(()) }
    }
}

/// An item of a list of problems. Room for it is only made when there is one.
struct PromisedItem<'p> {
    problem: &'p mut dyn ProblemNode,
    /// Is it the one that there is room for?
    first: bool,
}

impl<'de> DeserializeSeed<'de> for PromisedItem<'_> {
    type Value = ();
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let room = if self.first { Some(self.problem) } else { self.problem.grow() };
        let Some(problem) = room else { return Err(de::Error::custom("several problems")) };
        deserializer.deserialize_map(PromisedVisitor(problem))
    }
}

/// Reads members straight into their places. Those of the code that stand before the code wait for it.
struct PromisedVisitor<'p>(&'p mut dyn ProblemNode);

impl<'de> Visitor<'de> for PromisedVisitor<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a problem document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let problem = self.0;
        let family = problem.family();
        let mut waiting: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
        let mut walk = Walk::default();
        let mut selected = false;
        let mut common = Cursor::over(Some(problem.common()));
        let mut own = Cursor::over(None);
        while let Some(Name(name)) = map.next_key()? {
            if name == family.code {
                // An integer is compared as the text that it is, without a copy.
                let code = if family.numeric {
                    code_text(map.next_value()?)
                } else {
                    Some(map.next_value::<Name<'_>>()?.0)
                };
                let Some(code) = code.filter(|code| !family.notes_empty(code)) else {
                    return Err(de::Error::custom("not a code"));
                };
                if std::mem::replace(&mut selected, true) {
                    return Err(de::Error::custom("two codes"));
                }
                problem.select(family.codes.iter().position(|facts| facts.code == code), &code);
                own = Cursor::over(problem.conditional());
                continue;
            }
            let shared = if own.expects(&name) { None } else { once(common.find(&name))? };
            let (cursor, at, node) = match shared {
                Some(at) => (&common, Some(at), problem.common_mut().member_mut(at)),
                None => {
                    let at = once(own.find(&name))?;
                    (&own, at, own_member(problem, at))
                }
            };
            let Some(node) = node else {
                waiting.push((name, map.next_value()?));
                continue;
            };
            map.next_value_seed(Seed { slot: node.slot(), walk: &mut walk })?;
            if at.is_some_and(|at| cursor.leaves_open(at, node)) {
                problem.extensions_mut().insert(name.into_owned(), Json::Null);
            }
        }
        for (name, value) in waiting {
            let at = once(own.find(&name))?;
            match own_member(problem, at) {
                Some(node) => {
                    decode::from_slice(value.get().as_bytes(), node).map_err(de::Error::custom)?;
                    if at.is_some_and(|at| own.leaves_open(at, node)) {
                        problem.extensions_mut().insert(name.into_owned(), Json::Null);
                    }
                }
                None => {
                    let value = serde_json::from_str(value.get()).map_err(de::Error::custom)?;
                    problem.extensions_mut().insert(name.into_owned(), value);
                }
            }
        }
        if selected && common.missing().chain(own.missing()).next().is_none() {
            Ok(())
        } else {
            Err(de::Error::custom("a required member is missing"))
        }
    }
}

/// The place of a member; an error when it was there before.
fn once<E: de::Error>(found: Option<Found>) -> Result<Option<usize>, E> {
    match found {
        Some(Found { again: true, .. }) => Err(E::custom("two of a member")),
        found => Ok(found.map(|found| found.at)),
    }
}

/// The member at a place of those that the code has.
fn own_member(problem: &mut dyn ProblemNode, at: Option<usize>) -> Option<&mut dyn Node> {
    problem.conditional_mut()?.member_mut(at?)
}
