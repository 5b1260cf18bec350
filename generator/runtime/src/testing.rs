//! For tests: a transport that answers by a script, and a clock that jumps.
//!
//! ```
//! use std::time::Duration;
//! use problemgen_runtime::testing::{ManualClock, Scripted, Step};
//! use problemgen_runtime::{Api, Client, Error, Operation};
//!
//! fn third_time_lucky<A: Api, O: Operation<Api = A>>(operation: O) -> Result<O::Output, Error<O>> {
//!     let server = Scripted::new([
//!         Step::problem(503, r#"{"code": "maintenance", "retryable": true}"#).header("retry-after", "2"),
//!         Step::no_connection(),
//!         Step::json(200, r#"{"id": 7}"#),
//!     ]);
//!     let clock = ManualClock::new();
//!     let client = Client::builder("secret").transport(server.clone()).clock(clock.clone()).random(|| 0).build()?;
//!     let output = client.send_blocking(operation)?;
//!     assert_eq!(server.requests().len(), 3);
//!     assert_eq!(clock.elapsed(), Duration::from_secs(2)); // and no time has passed for the test
//!     Ok(output)
//! }
//! ```

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use crate::clock::{Clock, Sleep};
use crate::error::{TransportError, TransportStage};
use crate::locked::lock;
use crate::transport::{BoundedBody, Exchange, Exchanged, Limits, Transport};

/// What a server does with one request.
///
/// ```
/// use problemgen_runtime::testing::{Scripted, Step};
///
/// let server = Scripted::new([
///     Step::problem(503, r#"{"code": "maintenance"}"#).header("retry-after", "2"),
///     Step::json(200, "{}").breaks_off(),
///     Step::no_connection(),
/// ]);
/// assert!(server.requests().is_empty());
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Step {
    does: Does,
    headers: HeaderMap,
    after: Duration,
}

#[derive(Debug, Clone)]
enum Does {
    Answer(StatusCode, Bytes),
    BreakOff(StatusCode, Bytes),
    Fail(TransportStage),
}

impl Step {
    /// Answers with this status and media type. A status that is none is 500.
    pub fn answer(status: u16, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(Does::Answer(status, body.into())).header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Answers with JSON.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::answer(status, "application/json", body)
    }

    /// Answers with a problem document.
    pub fn problem(status: u16, body: impl Into<Bytes>) -> Self {
        Self::answer(status, "application/problem+json", body)
    }

    /// Answers as gateways do that have lost their server.
    pub fn html(status: u16) -> Self {
        Self::answer(status, "text/html", "<!doctype html><title>Error</title>")
    }

    /// Answers with this.
    pub fn response(response: http::Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        Self { headers: head.headers, ..Self::new(Does::Answer(head.status, body)) }
    }

    /// Lets no connection come about.
    pub fn no_connection() -> Self {
        Self::new(Does::Fail(TransportStage::Connect))
    }

    /// Breaks the connection after the request, before any answer.
    pub fn breaks() -> Self {
        Self::new(Does::Fail(TransportStage::Exchange))
    }

    /// Breaks the connection in the middle of the body of its answer.
    pub fn breaks_off(self) -> Self {
        let does = match self.does {
            Does::Answer(status, body) => Does::BreakOff(status, body),
            other => other,
        };
        Self { does, ..self }
    }

    /// Takes so long.
    pub fn after(mut self, time: Duration) -> Self {
        self.after = time;
        self
    }

    /// Answers with this header, too. What is no header is left out.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    fn new(does: Does) -> Self {
        Self { does, headers: HeaderMap::new(), after: Duration::ZERO }
    }

    /// Does it; the time that it takes passes on this clock.
    pub(crate) async fn exchange(self, limits: Limits, clock: Option<&ManualClock>) -> Exchanged {
        if let (Some(clock), false) = (clock, self.after.is_zero()) {
            clock.sleep(self.after).await;
        }
        let (status, octets, broken) = match self.does {
            Does::Fail(stage) => return Err(TransportError::new(stage, "the script says so")),
            Does::Answer(status, octets) => (status, octets, false),
            Does::BreakOff(status, octets) => (status, octets, true),
        };
        let (mut head, ()) = http::Response::new(()).into_parts();
        (head.status, head.headers) = (status, self.headers);
        let mut body = BoundedBody::new(limits);
        if body.push(&octets) && broken {
            body.broke(&TransportError::new(TransportStage::Exchange, "the script says so"));
        }
        Ok(body.into_response(head))
    }
}

/// A transport that answers by a script, and notes what it was asked. Clones are the same.
///
/// A request after the last step is answered as if there were no server.
#[derive(Clone, Default)]
pub struct Scripted {
    script: Arc<Mutex<Script>>,
    clock: Option<ManualClock>,
}

#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    requests: Vec<http::Request<Bytes>>,
}

impl Scripted {
    /// A server that does this, step by step.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let script = Script { steps: steps.into_iter().collect(), requests: Vec::new() };
        Self { script: Arc::new(Mutex::new(script)), clock: None }
    }

    /// Takes the time that steps take on this clock. Without it they take none.
    #[must_use]
    pub fn on(mut self, clock: &ManualClock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<http::Request<Bytes>> {
        lock(&self.script).requests.clone()
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = lock(&self.script);
        f.debug_struct("Scripted")
            .field("steps", &script.steps)
            .field("requests", &script.requests.len())
            .finish()
    }
}

impl Transport for Scripted {
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        let limits = Limits::of(&request);
        let step = {
            let mut script = lock(&self.script);
            script.requests.push(request);
            script.steps.pop_front().unwrap_or_else(Step::no_connection)
        };
        Box::pin(step.exchange(limits, self.clock.as_ref()))
    }
}

/// A clock that stands still until all who look at it wait, and then jumps to the end of the shortest wait. Clones are the
/// same clock.
///
/// It is for one call at a time: whoever polls a wait twice without anything else having happened is taken to wait for it.
///
/// ```
/// use std::time::Duration;
/// use problemgen_runtime::testing::ManualClock;
///
/// let clock = ManualClock::new();
/// assert_eq!(clock.elapsed(), Duration::ZERO);
/// ```
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<Mutex<Times>>);

#[derive(Debug, Default)]
struct Times {
    now: Duration,
    /// When waits end, by the order in which they began.
    waiting: BTreeSet<(Duration, u64)>,
    waits: u64,
}

impl ManualClock {
    /// A clock that begins at nothing; its time of day is then 1 January 2000, 00:00:00 UTC. What waits until an instant, as an
    /// answer says it, waits by that: give it one that is counted from [`wall`](Clock::wall).
    pub fn new() -> Self {
        Self::default()
    }

    /// How far it has come.
    pub fn elapsed(&self) -> Duration {
        lock(&self.0).now
    }

    /// Lets time pass.
    pub fn advance(&self, time: Duration) {
        lock(&self.0).now += time;
    }
}

/// 1 January 2000 after 1 January 1970.
const START: Duration = Duration::from_secs(946_684_800);

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.elapsed()
    }
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + START + self.elapsed()
    }
    fn sleep(&self, time: Duration) -> Sleep<'_> {
        Box::pin(Jump { clock: self, time, due: None })
    }
}

struct Jump<'c> {
    clock: &'c ManualClock,
    time: Duration,
    due: Option<(Duration, u64)>,
}

impl Future for Jump<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut times = lock(&self.clock.0);
        let Some(due) = self.due else {
            times.waits += 1;
            let due = (times.now.saturating_add(self.time), times.waits);
            times.waiting.insert(due);
            drop(times);
            self.due = Some(due);
            // Others may be about to wait for less.
            context.waker().wake_by_ref();
            return Poll::Pending;
        };
        if due.0 > times.now && times.waiting.first() == Some(&due) {
            times.now = due.0;
        }
        if due.0 <= times.now {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for Jump<'_> {
    fn drop(&mut self) {
        if let Some(due) = &self.due {
            lock(&self.clock.0).waiting.remove(due);
        }
    }
}
