//! Copying values by what they list: `Clone` of generated structs, compiled once.
//!
//! A struct becomes a copy member by member; whatever else a member is becomes a copy as its type says, so that nothing
//! depends on how a value is written. Deliberately absent: values of different types.

use std::any::Any;

use crate::node::{Node, Slot, View};

/// `Clone` of a generated struct.
pub fn copy<T: Node>(value: &T) -> T {
    let mut copy = T::empty();
    copy.assign(value);
    copy
}

/// [`Node::assign`] of a type that knows how to clone itself.
pub fn clone_into<T: Node + Clone>(to: &mut T, from: &dyn Node) {
    if let Some(from) = same_type::<T>(from) {
        to.clone_from(from);
    }
}

/// The value, if it is of this type.
pub(crate) fn same_type<T: Node>(node: &dyn Node) -> Option<&T> {
    (node as &dyn Any).downcast_ref()
}

/// Makes an empty value the same as another of its type: the members of an object one by one, anything else by what it is
/// on the wire.
pub(crate) fn assign(to: &mut dyn Node, from: &dyn Node) {
    match (from.view(), to.slot()) {
        (View::Record(from), Slot::Record(to)) => {
            // After the last one stands the map of the others.
            for at in 0..=from.members().len() {
                if let (Some(from), Some(to)) = (from.at(at), to.member_mut(at)) {
                    to.assign(from);
                }
            }
        }
        (view, slot) => write(view, slot),
    }
}

/// What types that somebody wrote by hand are made of. What does not fit stays as it is: a type of which the slot does not
/// take what the view gives cannot be read back from the wire either.
fn write(view: View<'_>, slot: Slot<'_>) {
    match (view, slot) {
        (View::Bool(from), Slot::Bool(to)) => *to = from,
        (View::F32(from), Slot::F32(to)) => *to = from,
        (View::F64(from), Slot::F64(to)) => *to = from,
        (View::I64(from), Slot::Integer(to)) => drop(to.set(from.into())),
        (View::U64(from), Slot::Integer(to)) => drop(to.set(from.into())),
        (View::I128(from), Slot::Integer(to)) => drop(to.set(from)),
        (View::Text(from), Slot::String(to)) => *to = from.into_owned(),
        (View::Text(from), Slot::Text(to)) => drop(to.set(&from)),
        (View::Secret(from), Slot::Text(to)) => drop(to.set(from)),
        (View::Bytes(from), Slot::Bytes(to)) => *to = from.clone(),
        (View::Any(from), Slot::Any(to)) => *to = from.clone(),
        _ => {}
    }
}
