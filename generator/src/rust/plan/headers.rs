//! The plan of the headers that answers come with.

use std::collections::BTreeMap;

use super::Ty;
use super::types::Shapes;
use crate::contract::{Contract, Operation, ResponseHeader};
use crate::rust::names::{Case, RustName, Scope, Wish};

/// A header of answers: a constant for all operations that declare it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderPlan {
    /// The constant.
    pub name: RustName,
    /// The header, as the first operation spells it.
    pub header: String,
    /// What the first operation says of it.
    pub description: Option<String>,
    /// What it holds. Where operations do not agree, it is text, which any value is.
    pub ty: Ty,
}

/// Plans the headers, sorted by name. Upper and lower case are the same in them.
pub(super) fn plan(contract: &Contract, shapes: &Shapes<'_>) -> Vec<HeaderPlan> {
    let mut found: BTreeMap<String, (&ResponseHeader, Ty)> = BTreeMap::new();
    for header in contract.operations.iter().flat_map(Operation::answered_headers) {
        let ty = shapes.ty(&header.ty);
        let (_, known) =
            found.entry(header.name.to_ascii_lowercase()).or_insert_with(|| (header, ty.clone()));
        if *known != ty {
            *known = Ty::String;
        }
    }
    let wishes: Vec<Wish<'_>> = found.keys().map(|name| Wish::new(name)).collect();
    let names = Scope::new(Case::Constant, &[], "_").assign(&wishes);
    let header = |(name, (header, ty)): (RustName, (&ResponseHeader, Ty))| HeaderPlan {
        name,
        header: header.name.clone(),
        description: header.docs.description.clone(),
        ty,
    };
    names.into_iter().zip(found.into_values()).map(header).collect()
}
