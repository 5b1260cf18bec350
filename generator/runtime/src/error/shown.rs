//! An error as one line to show to a person.
//!
//! `{error}`: the code, the status, what the answer says happened and what to do next, the request. `{error:#}` adds what the
//! contract knows: its remedy where the answer suggests nothing, and the page that explains the code.

use std::fmt;

use super::{Error, Raises};
use crate::failure::{TITLE, find_text};
use crate::retry::Attempts;
use crate::text::escape;

/// How many characters of what an answer says stand in the line.
const SHOWN: usize = 1000;

impl<O: Raises> fmt::Display for Error<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let response = match self {
            Error::Transport(error) => {
                error.fmt(f)?;
                return self.write_attempts(f);
            }
            Error::Request(error) => return write!(f, "the request cannot be built: {error}"),
            Error::Problem(raised) => &raised.response,
            Error::Failure(failed) => &failed.response,
            Error::Unexpected(unexpected) => &unexpected.response,
        };
        match self.code() {
            Some(code) => {
                escape(f, code)?;
                write!(f, " ({})", response.status.as_u16())?;
            }
            None => write!(f, "status {}", response.status)?,
        }
        if let Some(said) = self.detail().or_else(|| self.places().find_map(|place| find_text(place, TITLE)))
        {
            f.write_str(": ")?;
            let shown = said.char_indices().nth(SHOWN).map_or(said, |(end, _)| &said[..end]);
            escape(f, shown)?;
            if shown.len() < said.len() {
                f.write_str("…")?;
            }
        } else if let (Error::Unexpected(answer), Some(violation)) = (self, self.violations().first())
            && (self.code().is_some() || response.status.is_success() || !answer.members.is_empty())
        {
            write!(f, ": {violation}")?;
        } else if self.code().is_none() {
            let media_type = response.header("content-type").unwrap_or("no media type");
            f.write_str(": ")?;
            escape(f, media_type)?;
            write!(f, ", {} octets", response.body_length)?;
        }
        // What the answer says fits this time; what the contract says is longer, and for whoever asks.
        let remedy = || self.remedy().filter(|_| f.alternate());
        if let Some(step) = self.suggestion().or_else(remedy) {
            f.write_str(" — ")?;
            escape(f, step)?;
        }
        if let Some(page) = self.docs_url().filter(|_| f.alternate()) {
            f.write_str(" (see ")?;
            escape(f, page)?;
            f.write_str(")")?;
        }
        if let Some(request_id) = self.request_id() {
            f.write_str(" [request ")?;
            escape(f, request_id)?;
            f.write_str("]")?;
        }
        self.write_attempts(f)
    }
}

impl<O: Raises> Error<O> {
    /// Says how often it was tried, where that was more than once.
    fn write_attempts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.attempts().map(Attempts::count) {
            Some(count) if count > 1 => write!(f, " (after {count} attempts)"),
            _ => Ok(()),
        }
    }
}
