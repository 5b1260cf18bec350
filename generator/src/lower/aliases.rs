//! Aliases: a chain of names that comes back to its start says nothing about a type.
//!
//! A list or a map on the way ends the chain: a list of itself is a type.

use crate::contract::{Shape, Type, TypeDef, TypeId};

use super::{Lowering, codes};

/// How far the search has come with a type.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    OnTheWay,
    Done,
}

/// Refuses every circle of aliases; the type at which it closes becomes any value, so that later stages end.
pub(super) fn refuse_cycles(lowering: &mut Lowering<'_>) {
    let mut marks = vec![Mark::New; lowering.types.len()];
    for start in 0..marks.len() {
        let mut way = Vec::new();
        let mut at = start;
        while marks.get(at) == Some(&Mark::New) {
            marks[at] = Mark::OnTheWay;
            way.push(at);
            match target(lowering.types.get(at)) {
                Some(TypeId(next)) => at = next,
                None => break,
            }
        }
        if marks.get(at) == Some(&Mark::OnTheWay) && target(lowering.types.get(at)).is_some() {
            refuse(lowering, at);
        }
        for done in way {
            marks[done] = Mark::Done;
        }
    }
}

/// The type that an alias is another name for.
fn target(def: Option<&Option<TypeDef>>) -> Option<TypeId> {
    match &def?.as_ref()?.shape {
        Shape::Alias(Type::Named(id)) => Some(*id),
        Shape::Alias(Type::Nullable(inner)) => match **inner {
            Type::Named(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn refuse(lowering: &mut Lowering<'_>, at: usize) {
    let Some(Some(def)) = lowering.types.get_mut(at) else { return };
    def.shape = Shape::Alias(Type::Any);
    let (name, at) = (def.name.clone(), def.at.clone());
    lowering.error(
        codes::ALIAS_CYCLE,
        &at,
        format!("`{name}` is only another name for itself"),
        "give one of the schemas that refer to each other a type",
    );
}
