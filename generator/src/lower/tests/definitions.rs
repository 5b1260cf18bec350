//! One code on several schemas: what of its members stays required, and what is said.

use super::read_all;

/// The members of the code `bad`, and what is said of its description, in a document with two operations whose errors have
/// the schemas `first` and `second`.
fn bad(first: &str, second: &str, schemas: &str) -> String {
    raised([("", first), ("", second)], schemas)
}

/// The same, with what each operation says beside its error.
fn raised(operations: [(&str, &str); 2], schemas: &str) -> String {
    let [first, second] = operations.map(|(beside, schema)| {
        format!(
            "{beside} responses: {{'409': {{description: No, content: {{application/json: {{schema: {schema}}}}}}}}}"
        )
    });
    let text = format!(
        "openapi: 3.1.0
info: {{title: Test, version: '1'}}
paths:
  /a:
    get: {{operationId: first, {first}}}
    put: {{operationId: second, {second}}}
components:
  schemas:
    E: {{type: object, required: [code], properties: {{code: {{enum: [bad, sad]}}, why: {{type: string}}}}}}
    Bad: {{allOf: [{{$ref: '#/components/schemas/E'}}, {{required: [field], properties: {{code: {{const: bad}}, field: {{type: string}}}}}}]}}
{schemas}"
    );
    let read = read_all(&text);
    let members = read.lines().skip_while(|line| !line.starts_with("code bad")).skip(1);
    let members = members.take_while(|line| line.starts_with("  ")).map(str::trim);
    let said = read.lines().filter(|line| line.starts_with("P024"));
    members.chain(said).collect::<Vec<_>>().join("; ")
}

const BAD: &str = "{$ref: '#/components/schemas/Bad'}";
const E: &str = "{$ref: '#/components/schemas/E'}";
const SAID: &str = "P024: `bad` is described twice, and what only one of the schemas requires is optional: ";

/// The base with a code, and what else holds.
fn narrowed(rest: &str) -> String {
    format!("{{allOf: [{E}, {{properties: {{code: {{const: bad}}}}}}{rest}]}}")
}

#[test]
fn schemas_that_only_name_a_code_take_nothing_from_it() {
    let required = "field: string";
    assert_eq!(bad(BAD, BAD, ""), required);
    assert_eq!(bad(BAD, E, ""), required, "a list");
    assert_eq!(bad(BAD, &narrowed(""), ""), required, "a narrowing");
    assert_eq!(bad(BAD, &narrowed(", {description: Words.}"), ""), required, "words");
    assert_eq!(
        bad(BAD, "{allOf: [{$ref: '#/components/schemas/Bad'}, {description: Words.}]}", ""),
        required
    );
    let facts = "    F: {x-problem: {codes: {bad: {remedy: Rest.}}}}\n";
    assert_eq!(bad(BAD, E, facts), required, "facts");
    // A component that only others extend has no answers of its own.
    let derived = "    Worse: {allOf: [{$ref: '#/components/schemas/Bad'}, {required: [count], properties: {count: {type: integer}}}]}\n";
    assert_eq!(bad("{$ref: '#/components/schemas/Worse'}", E, derived), "field: string; count: i64");
}

#[test]
fn a_condition_holds_beside_the_other_schemas() {
    let open = "    O: {type: object, required: [code], properties: {code: {type: string}}, \
                allOf: [{if: {properties: {code: {const: bad}}}, then: {required: [a], properties: {a: {type: string}}}}, \
                {if: {properties: {code: {const: bad}}}, then: {required: [b], properties: {b: {type: string}}}}]}\n";
    let of_o = "{$ref: '#/components/schemas/O'}";
    assert_eq!(bad(of_o, of_o, open), "a: string; b: string");
}

#[test]
fn what_only_one_definition_requires_is_optional() {
    let other = |rest: &str| narrowed(&format!(", {{{rest}}}"));
    assert_eq!(
        bad(BAD, &other("required: [count], properties: {count: {type: integer}}"), ""),
        format!("field?: string; count?: i64; {SAID}`field`, `count`")
    );
    // In both, and required by one.
    assert_eq!(
        bad(BAD, &other("properties: {field: {type: string}}"), ""),
        format!("field?: string; {SAID}`field`")
    );
    // A member of the base that one of them makes sure of.
    assert_eq!(
        bad(&other("required: [why]"), &other("required: [count], properties: {count: {type: integer}}"), ""),
        // `Bad` is described as well, though no error is that.
        format!("why?: string; count?: i64; field?: string; {SAID}`why`, `count`; {SAID}`field`")
    );
    // A component that says nothing more is a definition, too.
    assert_eq!(
        bad(BAD, "{$ref: '#/components/schemas/Plain'}", &format!("    Plain: {}\n", narrowed(""))),
        format!("field?: string; {SAID}`field`")
    );
    // Both require it.
    assert_eq!(
        bad(BAD, &other("required: [field], properties: {field: {type: string}}"), ""),
        "field: string"
    );
    // Schemas without a base.
    let own = |member: &str| {
        format!(
            "{{type: object, required: [code, why, {member}], properties: \
             {{code: {{const: bad}}, why: {{type: string}}, {member}: {{type: string}}}}}}"
        )
    };
    assert_eq!(bad(&own("one"), &own("two"), ""), format!("one?: string; two?: string; {SAID}`one`, `two`"));
}

#[test]
fn alternatives_beside_the_members_are_definitions() {
    let beside = "    O: {type: object, required: [code], properties: {code: {type: string}}, \
                  oneOf: [{required: [a], properties: {code: {const: bad}, a: {type: string}}}, \
                  {required: [b], properties: {code: {const: bad}, b: {type: string}}}]}\n";
    let of_o = "{$ref: '#/components/schemas/O'}";
    assert_eq!(bad(of_o, of_o, beside), format!("a?: string; b?: string; {SAID}`a`, `b`"));
}

#[test]
fn what_operations_say_of_a_code_are_definitions_unless_a_schema_is() {
    let of_o = "{$ref: '#/components/schemas/O'}";
    let open = "    O: {type: object, required: [code], properties: {code: {type: string}}}\n";
    let lists = |one: &str, other: &str| raised([(one, of_o), (other, of_o)], open);
    let a = "x-errors: [{code: bad, fields: {a: {type: string, required: true}}}],";
    let b = "x-errors: [{code: bad, fields: {b: {type: string, required: true}}}],";
    assert_eq!(lists(a, b), format!("a?: string; b?: string; {SAID}`a`, `b`"));
    assert_eq!(lists(a, "x-errors: [bad],"), "a: string");
    assert_eq!(lists(a, "x-errors: [{code: bad, description: Words.}],"), "meaning: Words.; a: string");
    // It adds to what a schema says.
    assert_eq!(raised([(a, BAD), ("", BAD)], ""), "field: string; a: string");
}
