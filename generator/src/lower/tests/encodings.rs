//! Ways of writing codes, in the forms that real documents have.

use crate::contract::CodePlace;

use super::{configured, read_all};

/// A document with two operations whose errors have the schemas `first` and `second`.
fn document(first: &str, second: &str, rest: &str) -> String {
    let error =
        |schema: &str| format!("{{description: Bad, content: {{application/json: {{schema: {schema}}}}}}}");
    format!(
        "openapi: 3.1.0
info: {{title: Test, version: '1'}}
paths:
  /a:
    get: {{operationId: first, responses: {{'400': {}}}}}
    put: {{operationId: second, responses: {{'404': {}}}}}
{rest}",
        error(first),
        error(second)
    )
}

const E: &str = "{$ref: '#/components/schemas/E'}";

#[test]
fn a_parent_whose_mapping_has_numbers_and_many_values_for_a_schema() {
    let text = document(
        E,
        "{$ref: '#/components/schemas/Gone'}",
        "components:
  schemas:
    E:
      type: object
      required: [code]
      properties: {code: {type: integer}, message: {type: string}}
      discriminator: {propertyName: code, mapping: {'1001': '#/components/schemas/Full', '1002': '#/components/schemas/Full', '2001': Gone}}
    Full: {description: No room., allOf: [{$ref: '#/components/schemas/E'}, {type: object, required: [limit], properties: {limit: {type: integer}}}]}
    Gone: {allOf: [{$ref: '#/components/schemas/E'}]}
",
    );
    insta::assert_snapshot!(read_all(&text), @r#"
    family E at Root("code") Roles { retryable: None, suggestion: None, request_id: None }
      code: i64
      message?: string
    code 1001 [400] retryable=None title=None type=None section=None raised_by=["first"]
      limit: i64
    code 1002 [400] retryable=None title=None type=None section=None raised_by=["first"]
      limit: i64
    code 2001 [400, 404] retryable=None title=None type=None section=None raised_by=["first", "second"]
    first GET /a
      Exact(400) application/json E["1001", "1002", "2001"] open
    second PUT /a
      Exact(404) application/json E["2001"]
    "#);
}

#[test]
fn a_code_inside_of_an_envelope() {
    let text = document(
        "{type: object, required: [error], properties: {error: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}, request: {type: string}}}",
        "{type: object, required: [errors], properties: {trace: {type: string}, errors: {type: array, items: {type: object, required: [code], properties: {code: {enum: [x, y]}, at: {type: string}}}}}}",
        "components:
  schemas:
    A: {type: object, required: [type, message], properties: {type: {const: a_failed}, message: {type: string}}}
    B: {type: object, required: [type, message], properties: {type: {const: b_failed}, message: {type: string}, after: {type: integer}}}
",
    );
    insta::assert_snapshot!(read_all(&text), @r#"
    type "second error 404"
      trace?: string
      errors: [<second error 404 errors item>]
    type "second error 404 errors item"
      code: <second error 404 errors item code>
      at?: string
    type "second error 404 errors item code" Strings(["x", "y"])
    family Problem at Under("error", "type") Roles { retryable: None, suggestion: None, request_id: None }
      within
      request?: string
      type: string
      message: string
    code a_failed [400] retryable=None title=None type=None section=None raised_by=["first"]
    code b_failed [400] retryable=None title=None type=None section=None raised_by=["first"]
      after?: i64
    family Problem at Each("errors", "code") Roles { retryable: None, suggestion: None, request_id: None }
      within
      trace?: string
      code: string
      at?: string
    code x [404] retryable=None title=None type=None section=None raised_by=["second"]
    code y [404] retryable=None title=None type=None section=None raised_by=["second"]
    first GET /a
      Exact(400) application/json Problem["a_failed", "b_failed"]
    second PUT /a
      Exact(404) application/json Problem["x", "y"] as <second error 404>
    "#);
}

#[test]
fn what_only_looks_like_a_code_is_none() {
    let text = document(
        "{type: object, properties: {code: {type: integer, enum: [400, 404]}, message: {type: string}}}",
        "{type: object, properties: {type: {type: string}, title: {type: string}, error: {enum: [Not found at all]}, meta: {type: object, properties: {code: {type: string}}}}}",
        "",
    );
    insta::assert_snapshot!(read_all(&text), @r#"
    type "first error 400"
      code?: <first error 400 code>
      message?: string
    type "first error 400 code" Integers([400, 404])
    type "second error 404"
      type?: string
      title?: string
      error?: <second error 404 error>
      meta?: <second error 404 meta>
    type "second error 404 error" Strings(["Not found at all"])
    type "second error 404 meta"
      code?: string
    first GET /a
      Exact(400) application/json <first error 400>
    second PUT /a
      Exact(404) application/json <second error 404>
    "#);
}

#[test]
fn a_family_without_a_code() {
    let text = document(
        E,
        E,
        "components: {schemas: {E: {type: object, properties: {code: {type: string}, message: {type: string}}}}}",
    );
    insta::assert_snapshot!(read_all(&text), @r#"
    family E at Root("code") Roles { retryable: None, suggestion: None, request_id: None }
      code?: string
      message?: string
    first GET /a
      Exact(400) application/json E[] open
    second PUT /a
      Exact(404) application/json E[] open
    "#);
}

#[test]
fn families_that_have_nothing_in_common() {
    let text = document(
        "{$ref: '#/components/schemas/One'}",
        "{oneOf: [{$ref: '#/components/schemas/Other'}, {$ref: '#/components/schemas/One'}]}",
        "components:
  schemas:
    One: {type: object, properties: {code: {enum: [a, b]}, message: {type: string}}}
    Other: {type: object, properties: {code: {enum: [c]}, reason: {type: integer}}}
",
    );
    insta::assert_snapshot!(read_all(&text), @r#"
    type "One"
      code?: <One code>
      message?: string
    type "One code" Strings(["a", "b"])
    type "Other"
      code?: <Other code>
      reason?: i64
    type "Other code" Strings(["c"])
    type "second error 404" by "order"
      | Other <Other> []
      | One <One> []
    family One at Root("code") Roles { retryable: None, suggestion: None, request_id: None }
      code?: string
      message?: string
    code a [400] retryable=None title=None type=None section=None raised_by=["first"]
    code b [400] retryable=None title=None type=None section=None raised_by=["first"]
    first GET /a
      Exact(400) application/json One["a", "b"]
    second PUT /a
      Exact(404) application/json <second error 404>
    P020: this response mixes coded problems with other bodies; it is read as plain JSON
    "#);
}

#[test]
fn members_that_only_some_codes_require_are_theirs() {
    let text = document(
        E,
        E,
        "components:
  schemas:
    E:
      type: object
      required: [code]
      properties: {code: {enum: [full, gone]}, message: {type: string}, limit: {type: integer}}
      if: {properties: {code: {const: full}}, required: [code]}
      then: {required: [limit, message]}
      dependentRequired: {code: [message]}
",
    );
    insta::assert_snapshot!(read_all(&text), @r#"
    family E at Root("code") Roles { retryable: None, suggestion: None, request_id: None }
      code: string
      message: string
    code full [400, 404] retryable=None title=None type=None section=None raised_by=["first", "second"]
      limit: i64
    code gone [400, 404] retryable=None title=None type=None section=None raised_by=["first", "second"]
    first GET /a
      Exact(400) application/json E["full", "gone"]
    second PUT /a
      Exact(404) application/json E["full", "gone"]
    "#);
}

#[test]
fn the_configuration_says_where_the_code_stands() {
    let text = document(
        E,
        E,
        "components: {schemas: {E: {type: object, properties: {code: {type: string}, failure: {type: object, properties: {number: {type: integer}}}}}}}",
    );
    insta::assert_snapshot!(configured(&text, CodePlace::Under("failure".into(), "number".into())), @r#"
    family E at Under("failure", "number") Roles { retryable: None, suggestion: None, request_id: None }
      within
      code?: string
      number?: i64
    first GET /a
      Exact(400) application/json E[] open
    second PUT /a
      Exact(404) application/json E[] open
    "#);
}
