//! problemgen: from an OpenAPI document to an error contract, its Rust client and its documentation.

pub mod report;

pub mod contract;

pub mod load;

mod grammar;

pub mod bundle;

pub mod downlevel;

pub mod resolve;

pub mod lower;

pub mod check;

/// Every table of diagnostic codes, one for each stage that can refuse something.
pub const DIAGNOSTICS: &[&[report::Code]] = &[
    load::codes::TABLE,
    bundle::codes::TABLE,
    downlevel::codes::TABLE,
    resolve::codes::TABLE,
    lower::codes::TABLE,
    check::codes::TABLE,
];

/// The explanation of a diagnostic code such as `L002`, in any case.
pub fn explain(code: &str) -> Option<report::Code> {
    DIAGNOSTICS.iter().copied().flatten().copied().find(|known| known.code.eq_ignore_ascii_case(code))
}
