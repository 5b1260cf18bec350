//! Operations as data: a table of parameters and answers, and the values. The core does no input or output: an
//! operation becomes an [`http::Request`], an [`http::Response`] becomes its output or its error.

use bytes::Bytes;

use crate::body::Content;
use crate::error::{Api, Declared, Error, Raises, RequestError};
use crate::node::Node;
use crate::request::{self, BaseUrl};
use crate::response;
use crate::stream::Body;

/// An operation of an API: its parameters are the fields of the type that implements this.
///
/// ```
/// use problemgen_runtime::{BaseUrl, Bytes, Error, Operation, http};
///
/// /// Any client of HTTP can be used: the request is one, and its answer is read by the operation.
/// fn by_hand<O: Operation>(
///     operation: &O,
///     send: impl Fn(http::Request<Bytes>) -> http::Response<Bytes>,
/// ) -> Result<O::Output, Error<O>> {
///     let base: BaseUrl = "https://api.example.com".parse()?;
///     O::decode(send(operation.to_request(&base)?))
/// }
/// ```
pub trait Operation: Raises + Send + Sync + 'static {
    /// The API that it belongs to: what [`Raises::Api`] is then.
    type Of: Api;
    /// The errors that it declares, with their members: what [`Raises::View`] is then.
    type Errors<'a>: Declared<'a, Self::Api>;
    /// What a success gives.
    type Output: Output + Send + 'static;
    /// What the contract says of it.
    const SPEC: &'static OperationSpec;
    /// The parameter at a place of [`OperationSpec::params`].
    fn param(&self, _: usize) -> Option<&dyn Node> {
        None
    }
    /// The request body, if it has one.
    fn body(&self) -> Option<Content<'_>> {
        None
    }

    /// The request, without credentials.
    ///
    /// # Errors
    /// When a value cannot be written where it belongs: an empty path parameter, a header with a line break. Also when the
    /// body is not in memory: then there is only [`to_streamed_request`](Self::to_streamed_request).
    fn to_request(&self, base: &BaseUrl) -> Result<http::Request<Bytes>, RequestError> {
        request::in_memory(self.to_streamed_request(base)?)
    }

    /// The request, without credentials, with a body that may have to be read while it is sent: a file, or a stream.
    ///
    /// # Errors
    /// When a value cannot be written where it belongs.
    fn to_streamed_request(&self, base: &BaseUrl) -> Result<http::Request<Body>, RequestError> {
        request::build(Self::SPEC, &|at| self.param(at), self.body(), base)
    }

    /// The output or the error that a response is. Total: nothing that a server sends is lost and nothing panics.
    ///
    /// # Errors
    /// Every answer that is not a success of the contract.
    fn decode(response: http::Response<Bytes>) -> Result<Self::Output, Error<Self>>
    where
        Self: Sized,
    {
        response::decode::<Self>(response)
    }
}

/// What the contract says of an operation.
#[derive(Debug)]
pub struct OperationSpec {
    /// `operationId`.
    pub id: &'static str,
    /// The HTTP method, as it is sent: a token (RFC 9110, section 5.6.2).
    pub method: &'static str,
    /// The path template as OpenAPI has it: `/drops/{drop_id}`, what a URL cannot hold percent-encoded. Routers with that
    /// syntax take it as it is.
    pub path: &'static str,
    /// The parameters.
    pub params: &'static [ParamSpec],
    /// The `Accept` header.
    pub accept: &'static str,
    /// Does it need a credential?
    pub authenticated: bool,
    /// The answers that are successes.
    pub successes: &'static [AnswerSpec],
    /// The answers that are errors.
    pub errors: &'static [AnswerSpec],
}

impl OperationSpec {
    /// The operation that a client sends a request for. Transports and middleware find it in the extensions of the request.
    pub fn of<B>(request: &http::Request<B>) -> Option<&'static Self> {
        request.extensions().get().copied()
    }
}

/// What the contract says of a parameter (OpenAPI, "Parameter Object").
#[derive(Debug, Clone, Copy)]
pub struct ParamSpec {
    /// The name on the wire.
    pub name: &'static str,
    /// How it is written, and by that where it stands.
    pub style: Style,
    /// Do the items of a list and the members of an object become values of their own?
    pub explode: bool,
    /// Do reserved characters of RFC 3986 stand as they are?
    pub allow_reserved: bool,
    /// Must it be given?
    pub required: bool,
}

impl ParamSpec {
    /// Does it stand in the path?
    pub(crate) const fn in_path(&self) -> bool {
        matches!(self.style, Style::PathSimple | Style::PathLabel | Style::PathMatrix | Style::PathJson)
    }

    /// An optional parameter, not exploded.
    pub const fn new(name: &'static str, style: Style) -> Self {
        Self { name, style, explode: false, allow_reserved: false, required: false }
    }

    /// A parameter in the path, written as is usual there.
    pub const fn path(name: &'static str) -> Self {
        Self::new(name, Style::PathSimple).required()
    }

    /// An optional parameter in the query, written as is usual there.
    pub const fn query(name: &'static str) -> Self {
        Self::new(name, Style::QueryForm).exploded()
    }

    /// It must be given.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// `explode: true`.
    #[must_use]
    pub const fn exploded(mut self) -> Self {
        self.explode = true;
        self
    }

    /// `allowReserved: true`.
    #[must_use]
    pub const fn reserved(mut self) -> Self {
        self.allow_reserved = true;
        self
    }
}

/// Where a parameter stands and how it is written (OpenAPI, "Style Values").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is a place and a style of OpenAPI")]
pub enum Style {
    PathSimple,
    PathLabel,
    PathMatrix,
    /// JSON text in the path.
    PathJson,
    QueryForm,
    QuerySpaceDelimited,
    QueryPipeDelimited,
    QueryDeepObject,
    /// JSON text in the query.
    QueryJson,
    /// All of the query: the members of an object as a form.
    QueryStringForm,
    /// All of the query: JSON text.
    QueryStringJson,
    /// All of the query: a text.
    QueryStringText,
    HeaderSimple,
    /// JSON text in a header.
    HeaderJson,
    CookieForm,
    /// A cookie that is written as it is.
    CookiePlain,
    /// JSON text in a cookie.
    CookieJson,
    /// A header of a part of a multipart body.
    PartHeader,
    /// JSON text in a header of a part.
    PartHeaderJson,
}

/// A response of the contract.
#[derive(Debug, Clone, Copy)]
pub struct AnswerSpec {
    /// The statuses it stands for.
    pub status: StatusSpec,
    /// The media type, lower case, without parameters; empty when there is no body.
    pub media_type: &'static str,
    /// What the body is.
    pub body: BodySpec,
}

impl AnswerSpec {
    /// A response with one status.
    pub const fn exact(status: u16, media_type: &'static str, body: BodySpec) -> Self {
        Self { status: StatusSpec::Exact(status), media_type, body }
    }

    /// A response with one status whose body is JSON, read into case number so-and-so of the [`Output`].
    pub const fn json(status: u16, media_type: &'static str, case: usize) -> Self {
        Self::exact(status, media_type, BodySpec::Json(case))
    }

    /// A response with one status and no body, which is case number so-and-so of the [`Output`].
    pub const fn empty(status: u16, case: usize) -> Self {
        Self::exact(status, "", BodySpec::Empty(case))
    }

    /// A response for all statuses with this first digit.
    pub const fn range(digit: u8, media_type: &'static str, body: BodySpec) -> Self {
        Self { status: StatusSpec::Range(digit), media_type, body }
    }

    /// The response for all other statuses.
    pub const fn default(media_type: &'static str, body: BodySpec) -> Self {
        Self { status: StatusSpec::Default, media_type, body }
    }
}

/// The statuses that a response stands for; an exact one wins over a range, a range over the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusSpec {
    /// One status.
    Exact(u16),
    /// All statuses with this first digit.
    Range(u8),
    /// All that no other response stands for.
    Default,
}

/// What the body of a response is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodySpec {
    /// Nothing; it is case number so-and-so of the [`Output`].
    Empty(usize),
    /// JSON, read into case number so-and-so of the [`Output`].
    Json(usize),
    /// Text, read into case number so-and-so of the [`Output`].
    Text(usize),
    /// Octets, put into case number so-and-so of the [`Output`].
    Bytes(usize),
    /// A coded problem. The codes that the operation declares are its [`Operation::Errors`].
    Problem,
}

/// What an operation gives when it succeeds.
pub trait Output {
    /// A value to read into.
    fn empty() -> Self
    where
        Self: Sized;
    /// The place to read the body of a response into; `None` when there is nothing to keep. The case numbers are those of
    /// [`BodySpec`].
    fn case(&mut self, case: usize) -> Option<&mut dyn Node>;
}

impl Output for () {
    fn empty() -> Self {}
    fn case(&mut self, _: usize) -> Option<&mut dyn Node> {
        None
    }
}

impl<T: Node> Output for T {
    fn empty() -> Self {
        T::empty()
    }
    fn case(&mut self, _: usize) -> Option<&mut dyn Node> {
        Some(self)
    }
}
