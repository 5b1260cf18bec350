//! One call with settings of its own, and what it gives beside the output.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use super::run::{Answer, Options, Outcome};
use super::{Client, decoded};
use crate::error::{Api, Error, RequestError, request_id, shown};
use crate::maybe_send::MaybeSend;
use crate::operation::Operation;
use crate::problem::Family;
use crate::request::BaseUrl;
use crate::retry::{Attempts, End, RetryPolicy, request_id_in};
use crate::stream::{Pieces, Progress};
use crate::transport::block_on;

/// A call that has not been made yet, with settings of its own. [`Client::call`] makes it.
#[must_use = "a call does nothing before it is sent"]
pub struct Call<'c, O: Operation> {
    client: &'c Client<O::Api>,
    operation: O,
    base: Option<Result<BaseUrl, RequestError>>,
    options: Options,
}

impl<O: Operation> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &O::SPEC.id).finish_non_exhaustive()
    }
}

impl<'c, O: Operation> Call<'c, O> {
    pub(super) fn new(client: &'c Client<O::Api>, operation: O) -> Self {
        Self { client, operation, base: None, options: Options::default() }
    }

    /// Calls another server than the client does, with the credential of the client.
    pub fn base_url(mut self, url: &str) -> Self {
        self.base = Some(url.parse());
        self
    }

    /// Sends a header, in place of one with the same name. One that says who is calling stands in for the credential.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.options.headers.insert(name, value);
        self
    }

    /// Retries in another way than the client does.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Ends each attempt after this time.
    pub fn attempt_timeout(mut self, time: Duration) -> Self {
        self.options.attempt_timeout = Some(time);
        self
    }

    /// Ends the call, with all its attempts and waits, after this time.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.options.deadline = Some(time);
        self
    }

    /// Reads a body up to this many octets.
    pub fn body_limit(mut self, octets: usize) -> Self {
        self.options.body_limit = Some(octets);
        self
    }

    /// Ends an attempt during which nothing has moved for so long; see
    /// [`ClientBuilder::stall_timeout`](crate::ClientBuilder::stall_timeout). With `None` it may take as long as it takes.
    pub fn stall_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.options.stall = Some(time.into());
        self
    }

    /// Tells how far the bodies of request and answer have come, with each piece. It should not take long: the transport
    /// waits for it.
    pub fn progress(mut self, told: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.options.progress = Some(Arc::new(told));
        self
    }

    /// Makes the call.
    ///
    /// # Errors
    /// Whatever is not a success of the contract.
    pub fn send(self) -> impl Future<Output = Result<O::Output, Error<O>>> + MaybeSend + use<'c, O> {
        let outcome = self.outcome();
        async { decoded(outcome.await) }
    }

    /// Makes the call, and gives what the answer says beside the output.
    ///
    /// # Errors
    /// Whatever is not a success of the contract.
    pub fn reply(self) -> impl Future<Output = Result<Reply<O::Output>, Error<O>>> + MaybeSend + use<'c, O> {
        let outcome = self.outcome();
        async { replied(outcome.await) }
    }

    /// Makes the call on this thread, without a runtime, as [`Client::send_blocking`] does.
    ///
    /// # Errors
    /// Whatever is not a success of the contract.
    pub fn reply_blocking(mut self) -> Result<Reply<O::Output>, Error<O>> {
        self.options.blocking = true;
        replied(block_on(self.outcome()))
    }

    /// Makes the call, and gives the body of a success piece by piece, as it comes: a file, a long list, events. Nothing of it
    /// is decoded, and no [limit](Self::body_limit) holds for it. Anything else is an error as ever, read and typed.
    ///
    /// A success is one when its head has come: what breaks off later is not asked for again. Then
    /// [`stall_timeout`](Self::stall_timeout) ends what stands still, and [`deadline`](Self::deadline) all of it.
    ///
    /// ```
    /// use problemgen_runtime::{Api, Client, Error, Operation};
    ///
    /// async fn events<A: Api, O: Operation<Api = A>>(client: &Client<A>, operation: O) -> Result<(), Error<O>> {
    ///     let mut answer = client.call(operation).stall_timeout(None).stream().await?;
    ///     while let Some(piece) = answer.next().await {
    ///         println!("{}", String::from_utf8_lossy(&piece?));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Whatever is not a success of the contract.
    pub fn stream(
        mut self,
    ) -> impl Future<Output = Result<Reply<Pieces>, Error<O>>> + MaybeSend + use<'c, O> {
        self.options.streamed = true;
        let outcome = self.outcome();
        async { streamed(outcome.await) }
    }

    /// Makes the call on this thread, as [`Client::send_blocking`] does, and gives the body of a success as a reader, as
    /// [`stream`](Self::stream) does.
    ///
    /// # Errors
    /// Whatever is not a success of the contract.
    pub fn stream_blocking(mut self) -> Result<Reply<Pieces>, Error<O>> {
        (self.options.streamed, self.options.blocking) = (true, true);
        streamed(block_on(self.outcome()))
    }

    fn outcome(self) -> impl Future<Output = Outcome> + MaybeSend + use<'c, O> {
        let inner = &*self.client.inner;
        let request = match self.base {
            None => self.operation.to_streamed_request(&inner.base),
            Some(base) => base.and_then(|base| self.operation.to_streamed_request(&base)),
        };
        inner.run(O::SPEC, request, Some(Box::new(self.options)))
    }
}

/// The output of an operation, with the answer that it came in. It derefs to the output.
#[derive(Clone)]
pub struct Reply<T> {
    /// The output.
    pub value: T,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came; empty where the output is its pieces.
    pub body: Bytes,
    attempts: Attempts,
    family: &'static Family,
}

impl<T> Reply<T> {
    /// How often the call was tried.
    pub fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// The identifier of the request, from a header or from the body.
    pub fn request_id(&self) -> Option<String> {
        request_id(&self.headers).map(str::to_owned).or_else(|| request_id_in(self.family, &self.body))
    }
}

impl<T> std::ops::Deref for Reply<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> std::ops::DerefMut for Reply<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("headers", &shown(&self.headers))
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

pub(super) fn replied<O: Operation>(outcome: Outcome) -> Result<Reply<O::Output>, Error<O>> {
    let response = outcome?.response;
    let head = Head::of(&response);
    let value = O::decode(response)?;
    Ok(head.around(value, <O::Api as Api>::FAMILY))
}

fn streamed<O: Operation>(outcome: Outcome) -> Result<Reply<Pieces>, Error<O>> {
    let Answer { response, pieces } = outcome?;
    let (head, family) = (Head::of(&response), <O::Api as Api>::FAMILY);
    match pieces {
        Some(pieces) => Ok(head.around(pieces, family)),
        // No success; if it is one after all, it came whole.
        None => {
            let octets = response.body().clone();
            O::decode(response)?;
            Ok(head.around(octets.into(), family))
        }
    }
}

/// What an answer says beside its output.
struct Head {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: Attempts,
}

impl Head {
    fn of(response: &http::Response<Bytes>) -> Self {
        // A client always says how often it tried.
        let once = || Attempts { waits: Vec::new(), elapsed: Duration::ZERO, end: End::Succeeded };
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.body().clone(),
            attempts: response.extensions().get().cloned().unwrap_or_else(once),
        }
    }

    fn around<T>(self, value: T, family: &'static Family) -> Reply<T> {
        let Self { status, headers, body, attempts } = self;
        Reply { value, status, headers, body, attempts, family }
    }
}
