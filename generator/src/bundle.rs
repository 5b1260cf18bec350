//! Bundling: from files that refer to each other to one document.
//!
//! Comes in: [`Sources`]. Goes out: [`Document`], one value in which every `$ref` is `#/components/<kind>/<Name>`, components
//! sorted by name so that split and single-file documents that say the same are the same. Deliberately absent: what
//! OpenAPI version the document has, and any of its types.
//!
//! Three steps: `reach` walks everything that can be reached and finds what references lead to, `names` gives each of
//! these a component name, `emit` moves them there.

mod anchors;
pub mod codes;
mod emit;
mod names;
mod reach;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::load::Sources;
use crate::report::Report;

/// One document, and where its parts came from.
#[derive(Debug)]
pub struct Document {
    /// The document.
    pub value: Value,
    /// The files, which know where each part of the document came from.
    pub sources: Sources,
}

/// Brings all files into one document. `None` when the report has errors.
pub fn bundle(mut sources: Sources, report: &mut Report) -> Option<Document> {
    let before = report.errors();
    let reached = reach::reach(&mut sources, report);
    if report.errors() > before {
        return None;
    }
    let names = names::name(&sources, reached, report);
    let value = emit::emit(&mut sources, &names);
    Some(Document { value, sources })
}
