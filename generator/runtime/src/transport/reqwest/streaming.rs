//! Bodies as streams, over those of hyper.

use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::{failure, head, unusable};
use crate::error::TransportError;
use crate::locked;
use crate::stream::{Body, Pieces};
use crate::transport::{Limits, Streamed};

pub(super) async fn run(client: &reqwest::Client, request: http::Request<Body>) -> Streamed {
    if Limits::of(&request).blocking {
        return Err(unusable());
    }
    let (head_of_request, body) = request.into_parts();
    let body = match body.as_bytes() {
        Some(octets) if octets.is_empty() => reqwest::Body::default(),
        _ => reqwest::Body::wrap(Sent::new(body.open().await?)),
    };
    let request = http::Request::from_parts(head_of_request, body).try_into().map_err(failure)?;
    let mut response = client.execute(request).await.map_err(failure)?;
    let head = head(&mut response);
    let mut body = reqwest::Body::from(response);
    let length = body.size_hint().exact();
    let pieces = Pieces::new(move |context| {
        loop {
            let frame = ready!(Pin::new(&mut body).poll_frame(context));
            // What is no data are trailers.
            match frame.map(|frame| frame.map(Frame::into_data)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(failure(error)))),
                Some(Ok(Ok(octets))) => return Poll::Ready(Some(Ok(octets))),
                Some(Ok(Err(_))) => {}
            }
        }
    });
    Ok(http::Response::from_parts(
        head,
        match length {
            Some(length) => pieces.length(length),
            None => pieces,
        },
    ))
}

/// The body of a request. The lock is never taken: it only says that nobody reads from two threads at once.
struct Sent {
    pieces: Mutex<Pieces>,
    length: Option<u64>,
}

impl Sent {
    fn new(pieces: Pieces) -> Self {
        let length = pieces.known_length();
        Self { pieces: Mutex::new(pieces), length }
    }
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let pieces = locked::held(self.pieces.get_mut());
        pieces.poll_next(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
