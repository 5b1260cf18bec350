//! What a mock was asked, and what a contract shows as an answer.

use std::ops::Deref;

use bytes::Bytes;

use super::SuccessExample;
use crate::operation::{BodySpec, OperationSpec};
use crate::server::{chosen, usual_media_type};

/// A request that a mock was sent. It derefs to the request.
#[derive(Debug, Clone)]
pub struct Recorded {
    operation: Option<&'static OperationSpec>,
    request: http::Request<Bytes>,
}

impl Recorded {
    pub(super) fn new(operation: Option<&'static OperationSpec>, request: http::Request<Bytes>) -> Self {
        Self { operation, request }
    }

    /// The `operationId`; empty if nobody knows it.
    pub fn operation(&self) -> &'static str {
        self.operation.map_or("", |spec| spec.id)
    }

    /// The text of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// When it is none, or is not of this type.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(self.request.body())
    }

    pub(super) fn is_of(&self, spec: &OperationSpec) -> bool {
        self.operation.is_some_and(|own| super::key(own) == super::key(spec))
    }
}

impl Deref for Recorded {
    type Target = http::Request<Bytes>;
    fn deref(&self) -> &http::Request<Bytes> {
        &self.request
    }
}

/// The first success that the contract shows, or the first that has no body to show.
pub(super) fn example(
    spec: &'static OperationSpec,
    examples: &'static [SuccessExample],
) -> Option<http::Response<Bytes>> {
    let shown = |at: usize| examples.iter().find(|example| example.answer == at).map(|example| example.body);
    let (answer, body) = spec.successes.iter().enumerate().find_map(|(at, answer)| {
        let empty = matches!(answer.body, BodySpec::Empty(_));
        Some((answer, shown(at).or(empty.then_some(&b""[..]))?))
    })?;
    let mut response = http::Response::new(Bytes::from_static(body));
    *response.status_mut() = http::StatusCode::from_u16(chosen(answer.status, 0)).ok()?;
    if !body.is_empty() {
        let media_type = http::HeaderValue::from_static(usual_media_type(answer));
        response.headers_mut().insert(http::header::CONTENT_TYPE, media_type);
    }
    Some(response)
}
