//! Errors without a code: what the contract declares by status and media type is decoded as that, and all else is kept.

#![allow(missing_docs, reason = "tests")]

use golden_failures::operations::{DeleteThing, GetThing, HasThing, PatchThing, PutThing};
use golden_failures::rt::Received;
use golden_failures::{Bytes, Client, Credential, Error, Failure, Operation, RetryPolicy, http};
use problemgen_shape_tests::{Answer, Server};
use serde_json::{Value, json};

fn server() -> (Server, Client) {
    let server = Server::start();
    let builder = Client::builder(Credential::none()).base_url(server.url());
    let client = builder.retry(RetryPolicy::never()).build().expect("a client");
    (server, client)
}

/// What came of a call: the operation's own view in words, and the error of the whole API.
async fn send<O>(client: &Client, operation: O) -> (String, Error)
where
    O: Operation<Api = golden_failures::Api>,
    O::Output: std::fmt::Debug,
    for<'a> O::View<'a>: std::fmt::Debug,
{
    let error = client.send(operation).await.expect_err("an error");
    let kind = error.kind().map_or_else(|| "nothing declared".to_owned(), |kind| format!("{kind:?}"));
    let widened: Error = error.into();
    (kind, widened)
}

/// Nothing of the answer is lost, and the line for people is one line.
fn kept(answer: &Answer, error: &Error) {
    let raw = error.raw().unwrap_or_else(|| panic!("{error:?}"));
    assert_eq!(raw.status.as_u16(), answer.status);
    assert_eq!(raw.body_length, answer.body.len());
    assert!(raw.body.len() <= Received::KEPT && answer.body.starts_with(&raw.body));
    assert!(!format!("{error:?}").is_empty());
    assert!(!error.to_string().contains(['\n', '\u{1b}']), "{error}");
}

#[tokio::test]
async fn each_declared_error_is_read_as_what_it_is_declared() {
    let (server, client) = server();
    let basic = r#"{"message": "No\nsuch thing.", "hint": "Look elsewhere.", "trace_id": "t1"}"#;
    let table = [
        (404, "application/json", basic, "NotFound(Basic"),
        (404, "application/json; charset=utf-8", basic, "NotFound(Basic"),
        (404, "APPLICATION/VND.SHOP+JSON", basic, "NotFound(Basic"),
        // Of several media types of a status, the one that came.
        (409, "application/problem+json", r#"{"code": "not_ready", "status": 409}"#, "NotReady"),
        (
            409,
            "application/problem+json",
            r#"{"code": "locked", "status": 409, "by": "Ada"}"#,
            "Locked(Locked",
        ),
        (409, "application/json", basic, "ConflictBasic(Basic"),
        (409, "text/plain; charset=utf-8", "Busy.\nCome back.", "ConflictText(\"Busy.\\nCome back.\")"),
        // No body, and a status that is called like a code.
        (410, "", "", "Gone"),
        (423, "application/json", basic, "Status423(Basic"),
        (
            422,
            "application/json",
            r#"{"errors": [{"field": "name", "message": "Too long."}]}"#,
            "UnprocessableContent(Val",
        ),
        (503, "text/html", "<h1>Down</h1>", "ServiceUnavailable(\"<h1>Down</h1>\")"),
        (507, "application/octet-stream", "\u{0}\u{1}", "InsufficientStorage(b\"\\0\\x01\")"),
        // Exact statuses before ranges, ranges before the default.
        (418, "application/json", basic, "ClientError(Basic"),
        (418, "application/vnd.shop", basic, "ClientError(Basic"),
        (500, "application/json", r#"[{"message": "One."}, {"message": "Two."}]"#, "Default([Basic"),
    ];
    for (status, media_type, body, expected) in table {
        let answer = Answer::new(status, media_type, body);
        server.answer(&answer);
        let (kind, error) = send(&client, GetThing::new("1")).await;
        assert!(kind.starts_with(expected), "{status} {media_type}: {kind} {error:?}");
        assert!(error.violations().is_empty(), "{error:?}");
        kept(&answer, &error);
    }
}

#[test]
fn without_a_media_type_the_first_that_is_declared_counts() {
    let response =
        http::Response::builder().status(409).body(Bytes::from_static(b"{\"message\": \"Busy.\"}"));
    let error = PutThing::decode(response.expect("a response")).expect_err("an error");
    assert!(matches!(error, golden_failures::Error::Unexpected(_)), "409 is not declared: {error:?}");
    let response = http::Response::builder().status(404).body(Bytes::from_static(b"{\"message\": \"No.\"}"));
    let error = GetThing::decode(response.expect("a response")).expect_err("an error");
    assert!(error.violations().is_empty() && error.failure().is_some(), "{error:?}");
    // Two words wide, as every error.
    assert!(size_of_val(&error) <= 2 * size_of::<usize>());
}

#[tokio::test]
async fn what_a_declared_error_says_is_found_by_the_usual_names() {
    let (server, client) = server();
    let basic = r#"{"message": "No\nsuch thing.", "hint": "Look elsewhere.", "trace_id": "t1"}"#;
    server.answer(&Answer::new(404, "application/json", basic));
    let (_, error) = send(&client, GetThing::new("1")).await;
    assert_eq!(error.detail(), Some("No\nsuch thing."));
    assert_eq!(error.suggestion(), Some("Look elsewhere."));
    assert_eq!(error.request_id(), Some("t1"));
    assert_eq!((error.code(), error.retryable()), (None, None));
    assert_eq!(error.to_string(), "status 404 Not Found: No\\u{a}such thing. — Look elsewhere. [request t1]");
    let body = error.failure().expect("a failure").body();
    assert!(matches!(body, Failure::Basic(basic) if basic.message.starts_with("No")), "{body:?}");

    server.answer(&Answer::new(
        422,
        "application/json",
        r#"{"errors": [{"field": "a", "message": "Too long."}]}"#,
    ));
    let (_, error) = send(&client, GetThing::new("1")).await;
    assert_eq!(error.detail(), Some("Too long."));

    server.answer(&Answer::new(409, "text/plain", "  Busy.\n"));
    let (_, error) = send(&client, GetThing::new("1")).await;
    assert_eq!(error.to_string(), "status 409 Conflict: Busy.");

    // Nothing declares these, but they are text.
    for (media_type, body) in [
        ("text/plain; charset=utf-8", "Too many.\n"),
        ("Text/Plain", "Too many."),
        ("application/json", "\"Too many.\""),
        ("application/problem+json", " \"Too many.\" "),
    ] {
        server.answer(&Answer::new(429, media_type, body));
        let (_, error) = send(&client, PutThing::new("1")).await;
        assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
        assert_eq!(error.to_string(), "status 429 Too Many Requests: Too many.", "{media_type}");
    }
    for (media_type, body) in [("text/html", "<p>No</p>"), ("application/json", "7"), ("text/plain", " ")] {
        server.answer(&Answer::new(429, media_type, body));
        let (_, error) = send(&client, PutThing::new("1")).await;
        assert_eq!(error.detail(), None, "{media_type}");
    }
    let long = format!("{}\u{e9}", "x".repeat(Received::KEPT - 1));
    server.answer(&Answer::new(429, "text/plain", long));
    let (_, error) = send(&client, PutThing::new("1")).await;
    assert_eq!(error.detail().map(str::len), Some(Received::KEPT - 1));

    server.answer(&Answer::new(503, "text/html", "<h1>Down</h1>"));
    let (_, error) = send(&client, GetThing::new("1")).await;
    assert_eq!(error.detail(), None);
    assert_eq!(error.to_string(), "status 503 Service Unavailable: text/html, 13 octets");

    let long = "x".repeat(5_000);
    server.answer(&Answer::new(409, "text/plain", long.clone()));
    let (_, error) = send(&client, GetThing::new("1")).await;
    assert_eq!(error.detail(), Some(long.as_str()));
    assert!(error.to_string().chars().count() < 1_100);

    // Nothing is declared to stand in the body, but something does.
    server.answer(&Answer::new(410, "application/json", r#"{"message": "Moved away."}"#));
    let (kind, error) = send(&client, GetThing::new("1")).await;
    assert_eq!((kind.as_str(), error.detail()), ("Gone", Some("Moved away.")));
}

#[tokio::test]
async fn broken_bodies_are_kept_and_nothing_is_invented() {
    let (server, client) = server();
    let table = [
        (404, "application/json", "", "EOF"),
        (404, "application/json", "null", "invalid type: null"),
        (404, "application/json", "{\"message\": \"cut", "EOF"),
        (404, "application/json", "{\"message\": 7, \"hint\": \"h\"}", "/message"),
        (404, "application/json", "{\"hint\": \"h\"}", "/message"),
        (404, "text/html", "<h1>Not found</h1>", "expected"),
        (422, "application/json", "{\"errors\": [{\"field\": \"a\"}]}", "/errors/0/message"),
        // Text and octets could be anything, so that the media type has to be the declared one.
        (503, "application/json", "{\"message\": \"Down.\"}", "text/html"),
        (507, "text/html", "<h1>Full</h1>", "application/octet-stream"),
        (409, "text/html", "<h1>Busy</h1>", "not a JSON object"),
        (500, "application/json", "{\"message\": \"One.\"}", "invalid type: map"),
    ];
    for (status, media_type, body, expected) in table {
        let answer = Answer::new(status, media_type, body);
        server.answer(&answer);
        let (kind, error) = send(&client, GetThing::new("1")).await;
        assert_eq!(kind, "nothing declared", "{status} {body}");
        assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
        let said = error.violations().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert!(said.contains(expected), "{status} {body}: {said}");
        kept(&answer, &error);
        if let (Error::Unexpected(unexpected), Ok(Value::Object(members))) =
            (&error, serde_json::from_str(body))
        {
            assert_eq!(unexpected.members.len(), members.len(), "{body}");
        }
    }
    // Not UTF-8.
    server.answer(&Answer::new(409, "text/plain", [0xff, 0xfe]));
    let (kind, error) = send(&client, GetThing::new("1")).await;
    assert_eq!(kind, "nothing declared");
    assert_eq!(error.raw().map(|raw| raw.body.as_ref()), Some(&[0xff, 0xfe][..]));
}

#[tokio::test]
async fn json_that_fits_is_read_under_another_name_and_that_is_said() {
    let (server, client) = server();
    server.answer(&Answer::new(404, "text/plain", r#"{"message": "No."}"#));
    let (kind, error) = send(&client, GetThing::new("1")).await;
    assert!(kind.starts_with("NotFound"), "{kind}");
    let said: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
    assert_eq!(said, ["the body: the contract declares application/json, the answer is text/plain"]);
}

#[tokio::test]
async fn a_problem_where_none_is_declared_is_a_problem() {
    let (server, client) = server();
    let locked = json!({"code": "locked", "status": 410, "by": "Ada"});
    for status in [404, 410, 503] {
        server.answer(&Answer::new(status, "application/problem+json", locked.to_string()));
        let (kind, error) = send(&client, GetThing::new("1")).await;
        assert!(kind.starts_with("Locked"), "{status}: {kind}");
        assert!(!error.violations().is_empty(), "{error:?}");
    }
}

#[tokio::test]
async fn views_that_are_shared_say_the_same_as_others() {
    let (server, client) = server();
    server.answer(&Answer::new(403, "application/json", r#"{"message": "Not you."}"#));
    let (put, _) = send(&client, PutThing::new("1")).await;
    let (delete, _) = send(&client, DeleteThing::new("1")).await;
    assert!(put.starts_with("Forbidden"), "{put}");
    assert_eq!(put, delete);
    let locked = json!({"code": "locked", "status": 409, "by": "Ada"});
    server.answer(&Answer::new(409, "application/problem+json", locked.to_string()));
    let (put, error) = send(&client, PutThing::new("1")).await;
    assert!(put.starts_with("Other"), "{put}");
    assert_eq!(error.code(), Some("locked"));
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let (server, client) = server();
    server.answer(&Answer::new(404, "application/json", ""));
    let (kind, error) = send(&client, HasThing::new("1")).await;
    assert_eq!(kind, "NotFound");
    assert_eq!(error.to_string(), "status 404 Not Found: application/json, 0 octets");
}

#[tokio::test]
async fn another_family_is_read_by_its_schema() {
    let (server, client) = server();
    let body = json!({"errorCode": "rule_broken", "errorMessage": "No.", "rule": "R1"});
    server.answer(&Answer::new(400, "application/json", body.to_string()));
    let (kind, error) = send(&client, PatchThing::new("1")).await;
    assert!(kind.starts_with("BadRequest(RuleBroken("), "{kind}");
    assert_eq!((error.code(), error.detail()), (Some("rule_broken"), Some("No.")));
    assert_eq!(error.to_string(), "rule_broken (400): No.");
    let body = json!({"problems": [{"errorCode": "too_long", "in": "name"}, {"errorCode": "too_short"}]});
    server.answer(&Answer::new(422, "application/json", body.to_string()));
    let (kind, error) = send(&client, PatchThing::new("1")).await;
    assert!(kind.starts_with("UnprocessableContent(Findings"), "{kind}");
    assert_eq!((error.code(), error.to_string().as_str()), (Some("too_long"), "too_long (422)"));
    server.answer(&Answer::new(400, "application/json", r#"{"errorCode": "new", "errorMessage": "No."}"#));
    let (kind, _) = send(&client, PatchThing::new("1")).await;
    assert!(kind.starts_with("BadRequest(Rule("), "{kind}");
}

#[test]
fn a_value_of_an_answer_is_a_literal() {
    let basic =
        golden_failures::types::Basic { message: "No.".to_owned(), ..golden_failures::rt::Node::empty() };
    assert_eq!(serde_json::to_value(&basic).expect("JSON"), json!({"message": "No."}));
}
