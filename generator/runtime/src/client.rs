//! A client: a transport, a base URL and a credential.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue, USER_AGENT};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Api, CredentialPlace, Error, RequestError, TransportError};
use crate::operation::Operation;
use crate::request::BaseUrl;
use crate::text::Secret;

/// What a transport gives back. A name for a long type.
pub type Exchange<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send + 'a>>;

/// Something that sends a request and returns the answer, over `http` types alone.
///
/// A function is a transport, which makes tests short:
///
/// ```
/// use bytes::Bytes;
/// use problemgen_runtime::{Exchange, Transport};
///
/// fn teapot(_: http::Request<Bytes>) -> Exchange<'static> {
///     Box::pin(async { Ok(http::Response::builder().status(418).body(Bytes::new()).expect("a valid response")) })
/// }
///
/// fn takes(_: impl Transport) {}
/// takes(teapot);
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and waits for the whole answer.
    ///
    /// # Errors
    /// When there is no complete answer. A status is an answer, whatever it is.
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_>;
}

impl<F> Transport for F
where
    F: Fn(http::Request<Bytes>) -> Exchange<'static> + Send + Sync + 'static,
{
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        self(request)
    }
}

/// A secret that proves who is calling. It is never printed.
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

/// A client of an API. Cloning it is cheap, and clones share connections.
pub struct Client<A> {
    inner: Arc<Inner>,
    api: PhantomData<fn() -> A>,
}

struct Inner {
    transport: Box<dyn Transport>,
    base: BaseUrl,
    credential: Credential,
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), api: PhantomData }
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.inner.base.to_string())
            .field("credential", &self.inner.credential)
            .finish_non_exhaustive()
    }
}

impl<A: Api> Client<A> {
    /// Begins a client that calls with this credential, at the first server of the document.
    pub fn builder(credential: impl Into<Credential>) -> ClientBuilder<A> {
        ClientBuilder { credential: credential.into(), base: None, transport: None, api: PhantomData }
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// Whatever is not a success of the contract. Nothing that the server said is lost.
    pub fn send<O: Operation<Api = A>>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error<O>>> + Send + use<'_, A, O> {
        let caller = Caller {
            user_agent: A::USER_AGENT,
            credential: if O::SPEC.authenticated { A::CREDENTIAL } else { CredentialPlace::Nowhere },
        };
        // The future of an operation holds nothing but a box, so there is little of it to compile.
        let exchange = self.inner.exchange(operation.to_request(&self.inner.base), caller);
        async {
            match exchange.await {
                Ok(response) => O::decode(response),
                Err(Failure::Request(error)) => Err(error.into()),
                Err(Failure::Transport(error)) => Err(error.into()),
            }
        }
    }
}

/// What went wrong before there was a whole answer.
enum Failure {
    Request(RequestError),
    Transport(TransportError),
}

/// What the contract says of a call, apart from its operation.
#[derive(Clone, Copy)]
struct Caller {
    user_agent: &'static str,
    credential: CredentialPlace,
}

impl Inner {
    /// One exchange. Boxed and the same for every operation, so an operation costs little to compile.
    fn exchange(
        &self,
        request: Result<http::Request<Bytes>, RequestError>,
        caller: Caller,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, Failure>> + Send + '_>> {
        Box::pin(async move {
            let mut request = request.map_err(Failure::Request)?;
            request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(caller.user_agent));
            authenticate(&mut request, caller.credential, &self.credential).map_err(Failure::Request)?;
            self.transport.exchange(request).await.map_err(Failure::Transport)
        })
    }
}

fn authenticate(
    request: &mut http::Request<Bytes>,
    place: CredentialPlace,
    credential: &Credential,
) -> Result<(), RequestError> {
    let Some(secret) = &credential.0 else { return Ok(()) };
    let secret = secret.expose();
    let (name, text) = match place {
        CredentialPlace::Nowhere => return Ok(()),
        CredentialPlace::Bearer => (AUTHORIZATION, format!("Bearer {secret}")),
        CredentialPlace::Basic => {
            (AUTHORIZATION, format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(secret)))
        }
        CredentialPlace::Header(name) => (
            HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| RequestError::new(format!("{name:?} is not a header name")))?,
            secret.to_owned(),
        ),
        CredentialPlace::Cookie(name) => {
            let cookie = format!("{name}={}", utf8_percent_encode(secret, NON_ALPHANUMERIC));
            let others = request.headers().get(COOKIE).and_then(|value| value.to_str().ok());
            (COOKIE, others.map_or_else(|| cookie.clone(), |others| format!("{others}; {cookie}")))
        }
        CredentialPlace::Query(name) => return add_to_query(request, name, secret),
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| RequestError::new("the credential has characters that a header cannot carry"))?;
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
    Ok(())
}

fn add_to_query(request: &mut http::Request<Bytes>, name: &str, secret: &str) -> Result<(), RequestError> {
    let uri = request.uri();
    let separator = if uri.query().is_some() { '&' } else { '?' };
    let pair = format!(
        "{}={}",
        utf8_percent_encode(name, NON_ALPHANUMERIC),
        utf8_percent_encode(secret, NON_ALPHANUMERIC)
    );
    *request.uri_mut() = format!("{uri}{separator}{pair}")
        .parse()
        .map_err(|_| RequestError::new("the credential cannot stand in a URL"))?;
    Ok(())
}

/// A client in the making.
pub struct ClientBuilder<A> {
    credential: Credential,
    base: Option<String>,
    transport: Option<Box<dyn Transport>>,
    api: PhantomData<fn() -> A>,
}

impl<A> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base", &self.base)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

impl<A: Api> ClientBuilder<A> {
    /// Calls another server than the first one of the document: `https://staging.example.com`.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Some(url.into());
        self
    }

    /// Sends requests through another transport.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// When the base URL is not one, when the document names no server and none was given, or when there is no transport.
    pub fn build(self) -> Result<Client<A>, RequestError> {
        let base = match (&self.base, A::SERVERS.first()) {
            (Some(url), _) => url.parse()?,
            (None, Some(url)) => url.parse()?,
            (None, None) => return Err(RequestError::new("the document names no server: give a base_url")),
        };
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport()?,
        };
        Ok(Client {
            inner: Arc::new(Inner { transport, base, credential: self.credential }),
            api: PhantomData,
        })
    }
}

#[cfg(feature = "reqwest")]
fn default_transport() -> Result<Box<dyn Transport>, RequestError> {
    Ok(Box::new(crate::transport::Reqwest::new()?))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport() -> Result<Box<dyn Transport>, RequestError> {
    Err(RequestError::new("no transport: enable the feature `reqwest`, or give one with `transport`"))
}
