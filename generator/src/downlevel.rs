//! Downlevelling: from any OpenAPI 3 to the 3.0 that `openapiv3` reads.
//!
//! Comes in: a bundled [`Document`] of version 3.0, 3.1 or 3.2. Goes out: the same document as 3.0.3; what 3.0 cannot
//! say travels in `x-` members whose name is the keyword in kebab-case (`x-if`, `x-prefix-items`, `x-dependent-required`,
//! `x-const`, `x-examples`). Deliberately absent: any dropping; a rule moves, rewrites or reports.
//!
//! Three members of 3.2 stay where they are, because [`resolve`](crate::resolve) reads them as what they are: `additionalOperations`
//! with `query`, `itemSchema`, and the section `mediaTypes`.
//!
//! The rules apply to every version: documents that say 3.0 use keywords of 3.1 (type lists, `const`, numeric exclusive bounds),
//! and documents that say 3.1 use `nullable`.

pub mod codes;
mod document;
mod schema;
#[cfg(test)]
mod tests;
mod unknown;

use serde_json::{Map, Value};

use crate::bundle::Document;
use crate::contract::Pointer;
use crate::grammar::{self, Kind};
use crate::load::{Part, Sources};
use crate::report::{Diagnostic, Report};

/// A rule: what it is called, what it does, and the doing.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What it turns into what.
    pub what: &'static str,
    apply: fn(&mut Map<String, Value>, &mut Context<'_>),
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.name, self.what)
    }
}

/// Every rule, in the order in which they apply to an object; the objects inside of it have been rewritten before.
pub const RULES: &[&[Rule]] = &[schema::RULES, document::RULES];

/// Where a rule is at work.
struct Context<'a> {
    pointer: &'a str,
    sources: &'a Sources,
    report: &'a mut Report,
}

impl Context<'_> {
    fn say(&mut self, below: &str, diagnostic: Diagnostic) {
        let place = self.sources.place(&Pointer(format!("{}{below}", self.pointer)), Part::Key);
        self.report.push(diagnostic.at(place));
    }
}

/// Rewrites a document to OpenAPI 3.0.3. `None` when the report has errors.
pub fn downlevel(mut document: Document, report: &mut Report) -> Option<Document> {
    let before = report.errors();
    document::slashes(&mut document, report);
    let Document { value, sources } = &mut document;
    let mut unknown = unknown::Unknown::default();
    apply(value, Kind::Document, &mut String::new(), sources, report, &mut unknown);
    unknown.tell(sources, report);
    (report.errors() == before).then_some(document)
}

fn apply(
    value: &mut Value,
    kind: Kind,
    pointer: &mut String,
    sources: &Sources,
    report: &mut Report,
    unknown: &mut unknown::Unknown,
) {
    if let Some(map) = value.as_object() {
        unknown.look(map, kind, pointer);
    }
    grammar::children_mut(value, kind, pointer, &mut |child, kind, pointer| {
        apply(child, kind, pointer, sources, report, unknown);
    });
    if kind == Kind::Schema && value.is_boolean() && !may_be_boolean(pointer) {
        schema::from_boolean(value);
    }
    let Some(map) = value.as_object_mut() else { return };
    let mut context = Context { pointer, sources, report };
    if kind == Kind::Schema {
        schema::RULES.iter().for_each(|rule| (rule.apply)(map, &mut context));
    } else {
        document::apply(map, kind, &mut context);
    }
}

/// Schemas that may be `true` or `false` in 3.0, too, or that travel as they are.
fn may_be_boolean(pointer: &str) -> bool {
    let mut segments = pointer.rsplit('/');
    let last = segments.next().unwrap_or("");
    let holder = segments.next().unwrap_or("");
    let named = matches!(
        holder,
        "properties" | "schemas" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions"
    );
    let keyword = ["additionalProperties", "unevaluatedProperties", "unevaluatedItems", "additionalItems"]
        .contains(&last);
    keyword && !named
}

/// Moves a member to the extension of its name.
fn extend(map: &mut Map<String, Value>, member: &str) {
    if let Some(value) = map.shift_remove(member) {
        map.insert(extension(member), value);
    }
}

/// The keyword of schemas that travels in an extension, of those that hold schemas.
pub(crate) fn travelling(extension: &str) -> Option<&'static str> {
    extension
        .starts_with("x-")
        .then(grammar::schema_keywords)?
        .find(|name| self::extension(name) == extension)
}

/// The extension that a member travels in: `x-` and its name in kebab-case.
fn extension(member: &str) -> String {
    let mut name = String::from("x");
    let mut start = true;
    for character in member.chars().filter(|c| *c != '$') {
        if start || character.is_ascii_uppercase() {
            name.push('-');
        }
        start = false;
        name.push(character.to_ascii_lowercase());
    }
    name
}
