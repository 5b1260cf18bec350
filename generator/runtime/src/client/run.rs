//! The course of a call: the request, its attempts and the waits between them. The same code for every operation.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue, USER_AGENT};

use super::credential::Placed;
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
use crate::transport::{Cut, Exchanged, Limits, Transport, bound};

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
    pub(super) hooks: Vec<Box<dyn Hook>>,
    pub(super) clock: Box<dyn Clock>,
    pub(super) random: Box<dyn Random>,
}

/// What a call wants otherwise than its client.
#[derive(Default)]
pub(super) struct Options {
    pub(super) headers: http::HeaderMap,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) body_limit: Option<usize>,
    pub(super) blocking: bool,
}

/// A whole answer, or why there is none.
pub(super) type Outcome = Result<http::Response<Bytes>, Failure>;

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
        request: Result<http::Request<Bytes>, RequestError>,
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
        mut request: http::Request<Bytes>,
        options: &Options,
    ) -> Outcome {
        let policy = options.retry.as_ref().unwrap_or(&self.retry);
        self.complete(spec, &mut request, options, policy)?;
        let has_key = key_header(spec, policy).is_some_and(|name| request.headers().contains_key(name));
        let replay = Replay::of(request.method(), has_key);
        let deadline = options.deadline.or(self.deadline);
        let mut course = Course::begin(policy, &self.budget, replay, self.clock.now(), deadline);
        let mut waited = Duration::ZERO;
        loop {
            let number = course.number();
            let next = if course.may_continue() { request.clone() } else { std::mem::take(&mut request) };
            let left = course.left(self.clock.now());
            let time = options.attempt_timeout.or(self.attempt_timeout);
            let time = left.into_iter().chain(time).min();
            let attempt = Attempt { operation: spec, number, waited };
            let (exchanged, seen) = self.attempt(&attempt, next, time, options).await;
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
        request: &mut http::Request<Bytes>,
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
        mut request: http::Request<Bytes>,
        time: Option<Duration>,
        options: &Options,
    ) -> (Exchanged, Seen) {
        let body = options.body_limit.unwrap_or(self.body_limit);
        let mut limits = Limits::default();
        (limits.body, limits.time, limits.blocking) = (body, time, options.blocking);
        request.extensions_mut().insert(limits);
        for hook in &self.hooks {
            hook.before(attempt, &mut request);
        }
        let span = Span::of(attempt, &request);
        let exchanged = span.around(self.exchange(request, time)).await;
        let exchanged = exchanged.map(|response| bound(response, body));
        for hook in &self.hooks {
            hook.after(attempt, exchanged.as_ref());
        }
        let seen = self.seen(attempt.operation, &exchanged);
        span.ended(self.family, &exchanged, &seen);
        (exchanged, seen)
    }

    /// One exchange, for at most so long.
    async fn exchange(&self, request: http::Request<Bytes>, time: Option<Duration>) -> Exchanged {
        let mut exchange = self.transport.exchange(request);
        let Some(time) = time else { return exchange.await };
        let mut over = pin!(self.clock.sleep(time));
        poll_fn(|context| {
            if let Poll::Ready(exchanged) = exchange.as_mut().poll(context) {
                return Poll::Ready(exchanged);
            }
            over.as_mut().poll(context).map(|()| {
                let why = format!("there was no whole answer within {time:?}");
                Err(TransportError::new(TransportStage::Timeout, why))
            })
        })
        .await
    }

    /// What an attempt gave, as far as it matters for the next.
    fn seen(&self, spec: &'static OperationSpec, exchanged: &Exchanged) -> Seen {
        let response = match exchanged {
            Err(error) => return Seen::Failed(error.stage),
            Ok(response) => response,
        };
        let broke = matches!(response.extensions().get(), Some(Cut::Broken(_)));
        if response::is_success(spec, response) {
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

/// The header in which an operation takes an idempotency key.
fn key_header(spec: &'static OperationSpec, policy: &RetryPolicy) -> Option<HeaderName> {
    let takes_key = spec.params.iter().any(|param| {
        matches!(param.style, Style::HeaderSimple) && param.name.eq_ignore_ascii_case(&policy.key_header)
    });
    takes_key.then(|| HeaderName::from_bytes(policy.key_header.as_bytes()).ok()).flatten()
}

/// Says with the outcome how it came about.
fn finished(exchanged: Exchanged, attempts: Attempts) -> Outcome {
    trace::finished(&attempts);
    match exchanged {
        Ok(mut response) => {
            response.extensions_mut().insert(attempts);
            Ok(response)
        }
        Err(mut error) => {
            error.attempts = Some(Box::new(attempts));
            Err(Failure::Transport(Box::new(error)))
        }
    }
}
