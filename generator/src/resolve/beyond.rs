//! What OpenAPI 3.2 says and the types of `openapiv3`, which are those of 3.0, have no place for.

use std::collections::HashMap;

use indexmap::IndexMap;
use openapiv3::{MediaType, Operation, ReferenceOr, Schema};

use crate::contract::Pointer;

/// The member of an entry of `content` that is a reference, among its extensions. None of these has this name, because
/// those of documents begin with `x-` or are members that OpenAPI does not know.
pub(super) const REFERENCE: &str = "$ref";

/// The member that says of a parameter in the query that it is all of it, likewise.
pub(super) const IN: &str = "in";

/// The member that says of a cookie that it is written as it is, likewise.
pub(super) const STYLE: &str = "style";

/// The member of a discriminator with the schema for all values that lead to no other, likewise.
pub(super) const DEFAULT_MAPPING: &str = "defaultMapping";

/// What stands beside a document of 3.0.
#[derive(Debug, Default)]
pub struct Beyond {
    /// Operations with a method that 3.0 does not have, by their path, each with the member that holds it (a pointer
    /// from the path item) and its method; in document order.
    pub operations: IndexMap<String, Vec<(Pointer, String, Operation)>>,
    /// `components.mediaTypes`, by name.
    pub media_types: IndexMap<String, MediaType>,
    /// The schema of each item of a sequence (`itemSchema`), by where the media type stands.
    pub items: HashMap<Pointer, ReferenceOr<Schema>>,
}

/// The reference that an entry of `content` is, when it is one: `#/components/mediaTypes/<Name>`.
pub fn reference(media: &MediaType) -> Option<&str> {
    media.extensions.get(REFERENCE)?.as_str()
}

/// Is the parameter, which is read as one of the query, all of the query (`in: querystring`)?
pub fn is_query_string(parameter: &openapiv3::Parameter) -> bool {
    parameter.parameter_data_ref().extensions.contains_key(IN)
}

/// Is a cookie written as it is (`style: cookie`)?
pub fn is_plain_cookie(parameter: &openapiv3::ParameterData) -> bool {
    parameter.extensions.contains_key(STYLE)
}

/// The schema that a discriminator leads to when its member is absent or has a value of no other: a reference, or a name.
pub fn default_mapping(discriminator: &openapiv3::Discriminator) -> Option<&str> {
    discriminator.extensions.get(DEFAULT_MAPPING)?.as_str()
}
