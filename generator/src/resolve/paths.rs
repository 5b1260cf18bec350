//! Paths: from path items to operations and their responses.

use openapiv3::{Callback, Operation, PathItem, Paths, ReferenceOr, Responses, StatusCode};
use serde_json::Value;

use crate::contract::{Pointer, is_tchar};
use crate::load::Part;

use super::codes;
use super::document::{parameters, request_body, response, security, servers};
use super::read::Reader;

pub(super) fn paths(reader: &mut Reader<'_>, value: Value) -> Paths {
    let mut paths = Paths::default();
    for (path, value) in reader.object(value).unwrap_or_default() {
        if path.starts_with("x-") {
            paths.extensions.insert(path, value);
        } else {
            let (item, others) = reader.within(&path, |reader| path_item(reader, value));
            if !others.is_empty() {
                reader.beyond.operations.insert(path.clone(), others);
            }
            paths.paths.insert(path, ReferenceOr::Item(item));
        }
    }
    paths
}

/// The operations of a path item with methods that 3.0 does not have, as [`Beyond`](super::Beyond) holds them.
type Others = Vec<(Pointer, String, Operation)>;

fn path_item(reader: &mut Reader<'_>, value: Value) -> (PathItem, Others) {
    let mut item = PathItem::default();
    let mut others = Others::new();
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "summary" => item.summary = reader.prose(value),
            "description" => item.description = reader.prose(value),
            "get" => item.get = Some(operation(reader, value)),
            "put" => item.put = Some(operation(reader, value)),
            "post" => item.post = Some(operation(reader, value)),
            "delete" => item.delete = Some(operation(reader, value)),
            "options" => item.options = Some(operation(reader, value)),
            "head" => item.head = Some(operation(reader, value)),
            "patch" => item.patch = Some(operation(reader, value)),
            "trace" => item.trace = Some(operation(reader, value)),
            "query" => others.push((below(&["query"]), "QUERY".to_owned(), operation(reader, value))),
            "additionalOperations" => additional(reader, value, &mut others),
            "servers" => item.servers = servers(reader, value),
            "parameters" => item.parameters = parameters(reader, value),
            "$ref" => reader.error(
                codes::UNRESOLVED,
                Part::Value,
                "the path item refers to itself",
                "write its operations here, or refer to a path item that has some",
            ),
            _ => drop(item.extensions.insert(member.clone(), value)),
        });
    }
    // The member that 3.2 gives the method stands before those that it does not know.
    others.sort_by_key(|(_, method, _)| method != "QUERY");
    (item, others)
}

/// Operations by their methods, which are tokens (RFC 9110, section 9.1).
fn additional(reader: &mut Reader<'_>, value: Value, others: &mut Others) {
    for (method, value) in reader.object(value).unwrap_or_default() {
        reader.within(&method, |reader| {
            if method.is_empty() || !method.chars().all(is_tchar) {
                let message = format!("`{method}` is no HTTP method");
                let help = "a method is a token of RFC 9110: letters, digits and some signs, without spaces";
                reader.error(codes::METHOD, Part::Key, message, help);
                return;
            }
            let small = method.to_ascii_lowercase();
            if FIXED.contains(&method.as_str()) {
                let message = format!("`{method}` is not one of the additional methods");
                reader.error(
                    codes::METHOD,
                    Part::Key,
                    message,
                    format!("write the operation under `{small}`"),
                );
                return;
            }
            if FIXED.contains(&&*method.to_ascii_uppercase()) {
                let message = format!("`{method}` is another method than `{}`", method.to_ascii_uppercase());
                reader.warn(
                    codes::METHOD,
                    message,
                    format!("write the operation under `{small}` if it is not"),
                );
            }
            others.push((
                below(&["additionalOperations", &method]),
                method.clone(),
                operation(reader, value),
            ));
        });
    }
}

/// The methods that a path item has members for (OpenAPI, "Path Item Object").
const FIXED: [&str; 9] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY"];

fn below(path: &[&str]) -> Pointer {
    path.iter().fold(Pointer::default(), |at, member| at.child(member))
}

fn operation(reader: &mut Reader<'_>, value: Value) -> Operation {
    let mut out = Operation::default();
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "tags" => out.tags = reader.texts(value),
            "summary" => out.summary = reader.prose(value),
            "description" => out.description = reader.prose(value),
            "externalDocs" => out.external_docs = reader.idle(value, "external documentation"),
            "operationId" => out.operation_id = reader.text(value),
            "parameters" => out.parameters = parameters(reader, value),
            "requestBody" => {
                out.request_body = Some(reader.reference_or(value, "requestBodies", request_body));
            }
            "responses" => out.responses = responses(reader, value),
            "callbacks" => out.callbacks = reader.map(value, callback),
            "deprecated" => out.deprecated = reader.flag(value).unwrap_or_default(),
            "security" => out.security = security(reader, value),
            "servers" => out.servers = servers(reader, value),
            _ => drop(out.extensions.insert(member.clone(), value)),
        });
    }
    out
}

fn callback(reader: &mut Reader<'_>, value: Value) -> Callback {
    let Some(map) = reader.object(value) else { return Callback::default() };
    let items = map.into_iter().filter(|(expression, _)| !expression.starts_with("x-"));
    items
        .map(|(expression, value)| {
            let (item, _) = reader.within(&expression, |reader| path_item(reader, value));
            (expression, item)
        })
        .collect()
}

fn responses(reader: &mut Reader<'_>, value: Value) -> Responses {
    let mut out = Responses::default();
    for (key, value) in reader.object(value).unwrap_or_default() {
        if key.starts_with("x-") {
            out.extensions.insert(key, value);
            continue;
        }
        reader.within(&key, |reader| {
            let status = status(&key);
            if status.is_none() && key != "default" {
                let message = format!("`{key}` is not a status");
                reader.warn(codes::STATUS, message, "write a status (`404`), a range (`4XX`) or `default`");
                out.extensions.insert(key.clone(), value);
                return;
            }
            let response = reader.reference_or(value, "responses", response);
            match status {
                Some(status) => drop(out.responses.insert(status, response)),
                None => out.default = Some(response),
            }
        });
    }
    out
}

/// `404`, `4XX` or `4xx`.
fn status(key: &str) -> Option<StatusCode> {
    match key.as_bytes() {
        [first @ b'1'..=b'9', b'X' | b'x', b'X' | b'x'] => Some(StatusCode::Range(u16::from(first - b'0'))),
        [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9'] => key.parse().ok().map(StatusCode::Code),
        _ => None,
    }
}
