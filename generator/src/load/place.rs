//! From pointers and offsets to places.

use std::ops::Range;

use crate::contract::Pointer;
use crate::report::Place;

use super::index::{Found, Index};
use super::{FileId, Format, SourceFile, Sources, json, yaml};

/// Which part of a member a place shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The member's name, for what is missing inside of it; for items of a list, the item.
    Key,
    /// The member's value; for a list or an object, its name, because the value fills many lines.
    Value,
}

/// How many characters of a line a place holds at most.
const LONGEST: usize = 160;

impl Sources {
    /// The place of a pointer into the bundled document (after [`bundle`](crate::bundle), which knows where each part
    /// came from) or into the root document (before). When nothing stands there, the nearest thing around it.
    pub fn place(&self, pointer: &Pointer, part: Part) -> Place {
        let mut prefix = pointer.0.as_str();
        loop {
            if let Some((file, start)) = self.origins.get(prefix) {
                let rest = pointer.0.get(prefix.len()..).unwrap_or("");
                return self.place_in(*file, &format!("{start}{rest}"), part);
            }
            match prefix.rfind('/') {
                Some(at) => prefix = prefix.get(..at).unwrap_or(""),
                None => return self.place_in(FileId::ROOT, &pointer.0, part),
            }
        }
    }

    /// The place of a pointer into a file. When nothing stands there, the nearest thing around it.
    pub fn place_in(&self, file: FileId, pointer: &str, part: Part) -> Place {
        let (file, pointer) = match file {
            FileId::ROOT => self.laid.locate(pointer),
            file => (file, pointer.to_owned()),
        };
        let pointer = pointer.as_str();
        match self.files.get(file.0) {
            Some(file) => file.place(pointer, part),
            None => Place {
                file: String::new(),
                line: 1,
                column: 1,
                pointer: pointer.to_owned(),
                text: String::new(),
                underline: (0, 0),
            },
        }
    }

    /// A scalar as its author wrote it, for numbers that are meant as text (`version: 1.10`).
    pub fn raw(&self, pointer: &Pointer) -> Option<&str> {
        let place = self.place(pointer, Part::Value);
        let file = self.files.iter().find(|file| file.shown == place.file)?;
        match file.index().find(&file.text, &place.pointer) {
            (Some(Found { value, container: false, .. }), reached) if reached == place.pointer => {
                file.text.get(value.start as usize..value.end as usize)
            }
            _ => None,
        }
    }
}

impl SourceFile {
    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| match self.format {
            Format::Json => json::index(&self.text),
            Format::Yaml => yaml::index(&self.text),
        })
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::of(&self.text))
    }

    pub(super) fn place(&self, pointer: &str, part: Part) -> Place {
        let (found, reached) = self.index().find(&self.text, pointer);
        let exact = reached == pointer;
        let span = found.map(|found| match found.key {
            Some(key) if part == Part::Key || found.container || !exact => key,
            _ => found.value,
        });
        let (start, end) = span.map_or((0, 0), |span| (span.start as usize, span.end as usize));
        self.at(start, end, pointer.to_owned())
    }

    /// The offset of a line and column as serde_json counts them: from 1, in bytes.
    pub(super) fn offset(&self, line: usize, column: usize) -> usize {
        let start = self.lines().first(line);
        // Column 0 is the line break before the line.
        (start + column).saturating_sub(1).min(self.text.len())
    }

    /// Where a key that starts at an offset ends.
    pub(super) fn key_end(&self, at: usize, key: &str) -> usize {
        let quoted = self.text.get(at..).is_some_and(|rest| rest.starts_with(['"', '\'']));
        let end = at + key.len() + if quoted { 2 } else { 0 };
        if self.text.is_char_boundary(end) { end.min(self.text.len()) } else { at }
    }

    /// The place of a range of bytes.
    pub(super) fn at(&self, start: usize, end: usize, pointer: String) -> Place {
        place_in_lines(&self.shown, &self.text, self.lines(), start..end, pointer)
    }
}

/// The place of a range of bytes in a text that is no document.
pub(crate) fn place_in_text(shown: &str, text: &str, range: Range<usize>) -> Place {
    place_in_lines(shown, text, &Lines::of(text), range, String::new())
}

fn place_in_lines(shown: &str, text: &str, lines: &Lines, range: Range<usize>, pointer: String) -> Place {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line = lines.at(start);
    let first = lines.first(line);
    let whole = text.get(first..lines.first(line + 1)).unwrap_or("");
    let whole = whole.trim_end_matches('\n').trim_end_matches('\r');
    let column = lines.characters(text, start) - lines.characters(text, first) + 1;
    let begin = (start - first).min(whole.len());
    let until = (range.end.max(start) - first).min(whole.len());
    let (cut_out, underline) = cut(whole, begin, until);
    Place { file: shown.to_owned(), line, column, pointer, text: cut_out, underline }
}

/// How many bytes there are from one count of characters to the next.
const STRIDE: usize = 1024;

/// Where the lines of a text begin, and how many characters there are before: a document may be one line of very many, and
/// each diagnostic wants its column.
#[derive(Debug)]
pub(super) struct Lines {
    /// The first byte of each line, and the length of the text.
    firsts: Vec<u32>,
    /// How many characters begin before each [`STRIDE`].
    counts: Vec<u32>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let breaks = text.match_indices('\n').map(|(at, _)| narrow(at + 1));
        let firsts = std::iter::once(0).chain(breaks);
        let mut count = 0;
        let counts = text.as_bytes().chunks(STRIDE).map(|bytes| {
            let before = count;
            count += narrow(begun(bytes));
            before
        });
        Lines { firsts: firsts.chain([narrow(text.len())]).collect(), counts: counts.collect() }
    }

    /// The number of the line that a byte stands in, from 1.
    fn at(&self, byte: usize) -> usize {
        let (_, firsts) = self.firsts.split_last().unwrap_or((&0, &[]));
        firsts.partition_point(|first| *first as usize <= byte).max(1)
    }

    /// The first byte of a line; of the line after the last one, the length of the text.
    fn first(&self, line: usize) -> usize {
        self.firsts.get(line.saturating_sub(1)).map_or(0, |first| *first as usize)
    }

    /// How many characters begin before a byte.
    fn characters(&self, text: &str, byte: usize) -> usize {
        // The end of a text that fills its strides is counted from the beginning of the last one.
        let stride = (byte / STRIDE).min(self.counts.len().saturating_sub(1));
        let counted = self.counts.get(stride).map_or(0, |count| *count as usize);
        let from = stride * STRIDE;
        counted + begun(text.as_bytes().get(from..byte).unwrap_or_default())
    }
}

/// How many characters begin in these bytes of UTF-8.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// A line cut to what is around the range of bytes, and the range in that.
fn cut(line: &str, start: usize, end: usize) -> (String, (usize, usize)) {
    if line.len() <= LONGEST {
        return (line.to_owned(), (start, end));
    }
    let back = line.get(..start).unwrap_or("").char_indices().rev().nth(LONGEST / 4).map_or(0, |(at, _)| at);
    let window = line.get(back..).unwrap_or("");
    let ahead = window.char_indices().nth(LONGEST).map_or(window.len(), |(at, _)| at);
    let window = window.get(..ahead).unwrap_or("");
    let (prefix, suffix) =
        (if back > 0 { "…" } else { "" }, if back + ahead < line.len() { "…" } else { "" });
    let shift = |at: usize| (at.max(back) - back).min(ahead) + prefix.len();
    (format!("{prefix}{window}{suffix}"), (shift(start), shift(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_as_if_from_the_beginning() {
        for text in
            ["", "a", "é\r\n\nü", &"aé🦀".repeat(1000), &"é🦀x\n".repeat(700), &"x".repeat(2 * STRIDE)]
        {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            for at in ends.step_by(7).chain([text.len()]) {
                let before = &text[..at];
                let first = before.rfind('\n').map_or(0, |at| at + 1);
                let expected = (before.matches('\n').count() + 1, before[first..].chars().count() + 1);
                let place = place_in_text("f", text, at..at);
                assert_eq!((place.line, place.column), expected, "{at} of {}", text.len());
            }
        }
    }
}
