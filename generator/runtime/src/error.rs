//! What can go wrong, as a caller sees it.

mod shown;
mod transport;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::clock::{Clock as _, SystemClock};
use crate::decode::Violation;
use crate::failure::{
    DETAIL, Failed, FailureBody, REQUEST_ID, RETRYABLE, SUGGESTION, find_bool, find_code, find_text, plain,
};
use crate::json::Json;
use crate::operation::Operation;
use crate::problem::{CodeFacts, Family, ProblemNode, Undeclared};
use crate::recovery::{self, Recovery};
use crate::retry::{self, Attempts};
use crate::text::escape;
use crate::transport::whole_length;
use crate::value::Value;

pub(crate) use self::transport::chain;
pub use self::transport::{TransportError, TransportStage};

/// An API, as generated code describes it.
pub trait Api: fmt::Debug + Send + Sync + 'static {
    /// The `User-Agent`: the name of the generated package and the document's version, `shop-api/1.2`.
    const USER_AGENT: &'static str;
    /// The base URLs that the document names.
    const SERVERS: &'static [&'static str];
    /// Where a credential goes.
    const CREDENTIAL: CredentialPlace;
    /// What the document says of its coded problems.
    const FAMILY: &'static Family;
    /// A problem: its common members, and those of its code.
    type Problem: ProblemNode + fmt::Debug + Clone + PartialEq + Send + Sync + 'static;
    /// The members of a problem that depend on its code, for every code of the API.
    type Kind: fmt::Debug + Send + Sync + 'static;
    /// The bodies of errors without a code, each type once; [`NoFailure`](crate::NoFailure) where the API declares none.
    type Failure: FailureBody;
    /// A problem to read into.
    fn empty_problem() -> Self::Problem;
    /// The kind of a problem.
    fn kind(problem: &Self::Problem) -> &Self::Kind;
}

/// Where a credential goes in a request (OpenAPI, "Security Scheme Object").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialPlace {
    /// `Authorization: Bearer …`.
    Bearer,
    /// `Authorization: Basic …`; the credential is `user:password`.
    Basic,
    /// A header of this name.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
    /// A cookie of this name.
    Cookie(&'static str),
    /// Nowhere: the API takes no credentials.
    Nowhere,
}

/// Something that fails with problems of an API: an [`Operation`], or the API as a whole ([`Any`]).
pub trait Raises {
    /// The API.
    type Api: Api;
    /// What [`Error::kind`] gives: the errors that are declared, with their members.
    type View<'a>: Declared<'a, Self::Api>;
}

impl<O: Operation> Raises for O {
    type Api = O::Of;
    type View<'a> = O::Errors<'a>;
}

/// A view of the errors that operations declare. It is made when somebody looks; operations that declare the same errors
/// share it.
pub trait Declared<'a, A: Api>: Sized {
    /// The view of a problem.
    fn of_problem(problem: &'a A::Problem) -> Self;
    /// The view of an error without a code, by its place among the operation's errors; `None` where none is declared.
    fn of_failure(at: usize, body: &'a A::Failure) -> Option<Self> {
        let _ = (at, body);
        None
    }
}

impl<'a, A: Api> Declared<'a, A> for Undeclared<'a> {
    fn of_problem(problem: &'a A::Problem) -> Self {
        Undeclared::new(problem.code())
    }
}

impl<'a, A: Api> Declared<'a, A> for &'a A::Kind {
    fn of_problem(problem: &'a A::Problem) -> Self {
        A::kind(problem)
    }
}

/// Any operation of an API: the error type that every other one widens to.
///
/// ```
/// use problemgen_runtime::{Any, Api, Error, Operation};
///
/// /// `?` makes the error of an operation that of the API.
/// fn widened<O: Operation>(answer: Result<O::Output, Error<O>>) -> Result<O::Output, Error<Any<O::Api>>> {
///     Ok(answer?)
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Any<A>(PhantomData<A>);

impl<A: Api> Raises for Any<A> {
    type Api = A;
    type View<'a> = &'a A::Kind;
}

/// The error of an operation. Two words wide, whatever the server said.
///
/// `Display` is one line to show to a person: code, status, detail, what to do, and the request's identifier. Text that
/// the server sent is escaped for terminals.
///
/// ```
/// use problemgen_runtime::{Error, Operation};
///
/// fn exit_code<O: Operation>(error: &Error<O>) -> i32 {
///     match error {
///         Error::Problem(_) if error.code() == Some("quota_exceeded") => 3,
///         Error::Problem(_) | Error::Failure(_) => 2,
///         Error::Transport(_) => 75,
///         _ => 1,
///     }
/// }
/// ```
#[non_exhaustive]
pub enum Error<O: Raises> {
    /// The API said what is wrong by a code, as its contract promises.
    Problem(Box<Raised<O::Api>>),
    /// The API said what is wrong without a code, in a form that its contract declares for the status and the media type.
    Failure(Box<Failed<O::Api>>),
    /// The API said something that its contract does not promise. All that it said is kept.
    Unexpected(Box<Unexpected>),
    /// There is no complete answer.
    Transport(Box<TransportError>),
    /// There is no request: a value cannot be written where it belongs.
    Request(Box<RequestError>),
}

/// A problem, with the response that carried it. It derefs to the problem.
///
/// ```
/// use problemgen_runtime::{Error, Operation};
///
/// fn is_whole<O: Operation>(error: &Error<O>) -> bool {
///     matches!(error, Error::Problem(raised) if raised.violations().is_empty() && !raised.response().is_cut())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Raised<A: Api> {
    pub(crate) problem: A::Problem,
    pub(crate) response: Received,
    pub(crate) violations: Vec<Violation>,
}

impl<A: Api> Raised<A> {
    pub(crate) fn new(problem: A::Problem, response: Received) -> Self {
        Self { problem, response, violations: Vec::new() }
    }

    /// The response that carried it.
    pub fn response(&self) -> &Received {
        &self.response
    }

    /// Where the problem was not what the contract promises.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The problem, owned.
    pub fn into_problem(self) -> A::Problem {
        self.problem
    }
}

impl<A: Api> std::ops::Deref for Raised<A> {
    type Target = A::Problem;
    fn deref(&self) -> &A::Problem {
        &self.problem
    }
}

/// A response as it came.
///
/// ```
/// use problemgen_runtime::Received;
///
/// fn excerpt(answer: &Received) -> String {
///     let text = String::from_utf8_lossy(&answer.body);
///     format!("{}: {} ({} octets)", answer.status, text.chars().take(80).collect::<String>(), answer.body_length)
/// }
/// ```
#[derive(Clone)]
pub struct Received {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, up to [`Received::KEPT`] octets.
    pub body: Bytes,
    /// The length of the whole body, in octets; where reading ended at a limit, as far as it is known.
    pub body_length: usize,
    attempts: Option<Box<Attempts>>,
}

impl Received {
    /// How many octets of a body are kept with an error.
    pub const KEPT: usize = 64 * 1024;

    pub(crate) fn new(mut head: http::response::Parts, body: Bytes) -> Self {
        let body_length = whole_length(&head, body.len());
        // A copy, so that a small error does not hold a large buffer.
        let body = if body.len() > Self::KEPT { Bytes::copy_from_slice(&body[..Self::KEPT]) } else { body };
        let attempts = head.extensions.remove().map(Box::new);
        Self { status: head.status, headers: head.headers, body, body_length, attempts }
    }

    /// Was the body longer than what is kept?
    pub fn is_cut(&self) -> bool {
        self.body_length > self.body.len()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Headers that may be shown. Any other is shown by name alone: it may hold a secret.
const SHOWN_HEADERS: [&str; 8] = [
    "content-type",
    "content-length",
    "date",
    "retry-after",
    "server",
    "via",
    "x-request-id",
    "x-correlation-id",
];

/// Headers as they may be shown.
pub(crate) fn shown(headers: &HeaderMap) -> BTreeMap<String, String> {
    let shown = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let shown = SHOWN_HEADERS.contains(&name.as_str());
        let value =
            if shown { String::from_utf8_lossy(value.as_bytes()).into_owned() } else { "***".to_owned() };
        (name.to_string(), value)
    };
    headers.iter().map(shown).collect()
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("status", &self.status)
            .field("headers", &shown(&self.headers))
            .field("body_length", &self.body_length)
            .finish_non_exhaustive()
    }
}

/// An answer that the contract does not promise.
///
/// ```
/// use problemgen_runtime::{Error, Json, Operation};
///
/// /// What a body says that is not what the contract promises, but JSON.
/// fn reason<O: Operation>(error: &Error<O>) -> Option<&str> {
///     match error {
///         Error::Unexpected(answer) => answer.members.get("reason").and_then(Json::as_str),
///         _ => None,
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Unexpected {
    /// The response as it came.
    pub response: Received,
    /// Where it broke the contract.
    pub violations: Vec<Violation>,
    /// The members of the body, if it is a JSON object or the beginning of one.
    pub members: BTreeMap<String, Json>,
}

impl fmt::Debug for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unexpected")
            .field("response", &self.response)
            .field("violations", &self.violations)
            .field("members", &self.members.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Why there is no request.
///
/// ```
/// use problemgen_runtime::{BaseUrl, RequestError};
///
/// let error: RequestError = "ftp://example.com".parse::<BaseUrl>().expect_err("no URL for HTTP");
/// assert!(error.to_string().contains("http://"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestError {
    message: String,
}

impl RequestError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(f, &self.message)
    }
}

impl std::error::Error for RequestError {}

impl<O: Raises> Error<O> {
    /// The problem by its code, with the members of that code, or the declared error by its status; `None` when the answer
    /// is nothing that the contract declares. As an error of the whole API, only problems are told apart here; the others
    /// are in [`failure`](Self::failure).
    pub fn kind(&self) -> Option<O::View<'_>> {
        match self {
            Error::Problem(raised) => Some(O::View::of_problem(&raised.problem)),
            Error::Failure(failed) => O::View::of_failure(failed.at, &failed.body),
            _ => None,
        }
    }

    /// The problem with its common members; `None` when the answer is not a problem of the contract.
    pub fn problem(&self) -> Option<&<O::Api as Api>::Problem> {
        match self {
            Error::Problem(raised) => Some(&raised.problem),
            _ => None,
        }
    }

    /// The declared error without a code; `None` when the answer is something else.
    pub fn failure(&self) -> Option<&Failed<O::Api>> {
        match self {
            Error::Failure(failed) => Some(failed),
            _ => None,
        }
    }

    /// The code on the wire, also of an answer that breaks the contract elsewhere; `None` when it has none. Where the
    /// contract gives no code: what the body itself calls a code, if it is text.
    pub fn code(&self) -> Option<&str> {
        let family = O::Api::FAMILY;
        match self {
            Error::Problem(raised) => Some(raised.problem.code()).filter(|code| !code.is_empty()),
            Error::Unexpected(_) => {
                let said = self.said().filter(|_| !family.code.is_empty());
                said.and_then(|said| said.text_of(family.code)).or_else(|| find_code(self.around()?))
            }
            Error::Failure(failed) => failed.code(),
            Error::Transport(_) | Error::Request(_) => None,
        }
    }

    /// What the contract says of the code.
    pub fn facts(&self) -> Option<&'static CodeFacts> {
        match self {
            Error::Failure(_) => None,
            _ => O::Api::FAMILY.facts(self.code()?),
        }
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.raw()?.status)
    }

    /// Can the identical request succeed later? What the answer says; else what the contract says of the code; `None`
    /// when neither speaks.
    pub fn retryable(&self) -> Option<bool> {
        let said = match (O::Api::FAMILY.retryable, self) {
            (_, Error::Failure(_)) => self.said().and_then(|said| find_bool(said, RETRYABLE)),
            (Some(name), _) => self.places().find_map(|place| place.bool_of(name)),
            (None, _) => None,
        };
        said.or_else(|| {
            let facts = self.facts()?;
            facts.retryable.or_else(|| facts.recovery?.action.repeats())
        })
    }

    /// The way out, as the contract says for the code, with the values that the answer holds for it: the choices, the page, the
    /// wait. Where the contract says nothing, another attempt is one, if the answer says that it can succeed. `None` when
    /// nobody knows a way. What the answer says against another attempt wins over the contract.
    pub fn recovery(&self) -> Option<Recovery<'_>> {
        let said = recovery::Said {
            retryable: self.retryable(),
            retry_after: self.retry_after(),
            member: &|names| self.member(names),
        };
        recovery::of(self.facts().and_then(|facts| facts.recovery.as_ref()), &said)
    }

    /// The member of the problem that these names lead to, or of what stands in its place or around it.
    fn member(&self, names: &[&str]) -> Option<Value<'_>> {
        match self {
            Error::Problem(raised) => {
                let problem = &raised.problem;
                let places = [problem.conditional(), Some(problem.common()), problem.envelope()];
                let declared = places.into_iter().flatten().find_map(|place| Value::of(place).path(names));
                declared.or_else(|| Value::of(problem.extensions()).path(names))
            }
            Error::Unexpected(_) => self.places().find_map(|place| place.path(names)),
            Error::Failure(_) | Error::Transport(_) | Error::Request(_) => None,
        }
    }

    /// A next step to show to the user, as the API put it.
    pub fn suggestion(&self) -> Option<&str> {
        self.text(O::Api::FAMILY.suggestion, SUGGESTION)
    }

    /// What to do about the code, as the contract says to people: CommonMark, of the contract that the crate was generated from. The
    /// answer itself may know better: [`suggestion`](Self::suggestion).
    pub fn remedy(&self) -> Option<&'static str> {
        self.facts()?.remedy
    }

    /// What happened this time: RFC 9457's `detail`, the member that others use for it, such as `message`, or the whole body
    /// where that is text.
    pub fn detail(&self) -> Option<&str> {
        self.places().find_map(|place| find_text(place, DETAIL)).or_else(|| match self {
            Error::Failure(failed) => failed.plain(),
            Error::Unexpected(unexpected) => plain(&unexpected.response),
            _ => None,
        })
    }

    /// The identifier of the request, from the body or from a header. Quote it to support.
    pub fn request_id(&self) -> Option<&str> {
        self.text(O::Api::FAMILY.request_id, REQUEST_ID).or_else(|| {
            let response = self.raw()?;
            request_id(&response.headers)
        })
    }

    /// How long the server asks to wait: `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3). A date counts
    /// from the `Date` of the response, or from now where it has none; one that has passed is no wait at all.
    pub fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(&self.raw()?.headers, || SystemClock.wall())
    }

    /// How often the call was tried and how long it waited in between; `None` when no client made the call, or when there
    /// was no request to send.
    pub fn attempts(&self) -> Option<&Attempts> {
        match self {
            Error::Transport(error) => error.attempts.as_deref(),
            _ => self.raw()?.attempts.as_deref(),
        }
    }

    /// The place in the API's documentation that explains the code: what the contract says, or the `type` of the answer.
    pub fn docs_url(&self) -> Option<&str> {
        let named = || {
            self.said()
                .and_then(|said| said.text_of("type"))
                .filter(|uri| matches!(self, Error::Problem(_)) || is_url(uri))
        };
        self.facts().and_then(|facts| facts.docs_url).or_else(named)
    }

    /// The response as it came; `None` when there was none.
    pub fn raw(&self) -> Option<&Received> {
        match self {
            Error::Problem(raised) => Some(&raised.response),
            Error::Failure(failed) => Some(&failed.response),
            Error::Unexpected(unexpected) => Some(&unexpected.response),
            Error::Transport(_) | Error::Request(_) => None,
        }
    }

    /// Where the answer was not what the contract promises. What is wrong with the request, as the API says it, is in the members of
    /// the problem instead: [`kind`](Self::kind) has them, and [`recovery`](Self::recovery) where the contract names them.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Error::Problem(raised) => &raised.violations,
            Error::Failure(failed) => &failed.violations,
            Error::Unexpected(unexpected) => &unexpected.violations,
            Error::Transport(_) | Error::Request(_) => &[],
        }
    }

    /// The members of the problem, or of what stands in its place.
    fn said(&self) -> Option<Value<'_>> {
        match self {
            Error::Problem(raised) => Some(Value::of(raised.problem.common())),
            Error::Failure(failed) => Some(failed.said()),
            Error::Unexpected(unexpected) => Value::of(&unexpected.members).at(O::Api::FAMILY.place),
            Error::Transport(_) | Error::Request(_) => None,
        }
    }

    /// What else the answer says: the members around the problem.
    fn around(&self) -> Option<Value<'_>> {
        match self {
            Error::Problem(raised) => raised.problem.envelope().map(Value::of),
            Error::Unexpected(unexpected) => Some(Value::of(&unexpected.members)),
            Error::Failure(_) | Error::Transport(_) | Error::Request(_) => None,
        }
    }

    /// What the answer says: first the problem, then what is around it.
    fn places(&self) -> impl Iterator<Item = Value<'_>> {
        self.said().into_iter().chain(self.around())
    }

    /// The text of the member that the contract names; of an answer without a code, of one that is usually called so.
    fn text(&self, name: Option<&str>, usual: &[&str]) -> Option<&str> {
        match (name, self) {
            (_, Error::Failure(_)) => find_text(self.said()?, usual),
            (Some(name), _) => self.places().find_map(|place| place.text_of(name)),
            (None, _) => find_text(self.around()?, usual),
        }
    }

    /// The same error, as one of the whole API.
    fn widen(self) -> Error<Any<O::Api>> {
        match self {
            Error::Problem(raised) => Error::Problem(raised),
            Error::Failure(failed) => Error::Failure(failed),
            Error::Unexpected(unexpected) => Error::Unexpected(unexpected),
            Error::Transport(error) => Error::Transport(error),
            Error::Request(error) => Error::Request(error),
        }
    }
}

impl<O: Operation> From<Error<O>> for Error<Any<O::Api>> {
    fn from(error: Error<O>) -> Self {
        error.widen()
    }
}

impl<O: Raises> From<RequestError> for Error<O> {
    fn from(error: RequestError) -> Self {
        Error::Request(Box::new(error))
    }
}

impl<O: Raises> From<TransportError> for Error<O> {
    fn from(error: TransportError) -> Self {
        Error::Transport(Box::new(error))
    }
}

impl<O: Raises> fmt::Debug for Error<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Problem(raised) => f.debug_tuple("Problem").field(raised).finish(),
            Error::Failure(failed) => f.debug_tuple("Failure").field(failed).finish(),
            Error::Unexpected(unexpected) => f.debug_tuple("Unexpected").field(unexpected).finish(),
            Error::Transport(error) => f.debug_tuple("Transport").field(error).finish(),
            Error::Request(error) => f.debug_tuple("Request").field(error).finish(),
        }
    }
}

impl<O: Raises> std::error::Error for Error<O> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Transport(error) => Some(&**error),
            Error::Request(error) => Some(&**error),
            Error::Problem(_) | Error::Failure(_) | Error::Unexpected(_) => None,
        }
    }
}

/// The identifier of a request in the headers of its answer.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &&str| headers.get(*name)?.to_str().ok();
    ["x-request-id", "request-id", "x-correlation-id"].iter().find_map(text)
}

pub(crate) fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}
