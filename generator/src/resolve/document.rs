//! Everything but schemas and paths.

use indexmap::IndexMap;
use openapiv3::{
    Components, CookieStyle, Encoding, Example, Header, HeaderStyle, Info, Link, MediaType, OpenAPI,
    Parameter, ParameterData, ParameterSchemaOrContent, PathStyle, QueryStyle, ReferenceOr, RequestBody,
    Response, SecurityScheme, Server, Tag,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::contract::Pointer;
use crate::load::Part;

use super::beyond::{IN, REFERENCE, STYLE};
use super::codes;
use super::paths::paths;
use super::read::{Extensions, Reader};
use super::schema::{definition, schema};

pub(super) fn document(reader: &mut Reader<'_>, value: Value) -> OpenAPI {
    let mut api = OpenAPI::default();
    let mut info_given = false;
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "openapi" => api.openapi = reader.text(value).unwrap_or_default(),
            "info" => (api.info, info_given) = (info(reader, value), true),
            "servers" => api.servers = servers(reader, value),
            "paths" => api.paths = paths(reader, value),
            "components" => api.components = Some(components(reader, value)),
            "security" => api.security = security(reader, value),
            "tags" => api.tags = tags(reader, value),
            "externalDocs" => api.external_docs = reader.idle(value, "external documentation"),
            _ => drop(api.extensions.insert(member.clone(), value)),
        });
    }
    if !info_given {
        reader.missing("the document", "info");
    }
    api
}

fn info(reader: &mut Reader<'_>, value: Value) -> Info {
    let mut info = Info::default();
    let (mut title, mut version) = (None, None);
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "title" => title = reader.text(value),
            "version" => version = reader.text(value),
            "description" => info.description = reader.prose(value),
            "termsOfService" => info.terms_of_service = reader.prose(value),
            "contact" => info.contact = reader.idle(value, "the contact"),
            "license" => info.license = reader.idle(value, "the licence"),
            _ => drop(info.extensions.insert(member.clone(), value)),
        });
    }
    // Neither decides anything about what is generated, so a document without them is read.
    for (member, given) in [("title", title.is_some()), ("version", version.is_some())] {
        if !given {
            reader.warn(codes::MISSING, format!("the API has no `{member}`"), format!("add `{member}`"));
        }
    }
    info.title = title.unwrap_or_default();
    info.version = version.unwrap_or_default();
    info
}

pub(super) fn servers(reader: &mut Reader<'_>, value: Value) -> Vec<Server> {
    reader.list(value, server).into_iter().flatten().collect()
}

fn server(reader: &mut Reader<'_>, mut value: Value) -> Option<Server> {
    // Defaults and values of variables are text, also when they look like numbers (`port: 443`).
    for (name, variable) in value.get_mut("variables").and_then(Value::as_object_mut).into_iter().flatten() {
        let (Some(variable), name) = (variable.as_object_mut(), name.clone()) else { continue };
        if let Some(default) = variable.get_mut("default").filter(|default| !default.is_string()) {
            let taken = default.take();
            let text = reader.within("variables", |reader| {
                reader.within(&name, |reader| reader.within("default", |reader| reader.text(taken)))
            });
            *default = text.map_or(Value::Null, Value::String);
        }
        for choice in variable.get_mut("enum").and_then(Value::as_array_mut).into_iter().flatten() {
            if choice.is_number() || choice.is_boolean() {
                *choice = Value::String(choice.to_string());
            }
        }
    }
    reader.part(value, "the server")
}

fn tags(reader: &mut Reader<'_>, value: Value) -> Vec<Tag> {
    let tag = |reader: &mut Reader<'_>, value: Value| match value {
        // A bare name.
        Value::String(name) => Some(Tag { name, ..Tag::default() }),
        mut value => {
            if let Some(docs) = value.as_object_mut().and_then(|tag| tag.shift_remove("externalDocs")) {
                let mut tag: Option<Tag> = reader.part(value, "the tag");
                let docs =
                    reader.within("externalDocs", |reader| reader.idle(docs, "external documentation"));
                tag.iter_mut().for_each(|tag| tag.external_docs = docs.clone());
                return tag;
            }
            reader.part(value, "the tag")
        }
    };
    reader.list(value, tag).into_iter().flatten().collect()
}

pub(super) fn security(reader: &mut Reader<'_>, value: Value) -> Option<Vec<IndexMap<String, Vec<String>>>> {
    if value.is_null() {
        return None;
    }
    Some(reader.list(value, |reader, value| reader.map(value, Reader::texts)))
}

pub(super) fn response(reader: &mut Reader<'_>, value: Value) -> Response {
    let mut out = Response::default();
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "description" => out.description = reader.prose(value).unwrap_or_default(),
            "headers" => out.headers = headers(reader, value),
            "content" => out.content = reader.map(value, media_type),
            "links" => out.links = links(reader, value),
            _ => drop(out.extensions.insert(member.clone(), value)),
        });
    }
    out
}

fn headers(reader: &mut Reader<'_>, value: Value) -> IndexMap<String, ReferenceOr<Header>> {
    reader.map(value, |reader, value| reader.reference_or(value, "headers", header))
}

fn links(reader: &mut Reader<'_>, value: Value) -> IndexMap<String, ReferenceOr<Link>> {
    let links = reader.map(value, |reader, value| match value.get("$ref") {
        Some(_) => Some(reader.reference_or(value, "links", |_, _| None)),
        None => reader.idle(value, "the link").map(|link| ReferenceOr::Item(Some(link))),
    });
    let some = |(name, link): (String, Option<ReferenceOr<Option<Link>>>)| match link? {
        ReferenceOr::Item(link) => Some((name, ReferenceOr::Item(link?))),
        ReferenceOr::Reference { reference } => Some((name, ReferenceOr::Reference { reference })),
    };
    links.into_iter().filter_map(some).collect()
}

pub(super) fn request_body(reader: &mut Reader<'_>, value: Value) -> RequestBody {
    let mut out = RequestBody::default();
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "description" => out.description = reader.prose(value),
            "content" => out.content = reader.map(value, media_type),
            "required" => out.required = reader.flag(value).unwrap_or_default(),
            _ => drop(out.extensions.insert(member.clone(), value)),
        });
    }
    out
}

/// A media type, or a reference to one, which [`reference`](super::reference) finds again.
fn media_type(reader: &mut Reader<'_>, value: Value) -> MediaType {
    match reader.reference_or(value, "mediaTypes", media_type_itself) {
        ReferenceOr::Item(media) => media,
        ReferenceOr::Reference { reference } => MediaType {
            extensions: IndexMap::from([(REFERENCE.to_owned(), reference.into())]),
            ..MediaType::default()
        },
    }
}

fn media_type_itself(reader: &mut Reader<'_>, value: Value) -> MediaType {
    let mut out = MediaType::default();
    let mut items = None;
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "schema" => out.schema = Some(schema(reader, value)),
            "itemSchema" => items = Some(schema(reader, value)),
            "example" => out.example = Some(value),
            "examples" => out.examples = examples(reader, value),
            "encoding" => out.encoding = reader.map(value, encoding),
            _ => drop(out.extensions.insert(member.clone(), value)),
        });
    }
    if let Some(items) = items {
        reader.beyond.items.insert(Pointer(reader.pointer.clone()), items);
    }
    out
}

fn encoding(reader: &mut Reader<'_>, value: Value) -> Encoding {
    let mut out = Encoding::default();
    let mut explode = None;
    let mut allow_reserved = None;
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "contentType" => out.content_type = reader.text(value),
            "headers" => out.headers = headers(reader, value),
            "style" => out.style = style::<QueryStyle>(reader, value),
            "explode" => explode = reader.flag(value),
            "allowReserved" => allow_reserved = reader.flag(value),
            _ => drop(out.extensions.insert(member.clone(), value)),
        });
    }
    // Each of the three turns the styles of parameters on, and `form` is what the others then have by default
    // (OpenAPI 3.1.1, Encoding Object, "Fixed Fields for RFC6570-style Serialization").
    if explode.is_some() || allow_reserved.is_some() {
        out.style.get_or_insert(QueryStyle::Form);
    }
    out.explode = explode.unwrap_or(matches!(out.style, Some(QueryStyle::Form)));
    out.allow_reserved = allow_reserved.unwrap_or_default();
    out
}

fn examples(reader: &mut Reader<'_>, value: Value) -> IndexMap<String, ReferenceOr<Example>> {
    reader.map(value, |reader, value| reader.reference_or(value, "examples", example))
}

fn example(reader: &mut Reader<'_>, value: Value) -> Example {
    let known = |name: &String| {
        let members = ["value", "externalValue", "summary", "description", "dataValue", "serializedValue"];
        members.contains(&name.as_str()) || name.starts_with("x-")
    };
    // The body itself where an object that holds it belongs.
    let map = match value {
        Value::Object(map) if map.is_empty() || map.keys().any(known) => map,
        value => return Example { value: Some(value), ..Example::default() },
    };
    let mut out = Example::default();
    for (member, value) in map {
        reader.within(&member, |reader| match member.as_str() {
            "summary" => out.summary = reader.prose(value),
            "description" => out.description = reader.prose(value),
            "value" => out.value = Some(value),
            "dataValue" if out.value.is_none() => out.value = Some(value),
            "externalValue" => out.external_value = reader.text(value),
            _ => drop(out.extensions.insert(member.clone(), value)),
        });
    }
    out
}

/// A style, or its default when it is not one for this place.
fn style<T: DeserializeOwned>(reader: &mut Reader<'_>, value: Value) -> Option<T> {
    if value.is_null() {
        return None;
    }
    let text = value.to_string();
    let style = serde_json::from_value(value).ok();
    if style.is_none() {
        reader.warn(
            codes::VALUE,
            format!("{text} is not a style for this place"),
            "the default style is used",
        );
    }
    style
}

pub(super) fn parameters(reader: &mut Reader<'_>, value: Value) -> Vec<ReferenceOr<Parameter>> {
    let read = |reader: &mut Reader<'_>, value| reader.reference_or(value, "parameters", parameter);
    let list = reader.list(value, read);
    let some = |item| match item {
        ReferenceOr::Item(item) => Option::map(item, ReferenceOr::Item),
        ReferenceOr::Reference { reference } => Some(ReferenceOr::Reference { reference }),
    };
    list.into_iter().filter_map(some).collect()
}

fn parameter(reader: &mut Reader<'_>, value: Value) -> Option<Parameter> {
    let map = reader.object(value)?;
    let place = map.get("in").and_then(Value::as_str).map(str::to_owned);
    let (mut style_value, mut allow_reserved, mut allow_empty_value) = (Value::Null, false, None);
    let mut name = None;
    let mut data = Described::default();
    for (member, value) in map {
        reader.within(&member, |reader| match member.as_str() {
            "in" => {}
            "name" => name = reader.text(value),
            "style" => style_value = value,
            "allowReserved" => allow_reserved = reader.flag(value).unwrap_or_default(),
            "allowEmptyValue" => allow_empty_value = reader.flag(value),
            _ => data.member(reader, &member, value),
        });
    }
    if name.is_none() {
        reader.missing("the parameter", "name");
    }
    let mut parameter_data = ParameterData {
        name: name?,
        description: data.description,
        required: data.required,
        deprecated: data.deprecated,
        format: data.format.unwrap_or_else(|| ParameterSchemaOrContent::Content(IndexMap::new())),
        example: data.example,
        examples: data.examples,
        explode: data.explode,
        extensions: data.extensions,
    };
    Some(match place.as_deref() {
        // One text for all of the query has no style; the content says how it is written.
        Some("querystring") => {
            parameter_data.extensions.insert(IN.to_owned(), "querystring".into());
            let style = QueryStyle::default();
            Parameter::Query { parameter_data, allow_reserved, style, allow_empty_value }
        }
        Some("query") => {
            let style =
                reader.within("style", |reader| style::<QueryStyle>(reader, style_value)).unwrap_or_default();
            Parameter::Query { parameter_data, allow_reserved, style, allow_empty_value }
        }
        Some("header") => {
            let style = reader
                .within("style", |reader| style::<HeaderStyle>(reader, style_value))
                .unwrap_or_default();
            Parameter::Header { parameter_data, style }
        }
        Some("path") => {
            let style =
                reader.within("style", |reader| style::<PathStyle>(reader, style_value)).unwrap_or_default();
            // OpenAPI, "Parameter Object": a path parameter is required, whatever the document says.
            parameter_data.required = true;
            if allow_reserved {
                parameter_data.extensions.insert("x-allow-reserved".to_owned(), true.into());
            }
            Parameter::Path { parameter_data, style }
        }
        Some("cookie") if style_value == "cookie" => {
            parameter_data.extensions.insert(STYLE.to_owned(), style_value);
            Parameter::Cookie { parameter_data, style: CookieStyle::Form }
        }
        Some("cookie") => {
            let style = reader
                .within("style", |reader| style::<CookieStyle>(reader, style_value))
                .unwrap_or_default();
            Parameter::Cookie { parameter_data, style }
        }
        Some(other) => {
            let message = format!("a parameter cannot be in `{other}`");
            let help = "parameters are in `query`, `querystring`, `header`, `path` or `cookie`; bodies are in `requestBody`";
            reader.within("in", |reader| reader.error(codes::VALUE, Part::Value, message, help));
            return None;
        }
        None => {
            reader.missing("the parameter", "in");
            return None;
        }
    })
}

/// What parameters and headers have in common.
#[derive(Default)]
struct Described {
    description: Option<String>,
    required: bool,
    deprecated: Option<bool>,
    format: Option<ParameterSchemaOrContent>,
    example: Option<Value>,
    examples: IndexMap<String, ReferenceOr<Example>>,
    explode: Option<bool>,
    extensions: Extensions,
}

impl Described {
    fn member(&mut self, reader: &mut Reader<'_>, member: &str, value: Value) {
        match member {
            "description" => self.description = reader.prose(value),
            "required" => self.required = reader.flag(value).unwrap_or_default(),
            "deprecated" => self.deprecated = reader.flag(value),
            "schema" => self.format = Some(ParameterSchemaOrContent::Schema(schema(reader, value))),
            "content" if self.format.is_none() => {
                self.format = Some(ParameterSchemaOrContent::Content(reader.map(value, media_type)));
            }
            "example" => self.example = Some(value),
            "examples" => self.examples = examples(reader, value),
            "explode" => self.explode = reader.flag(value),
            _ => drop(self.extensions.insert(member.to_owned(), value)),
        }
    }
}

fn header(reader: &mut Reader<'_>, value: Value) -> Header {
    let mut data = Described::default();
    let mut style_given = None;
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "style" => style_given = style::<HeaderStyle>(reader, value),
            _ => data.member(reader, &member, value),
        });
    }
    let mut extensions = data.extensions;
    extensions.extend(data.explode.map(|explode| ("explode".to_owned(), Value::Bool(explode))));
    Header {
        description: data.description,
        style: style_given.unwrap_or_default(),
        required: data.required,
        deprecated: data.deprecated,
        format: data.format.unwrap_or_else(|| ParameterSchemaOrContent::Content(IndexMap::new())),
        example: data.example,
        examples: data.examples,
        extensions,
    }
}

fn components(reader: &mut Reader<'_>, value: Value) -> Components {
    let mut out = Components::default();
    for (section, value) in reader.object(value).unwrap_or_default() {
        reader.within(&section, |reader| match section.as_str() {
            "schemas" => {
                out.schemas =
                    reader.map(value, |reader, value| reader.reference_or(value, "schemas", definition));
            }
            "responses" => {
                out.responses =
                    reader.map(value, |reader, value| reader.reference_or(value, "responses", response));
            }
            "parameters" => {
                let read =
                    |reader: &mut Reader<'_>, value| reader.reference_or(value, "parameters", parameter);
                out.parameters = reader.map(value, read).into_iter().filter_map(present).collect();
            }
            "examples" => out.examples = examples(reader, value),
            "requestBodies" => {
                out.request_bodies = reader
                    .map(value, |reader, value| reader.reference_or(value, "requestBodies", request_body));
            }
            "headers" => out.headers = headers(reader, value),
            "securitySchemes" => {
                let read = |reader: &mut Reader<'_>, value| {
                    reader.reference_or(value, "securitySchemes", security_scheme)
                };
                out.security_schemes = reader.map(value, read).into_iter().filter_map(present).collect();
            }
            "links" => out.links = links(reader, value),
            "mediaTypes" => {
                let media_types = reader.map(value, media_type);
                // What is only a reference has no referrers left: they refer to its end.
                let itself = media_types.into_iter().filter(|(_, media)| super::reference(media).is_none());
                reader.beyond.media_types = itself.collect();
            }
            // Callbacks are not generated and may refer to each other, which the type of this member cannot say.
            _ => drop(out.extensions.insert(section.clone(), value)),
        });
    }
    out
}

fn security_scheme(reader: &mut Reader<'_>, mut value: Value) -> Option<SecurityScheme> {
    // The scopes of a flow are required, and often left out when there are none.
    for flow in value
        .get_mut("flows")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(serde_json::Map::values_mut)
    {
        if let Some(flow) = flow.as_object_mut() {
            flow.entry("scopes")
                .and_modify(|scopes| {
                    if scopes.is_null() {
                        *scopes = serde_json::json!({})
                    }
                })
                .or_insert_with(|| serde_json::json!({}));
        }
    }
    reader.part(value, "the security scheme")
}

/// A component that could be read.
fn present<T>((name, item): (String, ReferenceOr<Option<T>>)) -> Option<(String, ReferenceOr<T>)> {
    match item {
        ReferenceOr::Item(item) => Some((name, ReferenceOr::Item(item?))),
        ReferenceOr::Reference { reference } => Some((name, ReferenceOr::Reference { reference })),
    }
}
