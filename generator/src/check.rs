//! Checking: laws that hold over every contract, whatever document it came from.
//!
//! Comes in: [`Contract`]. Goes out: diagnostics, and nothing else. Deliberately absent: OpenAPI; a law that only a
//! document can break is the reader's.

pub mod codes;
mod indices;
mod members;
mod operations;
mod pagination;
mod problems;
mod recovery;
#[cfg(test)]
mod tests;

use crate::contract::{Contract, Pointer};
use crate::load::{Part, Sources};
use crate::report::{Code, Diagnostic, Place, Report, Severity};

/// Holds the contract against every law. `None` when one with the weight of an error is broken.
pub fn check(contract: &Contract, sources: &Sources, report: &mut Report) -> Option<()> {
    let locate = |at: &Pointer| sources.place(at, Part::Value);
    let errors_before = report.errors();
    hold(contract, &mut Findings { locate: &locate, report });
    (report.errors() == errors_before).then_some(())
}

fn hold(contract: &Contract, findings: &mut Findings<'_>) {
    indices::check(contract, findings);
    operations::check(contract, findings);
    contract.families.iter().for_each(|family| problems::check(contract, family, findings));
}

/// Where broken laws are written down.
struct Findings<'f> {
    locate: &'f dyn Fn(&Pointer) -> Place,
    report: &'f mut Report,
}

impl Findings<'_> {
    fn error(&mut self, code: Code, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::error(code, message), at, help);
    }

    fn warn(&mut self, code: Code, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::warning(code, message), at, help);
    }

    fn note(&mut self, code: Code, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::note(code, message), at, help);
    }

    fn say(&mut self, code: Code, severity: Severity, at: &Pointer, message: String, help: &str) {
        match severity {
            Severity::Error => self.error(code, at, message, help),
            Severity::Warning => self.warn(code, at, message, help),
            Severity::Note => self.note(code, at, message, help),
        }
    }

    fn push(&mut self, diagnostic: Diagnostic, at: &Pointer, help: impl Into<String>) {
        self.report.push(diagnostic.at((self.locate)(at)).help(help));
    }
}
