//! The API as a whole: title, servers, credentials, tags.

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};
use openapiv3::{APIKeyLocation, SecurityScheme};

use crate::contract::{Api, CredentialKind, CredentialScheme, Operation, Pointer, Server, Tag};
use crate::report::mistyped;

use super::{Lowering, codes};

/// Lowers what stands around the operations.
pub(super) fn lower(lowering: &mut Lowering<'_>, operations: &[Operation]) -> Api {
    let doc = lowering.doc;
    let named: BTreeSet<&str> =
        operations.iter().flat_map(|operation| &operation.credentials).map(String::as_str).collect();
    let credentials = named.into_iter().filter_map(|name| credential(lowering, name)).collect();
    let mut tags: Vec<Tag> =
        doc.tags.iter().map(|tag| Tag { name: tag.name.clone(), description: tag_text(tag) }).collect();
    let declared: BTreeSet<&str> = doc.tags.iter().map(|tag| tag.name.as_str()).collect();
    let others: IndexSet<&str> = operations
        .iter()
        .filter_map(|operation| operation.tag.as_deref())
        .filter(|tag| !declared.contains(tag))
        .collect();
    for name in &others {
        misspelt_tag(lowering, name, &declared, operations);
    }
    server_defaults(lowering);
    tags.extend(others.into_iter().map(|name| Tag { name: name.to_owned(), description: None }));
    Api {
        title: doc.info.title.clone(),
        version: doc.info.version.clone(),
        description: doc.info.description.clone().or_else(|| text(&doc.info.extensions, "x-summary")),
        servers: doc.servers.iter().map(server).collect(),
        credentials,
        tags,
    }
}

/// Warns of a tag that is nearly a declared one, at the first operation that has it.
fn misspelt_tag(
    lowering: &mut Lowering<'_>,
    name: &str,
    declared: &BTreeSet<&str>,
    operations: &[Operation],
) {
    let Some(near) = mistyped(name, declared.iter().copied()) else { return };
    let of = |operation: &&Operation| operation.tag.as_deref() == Some(name);
    let Some(first) = operations.iter().find(of) else { return };
    lowering.warn(
        codes::MISSPELT_TAG,
        &first.at.child("tags").child("0"),
        format!("the tag `{name}` is not declared, but `{near}` is"),
        format!("write `{near}`, or declare `{name}` under `tags`"),
    );
}

/// Warns of defaults of servers' variables that are none of their values.
fn server_defaults(lowering: &mut Lowering<'_>) {
    for (index, server) in lowering.doc.servers.iter().enumerate() {
        for (name, variable) in server.variables.iter().flatten() {
            if variable.enumeration.is_empty() || variable.enumeration.contains(&variable.default) {
                continue;
            }
            let at = Pointer("/servers".to_owned()).child(index.to_string()).child("variables").child(name);
            lowering.warn(
                codes::SERVER_DEFAULT,
                &at.child("default"),
                format!("`{}` is none of the values of the variable `{name}`", variable.default),
                format!("the values are `{}`", variable.enumeration.join("`, `")),
            );
        }
    }
}

/// What a document says of a tag: the description, else the summary that 3.2 has beside it.
fn tag_text(tag: &openapiv3::Tag) -> Option<String> {
    tag.description.clone().or_else(|| text(&tag.extensions, "x-summary"))
}

/// A text that 3.0 has no member for.
fn text(extensions: &IndexMap<String, serde_json::Value>, name: &str) -> Option<String> {
    extensions.get(name)?.as_str().map(str::to_owned)
}

/// A server, its variables replaced by their defaults.
fn server(server: &openapiv3::Server) -> Server {
    let mut url = server.url.clone();
    for (name, variable) in server.variables.iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), &variable.default);
    }
    let description = server.description.clone().or_else(|| text(&server.extensions, "x-name"));
    Server { url, description }
}

fn credential(lowering: &Lowering<'_>, name: &str) -> Option<CredentialScheme> {
    let scheme = lowering.components()?.security_schemes.get(name)?.as_item()?;
    let (kind, description) = match scheme {
        SecurityScheme::APIKey { location, name, description, .. } => {
            let kind = match location {
                APIKeyLocation::Header => CredentialKind::Header(name.clone()),
                APIKeyLocation::Query => CredentialKind::Query(name.clone()),
                APIKeyLocation::Cookie => CredentialKind::Cookie(name.clone()),
            };
            (kind, description)
        }
        SecurityScheme::HTTP { scheme, description, .. } => {
            let kind = match scheme.to_ascii_lowercase().as_str() {
                "bearer" => CredentialKind::Bearer,
                "basic" => CredentialKind::Basic,
                _ => CredentialKind::Http(scheme.clone()),
            };
            (kind, description)
        }
        SecurityScheme::OAuth2 { description, .. } | SecurityScheme::OpenIDConnect { description, .. } => {
            (CredentialKind::Bearer, description)
        }
    };
    Some(CredentialScheme { name: name.to_owned(), kind, description: description.clone() })
}
