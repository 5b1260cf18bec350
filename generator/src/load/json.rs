//! JSON through serde_json, and where its parts stand.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::index::{Builder, Index, Span};

/// The value of a text, and whether an object in it has a key twice.
pub(super) fn parse(text: &str) -> Result<(Value, bool), serde_json::Error> {
    let state = State::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Any { state: &state }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, state.repeated.get()))
}

/// Builds a `Value` as serde_json itself does, but notices repeated keys, and gives each object and list the memory that it
/// needs, once: what they consist of waits until their number is known.
#[derive(Clone, Copy)]
struct Any<'a> {
    state: &'a State,
}

#[derive(Default)]
struct State {
    repeated: Cell<bool>,
    /// Items of lists that have not ended.
    items: RefCell<Vec<Value>>,
    /// Members of objects that have not ended.
    members: RefCell<Vec<(String, Value)>>,
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let first = self.state.items.borrow().len();
        while let Some(item) = items.next_element_seed(self)? {
            self.state.items.borrow_mut().push(item);
        }
        Ok(Value::Array(self.state.items.borrow_mut().drain(first..).collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let first = self.state.members.borrow().len();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            self.state.members.borrow_mut().push((key, value));
        }
        let mut waiting = self.state.members.borrow_mut();
        let mut map = Map::with_capacity(waiting.len() - first);
        for (key, value) in waiting.drain(first..) {
            if map.insert(key, value).is_some() {
                self.state.repeated.set(true);
            }
        }
        Ok(Value::Object(map))
    }
}

/// No parser goes deeper.
const DEEPEST: usize = 128;

/// Where the parts of a text stand. Somebody else parses the text, before or meanwhile, so nothing here refuses anything;
/// of what is no JSON, this is of no use, and ends.
pub(super) fn index(text: &str) -> Index {
    let mut scanner = Scanner { text, at: 0, depth: 0, builder: Builder::new(text) };
    scanner.value(None);
    scanner.builder.finish()
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    builder: Builder<'t>,
}

impl<'t> Scanner<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn span(&self, start: usize) -> Span {
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: narrow(start), end: narrow(self.at) }
    }

    fn value(&mut self, key: Option<(Cow<'t, str>, Span)>) {
        self.space();
        let start = self.at;
        let key = key.as_ref().map(|(key, span)| (&**key, *span));
        match self.peek() {
            Some(b'{' | b'[') if self.depth == DEEPEST => self.at = self.text.len(),
            Some(open @ (b'{' | b'[')) => {
                self.at += 1;
                self.depth += 1;
                let id = self.builder.add(key, self.span(start));
                self.builder.open(id);
                loop {
                    self.space();
                    match self.peek() {
                        Some(b'}' | b']') | None => break,
                        Some(b',' | b':') => self.at += 1,
                        Some(_) if open == b'[' => self.value(None),
                        Some(_) => {
                            let key = self.key();
                            self.value(Some(key));
                        }
                    }
                }
                self.at = (self.at + 1).min(self.text.len());
                let end = self.span(start).end;
                self.builder.close(end);
                self.depth -= 1;
            }
            Some(b'"') => {
                self.string();
                let span = self.span(start);
                self.builder.add(key, span);
            }
            _ => {
                while self
                    .peek()
                    .is_some_and(|byte| !matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))
                {
                    self.at += 1;
                }
                let span = self.span(start);
                self.builder.add(key, span);
            }
        }
    }

    fn key(&mut self) -> (Cow<'t, str>, Span) {
        let start = self.at;
        self.string();
        let raw = self.text.get(start..self.at).unwrap_or("");
        let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let key = match inner.filter(|inner| !inner.contains('\\')) {
            Some(inner) => Cow::Borrowed(inner),
            None => serde_json::from_str(raw).map_or(Cow::Borrowed(raw), Cow::Owned),
        };
        let span = self.span(start);
        self.space();
        if self.peek() == Some(b':') {
            self.at += 1;
        }
        (key, span)
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += match byte {
                b'\\' => 2,
                _ => 1,
            };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.text.len());
    }
}
