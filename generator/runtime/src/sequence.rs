//! Sequences: answers that list item by item, read while they come.
//!
//! Comes in: the pieces of a body. Goes out: its items, as the type that the contract gives them, or as events. What is wrong
//! with one item is said of that item, and those after it still come. Deliberately absent: asking again where a sequence broke
//! off; [`Event::last_id`] and [`Event::retry`] are for whoever does.

mod split;

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

pub use split::Framing;
use split::{Frame, Splitter, TooLong};

use crate::client::OnThisThread;
use crate::decode::{self, Violation};
use crate::error::TransportError;
use crate::json::Json;
use crate::node::Node;
use crate::operation::Operation;
use crate::stream::Pieces;
use crate::text::escape;

/// An operation whose success can be a sequence, of which the contract says what its items are.
/// [`Call::each`](crate::Call::each) reads them.
///
/// ```
/// use problemgen_runtime::{Api, Client, Error, SequenceError, Sequenced};
///
/// async fn first<A: Api, O: Sequenced<Api = A>>(
///     client: &Client<A>,
///     operation: O,
/// ) -> Result<Option<Result<O::Item, SequenceError>>, Error<O>> {
///     let mut items = client.call(operation).each().await?;
///     Ok(items.next().await)
/// }
/// ```
pub trait Sequenced: Operation {
    /// An item.
    type Item: Node + Send + 'static;
    /// What the contract says of the sequence.
    const ITEMS: SequenceSpec;
}

/// The items of a success of an operation.
pub type ItemsOf<O> = Sequence<<O as Sequenced>::Item>;

/// What the contract says of a sequence.
#[derive(Debug, Clone, Copy)]
pub struct SequenceSpec {
    /// The media types in which it comes, for the header `Accept`.
    pub accept: &'static str,
    /// Of server-sent events: is an item the whole event, an object with `data`, `event`, `id` and `retry`? Else it is the JSON
    /// in the event's data.
    pub whole_events: bool,
}

/// An event that a server sent (WHATWG HTML, "Server-sent events").
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Event {
    /// What the event is called; empty where it is not, which browsers call `message`.
    pub event: String,
    /// Its data: lines joined by line feeds.
    pub data: String,
    /// Its own identifier.
    pub id: Option<String>,
    /// The identifier of the last event that had one, this one included: what `Last-Event-ID` says to go on from here.
    pub last_id: String,
    /// How long to wait before asking again, if it says so.
    pub retry: Option<Duration>,
}

impl Event {
    /// The event as the object that OpenAPI describes ("Special Considerations for Server-Sent Events").
    fn object(&self, data: Json) -> Json {
        let mut members = std::collections::BTreeMap::from([("data".to_owned(), data)]);
        if !self.event.is_empty() {
            members.insert("event".to_owned(), self.event.as_str().into());
        }
        if let Some(id) = &self.id {
            members.insert("id".to_owned(), id.as_str().into());
        }
        if let Some(retry) = self.retry {
            members.insert("retry".to_owned(), i64::try_from(retry.as_millis()).unwrap_or(i64::MAX).into());
        }
        Json::Object(members)
    }
}

/// Why there is no further item, or what is wrong with one.
///
/// ```
/// use problemgen_runtime::{Json, Pieces, Sequence, SequenceError};
///
/// let mut items = Sequence::<Json>::lines(Pieces::from("oops\n1\n")).blocking();
/// let Some(Err(SequenceError::Item { item, .. })) = items.next() else { panic!("it is no JSON") };
/// assert_eq!(item, "oops");
/// assert!(items.next().is_some_and(|item| item.is_ok()));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SequenceError {
    /// The sequence broke off. There is nothing after it.
    Broken(TransportError),
    /// An item is longer than the [limit](Sequence::limit), in octets. There is nothing after it.
    TooLong(usize),
    /// An item is not of its type. Those after it still come.
    Item {
        /// How it breaks the contract.
        violation: Violation,
        /// The item as it came: the data of an event, or a JSON text.
        item: Bytes,
    },
    /// The answer is of this media type, which is no sequence. Nothing of it was read.
    NoSequence(String),
}

impl fmt::Display for SequenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SequenceError::Broken(error) => error.fmt(f),
            SequenceError::TooLong(limit) => write!(f, "an item is longer than {limit} octets"),
            SequenceError::Item { violation, .. } => {
                let Violation { pointer, message } = violation;
                f.write_str("an item is not of its type: ")?;
                if !pointer.is_empty() {
                    escape(f, pointer)?;
                    f.write_str(": ")?;
                }
                escape(f, message)
            }
            SequenceError::NoSequence(media_type) => {
                f.write_str("the answer is no sequence: ")?;
                escape(f, media_type)
            }
        }
    }
}

impl std::error::Error for SequenceError {}

/// How long an item may be, unless somebody says so: 8 MiB.
const LIMIT: usize = 8 * 1024 * 1024;

/// The frames of a body, the same for every type of item.
#[derive(Debug)]
struct Frames {
    pieces: Pieces,
    splitter: Splitter,
    /// What is wrong before anything is read.
    wrong: Option<SequenceError>,
    /// The text that ends it.
    until: Option<String>,
    blocking: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// No piece is left.
    Read,
    Over,
}

impl Frames {
    fn new(pieces: Pieces, framing: Framing) -> Self {
        let splitter = Splitter::new(framing, LIMIT);
        Self { pieces, splitter, wrong: None, until: None, blocking: false, state: State::Open }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame, SequenceError>>> {
        if let Some(error) = self.wrong.take() {
            self.state = State::Over;
            return Poll::Ready(Some(Err(error)));
        }
        while self.state != State::Over {
            match self.splitter.next(self.state == State::Read) {
                Ok(Some(frame)) if self.is_last(&frame) => break,
                Ok(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
                Ok(None) if self.state == State::Read => break,
                Ok(None) => {}
                Err(TooLong) => {
                    self.state = State::Over;
                    return Poll::Ready(Some(Err(SequenceError::TooLong(self.splitter.limit))));
                }
            }
            let next = if self.blocking {
                self.pieces.next_blocking()
            } else {
                ready!(self.pieces.poll_next(context))
            };
            match next {
                Some(Ok(piece)) => self.splitter.push(&piece),
                None => self.state = State::Read,
                // What stands before the break may be the beginning of an item: it is none.
                Some(Err(error)) => {
                    self.state = State::Over;
                    return Poll::Ready(Some(Err(SequenceError::Broken(error))));
                }
            }
        }
        self.state = State::Over;
        Poll::Ready(None)
    }

    fn is_last(&self, frame: &Frame) -> bool {
        let Some(until) = &self.until else { return false };
        match frame {
            Frame::Text(text) | Frame::Cut(text) => text.trim_ascii() == until.as_bytes(),
            Frame::Event(event) => event.data == *until,
        }
    }

    /// Reads the next item into a value.
    fn poll_into(
        &mut self,
        whole_events: bool,
        value: &mut dyn Node,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<(), SequenceError>>> {
        let Some(frame) = ready!(self.poll(context)) else { return Poll::Ready(None) };
        Poll::Ready(Some(frame.and_then(|frame| read(frame, whole_events, value))))
    }
}

/// Reads an item into a value.
fn read(frame: Frame, whole_events: bool, value: &mut dyn Node) -> Result<(), SequenceError> {
    let (read, item) = match frame {
        Frame::Cut(text) => {
            let message = "it may be the beginning of a longer one".to_owned();
            (Err(Violation { pointer: String::new(), message }), text)
        }
        Frame::Text(text) => (decode::from_slice(&text, value), text),
        Frame::Event(event) if whole_events => {
            let mut from = |data| decode::from_slice(event.object(data).to_string().as_bytes(), value);
            let read = from(event.data.as_str().into());
            // The data may be described as what stands in it.
            let read = read.or_else(|violation| match event.data.parse() {
                Ok(json) => from(json),
                Err(_) => Err(violation),
            });
            (read, event.data.into())
        }
        Frame::Event(event) => (decode::from_slice(event.data.as_bytes(), value), event.data.into()),
    };
    read.map_err(|violation| SequenceError::Item { violation, item })
}

/// The items of a body, as they come: a [`Stream`], and with [`blocking`](Self::blocking) an iterator.
///
/// ```
/// use problemgen_runtime::{Json, Pieces, Sequence, SequenceError};
///
/// let body = Pieces::from("{\"n\": 1}\n{\"n\": 2}\noops\n3\n");
/// let items: Vec<Result<Json, SequenceError>> = Sequence::lines(body).blocking().collect();
/// assert_eq!(items[1].as_ref().ok().and_then(|item| item.get("n")?.as_i64()), Some(2));
/// assert!(matches!(&items[2], Err(SequenceError::Item { item, .. }) if item.starts_with(b"oops")));
/// assert!(items[3].is_ok());
/// ```
#[must_use = "nothing is read before somebody wants an item"]
pub struct Sequence<T> {
    frames: Frames,
    whole_events: bool,
    item: PhantomData<fn() -> T>,
}

impl<T: Node> Sequence<T> {
    /// A JSON text on each line.
    pub fn lines(pieces: Pieces) -> Self {
        Self::of(Frames::new(pieces, Framing::Lines), false)
    }

    /// JSON text sequences (RFC 7464).
    pub fn texts(pieces: Pieces) -> Self {
        Self::of(Frames::new(pieces, Framing::Texts), false)
    }

    /// The JSON in the data of server-sent events.
    pub fn of_events(pieces: Pieces) -> Self {
        Self::of(Frames::new(pieces, Framing::Events), false)
    }

    /// What an operation answers.
    pub(crate) fn answered(pieces: Pieces, media_type: &str, spec: SequenceSpec) -> Self {
        let declared = || spec.accept.split(',').find_map(Framing::of);
        let framing = if media_type.is_empty() { declared() } else { Framing::of(media_type) };
        let mut frames = Frames::new(pieces, framing.unwrap_or(Framing::Lines));
        if framing.is_none() {
            frames.wrong = Some(SequenceError::NoSequence(media_type.to_owned()));
        }
        Self::of(frames, spec.whole_events)
    }

    fn of(frames: Frames, whole_events: bool) -> Self {
        Self { frames, whole_events, item: PhantomData }
    }

    /// Reads items up to this many octets; 8 MiB unless set. A longer one ends the sequence.
    pub fn limit(mut self, octets: usize) -> Self {
        self.frames.splitter.limit = octets;
        self
    }

    /// Ends before an item with this text: there are servers that say so that nothing more comes.
    pub fn until(mut self, text: impl Into<String>) -> Self {
        self.frames.until = Some(text.into());
        self
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// When the item is not of its type, after which others may come, and when there are none any more that can be read.
    pub async fn next(&mut self) -> Option<Result<T, SequenceError>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// The same on this thread, without a runtime.
    pub fn blocking(mut self) -> OnThisThread<Self> {
        self.frames.blocking = true;
        OnThisThread::new(self)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, SequenceError>>> {
        let mut item = T::empty();
        let read = ready!(self.frames.poll_into(self.whole_events, &mut item, context));
        Poll::Ready(read.map(|read| read.map(|()| item)))
    }
}

impl<T> fmt::Debug for Sequence<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequence").field("pieces", &self.frames.pieces).finish_non_exhaustive()
    }
}

impl<T: Node> Stream for Sequence<T> {
    type Item = Result<T, SequenceError>;
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

/// The server-sent events of a body, as they come: a [`Stream`], and with [`blocking`](Self::blocking) an iterator.
///
/// ```
/// use problemgen_runtime::{Events, Pieces};
///
/// let body = Pieces::from("event: added\ndata: {\"n\": 1}\nid: 7\n\n: nothing new\n\n");
/// let mut events = Events::of(body).blocking();
/// let event = events.next().expect("an event")?;
/// assert_eq!((event.event.as_str(), event.data.as_str(), event.last_id.as_str()), ("added", "{\"n\": 1}", "7"));
/// assert!(events.next().is_none());
/// # Ok::<(), problemgen_runtime::SequenceError>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is read before somebody wants an event"]
pub struct Events {
    frames: Frames,
}

impl Events {
    /// The events of a body.
    pub fn of(pieces: Pieces) -> Self {
        Self { frames: Frames::new(pieces, Framing::Events) }
    }

    /// Reads events up to this many octets; 8 MiB unless set. A longer one ends the sequence.
    pub fn limit(mut self, octets: usize) -> Self {
        self.frames.splitter.limit = octets;
        self
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// When the stream broke off, or an event is too long.
    pub async fn next(&mut self) -> Option<Result<Event, SequenceError>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// The same on this thread, without a runtime.
    pub fn blocking(mut self) -> OnThisThread<Self> {
        self.frames.blocking = true;
        OnThisThread::new(self)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Event, SequenceError>>> {
        loop {
            match ready!(self.frames.poll(context)) {
                Some(Ok(Frame::Event(event))) => return Poll::Ready(Some(Ok(event))),
                // Frames of events are events.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Stream for Events {
    type Item = Result<Event, SequenceError>;
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}
