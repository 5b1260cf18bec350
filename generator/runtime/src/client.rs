//! A client: a transport, a base URL and a credential, and what happens around each call.
//!
//! In comes an operation, out goes its output or its error. What depends on the operation is a line in [`Client::send`];
//! the course of a call is in `run`, once for all operations.

mod call;
mod credential;
mod elsewhere;
mod hook;
mod pages;
mod rewrite;
mod run;
mod settings;
mod trace;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

pub use call::{Call, Reply};
pub use credential::Credential;
use credential::Placed;
pub use elsewhere::Elsewhere;
pub use hook::{Attempt, Hook};
pub use pages::{Items, OnThisThread, Pages};
pub use rewrite::{Rewrite, RewriteError};
use run::{Failure, Inner, Options, Outcome};

use crate::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::error::{Api, Error, RequestError};
use crate::maybe_send::MaybeSend;
use crate::operation::Operation;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::transport::{Limits, Transport, block_on};

/// A client of an API. Cloning it is cheap, and clones share connections and the budget for retries.
///
/// ```
/// use problemgen_runtime::{Api, Client, RequestError, RetryPolicy};
///
/// fn client<A: Api>(key: String) -> Result<Client<A>, RequestError> {
///     Client::builder(key).retry(RetryPolicy::standard().attempts(5)).build()
/// }
/// ```
pub struct Client<A> {
    inner: Arc<Inner>,
    api: PhantomData<fn() -> A>,
}

impl<A> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), api: PhantomData }
    }
}

impl<A> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.inner.base.to_string()).finish_non_exhaustive()
    }
}

impl<A: Api> Client<A> {
    /// Begins a client that calls with this credential, at the first server of the document.
    pub fn builder(credential: impl Into<Credential>) -> ClientBuilder<A> {
        ClientBuilder {
            credential: credential.into(),
            base: None,
            transport: None,
            retry: RetryPolicy::standard(),
            budget: RetryBudget::default(),
            attempt_timeout: None,
            deadline: Some(DEADLINE),
            body_limit: Limits::BODY,
            stall: Some(Limits::STALL),
            hooks: Vec::new(),
            clock: None,
            random: None,
            api: PhantomData,
        }
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// Whatever is not a success of the contract. Nothing that the server said is lost.
    pub fn send<O: Operation<Api = A>>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error<O>>> + MaybeSend + use<'_, A, O> {
        // The future of an operation holds nothing but a box, so there is little of it to compile.
        let outcome = self.inner.run(O::SPEC, operation.to_streamed_request(&self.inner.base), None);
        async { decoded(outcome.await) }
    }

    /// Calls an operation on this thread, without a runtime. It takes a transport that does without, too:
    /// `Ureq` (feature `ureq`), or a [`Blocking`](crate::Blocking) one of your own.
    ///
    /// ```
    /// use problemgen_runtime::{Api, Client, Error, Operation};
    ///
    /// fn fetch<A: Api, O: Operation<Api = A>>(client: &Client<A>, operation: O) -> Result<O::Output, Error<O>> {
    ///     client.send_blocking(operation)
    /// }
    /// ```
    ///
    /// # Errors
    /// Whatever is not a success of the contract.
    pub fn send_blocking<O: Operation<Api = A>>(&self, operation: O) -> Result<O::Output, Error<O>> {
        let options = Options { blocking: true, ..Options::default() };
        let request = operation.to_streamed_request(&self.inner.base);
        decoded(block_on(self.inner.run(O::SPEC, request, Some(Box::new(options)))))
    }

    /// Begins a call with settings of its own: another server, more headers, another deadline. It can also give what the
    /// answer says beside the output.
    ///
    /// ```
    /// use std::time::Duration;
    /// use problemgen_runtime::{Api, Client, Error, Operation, RetryPolicy};
    ///
    /// async fn fetch<A: Api, O: Operation<Api = A>>(client: &Client<A>, operation: O) -> Result<O::Output, Error<O>> {
    ///     let reply = client
    ///         .call(operation)
    ///         .deadline(Duration::from_secs(5))
    ///         .retry(RetryPolicy::never())
    ///         .reply()
    ///         .await?;
    ///     println!("{} {:?}, request {:?}", reply.status, reply.headers.get("etag"), reply.request_id());
    ///     Ok(reply.value)
    /// }
    /// ```
    pub fn call<O: Operation<Api = A>>(&self, operation: O) -> Call<'_, O> {
        Call::new(self, operation)
    }
}

/// The end of a call: the only part of it that knows the operation.
fn decoded<O: Operation>(outcome: Outcome) -> Result<O::Output, Error<O>> {
    O::decode(outcome?.response)
}

impl<O: Operation> From<Failure> for Error<O> {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Request(error) => Error::Request(error),
            Failure::Transport(error) => Error::Transport(error),
        }
    }
}

/// How long a call may take with all its attempts, unless somebody says so: 5 minutes. A server that sends an octet now and
/// then would otherwise hold a call for ever.
const DEADLINE: Duration = Duration::from_secs(300);

/// A client in the making.
///
/// ```
/// use std::time::Duration;
/// use problemgen_runtime::{Api, Client, RequestError};
///
/// fn staging<A: Api>(key: &str) -> Result<Client<A>, RequestError> {
///     Client::builder(key).base_url("https://staging.example.com").deadline(Duration::from_secs(30)).build()
/// }
/// ```
#[must_use = "a builder does nothing before it is built"]
pub struct ClientBuilder<A> {
    credential: Credential,
    base: Option<String>,
    transport: Option<Box<dyn Transport>>,
    retry: RetryPolicy,
    budget: RetryBudget,
    attempt_timeout: Option<Duration>,
    deadline: Option<Duration>,
    body_limit: usize,
    stall: Option<Duration>,
    hooks: Vec<Box<dyn Hook>>,
    clock: Option<Arc<dyn Clock>>,
    random: Option<Box<dyn Random>>,
    api: PhantomData<fn() -> A>,
}

impl<A> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base", &self.base)
            .field("credential", &self.credential)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

impl<A: Api> ClientBuilder<A> {
    /// Calls another server than the first one of the document: `https://staging.example.com`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Some(url.into());
        self
    }

    /// Sends requests through another transport.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// Retries by this policy; without it, by [`RetryPolicy::standard`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Bounds the retries of all calls together; without it, by [`RetryBudget::default`].
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Ends each attempt after this time. Without it, only the deadline of the call and [`stall_timeout`](Self::stall_timeout)
    /// end it. It does not count for a request whose body is a file or a stream: how long that takes, only the call can say.
    pub fn attempt_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = time.into();
        self
    }

    /// Ends each call, with all its attempts and waits, after this time; 5 minutes unless set. `None` lets calls take as
    /// long as they take. It does not count for a request whose body is a file or a stream, nor for the body of an answer that
    /// is one; [`Call::deadline`] does.
    pub fn deadline(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.deadline = time.into();
        self
    }

    /// Reads bodies up to this many octets; [`Limits::BODY`] unless set. The beginning of a longer one is kept in an error
    /// that says so.
    pub fn body_limit(mut self, octets: usize) -> Self {
        self.body_limit = octets;
        self
    }

    /// Ends an attempt during which nothing has moved for so long: the answer does not come, or its body does not go on, or,
    /// where it is a file or a stream, the body of the request does not. [`Limits::STALL`] unless set.
    pub fn stall_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.stall = time.into();
        self
    }

    /// Shows every attempt to a hook. Hooks see it in the order in which they were added.
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.hooks.push(Box::new(hook));
        self
    }

    /// Goes by another clock than that of the machine.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Chooses waits and idempotency keys by other chance than that of the operating system.
    pub fn random(mut self, random: impl Random) -> Self {
        self.random = Some(Box::new(random));
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// When the base URL is not one, when the document names no server and none was given, or when there is no transport.
    pub fn build(self) -> Result<Client<A>, RequestError> {
        let base = match (&self.base, A::SERVERS.first()) {
            (Some(url), _) => url.parse()?,
            (None, Some(url)) => url.parse()?,
            (None, None) => return Err(RequestError::new("the document names no server: give a base_url")),
        };
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport()?,
        };
        let inner = Inner {
            transport,
            base,
            // Operations that need no credential can be called with one that fits nowhere.
            credential: Placed::new(A::CREDENTIAL, self.credential),
            user_agent: A::USER_AGENT,
            family: A::FAMILY,
            retry: self.retry,
            budget: self.budget,
            attempt_timeout: self.attempt_timeout,
            deadline: self.deadline,
            body_limit: self.body_limit,
            stall: self.stall,
            hooks: self.hooks,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
            random: self.random.unwrap_or_else(|| Box::new(SystemRandom)),
        };
        Ok(Client { inner: Arc::new(inner), api: PhantomData })
    }
}

#[cfg(feature = "reqwest")]
fn default_transport() -> Result<Box<dyn Transport>, RequestError> {
    Ok(Box::new(crate::transport::Reqwest::new()?))
}

#[cfg(all(not(feature = "reqwest"), feature = "ureq", not(target_family = "wasm")))]
fn default_transport() -> Result<Box<dyn Transport>, RequestError> {
    Ok(Box::new(crate::transport::Ureq::new()))
}

#[cfg(not(any(feature = "reqwest", all(feature = "ureq", not(target_family = "wasm")))))]
fn default_transport() -> Result<Box<dyn Transport>, RequestError> {
    Err(RequestError::new(
        "no transport: enable the feature `reqwest` or `ureq`, or give one with `transport`",
    ))
}
