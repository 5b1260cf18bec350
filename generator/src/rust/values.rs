//! The module `values`, behind the feature `server`: constructors of the types that only answers are made of, for those who
//! answer with them, servers and mocks. A client has no use for them, and is not to pay for them.

use quote::quote;

use super::file::in_parallel;
use super::plan::{Form, StructPlan, TypePlan};
use super::print::{Printer, Within, cfg, has_constructor};
use crate::artifact::Artifact;
use proc_macro2::TokenStream;

/// The file of the module.
const FILE: &str = "src/values.rs";

/// Prints it; nothing where no type has a constructor that only answers need.
pub(super) fn print(printer: &Printer<'_>) -> Option<Artifact> {
    let constructed: Vec<_> = constructed(printer).collect();
    if constructed.is_empty() {
        return None;
    }
    let texts = in_parallel(&constructed, |at| printer.text(FILE, constructor(printer, at)));
    Some(printer.file(FILE, TokenStream::new(), &texts))
}

/// Is there such a module?
pub(super) fn is_printed(printer: &Printer<'_>) -> bool {
    constructed(printer).next().is_some()
}

/// A type with its place.
type Constructed<'p> = (usize, &'p TypePlan, &'p StructPlan);

/// The types that have a constructor here: not those that have it anyway.
fn constructed<'p>(printer: &Printer<'p>) -> impl Iterator<Item = Constructed<'p>> {
    printer.plan.types.iter().enumerate().filter_map(|(at, plan)| match &plan.form {
        Form::Struct(fields)
            if plan.same_as.is_none() && !plan.used.in_request && has_constructor(fields) =>
        {
            Some((at, plan, fields))
        }
        _ => None,
    })
}

fn constructor(printer: &Printer<'_>, (at, plan, fields): &Constructed<'_>) -> TokenStream {
    let name = plan.name.ident();
    let constructor = printer.constructor(&quote!(types::#name), fields, Within::Other);
    let group = printer.plan.features.as_ref().and_then(|features| {
        let group = features.groups.get((*features.group_of.get(*at)?)?)?;
        Some(cfg(features.of_group(group)))
    });
    quote!(#group #constructor)
}
