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
    code `quota_exceeded`: field `limit`: type integer (int64) -> string (breaking)
    code `quota_exceeded`: field `used`: required -> optional (breaking)
    code `quota_exceeded`: field `tier`: optional -> required
    code `branch_required`: retryable no -> yes (breaking)
    code `branch_required`: way out `choose choices` -> unspecified (breaking)
    code `branch_required`: title `About branch_required` -> none
    code `branch_required`: field `choices` removed (breaking)
    code `branch_required`: field `choices[].slug` removed (breaking)
    code `branch_required`: field `choices[].opens_at` removed (breaking)
    code `branch_required`: field `choices[].nearest` removed (breaking)
    code `branch_required`: field `new|'` added (integer (int32), required)
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
    operation `findLoans` (GET /loans) added
    ");
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
