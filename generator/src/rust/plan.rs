//! The plan: everything about the Rust output that has to be decided, decided once.
//!
//! Comes in: the contract. Goes out: [`Plan`]: names, Rust types with boxes where types contain themselves, what is
//! required, what operations give and raise. Deliberately absent: tokens. This is the last stage that may fail; what prints
//! a plan cannot.

mod bodies;
pub mod codes;
mod cycles;
mod failures;
mod features;
mod headers;
mod operations;
mod problems;
mod sequences;
mod shared;
mod types;

use std::collections::BTreeSet;

use crate::contract::{
    CodeId, Contract, ErrorKind, FamilyId, Field, OperationId, Param, PartWriting, Pointer, Shape,
    StatusSpec, Type, TypeId, is_tchar,
};
use crate::report::{Place, Report};

pub(super) use self::operations::success_status;
pub use failures::{FailureCase, FailuresPlan, SharedView};
pub use features::{FEATURES, FULL, FeaturesPlan, GroupPlan, SERDE};
pub use headers::HeaderPlan;
pub use sequences::SequencePlan;

use super::Options;
use super::names::RustName;

/// The decisions about the output.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The name of the package: `shop-api`.
    pub package: String,
    /// `package/version`, fit for a header.
    pub user_agent: String,
    /// By [`TypeId`].
    pub types: Vec<TypePlan>,
    /// The problems, when the document has coded ones that can be told apart.
    pub problems: Option<ProblemsPlan>,
    /// The errors without a code, when there are any.
    pub failures: Option<FailuresPlan>,
    /// The modules under `operations`, in the order of the tags.
    pub modules: Vec<ModulePlan>,
    /// By [`OperationId`].
    pub operations: Vec<OperationPlan>,
    /// The headers that answers come with.
    pub headers: Vec<HeaderPlan>,
    /// The features of the tags, when the package has such.
    pub features: Option<FeaturesPlan>,
}

/// A named type.
#[derive(Debug, Clone, PartialEq)]
pub struct TypePlan {
    /// Its name in the module `types`.
    pub name: RustName,
    /// Where values of it travel.
    pub used: Used,
    /// What it becomes.
    pub form: Form,
    /// The inline type is the same as this one, and only another name for it.
    pub same_as: Option<TypeId>,
}

/// Where values of a type travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// In parameters or bodies of requests.
    pub in_request: bool,
    /// In bodies of responses, problems included.
    pub in_response: bool,
    /// As a multipart body: its members are parts.
    pub in_parts: bool,
}

/// What a named type becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// `pub type`.
    Alias(Ty),
    /// A struct around one value: an alias that contains itself.
    Newtype(Ty),
    /// A struct.
    Struct(StructPlan),
    /// An enum of values; the names of its variants.
    Enum(Vec<RustName>),
    /// An enum of types.
    Union(Vec<VariantPlan>),
}

/// A struct: of a type, of the members of a code, of the common members of a problem.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StructPlan {
    /// A plan for each member of the contract, in its order.
    pub fields: Vec<FieldPlan>,
    /// The field that keeps the other members, and its type, a map.
    pub additional: Option<(RustName, Ty)>,
}

/// A member.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldPlan {
    /// The field; a constant has none, and its name stands for nothing.
    pub name: RustName,
    /// What the field holds.
    pub ty: Ty,
    /// Must the member be there?
    pub required: bool,
    /// The only value that the member has.
    pub constant: Option<Literal>,
}

/// A value that a member always has.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant is the kind of value that its payload names")]
pub enum Literal {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    String(String),
}

/// A variant of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantPlan {
    /// Its name.
    pub name: RustName,
    /// What it holds.
    pub ty: Ty,
    /// Is there a `From` for what it holds? Not when two variants hold the same.
    pub from: bool,
}

/// A Rust type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant is the type of its name")]
pub enum Ty {
    Bool,
    I32,
    I64,
    U32,
    U64,
    F64,
    String,
    Timestamp,
    Date,
    Uuid,
    Secret,
    Base64,
    Base64Url,
    /// A type of Rust, as a path, for text or a number.
    Mapped(Wire, String),
    Bytes,
    /// A file of a multipart body.
    File,
    /// A multipart body whose parts the caller lists.
    Multipart,
    /// The octets of a request body, which need not be in memory.
    Octets,
    /// Octets of a media type that the caller chooses.
    RawBody,
    /// The enum of an operation's request bodies, in the module of the operation.
    Body(RustName),
    Json,
    /// The members of an object of which the contract says nothing.
    Others,
    Named(TypeId),
    Vec(Box<Ty>),
    Map(Box<Ty>),
    Option(Box<Ty>),
    Patch(Box<Ty>),
    Boxed(Box<Ty>),
}

/// What a value is on the wire whose type somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wire {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A number, and the type knows by itself how it is written.
    Itself,
}

/// The coded problems.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemsPlan {
    /// The family.
    pub family: FamilyId,
    /// The member with the code.
    pub code_member: String,
    /// The members around the problem, when its code does not stand at the root.
    pub envelope: Option<StructPlan>,
    /// The common members, the code left out, as places in the family's list and their plans.
    pub common: Vec<(usize, FieldPlan)>,
    /// How `Problem::new` comes by the common members, in the order of [`common`](Self::common).
    pub fills: Vec<Fill>,
    /// By [`CodeId`].
    pub codes: Vec<CodePlan>,
}

/// How `Problem::new` comes by a common member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// From what the contract says of the code.
    Fact(Fact),
    /// It is optional and stays absent.
    Absent,
    /// The caller gives it.
    Argument,
}

/// Something that the contract says of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the fact of its name")]
pub enum Fact {
    TypeUri,
    Title,
    Status,
    Retryable,
}

/// A code.
#[derive(Debug, Clone, PartialEq)]
pub struct CodePlan {
    /// Its variant in `Code`, `Kind` and the views.
    pub variant: RustName,
    /// The struct with its members, if it has any.
    pub payload: Option<(RustName, StructPlan)>,
}

/// A module of operations.
#[derive(Debug, Clone, PartialEq)]
pub struct ModulePlan {
    /// Its name under `operations`.
    pub name: RustName,
    /// The tag; `None` for operations without one.
    pub tag: Option<String>,
    /// What is in it.
    pub operations: Vec<OperationId>,
}

/// An operation.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationPlan {
    /// The struct.
    pub name: RustName,
    /// The place of its module in [`Plan::modules`].
    pub module: usize,
    /// By the place in [`Operation::params`](crate::contract::Operation::params).
    pub params: Vec<ArgumentPlan>,
    /// The headers of the parts of a multipart body.
    pub part_headers: Vec<PartHeaderPlan>,
    /// The request body.
    pub body: Option<BodyPlan>,
    /// What a success gives.
    pub output: OutputPlan,
    /// The successes.
    pub successes: Vec<AnswerPlan>,
    /// The errors; none here when the view is a shared one, which has them.
    pub errors: Vec<AnswerPlan>,
    /// Successes that are read item by item, one for each type of items.
    pub sequences: Vec<SequencePlan>,
    /// The `Accept` header.
    pub accept: String,
    /// The view of its errors; `None` when it declares none.
    pub view: Option<ViewPlan>,
}

impl OperationPlan {
    /// The arguments of `new`, in order: required parameters, then a required body.
    pub fn arguments(&self) -> impl Iterator<Item = &ArgumentPlan> {
        self.fields().filter(|argument| argument.required)
    }

    /// All fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &ArgumentPlan> {
        let headers = self.part_headers.iter().map(|header| &header.argument);
        self.params.iter().chain(headers).chain(self.body.iter().map(|body| &body.argument))
    }
}

/// A field of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct ArgumentPlan {
    /// The field, and the function that sets it.
    pub name: RustName,
    /// What is given for it; the field is an `Option` of it when it is not required.
    pub ty: Ty,
    /// Must it be given?
    pub required: bool,
}

/// A request body.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyPlan {
    /// The field.
    pub argument: ArgumentPlan,
    /// The media types that a caller can choose from: one, or a variant of the enum [`Ty::Body`] each.
    pub choices: Vec<ChoicePlan>,
}

/// A request body of one media type.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoicePlan {
    /// Its variant, where there are several.
    pub variant: RustName,
    /// What is given for it.
    pub ty: Ty,
    /// The `Content-Type`; that of a [`Ty::RawBody`] is only what the contract says of it.
    pub media_type: String,
    /// How it is written.
    pub encoding: BodyEncoding,
    /// The members of a form or parts of a multipart body that are not written in the usual way.
    pub parts: Vec<PartPlan>,
    /// Is there a `From` for what the variant holds? Not when an earlier variant holds the same.
    pub from: bool,
}

/// A member of a form or a part of a multipart body.
#[derive(Debug, Clone, PartialEq)]
pub struct PartPlan {
    /// Its name on the wire.
    pub name: String,
    /// How it is written. If as a media type, then one without wildcards.
    pub writing: PartWriting,
    /// Its headers, by their places behind the parameters.
    pub headers: Vec<usize>,
}

/// A header of a part: one more argument of the operation.
#[derive(Debug, Clone, PartialEq)]
pub struct PartHeaderPlan {
    /// The part.
    pub part: String,
    /// The header.
    pub param: Param,
    /// The field.
    pub argument: ArgumentPlan,
}

/// How a request body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the constructor of the runtime's Content of its name")]
pub enum BodyEncoding {
    Json,
    Form,
    Multipart,
    Parts,
    Raw,
    Chosen,
}

/// What a success gives.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputPlan {
    /// Nothing.
    Unit,
    /// One type.
    One(Ty),
    /// An enum, with a variant for each case.
    Cases(RustName, Vec<CasePlan>),
}

/// A case of an output.
#[derive(Debug, Clone, PartialEq)]
pub struct CasePlan {
    /// The variant.
    pub name: RustName,
    /// What it holds.
    pub ty: Option<Ty>,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnswerPlan {
    /// The statuses it stands for.
    pub status: StatusSpec,
    /// Without parameters; empty when there is no body.
    pub media_type: String,
    /// What the body is.
    pub body: AnswerBody,
}

/// What the body of a response is, with the number of its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the variant of the runtime's BodySpec of its name")]
pub enum AnswerBody {
    Empty(usize),
    Json(usize),
    Text(usize),
    Bytes(usize),
    Problem,
}

impl AnswerBody {
    /// The number of its case; `None` for a problem, which is none.
    pub fn case(self) -> Option<usize> {
        match self {
            AnswerBody::Empty(case)
            | AnswerBody::Json(case)
            | AnswerBody::Text(case)
            | AnswerBody::Bytes(case) => Some(case),
            AnswerBody::Problem => None,
        }
    }
}

/// The view of an operation's errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewPlan {
    /// The enum.
    pub name: RustName,
    /// The codes that the operation declares, in the family's order.
    pub codes: Vec<CodeId>,
    /// The errors without a code that it declares; none here when the view is a shared one, which has them.
    pub cases: Vec<FailureCase>,
    /// The place of the view in [`FailuresPlan::views`] that this one is another name for.
    pub shared: Option<usize>,
}

/// Makes the plan. `None` when the report has errors.
pub fn plan(
    contract: &Contract,
    options: &Options,
    locate: &dyn Fn(&Pointer) -> Place,
    report: &mut Report,
) -> Option<Plan> {
    let errors_before = report.errors();
    let package = package_name(contract, options);
    let used = used(contract);
    let shapes = types::Shapes::new(contract, &options.formats, &used);
    let types = types::plan(&shapes, &used, locate, report);
    let mut planning = Planning { contract, shapes: &shapes, locate, report };
    let problems = problems::plan(&mut planning);
    let (modules, operations, failures) = operations::plan(&mut planning, problems.as_ref());
    let headers = headers::plan(contract, &shapes);
    let user_agent = format!("{package}/{}", token(&contract.api.version));
    if report.errors() > errors_before {
        return None;
    }
    let mut plan =
        Plan { package, user_agent, types, problems, failures, modules, operations, headers, features: None };
    plan.features = features::features(&plan, options);
    Some(plan)
}

/// What the parts of the plan share.
struct Planning<'a> {
    contract: &'a Contract,
    shapes: &'a types::Shapes<'a>,
    locate: &'a dyn Fn(&Pointer) -> Place,
    report: &'a mut Report,
}

/// The package's name: as told, else the title of the API in kebab-case.
fn package_name(contract: &Contract, options: &Options) -> String {
    if let Some(name) = options.package.as_ref().filter(|name| super::is_package_name(name)) {
        return name.clone();
    }
    let name = options.package.as_deref().unwrap_or(&contract.api.title);
    match super::names::snake(name).replace('_', "-") {
        // Cargo refuses keywords as names of packages, and these two as well.
        name if options.package.is_none() && (!name.contains('-') || name == "empty") => name + "-api",
        name => name,
    }
}

/// The text with nothing in it but what a product's version may have (RFC 9110, section 5.6.2).
fn token(text: &str) -> String {
    let token: String = text.chars().map(|c| if is_tchar(c) { c } else { '-' }).collect();
    if token.is_empty() { "0".to_owned() } else { token }
}

/// Where the values of each type travel.
fn used(contract: &Contract) -> Vec<Used> {
    let (mut requests, mut responses) = (Vec::new(), Vec::new());
    for operation in &contract.operations {
        operation.params.iter().for_each(|param| named(&param.ty, &mut requests));
        for media in operation.body.iter().flat_map(|body| &body.media) {
            named(&media.ty, &mut requests);
            media.items.iter().for_each(|items| named(items, &mut requests));
            let headers = media.parts.iter().flat_map(|part| &part.headers);
            headers.for_each(|header| named(&header.ty, &mut requests));
        }
        for media in operation.successes.iter().flat_map(|success| &success.media) {
            named(&media.ty, &mut responses);
            media.items.iter().for_each(|items| named(items, &mut responses));
        }
        for body in operation.errors.iter().flat_map(|error| &error.bodies) {
            if let ErrorKind::Json(ty) | ErrorKind::Problem { ty: Some(ty), .. } = &body.kind {
                named(ty, &mut responses);
            }
        }
    }
    for family in &contract.families {
        let fields = family
            .envelope
            .iter()
            .chain(&family.members)
            .chain(family.codes.iter().flat_map(|code| &code.fields));
        fields.for_each(|field| named(&field.ty, &mut responses));
    }
    let (requests, responses) = (reached(contract, requests), reached(contract, responses));
    let parts = bodies::in_parts(contract);
    let used = |at| Used {
        in_request: requests.contains(&at),
        in_response: responses.contains(&at),
        in_parts: parts.contains(&at),
    };
    (0..contract.types.len()).map(|at| used(TypeId(at))).collect()
}

/// The types that the given ones lead to, themselves included.
fn reached(contract: &Contract, mut open: Vec<TypeId>) -> BTreeSet<TypeId> {
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !found.insert(id) {
            continue;
        }
        open.extend(contract.types.get(id.0).into_iter().flat_map(|def| held(&def.shape)));
    }
    found
}

/// The named types that a shape leads to, each as often as it does.
fn held(shape: &Shape) -> Vec<TypeId> {
    let mut found = Vec::new();
    match shape {
        Shape::Alias(ty) => named(ty, &mut found),
        Shape::Struct(shape) => {
            let types = shape.fields.iter().map(|field| &field.ty).chain(&shape.additional);
            types.for_each(|ty| named(ty, &mut found));
        }
        Shape::Union(union) => union.variants.iter().for_each(|it| named(&it.ty, &mut found)),
        Shape::Enum(_) => {}
    }
    found
}

/// The named type in a type, if there is one.
fn named(ty: &Type, out: &mut Vec<TypeId>) {
    match ty {
        Type::Named(id) => out.push(*id),
        Type::Array(inner) | Type::Map(inner) | Type::Nullable(inner) => named(inner, out),
        _ => {}
    }
}

/// The value of a constant, if it is one that a runtime's `Literal` can hold.
fn literal(field: &Field) -> Option<Literal> {
    match field.constant.as_ref().filter(|_| field.required)? {
        serde_json::Value::Null => Some(Literal::Null),
        serde_json::Value::Bool(value) => Some(Literal::Bool(*value)),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(value) => Some(Literal::Integer(value)),
            None => number.as_f64().filter(|value| value.is_finite()).map(Literal::Number),
        },
        serde_json::Value::String(text) => Some(Literal::String(text.clone())),
        _ => None,
    }
}
