//! What others want to know, or to change, of each attempt.

use std::time::Duration;

use bytes::Bytes;

use crate::error::TransportError;
use crate::operation::OperationSpec;

/// Sees every attempt of a client before it is sent and after it has ended: to sign requests, to count, to log.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use bytes::Bytes;
/// use problemgen_runtime::{Attempt, Hook, TransportError};
///
/// #[derive(Default)]
/// struct Resent(AtomicUsize);
///
/// impl Hook for Resent {
///     fn before(&self, attempt: &Attempt, request: &mut http::Request<Bytes>) {
///         if attempt.number > 1 {
///             self.0.fetch_add(1, Ordering::Relaxed);
///             request.headers_mut().insert("x-resent", http::HeaderValue::from_static("1"));
///         }
///     }
/// }
/// ```
pub trait Hook: Send + Sync + 'static {
    /// Before the request is sent. It is complete, the credential included, and may be changed. A body that is a file or a
    /// stream is not shown: it is empty here, and what a hook puts there is not sent.
    fn before(&self, attempt: &Attempt, request: &mut http::Request<Bytes>) {
        let _ = (attempt, request);
    }

    /// After the answer came, or none. A body that is given on piece by piece is not shown: it is empty here.
    fn after(&self, attempt: &Attempt, outcome: Result<&http::Response<Bytes>, &TransportError>) {
        let _ = (attempt, outcome);
    }
}

/// An attempt of a call.
///
/// ```
/// use problemgen_runtime::Attempt;
///
/// fn line(attempt: &Attempt) -> String {
///     format!("{} for the {}. time, after {:?}", attempt.operation.id, attempt.number, attempt.waited)
/// }
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Attempt {
    /// The operation.
    pub operation: &'static OperationSpec,
    /// The number of the attempt, from 1.
    pub number: usize,
    /// The wait before it.
    pub waited: Duration,
}
