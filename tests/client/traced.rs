//! What `tracing` is told of calls, by the names of OpenTelemetry, and what it is not told.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use dropthis_api::Client;
use dropthis_api::operations::DeleteDrop;
use dropthis_api::rt::testing::{ManualClock, Scripted, Step};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry};

/// A span or an event, by its name, with its fields.
type Fact = (String, BTreeMap<String, String>);

/// What was told, in the order in which it began.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Fact>>>);

struct Fields<'f>(&'f mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: Subscriber> Layer<S> for Told {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let mut fields = BTreeMap::from([("id".to_owned(), id.into_u64().to_string())]);
        attributes.record(&mut Fields(&mut fields));
        self.0.lock().expect("a lock").push((attributes.metadata().name().to_owned(), fields));
    }
    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut told = self.0.lock().expect("a lock");
        let id = id.into_u64().to_string();
        // Identifiers are used again, so that the last one counts.
        let span = told.iter_mut().rev().find(|(_, fields)| fields.get("id") == Some(&id));
        values.record(&mut Fields(&mut span.expect("a span").1));
    }
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        self.0.lock().expect("a lock").push(("event".to_owned(), fields));
    }
}

#[test]
fn calls_and_attempts_are_spans_with_the_usual_names() {
    let disagrees = r#"{"type":"about:blank","title":"x","status":409,"code":"revision_conflict","retryable":true,"request_id":"req_7"}"#;
    let server = Scripted::new([Step::html(502), Step::problem(409, disagrees)]);
    let builder = Client::builder("sk_secret").transport(server).clock(ManualClock::new()).random(|| 0);
    let client = builder.base_url("https://api.example.com").build().expect("a client");
    let told = Told::default();
    let subscriber = Registry::default().with(told.clone());
    tracing::subscriber::with_default(subscriber, || {
        client.send_blocking(DeleteDrop::new("drop_secret")).expect_err("an error");
    });
    let told = told.0.lock().expect("a lock");
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["call", "request", "event", "request", "event"], "{told:#?}");
    let field = |at: usize, name: &str| told[at].1.get(name).map(String::as_str);
    assert_eq!(field(0, "operation"), Some("deleteDrop"));
    assert_eq!(field(0, "attempts"), Some("2"));
    assert_eq!(field(0, "end"), Some("the identical request cannot succeed"));
    for (at, name, value) in [
        (1, "otel.name", "DELETE /v1/drops/{drop_id}"),
        (1, "otel.kind", "client"),
        (1, "http.request.method", "DELETE"),
        (1, "url.template", "/v1/drops/{drop_id}"),
        (1, "server.address", "api.example.com"),
        (1, "server.port", "443"),
        (1, "http.response.status_code", "502"),
        (1, "error.type", "502"),
        (3, "http.request.resend_count", "1"),
        (3, "http.response.status_code", "409"),
        (3, "error.type", "revision_conflict"),
        (3, "request_id", "req_7"),
        (4, "body", "true"),
        (4, "contract", "false"),
    ] {
        assert_eq!(field(at, name), Some(value), "{name} of {at}");
    }
    assert_eq!(field(1, "http.request.resend_count"), None);
    assert!(!format!("{told:?}").contains("secret"), "{told:?}");
}
