//! From octets to the items of a sequence, wherever the pieces end in which they come.
//!
//! Comes in: pieces. Goes out: lines, texts or events, each once it is complete, from a memory that has a limit. Deliberately
//! absent: what the items mean, and where the octets come from.

use bytes::{Buf as _, Bytes, BytesMut};

use super::Event;

/// How the items of a sequence are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// An event for each block of lines: `text/event-stream` (WHATWG HTML, "Server-sent events").
    Events,
    /// A JSON text on each line: `application/jsonl`, `application/x-ndjson`. Empty lines are none.
    Lines,
    /// A JSON text after each record separator: `application/json-seq` (RFC 7464).
    Texts,
}

impl Framing {
    /// The framing of a media type; `None` for one that is no sequence.
    pub(crate) fn of(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/event-stream" => Some(Framing::Events),
            "application/json-seq" => Some(Framing::Texts),
            "application/jsonl"
            | "application/x-ndjson"
            | "application/ndjson"
            | "application/x-jsonlines"
            | "application/jsonlines" => Some(Framing::Lines),
            other if other.ends_with("+json-seq") => Some(Framing::Texts),
            _ => None,
        }
    }
}

/// What stands between two borders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// A JSON text.
    Text(Bytes),
    /// An event.
    Event(Event),
    /// A text that may be the beginning of one: it does not end as RFC 7464, section 2.4, wants it.
    Cut(Bytes),
}

/// An item that is longer than the limit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Cuts octets at the borders.
#[derive(Debug)]
pub(super) struct Splitter {
    framing: Framing,
    pub(super) limit: usize,
    buffer: BytesMut,
    /// How much of the buffer has been searched for a border, so that a long item is searched once.
    searched: usize,
    /// Nothing has been taken yet: a byte order mark may come.
    beginning: bool,
    /// The line before ended in CR: an LF that follows belongs to it.
    after_return: bool,
    pending: Pending,
    /// The identifier of the last event that had one. It holds for those after it.
    last_id: String,
}

/// An event whose last line has not come.
#[derive(Debug, Default)]
struct Pending {
    data: Option<String>,
    event: String,
    id: Option<String>,
    retry: Option<u64>,
    length: usize,
}

const MARK: &[u8] = b"\xef\xbb\xbf";
const RECORD_SEPARATOR: u8 = 0x1e;

impl Splitter {
    pub(super) fn new(framing: Framing, limit: usize) -> Self {
        Self {
            framing,
            limit,
            buffer: BytesMut::new(),
            searched: 0,
            beginning: true,
            after_return: false,
            pending: Pending::default(),
            last_id: String::new(),
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.buffer.extend_from_slice(piece);
    }

    /// The next item that is complete. At the end of the octets, what is left is one, unless it is an event.
    pub(super) fn next(&mut self, ended: bool) -> Result<Option<Frame>, TooLong> {
        if self.beginning {
            if !ended && self.buffer.len() < MARK.len() && MARK.starts_with(&self.buffer) {
                return Ok(None);
            }
            if self.buffer.starts_with(MARK) {
                self.buffer.advance(MARK.len());
            }
            self.beginning = false;
        }
        match self.framing {
            Framing::Lines => self.line_of_json(ended),
            Framing::Texts => self.text(ended),
            Framing::Events => self.event(),
        }
    }

    fn line_of_json(&mut self, ended: bool) -> Result<Option<Frame>, TooLong> {
        loop {
            let Some(line) = self.until(|octet| octet == b'\n', ended)? else { return Ok(None) };
            if !line.trim_ascii().is_empty() {
                return Ok(Some(Frame::Text(line)));
            }
        }
    }

    fn text(&mut self, ended: bool) -> Result<Option<Frame>, TooLong> {
        loop {
            let found = self.until(|octet| octet == RECORD_SEPARATOR, ended)?;
            let Some(text) = found else { return Ok(None) };
            let trimmed = text.trim_ascii();
            // Separators without anything in between are none.
            let Some(first) = trimmed.first() else { continue };
            let ends_itself =
                matches!(first, b'{' | b'[' | b'"') || trimmed.len() < text.trim_ascii_start().len();
            return Ok(Some(if ends_itself { Frame::Text(text) } else { Frame::Cut(text) }));
        }
    }

    fn event(&mut self) -> Result<Option<Frame>, TooLong> {
        loop {
            if self.after_return {
                match self.buffer.first() {
                    None => return Ok(None),
                    Some(b'\n') => self.buffer.advance(1),
                    Some(_) => {}
                }
                self.after_return = false;
                self.searched = 0;
            }
            // At the end, a line without its end and an event without its last line are dropped: nobody knows whether they are
            // complete.
            let Some(at) = self.found(|octet| matches!(octet, b'\n' | b'\r')) else {
                if self.pending.length + self.buffer.len() > self.limit {
                    return Err(TooLong);
                }
                return Ok(None);
            };
            let line = self.buffer.split_to(at);
            self.after_return = self.buffer.first() == Some(&b'\r');
            self.buffer.advance(1);
            self.searched = 0;
            if line.is_empty() {
                let pending = std::mem::take(&mut self.pending);
                if let Some(id) = &pending.id {
                    self.last_id.clone_from(id);
                }
                if let Some(data) = pending.data {
                    return Ok(Some(Frame::Event(Event {
                        event: pending.event,
                        data,
                        id: pending.id,
                        last_id: self.last_id.clone(),
                        retry: pending.retry.map(std::time::Duration::from_millis),
                    })));
                }
                continue;
            }
            self.pending.length += line.len();
            if self.pending.length > self.limit {
                return Err(TooLong);
            }
            self.pending.line(&line);
        }
    }

    /// Takes what stands before the next border, and the border; at the end also what stands before that.
    fn until(&mut self, border: impl Fn(u8) -> bool, ended: bool) -> Result<Option<Bytes>, TooLong> {
        let found = self.found(border);
        let length = found.unwrap_or(self.buffer.len());
        if length > self.limit {
            return Err(TooLong);
        }
        if found.is_none() && (!ended || length == 0) {
            return Ok(None);
        }
        let item = self.buffer.split_to(length).freeze();
        if found.is_some() {
            self.buffer.advance(1);
        }
        self.searched = 0;
        Ok(Some(item))
    }

    /// Where the next border is.
    fn found(&mut self, border: impl Fn(u8) -> bool) -> Option<usize> {
        let rest = self.buffer.get(self.searched..).unwrap_or_default();
        let found = rest.iter().position(|octet| border(*octet)).map(|at| self.searched + at);
        self.searched = found.unwrap_or(self.buffer.len());
        found
    }
}

impl Pending {
    /// Takes a line of an event in (WHATWG HTML, "Interpreting an event stream").
    fn line(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut self.data {
                None => self.data = Some(value.to_owned()),
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
            },
            "event" => value.clone_into(&mut self.event),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if !value.is_empty() && value.bytes().all(|octet| octet.is_ascii_digit()) => {
                self.retry = value.parse().ok();
            }
            // A comment, or what nobody knows.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(framing: Framing, limit: usize, pieces: &[&[u8]]) -> (Vec<String>, bool) {
        let mut splitter = Splitter::new(framing, limit);
        let mut found = Vec::new();
        let mut take = |splitter: &mut Splitter, ended| loop {
            match splitter.next(ended) {
                Ok(None) => return true,
                Err(TooLong) => return false,
                Ok(Some(Frame::Text(text))) => found.push(String::from_utf8_lossy(&text).into_owned()),
                Ok(Some(Frame::Cut(text))) => found.push(format!("cut {}", String::from_utf8_lossy(&text))),
                Ok(Some(Frame::Event(event))) => found.push(format!(
                    "{}|{}|{:?}|{}|{:?}",
                    event.event, event.data, event.id, event.last_id, event.retry
                )),
            }
        };
        for piece in pieces {
            splitter.push(piece);
            if !take(&mut splitter, false) {
                return (found, false);
            }
        }
        let whole = take(&mut splitter, true);
        (found, whole)
    }

    /// What comes of octets that come at once; it has to come of them in whatever pieces they come.
    fn whatever_the_pieces(framing: Framing, limit: usize, octets: &[u8]) -> (Vec<String>, bool) {
        let whole = split(framing, limit, &[octets]);
        for size in 1..=octets.len() {
            let pieces: Vec<&[u8]> = octets.chunks(size).collect();
            assert_eq!(split(framing, limit, &pieces), whole, "in pieces of {size}");
        }
        for at in 0..octets.len() {
            let (one, other) = octets.split_at(at);
            assert_eq!(split(framing, limit, &[one, other]), whole, "in two pieces at {at}");
        }
        whole
    }

    fn all(framing: Framing, octets: &[u8]) -> Vec<String> {
        let (found, whole) = whatever_the_pieces(framing, 1000, octets);
        assert!(whole);
        found
    }

    #[test]
    fn events_are_read_as_browsers_read_them() {
        let events = |text: &str| all(Framing::Events, text.as_bytes());
        assert_eq!(
            events("\u{feff}: hello\n\ndata: YHOO\ndata: +2\ndata: 10\n\n"),
            ["|YHOO\n+2\n10|None||None"]
        );
        assert_eq!(
            events("data: first\rid: 1\r\revent:add\r\ndata:second\r\nid\r\n\r\ndata:  third\n\n"),
            ["|first|Some(\"1\")|1|None", "add|second|Some(\"\")||None", "| third|None||None"]
        );
        assert_eq!(events("data\n\ndata\ndata\n\ndata:"), ["||None||None", "|\n|None||None"]);
        assert_eq!(events("event: x\n\nid: 7\n\ndata: a\n\n"), ["|a|None|7|None"]);
        assert_eq!(
            events("retry: 250\nretry: 2s\nid: a\0b\ndata: x\nother: y\ndata : z\n\n"),
            ["|x|None||Some(250ms)"]
        );
        assert_eq!(all(Framing::Events, b"data: caf\xe9 \xc3\xa9\n\n"), ["|caf\u{fffd} é|None||None"]);
        assert!(events("data: not complete\n").is_empty());
    }

    #[test]
    fn lines_and_texts_are_what_stands_between_the_borders() {
        let lines = |text: &str| all(Framing::Lines, text.as_bytes());
        assert_eq!(lines("{\"a\": 1}\r\n\n \n[2]\n3"), ["{\"a\": 1}\r", "[2]", "3"]);
        assert_eq!(lines("\u{feff}1\n"), ["1"]);
        assert!(lines("").is_empty());
        let texts = |text: &str| all(Framing::Texts, text.as_bytes());
        assert_eq!(
            texts("\u{1e}{\"a\":\n1}\n\u{1e}\u{1e}12\n\u{1e}12\u{1e}true"),
            ["{\"a\":\n1}\n", "12\n", "cut 12", "cut true"]
        );
        assert_eq!(texts("odd\u{1e}\"x\""), ["cut odd", "\"x\""]);
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        for (framing, long) in [
            (Framing::Lines, "1\n12345678901\n2\n"),
            (Framing::Lines, "1\n12345678901"),
            (Framing::Texts, "1\n\u{1e}12345678901"),
            (Framing::Events, "data:1\n\ndata:1\ndata:2\n\n"),
            (Framing::Events, "data:1\n\ndata:1234567890"),
        ] {
            let (found, whole) = whatever_the_pieces(framing, 10, long.as_bytes());
            assert_eq!((found.len(), whole), (1, false), "{long:?}");
        }
    }

    #[test]
    fn media_types_say_how_items_are_told_apart() {
        assert_eq!(Framing::of("Text/Event-Stream; charset=utf-8"), Some(Framing::Events));
        assert_eq!(Framing::of("application/geo+json-seq"), Some(Framing::Texts));
        assert_eq!(Framing::of("application/x-ndjson"), Some(Framing::Lines));
        assert_eq!(Framing::of("application/json"), None);
    }
}
