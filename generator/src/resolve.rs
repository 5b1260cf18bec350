//! Resolving: from a 3.0 value to the types of `openapiv3`.
//!
//! Comes in: a downlevelled [`Document`]. Goes out: [`Resolved`], whose every reference leads to something. Each piece that
//! does not fit is one diagnostic at its place. Deliberately absent: what anything means.

pub mod codes;

use openapiv3::{
    Example, Header, OpenAPI, Parameter, ReferenceOr, RequestBody, Response, Schema, SecurityScheme,
};

use crate::bundle::Document;
use crate::contract::Pointer;
use crate::load::{Part, Sources};
use crate::report::{Place, Report};

/// A document in types, in which every reference leads to something.
#[derive(Debug)]
pub struct Resolved {
    /// The document. Components are sorted by name; references are all `#/components/<kind>/<Name>`.
    pub api: OpenAPI,
    /// Where everything stands.
    pub sources: Sources,
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
    let _ = (document, report);
    None
}

impl Resolved {
    /// What a schema is; `at` is where it is used. `None` cannot happen for schemas of this document.
    pub fn schema<'a>(&'a self, schema: &'a ReferenceOr<Schema>, at: &Pointer) -> Option<Found<'a, Schema>> {
        let _ = (schema, at);
        None
    }

    /// The same, for the boxed schemas of properties and items.
    pub fn boxed_schema<'a>(
        &'a self,
        schema: &'a ReferenceOr<Box<Schema>>,
        at: &Pointer,
    ) -> Option<Found<'a, Schema>> {
        let _ = (schema, at);
        None
    }

    /// What a parameter is.
    pub fn parameter<'a>(
        &'a self,
        item: &'a ReferenceOr<Parameter>,
        at: &Pointer,
    ) -> Option<Found<'a, Parameter>> {
        let _ = (item, at);
        None
    }

    /// What a response is.
    pub fn response<'a>(
        &'a self,
        item: &'a ReferenceOr<Response>,
        at: &Pointer,
    ) -> Option<Found<'a, Response>> {
        let _ = (item, at);
        None
    }

    /// What a request body is.
    pub fn request_body<'a>(
        &'a self,
        item: &'a ReferenceOr<RequestBody>,
        at: &Pointer,
    ) -> Option<Found<'a, RequestBody>> {
        let _ = (item, at);
        None
    }

    /// What a header is.
    pub fn header<'a>(&'a self, item: &'a ReferenceOr<Header>, at: &Pointer) -> Option<Found<'a, Header>> {
        let _ = (item, at);
        None
    }

    /// What an example is.
    pub fn example<'a>(&'a self, item: &'a ReferenceOr<Example>, at: &Pointer) -> Option<Found<'a, Example>> {
        let _ = (item, at);
        None
    }

    /// What a security scheme is.
    pub fn security_scheme<'a>(
        &'a self,
        item: &'a ReferenceOr<SecurityScheme>,
        at: &Pointer,
    ) -> Option<Found<'a, SecurityScheme>> {
        let _ = (item, at);
        None
    }

    /// The place of a pointer into the document.
    pub fn place(&self, pointer: &Pointer) -> Place {
        self.sources.place(pointer, Part::Value)
    }
}
