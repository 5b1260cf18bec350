//! Media types: from `content` to how a body is written and what stands in it.

use indexmap::IndexMap;
use openapiv3::{Content, Header, MediaType, ParameterSchemaOrContent, QueryStyle, ReferenceOr};
use serde_json::Value;

use crate::contract::{
    Docs, Encoding, Example, Media, Param, ParamPlace, ParamStyle, Part, PartWriting, Type, is_tchar,
};

use crate::report::nearest;

use super::node::{Node, Slot};
use super::place::{Key, Origin, Place, component_name};
use super::{Lowering, codes};

impl<'a> Lowering<'a> {
    /// Every media type of a body, in the order in which a client prefers them.
    pub(super) fn content(&mut self, content: &'a Content, origin: &Origin) -> Vec<Media> {
        let start = origin.place();
        let mut found: Vec<Media> = Vec::new();
        for (name, media) in content {
            let at = start.step("content", Key::Name(name));
            let (media, elsewhere) = self.media_type(media);
            let place = elsewhere.as_ref().map_or(at, Origin::place);
            for media_type in self.media_types(name, &at) {
                if !found.iter().any(|known| known.media_type == media_type) {
                    found.push(self.media(media_type, media, &place));
                }
            }
        }
        found.sort_by_key(|media| preference(media.encoding));
        found
    }

    /// The media type that an entry of `content` is, or the one that it refers to and where that stands.
    pub(super) fn media_type(&self, entry: &'a MediaType) -> (&'a MediaType, Option<Origin>) {
        let name = crate::resolve::reference(entry).and_then(|text| component_name(text, "mediaTypes"));
        let Some((name, media)) = name.and_then(|name| self.beyond.media_types.get_key_value(&name)) else {
            return (entry, None);
        };
        let mut pointer = String::from("/components/mediaTypes");
        super::place::push_token(&mut pointer, name);
        (media, Some(Origin { pointer, words: format!("{name} content") }))
    }

    fn media(&mut self, media_type: String, media: &'a MediaType, place: &Place<'_>) -> Media {
        let encoding = self.encoding(&media_type, media.schema.as_ref());
        let ty = match (encoding, &media.schema) {
            (Encoding::Text, _) => Type::String,
            (Encoding::Bytes, schema) => {
                self.unread(&media_type, schema.as_ref(), place);
                Type::Binary
            }
            (_, Some(schema)) => self.ty(Slot::from(schema), &place.step("schema", Key::None)),
            (_, None) => Type::Any,
        };
        let parts = match encoding {
            Encoding::Form | Encoding::Multipart => self.parts(encoding, media, place),
            Encoding::Json | Encoding::Text | Encoding::Bytes => Vec::new(),
        };
        let items = self.items(&media_type, media, place);
        Media { media_type, encoding, ty, items, parts, examples: self.examples(media) }
    }

    /// What each item of a sequence is. Before 3.2 had `itemSchema`, documents said it by `schema`, either of the item or of
    /// all of them.
    fn items(&mut self, media_type: &str, media: &'a MediaType, place: &Place<'_>) -> Option<Type> {
        let essence = essence(media_type);
        match self.item_schema(place) {
            Some(schema) if is_sequence(essence) || essence.starts_with("multipart/") => {
                Some(self.ty(Slot::from(schema), &place.item_schema()))
            }
            Some(_) => {
                self.report_items(media_type, place);
                None
            }
            None if is_sequence(essence) => {
                let slot = Slot::from(media.schema.as_ref()?);
                let node = Node::of(self.end(slot)?);
                if node.kind() == Some("string") && node.values.is_none() {
                    // The text of the whole.
                    return None;
                }
                let place = place.step("schema", Key::None);
                Some(match (node.kind(), node.items) {
                    (Some("array"), Some(items)) => self.ty(items, &place.items()),
                    (Some("array"), None) => return None,
                    _ => self.ty(slot, &place),
                })
            }
            None => None,
        }
    }

    /// What a media type says of each item.
    pub(super) fn item_schema(&self, place: &Place<'_>) -> Option<&'a ReferenceOr<openapiv3::Schema>> {
        let beyond = self.beyond;
        // Most documents have none, and then nobody asks for pointers.
        if beyond.items.is_empty() { None } else { beyond.items.get(&place.pointer()) }
    }

    /// Says that nothing is read item by item here.
    pub(super) fn report_items(&mut self, media_type: &str, place: &Place<'_>) {
        self.warn(
            codes::ITEM_SCHEMA,
            &place.pointer().child("itemSchema"),
            format!(
                "`{media_type}` is not read as a sequence here, so that nothing is read from `itemSchema`"
            ),
            "describe the content by `schema`",
        );
    }

    /// The media types that a key of `content` names: mostly one. A key that is none says no more than `*/*`.
    pub(super) fn media_types(&mut self, name: &str, place: &Place<'_>) -> Vec<String> {
        let listed = listed(name);
        if !listed.is_empty() && listed.iter().all(|name| is_media_type(name)) {
            return listed.into_iter().map(normal).collect();
        }
        self.warn(
            codes::MEDIA_TYPE,
            &place.pointer(),
            format!("`{name}` is not a media type; it is read as `*/*`"),
            "write `type/subtype`, such as `application/json`",
        );
        vec!["*/*".to_owned()]
    }

    /// What the document says of single members of a form or parts of a multipart body.
    fn parts(&mut self, encoding: Encoding, media: &'a MediaType, place: &Place<'_>) -> Vec<Part> {
        self.look_at_encoding(media, place);
        let mut parts = Vec::new();
        let content =
            if encoding == Encoding::Multipart { self.part_content(media, place) } else { IndexMap::new() };
        for (name, types) in content.iter().filter(|(name, _)| !media.encoding.contains_key(**name)) {
            let writing = PartWriting::Content(types.clone());
            parts.push(Part { name: (*name).to_owned(), writing, headers: Vec::new() });
        }
        for (name, said) in &media.encoding {
            let place = place.step("encoding", Key::Name(name));
            let writing = match (&said.style, &said.content_type) {
                // "If a value is explicitly defined, then the value of `contentType` SHALL be ignored."
                (Some(style), _) => PartWriting::Styled {
                    style: query_style(style),
                    explode: said.explode,
                    allow_reserved: said.allow_reserved,
                },
                (None, Some(types)) => {
                    let types: Vec<String> = listed(types).into_iter().map(normal).collect();
                    match types.iter().find(|name| !is_media_type(name)) {
                        Some(wrong) => {
                            self.warn(
                                codes::MEDIA_TYPE,
                                &place.pointer(),
                                format!("`{wrong}` is not a media type; the part `{name}` has the usual one"),
                                "write `type/subtype`, such as `image/png`",
                            );
                            PartWriting::Usual
                        }
                        None => PartWriting::Content(types),
                    }
                }
                (None, None) => {
                    content.get(name.as_str()).cloned().map_or(PartWriting::Usual, PartWriting::Content)
                }
            };
            let headers = match encoding {
                Encoding::Multipart => {
                    let headers =
                        said.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
                    headers.filter_map(|(name, slot)| self.part_header(name, slot, &place)).collect()
                }
                _ => Vec::new(),
            };
            if writing != PartWriting::Usual || !headers.is_empty() {
                parts.push(Part { name: name.clone(), writing, headers });
            }
        }
        parts
    }

    /// Warns of what is said of members that are not there. Where a schema leaves room for others, any may be.
    fn look_at_encoding(&mut self, media: &'a MediaType, place: &Place<'_>) {
        let Some(schema) = media.schema.as_ref().filter(|_| !media.encoding.is_empty()) else { return };
        let flat = self.flatten(Slot::from(schema), &place.step("schema", Key::None).origin());
        let known = &flat.members;
        let is_open = flat.more
            || !flat.alternatives.is_empty()
            || !flat.rest.is_empty()
            || !flat.conditional.is_empty()
            || flat.additional.is_some();
        if known.is_empty() || is_open {
            return;
        }
        for name in media.encoding.keys().filter(|name| !known.contains_key(name.as_str())) {
            let help = match nearest(name, known.keys().copied()).as_slice() {
                [] => "name a member of the schema".to_owned(),
                near => format!("there is `{}`", near.join("` and `")),
            };
            let message = format!("the schema has no member `{name}`, so that its `encoding` is lost");
            let at = place.step("encoding", Key::Name(name)).pointer();
            self.warn(codes::ENCODING, &at, message, help);
        }
    }

    /// The media types of parts whose schemas say them: `contentMediaType` (OpenAPI 3.1, "Considerations for File Uploads").
    fn part_content(&mut self, media: &'a MediaType, place: &Place<'_>) -> IndexMap<&'a str, Vec<String>> {
        let Some(schema) = &media.schema else { return IndexMap::new() };
        let flat = self.flatten(Slot::from(schema), &place.step("schema", Key::None).origin());
        let said = flat.members.into_iter().filter_map(|(name, declared)| {
            let slot = declared.last()?.slot;
            let node = Node::of(self.end(slot)?);
            // Each item of a list is a part.
            let schema = node.items.filter(|_| node.kind() == Some("array")).map_or(slot, |item| item);
            let said = &self.end(schema)?.schema_data.extensions;
            let text = |name: &str| said.get(name).and_then(Value::as_str);
            // What is encoded as text is not the octets of the type.
            let encoded = text("x-content-encoding").is_some_and(|encoding| encoding != "binary");
            let media_type = text("x-content-media-type").filter(|name| is_media_type(name) && !encoded)?;
            // Text that is JSON already would be written as JSON again.
            (!is_json(essence(&media_type.to_lowercase()))).then(|| (name, vec![normal(media_type)]))
        });
        said.collect()
    }

    fn part_header(&mut self, name: &str, slot: &'a ReferenceOr<Header>, place: &Place<'_>) -> Option<Param> {
        let place = place.step("headers", Key::Name(name));
        let (header, origin) = self.header(slot, &place)?;
        let start = origin.place();
        let (ty, style) = match &header.format {
            ParameterSchemaOrContent::Schema(schema) => {
                (self.ty(Slot::from(schema), &start.step("schema", Key::None)), ParamStyle::Simple)
            }
            ParameterSchemaOrContent::Content(content) => match content.first() {
                Some((name, media)) if is_json(essence(&name.to_lowercase())) => {
                    let (media, elsewhere) = self.media_type(media);
                    let at = start.step("content", Key::Name(name));
                    let up = elsewhere.as_ref().map_or(at, Origin::place);
                    let place = up.step("schema", Key::None);
                    let ty = media.schema.as_ref().map(|schema| self.ty(Slot::from(schema), &place));
                    (ty.unwrap_or(Type::Any), ParamStyle::Json)
                }
                _ => (Type::String, ParamStyle::Simple),
            },
        };
        Some(Param {
            name: name.to_owned(),
            place: ParamPlace::PartHeader,
            style,
            explode: false,
            allow_reserved: false,
            ty,
            required: header.required,
            default: None,
            docs: header_docs(header),
            example: header.example.clone(),
            limits: self.limits_of(&header.format),
        })
    }

    /// What a header is, and where it stands.
    pub(super) fn header(
        &mut self,
        slot: &'a ReferenceOr<Header>,
        place: &Place<'_>,
    ) -> Option<(&'a Header, Origin)> {
        let reference = match slot {
            ReferenceOr::Item(header) => return Some((header, place.origin())),
            ReferenceOr::Reference { reference } => reference,
        };
        let found = component_name(reference, "headers").and_then(|name| {
            let (name, found) = self.components()?.headers.get_key_value(&name)?;
            Some((name, found.as_item()?))
        });
        let Some((name, header)) = found else {
            self.dangling(reference, place);
            return None;
        };
        let mut pointer = String::from("/components/headers");
        super::place::push_token(&mut pointer, name);
        Some((header, Origin { pointer, words: format!("{name} header") }))
    }

    /// How content of a media type is written.
    pub(super) fn encoding(
        &self,
        media_type: &str,
        schema: Option<&'a ReferenceOr<openapiv3::Schema>>,
    ) -> Encoding {
        let essence = essence(media_type);
        let octets = schema.and_then(|schema| self.target(Slot::from(schema))).is_some_and(|schema| {
            let node = Node::of(schema);
            node.kind() == Some("string") && node.format.as_deref() == Some("binary")
        });
        match essence {
            // Octets alone are no body of it: somebody has to write the boundary.
            _ if essence.starts_with("multipart/") => Encoding::Multipart,
            _ if octets => Encoding::Bytes,
            _ if is_json(essence) => Encoding::Json,
            "application/x-www-form-urlencoded" => Encoding::Form,
            "application/xml" => Encoding::Text,
            // A stream has no end to wait for.
            "text/event-stream" => Encoding::Bytes,
            "*/*" | "application/*" => match schema.and_then(|schema| self.target(Slot::from(schema))) {
                Some(schema) if Node::of(schema).kind() != Some("string") => Encoding::Json,
                _ => Encoding::Bytes,
            },
            _ if essence.starts_with("text/") || essence.ends_with("+xml") => Encoding::Text,
            _ => Encoding::Bytes,
        }
    }

    /// Takes note of a schema that a body of octets has.
    pub(super) fn unread(
        &mut self,
        media_type: &str,
        schema: Option<&'a ReferenceOr<openapiv3::Schema>>,
        place: &Place<'_>,
    ) {
        let described = |schema: &openapiv3::Schema| {
            let node = Node::of(schema);
            node.kind().is_some_and(|kind| kind != "string") || node.composes()
        };
        let essence = essence(media_type);
        if is_sequence(essence) || essence.contains('*') {
            return;
        }
        if schema.and_then(|schema| self.end(Slot::from(schema))).is_some_and(described) {
            let at = place.pointer();
            self.unread.entry(essence.to_owned()).or_insert_with(|| (0, at)).0 += 1;
        }
    }

    /// Says once for each media type which schemas got no types.
    pub(super) fn report_unread(&mut self) {
        for (media_type, (count, at)) in std::mem::take(&mut self.unread) {
            self.note(
                codes::UNREAD_SCHEMA,
                &at,
                format!("bodies of the type `{media_type}` are octets, so that their schemas get no types ({count} in all)"),
                near_json(&media_type).map_or_else(
                    || "if it is JSON, name a type that ends in `+json`".to_owned(),
                    |near| format!("if it is JSON, write `{near}`"),
                ),
            );
        }
    }

    /// Complete bodies that a media type shows.
    pub(super) fn examples(&self, media: &'a MediaType) -> Vec<Example> {
        self.shown(media)
            .map(|(name, value)| Example { name: name.to_owned(), value: value.clone(), at: None })
            .collect()
    }

    /// The examples of a media type, by name; the unnamed one has an empty name.
    pub(super) fn shown(&self, media: &'a MediaType) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let examples = self.components().map(|components| &components.examples);
        let named = media.examples.iter().filter_map(move |(name, example)| {
            let example = match example {
                ReferenceOr::Item(example) => example,
                ReferenceOr::Reference { reference } => {
                    let name = super::component_name(reference, "examples")?;
                    examples?.get(&name)?.as_item()?
                }
            };
            Some((name.as_str(), example.value.as_ref()?))
        });
        media.example.iter().map(|value| ("", value)).chain(named)
    }
}

/// What a document says of a header.
pub(super) fn header_docs(header: &Header) -> Docs {
    let deprecated = header.deprecated.unwrap_or(false);
    Docs { summary: None, description: header.description.clone(), deprecated }
}

/// `application/json`, `application/problem+json` and their like.
pub(super) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// The media type of JSON that another one was most likely meant to be.
fn near_json(essence: &str) -> Option<String> {
    let (rest, last) = essence.rsplit_once(|sign: char| !sign.is_ascii_alphanumeric())?;
    (!nearest(last, ["json"]).is_empty())
        .then(|| if rest.contains('/') { format!("{rest}+json") } else { format!("{rest}/json") })
}

/// Media types of which a message has one item after the other (OpenAPI 3.2, "Sequential Media Types"), the multipart ones
/// aside.
fn is_sequence(essence: &str) -> bool {
    let known = ["text/event-stream", "application/jsonl", "application/json-seq"];
    let others =
        ["application/x-ndjson", "application/ndjson", "application/x-jsonlines", "application/jsonlines"];
    known.contains(&essence) || others.contains(&essence) || essence.ends_with("+json-seq")
}

/// A media type without its parameters.
pub(super) fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// The entries of a list that is separated by commas, which may also stand between quotation marks.
fn listed(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let pieces = text.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    pieces.map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// Is it `type/subtype`, both tokens of RFC 9110, with nothing behind that a header could not carry?
fn is_media_type(name: &str) -> bool {
    let token = |text: &str| !text.is_empty() && text.chars().all(is_tchar);
    let parameters = name.split_once(';').map_or("", |(_, parameters)| parameters);
    essence(name).split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
        && parameters.chars().all(|c| c == ' ' || c.is_ascii_graphic())
}

/// Type and subtype in lower case; the values of parameters may mean something else then.
fn normal(name: &str) -> String {
    match name.split_once(';') {
        Some((essence, parameters)) => format!("{};{parameters}", essence.trim().to_lowercase()),
        None => name.to_lowercase(),
    }
}

fn query_style(style: &QueryStyle) -> ParamStyle {
    match style {
        QueryStyle::Form => ParamStyle::Form,
        QueryStyle::SpaceDelimited => ParamStyle::SpaceDelimited,
        QueryStyle::PipeDelimited => ParamStyle::PipeDelimited,
        QueryStyle::DeepObject => ParamStyle::DeepObject,
    }
}

fn preference(encoding: Encoding) -> u8 {
    match encoding {
        Encoding::Json => 0,
        Encoding::Form => 1,
        Encoding::Multipart => 2,
        Encoding::Text => 3,
        Encoding::Bytes => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_at_commas_outside_of_quotes() {
        assert_eq!(listed("text/csv, text/x;p=\"a,b\" ,"), ["text/csv", "text/x;p=\"a,b\""]);
    }

    #[test]
    fn a_media_type_is_two_tokens() {
        for name in ["text/plain", "application/vnd.a+json; v=\"1 2\"", "*/*", "image/*"] {
            assert!(is_media_type(name), "{name}");
        }
        for name in ["", "file", "text/", "/plain", "text/pl ain", "text/plain;\r\nx: y", "text/ümlaut"] {
            assert!(!is_media_type(name), "{name}");
        }
        assert_eq!(normal("Application/JSON; V=A"), "application/json; V=A");
    }
}
