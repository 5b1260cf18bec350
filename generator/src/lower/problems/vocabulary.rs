//! The member names by which problems are recognised.

/// Members that hold the code, most usual first.
pub(super) const CODE: [&str; 3] = ["code", "error_code", "errorCode"];

/// Members that say whether the identical request can succeed later.
pub(super) const RETRYABLE: [&str; 4] = ["retryable", "retriable", "is_retryable", "isRetryable"];

/// Members that say what to do next.
pub(super) const SUGGESTION: [&str; 3] = ["suggestion", "hint", "remedy"];

/// Members that identify the request.
pub(super) const REQUEST_ID: [&str; 4] = ["request_id", "requestId", "correlation_id", "correlationId"];

/// The member that repeats the status (RFC 9457, section 3.1.2).
pub(super) const STATUS: &str = "status";

/// The member that names the problem type (RFC 9457, section 3.1.1).
pub(super) const TYPE: &str = "type";

/// The member that sums the problem type up (RFC 9457, section 3.1.3).
pub(super) const TITLE: &str = "title";
