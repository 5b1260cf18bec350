//! Lists over a real socket, page by page: all of it, with errors on the way, and round in circles.

use std::collections::HashMap;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use dropthis_api::operations::{ListDrops, ListDropsProblem as P};
use dropthis_api::{Client, Error, Paged, RetryPolicy, Ureq};
use futures_core::Stream;
use problemgen::contract::Contract;
use serde_json::{Value, json};

/// How many drops there are.
const DROPS: usize = 7;

/// A cursor and a limit.
type Asked = (String, Option<String>);

#[derive(Clone, Default)]
struct Store {
    /// The cursors that were asked for, `""` for the first page, with the limits.
    asked: Arc<Mutex<Vec<Asked>>>,
    /// The cursor at which the next request fails, once.
    fails: Arc<Mutex<Option<String>>>,
    /// After the last page comes the one with this cursor.
    circle: Option<&'static str>,
}

/// The drop with this number, as the document shows one.
fn drop_no(number: usize) -> Value {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(crate::calls::contract);
    let mut operations = CONTRACT.operations.iter();
    let operation = operations.find(|operation| operation.id == "getDrop").expect("the operation");
    let mut drop = operation.successes[0].media[0].examples.first().expect("an example").value.clone();
    drop["id"] = format!("drop_{number}").into();
    drop
}

async fn page(State(store): State<Store>, Query(query): Query<HashMap<String, String>>) -> Response {
    let cursor = query.get("cursor").cloned().unwrap_or_default();
    store.asked.lock().expect("a lock").push((cursor.clone(), query.get("limit").cloned()));
    let fails = &mut *store.fails.lock().expect("a lock");
    if fails.as_ref() == Some(&cursor) {
        *fails = None;
        let problem = json!({
            "type": "https://dropthis.app/errors#invalid_session", "title": "Invalid session", "status": 401,
            "code": "invalid_session", "retryable": false,
        });
        let media = [("content-type", "application/problem+json")];
        return (StatusCode::UNAUTHORIZED, media, problem.to_string()).into_response();
    }
    let from: usize = cursor.strip_prefix("c/").and_then(|number| number.parse().ok()).unwrap_or_default();
    let limit: usize = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(2);
    let to = (from + limit).min(DROPS);
    let next = if to < DROPS { Some(format!("c/{to}")) } else { store.circle.map(str::to_owned) };
    let data: Vec<Value> = (from..to).map(drop_no).collect();
    Json(json!({"object": "list", "data": data, "has_more": next.is_some(), "next_cursor": next}))
        .into_response()
}

async fn start(store: Store) -> SocketAddr {
    let router = Router::new().route("/v1/drops", get(page)).with_state(store);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn client(address: SocketAddr) -> Client {
    let builder = Client::builder("sk_test_1").base_url(format!("http://{address}"));
    builder.retry(RetryPolicy::never()).build().expect("a client")
}

fn ids(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|number| format!("drop_{number}")).collect()
}

/// Takes what a stream gives, until it ends.
async fn drain<S: Stream + Unpin>(mut stream: S) -> Vec<S::Item> {
    let mut all = Vec::new();
    while let Some(next) = poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await {
        all.push(next);
    }
    all
}

#[tokio::test]
async fn all_pages_are_read_and_each_is_asked_for_once() {
    let store = Store::default();
    let client = client(start(store.clone()).await);
    let all = drain(client.items(ListDrops::new().limit(3))).await;
    let all: Vec<String> = all.into_iter().map(|drop| drop.expect("a drop").id).collect();
    assert_eq!(all, ids(0, DROPS));
    let asked = store.asked.lock().expect("a lock").clone();
    let expected = ["", "c/3", "c/6"].map(|cursor| (cursor.to_owned(), Some("3".to_owned())));
    assert_eq!(asked, expected);

    // Page by page, and from the middle on.
    let mut pages = client.pages(ListDrops::new().cursor("c/4"));
    let first = pages.next().await.expect("a page").expect("a success");
    assert_eq!((first.has_more, first.data.len()), (true, 2));
    let last = pages.next().await.expect("a page").expect("a success");
    assert_eq!(ListDrops::items(last).len(), 1);
    assert!(pages.next().await.is_none() && pages.next().await.is_none());
    assert_eq!(store.asked.lock().expect("a lock").len(), 5);
}

#[tokio::test]
async fn an_error_on_the_way_is_typed_and_loses_nothing() {
    let store = Store { fails: Arc::new(Mutex::new(Some("c/4".to_owned()))), ..Store::default() };
    let client = client(start(store.clone()).await);
    let mut items = client.items(ListDrops::new());
    let mut got = Vec::new();
    let mut errors = 0;
    while let Some(next) = items.next().await {
        match next {
            Ok(drop) => got.push(drop.id),
            Err(error) => {
                assert_eq!(got, ids(0, 4), "what came before the error comes before it");
                assert!(matches!(error.kind(), Some(P::InvalidSession)), "{error:?}");
                errors += 1;
                items.again();
            }
        }
    }
    assert_eq!((got, errors), (ids(0, DROPS), 1));
    let asked: Vec<String> =
        store.asked.lock().expect("a lock").iter().map(|(cursor, _)| cursor.clone()).collect();
    assert_eq!(asked, ["", "c/2", "c/4", "c/4", "c/6"]);

    // Whoever does not ask again is at the end.
    *store.fails.lock().expect("a lock") = Some("c/2".to_owned());
    let all = drain(client.items(ListDrops::new())).await;
    assert_eq!((all.len(), all.iter().filter(|next| next.is_err()).count()), (3, 1));
}

#[tokio::test]
async fn circles_end_with_an_error_and_no_page_is_lost() {
    for circle in ["c/6", "c/4", ""] {
        // An empty cursor is none, so that the page says that there are more and not where.
        let client = client(start(Store { circle: Some(circle), ..Store::default() }).await);
        let all = drain(client.items(ListDrops::new())).await;
        let (got, errors): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
        assert!(got.len() >= DROPS && got.len() < 4 * DROPS, "{circle}: {}", got.len());
        let error = errors.into_iter().find_map(Result::err).expect("an error");
        let Error::Unexpected(unexpected) = &error else { panic!("{error:?}") };
        assert_eq!(unexpected.violations[0].pointer, "/next_cursor", "{error:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert!(unexpected.members.contains_key("data"));
    }
}

#[test]
fn iterators_need_no_runtime() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let store = Store { fails: Arc::new(Mutex::new(Some("c/6".to_owned()))), ..Store::default() };
    let address = runtime.block_on(start(store));
    let builder = Client::builder("sk_test_1").base_url(format!("http://{address}")).transport(Ureq::new());
    let client = builder.retry(RetryPolicy::never()).build().expect("a client");
    let mut items = client.items(ListDrops::new()).blocking();
    let got: Vec<String> = items.by_ref().map_while(Result::ok).map(|drop| drop.id).collect();
    assert_eq!(got, ids(0, 6));
    items.again();
    let rest: Result<Vec<String>, _> = items.map(|drop| drop.map(|drop| drop.id)).collect();
    assert_eq!(rest.expect("a success"), ids(6, 7));
    assert_eq!(client.pages(ListDrops::new()).blocking().count(), 4);
}

#[tokio::test]
async fn pages_go_wherever_a_future_goes() {
    let client = client(start(Store::default()).await);
    let task = tokio::spawn(async move {
        let mut items = client.items(ListDrops::new());
        let mut count = 0;
        while let Some(next) = items.next().await {
            next?;
            count += 1;
        }
        Ok::<_, Error>(count)
    });
    assert_eq!(task.await.expect("no panic").expect("a success"), DROPS);
}

#[tokio::test]
async fn pages_can_have_settings_of_their_own() {
    let store = Store::default();
    let address = start(store.clone()).await;
    let elsewhere = Client::builder("sk_test_1").base_url("http://127.0.0.1:9");
    let client = elsewhere.retry(RetryPolicy::never()).build().expect("a client");
    let limit = client.pages(ListDrops::new()).body_limit(10).base_url(format!("http://{address}"));
    let error = { limit }.next().await.expect("a page").expect_err("it is longer");
    assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
    let mut items = client.items(ListDrops::new().limit(3)).base_url(format!("http://{address}"));
    let mut count = 0;
    while let Some(item) = items.next().await {
        item.expect("an item");
        count += 1;
    }
    assert_eq!(count, DROPS);
    assert_eq!(store.asked.lock().expect("a lock").len(), 1 + DROPS.div_ceil(3));
    let mut nowhere = client.items(ListDrops::new()).base_url("ftp://x");
    let error = nowhere.next().await.expect("an answer").expect_err("no URL");
    assert!(matches!(error, Error::Request(_)), "{error:?}");
}
