//! A credential and how it gets into a request.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;

use crate::error::{CredentialPlace, RequestError};
use crate::text::Secret;

/// A secret that proves who is calling. It is never printed, and overwritten in memory when the last client that holds it
/// and the last request that carries it in a header are gone. (A transport has copies of its own while it writes.)
///
/// ```
/// use problemgen_runtime::Credential;
///
/// let credential = Credential::from("sk_live_1");
/// assert!(!format!("{credential:?}").contains("sk_live_1"));
/// ```
#[derive(Clone)]
pub struct Credential(Option<Secret>);

impl Credential {
    /// No credential, for operations that need none.
    pub fn none() -> Self {
        Credential(None)
    }
}

impl<T: Into<Secret>> From<T> for Credential {
    fn from(secret: T) -> Self {
        Credential(Some(secret.into()))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Credential(***)" } else { "Credential(none)" })
    }
}

/// A credential in the form in which requests carry it, made once for all of them.
pub(super) enum Placed {
    Nowhere,
    Header(HeaderName, HeaderValue),
    Cookie(&'static str, Secret),
    Query(&'static str, Secret),
}

impl Placed {
    pub(super) fn new(place: CredentialPlace, credential: Credential) -> Result<Self, RequestError> {
        let Some(secret) = credential.0 else { return Ok(Placed::Nowhere) };
        let text = secret.expose().as_bytes();
        Ok(match place {
            CredentialPlace::Nowhere => Placed::Nowhere,
            CredentialPlace::Bearer => Placed::Header(AUTHORIZATION, hidden(&[b"Bearer ", text])?),
            CredentialPlace::Basic => {
                let encoded = Zeroizing::new(STANDARD.encode(text));
                Placed::Header(AUTHORIZATION, hidden(&[b"Basic ", encoded.as_bytes()])?)
            }
            CredentialPlace::Header(name) => Placed::Header(
                HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| RequestError::new(format!("{name:?} is not a header name")))?,
                hidden(&[text])?,
            ),
            CredentialPlace::Cookie(name) => Placed::Cookie(name, secret),
            CredentialPlace::Query(name) => Placed::Query(name, secret),
        })
    }

    /// Puts it into a request that does not say already who is calling.
    pub(super) fn put<B>(&self, request: &mut http::Request<B>) -> Result<(), RequestError> {
        match self {
            Placed::Nowhere => {}
            Placed::Header(name, value) => {
                if !request.headers().contains_key(name) {
                    request.headers_mut().insert(name, value.clone());
                }
            }
            Placed::Cookie(name, secret) => {
                let others = request.headers().get(COOKIE).map_or(&[][..], HeaderValue::as_bytes);
                let encoded = Zeroizing::new(encoded(secret.expose()));
                let separator: &[u8] = if others.is_empty() { b"" } else { b"; " };
                let cookies = hidden(&[others, separator, name.as_bytes(), b"=", encoded.as_bytes()])?;
                request.headers_mut().insert(COOKIE, cookies);
            }
            Placed::Query(name, secret) => {
                let uri = request.uri();
                let separator = if uri.query().is_some() { '&' } else { '?' };
                let (name, secret) = (encoded(name), Zeroizing::new(encoded(secret.expose())));
                let whole = Zeroizing::new(format!("{uri}{separator}{name}={}", *secret));
                *request.uri_mut() =
                    whole.parse().map_err(|_| RequestError::new("the credential cannot stand in a URL"))?;
            }
        }
        Ok(())
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A header that is not shown, and whose memory is overwritten when the last request with it is gone.
fn hidden(pieces: &[&[u8]]) -> Result<HeaderValue, RequestError> {
    // With its whole length from the beginning, so that it never moves and leaves a copy behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum()));
    for piece in pieces {
        octets.extend_from_slice(piece);
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(octets))
        .map_err(|_| RequestError::new("the credential has characters that a header cannot carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(place: CredentialPlace, request: &mut http::Request<Bytes>) {
        let placed = Placed::new(place, Credential::from("a b")).expect("a credential");
        placed.put(request).expect("room for it");
    }

    #[test]
    fn every_place() {
        let mut request = http::Request::new(Bytes::new());
        *request.uri_mut() = "https://h.example/p?q=1".parse().expect("a URL");
        request.headers_mut().insert(COOKIE, HeaderValue::from_static("theme=dark"));
        placed(CredentialPlace::Cookie("sid"), &mut request);
        placed(CredentialPlace::Query("key"), &mut request);
        placed(CredentialPlace::Header("x-key"), &mut request);
        placed(CredentialPlace::Basic, &mut request);
        assert_eq!(request.headers()[COOKIE], "theme=dark; sid=a%20b");
        assert_eq!(request.uri(), "https://h.example/p?q=1&key=a%20b");
        assert_eq!(request.headers()["x-key"], "a b");
        assert_eq!(request.headers()[AUTHORIZATION], "Basic YSBi");
        // What is there already stays.
        placed(CredentialPlace::Bearer, &mut request);
        assert_eq!(request.headers()[AUTHORIZATION], "Basic YSBi");
        let shown = format!("{:?}", request.headers());
        assert!(!shown.contains("a b") && !shown.contains("YSBi") && !shown.contains("a%20b"), "{shown}");
    }

    #[test]
    fn what_a_header_cannot_carry_is_refused() {
        assert!(Placed::new(CredentialPlace::Bearer, Credential::from("a\nb")).is_err());
        assert!(Placed::new(CredentialPlace::Header("not a name"), Credential::from("a")).is_err());
    }
}
