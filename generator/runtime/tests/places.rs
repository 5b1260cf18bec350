//! Problems that are not the body itself: under a member, and in a list.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use problemgen_runtime as rt;
use rt::Operation as _;
use serde_json::{Value, json};

/// An API whose problems stand in this place, and an operation of it.
macro_rules! api {
    ($name:ident, $place:expr, numeric: $numeric:literal, $codes:expr, $($further:tt)*) => {
        mod $name {
            use super::*;

            pub(super) static FAMILY: rt::Family = rt::Family {
                codes: $codes,
                place: $place,
                code: "code",
                numeric: $numeric,
                optional: false,
                holder_optional: false,
                retryable: Some("retryable"),
                suggestion: None,
                request_id: None,
            };

            #[derive(Debug, Clone, PartialEq, Default)]
            pub(super) struct Limited {
                pub(super) limit: i64,
                pub(super) unit: Option<String>,
            }
            impl rt::Node for Limited {
                fn empty() -> Self {
                    Self::default()
                }
                fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
                    Ok(match at {
                        0 => &self.limit,
                        1 => &self.unit,
                        _ => return Err("limit unit?"),
                    })
                }
                fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
                    Some(match at {
                        0 => &mut self.limit,
                        1 => &mut self.unit,
                        _ => return None,
                    })
                }
            }

            #[derive(Debug, Clone, PartialEq)]
            pub(super) enum Kind {
                Limited(Limited),
                Busy,
                Unlisted(rt::UnlistedCode),
            }

            #[derive(Debug, Clone, PartialEq, Default)]
            pub(super) struct Envelope {
                pub(super) trace_id: String,
                pub(super) hint: Option<String>,
                pub(super) additional: rt::Others,
            }
            impl rt::Node for Envelope {
                fn empty() -> Self {
                    Self::default()
                }
                fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
                    Ok(match at {
                        0 => &self.trace_id,
                        1 => &self.hint,
                        2 => &self.additional,
                        _ => return Err("trace_id hint?"),
                    })
                }
                fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
                    Some(match at {
                        0 => &mut self.trace_id,
                        1 => &mut self.hint,
                        2 => &mut self.additional,
                        _ => return None,
                    })
                }
            }

            #[derive(Debug, Clone, PartialEq)]
            pub(super) struct Problem {
                pub(super) message: String,
                pub(super) retryable: Option<bool>,
                pub(super) kind: Kind,
                pub(super) extensions: BTreeMap<String, rt::Json>,
                pub(super) envelope: Envelope,
                pub(super) further: Vec<Problem>,
            }
            impl rt::Node for Problem {
                fn empty() -> Self {
                    Self {
                        message: String::new(),
                        retryable: None,
                        kind: Kind::Unlisted(rt::UnlistedCode::from_wire("")),
                        extensions: BTreeMap::new(),
                        envelope: Envelope::default(),
                        further: Vec::new(),
                    }
                }
                fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
                    Ok(match at {
                        0 => &self.message,
                        1 => &self.retryable,
                        _ => return Err("message retryable?"),
                    })
                }
                fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
                    Some(match at {
                        0 => &mut self.message,
                        1 => &mut self.retryable,
                        _ => return None,
                    })
                }
            }
            impl rt::ProblemNode for Problem {
                fn family(&self) -> &'static rt::Family {
                    &FAMILY
                }
                fn code(&self) -> &str {
                    match &self.kind {
                        Kind::Limited(_) => FAMILY.codes[0].code,
                        Kind::Busy => FAMILY.codes[1].code,
                        Kind::Unlisted(code) => code.code(),
                    }
                }
                fn select(&mut self, place: Option<usize>, code: &str) {
                    self.kind = match place {
                        Some(0) => Kind::Limited(Limited::default()),
                        Some(1) => Kind::Busy,
                        _ => Kind::Unlisted(rt::UnlistedCode::from_wire(code)),
                    };
                }
                fn common(&self) -> &dyn rt::Node {
                    self
                }
                fn common_mut(&mut self) -> &mut dyn rt::Node {
                    self
                }
                fn conditional(&self) -> Option<&dyn rt::Node> {
                    match &self.kind {
                        Kind::Limited(members) => Some(members),
                        _ => None,
                    }
                }
                fn conditional_mut(&mut self) -> Option<&mut dyn rt::Node> {
                    match &mut self.kind {
                        Kind::Limited(members) => Some(members),
                        _ => None,
                    }
                }
                fn extensions(&self) -> &BTreeMap<String, rt::Json> {
                    &self.extensions
                }
                fn extensions_mut(&mut self) -> &mut BTreeMap<String, rt::Json> {
                    &mut self.extensions
                }
                fn envelope(&self) -> Option<&dyn rt::Node> {
                    Some(&self.envelope)
                }
                fn envelope_mut(&mut self) -> Option<&mut dyn rt::Node> {
                    Some(&mut self.envelope)
                }
                $($further)*
            }
            rt::problem!(Problem);

            #[derive(Debug)]
            pub(super) enum Api {}
            impl rt::Api for Api {
                const USER_AGENT: &'static str = "test/1";
                const SERVERS: &'static [&'static str] = &[];
                const CREDENTIAL: rt::CredentialPlace = rt::CredentialPlace::Nowhere;
                const FAMILY: &'static rt::Family = &FAMILY;
                type Problem = Problem;
                type Kind = Kind;
                type Failure = rt::NoFailure;
                fn empty_problem() -> Problem {
                    rt::Node::empty()
                }
                fn kind(problem: &Problem) -> &Kind {
                    &problem.kind
                }
            }

            #[derive(Debug)]
            pub(super) struct Call;
            impl rt::Operation for Call {
                type Of = Api;
                type Errors<'a> = &'a Kind;
                type Output = ();
                const SPEC: &'static rt::OperationSpec = &rt::OperationSpec {
                    id: "call",
                    method: "GET",
                    path: "",
                    params: &[],
                    accept: "application/json",
                    authenticated: false,
                    successes: &[rt::AnswerSpec::exact(204, "", rt::BodySpec::Empty(0))],
                    errors: &[rt::AnswerSpec::exact(429, "application/json", rt::BodySpec::Problem)],
                };
                fn param(&self, _: usize) -> Option<&dyn rt::Node> {
                    None
                }
            }

            pub(super) fn answer(body: &str) -> rt::Error<Call> {
                let response = rt::http::Response::builder().status(429).header("content-type", "application/json");
                let response = response.body(rt::Bytes::copy_from_slice(body.as_bytes())).expect("a response");
                Call::decode(response).expect_err("an error")
            }
        }
    };
}

api!(
    under,
    rt::CodePlace::Under("error"),
    numeric: false,
    &[rt::CodeFacts::new("limited", &[429]), rt::CodeFacts::new("busy", &[429, 503])],
);
api!(
    each,
    rt::CodePlace::Each("errors"),
    numeric: true,
    &[rt::CodeFacts::new("1001", &[429]), rt::CodeFacts::new("-7", &[429, 503])],
    fn further(&self, number: usize) -> Option<&dyn rt::ProblemNode> {
        self.further.get(number).map(|problem| problem as &dyn rt::ProblemNode)
    }
    fn grow(&mut self) -> Option<&mut dyn rt::ProblemNode> {
        self.further.push(rt::Node::empty());
        self.further.last_mut().map(|problem| problem as &mut dyn rt::ProblemNode)
    }
    fn shrink(&mut self) {
        self.further.pop();
    }
    fn settle(&mut self) {
        self.further.iter_mut().for_each(|problem| problem.envelope.clone_from(&self.envelope));
    }
);

fn said<O: rt::Raises>(error: &rt::Error<O>) -> Vec<String> {
    error.violations().iter().map(ToString::to_string).collect()
}

#[test]
fn a_code_under_a_member() {
    let body = json!({
        "before": [1],
        "error": {"limit": 5, "code": "limited", "message": "Too many.", "retryable": true, "new": {"a": null}},
        "trace_id": "t1",
    });
    let error = under::answer(&body.to_string());
    assert!(said(&error).is_empty(), "{error:?}");
    assert!(matches!(error.kind(), Some(under::Kind::Limited(under::Limited { limit: 5, .. }))), "{error:?}");
    let problem = error.problem().expect("a problem");
    assert_eq!(problem.envelope.trace_id, "t1");
    assert_eq!(
        (error.code(), error.detail(), error.retryable()),
        (Some("limited"), Some("Too many."), Some(true))
    );
    assert_eq!(error.request_id(), Some("t1"));
    assert_eq!(error.to_string(), "limited (429): Too many. [request t1]");
    assert_eq!(serde_json::to_value(problem).expect("JSON"), body);
    assert_eq!(&serde_json::from_value::<under::Problem>(body).expect("a problem"), problem);
}

#[test]
fn members_that_were_null_are_null_again() {
    let before = json!({"unit": null, "code": "limited", "limit": 5, "message": "m", "retryable": null});
    let after = json!({"code": "limited", "message": "m", "limit": 5, "unit": null, "new": null});
    for inner in [before, after] {
        let body = json!({"hint": null, "error": inner, "trace_id": "t1", "other": null});
        let error = under::answer(&body.to_string());
        assert!(said(&error).is_empty(), "{error:?}");
        let problem = error.problem().expect("a problem");
        assert_eq!(serde_json::to_value(problem).expect("JSON"), body);
        // A value goes before the note that there was none.
        let mut changed = problem.clone();
        changed.retryable = Some(true);
        changed.envelope.hint = Some("h".to_owned());
        let written = serde_json::to_string(&changed).expect("JSON");
        assert_eq!(written.matches("retryable").count() + written.matches("hint").count(), 2, "{written}");
    }
    // A broken member beside them: then the other reader is at work.
    let mut body = json!({
        "hint": null, "trace_id": "t1",
        "error": {"unit": null, "code": "limited", "limit": 5, "message": "m", "retryable": "x"},
    });
    let error = under::answer(&body.to_string());
    assert_eq!(said(&error).len(), 1, "{error:?}");
    body["error"].as_object_mut().expect("an object").remove("retryable");
    assert_eq!(serde_json::to_value(error.problem().expect("a problem")).expect("JSON"), body);
}

#[test]
fn codes_in_a_list() {
    let body = json!({
        "trace_id": "t1",
        "errors": [
            {"code": -7, "message": "Busy."},
            {"code": 1001, "message": "Too many.", "limit": 5},
            {"code": 9, "message": "New.", "more": 1},
        ],
        "after": "all",
    });
    let error = each::answer(&body.to_string());
    assert!(said(&error).is_empty(), "{error:?}");
    assert!(matches!(error.kind(), Some(each::Kind::Busy)), "{error:?}");
    assert_eq!((error.code(), error.detail()), (Some("-7"), Some("Busy.")));
    let problem = error.problem().expect("a problem");
    let [limited, new] = problem.further.as_slice() else { panic!("{problem:?}") };
    assert!(matches!(limited.kind, each::Kind::Limited(each::Limited { limit: 5, .. })));
    assert_eq!(limited.envelope, problem.envelope);
    assert_eq!(rt::ProblemNode::code(new), "9");
    assert_eq!(serde_json::to_value(problem).expect("JSON"), body);
    assert_eq!(&serde_json::from_value::<each::Problem>(body).expect("a problem"), problem);
}

/// What is broken, where, and which members are kept.
type Broken<'a> = (&'a str, &'a [&'a str], Value);

fn unexpected<O: rt::Raises>(error: &rt::Error<O>, (body, violations, members): &Broken<'_>) {
    assert!(error.kind().is_none(), "{body}");
    assert_eq!(said(error), *violations, "{body}");
    let rt::Error::Unexpected(unexpected) = error else { panic!("{error:?}") };
    assert_eq!(serde_json::to_value(&unexpected.members).expect("JSON"), *members, "{body}");
    assert_eq!(unexpected.response.body, body.as_bytes());
    assert!(!error.to_string().contains('\n'));
}

#[test]
fn broken_bodies_with_a_code_under_a_member() {
    let table: &[Broken<'_>] = &[
        (
            "{}",
            &["/trace_id: the member is required and missing", "/error: the member is required and missing"],
            json!({}),
        ),
        (
            r#"{"trace_id": "t", "error": "no"}"#,
            &["/error: a problem is an object"],
            json!({"trace_id": "t", "error": "no"}),
        ),
        (
            r#"{"trace_id": "t", "error": [{"code": "busy"}]}"#,
            &["/error: a problem is an object"],
            json!({"trace_id": "t", "error": [{"code": "busy"}]}),
        ),
        (
            r#"{"trace_id": 1, "error": {"code": "limited", "message": "M", "limit": "x"}}"#,
            &[
                "/trace_id: invalid type: integer `1`, expected a string",
                "/error/limit: invalid type: string \"x\", expected an integer",
            ],
            json!({"trace_id": 1, "error": {"code": "limited", "message": "M", "limit": "x"}}),
        ),
        (
            r#"{"trace_id": "t", "error": {"message": "M"}}"#,
            &["/error/code: the member is required and missing"],
            json!({"trace_id": "t", "error": {"message": "M"}}),
        ),
    ];
    for broken in table {
        unexpected(&under::answer(broken.0), broken);
    }
    // What came before a break is kept, and the code is told.
    let error =
        under::answer(r#"{"trace_id": "t", "error": {"code": "busy", "message": "M", "retryable": tr"#);
    assert_eq!((error.code(), error.detail()), (Some("busy"), Some("M")));
    let rt::Error::Unexpected(unexpected) = &error else { panic!("{error:?}") };
    let members = serde_json::to_value(&unexpected.members).expect("JSON");
    assert_eq!(members, json!({"trace_id": "t", "error": {"code": "busy", "message": "M"}}));
    // An optional member can be broken; the problem does without it.
    let error =
        under::answer(r#"{"trace_id": "t", "error": {"code": "busy", "message": "M", "retryable": 1}}"#);
    assert!(matches!(error.kind(), Some(under::Kind::Busy)));
    assert_eq!(said(&error), ["/error/retryable: invalid type: integer `1`, expected a boolean"]);
    // So can a repeated member.
    let error =
        under::answer(r#"{"trace_id": "t", "error": {"code": "busy", "message": "M"}, "trace_id": "u"}"#);
    assert_eq!(said(&error), ["/trace_id: the member stands here twice; the first one counts"]);
}

#[test]
fn broken_bodies_with_codes_in_a_list() {
    let table: &[Broken<'_>] = &[
        (
            r#"{"trace_id": "t", "errors": []}"#,
            &["/errors: the list has no problem"],
            json!({"trace_id": "t", "errors": []}),
        ),
        (
            r#"{"trace_id": "t", "errors": {"code": -7}}"#,
            &["/errors: the problems are a list"],
            json!({"trace_id": "t", "errors": {"code": -7}}),
        ),
        (
            r#"{"trace_id": "t", "errors": [3]}"#,
            &["/errors/0: a problem is an object"],
            json!({"trace_id": "t", "errors": [3]}),
        ),
        (
            r#"{"trace_id": "t", "errors": [{"code": 1.5, "message": "M"}]}"#,
            &["/errors/0/code: a code is a string or an integer"],
            json!({"trace_id": "t", "errors": [{"code": 1.5, "message": "M"}]}),
        ),
    ];
    for broken in table {
        unexpected(&each::answer(broken.0), broken);
    }
    // A problem after the first that is broken does not take the first away.
    let error = each::answer(
        r#"{"trace_id": "t", "errors": [{"code": -7, "message": "M"}, {"code": 1001, "message": "N"}, {"code": -7, "message": "O"}]}"#,
    );
    assert_eq!(said(&error), ["/errors/1/limit: the member is required and missing"]);
    let problem = error.problem().expect("a problem");
    let further: Vec<&str> = problem.further.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(further, ["O"]);
    // What came before a break is kept.
    let error = each::answer(r#"{"trace_id": "t", "errors": [{"code": -7, "message": "M"}, {"code": 10"#);
    let rt::Error::Unexpected(unexpected) = &error else { panic!("{error:?}") };
    let members = serde_json::to_value(&unexpected.members).expect("JSON");
    assert_eq!(members, json!({"trace_id": "t", "errors": [{"code": -7, "message": "M"}, {}]}));
}
