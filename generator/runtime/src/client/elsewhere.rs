//! Requests that the contract does not have: to a signed URL, to the address that an answer names.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::Method;

use crate::error::{Api, RequestError};
use crate::node::Node;
use crate::operation::{AnswerSpec, BodySpec, Operation, OperationSpec};
use crate::request::BaseUrl;
use crate::stream::Body;

/// A request to a place that the API names and the contract does not have: an upload to a signed URL, a download from the
/// address in an answer. It goes the way of every call, with retries, deadlines and progress, and what is no 2xx is an error
/// that keeps the answer.
///
/// The credential does not go there, nor do the client's hooks see it, because one that signs would sign for a stranger.
///
/// ```
/// use problemgen_runtime::{Api, Body, Client, Elsewhere, Error, Any};
///
/// async fn upload<A: Api>(client: &Client<A>, url: &str) -> Result<(), Error<Elsewhere<A>>> {
///     let put = Elsewhere::put(url, Body::file("site.zip")).header("content-type", "application/zip");
///     client.call(put).progress(|p| println!("{} of {:?}", p.sent, p.to_send)).send().await?;
///     Ok(())
/// }
/// ```
pub struct Elsewhere<A> {
    request: Result<http::Request<Body>, RequestError>,
    api: PhantomData<fn() -> A>,
}

impl<A> Elsewhere<A> {
    /// A request as it is.
    pub fn new(request: http::Request<Body>) -> Self {
        Self { request: Ok(request), api: PhantomData }
    }

    /// Gets what is there.
    pub fn get(url: &str) -> Self {
        Self::of(Method::GET, url, Body::default())
    }

    /// Puts a body there.
    pub fn put(url: &str, body: impl Into<Body>) -> Self {
        Self::of(Method::PUT, url, body.into())
    }

    /// Adds a header. A signed URL says which ones it was signed with.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Ok(request) = &mut self.request {
            let pair = http::HeaderName::try_from(name).ok().zip(http::HeaderValue::try_from(value).ok());
            match pair {
                Some((name, value)) => drop(request.headers_mut().insert(name, value)),
                None => {
                    self.request =
                        Err(RequestError::new(format!("{name:?} is not a header, or its value is none")))
                }
            }
        }
        self
    }

    fn of(method: Method, url: &str, body: Body) -> Self {
        let request = http::Request::builder().method(method).uri(url).body(body);
        // The URL may hold a credential.
        let request = request.map_err(|error| RequestError::new(format!("the URL cannot be used: {error}")));
        Self { request, api: PhantomData }
    }
}

/// All that is known of it.
pub(super) static SPEC: OperationSpec = OperationSpec {
    id: "elsewhere",
    method: "GET",
    path: "",
    params: &[],
    accept: "*/*",
    authenticated: false,
    successes: &[AnswerSpec::range(2, "*/*", BodySpec::Bytes(0))],
    errors: &[],
};

impl<A: Api> Operation for Elsewhere<A> {
    type Of = A;
    type Errors<'a> = &'a A::Kind;
    type Output = Bytes;
    const SPEC: &'static OperationSpec = &SPEC;
    fn param(&self, _: usize) -> Option<&dyn Node> {
        None
    }
    fn to_streamed_request(&self, _: &BaseUrl) -> Result<http::Request<Body>, RequestError> {
        let request = self.request.clone()?;
        match request.uri().scheme_str() {
            Some("http" | "https") => Ok(request),
            _ => Err(RequestError::new("the URL does not begin with http:// or https://")),
        }
    }
}

impl<A> fmt::Debug for Elsewhere<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What stands in a path or a query may be a credential.
        let host = self.request.as_ref().ok().and_then(|request| request.uri().host());
        f.debug_struct("Elsewhere").field("host", &host).finish_non_exhaustive()
    }
}
