//! `x-problem`: the facts about codes that JSON Schema has no word for.
//!
//! On the schema of a code: the facts of [`CodeExtension`]. On the base, or at the root of the document: `docs`, `sections`, and
//! `codes` with these facts for each code, so that every way of writing has a place for them.

use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::contract::{Pointer, Recovery};
use crate::report::nearest;

use super::super::{Lowering, codes};
use super::facts::statuses;
use super::recovery;

pub(super) const KEY: &str = crate::grammar::PROBLEM;

/// What `x-problem` says of a code.
#[derive(Debug, Default)]
pub(super) struct CodeExtension {
    pub(super) title: Option<String>,
    pub(super) statuses: BTreeSet<u16>,
    pub(super) retryable: Option<bool>,
    pub(super) type_uri: Option<String>,
    /// With the place where it is said.
    pub(super) section: Option<(String, Pointer)>,
    pub(super) order: Option<i64>,
    pub(super) meaning: Option<String>,
    pub(super) remedy: Option<String>,
    pub(super) recovery: Option<Recovery>,
    pub(super) source: Option<String>,
}

impl CodeExtension {
    /// What this says, and what the other says where this is silent.
    pub(super) fn over(self, other: &Self) -> Self {
        let text = |own: Option<String>, other: &Option<String>| own.or_else(|| other.clone());
        Self {
            title: text(self.title, &other.title),
            statuses: self.statuses,
            retryable: self.retryable.or(other.retryable),
            type_uri: text(self.type_uri, &other.type_uri),
            section: self.section.or_else(|| other.section.clone()),
            order: self.order.or(other.order),
            meaning: text(self.meaning, &other.meaning),
            remedy: text(self.remedy, &other.remedy),
            recovery: self.recovery.or_else(|| other.recovery.clone()),
            source: text(self.source, &other.source),
        }
    }
}

/// The keys of a code, for those who mistype one.
const CODE_KEYS: &str = "title, status, retryable, type, section, order, meaning, remedy, recovery, source";

/// Keys of a code that say what its members are.
const MEMBER_KEYS: [&str; 2] = ["schema", "fields"];

/// Keys that are read where the base stands.
const BASE_KEYS: [&str; 3] = ["docs", "sections", "codes"];

/// What `x-problem` says of a family.
#[derive(Debug, Default)]
pub(super) struct BaseExtension<'a> {
    pub(super) docs: Option<String>,
    pub(super) sections: Vec<String>,
    /// The facts of each code, and where they stand.
    pub(super) codes: Option<(&'a Value, Pointer)>,
}

/// Where a code's facts stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// On the schema of the code.
    Schema,
    /// On a schema that is a base, too.
    Base,
    /// In `codes`, where its members can be said as well.
    Codes,
}

/// Reads the extension of a code's schema, which stands at `at`.
pub(super) fn code(
    lowering: &mut Lowering<'_>,
    extensions: &IndexMap<String, Value>,
    at: &Pointer,
    home: Home,
) -> CodeExtension {
    match object(lowering, extensions, at) {
        Some((object, at)) => facts(lowering, object, &at, home),
        None => CodeExtension::default(),
    }
}

/// Reads the facts of a code.
pub(super) fn facts(
    lowering: &mut Lowering<'_>,
    object: &Map<String, Value>,
    at: &Pointer,
    home: Home,
) -> CodeExtension {
    let mut read = CodeExtension::default();
    for (key, value) in object {
        let at = at.child(key);
        match key.as_str() {
            "title" => read.title = text(lowering, key, value, &at),
            "type" => read.type_uri = text(lowering, key, value, &at),
            "section" => read.section = text(lowering, key, value, &at).map(|section| (section, at)),
            "meaning" => read.meaning = text(lowering, key, value, &at),
            "remedy" => read.remedy = text(lowering, key, value, &at),
            "recovery" => read.recovery = recovery::read(lowering, value, &at),
            "source" => read.source = text(lowering, key, value, &at),
            "retryable" => {
                read.retryable = value.as_bool();
                if read.retryable.is_none() {
                    wrong(lowering, key, "true or false", &at);
                }
            }
            "status" => {
                let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                match statuses(list) {
                    Some(statuses) => read.statuses = statuses,
                    None => wrong(lowering, key, "a status or a list of them", &at),
                }
            }
            "order" => {
                read.order = value.as_i64();
                if read.order.is_none() {
                    wrong(lowering, key, "a whole number", &at);
                }
            }
            key if home == Home::Base && BASE_KEYS.contains(&key) => {}
            key if home == Home::Codes && MEMBER_KEYS.contains(&key) => {}
            _ => stray(lowering, key, CODE_KEYS, &at),
        }
    }
    read
}

/// Reads the extension of a base; `lone` when the base is the schema of a code as well.
pub(super) fn base<'a>(
    lowering: &mut Lowering<'a>,
    extensions: &'a IndexMap<String, Value>,
    at: &Pointer,
    lone: bool,
) -> BaseExtension<'a> {
    let mut read = BaseExtension::default();
    let Some((object, at)) = object(lowering, extensions, at) else { return read };
    for (key, value) in object {
        let at = at.child(key);
        match key.as_str() {
            "docs" => read.docs = text(lowering, key, value, &at),
            "sections" => {
                let list: Option<Vec<String>> = value
                    .as_array()
                    .and_then(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
                match list {
                    Some(list) => read.sections = list,
                    None => wrong(lowering, key, "a list of texts", &at),
                }
            }
            "codes" if value.is_object() => read.codes = Some((value, at)),
            "codes" => wrong(lowering, key, "an object with a member for each code", &at),
            _ if lone => {}
            _ => stray(lowering, key, &BASE_KEYS.join(", "), &at),
        }
    }
    read
}

/// Says where an extension stands that nothing has read; `members` are those that hold codes.
pub(super) fn refuse_elsewhere(
    lowering: &mut Lowering<'_>,
    extensions: &[Pointer],
    read: &HashSet<Pointer>,
    members: &HashSet<Pointer>,
) {
    for at in extensions {
        let Some(holder) = at.0.strip_suffix(KEY).and_then(|at| at.strip_suffix('/')) else { continue };
        let holder = Pointer(holder.to_owned());
        if read.contains(&holder) {
            continue;
        }
        let component = holder.0.strip_prefix("/components/schemas/").filter(|name| !name.contains('/'));
        let (message, help) = match component {
            _ if members.contains(&holder) => (
                format!("`{KEY}` stands on the member that holds the code, where nothing reads it"),
                "move it to the schema that has the member; one that is for several codes says the facts of each under `codes`",
            ),
            Some(name) => (
                format!(
                    "`{}` describes no code that an operation could raise, so nothing reads its `{KEY}`",
                    crate::load::unescape(name)
                ),
                "put it on the schema of an error whose code has a single value, or say the facts of each code by its name under \
                 `codes`, on the base or at the root of the document",
            ),
            None => (
                format!("nothing reads `{KEY}` here"),
                "put it on the schema of a code, on the base of these, or, with `codes`, at the root of the document",
            ),
        };
        lowering.warn(codes::EXTENSION_PLACE, at, message, help);
    }
}

fn object<'e>(
    lowering: &mut Lowering<'_>,
    extensions: &'e IndexMap<String, Value>,
    at: &Pointer,
) -> Option<(&'e Map<String, Value>, Pointer)> {
    let value = extensions.get(KEY)?;
    let at = at.child(KEY);
    let object = value.as_object();
    if object.is_none() {
        wrong(lowering, KEY, "an object", &at);
    }
    Some((object?, at))
}

pub(super) fn text(lowering: &mut Lowering<'_>, key: &str, value: &Value, at: &Pointer) -> Option<String> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    if text.is_none() {
        wrong(lowering, key, "a text", at);
    }
    text.map(str::to_owned)
}

pub(super) fn wrong(lowering: &mut Lowering<'_>, key: &str, expected: &str, at: &Pointer) {
    lowering.error(
        codes::EXTENSION_TYPE,
        at,
        format!("`{key}` is not {expected}"),
        format!("write {expected}, or remove the key"),
    );
}

/// A key that nothing reads here: one that is read elsewhere, or none at all.
fn stray(lowering: &mut Lowering<'_>, key: &str, known: &str, at: &Pointer) {
    let elsewhere = match key {
        _ if BASE_KEYS.contains(&key) => "on the base of the codes, or at the root of the document",
        _ if MEMBER_KEYS.contains(&key) => {
            "for each code under `codes`, on the base of the codes or at the root of the document"
        }
        _ if CODE_KEYS.split(", ").any(|known| known == key) => {
            "on the schema of a code, which gives its code by a `const`, or for each code under `codes`, on the base of the codes or at the root of the document"
        }
        _ => return unknown(lowering, key, KEY, known, at),
    };
    lowering.warn(
        codes::EXTENSION_KEY,
        at,
        format!("`{key}` is not a key of `{KEY}` here, so nothing reads it"),
        format!("move it to where it is read: {elsewhere}"),
    );
}

pub(super) fn unknown(lowering: &mut Lowering<'_>, key: &str, of: &str, known: &str, at: &Pointer) {
    lowering.warn(
        codes::EXTENSION_KEY,
        at,
        format!("`{key}` is not a key of `{of}` here, so nothing reads it"),
        match nearest(key, known.split(", ")).as_slice() {
            [] => format!("the keys are {known}"),
            near => format!("known keys with near names: `{}`", near.join("`, `")),
        },
    );
}
