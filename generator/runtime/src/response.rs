//! From an HTTP response to an output or an error. Total: whatever came, nothing is lost and nothing panics.

use bytes::Bytes;
use http::header::CONTENT_TYPE;

use crate::decode::{self, Violation};
use crate::error::{Api, Error, Raised, Received, Unexpected};
use crate::node::{Node, Slot, View, member};
use crate::operation::{AnswerSpec, BodySpec, Operation, OperationSpec, Output, StatusSpec};
use crate::problem::{self, ProblemNode};

/// Decodes the response of an operation. All but the wrapping is in [`read`], so that an operation costs little to compile.
pub(crate) fn decode<O: Operation>(response: http::Response<Bytes>) -> Result<O::Output, Error<O>> {
    let mut output = O::Output::empty();
    match read::<O::Api>(O::SPEC, response, &mut output) {
        Ok(()) => Ok(output),
        Err(Failed::Problem(raised)) => Err(Error::Problem(raised)),
        Err(Failed::Unexpected(unexpected)) => Err(Error::Unexpected(unexpected)),
    }
}

/// An answer that is not a success.
enum Failed<A: Api> {
    Problem(Box<Raised<A>>),
    Unexpected(Box<Unexpected>),
}

/// Reads a response into the output, or says what else it is. Once for each API, not for each operation.
fn read<A: Api>(
    spec: &'static OperationSpec,
    response: http::Response<Bytes>,
    output: &mut dyn Output,
) -> Result<(), Failed<A>> {
    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let media_type =
        parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (violations, members) = match best(spec.successes, status, media_type) {
        Some(answer) => match read_output(answer.body, &body, output.case(case_of(answer.body))) {
            Ok(()) => return Ok(()),
            Err(violation) => (vec![violation], problem::members(&body)),
        },
        None => {
            let (problem, reading) = read_problem::<A>(spec, status, media_type, &body);
            if reading.complete {
                let received = Received::new(parts.status, parts.headers, body);
                return Err(Failed::Problem(Box::new(Raised::new(problem, received, reading.violations))));
            }
            (reading.violations, reading.members)
        }
    };
    let response = Received::new(parts.status, parts.headers, body);
    Err(Failed::Unexpected(Box::new(Unexpected { response, violations, members, family: A::FAMILY })))
}

/// The response of the contract that an answer is: the most exact status, then the most exact media type.
fn best(answers: &'static [AnswerSpec], status: u16, media_type: &str) -> Option<&'static AnswerSpec> {
    let rank = |answer: &&AnswerSpec| {
        (status_rank(answer.status, status), media_rank(answer.media_type, media_type))
    };
    let stands_for = |answer: &&AnswerSpec| status_rank(answer.status, status).is_some();
    // `min_by_key` keeps the first of equals: the order of the contract.
    answers.iter().filter(stands_for).min_by_key(rank)
}

fn status_rank(spec: StatusSpec, status: u16) -> Option<u8> {
    match spec {
        StatusSpec::Exact(exact) if exact == status => Some(0),
        StatusSpec::Range(digit) if u16::from(digit) == status / 100 => Some(1),
        StatusSpec::Default => Some(2),
        StatusSpec::Exact(_) | StatusSpec::Range(_) => None,
    }
}

/// How well a declared media type fits: the same, the same suffix (`+json`), a wildcard of the type, any wildcard, not.
fn media_rank(declared: &str, received: &str) -> u8 {
    let received = received.split(';').next().unwrap_or_default().trim();
    let json = |media_type: &str| media_type.ends_with("/json") || media_type.ends_with("+json");
    if declared.eq_ignore_ascii_case(received) {
        0
    } else if json(declared) && json(&received.to_ascii_lowercase()) {
        1
    } else if let Some(kind) = declared.strip_suffix("/*").filter(|kind| *kind != "*") {
        let same = received.split('/').next().is_some_and(|found| found.eq_ignore_ascii_case(kind));
        if same { 2 } else { 4 }
    } else if declared == "*/*" || declared.is_empty() {
        3
    } else {
        4
    }
}

/// The case of the output that a body is read into.
fn case_of(body: BodySpec) -> usize {
    match body {
        BodySpec::Json(case) | BodySpec::Text(case) | BodySpec::Bytes(case) | BodySpec::Empty(case) => case,
        BodySpec::Problem => 0,
    }
}

fn read_output(spec: BodySpec, body: &Bytes, node: Option<&mut dyn Node>) -> Result<(), Violation> {
    let (Some(node), false) = (node, matches!(spec, BodySpec::Empty(_) | BodySpec::Problem)) else {
        return Ok(());
    };
    match (spec, node.slot()) {
        (BodySpec::Json(_), slot) => decode::from_slice_slot(body, slot),
        (_, Slot::Bytes(target)) => {
            *target = body.clone();
            Ok(())
        }
        (_, Slot::String(target)) => match std::str::from_utf8(body) {
            Ok(text) => {
                text.clone_into(target);
                Ok(())
            }
            Err(_) => Err(Violation { pointer: String::new(), message: "the text is not UTF-8".to_owned() }),
        },
        (_, slot) => decode::from_slice_slot(body, slot),
    }
}

/// Reads a body as a problem, whether the operation declares the status or not: an API that answers with its own
/// problems where it did not say so is still understood, and the violation says that it did not say so.
fn read_problem<A: Api>(
    spec: &'static OperationSpec,
    status: u16,
    media_type: &str,
    body: &Bytes,
) -> (A::Problem, problem::Reading) {
    let (problem, mut reading) = match A::FAMILY.code {
        "" => (A::empty_problem(), problem::Reading::default()),
        _ => problem::read(body, A::empty_problem),
    };
    if best(spec.errors, status, media_type).is_none() {
        let message = format!("{} does not declare the status {status}", spec.id);
        reading.violations.push(Violation { pointer: String::new(), message });
    }
    if reading.complete {
        contradictions(&problem, status, &mut reading.violations);
    }
    (problem, reading)
}

/// Where a complete problem says something else than the contract says of its code. Titles may be translated (RFC 9457,
/// section 3.1.3), so they are not compared.
fn contradictions(problem: &dyn ProblemNode, status: u16, violations: &mut Vec<Violation>) {
    let family = problem.family();
    let Some(facts) = family.facts(problem.code()) else { return };
    let code = facts.code;
    let mut contradicts = |pointer: &str, message: String| {
        violations.push(Violation { pointer: pointer.to_owned(), message });
    };
    if !facts.statuses.is_empty() && !facts.statuses.contains(&status) {
        contradicts("", format!("the contract does not send {code} with the status {status}"));
    }
    if let Some(View::I64(said)) = member(problem.common(), "status")
        && said != i64::from(status)
    {
        contradicts("/status", format!("the status is {status}, the body says {said}"));
    }
    if let (Some(name), Some(promised)) = (family.retryable, facts.retryable)
        && let Some(View::Bool(said)) = member(problem.common(), name)
        && said != promised
    {
        contradicts(
            &format!("/{name}"),
            format!("the contract says {promised} for {code}, the body says {said}"),
        );
    }
    if let Some(promised) = facts.type_uri
        && let Some(View::Text(said)) = member(problem.common(), "type")
        && said != promised
    {
        contradicts("/type", format!("the contract says {promised}, the body says {said}"));
    }
}
