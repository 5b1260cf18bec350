//! The generated client when the server does not answer as it should: tried again by what the answer means.

use std::time::Duration;

use dropthis_api::operations::{DeleteDrop, PublishDrop, RequestOtp, VerifyOtp};
use dropthis_api::rt::testing::{ManualClock, Scripted, Step};
use dropthis_api::rt::{Attempt, End, Hook, TransportStage};
use dropthis_api::types::{OtpRequest, OtpVerification, PublishUploadRequest};
use dropthis_api::{Bytes, Client, Error, RetryBudget, RetryPolicy, http};

/// A problem of the contract, by its code, as the document's example has it.
fn problem(code: &str) -> Step {
    let codes = crate::catalogue::codes();
    let found = codes.iter().find(|found| found.code == code).expect("a code of the contract");
    let example = found.examples.first().expect("an example");
    Step::problem(crate::catalogue::status(&example.body), example.body.to_string())
}

fn sent() -> Step {
    Step::json(200, r#"{"ok": true, "expires_in": 300}"#)
}

struct Scene {
    server: Scripted,
    clock: ManualClock,
    client: Client,
}

impl Scene {
    fn new(steps: impl IntoIterator<Item = Step>, policy: RetryPolicy) -> Self {
        let clock = ManualClock::new();
        let server = Scripted::new(steps).on(&clock);
        let builder = Client::builder("sk_test_1").transport(server.clone()).clock(clock.clone());
        let client = builder.random(|| u64::MAX).retry(policy).build().expect("a client");
        Self { server, clock, client }
    }

    fn requests(&self) -> usize {
        self.server.requests().len()
    }
}

fn otp() -> RequestOtp {
    RequestOtp::new(OtpRequest::new("ada@example.com"))
}

fn verification() -> VerifyOtp {
    VerifyOtp::new(OtpVerification::new("ada@example.com", "123456"))
}

fn publish() -> PublishDrop {
    PublishDrop::new(PublishUploadRequest::new("upl_1"))
}

#[test]
fn a_wrong_login_code_is_never_sent_again() {
    // However patient the policy, and whatever the body says against the contract.
    let eager = RetryPolicy::standard().attempts(9).repeat_refusals(true).statuses([401]);
    let disagrees = Step::problem(
        401,
        r#"{"type":"about:blank","title":"x","status":401,"code":"otp_invalid","retryable":true}"#,
    );
    for step in [problem("otp_invalid"), disagrees] {
        let scene = Scene::new([step, sent()], eager.clone());
        let error = scene.client.send_blocking(verification()).expect_err("an error");
        assert_eq!(error.code(), Some("otp_invalid"));
        assert_eq!(scene.requests(), 1);
        assert_eq!(error.attempts().map(|attempts| attempts.end()), Some(End::Never));
    }
}

#[test]
fn what_the_contract_calls_retryable_may_be_sent_again() {
    for code in ["otp_expired", "rate_limit_exceeded"] {
        // A POST without a key: only when the caller trusts the refusals of the API.
        let careful = Scene::new([problem(code), sent()], RetryPolicy::standard());
        let error = careful.client.send_blocking(otp()).expect_err("an error");
        assert_eq!((careful.requests(), error.code()), (1, Some(code)));
        assert_eq!(error.attempts().map(|attempts| attempts.end()), Some(End::NotIdempotent));

        let trusting = Scene::new([problem(code), sent()], RetryPolicy::standard().repeat_refusals(true));
        let answer = trusting.client.send_blocking(otp()).expect("a success");
        assert_eq!((trusting.requests(), answer.expires_in), (2, 300));
        assert_eq!(trusting.clock.elapsed(), Duration::from_millis(500));
    }
}

#[test]
fn what_is_not_idempotent_is_not_sent_twice() {
    for step in [Step::html(502), Step::json(503, ""), Step::breaks(), sent().breaks_off()] {
        let scene = Scene::new([step, sent()], RetryPolicy::standard());
        let error = scene.client.send_blocking(otp()).expect_err("an error");
        assert_eq!(scene.requests(), 1);
        assert_eq!(error.attempts().map(|attempts| attempts.end()), Some(End::NotIdempotent), "{error:?}");
    }
    // A request that never left was not sent.
    let scene = Scene::new([Step::no_connection(), sent()], RetryPolicy::standard());
    scene.client.send_blocking(otp()).expect("a success");
    assert_eq!(scene.requests(), 2);
}

#[test]
fn a_key_is_made_once_and_sent_with_every_attempt() {
    let keys = |scene: &Scene| -> Vec<Option<String>> {
        let key = |request: &http::Request<Bytes>| {
            request.headers().get("idempotency-key").map(|key| key.to_str().expect("text").to_owned())
        };
        scene.server.requests().iter().map(key).collect()
    };
    let down = || [Step::html(502), Step::breaks(), Step::html(502)];

    let scene = Scene::new(down(), RetryPolicy::standard());
    scene.client.send_blocking(publish()).expect_err("an error");
    let made = keys(&scene);
    assert_eq!(made.len(), 3);
    assert!(
        made[0].as_ref().is_some_and(|key| key.len() == 36) && made.iter().all(|key| *key == made[0]),
        "{made:?}"
    );

    // The caller's own wins, and no key is made where none is asked for, or where the operation takes none.
    let scene = Scene::new(down(), RetryPolicy::standard());
    scene.client.send_blocking(publish().idempotency_key("mine")).expect_err("an error");
    assert_eq!(keys(&scene), vec![Some("mine".to_owned()); 3]);
    for keyless in [RetryPolicy::standard().make_idempotency_keys(false), RetryPolicy::never()] {
        let scene = Scene::new(down(), keyless);
        scene.client.send_blocking(publish()).expect_err("an error");
        assert_eq!(keys(&scene), [None]);
    }
    let scene = Scene::new(down(), RetryPolicy::standard());
    scene.client.send_blocking(otp()).expect_err("an error");
    assert_eq!(keys(&scene), [None]);
}

#[test]
fn the_last_error_says_how_it_came_to_that() {
    let busy = || problem("rate_limit_exceeded").header("retry-after", "7");
    let scene = Scene::new([busy(), Step::html(502), busy()], RetryPolicy::standard());
    let error = scene.client.send_blocking(DeleteDrop::new("drop_1")).expect_err("an error");
    let attempts = error.attempts().expect("a client made the call");
    assert_eq!(attempts.count(), 3);
    assert_eq!(attempts.waits(), [Duration::from_millis(7500), Duration::from_millis(1000)]);
    assert_eq!((attempts.waited(), attempts.elapsed()), (scene.clock.elapsed(), scene.clock.elapsed()));
    assert_eq!(attempts.end(), End::Exhausted);
    assert!(error.to_string().ends_with("(after 3 attempts)"), "{error}");
    assert!(size_of::<Error>() <= 32);

    let scene = Scene::new([Step::html(503).header("retry-after", "3600")], RetryPolicy::standard());
    let error = scene.client.send_blocking(DeleteDrop::new("drop_1")).expect_err("an error");
    assert_eq!(error.attempts().map(|attempts| attempts.end()), Some(End::WaitTooLong));
    assert_eq!(scene.clock.elapsed(), Duration::ZERO);
}

#[test]
fn attempts_and_calls_end_in_time() {
    let slow = || Step::answer(204, "", "").after(Duration::from_secs(60));
    let scene = Scene::new([slow(), slow(), slow(), slow()], RetryPolicy::standard().attempts(9));
    let call = scene.client.call(DeleteDrop::new("drop_1"));
    let call = call.attempt_timeout(Duration::from_secs(2)).deadline(Duration::from_secs(6));
    let error = call.reply_blocking().expect_err("an error");
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert_eq!(transport.stage, TransportStage::Timeout);
    // 2 s, wait 0.5 s, 2 s, wait 1 s, and what is left.
    assert_eq!(scene.requests(), 3);
    assert_eq!(scene.clock.elapsed(), Duration::from_secs(6));
    assert_eq!(error.attempts().map(|attempts| attempts.end()), Some(End::Deadline));
}

#[test]
fn a_client_does_not_flood_a_server_that_is_down() {
    let steps = (0..1000).map(|_| Step::html(503));
    let clock = ManualClock::new();
    let server = Scripted::new(steps).on(&clock);
    let builder = Client::builder("sk_test_1").transport(server.clone()).clock(clock).random(|| 0);
    let client = builder.retry_budget(RetryBudget::new(5, 10)).build().expect("a client");
    for _ in 0..100 {
        client.send_blocking(DeleteDrop::new("drop_1")).expect_err("an error");
    }
    // 100 calls, 5 retries that were in the bucket, 10 that the calls put in.
    assert!((110..=115).contains(&server.requests().len()), "{}", server.requests().len());
}

struct Marks;

impl Hook for Marks {
    fn before(&self, attempt: &Attempt, request: &mut http::Request<Bytes>) {
        request.headers_mut().insert("x-attempt", attempt.number.into());
    }
}

#[test]
fn a_call_has_settings_and_a_reply_of_its_own() {
    let answer = sent().header("x-request-id", "req_9").header("set-cookie", "sid=secret");
    let clock = ManualClock::new();
    let server = Scripted::new([Step::no_connection(), answer]).on(&clock);
    let builder = Client::builder("sk_test_1").transport(server.clone()).clock(clock).hook(Marks);
    let client = builder.build().expect("a client");
    let accept = http::HeaderValue::from_static("de");
    let call = client
        .call(otp())
        .base_url("https://eu.example.com/api")
        .header(http::header::ACCEPT_LANGUAGE, accept);
    let reply = call.reply_blocking().expect("a success");
    assert_eq!((reply.expires_in, reply.status.as_u16(), reply.attempts().count()), (300, 200, 2));
    assert_eq!(reply.request_id().as_deref(), Some("req_9"));
    assert!(!format!("{reply:?}").contains("secret"), "{reply:?}");
    let requests = server.requests();
    assert_eq!(requests[1].uri(), "https://eu.example.com/api/v1/auth/otp");
    assert_eq!(requests[1].headers()["accept-language"], "de");
    assert_eq!(requests[1].headers()["x-attempt"], "2");

    let server = Scripted::new([Step::answer(204, "", "").header("x-request-id", "r")]);
    let client = Client::builder("sk_test_1").transport(server.clone()).build().expect("a client");
    let own = http::HeaderValue::from_static("Bearer other");
    client
        .call(DeleteDrop::new("drop_1"))
        .header(http::header::AUTHORIZATION, own)
        .reply_blocking()
        .expect("a success");
    assert_eq!(server.requests()[0].headers()["authorization"], "Bearer other");
}
