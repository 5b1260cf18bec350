//! The plan and the printers on small contracts that are built here.

use serde_json::json;

use super::plan::{Fill, Form, OutputPlan, Ty};
use super::{Options, Plan, emit, plan};
use crate::contract::*;
use crate::report::{Paint, Place, Report};

fn place(_: &Pointer) -> Place {
    Place {
        file: "api.yaml".to_owned(),
        line: 1,
        column: 1,
        pointer: String::new(),
        text: String::new(),
        underline: (0, 0),
    }
}

fn contract(types: Vec<TypeDef>, operations: Vec<Operation>, families: Vec<ProblemFamily>) -> Contract {
    let api = Api {
        title: "Shop".to_owned(),
        version: "1".to_owned(),
        description: None,
        servers: Vec::new(),
        credentials: Vec::new(),
        tags: Vec::new(),
    };
    Contract { api, types, families, operations }
}

fn planned(contract: &Contract) -> (Option<Plan>, String) {
    let mut report = Report::new();
    let plan = plan(contract, &Options::default(), &place, &mut report);
    (plan, report.render(Paint::Plain))
}

fn printed(contract: &Contract, path: &str) -> String {
    let plan = planned(contract).0.expect("a plan");
    let artifacts = emit(contract, &plan, &Options::default());
    let artifact = artifacts.into_iter().find(|artifact| artifact.path == path).expect("the file");
    String::from_utf8(artifact.contents).expect("text")
}

fn named(name: &str, shape: Shape) -> TypeDef {
    TypeDef {
        name: name.to_owned(),
        docs: Docs::default(),
        shape,
        examples: Vec::new(),
        at: Pointer::default(),
    }
}

fn object(fields: Vec<Field>) -> Shape {
    Shape::Struct(Struct { fields, additional: None })
}

fn field(name: &str, ty: Type, required: bool) -> Field {
    Field::new(name, ty, required)
}

fn nullable(ty: Type) -> Type {
    Type::Nullable(Box::new(ty))
}

fn json_media(ty: Type) -> Media {
    Media {
        media_type: "application/json".to_owned(),
        encoding: Encoding::Json,
        ty,
        items: None,
        parts: Vec::new(),
        examples: Vec::new(),
    }
}

fn success(status: u16, media: Vec<Media>) -> Success {
    Success { status: StatusSpec::Exact(status), docs: Docs::default(), media, headers: Vec::new() }
}

fn operation(id: &str, body: Option<Media>, successes: Vec<Success>) -> Operation {
    Operation {
        id: id.to_owned(),
        method: Method::Post,
        path: "/items".to_owned(),
        segments: vec![Segment::Literal("/items".to_owned())],
        tag: None,
        docs: Docs::default(),
        params: Vec::new(),
        body: body.map(|media| Body { required: true, docs: Docs::default(), media: vec![media] }),
        successes,
        errors: Vec::new(),
        credentials: Vec::new(),
        pagination: None,
        at: Pointer::default(),
    }
}

fn code(name: &str, fields: Vec<Field>) -> ProblemCode {
    ProblemCode {
        code: name.to_owned(),
        title: Some("Full".to_owned()),
        statuses: vec![413],
        retryable: Some(false),
        type_uri: None,
        section: None,
        section_at: None,
        meaning: Some("No room. [Vec]".to_owned()),
        remedy: None,
        recovery: None,
        source: None,
        fields,
        examples: Vec::new(),
        ranges: Vec::new(),
        raised_by: vec![OperationId(0)],
        at: Pointer::default(),
    }
}

fn family(codes: Vec<ProblemCode>) -> ProblemFamily {
    ProblemFamily {
        name: "Problem".to_owned(),
        docs: Docs::default(),
        docs_url: None,
        sections: Vec::new(),
        place: CodePlace::Root("code".to_owned()),
        holder_optional: false,
        open: false,
        envelope: Vec::new(),
        members: vec![
            field("code", Type::String, true),
            field("title", Type::String, true),
            field("status", Type::Integer(IntegerFormat::I64), true),
            field("kind", Type::String, true),
        ],
        roles: Roles::default(),
        codes,
        at: Pointer::default(),
    }
}

fn struct_field<'a>(plan: &'a Plan, ty: usize, name: &str) -> (&'a Ty, bool) {
    let Form::Struct(fields) = &plan.types[ty].form else { panic!("not a struct") };
    let field = fields.fields.iter().find(|field| field.name.as_str() == name).expect("the field");
    (&field.ty, field.required)
}

#[test]
fn only_what_closes_a_circle_is_boxed() {
    let (a, b) = (Type::Named(TypeId(0)), Type::Named(TypeId(1)));
    let contract = contract(
        vec![
            named(
                "A",
                object(vec![
                    field("b", b.clone(), true),
                    field("list", Type::Array(Box::new(a.clone())), true),
                ]),
            ),
            named("B", object(vec![field("a", nullable(a), true)])),
        ],
        Vec::new(),
        Vec::new(),
    );
    let plan = planned(&contract).0.expect("a plan");
    assert_eq!(struct_field(&plan, 0, "b"), (&Ty::Named(TypeId(1)), true));
    assert_eq!(struct_field(&plan, 0, "list"), (&Ty::Vec(Box::new(Ty::Named(TypeId(0)))), true));
    let boxed = Ty::Option(Box::new(Ty::Boxed(Box::new(Ty::Named(TypeId(0))))));
    assert_eq!(struct_field(&plan, 1, "a"), (&boxed, true));
}

#[test]
fn a_type_that_requires_itself_gives_way() {
    let contract = contract(
        vec![named("A", object(vec![field("a", Type::Named(TypeId(0)), true)]))],
        Vec::new(),
        Vec::new(),
    );
    let (plan, report) = planned(&contract);
    let boxed = Ty::Option(Box::new(Ty::Boxed(Box::new(Ty::Named(TypeId(0))))));
    assert_eq!(struct_field(&plan.expect("a plan"), 0, "a"), (&boxed, false));
    assert!(report.contains("warning[N005]"), "{report}");
}

#[test]
fn an_alias_that_contains_itself_is_a_type() {
    let list = Type::Array(Box::new(Type::Named(TypeId(0))));
    let contract = contract(vec![named("Tree", Shape::Alias(list))], Vec::new(), Vec::new());
    let types = printed(&contract, "src/types.rs");
    assert!(types.contains("pub struct Tree(pub Vec<Tree>);\n\nrt::newtype!(Tree);"), "{types}");
}

#[test]
fn only_requests_tell_null_from_nothing() {
    let members = || object(vec![field("note", nullable(Type::String), false)]);
    let contract = contract(
        vec![named("Given", members()), named("Sent", members())],
        vec![operation(
            "put",
            Some(json_media(Type::Named(TypeId(1)))),
            vec![success(200, vec![json_media(Type::Named(TypeId(0)))])],
        )],
        Vec::new(),
    );
    let plan = planned(&contract).0.expect("a plan");
    assert_eq!(struct_field(&plan, 0, "note"), (&Ty::Option(Box::new(Ty::String)), false));
    assert_eq!(struct_field(&plan, 1, "note"), (&Ty::Patch(Box::new(Ty::String)), false));
}

#[test]
fn successes_of_one_type_need_no_enum() {
    let text = || json_media(Type::String);
    let output = |successes| {
        let contract = contract(Vec::new(), vec![operation("get", None, successes)], Vec::new());
        planned(&contract).0.expect("a plan").operations.remove(0).output
    };
    assert_eq!(output(vec![success(204, vec![])]), OutputPlan::Unit);
    assert_eq!(
        output(vec![success(200, vec![text()]), success(201, vec![text()])]),
        OutputPlan::One(Ty::String)
    );
    let optional = OutputPlan::One(Ty::Option(Box::new(Ty::String)));
    assert_eq!(output(vec![success(200, vec![text()]), success(204, vec![])]), optional);
    let OutputPlan::Cases(name, cases) =
        output(vec![success(200, vec![text()]), success(202, vec![json_media(Type::Boolean)])])
    else {
        panic!("no cases")
    };
    let names: Vec<_> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!((name.as_str(), names), ("GetOutput", vec!["Ok", "Accepted"]));
}

#[test]
fn the_body_is_a_type_or_a_choice_of_media_types() {
    let media = |media_type: &str, encoding, ty| Media {
        media_type: media_type.to_owned(),
        encoding,
        ..json_media(ty)
    };
    let body = |media: Vec<Media>| {
        let mut put = operation("put", None, Vec::new());
        put.body = Some(Body { required: true, docs: Docs::default(), media });
        let contract = contract(Vec::new(), vec![put], Vec::new());
        let plan = planned(&contract).0.expect("a plan");
        let call = super::sample::call(&contract, &plan, &plan.operations[0], "shop");
        (plan.operations[0].body.clone(), call)
    };
    assert_eq!(body(Vec::new()).0, None);
    let synonyms = body(vec![
        media("text/json", Encoding::Json, Type::String),
        media("application/json", Encoding::Json, Type::String),
    ]);
    let synonyms = synonyms.0.expect("a body");
    assert_eq!((synonyms.argument.ty, synonyms.choices.len()), (Ty::String, 1));
    assert_eq!(synonyms.choices[0].media_type, "application/json");
    let several = body(vec![
        media("application/json", Encoding::Json, Type::Boolean),
        media("application/x.a+json", Encoding::Json, Type::Boolean),
        media("text/plain", Encoding::Text, Type::String),
        media("image/*", Encoding::Bytes, Type::Binary),
    ]);
    assert_eq!(several.1, "shop::operations::Put::new(shop::operations::PutBody::Json(true))");
    let several = several.0.expect("a body");
    assert!(matches!(several.argument.ty, Ty::Body(name) if name.as_str() == "PutBody"));
    let choices = several.choices.iter().map(|choice| (choice.variant.as_str(), &choice.ty, choice.from));
    assert_eq!(
        choices.collect::<Vec<_>>(),
        [
            ("Json", &Ty::Bool, true),
            ("XAJson", &Ty::Bool, false),
            ("Text", &Ty::String, false),
            ("Image", &Ty::RawBody, false)
        ]
    );
}

#[test]
fn a_problem_is_built_from_facts_and_the_rest_is_asked_for() {
    let contract = contract(Vec::new(), Vec::new(), vec![family(vec![code("full", Vec::new())])]);
    let problems = planned(&contract).0.expect("a plan").problems.expect("problems");
    let fills: Vec<_> = problems.fills.iter().map(|fill| matches!(fill, Fill::Argument)).collect();
    assert_eq!(fills, [false, false, true]);
    let printed = printed(&contract, "src/problems.rs");
    assert!(
        printed.contains("pub fn new(kind: impl Into<Kind>, kind_: impl Into<String>) -> Self"),
        "{printed}"
    );
}

#[test]
fn text_of_a_document_stays_text() {
    let mut api = contract(Vec::new(), vec![operation("a */ \"b\"", None, Vec::new())], Vec::new());
    api.api.title = "x\"\n\u{202e}*/ pub fn evil() {}".to_owned();
    api.api.description = Some("```\npanic!()\n```\n# [x]".to_owned());
    let plan = planned(&api).0.expect("a plan");
    assert!(
        plan.user_agent.is_ascii() && !plan.user_agent.contains(char::is_whitespace),
        "{}",
        plan.user_agent
    );
    for artifact in emit(&api, &plan, &Options::default()) {
        let text = String::from_utf8(artifact.contents).expect("text");
        assert!(!text.contains('\u{202e}'), "{text}");
        if artifact.path.ends_with(".rs") {
            let file = syn::parse_file(&text).expect("Rust");
            assert!(!file.items.iter().any(|item| matches!(item, syn::Item::Fn(_))), "{text}");
        }
    }
}

#[test]
fn what_is_printed_is_the_same_each_time() {
    let contract = contract(
        vec![named("Item", object(vec![field("id", Type::String, true)]))],
        vec![operation("put", Some(json_media(Type::Named(TypeId(0)))), Vec::new())],
        vec![family(vec![code("full", vec![field("limit", Type::Integer(IntegerFormat::I64), true)])])],
    );
    let print = || emit(&contract, &planned(&contract).0.expect("a plan"), &Options::default());
    assert_eq!(print(), print());
}

#[test]
fn an_operation_is_a_struct_and_a_table() {
    let mut put = operation("putItem", Some(json_media(Type::String)), vec![success(204, vec![])]);
    put.docs.summary = Some("Put an item".to_owned());
    put.params.push(Param {
        name: "dry".to_owned(),
        place: ParamPlace::Query,
        style: ParamStyle::Form,
        explode: true,
        allow_reserved: false,
        ty: Type::Boolean,
        required: false,
        default: Some(json!(false)),
        docs: Docs { description: Some("Only check.".to_owned()), ..Docs::default() },
        example: None,
        limits: Limits::default(),
    });
    put.errors.push(ErrorResponse {
        status: StatusSpec::Exact(413),
        docs: Docs::default(),
        bodies: vec![ErrorBody {
            media_type: "application/problem+json".to_owned(),
            kind: ErrorKind::Problem { family: FamilyId(0), codes: vec![CodeId(0)], open: true, ty: None },
        }],
        headers: Vec::new(),
    });
    let full = code("full", vec![field("limit", Type::Integer(IntegerFormat::I64), true)]);
    let contract = contract(Vec::new(), vec![put], vec![family(vec![full])]);
    insta::assert_snapshot!(printed(&contract, "src/operations/other.rs"), @r##"
    // Generated by problemgen from the OpenAPI document. Do not edit; run `cargo xtask codegen`.

    //! Operations without a tag.

    use problemgen_runtime as rt;
    use crate::problems;

    /// Put an item.
    ///
    /// `POST /items`
    ///
    /// # Success
    ///
    /// * 204
    ///
    /// # Problems
    ///
    /// | Status | Codes |
    /// | --- | --- |
    /// | 413 | [`full`](crate::Code::Full) |
    #[derive(Clone)]
    #[non_exhaustive]
    pub struct PutItem {
        /// Only check.
        ///
        /// In the query: `dry`.
        ///
        /// Default: `false`
        pub dry: Option<bool>,
        /// The request body.
        pub body: String,
    }

    impl PutItem {
        /// `POST /items`, with its required parameters.
        pub fn new(body: impl Into<String>) -> Self {
            Self {
                dry: None,
                body: body.into(),
            }
        }
        /// Only check.
        ///
        /// In the query: `dry`.
        ///
        /// Default: `false`
        #[must_use]
        pub fn dry(mut self, value: bool) -> Self {
            self.dry = Some(value);
            self
        }
    }

    /// The problems that `POST /items` declares.
    #[derive(Debug, Clone, Copy)]
    #[non_exhaustive]
    pub enum PutItemProblem<'a> {
        /// `full`: Full.
        Full(&'a problems::Full),
        /// A problem that the contract does not declare for this operation.
        Other(rt::Undeclared<'a>),
    }

    impl<'a> rt::Declared<'a, crate::Api> for PutItemProblem<'a> {
        fn of_problem(problem: &'a problems::Problem) -> Self {
            match &problem.kind {
                problems::Kind::Full(members) => Self::Full(members),
                other => Self::Other(rt::Undeclared::new(other.code())),
            }
        }
    }

    impl rt::Operation for PutItem {
        type Of = crate::Api;
        type Errors<'a> = PutItemProblem<'a>;
        type Output = ();
        const SPEC: &'static rt::OperationSpec = &rt::OperationSpec {
            id: "putItem",
            method: "POST",
            path: "/items",
            params: &[rt::ParamSpec::query("dry")],
            accept: "application/problem+json, application/json",
            authenticated: false,
            successes: &[rt::AnswerSpec::empty(204, 0)],
            errors: &[
                rt::AnswerSpec::exact(413, "application/problem+json", rt::BodySpec::Problem),
            ],
        };
        fn param(&self, at: usize) -> Option<&dyn rt::Node> {
            Some(
                match at {
                    0 => &self.dry,
                    _ => return None,
                },
            )
        }
        fn body(&self) -> Option<rt::Content<'_>> {
            Some(rt::Content::json("application/json", &self.body))
        }
    }

    rt::operation!(PutItem);
    "##);
}

/// The types with inline ones beside `Size`, which the document names.
fn repeated(types: Vec<TypeDef>) -> Vec<Option<usize>> {
    let mut types = types;
    for def in &mut types {
        let inline = def.name.contains(' ');
        def.at.0 = format!("/components/schemas/{}{}", def.name, if inline { "/inline" } else { "" });
    }
    let plan = planned(&contract(types, Vec::new(), Vec::new())).0.expect("a plan");
    plan.types.iter().map(|plan| plan.same_as.map(|id| id.0)).collect()
}

fn list(values: &[&str]) -> Shape {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Shape::Enum(Enum { values: EnumValues::Strings(values) })
}

#[test]
fn inline_types_that_are_the_same_are_one() {
    let outer = |inner| object(vec![field("size", Type::Named(TypeId(inner)), true)]);
    let found = repeated(vec![
        named("a size", list(&["s", "l"])),
        named("b size", list(&["s", "l"])),
        named("c size", list(&["l", "s"])),
        named("a outer", outer(0)),
        named("b outer", outer(1)),
        named("c outer", outer(2)),
    ]);
    assert_eq!(found, [None, Some(0), None, None, Some(3), None]);
}

#[test]
fn types_that_the_document_names_stay_and_stand_for_others() {
    let found = repeated(vec![
        named("a size", list(&["s", "l"])),
        named("Size", list(&["s", "l"])),
        named("Width", list(&["s", "l"])),
    ]);
    assert_eq!(found, [Some(1), None, None]);
}

#[test]
fn inline_types_that_hold_themselves_stay() {
    let node = |own| object(vec![field("next", Type::Named(TypeId(own)), false)]);
    assert_eq!(repeated(vec![named("a node", node(0)), named("b node", node(1))]), [None, None]);
}

#[test]
fn members_that_read_differently_are_not_the_same() {
    let with = |change: fn(&mut Field)| {
        let mut field = field("at", Type::String, false);
        change(&mut field);
        object(vec![field])
    };
    let found = repeated(vec![
        named("a place", with(|_| ())),
        named("b place", with(|field| field.docs.description = Some("Where.".to_owned()))),
        named("c place", with(|field| field.docs.deprecated = true)),
        named("d place", with(|field| field.example = Some(json!("here")))),
        named("e place", with(|field| field.required = true)),
        named("f place", with(|field| field.ty = Type::Any)),
        named("g place", with(|_| ())),
    ]);
    assert_eq!(found, [None, None, None, None, None, None, Some(0)]);
}
