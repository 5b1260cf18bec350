//! Pages in every style, turned by a client of the golden crate.
#![allow(missing_docs, reason = "tests")]

use golden_pages::headers;
use golden_pages::operations::{
    ByBody, ByCursor, ByHeader, ByLast, ByLink, ByOffset, ByOffsetInBody, ByPage, ByUrl,
};
use golden_pages::rt::Api as _;
use golden_pages::rt::testing::{Scripted, Step};
use golden_pages::types::{Search, SearchPage};
use golden_pages::{Client, Credential, Error, RetryPolicy};

fn scene(pages: &[&str]) -> (Scripted, Client) {
    let server = Scripted::new(pages.iter().map(|page| Step::json(200, (*page).to_owned())));
    scripted(server)
}

fn scripted(server: Scripted) -> (Scripted, Client) {
    let builder = Client::builder(Credential::none()).transport(server.clone()).retry(RetryPolicy::never());
    (server, builder.build().expect("a client"))
}

/// What was asked for, without the server.
fn asked(server: &Scripted) -> Vec<String> {
    let base = golden_pages::Api::SERVERS[0];
    let uris = server.requests().into_iter().map(|request| request.uri().to_string());
    uris.map(|uri| uri.strip_prefix(base).expect("the server").to_owned()).collect()
}

#[test]
fn by_a_cursor_that_is_a_number_in_an_object() {
    let (server, client) = scene(&[
        r#"{"result": {"things": [{"id": "a"}], "next": 7}}"#,
        r#"{"result": {"things": null, "next": 9}}"#,
        r#"{"result": {"things": [{"id": "b"}, {"id": "c"}], "next": null}}"#,
    ]);
    let all: Result<Vec<_>, _> = client.items(ByCursor::new()).blocking().collect();
    let ids: Vec<String> = all.expect("a success").into_iter().map(|thing| thing.id).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(asked(&server), ["/by-cursor", "/by-cursor?after=7", "/by-cursor?after=9"]);
    let (_, client) = scene(&["{}"]);
    assert_eq!(client.items(ByCursor::new()).blocking().count(), 0);
}

#[test]
fn by_the_last_item() {
    let (server, client) = scene(&[
        r#"{"data": [{"id": "a"}, {"id": "b c"}], "has_more": true}"#,
        r#"{"data": [{"id": "d"}], "has_more": false}"#,
    ]);
    let all: Result<Vec<_>, _> = client.items(ByLast::new()).blocking().collect();
    assert_eq!(all.expect("a success").len(), 3);
    assert_eq!(asked(&server), ["/by-last", "/by-last?starting_after=b%20c"]);
}

#[test]
fn by_number_from_the_default_or_from_what_is_given() {
    let pages = [r#"[{"id": "a"}]"#, r#"[{"id": "b"}]"#, "[]"];
    let (server, client) = scene(&pages);
    assert_eq!(client.items(ByPage::new()).blocking().count(), 2);
    assert_eq!(asked(&server), ["/by-page", "/by-page?page=1", "/by-page?page=2"]);
    let (server, client) = scene(&pages);
    assert_eq!(client.items(ByPage::new().page(5)).blocking().count(), 2);
    assert_eq!(asked(&server), ["/by-page?page=5", "/by-page?page=6", "/by-page?page=7"]);
}

#[test]
fn by_offset_with_all_else_as_it_was() {
    let (server, client) =
        scene(&[r#"{"data": [{"id": "a"}, {"id": "b"}]}"#, r#"{"data": [{"id": "c"}]}"#, r#"{"data": []}"#]);
    let operation = ByOffset::new("left/top").sort("name");
    assert_eq!(client.items(operation).blocking().count(), 3);
    let expected = [
        "/by-offset/left%2Ftop?sort=name",
        "/by-offset/left%2Ftop?skip=2&sort=name",
        "/by-offset/left%2Ftop?skip=3&sort=name",
    ];
    assert_eq!(asked(&server), expected);
}

#[test]
fn by_the_header_and_by_a_member_but_nowhere_else() {
    let link = |target: &str| format!("<{target}>; rel=\"next\", </x>; rel=\"last\"");
    let (server, client) = scripted(Scripted::new([
        Step::json(200, r#"["a"]"#).header("link", &link("http://api.example.com/v1/by-link?p=2&sort=name")),
        Step::json(200, r#"["b"]"#).header("link", &link("?p=3")),
        Step::json(200, r#"["c"]"#).header("link", "</x>; rel=\"prev\""),
    ]));
    let all: Result<Vec<_>, _> = client.items(ByLink::new().sort("name")).blocking().collect();
    assert_eq!(all.expect("a success"), ["a", "b", "c"]);
    assert_eq!(asked(&server), ["/by-link?sort=name", "/by-link?p=2&sort=name", "/by-link?p=3"]);

    let (server, client) = scene(&[
        r#"{"data": [{"id": "a"}], "next": "/v1/by-url?p=2"}"#,
        r#"{"data": [{"id": "b"}], "next": "https://elsewhere.example/v1/by-url?p=3"}"#,
    ]);
    let mut items = client.items(ByUrl::new()).blocking();
    assert_eq!(items.by_ref().take(2).filter(Result::is_ok).count(), 2);
    let error = items.next().expect("an error").expect_err("an error");
    assert!(
        matches!(&error, Error::Unexpected(unexpected) if unexpected.violations[0].pointer == "/next"),
        "{error:?}"
    );
    assert!(items.next().is_none());
    assert_eq!(asked(&server), ["/by-url", "/by-url?p=2"]);
}

fn bodies(server: &Scripted) -> Vec<String> {
    let requests = server.requests().into_iter();
    requests.map(|request| String::from_utf8(request.body().to_vec()).expect("text")).collect()
}

#[test]
fn by_a_cursor_from_a_header() {
    let (server, client) = scripted(Scripted::new([
        Step::json(200, r#"[{"id": "a"}]"#).header("x-next-cursor", "c 2"),
        Step::json(200, r#"[{"id": "b"}]"#).header("x-next-cursor", "c 2"),
    ]));
    let mut items = client.items(ByHeader::new()).blocking();
    assert_eq!(items.by_ref().take(2).filter(Result::is_ok).count(), 2);
    let error = items.next().expect("an error").expect_err("a circle");
    assert!(error.violations()[0].message.contains("round in circles"), "{error:?}");
    assert_eq!(asked(&server), ["/by-header", "/by-header?after=c%202"]);
}

#[test]
fn by_a_cursor_in_the_body_from_a_header_that_is_a_number() {
    let (server, client) = scripted(Scripted::new([
        Step::json(200, r#"{"data": [{"id": "a"}]}"#).header("x-next", "7"),
        Step::json(200, r#"{"data": [{"id": "b"}]}"#).header("x-next", "x"),
    ]));
    let body = Search {
        text: Some("emma".to_owned()),
        page: Some(SearchPage { size: Some(2), ..SearchPage::default() }),
        ..Search::default()
    };
    let list = ByBody::new(body).idempotency_key("k1");
    let mut items = client.items(list).retry(RetryPolicy::standard()).blocking();
    assert_eq!(items.by_ref().take(2).filter(Result::is_ok).count(), 2);
    let error = items.next().expect("an error").expect_err("no number");
    assert!(error.violations()[0].message.contains("the header X-Next is no number"), "{error:?}");
    let expected = [r#"{"text":"emma","page":{"size":2}}"#, r#"{"page":{"after":7,"size":2},"text":"emma"}"#];
    assert_eq!(bodies(&server), expected);
    let keys: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.headers()["idempotency-key"].to_str().expect("text").to_owned())
        .collect();
    // A key stands for one request: that of the caller for the first page, and one that is made for the next.
    assert_eq!((keys[0].as_str(), keys[1].len()), ("k1", 36));
}

#[test]
fn by_an_offset_in_a_body_that_need_not_be_there() {
    let pages = [r#"{"data": [{"id": "a"}, {"id": "b"}]}"#, r#"{"data": []}"#];
    let (server, client) = scene(&pages);
    assert_eq!(client.items(ByOffsetInBody::new()).blocking().count(), 2);
    assert_eq!(bodies(&server), ["", r#"{"page":{"from":2}}"#]);
    assert_eq!(server.requests()[1].headers()["content-type"], "application/json");
    let (server, client) = scene(&pages);
    let body =
        Search { page: Some(SearchPage { from: Some(10), ..SearchPage::default() }), ..Search::default() };
    assert_eq!(client.items(ByOffsetInBody::new().body(body)).blocking().count(), 2);
    assert_eq!(bodies(&server)[1], r#"{"page":{"from":12}}"#);
}

#[test]
fn headers_are_of_their_types_and_lose_no_answer() {
    let step = Step::json(200, r#"["a"]"#).header("x-total", "12").header("x-type", "7");
    let (_, client) = scripted(Scripted::new([
        step.header("x-read-at", "Sun, 06 Nov 1994 08:49:37 GMT"),
        Step::json(200, r#"["a"]"#).header("x-total", "a dozen"),
        Step::json(503, "{}").header("x-total", "0").header("x-back-at", "1994-11-06T08:49:37Z"),
    ]));
    let reply = client.call(ByLink::new()).reply_blocking().expect("a success");
    assert_eq!(reply.header(headers::X_TOTAL), Ok(Some(12)));
    assert_eq!(reply.header(headers::X_TYPE), Ok(Some("7".to_owned())));
    let at = reply.header(headers::X_READ_AT).expect("an instant").expect("a header");
    assert_eq!(at.to_string(), "1994-11-06T08:49:37Z");
    assert_eq!(reply.header(headers::X_NEXT_CURSOR), Ok(None));
    let reply = client.call(ByLink::new()).reply_blocking().expect("a success");
    let error = reply.header(headers::X_TOTAL).expect_err("no number");
    assert!(error.to_string().starts_with("the header X-Total cannot be read: "), "{error}");
    assert_eq!(reply.value, ["a"]);
    let error = client.send_blocking(ByLink::new()).expect_err("no success");
    assert_eq!(error.header(headers::X_TOTAL), Ok(Some(0)));
    assert_eq!(error.header(headers::X_BACK_AT), Ok(Some(at)));
}
