//! When a call is tried again: by what the answer means, never by its status alone where it says more.
//!
//! In comes what an attempt gave, out goes a wait or the reason why there is no further attempt. Deliberately absent: time,
//! chance and the network, which are handed in; and the type of the operation, so that all of it is compiled once.

mod after;
mod budget;
mod course;
mod meaning;
mod policy;

#[cfg(feature = "server")]
pub(crate) use after::delay_seconds;
pub(crate) use after::{date, retry_after};
pub use budget::RetryBudget;
pub(crate) use course::{Course, Replay, Seen, up_to};
pub(crate) use meaning::{Meaning, request_id_in};
pub use policy::RetryPolicy;

use std::fmt;
use std::time::Duration;

/// How often a call was tried, how long it waited in between, and why it was not tried again.
///
/// It comes with each error, [`Error::attempts`](crate::Error::attempts), and with each [`Reply`](crate::Reply).
///
/// ```
/// use problemgen_runtime::{Error, Operation};
///
/// fn story<O: Operation>(error: &Error<O>) -> Option<String> {
///     let attempts = error.attempts()?;
///     Some(format!("{} attempts in {:?}: {}", attempts.count(), attempts.elapsed(), attempts.end()))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempts {
    pub(crate) waits: Vec<Duration>,
    pub(crate) elapsed: Duration,
    pub(crate) end: End,
}

impl Attempts {
    /// How many requests were sent, or were tried to be sent; 1 where nothing was retried.
    pub fn count(&self) -> usize {
        self.waits.len() + 1
    }

    /// The wait before each attempt but the first.
    pub fn waits(&self) -> &[Duration] {
        &self.waits
    }

    /// All waits together.
    pub fn waited(&self) -> Duration {
        self.waits.iter().sum()
    }

    /// From the beginning of the first attempt to the end of the last.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Why the last attempt was the last.
    pub fn end(&self) -> End {
        self.end
    }
}

/// Why an attempt was the last one.
///
/// ```
/// use problemgen_runtime::End;
///
/// assert_eq!(End::Deadline.to_string(), "the deadline would have passed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// It succeeded.
    Succeeded,
    /// The answer, or the contract about its code, says that the identical request cannot succeed.
    Never,
    /// Neither the answer nor the contract says anything, and the status is none that passes by itself.
    NotTransient,
    /// It could succeed, but the server may have acted on the request, and acting twice is not the same as acting once
    /// (RFC 9110, section 9.2.2). An idempotency key would have allowed it.
    NotIdempotent,
    /// It could succeed, but the body of the request was there once and is gone ([`Body::once`](crate::Body::once)).
    NotRepeatable,
    /// The policy allows no more attempts.
    Exhausted,
    /// The server asks for a longer wait than the policy allows.
    WaitTooLong,
    /// The next attempt would have begun after the deadline.
    Deadline,
    /// The client has retried so much lately that more would only add to the load.
    Budget,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            End::Succeeded => "it succeeded",
            End::Never => "the identical request cannot succeed",
            End::NotTransient => "nothing says that it passes",
            End::NotIdempotent => "the request is not idempotent and has no idempotency key",
            End::NotRepeatable => "the body of the request could be read only once",
            End::Exhausted => "there are no more attempts",
            End::WaitTooLong => "the server asks for too long a wait",
            End::Deadline => "the deadline would have passed",
            End::Budget => "the client has retried too much lately",
        })
    }
}
