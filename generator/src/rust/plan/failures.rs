//! The plan of the errors without a code: each type of body once for the whole API, and for each operation a case for each
//! status and type.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::operations::{Content, content_words};
use super::types::Shapes;
use super::{AnswerBody, AnswerPlan, CasePlan, CodePlan, OperationPlan, ProblemsPlan, Ty, ViewPlan};
use crate::contract::{
    CodeId, CodePlace, Contract, ErrorBody, ErrorKind, Method, Operation, StatusSpec, Type,
};
use crate::rust::names::{Case, RustName, Scope, Wish, pascal};

/// The errors without a code.
#[derive(Debug, Clone, PartialEq)]
pub struct FailuresPlan {
    /// The variants of `Failure`; their places are the numbers of [`AnswerBody`].
    pub bodies: Vec<CasePlan>,
    /// Where bodies have a code that is none of the API's problems, by the places of the bodies.
    pub codes: BTreeMap<usize, CodePlace>,
    /// The views that several operations share.
    pub views: Vec<SharedView>,
}

/// A view that several operations share, because they declare the same errors and none with a code.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedView {
    /// The enum.
    pub name: RustName,
    /// Its variants.
    pub cases: Vec<FailureCase>,
    /// The errors of each of the operations.
    pub errors: Vec<AnswerPlan>,
}

/// What an operation declares for a status, with a body of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureCase {
    /// The variant of the view.
    pub name: RustName,
    /// The statuses.
    pub status: StatusSpec,
    /// The place of the body in [`FailuresPlan::bodies`].
    pub body: usize,
    /// The places of the answers among the operation's errors: one for each media type.
    pub answers: Vec<usize>,
}

/// The bodies of all errors without a code.
pub(super) struct Bodies<'a> {
    contract: &'a Contract,
    /// The problems, which are no such errors.
    pub(super) problems: Option<&'a ProblemsPlan>,
    types: BTreeMap<Option<Ty>, usize>,
    plans: Vec<CasePlan>,
    codes: BTreeMap<usize, CodePlace>,
}

impl<'a> Bodies<'a> {
    /// Collects them.
    pub(super) fn new(
        contract: &'a Contract,
        shapes: &Shapes<'_>,
        problems: Option<&'a ProblemsPlan>,
    ) -> Self {
        let mut types = BTreeSet::new();
        let mut places: BTreeMap<Option<Ty>, &CodePlace> = BTreeMap::new();
        for operation in &contract.operations {
            for error in &operation.errors {
                if error.bodies.is_empty() {
                    types.insert(None);
                }
                for body in &error.bodies {
                    let Some(content) = content(shapes, problems, operation, body) else { continue };
                    if let ErrorKind::Problem { family, ty: Some(_), .. } = &body.kind
                        && let Some(family) = contract.families.get(family.0)
                    {
                        places.entry(content.ty()).or_insert(&family.place);
                    }
                    types.insert(content.ty());
                }
            }
        }
        let words: Vec<String> = types.iter().map(|ty| content_words(contract, ty.as_ref())).collect();
        let wishes: Vec<_> = words.iter().map(|words| Wish::new(words)).collect();
        let names = Scope::new(Case::Pascal, &["Self"], "Body").assign(&wishes);
        let plans: Vec<CasePlan> =
            names.into_iter().zip(&types).map(|(name, ty)| CasePlan { name, ty: ty.clone() }).collect();
        let placed = types.iter().enumerate().filter_map(|(at, ty)| Some((at, (*places.get(ty)?).clone())));
        Self {
            contract,
            problems,
            codes: placed.filter(|(at, _)| plans.get(*at).is_some_and(|plan| plan.ty.is_some())).collect(),
            types: types.into_iter().enumerate().map(|(at, ty)| (ty, at)).collect(),
            plans,
        }
    }

    /// How the body of an error is read.
    pub(super) fn answer(
        &self,
        shapes: &Shapes<'_>,
        operation: &Operation,
        body: Option<&ErrorBody>,
    ) -> AnswerBody {
        let content = match body {
            None => Content::Nothing,
            Some(body) => match content(shapes, self.problems, operation, body) {
                None => return AnswerBody::Problem,
                Some(content) => content,
            },
        };
        content.body(self.types.get(&content.ty()).copied().unwrap_or_default())
    }

    /// A case for each status and type, named by the status, and by the type as well where a status has several.
    pub(super) fn cases(&self, errors: &[AnswerPlan], codes: &[&CodePlan]) -> Vec<FailureCase> {
        let mut distinct: Vec<(StatusSpec, usize, Vec<usize>)> = Vec::new();
        for (at, answer) in errors.iter().enumerate() {
            let Some(body) = answer.body.case() else { continue };
            match distinct.iter_mut().find(|(status, known, _)| (*status, *known) == (answer.status, body)) {
                Some((.., answers)) => answers.push(at),
                None => distinct.push((answer.status, body, vec![at])),
            }
        }
        let mut scope = Scope::new(Case::Pascal, &["Other", "Self"], "Status");
        let taken: BTreeSet<&str> = codes.iter().map(|code| code.variant.bare()).collect();
        let words: Vec<String> = distinct
            .iter()
            .map(|(status, body, _)| {
                let several = distinct.iter().filter(|(other, ..)| other == status).count() > 1;
                let ty = self.plans.get(*body).and_then(|plan| plan.ty.as_ref());
                let content = if several { content_words(self.contract, ty) } else { String::new() };
                let words = format!("{} {content}", status_words(*status));
                // A code of the same name has the shorter one.
                if taken.contains(pascal(&words).as_str()) {
                    format!("status {} {content}", status_number(*status))
                } else {
                    words
                }
            })
            .collect();
        codes.iter().for_each(|code| {
            scope.one(code.variant.bare(), code.variant.bare());
        });
        let wishes: Vec<_> = words.iter().map(|words| Wish::new(words)).collect();
        let names = scope.assign(&wishes);
        let case = |(name, (status, body, answers))| FailureCase { name, status, body, answers };
        names.into_iter().zip(distinct).map(case).collect()
    }

    /// The plan, with what several operations share taken out of theirs.
    pub(super) fn finish(self, operations: &mut [OperationPlan]) -> Option<FailuresPlan> {
        let views = self.share(operations);
        (!self.plans.is_empty()).then_some(FailuresPlan { bodies: self.plans, codes: self.codes, views })
    }

    fn share(&self, operations: &mut [OperationPlan]) -> Vec<SharedView> {
        let mut groups: HashMap<&[AnswerPlan], Vec<usize>> = HashMap::new();
        for (at, operation) in operations.iter().enumerate() {
            if operation.view.as_ref().is_some_and(|view| view.codes.is_empty()) {
                groups.entry(&operation.errors).or_default().push(at);
            }
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
        groups.sort();
        let words: Vec<(String, String)> = groups
            .iter()
            .filter_map(|group| group.first().and_then(|at| operations.get(*at)))
            .map(|operation| self.words(&operation.errors))
            .collect();
        let wishes: Vec<_> = words.iter().map(|(words, key)| Wish { words, key }).collect();
        let names = Scope::new(Case::Pascal, SHARED_RESERVED, "View").assign(&wishes);
        let mut views = Vec::with_capacity(groups.len());
        for (group, name) in groups.into_iter().zip(names) {
            let mut shared = None;
            for operation in group.iter().copied() {
                let Some(operation) = operations.get_mut(operation) else { continue };
                let Some(view) = &mut operation.view else { continue };
                view.shared = Some(views.len());
                let cases = std::mem::take(&mut view.cases);
                shared.get_or_insert_with(|| (cases, std::mem::take(&mut operation.errors)));
                operation.errors.clear();
            }
            let (cases, errors) = shared.unwrap_or_default();
            views.push(SharedView { name, cases, errors });
        }
        views
    }

    /// The statuses in words, and all that tells the errors from others of the same statuses.
    fn words(&self, errors: &[AnswerPlan]) -> (String, String) {
        let statuses: BTreeSet<StatusSpec> = errors.iter().map(|answer| answer.status).collect();
        let mut named: Vec<String> = statuses.iter().map(|status| status_number(*status)).collect();
        if named.len() > NAMED {
            named.truncate(NAMED - 1);
            named.push("more".to_owned());
        }
        let body = |answer: &AnswerPlan| {
            let plan = answer.body.case().and_then(|body| self.plans.get(body));
            plan.map_or("problem", |plan| plan.name.bare()).to_owned()
        };
        let key: Vec<String> = errors
            .iter()
            .map(|answer| format!("{} {} {}", status_number(answer.status), answer.media_type, body(answer)))
            .collect();
        (format!("status {}", named.join(" or ")), key.join(", "))
    }
}

/// How many statuses the name of a shared view says.
const NAMED: usize = 6;

/// [`RESERVED_TYPES`], and what `failures` defines itself.
const SHARED_RESERVED: &[&str] = &[
    "BTreeMap", "Box", "Default", "Err", "Failure", "From", "Into", "None", "Ok", "Option", "Result", "Self",
    "Some", "String", "Vec",
];

/// What stands in the body of an error; `None` when it is a problem of the planned family.
fn content(
    shapes: &Shapes<'_>,
    problems: Option<&ProblemsPlan>,
    operation: &Operation,
    body: &ErrorBody,
) -> Option<Content> {
    let content = match &body.kind {
        ErrorKind::Problem { family, .. } if problems.is_some_and(|plan| plan.family == *family) => {
            return None;
        }
        ErrorKind::Json(Type::Binary) => Content::Bytes,
        ErrorKind::Json(ty) | ErrorKind::Problem { ty: Some(ty), .. } => Content::Json(shapes.ty(ty)),
        ErrorKind::Text => Content::Text,
        ErrorKind::Bytes | ErrorKind::Problem { ty: None, .. } => Content::Bytes,
    };
    // Whatever the document says, an answer to HEAD has no content (RFC 9110, section 9.3.2).
    Some(if operation.method == Method::Head { Content::Nothing } else { content })
}

/// The codes of a view.
pub(super) fn codes<'p>(problems: Option<&'p ProblemsPlan>, view: &[CodeId]) -> Vec<&'p CodePlan> {
    view.iter().filter_map(|id| problems?.codes.get(id.0)).collect()
}

/// The view of an operation; `None` when it declares neither codes nor errors without one.
pub(super) fn view(
    name: impl FnOnce() -> RustName,
    codes: Vec<CodeId>,
    cases: Vec<FailureCase>,
) -> Option<ViewPlan> {
    (!codes.is_empty() || !cases.is_empty()).then(|| ViewPlan { name: name(), codes, cases, shared: None })
}

/// A status as a word of a name.
fn status_number(status: StatusSpec) -> String {
    match status {
        StatusSpec::Exact(status) => status.to_string(),
        StatusSpec::Range(digit) => format!("{digit}xx"),
        StatusSpec::Default => "default".to_owned(),
    }
}

/// A status of an error by its reason phrase (RFC 9110, section 15; others from IANA's registry of status codes).
fn status_words(status: StatusSpec) -> String {
    let known = match status {
        StatusSpec::Exact(400) => "bad request",
        StatusSpec::Exact(401) => "unauthorized",
        StatusSpec::Exact(402) => "payment required",
        StatusSpec::Exact(403) => "forbidden",
        StatusSpec::Exact(404) => "not found",
        StatusSpec::Exact(405) => "method not allowed",
        StatusSpec::Exact(406) => "not acceptable",
        StatusSpec::Exact(407) => "proxy authentication required",
        StatusSpec::Exact(408) => "request timeout",
        StatusSpec::Exact(409) => "conflict",
        StatusSpec::Exact(410) => "gone",
        StatusSpec::Exact(411) => "length required",
        StatusSpec::Exact(412) => "precondition failed",
        StatusSpec::Exact(413) => "content too large",
        StatusSpec::Exact(414) => "uri too long",
        StatusSpec::Exact(415) => "unsupported media type",
        StatusSpec::Exact(416) => "range not satisfiable",
        StatusSpec::Exact(417) => "expectation failed",
        StatusSpec::Exact(421) => "misdirected request",
        StatusSpec::Exact(422) => "unprocessable content",
        StatusSpec::Exact(423) => "locked",
        StatusSpec::Exact(424) => "failed dependency",
        StatusSpec::Exact(425) => "too early",
        StatusSpec::Exact(426) => "upgrade required",
        StatusSpec::Exact(428) => "precondition required",
        StatusSpec::Exact(429) => "too many requests",
        StatusSpec::Exact(431) => "request header fields too large",
        StatusSpec::Exact(451) => "unavailable for legal reasons",
        StatusSpec::Exact(500) => "internal server error",
        StatusSpec::Exact(501) => "not implemented",
        StatusSpec::Exact(502) => "bad gateway",
        StatusSpec::Exact(503) => "service unavailable",
        StatusSpec::Exact(504) => "gateway timeout",
        StatusSpec::Exact(505) => "http version not supported",
        StatusSpec::Exact(507) => "insufficient storage",
        StatusSpec::Exact(508) => "loop detected",
        StatusSpec::Exact(511) => "network authentication required",
        StatusSpec::Range(4) => "client error",
        StatusSpec::Range(5) => "server error",
        StatusSpec::Exact(_) | StatusSpec::Range(_) => return format!("status {}", status_number(status)),
        StatusSpec::Default => "default",
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rust::plan::types::RESERVED_TYPES;

    #[test]
    fn shared_views_may_not_be_called_like_types_in_use() {
        assert!(RESERVED_TYPES.iter().all(|name| SHARED_RESERVED.contains(name)));
    }
}
