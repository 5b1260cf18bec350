//! The contract: what an API promises, in one model.
//!
//! Comes in: nothing; [`lower`](crate::lower) builds it. Goes out: to every printer (Rust, documentation, catalogue,
//! listing, diff) and to [`check`](crate::check). Deliberately absent: how the document was written (OpenAPI version,
//! references, the encoding of the errors) and how anything is printed (no Rust name stands here). Text is the
//! document's own, unescaped, hostile until a printer escapes it.
//!
//! The order of every list is canonical, so that equivalent documents give equal contracts: types by name,
//! operations by path and method as they stand in the document, codes by section, `order` and code, statuses ascending.

mod admits;
mod limits;
mod operations;
mod pagination;
mod recovery;
mod types;

use serde_json::Value;

pub use limits::{Bound, Limits, Range};
pub(crate) use operations::is_tchar;
pub use operations::{
    Body, Encoding, ErrorBody, ErrorKind, ErrorResponse, Media, Method, Operation, Param, ParamPlace,
    ParamStyle, Part, PartWriting, ResponseHeader, Segment, StatusSpec, Success,
};
pub use pagination::{PageKey, Pagination, Turn};
pub use recovery::{Recovery, RecoveryAction, Takes};
pub use types::{
    Enum, EnumValues, Field, IntegerFormat, NumberFormat, Shape, Struct, TextFormat, Type, TypeDef, Union,
    Variant,
};

/// Everything that an API promises.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// Title, version, servers, credentials.
    pub api: Api,
    /// Every named type; a [`TypeId`] is a place in this list.
    pub types: Vec<TypeDef>,
    /// The families of coded problems; most documents have one or none. The first is the principal one, which the printers
    /// give a type of its own: raised by most operations, then with most codes, then by name.
    pub families: Vec<ProblemFamily>,
    /// Every operation; an [`OperationId`] is a place in this list.
    pub operations: Vec<Operation>,
}

/// A place in [`Contract::types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A place in [`Contract::operations`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub usize);

/// A place in [`Contract::families`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyId(pub usize);

/// A place in [`ProblemFamily::codes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeId(pub usize);

/// A JSON pointer (RFC 6901) into the resolved document; [`Sources`](crate::load::Sources) turns it into file, line and column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pointer(pub String);

/// Prose that the document attaches to a thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Docs {
    /// One line: OpenAPI's `summary` or JSON Schema's `title`.
    pub summary: Option<String>,
    /// CommonMark.
    pub description: Option<String>,
    /// `deprecated: true`.
    pub deprecated: bool,
}

/// The API as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// `info.description`, CommonMark.
    pub description: Option<String>,
    /// Base URLs, in document order; may be empty.
    pub servers: Vec<Server>,
    /// The security schemes that operations name, by name.
    pub credentials: Vec<CredentialScheme>,
    /// Tags in document order, then those that only operations name.
    pub tags: Vec<Tag>,
}

/// A base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The URL with variables replaced by their defaults.
    pub url: String,
    /// CommonMark.
    pub description: Option<String>,
}

/// A tag: a group of operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// As operations write it.
    pub name: String,
    /// CommonMark.
    pub description: Option<String>,
}

/// A security scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialScheme {
    /// The key under `components.securitySchemes`.
    pub name: String,
    /// How the credential travels.
    pub kind: CredentialKind,
    /// CommonMark.
    pub description: Option<String>,
}

/// How a credential travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialKind {
    /// `Authorization: Bearer …` (also for `oauth2` and `openIdConnect`).
    Bearer,
    /// `Authorization: Basic …`.
    Basic,
    /// A header of this name.
    Header(String),
    /// A query parameter of this name.
    Query(String),
    /// A cookie of this name.
    Cookie(String),
    /// Another HTTP authentication scheme, by name.
    Http(String),
}

/// A mark of a text, 16 bits of FNV-1a: the same everywhere and for ever, unlike the hashes of the standard library. It
/// tells names apart that are made of the same words, and does not change with what else there is, as a number would.
pub(crate) fn mark(text: &str) -> u32 {
    let step = |hash: u32, octet: u8| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193);
    text.bytes().fold(0x811c_9dc5, step) & 0xffff
}

/// A family of coded problems: one base schema and the codes that refine it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemFamily {
    /// The name of the base schema.
    pub name: String,
    /// What the document says about it.
    pub docs: Docs,
    /// The human page on which a code is explained; a code's anchor is the fragment of its `type`.
    pub docs_url: Option<String>,
    /// Section titles, in the order of the documentation.
    pub sections: Vec<String>,
    /// Where the code stands in a body.
    pub place: CodePlace,
    /// May a body lack the object, or the list, in which the code stands? Then no member in it is one that each body has.
    pub holder_optional: bool,
    /// Does a schema leave room for codes that none lists?
    pub open: bool,
    /// When the code stands deeper than at the root: the other members of the body, in document order, without the one that
    /// leads to the code.
    pub envelope: Vec<Field>,
    /// Members that every problem may carry, in document order, the code among them: members of the object in which the
    /// code stands.
    pub members: Vec<Field>,
    /// Which members have a meaning that a client acts on.
    pub roles: Roles,
    /// The codes; a [`CodeId`] is a place in this list.
    pub codes: Vec<ProblemCode>,
    /// Where the base schema stands.
    pub at: Pointer,
}

/// Where the code stands in an error body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodePlace {
    /// A member of the document itself.
    Root(String),
    /// A member of an object that is a member: `error.code`.
    Under(String, String),
    /// A member of each object in a list: `errors[].code`.
    Each(String, String),
}

impl CodePlace {
    /// The member that holds the code, in the object that has it.
    pub fn member(&self) -> &str {
        match self {
            CodePlace::Root(member) | CodePlace::Under(_, member) | CodePlace::Each(_, member) => member,
        }
    }
}

impl std::fmt::Display for CodePlace {
    /// The path of the code in a body: `code`, `error.code`, `errors[].code`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CodePlace::Root(code) => formatter.write_str(code),
            CodePlace::Under(outer, code) => write!(formatter, "{outer}.{code}"),
            CodePlace::Each(list, code) => write!(formatter, "{list}[].{code}"),
        }
    }
}

impl ProblemCode {
    /// The statuses that it is sent with, as far as the document says: exact ones, then ranges and `default`.
    pub fn declared(&self) -> impl Iterator<Item = StatusSpec> {
        self.statuses.iter().copied().map(StatusSpec::Exact).chain(self.ranges.iter().copied())
    }
}

/// Names of the common members that a client acts on, beyond those of RFC 9457.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles {
    /// A boolean: can the identical request succeed later?
    pub retryable: Option<String>,
    /// Text to show: what to do next.
    pub suggestion: Option<String>,
    /// The request's identifier, for support.
    pub request_id: Option<String>,
}

/// One code.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemCode {
    /// The value on the wire (integers in decimal).
    pub code: String,
    /// `title`: the short summary that is the same for every occurrence.
    pub title: Option<String>,
    /// The statuses that it is sent with, ascending.
    pub statuses: Vec<u16>,
    /// Where the document does not state the statuses: the ranges, and `default`, of the responses that declare it, ranges
    /// first, ascending. With which statuses below these it is sent, nothing says.
    pub ranges: Vec<StatusSpec>,
    /// Can the identical request succeed later? `None` when the document does not say.
    pub retryable: Option<bool>,
    /// The URI of the problem type (RFC 9457, `type`).
    pub type_uri: Option<String>,
    /// The section of the documentation.
    pub section: Option<String>,
    /// Where the section is said.
    pub section_at: Option<Pointer>,
    /// What it means. CommonMark.
    pub meaning: Option<String>,
    /// What to do about it. CommonMark.
    pub remedy: Option<String>,
    /// The way out of it, for programs.
    pub recovery: Option<Recovery>,
    /// Which source says so, when the document names one.
    pub source: Option<String>,
    /// The members that exist for this code only, in document order.
    pub fields: Vec<Field>,
    /// Whole bodies.
    pub examples: Vec<Example>,
    /// The operations that declare it, in the order of [`Contract::operations`].
    pub raised_by: Vec<OperationId>,
    /// Where it is defined.
    pub at: Pointer,
}

/// A complete body.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Its key or summary; may be empty.
    pub name: String,
    /// The body.
    pub value: Value,
    /// Where it stands, if it has a place of its own.
    pub at: Option<Pointer>,
}
