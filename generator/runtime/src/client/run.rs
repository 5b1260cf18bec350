//! The course of a call: the request, its attempts and the waits between them. The same code for every operation.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue, USER_AGENT};

use super::credential::Placed;
use super::elsewhere;
use super::hook::{Attempt, Hook};
use super::trace::{self, Span};
use crate::clock::{self, Clock, Random};
use crate::error::{RequestError, TransportError, TransportStage};
use crate::maybe_send::MaybeSendFuture;
use crate::operation::{OperationSpec, Style};
use crate::problem::Family;
use crate::request::BaseUrl;
use crate::response;
use crate::retry::{Attempts, Course, Meaning, Replay, RetryBudget, RetryPolicy, Seen, retry_after};
use crate::stream::{Body, Pieces, Progress, Watch};
use crate::transport::{BoundedBody, Cut, Limits, Transport, bound};

/// What all calls of a client share.
pub(super) struct Inner {
    pub(super) transport: Box<dyn Transport>,
    pub(super) base: BaseUrl,
    pub(super) credential: Result<Placed, RequestError>,
    pub(super) user_agent: &'static str,
    pub(super) family: &'static Family,
    pub(super) retry: RetryPolicy,
    pub(super) budget: RetryBudget,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) body_limit: usize,
    pub(super) stall: Option<Duration>,
    pub(super) hooks: Vec<Box<dyn Hook>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Box<dyn Random>,
}

/// What a call wants otherwise than its client.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub(super) headers: http::HeaderMap,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) body_limit: Option<usize>,
    pub(super) stall: Option<Option<Duration>>,
    pub(super) progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
    pub(super) hooks: Vec<Arc<dyn Hook>>,
    /// Is the body of a success wanted piece by piece?
    pub(super) streamed: bool,
    pub(super) blocking: bool,
}

/// What came: a whole answer; or its head, and its body piece by piece.
pub(super) struct Answer {
    pub(super) response: http::Response<Bytes>,
    pub(super) pieces: Option<Pieces>,
}

/// What comes of one attempt.
type Exchanged = Result<Answer, TransportError>;

/// An answer, or why there is none.
pub(super) type Outcome = Result<Answer, Failure>;

/// From this length on, a body in memory is sent piece by piece as well, so that a slow connection is none that stands still.
const LARGE: usize = 1024 * 1024;

pub(super) enum Failure {
    Request(Box<RequestError>),
    Transport(Box<TransportError>),
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Failure::Request(Box::new(error))
    }
}

impl Inner {
    /// Makes a call. Boxed and the same for every operation, so an operation costs little to compile.
    pub(super) fn run(
        &self,
        spec: &'static OperationSpec,
        request: Result<http::Request<Body>, RequestError>,
        options: Option<Box<Options>>,
    ) -> MaybeSendFuture<'_, Outcome> {
        Box::pin(async move {
            let options = options.unwrap_or_default();
            let span = trace::call(spec);
            span.around(self.attempts(spec, request?, &options)).await
        })
    }

    async fn attempts(
        &self,
        spec: &'static OperationSpec,
        mut request: http::Request<Body>,
        options: &Options,
    ) -> Outcome {
        let policy = options.retry.as_ref().unwrap_or(&self.retry);
        self.complete(spec, &mut request, options, policy)?;
        let has_key = key_header(spec, policy).is_some_and(|name| request.headers().contains_key(name));
        let replay = match request.body().is_repeatable() {
            true => Replay::of(request.method(), has_key),
            false => Replay::Impossible,
        };
        // How long it takes to send a file, only the caller can know.
        let usual = request.body().as_bytes().is_some();
        let deadline = options.deadline.or(self.deadline.filter(|_| usual));
        let time = options.attempt_timeout.or(self.attempt_timeout.filter(|_| usual));
        let started = self.clock.now();
        let until = options.deadline.map(|deadline| started.saturating_add(deadline));
        let mut course = Course::begin(policy, &self.budget, replay, started, deadline);
        let mut waited = Duration::ZERO;
        loop {
            let number = course.number();
            let next = if course.may_continue() { request.clone() } else { std::mem::take(&mut request) };
            let left = course.left(self.clock.now());
            let time = left.into_iter().chain(time).min();
            let attempt = Attempt { operation: spec, number, waited };
            let (exchanged, seen) = self.attempt(&attempt, next, (time, until), options).await;
            match course.ended(&seen, self.clock.now(), &*self.random) {
                Ok(wait) => {
                    trace::retrying(number, wait);
                    waited = wait;
                    self.clock.sleep(wait).await;
                }
                Err(end) => return finished(exchanged, course.finish(end, self.clock.now())),
            }
        }
    }

    /// Adds what a call adds to its request, the same in all attempts.
    fn complete(
        &self,
        spec: &'static OperationSpec,
        request: &mut http::Request<Body>,
        options: &Options,
        policy: &RetryPolicy,
    ) -> Result<(), RequestError> {
        request.extensions_mut().insert(spec);
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(self.user_agent));
        for (name, value) in &options.headers {
            headers.insert(name, value.clone());
        }
        if policy.makes_keys()
            && let Some(name) = key_header(spec, policy)
            && !headers.contains_key(&name)
        {
            let key = clock::uuid(&*self.random).to_string();
            if let Ok(value) = HeaderValue::try_from(key) {
                headers.insert(name, value);
            }
        }
        if spec.authenticated {
            self.credential.as_ref().map_err(Clone::clone)?.put(request)?;
        }
        Ok(())
    }

    async fn attempt(
        &self,
        attempt: &Attempt,
        request: http::Request<Body>,
        (time, until): (Option<Duration>, Option<Duration>),
        options: &Options,
    ) -> (Exchanged, Seen) {
        let stall = options.stall.unwrap_or(self.stall);
        let body_limit = options.body_limit.unwrap_or(self.body_limit);
        let limits = Limits { body: body_limit, time, stall, blocking: options.blocking };
        let (head, body) = request.into_parts();
        let octets = body.as_bytes().cloned();
        let in_memory = octets.is_some();
        let mut request = http::Request::from_parts(head, octets.unwrap_or_default());
        request.extensions_mut().insert(limits);
        let general = if is_elsewhere(attempt.operation) { &[][..] } else { &self.hooks };
        let hooks = || general.iter().map(|hook| &**hook).chain(options.hooks.iter().map(|hook| &**hook));
        for hook in hooks() {
            hook.before(attempt, &mut request);
        }
        let span = Span::of(attempt, &request);
        let streams =
            options.streamed || options.progress.is_some() || !in_memory || request.body().len() > LARGE;
        let exchanged = if streams {
            let request = if in_memory { request.map(Body::from) } else { request.map(|_| body) };
            let told = options.progress.clone();
            let watch = Watch::new(&self.clock, attempt.number, stall, until, told);
            let streamed = self.streamed(attempt.operation, request, &watch, options.streamed);
            span.around(self.within(time, Some(&watch), streamed)).await
        } else {
            span.around(self.within(time, None, self.whole(request))).await
        };
        for hook in hooks() {
            hook.after(attempt, exchanged.as_ref().map(|answer| &answer.response));
        }
        let seen = self.seen(attempt.operation, &exchanged);
        span.ended(self.family, exchanged.as_ref().map(|answer| &answer.response), &seen);
        (exchanged, seen)
    }

    /// One exchange of what is in memory.
    async fn whole(&self, request: http::Request<Bytes>) -> Exchanged {
        let limit = Limits::of(&request).body;
        let response = self.transport.exchange(request).await?;
        Ok(Answer { response: bound(response, limit), pieces: None })
    }

    /// One exchange of streams. Only a success is given on as one; what an error says is read as ever.
    async fn streamed(
        &self,
        spec: &'static OperationSpec,
        request: http::Request<Body>,
        watch: &Arc<Watch>,
        wanted: bool,
    ) -> Exchanged {
        let limits = Limits::of(&request);
        let request = request.map(|body| body.watched(watch));
        let response = self.transport.stream(request).await.map_err(|error| watch.explained(error))?;
        let (head, pieces) = response.into_parts();
        let mut pieces = pieces.received(watch);
        if wanted && response::is_success(spec, head.status) {
            let response = http::Response::from_parts(head, Bytes::new());
            return Ok(Answer { response, pieces: Some(pieces) });
        }
        let mut body = BoundedBody::new(limits);
        loop {
            let next = if limits.blocking { pieces.next_blocking() } else { pieces.next().await };
            match next {
                Some(Ok(piece)) if body.push(&piece) => {}
                Some(Ok(_)) | None => break,
                Some(Err(error)) => {
                    // A transport that gave what it had has said already why it is not all.
                    if head.extensions.get::<Cut>().is_none() {
                        body.broke(&error);
                    }
                    break;
                }
            }
        }
        Ok(Answer { response: body.into_response(head), pieces: None })
    }

    /// One exchange, for at most so long, and for as long as something moves.
    async fn within(
        &self,
        time: Option<Duration>,
        watch: Option<&Arc<Watch>>,
        exchange: impl Future<Output = Exchanged>,
    ) -> Exchanged {
        let mut exchange = pin!(exchange);
        let mut over = pin!(async {
            match time {
                Some(time) => self.clock.sleep(time).await,
                None => pending().await,
            }
        });
        let mut still = pin!(async {
            match watch {
                Some(watch) => watch.too_late().await,
                None => pending().await,
            }
        });
        poll_fn(|context| {
            if let Poll::Ready(exchanged) = exchange.as_mut().poll(context) {
                return Poll::Ready(exchanged);
            }
            if let Poll::Ready(error) = still.as_mut().poll(context) {
                return Poll::Ready(Err(error));
            }
            over.as_mut().poll(context).map(|()| {
                let why = format!("there was no whole answer within {:?}", time.unwrap_or_default());
                Err(TransportError::new(TransportStage::Timeout, why))
            })
        })
        .await
    }

    /// What an attempt gave, as far as it matters for the next.
    fn seen(&self, spec: &'static OperationSpec, exchanged: &Exchanged) -> Seen {
        let response = match exchanged {
            Err(error) => return Seen::Failed(error.stage),
            Ok(Answer { pieces: Some(_), .. }) => return Seen::Success,
            Ok(Answer { response, pieces: None }) => response,
        };
        let broke = matches!(response.extensions().get(), Some(Cut::Broken(_)));
        if response::is_success(spec, response.status()) {
            return if broke { Seen::Failed(TransportStage::Exchange) } else { Seen::Success };
        }
        let meaning = Meaning::of(self.family, response.body());
        if broke && meaning.verdict().is_none() {
            return Seen::Failed(TransportStage::Exchange);
        }
        let wall = || self.clock.wall();
        let retry_after = retry_after(response.headers(), wall)
            .or_else(|| meaning.waiting.and_then(|waiting| waiting.from(wall)));
        Seen::Answer { status: response.status(), meaning, retry_after }
    }
}

/// The client's hooks do not see what goes to strangers.
fn is_elsewhere(spec: &'static OperationSpec) -> bool {
    std::ptr::eq(spec, &elsewhere::SPEC)
}

/// The parameter in which an operation takes an idempotency key: its place among the parameters.
pub(super) fn key_param(spec: &'static OperationSpec, policy: &RetryPolicy) -> Option<usize> {
    spec.params.iter().position(|param| {
        matches!(param.style, Style::HeaderSimple) && param.name.eq_ignore_ascii_case(&policy.key_header)
    })
}

/// The header in which an operation takes an idempotency key.
fn key_header(spec: &'static OperationSpec, policy: &RetryPolicy) -> Option<HeaderName> {
    key_param(spec, policy).and_then(|_| HeaderName::from_bytes(policy.key_header.as_bytes()).ok())
}

/// Says with the outcome how it came about.
fn finished(exchanged: Exchanged, attempts: Attempts) -> Outcome {
    trace::finished(&attempts);
    match exchanged {
        Ok(mut answer) => {
            answer.response.extensions_mut().insert(attempts);
            Ok(answer)
        }
        Err(mut error) => {
            error.attempts = Some(Box::new(attempts));
            Err(Failure::Transport(Box::new(error)))
        }
    }
}
