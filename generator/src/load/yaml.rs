//! YAML 1.2 (core schema) from parser events, and where its parts stand.
//!
//! The values are built here rather than by a deserializer because keys have to stay as written (`200:`, `on:`), integers
//! beyond 64 bits have to survive, and aliases need a budget.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};
use serde_yaml::granit_parser::{self, Event, Parser, ScalarStyle, ScanError, Tag};

use super::MAX_DEPTH;
use super::index::{Builder, Index, Span};
use super::pointer::escape;

/// How many nodes aliases may repeat.
const MAX_REPEATED: usize = 1_000_000;

/// Why a text is not read.
#[derive(Debug)]
pub(super) enum Problem {
    /// Nothing at all.
    Empty,
    /// Not YAML.
    Syntax(usize, String),
    /// A value without a form in JSON.
    NotJson(usize, String),
    /// Too many nodes by aliases, or too deep.
    TooLarge(usize, String),
    /// A repeated key: where, its pointer and whether the values are the same.
    Duplicate(usize, String, bool),
}

fn parser(text: &str) -> Parser<'_, granit_parser::StrInput<'_>> {
    let options = granit_parser::options! {
        emit_comments: false,
        simple_key_max_lookahead: 1 << 16,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    Parser::new_from_str_with_options(text, options)
}

fn offset(span: &granit_parser::Span) -> usize {
    span.start.byte_offset().unwrap_or(0)
}

/// The value of a text. Problems that leave a value (repeated keys) are in the list beside it.
pub(super) fn parse(text: &str) -> (Option<Value>, Vec<Problem>) {
    let mut reader = Reader::default();
    for next in parser(text) {
        let done = match next {
            Ok((event, span)) => reader.event(event, &span),
            Err(error) => Err(syntax(text, &error)),
        };
        if let Err(problem) = done {
            reader.problems.push(problem);
            return (None, reader.problems);
        }
    }
    if reader.document.is_none() {
        reader.problems.push(Problem::Empty);
    }
    (reader.document, reader.problems)
}

fn syntax(text: &str, error: &ScanError) -> Problem {
    let at = error.marker().byte_offset().unwrap_or_else(|| {
        let line: usize =
            text.split_inclusive('\n').take(error.marker().line().saturating_sub(1)).map(str::len).sum();
        line + error.marker().col()
    });
    Problem::Syntax(at, error.info())
}

#[derive(Default)]
struct Reader {
    open: Vec<Frame>,
    document: Option<Value>,
    anchors: HashMap<usize, Anchored>,
    repeated: usize,
    problems: Vec<Problem>,
}

struct Anchored {
    value: Value,
    /// What a key becomes when it is an alias of this.
    text: Option<String>,
    nodes: usize,
    depth: usize,
}

struct Frame {
    anchor: usize,
    nodes: usize,
    depth: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Object { map: Map<String, Value>, key: Option<(String, bool, usize)>, merges: Vec<Value> },
}

/// A finished node on its way to the container around it.
struct Done {
    value: Value,
    text: Option<String>,
    plain: bool,
    at: usize,
    nodes: usize,
    depth: usize,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, span: &granit_parser::Span) -> Result<(), Problem> {
        let at = offset(span);
        match event {
            Event::DocumentStart(..) if self.document.is_some() => {
                Err(Problem::Syntax(at, "a second document starts here".into()))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref(), at)?;
                let plain = style == ScalarStyle::Plain && tag.is_none();
                self.finish(
                    anchor,
                    Done { value, text: Some(text.into_owned()), plain, at, nodes: 1, depth: 0 },
                )
            }
            Event::SequenceStart(_, anchor, _) => self.start(anchor, Kind::List(Vec::new()), at),
            Event::MappingStart(_, anchor, _) => {
                self.start(anchor, Kind::Object { map: Map::new(), key: None, merges: Vec::new() }, at)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.open.pop() else { return Ok(()) };
                let value = match frame.kind {
                    Kind::List(items) => Value::Array(items),
                    Kind::Object { mut map, merges, .. } => {
                        for (key, value) in merges.into_iter().flat_map(members) {
                            map.entry(key).or_insert(value);
                        }
                        Value::Object(map)
                    }
                };
                let depth = frame.depth + 1;
                self.finish(
                    frame.anchor,
                    Done { value, text: None, plain: false, at, nodes: frame.nodes, depth },
                )
            }
            Event::Alias(id) => {
                let Some(anchored) = self.anchors.get(&id) else {
                    return Err(Problem::Syntax(at, "an alias stands inside of what it repeats".into()));
                };
                self.repeated += anchored.nodes;
                if self.repeated > MAX_REPEATED {
                    return Err(Problem::TooLarge(
                        at,
                        format!("aliases repeat more than {MAX_REPEATED} nodes"),
                    ));
                }
                let done = Done {
                    value: anchored.value.clone(),
                    text: anchored.text.clone(),
                    plain: false,
                    at,
                    nodes: anchored.nodes,
                    depth: anchored.depth,
                };
                self.finish(0, done)
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, anchor: usize, kind: Kind, at: usize) -> Result<(), Problem> {
        if let Some(Frame { kind: Kind::Object { key: None, .. }, .. }) = self.open.last() {
            return Err(Problem::NotJson(at, "a key is a list or an object".into()));
        }
        self.open.push(Frame { anchor, nodes: 1, depth: 0, kind });
        self.within(0, at)
    }

    fn within(&self, depth: usize, at: usize) -> Result<(), Problem> {
        if self.open.len() + depth > MAX_DEPTH {
            return Err(Problem::TooLarge(at, format!("values nest more than {MAX_DEPTH} levels deep")));
        }
        Ok(())
    }

    fn finish(&mut self, anchor: usize, done: Done) -> Result<(), Problem> {
        self.within(done.depth, done.at)?;
        if anchor != 0 {
            let Done { value, text, nodes, depth, .. } = &done;
            let anchored =
                Anchored { value: value.clone(), text: text.clone(), nodes: *nodes, depth: *depth };
            // Copies of anchored nodes count as repeated: nested anchors copy their content once for each level.
            self.repeated += nodes;
            if self.repeated > MAX_REPEATED {
                return Err(Problem::TooLarge(
                    done.at,
                    format!("anchors hold more than {MAX_REPEATED} nodes"),
                ));
            }
            self.anchors.insert(anchor, anchored);
        }
        let pointer = match self.open.last() {
            Some(Frame { kind: Kind::Object { map, key: Some((key, _, _)), .. }, .. })
                if map.contains_key(key) =>
            {
                Some(self.pointer())
            }
            _ => None,
        };
        let Some(frame) = self.open.last_mut() else {
            self.document = Some(done.value);
            return Ok(());
        };
        frame.nodes += done.nodes;
        frame.depth = frame.depth.max(done.depth);
        match &mut frame.kind {
            Kind::List(items) => items.push(done.value),
            Kind::Object { map, key, merges } => match key.take() {
                None => match done.text {
                    Some(text) => *key = Some((text, done.plain, done.at)),
                    None => return Err(Problem::NotJson(done.at, "a key is a list or an object".into())),
                },
                Some((name, true, _)) if name == "<<" && mergeable(&done.value) => merges.push(done.value),
                Some((name, _, at)) => match map.get(&name) {
                    Some(first) => {
                        let same = *first == done.value;
                        self.problems.push(Problem::Duplicate(at, pointer.unwrap_or_default(), same));
                    }
                    None => {
                        map.insert(name, done.value);
                    }
                },
            },
        }
        Ok(())
    }

    fn pointer(&self) -> String {
        let mut out = String::new();
        for frame in &self.open {
            out.push('/');
            match &frame.kind {
                Kind::List(items) => out.push_str(&items.len().to_string()),
                Kind::Object { key, .. } => {
                    out.push_str(&key.as_ref().map_or("".into(), |(key, ..)| escape(key)))
                }
            }
        }
        out
    }
}

fn mergeable(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object),
        _ => false,
    }
}

fn members(value: Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(map) => map.into_iter().collect(),
        Value::Array(items) => items.into_iter().flat_map(members).collect(),
        _ => Vec::new(),
    }
}

/// YAML 1.2.2, section 10.3.2: the core schema.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: usize) -> Result<Value, Problem> {
    let string = || Value::String(text.to_owned());
    let tagged = tag.and_then(Tag::core_suffix);
    match tagged {
        Some("null" | "bool" | "int" | "float") => {}
        Some(_) => return Ok(string()),
        None if style != ScalarStyle::Plain || tag.is_some() => return Ok(string()),
        None => {}
    }
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match number(text) {
            Some(Some(number)) => Value::Number(number),
            Some(None) => return Err(Problem::NotJson(at, format!("`{text}` is no JSON number"))),
            None => string(),
        },
    })
}

/// `None`: not a number. `Some(None)`: a number that JSON cannot say.
fn number(text: &str) -> Option<Option<Number>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(None);
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|c| c.is_digit(radix))
        {
            return u64::from_str_radix(digits, radix).ok().map(|n| Some(n.into()));
        }
    }
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(unsigned);
    let rest = unsigned.get(whole..)?;
    if whole > 0 && rest.is_empty() {
        let signed = text.strip_prefix('+').unwrap_or(text);
        if let Ok(number) = signed.parse::<i64>() {
            return Some(Some(number.into()));
        }
        if let Ok(number) = signed.parse::<u64>() {
            return Some(Some(number.into()));
        }
    }
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => (digits(after), after.get(digits(after)..)?),
        None => (0, rest),
    };
    if whole + fraction == 0 {
        return None;
    }
    if !rest.is_empty() {
        let exponent = rest.strip_prefix(['e', 'E'])?;
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if exponent.is_empty() || digits(exponent) != exponent.len() {
            return None;
        }
    }
    Some(text.parse::<f64>().ok().and_then(Number::from_f64))
}

/// A key and where it stands.
type Key = (Box<str>, Span);

fn borrowed(key: &Option<Key>) -> Option<(&str, Span)> {
    key.as_ref().map(|(key, span)| (&**key, *span))
}

/// Where the parts of a text stand. The text has been parsed before, so nothing here refuses anything.
pub(super) fn index(text: &str) -> Index {
    let mut builder = Builder::new(text);
    let mut anchors: HashMap<usize, u32> = HashMap::new();
    // For each open container: is it an object, and the key that waits for its value.
    let mut open: Vec<(bool, Option<Key>)> = Vec::new();
    let mut texts: HashMap<usize, Box<str>> = HashMap::new();
    for (event, span) in parser(text).map_while(Result::ok) {
        let range = span.byte_range().unwrap_or(0..0);
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let here = Span { start: narrow(range.start), end: narrow(range.end) };
        let is_key = matches!(open.last(), Some((true, None)));
        match event {
            Event::Scalar(value, _, anchor, _) => {
                if anchor != 0 {
                    texts.insert(anchor, Box::from(&*value));
                }
                if is_key {
                    if let Some((_, key)) = open.last_mut() {
                        *key = Some((Box::from(&*value), here));
                    }
                } else {
                    let key = open.last_mut().and_then(|(_, key)| key.take());
                    let id = builder.add(borrowed(&key), here);
                    if anchor != 0 {
                        anchors.insert(anchor, id);
                    }
                }
            }
            Event::Alias(anchor) if is_key => {
                if let Some((_, key)) = open.last_mut() {
                    *key = Some((texts.get(&anchor).cloned().unwrap_or_default(), here));
                }
            }
            Event::Alias(anchor) => {
                let key = open.last_mut().and_then(|(_, key)| key.take());
                let id = builder.add(borrowed(&key), here);
                if let Some(target) = anchors.get(&anchor) {
                    builder.alias(id, *target);
                }
            }
            Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) => {
                let object = matches!(event, Event::MappingStart(..));
                let key = open.last_mut().and_then(|(_, key)| key.take());
                let id = builder.add(borrowed(&key), here);
                if anchor != 0 {
                    anchors.insert(anchor, id);
                }
                builder.open(id);
                open.push((object, None));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                builder.close(here.end);
            }
            _ => {}
        }
    }
    builder.finish()
}
