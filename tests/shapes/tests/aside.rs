//! Errors with a code that are of another family than most are what their schema says.
#![allow(missing_docs, reason = "tests")]

use golden_failures_coded::operations::{CreateToken, CreateTokenProblem};
use golden_failures_coded::{Client, Credential, RetryPolicy};
use problemgen_shape_tests::{Answer, Server};
use serde_json::json;

#[tokio::test]
async fn the_code_of_another_family_is_a_member_and_text() {
    let server = Server::start();
    let client = Client::builder(Credential::none()).base_url(server.url()).retry(RetryPolicy::never());
    let client = client.build().expect("a client");
    let body = json!({"code": "token_expired", "hint": "Sign in."});
    server.answer(&Answer::new(401, "application/json", body.to_string()));
    let error = client.send(CreateToken::new()).await.expect_err("an error");
    let Some(CreateTokenProblem::Unauthorized(token)) = error.kind() else { panic!("{error:?}") };
    assert_eq!((token.code.as_str(), token.hint.as_deref()), ("token_expired", Some("Sign in.")));
    assert_eq!(error.code(), Some("token_expired"));
    assert!(error.facts().is_none() && error.problem().is_none() && error.violations().is_empty());
}
