//! The plan of successes that are read item by item.

use super::Ty;
use super::types::Shapes;
use crate::contract::{Contract, Field, Operation, Shape, Type};

/// A success that lists item by item, read while it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct SequencePlan {
    /// The media types in which it comes.
    pub media_types: Vec<String>,
    /// What an item is.
    pub ty: Ty,
    /// Of server-sent events: is an item the whole event?
    pub whole_events: bool,
}

/// The members of an event (OpenAPI, "Special Considerations for Server-Sent Events").
const EVENT: [&str; 4] = ["data", "event", "id", "retry"];

/// How many types lead to one that says what it is; only a circle has more.
const DEPTH: usize = 16;

/// Plans the sequences of an operation: one for each type of items, in the order of the document.
pub(super) fn plan(contract: &Contract, shapes: &Shapes<'_>, operation: &Operation) -> Vec<SequencePlan> {
    let mut found: Vec<SequencePlan> = Vec::new();
    for media in operation.successes.iter().flat_map(|success| &success.media) {
        // Parts of a multipart body are no JSON.
        let Some(items) = media.items.as_ref().filter(|_| !media.media_type.starts_with("multipart/")) else {
            continue;
        };
        let whole_events =
            media.media_type.starts_with("text/event-stream") && is_event(contract, items, DEPTH);
        let ty = shapes.ty(items);
        match found.iter_mut().find(|known| (&known.ty, known.whole_events) == (&ty, whole_events)) {
            Some(known) if known.media_types.contains(&media.media_type) => {}
            Some(known) => known.media_types.push(media.media_type.clone()),
            None => {
                found.push(SequencePlan { media_types: vec![media.media_type.clone()], ty, whole_events })
            }
        }
    }
    found
}

/// Does a type describe events, and not what stands in their data? Documents do either.
fn is_event(contract: &Contract, ty: &Type, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match ty {
        Type::Nullable(inner) | Type::Format(_, inner) => is_event(contract, inner, depth),
        Type::Named(id) => match contract.types.get(id.0).map(|def| &def.shape) {
            Some(Shape::Alias(inner)) => is_event(contract, inner, depth),
            Some(Shape::Struct(members)) => has_members_of_event(&members.fields),
            Some(Shape::Union(union)) => {
                !union.variants.is_empty()
                    && union.variants.iter().all(|variant| is_event(contract, &variant.ty, depth))
            }
            _ => false,
        },
        _ => false,
    }
}

fn has_members_of_event(fields: &[Field]) -> bool {
    fields.iter().any(|field| field.name == "data" || field.name == "event")
        && fields.iter().all(|field| EVENT.contains(&field.name.as_str()))
}
