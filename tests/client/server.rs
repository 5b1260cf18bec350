//! Servers on a socket of this machine: one that answers on the routes of the API what it is told to, and one that writes
//! octets as they are.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::routing::{MethodFilter, on};
use dropthis_api::{Client, RetryPolicy};
use problemgen::contract::Contract;

/// An answer to be given.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", media_type.to_owned())], body: body.into() }
    }

    pub(crate) fn problem(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/problem+json", body.to_string())
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// What a request was.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

/// A server with the routes of the API, each of which gives the answer that is next.
pub(crate) struct Server {
    address: SocketAddr,
    next: Arc<Mutex<Answer>>,
    seen: Arc<Mutex<Option<Seen>>>,
}

impl Server {
    pub(crate) async fn start(contract: &Contract) -> Self {
        let next = Arc::new(Mutex::new(Answer::default()));
        let seen = Arc::new(Mutex::new(None));
        let mut router = Router::new();
        for operation in &contract.operations {
            let method: Method = operation.method.as_str().parse().expect("a method");
            let filter = MethodFilter::try_from(method.clone()).expect("a method that axum routes");
            let (next, seen, path) = (Arc::clone(&next), Arc::clone(&seen), operation.path.clone());
            let handler = move |headers: HeaderMap| async move {
                *seen.lock().expect("a lock") = Some(Seen { method, path, headers });
                let answer = next.lock().expect("a lock").clone();
                let mut headers = HeaderMap::new();
                for (name, value) in answer.headers {
                    headers.append(
                        HeaderName::from_static(name),
                        HeaderValue::from_str(&value).expect("a header"),
                    );
                }
                (StatusCode::from_u16(answer.status).expect("a status"), headers, answer.body)
            };
            router = router.route(&operation.path, on(filter, handler));
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, next, seen }
    }

    pub(crate) fn client(&self) -> Client {
        client(self.address)
    }

    /// A URL on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Has nobody called?
    pub(crate) fn was_left_alone(&self) -> bool {
        self.seen.lock().expect("a lock").is_none()
    }

    /// Every request from now on gets this answer.
    pub(crate) fn answer(&self, answer: &Answer) {
        *self.next.lock().expect("a lock") = answer.clone();
    }

    /// The last request, once.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().expect("a lock").take().expect("a route of the API was called")
    }
}

/// The generated client over reqwest, with a credential. It tries once, so that each answer is seen.
pub(crate) fn client(address: SocketAddr) -> Client {
    let builder = Client::builder("sk_test_1").base_url(format!("http://{address}"));
    builder.retry(RetryPolicy::never()).build().expect("a client")
}

/// A server that answers every connection with these octets and then closes it.
pub(crate) fn octets(answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut head = Vec::new();
            let mut buffer = [0; 1024];
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(length) => head.extend_from_slice(&buffer[..length]),
                }
            }
            drop(stream.write_all(&answer).and_then(|()| stream.flush()));
        }
    });
    address
}
