//! Every sequence of what a server can do, against the whole client: not what it decides, but which requests leave.
//!
//! The same laws as those of the decision alone, which is tried to a greater depth beside it.

use std::time::Duration;

use dropthis_api::operations::{CompleteUpload, DeleteDrop, RequestOtp};
use dropthis_api::rt::testing::{ManualClock, Scripted, Step};
use dropthis_api::rt::{Attempts, Elsewhere, End};
use dropthis_api::types::OtpRequest;
use dropthis_api::{Api, Body, Bytes, Client, RetryBudget, RetryPolicy, http};

/// What a server does with a request.
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
    BreaksBefore,
    BreaksWithin,
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
    BreaksBefore,
    BreaksWithin,
    IsSlow,
];

const ASKED: Duration = Duration::from_secs(2);
const SLOW: Duration = Duration::from_secs(3);

impl Does {
    fn step(self, call: Calls) -> Step {
        let problem = |status: u16, code: &str, retryable: bool| {
            let body = format!(
                r#"{{"type":"about:blank","title":"x","status":{status},"code":"{code}","retryable":{retryable}}}"#
            );
            Step::problem(status, body)
        };
        match self {
            Succeeds => call.success(),
            SaysYes => problem(409, "not_of_the_contract", true),
            SaysNo => problem(503, "not_of_the_contract", false),
            ContractSaysNo => problem(503, "otp_invalid", true),
            SaysNothing => Step::json(409, "{}"),
            RateLimits => Step::problem(429, r#"{"code":"rate_limit_exceeded"}"#).header("retry-after", "2"),
            AsksForTooLong => Step::html(503).header("retry-after", "3600"),
            IsDown => Step::html(502),
            NoConnection => Step::no_connection(),
            BreaksBefore => Step::breaks(),
            BreaksWithin => call.success().breaks_off(),
            IsSlow => call.success().after(SLOW),
        }
    }

    fn is_final(self) -> bool {
        matches!(self, Succeeds | SaysNo | ContractSaysNo | SaysNothing | AsksForTooLong)
    }

    /// Did the server refuse the request, and say that it can succeed later?
    fn refuses_for_now(self) -> bool {
        matches!(self, SaysYes | RateLimits)
    }
}

/// What is called: a method that is idempotent, one that is not and takes a key, one that is not and takes none, and a body that
/// is there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Calls {
    Idempotent,
    WithKey,
    WithoutKey,
    Once,
}

impl Calls {
    fn success(self) -> Step {
        match self {
            Calls::Idempotent => Step::answer(204, "", "-"),
            Calls::WithKey => Step::json(
                200,
                r#"{"upload_id":"upl_1","status":"complete","expires_at":"2026-05-23T13:00:00Z","files":[]}"#,
            ),
            Calls::WithoutKey => Step::json(200, r#"{"ok":true,"expires_in":300}"#),
            Calls::Once => Step::answer(200, "text/plain", "ok"),
        }
    }

    /// Calls, and gives how it went; the output is beside the point.
    fn call(self, client: &Client) -> Attempts {
        fn attempts<T, O: dropthis_api::Raises>(
            result: Result<dropthis_api::Reply<T>, dropthis_api::Error<O>>,
        ) -> Attempts {
            match result {
                Ok(reply) => reply.attempts().clone(),
                Err(error) => error.attempts().expect("a client made the call").clone(),
            }
        }
        let limit = Duration::from_secs(2);
        match self {
            Calls::Idempotent => {
                attempts(client.call(DeleteDrop::new("drop_1")).attempt_timeout(limit).reply_blocking())
            }
            Calls::WithKey => {
                let complete = CompleteUpload::new("upl_1");
                attempts(client.call(complete).attempt_timeout(limit).reply_blocking())
            }
            Calls::WithoutKey => {
                let otp = RequestOtp::new(OtpRequest::new("ada@example.com"));
                attempts(client.call(otp).attempt_timeout(limit).reply_blocking())
            }
            Calls::Once => {
                let put = Elsewhere::<Api>::put("https://storage.example/1", Body::once(|| "octets".into()));
                attempts(client.call(put).attempt_timeout(limit).reply_blocking())
            }
        }
    }
}

/// What a call is tried with.
#[derive(Debug, Clone, Copy)]
struct Trial<'p> {
    calls: Calls,
    policy: &'p RetryPolicy,
    /// How often it tries at most, and whether it repeats what was refused.
    attempts: usize,
    refusals: bool,
    deadline: Option<Duration>,
    held: u32,
}

/// Follows each thing that the server can do next, for as long as requests leave. Gives the number of calls.
fn explore(trial: Trial<'_>, done: &mut Vec<Does>) -> usize {
    let mut made = 0;
    for does in ALL {
        done.push(does);
        let clock = ManualClock::new();
        let steps = done.iter().map(|does| does.step(trial.calls));
        let server = Scripted::new(steps.chain([trial.calls.success()])).on(&clock);
        let client = Client::builder("sk_secret")
            .transport(server.clone())
            .clock(clock.clone())
            .random(|| u64::MAX / 3)
            .retry(trial.policy.clone())
            .retry_budget(RetryBudget::new(trial.held, 0))
            .deadline(trial.deadline)
            .build()
            .expect("a client");
        let attempts = trial.calls.call(&client);
        made += 1;
        lawful(trial, done, &server.requests(), &attempts, clock.elapsed());
        if server.requests().len() > done.len() {
            made += explore(trial, done);
        }
        done.pop();
    }
    made
}

/// The laws, of the requests that left.
fn lawful(
    trial: Trial<'_>,
    done: &[Does],
    requests: &[http::Request<Bytes>],
    attempts: &Attempts,
    elapsed: Duration,
) {
    let what = format!("{trial:?} {done:?} {attempts:?}");
    assert!((1..=trial.attempts).contains(&requests.len()), "no more than allowed: {what}");
    assert_eq!(attempts.count(), requests.len(), "what is told is what left: {what}");
    assert_eq!(attempts.elapsed(), elapsed, "{what}");
    assert!(requests.len() - 1 <= trial.held as usize, "amplification within the budget: {what}");
    if trial.calls != Calls::Once {
        assert!(trial.deadline.is_none_or(|deadline| elapsed <= deadline), "within the deadline: {what}");
    }
    // After each of these, another request left.
    for (at, does) in done.iter().enumerate().take(requests.len() - 1) {
        assert!(!does.is_final(), "never sent again: {what}");
        let harmless = match trial.calls {
            Calls::Idempotent | Calls::WithKey => true,
            Calls::WithoutKey => *does == NoConnection || (trial.refusals && does.refuses_for_now()),
            Calls::Once => false,
        };
        assert!(harmless, "no unsafe replay: {what}");
        let least = if *does == RateLimits { ASKED } else { Duration::ZERO };
        assert!(attempts.waits()[at] >= least, "as long as the server asks: {what}");
    }
    let first = &requests[0];
    for request in requests {
        assert_eq!((request.method(), request.uri()), (first.method(), first.uri()), "{what}");
        assert_eq!(request.body(), first.body(), "{what}");
        assert_eq!(request.headers(), first.headers(), "the same key, the same credential: {what}");
    }
    let has_key = first.headers().contains_key("idempotency-key");
    assert_eq!(has_key, trial.calls == Calls::WithKey && trial.attempts > 1, "{what}");
    let authorized = first.headers().contains_key("authorization");
    assert_eq!(authorized, matches!(trial.calls, Calls::Idempotent | Calls::WithKey), "{what}");
    if let Some(last) = done.get(requests.len() - 1) {
        explained(trial, *last, attempts, &what);
    }
}

/// The last request was the last for the reason that is given.
fn explained(trial: Trial<'_>, last: Does, attempts: &Attempts, what: &str) {
    let is_final = match attempts.end() {
        End::Succeeded => last == Succeeds,
        End::Never => matches!(last, SaysNo | ContractSaysNo),
        End::NotTransient => last == SaysNothing,
        End::WaitTooLong => last == AsksForTooLong,
        End::NotIdempotent => {
            // Where there is one attempt only, no key is made.
            let keyless = trial.calls == Calls::WithKey && trial.attempts == 1;
            (trial.calls == Calls::WithoutKey || keyless) && last != NoConnection && !is_told(last)
        }
        End::NotRepeatable => trial.calls == Calls::Once && !is_told(last),
        End::Exhausted => attempts.count() == trial.attempts,
        End::Deadline => trial.deadline.is_some(),
        End::Budget => attempts.count() - 1 == trial.held as usize,
        other => panic!("{other:?} {what}"),
    };
    assert!(is_final, "{what}");
}

/// Does the answer say by itself that it is the last?
fn is_told(does: Does) -> bool {
    matches!(does, Succeeds | SaysNo | ContractSaysNo | SaysNothing)
}

#[test]
fn every_sequence_against_the_whole_client() {
    let standard = RetryPolicy::standard().backoff(Duration::from_millis(100), Duration::from_secs(1));
    let policies = [
        (RetryPolicy::never(), 1, false),
        (standard.clone().attempts(3), 3, false),
        (standard.attempts(3).repeat_refusals(true), 3, true),
    ];
    let mut made = 0;
    for calls in [Calls::Idempotent, Calls::WithKey, Calls::WithoutKey, Calls::Once] {
        for (policy, attempts, refusals) in &policies {
            for (deadline, held) in [(None, 100), (Some(Duration::from_secs(4)), 100), (None, 1)] {
                let (attempts, refusals) = (*attempts, *refusals);
                let trial = Trial { calls, policy, attempts, refusals, deadline, held };
                made += explore(trial, &mut Vec::new());
            }
        }
    }
    // Seven of the twelve lead on where nothing forbids it.
    assert!(made > 4 * (12 + 7 * 12 + 7 * 7 * 12), "{made}");
}
