//! Pages in every style, turned by a client of the golden crate.
#![allow(missing_docs, reason = "tests")]

use golden_pages::operations::{ByCursor, ByLast, ByLink, ByOffset, ByPage, ByUrl};
use golden_pages::rt::Api as _;
use golden_pages::rt::testing::{Scripted, Step};
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
