//! One call with settings of its own, and what it gives beside the output.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::run::{Answer, Outcome};
use super::settings::{Settings, settable};
use super::{Client, OnThisThread, decoded};
use crate::error::{Api, Error, request_id, shown};
use crate::maybe_send::MaybeSend;
use crate::operation::Operation;
use crate::problem::Family;
use crate::retry::{Attempts, End, request_id_in};
use crate::sequence::{ItemsOf, Sequence, Sequenced};
use crate::stream::Pieces;
use crate::transport::block_on;

/// A call that has not been made yet, with settings of its own. [`Client::call`] makes it.
///
/// ```
/// use std::time::Duration;
/// use problemgen_runtime::{Api, Client, Error, Operation};
///
/// async fn quickly<A: Api, O: Operation<Api = A>>(client: &Client<A>, operation: O) -> Result<O::Output, Error<O>> {
///     client.call(operation).deadline(Duration::from_secs(2)).send().await
/// }
/// ```
#[must_use = "a call does nothing before it is sent"]
pub struct Call<'c, O: Operation> {
    client: &'c Client<O::Api>,
    operation: O,
    settings: Settings,
}

impl<O: Operation> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &O::SPEC.id).finish_non_exhaustive()
    }
}

impl<'c, O: Operation> Call<'c, O> {
    pub(super) fn new(client: &'c Client<O::Api>, operation: O) -> Self {
        Self { client, operation, settings: Settings::default() }
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
        self.settings.options.blocking = true;
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
        self.settings.options.streamed = true;
        let outcome = self.outcome();
        async { streamed(outcome.await) }
    }

    /// Makes the call on this thread, as [`Client::send_blocking`] does, and gives the body of a success as a reader, as
    /// [`stream`](Self::stream) does.
    ///
    /// # Errors
    /// Whatever is not a success of the contract.
    pub fn stream_blocking(mut self) -> Result<Reply<Pieces>, Error<O>> {
        (self.settings.options.streamed, self.settings.options.blocking) = (true, true);
        streamed(block_on(self.outcome()))
    }

    /// Makes the call, and gives the items of a success one by one, as they come: server-sent events, JSON lines, JSON text
    /// sequences. It asks for these and for nothing else that the operation could answer with; and it is a
    /// [`stream`](Self::stream) in all other things, so that [`stall_timeout`](Self::stall_timeout) says how long to wait for an item.
    ///
    /// ```
    /// use problemgen_runtime::{Api, Client, Error, Sequenced};
    ///
    /// async fn watch<A: Api, O>(client: &Client<A>, operation: O) -> Result<(), Box<dyn std::error::Error>>
    /// where
    ///     O: Sequenced<Api = A, Item: std::fmt::Debug>,
    ///     Error<O>: std::error::Error,
    /// {
    ///     let mut items = client.call(operation).stall_timeout(None).each().await?;
    ///     while let Some(item) = items.next().await {
    ///         println!("{:?}", item?);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Whatever is not a success of the contract. What is wrong with an item comes in its place.
    pub fn each(
        mut self,
    ) -> impl Future<Output = Result<Reply<ItemsOf<O>>, Error<O>>> + MaybeSend + use<'c, O>
    where
        O: Sequenced,
    {
        self.accept_items();
        let answer = self.stream();
        async { answer.await.map(items::<O>) }
    }

    /// [`each`](Self::each) on this thread, as [`Client::send_blocking`] does: an iterator.
    ///
    /// # Errors
    /// Whatever is not a success of the contract. What is wrong with an item comes in its place.
    pub fn each_blocking(mut self) -> Result<Reply<OnThisThread<ItemsOf<O>>>, Error<O>>
    where
        O: Sequenced,
    {
        self.accept_items();
        Ok(items::<O>(self.stream_blocking()?).map(Sequence::blocking))
    }

    fn accept_items(&mut self)
    where
        O: Sequenced,
    {
        let headers = &mut self.settings.options.headers;
        // The caller's own stands.
        if !headers.contains_key(ACCEPT)
            && let Ok(value) = HeaderValue::try_from(format!("{}, application/problem+json", O::ITEMS.accept))
        {
            headers.insert(ACCEPT, value);
        }
    }

    fn outcome(self) -> impl Future<Output = Outcome> + MaybeSend + use<'c, O> {
        let inner = &*self.client.inner;
        let request = self.settings.base(inner).and_then(|base| self.operation.to_streamed_request(base));
        inner.run(O::SPEC, request, Some(Box::new(self.settings.options)))
    }
}

settable!(impl['c, O: Operation] Call<'c, O>, settings);

/// The output of an operation, with the answer that it came in. It derefs to the output.
///
/// ```
/// use problemgen_runtime::{Api, Client, Error, Operation};
///
/// async fn tag<A: Api, O: Operation<Api = A>>(client: &Client<A>, operation: O) -> Result<Option<String>, Error<O>> {
///     let reply = client.call(operation).reply().await?;
///     let tag = reply.headers.get("etag").and_then(|value| value.to_str().ok());
///     Ok(tag.map(str::to_owned))
/// }
/// ```
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

impl<T> Reply<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        let Self { value, status, headers, body, attempts, family } = self;
        Reply { value: change(value), status, headers, body, attempts, family }
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

fn items<O: Sequenced>(answer: Reply<Pieces>) -> Reply<ItemsOf<O>> {
    let media_type = answer.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let media_type = String::from_utf8_lossy(media_type).into_owned();
    answer.map(|pieces| Sequence::answered(pieces, &media_type, O::ITEMS))
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
