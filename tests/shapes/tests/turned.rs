//! Errors turned round: what a client reads as declared, a server can send, and a mock can play.

#![allow(missing_docs, reason = "tests")]

use golden_failures::mock::{Mock, Step, example};
use golden_failures::operations::{
    DeleteThing, GetThing, GetThingProblem as P, HasThing, HasThingProblem, PutThing, PutThingProblem,
};
use golden_failures::problems::{Kind, Locked};
use golden_failures::server::Refusal;
use golden_failures::types::Basic;
use golden_failures::{Bytes, Client, Credential, Operation, RetryPolicy, http};
use serde_json::{Value, json};

/// The client of a mock, which tries once.
fn client(mock: &Mock) -> Client {
    let builder = Client::builder(Credential::none()).base_url("https://things.example");
    builder.transport(mock.transport()).retry(RetryPolicy::never()).build().expect("a client")
}

fn basic(message: &str) -> Basic {
    serde_json::from_value(json!({ "message": message })).expect("a body")
}

#[test]
fn each_declared_error_is_sent_as_it_is_declared() {
    let basic = r#"{"message":"No such thing.","hint":"Look elsewhere."}"#;
    let locked = r#"{"status":409,"code":"locked","by":"Ada"}"#;
    let table = [
        (404, "application/json", basic),
        (409, "application/problem+json", locked),
        (409, "application/json", basic),
        (409, "text/plain", "Busy.\nCome back."),
        (410, "", ""),
        (423, "application/json", basic),
        (422, "application/json", r#"{"errors":[{"field":"name","message":"Too long."}]}"#),
        (503, "text/html", "<h1>Down</h1>"),
        (507, "application/octet-stream", "\u{0}\u{1}"),
        // A range and the default stand for many statuses: the caller says which.
        (418, "application/json", basic),
        (500, "application/json", r#"[{"message":"One."},{"message":"Two."}]"#),
    ];
    for (status, media_type, body) in table {
        let answer = http::Response::builder().status(status).header("content-type", media_type);
        let answer = answer.body(Bytes::from_static(body.as_bytes())).expect("a response");
        let error = GetThing::decode(answer).expect_err("an error");
        let refusal = Refusal::<GetThing>::of(error.kind().expect("a declared error"));
        let refusal = refusal.with_status(status).unwrap_or_else(|wrong| panic!("{wrong}"));
        let response = refusal.into_response();
        assert_eq!(response.status(), status);
        let sent = response.headers().get("content-type").map_or("", |it| it.to_str().expect("text"));
        assert_eq!((sent, &**response.body()), (media_type, body.as_bytes()), "{status}");
    }
}

#[test]
fn a_status_that_is_not_declared_is_none_to_send() {
    let basic = basic("No.");
    let statuses = |refusal: Refusal<GetThing>, wrong: &[u16]| {
        for status in wrong {
            assert!(refusal.clone().with_status(*status).is_err(), "{status}");
        }
        refusal.status().as_u16()
    };
    assert_eq!(statuses(P::NotFound(&basic).into(), &[400, 405, 500]), 404);
    assert_eq!(statuses(P::ClientError(&basic).into(), &[399, 500, 999]), 400);
    assert_eq!(statuses(P::Locked(&Locked::new("Ada")).into(), &[423, 400]), 409);
    // Another operation than the one that declares it with both.
    let any = <Refusal>::from(Kind::from(Locked::new("Ada")));
    assert_eq!(any.clone().with_status(423).expect("a status of the code").status(), 423);
    assert!(any.with_status(404).is_err());
    let message = Refusal::<GetThing>::of(P::Gone).with_status(411).expect_err("an error").to_string();
    assert_eq!(message, "the contract does not declare this answer with the status 411");
}

#[test]
fn an_answer_to_head_has_no_body() {
    let response = Refusal::<HasThing>::of(HasThingProblem::NotFound).into_response();
    assert_eq!((response.status().as_u16(), response.body().len(), response.headers().len()), (404, 0, 0));
}

#[test]
fn a_mock_plays_errors_without_codes() {
    let (basic, mock) = (self::basic("Not for you."), Mock::new());
    mock.on::<PutThing>().fails_with(PutThingProblem::Forbidden(&basic));
    // The same view is that of another operation.
    mock.on::<DeleteThing>().fails_with(PutThingProblem::NotFound(&basic)).then_example();
    let client = client(&mock);
    let error = client.send_blocking(PutThing::new("1")).expect_err("an error");
    assert!(matches!(error.kind(), Some(PutThingProblem::Forbidden(found)) if *found == basic));
    let error = client.send_blocking(DeleteThing::new("1")).expect_err("an error");
    assert!(matches!(error.kind(), Some(PutThingProblem::NotFound(found)) if *found == basic));
    client.send_blocking(DeleteThing::new("1")).expect("nothing");
    assert_eq!(mock.coverage_of::<PutThing>().to_string(), "putThing: 1 of 2 exercised, missing 404");
    let whole = mock.coverage_of::<GetThing>();
    let missing = "locked, not_ready, 404, 409, 410, 422, 423, 503, 507, 4XX, default";
    assert_eq!(whole.to_string(), format!("getThing: 0 of 11 exercised, missing {missing}"));
    mock.finish();
}

#[test]
fn a_success_that_the_document_does_not_show_is_made_of_what_it_shows() {
    let mock = Mock::new();
    mock.on::<GetThing>()
        .then_example()
        .then_example_with(|thing| thing.push_str(" and more"))
        .then_ok("A thing.".to_owned())
        .then(Step::html(503));
    let client = client(&mock);
    for expected in ["text", "text and more", "A thing."] {
        assert_eq!(client.send_blocking(GetThing::new("1")).expect("a thing"), expected);
    }
    let error = client.send_blocking(GetThing::new("1")).expect_err("an error");
    assert!(matches!(error.kind(), Some(P::ServiceUnavailable(_))), "{error:?}");
    assert_eq!(example::<GetThing>(), "text");
}

#[test]
fn a_code_is_played_without_an_example_if_it_has_no_members() {
    use golden_codes_in_a_list::operations::AddThing;
    let mock = golden_codes_in_a_list::mock::Mock::new();
    mock.on::<AddThing>().fails_with_example("1001");
    let builder = golden_codes_in_a_list::Client::builder(golden_codes_in_a_list::Credential::none());
    let client = builder.base_url("https://things.example").transport(mock.transport()).build();
    let error = client.expect("a client").send_blocking(AddThing::new()).expect_err("an error");
    assert_eq!((error.code(), error.violations()), (Some("1001"), &[][..]));
}

#[test]
fn what_stands_around_a_problem_is_sent_with_it() {
    use golden_code_under::problems::Kind;
    let refusal = <golden_code_under::server::Refusal>::of(&Kind::Busy);
    let body: Value = serde_json::from_slice(refusal.into_response().body()).expect("JSON");
    assert_eq!(body["error"]["code"], json!("busy"), "{body}");
}

#[test]
fn what_is_played_as_an_example_has_the_headers_that_are_promised() {
    use golden_recovery::operations::ReadNote;
    let mock = golden_recovery::mock::Mock::new();
    mock.on::<ReadNote>()
        .then_example()
        .then_example_with(|note| note.text = Some("Told.".to_owned()))
        .then_example()
        .with_header("etag", "\"own\"");
    let client = mock.client();
    for tag in ["\"text\"", "\"text\"", "\"own\""] {
        let reply = client.call(ReadNote::new("1")).reply_blocking().expect("a note");
        assert_eq!(reply.header(golden_recovery::headers::ETAG), Ok(Some(tag.to_owned())));
    }
    mock.finish();
}

#[test]
fn members_of_a_code_are_made_where_no_problem_is_shown() {
    use golden_code_under::operations::{ListThings, ListThingsProblem};
    let mock = golden_code_under::mock::Mock::new();
    mock.on::<ListThings>().fails_with_example("limited");
    let error = mock.client().send_blocking(ListThings::new()).expect_err("an error");
    assert!(matches!(error.kind(), Some(ListThingsProblem::Limited(limited)) if limited.limit == 1));
    assert_eq!(error.violations(), &[]);
    mock.finish();
}
