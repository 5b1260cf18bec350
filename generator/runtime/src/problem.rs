//! Problem documents (RFC 9457) whose members depend on their code.
//!
//! Generated code lists the codes and the members of each; how a body becomes a problem is here, once. Reading is
//! total: every body gives what was valid in it and where it broke the contract.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer as _, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::decode::{self, Seen, Violation, pointer_to};
use crate::encode;
use crate::json::Json;
use crate::node::{Member, Presence, RecordNode, Slot};

/// What the contract says of a code. Every fact is a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeFacts {
    /// The code on the wire.
    pub code: &'static str,
    /// The HTTP statuses it is sent with, ascending.
    pub statuses: &'static [u16],
    /// Can the identical request succeed later? `None` when the contract does not say.
    pub retryable: Option<bool>,
    /// The summary that is the same for every occurrence.
    pub title: Option<&'static str>,
    /// The URI of the problem type (RFC 9457, section 3.1.1).
    pub type_uri: Option<&'static str>,
    /// The section of the documentation.
    pub section: Option<&'static str>,
    /// What to do about it.
    pub remedy: Option<&'static str>,
    /// The place in the documentation that explains it.
    pub docs_url: Option<&'static str>,
}

impl CodeFacts {
    /// A code of which nothing else is known. Generated code fills in the rest with the `with_` functions.
    pub const fn new(code: &'static str, statuses: &'static [u16]) -> Self {
        Self {
            code,
            statuses,
            retryable: None,
            title: None,
            type_uri: None,
            section: None,
            remedy: None,
            docs_url: None,
        }
    }

    /// Says whether the identical request can succeed later.
    #[must_use]
    pub const fn with_retryable(mut self, retryable: bool) -> Self {
        self.retryable = Some(retryable);
        self
    }

    /// Gives the title.
    #[must_use]
    pub const fn with_title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    /// Gives the type URI.
    #[must_use]
    pub const fn with_type_uri(mut self, uri: &'static str) -> Self {
        self.type_uri = Some(uri);
        self
    }

    /// Gives the section.
    #[must_use]
    pub const fn with_section(mut self, section: &'static str) -> Self {
        self.section = Some(section);
        self
    }

    /// Gives the remedy.
    #[must_use]
    pub const fn with_remedy(mut self, remedy: &'static str) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// Gives the place in the documentation.
    #[must_use]
    pub const fn with_docs_url(mut self, url: &'static str) -> Self {
        self.docs_url = Some(url);
        self
    }
}

/// What the contract says of a family of coded problems.
#[derive(Debug)]
pub struct Family {
    /// The codes, in the order of the generated `Code`.
    pub codes: &'static [CodeFacts],
    /// The member that holds the code.
    pub code: &'static str,
    /// Are codes integers on the wire? Here they are text in any case.
    pub numeric: bool,
    /// The member that says whether the identical request can succeed later.
    pub retryable: Option<&'static str>,
    /// The member with a next step to show to the user.
    pub suggestion: Option<&'static str>,
    /// The member that identifies the request.
    pub request_id: Option<&'static str>,
}

impl Family {
    /// The facts of a code, if the contract lists it.
    pub fn facts(&self, code: &str) -> Option<&'static CodeFacts> {
        self.codes.iter().find(|facts| facts.code == code)
    }
}

/// A problem that generated code can be asked to become: members that every problem has, and those of its code.
pub trait ProblemNode {
    /// The family that the problem belongs to.
    fn family(&self) -> &'static Family;
    /// The code on the wire.
    fn code(&self) -> &str;
    /// Becomes a problem of this code, with empty members. The place is that in [`Family::codes`]; `None` is a code that
    /// the contract does not list.
    fn select(&mut self, place: Option<usize>, code: &str);
    /// The members that every problem may have, the code left out.
    fn common(&self) -> &dyn RecordNode;
    /// The same, to read into.
    fn common_mut(&mut self) -> &mut dyn RecordNode;
    /// The members that this code has; `None` when it has none.
    fn conditional(&self) -> Option<&dyn RecordNode>;
    /// The same, to read into.
    fn conditional_mut(&mut self) -> Option<&mut dyn RecordNode>;
    /// Members that the contract does not name.
    fn extensions(&self) -> &BTreeMap<String, Json>;
    /// The same, to read into.
    fn extensions_mut(&mut self) -> &mut BTreeMap<String, Json>;
}

/// What became of a body.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Did it become a problem, with every required member?
    pub(crate) complete: bool,
    /// Where it was not what the contract promises.
    pub(crate) violations: Vec<Violation>,
    /// When it did not become a problem: the members that are JSON.
    pub(crate) members: BTreeMap<String, Json>,
}

/// Reads a body into a problem. `empty` makes the problem to read into.
///
/// Nearly every body is what the contract promises, so that is tried first, in one pass. What is not goes through the
/// pass that finds every deviation.
pub(crate) fn read<P: ProblemNode>(body: &[u8], empty: fn() -> P) -> (P, Reading) {
    let mut problem = empty();
    if read_promised(body, &mut problem) {
        return (problem, Reading { complete: true, ..Reading::default() });
    }
    problem = empty();
    let reading = read_any(body, &mut problem);
    (problem, reading)
}

/// Reads a body that is what the contract promises; `false` when it is not, and `problem` is then of no use.
fn read_promised(body: &[u8], problem: &mut dyn ProblemNode) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.deserialize_map(PromisedVisitor(problem)).and_then(|()| reader.end()).is_ok()
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
        let mut selected = false;
        let mut common = Cursor::over(Some(problem.common()));
        let mut own = Cursor::over(None);
        while let Some(Word(name)) = map.next_key()? {
            if name == family.code {
                let Word(code) = map.next_value()?;
                if std::mem::replace(&mut selected, true) {
                    return Err(de::Error::custom("two codes"));
                }
                problem.select(family.codes.iter().position(|facts| facts.code == code), &code);
                own = Cursor::over(problem.conditional());
                continue;
            }
            let shared = if own.expects(&name) { None } else { once(common.find(&name))? };
            let node = match shared {
                Some(at) => problem.common_mut().member_mut(at),
                None => own_member(problem, once(own.find(&name))?),
            };
            match node {
                Some(node) => map.next_value_seed(decode::In(node))?,
                None => waiting.push((name, map.next_value()?)),
            }
        }
        for (name, value) in waiting {
            match own_member(problem, once(own.find(&name))?) {
                Some(node) => decode::from_slice(value.get().as_bytes(), node).map_err(de::Error::custom)?,
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

/// A walk along the members of a record, in whatever order they come.
struct Cursor {
    members: &'static [Member],
    seen: Seen,
    next: usize,
}

impl Cursor {
    fn over(record: Option<&dyn RecordNode>) -> Self {
        Self { members: record.map_or(&[], RecordNode::members), seen: Seen::default(), next: 0 }
    }

    /// Is this the member after the last one found?
    fn expects(&self, name: &str) -> bool {
        self.members.get(self.next).is_some_and(|member| member.name == name)
    }

    /// The member of this name.
    fn find(&mut self, name: &str) -> Option<Found> {
        let at = decode::position(self.members, self.next, name)?;
        self.next = at + 1;
        Some(Found { at, again: !self.seen.insert(at) })
    }

    /// The required members that were not there.
    fn missing(&self) -> impl Iterator<Item = &'static Member> {
        let members = self.members.iter().enumerate();
        let missing = members
            .filter(|(at, member)| matches!(member.presence, Presence::Required) && !self.seen.contains(*at));
        missing.map(|(_, member)| member)
    }
}

/// A member that a [`Cursor`] came to.
#[derive(Clone, Copy)]
struct Found {
    /// Its place in the record.
    at: usize,
    /// Was it there before?
    again: bool,
}

/// The place of a member; an error when it was there before.
fn once<E: de::Error>(found: Option<Found>) -> Result<Option<usize>, E> {
    match found {
        Some(Found { again: true, .. }) => Err(E::custom("two of a member")),
        found => Ok(found.map(|found| found.at)),
    }
}

/// The member at a place of those that the code has.
fn own_member(problem: &mut dyn ProblemNode, at: Option<usize>) -> Option<&mut dyn crate::Node> {
    problem.conditional_mut()?.member_mut(at?)
}

/// Reads any body, and says where it is not what the contract promises.
fn read_any(body: &[u8], problem: &mut dyn ProblemNode) -> Reading {
    let mut reading = Reading::default();
    let text = match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            reading.violations.push(broken("", "the body is not UTF-8"));
            String::from_utf8_lossy(body)
        }
    };
    let raw = RawMembers::read(&text, &mut reading.violations);
    reading.complete = reading.violations.is_empty() & fill(&raw, problem, &mut reading.violations);
    if !reading.complete {
        reading.members = raw.valid_members();
    }
    reading
}

/// The members of a body that is a JSON object, or the beginning of one.
pub(crate) fn members(body: &[u8]) -> BTreeMap<String, Json> {
    RawMembers::read(&String::from_utf8_lossy(body), &mut Vec::new()).valid_members()
}

fn broken(pointer: &str, message: impl Into<String>) -> Violation {
    Violation { pointer: pointer.to_owned(), message: message.into() }
}

/// Reads the members; `false` when a required one is missing or broken.
fn fill(raw: &RawMembers<'_>, problem: &mut dyn ProblemNode, violations: &mut Vec<Violation>) -> bool {
    let family = problem.family();
    let Some(code) = raw.get(family.code) else {
        violations.push(broken(&pointer_to(family.code), "the member is required and missing"));
        return false;
    };
    let Some(code) = code_text(code) else {
        violations.push(broken(&pointer_to(family.code), "a code is a string or an integer"));
        return false;
    };
    problem.select(family.codes.iter().position(|facts| facts.code == code), &code);

    let mut complete = true;
    let mut common = Cursor::over(Some(problem.common()));
    let mut own = Cursor::over(problem.conditional());
    for (name, value) in &raw.members {
        if name == family.code {
            continue;
        }
        if let Some(found) = common.find(name) {
            complete &= read_member(problem.common_mut(), found, value, violations);
        } else if let Some(found) = own.find(name)
            && let Some(record) = problem.conditional_mut()
        {
            complete &= read_member(record, found, value, violations);
        } else if let Ok(value) = serde_json::from_str(value.get()) {
            problem.extensions_mut().insert(name.clone().into_owned(), value);
        }
    }
    for member in common.missing().chain(own.missing()) {
        violations.push(broken(&pointer_to(member.name), "the member is required and missing"));
        complete = false;
    }
    complete
}

/// Reads one member; `false` when it is broken and the problem cannot do without it.
fn read_member(
    record: &mut dyn RecordNode,
    found: Found,
    value: &RawValue,
    violations: &mut Vec<Violation>,
) -> bool {
    let Some(member) = record.members().get(found.at) else { return true };
    let pointer = || pointer_to(member.name);
    if found.again {
        violations.push(broken(&pointer(), "the member stands here twice; the first one counts"));
        return true;
    }
    let Some(node) = record.member_mut(found.at) else { return true };
    let Err(violation) = decode::from_slice(value.get().as_bytes(), node) else { return true };
    if let (Presence::Optional, Slot::Option(option)) = (member.presence, node.slot()) {
        option.set_null();
    }
    violations.push(broken(&(pointer() + &violation.pointer), violation.message));
    matches!(member.presence, Presence::Optional)
}

/// A code is text, or an integer in decimal.
fn code_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = raw.get();
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        Some(_) => serde_json::from_str(text).ok().map(Cow::Owned),
        None => text.parse::<i64>().is_ok().then_some(Cow::Borrowed(text)),
    }
}

/// The members of an object, unread. A body that breaks off still gives the members before the break.
struct RawMembers<'a> {
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> RawMembers<'a> {
    fn read(text: &'a str, violations: &mut Vec<Violation>) -> Self {
        let mut members = Vec::with_capacity(16);
        let mut reader = serde_json::Deserializer::from_str(text);
        let result = reader.deserialize_map(MembersVisitor(&mut members)).and_then(|()| reader.end());
        if let Err(error) = result {
            violations.push(broken("", format!("not a JSON object: {error}")));
            // A number at the very end may be the beginning of a longer one.
            members.pop_if(|(_, last)| {
                last.get().as_bytes().as_ptr_range().end == text.as_bytes().as_ptr_range().end
            });
        }
        Self { members }
    }

    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.members.iter().find(|(found, _)| found == name).map(|(_, value)| *value)
    }

    fn valid_members(&self) -> BTreeMap<String, Json> {
        let read = |(name, value): &(Cow<'a, str>, &'a RawValue)| {
            Some((name.clone().into_owned(), serde_json::from_str(value.get()).ok()?))
        };
        self.members.iter().rev().filter_map(read).collect()
    }
}

struct MembersVisitor<'m, 'a>(&'m mut Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Visitor<'a> for MembersVisitor<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Word(name)) = map.next_key()? {
            self.0.push((name, map.next_value()?));
        }
        Ok(())
    }
}

/// A name or a code: text that is borrowed unless it has escapes, or an integer.
struct Word<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> de::Deserialize<'de> for Word<'a> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Word<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an integer")
            }
            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Word(Cow::Borrowed(name)))
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Word(Cow::Owned(name.to_owned())))
            }
            fn visit_i64<E: de::Error>(self, code: i64) -> Result<Self::Value, E> {
                Ok(Word(Cow::Owned(code.to_string())))
            }
            fn visit_u64<E: de::Error>(self, code: u64) -> Result<Self::Value, E> {
                Ok(Word(Cow::Owned(code.to_string())))
            }
        }
        deserializer.deserialize_any(NameVisitor)
    }
}

/// Writes a problem as the members of one JSON object: common ones, the code, those of the code, others.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(problem: &dyn ProblemNode, serializer: S) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_map(None)?;
    encode::write_members(problem.common(), &mut members)?;
    let family = problem.family();
    match problem.code() {
        code if family.codes.is_empty() && code.is_empty() => {}
        code => match code.parse::<i64>() {
            Ok(number) if family.numeric => members.serialize_entry(family.code, &number)?,
            _ => members.serialize_entry(family.code, code)?,
        },
    }
    if let Some(record) = problem.conditional() {
        encode::write_members(record, &mut members)?;
    }
    for (name, value) in problem.extensions() {
        members.serialize_entry(name, value)?;
    }
    members.end()
}

/// Reads a problem through any serde format.
///
/// # Errors
/// When a required member is missing or broken; the message names each place.
pub fn deserialize<'de, D, P>(deserializer: D, empty: fn() -> P) -> Result<P, D::Error>
where
    D: de::Deserializer<'de>,
    P: ProblemNode,
{
    let members: serde_json::Map<String, serde_json::Value> = de::Deserialize::deserialize(deserializer)?;
    let body = serde_json::to_vec(&members).map_err(de::Error::custom)?;
    let (problem, reading) = read(&body, empty);
    if reading.complete {
        return Ok(problem);
    }
    let places: Vec<String> = reading.violations.iter().map(ToString::to_string).collect();
    Err(de::Error::custom(places.join("; ")))
}

/// A code that the contract does not list. Only reading a problem makes one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnlistedCode(String);

impl UnlistedCode {
    /// The code on the wire.
    pub fn code(&self) -> &str {
        &self.0
    }

    #[doc(hidden)]
    pub fn from_wire(code: &str) -> Self {
        UnlistedCode(code.to_owned())
    }
}

impl fmt::Debug for UnlistedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A problem that the contract does not declare for the operation that answered with it. Its members are in
/// [`Error::problem`](crate::Error::problem).
///
/// To handle a code that the operation does not declare, compare [`Error::code`](crate::Error::code): that goes on
/// working when the contract declares it later, and an arm for the variant that holds this does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undeclared<'a> {
    code: &'a str,
}

impl<'a> Undeclared<'a> {
    #[doc(hidden)]
    pub const fn new(code: &'a str) -> Self {
        Self { code }
    }

    /// The code on the wire.
    pub const fn code(&self) -> &'a str {
        self.code
    }
}
