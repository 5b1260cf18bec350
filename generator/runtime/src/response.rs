//! From an HTTP response to an output or an error. Total: whatever came, nothing is lost and nothing panics.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::decode::{self, Violation};
use crate::error::{Api, Error, Raised, Received, Unexpected};
use crate::failure::{Failed, FailureBody};
use crate::node::{Node, Slot, View};
use crate::operation::{AnswerSpec, BodySpec, Operation, OperationSpec, Output, StatusSpec};
use crate::problem::{self, ProblemNode};
use crate::transport::Cut;
use crate::value::Value;

/// Decodes the response of an operation. All but the wrapping is in [`read`], so that an operation costs little to compile.
pub(crate) fn decode<O: Operation>(response: http::Response<Bytes>) -> Result<O::Output, Error<O>> {
    let mut output = Made(None);
    match read::<O::Api>(O::SPEC, response, &mut output) {
        Ok(()) => Ok(output.0.unwrap_or_else(O::Output::empty)),
        Err(Refusal::Problem(raised)) => Err(Error::Problem(raised)),
        Err(Refusal::Failure(failed)) => Err(Error::Failure(failed)),
        Err(Refusal::Unexpected(unexpected)) => Err(Error::Unexpected(unexpected)),
    }
}

/// An output that is made when something is read into it: an error needs none.
struct Made<T>(Option<T>);

impl<T: Output> Output for Made<T> {
    fn empty() -> Self {
        Made(None)
    }
    fn case(&mut self, case: usize) -> Option<&mut dyn Node> {
        self.0.get_or_insert_with(T::empty).case(case)
    }
}

/// An answer that is not a success.
enum Refusal<A: Api> {
    Problem(Box<Raised<A>>),
    Failure(Box<Failed<A>>),
    Unexpected(Box<Unexpected>),
}

/// Reads a response into the output, or says what else it is. Once for each API, not for each operation.
fn read<A: Api>(
    spec: &'static OperationSpec,
    response: http::Response<Bytes>,
    output: &mut dyn Output,
) -> Result<(), Refusal<A>> {
    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let ending = parts.extensions.get().map(ending);
    let Some((_, answer)) = best(spec.successes, status, &parts.headers, body.is_empty()) else {
        return Err(read_error(spec, Received::new(parts, body.clone()), &body, ending));
    };
    // The beginning of an output is none, even where it could be read as one.
    let violation = match ending {
        Some(ending) => ending,
        None => match read_output(answer.body, &body, output.case(case_of(answer.body))) {
            Ok(()) => return Ok(()),
            Err(violation) => violation,
        },
    };
    let members = problem::members(&body);
    let (response, violations) = (Received::new(parts, body), vec![violation]);
    Err(Refusal::Unexpected(Box::new(Unexpected { response, violations, members })))
}

/// What the answer says that its body is; nothing where it does not.
fn media_type_of(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The response of the contract that an answer is, and its place in the list: the most exact status, then the most exact media
/// type.
fn best(
    answers: &'static [AnswerSpec],
    status: u16,
    headers: &HeaderMap,
    empty: bool,
) -> Option<(usize, &'static AnswerSpec)> {
    // Mostly the status alone decides.
    let media_type = LazyCell::new(|| media_type_of(headers));
    let media = |answer: &AnswerSpec| match answer.media_type {
        // An answer without a body is what an empty body is, whatever its media type, and another one only if nothing else is.
        "" => u8::from(!empty) * (UNFIT + 2),
        declared => 1 + media_rank(declared, &media_type),
    };
    let ranked = answers
        .iter()
        .enumerate()
        .filter_map(|(at, answer)| Some((status_rank(answer.status, status)?, at, answer)));
    // `min_by` keeps the first of equals: the order of the contract.
    let best = ranked.min_by(|(one_rank, _, one), (other_rank, _, other)| {
        one_rank.cmp(other_rank).then_with(|| media(one).cmp(&media(other)))
    });
    best.map(|(_, at, answer)| (at, answer))
}

fn status_rank(spec: StatusSpec, status: u16) -> Option<u8> {
    match spec {
        StatusSpec::Exact(exact) if exact == status => Some(0),
        StatusSpec::Range(digit) if u16::from(digit) == status / 100 => Some(1),
        StatusSpec::Default => Some(2),
        StatusSpec::Exact(_) | StatusSpec::Range(_) => None,
    }
}

/// The rank of a media type that does not fit at all.
const UNFIT: u8 = 6;

/// How well a declared media type fits: the same with the same parameters, without parameters, with others; the same suffix
/// (`+json`), a wildcard of the type, any wildcard, not.
fn media_rank(declared: &str, received: &str) -> u8 {
    let (declared, wanted) = declared.split_once(';').unwrap_or((declared, ""));
    let (received, given) = received.split_once(';').unwrap_or((received, ""));
    let (declared, received) = (declared.trim(), received.trim());
    let json = |media_type: &str| media_type.ends_with("/json") || media_type.ends_with("+json");
    if declared.eq_ignore_ascii_case(received) {
        match wanted.trim() {
            "" => 1,
            wanted => {
                u8::from(!parameters(wanted).all(|wanted| parameters(given).any(|given| given == wanted))) * 2
            }
        }
    } else if json(declared) && json(&received.to_ascii_lowercase()) {
        3
    } else if let Some(kind) = declared.strip_suffix("/*").filter(|kind| *kind != "*") {
        let same = received.split('/').next().is_some_and(|found| found.eq_ignore_ascii_case(kind));
        if same { 4 } else { UNFIT }
    } else if declared == "*/*" || declared.is_empty() {
        5
    } else {
        UNFIT
    }
}

/// The parameters of a media type. Names are compared in lower case, and quotation marks mean nothing (RFC 9110, section
/// 5.6.6).
fn parameters(text: &str) -> impl Iterator<Item = (String, &str)> {
    let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')))
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

/// Says that the body is only the beginning of one.
fn ending(cut: &Cut) -> Violation {
    Violation { pointer: String::new(), message: cut.to_string() }
}

/// Is this an answer that the contract calls a success? One with a status of an error is none here, even where the contract
/// declares nothing but a default.
pub(crate) fn is_success(spec: &OperationSpec, status: StatusCode) -> bool {
    let stands_for = |answer: &AnswerSpec| status_rank(answer.status, status.as_u16()).is_some();
    !(status.is_client_error() || status.is_server_error()) && spec.successes.iter().any(stands_for)
}

/// Reads an error as what the operation declares for its status and media type, and else as a problem, whether the
/// operation declares one or not: an API that answers with its own problems where it did not say so is still understood,
/// and a violation says that it did not say so. The response may keep less than the whole body; `ending` says that this is only
/// the beginning of one.
fn read_error<A: Api>(
    spec: &'static OperationSpec,
    response: Received,
    body: &Bytes,
    ending: Option<Violation>,
) -> Refusal<A> {
    let status = response.status.as_u16();
    let declared = best(spec.errors, status, &response.headers, body.is_empty());
    let mut broken = None;
    let mut silent = None;
    if let Some((at, answer)) = declared
        && answer.body != BodySpec::Problem
        && let Some(mut failure) = A::Failure::of_case(case_of(answer.body))
    {
        match read_failure(answer, media_type_of(&response.headers), body, failure.node_mut()) {
            Ok(violations) if matches!(answer.body, BodySpec::Empty(_)) && !body.is_empty() => {
                silent = Some((at, failure, violations));
            }
            Ok(mut violations) => {
                violations.extend(ending);
                let members = BTreeMap::new();
                return Refusal::Failure(Box::new(Failed {
                    body: failure,
                    at,
                    response,
                    violations,
                    members,
                }));
            }
            Err(violation) => broken = Some(violation),
        }
    }
    // A problem is large: it is read where it stays.
    let mut raised = Box::new(Raised::new(A::empty_problem(), response));
    let reading = match A::FAMILY.code {
        "" => problem::Reading::default(),
        _ => {
            let promised = declared.is_some_and(|(_, answer)| answer.body == BodySpec::Problem);
            problem::read(body, &mut raised.problem, A::empty_problem, promised)
        }
    };
    if reading.complete {
        let mut violations = reading.violations;
        violations.extend(broken);
        violations.extend(declared.is_none().then(|| undeclared(spec, status)));
        // A range or `default` promises the code under whatever status comes.
        let exact = declared.is_none_or(|(_, answer)| matches!(answer.status, StatusSpec::Exact(_)));
        let problem: &A::Problem = &raised.problem;
        contradictions(problem, status, exact, &mut violations);
        violations.extend(ending);
        raised.violations = violations;
        return Refusal::Problem(raised);
    }
    let response = raised.response;
    // What a problem would have needed is beside the point where something else is declared.
    if let Some((at, failure, mut violations)) = silent {
        violations.extend(ending);
        let members = problem::members(body);
        return Refusal::Failure(Box::new(Failed { body: failure, at, response, violations, members }));
    }
    let members = if A::FAMILY.code.is_empty() { problem::members(body) } else { reading.members };
    // Where the contract declares nothing, only a code makes an answer one that should have been a problem.
    let coded =
        || Value::of(&members).at(A::FAMILY.place).is_some_and(|said| said.path(&[A::FAMILY.code]).is_some());
    let mut violations = match broken {
        Some(violation) => vec![violation],
        None if declared.is_some() || coded() => reading.violations,
        None => Vec::new(),
    };
    violations.extend(declared.is_none().then(|| undeclared(spec, status)));
    violations.extend(ending);
    Refusal::Unexpected(Box::new(Unexpected { response, violations, members }))
}

fn undeclared(spec: &OperationSpec, status: u16) -> Violation {
    Violation { pointer: String::new(), message: format!("{} does not declare the status {status}", spec.id) }
}

/// Reads a body as the declared one. JSON that is of the declared type is that, whatever it is called; for text and octets,
/// which anything can be, the media type has to fit.
fn read_failure(
    answer: &AnswerSpec,
    media_type: &str,
    body: &Bytes,
    node: Option<&mut dyn Node>,
) -> Result<Vec<Violation>, Violation> {
    let called_otherwise = || Violation {
        pointer: String::new(),
        message: format!("the contract declares {}, the answer is {media_type}", answer.media_type),
    };
    let fits = media_type.is_empty() || media_rank(answer.media_type, media_type) < UNFIT;
    match answer.body {
        BodySpec::Text(_) | BodySpec::Bytes(_) if !fits => Err(called_otherwise()),
        _ => {
            read_output(answer.body, body, node)?;
            Ok((!fits).then(called_otherwise).into_iter().collect())
        }
    }
}

/// Where a complete problem says something else than the contract says of its code. Titles may be translated (RFC 9457,
/// section 3.1.3), so they are not compared; nor is the status, unless it is `exact`.
fn contradictions(problem: &dyn ProblemNode, status: u16, exact: bool, violations: &mut Vec<Violation>) {
    let family = problem.family();
    let Some(facts) = family.facts(problem.code()) else { return };
    let code = facts.code;
    let common = problem.common();
    let members = common.members();
    let member = |name: &str| {
        let at = decode::position(members, 0, name)?;
        Some(common.at(at)?.view())
    };
    let mut contradicts = |pointer: &str, message: String| {
        let within = if pointer.is_empty() { String::new() } else { family.place.pointer(0) };
        violations.push(Violation { pointer: within + pointer, message });
    };
    if exact && !facts.statuses.is_empty() && !facts.statuses.contains(&status) {
        contradicts("", format!("the contract does not send {code} with the status {status}"));
    }
    if let Some(View::I64(said)) = member("status")
        && said != i64::from(status)
    {
        contradicts("/status", format!("the status is {status}, the body says {said}"));
    }
    if let (Some(name), Some(promised)) = (family.retryable, facts.retryable)
        && let Some(View::Bool(said)) = member(name)
        && said != promised
    {
        contradicts(
            &format!("/{name}"),
            format!("the contract says {promised} for {code}, the body says {said}"),
        );
    }
    if let Some(promised) = facts.type_uri
        && let Some(View::Text(said)) = member("type")
        && said != promised
    {
        contradicts("/type", format!("the contract says {promised}, the body says {said}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(answers: &'static [AnswerSpec], media_type: &str, empty: bool) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, media_type.parse().expect("a header"));
        best(answers, 200, &headers, empty).map(|(_, answer)| answer.media_type)
    }

    #[test]
    fn the_best_media_type_is_chosen() {
        const fn of(media_type: &'static str) -> AnswerSpec {
            AnswerSpec::exact(200, media_type, BodySpec::Bytes(0))
        }
        const ALL: &[AnswerSpec] = &[
            of("*/*"),
            of("image/*"),
            of("application/json; v=2"),
            of("application/json"),
            of("application/json;v=\"3\";p=x"),
            of(""),
        ];
        for (received, expected) in [
            ("application/json", "application/json"),
            ("application/json; V=2; q=1", "application/json; v=2"),
            ("Application/JSON; p=x; v=3", "application/json;v=\"3\";p=x"),
            ("application/vnd.x+json", "application/json; v=2"),
            ("image/png", "image/*"),
            ("text/html", "*/*"),
            ("", "*/*"),
        ] {
            assert_eq!(chosen(ALL, received, false), Some(expected), "{received}");
        }
        assert_eq!(chosen(ALL, "application/json", true), Some(""));
        const TWO: &[AnswerSpec] = &[of(""), of("application/json; v=2")];
        assert_eq!(chosen(TWO, "text/html", false), Some("application/json; v=2"));
        assert_eq!(chosen(TWO, "application/json", false), Some("application/json; v=2"));
        assert_eq!(chosen(TWO, "application/json", true), Some(""));
    }
}
