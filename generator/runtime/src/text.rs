//! Values that are text on the wire: date-times, dates, UUIDs, secrets, base64; and text made fit to print.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

use crate::node::{Node, Slot, TextNode, View};

/// Writes text so that a terminal cannot be told anything by it: control characters and the characters that reorder
/// text are shown as `\u{…}`.
pub(crate) fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        if is_deceptive(character) {
            write!(f, "{}", character.escape_unicode())?;
        } else {
            fmt::Write::write_char(f, character)?;
        }
    }
    Ok(())
}

fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Text that is never printed: a password, an API key, a one-time code (OpenAPI's `format: password`).
///
/// `Debug` shows `Secret(***)`, there is no `Display`, and the memory is overwritten when the value is dropped. It is
/// written to the wire as it is.
///
/// ```
/// use problemgen_runtime::Secret;
///
/// let secret = Secret::from("hunter2");
/// assert_eq!(format!("{secret:?}"), "Secret(***)");
/// assert_eq!(secret.expose(), "hunter2");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text. Whoever calls this takes care that it is not logged.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Secret(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text.into())
    }
}

/// Octets that are base64 text on the wire (RFC 4648, section 4; OpenAPI's `format: byte`).
///
/// ```
/// use problemgen_runtime::Base64;
///
/// assert_eq!(serde_json::to_string(&Base64::from(b"hi".to_vec()))?, r#""aGk=""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Base64(pub Bytes);

impl From<Vec<u8>> for Base64 {
    fn from(octets: Vec<u8>) -> Self {
        Base64(octets.into())
    }
}

/// Octets that are base64 text in the alphabet of URLs on the wire (RFC 4648, section 5; `contentEncoding: base64url`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Base64Url(pub Bytes);

impl From<Vec<u8>> for Base64Url {
    fn from(octets: Vec<u8>) -> Self {
        Base64Url(octets.into())
    }
}

macro_rules! text_nodes {
    ($($ty:ty, $empty:expr, |$text:ident| $parse:expr, $expected:literal, |$value:ident| $print:expr;)*) => {$(
        impl Node for $ty {
            fn empty() -> Self { $empty }
            fn slot(&mut self) -> Slot<'_> { Slot::Text(self) }
            fn view(&self) -> View<'_> { let $value = self; $print }
            fn assign(&mut self, from: &dyn Node) { crate::copy::clone_into(self, from) }
        }
        impl TextNode for $ty {
            fn set(&mut self, $text: &str) -> Result<(), &'static str> {
                *self = $parse.ok_or($expected)?;
                Ok(())
            }
        }
    )*};
}

text_nodes!(
    jiff::Timestamp, jiff::Timestamp::UNIX_EPOCH, |text| text.parse().ok(),
        "a date and time with offset, as of RFC 3339", |value| View::Text(Cow::Owned(value.to_string()));
    jiff::civil::Date, jiff::civil::Date::ZERO, |text| text.parse().ok(),
        "a date, as of RFC 3339", |value| View::Text(Cow::Owned(value.to_string()));
    uuid::Uuid, uuid::Uuid::nil(), |text| text.parse().ok(),
        "a UUID, as of RFC 9562", |value| View::Text(Cow::Owned(value.to_string()));
    Secret, Secret::from(""), |text| Some(Secret::from(text)),
        "text", |value| View::Secret(value.expose());
    Base64, Base64::default(), |text| STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok().map(Base64::from),
        "base64 text, as of RFC 4648", |value| View::Text(Cow::Owned(STANDARD.encode(&value.0)));
    Base64Url, Base64Url::default(), |text| URL_SAFE.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok().map(Base64Url::from),
        "base64url text, as of RFC 4648", |value| View::Text(Cow::Owned(URL_SAFE.encode(&value.0)));
);

crate::serde_by_node!(Secret);
crate::serde_by_node!(Base64);
crate::serde_by_node!(Base64Url);
