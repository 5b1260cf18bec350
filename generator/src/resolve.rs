//! Resolving: from a 3.0 value to the types of `openapiv3`.
//!
//! Comes in: a downlevelled [`Document`]. Goes out: [`Resolved`], whose every reference leads to something. Each piece that
//! does not fit is one diagnostic at its place. Deliberately absent: what anything means.

mod beyond;
pub mod codes;
mod document;
mod paths;
mod read;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use indexmap::IndexMap;
use openapiv3::{
    Components, Example, Header, OpenAPI, Parameter, ReferenceOr, RequestBody, Response, Schema,
    SecurityScheme,
};
use serde_json::Value;

use crate::bundle::Document;
use crate::contract::Pointer;
use crate::downlevel;
use crate::grammar::{self, Kind, PROBLEM};
use crate::load::{Part, Sources};
use crate::report::{Place, Report};

pub use beyond::{Beyond, default_mapping, is_plain_cookie, is_query_string, reference};

/// A document in types, in which every reference leads to something.
#[derive(Debug)]
pub struct Resolved {
    /// The document. Components are sorted by name; references are all `#/components/<kind>/<Name>`.
    pub api: OpenAPI,
    /// What it says that a document of 3.0 cannot.
    pub beyond: Beyond,
    /// Where everything stands.
    pub sources: Sources,
    /// Where `x-problem` stands, in the order of the document, whether something will read it or not.
    pub extensions: Vec<Pointer>,
}

/// What a reference, or the thing itself, leads to.
#[derive(Debug)]
pub struct Found<'a, T> {
    /// The thing.
    pub item: &'a T,
    /// The name of the component, when it was reached by a reference (the last one of a chain).
    pub name: Option<&'a str>,
    /// Where it stands.
    pub at: Pointer,
}

/// Turns a document into types. `None` when the report has errors.
pub fn resolve(document: Document, report: &mut Report) -> Option<Resolved> {
    let Document { value, sources } = document;
    let before = report.errors();
    let components = value.get("components").and_then(Value::as_object);
    let names = components.into_iter().flatten().filter_map(|(section, entries)| {
        let names: HashSet<String> = entries.as_object()?.keys().cloned().collect();
        Some((section.clone(), names))
    });
    let names = names.collect();
    let extensions = extensions(&value);
    let beyond = Beyond::default();
    let mut reader = read::Reader { sources: &sources, report, pointer: String::new(), names, beyond };
    let api = document::document(&mut reader, value);
    let beyond = reader.beyond;
    (report.errors() == before).then_some(Resolved { api, beyond, sources, extensions })
}

/// Where a document says `x-problem`.
pub(crate) fn extensions(document: &Value) -> Vec<Pointer> {
    let mut found = Vec::new();
    extended(document, Kind::Document, &mut String::new(), &mut found);
    found
}

fn extended(value: &Value, kind: Kind, pointer: &mut String, found: &mut Vec<Pointer>) {
    if value.get(PROBLEM).is_some() {
        found.push(Pointer(pointer.clone()).child(PROBLEM));
    }
    let each = &mut |child: &Value, kind, pointer: &mut String| extended(child, kind, pointer, found);
    grammar::children(value, kind, pointer, each);
    // `if` and its like travel in extensions.
    let members = value.as_object().filter(|_| kind == Kind::Schema).into_iter().flatten();
    for (name, child) in members {
        if let Some(keyword) = downlevel::travelling(name) {
            grammar::held_by(keyword, child, kind, pointer, each);
        }
    }
}

impl Resolved {
    /// What a schema is; `at` is where it is used. `None` cannot happen for what stands in this document.
    pub fn schema<'a>(&'a self, item: &'a ReferenceOr<Schema>, at: &Pointer) -> Option<Found<'a, Schema>> {
        self.follow(item, at, "schemas", |components| &components.schemas)
    }

    /// What a parameter is.
    pub fn parameter<'a>(
        &'a self,
        item: &'a ReferenceOr<Parameter>,
        at: &Pointer,
    ) -> Option<Found<'a, Parameter>> {
        self.follow(item, at, "parameters", |components| &components.parameters)
    }

    /// What a response is.
    pub fn response<'a>(
        &'a self,
        item: &'a ReferenceOr<Response>,
        at: &Pointer,
    ) -> Option<Found<'a, Response>> {
        self.follow(item, at, "responses", |components| &components.responses)
    }

    /// What a request body is.
    pub fn request_body<'a>(
        &'a self,
        item: &'a ReferenceOr<RequestBody>,
        at: &Pointer,
    ) -> Option<Found<'a, RequestBody>> {
        self.follow(item, at, "requestBodies", |components| &components.request_bodies)
    }

    /// What a header is.
    pub fn header<'a>(&'a self, item: &'a ReferenceOr<Header>, at: &Pointer) -> Option<Found<'a, Header>> {
        self.follow(item, at, "headers", |components| &components.headers)
    }

    /// What an example is.
    pub fn example<'a>(&'a self, item: &'a ReferenceOr<Example>, at: &Pointer) -> Option<Found<'a, Example>> {
        self.follow(item, at, "examples", |components| &components.examples)
    }

    /// What a security scheme is.
    pub fn security_scheme<'a>(
        &'a self,
        item: &'a ReferenceOr<SecurityScheme>,
        at: &Pointer,
    ) -> Option<Found<'a, SecurityScheme>> {
        self.follow(item, at, "securitySchemes", |components| &components.security_schemes)
    }

    /// The same as [`schema`](Self::schema), for the boxed schemas of properties and items.
    pub fn boxed_schema<'a>(
        &'a self,
        item: &'a ReferenceOr<Box<Schema>>,
        at: &Pointer,
    ) -> Option<Found<'a, Schema>> {
        match item {
            ReferenceOr::Item(item) => Some(Found { item, name: None, at: at.clone() }),
            ReferenceOr::Reference { reference } => self.schema_named(reference),
        }
    }

    /// The schema that a reference such as `#/components/schemas/Pet` leads to, also one from a discriminator's mapping.
    pub fn schema_named(&self, reference: &str) -> Option<Found<'_, Schema>> {
        self.lead(reference, "schemas", |components| &components.schemas)
    }

    fn follow<'a, T>(
        &'a self,
        item: &'a ReferenceOr<T>,
        at: &Pointer,
        section: &str,
        entries: fn(&Components) -> &IndexMap<String, ReferenceOr<T>>,
    ) -> Option<Found<'a, T>> {
        match item {
            ReferenceOr::Item(item) => Some(Found { item, name: None, at: at.clone() }),
            ReferenceOr::Reference { reference } => self.lead(reference, section, entries),
        }
    }

    fn lead<'a, T>(
        &'a self,
        reference: &str,
        section: &str,
        entries: fn(&Components) -> &IndexMap<String, ReferenceOr<T>>,
    ) -> Option<Found<'a, T>> {
        let entries = entries(self.api.components.as_ref()?);
        let (mut name, mut item) = entries.get_key_value(&*read::name_of(reference, section)?)?;
        // Bundling refuses circles, so no chain is longer than there are components.
        for _ in 0..entries.len() {
            match item {
                ReferenceOr::Item(item) => {
                    let at = Pointer(format!("/components/{section}")).child(name);
                    return Some(Found { item, name: Some(name), at });
                }
                ReferenceOr::Reference { reference } => {
                    (name, item) = entries.get_key_value(&*read::name_of(reference, section)?)?;
                }
            }
        }
        None
    }

    /// The place of a pointer into the document.
    pub fn place(&self, pointer: &Pointer) -> Place {
        self.sources.place(pointer, Part::Value)
    }
}
