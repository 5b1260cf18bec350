//! Media types: from `content` to how a body is written and what stands in it.

use openapiv3::{Content, MediaType, ReferenceOr};
use serde_json::Value;

use crate::contract::{Encoding, Example, Media, Type};

use super::Lowering;
use super::node::{Node, Slot};
use super::place::{Key, Origin, Place};

impl<'a> Lowering<'a> {
    /// Every media type of a body, in the order in which a client prefers them.
    pub(super) fn content(&mut self, content: &'a Content, origin: &Origin) -> Vec<Media> {
        let start = origin.place();
        let mut media: Vec<Media> = content
            .iter()
            .map(|(name, media)| self.media(name, media, &start.step("content", Key::Name(name))))
            .collect();
        media.sort_by_key(|media| preference(media.encoding));
        media
    }

    fn media(&mut self, name: &str, media: &'a MediaType, place: &Place<'_>) -> Media {
        let media_type = name.to_lowercase();
        let encoding = self.encoding(&media_type, media.schema.as_ref());
        let ty = match (encoding, &media.schema) {
            (Encoding::Text, _) => Type::String,
            (Encoding::Bytes, _) => Type::Binary,
            (_, Some(schema)) => self.ty(Slot::from(schema), &place.step("schema", Key::None)),
            (_, None) => Type::Any,
        };
        Media { media_type, encoding, ty, examples: self.examples(media) }
    }

    /// How content of a media type is written.
    pub(super) fn encoding(
        &self,
        media_type: &str,
        schema: Option<&'a ReferenceOr<openapiv3::Schema>>,
    ) -> Encoding {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let octets = schema.and_then(|schema| self.target(Slot::from(schema))).is_some_and(|schema| {
            let node = Node::of(schema);
            node.kind() == Some("string") && node.format.as_deref() == Some("binary")
        });
        match essence {
            _ if octets => Encoding::Bytes,
            _ if is_json(essence) => Encoding::Json,
            "application/x-www-form-urlencoded" => Encoding::Form,
            "multipart/form-data" => Encoding::Multipart,
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

    /// Complete bodies that a media type shows.
    pub(super) fn examples(&self, media: &'a MediaType) -> Vec<Example> {
        self.shown(media)
            .map(|(name, value)| Example { name: name.to_owned(), value: value.clone() })
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

/// `application/json`, `application/problem+json` and their like.
pub(super) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
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
