//! Members that several parts of an `allOf` declare.

use super::shape;

#[test]
fn objects_are_merged_to_any_depth_and_what_only_narrows_is_not() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/C'", "
Base:
  type: object
  required: [data, state]
  properties:
    data:
      type: object
      required: [id, name]
      properties:
        id: {type: integer}
        name: {type: string}
        deep: {type: object, properties: {a: {type: string}}}
    state: {type: string}
    free: {type: object}
    closed: {type: object, properties: {a: {type: string}}}
C:
  allOf:
    - $ref: '#/components/schemas/Base'
    - properties:
        data:
          required: [extra, deep]
          properties:
            extra: {type: string}
            id: {x-const: 7}
            deep: {required: [b], properties: {b: {type: string}}}
        state: {type: string, enum: [open, shut]}
        free: {properties: {a: {type: string}}}
        closed: {additionalProperties: false}
"), @r#"
    type "C"
      data: <C data>
      state: <C state>
      free?: <C free>
      closed?: <C closed>
    type "C closed"
      a?: string
      *: none
    type "C data"
      id: i64 const 7
      name: string
      deep: <C data deep>
      extra: string
    type "C data deep"
      a?: string
      b: string
    type "C free"
      a?: string
    type "C state" Strings(["open", "shut"])
    make POST /things
      body? application/json Json <C>
      Exact(204)
    "#);
}

#[test]
fn a_name_stays_where_nothing_is_added() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/C'", "
Base:
  type: object
  properties:
    same: {$ref: '#/components/schemas/P'}
    told: {$ref: '#/components/schemas/P'}
    bare: {$ref: '#/components/schemas/P'}
    heir: {$ref: '#/components/schemas/P'}
    base: {$ref: '#/components/schemas/Q'}
    copy: {$ref: '#/components/schemas/P'}
    one: {oneOf: [{$ref: '#/components/schemas/P'}, {$ref: '#/components/schemas/R'}]}
    list: {type: array, items: {$ref: '#/components/schemas/P'}}
C:
  allOf:
    - $ref: '#/components/schemas/Base'
    - properties:
        same: {allOf: [{$ref: '#/components/schemas/P'}], description: The same.}
        told: {description: Prose.}
        bare: {type: object}
        heir: {$ref: '#/components/schemas/Q'}
        base: {$ref: '#/components/schemas/P'}
        copy: {$ref: '#/components/schemas/R'}
        one: {$ref: '#/components/schemas/R'}
        list: {type: array, items: {$ref: '#/components/schemas/R'}}
P: {type: object, required: [p], properties: {p: {type: string}}}
Q: {allOf: [{$ref: '#/components/schemas/P'}], properties: {q: {type: string}}}
R: {type: object, required: [p], properties: {p: {type: string}, r: {type: string}}}
"), @r#"
    type "C"
      same?: <P>
      told?: <P>
      bare?: <P>
      heir?: <Q>
      base?: <Q>
      copy?: <R>
      one?: <R>
      list?: [<R>]
    type "P"
      p: string
    type "Q"
      p: string
      q?: string
    type "R"
      p: string
      r?: string
    make POST /things
      body? application/json Json <C>
      Exact(204)
    "#);
}

#[test]
fn lists_maps_null_and_alternatives() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/C'", "
Base:
  type: object
  properties:
    list: {type: array, nullable: true, items: {type: array, items: {type: object, properties: {a: {type: string}}}}}
    map: {type: object, additionalProperties: {type: object, properties: {a: {type: string}}}}
    nil: {type: object, nullable: true, properties: {a: {type: string}}}
    not: {type: object, nullable: true, properties: {a: {type: string}}}
    either:
      oneOf: [{title: left, type: object, properties: {l: {type: string}}}, {title: right, type: object, properties: {r: {type: string}}}]
C:
  allOf:
    - $ref: '#/components/schemas/Base'
    - properties:
        list: {items: {items: {properties: {b: {type: string}}}}}
        map: {additionalProperties: {properties: {b: {type: string}}}}
        nil: {properties: {b: {type: string}}}
        not: {type: object, properties: {b: {type: string}}}
        either: {required: [b], properties: {b: {type: string}}}
"), @r#"
    type "C"
      list?: [[<C list item item>]]|null
      map?: {<C map value>}
      nil?: <C nil>|null
      not?: <C not>
      either?: <C either>
    type "C either" by "order"
      | left <C either left> []
      | right <C either right> []
    type "C either left"
      b: string
      l?: string
    type "C either right"
      b: string
      r?: string
    type "C list item item"
      a?: string
      b?: string
    type "C map value"
      a?: string
      b?: string
    type "C nil"
      a?: string
      b?: string
    type "C not"
      a?: string
      b?: string
    make POST /things
      body? application/json Json <C>
      Exact(204)
    "#);
}

#[test]
fn schemas_that_come_back_to_themselves_end() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/C'", "
A: {type: object, properties: {next: {$ref: '#/components/schemas/A'}, a: {type: string}}}
B: {type: object, properties: {next: {$ref: '#/components/schemas/B'}, b: {type: string}}}
C: {allOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}
"), @r#"
    type "B next"
      next?: <B next>
      a?: string
      b?: string
    type "C"
      next?: <B next>
      a?: string
      b?: string
    make POST /things
      body? application/json Json <C>
      Exact(204)
    "#);
}

/// Circles of schemas, each with a member of its own, that several members of one schema combine: as many as the product of
/// their lengths.
fn circles(lengths: &[usize]) -> String {
    let mut out = String::from("C:\n  allOf:\n");
    for length in lengths {
        out.push_str(&format!("    - $ref: '#/components/schemas/S{length}_0'\n"));
    }
    for length in lengths {
        for at in 0..*length {
            let next = (at + 1) % length;
            out.push_str(&format!(
                "S{length}_{at}: {{type: object, properties: {{m{length}_{at}: {{type: string}}, \
                 next: {{$ref: '#/components/schemas/S{length}_{next}'}}}}}}\n"
            ));
        }
    }
    out
}

#[test]
fn combinations_without_end_are_refused() {
    let few = shape("$ref: '#/components/schemas/C'", &circles(&[2, 3]));
    assert_eq!(few.matches("type \"S3_").count(), 6, "{few}");
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/C'", &circles(&[13, 17, 19])), @"P002 /components/schemas/S19_11/properties/next: the members of what `allOf` merges need more than 4000 merged types");
}
