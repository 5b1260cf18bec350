//! Codes below the root of the body: decoded, told apart and written again as they came.
#![allow(missing_docs, reason = "tests")]

use problemgen_shape_tests::{Answer, Server};
use serde_json::{Value, json};

/// A client of a golden crate.
macro_rules! client {
    ($golden:ident, $server:expr) => {
        $golden::Client::builder($golden::Credential::none())
            .base_url($server.url())
            .retry($golden::RetryPolicy::never())
            .build()
            .expect("a client")
    };
}

fn json(status: u16, body: &Value) -> Answer {
    Answer::new(status, "application/json", body.to_string())
}

#[tokio::test]
async fn a_code_under_a_member_is_told_apart_and_written_again() {
    use golden_code_under::operations::{ListThings, ListThingsProblem as P};
    use golden_code_under::problems::{Envelope, Limited, Problem};
    let server = Server::start();
    let client = client!(golden_code_under, server);
    let body = json!({
        "error": {"code": "limited", "message": "Slow down.", "limit": 5, "retryable": true, "new": [1]},
        "request_id": "r1",
        "more": {"a": null},
    });
    server.answer(&json(429, &body));
    let error = client.send(ListThings::new()).await.expect_err("an error");
    assert!(matches!(error.kind(), Some(P::Limited(Limited { limit: 5 }))), "{error:?}");
    assert!(error.violations().is_empty(), "{error:?}");
    assert_eq!(error.to_string(), "limited (429): Slow down. [request r1]");
    assert_eq!(error.retryable(), Some(true));
    let problem = error.problem().expect("a problem");
    assert_eq!(problem.envelope.request_id, "r1");
    assert_eq!(serde_json::to_value(problem).expect("JSON"), body);

    // A server makes the same of the same types.
    let made = Problem::new(Limited::new(5), "Slow down.", Envelope::new("r1"));
    let made = serde_json::to_value(made).expect("JSON");
    assert_eq!(
        made,
        json!({"error": {"code": "limited", "message": "Slow down.", "limit": 5}, "request_id": "r1"})
    );

    // A status that the document does not declare, and one that it does not give to the code.
    for (status, said) in [
        (
            418,
            &[
                "listThings does not declare the status 418",
                "the contract does not send limited with the status 418",
            ][..],
        ),
        (423, &["the contract does not send limited with the status 423"]),
    ] {
        server.answer(&json(status, &body));
        let error = client.send(ListThings::new()).await.expect_err("an error");
        assert!(matches!(error.kind(), Some(P::Limited(_))), "{error:?}");
        let found: Vec<String> = error.violations().iter().map(|found| found.message.clone()).collect();
        assert_eq!(found, said, "{status}");
    }

    for (body, broken) in [
        (json!({"error": {"code": "limited", "message": "M"}, "request_id": "r"}), "/error/limit: "),
        (json!({"error": {"code": "busy", "message": "M"}}), "/request_id: "),
        (json!({"error": "busy", "request_id": "r"}), "/error: "),
        (json!({"code": "busy", "message": "M", "request_id": "r"}), "/error: "),
    ] {
        server.answer(&json(429, &body));
        let error = client.send(ListThings::new()).await.expect_err("an error");
        assert!(error.kind().is_none(), "{error:?}");
        let said: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
        assert!(matches!(said.as_slice(), [said] if said.starts_with(broken)), "{body}: {said:?}");
        let golden_code_under::Error::Unexpected(unexpected) = &error else { panic!("{error:?}") };
        assert_eq!(serde_json::to_value(&unexpected.members).expect("JSON"), body);
    }
}

#[tokio::test]
async fn integer_codes_in_a_list_are_told_apart_and_written_again() {
    use golden_codes_in_a_list::operations::{AddThing, AddThingProblem as P};
    use golden_codes_in_a_list::{Kind, Problem};
    let server = Server::start();
    let client = client!(golden_codes_in_a_list, server);
    let body = json!({
        "errors": [
            {"code": 1001, "message": "Taken.", "field": "name"},
            {"code": 1002, "message": "Full."},
            {"code": 7, "message": "New.", "extra": true},
        ],
        "trace": "t1",
    });
    server.answer(&json(400, &body));
    let error = client.send(AddThing::new()).await.expect_err("an error");
    assert!(matches!(error.kind(), Some(P::N1001)), "{error:?}");
    assert!(error.violations().is_empty(), "{error:?}");
    assert_eq!((error.code(), error.detail()), (Some("1001"), Some("Taken.")));
    let problem = error.problem().expect("a problem");
    let codes: Vec<&str> = problem.all().map(|problem| problem.kind.code()).collect();
    assert_eq!(codes, ["1001", "1002", "7"]);
    assert!(problem.all().all(|problem| problem.envelope.trace.as_deref() == Some("t1")));
    assert_eq!(serde_json::to_value(problem).expect("JSON"), body);

    let mut made = Problem::new(Kind::N1001, "Missing.");
    made.further.push(Problem::new(Kind::N1002, "Wrong."));
    let made = serde_json::to_value(made).expect("JSON");
    let expected =
        json!({"errors": [{"code": 1001, "message": "Missing."}, {"code": 1002, "message": "Wrong."}]});
    assert_eq!(made, expected);

    for (body, broken) in [
        (json!({"errors": []}), "/errors: "),
        (json!({"errors": {"code": 1001, "message": "M"}}), "/errors: "),
        (json!({"errors": [{"code": 1001}]}), "/errors/0/message: "),
        (json!({"errors": ["no"]}), "/errors/0: "),
        (json!({}), "/errors: "),
    ] {
        server.answer(&json(400, &body));
        let error = client.send(AddThing::new()).await.expect_err("an error");
        assert!(error.kind().is_none(), "{error:?}");
        let said: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
        assert!(matches!(said.as_slice(), [said] if said.starts_with(broken)), "{body}: {said:?}");
    }
}
