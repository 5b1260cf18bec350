//! How requests travel: a trait over `http` types, and what implements it.
//!
//! A transport sends one request and returns one answer. Deliberately absent: retries, credentials and what answers mean,
//! which are the client's.

mod blocking;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tower")]
mod tower;
#[cfg(all(feature = "ureq", not(target_family = "wasm")))]
mod ureq;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;

use crate::error::{TransportError, chain};
use crate::maybe_send::MaybeSendFuture;
use crate::stream::{Body, Pieces};

pub use self::blocking::Blocking;
pub(crate) use self::blocking::block_on;
#[cfg(feature = "reqwest")]
pub use self::reqwest::Reqwest;
#[cfg(feature = "tower")]
pub use self::tower::{ServiceTransport, TransportService};
#[cfg(all(feature = "ureq", not(target_family = "wasm")))]
pub use self::ureq::Ureq;

/// What a transport gives back. A name for a long type; in browsers it need not be `Send`.
pub type Exchange<'a> = MaybeSendFuture<'a, Exchanged>;

/// What comes of an exchange: a whole answer, or why there is none.
pub type Exchanged = Result<http::Response<Bytes>, TransportError>;

/// What a transport gives back that streams. A name for a long type; in browsers it need not be `Send`.
pub type Streaming<'a> = MaybeSendFuture<'a, Streamed>;

/// What comes of an exchange with bodies that are streams: the head of an answer, and its body piece by piece.
pub type Streamed = Result<http::Response<Pieces>, TransportError>;

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
///
/// So is any HTTP client with some lines around it. This one reads as much of the body as the client asks for, in the time
/// that it has; what ignores [`Limits`] is cut off by the client all the same, only later.
///
/// ```
/// use bytes::Bytes;
/// use problemgen_runtime::{BoundedBody, Exchange, Limits, Transport, TransportError, TransportStage};
///
/// struct MyClient { /* connections */ }
///
/// # impl MyClient {
/// #     async fn connect(&self, _: &http::Uri) -> std::io::Result<MyConnection> { Ok(MyConnection) }
/// # }
/// # struct MyConnection;
/// # impl MyConnection {
/// #     async fn send(&mut self, _: http::Request<Bytes>) -> std::io::Result<http::Response<()>> { Ok(http::Response::new(())) }
/// #     async fn piece(&mut self) -> std::io::Result<Option<Vec<u8>>> { Ok(None) }
/// # }
/// impl Transport for MyClient {
///     fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
///         let before = |error| TransportError::new(TransportStage::Connect, error);
///         let after = |error| TransportError::new(TransportStage::Exchange, error);
///         let mut body = BoundedBody::new(Limits::of(&request));
///         Box::pin(async move {
///             let mut connection = self.connect(request.uri()).await.map_err(before)?;
///             let (head, ()) = connection.send(request).await.map_err(after)?.into_parts();
///             // What came before a connection breaks can still be read: `body.broke(&error)` would keep it.
///             while let Some(piece) = connection.piece().await.map_err(after)? {
///                 if !body.push(&piece) {
///                     break;
///                 }
///             }
///             Ok(body.into_response(head))
///         })
///     }
/// }
/// ```
///
/// Whether the server can have seen the request decides whether it may be sent again, so that the stage of an error matters.
/// A client without futures is a [`Blocking`] transport.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and waits for the whole answer. Redirects are not followed: they are answers.
    ///
    /// # Errors
    /// When there is no complete answer. A status is an answer, whatever it is.
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_>;

    /// Sends a request whose body is read while it is sent, and gives the answer when its head has come, with a body that is
    /// read while it comes. [`Limits::body`] does not count for it, nor [`Limits::stall`] while a body goes: whoever reads
    /// has to know when it is enough.
    ///
    /// Unless a transport can do better, it reads all of the one, [exchanges](Self::exchange), and gives all of the other.
    ///
    /// # Errors
    /// When there is no answer.
    fn stream(&self, request: http::Request<Body>) -> Streaming<'_> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?;
            let response = self.exchange(http::Request::from_parts(head, body)).await?;
            let cut = response.extensions().get::<Cut>().cloned();
            Ok(response.map(|octets| Pieces::of_whole(octets, cut.as_ref())))
        })
    }
}

impl<F> Transport for F
where
    F: Fn(http::Request<Bytes>) -> Exchange<'static> + Send + Sync + 'static,
{
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        self(request)
    }
}

/// What a client asks of one exchange. It travels in the extensions of the request.
///
/// ```
/// use bytes::Bytes;
/// use problemgen_runtime::{Limits, http};
///
/// let limits = Limits::of(&http::Request::new(Bytes::new()));
/// assert_eq!(limits.body, Limits::BODY);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many octets of a body to read.
    pub body: usize,
    /// How long the exchange may take. The client stops waiting then, but cannot stop a transport that blocks.
    pub time: Option<Duration>,
    /// How long nothing may go or come: until the head of the answer is there, and between two pieces of its body.
    pub stall: Option<Duration>,
    /// Is the caller without a runtime? Then nothing drives the input and output of a future.
    pub blocking: bool,
}

impl Limits {
    /// What is read of a body unless somebody asks for more or less: 32 MiB.
    pub const BODY: usize = 32 * 1024 * 1024;

    /// How long nothing may move unless somebody says so: 60 seconds.
    pub const STALL: Duration = Duration::from_secs(60);

    /// What is asked of this exchange.
    pub fn of<B>(request: &http::Request<B>) -> Self {
        request.extensions().get().copied().unwrap_or_default()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: Self::BODY, time: None, stall: Some(Self::STALL), blocking: false }
    }
}

/// The body of an answer as it comes, up to a limit.
///
/// ```
/// use problemgen_runtime::{BoundedBody, Limits};
///
/// let mut limits = Limits::default();
/// limits.body = 4;
/// let mut body = BoundedBody::new(limits);
/// assert!(body.push(b"abc"));
/// assert!(!body.push(b"def"));
/// let (head, ()) = http::Response::new(()).into_parts();
/// assert_eq!(body.into_response(head).body(), "abcd");
/// ```
#[derive(Debug)]
pub struct BoundedBody {
    octets: BytesMut,
    limit: usize,
    cut: Option<Cut>,
}

impl BoundedBody {
    /// An empty body.
    pub fn new(limits: Limits) -> Self {
        Self { octets: BytesMut::new(), limit: limits.body, cut: None }
    }

    /// Adds a piece. `false` says that the limit is passed and nothing more is wanted: drop the connection.
    pub fn push(&mut self, piece: &[u8]) -> bool {
        let kept = &piece[..piece.len().min(self.limit - self.octets.len())];
        self.octets.extend_from_slice(kept);
        if kept.len() < piece.len() {
            self.cut = Some(Cut::Limit(self.limit));
        }
        self.cut.is_none()
    }

    /// The connection broke. What came of the body is kept: with its status and headers it says more than no answer.
    pub fn broke(&mut self, error: &(dyn std::error::Error + 'static)) {
        // What it says is that a connection broke, which is what is said of the body.
        let why = error.downcast_ref().map_or_else(|| chain(error), TransportError::why);
        self.cut = Some(Cut::Broken(why.into()));
    }

    /// The answer. If it is not whole, it says so to the client.
    pub fn into_response(self, head: http::response::Parts) -> http::Response<Bytes> {
        let mut response = http::Response::from_parts(head, self.octets.freeze());
        if let Some(cut) = self.cut {
            response.extensions_mut().insert(cut);
        }
        response
    }
}

/// Says of a response that its body goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It was read up to this many octets.
    Limit(usize),
    /// The connection broke, for this reason.
    Broken(Arc<str>),
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cut::Limit(limit) => write!(f, "it is longer than the limit of {limit} octets"),
            Cut::Broken(why) => write!(f, "it breaks off: {why}"),
        }
    }
}

/// Cuts a body that is longer than was asked for.
pub(crate) fn bound(mut response: http::Response<Bytes>, limit: usize) -> http::Response<Bytes> {
    if response.body().len() > limit {
        response.body_mut().truncate(limit);
        response.extensions_mut().insert(Cut::Limit(limit));
    }
    response
}

/// The length of a whole body of which at least `seen` octets came.
pub(crate) fn whole_length(head: &http::response::Parts, seen: usize) -> usize {
    if head.extensions.get::<Cut>().is_none() {
        return seen;
    }
    let declared: Option<usize> =
        head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    // There was more, or was to be.
    declared.unwrap_or_default().max(seen + 1)
}
