//! What is known about a code, before its members are lowered.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use crate::contract::{Docs, Example, Pointer};

use super::super::flat::Declared;
use super::extension::CodeExtension;

/// What one place of the document says about a code, whatever the way of writing.
pub(in super::super) struct Facts<'a> {
    /// The value on the wire.
    pub(super) code: String,
    /// The schema that it refines.
    pub(super) base: &'a str,
    pub(super) title: Option<String>,
    pub(super) statuses: BTreeSet<u16>,
    /// Where these are said.
    pub(super) statuses_at: Option<Pointer>,
    pub(super) retryable: Option<bool>,
    pub(super) type_uri: Option<String>,
    pub(super) docs: Docs,
    pub(super) extension: CodeExtension,
    /// The members that the base does not have, and those of the base that are declared anew.
    pub(super) members: Vec<Member<'a>>,
    pub(super) examples: Vec<Example>,
    pub(super) at: Pointer,
}

/// A member of a code's schema.
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) declared: Vec<Declared<'a>>,
    pub(super) required: bool,
    /// Does the base declare a member of this name?
    pub(super) common: bool,
}

/// What is known about component schemas, so that each is looked at once.
#[derive(Default)]
pub(in super::super) struct Known<'a> {
    /// The code that a component describes, if it describes one.
    pub(super) facts: std::collections::HashMap<&'a str, Option<Rc<Facts<'a>>>>,
    /// The member that holds the code, if a component could be the base of a family.
    pub(super) bases: std::collections::HashMap<&'a str, Option<&'static str>>,
    /// The members of a base and which of them are required.
    pub(super) common: std::collections::HashMap<&'a str, Rc<Common<'a>>>,
}

/// The members of a base.
pub(super) struct Common<'a> {
    /// How often each is declared.
    pub(super) members: std::collections::HashMap<&'a str, usize>,
    pub(super) required: BTreeSet<&'a str>,
}

/// Statuses out of `const` or `enum` values.
pub(super) fn statuses(values: &[Value]) -> Option<BTreeSet<u16>> {
    values
        .iter()
        .map(|value| match value {
            Value::Number(number) => number.as_u64().and_then(|status| u16::try_from(status).ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        })
        .collect()
}
