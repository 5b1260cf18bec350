//! For those who serve an API: its errors and its outputs as answers, of which only those can be made that the contract
//! declares for the operation. (Feature `server`.)
//!
//! What a client finds with [`Error::kind`](crate::Error::kind) is what a server answers with: the same enum, turned round.
//!
//! ```
//! use problemgen_runtime::server::{Refusal, Refuses};
//!
//! fn refuse<O: Refuses>(view: O::View<'_>) -> http::Response<bytes::Bytes> {
//!     Refusal::<O>::of(view).into_response()
//! }
//! ```
//!
//! Deliberately absent: routing, and reading requests. [`OperationSpec::path`](crate::OperationSpec::path) is the
//! path for a router, and generated types read themselves through serde.

#[cfg(feature = "axum")]
mod axum;
mod write;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use crate::error::{Any, Api, Raises, shown};
use crate::failure::FailureBody;
use crate::node::{Node, Slot};
use crate::operation::{AnswerSpec, BodySpec, Operation, OperationSpec, Output, StatusSpec};
use crate::problem::{ProblemNode, Undeclared};
use crate::retry::delay_seconds;

/// An API that can be served: generated code says so with its feature `server`.
pub trait ServedApi: Api<Kind: Clone> {
    /// The operations, in groups.
    const OPERATIONS: &'static [&'static [Promise]];
    /// A problem of this kind, with what the contract says of its code. Members that every problem has and of which the
    /// contract says nothing are empty.
    fn problem(kind: Self::Kind) -> Self::Problem;
}

/// What the contract promises of an operation's errors: its answers, and the codes that each of them can carry.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// The operation.
    pub spec: &'static OperationSpec,
    /// For each of [`OperationSpec::errors`], the places of its codes in [`Family::codes`](crate::Family::codes); none for an
    /// answer without codes.
    pub codes: &'static [&'static [usize]],
}

impl Promise {
    /// A promise.
    pub const fn new(spec: &'static OperationSpec, codes: &'static [&'static [usize]]) -> Self {
        Self { spec, codes }
    }

    /// The promise of an operation.
    pub const fn of<O: Refuses>() -> Self {
        match O::PROMISE {
            Some(promise) => promise,
            None => panic!("only the API as a whole makes no promise"),
        }
    }

    /// The answers that can carry the code at this place.
    pub(crate) fn carrying(self, code: usize) -> impl Iterator<Item = &'static AnswerSpec> {
        let answers = self.spec.errors.iter().zip(self.codes);
        answers.filter(move |(_, codes)| codes.contains(&code)).map(|(answer, _)| answer)
    }
}

/// Something that a server can refuse with the errors that it declares: an operation, or the API as a whole ([`Any`]).
/// Generated code implements it.
pub trait Refuses: Raises<Api: ServedApi> {
    /// What the contract promises; `None` for the API as a whole, in which every code can come.
    const PROMISE: Option<Promise>;
    /// The error that this is the view of; `None` when the contract does not declare it.
    fn refused(view: Self::View<'_>) -> Option<Refused<Self::Api>>;
}

impl<A: ServedApi> Refuses for Any<A> {
    const PROMISE: Option<Promise> = None;
    fn refused(view: &A::Kind) -> Option<Refused<A>> {
        let problem = A::problem(view.clone());
        A::FAMILY.facts(problem.code())?;
        Some(Refused::Problem(problem))
    }
}

/// An error that a contract declares.
#[derive(Debug)]
pub enum Refused<A: Api> {
    /// With a code.
    Problem(A::Problem),
    /// Without one: the place of its answer in [`OperationSpec::errors`], and the body.
    Failure(usize, A::Failure),
}

impl<A: ServedApi> Refused<A> {
    /// A problem of this kind.
    pub fn problem(kind: A::Kind) -> Self {
        Refused::Problem(A::problem(kind))
    }
}

impl Undeclared<'_> {
    /// What the contract does not declare is nothing to refuse with.
    #[doc(hidden)]
    pub fn refused<A: Api>(self) -> Option<Refused<A>> {
        None
    }
}

/// An error as a server answers it, which the contract declares for the operation.
///
/// It is made of the view of the operation's errors, with [`of`](Self::of) or, in generated crates, by `into` and `?`. Its
/// status and media type are those of the contract; where that has several statuses for a code, it is the first unless
/// [`with_status`](Self::with_status) says another.
///
/// The view of a problem that the operation does not declare, which only an answer of another server can give, is no
/// error that this one may send: it becomes the status 500 without a body.
///
/// ```
/// use std::time::Duration;
/// use problemgen_runtime::server::{Refusal, Refuses};
///
/// fn busy<O: Refuses>(view: O::View<'_>) -> Refusal<O> {
///     Refusal::of(view).with_retry_after(Duration::from_secs(7))
/// }
/// ```
#[must_use = "it is an answer to be sent"]
pub struct Refusal<O: Refuses> {
    inner: Box<Inner<O::Api>>,
    operation: PhantomData<fn() -> O>,
}

struct Inner<A: Api> {
    said: Option<Refused<A>>,
    status: StatusCode,
    headers: HeaderMap,
}

impl<O: Refuses> Refusal<O> {
    /// The error that this is the view of.
    pub fn of(view: O::View<'_>) -> Self {
        Self::said(O::refused(view))
    }

    /// The problem of this kind, which the operation declares.
    #[cfg(feature = "mock")]
    pub(crate) fn of_kind(kind: <O::Api as Api>::Kind) -> Self {
        Self::said(Some(Refused::problem(kind)))
    }

    fn said(said: Option<Refused<O::Api>>) -> Self {
        let status = match &said {
            Some(said) => statuses::<O>(said).next().map_or(StatusCode::INTERNAL_SERVER_ERROR, first),
            None => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let inner = Inner { said, status, headers: HeaderMap::new() };
        Self { inner: Box::new(inner), operation: PhantomData }.settled()
    }

    /// Sends it with this status.
    ///
    /// # Errors
    /// When the contract does not declare the error with it. That becomes the status 500 with `?`.
    pub fn with_status(mut self, status: u16) -> Result<Self, WrongStatus> {
        let declared =
            self.inner.said.iter().any(|said| statuses::<O>(said).any(|spec| covers(spec, status)));
        let valid = StatusCode::from_u16(status).ok().filter(|_| declared);
        self.inner.status = valid.ok_or_else(|| WrongStatus::new(self.code(), status))?;
        Ok(self.settled())
    }

    /// Changes the members that every problem has: `detail`, the identifier of the request, and whatever else the contract
    /// names. Nothing is changed if it is no problem with a code.
    pub fn with(mut self, change: impl FnOnce(&mut <O::Api as Api>::Problem)) -> Self {
        if let Some(Refused::Problem(problem)) = &mut self.inner.said {
            change(problem);
        }
        self
    }

    /// Sends this header, too.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.inner.headers.append(name, value);
        self
    }

    /// Asks to wait so long, in whole seconds: `Retry-After` (RFC 9110, section 10.2.3).
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.inner.headers.insert(RETRY_AFTER, HeaderValue::from(delay_seconds(wait)));
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.inner.status
    }

    /// The code on the wire.
    pub fn code(&self) -> Option<&str> {
        Some(self.problem()?.code())
    }

    /// The problem; `None` when the error has no code.
    pub fn problem(&self) -> Option<&<O::Api as Api>::Problem> {
        match &self.inner.said {
            Some(Refused::Problem(problem)) => Some(problem),
            _ => None,
        }
    }

    /// The place of the answer in [`OperationSpec::errors`], of an error without a code.
    #[cfg(feature = "mock")]
    pub(crate) fn place(&self) -> Option<usize> {
        match &self.inner.said {
            Some(Refused::Failure(at, _)) => Some(*at),
            _ => None,
        }
    }

    /// The answer.
    pub fn into_response(self) -> http::Response<Bytes> {
        let Inner { said, status, headers } = *self.inner;
        let (declared, body) = match &said {
            None => return mistake(),
            Some(Refused::Problem(problem)) => {
                let declared = answers::<O>(problem.code()).find(|spec| covers(spec.status, status.as_u16()));
                let declared = declared.map_or("", |spec| spec.media_type);
                (write::media_type(declared, BodySpec::Problem), write::problem(problem))
            }
            Some(Refused::Failure(at, body)) => {
                let Some(spec) = O::PROMISE.and_then(|promise| promise.spec.errors.get(*at)) else {
                    return mistake();
                };
                (write::media_type(spec.media_type, spec.body), write::body(spec.body, body.node()))
            }
        };
        answer(status, headers, declared, bodied(O::PROMISE.map(|promise| promise.spec), body))
    }

    /// Lets the body say the status that is sent (RFC 9457, section 3.1.2).
    fn settled(mut self) -> Self {
        let status = i128::from(self.inner.status.as_u16());
        if let Some(Refused::Problem(problem)) = &mut self.inner.said {
            let common = problem.common_mut();
            let at = common.members().iter().position(|member| member.name() == "status");
            let slot = at.and_then(|at| common.member_mut(at)).map(Node::slot);
            let integer = match slot {
                Some(Slot::Option(option)) => Some(option.fill().slot()),
                slot => slot,
            };
            if let Some(Slot::Integer(member)) = integer {
                // A status fits into every integer that can hold one.
                let _ = member.set(status);
            }
        }
        self
    }
}

impl<O: Refuses> Clone for Refusal<O> {
    fn clone(&self) -> Self {
        let Inner { said, status, headers } = &*self.inner;
        let said = said.as_ref().map(|said| match said {
            Refused::Problem(problem) => Refused::Problem(problem.clone()),
            Refused::Failure(at, body) => Refused::Failure(*at, body.clone()),
        });
        let inner = Inner { said, status: *status, headers: headers.clone() };
        Self { inner: Box::new(inner), operation: PhantomData }
    }
}

impl<O: Refuses> fmt::Debug for Refusal<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("said", &self.inner.said)
            .field("status", &self.inner.status)
            .field("headers", &shown(&self.inner.headers))
            .finish()
    }
}

impl<O: Refuses> fmt::Display for Refusal<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            Some(code) => write!(f, "{code} ({})", self.inner.status.as_u16()),
            None => write!(f, "status {}", self.inner.status),
        }
    }
}

impl<O: Refuses> std::error::Error for Refusal<O> {}

/// A status with which the contract does not declare an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongStatus {
    code: Option<String>,
    status: u16,
}

impl WrongStatus {
    fn new(code: Option<&str>, status: u16) -> Self {
        Self { code: code.map(str::to_owned), status }
    }
}

impl fmt::Display for WrongStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.code.as_deref().unwrap_or("this answer");
        write!(f, "the contract does not declare {what} with the status {}", self.status)
    }
}

impl std::error::Error for WrongStatus {}

/// The status 500 without a body: the server has made a mistake. With the feature `tracing` there is an event that says it.
impl<O: Refuses> From<WrongStatus> for Refusal<O> {
    fn from(wrong: WrongStatus) -> Self {
        // The caller is told nothing, so that whoever runs the server has to be.
        #[cfg(feature = "tracing")]
        tracing::error!(error = %wrong, "wrong status");
        drop(wrong);
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let inner = Inner { said: None, status, headers: HeaderMap::new() };
        Self { inner: Box::new(inner), operation: PhantomData }
    }
}

/// An output of an operation, as a server sends it.
///
/// ```
/// use bytes::Bytes;
/// use problemgen_runtime::server::{Answer, Success};
/// use problemgen_runtime::{Operation, http};
///
/// fn answer<O: Operation<Output: Answer>>(output: O::Output) -> http::Response<Bytes> {
///     Success::<O>::of(output).into_response()
/// }
/// ```
#[must_use = "it is an answer to be sent"]
pub struct Success<O: Operation> {
    output: O::Output,
    status: Option<StatusCode>,
    headers: HeaderMap,
}

impl<O: Operation<Output: Answer>> Success<O> {
    /// This output, with the first status that the contract declares for it.
    pub fn of(output: O::Output) -> Self {
        Self { output, status: None, headers: HeaderMap::new() }
    }

    /// Sends it with this status.
    ///
    /// # Errors
    /// When the contract does not declare the output with it. That becomes the status 500 with `?`.
    pub fn with_status(mut self, status: u16) -> Result<Self, WrongStatus> {
        let declared = self.declared().any(|answer| covers(answer.status, status));
        let valid = StatusCode::from_u16(status).ok().filter(|_| declared);
        self.status = Some(valid.ok_or_else(|| WrongStatus::new(None, status))?);
        Ok(self)
    }

    /// Sends this header, too.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The answer. An output that cannot be written, octets in JSON that are no text, is the status 500.
    pub fn into_response(self) -> http::Response<Bytes> {
        let wanted = |answer: &&AnswerSpec| self.status.is_none_or(|it| covers(answer.status, it.as_u16()));
        let Some(spec) = self.declared().find(wanted) else {
            return mistake();
        };
        let status = self.status.unwrap_or_else(|| first(spec.status));
        let body = write::body(spec.body, self.output.answer().1);
        let media_type = write::media_type(spec.media_type, spec.body);
        answer(status, self.headers, media_type, bodied(Some(O::SPEC), body))
    }

    /// The answers that this output can be.
    fn declared(&self) -> impl Iterator<Item = &'static AnswerSpec> {
        let (case, node) = self.output.answer();
        let empty = node.is_none_or(write::is_nothing);
        let fits = move |answer: &&AnswerSpec, empty: bool| match answer.body {
            BodySpec::Empty(of) => of == case && empty,
            BodySpec::Json(of) | BodySpec::Text(of) | BodySpec::Bytes(of) => of == case && !empty,
            BodySpec::Problem => false,
        };
        // What is nothing is JSON's `null` where the contract declares no answer without a body.
        let empty = empty && O::SPEC.successes.iter().any(|answer| fits(&answer, true));
        O::SPEC.successes.iter().filter(move |answer| fits(answer, empty))
    }
}

impl<O: Operation<Output: fmt::Debug>> fmt::Debug for Success<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Success")
            .field("output", &self.output)
            .field("status", &self.status)
            .field("headers", &shown(&self.headers))
            .finish()
    }
}

/// An output that can be written as an answer.
pub trait Answer: Output {
    /// Which case of [`BodySpec`] it is, and its body.
    fn answer(&self) -> (usize, Option<&dyn Node>);
}

impl Answer for () {
    fn answer(&self) -> (usize, Option<&dyn Node>) {
        (0, None)
    }
}

impl<T: Node> Answer for T {
    fn answer(&self) -> (usize, Option<&dyn Node>) {
        (0, Some(self))
    }
}

/// The answers that can carry a code: of an operation those that it declares, and none of the API as a whole.
fn answers<O: Refuses>(code: &str) -> impl Iterator<Item = &'static AnswerSpec> {
    let place = O::Api::FAMILY.codes.iter().position(|facts| facts.code == code);
    O::PROMISE.zip(place).into_iter().flat_map(|(promise, place)| promise.carrying(place))
}

/// The statuses with which an error may be sent. Where an operation declares a code with a range of them, those that the
/// contract names for the code come first.
fn statuses<O: Refuses>(said: &Refused<O::Api>) -> impl Iterator<Item = StatusSpec> {
    let (exact, declared) = match said {
        Refused::Failure(at, _) => {
            let spec = O::PROMISE.and_then(|promise| promise.spec.errors.get(*at));
            (Vec::new(), spec.map(|spec| spec.status).into_iter().collect())
        }
        Refused::Problem(problem) => {
            let declared: Vec<StatusSpec> = answers::<O>(problem.code()).map(|spec| spec.status).collect();
            let facts = O::Api::FAMILY.facts(problem.code());
            let named = facts.map_or(&[][..], |facts| facts.statuses).iter().copied();
            let inexact = |status: &u16| {
                let covering =
                    declared.iter().filter(|spec| covers(**spec, *status)).min_by_key(|spec| rank(**spec));
                match O::PROMISE {
                    None => true,
                    Some(_) => covering.is_some_and(|spec| !matches!(spec, StatusSpec::Exact(_))),
                }
            };
            let exact: Vec<StatusSpec> = named.filter(inexact).map(StatusSpec::Exact).collect();
            // Of a code whose statuses the contract does not name, each may come.
            let unnamed = O::PROMISE.is_none() && exact.is_empty();
            (exact, if unnamed { vec![StatusSpec::Default] } else { declared })
        }
    };
    let (precise, wide): (Vec<_>, Vec<_>) =
        declared.into_iter().partition(|spec| matches!(spec, StatusSpec::Exact(_)));
    precise.into_iter().chain(exact).chain(wide)
}

pub(crate) fn rank(spec: StatusSpec) -> u8 {
    match spec {
        StatusSpec::Exact(_) => 0,
        StatusSpec::Range(_) => 1,
        StatusSpec::Default => 2,
    }
}

/// Does a declared status stand for this one?
pub(crate) fn covers(spec: StatusSpec, status: u16) -> bool {
    match spec {
        StatusSpec::Exact(exact) => exact == status,
        StatusSpec::Range(digit) => u16::from(digit) == status / 100,
        StatusSpec::Default => true,
    }
}

/// The status that is sent unless somebody says another.
fn first(spec: StatusSpec) -> StatusCode {
    let status = match spec {
        StatusSpec::Exact(status) => status,
        StatusSpec::Range(digit) => u16::from(digit) * 100,
        StatusSpec::Default => 500,
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The status that is sent for one that a document wishes for.
#[cfg(feature = "mock")]
pub(crate) fn chosen(spec: StatusSpec, wish: u16) -> u16 {
    if wish > 0 && covers(spec, wish) { wish } else { first(spec).as_u16() }
}

/// The media type of an answer.
#[cfg(feature = "mock")]
pub(crate) fn usual_media_type(answer: &AnswerSpec) -> &'static str {
    write::media_type(answer.media_type, answer.body)
}

/// An answer to HEAD has no content (RFC 9110, section 9.3.2).
fn bodied<E>(spec: Option<&'static OperationSpec>, body: Result<Bytes, E>) -> Result<Bytes, E> {
    if spec.is_some_and(|spec| spec.method == "HEAD") { Ok(Bytes::new()) } else { body }
}

/// What is sent when nothing else may be: the server has made a mistake.
fn mistake() -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

fn answer<E>(
    status: StatusCode,
    headers: HeaderMap,
    media_type: &str,
    body: Result<Bytes, E>,
) -> http::Response<Bytes> {
    let Ok(body) = body else { return mistake() };
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if let (false, Ok(media_type)) = (media_type.is_empty(), HeaderValue::try_from(media_type)) {
        // What the caller said is more exact than a wildcard of the contract.
        response.headers_mut().entry(CONTENT_TYPE).or_insert(media_type);
    }
    response
}

/// Lets a generated operation refuse with the codes of each of its errors.
#[macro_export]
macro_rules! refuses {
    ($($operation:ident)::+: $($codes:expr),*) => {
        impl $crate::server::Refuses for $($operation)::+ {
            const PROMISE: ::core::option::Option<$crate::server::Promise> = ::core::option::Option::Some(
                $crate::server::Promise::new(<Self as $crate::Operation>::SPEC, &[$(&$codes),*]),
            );
            fn refused(
                view: <Self as $crate::Raises>::View<'_>,
            ) -> ::core::option::Option<$crate::server::Refused<<Self as $crate::Raises>::Api>> {
                view.refused()
            }
        }
    };
}

/// Makes the view of a generated operation's errors an answer by `into`.
#[macro_export]
macro_rules! refusal_of {
    ($($view:ident)::+) => {
        impl<'a, O> ::core::convert::From<$($view)::+<'a>> for $crate::server::Refusal<O>
        where
            O: $crate::server::Refuses + $crate::Raises<View<'a> = $($view)::+<'a>>,
        {
            fn from(view: $($view)::+<'a>) -> Self {
                $crate::server::Refusal::of(view)
            }
        }
    };
}
