//! The asynchronous transport over reqwest, behind the feature `reqwest`.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::client::{Exchange, Transport};
use crate::error::{RequestError, TransportError, TransportStage};

/// Sends requests with [reqwest](https://docs.rs/reqwest), over rustls.
#[derive(Debug, Clone)]
pub struct Reqwest {
    client: reqwest::Client,
}

impl Reqwest {
    /// A transport with a limit of 10 seconds to connect and 60 seconds between two pieces of an answer.
    ///
    /// Redirects are not followed: a credential in a header or in the URL would travel to whatever host the answer names,
    /// and a `POST` would become a `GET`. A redirect is an answer like any other.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new() -> Result<Self, RequestError> {
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .build()
            .map_err(|error| RequestError::new(format!("the transport cannot be set up: {error}")))?;
        Ok(Self { client })
    }

    async fn run(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request).map_err(failure)?;
        let mut response = self.client.execute(request).await.map_err(failure)?;
        let mut body = BytesMut::new();
        while let Some(piece) = response.chunk().await.map_err(failure)? {
            body.extend_from_slice(&piece);
        }
        let mut whole = http::Response::new(body.freeze());
        *whole.status_mut() = response.status();
        *whole.headers_mut() = std::mem::take(response.headers_mut());
        Ok(whole)
    }
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
}

fn failure(error: reqwest::Error) -> TransportError {
    let stage = if error.is_timeout() {
        TransportStage::Timeout
    } else if error.is_connect() {
        TransportStage::Connect
    } else {
        TransportStage::Exchange
    };
    // The URL may hold a credential or personal data.
    TransportError::new(stage, error.without_url())
}
