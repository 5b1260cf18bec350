//! Reading values of a document by the type that belongs there, with a diagnostic at the smallest thing that does not fit.
//!
//! What people write for another type and clearly mean is read as they mean it: `version: 1.0` is text, `required: "true"` true.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3::ReferenceOr;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::contract::Pointer;
use crate::load::{Part, Sources, escape, unescape};
use crate::report::{Code, Diagnostic, Report};

use super::{Beyond, codes};

pub(super) type Extensions = IndexMap<String, Value>;

/// The state of a conversion. Whatever does not fit is reported and replaced by something empty, so that one run finds everything;
/// no document with an error leaves this stage.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources,
    pub(super) report: &'a mut Report,
    /// The pointer to the value at hand.
    pub(super) pointer: String,
    /// The names in each section of the components.
    pub(super) names: HashMap<String, HashSet<String>>,
    /// What the types of `openapiv3` have no place for.
    pub(super) beyond: Beyond,
}

impl Reader<'_> {
    /// Runs `inside` one member deeper.
    pub(super) fn within<T>(&mut self, segment: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escape(segment));
        let out = inside(self);
        self.pointer.truncate(length);
        out
    }

    pub(super) fn error(
        &mut self,
        code: Code,
        part: Part,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let place = self.sources.place(&Pointer(self.pointer.clone()), part);
        self.report.push(Diagnostic::error(code, message).at(place).help(help));
    }

    pub(super) fn warn(&mut self, code: Code, message: impl Into<String>, help: impl Into<String>) {
        let place = self.sources.place(&Pointer(self.pointer.clone()), Part::Value);
        self.report.push(Diagnostic::warning(code, message).at(place).help(help));
    }

    fn wrong(&mut self, wanted: &str, value: &Value) {
        let name = unescape(self.pointer.rsplit('/').next().unwrap_or("")).into_owned();
        let message = format!("`{name}` must be {wanted}, not {}", describe(value));
        self.error(codes::SHAPE, Part::Value, message, format!("write {wanted}"));
    }

    pub(super) fn missing(&mut self, what: &str, member: &str) {
        let message = format!("{what} has no `{member}`");
        self.error(codes::MISSING, Part::Key, message, format!("add `{member}`"));
    }

    pub(super) fn object(&mut self, value: Value) -> Option<Map<String, Value>> {
        match value {
            Value::Object(map) => Some(map),
            // `key:` with nothing behind it.
            Value::Null => Some(Map::new()),
            other => {
                self.wrong("an object", &other);
                None
            }
        }
    }

    pub(super) fn list<T>(&mut self, value: Value, mut each: impl FnMut(&mut Self, Value) -> T) -> Vec<T> {
        match value {
            Value::Array(items) => {
                let items = items.into_iter().enumerate();
                items.map(|(place, item)| self.within(&place.to_string(), |this| each(this, item))).collect()
            }
            Value::Null => Vec::new(),
            other => {
                self.wrong("a list", &other);
                Vec::new()
            }
        }
    }

    pub(super) fn map<T>(
        &mut self,
        value: Value,
        mut each: impl FnMut(&mut Self, Value) -> T,
    ) -> IndexMap<String, T> {
        let Some(map) = self.object(value) else { return IndexMap::new() };
        map.into_iter()
            .map(|(name, entry)| {
                let entry = self.within(&name, |this| each(this, entry));
                (name, entry)
            })
            .collect()
    }

    pub(super) fn text(&mut self, value: Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            Value::Null => None,
            Value::Number(_) | Value::Bool(_) => {
                let raw = self.sources.raw(&Pointer(self.pointer.clone())).map(str::to_owned);
                Some(raw.unwrap_or_else(|| value.to_string()))
            }
            other => {
                self.wrong("text", &other);
                None
            }
        }
    }

    /// Text for people. Nothing hangs on it, so what is no text is left out.
    pub(super) fn prose(&mut self, value: Value) -> Option<String> {
        if !matches!(value, Value::Object(_) | Value::Array(_)) {
            return self.text(value);
        }
        let name = unescape(self.pointer.rsplit('/').next().unwrap_or("")).into_owned();
        let message = format!("`{name}` must be text, not {}, and is left out", describe(&value));
        self.warn(codes::SHAPE, message, "write text");
        None
    }

    /// A list of names. A number among them is no name, also where text could be made of it.
    pub(super) fn names(&mut self, value: Value) -> Vec<String> {
        if !matches!(value, Value::Array(_) | Value::Null) {
            self.wrong("a list of names", &value);
            return Vec::new();
        }
        let member = unescape(self.pointer.rsplit('/').next().unwrap_or("")).into_owned();
        let names = self.list(value, |this, item| match item {
            Value::String(name) => Some(name),
            other => {
                let message = format!("`{member}` must be a list of names, but holds {}", describe(&other));
                this.error(codes::SHAPE, Part::Value, message, "write the name of a member, as text");
                None
            }
        });
        names.into_iter().flatten().collect()
    }

    pub(super) fn flag(&mut self, value: Value) -> Option<bool> {
        match value {
            Value::Bool(flag) => Some(flag),
            Value::Null => None,
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            other => {
                self.wrong("`true` or `false`", &other);
                None
            }
        }
    }

    pub(super) fn number(&mut self, value: Value) -> Option<f64> {
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        if number.is_none() && !value.is_null() {
            self.wrong("a number", &value);
        }
        number
    }

    pub(super) fn count(&mut self, value: Value) -> Option<usize> {
        let whole = |number: f64| (number >= 0.0 && number.fract() == 0.0).then_some(number as usize);
        let count = match &value {
            Value::Number(number) => number
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .or_else(|| number.as_f64().and_then(whole)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if count.is_none() && !value.is_null() {
            self.wrong("a whole number that is not negative", &value);
        }
        count
    }

    pub(super) fn texts(&mut self, value: Value) -> Vec<String> {
        self.list(value, Self::text).into_iter().flatten().collect()
    }

    /// A part that serde reads as a whole.
    pub(super) fn part<T: DeserializeOwned>(&mut self, value: Value, what: &str) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(part) => Some(part),
            Err(error) => {
                self.error(
                    codes::SHAPE,
                    Part::Value,
                    format!("{what} does not fit: {error}"),
                    "see the OpenAPI specification",
                );
                None
            }
        }
    }

    /// A part that has no influence on the output.
    pub(super) fn idle<T: DeserializeOwned>(&mut self, value: Value, what: &str) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(part) => Some(part),
            Err(error) => {
                self.warn(
                    codes::UNUSED,
                    format!("{what} is left out: {error}"),
                    "nothing is generated from it",
                );
                None
            }
        }
    }

    /// A thing or a reference to one.
    pub(super) fn reference_or<T>(
        &mut self,
        value: Value,
        section: &str,
        read: impl FnOnce(&mut Self, Value) -> T,
    ) -> ReferenceOr<T> {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return ReferenceOr::Item(read(self, value));
        };
        let known = name_of(reference, section)
            .is_some_and(|name| self.names.get(section).is_some_and(|names| names.contains(&*name)));
        if !known {
            let message = format!("`{reference}` is not under `#/components/{section}`");
            self.within("$ref", |this| {
                this.error(codes::UNRESOLVED, Part::Value, message, "refer to something of the right kind");
            });
        }
        ReferenceOr::Reference { reference: reference.to_owned() }
    }
}

/// The component that a reference names, if it is in a section.
pub(super) fn name_of<'a>(reference: &'a str, section: &str) -> Option<std::borrow::Cow<'a, str>> {
    reference.strip_prefix("#/components/")?.strip_prefix(section)?.strip_prefix('/').map(unescape)
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
