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

/// What may come that a family does not list, in words for both pages.
fn outlook(family: &rows::FamilyRows<'_>) -> &'static str {
    match family.open {
        true => "New codes may appear at any time: treat one that you do not know by its status.",
        false => "Today there are no other codes; treat one that a later version adds by its status.",
    }
}

/// What is added where the object is named in which the members of every error stand.
fn absence(family: &rows::FamilyRows<'_>) -> &'static str {
    if family.holder_optional { ", which may be absent" } else { "" }
}

/// What sets a family apart from the first.
fn aside(family: &rows::FamilyRows<'_>) -> Option<&'static str> {
    (!family.principal).then_some(
        "These errors have a form of their own: where their code and their members stand is what this part says.",
    )
}

/// The object in which the members of every error stand, where that object may be absent: then a member is always there
/// only as far as the object is.
fn absent<'r>(family: &'r rows::FamilyRows<'_>) -> Option<&'r str> {
    family.within.as_deref().filter(|_| family.holder_optional)
}
