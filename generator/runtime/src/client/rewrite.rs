//! Read, change, write; and again where somebody else has written in between.

use std::convert::Infallible;
use std::fmt;

use super::call::replied;
use super::run::Inner;
use super::settings::{Settings, settable};
use super::{Client, Reply, decoded};
use crate::error::{Any, Api, Error, RequestError};
use crate::operation::Operation;
use crate::recovery::Recovery;
use crate::retry::up_to;
use crate::stream::Body;
use crate::transport::block_on;

/// A change of something that others change, too. [`Client::rewrite`] makes it.
///
/// ```
/// use std::time::Duration;
/// use problemgen_runtime::{Api, Client, Operation, RewriteError};
///
/// async fn change<A: Api, R: Operation<Api = A>, W: Operation<Api = A>>(
///     client: &Client<A>,
///     read: R,
///     write: impl Fn(&R::Output) -> W,
/// ) -> Result<W::Output, RewriteError<R, W>> {
///     client.rewrite(read).deadline(Duration::from_secs(10)).send(|current| write(current)).await
/// }
/// ```
#[must_use = "nothing is changed before it is sent"]
pub struct Rewrite<'c, R: Operation> {
    client: &'c Client<R::Api>,
    read: R,
    settings: Settings,
    attempts: u32,
}

impl<R: Operation> fmt::Debug for Rewrite<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewrite")
            .field("read", &R::SPEC.id)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl<A: Api> Client<A> {
    /// Begins a change of what an operation reads: read, make the request that changes it, send that; and all of this again
    /// when the answer is that somebody else was faster. What can be set for one call, [`call`](Self::call), can be set here,
    /// and holds for each read and each write.
    ///
    /// ```
    /// use problemgen_runtime::{Api, Client, Operation, RewriteError};
    ///
    /// async fn change<A: Api, R: Operation<Api = A>, W: Operation<Api = A>>(
    ///     client: &Client<A>,
    ///     read: R,
    ///     write: impl Fn(&R::Output) -> W,
    /// ) -> Result<W::Output, RewriteError<R, W>> {
    ///     client.rewrite(read).attempts(3).send(|current| write(current)).await
    /// }
    /// ```
    pub fn rewrite<R: Operation<Api = A>>(&self, read: R) -> Rewrite<'_, R> {
        Rewrite { client: self, read, settings: Settings::default(), attempts: ATTEMPTS }
    }
}

/// How often a change is tried, unless somebody says so.
const ATTEMPTS: u32 = 5;

impl<R: Operation> Rewrite<'_, R> {
    /// Tries the change at most this many times, the first included; 5 unless set, and 0 is 1.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Reads, makes the request out of what was read, and sends it. That is done anew, from reading on, as long as the
    /// [way out](Error::recovery) of the error is [`Recovery::Reread`] and attempts are left. The second attempt follows at
    /// once, since somebody got on; those after it wait as the client's retries do.
    ///
    /// What is read is a [`Reply`]: its headers are there, too, an `ETag` among them. Each request that the function makes is another
    /// one, so that it needs another idempotency key; leave the key to the client.
    ///
    /// # Errors
    /// When reading fails, and when writing fails in another way, or for the last time.
    pub async fn send<W, F>(self, mut change: F) -> Result<W::Output, RewriteError<R, W>>
    where
        W: Operation<Api = R::Api>,
        F: FnMut(&Reply<R::Output>) -> W,
    {
        self.run(false, |current| Ok(change(current))).await
    }

    /// The same with a function that can refuse to go on: when what was read is such that the change makes no sense any more.
    ///
    /// # Errors
    /// As [`send`](Self::send), and what the function refused with.
    pub async fn try_send<W, F, S>(self, change: F) -> Result<W::Output, RewriteError<R, W, S>>
    where
        W: Operation<Api = R::Api>,
        F: FnMut(&Reply<R::Output>) -> Result<W, S>,
    {
        self.run(false, change).await
    }

    /// [`send`](Self::send) on this thread, without a runtime, as [`Client::send_blocking`] does.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_blocking<W, F>(self, mut change: F) -> Result<W::Output, RewriteError<R, W>>
    where
        W: Operation<Api = R::Api>,
        F: FnMut(&Reply<R::Output>) -> W,
    {
        block_on(self.run(true, |current| Ok(change(current))))
    }

    async fn run<W, F, S>(self, blocking: bool, mut change: F) -> Result<W::Output, RewriteError<R, W, S>>
    where
        W: Operation<Api = R::Api>,
        F: FnMut(&Reply<R::Output>) -> Result<W, S>,
    {
        let inner = &*self.client.inner;
        let settings = &self.settings;
        let mut number = 1;
        loop {
            let read =
                inner.run(R::SPEC, request(&self.read, settings, inner), settings.options(blocking)).await;
            let current = replied::<R>(read).map_err(RewriteError::Read)?;
            let write = change(&current).map_err(RewriteError::Stopped)?;
            drop(current);
            let written =
                inner.run(W::SPEC, request(&write, settings, inner), settings.options(blocking)).await;
            match decoded::<W>(written) {
                Err(error) if number < self.attempts && is_overtaken(&error) => {
                    pause(inner, settings, number).await
                }
                written => return written.map_err(RewriteError::Write),
            }
            number += 1;
        }
    }
}

settable!(impl['c, R: Operation] Rewrite<'c, R>, settings);

fn request<O: Operation>(
    operation: &O,
    settings: &Settings,
    inner: &Inner,
) -> Result<http::Request<Body>, RequestError> {
    operation.to_streamed_request(settings.base(inner)?)
}

fn is_overtaken<W: Operation>(error: &Error<W>) -> bool {
    matches!(error.recovery(), Some(Recovery::Reread(_)))
}

/// Waits before the attempt that follows this one.
async fn pause(inner: &Inner, settings: &Settings, number: u32) {
    if let Some(before) = number.checked_sub(1).filter(|before| *before > 0) {
        let policy = settings.options.retry.as_ref().unwrap_or(&inner.retry);
        let ceiling = policy.ceiling(before as usize);
        inner.clock.sleep(up_to(ceiling, &*inner.random)).await;
    }
}

/// Why nothing was changed. It becomes the error of the API with `?`, unless the function can refuse.
///
/// ```
/// use problemgen_runtime::{Operation, RewriteError};
///
/// fn advice<R: Operation, W: Operation<Api = R::Api>>(error: &RewriteError<R, W>) -> &'static str {
///     match error {
///         RewriteError::Read(_) => "it cannot be read",
///         RewriteError::Write(error) if error.recovery().is_some() => "others were faster each time",
///         _ => "it cannot be changed",
///     }
/// }
/// ```
pub enum RewriteError<R: Operation, W: Operation, S = Infallible> {
    /// It could not be read.
    Read(Error<R>),
    /// It could not be written. If the way out is still [`Recovery::Reread`], others were faster each time.
    Write(Error<W>),
    /// The function refused.
    Stopped(S),
}

impl<R: Operation, W: Operation, S: fmt::Debug> fmt::Debug for RewriteError<R, W, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RewriteError::Read(error) => f.debug_tuple("Read").field(error).finish(),
            RewriteError::Write(error) => f.debug_tuple("Write").field(error).finish(),
            RewriteError::Stopped(reason) => f.debug_tuple("Stopped").field(reason).finish(),
        }
    }
}

impl<R: Operation, W: Operation, S: fmt::Display> fmt::Display for RewriteError<R, W, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RewriteError::Read(error) => error.fmt(f),
            RewriteError::Write(error) => error.fmt(f),
            RewriteError::Stopped(reason) => reason.fmt(f),
        }
    }
}

impl<R: Operation, W: Operation, S: fmt::Debug + fmt::Display> std::error::Error for RewriteError<R, W, S> {
    /// What is behind the error that is shown: that of reading or of writing is shown itself.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RewriteError::Read(error) => error.source(),
            RewriteError::Write(error) => error.source(),
            RewriteError::Stopped(_) => None,
        }
    }
}

impl<R: Operation, W: Operation<Api = R::Api>> From<RewriteError<R, W>> for Error<Any<R::Api>> {
    fn from(error: RewriteError<R, W>) -> Self {
        match error {
            RewriteError::Read(error) => error.into(),
            RewriteError::Write(error) => error.into(),
            RewriteError::Stopped(never) => match never {},
        }
    }
}
