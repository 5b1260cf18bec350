//! A server made with the generated types, judged by Schemathesis: it reads the document, makes up requests for every operation,
//! and holds each answer against what the document declares.
//!
//! Runs when `PROBLEMGEN_SCHEMATHESIS` names the program (`cargo xtask ci` fetches it and says so); without it, nothing is
//! tested, which is said, or, with `PROBLEMGEN_REQUIRE_JUDGES`, is a failure.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::{env, thread};

use axum::Router;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use dropthis_api::problems::{Kind, ValidationError};
use dropthis_api::server::Refusal;
use dropthis_api::{Bytes, http, jiff};
use problemgen::contract::StatusSpec;
use serde_json::Value;

use crate::calls::{Call, Sample, calls, contract};
use crate::catalogue::{codes, same, status};

/// The program, if there is one.
fn schemathesis() -> Option<PathBuf> {
    let program = env::var_os("PROBLEMGEN_SCHEMATHESIS").map(PathBuf::from);
    if program.is_none() {
        assert!(
            env::var_os("PROBLEMGEN_REQUIRE_JUDGES").is_none(),
            "PROBLEMGEN_SCHEMATHESIS does not name a program"
        );
        eprintln!("not run: PROBLEMGEN_SCHEMATHESIS does not name the program; `cargo xtask ci` fetches it");
    }
    program
}

/// An operation that is served.
struct Served {
    call: Call,
    /// What it answers, one after the other.
    answers: Vec<http::Response<Bytes>>,
    next: AtomicUsize,
    /// Requests that were read but not written again as they came.
    lost: Arc<Mutex<Vec<String>>>,
}

impl Served {
    fn answer(&self, headers: &HeaderMap, body: &Bytes) -> Response {
        let known = headers.get("authorization").is_some_and(|it| it == "Bearer sk_judge");
        if self.call.spec.authenticated && !known {
            return <Refusal>::from(Kind::AuthenticationRequired).into_response().map(Into::into);
        }
        if self.call.sample.operation.body.is_some() && !self.reads(body) {
            let problem = Kind::ValidationError(ValidationError::new("body"));
            return axum::response::IntoResponse::into_response(<Refusal>::from(problem));
        }
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let (head, body) = self.answers[next % self.answers.len()].clone().into_parts();
        (head.status, head.headers, body).into_response()
    }

    /// Can the body be read, and is it written again as it came?
    fn reads(&self, body: &Bytes) -> bool {
        let sample = Sample { given: Some(body.clone()), ..self.call.sample.clone() };
        let Ok(written) = catch_unwind(AssertUnwindSafe(|| (self.call.rewrite)(sample))) else {
            return false;
        };
        let [came, written] =
            [body, &written].map(|body| serde_json::from_slice::<Value>(body).expect("JSON"));
        if let Some(place) = difference(&written, &came) {
            self.lost.lock().expect("a lock").push(format!("{}: {place}", self.call.spec.id));
        }
        true
    }
}

/// Where what was written differs from what came, and how. The offset of a date-time is not kept, its instant is.
fn difference(written: &Value, came: &Value) -> Option<String> {
    let instant = |value: &Value| value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    match (written, came) {
        (Value::Object(own), Value::Object(members)) => {
            let invented = own.keys().find(|name| !members.contains_key(*name));
            let differs = |(name, value): (&String, &Value)| match own.get(name) {
                Some(own) => Some(format!("/{name}{}", difference(own, value)?)),
                None => (!value.is_null()).then(|| format!("/{name} is lost")),
            };
            invented.map(|name| format!("/{name} is invented")).or_else(|| members.iter().find_map(differs))
        }
        (Value::Array(own), Value::Array(items)) if own.len() == items.len() => {
            let mut pairs = own.iter().zip(items).enumerate();
            pairs.find_map(|(at, (own, item))| Some(format!("/{at}{}", difference(own, item)?)))
        }
        _ if same(written, came) => None,
        _ if instant(written).is_some() && instant(written) == instant(came) => None,
        _ => Some(format!(": {came} became {written}")),
    }
}

fn answered(status: u16, media_type: &str, body: String) -> http::Response<Bytes> {
    let response = http::Response::builder().status(status).header("content-type", media_type);
    response.body(body.into()).expect("a response")
}

/// The successes that the document shows, as the types send them.
fn successes(call: &Call) -> Vec<http::Response<Bytes>> {
    let mut found = Vec::new();
    for success in &call.sample.operation.successes {
        let StatusSpec::Exact(status) = success.status else { panic!("a status") };
        if success.media.is_empty() {
            found.push((call.succeed)(answered(status, "", String::new())));
        }
        for media in &success.media {
            let examples = media.examples.iter().map(|example| match &example.value {
                Value::String(text) if !media.media_type.ends_with("json") => text.clone(),
                value => value.to_string(),
            });
            found.extend(examples.map(|body| (call.succeed)(answered(status, &media.media_type, body))));
        }
    }
    assert!(!found.is_empty(), "{} has a success", call.spec.id);
    found
}

/// The errors that the operation declares, as the types send them.
fn refusals(call: &Call) -> Vec<http::Response<Bytes>> {
    let mut found = Vec::new();
    for code in codes().iter().filter(|code| code.operations.iter().any(|it| it.id == call.spec.id)) {
        for example in &code.examples {
            let status = status(&example.body);
            let answer = answered(status, "application/problem+json", example.body.to_string());
            found.extend((call.refuse)(answer, status));
        }
    }
    assert!(!found.is_empty(), "{} has an error", call.spec.id);
    found
}

/// Serves every operation with the answers that are made for it.
async fn serve(
    answers: impl Fn(&Call) -> Vec<http::Response<Bytes>>,
    lost: &Arc<Mutex<Vec<String>>>,
) -> (SocketAddr, Vec<Arc<Served>>) {
    let mut router = Router::new();
    let mut all = Vec::new();
    for call in calls(&contract()) {
        let method: http::Method = call.spec.method.parse().expect("a method");
        let filter = MethodFilter::try_from(method).expect("a method that axum routes");
        let path = call.spec.path;
        let (answers, lost) = (answers(&call), Arc::clone(lost));
        let served = Arc::new(Served { call, answers, next: AtomicUsize::new(0), lost });
        all.push(Arc::clone(&served));
        let handler = move |headers: HeaderMap, body: Bytes| async move { served.answer(&headers, &body) };
        router = router.route(path, on(filter, handler));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, all)
}

/// What Schemathesis says of a server: has it found nothing, and in words.
async fn judge(program: &Path, server: SocketAddr, checks: &'static str, only: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = tokio::process::Command::new(program);
    command.args(["run", "--url", &format!("http://{server}"), "--checks", checks]);
    command.args(["--header", "Authorization: Bearer sk_judge", "--mode", "positive"]);
    command.args(["--phases", "examples,fuzzing", "--max-examples", "25", "--seed", "1", "--workers"]);
    command.arg(thread::available_parallelism().map_or(1, usize::from).to_string());
    for operation in only {
        command.args(["--include-operation-id", operation]);
    }
    command.args(["--no-color", "--warnings", "off"]).arg(problemgen_tests::spec());
    let said = command.current_dir(folder.path()).stdin(Stdio::null()).output().await;
    let said = said.expect("Schemathesis is run");
    let text = [said.stdout, said.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).join("\n");
    (said.status.success(), text)
}

/// What is held against the document whatever the answer is.
const OF_ANSWERS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                          response_headers_conformance,response_schema_conformance";

/// The same, and that nothing is refused but what has to be.
const OF_REQUESTS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                           response_headers_conformance,response_schema_conformance,positive_data_acceptance,\
                           ignored_auth";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_document_allows_is_read_and_answered_as_it_says() {
    let Some(program) = schemathesis() else { return };
    let lost = Arc::default();
    let (server, _) = serve(successes, &lost).await;
    let (well, said) = judge(&program, server, OF_REQUESTS, &[]).await;
    assert!(well, "{said}");
    assert_eq!(*lost.lock().expect("a lock"), [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_that_is_sent_is_as_the_document_says() {
    let Some(program) = schemathesis() else { return };
    let (server, served) = serve(refusals, &Arc::default()).await;
    let count: usize = served.iter().map(|served| served.answers.len()).sum();
    assert!(count > 250, "{count} errors are sent");
    // An operation without parameters is asked once each time.
    for _ in 0..10 {
        let unseen =
            served.iter().filter(|served| served.next.load(Ordering::Relaxed) < served.answers.len());
        let unseen: Vec<&str> = unseen.map(|served| served.call.spec.id).collect();
        if unseen.is_empty() {
            eprintln!("Schemathesis has seen {count} errors");
            return;
        }
        let (well, said) = judge(&program, server, OF_ANSWERS, &unseen).await;
        assert!(well, "{said}");
    }
    panic!("not every error was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_judge_finds_what_is_wrong() {
    let Some(program) = schemathesis() else { return };
    // A problem without the members of its code.
    let wrong = |call: &Call| {
        let mut answers = refusals(call);
        answers.truncate(1);
        let body = answers[0].body().to_vec();
        let mut body: Value = serde_json::from_slice(&body).expect("JSON");
        body.as_object_mut().expect("an object").remove("retryable");
        *answers[0].body_mut() = body.to_string().into();
        answers
    };
    let (server, _) = serve(wrong, &Arc::default()).await;
    let (well, said) = judge(&program, server, OF_ANSWERS, &["getAccount"]).await;
    assert!(!well && said.contains("Response violates schema"), "{said}");
}
