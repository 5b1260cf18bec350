//! Answers that are odd: statuses without bodies, other charsets, other media types, bodies that unpack without end.

use dropthis_api::operations::{DeleteDrop, GetDropContent, RequestOtp, VerifyOtp};
use dropthis_api::types::{OtpRequest, OtpVerification};
use dropthis_api::{Client, Error, Operation, RetryPolicy, Ureq};

use crate::sockets::{BOTH, Does, Server, Which, answer};

fn otp() -> RequestOtp {
    RequestOtp::new(OtpRequest::new("ada@example.com"))
}

fn client(server: &Server, which: Which, limit: usize) -> Client {
    let builder =
        Client::builder("sk_secret").base_url(server.url()).body_limit(limit).retry(RetryPolicy::never());
    match which {
        Which::Reqwest => builder.build(),
        Which::Ureq => builder.transport(Ureq::new()).build(),
    }
    .expect("a client")
}

/// Sends to a server that answers with these octets.
fn answered<O: Operation<Api = dropthis_api::Api>>(
    which: Which,
    limit: usize,
    octets: &[u8],
    operation: O,
) -> Result<O::Output, Error<O>> {
    let server = Server::start([Does::Writes(octets.into())]);
    let client = client(&server, which, limit);
    match which {
        Which::Ureq => client.send_blocking(operation),
        Which::Reqwest => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(client.send(operation)),
    }
}

const ALL: usize = 1 << 20;

#[test]
fn statuses_that_have_no_body() {
    for which in BOTH {
        // With a length or a body that must not be there, nobody waits for it.
        for octets in [
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"not\":\"to be\"}",
            "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        ] {
            answered(which, ALL, octets.as_bytes(), DeleteDrop::new("drop_1")).expect("a success");
        }
        for (status, headers) in [
            ("205 Reset Content", "Content-Length: 0\r\n"),
            ("304 Not Modified", "Content-Length: 5000\r\nETag: \"1\"\r\n"),
            ("599 Network Timeout", "Content-Length: 0\r\n"),
            ("600 Nobody Knows", "Content-Length: 0\r\n"),
        ] {
            let octets = format!("HTTP/1.1 {status}\r\nX-Kept: yes\r\n{headers}Connection: close\r\n\r\n");
            let error =
                answered(which, ALL, octets.as_bytes(), DeleteDrop::new("drop_1")).expect_err("an error");
            let raw = error.raw().unwrap_or_else(|| panic!("{which:?} {error:?}"));
            assert!(status.starts_with(raw.status.as_str()), "{which:?} {raw:?}");
            assert_eq!(
                (&raw.headers["x-kept"], raw.body.len()),
                (&"yes".parse().expect("a value"), 0),
                "{which:?}"
            );
            assert!(!error.violations().is_empty(), "{which:?}");
        }
    }
}

#[test]
fn what_comes_before_the_answer_is_not_the_answer() {
    let body = r#"{"ok":true,"expires_in":300}"#;
    for which in BOTH {
        for before in ["100 Continue", "103 Early Hints\r\nLink: </style.css>; rel=preload"] {
            let octets = format!(
                "HTTP/1.1 {before}\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let sent = answered(which, ALL, octets.as_bytes(), otp());
            assert_eq!(sent.unwrap_or_else(|error| panic!("{which:?} {before} {error:?}")).expires_in, 300);
        }
    }
}

#[test]
fn whatever_json_is_called_it_is_read() {
    for which in BOTH {
        for media_type in [
            "",
            "Content-Type: text/plain\r\n",
            "Content-Type: application/json; charset=utf-16\r\n",
            "Content-Type: application/vnd.other+json; v=3\r\n",
            "Content-Type: ;;;\r\n",
            "Content-Type: \u{e9}\r\n",
        ] {
            let octets = answer("200 OK", media_type, br#"{"ok":true,"expires_in":300}"#);
            let sent = answered(which, ALL, &octets, otp());
            assert_eq!(
                sent.unwrap_or_else(|error| panic!("{which:?} {media_type} {error:?}")).expires_in,
                300
            );
        }
    }
}

/// A body of JSON is UTF-8, whatever its media type says (RFC 8259, section 8.1). What is not is said, and all else survives.
#[test]
fn other_charsets_cost_only_what_cannot_be_read() {
    let before = br#"{"type":"https://dropthis.app/errors#otp_invalid","title":"Wrong code","status":401,"code":"otp_invalid","retryable":false,"detail":""#;
    let verify = || VerifyOtp::new(OtpVerification::new("ada@example.com", "123456"));
    for which in BOTH {
        // "Café" in Latin-1, and in UTF-8 with a mark before it that no JSON has.
        let latin = [&before[..], b"Caf\xe9\"}"].concat();
        let marked = ["\u{feff}".as_bytes(), before, "Café\"}".as_bytes()].concat();
        for (media_type, body, detail) in [
            ("application/problem+json; charset=iso-8859-1", &latin, "Caf\u{fffd}"),
            ("application/problem+json", &marked, "Café"),
        ] {
            let octets = answer("401 Unauthorized", &format!("Content-Type: {media_type}\r\n"), body);
            let error = answered(which, ALL, &octets, verify()).expect_err("an error");
            let what = format!("{which:?} {media_type} {error:?}");
            assert_eq!(error.code(), Some("otp_invalid"), "{what}");
            assert_eq!(error.retryable(), Some(false), "{what}");
            assert_eq!(error.detail(), Some(detail), "{what}");
            assert_eq!(error.violations().is_empty(), detail == "Café", "what was not read is said: {what}");
            assert_eq!(error.raw().map(|raw| &raw.body[..]), Some(&body[..]), "{what}");
        }
        // Of text in units of two octets nothing can be read, and nothing of it is lost.
        let wide: Vec<u8> = "{\"code\":\"otp_invalid\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let octets = answer("401 Unauthorized", "Content-Type: application/problem+json\r\n", &wide);
        let error = answered(which, ALL, &octets, verify()).expect_err("an error");
        assert_eq!(error.raw().map(|raw| &raw.body[..]), Some(&wide[..]), "{which:?}");
        // A success with a mark is one.
        let octets = answer(
            "200 OK",
            "Content-Type: application/json\r\n",
            "\u{feff}{\"ok\":true,\"expires_in\":300}".as_bytes(),
        );
        let sent = answered(which, ALL, &octets, otp());
        assert_eq!(sent.unwrap_or_else(|error| panic!("{which:?} {error:?}")).expires_in, 300);
    }
}

#[test]
fn deep_and_long_json_ends_with_an_error_or_a_value_and_never_with_the_program() {
    for which in BOTH {
        let deep = format!(
            "{{\"ok\":true,\"expires_in\":300,\"other\":{}{}}}",
            "[".repeat(300_000),
            "]".repeat(300_000)
        );
        let octets = answer("200 OK", "Content-Type: application/json\r\n", deep.as_bytes());
        let error = answered(which, ALL, &octets, otp()).expect_err("an error");
        assert_eq!(error.raw().map(|raw| raw.body_length), Some(deep.len()), "{which:?}");

        let long = format!("{{\"ok\":true,\"expires_in\":300,\"other\":[{}0]}}", "0,".repeat(200_000));
        let octets = answer("200 OK", "Content-Type: application/json\r\n", long.as_bytes());
        assert_eq!(answered(which, ALL, &octets, otp()).expect("a success").expires_in, 300, "{which:?}");
    }
}

/// 64 KiB of the digit zero; many of them, one after the other, are one body (RFC 1952, section 2.2).
const PACKED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x81\x00\x00\x00\x00\x80\x20\xa5\xfd\xe9\x16\xa9\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x6a\x0b\x51\x49\x68\x00\x00\x01\x00";

/// 64 MiB of the digit zero.
const BROTLI: &[u8] = b"\xcf\xff\xff\x7f\x00\x24\x60\xe2\xb1\x40\x72\xef\xff\xf9\xff\xff\x0f\x80\x04\x40\x1c\x16\x80\xee\xfd\x3f\xff\xff\xff\x01\x90\x00\x88\xc3\x02\xd0\xbd\xff\xe7\xff\xff\x3f\x00\x12\x00\x71\x58\x00\xba\xf7\xff\x03";

#[test]
fn what_unpacks_without_end_is_left_at_the_limit() {
    // 640 MiB, in a megabyte.
    let gzip = PACKED.repeat(10_000);
    let length = 100_000;
    for which in BOTH {
        for (status, encoding, body) in [
            ("200 OK", "gzip", gzip.as_slice()),
            ("502 Bad Gateway", "gzip", gzip.as_slice()),
            ("200 OK", "br", BROTLI),
            ("502 Bad Gateway", "br", BROTLI),
        ] {
            let headers = format!("Content-Type: application/json\r\nContent-Encoding: {encoding}\r\n");
            let octets = answer(status, &headers, body);
            let start = std::time::Instant::now();
            let error = answered(which, length, &octets, otp()).expect_err("an error");
            let raw = error.raw().unwrap_or_else(|| panic!("{which:?} {error:?}"));
            assert!(raw.is_cut() && raw.body.iter().all(|octet| *octet == b'0'), "{which:?} {raw:?}");
            assert_eq!(raw.body.len(), length.min(dropthis_api::Received::KEPT), "{which:?}");
            assert!(start.elapsed().as_secs() < 10, "it is not unpacked to its end: {which:?}");
        }
        // What is no package says so, and the status is kept.
        let octets = answer("502 Bad Gateway", "Content-Encoding: gzip\r\n", b"<html>");
        let error = answered(which, ALL, &octets, otp()).expect_err("an error");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(502), "{which:?} {error:?}");
    }
}

#[test]
fn a_streamed_answer_is_unpacked_while_it_comes() {
    use std::io::Read as _;
    let body = PACKED.repeat(20);
    let octets = answer("200 OK", "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &body);
    let server = Server::start([Does::Writes(octets)]);
    let client = client(&server, Which::Ureq, 1000);
    let mut pieces = client.call(GetDropContent::new("drop_1")).stream_blocking().expect("a success").value;
    assert_eq!(pieces.known_length(), None, "the length on the wire is another one");
    let mut all = Vec::new();
    pieces.read_to_end(&mut all).expect("all of it");
    assert_eq!(all.len(), 20 * 64 * 1024);
}
