//! Readers, which block, where nothing may block: a thread reads, some pieces ahead of whoever takes them.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::thread;

use bytes::Bytes;

use crate::error::TransportError;
use crate::locked;

/// The length of a piece in octets.
pub(super) const PIECE: usize = 64 * 1024;

/// How many pieces the thread may be ahead.
const AHEAD: usize = 2;

type Piece = Result<Bytes, TransportError>;
type Reader = Box<dyn io::Read + Send>;

/// Reads a piece on this thread; `None` at the end.
pub(super) fn piece(reader: &mut (dyn io::Read + Send)) -> Option<Piece> {
    let mut octets = vec![0; PIECE];
    loop {
        match reader.read(&mut octets) {
            Ok(0) => return None,
            Ok(length) => {
                octets.truncate(length);
                // A slow reader should not hold memory that it did not fill.
                octets.shrink_to_fit();
                return Some(Ok(octets.into()));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Some(Err(error.into())),
        }
    }
}

/// What a thread reads. It ends when this is dropped, after the piece that it is at.
pub(super) struct Reading(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    taken: Condvar,
}

#[derive(Default)]
struct State {
    /// Until the thread has it, or where there are no threads.
    reader: Option<Reader>,
    pieces: VecDeque<Piece>,
    ended: bool,
    left: bool,
    waker: Option<Waker>,
}

impl Reading {
    pub(super) fn start(reader: Reader) -> Self {
        let shared = Arc::new(Shared::default());
        shared.lock().reader = Some(reader);
        let thread = Arc::clone(&shared);
        // Where there are no threads, whoever asks reads.
        let _ = thread::Builder::new().name("problemgen-reader".to_owned()).spawn(move || thread.run());
        Self(shared)
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Piece>> {
        let mut state = self.0.lock();
        if let Some(piece) = state.pieces.pop_front() {
            self.0.taken.notify_one();
            return Poll::Ready(Some(piece));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        // Only this one and the thread know of it.
        if Arc::strong_count(&self.0) == 1 {
            let piece = state.reader.as_mut().and_then(|reader| piece(&mut **reader));
            return Poll::Ready(piece);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.lock().left = true;
        self.0.taken.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        locked::lock(&self.state)
    }

    fn run(&self) {
        let Some(mut reader) = self.lock().reader.take() else { return };
        loop {
            // A reader of others may panic, and whoever waits should not wait for ever.
            let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| piece(&mut *reader)));
            let next = read.unwrap_or_else(|_| Some(Err(io::Error::other("the reader panicked").into())));
            let last = !matches!(next, Some(Ok(_)));
            let mut state = self.lock();
            while state.pieces.len() >= AHEAD && !state.left {
                state = locked::held(self.taken.wait(state));
            }
            state.pieces.extend(next);
            state.ended = last;
            let (left, waker) = (state.left, state.waker.take());
            drop(state);
            // Not under the lock: waking may run code of others.
            if let Some(waker) = waker {
                waker.wake();
            }
            if left || last {
                return;
            }
        }
    }
}
