//! Operations: from paths to methods on them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use indexmap::IndexSet;
use openapiv3::{PathItem, ReferenceOr, RequestBody};

use crate::contract::{Body, Docs, Method, Operation, Pointer};
use crate::report::{Diagnostic, nearest};

use super::place::{Key, Origin, Place, component_name, push_token};
use super::problems::Problems;
use super::{Lowering, codes, pagination};

/// An operation, still in OpenAPI's types.
pub(super) struct Site<'a> {
    pub(super) path: &'a str,
    pub(super) item: &'a PathItem,
    pub(super) method: Method,
    pub(super) operation: &'a openapiv3::Operation,
    pub(super) id: String,
    item_origin: Origin,
    pub(super) origin: Origin,
}

/// Every operation: paths in document order, methods in OpenAPI's.
pub(super) fn sites<'a>(lowering: &mut Lowering<'a>) -> Vec<Site<'a>> {
    let mut sites: Vec<Site<'a>> = Vec::new();
    let mut made = Vec::new();
    let mut given: HashMap<&str, Pointer> = HashMap::new();
    for (path, item) in &lowering.doc.paths.paths {
        let mut pointer = String::from("/paths");
        push_token(&mut pointer, path);
        let item_origin = Origin { pointer, words: path_words(path) };
        let item = match item {
            ReferenceOr::Item(item) => item,
            ReferenceOr::Reference { reference } => {
                lowering.dangling(reference, &item_origin.place());
                continue;
            }
        };
        let others = lowering.beyond.operations.get(path).into_iter().flatten();
        for (below, method, operation) in methods(item).chain(others.map(other)) {
            let written = operation.operation_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
            let pointer = format!("{}{}", item_origin.pointer, below.0);
            let at = Pointer(pointer.clone());
            let written = written.filter(|id| match given.entry(id) {
                Entry::Vacant(entry) => {
                    entry.insert(at.clone());
                    true
                }
                Entry::Occupied(first) => {
                    lowering.report_given_twice(id, first.get(), &at);
                    false
                }
            });
            let id = written.map_or_else(|| words(&method, path), str::to_owned);
            made.extend(written.is_none().then_some(sites.len()));
            let origin = Origin { pointer, words: id.clone() };
            let item_origin = item_origin.clone();
            sites.push(Site { path, item, method, operation, id, item_origin, origin });
        }
    }
    tell_apart(&mut sites, &made);
    sites
}

impl Lowering<'_> {
    /// An `operationId` that another operation had first.
    fn report_given_twice(&mut self, id: &str, first: &Pointer, at: &Pointer) {
        let (first, place) =
            ((self.locate)(&first.child("operationId")), (self.locate)(&at.child("operationId")));
        let message = format!(
            "`{id}` is the `operationId` of another operation, too; this one is named by its method and path"
        );
        self.report.push(
            Diagnostic::warning(codes::SAME_ID, message)
                .at(place)
                .label(first, "this operation has it")
                .help("give each operation an `operationId` of its own"),
        );
    }
}

/// Gives those of the `made` ids that are also another operation's the path as it is written: `get /drops/`.
fn tell_apart(sites: &mut [Site<'_>], made: &[usize]) {
    let mut times: HashMap<String, usize> = HashMap::new();
    sites.iter().for_each(|site| *times.entry(site.id.clone()).or_default() += 1);
    for &at in made {
        if let Some(site) =
            sites.get_mut(at).filter(|site| times.get(&site.id).is_some_and(|times| *times > 1))
        {
            site.id = format!("{} {}", site.method.as_str().to_ascii_lowercase(), site.path);
            site.origin.words.clone_from(&site.id);
        }
    }
}

/// Lowers every operation, in the order of [`sites`].
pub(super) fn lower<'a>(
    lowering: &mut Lowering<'a>,
    sites: &[Site<'a>],
    problems: &Problems<'a>,
) -> Vec<Operation> {
    let mut unsaid = Unsaid::default();
    let operations = sites.iter().map(|site| operation(lowering, site, problems, &mut unsaid)).collect();
    unsaid.report(lowering);
    lowering.report_ignored_headers();
    lowering.report_unread();
    lowering.report_misfits();
    lowering.report_fragments();
    pagination::refuse_elsewhere(lowering);
    operations
}

fn operation<'a>(
    lowering: &mut Lowering<'a>,
    site: &Site<'a>,
    problems: &Problems<'a>,
    unsaid: &mut Unsaid,
) -> Operation {
    let place = site.origin.place();
    let source = site.operation;
    let params = lowering.params(site.item, source, &site.item_origin.place(), &place);
    let (segments, params) = lowering.template(site.path, params, &place);
    let body = source.request_body.as_ref().and_then(|slot| body(lowering, slot, &place, &site.id));
    let found = lowering.found_responses(source, &place, &site.id);
    unsaid.callbacks += source.callbacks.len();
    unsaid.servers += usize::from(!source.servers.is_empty() || !site.item.servers.is_empty());
    let (successes, errors) = lowering.responses(source, found, problems);
    Operation {
        id: site.id.clone(),
        method: site.method.clone(),
        path: site.path.to_owned(),
        segments,
        tag: source.tags.first().cloned(),
        docs: Docs {
            summary: source.summary.clone().or_else(|| site.item.summary.clone()),
            description: source.description.clone().or_else(|| site.item.description.clone()),
            deprecated: source.deprecated,
        },
        params,
        body,
        successes,
        errors,
        credentials: credentials(lowering, source, &place, unsaid),
        pagination: pagination::read(lowering, &source.extensions, &place.pointer()),
        at: place.pointer(),
    }
}

/// The parts of operations that the contract has no place for, counted so that one line can say so.
#[derive(Default)]
struct Unsaid {
    callbacks: usize,
    servers: usize,
    /// Requirements of several schemes at once, and where the first stands.
    joint: Option<(usize, Pointer)>,
}

impl Unsaid {
    fn report(&self, lowering: &mut Lowering<'_>) {
        let at = Pointer("/paths".to_owned());
        if self.callbacks > 0 {
            let message = format!("callbacks are left out ({})", self.callbacks);
            lowering.note(codes::UNSAID, &at, message, "describe what receives them as an API of its own");
        }
        if self.servers > 0 {
            let message = format!("servers of single operations are left out (operations: {})", self.servers);
            lowering.warn(codes::UNSAID, &at, message, "set the base URL where the client is built");
        }
        if let Some((count, at)) = &self.joint {
            lowering.warn(
                codes::JOINT_CREDENTIALS,
                at,
                format!("several credentials are asked for at once (operations: {count}); each is offered by itself"),
                "give the client all of them",
            );
        }
    }
}

/// The operations of a path item: where each stands in it, and its method.
fn methods(item: &PathItem) -> impl Iterator<Item = (Pointer, Method, &openapiv3::Operation)> {
    let all = [
        (Method::Get, &item.get),
        (Method::Put, &item.put),
        (Method::Post, &item.post),
        (Method::Delete, &item.delete),
        (Method::Options, &item.options),
        (Method::Head, &item.head),
        (Method::Patch, &item.patch),
        (Method::Trace, &item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| {
        let member = method.as_str().to_ascii_lowercase();
        Some((Pointer::default().child(&member), method, operation.as_ref()?))
    })
}

/// An operation with a method that 3.0 does not have.
fn other(
    (below, method, operation): &(Pointer, String, openapiv3::Operation),
) -> (Pointer, Method, &openapiv3::Operation) {
    let method = if method == "QUERY" { Method::Query } else { Method::Other(method.clone()) };
    (below.clone(), method, operation)
}

/// Method and path in words: `get drops by drop_id`.
fn words(method: &Method, path: &str) -> String {
    format!("{} {}", method.as_str().to_ascii_lowercase(), path_words(path))
}

/// A path in words: `drops by drop_id`. Variables follow a `by`, so that `/users/{me}` and `/users/me` differ, as they
/// mostly do in what they mean.
fn path_words(path: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut by = false;
    for piece in path.split('/').flat_map(|segment| segment.split_inclusive(['{', '}'])) {
        // A variable ends in its closing brace; what ends in an opening one, or at the end, is text.
        let is_variable = piece.ends_with('}');
        for word in piece.split(['{', '}', ':', '.']).filter(|word| !word.is_empty()) {
            if is_variable && !by {
                words.push("by");
            }
            // A sign between two variables does not part them.
            by = is_variable || (by && !word.contains(char::is_alphanumeric));
            words.push(word);
        }
    }
    if words.is_empty() { "root".to_owned() } else { words.join(" ") }
}

fn body<'a>(
    lowering: &mut Lowering<'a>,
    slot: &'a ReferenceOr<RequestBody>,
    place: &Place<'_>,
    id: &str,
) -> Option<Body> {
    let place = place.step("requestBody", Key::None);
    let (body, origin) = match slot {
        ReferenceOr::Item(body) => (body, Origin { words: format!("{id} request"), ..place.origin() }),
        ReferenceOr::Reference { reference } => {
            let found = component_name(reference, "requestBodies").and_then(|name| {
                let (name, found) = lowering.components()?.request_bodies.get_key_value(&name)?;
                Some((name, found.as_item()?))
            });
            let Some((name, body)) = found else {
                lowering.dangling(reference, &place);
                return None;
            };
            let mut pointer = String::from("/components/requestBodies");
            push_token(&mut pointer, name);
            (body, Origin { pointer, words: format!("{name} request") })
        }
    };
    let docs = Docs { summary: None, description: body.description.clone(), deprecated: false };
    Some(Body { required: body.required, docs, media: lowering.content(&body.content, &origin) })
}

/// The names of the schemes that an operation accepts, in document order.
fn credentials(
    lowering: &mut Lowering<'_>,
    operation: &openapiv3::Operation,
    place: &Place<'_>,
    unsaid: &mut Unsaid,
) -> Vec<String> {
    let (requirements, at) = match (&operation.security, &lowering.doc.security) {
        (Some(own), _) => (own, place.step("security", Key::None).pointer()),
        (None, Some(common)) => (common, Pointer("/security".to_owned())),
        (None, None) => return Vec::new(),
    };
    if requirements.iter().any(|requirement| requirement.len() > 1) {
        unsaid.joint.get_or_insert_with(|| (0, at.clone())).0 += 1;
    }
    let known = |name: &str| {
        lowering.components().is_some_and(|components| components.security_schemes.contains_key(name))
    };
    // A scheme is named, or referred to (OpenAPI 3.2, Security Requirement Object); a name goes before a reference.
    let named = |name: &String| match component_name(name, "securitySchemes") {
        Some(referred) if !known(name) => referred,
        _ => name.clone(),
    };
    let names: IndexSet<String> =
        requirements.iter().flat_map(|requirement| requirement.keys()).map(named).collect();
    let (known, unknown): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| known(name));
    let components = lowering.components().filter(|_| !unknown.is_empty());
    let defined: Vec<&str> =
        components.into_iter().flat_map(|it| it.security_schemes.keys().map(String::as_str)).collect();
    // `mutualTLS` is none that OpenAPI 3.0 knows.
    let others = components.and_then(|components| components.extensions.get("x-security-schemes"));
    for name in unknown {
        let (message, help) =
            match (others.is_some_and(|it| it.get(&name).is_some()), nearest(&name, defined.iter().copied()))
            {
                (true, _) => (
                    format!("the security scheme `{name}` is nothing that a request carries; it is left out"),
                    "set the connection up in the transport".to_owned(),
                ),
                (false, near) if near.is_empty() => (
                    format!("there is no security scheme `{name}`; it is left out"),
                    "define it under `components.securitySchemes`".to_owned(),
                ),
                (false, near) => (
                    format!("there is no security scheme `{name}`; it is left out"),
                    format!("near names under `#/components/securitySchemes`: `{}`", near.join("`, `")),
                ),
            };
        lowering.warn(codes::UNKNOWN_CREDENTIAL, &at, message, help);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_without_an_id_is_named_by_method_and_path() {
        let words = |path: &str| words(&Method::Get, path);
        assert_eq!(words("/drops/{drop_id}:cancel"), "get drops by drop_id cancel");
        assert_eq!(
            words("/repos/{owner}/{repo}/issues/{n}.{format}"),
            "get repos by owner repo issues by n format"
        );
        assert_eq!(words("/drops/me"), "get drops me");
        assert_eq!(words("/v1.1/{a}-{b}x/"), "get v1 1 by a - b x");
        assert_eq!(words("/"), "get root");
    }
}
