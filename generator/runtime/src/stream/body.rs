//! Where the octets of a request come from. A body is made anew for each attempt, from a file or by a function.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};

use super::pieces::{Guard, Pieces};
use super::watch::Watch;
use crate::error::{TransportError, TransportStage};
use crate::locked;
use crate::maybe_send::MaybeSendFuture;
use crate::node::{Node, Slot, View};

/// What [`Body::open`] gives. A name for a long type; in browsers it need not be `Send`.
pub type Opening = MaybeSendFuture<'static, Result<Pieces, TransportError>>;

/// The octets of a request: in memory, or read while they are sent.
///
/// ```
/// use problemgen_runtime::{Body, Pieces};
///
/// let memory: Body = b"octets".to_vec().into();
/// let file = Body::file("holiday.mp4"); // opened anew for each attempt
/// let made = Body::stream(|| Pieces::from_reader(std::io::repeat(b'x'))).length(1_000_000);
/// let input = Body::once(|| Pieces::from_reader(std::io::stdin())); // cannot be sent again
/// assert_eq!([memory.known_length(), made.known_length(), input.known_length()], [Some(6), Some(1_000_000), None]);
/// assert!(file.is_repeatable() && !input.is_repeatable());
/// ```
#[derive(Clone)]
pub struct Body {
    source: Source,
    /// What the caller says, where the source does not.
    length: Option<u64>,
    watch: Option<Arc<Watch>>,
}

type Make = dyn Fn() -> Pieces + Send + Sync;
type MakeOnce = dyn FnOnce() -> Pieces + Send;

#[derive(Clone)]
enum Source {
    Whole(Bytes),
    File(Arc<Path>),
    Made(Arc<Make>),
    Once(Arc<Mutex<Option<Box<MakeOnce>>>>),
    /// One after the other.
    Each(Arc<[Body]>),
}

impl Body {
    /// The octets of a file. It is opened when it is sent, and again for each further attempt; its length at that time is
    /// what is announced. No runtime is needed: where the transport does not block, a thread reads. (It is opened by whoever
    /// sends.)
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::of(Source::File(path.into().into()))
    }

    /// Octets that a function makes, anew for each attempt.
    ///
    /// Their length is not known, and they are sent in chunks (HTTP/1.1's `Transfer-Encoding: chunked`), unless
    /// [`length`](Self::length) says it: many servers, storage above all, ask for it.
    pub fn stream(make: impl Fn() -> Pieces + Send + Sync + 'static) -> Self {
        Self::of(Source::Made(Arc::new(make)))
    }

    /// Octets that are there once: standard input, say. A request with them is sent once, whatever comes of it.
    pub fn once(make: impl FnOnce() -> Pieces + Send + 'static) -> Self {
        Self::of(Source::Once(Arc::new(Mutex::new(Some(Box::new(make))))))
    }

    /// Says how many octets there are. If it turns out otherwise, the request fails.
    #[must_use]
    pub fn length(mut self, octets: u64) -> Self {
        self.length = Some(octets);
        self
    }

    fn of(source: Source) -> Self {
        Self { source, length: None, watch: None }
    }

    /// Bodies one after the other.
    pub(crate) fn each(bodies: Vec<Body>) -> Self {
        Self::of(Source::Each(bodies.into()))
    }

    /// The octets, if they are in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.source {
            Source::Whole(octets) => Some(octets),
            _ => None,
        }
    }

    /// How many octets there are, if that is known before they are read; of a file it is not.
    pub fn known_length(&self) -> Option<u64> {
        match &self.source {
            Source::Whole(octets) => u64::try_from(octets.len()).ok(),
            Source::Each(bodies) => bodies.iter().map(Body::known_length).sum(),
            _ => self.length,
        }
    }

    /// Can it be read more than once?
    pub fn is_repeatable(&self) -> bool {
        match &self.source {
            Source::Once(_) => false,
            Source::Each(bodies) => bodies.iter().all(Body::is_repeatable),
            Source::Whole(_) | Source::File(_) | Source::Made(_) => true,
        }
    }

    /// The same body, noting what is read of it.
    pub(crate) fn watched(mut self, watch: &Arc<Watch>) -> Self {
        self.watch = Some(Arc::clone(watch));
        self
    }

    /// Begins to read. For transports.
    ///
    /// # Errors
    /// When it cannot be read: there is no such file, or it could only be read once.
    pub fn open(&self) -> Opening {
        let (source, said, watch) = (self.source.clone(), self.length, self.watch.clone());
        Box::pin(async move {
            let opened = source.open().await.map_err(unreadable).and_then(|pieces| agree(pieces, said));
            if let (Err(error), Some(watch)) = (&opened, &watch) {
                watch.failed(error);
            }
            let pieces = opened?;
            Ok(match watch {
                Some(watch) => pieces.guarded(Guard::Sent(watch)),
                None => pieces,
            })
        })
    }

    /// Reads all of it into memory, and blocks while a file or another reader is read. For transports that cannot do
    /// otherwise.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn collect(self) -> Result<Bytes, TransportError> {
        if let (Source::Whole(octets), None) = (&self.source, &self.watch) {
            return Ok(octets.clone());
        }
        let whole = self.as_bytes().cloned();
        let mut pieces = self.open().await?.blocking();
        let mut all = BytesMut::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            if whole.is_none() {
                all.extend_from_slice(&piece);
            }
        }
        Ok(whole.unwrap_or_else(|| all.freeze()))
    }

    fn octets_mut(&mut self) -> &mut Bytes {
        if !matches!(self.source, Source::Whole(_)) {
            *self = Self::default();
        }
        match &mut self.source {
            Source::Whole(octets) => octets,
            _ => unreachable!("it was made one"),
        }
    }
}

impl Source {
    fn open(self) -> Opening {
        Box::pin(async move {
            match self {
                Source::Whole(octets) => Ok(Pieces::from(octets)),
                Source::Made(make) => Ok(make()),
                Source::Once(make) => {
                    let make = locked::lock(&make).take();
                    let make =
                        make.ok_or_else(|| failure("it was read before, and can be read only once"))?;
                    Ok(make())
                }
                Source::File(path) => {
                    let file = fs::File::open(&path)
                        .map_err(|error| failure(format!("{}: {error}", path.display())))?;
                    let length = file.metadata().map_err(failure)?.len();
                    Ok(Pieces::from_reader(file).length(length))
                }
                Source::Each(bodies) => {
                    let mut all = Vec::with_capacity(bodies.len());
                    for body in bodies.iter() {
                        all.push(body.open().await?);
                    }
                    Ok(Pieces::each(all))
                }
            }
        })
    }
}

/// What is announced is what the caller says, else what the source says. They must not say different things.
fn agree(pieces: Pieces, said: Option<u64>) -> Result<Pieces, TransportError> {
    match (said, pieces.known_length()) {
        (Some(said), Some(found)) if said != found => {
            Err(failure(format!("it is {found} octets long, and was said to be {said}")))
        }
        (Some(said), None) => Ok(pieces.length(said)),
        _ => Ok(pieces),
    }
}

fn failure(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportStage::Body, why)
}

/// Whatever goes wrong while a body is read, it is the body that went wrong.
fn unreadable(mut error: TransportError) -> TransportError {
    error.stage = TransportStage::Body;
    error
}

impl Default for Body {
    fn default() -> Self {
        Self::of(Source::Whole(Bytes::new()))
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(octets: T) -> Self {
        Self::of(Source::Whole(octets.into()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Whole(octets) => octets.fmt(f),
            Source::File(path) => f.debug_tuple("File").field(path).finish(),
            Source::Made(_) | Source::Once(_) => f.write_str("Stream"),
            Source::Each(bodies) => f.debug_list().entries(bodies.iter()).finish(),
        }
    }
}

/// Octets in memory are compared, files by their path; streams are equal if they are the same one.
impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        match (&self.source, &other.source) {
            (Source::Whole(one), Source::Whole(other)) => one == other,
            (Source::File(one), Source::File(other)) => one == other,
            (Source::Made(one), Source::Made(other)) => Arc::ptr_eq(one, other),
            (Source::Once(one), Source::Once(other)) => Arc::ptr_eq(one, other),
            (Source::Each(one), Source::Each(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for Body {}

impl Node for Body {
    fn empty() -> Self {
        Self::default()
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Bytes(self.octets_mut())
    }
    fn view(&self) -> View<'_> {
        View::Body(self)
    }
}
