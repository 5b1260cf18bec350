//! The asynchronous transport over reqwest, behind the feature `reqwest`.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;

use crate::clock::{Clock as _, SystemClock};
use crate::error::{RequestError, TransportError, TransportStage};
use crate::transport::{BoundedBody, Exchange, Exchanged, Limits, Transport};

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod streaming;

/// Sends requests with [reqwest](https://docs.rs/reqwest), over rustls; in browsers, with `fetch`.
///
/// It needs the runtime that reqwest needs, tokio. Without one, take a transport that blocks.
#[derive(Debug, Clone)]
pub struct Reqwest {
    client: reqwest::Client,
}

impl Reqwest {
    /// A transport with a limit of 10 seconds to connect.
    ///
    /// Redirects are not followed: a credential in a header or in the URL would travel to whatever host the answer names,
    /// and a `POST` would become a `GET`. A redirect is an answer like any other. (Browsers decide about all of that
    /// themselves.)
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new() -> Result<Self, RequestError> {
        let client = configured(reqwest::Client::builder())
            .build()
            .map_err(|error| RequestError::new(format!("the transport cannot be set up: {error}")))?;
        Ok(Self { client })
    }

    async fn run(&self, request: http::Request<Bytes>) -> Exchanged {
        let limits = Limits::of(&request);
        if limits.blocking {
            return Err(unusable());
        }
        let request = prepared(request).map_err(failure)?;
        let mut response = moving(limits, self.client.execute(request)).await?.map_err(failure)?;
        let head = head(&mut response);
        let mut body = BoundedBody::new(limits);
        if let Err(error) = read(response, &mut body, limits).await {
            body.broke(&error);
        }
        Ok(body.into_response(head))
    }
}

/// The head of an answer.
fn head(response: &mut reqwest::Response) -> http::response::Parts {
    let (mut head, ()) = http::Response::new(()).into_parts();
    head.status = response.status();
    head.headers = std::mem::take(response.headers_mut());
    head
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn configured(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    use std::time::Duration;
    builder
        .connect_timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn configured(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn prepared(request: http::Request<Bytes>) -> Result<reqwest::Request, reqwest::Error> {
    request.try_into()
}

/// `fetch` refuses a `GET` with a body, and takes an empty one for a body.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn prepared(request: http::Request<Bytes>) -> Result<reqwest::Request, reqwest::Error> {
    let is_empty = request.body().is_empty();
    let mut request = reqwest::Request::try_from(request)?;
    if is_empty {
        *request.body_mut() = None;
    }
    Ok(request)
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
async fn read(
    mut response: reqwest::Response,
    body: &mut BoundedBody,
    limits: Limits,
) -> Result<(), TransportError> {
    while let Some(piece) = moving(limits, response.chunk()).await?.map_err(failure)? {
        if !body.push(&piece) {
            break;
        }
    }
    Ok(())
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
async fn read(
    response: reqwest::Response,
    body: &mut BoundedBody,
    limits: Limits,
) -> Result<(), TransportError> {
    body.push(&moving(limits, response.bytes()).await?.map_err(failure)?);
    Ok(())
}

/// Waits for something, for as long as nothing may move.
async fn moving<F: Future>(limits: Limits, future: F) -> Result<F::Output, TransportError> {
    let Some(stall) = limits.stall else { return Ok(future.await) };
    let (mut future, mut over) = (pin!(future), pin!(SystemClock.sleep(stall)));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => over.as_mut().poll(context).map(|()| {
            Err(TransportError::new(TransportStage::Timeout, format!("nothing moved for {stall:?}")))
        }),
    })
    .await
}

/// A client of your own: with a proxy, other limits, other certificates. It should not follow redirects.
impl From<reqwest::Client> for Reqwest {
    fn from(client: reqwest::Client) -> Self {
        Self { client }
    }
}

impl Transport for Reqwest {
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        Box::pin(self.run(request))
    }

    /// In browsers, where `fetch` does not stream requests everywhere, it reads all of either body.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    fn stream(&self, request: http::Request<crate::stream::Body>) -> crate::transport::Streaming<'_> {
        Box::pin(streaming::run(&self.client, request))
    }
}

fn unusable() -> TransportError {
    let why = "reqwest needs a runtime: for send_blocking, give a transport that blocks, such as Ureq";
    TransportError::new(TransportStage::Unusable, why)
}

fn failure(error: reqwest::Error) -> TransportError {
    // A connection that did not come about in time has not come about: the server has seen nothing.
    let stage = if is_connect(&error) {
        TransportStage::Connect
    } else if error.is_timeout() {
        TransportStage::Timeout
    } else {
        TransportStage::Exchange
    };
    // The URL may hold a credential or personal data.
    TransportError::new(stage, error.without_url())
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn is_connect(error: &reqwest::Error) -> bool {
    error.is_connect()
}

/// `fetch` does not tell, so that it has to be taken for a request that was seen.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn is_connect(_: &reqwest::Error) -> bool {
    false
}
