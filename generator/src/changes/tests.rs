//! Tests of what is said of changes.

use super::*;
use crate::contract::{CodeId, Contract, ErrorKind, IntegerFormat, Type};
use crate::docs::{rows, samples};

fn print(contract: &Contract) -> String {
    crate::catalogue::print(contract, &rows::rows(contract))
}

fn changes(change: impl FnOnce(&mut Contract)) -> String {
    let mut contract = samples::library();
    let old = print(&contract);
    change(&mut contract);
    between(&old, &print(&contract)).iter().map(Change::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_changed() {
    assert_eq!(changes(|_| {}), "");
    assert_eq!(
        changes(|contract| contract.families[0].codes[0].meaning = Some("Other words.".to_owned())),
        ""
    );
}

#[test]
fn an_object_that_may_be_absent() {
    let said = changes(|contract| contract.families[0].holder_optional = true);
    assert_eq!(said, "the object that holds `code` may be absent (breaking)");
}

#[test]
fn what_is_the_same_of_several_operations_is_said_once() {
    let mut contract = samples::library();
    for number in 3..6 {
        let mut operation = contract.operations[0].clone();
        operation.id = format!("list{number}");
        contract.operations.push(operation);
    }
    let old = print(&contract);
    for operation in &mut contract.operations {
        operation.errors.push(samples::problem(crate::contract::StatusSpec::Exact(503), &[2], false));
    }
    let added = crate::contract::Success {
        status: crate::contract::StatusSpec::Exact(202),
        ..contract.operations[1].successes[0].clone()
    };
    contract.operations[1].successes.push(added);
    let said: Vec<_> = between(&old, &print(&contract)).iter().map(Change::to_string).collect();
    assert_eq!(
        said,
        [
            "operations `listLoans`, `lendBook`, `list3` and 2 more: may now answer 503 `busy`",
            "operation `lendBook`: success 202 added; what a call gives becomes a choice (breaking)",
        ]
    );
}

#[test]
fn facts_of_codes() {
    let text = changes(|contract| {
        let codes = &mut contract.families[0].codes;
        codes[0].statuses = vec![403, 410];
        codes[0].fields[0].ty = Type::String;
        codes[0].fields[1].required = false;
        codes[0].fields[2].required = true;
        codes[1].retryable = Some(true);
        codes[1].title = None;
        codes[1].fields.clear();
        codes[1].fields.push(samples::field("new|`", Type::Integer(IntegerFormat::I32), true));
        codes[2].type_uri = Some("https://example.com/errors#busy".to_owned());
        codes[0].recovery = None;
        codes[2].recovery = codes[1].recovery.take();
    });
    insta::assert_snapshot!(text, @"
    code `quota_exceeded`: status 403, 413 -> 403, 410 (breaking)
    code `quota_exceeded`: way out `upgrade https://example.com/plans` -> unspecified (breaking)
    code `quota_exceeded` (reaches `listLoans`, `lendBook`): field `limit`: type integer (int64) -> string (breaking)
    code `quota_exceeded` (reaches `listLoans`, `lendBook`): field `used`: required -> optional (breaking)
    code `quota_exceeded` (reaches `listLoans`, `lendBook`): field `tier`: optional -> required
    code `branch_required`: retryable no -> yes (breaking)
    code `branch_required`: way out `choose choices` -> unspecified (breaking)
    code `branch_required`: title `About branch_required` -> none
    code `branch_required` (reaches `lendBook`): field `choices` removed (breaking)
    code `branch_required` (reaches `lendBook`): field `choices[].slug` removed (breaking)
    code `branch_required` (reaches `lendBook`): field `choices[].opens_at` removed (breaking)
    code `branch_required` (reaches `lendBook`): field `choices[].nearest` removed (breaking)
    code `branch_required` (reaches `lendBook`): field `new|'` added (integer (int32), required)
    code `busy`: type none -> `https://example.com/errors#busy`
    code `busy`: way out `wait` -> `choose choices` (breaking)
    ");
}

#[test]
fn codes_come_and_go() {
    let text = changes(|contract| {
        let mut code = samples::code("card_lost", &[409], "Loans");
        code.fields = vec![samples::field("lost_at", Type::String, true)];
        contract.families[0].codes.push(code);
        let bodies = contract.operations[1].errors.iter_mut().flat_map(|error| &mut error.bodies);
        for body in bodies.skip(1).take(1) {
            if let ErrorKind::Problem { codes, open, .. } = &mut body.kind {
                *codes = vec![CodeId(3)];
                *open = false;
            }
        }
    });
    insta::assert_snapshot!(text, @"
    code `card_lost` added (409, not retryable, fields: `lost_at`)
    operation `lendBook`: no longer answers 409 `branch_required` (breaking)
    operation `lendBook`: no longer answers 409 with other codes
    operation `lendBook`: may now answer 409 `card_lost`
    ");
    let text = changes(|contract| {
        contract.families[0].codes.pop();
    });
    assert_eq!(text, "code `busy` removed (breaking)");
}

#[test]
fn operations() {
    let text = changes(|contract| {
        let mut added = contract.operations.remove(0);
        added.id = "findLoans".to_owned();
        added.path = "/loans/found".to_owned();
        contract.operations.push(added);
        let lend = &mut contract.operations[0];
        lend.path = "/lendings".to_owned();
        lend.successes[0].media[0].ty = Type::String;
        lend.body = None;
        lend.pagination = Some(samples::pages());
    });
    insta::assert_snapshot!(text, @"
    operation `listLoans` (GET /loans) removed (breaking)
    operation `lendBook`: `POST /loans` -> `POST /lendings` (breaking)
    operation `lendBook`: request body removed (breaking)
    operation `lendBook`: success 201: type Loan -> string (breaking)
    operation `lendBook`: pages added
    operation `findLoans` (GET /loans/found) added
    ");
}

#[test]
fn an_operation_that_has_another_name_is_the_same() {
    let text = changes(|contract| {
        contract.operations[0].id = "findLoans".to_owned();
        contract.operations[1].id = "lend".to_owned();
        contract.operations[1].path = "/lendings".to_owned();
        contract.operations[0].successes[0].media[0].ty = Type::String;
        contract.operations[1].body = None;
    });
    insta::assert_snapshot!(text, @"
    operation `lendBook` (POST /loans) removed (breaking)
    operation `listLoans` (GET /loans) renamed to `findLoans` (breaking)
    operation `findLoans`: success 200: type array of Loan -> string (breaking)
    operation `lend` (POST /lendings) added
    ");
}

#[test]
fn what_the_constructor_takes_is_broken_either_way() {
    let text = changes(|contract| contract.operations[1].body.as_mut().expect("a body").required = false);
    assert_eq!(text, "operation `lendBook`: request body required -> optional (breaking)");
}

#[test]
fn codes_and_their_fields_may_be_renamed() {
    let text = changes(|contract| {
        let codes = &mut contract.families[0].codes;
        // The same facts under another name; nearly the same name with other facts.
        codes[0].code = "limit_reached".to_owned();
        codes[1].code = "branches_required".to_owned();
        codes[1].fields.clear();
        codes[2].fields.push(samples::field("until", Type::String, true));
    });
    insta::assert_snapshot!(text.lines().filter(|line| line.starts_with("code")).collect::<Vec<_>>().join("\n"), @"
    code `quota_exceeded` removed and `limit_reached` added (403, 413, not retryable, fields: `limit`, `used`, `tier`), which is like it: is it renamed? (breaking)
    code `branch_required` removed and `branches_required` added (409, not retryable), which is like it: is it renamed? (breaking)
    code `busy` (reaches no operation): field `until` added (string, required)
    ");
    let text = changes(|contract| {
        let codes = &mut contract.families[0].codes;
        codes[0].fields[0].name = "most".to_owned();
        codes[1].fields[0].name = "places".to_owned();
    });
    insta::assert_snapshot!(text, @"
    code `quota_exceeded` (reaches `listLoans`, `lendBook`): field `limit` removed and `most` added, which says the same: is it renamed? (breaking)
    code `branch_required` (reaches `lendBook`): field `choices` removed and `places` added, which says the same: is it renamed? (breaking)
    ");
    // Neither is known to be the one.
    let text = changes(|contract| {
        let codes = &mut contract.families[0].codes;
        codes[0].fields.remove(0);
        codes[0].fields.push(samples::field("most", Type::Integer(IntegerFormat::I64), true));
        codes[0].fields.push(samples::field("least", Type::Integer(IntegerFormat::I64), true));
    });
    insta::assert_snapshot!(text, @"
    code `quota_exceeded` (reaches `listLoans`, `lendBook`): field `limit` removed (breaking)
    code `quota_exceeded` (reaches `listLoans`, `lendBook`): field `most` added (integer (int64), required)
    code `quota_exceeded` (reaches `listLoans`, `lendBook`): field `least` added (integer (int64), required)
    ");
}

#[test]
fn a_field_names_some_of_the_operations_that_it_reaches() {
    let mut old = samples::library();
    for number in 1..=3 {
        let id = crate::contract::OperationId(old.operations.len());
        old.families[0].codes[1].raised_by.push(id);
        let more = crate::contract::Operation {
            id: format!("lendBook{number}"),
            path: format!("/loans/{number}"),
            ..old.operations[1].clone()
        };
        old.operations.push(more);
    }
    let mut new = old.clone();
    new.families[0].codes[1].fields.clear();
    let said: Vec<String> = between(&print(&old), &print(&new)).iter().map(Change::to_string).collect();
    assert_eq!(
        said[0],
        "code `branch_required` (reaches `lendBook`, `lendBook1`, `lendBook2` and 1 more): field `choices` removed (breaking)"
    );
}

#[test]
fn families() {
    let text = changes(|contract| {
        let mut other = contract.families[0].clone();
        other.name = "Other".to_owned();
        other.codes.truncate(1);
        contract.families.push(other);
    });
    insta::assert_snapshot!(text, @"
    problem family `Other` added
    problems of `Other`: field `type` added (string, required)
    problems of `Other`: field `code` added (string, required)
    problems of `Other`: field `detail` added (string, optional)
    code `quota_exceeded` added (403, 413, not retryable, fields: `limit`, `used`, `tier`)
    ");
}

#[test]
fn a_family_is_known_by_its_codes_when_its_name_changes() {
    let mut old = samples::library();
    let mut other = old.families[0].clone();
    other.name = "Other".to_owned();
    other.codes = other.codes.split_off(1);
    old.families[0].codes.truncate(1);
    old.families.push(other);
    let mut new = old.clone();
    new.families[1].name = "Renamed".to_owned();
    let said: Vec<String> = between(&print(&old), &print(&new)).iter().map(Change::to_string).collect();
    assert_eq!(said, ["problem family `Other` renamed to `Renamed`"]);
    new.families.remove(0);
    let said: Vec<String> = between(&print(&old), &print(&new)).iter().map(Change::to_string).collect();
    assert!(said.contains(&"problem family `Problem` removed (breaking)".to_owned()), "{said:?}");
    assert!(!said.iter().any(|said| said.contains("branch_required` removed")), "{said:?}");
}

#[test]
fn an_old_catalogue_that_cannot_be_read_is_one_sentence() {
    let new = print(&samples::library());
    for (old, reason) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("<<<<<<< HEAD\n{", "expected value at line 1 column 1"),
        ("{}", "its version is ``, not 1"),
        ("{\"catalogue\": \"2\"}", "its version is `2`, not 1"),
    ] {
        let changes = between(old, &new);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].sentence, format!("the committed catalogue cannot be read: {reason}"));
    }
    assert!(between("{\"catalogue\": \"1\"}", &new).len() > 3, "what is missing was added");
    let hostile = print(&samples::hostile());
    assert!(between(&new, &hostile).iter().all(|change| change.sentence.lines().count() == 1));
}

const LISTED: &str = r#"
GET /loans/{id} getLoan
  path id: string
  200 application/json Loan
  409 late as application/problem+json
  404 gone

POST /loans lend
  body application/json Loan
  204 -

problems Problem with their code at code
  code: string

code gone  404  final  {}  -
code late  409  final  {fines: Fine[]}  -

type Branch
  slug: string

type Fine
  amount: int64

type Kind one of
  "book"
  "record"

type Loan
  branch: Branch
  kind?: Kind
  "odd: name"?: string|null
  until: date = "2020"

type Alone = string

type "Loan odd" either
  string
"#;

fn of_types_in(change: impl Fn(String) -> String) -> String {
    let new = change(LISTED.to_owned());
    super::of_types(LISTED, &new).iter().map(Change::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn types_name_the_operations_that_they_reach() {
    assert_eq!(of_types_in(|text| text), "");
    let text = of_types_in(|text| {
        text.replace("amount: int64", "amount: string")
            .replace("slug: string", "slug: string\n  name: string\n  hint?: string")
            .replace("\"record\"", "\"film\"")
            .replace("\"odd: name\"?: string|null", "\"odd: name\": string|null")
            .replace("= \"2020\"", "= \"2021\" (deprecated)")
            .replace("Alone = string", "Alone = int64")
            .replace("either\n  string", "either\n  int64")
    });
    insta::assert_snapshot!(text, @r#"
    type `Branch` (reaches `getLoan`, `lend`): member `name` added (string, required) (breaking)
    type `Branch` (reaches `getLoan`, `lend`): member `hint` added (string, optional)
    type `Fine` (reaches `getLoan`): member `amount`: int64 -> string (breaking)
    type `Kind` (reaches `getLoan`, `lend`): value `"record"` removed (breaking)
    type `Kind` (reaches `getLoan`, `lend`): value `"film"` added
    type `Loan` (reaches `getLoan`, `lend`): member `odd: name`: optional -> required (breaking)
    type `Loan` (reaches `getLoan`, `lend`): member `until`: date = "2020" -> date = "2021" (deprecated)
    type `Alone` (reaches no operation): `= string` -> `= int64` (breaking)
    type `Loan odd` (reaches no operation): variant `string` removed (breaking)
    type `Loan odd` (reaches no operation): variant `int64` added
    "#);
}

#[test]
fn a_name_that_went_where_the_same_came_may_be_renamed() {
    let text = of_types_in(|text| {
        text.replace("Branch", "Place")
            .replace("until: date", "due: date")
            .replace("type Alone = string\n", "")
    });
    insta::assert_snapshot!(text, @"
    type `Alone` (reaches no operation) removed (breaking)
    type `Place` (reaches `getLoan`, `lend`) has what `Branch` had, which is gone: is it renamed? (breaking)
    type `Loan` (reaches `getLoan`, `lend`): member `until` removed and `due` added, which says the same: is it renamed? (breaking)
    type `Loan` (reaches `getLoan`, `lend`): member `branch`: Branch -> Place (breaking)
    ");
}

const CALLS: &str = r#"
api Library 1
server https://api.example.com/v1
credential card: bearer
credential key: header X-Key

problems Problem with their code at code
  code: string

code gone  404  final  {}  -

GET /loans listLoans
  credential card
  credential key
  pages by page from page
  query cursor?: string
  query limit?: int64 = 20
  200 application/json string
    header ETag: string
    header Retry-After?: int64
  404 gone
    header Retry-After: int64

POST /loans lend
  path shelf: string
  path book: string
  header Idempotency-Key?: string
  header If-Match: string
  body application/json Loan
  200 application/json string
    header ETag: string
    header Retry-After?: int64
  404 gone
    header Retry-After: int64

GET /health "is it well"
  204 -

type Loan
  header: string
"#;

fn of_calls_in(change: impl Fn(String) -> String) -> String {
    let new = change(CALLS.to_owned());
    assert_ne!(new, CALLS);
    super::of_calls(CALLS, &new).iter().map(Change::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn parameters() {
    let text = of_calls_in(|text| {
        text.replace("query cursor?", "query depot: string\n  query state?: State\n  query cursor?")
            .replace("limit?: int64 = 20", "limit?: int64 = 30")
            .replace("  header If-Match: string\n", "")
            .replace("Idempotency-Key?", "Idempotency-Key")
            .replace("  204 -", "  deprecated\n  cookie \"a b\"?: string\n  204 -")
    });
    insta::assert_snapshot!(text, @"
    operation `listLoans`: query parameter `depot` added (string, required) (breaking)
    operation `listLoans`: query parameter `state` added (State, optional)
    operation `listLoans`: query parameter `limit`: int64 = 20 -> int64 = 30
    operation `lend`: header `If-Match` removed (breaking)
    operation `lend`: header `Idempotency-Key`: optional -> required (breaking)
    operation `is it well`: deprecated now
    operation `is it well`: cookie `a b` added (string, optional)
    ");
    let text = of_calls_in(|text| {
        text.replace("limit?: int64 = 20", "limit?: string")
            .replace("query cursor?", "query after?")
            .replace("header If-Match:", "header If-Match?:")
            .replace(
                "  path shelf: string\n  path book: string\n",
                "  path book: string\n  path shelf: string\n",
            )
    });
    insta::assert_snapshot!(text, @"
    operation `listLoans`: query parameter `cursor` removed and `after` added, which says the same: is it renamed? (breaking)
    operation `listLoans`: query parameter `limit`: int64 = 20 -> string (breaking)
    operation `lend`: header `If-Match`: required -> optional (breaking)
    operation `lend`: required parameters in another order (breaking)
    ");
    let text = of_calls_in(|text| text.replace(" = 20", "").replace("header If-Match", "query If-Match"));
    insta::assert_snapshot!(text, @"
    operation `listLoans`: query parameter `limit`: int64 = 20 -> int64
    operation `lend`: query parameter `If-Match` added (string, required) (breaking)
    operation `lend`: header `If-Match` removed (breaking)
    ");
}

#[test]
fn headers_of_answers() {
    let text = of_calls_in(|text| {
        text.replace("header ETag: string", "header X-Version: string")
            .replacen("    header Retry-After: int64\n", "", 1)
            .replace("Retry-After?: int64", "Retry-After: int64")
    });
    insta::assert_snapshot!(text, @"
    operations `listLoans`, `lend`: response header `ETag` of 200 removed and `X-Version` added, which says the same: is it renamed? (breaking)
    operations `listLoans`, `lend`: response header `Retry-After` of 200: optional -> required
    operation `listLoans`: response header `Retry-After` of 404 removed (breaking)
    ");
    let text = of_calls_in(|text| {
        text.replace("Retry-After: int64", "Retry-After?: string")
            .replace("header ETag: string", "header ETag?: string")
    });
    insta::assert_snapshot!(text, @"
    operations `listLoans`, `lend`: response header `ETag` of 200: required -> optional (breaking)
    operations `listLoans`, `lend`: response header `Retry-After` of 404: int64 -> string (breaking)
    ");
    // What went with its status, or came with it, is said of the status.
    assert_eq!(of_calls_in(|text| text.replace("  404 gone", "  410 gone")), "");
}

#[test]
fn servers_and_credentials() {
    let text = of_calls_in(|text| text.replace("/v1", "/v2").replace("card: bearer", "card: basic"));
    insta::assert_snapshot!(text, @"
    server `https://api.example.com/v1` -> `https://api.example.com/v2` (breaking)
    credential `card`: bearer -> basic (breaking)
    ");
    let text = of_calls_in(|text| {
        text.replace("server ", "server https://eu.example.com\nserver ")
            .replace("credential card", "credential ticket")
            .replace("  204 -", "  credential key\n  204 -")
    });
    insta::assert_snapshot!(text, @"
    server `https://eu.example.com` added
    the first server is `https://eu.example.com`, and no longer `https://api.example.com/v1` (breaking)
    credential `card` renamed to `ticket`
    operation `is it well`: takes credential `key` (breaking)
    ");
    let text = of_calls_in(|text| {
        text.replace("server https://api.example.com/v1\n", "")
            .replace("credential card: bearer\n", "")
            .replace("  credential card\n", "")
    });
    insta::assert_snapshot!(text, @"
    server `https://api.example.com/v1` removed (breaking)
    credential `card` removed (breaking)
    operation `listLoans`: no longer takes credential `card` (breaking)
    ");
    let text = of_calls_in(|text| text.replace("  credential card\n  credential key\n", ""));
    insta::assert_snapshot!(text, @"
    operation `listLoans`: no longer takes credential `card`
    operation `listLoans`: no longer takes credential `key`
    ");
    let text =
        of_calls_in(|text| text.replace("POST /loans lend\n", "POST /loans lend\n  credential card\n"));
    insta::assert_snapshot!(text, @"operation `lend`: takes credential `card` (breaking)");
}

#[test]
fn calls_of_a_renamed_operation_are_compared() {
    let text = of_calls_in(|text| text.replace("listLoans", "findLoans").replace("limit?", "limit"));
    assert_eq!(text, "operation `findLoans`: query parameter `limit`: optional -> required (breaking)");
}

#[test]
fn calls_of_a_listing_are_those_of_the_contract() {
    let mut contract = samples::library();
    let old = crate::listing::print(&contract);
    assert_eq!(super::of_calls(&old, &old), []);
    contract.api.servers.clear();
    contract.operations[0].params[0].required = true;
    contract.operations[1].credentials.clear();
    let said = super::of_calls(&old, &crate::listing::print(&contract));
    insta::assert_snapshot!(said.iter().map(Change::to_string).collect::<Vec<_>>().join("\n"), @"
    server `https://api.example.com` removed (breaking)
    operation `listLoans`: query parameter `limit`: optional -> required (breaking)
    operation `lendBook`: no longer takes credential `card`
    ");
    let hostile = crate::listing::print(&samples::hostile());
    assert_eq!(super::of_calls(&hostile, &hostile), []);
    assert!(super::of_calls(&old, &hostile).iter().all(|change| change.sentence.lines().count() == 1));
    assert_eq!(super::of_calls("", ""), []);
}
