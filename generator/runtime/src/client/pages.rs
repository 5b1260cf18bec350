//! Going through what an operation lists, page by page or item by item.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::Uri;

use super::Client;
use super::run::{Outcome, key_param};
use super::settings::{Settings, settable};
use crate::body::Content;
use crate::decode::Violation;
use crate::error::{Api, Error, Received, RequestError, Unexpected};
use crate::maybe_send::MaybeSendFuture;
use crate::node::Node;
use crate::paged::{Circles, Page, Paged, Position};
use crate::problem;
use crate::request;
use crate::stream::Body;
use crate::transport::block_on;
use crate::value::Value;

impl<A: Api> Client<A> {
    /// Goes through the pages of what an operation lists, from the page on that the operation asks for. What can be set for
    /// one call, [`call`](Self::call), can be set here, and holds for each page. An idempotency key that the operation holds goes
    /// with the first page only, since it stands for one request.
    ///
    /// ```
    /// use problemgen_runtime::{Api, Client, Error, Paged};
    ///
    /// async fn count<A: Api, O: Paged<Api = A>>(client: &Client<A>, list: O) -> Result<usize, Error<O>> {
    ///     let (mut pages, mut count) = (client.pages(list), 0);
    ///     while let Some(page) = pages.next().await {
    ///         count += O::items(page?).len();
    ///     }
    ///     Ok(count)
    /// }
    /// ```
    pub fn pages<O: Paged<Api = A>>(&self, operation: O) -> Pages<'_, O> {
        Pages {
            client: self,
            operation,
            settings: Settings::default(),
            blocking: false,
            position: Position::Start,
            state: State::Ready,
            circles: Circles::default(),
        }
    }

    /// Goes through the items of what an operation lists, over all pages. A page is asked for when the items of the one
    /// before have been taken. What can be set for one call, [`call`](Self::call), can be set here, and holds for each page.
    ///
    /// ```
    /// use std::time::Duration;
    /// use problemgen_runtime::{Api, Client, Error, Paged};
    ///
    /// async fn first<A: Api, O: Paged<Api = A>>(client: &Client<A>, list: O) -> Result<Option<O::Item>, Error<O>> {
    ///     client.items(list).deadline(Duration::from_secs(5)).next().await.transpose()
    /// }
    ///
    /// fn all<A: Api, O: Paged<Api = A>>(client: &Client<A>, list: O) -> Result<Vec<O::Item>, Error<O>> {
    ///     client.items(list).blocking().collect()
    /// }
    /// ```
    pub fn items<O: Paged<Api = A>>(&self, operation: O) -> Items<'_, O> {
        Items { pages: self.pages(operation), left: VecDeque::new() }
    }
}

/// The pages of what an operation lists: a [`Stream`] of them, and with [`blocking`](Self::blocking) an iterator.
///
/// An error ends it. Nothing is lost by that: [`again`](Self::again) asks anew for the page that failed. A server that goes
/// round in circles, says that there are more pages and not where, or sends to another server, gives an
/// [`Error::Unexpected`] after the page that does.
///
/// ```
/// use problemgen_runtime::{Api, Client, Error, Paged};
///
/// async fn second<A: Api, O: Paged<Api = A>>(client: &Client<A>, list: O) -> Result<Option<O::Output>, Error<O>> {
///     let mut pages = client.pages(list);
///     pages.next().await.transpose()?;
///     pages.next().await.transpose()
/// }
/// ```
#[must_use = "no page is asked for before somebody wants it"]
pub struct Pages<'c, O: Paged> {
    client: &'c Client<O::Api>,
    operation: O,
    settings: Settings,
    blocking: bool,
    /// The page that is asked for next.
    position: Position,
    state: State<'c>,
    circles: Circles,
}

enum State<'c> {
    /// The next page can be asked for.
    Ready,
    /// It has been, at this URL.
    Asked(MaybeSendFuture<'c, Outcome>, Option<Uri>),
    /// The page before was the last one.
    Ended,
    /// Asking failed.
    Failed,
    /// The page before leads nowhere.
    Broken(Box<Unexpected>),
}

/// Nothing in it is ever pinned: what is asked for stands in a box.
impl<O: Paged> Unpin for Pages<'_, O> {}

impl<O: Paged> fmt::Debug for Pages<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &O::SPEC.id)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl<O: Paged> Pages<'_, O> {
    /// The next page, or why there is none; `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<O::Output, Error<O>>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// After an error: asks for the same page again, instead of ending. A page that leads nowhere is not asked for again.
    pub fn again(&mut self) {
        if matches!(self.state, State::Failed) {
            self.state = State::Ready;
        }
    }

    /// The same on this thread, without a runtime, as [`Client::send_blocking`] does.
    pub fn blocking(mut self) -> OnThisThread<Self> {
        self.blocking = true;
        OnThisThread(self)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Output, Error<O>>>> {
        loop {
            match &mut self.state {
                State::Ready => self.state = self.ask(),
                State::Asked(answer, uri) => {
                    let outcome = ready!(answer.as_mut().poll(context));
                    let uri = uri.take();
                    return Poll::Ready(Some(self.turn(outcome, uri.as_ref())));
                }
                State::Ended | State::Failed => return Poll::Ready(None),
                State::Broken(_) => {
                    let State::Broken(why) = std::mem::replace(&mut self.state, State::Ended) else {
                        continue;
                    };
                    return Poll::Ready(Some(Err(Error::Unexpected(why))));
                }
            }
        }
    }

    fn request(&self) -> Result<http::Request<Body>, RequestError> {
        let inner = &*self.client.inner;
        let base = self.settings.base(inner)?;
        let value = match &self.position {
            Position::Start => return self.operation.to_streamed_request(base),
            Position::At(value) => Some(value),
            Position::Url(_) => None,
        };
        // A key for idempotency belongs to one request: with the next page, a server would take it for a mistake.
        let key = key_param(O::SPEC, self.settings.options.retry.as_ref().unwrap_or(&inner.retry));
        let param = |at| match value {
            Some(value) if O::PAGES.param == Some(at) => Some(value as &dyn Node),
            _ if key == Some(at) => None,
            _ => self.operation.param(at),
        };
        let body = value.map(|value| O::PAGES.body_at(self.operation.body(), value)).transpose()?.flatten();
        let content = match &body {
            Some((media_type, body)) => Some(Content::json(media_type, body)),
            None => self.operation.body(),
        };
        let mut request = request::build(O::SPEC, &param, content, base)?;
        if let Position::Url(uri) = &self.position {
            *request.uri_mut() = uri.clone();
        }
        Ok(request)
    }

    /// What the caller gave for what says which page it is.
    fn given(&self) -> Option<i64> {
        match O::PAGES.param {
            Some(param) => Value::of(self.operation.param(param)?).as_i64(),
            None => O::PAGES.given(self.operation.body()),
        }
    }

    /// Takes the answer, and notes where the next page is.
    fn turn(&mut self, outcome: Outcome, uri: Option<&Uri>) -> Result<O::Output, Error<O>> {
        self.state = State::Failed;
        let (head, body) = outcome?.response.into_parts();
        let kept = (head.clone(), body.clone());
        let page = O::decode(http::Response::from_parts(head, body))?;
        let turned = Page {
            content: Value::of(&page),
            headers: &kept.0.headers,
            given: self.given(),
            base: self.settings.base(&self.client.inner)?,
            uri,
        };
        let next = O::PAGES.next(&turned, &self.position);
        self.state = match next {
            Ok(None) => State::Ended,
            Ok(Some(next)) if self.circles.closes(&self.position, &next) => {
                broken(kept, O::PAGES.broken("the server goes round in circles: it was there before"))
            }
            Ok(Some(next)) => {
                self.position = next;
                State::Ready
            }
            Err(violation) => broken(kept, violation),
        };
        Ok(page)
    }
}

impl<'c, O: Paged> Pages<'c, O> {
    fn ask(&self) -> State<'c> {
        let request = self.request();
        let uri = request.as_ref().ok().map(|request| request.uri().clone());
        State::Asked(self.client.inner.run(O::SPEC, request, self.settings.options(self.blocking)), uri)
    }
}

settable!(impl['c, O: Paged] Pages<'c, O>, settings);
settable!(impl['c, O: Paged] Items<'c, O>, pages.settings);

/// The answer that leads nowhere, as an error.
fn broken<'c>((head, body): (http::response::Parts, Bytes), violation: Violation) -> State<'c> {
    let members = problem::members(&body);
    let response = Received::new(head, body);
    State::Broken(Box::new(Unexpected { response, violations: vec![violation], members }))
}

impl<O: Paged> Stream for Pages<'_, O> {
    type Item = Result<O::Output, Error<O>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

/// The items of what an operation lists, over all pages: a [`Stream`] of them, and with [`blocking`](Self::blocking) an
/// iterator.
///
/// The items of a page come before an error of the next one, and an error ends it, unless somebody asks
/// [`again`](Self::again).
///
/// ```
/// use problemgen_runtime::{Api, Client, Paged};
///
/// /// Tries a page that failed once more.
/// async fn count<A: Api, O: Paged<Api = A>>(client: &Client<A>, list: O) -> usize {
///     let (mut items, mut count, mut failed) = (client.items(list), 0, false);
///     while let Some(item) = items.next().await {
///         match item {
///             Ok(_) => count += 1,
///             Err(_) if failed => break,
///             Err(_) => {
///                 failed = true;
///                 items.again();
///             }
///         }
///     }
///     count
/// }
/// ```
#[must_use = "no page is asked for before somebody wants an item"]
pub struct Items<'c, O: Paged> {
    pages: Pages<'c, O>,
    /// Those of the page before that have not been taken.
    left: VecDeque<O::Item>,
}

/// Nothing in it is ever pinned.
impl<O: Paged> Unpin for Items<'_, O> {}

impl<O: Paged> fmt::Debug for Items<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("left", &self.left.len()).finish()
    }
}

impl<O: Paged> Items<'_, O> {
    /// The next item, or why there is none; `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<O::Item, Error<O>>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// After an error: asks for the same page again, instead of ending.
    pub fn again(&mut self) {
        self.pages.again();
    }

    /// The same on this thread, without a runtime, as [`Client::send_blocking`] does.
    pub fn blocking(mut self) -> OnThisThread<Self> {
        self.pages.blocking = true;
        OnThisThread(self)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<O::Item, Error<O>>>> {
        loop {
            if let Some(item) = self.left.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll(context)) {
                Some(Ok(page)) => self.left = O::items(page).into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<O: Paged> Stream for Items<'_, O> {
    type Item = Result<O::Item, Error<O>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

/// What comes one after the other as an iterator, on this thread and without a runtime.
///
/// ```
/// use problemgen_runtime::{Api, Client, Error, Paged};
///
/// fn first_ten<A: Api, O: Paged<Api = A>>(client: &Client<A>, list: O) -> Result<Vec<O::Item>, Error<O>> {
///     client.items(list).blocking().take(10).collect()
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing is asked for before somebody wants it"]
pub struct OnThisThread<S>(S);

impl<S> OnThisThread<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self(stream)
    }
}

impl<S: Stream + Unpin> Iterator for OnThisThread<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        block_on(poll_fn(|context| Pin::new(&mut self.0).poll_next(context)))
    }
}

impl<O: Paged> OnThisThread<Pages<'_, O>> {
    /// After an error: asks for the same page again, instead of ending.
    pub fn again(&mut self) {
        self.0.again();
    }
}

impl<O: Paged> OnThisThread<Items<'_, O>> {
    /// After an error: asks for the same page again, instead of ending.
    pub fn again(&mut self) {
        self.0.again();
    }
}
