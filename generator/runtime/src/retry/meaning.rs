//! What an answer says of itself, and what the contract says of its code, without its type.
//!
//! The same places are looked at as in [`Error`](crate::Error); here all of them, because one *no* among several problems is
//! a *no*.

use crate::failure::{REQUEST_ID, RETRYABLE, find_bool, find_code, find_text};
use crate::json::Json;
use crate::problem::{self, CodePlace, Family};
use crate::recovery::{RecoveryAction, Waiting, WayOut};
use crate::value::Value;

/// What was found in an answer that is no success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// The code on the wire.
    pub(crate) code: Option<String>,
    /// Whether the identical request can succeed later, as the answer says.
    pub(crate) said: Option<bool>,
    /// The same, as the contract says of the code.
    pub(crate) promised: Option<bool>,
    /// The same, as it follows from the way out that the contract knows: only `retry` and `wait` need nothing but time.
    pub(crate) implied: Option<bool>,
    /// The wait that the body asks for, where the contract says so.
    pub(crate) waiting: Option<Waiting>,
}

impl Meaning {
    /// Reads a body. One that is not JSON, or only begins as JSON, means what was whole in it.
    pub(crate) fn of(family: &Family, body: &[u8]) -> Self {
        let members = problem::members(body);
        let whole = Value::of(&members);
        let mut meaning = Self::default();
        for problem in problems(family, whole) {
            let code = code(family, problem);
            let facts = code.as_deref().and_then(|code| family.facts(code));
            meaning.promised = both(meaning.promised, facts.and_then(|facts| facts.retryable));
            if let Some(way) = facts.and_then(|facts| facts.recovery) {
                meaning.implied = both(meaning.implied, Some(way.action.repeats() == Some(true)));
                meaning.waiting = meaning.waiting.max(waiting(&way, problem, whole));
            }
            meaning.said = both(meaning.said, family.retryable.and_then(|name| truth(problem.get(name)?)));
            meaning.code = meaning.code.or(code);
        }
        // The member that the contract names may stand around the problem; one that it does not name is still an answer.
        let around = || family.retryable.and_then(|name| truth(whole.get(name)?));
        meaning.said = meaning.said.or_else(around).or_else(|| find_bool(whole, RETRYABLE));
        meaning.code = meaning.code.or_else(|| find_code(whole).map(str::to_owned));
        meaning
    }

    /// Can the identical request succeed later? `None` when nothing says so.
    pub(crate) fn verdict(&self) -> Option<bool> {
        both(self.said, self.promised).or(self.implied)
    }

    /// Does the answer say the opposite of what the contract says?
    #[cfg(any(feature = "tracing", test))]
    pub(crate) fn is_contradictory(&self) -> bool {
        matches!((self.said, self.promised), (Some(said), Some(promised)) if said != promised)
    }
}

/// The identifier of a request in the body of an answer, a success or not.
pub(crate) fn request_id_in(family: &Family, body: &[u8]) -> Option<String> {
    let members = problem::members(body);
    let whole = Value::of(&members);
    let named = family.request_id.and_then(|name| match family.place.member() {
        Some(member) => whole.text_of(name).or_else(|| whole.get(member)?.text_of(name)),
        None => whole.text_of(name),
    });
    named.or_else(|| find_text(whole, REQUEST_ID)).map(str::to_owned)
}

/// What two say together: a *no* of either is a *no*.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one && other),
        (one, other) => one.or(other),
    }
}

/// The wait that a problem asks for, in its own members or in those around it.
fn waiting(way: &WayOut, problem: Value<'_>, whole: Value<'_>) -> Option<Waiting> {
    if way.action != RecoveryAction::Wait || way.field.is_empty() {
        return None;
    }
    let within = |place: Value<'_>| place.path(way.field).and_then(Waiting::of);
    within(problem).or_else(|| within(whole))
}

/// The objects of a body that hold codes.
fn problems<'m>(family: &Family, whole: Value<'m>) -> Vec<Value<'m>> {
    match family.place {
        _ if family.code.is_empty() => Vec::new(),
        CodePlace::Root => vec![whole],
        CodePlace::Under(name) => whole.get(name).into_iter().collect(),
        CodePlace::Each(name) => whole.get(name).into_iter().flat_map(Value::items).collect(),
    }
}

/// The code of a problem, as text also where it is a number on the wire.
fn code(family: &Family, problem: Value<'_>) -> Option<String> {
    match problem.get(family.code)?.as_json()? {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        number @ Json::Number(_) => Some(number.to_string()),
        _ => None,
    }
}

/// A truth, also one that was written as text.
fn truth(said: Value<'_>) -> Option<bool> {
    said.as_bool().or_else(|| match said.as_str()? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::CodeFacts;

    const CODES: &[CodeFacts] = &[
        CodeFacts::new("later", &[503]).with_retryable(true),
        CodeFacts::new("never", &[409]).with_retryable(false),
        CodeFacts::new("7", &[409]).with_retryable(false),
        CodeFacts::new("silent", &[409]),
        CodeFacts::new("pay", &[429]).with_recovery(WayOut::new(RecoveryAction::Upgrade)),
        CodeFacts::new("slow", &[409])
            .with_recovery(WayOut::new(RecoveryAction::Wait).with_field(&["more", "seconds"])),
    ];

    fn family(place: CodePlace) -> Family {
        Family {
            codes: CODES,
            place,
            code: "code",
            numeric: false,
            optional: false,
            holder_optional: false,
            retryable: Some("retryable"),
            suggestion: None,
            request_id: Some("request_id"),
        }
    }

    fn verdict(place: CodePlace, body: &str) -> Option<bool> {
        Meaning::of(&family(place), body.as_bytes()).verdict()
    }

    #[test]
    fn the_answer_then_the_contract_and_a_no_of_either() {
        let root = |body| verdict(CodePlace::Root, body);
        assert_eq!(root(r#"{"code":"later"}"#), Some(true));
        assert_eq!(root(r#"{"code":"never"}"#), Some(false));
        assert_eq!(root(r#"{"code":"silent"}"#), None);
        assert_eq!(root(r#"{"code":"silent","retryable":true}"#), Some(true));
        assert_eq!(root(r#"{"code":"unheard_of","retryable":"false"}"#), Some(false));
        assert_eq!(root(r#"{"code":"later","retryable":false}"#), Some(false));
        assert_eq!(root(r#"{"code":"never","retryable":true}"#), Some(false));
        assert_eq!(root(r#"{"code":7,"retryable":true}"#), Some(false));
        assert_eq!(root(r#"{"retriable":false}"#), Some(false));
        assert_eq!(root("<html>"), None);
        assert_eq!(root(""), None);
        // Cut off: what was whole counts.
        assert_eq!(root(r#"{"code":"never","title":"It is ne"#), Some(false));
    }

    #[test]
    fn a_way_out_speaks_where_all_else_is_silent() {
        let of = |body: &str| Meaning::of(&family(CodePlace::Root), body.as_bytes());
        assert_eq!(of(r#"{"code":"pay"}"#).verdict(), Some(false));
        assert_eq!(of(r#"{"code":"pay","retryable":true}"#).verdict(), Some(true));
        assert_eq!(of(r#"{"code":"slow","retryable":false}"#).verdict(), Some(false));
        let slow = of(r#"{"code":"slow","more":{"seconds":3}}"#);
        assert_eq!((slow.verdict(), slow.is_contradictory()), (Some(true), false));
        assert_eq!(slow.waiting, Some(Waiting::For(std::time::Duration::from_secs(3))));
        let list =
            r#"{"errors":[{"code":"slow","more":{"seconds":3}},{"code":"slow","more":{"seconds":9}}]}"#;
        let list = Meaning::of(&family(CodePlace::Each("errors")), list.as_bytes());
        assert_eq!(list.waiting, Some(Waiting::For(std::time::Duration::from_secs(9))));
        let mixed = r#"{"errors":[{"code":"slow"},{"code":"pay"}]}"#;
        assert_eq!(verdict(CodePlace::Each("errors"), mixed), Some(false));
    }

    #[test]
    fn one_no_of_several_problems_is_a_no() {
        let each = |body| verdict(CodePlace::Each("errors"), body);
        assert_eq!(each(r#"{"errors":[{"code":"later"},{"code":"later"}]}"#), Some(true));
        assert_eq!(each(r#"{"errors":[{"code":"later"},{"code":"never"}]}"#), Some(false));
        assert_eq!(each(r#"{"errors":[{"code":"later"},{"code":"x","retryable":false}]}"#), Some(false));
        assert_eq!(each(r#"{"retryable":false,"errors":[{"code":"later"}]}"#), Some(false));
        assert_eq!(each(r#"{"errors":[]}"#), None);
        let under = |body| verdict(CodePlace::Under("error"), body);
        assert_eq!(under(r#"{"error":{"code":"never"}}"#), Some(false));
        assert_eq!(under(r#"{"error":{"code":"silent"},"retryable":true}"#), Some(true));
    }

    #[test]
    fn a_disagreement_is_noticed() {
        let meaning = |body: &str| Meaning::of(&family(CodePlace::Root), body.as_bytes());
        assert!(meaning(r#"{"code":"never","retryable":true}"#).is_contradictory());
        assert!(!meaning(r#"{"code":"never","retryable":false}"#).is_contradictory());
        assert!(!meaning(r#"{"code":"never"}"#).is_contradictory());
        assert_eq!(meaning(r#"{"code":"later"}"#).code.as_deref(), Some("later"));
        let named = request_id_in(&family(CodePlace::Root), br#"{"request_id":"r1","requestId":"r2"}"#);
        assert_eq!(named.as_deref(), Some("r1"));
        assert_eq!(request_id_in(&family(CodePlace::Root), br#"{"requestId":"r2"}"#).as_deref(), Some("r2"));
    }
}
