//! Ways out of errors, with what the answers hold for them; and the loop that reads again after somebody else has written.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use dropthis_api::operations::{GetDrop, UpdateDrop};
use dropthis_api::rt::RecoveryAction;
use dropthis_api::rt::testing::{Scripted, Step};
use dropthis_api::types::{Drop, UpdateDropRequest, WorkspaceChoice};
use dropthis_api::{Attempt, Bytes, Client, Error, Hook, Recovery, RetryPolicy, RewriteError, http};
use problemgen::contract::Contract;
use serde_json::{Value, json};

use crate::calls::contract;
use crate::catalogue;

/// Compares the way out of an error with that of the catalogue, and its values with those of the example that was played.
pub(crate) fn compare(code: &catalogue::Code, example: &Value, error: &Error) {
    let promised = code.recovery.as_ref().expect("every code of this API has a way out");
    let recovery = error.recovery().expect("a way out");
    assert_eq!(recovery.action().as_str(), promised.action, "{recovery:?}");
    let held = promised.field.as_ref().map_or(&Value::Null, |field| &example[field]);
    match &recovery {
        Recovery::Reread(Some(value)) => assert_eq!(value.as_i64(), held.as_i64()),
        Recovery::Fix(Some(value)) if held.is_string() => {
            assert_eq!(value.as_text().as_deref(), held.as_str())
        }
        Recovery::Fix(Some(value)) => {
            assert_eq!(value.items().count(), held.as_array().expect("a list").len())
        }
        Recovery::Choose(Some(choices)) => {
            let slugs: Vec<String> = choices
                .iter()
                .filter_map(|choice| choice.read::<WorkspaceChoice>())
                .map(|choice| choice.slug)
                .collect();
            let held: Vec<&str> = held
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|choice| choice["slug"].as_str())
                .collect();
            assert!(!slugs.is_empty());
            assert_eq!(slugs, held);
        }
        Recovery::Upgrade(page) => assert_eq!(page.as_deref(), held.as_str()),
        _ => assert!(held.is_null(), "{recovery:?} leaves out {held}"),
    }
}

/// A drop as the document shows one, at this revision and with this title.
fn drop_at(revision: i64, title: &str) -> Value {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(contract);
    let operation =
        CONTRACT.operations.iter().find(|operation| operation.id == "getDrop").expect("the operation");
    let mut drop = operation.successes[0].media[0].examples.first().expect("an example").value.clone();
    (drop["revision"], drop["title"]) = (revision.into(), title.into());
    drop
}

fn conflict(current: i64) -> Value {
    let codes = catalogue::codes();
    let code = codes.iter().find(|code| code.code == "revision_conflict").expect("the code");
    let mut body = code.examples[0].body.clone();
    body["current_revision"] = current.into();
    body
}

#[derive(Clone, Default)]
struct Store {
    /// The revision and the title.
    state: Arc<Mutex<(i64, String)>>,
    conflicts: Arc<Mutex<usize>>,
}

/// A server that keeps one drop and takes a change only to the revision that it is at.
async fn store() -> (SocketAddr, Store) {
    let store = Store::default();
    let read = |State(store): State<Store>| async move {
        let (revision, title) = store.state.lock().expect("a lock").clone();
        // Whoever reads now is not alone.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        Json(drop_at(revision, &title))
    };
    let write = |State(store): State<Store>, headers: HeaderMap, Json(change): Json<Value>| async move {
        let based_on = headers.get("if-revision").and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
        let mut state = store.state.lock().expect("a lock");
        if based_on != Some(state.0) {
            *store.conflicts.lock().expect("a lock") += 1;
            let problem = [("content-type", "application/problem+json")];
            return (StatusCode::CONFLICT, problem, conflict(state.0).to_string()).into_response();
        }
        *state = (state.0 + 1, change["title"].as_str().expect("a title").to_owned());
        Json(drop_at(state.0, &state.1)).into_response()
    };
    let router = Router::new().route("/v1/drops/{id}", get(read).patch(write)).with_state(store.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, store)
}

/// Appends a word to the title of a drop.
fn append(drop: &Drop, word: &str) -> UpdateDrop {
    let title = format!("{} {word}", drop.title);
    let body = UpdateDropRequest { title: Some(title), ..UpdateDropRequest::default() };
    UpdateDrop::new("drop_1", body).if_revision(drop.revision)
}

#[tokio::test]
async fn a_change_can_have_settings_of_its_own() {
    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<String>>>);
    impl Hook for Seen {
        fn before(&self, attempt: &Attempt, request: &mut http::Request<Bytes>) {
            let from =
                request.headers().get("x-from").and_then(|value| value.to_str().ok()).unwrap_or("nobody");
            self.0.lock().expect("a lock").push(format!("{} {from}", attempt.operation.id));
        }
    }
    let (address, _) = store().await;
    let client = Client::builder("sk_test_1").base_url("http://127.0.0.1:9").build().expect("a client");
    let seen = Seen::default();
    let change = || client.rewrite(GetDrop::new("drop_1")).retry(RetryPolicy::never()).hook(seen.clone());
    let error = change().send(|drop| append(drop, "one")).await.expect_err("no server there");
    assert!(matches!(error, RewriteError::Read(Error::Transport(_))), "{error:?}");
    let error = change().base_url("ftp://x").send(|drop| append(drop, "one")).await.expect_err("no URL");
    assert!(matches!(error, RewriteError::Read(Error::Request(_))), "{error:?}");
    let from = (HeaderName::from_static("x-from"), HeaderValue::from_static("me"));
    let changed = change().base_url(format!("http://{address}")).header(from.0, from.1);
    let changed = changed.send(|drop| append(drop, "one")).await.expect("a change");
    assert!(changed.title.ends_with("one"));
    assert_eq!(*seen.0.lock().expect("a lock"), ["getDrop nobody", "getDrop me", "updateDrop me"]);
}

#[tokio::test]
async fn two_writers_lose_nothing() {
    let (address, store) = store().await;
    let policy = RetryPolicy::standard()
        .backoff(std::time::Duration::from_millis(5), std::time::Duration::from_millis(20));
    let builder = Client::builder("sk_test_1").base_url(format!("http://{address}")).retry(policy);
    let client = builder.build().expect("a client");
    let writer = |name: &'static str| {
        let client = client.clone();
        tokio::spawn(async move {
            for number in 0..10 {
                let rewrite = client.rewrite(GetDrop::new("drop_1")).attempts(50);
                rewrite.send(|drop| append(drop, &format!("{name}{number}"))).await?;
            }
            Ok::<_, RewriteError<GetDrop, UpdateDrop>>(())
        })
    };
    let (ada, bob) = (writer("ada"), writer("bob"));
    ada.await.expect("no panic").expect("a success");
    bob.await.expect("no panic").expect("a success");
    let (revision, title) = store.state.lock().expect("a lock").clone();
    let words: Vec<&str> = title.split_whitespace().collect();
    assert_eq!((revision, words.len()), (20, 20), "{title}");
    for name in ["ada", "bob"] {
        let own: Vec<&str> = words.iter().copied().filter(|word| word.starts_with(name)).collect();
        let expected: Vec<String> = (0..10).map(|number| format!("{name}{number}")).collect();
        assert_eq!(own, expected);
    }
    assert!(*store.conflicts.lock().expect("a lock") > 0, "they never met");
}

fn scene(steps: impl IntoIterator<Item = Step>) -> (Scripted, Client) {
    let server = Scripted::new(steps);
    let builder =
        Client::builder("sk_test_1").transport(server.clone()).random(|| 0).retry(RetryPolicy::never());
    (server, builder.build().expect("a client"))
}

fn read_at(revision: i64) -> Step {
    Step::json(200, drop_at(revision, "t").to_string())
}

fn overtaken(current: i64) -> Step {
    Step::problem(409, conflict(current).to_string())
}

#[test]
fn attempts_are_bounded_and_the_last_error_is_typed() {
    use dropthis_api::operations::UpdateDropProblem as P;
    let (server, client) = scene([read_at(1), overtaken(2), read_at(2), overtaken(3), read_at(3)]);
    let rewrite = client.rewrite(GetDrop::new("drop_1")).attempts(2);
    let error = rewrite.send_blocking(|drop| append(drop, "x")).expect_err("an error");
    assert_eq!(server.requests().len(), 4);
    let requests = server.requests();
    let sent: Vec<_> = requests.iter().filter_map(|request| request.headers().get("if-revision")).collect();
    assert_eq!(sent, ["1", "2"]);
    let RewriteError::Write(error) = error else { panic!("{error:?}") };
    assert!(matches!(error.kind(), Some(P::RevisionConflict(members)) if members.current_revision == 3));
    assert!(matches!(error.recovery(), Some(Recovery::Reread(Some(now))) if now.as_i64() == Some(3)));
}

#[tokio::test]
async fn other_errors_end_it_and_a_change_can_be_given_up() {
    let refused = Step::problem(
        404,
        r#"{"type":"https://dropthis.app/errors#not_found","title":"x","status":404,"code":"not_found","retryable":false}"#,
    );
    let (server, client) = scene([read_at(1), refused.clone()]);
    let error =
        client.rewrite(GetDrop::new("drop_1")).send(|drop| append(drop, "x")).await.expect_err("an error");
    assert!(matches!(&error, RewriteError::Write(error) if error.code() == Some("not_found")), "{error:?}");
    let widened: Error = error.into();
    assert_eq!((widened.code(), server.requests().len()), (Some("not_found"), 2));

    let (server, client) = scene([refused]);
    let error =
        client.rewrite(GetDrop::new("drop_1")).send(|drop| append(drop, "x")).await.expect_err("an error");
    assert!(matches!(error, RewriteError::Read(_)) && server.requests().len() == 1, "{error:?}");

    let (server, client) = scene([read_at(1), overtaken(2), read_at(2)]);
    let once = |drop: &Drop| if drop.revision == 1 { Ok(append(drop, "x")) } else { Err("it has changed") };
    let error =
        client.rewrite(GetDrop::new("drop_1")).try_send(|drop| once(drop)).await.expect_err("an error");
    assert!(
        matches!(error, RewriteError::Stopped("it has changed")) && server.requests().len() == 3,
        "{error:?}"
    );
}

#[test]
fn answers_that_break_the_contract_still_know_the_way_out() {
    let error = |body: Value| {
        let (_, client) = scene([Step::problem(409, body.to_string())]);
        let update = UpdateDrop::new("drop_1", UpdateDropRequest::default());
        client.send_blocking(update).expect_err("an error")
    };
    // Without a required member, and with one of another type.
    let mut body = conflict(3);
    body.as_object_mut().expect("an object").remove("title");
    let broken = error(body);
    assert!(matches!(broken, Error::Unexpected(_)), "{broken:?}");
    assert!(matches!(broken.recovery(), Some(Recovery::Reread(Some(now))) if now.as_i64() == Some(3)));
    let mut body = conflict(3);
    body["current_revision"] = Value::Null;
    let broken = error(body);
    assert!(matches!(broken.recovery(), Some(Recovery::Reread(None))), "{:?}", broken.recovery());
    // Of a code that nobody listed, the answer alone says something.
    let later = error(json!({"code": "later", "retryable": true}));
    assert_eq!(later.recovery().map(|way| way.action()), Some(RecoveryAction::Retry));
    let never = error(json!({"code": "later", "retryable": false}));
    assert!(never.recovery().is_none());
}
