//! The client against Prism, a mock server by others, which serves the document itself: each documented error of each
//! operation, and each success.
//!
//! Runs when `PROBLEMGEN_PRISM` names the program (`cargo xtask ci` fetches it and says so); without it, nothing is tested,
//! which is said, or, with `PROBLEMGEN_REQUIRE_JUDGES`, is a failure.

use std::env;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dropthis_api::RetryPolicy;
use dropthis_api::http::{HeaderName, HeaderValue, Request};
use dropthis_api::rt::{Exchange, Reqwest};
use dropthis_api::{Bytes, Client, Transport};
use problemgen::bundle::{Document, bundle};
use problemgen::load::load;
use problemgen::report::Report;
use serde_json::Value;

use crate::calls::{Call, calls, contract};
use crate::catalogue::{codes, same};
use crate::played::compare;

/// Prism, until it is dropped.
struct Prism {
    process: Child,
    address: SocketAddr,
}

impl Prism {
    /// Starts it and waits until it answers. Nothing when there is none and none is required.
    fn start() -> Option<Self> {
        let Some(program) = env::var_os("PROBLEMGEN_PRISM") else {
            assert!(
                env::var_os("PROBLEMGEN_REQUIRE_JUDGES").is_none(),
                "PROBLEMGEN_PRISM does not name a program"
            );
            eprintln!("not run: PROBLEMGEN_PRISM does not name the program; `cargo xtask ci` fetches it");
            return None;
        };
        let free =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let process = Command::new(program)
            .args([
                "mock",
                "--host",
                "127.0.0.1",
                "--port",
                &free.port().to_string(),
                "--multiprocess",
                "false",
            ])
            .arg(problemgen_tests::spec())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Prism is run");
        let mut prism = Self { process, address: free };
        // It listens when it has read the document, which takes seconds, or more where others are at work.
        for _ in 0..1200 {
            if TcpStream::connect(prism.address).is_ok() {
                return Some(prism);
            }
            if let Ok(Some(status)) = prism.process.try_wait() {
                panic!("Prism ended with {status}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("Prism does not answer")
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Asks Prism for a certain response (RFC 7240, `Prefer`).
struct Preferring {
    inner: Reqwest,
    preference: Arc<Mutex<String>>,
}

impl Transport for Preferring {
    fn exchange(&self, mut request: Request<Bytes>) -> Exchange<'_> {
        let preference = HeaderValue::from_str(&self.preference.lock().expect("a lock")).expect("a header");
        request.headers_mut().insert(HeaderName::from_static("prefer"), preference);
        self.inner.exchange(request)
    }
}

/// A response of the document, with its examples by name.
struct Documented<'d> {
    status: u16,
    examples: Vec<(&'d str, &'d Value)>,
}

/// What a value is, behind its references.
fn behind<'d>(document: &'d Document, mut value: &'d Value) -> &'d Value {
    while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let pointer = reference.strip_prefix('#').expect("a bundled document refers to itself");
        value = document.value.pointer(pointer).expect("what it refers to");
    }
    value
}

/// The responses that the document lists for an operation, and their examples in JSON.
fn documented<'d>(document: &'d Document, path: &str, method: &str) -> Vec<Documented<'d>> {
    let operation = &behind(document, &document.value["paths"][path])[method.to_lowercase()];
    let responses = operation["responses"].as_object().expect("responses");
    let mut found = Vec::new();
    for (status, response) in responses {
        let media = behind(document, response)["content"].as_object();
        let json = media.and_then(|media| media.iter().find(|(name, _)| name.ends_with("json")));
        let examples = json.and_then(|(_, media)| media["examples"].as_object());
        let examples = examples.into_iter().flatten();
        let examples = examples.map(|(name, example)| (name.as_str(), &behind(document, example)["value"]));
        found.push(Documented { status: status.parse().expect("a status"), examples: examples.collect() });
    }
    found
}

#[tokio::test]
async fn prism_and_the_client_understand_each_other() {
    let Some(prism) = Prism::start() else { return };
    let mut report = Report::new();
    let document =
        load(&problemgen_tests::spec(), &mut report).and_then(|sources| bundle(sources, &mut report));
    let document = document.expect("the document");
    let preference = Arc::new(Mutex::new(String::new()));
    let transport =
        Preferring { inner: Reqwest::new().expect("a transport"), preference: Arc::clone(&preference) };
    let base = format!("http://{}", prism.address);
    let builder = Client::builder("sk_test_1").base_url(base).transport(transport);
    let client = builder.retry(RetryPolicy::never()).build().expect("a client");
    let prefer = |text: String| *preference.lock().expect("a lock") = text;

    let contract = contract();
    let codes = codes();
    let (mut problems, mut successes) = (0, 0);
    for call in &calls(&contract) {
        let own =
            contract.operations.iter().find(|operation| operation.id == call.spec.id).expect("the operation");
        for response in documented(&document, &own.path, own.method.as_str()) {
            if response.status < 400 {
                successes += succeed(&client, call, &response, &prefer).await;
                continue;
            }
            for (name, example) in &response.examples {
                prefer(format!("code={}, example={name}", response.status));
                let code = codes.iter().find(|code| example["code"] == code.code.as_str()).expect("its code");
                let Err(failure) = call.send(&client).await else { panic!("{} succeeded", call.spec.id) };
                compare(call, code, example, &failure);
                problems += 1;
            }
        }
    }
    assert!(problems > 150 && successes >= 42, "{problems} problems, {successes} successes");
    eprintln!("Prism gave {problems} problems and {successes} successes");
}

/// Asks for every example of a success; how many there were.
async fn succeed(client: &Client, call: &Call, response: &Documented<'_>, prefer: &impl Fn(String)) -> usize {
    if response.examples.is_empty() {
        prefer(format!("code={}", response.status));
        let answer = call.send(client).await;
        assert!(answer.is_ok(), "{}: {:?}", call.spec.id, answer.err().map(|failure| failure.error));
        return 1;
    }
    for (name, example) in &response.examples {
        prefer(format!("code={}, example={name}", response.status));
        match call.send(client).await {
            Ok(output) => assert!(same(&output, example), "{}: {output} is not {example}", call.spec.id),
            Err(failure) => panic!("{}: {:?}", call.spec.id, failure.error),
        }
    }
    response.examples.len()
}
