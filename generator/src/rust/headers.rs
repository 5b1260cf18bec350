//! Headers of answers: a constant each, whose type says what it holds.

use quote::quote;

use super::docs::{Doc, span};
use super::plan::HeaderPlan;
use super::print::{Printer, Within};
use crate::artifact::Artifact;

/// The file of the module.
const FILE: &str = "src/headers.rs";

/// Prints it; nothing where no answer declares a header.
pub(super) fn print(printer: &Printer<'_>) -> Option<Artifact> {
    if printer.plan.headers.is_empty() {
        return None;
    }
    let mut doc = Doc::new("Headers that answers come with, and the types of their values.");
    doc.paragraph(
        "`client.call(…).reply()` gives a reply that has them: `reply.header(headers::NAME)?` reads one, and \
         `error.header(headers::NAME)?` one of the answer that the error is.",
    );
    let constants = printer.plan.headers.iter().map(|HeaderPlan { name, header, description, ty }| {
        let mut doc = Doc::new(format!("{}.", span(header)));
        if let Some(description) = description {
            doc.prose(description);
        }
        let (doc, name, ty) = (doc.outer(), name.ident(), printer.ty(ty, Within::Other));
        quote!(#doc pub const #name: rt::Header<#ty> = rt::Header::new(#header);)
    });
    let items = printer.text(FILE, quote!(#(#constants)*));
    Some(printer.file(FILE, doc.inner(), &[items]))
}
