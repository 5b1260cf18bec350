//! Whatever else a server can say: nothing of it is lost, and nothing panics.

use dropthis_api::http::Response;
use dropthis_api::rt::Received;
use dropthis_api::{Bytes, Error};
use serde_json::{Map, Value, json};

use crate::calls::{Call, Failure, calls, contract};
use crate::catalogue::{Code, codes, status};
use crate::server::{Answer, Server, client, octets};

fn publish(calls: &[Call]) -> &Call {
    calls.iter().find(|call| call.spec.id == "publishDrop").expect("the operation")
}

/// The answer was kept: its status, its headers, its body up to the limit.
fn kept(answer: &Answer, error: &Error) {
    let raw = error.raw().unwrap_or_else(|| panic!("{error:?}"));
    assert_eq!(raw.status.as_u16(), answer.status);
    for (name, value) in &answer.headers {
        assert_eq!(raw.headers[*name], value.as_str());
    }
    assert_eq!(raw.body_length, answer.body.len());
    assert!(raw.body.len() <= Received::KEPT && answer.body.starts_with(&raw.body));
    assert_eq!(raw.is_cut(), answer.body.len() > Received::KEPT);
    assert!(!error.violations().is_empty(), "{error:?}");
    // Neither form fails, whatever was said, and the line for people is one line.
    assert!(!format!("{error:?}").is_empty());
    assert!(!error.to_string().contains(['\n', '\u{1b}']));
}

fn members(error: &Error) -> &std::collections::BTreeMap<String, dropthis_api::Json> {
    match error {
        Error::Unexpected(unexpected) => &unexpected.members,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn answers_that_are_no_problems_are_kept() {
    let contract = contract();
    let calls = calls(&contract);
    let server = Server::start(&contract).await;
    let client = server.client();
    let html = "<!doctype html>\n<title>502</title>\u{1b}[31m";
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let huge = format!("{{\"code\":\"quota_exceeded\",\"filler\":\"{}\"}}", "x".repeat(3_000_000));
    let answers = [
        Answer::new(502, "text/html", html).header("server", "gateway"),
        Answer::new(502, "application/problem+json", html),
        Answer::new(413, "application/problem+json", ""),
        Answer::new(413, "application/problem+json", "null"),
        Answer::new(413, "application/problem+json", "[]"),
        Answer::new(413, "application/problem+json", "\"quota_exceeded\""),
        Answer::new(413, "application/problem+json", "{}"),
        Answer::new(413, "application/problem+json", nested),
        Answer::new(413, "application/problem+json", huge),
        Answer::new(413, "application/problem+json", [0xff, 0xfe, b'{', 0x00]),
        Answer::new(500, "text/plain", "oops"),
        Answer { status: 503, headers: vec![("retry-after", "30".into())], body: Vec::new() },
        Answer::new(304, "text/plain", ""),
        Answer::new(200, "text/html", html),
        Answer::new(201, "application/json", "{\"id\": 7}"),
        Answer::new(201, "application/json", ""),
    ];
    for answer in answers {
        server.answer(&answer);
        let Err(Failure { kind, error }) = publish(&calls).send(&client).await else {
            panic!("{} {:?} is no success", answer.status, String::from_utf8_lossy(&answer.body))
        };
        assert_eq!(kind, None);
        assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
        kept(&answer, &error);
        let wait = answer.headers.iter().find(|(name, _)| *name == "retry-after");
        assert_eq!(
            error.retry_after().map(|wait| wait.as_secs().to_string()),
            wait.map(|(_, wait)| wait.clone())
        );
    }
}

#[tokio::test]
async fn a_code_that_nobody_listed_is_a_problem() {
    let contract = contract();
    let calls = calls(&contract);
    let server = Server::start(&contract).await;
    let body = json!({
        "type": "https://x.example/e", "title": "New", "status": 418, "code": "brand_new", "retryable": true,
        "suggestion": "Wait.", "more": {"deep": [1, null]}
    });
    // Also with the wrong media type: what the body says counts.
    for media_type in ["application/problem+json", "application/json; charset=utf-8", "text/html"] {
        server.answer(&Answer::new(418, media_type, body.to_string()));
        let Err(Failure { kind, error }) = publish(&calls).send(&server.client()).await else {
            panic!("an error")
        };
        assert_eq!(error.code(), Some("brand_new"), "{error:?}");
        assert_eq!(error.retryable(), Some(true));
        assert_eq!(error.suggestion(), Some("Wait."));
        assert!(kind.as_deref().is_some_and(|kind| kind.starts_with("Other")), "{kind:?}");
        let problem = error.problem().expect("a problem");
        assert_eq!(serde_json::to_value(problem).expect("JSON"), body);
        assert!(error.facts().is_none());
        // It was not declared, and that is said.
        assert!(error.violations().iter().any(|violation| violation.message.contains("418")), "{error:?}");
    }
}

/// The first example of a code, and an operation that declares its status.
fn first<'c>(code: &Code, calls: &'c [Call]) -> (&'c Call, Map<String, Value>) {
    let Some(Value::Object(body)) = code.examples.first().map(|example| example.body.clone()) else {
        panic!("{} has no example", code.code)
    };
    let own = dropthis_api::rt::StatusSpec::Exact(status(&Value::Object(body.clone())));
    let raised = |call: &&Call| {
        code.operations.iter().any(|raiser| raiser.id == call.spec.id)
            && call.spec.errors.iter().any(|answer| answer.status == own)
    };
    (calls.iter().find(raised).expect("an operation"), body)
}

fn decode(call: &Call, body: &Map<String, Value>) -> Failure {
    let body = Value::Object(body.clone());
    let response = Response::builder()
        .status(
            body.get("status")
                .and_then(Value::as_u64)
                .and_then(|status| u16::try_from(status).ok())
                .unwrap_or(409),
        )
        .header("content-type", "application/problem+json")
        .body(Bytes::from(body.to_string()))
        .expect("a response");
    match (call.decode)(response) {
        Err(failure) => failure,
        Ok(output) => panic!("{output} is no success"),
    }
}

fn names(code: &Code) -> impl Iterator<Item = &str> {
    ["type", "title", "status", "code", "retryable"]
        .into_iter()
        .chain(code.members().filter(|field| field.required).map(|field| field.name.as_str()))
}

#[test]
fn a_missing_member_is_named_and_the_others_are_kept() {
    let calls = calls(&contract());
    for code in &codes() {
        let (call, whole) = first(code, &calls);
        for name in names(code) {
            let mut body = whole.clone();
            body.remove(name).unwrap_or_else(|| panic!("the example of {} has {name}", code.code));
            let Failure { kind, error } = decode(call, &body);
            assert_eq!(kind, None, "{}: without {name}", code.code);
            let places: Vec<&str> = error.violations().iter().map(|found| found.pointer.as_str()).collect();
            assert!(places.contains(&format!("/{name}").as_str()), "{}: {places:?}", code.code);
            let kept: Vec<&str> = members(&error).keys().map(String::as_str).collect();
            let mut sent: Vec<&str> = body.keys().map(String::as_str).collect();
            sent.sort_unstable();
            assert_eq!(kept, sent, "{}: without {name}", code.code);
            if name != "code" {
                assert_eq!(error.code(), Some(code.code.as_str()));
            }
        }
    }
}

#[test]
fn a_member_of_the_wrong_type_is_named_and_the_others_are_kept() {
    let calls = calls(&contract());
    for code in &codes() {
        let (call, whole) = first(code, &calls);
        for field in code.members() {
            for wrong in [json!({"a": 1}), json!(1.5), json!(true), json!(u64::MAX)] {
                // What any value fits is never wrong.
                if field.r#type == "any" {
                    continue;
                }
                let mut body = whole.clone();
                body.insert(field.name.clone(), wrong);
                let Failure { kind, error } = decode(call, &body);
                let what = format!("{}: {} is {}", code.code, field.name, body[&field.name]);
                let place = format!("/{}", field.name);
                assert!(error.violations().iter().any(|found| found.pointer.starts_with(&place)), "{what}");
                assert_eq!(error.code(), Some(code.code.as_str()), "{what}");
                if field.required {
                    assert_eq!(kind, None, "{what}");
                    assert_eq!(members(&error).len(), body.len(), "{what}");
                    assert_eq!(error.suggestion(), whole["suggestion"].as_str(), "{what}");
                }
            }
        }
    }
}

/// Cut off at any octet, a body keeps the members that were whole, and none that was not.
#[test]
fn a_body_that_breaks_off_keeps_what_was_whole() {
    let calls = calls(&contract());
    let codes = codes();
    let code = codes.iter().find(|code| code.code == "workspace_choice_required").expect("the code");
    let (call, whole) = first(code, &calls);
    let text = Value::Object(whole.clone()).to_string();
    for end in 0..text.len() {
        let octets = &text.as_bytes()[..end];
        let response = Response::builder().status(409).header("content-type", "application/problem+json");
        let response = response.body(Bytes::copy_from_slice(octets)).expect("a response");
        let Err(Failure { error, .. }) = (call.decode)(response) else { panic!("an error") };
        assert_eq!(error.raw().expect("a response").body, octets);
        for (name, value) in members(&error) {
            let value: Value = value.to_string().parse().expect("JSON");
            assert_eq!(Some(&value), whole.get(name), "{name} after {end} octets");
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_of_the_transport() {
    let calls = calls(&contract());
    for octets_sent in [&b""[..], b"HTTP/1.1 413", b"nonsense\r\n\r\n"] {
        let address = octets(octets_sent.to_vec());
        let Err(Failure { kind, error }) = publish(&calls).send(&client(address)).await else {
            panic!("an error")
        };
        assert_eq!(kind, None);
        let Error::Transport(transport) = &error else { panic!("{error:?}") };
        assert_eq!(transport.stage, dropthis_api::rt::TransportStage::Exchange, "{error}");
        assert_eq!(error.status(), None);
        assert!(!error.to_string().contains("sk_test_1"));
    }
    // Nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    let Err(Failure { error, .. }) = publish(&calls).send(&client(free)).await else { panic!("an error") };
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert_eq!(transport.stage, dropthis_api::rt::TransportStage::Connect);
}

/// Once there is a status, it is not lost, nor is anything else that came.
#[tokio::test]
async fn a_connection_that_breaks_in_a_body_keeps_what_came() {
    let calls = calls(&contract());
    let long = b"HTTP/1.1 413 Payload Too Large\r\nContent-Type: application/problem+json\r\nContent-Length: 5000\r\n\r\n{\"code\":\"quota_exceeded\",\"limit\":5,\"us";
    let chunked = b"HTTP/1.1 413 Payload Too Large\r\nTransfer-Encoding: chunked\r\n\r\n26\r\n{\"code\":\"quota_exceeded\",\"limit\":5,\"us\r\n";
    let success = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"id\":\"drop_1\",\"na";
    for (octets_sent, code) in
        [(&long[..], Some("quota_exceeded")), (chunked, Some("quota_exceeded")), (success, None)]
    {
        let address = octets(octets_sent.to_vec());
        let Err(Failure { kind, error }) = publish(&calls).send(&client(address)).await else {
            panic!("an error")
        };
        assert_eq!(kind, None);
        assert_eq!(error.code(), code, "{error:?}");
        let raw = error.raw().expect("an answer");
        assert!(raw.is_cut() && !raw.body.is_empty(), "{raw:?}");
        assert!(members(&error).contains_key(if code.is_some() { "limit" } else { "id" }), "{error:?}");
        let said = error.violations().iter().any(|violation| violation.message.starts_with("it breaks off"));
        assert!(said, "{:?}", error.violations());
    }
}

/// Every octet of every example replaced by others: no input makes decoding panic or lose the answer.
#[test]
fn no_octet_makes_decoding_panic() {
    let calls = calls(&contract());
    for code in &codes() {
        let (call, whole) = first(code, &calls);
        let text = Value::Object(whole).to_string();
        for at in 0..text.len() {
            for octet in [0, b'"', b'}', b'9', 0xff] {
                let mut octets = text.clone().into_bytes();
                octets[at] = octet;
                let response =
                    Response::builder().status(409).body(Bytes::from(octets.clone())).expect("a response");
                let Err(Failure { error, .. }) = (call.decode)(response) else { panic!("an error") };
                assert_eq!(error.raw().expect("a response").body, octets);
            }
        }
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_takes_no_credential_along() {
    let contract = contract();
    let calls = calls(&contract);
    let (here, elsewhere) = (Server::start(&contract).await, Server::start(&contract).await);
    for status in [301, 302, 303, 307, 308] {
        let answer = Answer::new(status, "text/plain", "").header("location", &elsewhere.url("/v1/drops"));
        here.answer(&answer);
        let Err(Failure { error, .. }) = publish(&calls).send(&here.client()).await else {
            panic!("an error")
        };
        kept(&answer, &error);
        assert!(elsewhere.was_left_alone());
    }
}
