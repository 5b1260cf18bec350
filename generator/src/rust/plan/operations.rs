//! The plan of the operations.

use std::collections::{BTreeMap, BTreeSet};

use super::failures::{self, Bodies};
use super::sequences;
use super::types::{RESERVED_TYPES, Shapes};
use super::{
    AnswerBody, AnswerPlan, ArgumentPlan, CasePlan, FailuresPlan, ModulePlan, OperationPlan, OutputPlan,
    Planning, ProblemsPlan, Ty, bodies,
};
use crate::contract::{
    CodeId, Contract, Encoding, ErrorKind, Media, Operation, OperationId, ParamPlace, StatusSpec, Success,
    Type,
};
use crate::rust::names::{Case, RustName, Scope, Wish};

/// Plans every operation and the modules that they stand in.
pub(super) fn plan(
    planning: &mut Planning<'_>,
    problems: Option<&ProblemsPlan>,
) -> (Vec<ModulePlan>, Vec<OperationPlan>, Option<FailuresPlan>) {
    let contract = planning.contract;
    let (modules, module_of) = modules(planning);
    let mut scope = Scope::new(Case::Pascal, RESERVED_TYPES, "Operation");
    let wishes: Vec<_> = contract.operations.iter().map(|operation| Wish::new(&operation.id)).collect();
    let names = scope.assign(&wishes);
    let shapes = planning.shapes;
    let uncoded = Bodies::new(contract, shapes, problems);
    let mut operations = Vec::with_capacity(names.len());
    for ((operation, name), module) in contract.operations.iter().zip(names).zip(module_of) {
        operations.push(plan_one(planning, shapes, &mut scope, &uncoded, operation, name, module));
    }
    let failures = uncoded.finish(&mut operations);
    (modules, operations, failures)
}

/// The modules, by tag, and the place of each operation's.
fn modules(planning: &Planning<'_>) -> (Vec<ModulePlan>, Vec<usize>) {
    let contract = planning.contract;
    let mut tags: Vec<Option<&str>> = contract.api.tags.iter().map(|tag| Some(tag.name.as_str())).collect();
    tags.push(None);
    let mut by_tag: BTreeMap<Option<&str>, Vec<OperationId>> = BTreeMap::new();
    for (at, operation) in contract.operations.iter().enumerate() {
        let tag = operation.tag.as_deref().filter(|tag| tags.contains(&Some(*tag)));
        by_tag.entry(tag).or_default().push(OperationId(at));
    }
    tags.retain(|tag| by_tag.contains_key(tag));
    let wishes: Vec<_> = tags.iter().map(|tag| Wish::new(tag.unwrap_or("other"))).collect();
    let names = Scope::new(Case::Module, &[], "_").assign(&wishes);
    let mut module_of = vec![0; contract.operations.len()];
    let mut modules = Vec::with_capacity(names.len());
    for (tag, name) in tags.into_iter().zip(names) {
        let operations = by_tag.remove(&tag).unwrap_or_default();
        for id in &operations {
            if let Some(place) = module_of.get_mut(id.0) {
                *place = modules.len();
            }
        }
        modules.push(ModulePlan { name, tag: tag.map(str::to_owned), operations });
    }
    (modules, module_of)
}

fn plan_one(
    planning: &mut Planning<'_>,
    shapes: &Shapes<'_>,
    scope: &mut Scope,
    uncoded: &Bodies<'_>,
    operation: &Operation,
    name: RustName,
    module: usize,
) -> OperationPlan {
    // `new` is the constructor, and `body` the request body.
    let mut fields = Scope::new(Case::Snake, &["new", "body"], "_");
    let params = params(shapes, operation, &mut fields);
    let (part_headers, body) = bodies::plan(planning, shapes, operation, &name, &mut fields, scope);
    let (output, successes) = answers(planning, shapes, scope, operation, &name);
    let declared = declared(uncoded.problems, operation);
    let errors = errors(shapes, uncoded, operation);
    let cases = uncoded.cases(&errors, &failures::codes(uncoded.problems, &declared));
    let view_name = || scope.one(&format!("{}Problem", name.bare()), &operation.id);
    let view = failures::view(view_name, declared, cases);
    OperationPlan {
        module,
        params,
        part_headers,
        body,
        output,
        errors,
        sequences: sequences::plan(planning.contract, shapes, operation),
        accept: accept(&successes),
        successes,
        view,
        name,
    }
}

fn params(shapes: &Shapes<'_>, operation: &Operation, scope: &mut Scope) -> Vec<ArgumentPlan> {
    use crate::rust::names::snake;
    let mut first: BTreeMap<String, u8> = BTreeMap::new();
    for param in &operation.params {
        let rank = standing(param.place).0;
        first.entry(snake(&param.name)).and_modify(|first| *first = rank.min(*first)).or_insert(rank);
    }
    // Only its place tells a parameter from another of the same name.
    let words = operation.params.iter().map(|param| match standing(param.place) {
        (rank, _) if first.get(&snake(&param.name)) == Some(&rank) => param.name.clone(),
        (_, place) => format!("{} in {place}", param.name),
    });
    let words: Vec<String> = words.collect();
    let wishes = words.iter().zip(&operation.params).map(|(words, param)| Wish { words, key: &param.name });
    let names = scope.assign(&wishes.collect::<Vec<_>>());
    let plan = |(param, name): (&crate::contract::Param, RustName)| {
        let (inner, nullable) = shapes.unwrapped(&param.ty);
        let ty = shapes.ty(inner);
        let ty = if nullable && param.required { Ty::Option(Box::new(ty)) } else { ty };
        ArgumentPlan { name, ty, required: param.required }
    };
    operation.params.iter().zip(names).map(plan).collect()
}

/// Which of parameters of one name has it for itself, and what the others are told apart by. It does not depend on their
/// order.
fn standing(place: ParamPlace) -> (u8, &'static str) {
    match place {
        ParamPlace::Path => (0, "path"),
        ParamPlace::Query => (1, "query"),
        ParamPlace::QueryString => (2, "query string"),
        ParamPlace::Header => (3, "header"),
        ParamPlace::Cookie => (4, "cookie"),
        ParamPlace::PartHeader => (5, "part"),
    }
}

/// The media type without parameters: what answers are compared with.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_owned()
}

/// What a body is read into: how it is written, and its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Nothing,
    Json(Ty),
    Text,
    Bytes,
}

impl Content {
    fn of(shapes: &Shapes<'_>, media: &Media) -> Self {
        match media.encoding {
            Encoding::Json if media.ty != Type::Binary => Content::Json(shapes.ty(&media.ty)),
            Encoding::Text => Content::Text,
            // Forms are not what servers answer with; the octets lose nothing.
            Encoding::Json | Encoding::Bytes | Encoding::Form | Encoding::Multipart => Content::Bytes,
        }
    }

    pub(super) fn ty(&self) -> Option<Ty> {
        match self {
            Content::Nothing => None,
            Content::Json(ty) => Some(ty.clone()),
            Content::Text => Some(Ty::String),
            Content::Bytes => Some(Ty::Bytes),
        }
    }

    pub(super) fn body(&self, case: usize) -> AnswerBody {
        match self {
            Content::Nothing => AnswerBody::Empty(case),
            Content::Json(_) => AnswerBody::Json(case),
            Content::Text => AnswerBody::Text(case),
            Content::Bytes => AnswerBody::Bytes(case),
        }
    }
}

/// What the successes give, and how each is read.
fn answers(
    planning: &mut Planning<'_>,
    shapes: &Shapes<'_>,
    scope: &mut Scope,
    operation: &Operation,
    name: &RustName,
) -> (OutputPlan, Vec<AnswerPlan>) {
    let mut found: Vec<(StatusSpec, String, Content)> = Vec::new();
    for Success { status, media, .. } in &operation.successes {
        // A `default` that stands for all answers also stands for those without a body.
        let maybe =
            *status == StatusSpec::Default && media.iter().any(|media| media.encoding == Encoding::Json);
        let status = success_status(*status);
        if media.is_empty() || maybe {
            found.push((status, String::new(), Content::Nothing));
        }
        for media in media {
            found.push((status, media.media_type.clone(), Content::of(shapes, media)));
        }
    }
    if found.is_empty() {
        // A contract that promises no success cannot mean that there is none. What comes is kept.
        found.push((StatusSpec::Range(2), "*/*".to_owned(), Content::Bytes));
    }
    let types: BTreeSet<Ty> = found.iter().filter_map(|(.., content)| content.ty()).collect();
    let empty = found.iter().filter(|(.., content)| *content == Content::Nothing).count();
    let mut types = types.into_iter();
    let (output, cases) = match (types.next(), types.next(), empty) {
        (None, ..) => (OutputPlan::Unit, vec![0; found.len()]),
        (Some(ty), None, 0) => (OutputPlan::One(ty), vec![0; found.len()]),
        (Some(ty), None, 1) => (OutputPlan::One(optional(ty)), vec![0; found.len()]),
        _ => {
            let (plans, cases) = cases(planning.contract, &found);
            (OutputPlan::Cases(scope.one(&format!("{}Output", name.bare()), &operation.id), plans), cases)
        }
    };
    let answer = |((status, media_type, content), case): ((StatusSpec, String, Content), usize)| AnswerPlan {
        status,
        media_type,
        body: content.body(case),
    };
    (output, found.into_iter().zip(cases).map(answer).collect())
}

/// The statuses that a success of the contract stands for: `default` means those that are successes.
pub(crate) fn success_status(status: StatusSpec) -> StatusSpec {
    match status {
        StatusSpec::Default => StatusSpec::Range(2),
        status => status,
    }
}

fn optional(ty: Ty) -> Ty {
    match ty {
        Ty::Option(_) => ty,
        ty => Ty::Option(Box::new(ty)),
    }
}

/// A case for each status and type, named after what differs: the status, the content, or both.
fn cases(contract: &Contract, found: &[(StatusSpec, String, Content)]) -> (Vec<CasePlan>, Vec<usize>) {
    let mut distinct: Vec<(StatusSpec, Option<Ty>)> = Vec::new();
    let mut numbers = Vec::with_capacity(found.len());
    for (status, _, content) in found {
        let case = (*status, content.ty());
        let number = distinct.iter().position(|known| *known == case).unwrap_or_else(|| {
            distinct.push(case);
            distinct.len() - 1
        });
        numbers.push(number);
    }
    let several_statuses =
        distinct.iter().any(|(status, _)| Some(status) != distinct.first().map(|(first, _)| first));
    let words: Vec<String> = distinct
        .iter()
        .map(|(status, ty)| {
            let several = distinct.iter().filter(|(other, _)| other == status).count() > 1;
            let status = if several_statuses { status_words(*status) } else { String::new() };
            let content = if several || !several_statuses {
                content_words(contract, ty.as_ref())
            } else {
                String::new()
            };
            format!("{status} {content}")
        })
        .collect();
    let wishes: Vec<_> = words.iter().map(|words| Wish::new(words)).collect();
    let names = Scope::new(Case::Pascal, &["Self"], "Case").assign(&wishes);
    let plans = names.into_iter().zip(distinct).map(|(name, (_, ty))| CasePlan { name, ty }).collect();
    (plans, numbers)
}

/// What a case holds, in words.
pub(super) fn content_words(contract: &Contract, ty: Option<&Ty>) -> String {
    match ty {
        None => "empty".to_owned(),
        Some(Ty::String) => "text".to_owned(),
        Some(Ty::Bytes) => "bytes".to_owned(),
        Some(Ty::Named(id)) => contract.types.get(id.0).map_or_else(String::new, |def| def.name.clone()),
        Some(Ty::Vec(inner)) => format!("{} list", content_words(contract, Some(inner))),
        Some(Ty::Map(inner)) => format!("{} map", content_words(contract, Some(inner))),
        Some(Ty::Option(inner)) => content_words(contract, Some(inner)),
        Some(_) => "json".to_owned(),
    }
}

/// A status by its reason phrase (RFC 9110, section 15).
fn status_words(status: StatusSpec) -> String {
    let known = match status {
        StatusSpec::Exact(200) => "ok",
        StatusSpec::Exact(201) => "created",
        StatusSpec::Exact(202) => "accepted",
        StatusSpec::Exact(203) => "non authoritative",
        StatusSpec::Exact(204) => "no content",
        StatusSpec::Exact(205) => "reset content",
        StatusSpec::Exact(206) => "partial content",
        StatusSpec::Exact(207) => "multi status",
        StatusSpec::Exact(300) => "multiple choices",
        StatusSpec::Exact(301) => "moved permanently",
        StatusSpec::Exact(302) => "found",
        StatusSpec::Exact(303) => "see other",
        StatusSpec::Exact(304) => "not modified",
        StatusSpec::Exact(307) => "temporary redirect",
        StatusSpec::Exact(308) => "permanent redirect",
        StatusSpec::Exact(status) => return format!("status {status}"),
        StatusSpec::Range(digit) => return format!("status {digit}xx"),
        StatusSpec::Default => "any",
    };
    known.to_owned()
}

/// The `Accept` header: what successes are written in, the concrete types first, and how errors come.
fn accept(successes: &[AnswerPlan]) -> String {
    let mut types: Vec<&str> = successes
        .iter()
        .map(|answer| answer.media_type.as_str())
        .filter(|media_type| !media_type.is_empty())
        .collect();
    types.extend(["application/problem+json", "application/json"]);
    types.sort_by_key(|media_type| media_type.contains('*'));
    let mut seen = BTreeSet::new();
    types.retain(|media_type| seen.insert(*media_type));
    types.join(", ")
}

/// The codes of the planned family that the operation declares, in the family's order.
fn declared(problems: Option<&ProblemsPlan>, operation: &Operation) -> Vec<CodeId> {
    let mut found = BTreeSet::new();
    for body in operation.errors.iter().flat_map(|error| &error.bodies) {
        if let ErrorKind::Problem { family, codes, .. } = &body.kind
            && problems.is_some_and(|problems| problems.family == *family)
        {
            found.extend(codes.iter().copied());
        }
    }
    found
        .into_iter()
        .filter(|id| problems.is_some_and(|problems| problems.codes.get(id.0).is_some()))
        .collect()
}

fn errors(shapes: &Shapes<'_>, uncoded: &Bodies<'_>, operation: &Operation) -> Vec<AnswerPlan> {
    let mut answers = Vec::new();
    for error in &operation.errors {
        let mut answer = |media_type: &str, body| {
            let body = uncoded.answer(shapes, operation, body);
            answers.push(AnswerPlan { status: error.status, media_type: essence(media_type), body });
        };
        if error.bodies.is_empty() {
            answer("", None);
        }
        for body in &error.bodies {
            answer(&body.media_type, Some(body));
        }
    }
    answers
}
