//! What is watched while octets go and come: how many, whether they still move, and what went wrong with them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::clock::Clock;
use crate::error::{TransportError, TransportStage};
use crate::locked;
use crate::maybe_send::MaybeSendFuture;

/// How far a call has come. [`Call::progress`](crate::Call::progress) tells it with each piece.
///
/// ```
/// use problemgen_runtime::{Api, Client, Error, Operation, Progress};
///
/// async fn shown<A: Api, O: Operation<Api = A>>(client: &Client<A>, upload: O) -> Result<O::Output, Error<O>> {
///     let show = |progress: Progress| println!("{} of {:?} octets", progress.sent, progress.to_send);
///     client.call(upload).progress(show).send().await
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Progress {
    /// The number of the attempt, from 1. Each begins with nothing.
    pub attempt: usize,
    /// Octets of the request's body that the transport has taken.
    pub sent: u64,
    /// How many there are, if that is known.
    pub to_send: Option<u64>,
    /// Octets of the answer's body that came.
    pub received: u64,
    /// How many there are, if that is known.
    pub to_receive: Option<u64>,
}

/// Whoever wants to be told.
pub(crate) type Told = Arc<dyn Fn(Progress) + Send + Sync>;

/// Ends when it is too late, and says why.
pub(super) type Over = MaybeSendFuture<'static, TransportError>;

/// What is watched of one attempt.
pub(crate) struct Watch {
    clock: Arc<dyn Clock>,
    /// How long nothing may move.
    stall: Option<Duration>,
    /// When all has to be over, on the clock.
    until: Option<Duration>,
    told: Option<Told>,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    moved: Duration,
    /// Why the body of the request cannot be read.
    failed: Option<String>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("progress", &self.lock().progress).finish_non_exhaustive()
    }
}

impl Watch {
    pub(crate) fn new(
        clock: &Arc<dyn Clock>,
        attempt: usize,
        stall: Option<Duration>,
        until: Option<Duration>,
        told: Option<Told>,
    ) -> Arc<Self> {
        let progress = Progress { attempt, ..Progress::default() };
        let state = Mutex::new(State { progress, moved: clock.now(), failed: None });
        Arc::new(Self { clock: Arc::clone(clock), stall, until, told, state })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        locked::lock(&self.state)
    }

    fn changed(&self, change: impl FnOnce(&mut Progress)) {
        let now = self.clock.now();
        let mut state = self.lock();
        change(&mut state.progress);
        state.moved = now;
        let progress = state.progress;
        drop(state);
        if let Some(told) = &self.told {
            told(progress);
        }
    }

    pub(super) fn sending(&self, length: Option<u64>) {
        self.changed(|progress| progress.to_send = length);
    }

    pub(super) fn sent(&self, octets: usize) {
        self.changed(|progress| progress.sent += u64::try_from(octets).unwrap_or_default());
    }

    pub(super) fn receiving(&self, length: Option<u64>) {
        self.changed(|progress| progress.to_receive = length);
    }

    pub(super) fn received(&self, octets: usize) {
        self.changed(|progress| progress.received += u64::try_from(octets).unwrap_or_default());
    }

    /// The body of the request cannot be read: whatever the transport makes of it, that is why it failed.
    pub(super) fn failed(&self, error: &TransportError) {
        self.lock().failed.get_or_insert_with(|| error.why());
    }

    /// The error that a transport should have given.
    pub(crate) fn explained(&self, error: TransportError) -> TransportError {
        match self.lock().failed.take() {
            Some(why) => TransportError::new(TransportStage::Body, why),
            None => error,
        }
    }

    /// Waits until nothing has moved for too long, or all should have been over.
    pub(super) fn over(watch: &Arc<Self>) -> Over {
        let watch = Arc::clone(watch);
        Box::pin(async move { watch.too_late().await })
    }

    pub(crate) async fn too_late(&self) -> TransportError {
        loop {
            if let Some(error) = self.late() {
                return error;
            }
            let now = self.clock.now();
            let stalls = self.stall.map(|stall| (self.lock().moved + stall).saturating_sub(now));
            let ends = self.until.map(|until| until.saturating_sub(now));
            match stalls.into_iter().chain(ends).min() {
                Some(time) => self.clock.sleep(time).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Is it too late?
    pub(super) fn late(&self) -> Option<TransportError> {
        let now = self.clock.now();
        let why = if self.until.is_some_and(|until| until <= now) {
            "it was not over in time".to_owned()
        } else {
            let stall = self.stall?;
            let still = now.saturating_sub(self.lock().moved) >= stall;
            still.then(|| format!("nothing moved for {stall:?}"))?
        };
        Some(TransportError::new(TransportStage::Timeout, why))
    }
}
