//! Problems in an object, or a list, that may be absent.
#![allow(missing_docs, reason = "tests")]

use golden_code_absent::operations::{GetKite, GetKiteProblem};
use golden_codes_absent_list::operations::{GetDrum, GetDrumProblem};
use problemgen_shape_tests::{Answer, Server};
use serde_json::{Value, json};

/// The error that this operation of this crate has when it is answered so.
macro_rules! refused {
    ($krate:ident, $operation:expr, $status:expr, $body:expr) => {{
        let server = Server::start();
        let client = $krate::Client::builder($krate::Credential::none())
            .base_url(server.url())
            .retry($krate::RetryPolicy::never());
        let client = client.build().expect("a client");
        server.answer(&Answer::new($status, "application/json", $body.to_string()));
        client.send($operation).await.expect_err("an error")
    }};
}

async fn kite(status: u16, body: &Value) -> golden_code_absent::Error<GetKite> {
    refused!(golden_code_absent, GetKite::new("7"), status, body)
}

async fn drum(status: u16, body: &Value) -> golden_codes_absent_list::Error<GetDrum> {
    refused!(golden_codes_absent_list, GetDrum::new("7"), status, body)
}

#[tokio::test]
async fn a_declared_answer_without_the_object_is_a_problem() {
    for body in [
        json!({"ok": false, "message": "No kite."}),
        json!({"ok": false, "message": "No kite.", "error": null}),
        json!({"ok": false, "message": "No kite.", "row": 4}),
    ] {
        let error = kite(404, &body).await;
        assert!(
            matches!(error.kind(), Some(GetKiteProblem::Other(other)) if other.code().is_empty()),
            "{error:?}"
        );
        assert_eq!((error.code(), error.facts()), (None, None));
        assert!(error.violations().is_empty(), "{error:?}");
        assert_eq!(error.to_string(), "status 404 Not Found: No kite.");
        let problem = error.problem().expect("a problem");
        // Nothing is invented: the body has no reason.
        assert_eq!((problem.reason.as_deref(), problem.envelope.ok), (None, false));
        assert_eq!(serde_json::to_value(problem).expect("JSON"), body);
        let again: golden_code_absent::Problem = serde_json::from_value(body).expect("the same problem");
        assert_eq!(&again, problem);
    }
}

#[tokio::test]
async fn an_object_that_is_there_is_what_its_schema_says() {
    let body = json!({"ok": false, "error": {"reason": "Wind.", "code": "torn_kite"}});
    let error = kite(404, &body).await;
    assert!(matches!(error.kind(), Some(GetKiteProblem::TornKite)), "{error:?}");
    assert_eq!(error.problem().and_then(|problem| problem.reason.as_deref()), Some("Wind."));
    // It requires its code, and the body has to be what is around it, too; and what no contract declares is anybody's.
    for (status, body) in [
        (404, json!({"ok": false, "error": {"reason": "Wind."}})),
        (404, json!({"ok": false, "error": "torn_kite"})),
        (404, json!({"message": "No kite."})),
        (502, json!({"ok": false})),
    ] {
        let error = kite(status, &body).await;
        assert!(matches!(error, golden_code_absent::Error::Unexpected(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_code_of_no_letters_is_kept() {
    let body = json!({"ok": false, "error": {"code": ""}});
    let error = kite(404, &body).await;
    assert_eq!(serde_json::to_value(error.problem().expect("a problem")).expect("JSON"), body);
}

#[tokio::test]
async fn what_says_something_after_all_is_written_once() {
    let body = json!({"ok": false, "error": null});
    let error = kite(404, &body).await;
    let mut problem = error.problem().expect("a problem").clone();
    problem.reason = Some("Rain.".to_owned());
    // As the object requires a code, it has one, which says nothing.
    let written = r#"{"ok":false,"error":{"reason":"Rain.","code":""}}"#;
    assert_eq!(serde_json::to_string(&problem).expect("JSON"), written);
}

#[tokio::test]
async fn a_declared_answer_without_a_list_or_with_an_empty_one_is_a_problem() {
    for body in [
        json!({}),
        json!({"errors": []}),
        json!({"note": "No drum.", "errors": []}),
        json!({"errors": [{}]}),
        json!({"errors": [{"code": ""}]}),
        json!({"errors": [{"message": "No drum."}]}),
        json!({"errors": [{}, {"code": "lost_drum"}]}),
    ] {
        let error = drum(404, &body).await;
        assert!(
            matches!(error.kind(), Some(GetDrumProblem::Other(other)) if other.code().is_empty()),
            "{error:?}"
        );
        assert!(error.violations().is_empty(), "{error:?}");
        assert_eq!(serde_json::to_value(error.problem().expect("a problem")).expect("JSON"), body);
    }
    let error = drum(404, &json!({"errors": [{"code": "lost_drum"}]})).await;
    assert!(matches!(error.kind(), Some(GetDrumProblem::LostDrum)), "{error:?}");
    // The document allows no `null`.
    let error = drum(404, &json!({"errors": null})).await;
    assert!(matches!(error.kind(), Some(GetDrumProblem::Other(_))), "{error:?}");
}
