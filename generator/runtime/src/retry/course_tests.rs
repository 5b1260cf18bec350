//! Every sequence of what a server can do, up to six attempts, against every policy.

use super::*;

/// What a server does with an attempt, and how long that takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Succeeds,
    SaysYes,
    SaysNo,
    ContractSaysNo,
    SaysNothing,
    RateLimits,
    AsksForTooLong,
    IsDown,
    NoConnection,
    BreaksAfterSending,
    GatewayHtml,
    IsSlow,
}

use Does::*;

const ALL: [Does; 12] = [
    Succeeds,
    SaysYes,
    SaysNo,
    ContractSaysNo,
    SaysNothing,
    RateLimits,
    AsksForTooLong,
    IsDown,
    NoConnection,
    BreaksAfterSending,
    GatewayHtml,
    IsSlow,
];

const ASKED: Duration = Duration::from_secs(2);
const SLOW: Duration = Duration::from_secs(3);

impl Does {
    fn seen(self) -> Seen {
        let answer = |status, said, promised, seconds: Option<u64>| Seen::Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            meaning: Meaning { said, promised, ..Meaning::default() },
            retry_after: seconds.map(Duration::from_secs),
        };
        match self {
            Succeeds => Seen::Success,
            SaysYes => answer(409, Some(true), None, None),
            SaysNo => answer(503, Some(false), Some(true), None),
            ContractSaysNo => answer(503, Some(true), Some(false), None),
            SaysNothing => answer(409, None, None, None),
            RateLimits => answer(429, None, Some(true), Some(ASKED.as_secs())),
            AsksForTooLong => answer(503, None, None, Some(3600)),
            IsDown => answer(503, None, None, None),
            NoConnection => Seen::Failed(TransportStage::Connect),
            BreaksAfterSending => Seen::Failed(TransportStage::Exchange),
            GatewayHtml => answer(502, None, None, None),
            IsSlow => Seen::Failed(TransportStage::Timeout),
        }
    }

    /// Can the server have acted on the request, for all that the client knows?
    fn may_have_acted(self) -> bool {
        self != NoConnection
    }

    /// Did the server refuse the request, and say that it can succeed later?
    fn refuses_for_now(self) -> bool {
        matches!(self, SaysYes | RateLimits)
    }

    fn is_final(self) -> bool {
        matches!(self, Succeeds | SaysNo | ContractSaysNo | SaysNothing)
    }
}

/// What one policy is tried with.
#[derive(Clone, Copy)]
struct Trial<'p> {
    policy: &'p RetryPolicy,
    replay: Replay,
    deadline: Option<Duration>,
    held: u32,
}

/// Follows each thing that the server can do, and gives the number of attempts that were looked at.
fn explore(trial: Trial<'_>, done: &mut Vec<Does>, waits: &[Duration], now: Duration, random: u64) -> usize {
    let mut visited = 0;
    for does in ALL {
        // A budget is shared by clones, so that each path has to have its own.
        let budget = RetryBudget::new(trial.held, 0);
        let mut course = Course::begin(trial.policy, &budget, trial.replay, Duration::ZERO, trial.deadline);
        for wait in waits {
            assert!(budget.withdraw(), "amplification within the budget: {done:?}");
            course.waits.push(*wait);
        }
        let left = course.left(now);
        let took = if does == IsSlow { left.map_or(SLOW, |left| left.min(SLOW)) } else { Duration::ZERO };
        let now = now + took;
        let ended = course.ended(&does.seen(), now, &move || random);
        done.push(does);
        visited += 1;
        match ended {
            Err(end) => explained(trial, done, end, waits, now, &course),
            Ok(wait) => {
                harmless(trial, done, wait, now);
                let waits: Vec<Duration> = waits.iter().copied().chain([wait]).collect();
                visited += explore(trial, done, &waits, now + wait, random);
            }
        }
        done.pop();
    }
    visited
}

/// Another attempt: of use, and without harm.
fn harmless(trial: Trial<'_>, done: &[Does], wait: Duration, now: Duration) {
    let last = *done.last().expect("an attempt");
    assert!(!last.is_final(), "never retried: {done:?}");
    assert_ne!(trial.replay, Replay::Impossible, "no body that is gone: {done:?}");
    let allowed = trial.replay == Replay::Safe
        || !last.may_have_acted()
        || (trial.policy.refusals && last.refuses_for_now());
    assert!(allowed, "no unsafe replay: {done:?}");
    assert!(done.len() < trial.policy.attempts as usize, "no more attempts than allowed: {done:?}");
    assert!(done.len() <= trial.held as usize, "amplification within the budget: {done:?}");
    assert!(trial.deadline.is_none_or(|deadline| now + wait < deadline), "within the deadline: {done:?}");
    let (least, most) = match last {
        RateLimits => (ASKED, ASKED + trial.policy.first),
        _ => (Duration::ZERO, trial.policy.ceiling(done.len())),
    };
    assert!((least..=most).contains(&wait), "{wait:?} after {done:?}");
}

/// No further attempt: for the reason that is given.
fn explained(
    trial: Trial<'_>,
    done: &[Does],
    end: End,
    waits: &[Duration],
    now: Duration,
    course: &Course<'_>,
) {
    let last = *done.last().expect("an attempt");
    let policy = trial.policy;
    let holds = match end {
        End::Succeeded => last == Succeeds,
        End::Never => matches!(last, SaysNo | ContractSaysNo),
        End::NotTransient => last == SaysNothing,
        End::NotIdempotent => trial.replay == Replay::Unsafe && last.may_have_acted() && !last.is_final(),
        End::NotRepeatable => trial.replay == Replay::Impossible && !last.is_final(),
        End::Exhausted => done.len() == policy.attempts as usize && !last.is_final(),
        End::WaitTooLong => last == AsksForTooLong,
        End::Deadline => {
            trial.deadline.is_some_and(|deadline| now + policy.first + ASKED + policy.longest >= deadline)
        }
        End::Budget => waits.len() == trial.held as usize,
    };
    assert!(holds, "{end:?} after {done:?}");
    let attempts = course.clone().finish(end, now);
    assert_eq!(attempts.count(), done.len());
    assert_eq!(attempts.waits(), waits);
    assert!(attempts.waited() <= attempts.elapsed());
    assert!(trial.deadline.is_none_or(|deadline| attempts.elapsed() <= deadline), "{done:?}");
}

#[test]
fn every_sequence_against_every_policy() {
    let patient = RetryPolicy::standard().backoff(Duration::from_millis(100), Duration::from_secs(1));
    let policies = [
        RetryPolicy::never(),
        patient.clone().attempts(2),
        patient.clone().attempts(6),
        patient.attempts(6).repeat_refusals(true),
    ];
    let mut visited = 0;
    for policy in &policies {
        for replay in [Replay::Safe, Replay::Unsafe, Replay::Impossible] {
            for deadline in [None, Some(Duration::from_secs(4))] {
                for (held, random) in [(0, 0), (2, u64::MAX), (100, 0), (100, u64::MAX / 2)] {
                    let trial = Trial { policy, replay, deadline, held };
                    visited += explore(trial, &mut Vec::new(), &[], Duration::ZERO, random);
                }
            }
        }
    }
    // Seven of the twelve lead on: six attempts of a policy without bounds alone are so many.
    let without_bounds: usize = (0..6).map(|depth| 12 * 7_usize.pow(depth)).sum();
    assert!(visited > 2 * without_bounds, "{visited}");
}

#[test]
fn a_no_wins_over_everything() {
    let policy = RetryPolicy::standard().attempts(9).statuses([503]).repeat_refusals(true);
    let budget = RetryBudget::unlimited();
    for (said, promised) in
        [(Some(false), None), (Some(false), Some(true)), (Some(true), Some(false)), (None, Some(false))]
    {
        let mut course = Course::begin(&policy, &budget, Replay::Safe, Duration::ZERO, None);
        let seen = Seen::Answer {
            status: StatusCode::SERVICE_UNAVAILABLE,
            meaning: Meaning { said, promised, ..Meaning::default() },
            retry_after: Some(Duration::ZERO),
        };
        assert_eq!(course.ended(&seen, Duration::ZERO, &|| 0), Err(End::Never), "{said:?} {promised:?}");
    }
}

#[test]
fn waits_grow_and_stay_bounded() {
    let policy = RetryPolicy::standard().backoff(Duration::from_millis(500), Duration::from_secs(3));
    let ceilings: Vec<_> =
        [1, 2, 3, 4, 5, 40, usize::MAX].map(|attempts| policy.ceiling(attempts).as_millis()).into();
    assert_eq!(ceilings, [500, 1000, 2000, 3000, 3000, 3000, 3000]);
    assert_eq!(up_to(Duration::from_secs(3), &|| 0), Duration::ZERO);
    assert_eq!(up_to(Duration::from_secs(3), &|| u64::MAX), Duration::from_secs(3));
    assert_eq!(up_to(Duration::ZERO, &|| u64::MAX), Duration::ZERO);
}

#[test]
fn what_may_be_sent_twice() {
    for method in ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"] {
        let method: Method = method.parse().expect("a method");
        assert_eq!(Replay::of(&method, false), Replay::Safe, "{method}");
    }
    for method in ["POST", "PATCH", "CONNECT", "MOVE"] {
        let method: Method = method.parse().expect("a method");
        assert_eq!(Replay::of(&method, false), Replay::Unsafe, "{method}");
        assert_eq!(Replay::of(&method, true), Replay::Safe, "{method}");
    }
}
