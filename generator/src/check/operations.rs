//! Laws over operations.

use std::collections::HashMap;

use crate::contract::{Contract, Operation, ParamPlace, Segment};

use super::{Findings, codes, pagination};

pub(super) fn check(contract: &Contract, findings: &mut Findings<'_>) {
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
