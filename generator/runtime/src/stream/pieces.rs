//! One reading of a body, piece by piece: of a request while it is sent, of an answer while it comes.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use super::reader::{PIECE, Reading};
use super::watch::{Over, Watch};
use crate::error::{TransportError, TransportStage};
use crate::maybe_send::MaybeSend;
use crate::transport::{Cut, block_on};

/// Octets that come piece by piece.
///
/// As the body of an answer, by a client that is asynchronous:
///
/// ```
/// use problemgen_runtime::{Api, Client, Error, Operation};
///
/// async fn count<A: Api, O: Operation<Api = A>>(client: &Client<A>, operation: O) -> Result<usize, Error<O>> {
///     let mut answer = client.call(operation).stream().await?;
///     let mut octets = 0;
///     while let Some(piece) = answer.next().await {
///         octets += piece?.len();
///     }
///     Ok(octets)
/// }
/// ```
///
/// and by one that blocks, where they are a reader:
///
/// ```no_run
/// use problemgen_runtime::{Api, Client, Operation};
///
/// fn save<A: Api, O: Operation<Api = A>>(client: &Client<A>, operation: O) -> Result<(), Box<dyn std::error::Error>>
/// where
///     problemgen_runtime::Error<O>: 'static,
/// {
///     let mut answer = client.call(operation).stream_blocking()?.value;
///     std::io::copy(&mut answer, &mut std::fs::File::create("file")?)?;
///     Ok(())
/// }
/// ```
pub struct Pieces {
    source: Source,
    length: Option<u64>,
    seen: u64,
    guard: Guard,
    /// What a reader has not taken yet of the last piece.
    rest: Bytes,
    /// May waiting for a reader block?
    blocks: bool,
}

/// What a function gives that is asked for the next piece.
type Next = Poll<Option<Result<Bytes, TransportError>>>;

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
type Ask = Box<dyn FnMut(&mut Context<'_>) -> Next + Send>;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
type Ask = Box<dyn FnMut(&mut Context<'_>) -> Next>;

enum Source {
    Ended,
    /// Octets in memory, and why they are not all.
    Whole(Bytes, Option<TransportError>),
    Asked(Ask),
    Read(Box<dyn io::Read + Send>),
    /// A thread reads.
    Thread(Reading),
    Each(VecDeque<Pieces>),
}

/// Who is told what passes.
pub(super) enum Guard {
    Nobody,
    /// It is the body of a request.
    Sent(Arc<Watch>),
    /// It is the body of an answer, which has to come in time.
    Received(Arc<Watch>, Option<Over>),
}

impl Pieces {
    /// Pieces that a stream gives.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use futures_core::Stream;
    /// use problemgen_runtime::{Body, Pieces};
    ///
    /// /// The same for each attempt: what makes the stream, not the stream.
    /// fn body<S>(make: impl Fn() -> S + Send + Sync + 'static) -> Body
    /// where
    ///     S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    /// {
    ///     Body::stream(move || Pieces::from_stream(make()))
    /// }
    /// ```
    pub fn from_stream<E: Into<TransportError>>(
        stream: impl Stream<Item = Result<Bytes, E>> + MaybeSend + 'static,
    ) -> Self {
        let mut stream = Box::pin(stream);
        Self::new(move |context| stream.as_mut().poll_next(context))
    }

    /// Pieces that a function gives when it is asked for the next one, as a stream is asked.
    pub fn new<E: Into<TransportError>>(
        mut ask: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Bytes, E>>> + MaybeSend + 'static,
    ) -> Self {
        Self::of(Source::Asked(Box::new(move |context| {
            ask(context).map(|piece| piece.map(|piece| piece.map_err(Into::into)))
        })))
    }

    /// What a reader reads. Where waiting is not allowed to block, a thread of its own reads.
    pub fn from_reader(reader: impl io::Read + Send + 'static) -> Self {
        Self::of(Source::Read(Box::new(reader)))
    }

    /// Says how many octets there are. If it turns out otherwise, that is an error.
    #[must_use]
    pub fn length(mut self, octets: u64) -> Self {
        self.length = Some(octets);
        self
    }

    /// How many octets there are in all, if that is known: of an answer, what its `Content-Length` says.
    pub fn known_length(&self) -> Option<u64> {
        self.length
    }

    fn of(source: Source) -> Self {
        Self { source, length: None, seen: 0, guard: Guard::Nobody, rest: Bytes::new(), blocks: false }
    }

    /// The body of an answer that came whole, or as whole as it came.
    pub(crate) fn of_whole(octets: Bytes, cut: Option<&Cut>) -> Self {
        let why = cut.map(|cut| match cut {
            Cut::Broken(why) => TransportError::new(TransportStage::Exchange, &**why),
            cut => TransportError::new(TransportStage::Exchange, cut.to_string()),
        });
        let length = if why.is_none() { u64::try_from(octets.len()).ok() } else { None };
        Self { length, ..Self::of(Source::Whole(octets, why)) }
    }

    /// Pieces one after the other.
    pub(super) fn each(all: Vec<Pieces>) -> Self {
        let length = all.iter().map(|pieces| pieces.length).sum();
        Self { length, ..Self::of(Source::Each(all.into())) }
    }

    /// The same pieces, of a reader read by whoever asks.
    pub(super) fn blocking(mut self) -> Self {
        self.blocks = true;
        self
    }

    pub(super) fn guarded(mut self, guard: Guard) -> Self {
        if let Guard::Sent(watch) = &guard {
            watch.sending(self.length);
        }
        self.guard = guard;
        self
    }

    /// The body of an answer, of which a call is told.
    pub(crate) fn received(self, watch: &Arc<Watch>) -> Self {
        watch.receiving(self.length);
        self.guarded(Guard::Received(Arc::clone(watch), None))
    }

    /// The next piece; `None` when there is none any more. Pieces are never empty.
    ///
    /// # Errors
    /// When they break off, or do not come in time. What came before is as it was sent.
    pub async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// Asks for the next piece, as [`next`](Self::next) waits for it.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.rest))));
        }
        let next = match self.source.poll(context, self.blocks) {
            Poll::Ready(next) => next,
            Poll::Pending => match &mut self.guard {
                Guard::Received(watch, over) => {
                    let over = over.get_or_insert_with(|| Watch::over(watch));
                    Some(Err(ready!(over.as_mut().poll(context))))
                }
                Guard::Nobody | Guard::Sent(_) => return Poll::Pending,
            },
        };
        Poll::Ready(self.passed(next))
    }

    /// Something came, or the end.
    fn passed(
        &mut self,
        next: Option<Result<Bytes, TransportError>>,
    ) -> Option<Result<Bytes, TransportError>> {
        let mut next = match next {
            Some(Ok(piece)) => self.counted(piece).map(Some),
            Some(Err(error)) => Err(error),
            None => self.complete().map(|()| None),
        };
        match (&self.guard, &next) {
            (Guard::Nobody, _) | (_, Ok(None)) => {}
            (Guard::Sent(watch), Ok(Some(piece))) => watch.sent(piece.len()),
            (Guard::Received(watch, _), Ok(Some(piece))) => watch.received(piece.len()),
            (Guard::Sent(watch), Err(error)) => watch.failed(error),
            (Guard::Received(..), Err(_)) => {}
        }
        if let (Guard::Sent(_), Err(error)) = (&self.guard, &mut next) {
            error.stage = TransportStage::Body;
        }
        if !matches!(next, Ok(Some(_))) {
            self.source = Source::Ended;
            // Asked once more, it has ended and not broken off again.
            self.length = None;
        }
        next.transpose()
    }

    fn counted(&mut self, piece: Bytes) -> Result<Bytes, TransportError> {
        self.seen = self.seen.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        match self.length {
            Some(length) if self.seen > length => Err(miscounted(length, "more")),
            _ => Ok(piece),
        }
    }

    fn complete(&self) -> Result<(), TransportError> {
        match self.length {
            Some(length) if self.seen < length => Err(miscounted(length, &self.seen.to_string())),
            _ => Ok(()),
        }
    }

    /// Waits for the next piece on this thread.
    pub(crate) fn next_blocking(&mut self) -> Option<Result<Bytes, TransportError>> {
        if let Guard::Received(watch, _) = &self.guard
            && let Some(error) = watch.late()
        {
            return self.passed(Some(Err(error)));
        }
        self.blocks = true;
        block_on(self.next())
    }
}

impl Source {
    fn poll(&mut self, context: &mut Context<'_>, blocks: bool) -> Next {
        loop {
            match self {
                Source::Ended => return Poll::Ready(None),
                Source::Whole(octets, why) => {
                    if octets.is_empty() {
                        return Poll::Ready(why.take().map(Err));
                    }
                    return Poll::Ready(Some(Ok(octets.split_to(octets.len().min(PIECE)))));
                }
                Source::Asked(ask) => match ready!(ask(context)) {
                    Some(Ok(piece)) if piece.is_empty() => {}
                    next => return Poll::Ready(next),
                },
                Source::Read(reader) if blocks => return Poll::Ready(super::reader::piece(&mut **reader)),
                Source::Read(_) => {
                    if let Source::Read(reader) = std::mem::replace(self, Source::Ended) {
                        *self = Source::Thread(Reading::start(reader));
                    }
                }
                Source::Thread(reading) => return reading.poll(context),
                Source::Each(all) => match all.front_mut() {
                    None => return Poll::Ready(None),
                    Some(first) => {
                        first.blocks = blocks;
                        match ready!(first.poll_next(context)) {
                            None => drop(all.pop_front()),
                            next => return Poll::Ready(next),
                        }
                    }
                },
            }
        }
    }
}

fn miscounted(length: u64, found: &str) -> TransportError {
    TransportError::new(
        TransportStage::Exchange,
        format!("{length} octets were announced, and there are {found}"),
    )
}

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pieces::poll_next(self.get_mut(), context)
    }
}

/// Reads on this thread, and blocks it.
impl io::Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            match self.next_blocking() {
                None => return Ok(0),
                Some(Err(error)) => return Err(error.into()),
                Some(Ok(piece)) => self.rest = piece,
            }
        }
        let length = self.rest.len().min(into.len());
        into[..length].copy_from_slice(&self.rest.split_to(length));
        Ok(length)
    }
}

impl<T: Into<Bytes>> From<T> for Pieces {
    fn from(octets: T) -> Self {
        Self::of_whole(octets.into(), None)
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces")
            .field("length", &self.length)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}
