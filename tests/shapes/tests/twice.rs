//! A code that two schemas describe: what is right by either is decoded.
#![allow(missing_docs, reason = "tests")]

use golden_codes_twice::operations::{Cook, CookProblem, Serve, ServeProblem};
use golden_codes_twice::problems::{Busy, Invalid};
use golden_codes_twice::{Client, Credential, Error, RetryPolicy};
use problemgen_shape_tests::{Answer, Server};
use serde_json::json;

fn client(server: &Server) -> Client {
    let client = Client::builder(Credential::none()).base_url(server.url()).retry(RetryPolicy::never());
    client.build().expect("a client")
}

fn answer(status: u16, body: &serde_json::Value) -> Answer {
    Answer::new(status, "application/problem+json", body.to_string())
}

#[tokio::test]
async fn answers_by_either_schema_of_a_code_are_problems() {
    let server = Server::start();
    let client = client(&server);
    let by_field = json!({"code": "invalid", "detail": "Too much.", "field": "salt"});
    let by_errors = json!({"code": "invalid", "detail": "Too much.", "errors": ["cold", "raw"]});

    server.answer(&answer(422, &by_field));
    let error = client.send(Cook::new()).await.expect_err("an error");
    let Some(CookProblem::Invalid(Invalid { field, errors })) = error.kind() else { panic!("{error:?}") };
    assert_eq!((field.as_deref(), errors), (Some("salt"), &None));
    assert!(error.violations().is_empty(), "{error:?}");

    server.answer(&answer(422, &by_errors));
    let error = client.send(Serve::new()).await.expect_err("an error");
    let Some(ServeProblem::Invalid(Invalid { field, errors })) = error.kind() else { panic!("{error:?}") };
    assert_eq!((field, errors.as_deref()), (&None, Some(&["cold".to_owned(), "raw".to_owned()][..])));
    assert!(error.violations().is_empty(), "{error:?}");
    assert_eq!(serde_json::to_value(error.problem().expect("a problem")).expect("JSON"), by_errors);
}

#[tokio::test]
async fn what_the_only_schema_of_a_code_requires_stays_required() {
    let server = Server::start();
    let client = client(&server);
    server.answer(&answer(503, &json!({"code": "busy", "detail": "Wait.", "seconds": 3})));
    let error = client.send(Serve::new()).await.expect_err("an error");
    assert!(matches!(error.kind(), Some(ServeProblem::Busy(Busy { seconds: 3 }))), "{error:?}");
    // The way out says that the same request can succeed later.
    assert_eq!(error.facts().and_then(|facts| facts.retryable), Some(true));

    server.answer(&answer(503, &json!({"code": "busy", "detail": "Wait."})));
    let error = client.send(Serve::new()).await.expect_err("an error");
    assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
}
