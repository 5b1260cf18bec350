//! Ways out of errors whose members lie deep inside, or around the object with the code.
#![allow(missing_docs, reason = "tests")]

use std::time::Duration;

use golden_recovery::operations::SaveNote;
use golden_recovery::rt::End;
use golden_recovery::rt::testing::{ManualClock, Scripted, Step};
use golden_recovery::{Client, Credential, Error, Recovery, RetryPolicy, types};

fn save() -> SaveNote {
    SaveNote::new("n1", types::SaveNoteRequest::default())
}

/// The error that a body is.
fn error(body: &str) -> Error<SaveNote> {
    let server = Scripted::new([Step::json(409, body.to_owned())]);
    let builder = Client::builder(Credential::none()).transport(server).retry(RetryPolicy::never());
    builder.build().expect("a client").send_blocking(save()).expect_err("an error")
}

fn way(body: &str) -> String {
    format!("{:?}", error(body).recovery())
}

#[test]
fn values_are_found_where_the_contract_says() {
    let changed = r#"{"error": {"code": "changed", "details": {"current": {"etag": "W/\"7\""}}}}"#;
    assert_eq!(way(changed), r#"Some(Reread(Some("W/\"7\"")))"#);
    let choices = r#"{"error": {"code": "ambiguous", "details": {"candidates": ["a", "b"]}}}"#;
    assert_eq!(way(choices), r#"Some(Choose(Some(["a", "b"])))"#);
    assert_eq!(
        way(r#"{"error": {"code": "ambiguous", "details": {"candidates": null}}}"#),
        "Some(Choose(None))"
    );
    assert_eq!(
        way(r#"{"error": {"code": "invalid", "message": "no title"}}"#),
        r#"Some(Fix(Some("no title")))"#
    );
    assert_eq!(way(r#"{"error": {"code": "invalid"}}"#), "Some(Fix(None))");
    assert_eq!(way(r#"{"error": {"code": "risky"}}"#), "Some(StepUp)");
    assert_eq!(way(r#"{"error": {"code": "signed_out"}}"#), "Some(Reauthenticate)");
    assert_eq!(way(r#"{"error": {"code": "gone"}}"#), "Some(GiveUp)");
    assert_eq!(way(r#"{"error": {"code": "odd"}}"#), "None");
    assert_eq!(way("<html>"), "None");
}

#[test]
fn a_page_is_one_that_can_be_opened() {
    let page = |url: &str| match error(&url_in(url)).recovery() {
        Some(Recovery::Upgrade(Some(page))) => page.into_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(page("https://example.com/buy"), "https://example.com/buy");
    // The contract has one for answers that have none.
    assert_eq!(page("javascript:alert(1)"), "https://example.com/plans");
    assert_eq!(page(""), "https://example.com/plans");
}

fn url_in(url: &str) -> String {
    format!(r#"{{"error": {{"code": "paid", "details": {{"odata.page": "{url}"}}}}}}"#)
}

#[test]
fn retries_go_by_the_way_out_where_nothing_else_speaks() {
    let attempts = |body: &str| {
        let clock = ManualClock::new();
        let steps = [Step::json(409, body.to_owned()), Step::answer(204, "", "")];
        let server = Scripted::new(steps).on(&clock);
        let builder = Client::builder(Credential::none()).transport(server.clone()).clock(clock.clone());
        let client = builder.random(|| 0).build().expect("a client");
        let end = match client.call(save()).reply_blocking() {
            Ok(reply) => reply.attempts().end(),
            Err(error) => error.attempts().expect("a client made the call").end(),
        };
        (server.requests().len(), end, clock.elapsed())
    };
    let nothing = Duration::ZERO;
    assert_eq!(attempts(r#"{"error": {"code": "down"}}"#), (2, End::Succeeded, nothing));
    assert_eq!(attempts(r#"{"error": {"code": "gone"}}"#), (1, End::Never, nothing));
    assert_eq!(attempts(r#"{"error": {"code": "paid"}}"#), (1, End::Never, nothing));
    assert_eq!(attempts(r#"{"error": {"code": "odd"}}"#), (1, End::NotTransient, nothing));
    assert_eq!(attempts(r#"{"error": {"code": "down", "retryable": false}}"#), (1, End::Never, nothing));
    // The wait stands beside the problem; an instant that has passed is none.
    let past = r#"{"error": {"code": "slow"}, "again_at": "1970-01-01T00:00:00Z"}"#;
    assert_eq!(attempts(past), (2, End::Succeeded, nothing));
    // The clock of a test begins with the year 2000.
    let soon = r#"{"error": {"code": "slow"}, "again_at": "2000-01-01T00:00:07Z"}"#;
    assert_eq!(attempts(soon), (2, End::Succeeded, Duration::from_secs(7)));
    let far = r#"{"error": {"code": "slow"}, "again_at": "9999-01-01T00:00:00Z"}"#;
    assert_eq!(attempts(far), (1, End::WaitTooLong, nothing));
}
