//! Problem documents (RFC 9457) whose members depend on their code.
//!
//! Generated code lists the codes and the members of each; how a body becomes a problem is here, once. Reading is
//! total: every body gives what was valid in it and where it broke the contract.

mod cursor;
mod deviating;
mod promised;
mod raw;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use serde::de;

use crate::decode::{Violation, pointer_to, unmarked};
use crate::json::Json;
use crate::node::Node;
use crate::recovery::WayOut;

pub(crate) use deviating::members;
pub use write::serialize;

/// What the contract says of a code. Every fact is a constant.
///
/// ```
/// use problemgen_runtime::{Api, CodeFacts};
///
/// /// Everything that an API can refuse with, and what to do about it.
/// fn remedies<A: Api>() -> Vec<(&'static str, Option<&'static str>)> {
///     A::FAMILY.codes.iter().map(|facts: &CodeFacts| (facts.code, facts.remedy)).collect()
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeFacts {
    /// The code on the wire.
    pub code: &'static str,
    /// The HTTP statuses it is sent with, ascending.
    pub statuses: &'static [u16],
    /// Can the identical request succeed later? `None` when the contract does not say.
    pub retryable: Option<bool>,
    /// The summary that is the same for every occurrence.
    pub title: Option<&'static str>,
    /// The URI of the problem type (RFC 9457, section 3.1.1).
    pub type_uri: Option<&'static str>,
    /// The section of the documentation.
    pub section: Option<&'static str>,
    /// What to do about it.
    pub remedy: Option<&'static str>,
    /// The way out of it, for programs.
    pub recovery: Option<WayOut>,
    /// The place in the documentation that explains it.
    pub docs_url: Option<&'static str>,
}

impl CodeFacts {
    /// A code of which nothing else is known. Generated code fills in the rest with the `with_` functions.
    pub const fn new(code: &'static str, statuses: &'static [u16]) -> Self {
        Self {
            code,
            statuses,
            retryable: None,
            title: None,
            type_uri: None,
            section: None,
            remedy: None,
            recovery: None,
            docs_url: None,
        }
    }

    /// Says whether the identical request can succeed later.
    #[must_use]
    pub const fn with_retryable(mut self, retryable: bool) -> Self {
        self.retryable = Some(retryable);
        self
    }

    /// Gives the title.
    #[must_use]
    pub const fn with_title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    /// Gives the type URI.
    #[must_use]
    pub const fn with_type_uri(mut self, uri: &'static str) -> Self {
        self.type_uri = Some(uri);
        self
    }

    /// Gives the section.
    #[must_use]
    pub const fn with_section(mut self, section: &'static str) -> Self {
        self.section = Some(section);
        self
    }

    /// Gives the remedy.
    #[must_use]
    pub const fn with_remedy(mut self, remedy: &'static str) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// Gives the way out.
    #[must_use]
    pub const fn with_recovery(mut self, way: WayOut) -> Self {
        self.recovery = Some(way);
        self
    }

    /// Gives the place in the documentation.
    #[must_use]
    pub const fn with_docs_url(mut self, url: &'static str) -> Self {
        self.docs_url = Some(url);
        self
    }
}

/// What the contract says of a family of coded problems.
#[derive(Debug)]
pub struct Family {
    /// The codes, in the order of the generated `Code`.
    pub codes: &'static [CodeFacts],
    /// The object that holds the code.
    pub place: CodePlace,
    /// The member of that object that holds the code.
    pub code: &'static str,
    /// Are codes integers on the wire? Here they are text in any case.
    pub numeric: bool,
    /// May the code be absent where the object that holds it is there? Then an answer that the operation declares and that has
    /// none is a problem nevertheless, of no kind that the contract lists, with an empty code.
    pub optional: bool,
    /// May the object that holds the code be absent? Then an answer that the operation declares and that has none is a problem
    /// without a code, too, and without any other member of that object.
    pub holder_optional: bool,
    /// The member that says whether the identical request can succeed later.
    pub retryable: Option<&'static str>,
    /// The member with a next step to show to the user.
    pub suggestion: Option<&'static str>,
    /// The member that identifies the request.
    pub request_id: Option<&'static str>,
}

/// Which object of an error's body is the problem: the one that holds the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePlace {
    /// The body itself.
    Root,
    /// The value of this member of the body.
    Under(&'static str),
    /// Each item of the list that is the value of this member of the body.
    Each(&'static str),
}

impl CodePlace {
    /// The member of the body that leads to the code.
    pub(crate) fn member(self) -> Option<&'static str> {
        match self {
            CodePlace::Root => None,
            CodePlace::Under(name) | CodePlace::Each(name) => Some(name),
        }
    }

    /// The JSON pointer to the problem; of several, to the one with this number.
    pub(crate) fn pointer(self, number: usize) -> String {
        match self {
            CodePlace::Root => String::new(),
            CodePlace::Under(name) => pointer_to(name),
            CodePlace::Each(name) => format!("{}/{number}", pointer_to(name)),
        }
    }
}

impl Family {
    /// Is a code of no letters something else than none? Then that it was there is noted among the members that are not declared.
    pub(crate) fn notes_empty(&self, code: &str) -> bool {
        code.is_empty() && (self.optional || self.holder_optional)
    }

    /// The facts of a code, if the contract lists it.
    pub fn facts(&self, code: &str) -> Option<&'static CodeFacts> {
        self.codes.iter().find(|facts| facts.code == code)
    }
}

/// A problem that generated code can be asked to become: members that every problem has, and those of its code.
pub trait ProblemNode {
    /// The family that the problem belongs to.
    fn family(&self) -> &'static Family;
    /// The code on the wire.
    fn code(&self) -> &str;
    /// Becomes a problem of this code, with empty members. The place is that in [`Family::codes`]; `None` is a code that
    /// the contract does not list.
    fn select(&mut self, place: Option<usize>, code: &str);
    /// The members that every problem may have, the code left out.
    fn common(&self) -> &dyn Node;
    /// The same, to read into.
    fn common_mut(&mut self) -> &mut dyn Node;
    /// The members that this code has; `None` when it has none.
    fn conditional(&self) -> Option<&dyn Node>;
    /// The same, to read into.
    fn conditional_mut(&mut self) -> Option<&mut dyn Node>;
    /// Members that the contract does not name.
    fn extensions(&self) -> &BTreeMap<String, Json>;
    /// The same, to read into.
    fn extensions_mut(&mut self) -> &mut BTreeMap<String, Json>;
    /// The other members of the body, when the problem is not the body itself.
    fn envelope(&self) -> Option<&dyn Node> {
        None
    }
    /// The same, to read into.
    fn envelope_mut(&mut self) -> Option<&mut dyn Node> {
        None
    }
    /// Of a body that lists problems: the ones after this, by number from 0.
    fn further(&self, number: usize) -> Option<&dyn ProblemNode> {
        let _ = number;
        None
    }
    /// Makes room for one more of them.
    fn grow(&mut self) -> Option<&mut dyn ProblemNode> {
        None
    }
    /// Takes the last of them away.
    fn shrink(&mut self) {}
    /// All have been read: they stand in the same body, so that what is around this one is around each.
    fn settle(&mut self) {}
}

/// What became of a body.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Did it become a problem, with every required member?
    pub(crate) complete: bool,
    /// Where it was not what the contract promises.
    pub(crate) violations: Vec<Violation>,
    /// When it did not become a problem: the members that are JSON.
    pub(crate) members: BTreeMap<String, Json>,
}

/// Reads a body into a problem, which is empty, as `empty` makes it. `declared` says that the contract has a problem of the API
/// there, so that its code may be absent where the family says so; else the code is all that tells one.
///
/// Nearly every body is what the contract promises, so that is tried first, in one pass. What is not goes through the
/// pass that finds every deviation.
pub(crate) fn read<P: ProblemNode>(
    body: &[u8],
    problem: &mut P,
    empty: fn() -> P,
    declared: bool,
) -> Reading {
    let body = unmarked(body);
    let reading = if promised::read_promised(body, problem) {
        Reading { complete: true, ..Reading::default() }
    } else {
        *problem = empty();
        deviating::read_any(body, problem, declared)
    };
    problem.settle();
    reading
}

/// Reads a problem through any serde format.
///
/// # Errors
/// When a required member is missing or broken; the message names each place.
pub fn deserialize<'de, D, P>(deserializer: D, empty: fn() -> P) -> Result<P, D::Error>
where
    D: de::Deserializer<'de>,
    P: ProblemNode,
{
    let members: serde_json::Map<String, serde_json::Value> = de::Deserialize::deserialize(deserializer)?;
    let body = serde_json::to_vec(&members).map_err(de::Error::custom)?;
    let mut problem = empty();
    let reading = read(&body, &mut problem, empty, true);
    if reading.complete {
        return Ok(problem);
    }
    let places: Vec<String> = reading.violations.iter().map(ToString::to_string).collect();
    Err(de::Error::custom(places.join("; ")))
}

/// A code that the contract does not list. Only reading a problem makes one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnlistedCode(String);

impl UnlistedCode {
    /// The code on the wire.
    pub fn code(&self) -> &str {
        &self.0
    }

    #[doc(hidden)]
    pub fn from_wire(code: &str) -> Self {
        UnlistedCode(code.to_owned())
    }
}

impl fmt::Debug for UnlistedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A problem that the contract does not declare for the operation that answered with it. Its members are in
/// [`Error::problem`](crate::Error::problem).
///
/// To handle a code that the operation does not declare, compare [`Error::code`](crate::Error::code): that goes on
/// working when the contract declares it later, and an arm for the variant that holds this does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undeclared<'a> {
    code: &'a str,
}

impl<'a> Undeclared<'a> {
    #[doc(hidden)]
    pub const fn new(code: &'a str) -> Self {
        Self { code }
    }

    /// The code on the wire.
    pub const fn code(&self) -> &'a str {
        self.code
    }
}
