//! The example that publishes a folder, against servers: one that is the API, one that is the storage.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use dropthis_api::{Client, Error, RetryPolicy};
use indicatif::{ProgressBar, ProgressDrawTarget};
use serde_json::{Value, json};

use crate::calls::contract;

#[path = "../examples/upload.rs"]
#[allow(dead_code, reason = "a test needs no `main`")]
mod example;

/// What a server was sent: method, path and query, headers, body.
type Seen = Arc<Mutex<Vec<(Method, String, HeaderMap, Bytes)>>>;

/// Serves by a function of the number of the request and its path.
async fn serve(answer: impl Fn(usize, &str) -> Response + Clone + Send + Sync + 'static) -> (String, Seen) {
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let router = Router::new().fallback(move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a whole body");
        let path = parts.uri.to_string();
        let number = {
            let mut kept = kept.lock().expect("a lock");
            kept.push((parts.method, path.clone(), parts.headers, body));
            kept.len()
        };
        answer(number, &path)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, seen)
}

/// The example of an answer in the document.
fn answer_of(operation: &str) -> Value {
    let contract = contract();
    let operation = contract.operations.iter().find(|found| found.id == operation).expect("the operation");
    let media = operation.successes.iter().flat_map(|success| &success.media);
    let examples = media.flat_map(|media| &media.examples);
    examples.map(|example| example.value.clone()).next().expect("an example")
}

const FILES: [(&str, usize); 2] = [("film.bin", 2_500_000), ("index.html", 300_000)];

/// A folder, an API that has signed addresses of this storage, and a client with a bar.
async fn scene(storage: &str) -> (tempfile::TempDir, Client, Seen, ProgressBar) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, length) in FILES {
        fs::write(folder.path().join(name), vec![b'x'; length]).expect("a file");
    }
    let mut created = answer_of("createUpload");
    created["files"] = FILES
        .iter()
        .map(|(name, _)| {
            json!({"file_id": *name, "path": *name, "object_key": *name, "upload": {
                "strategy": "single_put",
                "url": format!("{storage}/{name}?signature=s3cret"),
                "headers": {"Content-Type": "text/x-signed"},
                "expires_at": "2026-05-23T13:00:00Z",
            }})
        })
        .collect();
    let answers: BTreeMap<_, _> = [
        ("/v1/uploads", (StatusCode::CREATED, created)),
        ("/v1/uploads/upl_1/complete", (StatusCode::OK, answer_of("completeUpload"))),
        ("/v1/drops", (StatusCode::CREATED, answer_of("publishDrop"))),
    ]
    .into();
    let (api, seen) = serve(move |_, path| {
        let (status, mut body) = answers.get(path).cloned().unwrap_or((StatusCode::NOT_FOUND, Value::Null));
        if body.get("upload_id").is_some() {
            body["upload_id"] = "upl_1".into();
        }
        (status, axum::Json(body)).into_response()
    })
    .await;
    let policy = RetryPolicy::standard()
        .backoff(std::time::Duration::from_millis(1), std::time::Duration::from_millis(2));
    let client = Client::builder("sk_secret").base_url(api).retry(policy).build().expect("a client");
    (folder, client, seen, ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()))
}

#[tokio::test]
async fn a_folder_is_published() {
    // The storage is busy at first.
    let busy = |number, _: &str| match number {
        1 => (StatusCode::SERVICE_UNAVAILABLE, "<Error><Code>SlowDown</Code></Error>").into_response(),
        _ => StatusCode::OK.into_response(),
    };
    let (storage, stored) = serve(busy).await;
    let (folder, client, api, bar) = scene(&storage).await;
    let drop = example::publish(&client, folder.path(), &bar).await.expect("it is published");
    assert!(drop.url.starts_with("https://"), "{}", drop.url);
    assert!(bar.is_finished());
    assert_eq!((bar.position(), bar.length()), (2_800_000, Some(2_800_000)));

    let stored = stored.lock().expect("a lock");
    let brief: Vec<_> =
        stored.iter().map(|(method, path, _, body)| (method.as_str(), path.as_str(), body.len())).collect();
    assert_eq!(
        brief,
        [
            ("PUT", "/film.bin?signature=s3cret", 2_500_000),
            ("PUT", "/film.bin?signature=s3cret", 2_500_000),
            ("PUT", "/index.html?signature=s3cret", 300_000),
        ]
    );
    for (_, _, headers, body) in &*stored {
        assert_eq!(headers["content-type"], "text/x-signed");
        assert_eq!(headers["content-length"], body.len().to_string().as_str());
        assert!(!format!("{headers:?}").contains("sk_secret") && !headers.contains_key("authorization"));
    }
    let api = api.lock().expect("a lock");
    let brief: Vec<_> = api.iter().map(|(method, path, ..)| format!("{method} {path}")).collect();
    assert_eq!(brief, ["POST /v1/uploads", "POST /v1/uploads/upl_1/complete", "POST /v1/drops"]);
    assert!(api.iter().all(|(_, _, headers, _)| headers["authorization"] == "Bearer sk_secret"));
    let manifest: Value = serde_json::from_slice(&api[0].3).expect("JSON");
    let sizes: u64 = manifest["files"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|file| file["size_bytes"].as_u64())
        .sum();
    assert_eq!(sizes, 2_800_000, "{manifest}");
}

#[tokio::test]
async fn a_storage_that_refuses_is_heard() {
    let refuses = |_, _: &str| {
        (StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>").into_response()
    };
    let (storage, stored) = serve(refuses).await;
    let (folder, client, api, bar) = scene(&storage).await;
    let error = example::publish(&client, folder.path(), &bar).await.expect_err("an error");
    let error =
        error.downcast::<Error<dropthis_api::Elsewhere<dropthis_api::Api>>>().expect("of the storage");
    let raw = error.raw().expect("an answer");
    assert_eq!(raw.status, 403);
    assert!(raw.body.starts_with(b"<Error>"), "{raw:?}");
    assert!(!error.to_string().contains("s3cret") && !format!("{error:?}").contains("s3cret"));
    assert_eq!((stored.lock().expect("a lock").len(), api.lock().expect("a lock").len()), (1, 1));
}
