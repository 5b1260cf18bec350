//! Members that OpenAPI does not know where they stand: most of them are misspelt, and then nobody hears of it otherwise.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use crate::contract::Pointer;
use crate::grammar::{Kind, PAGINATION, PROBLEM};
use crate::load::{Part, Sources, escape};
use crate::report::{Diagnostic, Report, mistyped, nearest, slipped};

use super::codes;

/// What was found: the kind of object and the name, how often, and where first.
#[derive(Debug, Default)]
pub(super) struct Unknown {
    found: BTreeMap<(Kind, String), (usize, String)>,
    /// Keywords of others, which are many and mostly the same.
    foreign: HashSet<String>,
}

impl Unknown {
    /// Looks at an object, before any rule has changed it.
    pub(super) fn look(&mut self, map: &Map<String, Value>, kind: Kind, pointer: &str) {
        let Some((_, known)) = known(kind) else { return };
        for name in map.keys() {
            let is_foreign = name.starts_with("x-") && extension(name).is_none();
            if is_foreign || name == "$ref" || known.contains(&name.as_str()) {
                continue;
            }
            // A schema may have keywords of others, so only what is nearly one of its own is told.
            if kind == Kind::Schema
                && extension(name).is_none()
                && !self.found.contains_key(&(kind, name.clone()))
            {
                if self.foreign.contains(name) {
                    continue;
                }
                let known = known.iter().copied();
                // So short a name is near to many.
                let is_near = match name.len() {
                    0..4 => slipped(name, known).is_some(),
                    _ => !nearest(name, known).is_empty(),
                };
                if !is_near {
                    self.foreign.insert(name.clone());
                    continue;
                }
            }
            let first = || (0, format!("{pointer}/{}", escape(name)));
            self.found.entry((kind, name.clone())).or_insert_with(first).0 += 1;
        }
    }

    /// Says each name once.
    pub(super) fn tell(self, sources: &Sources, report: &mut Report) {
        for ((kind, name), (count, pointer)) in self.found {
            let Some((what, known)) = known(kind) else { continue };
            let times = if count > 1 { format!(", {count} times; here first") } else { String::new() };
            let near = extension(&name)
                .map_or_else(|| nearest(&name, known.iter().copied()), |extension| vec![extension]);
            let help = match near.as_slice() {
                [] => "begin its name with `x-` if it is an extension".to_owned(),
                near => format!("known members with near names: `{}`", near.join("`, `")),
            };
            let message = format!("{what} has no member `{name}`, so nothing is read from it{times}");
            let place = sources.place(&Pointer(pointer), Part::Key);
            report.push(Diagnostic::warning(codes::UNKNOWN, message).at(place).help(help));
        }
    }
}

/// The extension that a name was meant to be. Others have names of their own, which are nobody's business.
fn extension(name: &str) -> Option<&'static str> {
    let ours = [PROBLEM, PAGINATION];
    let own = name.strip_prefix("x-").filter(|_| !ours.contains(&name))?;
    // The same word in another form; with a further word it is a name of somebody else.
    let stem = own.starts_with("pagin") && !own.contains('-');
    mistyped(name, ours).or(stem.then_some(PAGINATION))
}

/// The words for a kind of object, and the members that OpenAPI 3.0, 3.1 and 3.2 give it. `None` where any name may stand.
fn known(kind: Kind) -> Option<(&'static str, &'static [&'static str])> {
    Some(match kind {
        Kind::Document => ("the document", DOCUMENT),
        Kind::Components => ("`components`", COMPONENTS),
        Kind::PathItem => ("a path item", PATH_ITEM),
        Kind::Operation => ("an operation", OPERATION),
        Kind::Parameter => ("a parameter", PARAMETER),
        Kind::Header => ("a header", HEADER),
        Kind::RequestBody => ("a request body", &["summary", "description", "content", "required"]),
        Kind::Response => ("a response", &["summary", "description", "headers", "content", "links"]),
        Kind::MediaType => ("a media type", MEDIA_TYPE),
        Kind::Encoding => ("an encoding", ENCODING),
        Kind::Schema => ("a schema", SCHEMA),
        Kind::Info => ("`info`", INFO),
        // An example may be the value itself, what is said of links and security schemes is read as a whole, and the
        // registries of problems are extensions.
        Kind::Example
        | Kind::Link
        | Kind::Callback
        | Kind::SecurityScheme
        | Kind::ProblemFacts
        | Kind::ProblemType => return None,
    })
}

const DOCUMENT: &[&str] = &[
    "openapi",
    "$self",
    "info",
    "jsonSchemaDialect",
    "servers",
    "paths",
    "webhooks",
    "components",
    "security",
    "tags",
    "externalDocs",
];

const INFO: &[&str] = &["title", "summary", "description", "termsOfService", "contact", "license", "version"];

const COMPONENTS: &[&str] = &[
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
    "mediaTypes",
];

const PATH_ITEM: &[&str] = &[
    "summary",
    "description",
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "trace",
    "query",
    "additionalOperations",
    "servers",
    "parameters",
];

const OPERATION: &[&str] = &[
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

const PARAMETER: &[&str] = &[
    "name",
    "in",
    "summary",
    "description",
    "required",
    "deprecated",
    "allowEmptyValue",
    "style",
    "explode",
    "allowReserved",
    "schema",
    "example",
    "examples",
    "content",
];

const HEADER: &[&str] = &[
    "summary",
    "description",
    "required",
    "deprecated",
    "style",
    "explode",
    "schema",
    "example",
    "examples",
    "content",
];

const MEDIA_TYPE: &[&str] =
    &["schema", "itemSchema", "example", "examples", "encoding", "prefixEncoding", "itemEncoding"];

const ENCODING: &[&str] = &[
    "contentType",
    "headers",
    "style",
    "explode",
    "allowReserved",
    "encoding",
    "prefixEncoding",
    "itemEncoding",
];

/// OpenAPI's and those of JSON Schema from draft 4 to 2020-12.
const SCHEMA: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "$schema",
    "$vocabulary",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "discriminator",
    "else",
    "enum",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "id",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
    "xml",
];
