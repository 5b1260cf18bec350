//! Multipart bodies (RFC 2046, section 5.1; RFC 7578): the values that callers give for parts, and how parts are written.
//!
//! Comes in: an object whose members become parts, or a list of parts. Goes out: a body and its boundary. Deliberately
//! absent: reading multipart bodies.

use std::path::PathBuf;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};

use crate::body::{PartSpec, PartWriting};
use crate::clock::{self, SystemRandom};
use crate::error::RequestError;
use crate::node::{Node, Slot, View};
use crate::stream::Body;
use crate::style::{self, Escape, Value};

/// A file in a multipart body: octets, and what a server is told of them.
///
/// ```
/// use problemgen_runtime::File;
///
/// let photo = File::new(b"\x89PNG".to_vec()).name("photo.png").media_type("image/png");
/// assert_eq!(photo.name.as_deref(), Some("photo.png"));
/// let plain: File = "text is a file too".into();
/// assert_eq!(plain.media_type, None);
/// let film = File::open("holiday.mp4").media_type("video/mp4"); // read while it is sent
/// assert_eq!(film.name.as_deref(), Some("holiday.mp4"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct File {
    /// What is in it.
    pub octets: Body,
    /// The file name. Without one the name of the part is sent, since many servers take a part for a file only if it has one.
    pub name: Option<String>,
    /// The media type, `image/png`. Without one the contract's is sent, if there is exactly one, else `application/octet-stream`.
    pub media_type: Option<String>,
    /// Further headers of the part.
    pub headers: Vec<(String, String)>,
}

impl File {
    /// A file without a name.
    pub fn new(octets: impl Into<Body>) -> Self {
        File { octets: octets.into(), ..File::default() }
    }

    /// A file that is read while it is sent, with the name that it has; see [`Body::file`].
    pub fn open(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        File { octets: Body::file(path), name, ..File::default() }
    }

    /// Sets the file name. What would end the header is percent-encoded when it is sent.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the media type.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// Adds a header to the part.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl<T: Into<Body>> From<T> for File {
    fn from(octets: T) -> Self {
        File::new(octets)
    }
}

impl Node for File {
    fn empty() -> Self {
        File::default()
    }
    fn slot(&mut self) -> Slot<'_> {
        self.octets.slot()
    }
    fn view(&self) -> View<'_> {
        View::File(self)
    }
    fn assign(&mut self, from: &dyn Node) {
        crate::copy::clone_into(self, from);
    }
}

/// A multipart body of which the contract does not say what parts it has: the caller lists them.
///
/// ```
/// use problemgen_runtime::{File, Multipart};
///
/// let body = Multipart::new().text("title", "Holiday").part("photo", File::new("…").name("1.png"));
/// assert_eq!(body.parts.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Multipart {
    /// The parts, in the order in which they are sent.
    pub parts: Vec<Part>,
}

/// A part of a [`Multipart`] body.
///
/// ```
/// use problemgen_runtime::Multipart;
///
/// let body = Multipart::new().text("title", "Emma");
/// assert_eq!(body.parts[0].name.as_deref(), Some("title"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Part {
    /// Its name; `multipart/form-data` asks for one.
    pub name: Option<String>,
    /// What is in it. Nothing is added to what it says of itself.
    pub content: File,
}

impl Multipart {
    /// A body without parts.
    pub fn new() -> Self {
        Multipart::default()
    }

    /// Adds a part that is text.
    #[must_use]
    pub fn text(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.part(name, File::new(text.into()))
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, name: impl Into<String>, content: impl Into<File>) -> Self {
        self.parts.push(Part { name: Some(name.into()), content: content.into() });
        self
    }

    /// Adds a part without a name, which media types other than `multipart/form-data` allow.
    #[must_use]
    pub fn unnamed(mut self, content: impl Into<File>) -> Self {
        self.parts.push(Part { name: None, content: content.into() });
        self
    }
}

/// The headers of the contract that a part has, by the places of the parameters that they are.
pub(crate) type Headers<'a> = dyn Fn(&[usize]) -> Result<Vec<(String, String)>, RequestError> + 'a;

/// The parts of an object: one for each member, and for each item of a member that is a list (RFC 7578, section 4.3).
pub(crate) fn parts(
    value: &dyn Node,
    specs: &'static [PartSpec],
    headers: &Headers<'_>,
) -> Result<Vec<Part>, RequestError> {
    let Some(members) = style::members(value) else {
        return Err(RequestError::new("a multipart body is made of the members of an object"));
    };
    let mut out = Vec::with_capacity(members.len());
    for (name, value) in members {
        let start = out.len();
        let spec = specs.iter().find(|spec| spec.name == name);
        let media_type = match spec.map(|spec| &spec.writing) {
            Some(PartWriting::Content(media_type)) => Some(*media_type),
            _ => None,
        };
        match (value, spec.map(|spec| &spec.writing)) {
            (Value::Constant(value), _) => out.push(text(name, style::literal(value), media_type)),
            (Value::Node(node), Some(PartWriting::Styled(spec))) => {
                let pairs = style::pairs(spec, Escape::Plain, node)?;
                out.extend(pairs.into_iter().map(|(name, value)| text(name, value, None)));
            }
            (Value::Node(node), _) => match style::items(node) {
                Some(items) => {
                    for item in items {
                        out.push(part(name.clone(), item, media_type)?);
                    }
                }
                None => out.push(part(name, node, media_type)?),
            },
        }
        if let Some(spec) = spec.filter(|spec| !spec.headers.is_empty()) {
            let headers = headers(spec.headers)?;
            for part in out.iter_mut().skip(start) {
                part.content.headers.extend(headers.iter().cloned());
            }
        }
    }
    Ok(out)
}

fn text(name: String, text: String, media_type: Option<&str>) -> Part {
    let content = File { media_type: media_type.map(str::to_owned), ..File::new(text) };
    Part { name: Some(name), content }
}

/// One part: a file, JSON, or text.
fn part(name: String, node: &dyn Node, media_type: Option<&'static str>) -> Result<Part, RequestError> {
    let file = match node.view() {
        View::File(file) => Some(file.clone()),
        View::Bytes(octets) => Some(File::new(octets.clone())),
        View::Body(body) => Some(File::new(body.clone())),
        _ => None,
    };
    if let Some(mut file) = file {
        file.name.get_or_insert_with(|| name.clone());
        file.media_type.get_or_insert_with(|| media_type.unwrap_or("application/octet-stream").to_owned());
        return Ok(Part { name: Some(name), content: file });
    }
    let json = media_type.filter(|media_type| crate::body::is_json(media_type));
    let nested = style::members(node).is_some() || style::items(node).is_some();
    if json.is_some() || nested {
        return Ok(text(name, style::json_text(node)?, Some(json.unwrap_or("application/json"))));
    }
    // A part without a type is text (RFC 7578, section 4.4).
    Ok(text(name, style::scalar(node)?, media_type))
}

/// Writes parts. Gives the body and the boundary between them. Only if a part is not in memory, the body is not.
pub(crate) fn write(parts: &[Part]) -> Result<(Body, String), RequestError> {
    let boundary = boundary(parts);
    let in_memory = |part: &Part| part.content.octets.as_bytes().map_or(0, Bytes::len);
    let length: usize = parts.iter().map(|part| in_memory(part) + 256).sum();
    let mut out = Vec::with_capacity(length + 64);
    let mut bodies = Vec::new();
    for part in parts {
        line(&mut out, &["--", &boundary]);
        if let Some(name) = &part.name {
            match &part.content.name {
                Some(file) => line(
                    &mut out,
                    &[
                        "Content-Disposition: form-data; name=\"",
                        &quoted(name),
                        "\"; filename=\"",
                        &quoted(file),
                        "\"",
                    ],
                ),
                None => line(&mut out, &["Content-Disposition: form-data; name=\"", &quoted(name), "\""]),
            }
        } else if let Some(file) = &part.content.name {
            line(&mut out, &["Content-Disposition: attachment; filename=\"", &quoted(file), "\""]);
        }
        let media_type = part.content.media_type.iter().map(|media_type| ("Content-Type", media_type));
        let others = part.content.headers.iter().map(|(name, value)| (name.as_str(), value));
        for (name, value) in media_type.chain(others) {
            header(name, value, &mut out)?;
        }
        line(&mut out, &[]);
        match part.content.octets.as_bytes() {
            Some(octets) => out.extend_from_slice(octets),
            None => bodies.extend([std::mem::take(&mut out).into(), part.content.octets.clone()]),
        }
        line(&mut out, &[]);
    }
    line(&mut out, &["--", &boundary, "--"]);
    if bodies.is_empty() {
        return Ok((out.into(), boundary));
    }
    bodies.push(out.into());
    Ok((Body::each(bodies), boundary))
}

fn line(out: &mut Vec<u8>, pieces: &[&str]) {
    pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()));
    out.extend_from_slice(b"\r\n");
}

/// A header of a part. The types of `http` refuse what would end it.
fn header(name: &str, value: &str, out: &mut Vec<u8>) -> Result<(), RequestError> {
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(RequestError::new(format!("{name:?} is not a header name")));
    }
    if HeaderValue::from_str(value).is_err() {
        return Err(RequestError::new(format!(
            "the value of the header {name:?} of a part has characters that a header cannot carry"
        )));
    }
    line(out, &[name, ": ", value]);
    Ok(())
}

/// A name between quotation marks, as browsers write it ("Multipart form data" of the HTML standard): what would end the
/// text is percent-encoded. So is a backslash, because servers that read it as the beginning of an escape would take a
/// last one to go on behind the mark.
fn quoted(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' | '\\' => out.push_str(&format!("%{:02X}", u32::from(c))),
            c if c.is_ascii_control() => out.push_str(&format!("%{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// What every boundary begins with; a number in 16 digits follows.
const BOUNDARY: &[u8] = b"problemgen-boundary-";
const DIGITS: usize = 16;

/// A boundary that occurs in none of the parts. The same parts have the same one, so that a request that is sent again is
/// the same, octet for octet. One pass over the content, whatever is in it.
///
/// What is not in memory cannot be looked through beforehand. Then the boundary is one that nobody can know who has made the
/// content: chosen by chance, once for all attempts.
fn boundary(parts: &[Part]) -> String {
    if parts.iter().any(|part| part.content.octets.as_bytes().is_none()) {
        return format!("{}{}", String::from_utf8_lossy(BOUNDARY), clock::uuid(&SystemRandom).simple());
    }
    let mut taken = std::collections::BTreeSet::new();
    let mut number: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        let name = part.name.as_deref().unwrap_or_default().as_bytes();
        let octets = part.content.octets.as_bytes().map_or(&[][..], |octets| octets);
        for octet in name.iter().chain(&octets.len().to_le_bytes()) {
            number = (number ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let windows = octets.windows(BOUNDARY.len() + DIGITS);
        for found in windows.filter(|window| window.starts_with(BOUNDARY)) {
            let digits = std::str::from_utf8(found.get(BOUNDARY.len()..).unwrap_or_default());
            taken.extend(digits.ok().and_then(|digits| u64::from_str_radix(digits, 16).ok()));
        }
    }
    while taken.contains(&number) {
        number = number.wrapping_add(1);
    }
    format!("{}{number:0DIGITS$x}", String::from_utf8_lossy(BOUNDARY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(body: &Multipart) -> String {
        let (body, boundary) = write(&body.parts).expect("parts");
        let octets = body.as_bytes().expect("they are in memory");
        String::from_utf8(octets.to_vec()).expect("UTF-8").replace(&boundary, "B").replace("\r\n", "|")
    }

    #[test]
    fn parts_are_written_as_rfc_7578_says() {
        let body = Multipart::new()
            .text("title", "Grüße")
            .part("photo", File::new("png").name("1.png").media_type("image/png").header("X-Width", "3"));
        assert_eq!(
            written(&body),
            "--B|Content-Disposition: form-data; name=\"title\"||Grüße|\
             --B|Content-Disposition: form-data; name=\"photo\"; filename=\"1.png\"|Content-Type: image/png|X-Width: 3||png|\
             --B--|"
        );
        assert_eq!(written(&Multipart::new().unnamed("a")), "--B||a|--B--|");
        assert_eq!(written(&Multipart::new()), "--B--|");
    }

    #[test]
    fn names_cannot_end_their_header() {
        let body = Multipart::new().part("a\"\r\nX: y\\", File::new("").name("\0\n\u{1f600}\\"));
        assert_eq!(
            written(&body),
            "--B|Content-Disposition: form-data; name=\"a%22%0D%0AX: y%5C\"; filename=\"%00%0A\u{1f600}%5C\"|||--B--|"
        );
        for file in [
            File::new("").media_type("text/plain\r\nX: y"),
            File::new("").header("X\r\nY", "z"),
            File::new("").header("X", "y\nz"),
        ] {
            assert!(write(&Multipart::new().part("a", file).parts).is_err());
        }
    }

    #[test]
    fn a_boundary_is_stable_and_occurs_in_no_part() {
        let first = boundary(&Multipart::new().text("a", "b").parts);
        assert_eq!(first, boundary(&Multipart::new().text("a", "c").parts));
        let mut hostile = first.clone();
        for _ in 0..100 {
            let body = Multipart::new().text("a", hostile.clone());
            let chosen = boundary(&body.parts);
            assert!(!hostile.contains(&chosen));
            hostile.push_str(&chosen);
        }
    }
}
