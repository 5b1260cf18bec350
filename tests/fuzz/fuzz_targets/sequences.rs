//! From the octets of a sequence to its items: nothing panics, nothing is kept beyond the limit, and what comes of it neither
//! depends on the pieces in which it comes nor differs from what a reader gives that has all of it before it begins.
//!
//! The input is text that a person can write: how items are told apart, how long one may be, and how long the pieces are, over
//! and over; an empty line; the octets.
//!
//! ```text
//! events 4096 1 3
//!
//! data: {"n": 1}
//! ```

#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use problemgen_runtime::{Events, Json, Pieces, Sequence, SequenceError};

fuzz_target!(|data: &[u8]| run(data).unwrap_or_default());

fn run(data: &[u8]) -> Option<()> {
    let end = data.windows(2).position(|end| end == b"\n\n")?;
    let mut words = std::str::from_utf8(&data[..end]).ok()?.split(' ');
    let read = match words.next()? {
        "events" => events,
        "data" => |pieces, limit| json(Sequence::of_events(pieces).limit(limit)),
        "lines" => |pieces, limit| json(Sequence::lines(pieces).limit(limit)),
        "texts" => |pieces, limit| json(Sequence::texts(pieces).limit(limit)),
        _ => return None,
    };
    let limit = words.next()?.parse().ok().filter(|limit| *limit < 1 << 32)?;
    let sizes: Vec<usize> =
        words.map(|size| size.parse().ok().filter(|size| *size > 0)).collect::<Option<_>>()?;
    let octets = &data[end + 2..];
    let whole = read(Pieces::from(octets.to_vec()), limit);
    let cut = read(Pieces::from_reader(Cut { octets: octets.to_vec(), sizes, read: 0, pieces: 0 }), limit);
    assert_eq!(whole, cut, "the pieces do not matter");
    let longest = whole.iter().map(|item| item.length).max().unwrap_or_default();
    // An octet that is no UTF-8 becomes a sign of three.
    assert!(longest <= limit * 3, "{longest} of at most {limit}");
    if limit > octets.len() {
        let expected = match &data[..4] {
            b"even" => dispatched(octets),
            b"line" => lines(octets),
            _ => return Some(()),
        };
        let found: Vec<&str> = whole.iter().map(|item| item.text.as_str()).collect();
        assert_eq!(found, expected);
    }
    Some(())
}

/// What is compared of an item, and how long it is.
#[derive(Debug, PartialEq)]
struct Item {
    text: String,
    length: usize,
}

fn events(pieces: Pieces, limit: usize) -> Vec<Item> {
    let items = Events::of(pieces).limit(limit).blocking();
    let item = |item: Result<_, SequenceError>| match item {
        Ok(event) => {
            let problemgen_runtime::Event { event, data, last_id, retry, .. } = event;
            let length = event.len() + data.len();
            Item { text: format!("{event:?} {data:?} {last_id:?} {retry:?}"), length }
        }
        Err(error) => Item { text: error.to_string(), length: 0 },
    };
    items.map(item).collect()
}

fn json(items: Sequence<Json>) -> Vec<Item> {
    let item = |item: Result<Json, SequenceError>| match item {
        Ok(value) => Item { text: value.to_string(), length: 0 },
        Err(SequenceError::Item { item, violation }) => {
            assert!(!violation.message.is_empty());
            Item { text: "no JSON".to_owned(), length: item.len() }
        }
        Err(error) => Item { text: error.to_string(), length: 0 },
    };
    items.blocking().map(item).collect()
}

/// The events of a stream by the algorithm of the specification (WHATWG HTML, "Interpreting an event stream"), of all of it at once.
fn dispatched(octets: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(unmarked(octets));
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (mut event, mut data, mut id, mut retry) = (String::new(), None::<String>, String::new(), None);
    let mut found = Vec::new();
    // What stands behind the last line feed is no line.
    let lines = text.split('\n').count() - 1;
    for line in text.split('\n').take(lines) {
        if line.is_empty() {
            if let Some(data) = data.take() {
                found.push(format!("{event:?} {data:?} {id:?} {retry:?}"));
            }
            (event, retry) = (String::new(), None);
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => event = value.to_owned(),
            "data" => data = Some(data.map_or(value.to_owned(), |before| before + "\n" + value)),
            "id" if !value.contains('\0') => id = value.to_owned(),
            "retry" if !value.is_empty() && value.chars().all(|sign| sign.is_ascii_digit()) => {
                retry = value.parse().ok().map(std::time::Duration::from_millis);
            }
            _ => {}
        }
    }
    found
}

/// The JSON on each line that is not empty. A byte order mark before it may be passed over (RFC 8259, section 8.1).
fn lines(octets: &[u8]) -> Vec<String> {
    let octets = unmarked(octets);
    let lines = octets.split(|octet| *octet == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let item = |line| {
        serde_json::from_slice::<Json>(unmarked(line)).map_or("no JSON".to_owned(), |value| value.to_string())
    };
    lines.map(item).collect()
}

fn unmarked(octets: &[u8]) -> &[u8] {
    octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets)
}

/// Octets in pieces of these lengths, over and over.
struct Cut {
    octets: Vec<u8>,
    sizes: Vec<usize>,
    read: usize,
    pieces: usize,
}

impl Read for Cut {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.get(self.pieces % self.sizes.len().max(1)).copied().unwrap_or(1);
        let piece = self.octets.get(self.read..).unwrap_or_default();
        let length = size.min(piece.len()).min(room.len());
        room[..length].copy_from_slice(&piece[..length]);
        self.read += length;
        self.pieces += 1;
        Ok(length)
    }
}
