//! Transports without futures, and a client without a runtime.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use bytes::Bytes;

use crate::transport::{Exchange, Exchanged, Transport};

/// A transport that blocks: a function from a request to its answer. For
/// [`send_blocking`](crate::Client::send_blocking), which needs no runtime; with
/// [`send`](crate::Client::send) it would block the executor.
///
/// ```
/// use bytes::Bytes;
/// use problemgen_runtime::{Blocking, Transport, TransportError, TransportStage};
///
/// fn exchange(request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
///     let host = request.uri().authority().map_or("", |authority| authority.as_str());
///     let _stream = std::net::TcpStream::connect(host)
///         .map_err(|error| TransportError::new(TransportStage::Connect, error))?;
///     // … write the request, read the answer …
///     Ok(http::Response::new(Bytes::new()))
/// }
///
/// fn takes(_: impl Transport) {}
/// takes(Blocking(exchange));
/// ```
pub struct Blocking<F>(
    /// The function.
    pub F,
);

impl<F> fmt::Debug for Blocking<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blocking")
    }
}

impl<F: Fn(http::Request<Bytes>) -> Exchanged + Send + Sync + 'static> Transport for Blocking<F> {
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move { (self.0)(request) })
    }
}

/// Runs a future to its end on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            // Woken in the meantime, or by accident: either way it asks again.
            Poll::Pending => thread::park(),
        }
    }
}
