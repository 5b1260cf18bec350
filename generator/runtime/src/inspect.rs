//! Showing and comparing values by what they list: `Debug` and `PartialEq` of generated types, compiled once. Enums show
//! their variant themselves.
//!
//! A value shows as what it is on the wire, by the names of the wire, secrets as `Secret(***)`; two values of a type are
//! equal if they are the same on the wire. The derived implementations would say nearly the same, at a cost to whoever
//! compiles a large API that is a multiple of all else in its types. Deliberately absent: order.

use std::any::type_name;
use std::fmt;

use crate::node::{MapNode, Node, View};
use crate::operation::Operation;

/// `Debug` of a generated type.
///
/// # Errors
/// Those of the formatter.
pub fn debug<T: Node>(node: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    debug_node(type_name::<T>(), node, f)
}

/// The last segment of a type's path: what it is called.
fn name(path: &'static str) -> &'static str {
    path.rsplit("::").next().unwrap_or(path)
}

fn debug_node(path: &'static str, node: &dyn Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = name(path);
    let View::Record(record) = node.view() else {
        return f.debug_tuple(name).field(&Shown(node)).finish();
    };
    let mut shown = f.debug_struct(name);
    for (name, value) in members(record) {
        shown.field(name, &Shown(value));
    }
    if let Some(others) = record.others() {
        for (name, value) in others.entries() {
            shown.field(&format!("{name:?}"), &Shown(value));
        }
    }
    shown.finish()
}

/// `PartialEq` of a generated type.
pub fn same(one: &dyn Node, other: &dyn Node) -> bool {
    match (one.view(), other.view()) {
        (View::Absent, View::Absent) | (View::Null, View::Null) => true,
        (View::Bool(one), View::Bool(other)) => one == other,
        (View::I64(one), View::I64(other)) => one == other,
        (View::U64(one), View::U64(other)) => one == other,
        (View::I128(one), View::I128(other)) => one == other,
        (View::F32(one), View::F32(other)) => one == other,
        (View::F64(one), View::F64(other)) => one == other,
        (View::Text(one), View::Text(other)) => one == other,
        (View::Secret(one), View::Secret(other)) => one == other,
        (View::Bytes(one), View::Bytes(other)) => one == other,
        (View::Body(one), View::Body(other)) => one == other,
        (View::File(one), View::File(other)) => one == other,
        (View::Any(one), View::Any(other)) => one == other,
        (View::List(one), View::List(other)) => {
            one.len() == other.len() && (0..one.len()).all(|at| both(one.get(at), other.get(at)))
        }
        (View::Map(one), View::Map(other)) => same_entries(one, other),
        (View::Record(one), View::Record(other)) => {
            // The same list, unless a union holds different types.
            let names = |record: &dyn Node| record.members().len();
            names(one) == names(other)
                && one.members().iter().zip(other.members()).all(|(one, other)| one.name() == other.name())
                && (0..names(one)).all(|at| both(one.at(at), other.at(at)))
                && match (one.others(), other.others()) {
                    (Some(one), Some(other)) => same_entries(one, other),
                    (one, other) => one.is_none() && other.is_none(),
                }
        }
        _ => false,
    }
}

fn both(one: Option<&dyn Node>, other: Option<&dyn Node>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn same_entries(one: &dyn MapNode, other: &dyn MapNode) -> bool {
    let (mut one, mut other) = (one.entries(), other.entries());
    loop {
        match (one.next(), other.next()) {
            (Some((name, value)), Some((other_name, other_value))) => {
                if name != other_name || !same(value, other_value) {
                    return false;
                }
            }
            (one, other) => return one.is_none() && other.is_none(),
        }
    }
}

/// `Debug` of a generated operation: its name, its parameters, its body.
///
/// # Errors
/// Those of the formatter.
pub fn debug_operation<T: Operation>(operation: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(name(type_name::<T>()));
    for (at, param) in T::SPEC.params.iter().enumerate() {
        if let Some(value) = operation.param(at).filter(|value| !matches!(value.view(), View::Absent)) {
            shown.field(param.name, &Shown(value));
        }
    }
    if let Some(body) = operation.body() {
        shown.field("body", &body);
    }
    shown.finish()
}

/// The members that are there.
fn members(record: &dyn Node) -> impl Iterator<Item = (&'static str, &dyn Node)> {
    let members = record.members().iter().enumerate();
    members.filter_map(|(at, member)| {
        let value = record.at(at)?;
        (!matches!(value.view(), View::Absent)).then_some((member.name(), value))
    })
}

/// A node as it shows.
pub(crate) struct Shown<'a>(pub(crate) &'a dyn Node);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.view() {
            View::Absent | View::Null => f.write_str("null"),
            View::Bool(value) => value.fmt(f),
            View::I64(value) => value.fmt(f),
            View::U64(value) => value.fmt(f),
            View::I128(value) => value.fmt(f),
            View::F32(value) => value.fmt(f),
            View::F64(value) => value.fmt(f),
            View::Text(text) => text.fmt(f),
            View::Secret(_) => f.write_str("Secret(***)"),
            View::Bytes(octets) => octets.fmt(f),
            View::Body(body) => body.fmt(f),
            View::File(file) => file.fmt(f),
            View::Any(value) => value.fmt(f),
            View::List(list) => {
                f.debug_list().entries((0..list.len()).filter_map(|at| list.get(at)).map(Shown)).finish()
            }
            View::Map(map) => {
                f.debug_map().entries(map.entries().map(|(name, value)| (name, Shown(value)))).finish()
            }
            View::Record(record) => {
                let mut shown = f.debug_map();
                for (name, value) in members(record) {
                    shown.entry(&format_args!("{name}"), &Shown(value));
                }
                if let Some(others) = record.others() {
                    shown.entries(others.entries().map(|(name, value)| (name, Shown(value))));
                }
                shown.finish()
            }
        }
    }
}
