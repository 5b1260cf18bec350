//! Headers of answers, as the types that the contract gives them.

use std::fmt;
use std::marker::PhantomData;

use http::HeaderMap;

use crate::client::Reply;
use crate::decode;
use crate::error::{Error, Raises};
use crate::json::Json;
use crate::node::Node;
use crate::retry::date;
use crate::text::escape;

/// A header that the contract declares, with the type of its value. A generated crate has one for each, in its module
/// `headers`.
///
/// ```
/// use problemgen_runtime::{Header, http::HeaderMap};
///
/// const LEFT: Header<i64> = Header::new("X-RateLimit-Remaining");
///
/// let mut headers = HeaderMap::new();
/// assert_eq!(LEFT.of(&headers)?, None);
/// headers.insert("x-ratelimit-remaining", "12".parse()?);
/// assert_eq!(LEFT.of(&headers)?, Some(12));
/// headers.insert("x-ratelimit-remaining", "many".parse()?);
/// assert!(LEFT.of(&headers).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Header<T> {
    name: &'static str,
    holds: PhantomData<fn() -> T>,
}

impl<T: Node> Header<T> {
    /// The header of this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, holds: PhantomData }
    }

    /// Its name, as the contract has it.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What it says in these headers; `None` where it is absent. Several of one name are one, with commas in between
    /// (RFC 9110, section 5.3). An instant may also be a date of HTTP (section 5.6.7).
    ///
    /// # Errors
    /// When the value is not of the type. It is still among the headers.
    pub fn of(self, headers: &HeaderMap) -> Result<Option<T>, HeaderError> {
        let mut value = T::empty();
        let found = read(self.name, headers, &mut value)?;
        Ok(found.then_some(value))
    }
}

/// Reads a header into a value of any type. Is there such a header?
fn read(name: &'static str, headers: &HeaderMap, value: &mut dyn Node) -> Result<bool, HeaderError> {
    let mut texts = Vec::new();
    for value in headers.get_all(name) {
        let text = std::str::from_utf8(value.as_bytes());
        texts.push(text.map_err(|_| HeaderError::new(name, "it is not UTF-8"))?.trim());
    }
    if texts.is_empty() {
        return Ok(false);
    }
    let text = texts.join(", ");
    let quoted = |text: &str| Json::from(text).to_string();
    let Err(violation) = decode::from_slice(quoted(&text).as_bytes(), value) else { return Ok(true) };
    // What is no text is a number or a truth, and these are written as in JSON.
    if decode::from_slice(text.as_bytes(), value).is_ok() {
        return Ok(true);
    }
    if let Some(date) = date(&text)
        && decode::from_slice(quoted(&date.to_string()).as_bytes(), value).is_ok()
    {
        return Ok(true);
    }
    Err(HeaderError::new(name, violation.message))
}

impl<T> Clone for Header<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Header<T> {}

impl<T> fmt::Debug for Header<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Header").field(&self.name).finish()
    }
}

/// A header that does not say what the contract promises.
///
/// ```
/// use problemgen_runtime::{Header, HeaderError, http::HeaderMap};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-total", "a dozen".parse()?);
/// let error: HeaderError = Header::<i64>::new("X-Total").of(&headers).expect_err("no number");
/// assert_eq!(error.name(), "X-Total");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderError {
    name: &'static str,
    message: String,
}

impl HeaderError {
    fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into() }
    }

    /// The name of the header.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the header {} cannot be read: ", self.name)?;
        escape(f, &self.message)
    }
}

impl std::error::Error for HeaderError {}

impl<T> Reply<T> {
    /// A header of the answer, as the type that the contract gives it: `reply.header(headers::X_NEXT)?`. `None` where it is
    /// absent, also where the contract says that it is always there: a success that lacks a header is a success, and the caller
    /// decides what to do without it.
    ///
    /// # Errors
    /// When the header is there and not of the type. Nothing else of the answer is lost by that.
    pub fn header<H: Node>(&self, header: Header<H>) -> Result<Option<H>, HeaderError> {
        header.of(&self.headers)
    }
}

impl<O: Raises> Error<O> {
    /// A header of the answer, as the type that the contract gives it; `None` where it is absent, whatever the contract says, and
    /// where there was no answer.
    ///
    /// # Errors
    /// When the header is there and not of the type.
    pub fn header<H: Node>(&self, header: Header<H>) -> Result<Option<H>, HeaderError> {
        self.raw().map_or(Ok(None), |raw| header.of(&raw.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_of_their_type_or_say_why_not() {
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: &[u8]| {
            headers.append(name, http::HeaderValue::from_bytes(value).expect("a value"));
        };
        put("x-yes", b"true");
        put("x-text", b"17");
        put("x-text", b" b");
        put("x-float", b"0.5");
        put("x-when", b"Sun, 06 Nov 1994 08:49:37 GMT");
        put("x-then", b"1994-11-06T08:49:37Z");
        put("x-odd", b"caf\xe9");
        put("x-empty", b"");
        let when = "1994-11-06T08:49:37Z".parse::<jiff::Timestamp>().expect("an instant");
        assert_eq!(Header::<bool>::new("X-Yes").of(&headers), Ok(Some(true)));
        assert_eq!(Header::<String>::new("X-Text").of(&headers), Ok(Some("17, b".to_owned())));
        assert_eq!(Header::<f64>::new("X-Float").of(&headers), Ok(Some(0.5)));
        assert_eq!(Header::<jiff::Timestamp>::new("X-When").of(&headers), Ok(Some(when)));
        assert_eq!(Header::<jiff::Timestamp>::new("X-Then").of(&headers), Ok(Some(when)));
        assert_eq!(Header::<i64>::new("X-None").of(&headers), Ok(None));
        let wrong = |error: HeaderError| error.to_string();
        let odd = Header::<String>::new("X-Odd").of(&headers).map_err(wrong);
        assert_eq!(odd, Err("the header X-Odd cannot be read: it is not UTF-8".to_owned()));
        let number = Header::<i64>::new("X-Text").of(&headers).map_err(wrong).expect_err("a text");
        assert!(number.starts_with("the header X-Text cannot be read: "), "{number}");
        assert!(Header::<i64>::new("X-Empty").of(&headers).is_err());
    }
}
