//! The contract: what an API promises, in one model.
//!
//! Comes in: nothing; [`lower`](crate::lower) builds it. Goes out: to every printer (Rust, documentation, catalogue,
//! listing, diff) and to [`check`](crate::check). Deliberately absent: how the document was written (OpenAPI version,
//! references, the encoding of the errors) and how anything is printed (no Rust name stands here). Text is the
//! document's own, unescaped, hostile until a printer escapes it.
//!
//! The order of every list is canonical, so that equivalent documents give equal contracts: types by name,
//! operations by path and method as they stand in the document, codes by section, `order` and code, statuses ascending.

mod pagination;
mod recovery;

use serde_json::Value;

pub use pagination::{Pagination, Turn};
pub use recovery::{Recovery, RecoveryAction, Takes};

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

/// A type with a name of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDef {
    /// The name in the document (`components.schemas` key), or, for an inline schema, the words of where it stands
    /// (`CreateUpload request files item`), from which the printers make a name.
    pub name: String,
    /// What it is for.
    pub docs: Docs,
    /// Its shape.
    pub shape: Shape,
    /// Examples, already valid JSON.
    pub examples: Vec<Value>,
    /// Where it stands.
    pub at: Pointer,
}

impl TypeDef {
    /// Does the document itself name it, in `components.schemas`?
    pub fn is_component(&self) -> bool {
        self.at.0.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'))
    }

    /// Is it what a parent says by itself, beside the schemas that its discriminator leads to?
    pub fn is_base(&self) -> bool {
        let parent =
            self.at.0.strip_prefix("/components/schemas/").and_then(|at| at.strip_suffix("/discriminator"));
        parent.is_some_and(|name| !name.contains('/'))
    }
}

/// A mark of a text, 16 bits of FNV-1a: the same everywhere and for ever, unlike the hashes of the standard library. It
/// tells names apart that are made of the same words, and does not change with what else there is, as a number would.
pub(crate) fn mark(text: &str) -> u32 {
    let step = |hash: u32, octet: u8| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193);
    text.bytes().fold(0x811c_9dc5, step) & 0xffff
}

/// The shape of a named type.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Another name for a type.
    Alias(Type),
    /// An object with declared members.
    Struct(Struct),
    /// A string (or integer) out of a list; values outside of the list are kept when they arrive.
    Enum(Enum),
    /// One of several types.
    Union(Union),
}

/// An object with declared members.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Struct {
    /// The members, in document order.
    pub fields: Vec<Field>,
    /// What other members are: `None` when the document forbids them, [`Type::Any`] when it says nothing.
    pub additional: Option<Type>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name on the wire.
    pub name: String,
    /// Its type; [`Type::Nullable`] when `null` is a value of it.
    pub ty: Type,
    /// Named in `required`: always present.
    pub required: bool,
    /// A `const` (or one-value `enum`) of a required member: written by itself and checked when read.
    pub constant: Option<Value>,
    /// The value that holds when the member is absent.
    pub default: Option<Value>,
    /// What it is for.
    pub docs: Docs,
    /// `readOnly`: only in responses.
    pub read_only: bool,
    /// `writeOnly`: only in requests.
    pub write_only: bool,
    /// The first example that the document gives.
    pub example: Option<Value>,
}

impl Field {
    /// A member of which nothing else is known.
    pub fn new(name: impl Into<String>, ty: Type, required: bool) -> Self {
        Field {
            name: name.into(),
            ty,
            required,
            constant: None,
            default: None,
            docs: Docs::default(),
            read_only: false,
            write_only: false,
            example: None,
        }
    }
}

/// A closed list of values that stays open for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    /// The values, in document order, without duplicates. All strings or all integers.
    pub values: EnumValues,
}

/// The values of an [`Enum`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EnumValues {
    /// Strings.
    Strings(Vec<String>),
    /// Integers.
    Integers(Vec<i64>),
}

/// One of several types.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// The member that tells the variants apart (`discriminator.propertyName`), if one does.
    pub tag: Option<String>,
    /// The variants, in document order.
    pub variants: Vec<Variant>,
}

/// A variant of a [`Union`].
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Words to name it by: the referenced schema, a title, or the type.
    pub name: String,
    /// What it holds.
    pub ty: Type,
    /// The values of the union's tag that choose it (integers in decimal); empty in an untagged union. In a tagged one, the
    /// variant without any is for all values that choose no other.
    pub tags: Vec<String>,
}

impl Union {
    /// Has it a variant for the values of the tag that choose no other?
    pub fn has_base(&self) -> bool {
        self.tag.is_some() && self.variants.iter().any(|variant| variant.tags.is_empty())
    }
}

/// A type, where it is used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer(IntegerFormat),
    /// Any number.
    Number(NumberFormat),
    /// Text without a format that means something here.
    String,
    /// Text with a format that means something here.
    Text(TextFormat),
    /// Text or a number of a format, by its name, for which there is a setting; and what it would be without.
    Format(String, Box<Type>),
    /// Raw octets: a whole body or a part of a multipart body.
    Binary,
    /// Any JSON value.
    Any,
    /// A list.
    Array(Box<Type>),
    /// An object whose member names are data.
    Map(Box<Type>),
    /// A named type.
    Named(TypeId),
    /// The type, or `null`. Never nested.
    Nullable(Box<Type>),
}

/// The range of an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntegerFormat {
    /// `int32`.
    I32,
    /// `int64`, and integers without a format.
    I64,
    /// `uint32`.
    U32,
    /// `uint64`.
    U64,
}

/// The precision of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberFormat {
    /// `float`. JSON writes numbers in decimal, and few of those that are written are numbers of 32 bits.
    F32,
    /// `double`, and numbers without a format.
    F64,
}

/// A string format that has a type of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextFormat {
    /// RFC 3339 `date-time`.
    DateTime,
    /// RFC 3339 `date`.
    Date,
    /// RFC 9562 `uuid`.
    Uuid,
    /// `password`: never printed.
    Secret,
    /// `byte`, or `contentEncoding: base64`: octets as RFC 4648 text.
    Base64,
    /// `base64url`, or `contentEncoding: base64url`: octets as RFC 4648 text in the alphabet of URLs.
    Base64Url,
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
}

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
    /// Names of the [`CredentialScheme`]s that it accepts; empty when it needs none.
    pub credentials: Vec<String>,
    /// How to go through the pages of what it lists.
    pub pagination: Option<Pagination>,
    /// Where it stands.
    pub at: Pointer,
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

/// A header of a successful response.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseHeader {
    /// Its name.
    pub name: String,
    /// What its text says: never a type with a name.
    pub ty: Type,
    /// Is it always there?
    pub required: bool,
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
