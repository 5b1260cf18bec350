//! The blocking transport over ureq, behind the feature `ureq`.

use std::io::{self, Read as _};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_LENGTH;

use crate::error::{TransportError, TransportStage};
use crate::stream::{Body, Pieces};
use crate::transport::{BoundedBody, Exchange, Exchanged, Limits, Streamed, Streaming, Transport, block_on};

/// Sends requests with [ureq](https://docs.rs/ureq), over rustls, on the thread that calls. For
/// [`send_blocking`](crate::Client::send_blocking), in programs without a runtime.
///
/// ```no_run
/// # use problemgen_runtime::{Api, Client, ClientBuilder, RequestError, Ureq};
/// # fn client<A: Api>(builder: ClientBuilder<A>) -> Result<Client<A>, RequestError> {
/// // When `reqwest` is not among the features, this is the transport anyway.
/// builder.transport(Ureq::new()).build()
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Ureq {
    agent: ureq::Agent,
}

impl Ureq {
    /// A transport with a limit of 10 seconds to connect. As with the other transports, redirects are not followed.
    pub fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(10)));
        Self { agent: config.build().into() }
    }

    fn run(&self, request: http::Request<Bytes>) -> Exchanged {
        let limits = Limits::of(&request);
        let (head, octets) = request.into_parts();
        let response = if octets.is_empty() && !expects_body(&head.method) {
            self.send(http::Request::from_parts(head, ()), limits)
        } else {
            self.send(http::Request::from_parts(head, octets.as_ref()), limits)
        };
        let (head, body) = response.map_err(failure)?.into_parts();
        let mut reader = body.into_with_config().limit(u64::MAX).reader();
        let mut bounded = BoundedBody::new(limits);
        let mut piece = [0; 16 * 1024];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(length) if bounded.push(&piece[..length]) => {}
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    bounded.broke(&error);
                    break;
                }
            }
        }
        Ok(bounded.into_response(head))
    }

    /// One request, within its limits.
    fn send(
        &self,
        request: http::Request<impl ureq::AsSendBody>,
        limits: Limits,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let config = self.agent.configure_request(request).timeout_global(limits.time);
        self.agent.run(config.timeout_per_read(limits.stall).timeout_per_write(limits.stall).build())
    }

    fn run_streamed(&self, request: http::Request<Body>) -> Streamed {
        // The client sees to how long a body may take; what is limited here is the wait for it.
        let limits = Limits { time: None, ..Limits::of(&request) };
        let (mut head, body) = request.into_parts();
        let response = if body.as_bytes().is_some_and(Bytes::is_empty) && !expects_body(&head.method) {
            self.send(http::Request::from_parts(head, ()), limits)
        } else {
            let mut pieces = block_on(body.open())?;
            if let Some(length) = pieces.known_length() {
                head.headers.insert(CONTENT_LENGTH, length.into());
            }
            self.send(http::Request::from_parts(head, ureq::SendBody::from_reader(&mut pieces)), limits)
        };
        let (head, body) = response.map_err(failure)?.into_parts();
        let length = body.content_length();
        let pieces = Pieces::from_reader(Coming(body.into_with_config().limit(u64::MAX).reader()));
        Ok(http::Response::from_parts(
            head,
            match length {
                Some(length) => pieces.length(length),
                None => pieces,
            },
        ))
    }
}

/// The body of an answer, with errors that say what they are.
struct Coming(ureq::BodyReader<'static>);

impl io::Read for Coming {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => failure(error.into()).into(),
        })
    }
}

fn expects_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}

impl Default for Ureq {
    fn default() -> Self {
        Self::new()
    }
}

/// An agent of your own: with a proxy, other limits, other certificates. It should not follow redirects, and give statuses of
/// errors as answers.
impl From<ureq::Agent> for Ureq {
    fn from(agent: ureq::Agent) -> Self {
        Self { agent }
    }
}

impl Transport for Ureq {
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move { self.run(request) })
    }

    fn stream(&self, request: http::Request<Body>) -> Streaming<'_> {
        Box::pin(async move { self.run_streamed(request) })
    }
}

fn failure(error: ureq::Error) -> TransportError {
    use ureq::{Error, Timeout};
    let stage = match &error {
        Error::Timeout(Timeout::Connect | Timeout::Resolve) => TransportStage::Connect,
        Error::Timeout(_) => TransportStage::Timeout,
        Error::HostNotFound | Error::ConnectionFailed => TransportStage::Connect,
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => TransportStage::Connect,
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => TransportStage::Timeout,
        _ => TransportStage::Exchange,
    };
    TransportError::new(stage, error)
}
