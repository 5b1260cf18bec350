//! Problems whose code may be absent.
#![allow(missing_docs, reason = "tests")]

use golden_code_optional::operations::{GetLamp, GetLampProblem};
use golden_code_optional::{Client, Credential, Error, RetryPolicy};
use problemgen_shape_tests::{Answer, Server};
use serde_json::{Value, json};

async fn refused(status: u16, body: &Value) -> Error<GetLamp> {
    let server = Server::start();
    let client = Client::builder(Credential::none()).base_url(server.url()).retry(RetryPolicy::never());
    let client = client.build().expect("a client");
    server.answer(&Answer::new(status, "application/json", body.to_string()));
    client.send(GetLamp::new("7")).await.expect_err("an error")
}

#[tokio::test]
async fn a_declared_answer_without_a_code_is_a_problem() {
    for body in [
        json!({"message": "No lamp."}),
        json!({"code": null, "message": "No lamp."}),
        json!({"code": "", "message": "No lamp."}),
        json!({"message": "No lamp.", "row": 4}),
    ] {
        let error = refused(404, &body).await;
        assert!(
            matches!(error.kind(), Some(GetLampProblem::Other(other)) if other.code().is_empty()),
            "{error:?}"
        );
        assert_eq!((error.code(), error.facts()), (None, None));
        assert!(error.violations().is_empty(), "{error:?}");
        let problem = error.problem().expect("a problem");
        assert_eq!(problem.message, "No lamp.");
        assert_eq!(serde_json::to_value(problem).expect("JSON"), body);
        assert_eq!(error.to_string(), "status 404 Not Found: No lamp.");
        let again: golden_code_optional::Problem = serde_json::from_value(body).expect("the same problem");
        assert_eq!(&again, problem);
    }
}

#[tokio::test]
async fn a_code_counts_where_there_is_one() {
    let error = refused(404, &json!({"message": "Gone.", "code": "sold_lamp"})).await;
    assert!(matches!(error.kind(), Some(GetLampProblem::SoldLamp)), "{error:?}");
}

#[tokio::test]
async fn what_breaks_the_schema_or_is_not_declared_is_no_problem() {
    for (status, body) in [
        (404, json!({"code": 7.5, "message": "No lamp."})),
        (404, json!({"note": "No lamp."})),
        // Anybody may have sent that, a proxy for example.
        (502, json!({"message": "Bad gateway."})),
    ] {
        let error = refused(status, &body).await;
        assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
}
