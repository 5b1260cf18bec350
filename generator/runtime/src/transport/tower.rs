//! Transports as tower services and the other way round, behind the feature `tower`, so that middleware of others can stand
//! between a client and the network, or before a client.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_service::Service;

use crate::client::Client;
use crate::error::{Api, Error, TransportError, TransportStage};
use crate::maybe_send::{MaybeSend, MaybeSendFuture};
use crate::operation::Operation;
use crate::transport::{Exchange, Transport};

/// Any error of a service.
type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// A tower service as a transport.
///
/// A [`TransportError`] that the middleware lets through stays what it is. Any other error counts as one after which the
/// server may have acted on the request.
///
/// Layers see requests and answers whole: bodies that are streams are collected, and [`Limits::body`](crate::Limits::body) counts
/// for answers.
///
/// ```
/// use std::time::Duration;
/// use problemgen_runtime::{Api, ClientBuilder, Reqwest, ServiceTransport, TransportService};
/// use tower::ServiceBuilder;
///
/// fn limited<A: Api>(builder: ClientBuilder<A>) -> Result<ClientBuilder<A>, problemgen_runtime::RequestError> {
///     let service = ServiceBuilder::new()
///         .concurrency_limit(8)
///         .timeout(Duration::from_secs(20))
///         .service(TransportService::new(Reqwest::new()?));
///     Ok(builder.transport(ServiceTransport::new(service)))
/// }
/// ```
#[derive(Clone)]
pub struct ServiceTransport<S>(S);

impl<S> ServiceTransport<S>
where
    S: Service<http::Request<Bytes>, Response = http::Response<Bytes>> + Clone + Send + Sync + 'static,
    S::Error: Into<Boxed>,
    S::Future: MaybeSend,
{
    /// A transport that sends each request through a clone of the service.
    pub fn new(service: S) -> Self {
        Self(service)
    }
}

impl<S> fmt::Debug for ServiceTransport<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceTransport")
    }
}

impl<S> Transport for ServiceTransport<S>
where
    S: Service<http::Request<Bytes>, Response = http::Response<Bytes>> + Clone + Send + Sync + 'static,
    S::Error: Into<Boxed>,
    S::Future: MaybeSend,
{
    fn exchange(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        let mut service = self.0.clone();
        Box::pin(async move {
            // Nothing is sent before the service is ready.
            let ready = poll_fn(|context| service.poll_ready(context)).await;
            ready.map_err(|error| failure(TransportStage::Connect, error.into()))?;
            let answer = service.call(request).await;
            answer.map_err(|error| failure(TransportStage::Exchange, error.into()))
        })
    }
}

fn failure(stage: TransportStage, error: Boxed) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(ours) => *ours,
        Err(other) => TransportError::new(stage, other),
    }
}

/// A transport as a tower service, to put layers around. Clones share the transport.
#[derive(Clone)]
pub struct TransportService(Arc<dyn Transport>);

impl TransportService {
    /// A service that is always ready.
    pub fn new(transport: impl Transport) -> Self {
        Self(Arc::new(transport))
    }
}

impl fmt::Debug for TransportService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportService")
    }
}

impl Service<http::Request<Bytes>> for TransportService {
    type Response = http::Response<Bytes>;
    type Error = TransportError;
    type Future = Exchange<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Bytes>) -> Exchange<'static> {
        let transport = Arc::clone(&self.0);
        Box::pin(async move { transport.exchange(request).await })
    }
}

/// A client is a service of each operation: what layers see are operations and their typed errors.
impl<A: Api, O: Operation<Api = A>> Service<O> for Client<A> {
    type Response = O::Output;
    type Error = Error<O>;
    type Future = MaybeSendFuture<'static, Result<O::Output, Error<O>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error<O>>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, operation: O) -> Self::Future {
        let client = self.clone();
        Box::pin(async move { client.send(operation).await })
    }
}
