//! Every code of the catalogue, played by a server from its examples at every operation that raises it.

use std::collections::BTreeSet;

use dropthis_api::{Code, Error, Json};
use serde_json::Value;

use crate::calls::{Call, Failure, calls, contract};
use crate::catalogue::{self, codes, same, status};
use crate::server::{Answer, Server};

/// Compares an error with the example that was played, member by member.
pub(crate) fn compare(call: &Call, code: &catalogue::Code, example: &Value, failure: &Failure) {
    let Failure { kind, error } = failure;
    let what = format!("{} at {}: {error:?}", code.code, call.spec.id);
    let Error::Problem(raised) = error else { panic!("{what}") };
    assert_eq!(error.violations(), [], "{what}");
    assert_eq!(error.code(), Some(code.code.as_str()), "{what}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(status(example)), "{what}");
    assert_eq!(error.retryable(), example["retryable"].as_bool(), "{what}");
    assert_eq!(error.detail(), example["detail"].as_str(), "{what}");
    assert_eq!(error.suggestion(), example["suggestion"].as_str(), "{what}");
    assert_eq!(error.request_id(), example["request_id"].as_str(), "{what}");
    assert_eq!(error.docs_url(), example["type"].as_str(), "{what}");
    crate::recovered::compare(code, example, error);
    let written = serde_json::to_value(error.problem()).expect("JSON");
    assert_eq!(&written, example, "{what}");
    // That an optional member was null is noted there.
    assert!(raised.extensions.values().all(|value| *value == Json::Null), "{what}");
    let kind = kind.as_deref().unwrap_or_default();
    assert_eq!(kind.split(['(', ' ']).next(), Some(code.variant().as_str()), "{what}: {kind}");
    let wide = error.kind().map(|kind| format!("{kind:?}")).unwrap_or_default();
    assert_eq!(wide.split(['(', ' ']).next(), Some(code.variant().as_str()), "{what}: {wide}");
    // What is said to a person.
    let line = error.to_string();
    assert!(line.starts_with(&format!("{} ({})", code.code, status(example))), "{line}");
    assert!(!line.contains('\n'), "{line}");
}

#[test]
fn the_facts_of_a_code_are_those_of_the_catalogue() {
    let listed = codes();
    assert_eq!(dropthis_api::problems::FAMILY.codes.len(), listed.len());
    for (code, facts) in listed.iter().zip(dropthis_api::problems::FAMILY.codes) {
        assert_eq!(facts.code, code.code);
        assert_eq!(facts.statuses, code.statuses);
        assert_eq!(facts.retryable, code.retryable);
        assert_eq!(facts.section, code.section.as_deref());
        assert_eq!(facts.remedy, code.remedy.as_deref());
        assert_eq!(facts.type_uri, code.r#type.as_deref());
        assert_eq!(facts.title, code.title.as_deref());
        let parsed = code.code.parse::<Code>().unwrap_or_else(|never| match never {});
        assert_eq!(parsed.as_str(), code.code);
        assert_eq!(format!("{parsed:?}"), format!("Code({:?})", code.code));
        assert_eq!(parsed.facts().map(|facts| facts.code), Some(facts.code));
    }
}

#[tokio::test]
async fn every_code_arrives_whole_at_every_operation_that_raises_it() {
    let contract = contract();
    let calls = calls(&contract);
    let server = Server::start(&contract).await;
    let client = server.client();
    let mut played = BTreeSet::new();
    let mut answers = 0;
    for code in &codes() {
        assert!(!code.examples.is_empty(), "{} has no example", code.code);
        for raiser in &code.operations {
            let call = calls.iter().find(|call| call.spec.id == raiser.id).expect("the operation");
            for example in &code.examples {
                let declared = call.spec.errors.iter().any(|answer| {
                    answer.status == dropthis_api::rt::StatusSpec::Exact(status(&example.body))
                });
                if !declared {
                    continue;
                }
                let answer = Answer::problem(status(&example.body), &example.body).header("retry-after", "7");
                server.answer(&answer);
                let Err(failure) = call.send(&client).await else { panic!("{} succeeded", raiser.id) };
                compare(call, code, &example.body, &failure);
                let raw = failure.error.raw().expect("a response");
                assert_eq!(raw.body, answer.body);
                assert_eq!(raw.headers["content-type"], "application/problem+json");
                assert_eq!(failure.error.retry_after().map(|wait| wait.as_secs()), Some(7));
                let seen = server.seen();
                assert_eq!(seen.method, call.spec.method, "{}", raiser.id);
                let own = contract.operations.iter().find(|operation| operation.id == raiser.id).expect("it");
                assert_eq!(seen.path, own.path, "{}", raiser.id);
                assert!(seen.headers["accept"].to_str().expect("text").contains("application/problem+json"));
                assert_eq!(
                    seen.headers.contains_key("authorization"),
                    call.spec.authenticated,
                    "{}",
                    raiser.id
                );
                played.insert((code.code.clone(), status(&example.body)));
                answers += 1;
            }
        }
    }
    let promised: BTreeSet<(String, u16)> = codes()
        .iter()
        .flat_map(|code| code.statuses.iter().map(|status| (code.code.clone(), *status)).collect::<Vec<_>>())
        .collect();
    assert_eq!(played, promised, "every code was played with every status of it");
    assert!(answers > 150, "{answers}");
}

#[tokio::test]
async fn every_success_of_the_document_is_decoded_and_written_as_it_came() {
    let contract = contract();
    let calls = calls(&contract);
    let server = Server::start(&contract).await;
    let client = server.client();
    let mut compared = 0;
    for operation in &contract.operations {
        let call = calls.iter().find(|call| call.spec.id == operation.id).expect("the operation");
        for success in &operation.successes {
            let problemgen::contract::StatusSpec::Exact(status) = success.status else { continue };
            for media in success.media.iter().filter(|media| media.media_type == "application/json") {
                for example in &media.examples {
                    server.answer(&Answer::new(status, &media.media_type, example.value.to_string()));
                    match call.send(&client).await {
                        Ok(output) => {
                            let what = &operation.id;
                            assert!(
                                same(&output, &example.value),
                                "{what}: {output} is not {}",
                                example.value
                            );
                        }
                        Err(failure) => panic!("{}: {:?}", operation.id, failure.error),
                    }
                    compared += 1;
                }
            }
            if success.media.is_empty() {
                server.answer(&Answer { status, ..Answer::default() });
                assert!(call.send(&client).await.is_ok(), "{}", operation.id);
                compared += 1;
            }
        }
    }
    assert!(compared > 30, "{compared}");
}
