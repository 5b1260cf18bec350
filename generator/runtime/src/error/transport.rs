//! Why there is no answer at all, and at which stage of the exchange it went wrong: what decides whether a request may be sent again.

use std::fmt;
use std::io;

use crate::retry::Attempts;
use crate::text::escape;

/// Why there is no complete answer.
///
/// ```
/// use problemgen_runtime::{TransportError, TransportStage};
///
/// let error = TransportError::new(TransportStage::Connect, "the host has no address");
/// assert_eq!(error.to_string(), "no connection to the server: the host has no address");
/// ```
#[derive(Debug)]
pub struct TransportError {
    /// Where it went wrong.
    pub stage: TransportStage,
    source: Box<dyn std::error::Error + Send + Sync>,
    pub(crate) attempts: Option<Box<Attempts>>,
}

/// Where a transport went wrong.
///
/// ```
/// use problemgen_runtime::{Error, Operation, TransportStage};
///
/// /// Can the server have acted on the request?
/// fn may_have_acted<O: Operation>(error: &Error<O>) -> bool {
///     !matches!(error, Error::Request(_))
///         && !matches!(error, Error::Transport(error) if error.stage == TransportStage::Connect)
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportStage {
    /// No connection came about: the server has not seen the request.
    Connect,
    /// Time ran out.
    Timeout,
    /// The connection broke, or what came is not HTTP. The server may have acted on the request.
    Exchange,
    /// The transport cannot be used here: it needs a runtime, and the caller has none.
    Unusable,
    /// The body of the request could not be read, or is not as long as was announced. The server may have seen a part of it.
    Body,
}

impl TransportError {
    /// An error of a transport.
    pub fn new(stage: TransportStage, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { stage, source: source.into(), attempts: None }
    }

    /// What went wrong, and what that came from.
    pub(crate) fn why(&self) -> String {
        chain(&*self.source)
    }
}

/// An error in words, with what it came from.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let said = error.to_string();
        // Some say what they come from themselves.
        if !words.ends_with(&said) {
            words = format!("{words}: {said}");
        }
        source = error.source();
    }
    words
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            TransportStage::Connect => "no connection to the server",
            TransportStage::Timeout => "the server took too long",
            TransportStage::Exchange => "the connection broke",
            TransportStage::Unusable => "the transport cannot be used here",
            TransportStage::Body => "the body of the request cannot be read",
        })?;
        f.write_str(": ")?;
        escape(f, &self.why())
    }
}

impl std::error::Error for TransportError {}

/// What went wrong with input or output, after the server may have seen something.
impl From<io::Error> for TransportError {
    fn from(error: io::Error) -> Self {
        let stage = match error.kind() {
            io::ErrorKind::TimedOut => TransportStage::Timeout,
            _ => TransportStage::Exchange,
        };
        error.downcast::<TransportError>().unwrap_or_else(|error| TransportError::new(stage, error))
    }
}

/// For whoever reads an answer as an [`io::Read`].
impl From<TransportError> for io::Error {
    fn from(error: TransportError) -> Self {
        let kind = match error.stage {
            TransportStage::Timeout => io::ErrorKind::TimedOut,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}
