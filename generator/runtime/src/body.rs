//! Request bodies: what an operation says of its content, and how the content is written.
//!
//! Comes in: [`Content`], a value and how it is written. Goes out: octets and the `Content-Type`. Deliberately absent:
//! how single values become text ([`style`](crate::style)), and parts ([`multipart`](crate::multipart)).

use std::fmt;

use bytes::Bytes;

use crate::encode;
use crate::error::RequestError;
use crate::inspect::{self, Shown};
use crate::multipart::{self, File, Headers, Multipart};
use crate::node::{Node, View};
use crate::operation::ParamSpec;
use crate::stream::Body;
use crate::style::{self, Escape, Value};

/// The content of a request body.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    media_type: &'a str,
    payload: Payload<'a>,
}

#[derive(Clone, Copy)]
enum Payload<'a> {
    Json(&'a dyn Node),
    Form(&'a dyn Node, &'static [PartSpec]),
    Multipart(&'a dyn Node, &'static [PartSpec]),
    Parts(&'a Multipart),
    Raw(&'a dyn Node),
    Octets(&'a Body),
}

impl<'a> Content<'a> {
    /// JSON content.
    pub fn json(media_type: &'a str, value: &'a dyn Node) -> Self {
        Self { media_type, payload: Payload::Json(value) }
    }

    /// `application/x-www-form-urlencoded` content. `parts` has the members that are not written in the usual way.
    pub fn form(media_type: &'a str, value: &'a dyn Node, parts: &'static [PartSpec]) -> Self {
        Self { media_type, payload: Payload::Form(value, parts) }
    }

    /// Multipart content: the members of an object. `parts` has those that are not written in the usual way.
    pub fn multipart(media_type: &'a str, value: &'a dyn Node, parts: &'static [PartSpec]) -> Self {
        Self { media_type, payload: Payload::Multipart(value, parts) }
    }

    /// Multipart content: parts that the caller listed.
    pub fn parts(media_type: &'a str, parts: &'a Multipart) -> Self {
        Self { media_type, payload: Payload::Parts(parts) }
    }

    /// Text or octets, as they are.
    pub fn raw(media_type: &'a str, value: &'a dyn Node) -> Self {
        Self { media_type, payload: Payload::Raw(value) }
    }

    /// The value, where it is written as JSON.
    pub(crate) fn as_json(self) -> Option<&'a dyn Node> {
        match self.payload {
            Payload::Json(value) => Some(value),
            _ => None,
        }
    }

    /// Octets of a media type that the caller chose.
    pub fn chosen(body: &'a RawBody) -> Self {
        Self { media_type: &body.media_type, payload: Payload::Octets(&body.octets) }
    }
}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.payload {
            Payload::Parts(parts) => parts.fmt(f),
            Payload::Octets(body) => body.fmt(f),
            Payload::Json(value)
            | Payload::Form(value, _)
            | Payload::Multipart(value, _)
            | Payload::Raw(value) => Shown(value).fmt(f),
        }
    }
}

impl PartialEq for Content<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.media_type == other.media_type
            && match (self.payload, other.payload) {
                (Payload::Parts(one), Payload::Parts(other)) => one == other,
                (Payload::Octets(one), Payload::Octets(other)) => one == other,
                (Payload::Json(one), Payload::Json(other))
                | (Payload::Form(one, _), Payload::Form(other, _))
                | (Payload::Multipart(one, _), Payload::Multipart(other, _))
                | (Payload::Raw(one), Payload::Raw(other)) => inspect::same(one, other),
                _ => false,
            }
    }
}

/// How a member of a form or a part of a multipart body is written, where its type does not say it (OpenAPI, "Encoding
/// Object").
#[derive(Debug, Clone, Copy)]
pub struct PartSpec {
    /// The member.
    pub name: &'static str,
    /// How it is written.
    pub writing: PartWriting,
    /// Its headers, by places in [`OperationSpec::params`](crate::OperationSpec::params).
    pub headers: &'static [usize],
}

/// How a member of a form or a part of a multipart body is written.
#[derive(Debug, Clone, Copy)]
pub enum PartWriting {
    /// As its type says: objects as JSON, items of a list one by one, all else as text or octets.
    Usual,
    /// The same, with this media type (`contentType`).
    Content(&'static str),
    /// Like a query parameter (`style`, `explode`, `allowReserved`).
    Styled(ParamSpec),
}

impl PartSpec {
    /// A part that is written in the usual way.
    pub const fn usual(name: &'static str) -> Self {
        Self { name, writing: PartWriting::Usual, headers: &[] }
    }

    /// A part with a media type.
    pub const fn content(name: &'static str, media_type: &'static str) -> Self {
        Self { name, writing: PartWriting::Content(media_type), headers: &[] }
    }

    /// A part that is written like a parameter.
    pub const fn styled(param: ParamSpec) -> Self {
        Self { name: param.name, writing: PartWriting::Styled(param), headers: &[] }
    }

    /// Sets the headers.
    #[must_use]
    pub const fn headers(mut self, headers: &'static [usize]) -> Self {
        self.headers = headers;
        self
    }
}

/// A request body where the contract leaves the media type open (`*/*`, `image/*`): octets, and what they are.
///
/// ```
/// use problemgen_runtime::RawBody;
///
/// let body = RawBody::new("image/png", b"\x89PNG".to_vec());
/// assert_eq!(body.media_type, "image/png");
/// let file = RawBody::new("video/mp4", problemgen_runtime::Body::file("holiday.mp4"));
/// assert_eq!(file.octets.as_bytes(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawBody {
    /// The `Content-Type`.
    pub media_type: String,
    /// The body.
    pub octets: Body,
}

impl RawBody {
    /// Octets of a media type.
    pub fn new(media_type: impl Into<String>, octets: impl Into<Body>) -> Self {
        Self { media_type: media_type.into(), octets: octets.into() }
    }
}

/// `application/json`, `application/problem+json` and their like.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Writes a body. Gives the octets and the `Content-Type`.
pub(crate) fn write(content: Content<'_>, headers: &Headers<'_>) -> Result<(Body, String), RequestError> {
    let media_type = content.media_type;
    let multipart = |parts: &[multipart::Part]| {
        let (octets, boundary) = multipart::write(parts)?;
        Ok((octets, format!("{media_type}; boundary={boundary}")))
    };
    let octets = match content.payload {
        Payload::Multipart(value, specs) => return multipart(&multipart::parts(value, specs, headers)?),
        Payload::Parts(body) => return multipart(&body.parts),
        Payload::Form(value, specs) => form(value, specs)?.into(),
        Payload::Json(value) => json(value)?.into(),
        Payload::Octets(body) => body.clone(),
        Payload::Raw(value) => match value.view() {
            View::Bytes(octets) => octets.clone().into(),
            View::Body(body) | View::File(File { octets: body, .. }) => body.clone(),
            View::Text(text) => text.into_owned().into(),
            View::Secret(text) => text.to_owned().into(),
            _ => json(value)?.into(),
        },
    };
    Ok((octets, media_type.to_owned()))
}

fn json(value: &dyn Node) -> Result<Bytes, RequestError> {
    let octets = encode::to_vec(value)
        .map_err(|error| RequestError::new(format!("the body cannot be written as JSON: {error}")))?;
    Ok(octets.into())
}

/// A form: a pair for each member, and for each item of a member that is a list.
pub(crate) fn form(value: &dyn Node, specs: &'static [PartSpec]) -> Result<String, RequestError> {
    let Some(members) = style::members(value) else {
        return Err(RequestError::new("a form is made of the members of an object"));
    };
    let mut pairs = Vec::with_capacity(members.len());
    for (name, value) in members {
        let writing = specs.iter().find(|spec| spec.name == name).map(|spec| spec.writing);
        match (value, writing) {
            (Value::Node(node), Some(PartWriting::Styled(spec))) => {
                pairs.extend(style::pairs(&spec, Escape::of(&spec), node)?);
            }
            (Value::Node(node), Some(PartWriting::Content(media_type))) if is_json(media_type) => {
                for item in style::items(node).unwrap_or_else(|| vec![node]) {
                    pairs.push(Escape::Strict.pair(&name, &style::json_text(item)?));
                }
            }
            (Value::Node(node), _) => {
                for item in style::items(node).unwrap_or_else(|| vec![node]) {
                    pairs.push(Escape::Strict.pair(&name, &style::scalar(item)?));
                }
            }
            (Value::Constant(value), _) => pairs.push(Escape::Strict.pair(&name, &style::literal(value))),
        }
    }
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(pairs.join("&"))
}
