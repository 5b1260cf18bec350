//! Bodies that are read while they are sent, and answers that are read while they come, over real sockets.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use dropthis_api::operations::{GetDropContent, PublishDrop};
use dropthis_api::rt::testing::{ManualClock, Scripted, Step};
use dropthis_api::rt::{Attempt, Elsewhere, End, Hook, TransportStage};
use dropthis_api::types::PublishUploadRequest;
use dropthis_api::{
    Api, Body, Bytes, Client, Error, Pieces, Progress, Reply, RetryPolicy, TransportError, http,
};

use crate::sockets::{BOTH, Does, Server, Which, answer};

type Put = Elsewhere<Api>;

/// Runs what is asynchronous.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

/// The head of a request, in lower case, and its body without the framing.
type Request = (String, Vec<u8>);

/// A server that reads requests as they are, with either framing, and answers each with the next of its answers.
struct Storage {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Storage {
    fn start(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, answers) = (Arc::clone(&seen), answers.into_iter().collect::<Vec<_>>());
        thread::spawn(move || {
            for (stream, answer) in listener.incoming().zip(answers) {
                let Ok(mut stream) = stream else { continue };
                let request = request(&mut stream);
                kept.lock().expect("a lock").push(request);
                drop(stream.write_all(&answer));
            }
        });
        Self { address, seen }
    }

    fn url(&self) -> String {
        format!("http://{}/uploads/1?signature=s3cret", self.address)
    }

    fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("a lock").clone()
    }
}

/// Reads a request.
fn request(stream: &mut TcpStream) -> Request {
    let mut octets = Vec::new();
    let mut buffer = [0; 64 * 1024];
    let mut more = |octets: &mut Vec<u8>| match stream.read(&mut buffer) {
        Ok(length) if length > 0 => {
            octets.extend_from_slice(&buffer[..length]);
            true
        }
        _ => false,
    };
    let end = loop {
        if let Some(end) = octets.windows(4).position(|end| end == b"\r\n\r\n") {
            break end;
        }
        if !more(&mut octets) {
            return (String::from_utf8_lossy(&octets).into_owned(), Vec::new());
        }
    };
    let head = String::from_utf8_lossy(&octets[..end]).to_lowercase();
    let mut rest = octets.split_off(end + 4);
    if head.contains("transfer-encoding: chunked") {
        while !rest.ends_with(b"0\r\n\r\n") && more(&mut rest) {}
        return (head, unchunked(&rest));
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().expect("a length"));
    while rest.len() < length && more(&mut rest) {}
    (head, rest)
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|end| end == b"\r\n") {
        let length = std::str::from_utf8(&rest[..end]).expect("a length");
        let length = usize::from_str_radix(length, 16).expect("a length");
        if length == 0 || rest.len() < end + 4 + length {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 4 + length..];
    }
    body
}

/// A client of the API, which is somewhere else than the storage.
fn client(which: Which) -> Client {
    Server::start([]).client(which)
}

fn content() -> GetDropContent {
    GetDropContent::new("drop_1")
}

/// Calls, and reads all that comes, as the transport is made for it.
fn read(
    which: Which,
    call: dropthis_api::rt::Call<'_, GetDropContent>,
) -> Result<Read, Error<GetDropContent>> {
    let mut octets = Vec::new();
    let start = Instant::now();
    let mut first = None;
    let end = match which {
        Which::Ureq => {
            let mut answer = call.stream_blocking()?;
            let mut buffer = [0; 1000];
            loop {
                match answer.read(&mut buffer) {
                    Ok(0) => break None,
                    Ok(length) => octets.extend_from_slice(&buffer[..length]),
                    Err(error) => break Some(TransportError::from(error)),
                }
                first.get_or_insert_with(|| start.elapsed());
            }
        }
        Which::Reqwest => run(async {
            let mut answer = call.stream().await?;
            while let Some(piece) = answer.next().await {
                match piece {
                    Ok(piece) => octets.extend_from_slice(&piece),
                    Err(error) => return Ok(Some(error)),
                }
                first.get_or_insert_with(|| start.elapsed());
            }
            assert!(answer.next().await.is_none(), "it stays ended");
            Ok::<_, Error<GetDropContent>>(None)
        })?,
    };
    Ok(Read { octets, end, first, took: start.elapsed() })
}

struct Read {
    octets: Vec<u8>,
    /// Why it broke off.
    end: Option<TransportError>,
    first: Option<Duration>,
    took: Duration,
}

#[test]
fn an_answer_is_read_while_it_comes_and_whatever_its_length() {
    for which in BOTH {
        let body = answer("200 OK", "Content-Type: text/html\r\n", &[b'x'; 100]);
        let server = Server::start([Does::Drips(body, Duration::from_millis(3))]);
        let client = server.client(which);
        // What limits a body in memory does not limit one that is not.
        let read = read(which, client.call(content()).body_limit(10)).expect("a success");
        assert_eq!(read.octets, [b'x'; 100], "{which:?}");
        assert!(read.end.is_none(), "{which:?} {:?}", read.end);
        let first = read.first.expect("a piece");
        assert!(first + Duration::from_millis(100) < read.took, "{which:?} {first:?} of {:?}", read.took);
    }
}

#[test]
fn events_are_octets_that_come() {
    for which in BOTH {
        // No length, and one event at a time.
        let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: 1\n\ndata: 2\n\n";
        let server = Server::start([Does::Writes(events.into())]);
        let client = server.client(which);
        let read = read(which, client.call(content()).stall_timeout(None)).expect("a success");
        assert_eq!(read.octets, b"data: 1\n\ndata: 2\n\n", "{which:?}");
    }
}

#[test]
fn an_error_to_a_streamed_call_is_typed_and_bounded() {
    let problem =
        br#"{"type":"about:blank","title":"Gone","status":404,"code":"not_found","retryable":false}"#;
    let page = [b'<'; 5000];
    for which in BOTH {
        let not_found = answer("404 Not Found", "Content-Type: application/problem+json\r\n", problem);
        let html = answer("502 Bad Gateway", "Content-Type: text/html\r\n", &page);
        let server = Server::start([Does::Writes(html.clone()), Does::Writes(not_found)]);
        let client = server.client(which);
        let Err(error) = read(which, client.call(content())) else { panic!("{which:?}") };
        assert_eq!((error.code(), server.heads().len()), (Some("not_found"), 2), "{which:?} {error:?}");

        let server = Server::start([Does::Writes(html)]);
        let client = server.client(which);
        let call = client.call(content()).body_limit(1000).retry(RetryPolicy::never());
        let Err(error) = read(which, call) else { panic!("{which:?}") };
        let raw = error.raw().expect("an answer");
        assert_eq!((raw.body.len(), raw.body_length, raw.is_cut()), (1000, 5000, true), "{which:?}");
    }
}

#[test]
fn what_breaks_off_says_so_after_what_came() {
    for which in BOTH {
        let long = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\nbeginning";
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nbeginning\r\n";
        for octets in [&long[..], chunked] {
            let server = Server::start([Does::Writes(octets.into())]);
            let read = read(which, server.client(which).call(content())).expect("a success");
            assert_eq!(read.octets, b"beginning", "{which:?}");
            let error = read.end.expect("an error");
            assert_eq!(error.stage, TransportStage::Exchange, "{which:?} {error}");
        }
    }
}

#[test]
fn what_stands_still_or_takes_too_long_is_left() {
    let drip = |wait| Does::Drips(answer("200 OK", "", &[b'x'; 1000]), Duration::from_millis(wait));
    for which in BOTH {
        // The head comes, and then nothing.
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nb".to_vec();
        let server = Server::start([Does::Holds(head)]);
        let client = server.client(which);
        let call = client.call(content()).stall_timeout(Duration::from_millis(200));
        let still = read(which, call).expect("a success");
        assert_eq!(still.octets, b"b", "{which:?}");
        let error = still.end.expect("an error");
        assert_eq!(error.stage, TransportStage::Timeout, "{which:?} {error}");
        assert!(still.took < Duration::from_secs(5), "{which:?} {:?}", still.took);

        // It goes on, but for longer than the call may take.
        let server = Server::start([drip(5)]);
        let client = server.client(which);
        let late = read(which, client.call(content()).deadline(Duration::from_millis(1500)));
        let late = late.expect("a success");
        let error = late.end.expect("an error");
        assert_eq!(error.stage, TransportStage::Timeout, "{which:?} {error}");
        assert!(!late.octets.is_empty() && late.octets.len() < 1000, "{which:?}");
    }
}

/// Sends to the storage, as the transport is made for it.
fn send(which: Which, call: dropthis_api::rt::Call<'_, Put>) -> Result<Reply<Bytes>, Error<Put>> {
    match which {
        Which::Ureq => call.reply_blocking(),
        Which::Reqwest => run(call.reply()),
    }
}

struct Signs;

impl Hook for Signs {
    fn before(&self, _: &Attempt, request: &mut http::Request<Bytes>) {
        request.headers_mut().insert("x-signature", http::HeaderValue::from_static("of-the-api"));
    }
}

fn file(octets: usize) -> (tempfile::TempDir, std::path::PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.zip");
    let content: Vec<u8> = (0..octets).map(|at| u8::try_from(at % 251).expect("an octet")).collect();
    std::fs::write(&path, &content).expect("a file");
    (folder, path, content)
}

#[test]
fn a_file_is_opened_anew_for_each_attempt_and_takes_no_credential_along() {
    let (_folder, path, content) = file(3_000_000);
    for which in BOTH {
        let storage = Storage::start([
            answer("503 Slow Down", "Content-Type: application/xml\r\n", b"<Error/>"),
            answer("200 OK", "ETag: \"1\"\r\n", b""),
        ]);
        let builder = Client::builder("sk_secret").base_url("http://127.0.0.1:1").hook(Signs);
        let builder = match which {
            Which::Reqwest => builder,
            Which::Ureq => builder.transport(dropthis_api::Ureq::new()),
        };
        let policy = RetryPolicy::standard().backoff(Duration::from_millis(5), Duration::from_millis(10));
        let client = builder.retry(policy).build().expect("a client");
        let told = Arc::new(Mutex::new(Vec::<Progress>::new()));
        let tells = Arc::clone(&told);
        let put = Put::put(&storage.url(), Body::file(&path)).header("Content-Type", "application/zip");
        let call = client.call(put).progress(move |progress| tells.lock().expect("a lock").push(progress));
        let reply = send(which, call).expect("a success");
        assert_eq!(reply.headers["etag"], "\"1\"", "{which:?}");
        assert_eq!(reply.attempts().count(), 2, "{which:?}");
        let seen = storage.seen();
        assert_eq!(seen.len(), 2, "{which:?}");
        for (head, body) in &seen {
            assert!(head.starts_with("put /uploads/1?signature=s3cret http/1.1"), "{which:?} {head}");
            assert!(head.contains("content-length: 3000000"), "{which:?} {head}");
            assert!(head.contains("content-type: application/zip"), "{which:?} {head}");
            for secret in ["authorization", "sk_secret", "x-signature", "transfer-encoding"] {
                assert!(!head.contains(secret), "{which:?} {head}");
            }
            assert!(*body == content, "{which:?}");
        }
        let told = told.lock().expect("a lock");
        for attempt in [1, 2] {
            let sent: Vec<u64> =
                told.iter().filter(|told| told.attempt == attempt).map(|told| told.sent).collect();
            assert!(
                sent.is_sorted() && sent.len() > 10 && sent.last() == Some(&3_000_000),
                "{which:?} {sent:?}"
            );
        }
        assert!(told.iter().all(|told| told.to_send == Some(3_000_000)), "{which:?}");
    }
}

/// Who refuses an upload by its length does not wait for all of it.
#[test]
fn an_upload_that_is_refused_early_is_refused_in_full() {
    let (_folder, path, _) = file(3_000_000);
    for which in BOTH {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/1", listener.local_addr().expect("an address"));
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut buffer = [0; 1000];
            drop(stream.read(&mut buffer));
            let refused = answer("413 Content Too Large", "", b"<Error><Code>EntityTooLarge</Code></Error>");
            drop(stream.write_all(&refused));
            // As servers do: a connection that is closed with octets unread takes the answer with it.
            while stream.read(&mut buffer).is_ok_and(|length| length > 0) {}
        });
        let error = send(which, client(which).call(Put::put(&url, Body::file(&path)))).expect_err("an error");
        let raw = error.raw().unwrap_or_else(|| panic!("{which:?} {error:?}"));
        assert_eq!((raw.status.as_u16(), raw.is_cut()), (413, false), "{which:?}");
        assert!(raw.body.starts_with(b"<Error>"), "{which:?} {raw:?}");
    }
}

#[test]
fn a_stream_without_a_length_is_sent_in_chunks() {
    let content: Vec<u8> = (0..200_000_u32).map(|at| u8::try_from(at % 7).expect("an octet")).collect();
    for which in BOTH {
        let storage = Storage::start([answer("200 OK", "", b""), answer("200 OK", "", b"")]);
        let client = client(which);
        let source = content.clone();
        let body = Body::stream(move || Pieces::from_reader(std::io::Cursor::new(source.clone())));
        send(which, client.call(Put::put(&storage.url(), body.clone()))).expect("a success");
        send(which, client.call(Put::put(&storage.url(), body.length(200_000)))).expect("a success");
        let seen = storage.seen();
        assert!(seen[0].0.contains("transfer-encoding: chunked"), "{which:?} {}", seen[0].0);
        assert!(seen[1].0.contains("content-length: 200000"), "{which:?} {}", seen[1].0);
        assert!(seen.iter().all(|(_, body)| *body == content), "{which:?}");
    }
}

#[test]
fn what_was_there_once_is_sent_once() {
    for which in BOTH {
        let down = || answer("503 Slow Down", "", b"");
        let storage = Storage::start([down(), down()]);
        let client = client(which);
        let put = Put::put(&storage.url(), Body::once(|| "octets".into()));
        let error = send(which, client.call(put)).expect_err("an error");
        assert_eq!(error.attempts().map(|attempts| attempts.end()), Some(End::NotRepeatable), "{which:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(503), "{which:?}");
        assert_eq!(storage.seen().len(), 1, "{which:?}");
    }
}

#[test]
fn a_body_that_cannot_be_read_is_said_to_be_that() {
    let (_folder, path, _) = file(1000);
    let breaks = || {
        let mut before = Some("beginning");
        Pieces::new(move |_| match before.take() {
            Some(before) => Poll::Ready(Some(Ok(before.into()))),
            None => Poll::Ready(Some(Err(std::io::Error::other("the disk is gone")))),
        })
    };
    for which in BOTH {
        for (body, why) in [
            (Body::file(path.with_file_name("none")), "none: No such file"),
            (Body::file(&path).length(999), "was said to be 999"),
            (Body::stream(|| "too long".into()).length(3), "was said to be 3"),
            (
                Body::stream(|| Pieces::from_reader(&b"too short"[..])).length(3000),
                "3000 octets were announced",
            ),
            (Body::stream(|| Pieces::from_reader(&b"too long"[..])).length(3), "3 octets were announced"),
            (Body::stream(breaks), "the disk is gone"),
        ] {
            let storage = Storage::start([answer("200 OK", "", b"")]);
            let client = client(which);
            let error = send(which, client.call(Put::put(&storage.url(), body))).expect_err("an error");
            let Error::Transport(transport) = &error else { panic!("{which:?} {error:?}") };
            assert_eq!(transport.stage, TransportStage::Body, "{which:?} {error}");
            assert!(error.to_string().contains(why), "{which:?} {error}");
            assert!(!error.to_string().contains("s3cret"), "{which:?} {error}");
            assert_eq!(error.attempts().map(|attempts| attempts.count()), Some(1), "{which:?} {error}");
        }
    }
}

/// A source that gives a piece now and then.
fn slow(pieces: usize, wait: Duration) -> Body {
    Body::stream(move || {
        let mut left = pieces;
        let slow = std::iter::from_fn(move || {
            thread::sleep(wait);
            left = left.checked_sub(1)?;
            Some(())
        });
        Pieces::from_reader(SlowReader(Box::new(slow)))
    })
}

struct SlowReader(Box<dyn Iterator<Item = ()> + Send>);

impl std::io::Read for SlowReader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0.next().is_none() {
            return Ok(0);
        }
        into[0] = b'x';
        Ok(1)
    }
}

#[test]
fn an_upload_may_take_long_but_not_stand_still() {
    // 50 times 10 ms, against limits of 200 ms for what would be in memory.
    for which in BOTH {
        let storage = Storage::start([answer("200 OK", "", b"")]);
        let client = client(which);
        let put = Put::put(&storage.url(), slow(50, Duration::from_millis(10)));
        let call = client.call(put).stall_timeout(Duration::from_millis(250));
        send(which, call).expect("a success");
        assert_eq!(storage.seen()[0].1, [b'x'; 50], "{which:?}");
    }
    let storage = Storage::start([answer("200 OK", "", b"")]);
    let client = client(Which::Reqwest);
    let stands = Body::stream(|| Pieces::new(|_| Poll::<Option<Result<Bytes, TransportError>>>::Pending));
    let call = client.call(Put::put(&storage.url(), stands)).retry(RetryPolicy::never());
    let error = run(call.stall_timeout(Duration::from_millis(100)).reply()).expect_err("an error");
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert_eq!(transport.stage, TransportStage::Timeout, "{error}");
    // The deadline of the call counts for all of it.
    let storage = Storage::start([answer("200 OK", "", b"")]);
    let call = client.call(Put::put(&storage.url(), slow(500, Duration::from_millis(10))));
    let error = run(call.deadline(Duration::from_millis(150)).reply()).expect_err("an error");
    let Error::Transport(transport) = &error else { panic!("{error:?}") };
    assert_eq!(transport.stage, TransportStage::Timeout, "{error}");
}

#[test]
fn a_signed_upload_is_not_led_elsewhere() {
    for which in BOTH {
        let other = Storage::start([answer("200 OK", "", b"")]);
        let location = format!("Location: {}\r\n", other.url());
        let storage = Storage::start([answer("307 Temporary Redirect", &location, b"")]);
        let error =
            send(which, client(which).call(Put::put(&storage.url(), "octets"))).expect_err("an error");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(307), "{which:?}");
        assert!(other.seen().is_empty(), "{which:?}");
    }
}

#[test]
fn a_transport_that_cannot_stream_collects() {
    let (_folder, path, whole) = file(100_000);
    let clock = ManualClock::new();
    let server = Scripted::new([
        Step::html(503),
        Step::answer(200, "application/xml", "<ok/>"),
        Step::answer(200, "text/html", "0123456789"),
        Step::answer(200, "text/html", "0123456789").breaks_off(),
    ]);
    let builder = Client::builder("sk_secret").transport(server.clone()).clock(clock).random(|| 0);
    let client = builder.build().expect("a client");
    let put = Put::put("https://storage.example/1", Body::file(&path));
    assert_eq!(client.send_blocking(put).expect("a success"), "<ok/>");
    assert!(server.requests().iter().all(|request| *request.body() == whole));

    // What it cut off is not taken for the end.
    for limit in [4, 100] {
        let call = client.call(content()).body_limit(limit);
        let mut answer = call.stream_blocking().expect("a success");
        let mut text = String::new();
        let error = answer.read_to_string(&mut text).expect_err("it is cut");
        assert_eq!(text, "0123456789"[..limit.min(10)], "{error}");
    }
}

#[test]
fn operations_with_bodies_in_memory_are_sent_as_ever() {
    // With progress told, they go piece by piece all the same.
    let problem =
        br#"{"type":"about:blank","title":"x","status":422,"code":"upload_not_complete","retryable":false}"#;
    for which in BOTH {
        let refused =
            answer("422 Unprocessable Content", "Content-Type: application/problem+json\r\n", problem);
        let storage = Storage::start([refused]);
        let builder = Client::builder("sk_secret").base_url(format!("http://{}", storage.address));
        let builder = match which {
            Which::Reqwest => builder,
            Which::Ureq => builder.transport(dropthis_api::Ureq::new()),
        };
        let client = builder.build().expect("a client");
        let last = Arc::new(Mutex::new(Progress::default()));
        let tells = Arc::clone(&last);
        let call = client.call(PublishDrop::new(PublishUploadRequest::new("upl_1")));
        let call = call.progress(move |progress| *tells.lock().expect("a lock") = progress);
        let error = match which {
            Which::Ureq => call.reply_blocking().expect_err("an error"),
            Which::Reqwest => run(call.reply()).expect_err("an error"),
        };
        assert_eq!(error.code(), Some("upload_not_complete"), "{which:?} {error:?}");
        let (head, body) = storage.seen().remove(0);
        assert!(head.contains("authorization: bearer sk_secret"), "{which:?} {head}");
        assert_eq!(body, br#"{"upload_id":"upl_1"}"#, "{which:?}");
        let last = *last.lock().expect("a lock");
        assert_eq!((last.sent, last.received), (21, problem.len() as u64), "{which:?}");
    }
}
