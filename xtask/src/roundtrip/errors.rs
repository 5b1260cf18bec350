//! The errors that the operations of a document declare: in come the bundled document and its plan, out go the schemas of their
//! bodies, each with an answer that has such a body. Deliberately absent: what the generator makes of them.

use std::collections::BTreeSet;

use problemgen::contract::Contract;
use problemgen::rust::Plan;
use serde_json::Value;

use super::dialect;

/// An answer that an operation declares.
#[derive(Debug, PartialEq)]
pub(super) struct Declared {
    /// Operation and status, in the words of the document.
    pub(super) words: String,
    /// The operation in Rust.
    pub(super) operation: String,
    pub(super) status: u16,
    pub(super) media: String,
    /// The schema of the body, in JSON Schema.
    pub(super) schema: Value,
}

/// Each schema of an error's body once, for the first operation that declares it.
pub(super) fn declared(document: &Value, contract: &Contract, plan: &Plan) -> Vec<Declared> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (operation, planned) in contract.operations.iter().zip(&plan.operations) {
        let responses = document.pointer(&operation.at.0).and_then(|it| it["responses"].as_object());
        let Some(responses) = responses.filter(|_| operation.method.as_str() != "HEAD") else { continue };
        for (name, response) in responses {
            let Some(status) = status(name, &|status| responses.contains_key(&status.to_string())) else {
                continue;
            };
            let response = referred(document, response);
            for (media, content) in response["content"].as_object().into_iter().flatten() {
                let schema = &referred(document, content)["schema"];
                if is_json(media) && schema.is_object() && seen.insert(schema.to_string()) {
                    all.push(Declared {
                        words: format!("{} {name}", operation.id),
                        operation: planned.name.to_string(),
                        status,
                        media: media.clone(),
                        schema: dialect::schema(schema),
                    });
                }
            }
        }
    }
    all
}

/// What a reference to a component leads to.
fn referred<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|target| document.pointer(target.strip_prefix('#')?));
    target.unwrap_or(value)
}

/// A status of an error under this name of a response; of a range and of `default` one that has no name of its own.
fn status(name: &str, named: &dyn Fn(u16) -> bool) -> Option<u16> {
    let free = |first: u16| (first..first + 100).rev().find(|&status| !named(status));
    match name {
        "default" | "5XX" | "5xx" => free(500),
        "4XX" | "4xx" => free(400),
        _ => name.parse().ok().filter(|status| (400..600).contains(status)),
    }
}

fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim();
    !essence.contains('*') && (essence == "application/json" || essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_a_status_of_its_response() {
        let named = |status| [599, 404].contains(&status);
        let names = ["404", "4XX", "default", "5XX", "200", "3XX", "x-a"];
        assert_eq!(
            names.map(|name| status(name, &named)),
            [Some(404), Some(499), Some(598), Some(598), None, None, None]
        );
    }

    #[test]
    fn media_types_of_json_are_known() {
        let of =
            ["application/json; charset=utf-8", "application/problem+json", "application/*", "text/plain"];
        assert_eq!(of.map(is_json), [true, true, false, false]);
    }
}
