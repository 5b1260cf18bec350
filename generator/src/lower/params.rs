//! Parameters: from a path item's and an operation's lists to one list in the contract's order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::Value;

use openapiv3::{
    Parameter, ParameterData, ParameterSchemaOrContent, PathItem, PathStyle, QueryStyle, ReferenceOr,
};

use crate::contract::{Docs, Limits, Param, ParamPlace, ParamStyle, Type};

use super::limits::limits;
use super::node::{Node, Slot};
use super::place::{Key, Origin, Place, component_name};
use super::{Lowering, codes, media};

/// Headers that OpenAPI describes elsewhere: "the parameter definition SHALL be ignored" (Parameter Object, `name`).
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'a> Lowering<'a> {
    /// The parameters of an operation, in document order; its own replace those of the path item with the same name and place.
    pub(super) fn params(
        &mut self,
        item: &'a PathItem,
        operation: &'a openapiv3::Operation,
        item_place: &Place<'_>,
        place: &Place<'_>,
    ) -> Vec<Param> {
        let mut params: Vec<Param> = Vec::new();
        let mut known: BTreeMap<(ParamPlace, String), usize> = BTreeMap::new();
        for (list, place) in [(&item.parameters, item_place), (&operation.parameters, place)] {
            for (index, parameter) in list.iter().enumerate() {
                let place = place.step("parameters", Key::Index(index));
                if let Some(param) = self.param(parameter, &place) {
                    match known.entry((param.place, param.name.clone())) {
                        Entry::Occupied(at) => {
                            if let Some(slot) = params.get_mut(*at.get()) {
                                *slot = param;
                            }
                        }
                        Entry::Vacant(at) => {
                            at.insert(params.len());
                            params.push(param);
                        }
                    }
                }
            }
        }
        let whole = params.iter().filter(|param| param.place == ParamPlace::QueryString).count();
        let pieces = params.iter().filter(|param| param.place == ParamPlace::Query).count();
        if whole > 0 && whole + pieces > 1 {
            self.warn(
                codes::QUERY_STRING,
                &place.pointer(),
                "a parameter is all of the query, and others stand beside it",
                "describe the whole query by the one with `in: querystring`",
            );
        }
        params
    }

    fn param(&mut self, slot: &'a ReferenceOr<Parameter>, place: &Place<'_>) -> Option<Param> {
        let (parameter, origin) = match slot {
            ReferenceOr::Item(parameter) => (parameter, named(parameter, place)),
            ReferenceOr::Reference { reference } => {
                let found = component_name(reference, "parameters").and_then(|name| {
                    let (name, found) = self.components()?.parameters.get_key_value(&name)?;
                    Some((name, found.as_item()?))
                });
                let Some((name, parameter)) = found else {
                    self.dangling(reference, place);
                    return None;
                };
                let mut pointer = String::from("/components/parameters");
                super::place::push_token(&mut pointer, name);
                (parameter, Origin { pointer, words: format!("{name} param") })
            }
        };
        let data = parameter.parameter_data_ref();
        if crate::resolve::is_query_string(parameter) {
            return Some(self.query_string(data, &origin));
        }
        let (in_, style, explode, allow_reserved) = style(parameter);
        if in_ == ParamPlace::Header && IGNORED_HEADERS.contains(&data.name.to_lowercase().as_str()) {
            let first = place.pointer();
            self.ignored.entry(data.name.to_lowercase()).or_insert_with(|| (0, first)).0 += 1;
            return None;
        }
        if in_ == ParamPlace::Path && !data.required {
            self.warn(
                codes::OPTIONAL_PATH,
                &place.pointer(),
                format!(
                    "the path parameter `{}` is not marked as required; it is read as if it were",
                    data.name
                ),
                "add `required: true`",
            );
        }
        let (ty, style, node) = self.param_type(data, style, &origin.place());
        let explode = data.explode.unwrap_or(explode);
        let param = self.described(data, in_, ty, node);
        Some(Param { style, explode, allow_reserved, ..param })
    }

    /// A parameter that is all of the query: its content as text.
    fn query_string(&mut self, data: &'a ParameterData, origin: &Origin) -> Param {
        let start = origin.place();
        let content = match &data.format {
            ParameterSchemaOrContent::Content(content) => content.first(),
            ParameterSchemaOrContent::Schema(_) => None,
        };
        let Some((name, media)) = content else {
            self.warn(
                codes::PARAM_CONTENT,
                &start.pointer(),
                format!(
                    "the parameter `{}` is all of the query and has no `content`; it is read as text",
                    data.name
                ),
                "say by `content` what the query is, such as `application/x-www-form-urlencoded`",
            );
            return self.described(data, ParamPlace::QueryString, Type::String, None);
        };
        let (media, elsewhere) = self.media_type(media);
        let at = start.step("content", Key::Name(name));
        let place = elsewhere.as_ref().map_or(at, Origin::place);
        let slot = media.schema.as_ref().map(Slot::from);
        let node = slot.and_then(|slot| self.target(slot)).map(Node::of);
        let style = match media::essence(&name.to_lowercase()) {
            essence if media::is_json(essence) => ParamStyle::Json,
            "application/x-www-form-urlencoded" => ParamStyle::Form,
            _ => ParamStyle::Simple,
        };
        let ty = match (style, slot) {
            (ParamStyle::Simple, _) => Type::String,
            (_, Some(slot)) => self.ty(slot, &place.step("schema", Key::None)),
            (_, None) => Type::Any,
        };
        if !media.encoding.is_empty() {
            self.warn(
                codes::PARAM_CONTENT,
                &place.pointer().child("encoding"),
                "the encoding of single members of the query is left out; all are written in the usual way",
                "describe the members as parameters with `in: query`, which have styles",
            );
        }
        Param { style, ..self.described(data, ParamPlace::QueryString, ty, node) }
    }

    /// A parameter with what is said of it, in the style `simple`.
    fn described(
        &self,
        data: &'a ParameterData,
        place: ParamPlace,
        ty: Type,
        node: Option<Node<'a>>,
    ) -> Param {
        Param {
            name: data.name.clone(),
            place,
            style: ParamStyle::Simple,
            explode: false,
            allow_reserved: false,
            ty,
            required: data.required || place == ParamPlace::Path,
            default: node
                .as_ref()
                .and_then(|node| node.data.default.clone())
                .filter(|value| !value.is_null()),
            docs: Docs {
                summary: None,
                description: data
                    .description
                    .clone()
                    .or_else(|| node.as_ref().and_then(|node| node.data.description.clone())),
                deprecated: data.deprecated.unwrap_or(false),
            },
            example: self.param_example(data).or_else(|| node.and_then(|node| node.example().cloned())),
            limits: self.limits_of(&data.format),
        }
    }

    /// What narrows the values of a parameter.
    pub(super) fn limits_of(&self, format: &'a ParameterSchemaOrContent) -> Limits {
        let schema = match format {
            ParameterSchemaOrContent::Schema(schema) => Some(schema),
            ParameterSchemaOrContent::Content(content) => {
                content.first().and_then(|(_, media)| self.media_type(media).0.schema.as_ref())
            }
        };
        schema.and_then(|schema| self.target(Slot::from(schema))).map(limits).unwrap_or_default()
    }

    fn param_type(
        &mut self,
        data: &'a ParameterData,
        style: ParamStyle,
        start: &Place<'_>,
    ) -> (Type, ParamStyle, Option<Node<'a>>) {
        match &data.format {
            ParameterSchemaOrContent::Schema(schema) => {
                let slot = Slot::from(schema);
                let node = self.target(slot).map(Node::of);
                let place = start.step("schema", Key::None);
                (self.ty(slot, &place), style, node)
            }
            ParameterSchemaOrContent::Content(content) => {
                let Some((name, media)) = content.first() else {
                    self.warn(
                        codes::PARAM_CONTENT,
                        &start.pointer(),
                        format!(
                            "`content` of the parameter `{}` names no media type; it is read as text",
                            data.name
                        ),
                        "name one media type, or use `schema`",
                    );
                    return (Type::String, style, None);
                };
                let essence = name.to_lowercase();
                if !media::is_json(media::essence(&essence)) {
                    self.warn(
                        codes::PARAM_CONTENT,
                        &start.pointer(),
                        format!("the parameter `{}` travels as `{essence}`; it is read as text", data.name),
                        "use `application/json`, or `schema` with a style",
                    );
                    return (Type::String, style, None);
                }
                let (media, elsewhere) = self.media_type(media);
                let at = start.step("content", Key::Name(name));
                let up = elsewhere.as_ref().map_or(at, Origin::place);
                let place = up.step("schema", Key::None);
                let slot = media.schema.as_ref().map(Slot::from);
                let node = slot.and_then(|slot| self.target(slot)).map(Node::of);
                let ty = slot.map_or(Type::Any, |slot| self.ty(slot, &place));
                (ty, ParamStyle::Json, node)
            }
        }
    }

    fn param_example(&self, data: &'a ParameterData) -> Option<serde_json::Value> {
        let named = || {
            let example = data.examples.values().next()?;
            let example = match example {
                ReferenceOr::Item(example) => example,
                ReferenceOr::Reference { reference } => {
                    let name = component_name(reference, "examples")?;
                    self.components()?.examples.get(&name)?.as_item()?
                }
            };
            example.value.clone()
        };
        data.example.clone().or_else(named)
    }

    /// Says once for each name which header parameters were left out.
    pub(super) fn report_ignored_headers(&mut self) {
        for (name, (count, at)) in std::mem::take(&mut self.ignored) {
            self.note(
                codes::IGNORED_HEADER,
                &at,
                format!("the header parameter `{name}` is left out, here and wherever else it is declared ({count} in all)"),
                "OpenAPI describes this header by media types and security schemes; remove the parameter",
            );
        }
    }

    pub(super) fn dangling(&mut self, reference: &str, place: &Place<'_>) {
        self.error(
            codes::DANGLING,
            &place.pointer(),
            format!("`{reference}` does not lead to anything usable here"),
            "define it under `components`, or correct the reference",
        );
    }
}

/// Where a parameter starts: its name follows the operation's, or the path's.
fn named(parameter: &Parameter, place: &Place<'_>) -> Origin {
    let words = format!("{} {}", place.words(), parameter.parameter_data_ref().name);
    Origin { pointer: place.pointer().0, words }
}

/// Place, style, default of `explode`, `allowReserved` (OpenAPI, "Style Values").
fn style(parameter: &Parameter) -> (ParamPlace, ParamStyle, bool, bool) {
    match parameter {
        Parameter::Query { style, allow_reserved, .. } => {
            let (style, explode) = match style {
                QueryStyle::Form => (ParamStyle::Form, true),
                QueryStyle::SpaceDelimited => (ParamStyle::SpaceDelimited, false),
                QueryStyle::PipeDelimited => (ParamStyle::PipeDelimited, false),
                // The only way in which `deepObject` is defined.
                QueryStyle::DeepObject => (ParamStyle::DeepObject, true),
            };
            (ParamPlace::Query, style, explode, *allow_reserved)
        }
        Parameter::Header { .. } => (ParamPlace::Header, ParamStyle::Simple, false, false),
        Parameter::Path { style, parameter_data } => {
            let reserved = parameter_data.extensions.get("x-allow-reserved");
            let style = match style {
                PathStyle::Simple => ParamStyle::Simple,
                PathStyle::Label => ParamStyle::Label,
                PathStyle::Matrix => ParamStyle::Matrix,
            };
            (ParamPlace::Path, style, false, reserved == Some(&Value::Bool(true)))
        }
        Parameter::Cookie { parameter_data, .. } => {
            let plain = crate::resolve::is_plain_cookie(parameter_data);
            (ParamPlace::Cookie, if plain { ParamStyle::Cookie } else { ParamStyle::Form }, true, false)
        }
    }
}
