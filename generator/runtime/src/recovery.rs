//! Ways out of errors: what the contract says of a code, and what a caller gets of it with the values of an answer.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::value::Value;

/// What the contract says of the way out of an error. Every fact is a constant.
///
/// ```
/// use problemgen_runtime::{Api, RecoveryAction};
///
/// fn can_wait<A: Api>(code: &str) -> bool {
///     let facts = A::FAMILY.facts(code);
///     facts.and_then(|facts| facts.recovery).is_some_and(|way| way.action == RecoveryAction::Wait)
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WayOut {
    /// What to do.
    pub action: RecoveryAction,
    /// The names that lead to the member of the problem which says what that takes; none where no member does.
    pub field: &'static [&'static str],
    /// The page to go to, where the member holds none.
    pub url: Option<&'static str>,
}

impl WayOut {
    /// An action of which no more is known.
    pub const fn new(action: RecoveryAction) -> Self {
        Self { action, field: &[], url: None }
    }

    /// Says which member tells what the action takes.
    #[must_use]
    pub const fn with_field(mut self, names: &'static [&'static str]) -> Self {
        self.field = names;
        self
    }

    /// Gives the page to go to.
    #[must_use]
    pub const fn with_url(mut self, url: &'static str) -> Self {
        self.url = Some(url);
        self
    }
}

/// What to do about an error.
///
/// ```
/// use problemgen_runtime::RecoveryAction;
///
/// assert_eq!(RecoveryAction::Reread.as_str(), "re-read");
/// assert_eq!(RecoveryAction::Wait.repeats(), Some(true));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecoveryAction {
    /// Send the same request again.
    Retry,
    /// Send the same request again, but not before some time has passed.
    Wait,
    /// Get another credential, a fresh one or one that may do this, then send the request again.
    Reauthenticate,
    /// Prove again, or in a stronger way, who is calling, then send the request again.
    StepUp,
    /// Read again what the request is about, then send the change anew.
    Reread,
    /// Send the request with one of several choices.
    Choose,
    /// Correct what is wrong, in the request or in what it is about.
    Fix,
    /// Get a plan that allows it.
    Upgrade,
    /// Nothing helps.
    GiveUp,
}

impl RecoveryAction {
    /// Its word in the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            RecoveryAction::Retry => "retry",
            RecoveryAction::Wait => "wait",
            RecoveryAction::Reauthenticate => "re-authenticate",
            RecoveryAction::StepUp => "step-up",
            RecoveryAction::Reread => "re-read",
            RecoveryAction::Choose => "choose",
            RecoveryAction::Fix => "fix",
            RecoveryAction::Upgrade => "upgrade",
            RecoveryAction::GiveUp => "give-up",
        }
    }

    /// Can the identical request succeed later? `None` where that depends on what else is done.
    pub const fn repeats(self) -> Option<bool> {
        match self {
            RecoveryAction::Retry | RecoveryAction::Wait => Some(true),
            RecoveryAction::Reauthenticate | RecoveryAction::StepUp | RecoveryAction::Upgrade => None,
            RecoveryAction::Reread
            | RecoveryAction::Choose
            | RecoveryAction::Fix
            | RecoveryAction::GiveUp => Some(false),
        }
    }
}

/// The way out of an error, with the values that the answer holds for it.
///
/// ```
/// use problemgen_runtime::{Api, Error, Operation, Recovery};
///
/// fn advice<A: Api, O: Operation<Api = A>>(error: &Error<O>) -> String {
///     match error.recovery() {
///         Some(Recovery::Wait(Some(time))) => format!("again in {} s", time.as_secs()),
///         Some(Recovery::Retry | Recovery::Wait(None)) => "again".to_owned(),
///         Some(Recovery::Reread(Some(now))) => format!("it is at {now} by now"),
///         Some(Recovery::Choose(Some(choices))) => format!("one of {choices:?}"),
///         Some(Recovery::Fix(Some(what))) => format!("correct {what}"),
///         Some(Recovery::Upgrade(Some(url))) => format!("upgrade at {url}"),
///         Some(Recovery::Reauthenticate | Recovery::StepUp) => "log in".to_owned(),
///         _ => error.to_string(),
///     }
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Recovery<'a> {
    /// Send the same request again.
    Retry,
    /// Send the same request again after this time, if the answer says one: in `Retry-After`, or else where the contract says.
    Wait(Option<Duration>),
    /// Get another credential, a fresh one or one that may do this, then send the request again.
    Reauthenticate,
    /// Prove again, or in a stronger way, who is calling, then send the request again.
    StepUp,
    /// Read again what the request is about, which is at this now, if the answer says it, and send the change anew:
    /// [`Client::rewrite`](crate::Client::rewrite) does.
    Reread(Option<Value<'a>>),
    /// Send the request with one of these, if the answer says of what.
    Choose(Option<Vec<Value<'a>>>),
    /// Correct this, in the request or in what it is about.
    Fix(Option<Value<'a>>),
    /// Get a plan that allows it, on this page.
    Upgrade(Option<Cow<'a, str>>),
    /// Nothing helps, as the contract says; or the contract would have it sent again, and the answer says that it is no use.
    GiveUp,
}

impl Recovery<'_> {
    /// What to do.
    pub fn action(&self) -> RecoveryAction {
        match self {
            Recovery::Retry => RecoveryAction::Retry,
            Recovery::Wait(_) => RecoveryAction::Wait,
            Recovery::Reauthenticate => RecoveryAction::Reauthenticate,
            Recovery::StepUp => RecoveryAction::StepUp,
            Recovery::Reread(_) => RecoveryAction::Reread,
            Recovery::Choose(_) => RecoveryAction::Choose,
            Recovery::Fix(_) => RecoveryAction::Fix,
            Recovery::Upgrade(_) => RecoveryAction::Upgrade,
            Recovery::GiveUp => RecoveryAction::GiveUp,
        }
    }
}

/// What an error says of itself, as far as a way out needs it.
pub(crate) struct Said<'a, 'e> {
    /// Can the identical request succeed later?
    pub(crate) retryable: Option<bool>,
    /// `Retry-After`.
    pub(crate) retry_after: Option<Duration>,
    /// The member that names lead to.
    pub(crate) member: &'e dyn Fn(&[&str]) -> Option<Value<'a>>,
}

/// The way out of an error: the one of the contract, else another attempt if that can succeed.
pub(crate) fn of<'a>(way: Option<&WayOut>, said: &Said<'a, '_>) -> Option<Recovery<'a>> {
    let later = |asked: Option<Duration>| match asked {
        Some(asked) => Recovery::Wait(Some(asked)),
        None => Recovery::Retry,
    };
    let Some(way) = way else {
        return (said.retryable == Some(true)).then(|| later(said.retry_after));
    };
    let member = || if way.field.is_empty() { None } else { (said.member)(way.field) };
    Some(match way.action {
        RecoveryAction::Retry | RecoveryAction::Wait if said.retryable == Some(false) => Recovery::GiveUp,
        RecoveryAction::Retry => later(said.retry_after),
        RecoveryAction::Wait => Recovery::Wait(
            said.retry_after
                .or_else(|| Waiting::of(member()?)?.from(|| crate::Clock::wall(&crate::SystemClock))),
        ),
        RecoveryAction::Reauthenticate => Recovery::Reauthenticate,
        RecoveryAction::StepUp => Recovery::StepUp,
        RecoveryAction::Reread => Recovery::Reread(member()),
        RecoveryAction::Choose => {
            Recovery::Choose(member().filter(|list| list.is_list()).map(|list| list.items().collect()))
        }
        RecoveryAction::Fix => Recovery::Fix(member()),
        RecoveryAction::Upgrade => {
            let page = member().and_then(Value::as_text).filter(|url| crate::error::is_url(url));
            Recovery::Upgrade(page.or(way.url.map(Cow::Borrowed)))
        }
        RecoveryAction::GiveUp => Recovery::GiveUp,
    })
}

/// A wait that a member of an answer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Waiting {
    For(Duration),
    Until(Timestamp),
}

impl Waiting {
    /// Seconds, or an instant (RFC 3339). What is neither asks for nothing.
    pub(crate) fn of(value: Value<'_>) -> Option<Self> {
        if let Some(seconds) = value.as_f64() {
            return Duration::try_from_secs_f64(seconds).ok().map(Waiting::For);
        }
        value.as_text()?.parse().ok().map(Waiting::Until)
    }

    /// How long that is by this clock; an instant that has passed is no wait at all.
    pub(crate) fn from(self, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
        match self {
            Waiting::For(time) => Some(time),
            Waiting::Until(instant) => {
                let now = Timestamp::try_from(now()).ok()?;
                Some(Duration::try_from(instant.duration_since(now)).unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn out(way: Option<&WayOut>, retryable: Option<bool>, after: Option<u64>, body: &Json) -> String {
        let member = |names: &[&str]| Value::of(body).path(names);
        let said = Said { retryable, retry_after: after.map(Duration::from_secs), member: &member };
        format!("{:?}", of(way, &said))
    }

    #[test]
    fn the_contract_says_what_and_the_answer_with_what() {
        let body: Json = r#"{"now": 4, "list": ["a"], "url": "https://e.com/up", "odd": "javascript:x", "in": {"s": 2.5}}"#
            .parse()
            .expect("JSON");
        let of = |way: WayOut| out(Some(&way), None, None, &body);
        let way = WayOut::new;
        assert_eq!(of(way(RecoveryAction::Reread).with_field(&["now"])), "Some(Reread(Some(4)))");
        assert_eq!(of(way(RecoveryAction::Reread).with_field(&["then"])), "Some(Reread(None))");
        assert_eq!(of(way(RecoveryAction::Choose).with_field(&["list"])), "Some(Choose(Some([\"a\"])))");
        assert_eq!(of(way(RecoveryAction::Choose).with_field(&["now"])), "Some(Choose(None))");
        assert_eq!(of(way(RecoveryAction::Wait).with_field(&["in", "s"])), "Some(Wait(Some(2.5s)))");
        assert_eq!(
            of(way(RecoveryAction::Upgrade).with_field(&["url"])),
            "Some(Upgrade(Some(\"https://e.com/up\")))"
        );
        let fallback = way(RecoveryAction::Upgrade).with_field(&["odd"]).with_url("https://e.com/plans");
        assert_eq!(of(fallback), "Some(Upgrade(Some(\"https://e.com/plans\")))");
        assert_eq!(of(way(RecoveryAction::StepUp)), "Some(StepUp)");
    }

    #[test]
    fn a_no_of_the_answer_wins_and_a_yes_is_a_way_out() {
        let body = Json::Null;
        let wait = WayOut::new(RecoveryAction::Wait);
        assert_eq!(out(Some(&wait), Some(true), Some(3), &body), "Some(Wait(Some(3s)))");
        assert_eq!(out(Some(&wait), Some(false), Some(3), &body), "Some(GiveUp)");
        assert_eq!(out(None, Some(true), Some(3), &body), "Some(Wait(Some(3s)))");
        assert_eq!(out(None, Some(true), None, &body), "Some(Retry)");
        assert_eq!(out(None, Some(false), Some(3), &body), "None");
        assert_eq!(out(None, None, Some(3), &body), "None");
    }

    #[test]
    fn waits_are_seconds_or_instants() {
        let wait = |json: &str| {
            let json: Json = json.parse().expect("JSON");
            let now = || SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
            Waiting::of(Value::of(&json)).and_then(|waiting| waiting.from(now))
        };
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("0.25"), Some(Duration::from_millis(250)));
        assert_eq!(wait("\"1994-11-06T08:49:37Z\""), Some(Duration::from_secs(7)));
        assert_eq!(wait("\"1994-11-06T08:00:00Z\""), Some(Duration::ZERO));
        for nothing in ["-1", "1e300", "\"soon\"", "true", "null", "[7]"] {
            assert_eq!(wait(nothing), None, "{nothing}");
        }
    }
}
