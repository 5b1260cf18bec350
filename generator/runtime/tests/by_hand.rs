//! The runtime as generated code uses it: a small API written by hand, in the form that the generator prints.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use bytes::Bytes;
use problemgen_runtime as rt;

/// What went wrong, as the API names it.
#[derive(Clone)]
#[non_exhaustive]
pub enum Code {
    QuotaExceeded,
    NotFound,
    /// A code that this version of the contract does not list.
    Unlisted(rt::Unlisted),
}

impl Code {
    pub const FACTS: &'static [rt::CodeFacts] = &[
        rt::CodeFacts::new("quota_exceeded", &[403, 413])
            .with_retryable(false)
            .with_remedy("Free up space or upgrade.")
            .with_docs_url("https://shop.example/errors#quota_exceeded"),
        rt::CodeFacts::new("not_found", &[404]).with_retryable(false),
    ];

    pub const fn facts(&self) -> Option<&'static rt::CodeFacts> {
        Some(match self {
            Self::QuotaExceeded => &Self::FACTS[0],
            Self::NotFound => &Self::FACTS[1],
            Self::Unlisted(_) => return None,
        })
    }
}

impl rt::Vocabulary for Code {
    const LIST: rt::List<Self> =
        rt::List(&[("quota_exceeded", Self::QuotaExceeded), ("not_found", Self::NotFound)], Self::Unlisted);
    fn text(&self) -> &str {
        match self {
            Self::QuotaExceeded => "quota_exceeded",
            Self::NotFound => "not_found",
            Self::Unlisted(value) => value.value(),
        }
    }
}
rt::vocabulary!(Code);

pub static FAMILY: rt::Family = rt::Family {
    codes: Code::FACTS,
    place: rt::CodePlace::Root,
    code: "code",
    numeric: false,
    optional: false,
    holder_optional: false,
    retryable: Some("retryable"),
    suggestion: Some("suggestion"),
    request_id: Some("request_id"),
};

pub struct QuotaExceeded {
    pub limit: i64,
    pub used: i64,
    pub plan: Option<String>,
}

impl rt::Node for QuotaExceeded {
    fn empty() -> Self {
        Self { limit: rt::Node::empty(), used: rt::Node::empty(), plan: rt::Node::empty() }
    }
    fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
        Ok(match at {
            0 => &self.limit,
            1 => &self.used,
            2 => &self.plan,
            _ => return Err("limit used plan?"),
        })
    }
    fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
        Some(match at {
            0 => &mut self.limit,
            1 => &mut self.used,
            2 => &mut self.plan,
            _ => return None,
        })
    }
}
rt::record!(QuotaExceeded);

/// The members of a problem that depend on its code.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    QuotaExceeded(QuotaExceeded),
    NotFound,
    /// A code that this version of the contract does not list.
    Unlisted(rt::UnlistedCode),
}

impl Kind {
    pub fn code(&self) -> &str {
        match self {
            Self::QuotaExceeded(_) => "quota_exceeded",
            Self::NotFound => "not_found",
            Self::Unlisted(code) => code.code(),
        }
    }
}

/// A problem: its common members, and those of its code.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub title: String,
    pub status: i64,
    pub detail: Option<String>,
    pub retryable: bool,
    pub suggestion: Option<String>,
    pub request_id: Option<String>,
    pub kind: Kind,
    pub extensions: BTreeMap<String, rt::Json>,
}

impl rt::Node for Problem {
    fn empty() -> Self {
        Self {
            title: rt::Node::empty(),
            status: rt::Node::empty(),
            detail: rt::Node::empty(),
            retryable: rt::Node::empty(),
            suggestion: rt::Node::empty(),
            request_id: rt::Node::empty(),
            kind: Kind::Unlisted(rt::UnlistedCode::from_wire("")),
            extensions: BTreeMap::new(),
        }
    }
    fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
        Ok(match at {
            0 => &self.title,
            1 => &self.status,
            2 => &self.detail,
            3 => &self.retryable,
            4 => &self.suggestion,
            5 => &self.request_id,
            _ => return Err("title status detail? retryable suggestion? request_id?"),
        })
    }
    fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
        Some(match at {
            0 => &mut self.title,
            1 => &mut self.status,
            2 => &mut self.detail,
            3 => &mut self.retryable,
            4 => &mut self.suggestion,
            5 => &mut self.request_id,
            _ => return None,
        })
    }
}

impl rt::ProblemNode for Problem {
    fn family(&self) -> &'static rt::Family {
        &FAMILY
    }
    fn code(&self) -> &str {
        self.kind.code()
    }
    fn select(&mut self, place: Option<usize>, code: &str) {
        self.kind = match place {
            Some(0) => Kind::QuotaExceeded(rt::Node::empty()),
            Some(1) => Kind::NotFound,
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
            Kind::QuotaExceeded(members) => Some(members),
            _ => None,
        }
    }
    fn conditional_mut(&mut self) -> Option<&mut dyn rt::Node> {
        match &mut self.kind {
            Kind::QuotaExceeded(members) => Some(members),
            _ => None,
        }
    }
    fn extensions(&self) -> &BTreeMap<String, rt::Json> {
        &self.extensions
    }
    fn extensions_mut(&mut self) -> &mut BTreeMap<String, rt::Json> {
        &mut self.extensions
    }
}
rt::problem!(Problem);

#[derive(Debug, Clone, Copy)]
pub enum Shop {}

impl rt::Api for Shop {
    const USER_AGENT: &'static str = "shop/1";
    const SERVERS: &'static [&'static str] = &["https://shop.example"];
    const CREDENTIAL: rt::CredentialPlace = rt::CredentialPlace::Bearer;
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

pub type Client = rt::Client<Shop>;
pub type Error<O = rt::Any<Shop>> = rt::Error<O>;

pub struct Item {
    pub id: String,
    pub note: rt::Patch<String>,
}

impl rt::Node for Item {
    fn empty() -> Self {
        Self { id: rt::Node::empty(), note: rt::Node::empty() }
    }
    fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
        Ok(match at {
            0 => &self.id,
            1 => &self.note,
            _ => return Err(r#"id note? object="item""#),
        })
    }
    fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
        Some(match at {
            0 => &mut self.id,
            1 => &mut self.note,
            _ => return None,
        })
    }
}
rt::record!(Item);

/// `PUT /items/{id}`
#[derive(Debug, Clone, PartialEq)]
pub struct PutItem {
    pub id: String,
    pub dry: Option<bool>,
    pub if_revision: Option<i64>,
    pub body: Item,
}

/// The problems that `PUT /items/{id}` declares.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum PutItemProblem<'a> {
    QuotaExceeded(&'a QuotaExceeded),
    /// A problem that the contract does not declare for this operation.
    Other(rt::Undeclared<'a>),
}

impl<'a> rt::Declared<'a, Shop> for PutItemProblem<'a> {
    fn of_problem(problem: &'a Problem) -> Self {
        match &problem.kind {
            Kind::QuotaExceeded(members) => PutItemProblem::QuotaExceeded(members),
            other => PutItemProblem::Other(rt::Undeclared::new(other.code())),
        }
    }
}

impl rt::Operation for PutItem {
    type Of = Shop;
    type Errors<'a> = PutItemProblem<'a>;
    type Output = Item;
    const SPEC: &'static rt::OperationSpec = &rt::OperationSpec {
        id: "putItem",
        method: "PUT",
        path: "/items/{id}",
        params: &[
            rt::ParamSpec::new("id", rt::Style::PathSimple).required(),
            rt::ParamSpec::new("dry", rt::Style::QueryForm).exploded(),
            rt::ParamSpec::new("If-Revision", rt::Style::HeaderSimple),
        ],
        accept: "application/json, application/problem+json",
        authenticated: true,
        successes: &[rt::AnswerSpec::exact(200, "application/json", rt::BodySpec::Json(0))],
        errors: &[
            rt::AnswerSpec::exact(413, "application/problem+json", rt::BodySpec::Problem),
            rt::AnswerSpec::range(5, "application/problem+json", rt::BodySpec::Problem),
        ],
    };
    fn param(&self, at: usize) -> Option<&dyn rt::Node> {
        Some(match at {
            0 => &self.id,
            1 => &self.dry,
            2 => &self.if_revision,
            _ => return None,
        })
    }
    fn body(&self) -> Option<rt::Content<'_>> {
        Some(rt::Content::json("application/json", &self.body))
    }
}

fn put() -> PutItem {
    PutItem {
        id: "a b/ü".into(),
        dry: Some(true),
        if_revision: Some(7),
        body: Item { id: "x".into(), note: rt::Patch::Clear },
    }
}

fn answer(status: u16, body: &str) -> Result<Item, Error<PutItem>> {
    let response = rt::http::Response::builder().status(status).body(Bytes::copy_from_slice(body.as_bytes()));
    <PutItem as rt::Operation>::decode(response.expect("a valid response"))
}

const QUOTA: &str = r#"{"title":"Too much","status":413,"retryable":false,"limit":10,"code":"quota_exceeded",
    "used":9,"suggestion":"Delete something.","request_id":"req_1","more":{"a":[1]}}"#;

#[test]
fn an_operation_becomes_a_request() {
    let request = rt::Operation::to_request(&put(), &"https://shop.example/v1/".parse().expect("a URL"))
        .expect("a request");
    assert_eq!(request.uri(), "https://shop.example/v1/items/a%20b%2F%C3%BC?dry=true");
    assert_eq!(request.headers()["if-revision"], "7");
    assert_eq!(request.headers()["accept"], "application/json, application/problem+json");
    assert_eq!(request.body(), r#"{"id":"x","note":null,"object":"item"}"#);
}

#[test]
fn a_success_is_decoded() {
    let item = answer(200, r#"{"object":"item","id":"x","new":1}"#).expect("a success");
    assert_eq!(item, Item { id: "x".into(), note: rt::Patch::Keep });
}

#[test]
fn a_problem_has_the_members_of_its_code() {
    let error = answer(413, QUOTA).expect_err("an error");
    let Some(PutItemProblem::QuotaExceeded(quota)) = error.kind() else { panic!("{error:?}") };
    assert_eq!((quota.limit, quota.used), (10, 9));
    assert_eq!(error.retryable(), Some(false));
    assert_eq!(error.violations(), []);
    assert_eq!(error.to_string(), "quota_exceeded (413): Too much — Delete something. [request req_1]");
    assert_eq!(error.problem().expect("a problem").extensions["more"].to_string(), r#"{"a":[1]}"#);
}

#[test]
fn what_the_contract_knows_of_a_code_is_for_whoever_asks() {
    let shown = |body: &str| {
        let error = answer(413, body).expect_err("an error");
        assert_eq!(error.remedy(), Some("Free up space or upgrade."));
        (error.to_string(), format!("{error:#}"))
    };
    let see = "(see https://shop.example/errors#quota_exceeded) [request req_1]";
    // What the answer suggests fits this time.
    assert_eq!(shown(QUOTA).1, format!("quota_exceeded (413): Too much — Delete something. {see}"));
    let (short, whole) = shown(&QUOTA.replace("\"suggestion\":\"Delete something.\",", ""));
    assert_eq!(short, "quota_exceeded (413): Too much [request req_1]");
    assert_eq!(whole, format!("quota_exceeded (413): Too much — Free up space or upgrade. {see}"));
    // There is no remedy for a code that the contract does not list.
    assert_eq!(answer(413, r#"{"code":"later"}"#).expect_err("an error").remedy(), None);
}

#[test]
fn an_error_widens_without_loss() {
    fn run() -> Result<(), Error> {
        answer(413, QUOTA)?;
        Ok(())
    }
    let error = run().expect_err("an error");
    assert!(matches!(error.kind(), Some(Kind::QuotaExceeded(QuotaExceeded { limit: 10, .. }))));
    assert!(size_of::<Error>() <= 16);
}

#[test]
fn a_missing_member_is_named_and_the_others_survive() {
    let error =
        answer(413, r#"{"title":"T","status":413,"retryable":false,"code":"quota_exceeded","used":"9"}"#)
            .expect_err("an error");
    assert!(error.kind().is_none());
    assert_eq!(error.code(), Some("quota_exceeded"));
    let rt::Error::Unexpected(unexpected) = &error else { panic!("{error:?}") };
    assert_eq!(unexpected.members["title"].as_str(), Some("T"));
    let places: Vec<&str> = error.violations().iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(places, ["/used", "/limit"]);
}

#[test]
fn a_body_that_breaks_off_keeps_what_came() {
    let error = answer(413, r#"{"title":"T","retryable":false,"limit":10,"used":9"#).expect_err("an error");
    let rt::Error::Unexpected(unexpected) = &error else { panic!("{error:?}") };
    // `9` may be the beginning of 90.
    assert_eq!(unexpected.members.keys().collect::<Vec<_>>(), ["limit", "retryable", "title"]);
    assert_eq!(error.retryable(), Some(false));
}

#[test]
fn html_and_nothing_are_errors_too() {
    for body in ["<html>bad gateway</html>", ""] {
        let error = answer(502, body).expect_err("an error");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(502));
        assert_eq!(error.raw().expect("a response").body, body);
        assert!(!error.violations().is_empty());
    }
}

#[test]
fn a_code_of_another_operation_and_a_new_code_are_other() {
    for code in ["not_found", "brand_new"] {
        let body = format!(r#"{{"title":"T","status":404,"retryable":true,"code":"{code}"}}"#);
        let error = answer(404, &body).expect_err("an error");
        let Some(PutItemProblem::Other(other)) = error.kind() else { panic!("{error:?}") };
        assert_eq!(other.code(), code);
        assert_eq!(error.retryable(), Some(true));
    }
}

#[test]
fn a_problem_is_written_as_it_was_read() {
    let error = answer(413, QUOTA).expect_err("an error");
    let written = serde_json::to_value(error.problem().expect("a problem")).expect("JSON");
    assert_eq!(written, serde_json::from_str::<serde_json::Value>(QUOTA).expect("JSON"));
    let again: Problem = serde_json::from_value(written).expect("a problem");
    assert_eq!(&again, error.problem().expect("a problem"));
}

#[test]
fn debug_shows_no_credential() {
    let client = Client::builder("sk_secret").build().expect("a client");
    assert!(!format!("{client:?}").contains("secret"));
}

#[test]
fn the_server_says_how_long_to_wait() {
    let wait = |retry_after: &str| {
        let response = rt::http::Response::builder()
            .status(503)
            .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .header("retry-after", retry_after)
            .body(Bytes::new())
            .expect("a valid response");
        let error = <PutItem as rt::Operation>::decode(response).expect_err("an error");
        error.retry_after().map(|wait| wait.as_secs())
    };
    assert_eq!(wait("120"), Some(120));
    assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30));
    assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
    assert_eq!(wait("soon"), None);
}

#[test]
fn text_of_a_server_cannot_speak_to_a_terminal() {
    let body = r#"{"title":"T\u001b[2J","status":413,"retryable":false,"code":"x\u202ey"}"#;
    let shown = answer(413, body).expect_err("an error").to_string();
    assert_eq!(shown, r"x\u{202e}y (413): T\u{1b}[2J");
}

#[test]
fn deep_and_doubled_members_are_no_harm() {
    let deep = format!(r#"{{"code":"not_found","a":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let error = answer(404, &deep).expect_err("an error");
    assert_eq!(error.code(), Some("not_found"));
    let twice = QUOTA.replacen('{', r#"{"title":"First","#, 1);
    let error = answer(413, &twice).expect_err("an error");
    assert_eq!(error.problem().map(|problem| problem.title.as_str()), Some("First"));
    assert_eq!(error.violations().len(), 1);
}

#[test]
fn headers_that_may_hold_secrets_do_not_print() {
    let response =
        rt::http::Response::builder().status(500).header("set-cookie", "session=abc").body(Bytes::new());
    let error =
        <PutItem as rt::Operation>::decode(response.expect("a valid response")).expect_err("an error");
    assert!(!format!("{error:?}").contains("abc"));
    assert_eq!(error.raw().expect("a response").headers["set-cookie"], "session=abc");
}

#[test]
fn a_success_that_breaks_the_contract_keeps_its_members() {
    let error = answer(200, r#"{"object":"item","id":5,"note":"kept"}"#).expect_err("an error");
    let rt::Error::Unexpected(unexpected) = &error else { panic!("{error:?}") };
    assert_eq!(unexpected.members["note"].as_str(), Some("kept"));
    assert_eq!(error.violations()[0].to_string(), "/id: invalid type: integer `5`, expected a string");
}

#[test]
fn the_line_for_a_person_says_where_an_answer_broke_the_contract() {
    let shown = |status, body| answer(status, body).expect_err("an error").to_string();
    assert_eq!(shown(200, r#"{"id":7}"#), "status 200 OK: /id: invalid type: integer `7`, expected a string");
    assert!(shown(200, "[]").starts_with("status 200 OK: the body: "), "{}", shown(200, "[]"));
    assert_eq!(
        shown(413, r#"{"reason":1}"#),
        "status 413 Payload Too Large: /code: the member is required and missing"
    );
    assert_eq!(shown(413, "<html>"), "status 413 Payload Too Large: no media type, 6 octets");
}

#[test]
fn nothing_is_said_to_be_missing_where_nobody_can_know() {
    let said = |status, body| -> Vec<String> {
        let error = answer(status, body).expect_err("an error");
        error.violations().iter().map(|violation| violation.pointer.clone()).collect()
    };
    assert_eq!(said(413, "<html>"), [""], "no JSON object");
    assert_eq!(said(413, r#"{"code":"quota_exceeded","limit":1,"#), [""], "the rest may have them");
    assert_eq!(said(418, r#"{"reason":1}"#), [""], "the status is not declared");
    assert_eq!(said(418, r#"{"code":"quota_exceeded"}"#).first().map(String::as_str), Some("/title"));
}

#[test]
fn codes_are_found_where_others_put_them() {
    for (body, code) in [
        (r#"{"error":{"code":"brand_new","message":"x"}}"#, Some("brand_new")),
        (r#"{"errors":[{"code":"first"},{"code":"second"}]}"#, Some("first")),
        (r#"{"error":{"message":"x"}}"#, None),
    ] {
        assert_eq!(answer(409, body).expect_err("an error").code(), code, "{body}");
    }
}

#[test]
fn a_range_promises_a_code_under_each_of_its_statuses() {
    let error = answer(503, r#"{"title":"T","status":503,"retryable":false,"code":"not_found"}"#)
        .expect_err("an error");
    assert_eq!(error.code(), Some("not_found"));
    assert!(error.violations().is_empty(), "{:?}", error.violations());
}

#[test]
fn a_problem_that_contradicts_its_contract_is_kept_and_says_so() {
    let body = r#"{"title":"T","status":418,"retryable":true,"code":"not_found"}"#;
    let error = answer(403, body).expect_err("an error");
    assert!(error.problem().is_some());
    let said: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "the body: putItem does not declare the status 403",
            "the body: the contract does not send not_found with the status 403",
            "/status: the status is 403, the body says 418",
            "/retryable: the contract says false for not_found, the body says true",
        ]
    );
    // What the server says of this time wins over what the contract says of the code.
    assert_eq!(error.retryable(), Some(true));
}
