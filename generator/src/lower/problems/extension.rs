//! `x-problem`: the facts about a code that JSON Schema has no word for.
//!
//! On the schema of a code: `section`, `order`, `meaning`, `remedy`, `source`. On the base: `docs`, `sections`.

use indexmap::IndexMap;
use openapiv3::ReferenceOr;
use serde_json::{Map, Value};

use crate::contract::Pointer;

use super::super::{Lowering, codes};

const KEY: &str = "x-problem";

/// `x-problem` on the schema of a code.
#[derive(Debug, Default)]
pub(super) struct CodeExtension {
    pub(super) section: Option<String>,
    pub(super) order: Option<i64>,
    pub(super) meaning: Option<String>,
    pub(super) remedy: Option<String>,
    pub(super) source: Option<String>,
}

/// `x-problem` on the base of a family.
#[derive(Debug, Default)]
pub(super) struct BaseExtension {
    pub(super) docs: Option<String>,
    pub(super) sections: Vec<String>,
}

/// Reads the extension of a code's schema, which stands at `at`.
pub(super) fn code(
    lowering: &mut Lowering<'_>,
    extensions: &IndexMap<String, Value>,
    at: &Pointer,
) -> CodeExtension {
    let mut read = CodeExtension::default();
    let Some((object, at)) = object(lowering, extensions, at) else { return read };
    for (key, value) in object {
        let at = at.child(key);
        match key.as_str() {
            "section" => read.section = text(lowering, key, value, &at),
            "meaning" => read.meaning = text(lowering, key, value, &at),
            "remedy" => read.remedy = text(lowering, key, value, &at),
            "source" => read.source = text(lowering, key, value, &at),
            "order" => {
                read.order = value.as_i64();
                if read.order.is_none() {
                    wrong(lowering, key, "a whole number", &at);
                }
            }
            _ => unknown(lowering, key, "section, order, meaning, remedy, source", &at),
        }
    }
    read
}

/// Reads the extension of a base.
pub(super) fn base(lowering: &mut Lowering<'_>, name: &str) -> BaseExtension {
    let mut read = BaseExtension::default();
    let Some(ReferenceOr::Item(schema)) =
        lowering.components().and_then(|components| components.schemas.get(name))
    else {
        return read;
    };
    let at = super::component(name);
    let Some((object, at)) = object(lowering, &schema.schema_data.extensions, &at) else { return read };
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
            _ => unknown(lowering, key, "docs, sections", &at),
        }
    }
    read
}

/// Says where an extension stands that nothing has read: on a component that `is_read` does not know.
pub(super) fn refuse_elsewhere(lowering: &mut Lowering<'_>, is_read: impl Fn(&str) -> bool) {
    let Some(components) = lowering.components() else { return };
    for (name, schema) in &components.schemas {
        let carries = schema.as_item().is_some_and(|schema| schema.schema_data.extensions.contains_key(KEY));
        if carries && !is_read(name) {
            lowering.warn(
                codes::EXTENSION_PLACE,
                &super::component(name).child(KEY),
                format!(
                    "`{name}` describes no code that an operation could raise, so nothing reads its `{KEY}`"
                ),
                "let it extend the base by `allOf` and give its code one value",
            );
        }
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

fn text(lowering: &mut Lowering<'_>, key: &str, value: &Value, at: &Pointer) -> Option<String> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    if text.is_none() {
        wrong(lowering, key, "a text", at);
    }
    text.map(str::to_owned)
}

fn wrong(lowering: &mut Lowering<'_>, key: &str, expected: &str, at: &Pointer) {
    lowering.error(
        codes::EXTENSION_TYPE,
        at,
        format!("`{key}` is not {expected}"),
        format!("write {expected}, or remove the key"),
    );
}

fn unknown(lowering: &mut Lowering<'_>, key: &str, known: &str, at: &Pointer) {
    lowering.warn(
        codes::EXTENSION_KEY,
        at,
        format!("`{key}` is not a key of `{KEY}` here, so nothing reads it"),
        format!("the keys are {known}"),
    );
}
