//! The transports over real sockets, against servers that are slow, break, redirect, pack and send too much.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use dropthis_api::operations::{DeleteDrop, RequestOtp};
use dropthis_api::rt::{Blocking, End, ServiceTransport, TransportService, TransportStage};
use dropthis_api::types::OtpRequest;
use dropthis_api::{Client, Error, Reqwest, RetryPolicy, Ureq};
use tower::{Service as _, ServiceExt};

/// What is done with one connection, after its request was read.
#[derive(Clone)]
pub(crate) enum Does {
    Writes(Vec<u8>),
    /// Writes an octet at a time, with a wait before each.
    Drips(Vec<u8>, Duration),
    /// Writes, and then neither writes nor hangs up.
    Holds(Vec<u8>),
    HangsUp,
}

/// A server that does one thing for each connection, and keeps what it was sent.
pub(crate) struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start(does: impl IntoIterator<Item = Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (seen, does) = (Arc::clone(&heads), does.into_iter().collect::<Vec<_>>());
        thread::spawn(move || {
            for (stream, does) in listener.incoming().zip(does) {
                let Ok(mut stream) = stream else { continue };
                seen.lock().expect("a lock").push(head(&mut stream));
                // Whoever has had enough hangs up, so that writing may fail.
                match does {
                    Does::Writes(octets) => drop(stream.write_all(&octets)),
                    Does::Drips(octets, wait) => {
                        for octet in octets {
                            thread::sleep(wait);
                            if stream.write_all(&[octet]).is_err() {
                                break;
                            }
                        }
                    }
                    Does::Holds(octets) => {
                        drop(stream.write_all(&octets));
                        thread::spawn(move || {
                            thread::sleep(Duration::from_secs(30));
                            drop(stream);
                        });
                    }
                    Does::HangsUp => {}
                }
            }
        });
        Self { address, heads }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("a lock").clone()
    }

    /// A client that calls this server through each of the transports.
    pub(crate) fn client(&self, transport: Which) -> Client {
        let builder = Client::builder("sk_secret").base_url(self.url());
        let builder = match transport {
            Which::Reqwest => builder.transport(Reqwest::new().expect("a transport")),
            Which::Ureq => builder.transport(Ureq::new()),
        };
        let policy = RetryPolicy::standard().backoff(Duration::from_millis(5), Duration::from_millis(10));
        builder.retry(policy).build().expect("a client")
    }
}

/// Reads a request: its head, and the body that the head announces.
fn head(stream: &mut TcpStream) -> String {
    let mut octets = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        if let Some(end) = octets.windows(4).position(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&octets[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().expect("a length"));
            if octets.len() >= end + 4 + length {
                return head;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return String::from_utf8_lossy(&octets).into_owned(),
            Ok(length) => octets.extend_from_slice(&buffer[..length]),
        }
    }
}

pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn sent() -> Does {
    Does::Writes(answer(
        "200 OK",
        "Content-Type: application/json\r\nX-Request-Id: req_1\r\n",
        br#"{"ok":true,"expires_in":300}"#,
    ))
}

fn deleted() -> Does {
    Does::Writes(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_vec())
}

fn otp() -> RequestOtp {
    RequestOtp::new(OtpRequest::new("ada@example.com"))
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Which {
    Reqwest,
    Ureq,
}

pub(crate) const BOTH: [Which; 2] = [Which::Reqwest, Which::Ureq];

/// Sends with a transport in the way that it is made for: with a runtime, or without.
macro_rules! send {
    ($which:expr, $client:expr, $operation:expr) => {
        match $which {
            Which::Ureq => $client.send_blocking($operation),
            Which::Reqwest => tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on($client.send($operation)),
        }
    };
}

#[test]
fn both_transports_send_and_read_the_same() {
    for which in BOTH {
        let server = Server::start([sent(), deleted()]);
        let client = server.client(which);
        assert_eq!(send!(which, client, otp()).expect("a success").expires_in, 300);
        send!(which, client, DeleteDrop::new("drop_1")).expect("a success");
        let heads = server.heads();
        assert!(heads[0].starts_with("post /v1/auth/otp http/1.1"), "{which:?} {heads:?}");
        assert!(heads[0].contains("content-type: application/json"), "{which:?} {heads:?}");
        assert!(heads[1].starts_with("delete /v1/drops/drop_1 http/1.1"), "{which:?} {heads:?}");
        assert!(heads[1].contains("authorization: bearer sk_secret"), "{which:?} {heads:?}");
        assert!(heads[1].contains("user-agent: dropthis-api/"), "{which:?} {heads:?}");
    }
}

#[test]
fn a_server_that_comes_back_is_asked_again() {
    for which in BOTH {
        let html = Does::Writes(answer("502 Bad Gateway", "Content-Type: text/html\r\n", b"<html>"));
        let server = Server::start([html, Does::HangsUp, deleted()]);
        send!(which, server.client(which), DeleteDrop::new("drop_1")).expect("a success");
        assert_eq!(server.heads().len(), 3, "{which:?}");

        // What is not idempotent is sent once: the server has read it.
        let server = Server::start([Does::HangsUp, sent()]);
        let error = send!(which, server.client(which), otp()).expect_err("an error");
        assert_eq!(
            error.attempts().map(|attempts| attempts.end()),
            Some(End::NotIdempotent),
            "{which:?} {error}"
        );
        assert_eq!(server.heads().len(), 1, "{which:?}");
    }
}

#[test]
fn a_server_that_nobody_is_at_has_seen_nothing() {
    for which in BOTH {
        let free =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        let nobody = Server { address: free, heads: Arc::default() };
        let error = send!(which, nobody.client(which), otp()).expect_err("an error");
        let Error::Transport(transport) = &error else { panic!("{error:?}") };
        assert_eq!(transport.stage, TransportStage::Connect, "{which:?} {error}");
        assert_eq!(error.attempts().map(|attempts| attempts.count()), Some(3), "{which:?}");
    }
}

#[test]
fn a_slow_server_is_left_in_time() {
    for which in BOTH {
        let drip = Does::Drips(answer("200 OK", "", &[b'x'; 1000]), Duration::from_millis(20));
        let server = Server::start([drip.clone(), drip]);
        let client = server.client(which);
        let start = Instant::now();
        let limited = |client: &Client| {
            let call = client.call(otp()).deadline(Duration::from_millis(300));
            match which {
                Which::Ureq => call.reply_blocking().map(|reply| reply.value),
                Which::Reqwest => tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime")
                    .block_on(call.send()),
            }
        };
        let error = limited(&client).expect_err("an error");
        assert!(start.elapsed() < Duration::from_secs(3), "{which:?} {:?}", start.elapsed());
        let Error::Transport(transport) = &error else { panic!("{which:?} {error:?}") };
        assert_eq!(transport.stage, TransportStage::Timeout, "{which:?} {error}");
    }
}

#[test]
fn a_redirect_is_an_answer_and_takes_the_credential_nowhere() {
    for which in BOTH {
        for status in [
            "301 Moved Permanently",
            "302 Found",
            "303 See Other",
            "307 Temporary Redirect",
            "308 Permanent Redirect",
        ] {
            let other = Server::start([deleted(), deleted()]);
            let location = format!("Location: {}/steal\r\n", other.url());
            let server = Server::start([Does::Writes(answer(status, &location, b""))]);
            let error = send!(which, server.client(which), DeleteDrop::new("drop_1")).expect_err("an error");
            let raw = error.raw().expect("an answer");
            assert!(status.starts_with(raw.status.as_str()), "{which:?} {raw:?}");
            assert!(raw.headers["location"].to_str().is_ok_and(|to| to.ends_with("/steal")));
            assert!(other.heads().is_empty(), "{which:?} {status}");
        }
    }
}

#[test]
fn a_body_without_end_is_cut_and_said_so() {
    for which in BOTH {
        let problem =
            [br#"{"code":"validation_error","filler":""#.as_slice(), &vec![b'x'; 4_000_000]].concat();
        for (status, code) in [("200 OK", None), ("422 Unprocessable Content", Some("validation_error"))] {
            // No length is announced: it goes on for as long as it goes on.
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
            let server = Server::start([Does::Writes([head.as_bytes(), &problem].concat())]);
            let builder = Client::builder("sk_secret").base_url(server.url()).body_limit(1000);
            let client = match which {
                Which::Reqwest => builder.build(),
                Which::Ureq => builder.transport(Ureq::new()).build(),
            };
            let error = send!(which, client.expect("a client"), otp()).expect_err("an error");
            let raw = error.raw().expect("an answer");
            assert!(status.starts_with(raw.status.as_str()), "{which:?}");
            assert_eq!((raw.body.len(), raw.is_cut()), (1000, true), "{which:?}");
            assert!(
                error.violations().iter().any(|said| said.message.contains("1000 octets")),
                "{:?}",
                error.violations()
            );
            if code.is_some() {
                assert_eq!(error.code(), code, "{which:?}");
            }
        }
    }
}

#[test]
fn packed_bodies_are_asked_for_and_unpacked() {
    const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\xca\xcf\x56\xb2\x2a\x29\x2a\x4d\xd5\x51\x4a\xad\x28\xc8\x2c\x4a\x2d\x8e\xcf\xcc\x53\xb2\x32\x36\x30\xa8\x05\x00\x39\xc9\xa6\xf0\x1c\x00\x00\x00";
    const BROTLI: &[u8] = b"\x8b\x0d\x80\x7b\x22\x6f\x6b\x22\x3a\x74\x72\x75\x65\x2c\x22\x65\x78\x70\x69\x72\x65\x73\x5f\x69\x6e\x22\x3a\x33\x30\x30\x7d\x03";
    for which in BOTH {
        for (name, body) in [("gzip", GZIP), ("br", BROTLI)] {
            let headers = format!("Content-Type: application/json\r\nContent-Encoding: {name}\r\n");
            let server = Server::start([Does::Writes(answer("200 OK", &headers, body))]);
            let reply = send!(which, server.client(which), otp());
            assert_eq!(reply.expect("a success").expires_in, 300, "{which:?} {name}");
            let heads = server.heads();
            let asked =
                heads[0].lines().find(|line| line.starts_with("accept-encoding:")).expect("it is asked for");
            assert!(asked.contains(name), "{which:?} {asked}");
        }
    }
}

#[test]
fn a_packed_body_is_cut_by_its_size_when_unpacked() {
    // 64 KiB of the digit zero.
    const BOMB: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x81\x00\x00\x00\x00\x80\x20\xa5\xfd\xe9\x16\xa9\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x6a\x0b\x51\x49\x68\x00\x00\x01\x00";
    let server = Server::start([Does::Writes(answer(
        "200 OK",
        "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
        BOMB,
    ))]);
    let client = Client::builder("sk_secret").base_url(server.url()).transport(Ureq::new()).body_limit(5000);
    let error = client.build().expect("a client").send_blocking(otp()).expect_err("an error");
    assert_eq!(error.raw().map(|raw| raw.body.len()), Some(5000));
}

#[test]
fn a_transport_that_needs_a_runtime_says_so() {
    let server = Server::start([sent()]);
    let error = server.client(Which::Reqwest).send_blocking(otp()).expect_err("an error");
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert_eq!(transport.stage, TransportStage::Unusable);
    assert!(error.to_string().contains("Ureq"), "{error}");
    assert!(server.heads().is_empty());
}

#[test]
fn a_blocking_function_is_a_transport() {
    let teapot =
        |_| Ok(dropthis_api::http::Response::builder().status(418).body("short".into()).expect("a response"));
    let client = Client::builder("sk_secret").transport(Blocking(teapot)).build().expect("a client");
    let error = client.send_blocking(otp()).expect_err("an error");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(418));
}

#[tokio::test]
async fn middleware_stands_before_and_behind_a_client() {
    let server = Server::start([sent(), Does::Drips(vec![b'x'; 100], Duration::from_millis(50))]);
    let reqwest = TransportService::new(Reqwest::new().expect("a transport"));
    let layered = tower::ServiceBuilder::new()
        .concurrency_limit(2)
        .timeout(Duration::from_millis(200))
        .service(reqwest);
    let builder =
        Client::builder("sk_secret").base_url(server.url()).transport(ServiceTransport::new(layered));
    let client = builder.build().expect("a client");

    let mut service = tower::ServiceBuilder::new().concurrency_limit(1).service(client.clone());
    let ready = ServiceExt::<RequestOtp>::ready(&mut service).await.expect("it is ready");
    assert_eq!(ready.call(otp()).await.expect("a success").expires_in, 300);

    // An error of the layer, not of the transport; the server may have acted.
    let error = client.send(otp()).await.expect_err("an error");
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert_eq!(transport.stage, TransportStage::Exchange, "{error}");
    // An error of the transport keeps its stage through the layers.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let call = client.call(otp()).base_url(format!("http://{free}")).retry(RetryPolicy::never());
    let Err(Error::Transport(transport)) = call.send().await else { panic!("an error") };
    assert_eq!(transport.stage, TransportStage::Connect);
}
