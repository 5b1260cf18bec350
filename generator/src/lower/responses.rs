//! Responses: from statuses and media types to successes and errors.

use openapiv3::{Header, MediaType, ParameterSchemaOrContent, ReferenceOr, Response, StatusCode};

use crate::contract::{
    Docs, Encoding, ErrorBody, ErrorKind, ErrorResponse, FamilyId, ResponseHeader, StatusSpec, Success, Type,
};

use super::Lowering;
use super::node::{Node, Slot};
use super::place::{Key, Origin, Place, component_name, push_token};
use super::problems::Problems;

/// The family that needs no plain type.
const PRINCIPAL: FamilyId = FamilyId(0);

/// A response of an operation, wherever it is written.
pub(super) struct Found<'a> {
    pub(super) status: StatusSpec,
    pub(super) response: &'a Response,
    pub(super) origin: Origin,
}

impl<'a> Lowering<'a> {
    /// The responses of an operation by precedence: exact statuses ascending, ranges, `default`.
    pub(super) fn found_responses(
        &mut self,
        operation: &'a openapiv3::Operation,
        place: &Place<'_>,
        id: &str,
    ) -> Vec<Found<'a>> {
        let listed = &operation.responses;
        let coded = listed.responses.iter().map(|(status, slot)| match status {
            StatusCode::Code(status) => (StatusSpec::Exact(*status), slot),
            // openapiv3 reads one digit.
            StatusCode::Range(digit) => (StatusSpec::Range(u8::try_from(*digit).unwrap_or(u8::MAX)), slot),
        });
        let mut all: Vec<_> =
            coded.chain(listed.default.iter().map(|slot| (StatusSpec::Default, slot))).collect();
        all.sort_by_key(|(status, _)| *status);
        let successes = all.iter().filter(|(status, _)| is_success(*status)).count();
        let total = all.len();
        all.into_iter()
            .filter_map(|(status, slot)| {
                let token = token(status);
                let place = place.step("responses", Key::Name(&token));
                let words = match (is_success(status), successes) {
                    (true, 1) => format!("{id} response"),
                    (false, _) if total == 1 && status == StatusSpec::Default => format!("{id} response"),
                    (true, _) => format!("{id} response {token}"),
                    (false, _) => format!("{id} error {token}"),
                };
                let (response, origin) = self.found_response(slot, &place, words)?;
                Some(Found { status, response, origin })
            })
            .collect()
    }

    fn found_response(
        &mut self,
        slot: &'a ReferenceOr<Response>,
        place: &Place<'_>,
        words: String,
    ) -> Option<(&'a Response, Origin)> {
        let reference = match slot {
            ReferenceOr::Item(response) => return Some((response, Origin { words, ..place.origin() })),
            ReferenceOr::Reference { reference } => reference,
        };
        let found = component_name(reference, "responses").and_then(|name| {
            let (name, found) = self.components()?.responses.get_key_value(&name)?;
            Some((name, found.as_item()?))
        });
        let Some((name, response)) = found else {
            self.dangling(reference, place);
            return None;
        };
        let mut pointer = String::from("/components/responses");
        push_token(&mut pointer, name);
        Some((response, Origin { pointer, words: format!("{name} response") }))
    }

    /// What an operation answers.
    pub(super) fn responses(
        &mut self,
        operation: &openapiv3::Operation,
        found: Vec<Found<'a>>,
        problems: &Problems<'a>,
    ) -> (Vec<Success>, Vec<ErrorResponse>) {
        let (mut successes, mut errors) = (Vec::new(), Vec::new());
        let alone = found.len() == 1;
        for found in found {
            let docs = docs(found.response);
            let headers = self.response_headers(&found);
            if is_success(found.status) {
                let media = self.content(&found.response.content, &found.origin);
                successes.push(Success { status: found.status, docs, media, headers });
            } else {
                let start = found.origin.place();
                let mut bodies = Vec::new();
                for (name, media) in &found.response.content {
                    let at = start.step("content", Key::Name(name));
                    let (media, elsewhere) = self.media_type(media);
                    let place = elsewhere.as_ref().map_or(at, Origin::place);
                    let schema = media.schema.as_ref();
                    let kind = schema.and_then(|schema| problems.kind(operation, found.status, schema));
                    for media_type in self.media_types(name, &at) {
                        bodies.push(self.error_body(media_type, media, &place, kind.clone()));
                    }
                }
                let coded = bodies.iter().any(|body| matches!(body.kind, ErrorKind::Problem { .. }));
                // `default` is what every status has that is not declared (OpenAPI, Responses Object). Where it is alone,
                // it describes the success as well; beside declared errors it means the other errors.
                if alone && found.status == StatusSpec::Default && !coded {
                    let media = self.content(&found.response.content, &found.origin);
                    let (docs, headers) = (docs.clone(), headers.clone());
                    successes.push(Success { status: found.status, docs, media, headers });
                }
                errors.push(ErrorResponse { status: found.status, docs, bodies, headers });
            }
        }
        (successes, errors)
    }

    /// The headers of a response. The one for the media type is described by `content` (OpenAPI, Response Object).
    fn response_headers(&mut self, found: &Found<'a>) -> Vec<ResponseHeader> {
        let start = found.origin.place();
        let mut headers = Vec::new();
        for (name, slot) in &found.response.headers {
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let place = start.step("headers", Key::Name(name));
            let Some((header, _)) = self.header(slot, &place) else { continue };
            headers.push(ResponseHeader {
                name: name.clone(),
                ty: self.header_type(header),
                required: header.required,
                example: self.header_example(header),
                docs: super::media::header_docs(header),
            });
        }
        headers
    }

    /// What the text of a header says, as far as it is one value.
    fn header_type(&self, header: &'a Header) -> Type {
        let ParameterSchemaOrContent::Schema(schema) = &header.format else { return Type::String };
        let Some(node) = self.end(Slot::from(schema)).map(Node::of) else { return Type::String };
        match (node.kind(), &node.values) {
            (Some("integer" | "number" | "boolean" | "string"), None) => match self.plain(&node) {
                Some(Type::Binary) | None => Type::String,
                Some(ty) => ty,
            },
            _ => Type::String,
        }
    }

    /// What the document shows of a header, or of its schema.
    fn header_example(&self, header: &'a Header) -> Option<serde_json::Value> {
        let named = || header.examples.values().find_map(|example| example.as_item()?.value.clone());
        let of_schema = || match &header.format {
            ParameterSchemaOrContent::Schema(schema) => {
                self.end(Slot::from(schema)).map(Node::of)?.example().cloned()
            }
            ParameterSchemaOrContent::Content(_) => None,
        };
        header.example.clone().or_else(named).or_else(of_schema)
    }

    fn error_body(
        &mut self,
        media_type: String,
        media: &'a MediaType,
        place: &Place<'_>,
        coded: Option<ErrorKind>,
    ) -> ErrorBody {
        let encoding = self.encoding(&media_type, media.schema.as_ref());
        if self.item_schema(place).is_some() {
            self.report_items(&media_type, place);
        }
        let kind = match encoding {
            Encoding::Json => match &media.schema {
                None => ErrorKind::Json(Type::Any),
                Some(schema) => {
                    let place = place.step("schema", Key::None);
                    match coded {
                        Some(ErrorKind::Problem { family, codes, open, .. }) if family != PRINCIPAL => {
                            let ty = Some(self.ty(Slot::from(schema), &place));
                            ErrorKind::Problem { family, codes, open, ty }
                        }
                        Some(kind) => kind,
                        None => ErrorKind::Json(self.ty(Slot::from(schema), &place)),
                    }
                }
            },
            Encoding::Text => ErrorKind::Text,
            Encoding::Bytes | Encoding::Form | Encoding::Multipart => {
                self.unread(&media_type, media.schema.as_ref(), place);
                ErrorKind::Bytes
            }
        };
        ErrorBody { media_type, kind }
    }
}

pub(super) fn is_success(status: StatusSpec) -> bool {
    match status {
        StatusSpec::Exact(status) => status < 400,
        StatusSpec::Range(digit) => digit < 4,
        StatusSpec::Default => false,
    }
}

/// A status as a document writes it.
pub(super) fn token(status: StatusSpec) -> String {
    match status {
        StatusSpec::Exact(status) => status.to_string(),
        StatusSpec::Range(digit) => format!("{digit}XX"),
        StatusSpec::Default => "default".to_owned(),
    }
}

fn docs(response: &Response) -> Docs {
    let description = Some(response.description.clone()).filter(|text| !text.is_empty());
    let summary = response.extensions.get("x-summary").and_then(serde_json::Value::as_str);
    Docs { summary: summary.map(str::to_owned), description, deprecated: false }
}
