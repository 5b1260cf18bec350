//! Bodies of answers.

use std::borrow::Cow;

use bytes::Bytes;

use crate::encode;
use crate::node::{Node, View};
use crate::operation::BodySpec;
use crate::problem::{self, ProblemNode};

/// A problem as JSON.
pub(super) fn problem(problem: &dyn ProblemNode) -> Result<Bytes, serde_json::Error> {
    let mut octets = Vec::new();
    problem::serialize(problem, &mut serde_json::Serializer::new(&mut octets))?;
    Ok(octets.into())
}

/// A body of this kind.
pub(super) fn body(spec: BodySpec, node: Option<&dyn Node>) -> Result<Bytes, serde_json::Error> {
    let Some(node) = node else { return Ok(Bytes::new()) };
    match (spec, node.view()) {
        (BodySpec::Empty(_), _) => Ok(Bytes::new()),
        (BodySpec::Bytes(_) | BodySpec::Text(_), View::Bytes(octets)) => Ok(octets.clone()),
        (BodySpec::Bytes(_) | BodySpec::Text(_), View::Text(text)) => Ok(Bytes::from(Cow::into_owned(text))),
        _ => encode::to_vec(node).map(Bytes::from),
    }
}

/// Is it no value at all?
pub(super) fn is_nothing(node: &dyn Node) -> bool {
    matches!(node.view(), View::Absent | View::Null)
}

/// The media type that a body is sent as: the declared one, or, where that leaves it open, the usual one for what it is.
pub(super) fn media_type(declared: &'static str, body: BodySpec) -> &'static str {
    match body {
        BodySpec::Empty(_) => "",
        _ if !declared.is_empty() && !declared.contains('*') => declared,
        BodySpec::Json(_) => "application/json",
        BodySpec::Text(_) => "text/plain; charset=utf-8",
        BodySpec::Bytes(_) => "application/octet-stream",
        BodySpec::Problem => "application/problem+json",
    }
}
