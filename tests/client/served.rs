//! Servers that answer with the generated types, and the generated client in front of them.

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::routing::{MethodFilter, on};
use dropthis_api::http::{HeaderValue, StatusCode, header};
use dropthis_api::operations::{
    DeleteDrop, DeleteDropProblem, GetDrop, GetDropContent, GetDropContentOutput, GetDropProblem,
    InviteMember, PublishDrop, PublishDropProblem,
};
use dropthis_api::problems::{Kind, QuotaExceeded};
use dropthis_api::server::{Refusal, Success, WrongStatus};
use dropthis_api::types::{Drop as Published, PublishRequest, PublishUploadRequest};
use dropthis_api::{Bytes, Client, Operation, http};
use problemgen::contract::{Contract, ErrorKind, StatusSpec};
use serde_json::Value;

use crate::calls::{calls, contract};
use crate::catalogue::{codes, same, status};
use crate::server::client;

/// The example of a drop.
fn published() -> Published {
    let contract = contract();
    let operation = contract.operations.iter().find(|operation| operation.id == "getDrop").expect("it");
    let example = &operation.successes[0].media[0].examples[0].value;
    serde_json::from_value(example.clone()).expect("the example is read")
}

async fn publish(Json(request): Json<PublishRequest>) -> Result<Success<PublishDrop>, Refusal<PublishDrop>> {
    match request {
        PublishRequest::PublishUploadRequest(upload) if upload.upload_id == "upl_1" => {
            let location = HeaderValue::from_static("/v1/drops/drop_1");
            Ok(Success::of(published()).with_header(header::LOCATION, location))
        }
        PublishRequest::PublishUploadRequest(upload) if upload.upload_id == "upl_big" => {
            let members = QuotaExceeded::new(500, 480, 40);
            let refusal = Refusal::<PublishDrop>::from(PublishDropProblem::QuotaExceeded(&members));
            Err(refusal.with(|problem| problem.detail = Some("Too much.".to_owned())))
        }
        PublishRequest::PublishUploadRequest(_) => {
            let wait = std::time::Duration::from_millis(1500);
            Err(Refusal::of(PublishDropProblem::RateLimitExceeded).with_retry_after(wait))
        }
        // A mistake of this server: the operation does not declare the code with this status.
        _ => Err(Refusal::of(PublishDropProblem::PublishConflict).with_status(418)?),
    }
}

async fn get(Path(drop_id): Path<String>) -> Result<Success<GetDrop>, Refusal<GetDrop>> {
    // `?` makes a refusal of what the operation declares.
    (drop_id == "drop_1").then_some(()).ok_or(GetDropProblem::NotFound)?;
    Ok(Success::of(published()))
}

async fn delete(Path(drop_id): Path<String>) -> Result<Success<DeleteDrop>, Refusal<DeleteDrop>> {
    match drop_id.as_str() {
        "drop_1" => Ok(Success::of(())),
        _ => Err(DeleteDropProblem::WorkspaceMismatch.into()),
    }
}

/// The operation's own method and path.
fn route<O: Operation>() -> (&'static str, MethodFilter) {
    let filter = MethodFilter::try_from(O::SPEC.method.parse::<http::Method>().expect("a method"))
        .expect("a method that axum routes");
    (O::SPEC.path, filter)
}

/// Serves three operations; all else is refused in the words of the API.
async fn serve() -> Client {
    let (drops, post) = route::<PublishDrop>();
    let (one, read) = route::<GetDrop>();
    let (same_path, remove) = route::<DeleteDrop>();
    assert_eq!(one, same_path);
    let router = Router::new()
        .route(drops, on(post, publish))
        .route(one, on(read, get).on(remove, delete))
        .fallback(|| async { <Refusal>::from(Kind::NotFound) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    client(address)
}

fn publishing(upload: &str) -> PublishDrop {
    PublishDrop::new(PublishUploadRequest::new(upload))
}

#[tokio::test]
async fn a_server_and_a_client_of_the_same_contract_understand_each_other() {
    let client = serve().await;
    let reply = client.call(publishing("upl_1")).reply().await.expect("a drop");
    assert_eq!((reply.status.as_u16(), &reply.value), (201, &published()));
    assert_eq!(reply.headers["location"], "/v1/drops/drop_1");
    assert_eq!(reply.headers["content-type"], "application/json");

    let error = client.send(publishing("upl_big")).await.expect_err("an error");
    assert_eq!((error.violations(), error.detail()), (&[][..], Some("Too much.")));
    let Some(PublishDropProblem::QuotaExceeded(members)) = error.kind() else { panic!("{error:?}") };
    assert_eq!((members.limit, members.used, members.requested), (500, 480, 40));
    let raw = error.raw().expect("a response");
    assert_eq!(
        (raw.status.as_u16(), &raw.headers["content-type"]),
        (413, &HeaderValue::from_static("application/problem+json"))
    );

    let error = client.send(publishing("upl_late")).await.expect_err("an error");
    assert!(matches!(error.kind(), Some(PublishDropProblem::RateLimitExceeded)));
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(2));

    assert_eq!(client.send(GetDrop::new("drop_1")).await.expect("a drop"), published());
    let error = client.send(GetDrop::new("drop_2")).await.expect_err("an error");
    assert!(matches!(error.kind(), Some(GetDropProblem::NotFound)));
    client.send(DeleteDrop::new("drop_1")).await.expect("nothing");
    let error = client.send(DeleteDrop::new("drop_2")).await.expect_err("an error");
    assert_eq!((error.code(), error.violations()), (Some("workspace_mismatch"), &[][..]));

    // What is not routed.
    let error = client.send(GetDropContent::new("drop_1")).await.expect_err("an error");
    assert_eq!((error.code(), error.status()), (Some("not_found"), Some(StatusCode::NOT_FOUND)));
}

#[test]
fn a_mistake_of_the_server_is_a_500_that_says_nothing() {
    let wrong = Refusal::of(PublishDropProblem::PublishConflict).with_status(418);
    let wrong: WrongStatus =
        wrong.map(|refusal: Refusal<PublishDrop>| refusal.status()).expect_err("an error");
    assert_eq!(wrong.to_string(), "the contract does not declare publish_conflict with the status 418");
    let response = Refusal::<PublishDrop>::from(wrong).into_response();
    assert_eq!((response.status().as_u16(), response.body().len()), (500, 0));
}

#[test]
fn the_status_is_one_that_the_operation_declares() {
    let members = QuotaExceeded::new(5, 5, 1);
    let quota = || Refusal::<PublishDrop>::of(PublishDropProblem::QuotaExceeded(&members));
    assert_eq!(quota().status(), 413);
    assert!(quota().with_status(403).is_err());
    // Elsewhere the same code has the other status.
    let seats =
        Refusal::<InviteMember>::of(dropthis_api::operations::InviteMemberProblem::QuotaExceeded(&members));
    assert_eq!((seats.status().as_u16(), seats.problem().map(|problem| problem.status)), (403, Some(403)));
    // As an answer of any operation it has what the code has, and says in its body what it is sent with.
    let any = || <Refusal>::from(Kind::QuotaExceeded(members.clone()));
    assert_eq!(any().status(), 403);
    let big = any().with_status(413).expect("a status of the code");
    assert_eq!((big.status().as_u16(), big.problem().map(|problem| problem.status)), (413, Some(413)));
    assert!(any().with_status(404).is_err());
}

#[test]
fn an_output_of_several_shapes_is_sent_as_what_it_is() {
    let octets = GetDropContentOutput::Bytes(Bytes::from_static(b"abc"));
    let response = Success::<GetDropContent>::of(octets).into_response();
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert_eq!(response.body(), "abc");
    let none = Success::<DeleteDrop>::of(()).into_response();
    assert_eq!((none.status().as_u16(), none.body().len()), (204, 0));
    assert!(!none.headers().contains_key("content-type"));
    assert!(Success::<DeleteDrop>::of(()).with_status(200).is_err());
}

/// Does the document list the code under this status of the operation?
fn declares(contract: &Contract, operation: &str, code: &str, status: u16) -> bool {
    let operation = contract.operations.iter().find(|found| found.id == operation).expect("the operation");
    let errors = operation.errors.iter().filter(|error| error.status == StatusSpec::Exact(status));
    errors.flat_map(|error| &error.bodies).any(|body| match &body.kind {
        ErrorKind::Problem { codes, .. } => {
            codes.iter().any(|id| contract.families[0].codes[id.0].code == code)
        }
        _ => false,
    })
}

#[test]
fn every_error_of_the_contract_can_be_sent_as_it_is_received() {
    let contract = contract();
    let calls = calls(&contract);
    let mut sent = 0;
    for code in &codes() {
        for raiser in &code.operations {
            let call = calls.iter().find(|call| call.spec.id == raiser.id).expect("the operation");
            for example in &code.examples {
                let answered = |status| {
                    let answer = http::Response::builder().status(status);
                    let answer = answer.header("content-type", "application/problem+json");
                    answer.body(Bytes::from(example.body.to_string())).expect("a response")
                };
                let status = status(&example.body);
                let declared = declares(&contract, &raiser.id, &code.code, status);
                let refused = (call.refuse)(answered(status), status);
                let Ok(response) = refused else {
                    assert!(!declared, "{} with {status} at {}", code.code, raiser.id);
                    continue;
                };
                assert!(declared, "{} with {status} at {}", code.code, raiser.id);
                assert_eq!(response.status(), status);
                assert_eq!(response.headers()["content-type"], "application/problem+json");
                let body: Value = serde_json::from_slice(response.body()).expect("JSON");
                // What happened this time is the caller's to say; all else is the contract's and the code's.
                let mut expected = example.body.clone();
                let members = expected.as_object_mut().expect("an object");
                for name in ["detail", "suggestion", "request_id", "instance"] {
                    members.remove(name);
                }
                assert!(same(&body, &expected), "{body} is not {expected}");
                sent += 1;
            }
        }
    }
    assert!(sent > 150, "{sent}");
}
