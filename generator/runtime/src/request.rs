//! From an operation to an HTTP request: path, query, headers, cookies, body.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::encode;
use crate::error::RequestError;
use crate::node::{Node, View};
use crate::operation::{Content, Encoding, OperationSpec, ParamSpec, Segment, Style};

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

/// The URL that paths are appended to: `https://api.example.com/v2`.
///
/// ```
/// use problemgen_runtime::BaseUrl;
///
/// let base: BaseUrl = "https://api.example.com/v2/".parse()?;
/// assert_eq!(base.to_string(), "https://api.example.com/v2");
/// assert!("ftp://example.com".parse::<BaseUrl>().is_err());
/// # Ok::<(), problemgen_runtime::RequestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl std::str::FromStr for BaseUrl {
    type Err = RequestError;
    fn from_str(text: &str) -> Result<Self, RequestError> {
        let wrong = |why: &str| RequestError::new(format!("the base URL {text:?} {why}"));
        let uri: http::Uri = text.parse().map_err(|_| wrong("is not a URL"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(wrong("does not begin with http:// or https://"));
        }
        if uri.authority().is_none_or(|authority| authority.as_str().contains('@')) {
            return Err(wrong("has no host, or has a user name in it"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(wrong("has a query or a fragment"));
        }
        Ok(BaseUrl(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Builds the request of an operation.
pub(crate) fn build<'a>(
    spec: &'static OperationSpec,
    param: &dyn Fn(usize) -> Option<&'a dyn Node>,
    body: Option<Content<'_>>,
    base: &BaseUrl,
) -> Result<http::Request<Bytes>, RequestError> {
    let mut url = base.0.clone();
    for segment in spec.path {
        match segment {
            Segment::Literal(text) => url.push_str(text),
            Segment::Param(at) => {
                if let (Some(spec), Some(node)) = (spec.params.get(*at), param(*at)) {
                    path_param(spec, node, &mut url)?;
                }
            }
        }
    }
    let mut query = Vec::new();
    let mut cookies = Vec::new();
    let mut headers = http::HeaderMap::new();
    for (at, spec) in spec.params.iter().enumerate() {
        let Some(node) = param(at) else { continue };
        match spec.style {
            Style::PathSimple | Style::PathLabel | Style::PathMatrix | Style::PathJson => {}
            Style::HeaderSimple | Style::HeaderJson => header_param(spec, node, &mut headers)?,
            Style::CookieForm | Style::CookieJson => query_param(spec, node, &mut cookies)?,
            _ => query_param(spec, node, &mut query)?,
        }
    }
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query.join("&"));
    }
    if !cookies.is_empty() {
        headers.insert(COOKIE, header_value("Cookie", &cookies.join("; "))?);
    }
    headers.insert(ACCEPT, HeaderValue::from_static(spec.accept));
    let body = match body {
        None => Bytes::new(),
        Some(content) => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content.media_type));
            write_body(content)?
        }
    };
    let mut request = http::Request::builder()
        .method(spec.method.clone())
        .uri(url)
        .body(body)
        .map_err(|error| RequestError::new(format!("the URL cannot be built: {error}")))?;
    *request.headers_mut() = headers;
    Ok(request)
}

fn write_body(content: Content<'_>) -> Result<Bytes, RequestError> {
    match (content.encoding, content.value.view()) {
        (Encoding::Json, _) => json_text(content.value).map(Bytes::from),
        (Encoding::Form, _) => {
            let spec = ParamSpec {
                name: "",
                style: Style::QueryForm,
                explode: true,
                allow_reserved: false,
                required: true,
            };
            let mut pairs = Vec::new();
            query_param(&spec, content.value, &mut pairs)?;
            Ok(Bytes::from(pairs.join("&")))
        }
        (Encoding::Raw, View::Bytes(octets)) => Ok(octets.clone()),
        (Encoding::Raw, View::Text(text)) => Ok(Bytes::from(text.into_owned())),
        (Encoding::Raw, _) => json_text(content.value).map(Bytes::from),
    }
}

fn json_text(node: &dyn Node) -> Result<String, RequestError> {
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
    Ok(match node.view() {
        View::Absent => Pieces::None,
        View::List(list) => {
            let items =
                (0..list.len()).filter_map(|at| list.get(at)).map(scalar).collect::<Result<_, _>>()?;
            Pieces::List(items)
        }
        View::Map(map) => {
            let named = map.entries().map(|(name, value)| Ok((name.to_owned(), values(value)?)));
            Pieces::Named(named.collect::<Result<_, RequestError>>()?)
        }
        View::Record(record) => {
            let mut named = Vec::new();
            for (at, member) in record.members().iter().enumerate() {
                match (member.presence, record.member(at)) {
                    (crate::Presence::Constant(value), _) => {
                        let text = match value {
                            crate::Literal::String(text) => text.to_owned(),
                            other => other.to_string(),
                        };
                        named.push((member.name.to_owned(), vec![text]));
                    }
                    (_, Some(node)) if !matches!(node.view(), View::Absent) => {
                        named.push((member.name.to_owned(), values(node)?));
                    }
                    _ => {}
                }
            }
            Pieces::Named(named)
        }
        _ => Pieces::One(scalar(node)?),
    })
}

/// The values of a member: those of a list, or one.
fn values(node: &dyn Node) -> Result<Vec<String>, RequestError> {
    match node.view() {
        View::List(list) => (0..list.len()).filter_map(|at| list.get(at)).map(scalar).collect(),
        _ => Ok(vec![scalar(node)?]),
    }
}

/// The text of a value; what is not a scalar is JSON text.
fn scalar(node: &dyn Node) -> Result<String, RequestError> {
    Ok(match node.view() {
        View::Absent | View::Null => String::new(),
        View::Bool(value) => value.to_string(),
        View::I64(value) => value.to_string(),
        View::U64(value) => value.to_string(),
        View::Text(text) => text.into_owned(),
        View::Any(crate::Json::String(text)) => text.clone(),
        View::Bytes(octets) => String::from_utf8_lossy(octets).into_owned(),
        _ => json_text(node)?,
    })
}

fn escaped(text: &str, spec: &ParamSpec) -> String {
    utf8_percent_encode(text, if spec.allow_reserved { RESERVED } else { STRICT }).to_string()
}

fn path_param(spec: &ParamSpec, node: &dyn Node, url: &mut String) -> Result<(), RequestError> {
    let pieces = match spec.style {
        Style::PathJson => Pieces::One(json_text(node)?),
        _ => pieces(node)?,
    };
    let name = escaped(spec.name, spec);
    let escape = |text: &String| escaped(text, spec);
    let joined =
        |items: &[String], separator: &str| items.iter().map(escape).collect::<Vec<_>>().join(separator);
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
        Pieces::One(text) if matrix => format!(";{name}={}", escape(text)),
        Pieces::One(text) => format!("{prefix}{}", escape(text)),
        Pieces::List(items) if matrix && spec.explode => {
            items.iter().map(|item| format!(";{name}={}", escape(item))).collect()
        }
        Pieces::List(items) if matrix => format!(";{name}={}", joined(items, ",")),
        Pieces::List(items) => format!("{prefix}{}", joined(items, separator)),
        Pieces::Named(members) => {
            let pair = |(name, values): &(String, Vec<String>)| {
                format!("{}{pairs}{}", escaped(name, spec), joined(values, ","))
            };
            let members = members.iter().map(pair).collect::<Vec<_>>().join(separator);
            if matrix && !spec.explode { format!(";{name}={members}") } else { format!("{prefix}{members}") }
        }
    };
    let bare = matches!(&pieces, Pieces::None) || matches!(&pieces, Pieces::One(text) if text.is_empty());
    if bare {
        return Err(RequestError::new(format!(
            "the path parameter {:?} is empty: the path would name another resource",
            spec.name
        )));
    }
    if matches!(text.as_str(), "." | "..") {
        return Err(RequestError::new(format!(
            "the path parameter {:?} is {text:?}: servers read that as a folder",
            spec.name
        )));
    }
    url.push_str(&text);
    Ok(())
}

fn query_param(spec: &ParamSpec, node: &dyn Node, out: &mut Vec<String>) -> Result<(), RequestError> {
    let name = escaped(spec.name, spec);
    let escape = |text: &String| escaped(text, spec);
    let pieces = match spec.style {
        Style::QueryJson | Style::CookieJson if matches!(node.view(), View::Absent) => Pieces::None,
        Style::QueryJson | Style::CookieJson => Pieces::One(json_text(node)?),
        _ => pieces(node)?,
    };
    let separator = match spec.style {
        Style::QuerySpaceDelimited => "%20",
        Style::QueryPipeDelimited => "%7C",
        _ => ",",
    };
    match pieces {
        Pieces::None => {}
        Pieces::One(text) => out.push(format!("{name}={}", escape(&text))),
        Pieces::List(items) if spec.explode => {
            out.extend(items.iter().map(|item| format!("{name}={}", escape(item))))
        }
        Pieces::List(items) if items.is_empty() => {}
        Pieces::List(items) => {
            out.push(format!("{name}={}", items.iter().map(escape).collect::<Vec<_>>().join(separator)));
        }
        Pieces::Named(members) if spec.style == Style::QueryDeepObject => {
            for (member, values) in members {
                let key = format!("{name}%5B{}%5D", escaped(&member, spec));
                out.extend(values.iter().map(|value| format!("{key}={}", escape(value))));
            }
        }
        Pieces::Named(members) if spec.explode => {
            for (member, values) in members {
                let key = escaped(&member, spec);
                out.extend(values.iter().map(|value| format!("{key}={}", escape(value))));
            }
        }
        Pieces::Named(members) => {
            let flat: Vec<String> = members
                .iter()
                .flat_map(|(member, values)| {
                    [escaped(member, spec), values.iter().map(escape).collect::<Vec<_>>().join(",")]
                })
                .collect();
            out.push(format!("{name}={}", flat.join(separator)));
        }
    }
    Ok(())
}

fn header_param(
    spec: &ParamSpec,
    node: &dyn Node,
    headers: &mut http::HeaderMap,
) -> Result<(), RequestError> {
    let pieces = match spec.style {
        Style::HeaderJson if matches!(node.view(), View::Absent) => Pieces::None,
        Style::HeaderJson => Pieces::One(json_text(node)?),
        _ => pieces(node)?,
    };
    let text = match pieces {
        Pieces::None => return Ok(()),
        Pieces::One(text) => text,
        Pieces::List(items) => items.join(","),
        Pieces::Named(members) => {
            let between = if spec.explode { "=" } else { "," };
            let pair =
                |(name, values): &(String, Vec<String>)| format!("{name}{between}{}", values.join(","));
            members.iter().map(pair).collect::<Vec<_>>().join(",")
        }
    };
    let name = HeaderName::from_bytes(spec.name.as_bytes())
        .map_err(|_| RequestError::new(format!("{:?} is not a header name", spec.name)))?;
    headers.insert(name, header_value(spec.name, &text)?);
    Ok(())
}

fn header_value(name: &str, text: &str) -> Result<HeaderValue, RequestError> {
    HeaderValue::from_str(text).map_err(|_| {
        RequestError::new(format!(
            "the value of the header {name:?} has characters that a header cannot carry"
        ))
    })
}
