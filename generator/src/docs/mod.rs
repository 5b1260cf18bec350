//! The pages that people read about an API's errors.
//!
//! Comes in: the contract. Goes out: `errors.md` and `errors.html`, both printed from one set of [`rows`], so that no
//! fact is worked out twice. Deliberately absent: the machine's view ([`catalogue`](crate::catalogue)) and the
//! reviewer's ([`listing`](crate::listing)).

pub mod html;
pub mod markdown;
pub mod prose;
pub mod rows;
#[cfg(test)]
pub(crate) mod samples;
pub mod text;
pub mod words;

/// The first line of every page: where it comes from and what not to do with it.
pub const NOTICE: &str =
    "Generated from the OpenAPI document. Do not edit: change the document and generate again.";
