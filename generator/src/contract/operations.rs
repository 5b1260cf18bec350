//! Operations: what can be asked, and what is answered.

use serde_json::Value;

use super::{CodeId, Docs, Example, FamilyId, Limits, Pagination, Pointer, Type};

/// An operation: a method on a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// `operationId`, or, where there is none, method and path in words.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The template as written, `/drops/{drop_id}`.
    pub path: String,
    /// The template in pieces.
    pub segments: Vec<Segment>,
    /// The tag it is filed under: its first.
    pub tag: Option<String>,
    /// What it does.
    pub docs: Docs,
    /// Its parameters: path, then query, header, cookie; in document order within each.
    pub params: Vec<Param>,
    /// Its request body.
    pub body: Option<Body>,
    /// Its successes: statuses below 400, ascending; ranges after exact statuses. `default` alone, where the document has
    /// nothing else: the statuses from 200 to 299, with a body or without.
    pub successes: Vec<Success>,
    /// Its errors: exact statuses ascending, then ranges, then `default`.
    pub errors: Vec<ErrorResponse>,
    /// Names of the [`CredentialScheme`](super::CredentialScheme)s that it accepts; empty when it needs none.
    pub credentials: Vec<String>,
    /// How to go through the pages of what it lists.
    pub pagination: Option<Pagination>,
    /// Where it stands.
    pub at: Pointer,
}

impl Operation {
    /// The headers of all answers: those of successes first.
    pub fn answered_headers(&self) -> impl Iterator<Item = &ResponseHeader> {
        let errors = self.errors.iter().flat_map(|error| &error.headers);
        self.successes.iter().flat_map(|success| &success.headers).chain(errors)
    }
}

/// An HTTP method.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the method of its name")]
pub enum Method {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
    Trace,
    Query,
    /// Another one, as it is sent: a token (RFC 9110, section 5.6.2). Methods are case-sensitive.
    Other(String),
}

impl Method {
    /// The method as HTTP writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Method::Get => "GET",
            Method::Put => "PUT",
            Method::Post => "POST",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
            Method::Head => "HEAD",
            Method::Patch => "PATCH",
            Method::Trace => "TRACE",
            Method::Query => "QUERY",
            Method::Other(name) => name,
        }
    }
}

/// Is it a sign of a token (RFC 9110, section 5.6.2)? Methods, media types and versions of products are made of them.
pub(crate) fn is_tchar(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(sign)
}

/// A piece of a path template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text, slashes included.
    Literal(String),
    /// The parameter at this place in [`Operation::params`].
    Param(usize),
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// The name on the wire.
    pub name: String,
    /// Where it travels.
    pub place: ParamPlace,
    /// How it is written.
    pub style: ParamStyle,
    /// `explode`.
    pub explode: bool,
    /// `allowReserved`.
    pub allow_reserved: bool,
    /// Its type.
    pub ty: Type,
    /// Must it be given?
    pub required: bool,
    /// The value that holds when it is absent.
    pub default: Option<Value>,
    /// What it is for.
    pub docs: Docs,
    /// The first example that the document gives.
    pub example: Option<Value>,
    /// What narrows its values.
    pub limits: Limits,
}

impl Param {
    /// A variable of a path of which nothing else is known.
    pub fn path(name: impl Into<String>, ty: Type) -> Self {
        Param {
            name: name.into(),
            place: ParamPlace::Path,
            style: ParamStyle::Simple,
            explode: false,
            allow_reserved: false,
            ty,
            required: true,
            default: None,
            docs: Docs::default(),
            example: None,
            limits: Limits::default(),
        }
    }
}

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is OpenAPI's `in` of its name")]
pub enum ParamPlace {
    Path,
    Query,
    /// All of the query (`querystring`).
    QueryString,
    Header,
    Cookie,
    /// No place of OpenAPI's own: a header of a part of a multipart body.
    PartHeader,
}

/// How a parameter is written (OpenAPI, "Style Values").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is OpenAPI's style of its name")]
pub enum ParamStyle {
    Simple,
    Label,
    Matrix,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    /// As it is, in pairs like those of `form` (OpenAPI 3.2).
    Cookie,
    /// `content: application/json`: the value as JSON text.
    Json,
}

/// A request body.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Must it be given?
    pub required: bool,
    /// What it is.
    pub docs: Docs,
    /// The media types that the operation accepts, the one that the client sends by default first.
    pub media: Vec<Media>,
}

/// A media type and what stands in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// `application/json`, `*/*`: type and subtype in lower case, parameters as written. Always one that a header can carry.
    pub media_type: String,
    /// How the content is written.
    pub encoding: Encoding,
    /// What stands in it.
    pub ty: Type,
    /// Of a media type that is a sequence, such as JSON lines or server-sent events: what each item is.
    pub items: Option<Type>,
    /// How members of a form or parts of a multipart body are written, where the document says it.
    pub parts: Vec<Part>,
    /// Complete bodies.
    pub examples: Vec<Example>,
}

/// What a document says of a member of a form or a part of a multipart body (OpenAPI, "Encoding Object").
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The member.
    pub name: String,
    /// How it is written.
    pub writing: PartWriting,
    /// The headers that it has beside those of its name and its media type; never in a form.
    pub headers: Vec<Param>,
}

/// How a part is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartWriting {
    /// As its type says.
    Usual,
    /// `contentType`: the media types that it may have, wildcards among them.
    Content(Vec<String>),
    /// `style`, `explode` and `allowReserved`, as for a query parameter.
    Styled {
        /// `style`.
        style: ParamStyle,
        /// `explode`.
        explode: bool,
        /// `allowReserved`.
        allow_reserved: bool,
    },
}

/// How content is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// JSON, also `+json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data` and other multipart types.
    Multipart,
    /// Text.
    Text,
    /// Octets.
    Bytes,
}

/// A successful response.
#[derive(Debug, Clone, PartialEq)]
pub struct Success {
    /// Its status.
    pub status: StatusSpec,
    /// What it means.
    pub docs: Docs,
    /// Its media types; empty when it has no body.
    pub media: Vec<Media>,
    /// The headers that it comes with, in document order.
    pub headers: Vec<ResponseHeader>,
}

/// A header of a response.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseHeader {
    /// Its name.
    pub name: String,
    /// What its text says: never a type with a name.
    pub ty: Type,
    /// Is it always there?
    pub required: bool,
    /// What the document shows of it.
    pub example: Option<Value>,
    /// What it is for.
    pub docs: Docs,
}

/// The statuses that a response stands for. Ordered by precedence: an exact status wins over a range, a range over `default`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusSpec {
    /// `404`.
    Exact(u16),
    /// `4XX`, by its first digit.
    Range(u8),
    /// `default`.
    Default,
}

/// An unsuccessful response.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorResponse {
    /// Its status.
    pub status: StatusSpec,
    /// What it means.
    pub docs: Docs,
    /// Its bodies, one for each media type; empty when it has none.
    pub bodies: Vec<ErrorBody>,
    /// The headers that it comes with, in document order.
    pub headers: Vec<ResponseHeader>,
}

/// The body of an unsuccessful response.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorBody {
    /// As written, lower case.
    pub media_type: String,
    /// What stands in it.
    pub kind: ErrorKind,
}

/// What an error body is.
#[derive(Debug, Clone, PartialEq)]
pub enum ErrorKind {
    /// A coded problem.
    Problem {
        /// Its family.
        family: FamilyId,
        /// The codes that this response declares, in the family's order.
        codes: Vec<CodeId>,
        /// Does the document leave room for other codes?
        open: bool,
        /// The body as a plain type. Only for families that are not the principal one, which need no other.
        ty: Option<Type>,
    },
    /// A JSON body without a code.
    Json(Type),
    /// Text.
    Text,
    /// Anything else, kept as octets.
    Bytes,
}
