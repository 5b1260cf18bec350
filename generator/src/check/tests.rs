//! Each law is broken once.

use serde_json::json;

use super::*;
use crate::contract::*;

/// A contract that breaks no law.
fn sound() -> Contract {
    let field = |name: &str, ty: Type| Field::new(name, ty, true);
    let code = ProblemCode {
        code: "sold_out".to_owned(),
        title: None,
        statuses: vec![409],
        retryable: Some(false),
        type_uri: Some("https://example.com/errors#sold_out".to_owned()),
        section: Some("Stock".to_owned()),
        section_at: None,
        meaning: None,
        remedy: None,
        recovery: None,
        source: None,
        fields: vec![field("left", Type::Integer(IntegerFormat::I64))],
        examples: vec![Example {
            name: "none".to_owned(),
            value: json!({"code": "sold_out", "retryable": false, "status": 409, "left": 0}),
            at: None,
        }],
        ranges: Vec::new(),
        raised_by: vec![OperationId(0)],
        at: Pointer("/components/schemas/SoldOut".to_owned()),
    };
    let family = ProblemFamily {
        name: "Problem".to_owned(),
        docs: Docs::default(),
        docs_url: Some("https://example.com/errors".to_owned()),
        sections: vec!["Stock".to_owned()],
        place: CodePlace::Root("code".to_owned()),
        holder_optional: false,
        open: false,
        envelope: Vec::new(),
        members: vec![field("code", Type::String), field("retryable", Type::Boolean)],
        roles: Roles { retryable: Some("retryable".to_owned()), ..Roles::default() },
        codes: vec![code],
        at: Pointer("/components/schemas/Problem".to_owned()),
    };
    let param = Param::path("id", Type::String);
    let kind = ErrorKind::Problem { family: FamilyId(0), codes: vec![CodeId(0)], open: true, ty: None };
    let operation = Operation {
        id: "get".to_owned(),
        method: Method::Get,
        path: "/things/{id}".to_owned(),
        segments: vec![Segment::Literal("/things/".to_owned()), Segment::Param(0)],
        tag: None,
        docs: Docs::default(),
        params: vec![param],
        body: None,
        successes: Vec::new(),
        errors: vec![ErrorResponse {
            status: StatusSpec::Exact(409),
            docs: Docs::default(),
            bodies: vec![ErrorBody { media_type: "application/problem+json".to_owned(), kind }],
            headers: Vec::new(),
        }],
        credentials: Vec::new(),
        pagination: None,
        at: Pointer("/paths/~1things~1{id}/get".to_owned()),
    };
    let api = Api {
        title: "Test".to_owned(),
        version: "1".to_owned(),
        description: None,
        servers: Vec::new(),
        credentials: Vec::new(),
        tags: Vec::new(),
    };
    Contract { api, types: Vec::new(), families: vec![family], operations: vec![operation] }
}

/// What the laws say about the sound contract after a change.
fn broken(change: impl FnOnce(&mut Contract)) -> String {
    let mut contract = sound();
    change(&mut contract);
    let locate = |at: &Pointer| Place {
        file: "openapi.yaml".to_owned(),
        line: 1,
        column: 1,
        pointer: at.0.clone(),
        text: String::new(),
        underline: (0, 0),
    };
    let mut report = Report::new();
    hold(&contract, &mut Findings { locate: &locate, report: &mut report });
    let lines: Vec<String> = report
        .diagnostics()
        .into_iter()
        .map(|found| format!("{:?} {}: {}", found.severity, found.code.code, found.message))
        .collect();
    lines.join("\n")
}

/// The same, for a change to the only code.
fn broken_code(change: impl FnOnce(&mut ProblemCode)) -> String {
    broken(|contract| change(&mut contract.families[0].codes[0]))
}

#[test]
fn a_sound_contract_breaks_no_law() {
    assert_eq!(broken(|_| {}), "");
}

#[test]
fn laws_over_paths() {
    insta::assert_snapshot!(broken(|contract| {
        contract.operations[0].segments = vec![Segment::Literal("/things/{it}".to_owned())];
    }), @r#"
    Error C001: the path "/things/{id}" has a brace that belongs to no variable
    Error C002: the path does not contain `{id}`
    "#);
    insta::assert_snapshot!(broken(|contract| contract.operations[0].params[0].required = false), @"Error C003: the path parameter `id` is not required");
    insta::assert_snapshot!(broken(|contract| {
        let again = contract.operations[0].clone();
        contract.operations.push(again);
    }), @"Error C004: `get` is the id of this operation and of GET /things/{id}");
}

#[test]
fn laws_over_indices() {
    insta::assert_snapshot!(broken(|contract| contract.operations[0].params[0].ty = Type::Named(TypeId(3))), @"Error C005: the model names a type here that it does not have");
    insta::assert_snapshot!(broken(|contract| contract.operations[0].segments.push(Segment::Param(1))), @"Error C005: the model names a parameter here that it does not have");
    insta::assert_snapshot!(broken_code(|code| code.raised_by.push(OperationId(1))), @"Error C005: the model names an operation here that it does not have");
    insta::assert_snapshot!(broken_code(|code| {
        code.fields[0].ty = Type::Nullable(Box::new(Type::Nullable(Box::new(Type::String))));
    }), @r"
    Error C005: the model nests `null` here
    Warning C027: `left` in the example `none` of `sold_out` is not of its type
    ");
    insta::assert_snapshot!(broken(|contract| {
        contract.operations[0].errors[0].bodies[0].kind =
            ErrorKind::Problem { family: FamilyId(0), codes: vec![CodeId(1)], open: false, ty: None };
    }), @"Error C005: the model names a code here that it does not have");
}

#[test]
fn laws_over_codes() {
    insta::assert_snapshot!(broken(|contract| {
        let again = contract.families[0].codes[0].clone();
        contract.families[0].codes.push(again);
    }), @"Error C010: the code `sold_out` is defined twice");
    insta::assert_snapshot!(broken(|contract| {
        let mut other = contract.families[0].codes[0].clone();
        other.code = "other".to_owned();
        other.examples.clear();
        contract.families[0].codes.push(other);
    }), @r#"
    Warning C014: `other` and `sold_out` have the same `type`
    Error C016: the `type` of `other` leads to another place on the documentation page
    Note C020: `other` has no example
    "#);
    insta::assert_snapshot!(broken_code(|code| code.statuses = vec![200, 409]), @"Error C011: `sold_out` has the status 200, which is no error");
    insta::assert_snapshot!(broken_code(|code| code.statuses.clear()), @"Warning C012: nothing says with which exact status `sold_out` is sent");
    insta::assert_snapshot!(broken_code(|code| code.retryable = None), @r#"
    Note C013: `sold_out` does not say whether a retry can help, though every problem does
    "#);
    insta::assert_snapshot!(broken_code(|code| code.fields[0].name = "code".to_owned()), @r"
    Error C017: `sold_out` gives the common member `code` another type
    Warning C027: `code` in the example `none` of `sold_out` is not of its type
    ");
    insta::assert_snapshot!(broken_code(|code| code.section = Some("Traffic".to_owned())), @"Error C018: `sold_out` stands in the section `Traffic`, which the base does not list");
    insta::assert_snapshot!(broken_code(|code| code.raised_by.clear()), @"Warning C019: no operation raises `sold_out`");
}

#[test]
fn laws_over_ways_out() {
    use crate::docs::samples::way_out;
    let with = |action, field: &[&str], url| broken_code(|code| code.recovery = way_out(action, field, url));
    let of = |ty: Type, action| {
        broken_code(|code| {
            code.fields[0].ty = ty;
            code.recovery = way_out(action, &["left"], None);
        })
    };
    assert_eq!(with(RecoveryAction::Reread, &["left"], None), "");
    assert_eq!(with(RecoveryAction::StepUp, &[], None), "");
    assert_eq!(with(RecoveryAction::Upgrade, &[], Some("https://example.com/plans?from=stock#pro")), "");
    insta::assert_snapshot!(with(RecoveryAction::Reread, &["lift"], None), @"Error C023: `sold_out` has no member `lift`");
    insta::assert_snapshot!(with(RecoveryAction::Reread, &["left", "now"], None), @"Error C023: `left` of `sold_out` has no member `now`");
    insta::assert_snapshot!(with(RecoveryAction::Choose, &["left"], None), @"Error C024: `left` of `sold_out` is of a type that `choose` cannot use");
    for url in [
        "/plans",
        "plans",
        "ftp://example.com",
        "https://",
        "https:///x",
        "https://example.com/a b",
        "javascript:alert(1)",
    ] {
        let said = with(RecoveryAction::Upgrade, &[], Some(url));
        assert!(said.starts_with("Error C025"), "{url}: {said}");
    }
    for action in [RecoveryAction::Retry, RecoveryAction::Wait] {
        let said = with(action, &[], None);
        assert!(said.starts_with("Error C026"), "{action:?}: {said}");
    }
    let retryable = |action| {
        broken_code(|code| {
            code.retryable = Some(true);
            code.recovery = way_out(action, &[], None);
        })
    };
    insta::assert_snapshot!(retryable(RecoveryAction::GiveUp), @"Error C026: `sold_out` says that the identical request can succeed later, but its way out is `give-up`");
    assert_eq!(retryable(RecoveryAction::Reauthenticate), "");
    let date = Type::Text(TextFormat::DateTime);
    let refused = "Error C024";
    let list = |item: Type| Type::Array(Box::new(item));
    for (ty, action, serves) in [
        (date.clone(), RecoveryAction::Reread, true),
        (Type::Nullable(Box::new(list(date.clone()))), RecoveryAction::Choose, true),
        (list(Type::String), RecoveryAction::Reread, false),
        (Type::Boolean, RecoveryAction::Fix, false),
        (Type::Text(TextFormat::Secret), RecoveryAction::Reread, false),
        (Type::String, RecoveryAction::Upgrade, true),
        (date, RecoveryAction::Upgrade, false),
        (Type::Map(Box::new(Type::String)), RecoveryAction::Fix, true),
        (Type::Integer(IntegerFormat::I32), RecoveryAction::Fix, false),
        (Type::Any, RecoveryAction::Choose, true),
    ] {
        let said = of(ty.clone(), action);
        assert_eq!(said.starts_with(refused), !serves, "{ty:?} for {action:?}: {said}");
    }
}

#[test]
fn laws_over_problem_types() {
    let with = |uri: &str| broken_code(|code| code.type_uri = Some(uri.to_owned()));
    insta::assert_snapshot!(with("https://example.com/a b"), @"Error C015: the `type` of `sold_out` is not a URI reference");
    insta::assert_snapshot!(with("https://example.com/errors#soldout"), @"Error C016: the `type` of `sold_out` leads to another place on the documentation page");
    insta::assert_snapshot!(with("https://example.com/problems/sold-out"), @"Warning C016: the `type` of `sold_out` does not lead to the documentation page");
}

#[test]
fn laws_over_examples() {
    insta::assert_snapshot!(broken_code(|code| code.examples.clear()), @"Note C020: `sold_out` has no example");
    insta::assert_snapshot!(broken_code(|code| code.examples[0].value["code"] = json!("other")), @r#"
    Warning C021: the example `none` of `sold_out` does not carry this code
    "#);
    insta::assert_snapshot!(broken_code(|code| code.examples[0].value["status"] = json!(410)), @r#"
    Warning C021: the example `none` of `sold_out` has the status 410, which the code does not have
    "#);
    insta::assert_snapshot!(broken_code(|code| code.examples[0].value = json!({"code": "sold_out"})), @r#"
    Warning C022: the example `none` of `sold_out` lacks retryable, left
    "#);
    insta::assert_snapshot!(broken_code(|code| code.examples[0].value["left"] = json!("none")), @"Warning C027: `left` in the example `none` of `sold_out` is not of its type");
}

#[test]
fn an_example_is_looked_into_where_the_problem_stands() {
    let within = |body: fn(serde_json::Value) -> serde_json::Value| {
        broken(|contract| {
            let family = &mut contract.families[0];
            family.place = CodePlace::Each("errors".to_owned(), "code".to_owned());
            family.envelope = vec![Field { name: "trace".to_owned(), ..family.members[0].clone() }];
            let example = &mut family.codes[0].examples[0];
            example.value = body(example.value.take());
        })
    };
    assert_eq!(within(|body| json!({"errors": [body], "trace": "t"})), "");
    insta::assert_snapshot!(within(|body| json!({"errors": [body]})), @r#"
    Warning C022: the example `none` of `sold_out` lacks trace
    "#);
    insta::assert_snapshot!(within(|body| json!({"errors": [], "all": body, "trace": "t"})), @r#"
    Warning C021: the example `none` of `sold_out` does not carry this code
    "#);
}
