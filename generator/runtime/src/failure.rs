//! Errors without a code of the API's problems: answers that the contract declares by status, media type and type.
//!
//! Generated code lists the types of all such bodies of an API, each once; which of them an operation declares under which
//! status is in its table. What a person wants to know of an error (what happened, which request it was) is found here by
//! the names that members have by convention.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::decode::Violation;
use crate::error::{Api, Received};
use crate::json::Json;
use crate::node::{Node, View};
use crate::problem::CodePlace;
use crate::value::Value;

/// The bodies of an API's errors without a code: what generated code lists.
pub trait FailureBody: fmt::Debug + Clone + PartialEq + Send + Sync + 'static {
    /// An empty body to read into. The case numbers are those of [`BodySpec`](crate::BodySpec).
    fn of_case(case: usize) -> Option<Self>;
    /// What the body holds; `None` when there is none.
    fn node(&self) -> Option<&dyn Node>;
    /// The same, to read into.
    fn node_mut(&mut self) -> Option<&mut dyn Node>;
    /// The object in the body that holds a code, and the member that does, where the contract says so: codes of other families
    /// than that of the API's problems.
    fn code_at(&self) -> Option<(CodePlace, &'static str)> {
        None
    }
}

/// The body of an error without a code, in an API that declares none. Nothing can make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFailure {}

impl FailureBody for NoFailure {
    fn of_case(_: usize) -> Option<Self> {
        None
    }
    fn node(&self) -> Option<&dyn Node> {
        match *self {}
    }
    fn node_mut(&mut self) -> Option<&mut dyn Node> {
        match *self {}
    }
}

/// An error without a code that the contract declares, with the response that carried it. It derefs to the body.
///
/// ```
/// use problemgen_runtime::{Error, Operation};
///
/// fn what<O: Operation>(error: &Error<O>) -> Option<String> {
///     let failed = error.failure()?;
///     Some(format!("{} {:?}", failed.response().status, failed.body()))
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Failed<A: Api> {
    pub(crate) body: A::Failure,
    /// The place of the answer in [`OperationSpec::errors`](crate::OperationSpec::errors).
    pub(crate) at: usize,
    pub(crate) response: Received,
    pub(crate) violations: Vec<Violation>,
    /// The members of a body where the contract declares none.
    pub(crate) members: BTreeMap<String, Json>,
}

impl<A: Api> Failed<A> {
    /// The body, of the type that the contract declares.
    pub fn body(&self) -> &A::Failure {
        &self.body
    }

    /// The body, owned.
    pub fn into_body(self) -> A::Failure {
        self.body
    }

    /// The response that carried it.
    pub fn response(&self) -> &Received {
        &self.response
    }

    /// Where the answer was not what the contract promises.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Where members are looked for.
    pub(crate) fn said(&self) -> Value<'_> {
        Value::of(self.body.node().unwrap_or(&self.members))
    }

    /// The machine code: where the contract says that it stands, else by its usual names.
    pub(crate) fn code(&self) -> Option<&str> {
        let said = self.said();
        let declared = self.body.code_at().and_then(|(place, name)| said.at(place)?.text_of(name));
        declared.or_else(|| find_code(said))
    }

    /// The whole body, when it is text for a person.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self.body.node()?.view() {
            View::Text(Cow::Borrowed(text)) => prose(&self.response, text),
            _ => None,
        }
    }
}

impl<A: Api> std::ops::Deref for Failed<A> {
    type Target = A::Failure;
    fn deref(&self) -> &A::Failure {
        &self.body
    }
}

/// The text of a whole body, when it is for a person: of the type `text/plain` (RFC 2046, section 4.1.3), or a JSON string.
fn prose<'a>(response: &Received, text: &'a str) -> Option<&'a str> {
    let essence = response.header("content-type")?.split(';').next()?.trim();
    let plain = essence.eq_ignore_ascii_case("text/plain") || is_json(essence);
    Some(text.trim()).filter(|text| plain && !text.is_empty())
}

/// The same of a body that nothing promises.
pub(crate) fn plain(response: &Received) -> Option<&str> {
    let essence = response.header("content-type")?.split(';').next()?.trim();
    if is_json(essence) {
        return prose(response, serde_json::from_slice(&response.body).ok()?);
    }
    // What is kept of a long body may end within a character.
    let whole = std::str::from_utf8(&response.body).or_else(|error| match error.error_len() {
        None => std::str::from_utf8(&response.body[..error.valid_up_to()]),
        Some(_) => Err(error),
    });
    prose(response, whole.ok()?)
}

fn is_json(essence: &str) -> bool {
    let essence = essence.to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Members that say what happened this time: RFC 9457's, then those of others, RFC 6749's among them.
pub(crate) const DETAIL: &[&str] =
    &["detail", "message", "error_description", "error_message", "errorMessage", "description", "msg"];
/// Members that sum it up. Where `error` is text it is the summary of many frameworks.
pub(crate) const TITLE: &[&str] = &["title", "error", "reason"];
/// Members that hold a machine code.
pub(crate) const CODE: &[&str] = &["code", "error_code", "errorCode"];
/// Members that say whether the identical request can succeed later.
pub(crate) const RETRYABLE: &[&str] = &["retryable", "retriable"];
/// Members that say what to do next.
pub(crate) const SUGGESTION: &[&str] = &["suggestion", "hint", "remedy"];
/// Members that identify the request.
pub(crate) const REQUEST_ID: &[&str] =
    &["request_id", "requestId", "correlation_id", "correlationId", "trace_id", "traceId"];

/// The objects in which a body without declared places says things: itself, `error`, the first of `errors` or of a list.
fn places(body: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let first_error = body.get("errors").and_then(|list| list.items().next());
    [Some(body), body.get("error"), first_error, body.items().next()].into_iter().flatten()
}

/// The text of the first member that has one of these names.
pub(crate) fn find_text<'a>(body: Value<'a>, names: &[&str]) -> Option<&'a str> {
    places(body).find_map(|place| names.iter().find_map(|name| place.text_of(name)))
}

/// The truth of the first member that has one of these names.
pub(crate) fn find_bool(body: Value<'_>, names: &[&str]) -> Option<bool> {
    places(body).find_map(|place| names.iter().find_map(|name| place.bool_of(name)))
}

/// The machine code: beside the other members, or where most put it otherwise. RFC 6749, section 5.2, calls it `error` beside
/// an `error_description`.
pub(crate) fn find_code(body: Value<'_>) -> Option<&str> {
    let within = [CodePlace::Under("error"), CodePlace::Each("errors")];
    find_text(body, CODE)
        .or_else(|| {
            body.text_of("error_description")?;
            body.text_of("error")
        })
        .or_else(|| within.into_iter().find_map(|place| find_text(body.at(place)?, CODE)))
}
