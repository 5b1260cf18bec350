//! How values become text in a URL, a header, a cookie or a form: OpenAPI's styles ("Style Values", "Style Examples").
//!
//! Comes in: a value and how it is written. Goes out: text, or pairs of texts. Deliberately absent: where the text goes.
//!
//! What OpenAPI leaves open is written so that nothing is lost: a member of an object that is itself an object is JSON text
//! (in `deepObject`: `name[a][b]=…`, with places in lists of objects, `name[0][a]=…`); `null` in a list is an empty text.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::encode;
use crate::error::RequestError;
use crate::json::Json;
use crate::multipart::File;
use crate::node::{Literal, Node, Presence, View};
use crate::operation::{ParamSpec, Style};

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, with the reserved characters that may stand in a query as they are (`allowReserved`). `#` would end the
/// query, and `&`, `+` would be read as a separator and a space.
const RESERVED: &AsciiSet = &STRICT
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// What a path may have as it is, slashes included (RFC 3986, section 3.3).
const PATH: &AsciiSet = &STRICT
    .remove(b'/')
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// How deep `deepObject` goes before a member is written as JSON text.
const DEPTH: usize = 16;

/// What becomes of characters that mean something where a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// All but the unreserved ones are percent-encoded.
    Strict,
    /// Reserved ones stay (`allowReserved`), as far as a query may have them.
    Reserved,
    /// The same for a path.
    Path,
    /// All stay: the text is not part of a URL.
    Plain,
}

impl Escape {
    pub(crate) fn of(spec: &ParamSpec) -> Self {
        if spec.allow_reserved { Escape::Reserved } else { Escape::Strict }
    }

    pub(crate) fn apply(self, text: &str) -> String {
        match self {
            Escape::Strict => utf8_percent_encode(text, STRICT).to_string(),
            Escape::Reserved => utf8_percent_encode(text, RESERVED).to_string(),
            Escape::Path => utf8_percent_encode(text, PATH).to_string(),
            Escape::Plain => text.to_owned(),
        }
    }

    /// A name and its value.
    pub(crate) fn pair(self, name: &str, value: &str) -> (String, String) {
        (self.apply(name), self.apply(value))
    }

    /// A separator, which is written as it is where that is possible.
    fn sign(self, plain: &'static str, encoded: &'static str) -> &'static str {
        if self == Escape::Plain { plain } else { encoded }
    }
}

pub(crate) fn json_text(node: &dyn Node) -> Result<String, RequestError> {
    let octets =
        encode::to_vec(node).map_err(|error| RequestError::new(format!("the value is not JSON: {error}")))?;
    String::from_utf8(octets).map_err(|error| RequestError::new(error.to_string()))
}

/// A value in pieces: one text, several, or named ones.
enum Pieces {
    None,
    One(String),
    List(Vec<String>),
    Named(Vec<(String, Vec<String>)>),
}

fn pieces(node: &dyn Node) -> Result<Pieces, RequestError> {
    if matches!(node.view(), View::Absent) {
        return Ok(Pieces::None);
    }
    if let Some(items) = items(node) {
        return Ok(Pieces::List(items.into_iter().map(scalar).collect::<Result<_, _>>()?));
    }
    Ok(match members(node) {
        Some(members) => {
            let named = members.into_iter().map(|(name, value)| Ok((name, value.texts()?)));
            Pieces::Named(named.collect::<Result<_, RequestError>>()?)
        }
        None => Pieces::One(scalar(node)?),
    })
}

/// A member of an object.
pub(crate) enum Value<'a> {
    Node(&'a dyn Node),
    Constant(Literal),
}

impl Value<'_> {
    /// The texts of a member: those of a list, or one.
    fn texts(&self) -> Result<Vec<String>, RequestError> {
        match self {
            Value::Constant(value) => Ok(vec![literal(*value)]),
            Value::Node(node) => match items(*node) {
                Some(items) => items.into_iter().map(scalar).collect(),
                None => Ok(vec![scalar(*node)?]),
            },
        }
    }
}

/// The text of a constant.
pub(crate) fn literal(value: Literal) -> String {
    match value {
        Literal::Null => String::new(),
        Literal::String(text) => text.to_owned(),
        other => other.to_string(),
    }
}

/// The items of a list; `None` when the value is none.
pub(crate) fn items(node: &dyn Node) -> Option<Vec<&dyn Node>> {
    match node.view() {
        View::List(list) => Some((0..list.len()).filter_map(|at| list.get(at)).collect()),
        View::Any(Json::Array(list)) => Some(list.iter().map(|item| item as &dyn Node).collect()),
        _ => None,
    }
}

/// The members of an object that are there, constants included; `None` when the value is none.
pub(crate) fn members(node: &dyn Node) -> Option<Vec<(String, Value<'_>)>> {
    match node.view() {
        View::Map(map) => {
            Some(map.entries().map(|(name, value)| (name.to_owned(), Value::Node(value))).collect())
        }
        View::Any(Json::Object(map)) => {
            Some(map.iter().map(|(name, value)| (name.clone(), Value::Node(value))).collect())
        }
        View::Record(record) => {
            let mut found = Vec::new();
            for (at, member) in record.members().iter().enumerate() {
                match (member.presence(), record.at(at)) {
                    (Presence::Constant(value), _) => {
                        found.push((member.name().to_owned(), Value::Constant(value)));
                    }
                    (_, Some(node)) if !matches!(node.view(), View::Absent) => {
                        found.push((member.name().to_owned(), Value::Node(node)));
                    }
                    _ => {}
                }
            }
            let others = record.others().into_iter().flat_map(|others| others.entries());
            let others =
                others.filter(|(name, _)| !record.members().iter().any(|known| known.name() == *name));
            found.extend(others.map(|(name, value)| (name.to_owned(), Value::Node(value))));
            Some(found)
        }
        _ => None,
    }
}

/// The text of a value; what is not a scalar is JSON text.
pub(crate) fn scalar(node: &dyn Node) -> Result<String, RequestError> {
    Ok(match node.view() {
        View::Absent | View::Null | View::Any(Json::Null) => String::new(),
        View::Bool(value) => value.to_string(),
        View::I64(value) => value.to_string(),
        View::U64(value) => value.to_string(),
        View::I128(value) => value.to_string(),
        View::Text(text) => text.into_owned(),
        View::Secret(text) => text.to_owned(),
        View::Any(Json::String(text)) => text.clone(),
        View::Bytes(octets) => utf8(octets)?,
        View::Body(body) | View::File(File { octets: body, .. }) => match body.as_bytes() {
            Some(octets) => utf8(octets)?,
            None => return Err(RequestError::new("a file or a stream stands where text is written")),
        },
        _ => json_text(node)?,
    })
}

fn utf8(octets: &[u8]) -> Result<String, RequestError> {
    match std::str::from_utf8(octets) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(RequestError::new("octets that are not UTF-8 stand where text is written")),
    }
}

/// The text of a path parameter. An empty one would name another resource.
pub(crate) fn path(spec: &ParamSpec, node: &dyn Node) -> Result<String, RequestError> {
    let escape = if spec.allow_reserved { Escape::Path } else { Escape::Strict };
    let pieces = match spec.style {
        Style::PathJson => Pieces::One(json_text(node)?),
        _ => pieces(node)?,
    };
    let name = escape.apply(spec.name);
    let joined = |items: &[String], separator: &str| {
        items.iter().map(|item| escape.apply(item)).collect::<Vec<_>>().join(separator)
    };
    // A list or an object is `;name=a,b` or, exploded, `;name=a;name=b`; `.a.b` in the label style; `a,b` in the simple one.
    let (prefix, separator, pairs) = match (spec.style, spec.explode) {
        (Style::PathLabel, true) => (".", ".", "="),
        (Style::PathLabel, false) => (".", ",", ","),
        (Style::PathMatrix, true) => (";", ";", "="),
        (_, true) => ("", ",", "="),
        (_, false) => ("", ",", ","),
    };
    let matrix = spec.style == Style::PathMatrix;
    let text = match &pieces {
        Pieces::None => String::new(),
        Pieces::List(items) if items.is_empty() => String::new(),
        Pieces::Named(members) if members.is_empty() => String::new(),
        Pieces::One(text) if matrix && text.is_empty() => format!(";{name}"),
        Pieces::One(text) if matrix => format!(";{name}={}", escape.apply(text)),
        Pieces::One(text) => format!("{prefix}{}", escape.apply(text)),
        Pieces::List(items) if matrix && spec.explode => {
            items.iter().map(|item| format!(";{name}={}", escape.apply(item))).collect()
        }
        Pieces::List(items) if matrix => format!(";{name}={}", joined(items, ",")),
        Pieces::List(items) => format!("{prefix}{}", joined(items, separator)),
        Pieces::Named(members) => {
            let pair = |(name, values): &(String, Vec<String>)| {
                format!("{}{pairs}{}", escape.apply(name), joined(values, ","))
            };
            let members = members.iter().map(pair).collect::<Vec<_>>().join(separator);
            if matrix && !spec.explode { format!(";{name}={members}") } else { format!("{prefix}{members}") }
        }
    };
    if text.is_empty() {
        return Err(RequestError::new(format!(
            "the path parameter {:?} is empty: the path would name another resource",
            spec.name
        )));
    }
    Ok(text)
}

/// The pairs of a query parameter, a cookie, or a member of a form.
pub(crate) fn pairs(
    spec: &ParamSpec,
    escape: Escape,
    node: &dyn Node,
) -> Result<Vec<(String, String)>, RequestError> {
    let name = escape.apply(spec.name);
    if matches!(node.view(), View::Absent) {
        return Ok(Vec::new());
    }
    if spec.style == Style::QueryDeepObject && members(node).is_some() {
        let mut out = Vec::new();
        deep(name, escape, node, 0, &mut out)?;
        return Ok(out);
    }
    let pieces = match spec.style {
        Style::QueryJson | Style::CookieJson => Pieces::One(json_text(node)?),
        _ => pieces(node)?,
    };
    let separator = match spec.style {
        Style::QuerySpaceDelimited => escape.sign(" ", "%20"),
        Style::QueryPipeDelimited => escape.sign("|", "%7C"),
        _ => ",",
    };
    let joined = |items: &[String], separator: &str| {
        items.iter().map(|item| escape.apply(item)).collect::<Vec<_>>().join(separator)
    };
    Ok(match pieces {
        Pieces::None => Vec::new(),
        Pieces::One(text) => vec![(name, escape.apply(&text))],
        Pieces::List(items) if spec.explode => {
            items.iter().map(|item| (name.clone(), escape.apply(item))).collect()
        }
        Pieces::List(items) if items.is_empty() => Vec::new(),
        Pieces::List(items) => vec![(name, joined(&items, separator))],
        Pieces::Named(members) if spec.explode => {
            let each = |(member, values): (String, Vec<String>)| {
                let key = escape.apply(&member);
                values.into_iter().map(move |value| (key.clone(), escape.apply(&value)))
            };
            members.into_iter().flat_map(each).collect()
        }
        Pieces::Named(members) if members.is_empty() => Vec::new(),
        Pieces::Named(members) => {
            let flat: Vec<String> = members
                .iter()
                .flat_map(|(member, values)| [escape.apply(member), joined(values, ",")])
                .collect();
            vec![(name, flat.join(separator))]
        }
    })
}

/// `key[member]=value`, and so on inwards. A list of texts is the same key several times, as in the style `form`.
fn deep(
    key: String,
    escape: Escape,
    node: &dyn Node,
    depth: usize,
    out: &mut Vec<(String, String)>,
) -> Result<(), RequestError> {
    let (open, close) = (escape.sign("[", "%5B"), escape.sign("]", "%5D"));
    let within = |name: &str| format!("{key}{open}{}{close}", escape.apply(name));
    if depth > DEPTH {
        out.push((key, escape.apply(&json_text(node)?)));
    } else if let Some(members) = members(node) {
        for (name, value) in members {
            match value {
                Value::Constant(value) => out.push((within(&name), escape.apply(&literal(value)))),
                Value::Node(node) => deep(within(&name), escape, node, depth + 1, out)?,
            }
        }
    } else if let Some(items) = items(node) {
        let flat = items.iter().all(|item| members(*item).is_none() && self::items(*item).is_none());
        for (at, item) in items.into_iter().enumerate() {
            let key = if flat { key.clone() } else { within(&at.to_string()) };
            deep(key, escape, item, depth + 1, out)?;
        }
    } else {
        out.push((key, escape.apply(&scalar(node)?)));
    }
    Ok(())
}

/// The text of a header; `None` when there is nothing to send.
pub(crate) fn header(spec: &ParamSpec, node: &dyn Node) -> Result<Option<String>, RequestError> {
    let pieces = match (spec.style, node.view()) {
        (_, View::Absent) => return Ok(None),
        (Style::HeaderJson | Style::PartHeaderJson, _) => Pieces::One(json_text(node)?),
        _ => pieces(node)?,
    };
    Ok(match pieces {
        Pieces::None => None,
        Pieces::One(text) => Some(text),
        Pieces::List(items) if items.is_empty() => None,
        Pieces::Named(members) if members.is_empty() => None,
        Pieces::List(items) => Some(items.join(",")),
        Pieces::Named(members) => {
            let between = if spec.explode { "=" } else { "," };
            let pair =
                |(name, values): &(String, Vec<String>)| format!("{name}{between}{}", values.join(","));
            Some(members.iter().map(pair).collect::<Vec<_>>().join(","))
        }
    })
}
