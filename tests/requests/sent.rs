//! What generated clients send over a socket, read by parsers that others wrote: axum with multer for multipart bodies,
//! form_urlencoded for forms and queries.
#![allow(missing_docs, reason = "tests")]

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, Uri};
use golden_media_types as media;
use golden_multipart::{self as multi, File};
use golden_parameters as parameters;
use golden_paths as paths;
use golden_version_3_2 as new;

/// A request as a server has it.
#[derive(Debug, Clone, Default)]
struct Seen {
    method: String,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Seen {
    fn media_type(&self) -> &str {
        self.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    fn query(&self) -> Vec<(String, String)> {
        pairs(self.uri.query().unwrap_or_default().as_bytes())
    }

    /// The parts, as multer reads them: name, file name, media type, octets.
    async fn parts(&self) -> Vec<(String, Option<String>, Option<String>, Vec<u8>, HeaderMap)> {
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.headers_mut() = self.headers.clone();
        let mut multipart = Multipart::from_request(request, &()).await.expect("a multipart body");
        let mut parts = Vec::new();
        while let Some(field) = multipart.next_field().await.expect("a part") {
            let text = |text: Option<&str>| text.map(str::to_owned);
            let (name, file, media_type) =
                (text(field.name()), text(field.file_name()), text(field.content_type()));
            let headers = field.headers().clone();
            let octets = field.bytes().await.expect("octets").to_vec();
            parts.push((name.expect("a name"), file, media_type, octets, headers));
        }
        parts
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// A server that keeps the last request and answers 204.
async fn server() -> (String, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let kept = Arc::clone(&seen);
    let router = axum::Router::new().fallback(move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        let method = parts.method.to_string();
        *kept.lock().expect("a lock") = Seen { method, uri: parts.uri, headers: parts.headers, body };
        StatusCode::NO_CONTENT
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, seen)
}

/// Sends an operation and gives what the server saw; the answer is beside the point.
macro_rules! seen {
    ($krate:ident, $operation:expr) => {{
        let (url, seen) = server().await;
        let client = $krate::Client::builder("token").base_url(url).build().expect("a client");
        let _ = client.send($operation).await;
        let seen = seen.lock().expect("a lock").clone();
        seen
    }};
}

const HOSTILE: &str = "a\"; size=\"x\r\nX-Evil: 1\r\n\r\n--b\\";
const ESCAPED: &str = "a%22; size=%22x%0D%0AX-Evil: 1%0D%0A%0D%0A--b%5C";

/// A file that is read while it is sent is a part like any other, and an announced length is right.
#[tokio::test]
async fn files_are_sent_without_being_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("grö\"ße.png");
    let content: Vec<u8> = (0..300_000_u32).map(|at| u8::try_from(at % 251).expect("an octet")).collect();
    std::fs::write(&path, &content).expect("a file");
    let file = File::open(&path).media_type("image/png");

    let mut profile = multi::types::Profile::new(file.clone(), "Ünï");
    profile.scans = Some(vec![file.clone(), File::new("two").name("2.jpg")]);
    let seen = seen!(multi, multi::operations::CreateProfile::new(7, profile));
    assert_eq!(seen.headers["content-length"], seen.body.len().to_string().as_str());
    let parts = seen.parts().await;
    let found: Vec<_> = parts.iter().filter(|(_, _, _, octets, _)| *octets == content).collect();
    assert_eq!(found.len(), 2, "{parts:?}");
    for (_, name, media_type, ..) in found {
        assert_eq!((name.as_deref(), media_type.as_deref()), (Some("grö%22ße.png"), Some("image/png")));
    }
    assert!(parts.iter().any(|(name, _, _, octets, _)| name == "scans" && octets == b"two"), "{parts:?}");

    // Of a stream the length may not be known.
    let stream = multi::Body::stream(|| multi::Pieces::from_reader(&b"s3t"[..]));
    let body = multi::Multipart::new().text("a", "1").part("b", File::new(stream.clone()));
    let seen = seen!(multi, multi::operations::PostAnything::new(body));
    assert_eq!(seen.headers["transfer-encoding"], "chunked");
    let (_, boundary) = seen.media_type().split_once("boundary=").expect("a boundary");
    assert!(seen.text().contains("\r\n\r\ns3t\r\n--"), "{}", seen.text());
    assert!(seen.text().ends_with(&format!("--{boundary}--\r\n")), "{}", seen.text());

    let seen = seen!(media, media::operations::AddPicture::new(media::RawBody::new("image/webp", stream)));
    assert_eq!((seen.media_type(), seen.body.as_slice()), ("image/webp", &b"s3t"[..]));
    let seen = seen!(
        media,
        media::operations::AddPicture::new(media::RawBody::new("image/png", media::Body::file(&path)))
    );
    assert_eq!(seen.body, content);
    assert_eq!(seen.headers["content-length"], "300000");
}

#[test]
fn what_is_not_in_memory_is_no_request_in_memory() {
    use media::Operation as _;
    let picture =
        media::operations::AddPicture::new(media::RawBody::new("image/png", media::Body::file("none")));
    let base = "https://h.example".parse().expect("a URL");
    let error = picture.to_request(&base).expect_err("it is not in memory");
    assert!(error.to_string().contains("to_streamed_request"), "{error}");
    assert!(picture.to_streamed_request(&base).is_ok());
    // Two bodies that come from the same place are the same.
    assert_eq!(picture.body, picture.clone().body);
    assert!(format!("{picture:?}").contains("none"));
}

#[tokio::test]
async fn a_struct_is_sent_in_parts() {
    let mut body =
        multi::types::Profile::new(File::new(vec![0, 255, 13, 10]).name("größe.png"), "Ünï \r\n--x");
    body.scans = Some(vec!["one".into(), File::new("two").name("2.jpg").media_type("image/jpeg")]);
    body.biography = Some("# Me".to_owned());
    body.rank = Some("first".to_owned());
    body.born = Some("2001-02-03".parse().expect("a date"));
    body.address =
        Some(multi::types::ProfileAddress { city: Some("Å\"b".to_owned()), ..Default::default() });
    body.aliases = Some(vec!["a".to_owned(), "b|c".to_owned()]);
    body.limits = Some([("k&x".to_owned(), 1), ("l".to_owned(), -2)].into());
    let operation = multi::operations::CreateProfile::new(7, body)
        .photo_x_colors(vec!["red".to_owned(), "blue".to_owned()]);
    let seen = seen!(multi, operation);
    assert!(seen.media_type().starts_with("multipart/form-data; boundary="), "{}", seen.media_type());
    let parts = seen.parts().await;
    let brief: Vec<_> = parts
        .iter()
        .map(|(name, file, media_type, octets, _)| {
            (name.as_str(), file.as_deref(), media_type.as_deref(), String::from_utf8_lossy(octets))
        })
        .collect();
    let expected = [
        ("photo", Some("größe.png"), Some("image/png"), String::from_utf8_lossy(&[0, 255, 13, 10])),
        ("scans", Some("scans"), Some("application/octet-stream"), "one".into()),
        ("scans", Some("2.jpg"), Some("image/jpeg"), "two".into()),
        ("name", None, None, "Ünï \r\n--x".into()),
        ("biography", None, Some("text/markdown; charset=utf-8"), "# Me".into()),
        ("rank", None, Some("application/json"), "\"first\"".into()),
        ("born", None, None, "2001-02-03".into()),
        ("address", None, Some("application/json"), r#"{"city":"Å\"b"}"#.into()),
        ("aliases", None, None, "a|b|c".into()),
        ("limits[k&x]", None, None, "1".into()),
        ("limits[l]", None, None, "-2".into()),
    ];
    assert_eq!(brief, expected);
    let header = |name: &str| parts[0].4.get(name).and_then(|value| value.to_str().ok());
    assert_eq!((header("x-width"), header("x-colors")), (Some("7"), Some("red,blue")));
    assert_eq!(parts[0].3, [0, 255, 13, 10]);
    assert!(parts[1].4.get("x-width").is_none());
}

#[tokio::test]
async fn hostile_names_stay_names() {
    let files = [(HOSTILE.to_owned(), File::new(HOSTILE).name(HOSTILE))];
    let seen = seen!(multi, multi::operations::PutFiles::new().body(files.into()));
    let parts = seen.parts().await;
    assert_eq!(parts.len(), 1);
    let (name, file, _, octets, headers) = &parts[0];
    assert_eq!((name.as_str(), file.as_deref()), (ESCAPED, Some(ESCAPED)));
    assert_eq!(octets, HOSTILE.as_bytes());
    assert!(headers.get("x-evil").is_none());
}

#[tokio::test]
async fn content_that_looks_like_the_boundary_stays_content() {
    let one = |content: Vec<u8>| {
        let files = [("f".to_owned(), File::new(content))];
        multi::operations::PutFiles::new().body(files.into())
    };
    let first = seen!(multi, one(vec![b'x'; 66]));
    let boundary = first.media_type().split_once("boundary=").expect("a boundary").1.to_owned();
    // As long as before, so that the first choice is the same again.
    let mut content = format!("\r\n--{boundary}--\r\n").into_bytes();
    content.resize(66, b'x');
    let seen = seen!(multi, one(content.clone()));
    let parts = seen.parts().await;
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].3, content);
    assert!(!seen.media_type().contains(&boundary));
}

#[tokio::test]
async fn a_caller_lists_parts_where_the_document_does_not() {
    let body = multi::Multipart::new().text("a", "1").part("b", File::new("2").media_type("text/csv"));
    let seen = seen!(multi, multi::operations::PostAnything::new(body));
    assert!(seen.media_type().starts_with("multipart/mixed; boundary="));
    assert!(seen.text().contains("name=\"b\"\r\nContent-Type: text/csv\r\n\r\n2\r\n--"), "{}", seen.text());
}

#[tokio::test]
async fn a_form_is_read_back() {
    let mut body = media::types::PutRowRequest::new("a&b=c+ d%é\r\n;#");
    body.tags = Some(vec!["x y".to_owned(), "z&=".to_owned()]);
    body.range = Some(media::types::PutRowRequestRange { from: Some(1), to: Some(2), ..Default::default() });
    body.path = Some("/a?b=c&d+e%f#g".to_owned());
    body.meta = Some([("k".to_owned(), media::Json::from(true))].into());
    let seen = seen!(media, media::operations::PutRow::new(body));
    assert_eq!(seen.media_type(), "application/x-www-form-urlencoded");
    let expected = [
        ("name", "a&b=c+ d%é\r\n;#"),
        ("tags", "x y,z&="),
        ("range[from]", "1"),
        ("range[to]", "2"),
        ("path", "/a?b=c&d+e%f#g"),
        ("meta", r#"{"k":true}"#),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(pairs(&seen.body), expected);
    assert!(seen.text().contains("path=/a?b=c%26d%2Be%25f%23g"), "{}", seen.text());
}

#[tokio::test]
async fn the_caller_chooses_the_media_type() {
    use media::operations::{AddPet, AddPetBody, AddPicture, AddRows, ChangePet, ChangePetBody};
    let pet = || media::types::Pet::new("Rex");
    let seen = seen!(media, AddPet::new(pet()));
    assert_eq!((seen.media_type(), seen.text()), ("application/json", r#"{"name":"Rex"}"#));
    let seen = seen!(media, AddPet::new(AddPetBody::Form(pet())));
    assert_eq!((seen.media_type(), seen.text()), ("application/x-www-form-urlencoded", "name=Rex"));
    let seen = seen!(media, AddPet::new(AddPetBody::Xml("<pet/>".to_owned())));
    assert_eq!((seen.media_type(), seen.text()), ("application/xml", "<pet/>"));
    let seen = seen!(media, ChangePet::new().body(ChangePetBody::VndPetsJson(pet())));
    assert_eq!(seen.media_type(), "application/vnd.pets+json; version=2");
    let seen = seen!(media, AddRows::new("a,b".to_owned()));
    assert_eq!((seen.media_type(), seen.text()), ("text/csv", "a,b"));
    let seen = seen!(media, AddPicture::new(media::RawBody::new("image/webp", vec![1, 2, 3])));
    assert_eq!((seen.media_type(), seen.body.as_slice()), ("image/webp", [1, 2, 3].as_slice()));
    let seen = seen!(media, AddPicture::new(media::RawBody::new("image/png\r\nX-Evil: 1", "")));
    assert_eq!(seen.headers.len(), 0, "nothing was sent");
}

#[tokio::test]
async fn parameters_are_read_back() {
    let (hostile, hard) = ("a&b=c+ d%é/?#[]\r\n", "x|y,z");
    let matrix = parameters::types::EveryStyleMatrix { x: Some(1.5), ..Default::default() };
    let operation = parameters::operations::EveryStyle::new(vec![hostile.to_owned()], -7, matrix, 20)
        .form(vec![1, 2])
        .list(vec![3, 4])
        .pipes(vec!["a b".to_owned(), hard.to_owned()])
        .json([(hostile.to_owned(), 1)].into())
        .session(hostile);
    let seen = seen!(parameters, operation);
    assert_eq!(seen.uri.path(), "/a/a%26b%3Dc%2B%20d%25%C3%A9%2F%3F%23%5B%5D%0D%0A/b/.-7/c/;x=1.5");
    let json = serde_json::json!({ hostile: 1 }).to_string();
    let expected = [
        ("form", "1"),
        ("form", "2"),
        ("list", "3,4"),
        ("pipes", "a b|x|y,z"),
        ("json", json.as_str()),
        ("limit", "20"),
    ];
    assert_eq!(seen.query(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let cookie = seen.headers.get("cookie").and_then(|value| value.to_str().ok()).expect("a cookie");
    let (name, value) = cookie.split_once('=').expect("a pair");
    assert_eq!((name, pairs(format!("v={value}").as_bytes())[0].1.as_str()), ("session", hostile));
}

#[tokio::test]
async fn paths_mix_text_and_variables() {
    use paths::operations::{CancelBatch, GetFile, GetTile, Search};
    let seen = seen!(paths, CancelBatch::new("a/b:c"));
    assert_eq!(seen.uri, "/batches/a%2Fb%3Ac:cancel");
    let seen = seen!(paths, GetTile::new(1, 2, 3, paths::types::GetTileFormat::Png, "2"));
    assert_eq!(seen.uri, "/tiles/1/2,3@2x.png");
    let seen = seen!(paths, GetFile::new("a/b c?d#e%2F"));
    assert_eq!(seen.uri, "/files/a/b%20c%3Fd%23e%252F");
    let seen = seen!(paths, Search::new("x").page(2));
    assert_eq!(seen.uri, "/search?version=2&q=x&page=2");
    for dots in ["..", ".", "a/../b"] {
        let seen = seen!(paths, GetFile::new(dots));
        assert_eq!(seen.headers.len(), 0, "{dots} was sent");
    }
}

#[tokio::test]
async fn methods_and_queries_of_version_3_2() {
    use new::operations::{CopyNotes, FindNotes, FollowEvents, MSearchNotes, Search};
    let filter = new::types::FilterContent { words: Some(vec!["a".to_owned()]), ..Default::default() };
    let seen = seen!(new, FindNotes::new(filter));
    assert_eq!((seen.method.as_str(), seen.text()), ("QUERY", r#"{"words":["a"]}"#));
    let seen = seen!(new, MSearchNotes::new());
    assert_eq!((seen.method.as_str(), seen.uri.path()), ("M-SEARCH", "/notes"));
    let seen = seen!(new, CopyNotes::new().session("a=%20b"));
    assert_eq!(seen.method, "COPY");
    assert_eq!(seen.headers.get("cookie").and_then(|value| value.to_str().ok()), Some("session=a=%20b"));
    let mut selection = new::types::EventsSelection::new(7);
    selection.kinds = Some(vec!["a&b".to_owned(), "c d".to_owned()]);
    let seen = seen!(new, FollowEvents::new(selection));
    let expected = [("since", "7"), ("kinds", "a&b"), ("kinds", "c d")];
    assert_eq!(seen.query(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let seen = seen!(new, Search::new().path("$.a[0]&b"));
    assert_eq!(seen.uri.query(), Some("%24.a%5B0%5D%26b"));
}

#[test]
fn alternatives_are_told_apart_by_numbers_and_defaults() {
    use new::types::{Event, Note, Shape};
    let note = |text: &str| serde_json::from_str::<Note>(text).expect("a note");
    assert!(matches!(note(r#"{"version":1,"color":"red"}"#), Note::FirstNote(_)));
    assert!(matches!(note(r#"{"version":2.0,"colors":["red"]}"#), Note::SecondNote(_)));
    assert!(matches!(note(r#"{"version":3,"palette":"warm"}"#), Note::LaterNote(_)));
    let event = |text: &str| serde_json::from_str::<Event>(text).expect("an event");
    assert!(matches!(event(r#"{"kind":"made"}"#), Event::Made(_)));
    assert!(matches!(event(r#"{"kind":"heard"}"#), Event::OtherVariant(_)));
    assert!(matches!(event(r#"{"text":"x"}"#), Event::OtherVariant(_)));
    let shape = |text: &str| serde_json::from_str::<Shape>(text).expect("a shape");
    assert!(matches!(shape(r#"{"sides":4,"width":1}"#), Shape::Object2(_)));
    assert!(matches!(shape(r#"{"sides":5}"#), Shape::Other(_)));
}
