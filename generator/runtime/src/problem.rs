//! Problem documents (RFC 9457) whose members depend on their code.
//!
//! Generated code lists the codes and the members of each; how a body becomes a problem is here, once. Reading is
//! total: every body gives what was valid in it and where it broke the contract.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::decode::{self, Seen, Violation, pointer_to};
use crate::encode;
use crate::json::Json;
use crate::node::{Member, Node, Presence, Slot};

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
    /// The object that holds the code.
    pub place: CodePlace,
    /// The member of that object that holds the code.
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

/// Which object of an error's body is the problem: the one that holds the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePlace {
    /// The body itself.
    Root,
    /// The value of this member of the body.
    Under(&'static str),
    /// Each item of the list that is the value of this member of the body.
    Each(&'static str),
}

impl CodePlace {
    /// The member of the body that leads to the code.
    pub(crate) fn member(self) -> Option<&'static str> {
        match self {
            CodePlace::Root => None,
            CodePlace::Under(name) | CodePlace::Each(name) => Some(name),
        }
    }

    /// The JSON pointer to the problem; of several, to the one with this number.
    pub(crate) fn pointer(self, number: usize) -> String {
        match self {
            CodePlace::Root => String::new(),
            CodePlace::Under(name) => pointer_to(name),
            CodePlace::Each(name) => format!("{}/{number}", pointer_to(name)),
        }
    }
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
    fn common(&self) -> &dyn Node;
    /// The same, to read into.
    fn common_mut(&mut self) -> &mut dyn Node;
    /// The members that this code has; `None` when it has none.
    fn conditional(&self) -> Option<&dyn Node>;
    /// The same, to read into.
    fn conditional_mut(&mut self) -> Option<&mut dyn Node>;
    /// Members that the contract does not name.
    fn extensions(&self) -> &BTreeMap<String, Json>;
    /// The same, to read into.
    fn extensions_mut(&mut self) -> &mut BTreeMap<String, Json>;
    /// The other members of the body, when the problem is not the body itself.
    fn envelope(&self) -> Option<&dyn Node> {
        None
    }
    /// The same, to read into.
    fn envelope_mut(&mut self) -> Option<&mut dyn Node> {
        None
    }
    /// Of a body that lists problems: the ones after this, by number from 0.
    fn further(&self, number: usize) -> Option<&dyn ProblemNode> {
        let _ = number;
        None
    }
    /// Makes room for one more of them.
    fn grow(&mut self) -> Option<&mut dyn ProblemNode> {
        None
    }
    /// Takes the last of them away.
    fn shrink(&mut self) {}
    /// All have been read: they stand in the same body, so that what is around this one is around each.
    fn settle(&mut self) {}
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
        problem.settle();
        return (problem, Reading { complete: true, ..Reading::default() });
    }
    problem = empty();
    let reading = read_any(body, &mut problem);
    problem.settle();
    (problem, reading)
}

/// Reads a body that is what the contract promises; `false` when it is not, and `problem` is then of no use.
fn read_promised(body: &[u8], problem: &mut dyn ProblemNode) -> bool {
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
        let mut cursor = Cursor::over(problem.envelope());
        while let Some(Word(name)) = map.next_key()? {
            if name == member {
                if std::mem::replace(&mut found, true) {
                    return Err(de::Error::custom("two of a member"));
                }
                map.next_value_seed(Promised(&mut *problem))?;
                continue;
            }
            let at = once(cursor.find(&name))?;
            match problem.envelope_mut().and_then(|envelope| member_or_other(envelope, at, name)) {
                Some(node) => map.next_value_seed(decode::In(node))?,
                None => map.next_value::<de::IgnoredAny>().map(|_| ())?,
            }
        }
        if let Some(others) = problem.envelope_mut().and_then(|envelope| envelope.others_mut()) {
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
) -> Option<&'r mut dyn crate::Node> {
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
        let problem = self.0;
        if items.next_element_seed(PromisedItem(&mut *problem))?.is_none() {
            return Err(de::Error::custom("no problem is listed"));
        }
        loop {
            let Some(next) = problem.grow() else { return Err(de::Error::custom("several problems")) };
            if items.next_element_seed(PromisedItem(next))?.is_none() {
                problem.shrink();
                return Ok(());
            }
        }
    }
}

struct PromisedItem<'p>(&'p mut dyn ProblemNode);

impl<'de> DeserializeSeed<'de> for PromisedItem<'_> {
    type Value = ();
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(PromisedVisitor(self.0))
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
    fn over(record: Option<&dyn Node>) -> Self {
        Self { members: record.map_or(&[], |record| record.members()), seen: Seen::default(), next: 0 }
    }

    /// Is this the member after the last one found?
    fn expects(&self, name: &str) -> bool {
        self.members.get(self.next).is_some_and(|member| member.name() == name)
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
        let missing = members.filter(|(at, member)| {
            matches!(member.presence(), Presence::Required) && !self.seen.contains(*at)
        });
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
    let place = problem.family().place;
    let raw = RawBody::read(&text, place, &mut reading.violations);
    let whole = reading.violations.is_empty();
    reading.complete = match place.member() {
        None => fill(&raw.body, problem, "", &mut reading.violations),
        Some(member) => {
            let around = fill_envelope(&raw.body, problem, &mut reading.violations);
            fill_within(&raw, problem, member, &mut reading.violations) & around
        }
    };
    reading.complete &= whole;
    if !reading.complete {
        reading.members = raw.valid_members();
    }
    reading
}

/// Reads the problems within a body; `false` when there is none that is whole.
fn fill_within(
    raw: &RawBody<'_>,
    problem: &mut dyn ProblemNode,
    member: &str,
    violations: &mut Vec<Violation>,
) -> bool {
    let place = problem.family().place;
    let missing = match (raw.found, place) {
        (false, _) => Some("the member is required and missing"),
        (true, CodePlace::Each(_)) if !raw.listed => Some("the problems are a list"),
        (true, _) if raw.within.is_empty() => Some("the list has no problem"),
        (true, _) => None,
    };
    if let Some(message) = missing {
        violations.push(broken(&pointer_to(member), message));
        return false;
    }
    let mut complete = false;
    for (number, raw) in raw.within.iter().enumerate() {
        let pointer = place.pointer(number);
        let Within::Object(raw) = raw else {
            violations.push(broken(&pointer, "a problem is an object"));
            continue;
        };
        match number {
            0 => complete = fill(raw, problem, &pointer, violations),
            _ => {
                let Some(next) = problem.grow() else { continue };
                if !fill(raw, next, &pointer, violations) {
                    problem.shrink();
                }
            }
        }
    }
    complete
}

/// Reads the members around a problem; `false` when a required one is missing or broken.
fn fill_envelope(
    raw: &RawMembers<'_>,
    problem: &mut dyn ProblemNode,
    violations: &mut Vec<Violation>,
) -> bool {
    let mut cursor = Cursor::over(problem.envelope());
    let Some(envelope) = problem.envelope_mut() else { return true };
    let mut complete = true;
    for (name, value) in &raw.members {
        match cursor.find(name) {
            Some(found) => complete &= read_member(envelope, found, value, "", violations),
            None => {
                let node = envelope.others_mut().map(|others| others.insert(name.clone().into_owned()));
                // Any JSON fits here.
                node.map(|node| decode::from_slice(value.get().as_bytes(), node));
            }
        }
    }
    if let Some(others) = envelope.others_mut() {
        others.settle();
    }
    complete & none_missing(&cursor, "", violations)
}

/// The members of a body that is a JSON object, or the beginning of one.
pub(crate) fn members(body: &[u8]) -> BTreeMap<String, Json> {
    RawBody::read(&String::from_utf8_lossy(body), CodePlace::Root, &mut Vec::new()).valid_members()
}

fn broken(pointer: &str, message: impl Into<String>) -> Violation {
    Violation { pointer: pointer.to_owned(), message: message.into() }
}

/// Reads the members of the object at a pointer; `false` when a required one is missing or broken.
fn fill(
    raw: &RawMembers<'_>,
    problem: &mut dyn ProblemNode,
    pointer: &str,
    violations: &mut Vec<Violation>,
) -> bool {
    let family = problem.family();
    let code_at = || format!("{pointer}{}", pointer_to(family.code));
    let Some(code) = raw.get(family.code) else {
        violations.push(broken(&code_at(), "the member is required and missing"));
        return false;
    };
    let Some(code) = code_text(code) else {
        violations.push(broken(&code_at(), "a code is a string or an integer"));
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
            complete &= read_member(problem.common_mut(), found, value, pointer, violations);
        } else if let Some(found) = own.find(name)
            && let Some(record) = problem.conditional_mut()
        {
            complete &= read_member(record, found, value, pointer, violations);
        } else if let Ok(value) = serde_json::from_str(value.get()) {
            problem.extensions_mut().insert(name.clone().into_owned(), value);
        }
    }
    complete & none_missing(&common, pointer, violations) & none_missing(&own, pointer, violations)
}

/// Says which required members of the object at a pointer are missing; `true` when none is.
fn none_missing(cursor: &Cursor, pointer: &str, violations: &mut Vec<Violation>) -> bool {
    let before = violations.len();
    violations.extend(cursor.missing().map(|member| {
        let at = format!("{pointer}{}", pointer_to(member.name()));
        broken(&at, "the member is required and missing")
    }));
    violations.len() == before
}

/// Reads one member; `false` when it is broken and the problem cannot do without it.
fn read_member(
    record: &mut dyn Node,
    found: Found,
    value: &RawValue,
    within: &str,
    violations: &mut Vec<Violation>,
) -> bool {
    let Some(member) = record.members().get(found.at) else { return true };
    let pointer = || format!("{within}{}", pointer_to(member.name()));
    if found.again {
        violations.push(broken(&pointer(), "the member stands here twice; the first one counts"));
        return true;
    }
    let Some(node) = record.member_mut(found.at) else { return true };
    let Err(violation) = decode::from_slice(value.get().as_bytes(), node) else { return true };
    if let (Presence::Optional, Slot::Option(option)) = (member.presence(), node.slot()) {
        option.set_null();
    }
    violations.push(broken(&(pointer() + &violation.pointer), violation.message));
    matches!(member.presence(), Presence::Optional)
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

/// A body, unread but for the objects that its code leads to. One that breaks off still gives the members before the break.
struct RawBody<'a> {
    place: CodePlace,
    /// The members of the body, without the one that leads to the problem.
    body: RawMembers<'a>,
    /// What that one holds: one value, or the items of a list.
    within: Vec<Within<'a>>,
    /// Was it there?
    found: bool,
    /// Was it a list of problems?
    listed: bool,
}

/// What stands where a problem is to be.
enum Within<'a> {
    Object(RawMembers<'a>),
    Other(Json),
}

/// The members of an object, unread.
#[derive(Default)]
struct RawMembers<'a> {
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> RawBody<'a> {
    fn read(text: &'a str, place: CodePlace, violations: &mut Vec<Violation>) -> Self {
        let members = RawMembers { members: Vec::with_capacity(16) };
        let mut body = Self { place, body: members, within: Vec::new(), found: false, listed: false };
        let mut reader = serde_json::Deserializer::from_str(text);
        let result = reader.deserialize_map(BodyVisitor(&mut body)).and_then(|()| reader.end());
        if let Err(error) = result {
            violations.push(broken("", format!("not a JSON object: {error}")));
            // A number at the very end may be the beginning of a longer one.
            let end = text.as_bytes().as_ptr_range().end;
            let last = body.within.iter_mut().filter_map(|within| match within {
                Within::Object(members) => Some(members),
                Within::Other(_) => None,
            });
            for members in last.chain([&mut body.body]) {
                members.members.pop_if(|(_, last)| last.get().as_bytes().as_ptr_range().end == end);
            }
        }
        body
    }

    fn valid_members(&self) -> BTreeMap<String, Json> {
        let mut members = self.body.valid();
        if let (true, Some(name)) = (self.found, self.place.member()) {
            let mut within = self.within.iter().map(|within| match within {
                Within::Object(members) => Json::Object(members.valid()),
                Within::Other(value) => value.clone(),
            });
            let value = if self.listed { Some(Json::Array(within.collect())) } else { within.next() };
            members.extend(value.map(|value| (name.to_owned(), value)));
        }
        members
    }
}

impl<'a> RawMembers<'a> {
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.members.iter().find(|(found, _)| found == name).map(|(_, value)| *value)
    }

    fn valid(&self) -> BTreeMap<String, Json> {
        let read = |(name, value): &(Cow<'a, str>, &'a RawValue)| {
            Some((name.clone().into_owned(), serde_json::from_str(value.get()).ok()?))
        };
        self.members.iter().rev().filter_map(read).collect()
    }
}

struct BodyVisitor<'b, 'a>(&'b mut RawBody<'a>);

impl<'a> Visitor<'a> for BodyVisitor<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Word(name)) = map.next_key()? {
            if Some(&*name) == self.0.place.member() && !self.0.found {
                let RawBody { place, within, found, listed, .. } = &mut *self.0;
                *found = true;
                let listed = matches!(place, CodePlace::Each(_)).then_some(listed);
                map.next_value_seed(WithinSeed { within, listed })?;
            } else {
                self.0.body.members.push((name, map.next_value()?));
            }
        }
        Ok(())
    }
}

/// Reads the value that leads to a problem, whatever it is.
struct WithinSeed<'b, 'a> {
    within: &'b mut Vec<Within<'a>>,
    /// Set when it is a list; `None` where there may be none.
    listed: Option<&'b mut bool>,
}

impl WithinSeed<'_, '_> {
    fn other<'de, D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.within.push(Within::Other(de::Deserialize::deserialize(deserializer)?));
        Ok(())
    }
}

impl<'a> DeserializeSeed<'a> for WithinSeed<'_, 'a> {
    type Value = ();
    fn deserialize<D: de::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// No problem can stand in a scalar.
macro_rules! scalars {
    ($($visit:ident: $ty:ty),*) => {$(
        fn $visit<E: de::Error>(self, value: $ty) -> Result<(), E> {
            self.other(value.into_deserializer())
        }
    )*};
}

impl<'a> Visitor<'a> for WithinSeed<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.other(().into_deserializer())
    }
    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        if self.listed.is_some() {
            return self.other(MapAccessDeserializer::new(map));
        }
        // It is there before it is read, so that what comes before a break stays.
        self.within.push(Within::Object(RawMembers::default()));
        let Some(Within::Object(raw)) = self.within.last_mut() else { return Ok(()) };
        while let Some(Word(name)) = map.next_key()? {
            raw.members.push((name, map.next_value()?));
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<(), A::Error> {
        let Some(listed) = self.listed else { return self.other(SeqAccessDeserializer::new(items)) };
        *listed = true;
        while items.next_element_seed(WithinSeed { within: &mut *self.within, listed: None })?.is_some() {}
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

/// Writes a problem as the body that it is, or as the one that it stands in.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(problem: &dyn ProblemNode, serializer: S) -> Result<S::Ok, S::Error> {
    let place = problem.family().place;
    let Some(name) = place.member() else { return serialize_members(problem, serializer) };
    let mut body = serializer.serialize_map(None)?;
    if let Some(envelope) = problem.envelope() {
        encode::write_members(envelope, &mut body)?;
    }
    match place {
        CodePlace::Each(_) => body.serialize_entry(name, &List(problem))?,
        CodePlace::Root | CodePlace::Under(_) => body.serialize_entry(name, &Object(problem))?,
    }
    body.end()
}

/// A problem as an object.
struct Object<'p>(&'p dyn ProblemNode);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_members(self.0, serializer)
    }
}

/// A problem and the ones after it as a list.
struct List<'p>(&'p dyn ProblemNode);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let further = (0..).map_while(|number| self.0.further(number));
        serializer.collect_seq(std::iter::once(self.0).chain(further).map(Object))
    }
}

/// The members of one JSON object: common ones, the code, those of the code, others.
fn serialize_members<S: Serializer>(problem: &dyn ProblemNode, serializer: S) -> Result<S::Ok, S::Error> {
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
