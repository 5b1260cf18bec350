//! Laws over operations.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::contract::{Contract, Operation, ParamPlace, Pointer, Segment, Shape};

use super::{Findings, codes, pagination};

pub(super) fn check(contract: &Contract, findings: &mut Findings<'_>) {
    defaults(contract, findings);
    let mut ids: HashMap<&str, &Operation> = HashMap::new();
    for operation in &contract.operations {
        path(operation, findings);
        pagination::check(contract, operation, findings);
        if let Some(first) = ids.insert(&operation.id, operation) {
            findings.error(
                codes::DUPLICATE_OPERATION,
                &operation.at,
                format!(
                    "`{}` is the id of this operation and of {} {}",
                    operation.id,
                    first.method.as_str(),
                    first.path
                ),
                "give one of them another `operationId`",
            );
        }
    }
}

/// How many names a diagnostic lists.
const LISTED: usize = 10;

/// Defaults of parameters and members are of their types. Who quotes one quotes all, so that the first stands for them.
fn defaults(contract: &Contract, findings: &mut Findings<'_>) {
    let params = contract.operations.iter().flat_map(|operation| {
        operation.params.iter().map(|param| {
            (format!("the parameter `{}`", param.name), &param.ty, &param.default, operation.at.clone())
        })
    });
    let members = contract.types.iter().flat_map(|def| {
        let fields = match &def.shape {
            Shape::Struct(members) => members.fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|field| {
            let at = def.at.child("properties").child(&field.name);
            (format!("the member `{}`", field.name), &field.ty, &field.default, at)
        })
    });
    let mut first: Option<(String, &Value, Pointer)> = None;
    let mut others = BTreeSet::new();
    for (of, ty, default, at) in params.chain(members) {
        let Some(default) = default.as_ref().filter(|default| !contract.admits(ty, default)) else {
            continue;
        };
        match &first {
            None => first = Some((of, default, at)),
            Some((known, ..)) if *known != of => _ = others.insert(of),
            Some(_) => {}
        }
    }
    let Some((of, default, at)) = first else { return };
    let named: Vec<&str> = others.iter().map(String::as_str).take(LISTED).collect();
    let more = match (named.as_slice(), others.len().saturating_sub(LISTED)) {
        ([], _) => String::new(),
        (named, 0) => format!("; nor is that of {}", named.join(", of ")),
        (named, more) => format!("; nor is that of {} and of {more} more", named.join(", of ")),
    };
    findings.warn(
        codes::DEFAULT_TYPE,
        &at,
        format!("the default of {of}, {default}, is not of its type{more}"),
        "correct the default, or the type",
    );
}

fn path(operation: &Operation, findings: &mut Findings<'_>) {
    for segment in &operation.segments {
        let Segment::Literal(text) = segment else { continue };
        if text.contains('{') {
            findings.error(
                codes::BRACE,
                &operation.at,
                format!("the path {:?} has a brace that belongs to no variable", operation.path),
                "write `{name}` where a parameter belongs, and `%7B` for a brace",
            );
        }
    }
    let mut used = vec![false; operation.params.len()];
    for segment in &operation.segments {
        if let Segment::Param(index) = segment
            && let Some(used) = used.get_mut(*index)
        {
            *used = true;
        }
    }
    for (param, used) in operation.params.iter().zip(used) {
        if param.place != ParamPlace::Path {
            continue;
        }
        if !used {
            findings.error(
                codes::UNUSED_PATH_PARAM,
                &operation.at,
                format!("the path does not contain `{{{}}}`", param.name),
                "name the parameter in the path, or remove it",
            );
        }
        if !param.required {
            findings.error(
                codes::OPTIONAL_PATH_PARAM,
                &operation.at,
                format!("the path parameter `{}` is not required", param.name),
                "add `required: true`",
            );
        }
    }
}
