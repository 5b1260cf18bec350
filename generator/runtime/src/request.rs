//! From an operation to an HTTP request: path, query, headers, cookies, body.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue};

use crate::body::{self, Content};
use crate::error::RequestError;
use crate::node::{Node, View};
use crate::operation::{OperationSpec, ParamSpec, Style};
use crate::stream::Body;
use crate::style::{self, Escape};

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
) -> Result<http::Request<Body>, RequestError> {
    let mut url = base.0.clone();
    let mut rest = spec.path;
    while let Some((text, (name, after))) =
        rest.split_once('{').and_then(|(text, after)| Some((text, after.split_once('}')?)))
    {
        url.push_str(text);
        let place = spec.params.iter().position(|param| param.in_path() && param.name == name);
        if let Some((spec, node)) = place.and_then(|at| Some((&spec.params[at], param(at)?))) {
            url.push_str(&style::path(spec, node)?);
        }
        rest = after;
    }
    url.push_str(rest);
    let path = url.get(base.0.len()..).unwrap_or_default();
    let path_query = path.contains('?');
    if path.split('?').next().unwrap_or_default().split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(RequestError::new(format!(
            "{path:?} has a segment of dots: servers read that as a folder"
        )));
    }
    let mut query = Vec::new();
    let mut cookies = Vec::new();
    let mut headers = http::HeaderMap::new();
    for (at, spec) in spec.params.iter().enumerate() {
        let Some(node) = param(at) else { continue };
        match spec.style {
            Style::PathSimple
            | Style::PathLabel
            | Style::PathMatrix
            | Style::PathJson
            | Style::PartHeader
            | Style::PartHeaderJson => {}
            Style::HeaderSimple | Style::HeaderJson => header_param(spec, node, &mut headers)?,
            Style::CookieForm | Style::CookieJson => cookies.extend(written(spec, node)?),
            Style::CookiePlain => cookies.extend(plain_cookies(spec, node)?),
            Style::QueryStringForm | Style::QueryStringJson | Style::QueryStringText => {
                query.extend(query_string(spec, node)?);
            }
            _ => query.extend(written(spec, node)?),
        }
    }
    if !query.is_empty() {
        // A path may come with a query of its own: `/search?version=2`.
        url.push(if path_query { '&' } else { '?' });
        url.push_str(&query.join("&"));
    }
    if !cookies.is_empty() {
        headers.insert(COOKIE, header_value("Cookie", &cookies.join("; "))?);
    }
    headers.insert(ACCEPT, header_value("Accept", spec.accept)?);
    let body = match body {
        None => Body::default(),
        Some(content) => {
            let part_headers = |places: &[usize]| part_headers(spec.params, param, places);
            let (octets, media_type) = body::write(content, &part_headers)?;
            headers.insert(CONTENT_TYPE, header_value("Content-Type", &media_type)?);
            octets
        }
    };
    let mut request = http::Request::builder()
        .method(spec.method)
        .uri(url)
        .body(body)
        .map_err(|error| RequestError::new(format!("the request cannot be built: {error}")))?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// The same request, if its body is in memory.
pub(crate) fn in_memory(request: http::Request<Body>) -> Result<http::Request<Bytes>, RequestError> {
    let (head, body) = request.into_parts();
    match body.as_bytes() {
        Some(octets) => Ok(http::Request::from_parts(head, octets.clone())),
        None => Err(RequestError::new("the body is read while it is sent: ask for `to_streamed_request`")),
    }
}

/// The pairs of a parameter in a query or a cookie.
fn written(spec: &ParamSpec, node: &dyn Node) -> Result<Vec<String>, RequestError> {
    let pairs = style::pairs(spec, Escape::of(spec), node)?;
    Ok(pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
}

/// The pairs of a cookie that is written as it is (RFC 6265, section 4.1.1).
fn plain_cookies(spec: &ParamSpec, node: &dyn Node) -> Result<Vec<String>, RequestError> {
    let pairs = style::pairs(spec, Escape::Plain, node)?;
    let octet = |octet: u8| matches!(octet, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
    let comma = |value: u8| octet(value) || value == b',';
    let write = |(name, value): (String, String)| {
        if name.bytes().all(octet) && value.bytes().all(comma) {
            Ok(format!("{name}={value}"))
        } else {
            Err(RequestError::new(format!(
                "the cookie {:?} has characters that a cookie cannot carry",
                spec.name
            )))
        }
    };
    pairs.into_iter().map(write).collect()
}

/// All of the query; `None` when there is nothing to send.
fn query_string(spec: &ParamSpec, node: &dyn Node) -> Result<Option<String>, RequestError> {
    if matches!(node.view(), View::Absent) {
        return Ok(None);
    }
    let text = match spec.style {
        Style::QueryStringForm => body::form(node, &[])?,
        Style::QueryStringJson => Escape::Strict.apply(&style::json_text(node)?),
        _ => Escape::Strict.apply(&style::scalar(node)?),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// The headers of a part, by the places of the parameters that they are.
fn part_headers<'a>(
    specs: &'static [ParamSpec],
    param: &dyn Fn(usize) -> Option<&'a dyn Node>,
    places: &[usize],
) -> Result<Vec<(String, String)>, RequestError> {
    let mut headers = Vec::new();
    for at in places {
        if let (Some(spec), Some(node)) = (specs.get(*at), param(*at))
            && let Some(text) = style::header(spec, node)?
        {
            headers.push((spec.name.to_owned(), text));
        }
    }
    Ok(headers)
}

fn header_param(
    spec: &ParamSpec,
    node: &dyn Node,
    headers: &mut http::HeaderMap,
) -> Result<(), RequestError> {
    let Some(text) = style::header(spec, node)? else { return Ok(()) };
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
