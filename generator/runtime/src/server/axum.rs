//! Answers of an API as answers of axum.

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};

use super::{Answer, Refusal, Refuses, Success};
use crate::operation::Operation;

impl<O: Refuses> IntoResponse for Refusal<O> {
    fn into_response(self) -> Response {
        Refusal::into_response(self).map(Body::from)
    }
}

impl<O: Operation<Output: Answer>> IntoResponse for Success<O> {
    fn into_response(self) -> Response {
        Success::into_response(self).map(Body::from)
    }
}
