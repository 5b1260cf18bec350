//! The mock as those use it who test a program that calls the API.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use dropthis_api::mock::{Mock, Step, Tally, example};
use dropthis_api::operations::{
    DeleteDrop, DeleteDropProblem, GetDrop, ListApiKeys, ListDrops, PublishDrop, PublishDropProblem as P,
    VerifyOtp,
};
use dropthis_api::problems::{Kind, QuotaExceeded};
use dropthis_api::rt::TransportStage;
use dropthis_api::server::Refusal;
use dropthis_api::types::{
    ApiKeyList, Drop as Published, OtpVerification, PublishRequest, PublishUploadRequest,
};
use dropthis_api::{Client, Code, Error, RetryPolicy, http};

use crate::calls::{calls, contract};
use crate::catalogue::{codes, same};

fn publish() -> PublishDrop {
    PublishDrop::new(PublishUploadRequest::new("upl_1"))
}

fn drop_of_example() -> Published {
    example::<GetDrop>()
}

/// What a panic says.
fn panic_of(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("a panic");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().expect("text").to_string(),
    }
}

#[test]
fn answers_come_in_the_order_of_the_script() {
    let mock = Mock::new();
    mock.on::<PublishDrop>()
        .fails_with(P::RateLimitExceeded)
        .with_retry_after(Duration::from_secs(2))
        .then_html(502)
        .then_ok(drop_of_example());
    let policy = RetryPolicy::standard().repeat_refusals(true);
    let client = Client::builder("sk_1").transport(mock.transport()).clock(mock.clock()).random(|| 0);
    let client = client.retry(policy).build().expect("a client");
    let answer = client.send_blocking(publish().idempotency_key("key_1")).expect("the third answer");
    assert_eq!(answer, drop_of_example());
    assert_eq!(mock.clock().elapsed(), Duration::from_secs(2));

    // What was asked can be read.
    let requests = mock.requests_of::<PublishDrop>();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        assert_eq!((request.operation(), request.method()), ("publishDrop", &http::Method::POST));
        assert_eq!(request.uri().path(), "/v1/drops");
        assert_eq!(request.header("idempotency-key"), Some("key_1"));
        assert!(request.header("authorization").is_some_and(|it| it == "Bearer sk_1"));
        let body: PublishRequest = request.json().expect("the body");
        assert_eq!(body, PublishUploadRequest::new("upl_1").into());
    }
    mock.finish();
}

#[test]
fn types_of_answers_are_made_with_what_they_have_to_have() {
    let mock = Mock::new();
    let none = ApiKeyList::new(Vec::new());
    mock.on::<ListApiKeys>().then_ok(none.clone());
    assert_eq!(mock.client().send_blocking(ListApiKeys::new()).expect("a success"), none);
    mock.finish();
}

#[test]
fn the_client_finds_what_the_test_gave() {
    let mock = Mock::new();
    let members = QuotaExceeded::new(500, 480, 40);
    let detailed = Refusal::<PublishDrop>::from(P::QuotaExceeded(&members)).with(|problem| {
        problem.detail = Some("Too much.".to_owned());
        problem.suggestion = Some("Delete drops.".to_owned());
    });
    mock.on::<PublishDrop>().fails_with(P::QuotaExceeded(&members)).fails_with(detailed);
    let client = mock.client();
    for detail in [None, Some("Too much.")] {
        let error = client.send_blocking(publish()).expect_err("an error");
        let Some(P::QuotaExceeded(found)) = error.kind() else { panic!("{error:?}") };
        assert_eq!(found, &members);
        // The operation declares it with 413 alone, though the code also has 403.
        let problem = error.problem().expect("a problem");
        assert_eq!((error.status().map(|it| it.as_u16()), problem.status), (Some(413), 413));
        assert_eq!((error.detail(), error.violations()), (detail, &[][..]));
        assert_eq!(problem.title, "Quota exceeded");
    }
    mock.finish();
}

#[test]
fn every_example_of_the_contract_is_an_answer() {
    let contract = contract();
    let (mut problems, mut successes) = (0, 0);
    let mock = Mock::new();
    let builder = Client::builder("sk_1").transport(mock.transport()).retry(RetryPolicy::never());
    let client = builder.build().expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for call in &calls(&contract) {
        (call.script)(&mock, None);
        let answer = runtime.block_on(call.send(&client));
        assert!(answer.is_ok(), "{}: {:?}", call.spec.id, answer.err().map(|failure| failure.error));
        successes += 1;
        for code in codes().iter().filter(|code| code.operations.iter().any(|it| it.id == call.spec.id)) {
            (call.script)(&mock, Some(&code.code));
            let Err(failure) = runtime.block_on(call.send(&client)) else { panic!("{}", call.spec.id) };
            assert_eq!(failure.error.code(), Some(code.code.as_str()), "{}", call.spec.id);
            assert_eq!(failure.error.violations(), [], "{}", call.spec.id);
            let written = serde_json::to_value(failure.error.problem()).expect("JSON");
            assert!(code.examples.iter().any(|example| same(&written, &example.body)), "{written}");
            problems += 1;
        }
    }
    assert!(problems > 250 && successes == contract.operations.len(), "{problems} and {successes}");

    // All that is declared was given, and so it says.
    let coverage = mock.coverage();
    assert_eq!(coverage.codes().missing(), [] as [&str; 0]);
    assert_eq!(coverage.codes().declared(), codes().len());
    assert!(coverage.operations().iter().all(|operation| operation.missing().is_empty()), "{coverage}");
    assert_eq!(coverage.operations().len(), contract.operations.len());
    mock.finish();
}

#[test]
fn coverage_names_what_no_test_has_seen() {
    static TALLY: Tally = Tally::new();
    for code in [Code::NotFound, Code::WorkspaceMismatch, Code::NotFound] {
        let mock = Mock::new().counting(&TALLY);
        mock.on::<DeleteDrop>().fails_with_example(&code).fails_with(DeleteDropProblem::InvalidApiKey);
        mock.client().send_blocking(DeleteDrop::new("drop_1")).expect_err("an error");
        let exercised = mock.coverage_of::<DeleteDrop>();
        assert_eq!(exercised.given(), [code.as_str()]);
        // The second answer was in the script, but nobody has seen it.
        assert!(exercised.missing().iter().any(|it| it == "invalid_api_key"));
    }
    let coverage = TALLY.coverage::<dropthis_api::Api>();
    let text = coverage.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("codes: 2 of 29 exercised, missing authentication_required, "), "{text}");
    let own = lines.iter().find(|line| line.starts_with("deleteDrop: ")).expect("the operation");
    assert_eq!(
        *own,
        "deleteDrop: 2 of 6 exercised, missing authentication_required, invalid_api_key, invalid_session, \
         rate_limit_exceeded"
    );
    assert!(lines.iter().any(|line| line.starts_with("listDrops: 0 of 5 exercised, missing ")), "{text}");
}

#[test]
fn a_request_without_an_answer_fails_the_test_and_is_not_repeated() {
    let mock = Mock::new();
    mock.on::<ListDrops>().then_example();
    let client = mock.client();
    client.send_blocking(ListDrops::new()).expect("the example");
    let error = client.send_blocking(ListDrops::new()).expect_err("no answer");
    let Error::Transport(why) = &error else { panic!("{error:?}") };
    assert_eq!(why.stage, TransportStage::Unusable);
    client.send_blocking(GetDrop::new("drop_1")).expect_err("no answer");
    assert_eq!(mock.requests().len(), 3);
    let unanswered = mock.unanswered();
    assert_eq!(
        unanswered,
        [
            "GET https://api.dropthis.app/v1/drops: `listDrops` has given all its answers",
            "GET https://api.dropthis.app/v1/drops/drop_1: nobody said what `getDrop` answers",
        ]
    );

    let dropped = panic_of(|| {
        let mock = Mock::new();
        drop(mock.client().send_blocking(GetDrop::new("drop_1")));
    });
    assert!(dropped.contains("nobody said what `getDrop` answers"), "{dropped}");
    let finished = panic_of(|| {
        let mock = Mock::new();
        mock.on::<GetDrop>().then_example().times(3);
        mock.client().send_blocking(GetDrop::new("drop_1")).expect("the example");
        mock.finish();
    });
    assert!(finished.contains("GET /v1/drops/{drop_id}: 2"), "{finished}");
}

#[test]
fn what_the_contract_does_not_declare_is_refused_when_it_is_named_as_text() {
    let wrong = panic_of(|| {
        let mock = Mock::new();
        mock.on::<ListDrops>().fails_with_example(Code::QuotaExceeded);
    });
    assert_eq!(wrong, "`listDrops` does not declare `quota_exceeded`");
}

#[test]
fn servers_do_other_things_too() {
    let mock = Mock::new();
    mock.on::<GetDrop>()
        .then(Step::no_connection())
        .then_example()
        .breaking_off()
        .then_example()
        .after(Duration::from_secs(9))
        .with_header("x-request-id", "req_1")
        .always();
    let client = mock.client();
    for _ in 0..3 {
        let reply = client.call(GetDrop::new("drop_1")).reply_blocking().expect("an answer");
        assert_eq!(reply.request_id().as_deref(), Some("req_1"));
    }
    assert_eq!(mock.requests().len(), 5);
    mock.on::<ListDrops>().then_example_with(|page| page.data.clear());
    assert!(client.send_blocking(ListDrops::new()).expect("a page").data.is_empty());
    assert!(mock.clock().elapsed() >= Duration::from_secs(27));
    mock.finish();
}

#[test]
fn a_gateway_passes_on_what_its_own_contract_declares() {
    // Behind the gateway, a server answers with a code that the operation does not declare.
    let behind = Mock::new();
    let undeclared = Refusal::from(Kind::OtpExpired).into_response();
    behind.on::<DeleteDrop>().then(Step::response(undeclared)).fails_with(DeleteDropProblem::NotFound);
    let client = Client::builder("sk_1").transport(behind.transport()).retry(RetryPolicy::never());
    let client = client.build().expect("a client");
    let statuses = [500, 404].map(|expected| {
        let error = client.send_blocking(DeleteDrop::new("drop_1")).expect_err("an error");
        let response = Refusal::<DeleteDrop>::of(error.kind().expect("a problem")).into_response();
        assert_eq!(response.body().is_empty(), expected == 500);
        response.status().as_u16()
    });
    assert_eq!(statuses, [500, 404]);

    // One that the other declares is an answer of it.
    let mock = Mock::new();
    mock.on::<VerifyOtp>().fails_with_example(Code::OtpExpired);
    let client = mock.client();
    let error = client.call(VerifyOtp::new(OtpVerification::new("ada@example.com", "1")));
    let error = error.retry(RetryPolicy::never()).reply_blocking().expect_err("an error");
    assert_eq!(error.code(), Some("otp_expired"));
}
