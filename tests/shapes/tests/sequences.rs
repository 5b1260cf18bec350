//! Sequences over a socket, read item by item by a client of the golden crate.
#![allow(missing_docs, reason = "tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use golden_version_3_2::operations::FollowEvents;
use golden_version_3_2::types::{EventsSelection, Made};
use golden_version_3_2::{Client, Credential, Error, RetryPolicy, Sequence, SequenceError};

/// A server that answers one request with these pieces, and then closes: as announced, or before the last chunk. It gives the
/// head of the request.
fn serve(
    media_type: &'static str,
    pieces: &'static [&'static str],
    whole: bool,
) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = String::new();
        let mut reader = BufReader::new(stream.try_clone().expect("a reader"));
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head).expect("a line");
        }
        let answer =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ntransfer-encoding: chunked\r\n\r\n");
        stream.write_all(answer.as_bytes()).expect("the head");
        for piece in pieces {
            stream.write_all(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes()).expect("a piece");
            thread::sleep(Duration::from_millis(5));
        }
        if whole {
            stream.write_all(b"0\r\n\r\n").expect("the end");
        }
        head.to_ascii_lowercase()
    });
    (address, server)
}

fn client(address: SocketAddr) -> Client {
    let builder = Client::builder(Credential::none()).base_url(format!("http://{address}"));
    builder.retry(RetryPolicy::never()).build().expect("a client")
}

fn follow() -> FollowEvents {
    FollowEvents::new(EventsSelection::new(7))
}

#[tokio::test]
async fn events_come_one_by_one_whatever_the_pieces() {
    let pieces =
        &["event: adde", "d\ndata: on", "e\r\n\r", "\n: still here\n\ndata: two\nid: 7\n\n", "data: no end"];
    let (address, server) = serve("text/event-stream; charset=utf-8", pieces, true);
    let client = client(address);
    let mut items = client.call(follow()).each().await.expect("a success");
    let mut seen = Vec::new();
    while let Some(item) = items.next().await {
        let item = item.expect("an event");
        let id = item.additional.get("id").cloned();
        seen.push((item.data, item.event, id));
    }
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(seen, [(text("one"), text("added"), None), (text("two"), None, Some("7".into()))]);
    let head = server.join().expect("a request");
    assert!(head.contains("accept: text/event-stream, application/problem+json\r\n"), "{head}");
}

#[tokio::test]
async fn lines_are_read_as_their_type_and_a_wrong_one_costs_no_other() {
    let pieces = &["{\"kind\": \"a\"}\n{\"ki", "nd\": 1}\nnot JSON\n\n", "{\"kind\": \"b\"}"];
    let (address, _) = serve("application/jsonl", pieces, true);
    let client = client(address);
    let answer = client.call(follow()).stream().await.expect("a success");
    let mut items = Sequence::<Made>::lines(answer.value);
    let mut seen = Vec::new();
    while let Some(item) = items.next().await {
        seen.push(match item {
            Ok(event) => format!("{event:?}"),
            Err(SequenceError::Item { violation, item }) => {
                format!("{} {}", violation.pointer, String::from_utf8_lossy(&item))
            }
            Err(error) => panic!("{error}"),
        });
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert_eq!((seen[1].as_str(), seen[2].as_str()), ("/kind {\"kind\": 1}", " not JSON"));
}

#[test]
fn what_breaks_off_is_an_error_after_what_came() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (address, _) = serve("text/event-stream", &["data: one\n\nda", "ta: two\n"], false);
    let client = client(address);
    runtime.block_on(async {
        let mut items = client.call(follow()).each().await.expect("a success");
        assert!(items.next().await.expect("an item").is_ok());
        let error = items.next().await.expect("an item").expect_err("a break");
        assert!(matches!(error, SequenceError::Broken(_)), "{error:?}");
        assert!(items.next().await.is_none());
    });
}

#[tokio::test]
async fn what_is_no_sequence_is_said_to_be_none() {
    let (address, _) = serve("application/json", &["[]"], true);
    let client = client(address);
    let mut items = client.call(follow()).each().await.expect("a success");
    let error = items.next().await.expect("an item").expect_err("no sequence");
    assert_eq!(error.to_string(), "the answer is no sequence: application/json");
    assert!(items.next().await.is_none());
    // Nobody is there any more.
    let error = client.call(follow()).each().await.expect_err("no server");
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
}
