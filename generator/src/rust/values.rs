//! The module `values`, behind the feature `server`: constructors of the types that only answers are made of, for those who
//! answer with them, servers and mocks. A client has no use for them, and is not to pay for them.

use quote::quote;

use super::file::in_parallel;
use super::plan::Form;
use super::print::{Printer, Within, cfg, has_constructor};
use crate::artifact::Artifact;
use proc_macro2::TokenStream;

/// The file of the module.
const FILE: &str = "src/values.rs";

/// Prints it; nothing where no type has a constructor that only answers need.
pub(super) fn print(printer: &Printer<'_>) -> Option<Artifact> {
    let places: Vec<usize> =
        (0..printer.plan.types.len()).filter(|at| constructed(printer, *at).is_some()).collect();
    if places.is_empty() {
        return None;
    }
    let texts = in_parallel(&places, |at| printer.text(FILE, constructed(printer, *at).unwrap_or_default()));
    Some(printer.file(FILE, TokenStream::new(), &texts))
}

/// Is there such a module?
pub(super) fn is_printed(printer: &Printer<'_>) -> bool {
    (0..printer.plan.types.len()).any(|at| constructed(printer, at).is_some())
}

/// The constructor of a type; `None` for one that has none, or has it anyway.
fn constructed(printer: &Printer<'_>, at: usize) -> Option<TokenStream> {
    let plan = printer.plan.types.get(at).filter(|plan| plan.same_as.is_none() && !plan.used.in_request)?;
    let Form::Struct(fields) = &plan.form else { return None };
    if !has_constructor(fields) {
        return None;
    }
    let name = plan.name.ident();
    let constructor = printer.constructor(&quote!(types::#name), fields, Within::Other);
    let group = printer.plan.features.as_ref().and_then(|features| {
        let group = features.groups.get((*features.group_of.get(at)?)?)?;
        Some(cfg(features.of_group(group)))
    });
    Some(quote!(#group #constructor))
}
