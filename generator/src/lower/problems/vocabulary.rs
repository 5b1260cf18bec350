//! The member names by which problems are recognised. Spellings with `_`, `-` and capitals are the same name.

use crate::config::{Problems, Setting};

/// Members that hold the code, most usual first. Any text in one of these is a code.
const CODE: [&str; 4] = ["code", "errorcode", "errcode", "problemcode"];

/// Members that hold the code if they are limited to some values.
const LISTED_CODE: [&str; 6] = ["errortype", "errorkey", "errorname", "type", "error", "reason"];

/// Objects in which the code may stand.
const OBJECT: [&str; 6] = ["error", "errors", "err", "fault", "problem", "odata.error"];

/// Lists of objects in which the code may stand.
const LIST: [&str; 4] = ["errors", "error", "problems", "faults"];

/// Members that say whether the identical request can succeed later.
const RETRYABLE: [&str; 4] = ["retryable", "retriable", "is_retryable", "isRetryable"];

/// Members that say what to do next.
const SUGGESTION: [&str; 3] = ["suggestion", "hint", "remedy"];

/// Members that identify the request.
const REQUEST_ID: [&str; 4] = ["request_id", "requestId", "correlation_id", "correlationId"];

/// The member that repeats the status (RFC 9457, section 3.1.2).
pub(super) const STATUS: &str = "status";

/// The member that names the problem type (RFC 9457, section 3.1.1).
pub(super) const TYPE: &str = "type";

/// The member that sums the problem type up (RFC 9457, section 3.1.3).
pub(super) const TITLE: &str = "title";

/// Members whose text is for people: every problem may carry them, whatever its code.
const PROSE: [&str; 8] =
    ["detail", "details", "instance", "message", "msg", "description", "errormessage", "errordescription"];

/// How much a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It holds a code if it holds text.
    Sure,
    /// It holds a code if its values are listed.
    Listed,
}

/// How much the name of a member says of a code, and how usual it is.
pub(super) fn code(name: &str) -> Option<(Strength, usize)> {
    let name = folded(name);
    let place = |names: &[&str]| names.iter().position(|known| *known == name);
    place(&CODE)
        .map(|at| (Strength::Sure, at))
        .or_else(|| place(&LISTED_CODE).map(|at| (Strength::Listed, at)))
}

pub(super) fn is_object(name: &str) -> bool {
    OBJECT.contains(&folded(name).as_str())
}

pub(super) fn is_list(name: &str) -> bool {
    LIST.contains(&folded(name).as_str())
}

pub(super) fn is_prose(name: &str) -> bool {
    PROSE.contains(&folded(name).as_str())
}

pub(super) fn retryable(config: &Problems) -> Vec<&str> {
    set_or(&config.retryable, &RETRYABLE)
}

pub(super) fn suggestion(config: &Problems) -> Vec<&str> {
    set_or(&config.suggestion, &SUGGESTION)
}

pub(super) fn request_id(config: &Problems) -> Vec<&str> {
    set_or(&config.request_id, &REQUEST_ID)
}

/// A name that is set replaces the usual ones.
fn set_or<'c>(set: &'c Option<Setting<String>>, usual: &[&'c str]) -> Vec<&'c str> {
    set.as_ref().map_or_else(|| usual.to_vec(), |set| vec![set.value.as_str()])
}

/// The name without what spellings differ in.
fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
