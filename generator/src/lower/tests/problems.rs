//! Coded problems.

use super::{lowered, read};

/// A document with the given errors of its two operations, and further schemas.
fn document(first: &str, second: &str, schemas: &str) -> String {
    format!(
        "
openapi: 3.0.3
info: {{title: Test, version: '1'}}
paths:
  /a:
    get: {{operationId: first, responses: {{{first}}}}}
    put: {{operationId: second, responses: {{{second}}}}}
components:
  responses:
    Limited:
      description: Slow down
      content: {{application/problem+json: {{schema: {{$ref: '#/components/schemas/TooMany'}}}}}}
  schemas:
    Problem:
      description: An error
      type: object
      required: [type, title, status, code]
      properties:
        type: {{type: string}}
        title: {{type: string}}
        status: {{type: integer}}
        code: {{type: string}}
        retryable: {{type: boolean}}
        suggestion: {{type: string, nullable: true}}
        request_id: {{type: string, nullable: true}}
      x-problem: {{docs: 'https://example.com/errors', sections: [Traffic, Stock]}}
    SoldOut:
      description: Nothing left.
      allOf:
        - $ref: '#/components/schemas/Problem'
        - type: object
          required: [left]
          properties:
            type: {{x-const: 'https://example.com/errors#sold_out'}}
            title: {{x-const: Sold out}}
            status: {{enum: [409, 410]}}
            code: {{type: string, enum: [sold_out]}}
            retryable: {{x-const: false}}
            left: {{type: integer}}
            bins: {{type: array, items: {{type: object, properties: {{id: {{type: string}}}}}}}}
      x-problem: {{section: Stock, order: 2, remedy: Wait., source: handbook}}
      example: {{type: 'https://example.com/errors#sold_out', title: Sold out, status: 409, code: sold_out, left: 0}}
    TooMany:
      allOf:
        - $ref: '#/components/schemas/Problem'
        - properties: {{code: {{x-const: too_many}}, retryable: {{x-const: true}}}}
      x-problem: {{section: Traffic}}
{schemas}"
    )
}

fn problem(schema: &str) -> String {
    format!("{{description: Bad, content: {{application/problem+json: {{schema: {schema}}}}}}}")
}

#[test]
fn one_schema_for_each_code() {
    let many = problem(
        "{anyOf: [{$ref: '#/components/schemas/SoldOut'}, {$ref: '#/components/schemas/Broken'}, \
         {$ref: '#/components/schemas/Problem'}], discriminator: {propertyName: code, mapping: \
         {sold_out: '#/components/schemas/SoldOut', broken: '#/components/schemas/Broken'}}}",
    );
    let first = format!("'409': {many}, '429': {{$ref: '#/components/responses/Limited'}}");
    let second = format!(
        "default: {}, '500': {{description: Oops, content: {{application/json: {{schema: {{type: object}}}}}}}}",
        problem("{$ref: '#/components/schemas/Problem'}")
    );
    let schemas = "    Broken:
      allOf: [{$ref: '#/components/schemas/Problem'}, {properties: {code: {x-const: broken}, status: {x-const: 409}}}]
    Unheard:
      allOf: [{$ref: '#/components/schemas/Problem'}, {properties: {code: {x-const: unheard}}, required: [undeclared]}]
";
    insta::assert_snapshot!(lowered(&document(&first, &second, schemas)), @r#"
    type "sold_out bins item"
      id?: string
    family Problem at Root("code") Roles { retryable: Some("retryable"), suggestion: Some("suggestion"), request_id: Some("request_id") }
      type: string
      title: string
      status: i64
      code: string
      retryable?: bool
      suggestion?: string|null
      request_id?: string|null
    code too_many [429] retryable=Some(true) title=None type=None section=Some("Traffic") raised_by=["first"]
    code sold_out [409, 410] retryable=Some(false) title=Some("Sold out") type=Some("https://example.com/errors#sold_out") section=Some("Stock") raised_by=["first"]
      meaning: Nothing left.
      remedy: Wait.
      source: handbook
      left: i64
      bins?: [<sold_out bins item>]
      example "" {"type":"https://example.com/errors#sold_out","title":"Sold out","status":409,"code":"sold_out","left":0}
    code broken [409] retryable=None title=None type=None section=None raised_by=["first"]
    code unheard [] retryable=None title=None type=None section=None raised_by=[]
      undeclared: any
    first GET /a
      Exact(409) application/problem+json Problem["sold_out", "broken"] open
      Exact(429) application/problem+json Problem["too_many"]
    second PUT /a
      Exact(500) application/json {any}
      Default application/problem+json Problem[] open
    "#);
}

#[test]
fn contradictions_are_refused() {
    let many = problem(
        "{oneOf: [{$ref: '#/components/schemas/SoldOut'}], discriminator: {propertyName: code, mapping: \
         {sold_off: '#/components/schemas/SoldOut', too_many: TooMany}}}",
    );
    let mixed = problem("{oneOf: [{$ref: '#/components/schemas/SoldOut'}, {type: string}]}");
    let first = format!("'404': {many}, '409': {mixed}");
    let schemas = "    Again:
      allOf:
        - $ref: '#/components/schemas/Problem'
        - required: [suggestion]
          properties: {code: {x-const: sold_out}, retryable: {x-const: true}, suggestion: {type: string}, request_id: {type: integer}}
      x-problem: {remdy: Wait., order: first}
    Odd:
      allOf:
        - $ref: '#/components/schemas/Problem'
        - {properties: {code: {x-const: odd}, status: {x-const: soon}, title: {enum: [A, B]}}}
    NoCode: {type: object, x-problem: {section: Stock}}
";
    insta::assert_snapshot!(lowered(&document(&first, "", schemas)), @r#"
    P022 /paths/~1a/get/responses/404/content/application~1problem+json/schema/discriminator/mapping/sold_off: `sold_off` leads to `SoldOut`, which is the schema of `sold_out`
    P023 /paths/~1a/get/responses/404/content/application~1problem+json/schema/discriminator/mapping/too_many: `TooMany` stands in the mapping, but not among the alternatives
    P020 /paths/~1a/get/responses/409/content/application~1problem+json/schema: this response mixes coded problems with other bodies; it is read as plain JSON
    P021 /paths/~1a/get/responses/404/content/application~1problem+json/schema/oneOf/0: `sold_out` stands under the status 404, but its schema only allows 409, 410
    P027 /components/schemas/Again/x-problem/remdy: `remdy` is not a key of `x-problem` here, so nothing reads it
    P026 /components/schemas/Again/x-problem/order: `order` is not a whole number
    P029 /components/schemas/Odd: the `status` of `odd` is not an HTTP status
    P025 /components/schemas/Again: this code requires the common member `suggestion`, which stays optional in the model
    P025 /components/schemas/Again: this code narrows the common member `suggestion`, which keeps its type in the model
    P032 /components/schemas/SoldOut: `sold_out` gives the common member `request_id` another type, so that it is read as any value
    P024 /components/schemas/Again: `sold_out` is described twice, with different `retryable`
    P025 /components/schemas/Odd: this code narrows the common member `title`, which keeps its type in the model
    P030 /components/schemas/NoCode/x-problem: `NoCode` describes no code that an operation could raise, so nothing reads its `x-problem`
    "#);
}

#[test]
fn a_schema_with_a_code_is_no_problem_unless_an_error_carries_it() {
    let text =
        document("", "", "").replace("'#/components/schemas/TooMany'", "'#/components/schemas/Problem'");
    insta::assert_snapshot!(lowered(&text), @r#"
    first GET /a
    second PUT /a
    P030 /components/schemas/Problem/x-problem: `Problem` describes no code that an operation could raise, so nothing reads its `x-problem`
    P030 /components/schemas/SoldOut/x-problem: `SoldOut` describes no code that an operation could raise, so nothing reads its `x-problem`
    P030 /components/schemas/TooMany/x-problem: `TooMany` describes no code that an operation could raise, so nothing reads its `x-problem`
    P010 /components/schemas: no operation and no problem uses these schemas: Problem, SoldOut, TooMany
    "#);
}

#[test]
fn examples_of_responses_are_filed_by_code() {
    let first = "'409': {description: Bad, content: {application/problem+json: {schema: {$ref: '#/components/schemas/SoldOut'}, \
                 examples: {none_left: {value: {type: 'https://example.com/errors#sold_out', title: Sold out, status: 409, \
                 code: sold_out, left: 0}}, other: {value: {code: unknown}}}}}}";
    insta::assert_snapshot!(lowered(&document(first, "", "")), @r#"
    type "sold_out bins item"
      id?: string
    family Problem at Root("code") Roles { retryable: Some("retryable"), suggestion: Some("suggestion"), request_id: Some("request_id") }
      type: string
      title: string
      status: i64
      code: string
      retryable?: bool
      suggestion?: string|null
      request_id?: string|null
    code too_many [] retryable=Some(true) title=None type=None section=Some("Traffic") raised_by=[]
    code sold_out [409, 410] retryable=Some(false) title=Some("Sold out") type=Some("https://example.com/errors#sold_out") section=Some("Stock") raised_by=["first"]
      meaning: Nothing left.
      remedy: Wait.
      source: handbook
      left: i64
      bins?: [<sold_out bins item>]
      example "none_left" {"type":"https://example.com/errors#sold_out","title":"Sold out","status":409,"code":"sold_out","left":0}
    first GET /a
      Exact(409) application/problem+json Problem["sold_out"]
    second PUT /a
    P028 /paths/~1a/get/responses/409/content/application~1problem+json/examples/other: this example has the code `unknown`, which no schema declares
    "#);
}

#[test]
fn the_same_problems_in_3_0_and_in_3_1_give_the_same_contract() {
    let first = "'409': {description: Bad, content: {application/problem+json: {schema: {anyOf: [{$ref: \
                 '#/components/schemas/SoldOut'}, {$ref: '#/components/schemas/Problem'}]}}}}";
    let older = ["'https://example.com/errors#sold_out'", "Sold out", "false", "true", "too_many"]
        .into_iter()
        .fold(document(first, "", ""), |text, value| {
            text.replace(&format!("{{x-const: {value}}}"), &format!("{{enum: [{value}]}}"))
        });
    let newer = document(first, "", "")
        .replace("openapi: 3.0.3", "openapi: 3.1.0")
        .replace("x-const", "const")
        .replace("{type: string, nullable: true}", "{type: [string, 'null']}")
        .replace("{type: string, enum: [sold_out]}", "{const: sold_out}");
    let (older, newer) = (read(&older), read(&newer));
    assert!(older.contains("code sold_out [409, 410] retryable=Some(false)"), "{older}");
    assert_eq!(older, newer);
}

#[test]
fn the_family_that_most_operations_raise_is_the_principal_one_and_others_are_plain_types_as_well() {
    let refusal =
        problem("{anyOf: [{$ref: '#/components/schemas/Refused'}, {$ref: '#/components/schemas/Fault'}]}");
    let first = format!("'403': {refusal}, '429': {{$ref: '#/components/responses/Limited'}}");
    let second = format!("'403': {refusal}");
    let schemas = "    Fault: {type: object, required: [code], properties: {code: {type: string}}}
    Refused: {allOf: [{$ref: '#/components/schemas/Fault'}, {properties: {code: {x-const: refused}}}]}
";
    let out = lowered(&document(&first, &second, schemas));
    let families: Vec<&str> = out.lines().filter(|line| line.starts_with("family")).collect();
    assert!(
        matches!(families[..], [first, second]
        if first.starts_with("family Fault ") && second.starts_with("family Problem ")),
        "{out}"
    );
    let errors: Vec<&str> = out.lines().filter(|line| line.starts_with("  Exact")).collect();
    assert_eq!(
        errors,
        [
            r#"  Exact(403) application/problem+json Fault["refused"] open"#,
            r#"  Exact(429) application/problem+json Problem["too_many"] as <TooMany>"#,
            r#"  Exact(403) application/problem+json Fault["refused"] open"#,
        ]
    );
}

#[test]
fn a_family_keeps_its_name_where_a_response_narrows_its_schema() {
    let text = |narrowed: &str| {
        let base = "{$ref: '#/components/schemas/Failed'}";
        document(
            &format!("'409': {}", problem(base)),
            &format!("'403': {}", problem(&narrowed.replace("BASE", base))),
            "    Failed:
      type: object
      required: [error]
      properties: {error: {type: object, properties: {code: {type: string, enum: [a, b]}, text: {type: string}}}}
    Other:
      type: object
      properties: {error: {type: object, properties: {code: {type: string, enum: [c]}, text: {type: string}}}}",
        )
    };
    let family = |narrowed: &str| {
        let read = lowered(&text(narrowed));
        read.lines().find(|line| line.starts_with("family")).map(str::to_owned).unwrap_or(read)
    };
    let plain = family("BASE");
    assert!(plain.contains("Failed"), "{plain}");
    let narrowed = "{allOf: [BASE, {properties: {error: {properties: {code: {enum: [a]}}}}}]}";
    assert_eq!(family(narrowed), plain);
    // Two schemas of which neither is built on the other one.
    assert!(family("{$ref: '#/components/schemas/Other'}").contains("Problem"));
}
