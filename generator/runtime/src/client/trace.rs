//! What is told to `tracing`, behind the feature of that name. Without it all of this is nothing.
//!
//! Names are those of OpenTelemetry's conventions for HTTP clients. There is a span for each call and, in it, one for each
//! attempt, which is one request. URLs are told by their template alone, and headers and bodies not at all: what stands in
//! them may be secret.

#[cfg(feature = "tracing")]
pub(super) use told::{Span, call, finished, retrying};
#[cfg(not(feature = "tracing"))]
pub(super) use untold::{Span, call, finished, retrying};

#[cfg(feature = "tracing")]
mod told {
    use std::time::Duration;

    use bytes::Bytes;
    use tracing::Instrument as _;
    use tracing::field::{Empty, display};

    use crate::client::hook::Attempt;
    use crate::error::{TransportError, TransportStage, request_id};
    use crate::operation::OperationSpec;
    use crate::problem::Family;
    use crate::retry::{Attempts, Seen, request_id_in};

    type Outcome<'a> = Result<&'a http::Response<Bytes>, &'a TransportError>;

    pub(in crate::client) struct Span(tracing::Span);

    /// The span of a call.
    pub(in crate::client) fn call(spec: &'static OperationSpec) -> Span {
        Span(tracing::info_span!("call", operation = spec.id, attempts = Empty, end = Empty))
    }

    impl Span {
        /// The span of an attempt.
        pub(in crate::client) fn of(attempt: &Attempt, request: &http::Request<Bytes>) -> Self {
            let spec = attempt.operation;
            let template = spec.path;
            let resent = (attempt.number > 1).then(|| attempt.number - 1);
            Self(tracing::info_span!(
                "request",
                otel.name = format!("{} {template}", request.method()).trim_end(),
                otel.kind = "client",
                http.request.method = request.method().as_str(),
                url.template = template,
                server.address = request.uri().host(),
                server.port = request.uri().port_u16().or_else(|| usual_port(request.uri())),
                http.request.resend_count = resent,
                http.response.status_code = Empty,
                error.type = Empty,
                otel.status_code = Empty,
                request_id = Empty,
            ))
        }

        pub(in crate::client) fn around<F: Future>(
            &self,
            future: F,
        ) -> impl Future<Output = F::Output> + use<F> {
            future.instrument(self.0.clone())
        }

        /// Says what came of an attempt.
        pub(in crate::client) fn ended(&self, family: &'static Family, exchanged: Outcome<'_>, seen: &Seen) {
            if self.0.is_disabled() {
                return;
            }
            if let Ok(response) = exchanged {
                self.0.record("http.response.status_code", response.status().as_u16());
                let id = request_id(response.headers()).map(str::to_owned);
                if let Some(id) = id.or_else(|| request_id_in(family, response.body())) {
                    self.0.record("request_id", id);
                }
            }
            match seen {
                Seen::Success => {}
                Seen::Failed(stage) => self.failed(match stage {
                    TransportStage::Connect => "connect",
                    TransportStage::Timeout => "timeout",
                    TransportStage::Exchange => "exchange",
                    TransportStage::Unusable => "unusable",
                    TransportStage::Body => "body",
                }),
                Seen::Answer { status, meaning, .. } => {
                    self.failed(meaning.code.as_deref().unwrap_or(status.as_str()));
                    if meaning.is_contradictory() {
                        self.0.in_scope(|| {
                            tracing::warn!(
                                error.type = meaning.code,
                                body = meaning.said,
                                contract = meaning.promised,
                                "the answer and the contract disagree about whether the request can succeed later"
                            );
                        });
                    }
                }
            }
        }

        fn failed(&self, kind: &str) {
            self.0.record("error.type", kind);
            self.0.record("otel.status_code", "ERROR");
        }
    }

    /// Says that there is to be another attempt.
    pub(in crate::client) fn retrying(attempt: usize, wait: Duration) {
        tracing::info!(attempt, wait = ?wait, "trying again");
    }

    /// Says what became of a call.
    pub(in crate::client) fn finished(attempts: &Attempts) {
        let span = tracing::Span::current();
        span.record("attempts", attempts.count());
        span.record("end", display(attempts.end()));
    }

    fn usual_port(uri: &http::Uri) -> Option<u16> {
        match uri.scheme_str()? {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod untold {
    use std::time::Duration;

    use bytes::Bytes;

    use crate::client::hook::Attempt;
    use crate::error::TransportError;
    use crate::operation::OperationSpec;
    use crate::problem::Family;
    use crate::retry::{Attempts, Seen};

    type Outcome<'a> = Result<&'a http::Response<Bytes>, &'a TransportError>;

    pub(in crate::client) struct Span;

    pub(in crate::client) fn call(_: &'static OperationSpec) -> Span {
        Span
    }

    impl Span {
        pub(in crate::client) fn of(_: &Attempt, _: &http::Request<Bytes>) -> Self {
            Span
        }
        pub(in crate::client) fn around<F: Future>(&self, future: F) -> F {
            future
        }
        pub(in crate::client) fn ended(&self, _: &'static Family, _: Outcome<'_>, _: &Seen) {}
    }

    pub(in crate::client) fn retrying(_: usize, _: Duration) {}

    pub(in crate::client) fn finished(_: &Attempts) {}
}
