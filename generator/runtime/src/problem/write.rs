//! Writing a problem as the body that it came in.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{CodePlace, ProblemNode};
use crate::decode;
use crate::encode;
use crate::json::Json;
use crate::node::{Node, Presence, View};

/// Writes a problem as the body that it is, or as the one that it stands in.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(problem: &dyn ProblemNode, serializer: S) -> Result<S::Ok, S::Error> {
    let place = problem.family().place;
    let Some(name) = place.member() else { return serialize_members(problem, serializer) };
    let mut body = serializer.serialize_map(None)?;
    let absent = problem.family().holder_optional && says_nothing(problem);
    if let Some(envelope) = problem.envelope() {
        encode::write_members_beside(envelope, (!absent).then_some(name), &mut body)?;
    }
    match place {
        // What stood there instead is among the members around it.
        _ if absent => {}
        CodePlace::Each(_) => body.serialize_entry(name, &List(problem))?,
        CodePlace::Root | CodePlace::Under(_) => body.serialize_entry(name, &Object(problem))?,
    }
    body.end()
}

/// Is this what was read where the object that has the code was absent?
fn says_nothing(problem: &dyn ProblemNode) -> bool {
    let common = problem.common();
    let absent = |at| common.at(at).is_none_or(|node| matches!(node.view(), View::Absent));
    problem.code().is_empty()
        && problem.extensions().is_empty()
        && problem.further(0).is_none()
        && (0..common.members().len()).all(absent)
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
        // What was `null` or of no letters is noted among the members that are not declared.
        "" if family.optional || family.codes.is_empty() => {}
        code => match code.parse::<i64>() {
            Ok(number) if family.numeric => members.serialize_entry(family.code, &number)?,
            _ => members.serialize_entry(family.code, code)?,
        },
    }
    if let Some(record) = problem.conditional() {
        encode::write_members(record, &mut members)?;
    }
    for (name, value) in problem.extensions() {
        let named = name == family.code;
        let noted = *value == Json::Null || value.as_str() == Some("");
        if (named && family.optional && problem.code().is_empty() && noted)
            || (!named && is_free(problem, name, value))
        {
            members.serialize_entry(name, value)?;
        }
    }
    members.end()
}

/// Has a member that the contract does not name its name for itself? One of the contract goes before it, unless it is absent and
/// all that is noted here is that it was `null`.
fn is_free(problem: &dyn ProblemNode, name: &str, value: &Json) -> bool {
    let record = |record: &dyn Node| {
        let at = decode::position(record.members(), 0, name)?;
        let optional = matches!(record.members().get(at)?.presence(), Presence::Optional);
        let absent = record.at(at).is_some_and(|node| matches!(node.view(), View::Absent));
        Some(optional && absent && *value == Json::Null)
    };
    record(problem.common()).or_else(|| record(problem.conditional()?)).unwrap_or(true)
}
