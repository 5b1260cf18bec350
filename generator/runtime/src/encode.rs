//! Writing: from a [`Node`] to serde's data model. Compiled once for JSON, in this crate.

use serde::ser::{self, Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::multipart::File;
use crate::node::{Literal, Node, Presence, View};

/// Writes a node as compact JSON.
pub(crate) fn to_vec(node: &dyn Node) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Written(node))
}

/// [`Serialize`] for every generated type.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(node: &dyn Node, serializer: S) -> Result<S::Ok, S::Error> {
    Written(node).serialize(serializer)
}

/// A node that serde can write.
pub(crate) struct Written<'a>(pub(crate) &'a dyn Node);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.view() {
            View::Absent | View::Null => serializer.serialize_unit(),
            View::Bool(value) => serializer.serialize_bool(value),
            View::I64(value) => serializer.serialize_i64(value),
            View::U64(value) => serializer.serialize_u64(value),
            View::I128(value) => serializer.serialize_i128(value),
            View::F32(value) => serializer.serialize_f32(value),
            View::F64(value) => serializer.serialize_f64(value),
            View::Text(text) => serializer.serialize_str(&text),
            View::Secret(text) => serializer.serialize_str(text),
            View::Bytes(octets) => serialize_octets(octets, serializer),
            View::Body(body) | View::File(File { octets: body, .. }) => match body.as_bytes() {
                Some(octets) => serialize_octets(octets, serializer),
                None => Err(ser::Error::custom("a file or a stream is no JSON")),
            },
            View::Any(value) => value.serialize(serializer),
            View::List(list) => {
                let mut items = serializer.serialize_seq(Some(list.len()))?;
                for at in 0..list.len() {
                    if let Some(item) = list.get(at) {
                        items.serialize_element(&Written(item))?;
                    }
                }
                items.end()
            }
            View::Map(map) => {
                let mut members = serializer.serialize_map(None)?;
                for (name, value) in map.entries() {
                    members.serialize_entry(name, &Written(value))?;
                }
                members.end()
            }
            View::Record(record) => {
                let mut members = serializer.serialize_map(None)?;
                write_members(record, &mut members)?;
                members.end()
            }
        }
    }
}

/// Octets where a text belongs: JSON has no others (RFC 8259, section 8.1).
fn serialize_octets<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(octets) {
        Ok(text) => serializer.serialize_str(text),
        Err(_) => Err(S::Error::custom("octets that are not UTF-8 stand where JSON has text")),
    }
}

/// Writes the members of a record into an object that has been begun.
pub(crate) fn write_members<M: SerializeMap>(record: &dyn Node, members: &mut M) -> Result<(), M::Error> {
    write_members_beside(record, None, members)
}

/// The same beside a member that is written by itself: what is not declared has not its name.
pub(crate) fn write_members_beside<M: SerializeMap>(
    record: &dyn Node,
    beside: Option<&str>,
    members: &mut M,
) -> Result<(), M::Error> {
    let (declared, others) = (record.members(), record.others());
    for (at, member) in declared.iter().enumerate() {
        match (member.presence(), record.at(at)) {
            (Presence::Constant(value), _) => members.serialize_entry(member.name(), &value)?,
            (Presence::Optional, Some(node)) if matches!(node.view(), View::Absent) => {
                if others.is_some_and(|others| others.has_null(member.name())) {
                    members.serialize_entry(member.name(), &())?;
                }
            }
            (_, Some(node)) => members.serialize_entry(member.name(), &Written(node))?,
            (_, None) => {}
        }
    }
    if let Some(others) = others {
        for (name, value) in others.entries() {
            if beside != Some(name) && !declared.iter().any(|member| member.name() == name) {
                members.serialize_entry(name, &Written(value))?;
            }
        }
    }
    Ok(())
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Literal::Null => serializer.serialize_unit(),
            Literal::Bool(value) => serializer.serialize_bool(value),
            Literal::Integer(value) => serializer.serialize_i64(value),
            Literal::Number(value) => serializer.serialize_f64(value),
            Literal::String(value) => serializer.serialize_str(value),
        }
    }
}
