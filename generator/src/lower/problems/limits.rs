//! Limits: the values that a member can have, as far as a schema lists them.

use std::borrow::Cow;

use serde_json::Value;

use super::super::Lowering;
use super::super::flat::{Declared, Flat};
use super::super::node::{Node, Slot};

/// How many references and wrappers may stand before a list of values.
const DEPTH: usize = 8;

/// The values that a schema lists.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limit {
    pub(super) values: Vec<Value>,
    /// Others are values, too: `anyOf: [{enum: […]}, {type: string}]`.
    pub(super) open: bool,
}

impl<'a> Lowering<'a> {
    /// What a schema lists: by `const` or `enum`, here, behind references, or in alternatives.
    pub(super) fn limit(&self, slot: Slot<'a>) -> Option<Limit> {
        self.limit_within(slot, 0)
    }

    fn limit_within(&self, slot: Slot<'a>, depth: usize) -> Option<Limit> {
        if depth > DEPTH {
            return None;
        }
        let schema = match slot {
            Slot::Schema(schema) => schema,
            Slot::Ref(reference) => {
                return self.limit_within(Slot::from(self.schema(reference)?.1), depth + 1);
            }
        };
        let node = Node::of(schema);
        if let Some(values) = node.values {
            let values: Vec<Value> = Cow::into_owned(values).into_iter().filter(|v| !v.is_null()).collect();
            return (!values.is_empty()).then_some(Limit { values, open: false });
        }
        if let Some(own) =
            node.all_of.iter().rev().find_map(|branch| self.limit_within(Slot::from(branch), depth + 1))
        {
            return Some(own);
        }
        let [group] = node.alternatives().try_into().ok()?;
        let mut joined = Limit { values: Vec::new(), open: false };
        for branch in group.slots.iter().map(Slot::from) {
            match self.limit_within(branch, depth + 1) {
                Some(limit) => {
                    joined.open |= limit.open;
                    joined.values.extend(limit.values);
                }
                None => joined.open |= !matches!(branch, Slot::Schema(schema) if Node::of(schema).is_null()),
            }
        }
        (!joined.values.is_empty()).then_some(joined)
    }

    /// What the most specific declaration that limits a member lists.
    pub(super) fn limit_of(&self, list: &[Declared<'a>]) -> Option<Limit> {
        list.iter().rev().find_map(|declared| self.limit(declared.slot))
    }

    /// The values of a member, by the declarations that a schema adds to the `inherited` ones.
    pub(super) fn fixed(&self, flat: &Flat<'a>, member: &str, inherited: usize) -> Option<Vec<Value>> {
        let own = flat.members.get(member)?.get(inherited..)?;
        self.limit_of(own).filter(|limit| !limit.open).map(|limit| limit.values)
    }

    /// The declaration that [`fixed`](Self::fixed) goes by.
    pub(super) fn limiting<'f>(
        &self,
        flat: &'f Flat<'a>,
        member: &str,
        inherited: usize,
    ) -> Option<&'f Declared<'a>> {
        let own = flat.members.get(member)?.get(inherited..)?;
        own.iter().rev().find(|declared| self.limit(declared.slot).is_some())
    }
}

/// Do the values only repeat an HTTP status?
pub(super) fn are_statuses(values: &[Value]) -> bool {
    values.iter().all(|value| match value {
        Value::Number(number) => number.as_u64().is_some_and(|number| (100..=599).contains(&number)),
        Value::String(text) => text.len() == 3 && text.parse::<u16>().is_ok_and(|n| (100..=599).contains(&n)),
        _ => false,
    })
}

/// Does the text identify something, as the `type` of a problem does, rather than name it?
pub(super) fn is_uri(text: &str) -> bool {
    text.contains("://")
        || text.starts_with(['/', '#'])
        || text.starts_with("urn:")
        || text.starts_with("tag:")
}
