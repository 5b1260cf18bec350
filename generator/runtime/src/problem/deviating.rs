//! Reading a body that is not what the contract promises: every member that is valid is kept, and every deviation is said.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::cursor::{Cursor, Found};
use super::raw::{RawBody, RawMembers, Within};
use super::{CodePlace, ProblemNode, Reading};
use crate::decode::{self, Violation, pointer_to, unmarked};
use crate::json::Json;
use crate::node::{Node, Presence, Slot};

/// The members of a body that is a JSON object, or the beginning of one.
pub(crate) fn members(body: &[u8]) -> BTreeMap<String, Json> {
    RawBody::read(&String::from_utf8_lossy(unmarked(body)), CodePlace::Root, &mut Vec::new()).valid_members()
}

pub(super) fn broken(pointer: &str, message: impl Into<String>) -> Violation {
    Violation { pointer: pointer.to_owned(), message: message.into() }
}

/// Reads any body, and says where it is not what the contract promises. Where a problem is `declared`, its code may be absent
/// if the family says so, and likewise the object that holds it.
pub(super) fn read_any(body: &[u8], problem: &mut dyn ProblemNode, declared: bool) -> Reading {
    let mut reading = Reading::default();
    let text = match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            reading.violations.push(broken("", "the body is not UTF-8"));
            String::from_utf8_lossy(body)
        }
    };
    let family = problem.family();
    let raw = RawBody::read(&text, family.place, &mut reading.violations);
    let whole = reading.violations.is_empty();
    let terms = Terms {
        whole,
        codeless: declared && family.optional,
        holderless: declared && family.holder_optional,
    };
    reading.complete = match family.place.member() {
        None => fill(&raw.body, problem, "", terms, &mut reading.violations),
        Some(member) => {
            let around = fill_envelope(&raw, problem, terms, &mut reading.violations);
            fill_within(&raw, problem, member, terms, &mut reading.violations) & around
        }
    };
    reading.complete &= whole;
    if !reading.complete {
        reading.members = raw.valid_members();
    }
    reading
}

/// What may be absent without breaking the contract.
#[derive(Clone, Copy)]
struct Terms {
    /// Is the body whole? What is missing in the beginning of one may have stood in the rest, and what is no JSON object has no
    /// members; either has been said.
    whole: bool,
    /// May the code be absent?
    codeless: bool,
    /// May the object that has the code be absent?
    holderless: bool,
}

impl Terms {
    /// Says that a required member is missing.
    fn missing(self, at: impl FnOnce() -> String, violations: &mut Vec<Violation>) {
        if self.whole {
            violations.push(broken(&at(), "the member is required and missing"));
        }
    }
}

/// Reads the problems within a body; `false` when there is none that is whole.
fn fill_within(
    raw: &RawBody<'_>,
    problem: &mut dyn ProblemNode,
    member: &str,
    terms: Terms,
    violations: &mut Vec<Violation>,
) -> bool {
    let place = problem.family().place;
    if terms.whole && terms.holderless && raw.is_vacant() {
        return true;
    }
    let missing = match (raw.found, place) {
        (false, _) => Some("the member is required and missing"),
        (true, CodePlace::Each(_)) if !raw.listed => Some("the problems are a list"),
        (true, _) if raw.within.is_empty() => Some("the list has no problem"),
        (true, _) => None,
    };
    if let Some(message) = missing {
        if terms.whole {
            violations.push(broken(&pointer_to(member), message));
        }
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
            0 => complete = fill(raw, problem, &pointer, terms, violations),
            _ => {
                let Some(next) = problem.grow() else { continue };
                if !fill(raw, next, &pointer, terms, violations) {
                    problem.shrink();
                }
            }
        }
    }
    complete
}

/// Reads the members around a problem; `false` when a required one is missing or broken. What stands in the place of a problem and
/// says nothing is kept among those that the contract does not name.
fn fill_envelope(
    raw: &RawBody<'_>,
    problem: &mut dyn ProblemNode,
    terms: Terms,
    violations: &mut Vec<Violation>,
) -> bool {
    let mut cursor = Cursor::over(problem.envelope());
    let Some(envelope) = problem.envelope_mut() else { return true };
    let mut complete = true;
    for (name, value) in &raw.body.members {
        match cursor.find(name) {
            Some(found) => {
                complete &= read_member(envelope, found, value, "", violations);
                cursor.note_null(envelope, is_null(value).then_some(found.at));
            }
            None => {
                let node = envelope.others_mut().map(|others| others.insert(name.clone().into_owned()));
                // Any JSON fits here.
                node.map(|node| decode::from_slice(value.get().as_bytes(), node));
            }
        }
    }
    if let Some(others) = envelope.others_mut() {
        if terms.holderless
            && raw.says_nothing()
            && let Some((name, value)) = raw.held()
        {
            others.insert(name.to_owned()).assign(&value);
        }
        others.settle();
    }
    complete & none_missing(&cursor, "", terms, violations)
}

/// Reads the members of the object at a pointer; `false` when a required one is missing or broken. The code is required
/// unless it may be absent.
fn fill(
    raw: &RawMembers<'_>,
    problem: &mut dyn ProblemNode,
    pointer: &str,
    terms: Terms,
    violations: &mut Vec<Violation>,
) -> bool {
    let family = problem.family();
    let code_at = || format!("{pointer}{}", pointer_to(family.code));
    match raw.get(family.code) {
        None if terms.codeless => {}
        Some(null) if terms.codeless && is_null(null) => {
            problem.extensions_mut().insert(family.code.to_owned(), Json::Null);
        }
        None => {
            terms.missing(code_at, violations);
            return false;
        }
        Some(code) => {
            let Some(code) = code_text(code) else {
                violations.push(broken(&code_at(), "a code is a string or an integer"));
                return false;
            };
            problem.select(family.codes.iter().position(|facts| facts.code == code), &code);
            if family.notes_empty(&code) {
                problem.extensions_mut().insert(family.code.to_owned(), Json::from(""));
            }
        }
    }

    let mut complete = true;
    let mut common = Cursor::over(Some(problem.common()));
    let mut own = Cursor::over(problem.conditional());
    for (name, value) in &raw.members {
        if name == family.code {
            continue;
        }
        let mut open = false;
        if let Some(found) = common.find(name) {
            let record = problem.common_mut();
            complete &= read_member(record, found, value, pointer, violations);
            open = record.at(found.at).is_some_and(|node| common.leaves_open(found.at, node));
        } else if let Some(found) = own.find(name)
            && let Some(record) = problem.conditional_mut()
        {
            complete &= read_member(record, found, value, pointer, violations);
            open = record.at(found.at).is_some_and(|node| own.leaves_open(found.at, node));
        } else if let Ok(value) = serde_json::from_str(value.get()) {
            problem.extensions_mut().insert(name.clone().into_owned(), value);
        }
        if open && is_null(value) {
            problem.extensions_mut().insert(name.clone().into_owned(), Json::Null);
        }
    }
    complete
        & none_missing(&common, pointer, terms, violations)
        & none_missing(&own, pointer, terms, violations)
}

/// Says which required members of the object at a pointer are missing; `true` when none is.
fn none_missing(cursor: &Cursor, pointer: &str, terms: Terms, violations: &mut Vec<Violation>) -> bool {
    let mut none = true;
    for member in cursor.missing() {
        none = false;
        terms.missing(|| format!("{pointer}{}", pointer_to(member.name())), violations);
    }
    none
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

/// A member that is there and has no value: one that is broken has none either, and is no `null`.
fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}

/// A code is text, or an integer in decimal.
pub(super) fn code_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = raw.get();
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        Some(_) => serde_json::from_str(text).ok().map(Cow::Owned),
        None => (text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()).then_some(Cow::Borrowed(text)),
    }
}
