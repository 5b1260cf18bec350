//! The course of one call: what each attempt gave, and what that leads to.

use std::time::Duration;

use http::{Method, StatusCode};

use super::{Attempts, End, Meaning, RetryBudget, RetryPolicy};
use crate::clock::Random;
use crate::error::TransportStage;

/// May a request be sent twice?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replay {
    /// Yes: the method is idempotent, or there is an idempotency key.
    Safe,
    /// Only if the server has not begun to act on it.
    Unsafe,
    /// It cannot: its body was there once.
    Impossible,
}

impl Replay {
    pub(crate) fn of(method: &Method, has_key: bool) -> Self {
        let idempotent = method.is_idempotent() || method.as_str() == "QUERY";
        if idempotent || has_key { Replay::Safe } else { Replay::Unsafe }
    }
}

/// What an attempt gave.
#[derive(Debug, Clone)]
pub(crate) enum Seen {
    Success,
    Answer { status: StatusCode, meaning: Meaning, retry_after: Option<Duration> },
    Failed(TransportStage),
}

/// A call on its way.
#[derive(Debug, Clone)]
pub(crate) struct Course<'p> {
    policy: &'p RetryPolicy,
    budget: &'p RetryBudget,
    replay: Replay,
    /// On the clock of the client.
    started: Duration,
    deadline: Option<Duration>,
    waits: Vec<Duration>,
}

impl<'p> Course<'p> {
    /// A call that begins now, and has to be over when `deadline` has passed.
    pub(crate) fn begin(
        policy: &'p RetryPolicy,
        budget: &'p RetryBudget,
        replay: Replay,
        now: Duration,
        deadline: Option<Duration>,
    ) -> Self {
        budget.deposit();
        Self { policy, budget, replay, started: now, deadline, waits: Vec::new() }
    }

    /// Which attempt this is, from 1.
    pub(crate) fn number(&self) -> usize {
        self.waits.len() + 1
    }

    /// Can there be an attempt after this one?
    pub(crate) fn may_continue(&self) -> bool {
        self.number() < self.policy.attempts as usize
    }

    /// How much time is left.
    pub(crate) fn left(&self, now: Duration) -> Option<Duration> {
        Some(self.deadline?.saturating_sub(now.saturating_sub(self.started)))
    }

    /// An attempt has ended: how long to wait before the next one, or why there is none.
    pub(crate) fn ended(&mut self, seen: &Seen, now: Duration, random: &dyn Random) -> Result<Duration, End> {
        let asked = self.allowed(seen)?;
        if !self.may_continue() {
            return Err(End::Exhausted);
        }
        let wait = self.wait(asked, random)?;
        if self.left(now).is_some_and(|left| left <= wait) {
            return Err(End::Deadline);
        }
        if !self.budget.withdraw() {
            return Err(End::Budget);
        }
        self.waits.push(wait);
        Ok(wait)
    }

    /// Is another attempt of any use, and does it do no harm? Gives the wait that the server asks for.
    fn allowed(&self, seen: &Seen) -> Result<Option<Duration>, End> {
        let (untouched, asked) = match seen {
            Seen::Success => return Err(End::Succeeded),
            Seen::Failed(TransportStage::Unusable | TransportStage::Body) => return Err(End::NotTransient),
            Seen::Failed(stage) => (*stage == TransportStage::Connect, None),
            Seen::Answer { status, meaning, retry_after } => {
                let verdict = meaning.verdict();
                if verdict == Some(false) {
                    return Err(End::Never);
                }
                if verdict.is_none() && !self.policy.statuses.contains(&status.as_u16()) {
                    return Err(End::NotTransient);
                }
                let refused = status.is_client_error() && verdict == Some(true);
                (refused && self.policy.refusals, *retry_after)
            }
        };
        match self.replay {
            Replay::Impossible => Err(End::NotRepeatable),
            Replay::Unsafe if !untouched => Err(End::NotIdempotent),
            Replay::Safe | Replay::Unsafe => Ok(asked),
        }
    }

    fn wait(&self, asked: Option<Duration>, random: &dyn Random) -> Result<Duration, End> {
        match asked {
            Some(asked) if asked > self.policy.longest_retry_after => Err(End::WaitTooLong),
            // Everybody was told the same, so that chance comes on top.
            Some(asked) => Ok(asked.saturating_add(up_to(self.policy.ceiling(1), random))),
            None => Ok(up_to(self.policy.ceiling(self.number()), random)),
        }
    }

    /// What became of it.
    pub(crate) fn finish(self, end: End, now: Duration) -> Attempts {
        Attempts { waits: self.waits, elapsed: now.saturating_sub(self.started), end }
    }
}

/// Any time from nothing to this, with equal chance.
pub(crate) fn up_to(ceiling: Duration, random: &dyn Random) -> Duration {
    let nanoseconds = u64::try_from(ceiling.as_nanos()).unwrap_or(u64::MAX);
    let chosen = (u128::from(random.next()) * (u128::from(nanoseconds) + 1)) >> 64;
    Duration::from_nanos(u64::try_from(chosen).unwrap_or(nanoseconds))
}

#[cfg(test)]
#[path = "course_tests.rs"]
mod tests;
