//! Schemas.

use super::shape;

#[test]
fn scalars_formats_and_free_forms() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/A'", "
A:
  type: object
  required: [id, undeclared]
  properties:
    id: {type: string, format: uuid, readOnly: true}
    at: {type: string, format: date-time, nullable: true}
    day: {type: string, format: date}
    mail: {type: string, format: email, example: a@b.c}
    secret: {type: string, format: password, writeOnly: true}
    octets: {type: string, format: byte}
    small: {type: integer, format: int32, default: 3}
    big: {type: integer, format: uint64}
    plain: {type: integer}
    real: {type: number, format: float, deprecated: true}
    list: {type: array}
    names: {type: array, items: {type: string}}
    free: {type: object}
    any: {}
    labels: {type: object, additionalProperties: {type: string}}
    closed: {type: object, additionalProperties: false}
"), @r#"
    type "A"
      id: Uuid read-only
      at?: DateTime|null
      day?: Date
      mail?: string e.g. "a@b.c"
      secret?: Secret write-only
      octets?: Base64
      small?: i32 default 3
      big?: u64
      plain?: i64
      real?: f32 deprecated
      list?: [any]
      names?: [string]
      free?: {any}
      any?: any
      labels?: {string}
      closed?: <A closed>
      undeclared: any
    type "A closed"
      *: none
    make POST /things
      body? application/json Json <A>
      Exact(204)
    "#);
}

#[test]
fn a_component_that_wraps_an_inline_schema_is_one_type() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/Cover'", "
Cover:
  allOf:
    - type: object
      description: What is around a book.
      required: [colour]
      properties:
        colour: {type: string}
        back: {allOf: [{type: object, properties: {text: {type: string}}}]}
        spine: {nullable: true, oneOf: [{type: object, properties: {inner: {$ref: '#/components/schemas/Cover'}}}]}
        kind: {$ref: '#/components/schemas/Kind'}
Kind: {oneOf: [{type: string, enum: [hard, soft]}]}
"), @r#"
    type "Cover"
      colour: string
      back?: <Cover back>
      spine?: <Cover spine>|null
      kind?: <Kind>
    type "Cover back"
      text?: string
    type "Cover spine"
      inner?: <Cover>
    type "Kind" Strings(["hard", "soft"])
    make POST /things
      body? application/json Json <Cover>
      Exact(204)
    "#);
    let schemas = "A: {title: Whole, allOf: [{title: Part, description: What it is., type: object}]}";
    let (contract, _) = super::run(&super::with_schemas("$ref: '#/components/schemas/A'", schemas));
    let types = contract.expect("a contract").types;
    let docs = types.iter().find(|def| def.name == "A").map(|def| &def.docs).expect("a type");
    assert_eq!((docs.summary.as_deref(), docs.description.as_deref()), (Some("Whole"), Some("What it is.")));
}

#[test]
fn members_keep_their_formats() {
    let schemas = "
A:
  type: object
  properties:
    page: {type: string, format: uri}
    links: {type: array, items: {$ref: '#/components/schemas/Link'}}
    by: {allOf: [{$ref: '#/components/schemas/Link'}], description: Who.}
    day: {type: string, format: date}
    name: {type: string}
Link: {type: string, format: uri-reference, nullable: true}
";
    let (contract, _) = super::run(&super::with_schemas("$ref: '#/components/schemas/A'", schemas));
    let types = contract.expect("a contract").types;
    let Some(crate::contract::Shape::Struct(object)) =
        types.iter().find(|def| def.name == "A").map(|def| &def.shape)
    else {
        panic!("A is an object")
    };
    let formats: Vec<_> = object.fields.iter().map(|field| field.format.as_deref().unwrap_or("-")).collect();
    assert_eq!(formats, ["uri", "uri-reference", "uri-reference", "date", "-"]);
}

#[test]
fn all_of_merges_members_and_requirements() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/C'", "
A: {type: object, required: [a], properties: {a: {type: string}, kind: {type: string}}}
B: {allOf: [{$ref: '#/components/schemas/A'}], properties: {b: {type: integer}}}
C:
  description: a c
  allOf:
    - $ref: '#/components/schemas/B'
    - required: [b, kind]
      properties:
        kind: {x-const: c}
        wrapped: {allOf: [{$ref: '#/components/schemas/D'}], description: prose, nullable: true}
        nested: {type: object, properties: {x: {type: boolean}}}
D: {type: object, properties: {d: {type: boolean}}}
"), @r#"
    type "C"
      a: string
      kind: string const "c"
      b: i64
      wrapped?: <D>|null
      nested?: <C nested>
    type "C nested"
      x?: bool
    type "D"
      d?: bool
    make POST /things
      body? application/json Json <C>
      Exact(204)
    "#);
}

#[test]
fn unions_are_told_apart_by_mapping_by_const_or_by_order() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/All'", "
All:
  type: object
  properties:
    mapped:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator:
        propertyName: kind
        mapping: {cat: '#/components/schemas/Cat', kitten: '#/components/schemas/Cat', dog: Dog}
    implicit:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator: {propertyName: sort}
    constant: {anyOf: [{$ref: '#/components/schemas/Red'}, {$ref: '#/components/schemas/Blue'}]}
    optional: {oneOf: [{$ref: '#/components/schemas/Up'}, {$ref: '#/components/schemas/Down'}], discriminator: {propertyName: way}}
    shared: {oneOf: [{$ref: '#/components/schemas/Up'}, {$ref: '#/components/schemas/Down'}], discriminator: {propertyName: name}}
    misspelt: {oneOf: [{$ref: '#/components/schemas/Red'}, {$ref: '#/components/schemas/Blue'}], discriminator: {propertyName: color}}
    ordered: {oneOf: [{type: string}, {type: array, items: {type: string}}, {nullable: true, enum: [null]}]}
    one: {anyOf: [{$ref: '#/components/schemas/Cat'}, {enum: [null]}]}
    words: {oneOf: [{type: string, enum: [a, b]}, {x-const: c}, {type: string}]}
    needs: {type: object, properties: {x: {type: string}, w: {type: string}}, anyOf: [{required: [x]}, {required: [w]}]}
    beside:
      type: object
      required: [id]
      properties: {id: {type: string}}
      oneOf:
        - {required: [how], properties: {how: {x-const: card}, pan: {type: string}}}
        - {required: [how], properties: {how: {x-const: bank}, iban: {type: string}}}
Cat: {type: object, properties: {name: {type: string}}}
Dog: {type: object, properties: {name: {type: string}, barks: {type: boolean}}}
Up: {type: object, properties: {way: {x-const: up}, name: {type: string, enum: [Up, Down]}}}
Down: {type: object, properties: {way: {x-const: down}, name: {type: string, enum: [Up, Down]}}}
Red: {type: object, required: [colour], properties: {colour: {type: string, enum: [red]}}}
Blue: {type: object, required: [colour], properties: {colour: {type: string, enum: [blue, navy]}}}
"), @r#"
    type "All"
      mapped?: <All mapped>
      implicit?: <All implicit>
      constant?: <All constant>
      optional?: <All optional>
      shared?: <All shared>
      misspelt?: <All misspelt>
      ordered?: <All ordered>|null
      one?: <Cat>|null
      words?: <All words>
      needs?: <All needs>
      beside?: <All beside>
    type "All beside" by "how"
      | card <All beside card> ["card"]
      | bank <All beside bank> ["bank"]
    type "All beside bank"
      id: string
      how: string const "bank"
      iban?: string
    type "All beside card"
      id: string
      how: string const "card"
      pan?: string
    type "All constant" by "colour"
      | Red <Red> ["red"]
      | Blue <Blue> ["blue", "navy"]
    type "All implicit" by "sort"
      | Cat <Cat> ["Cat"]
      | Dog <Dog> ["Dog"]
    type "All mapped" by "kind"
      | Cat <Cat> ["cat", "kitten"]
      | Dog <Dog> ["dog"]
    type "All misspelt" by "colour"
      | Red <Red> ["red"]
      | Blue <Blue> ["blue", "navy"]
    type "All needs"
      x?: string
      w?: string
    type "All optional" by "way"
      | Up <Up> ["up"]
      | Down <Down> ["down"]
    type "All ordered" by "order"
      | string string []
      | list [string] []
    type "All shared" by "name"
      | Up <Up> ["Up"]
      | Down <Down> ["Down"]
    type "All words" Strings(["a", "b", "c"])
    type "Blue"
      colour: <Blue colour>
    type "Blue colour" Strings(["blue", "navy"])
    type "Cat"
      name?: string
    type "Dog"
      name?: string
      barks?: bool
    type "Down"
      way?: <Down way>
      name?: <Down name>
    type "Down name" Strings(["Up", "Down"])
    type "Down way" Strings(["down"])
    type "Red"
      colour: string const "red"
    type "Up"
      way?: <Up way>
      name?: <Up name>
    type "Up name" Strings(["Up", "Down"])
    type "Up way" Strings(["up"])
    make POST /things
      body? application/json Json <All>
      Exact(204)
    P007 /components/schemas/All/properties/misspelt/discriminator/propertyName: no alternative has a member `color`
    "#);
}

#[test]
fn enums_and_aliases() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/All'", "
All:
  type: object
  required: [object]
  properties:
    object: {type: string, enum: [list]}
    maybe: {type: string, enum: [list]}
    state: {type: string, nullable: true, enum: [open, closed, null, open]}
    level: {type: integer, enum: [1, 2]}
    mixed: {enum: [1, two]}
    flag: {type: boolean, enum: [true]}
    id: {$ref: '#/components/schemas/Id'}
    other: {$ref: '#/components/schemas/Other'}
Id: {type: string, nullable: true, description: An id}
Other: {$ref: '#/components/schemas/Id'}
Unused: {type: string}
"), @r#"
    type "All"
      object: string const "list"
      maybe?: <All maybe>
      state?: <All state>|null
      level?: <All level>
      mixed?: any
      flag?: bool
      id?: <Id>|null
      other?: <Other>|null
    type "All level" Integers([1, 2])
    type "All maybe" Strings(["list"])
    type "All state" Strings(["open", "closed"])
    type "Id" = string
    type "Other" = <Id>
    make POST /things
      body? application/json Json <All>
      Exact(204)
    P054 /components/schemas/All/properties/state/enum/3: "open" stands in this `enum` before
    P004 /components/schemas/All/properties/mixed: the values of this `enum` are of several types; it is read as any value
    P010 /components/schemas: no operation and no problem uses these schemas: Unused
    "#);
}

#[test]
fn recursion_ends() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/Tree'", "
Tree:
  type: object
  properties:
    children: {type: array, items: {$ref: '#/components/schemas/Tree'}}
    self: {allOf: [{$ref: '#/components/schemas/Tree'}, {properties: {extra: {type: string}}}]}
    value: {$ref: '#/components/schemas/Json'}
Json:
  anyOf: [{type: string}, {type: array, items: {$ref: '#/components/schemas/Json'}}, {type: object, additionalProperties: {$ref: '#/components/schemas/Json'}}]
"), @r#"
    type "Json" by "order"
      | string string []
      | list [<Json>] []
      | object {<Json>} []
    type "Tree"
      children?: [<Tree>]
      self?: <Tree self>
      value?: <Json>
    type "Tree self"
      children?: [<Tree>]
      self?: <Tree self>
      value?: <Json>
      extra?: string
    make POST /things
      body? application/json Json <Tree>
      Exact(204)
    "#);
}

#[test]
fn a_circle_of_names_is_refused() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/Loop'", "
Loop: {allOf: [{$ref: '#/components/schemas/Pool'}]}
Pool: {$ref: '#/components/schemas/Loop'}
List: {type: array, items: {$ref: '#/components/schemas/List'}}
"), @"P003 /components/schemas/Loop: `Loop` is only another name for itself");
}

#[test]
fn members_that_get_no_type_are_kept() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/All'", "
All:
  type: object
  properties:
    named: {type: object, properties: {a: {type: string}}, additionalProperties: false, x-pattern-properties: {'^s': {type: string}}}
    only: {type: object, x-pattern-properties: {'^s': {type: string}}}
    parent: {type: object, properties: {kind: {type: string}}, discriminator: {propertyName: kind}}
    pair: {type: array, x-prefix-items: [{type: string}, {type: integer}]}
"), @r#"
    type "All"
      named?: <All named>
      only?: {any}
      parent?: <All parent>
      pair?: [any]
    type "All named"
      a?: string
    type "All parent"
      kind?: string
    make POST /things
      body? application/json Json <All>
      Exact(204)
    P016 /components/schemas/All/properties/named: what `patternProperties` says gets no type; values are kept as they arrive
    P016 /components/schemas/All/properties/only: what `patternProperties` says gets no type; values are kept as they arrive
    P017 /components/schemas/All/properties/parent: nothing extends the schema of this `discriminator`, so that it chooses nothing
    P016 /components/schemas/All/properties/pair: what `prefixItems` says gets no type; values are kept as they arrive
    "#);
}

#[test]
fn what_no_type_can_say_is_said_in_a_diagnostic() {
    insta::assert_snapshot!(shape("$ref: '#/components/schemas/All'", "
All:
  type: object
  properties:
    gone: {$ref: '#/components/schemas/Gone'}
    clash: {allOf: [{type: string}, {type: object, properties: {a: {type: string}}}]}
    two: {properties: {a: {type: string}}, oneOf: [{required: [a], properties: {b: {type: string}}}, {type: object, properties: {c: {type: string}}}], anyOf: [{properties: {d: {type: string}}}, {properties: {e: {type: string}}}]}
    vague: {oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}}], discriminator: {propertyName: kind}}
    odd: {type: file}
"), @r#"
    P001 /components/schemas/All/properties/gone: `#/components/schemas/Gone` does not lead to a schema
    P005 /components/schemas/All/properties/clash: the branches of this `allOf` are of different types; it is read as any value
    P006 /components/schemas/All/properties/two: this schema combines several groups of alternatives; only the common members are typed
    P007 /components/schemas/All/properties/vague: `kind` does not tell these alternatives apart
    P008 /components/schemas/All/properties/odd/type: `file` is not a type of JSON Schema; it is read as any value
    "#);
}

#[test]
fn schemas_extend_each_other_up_to_a_depth() {
    let chain = |length: usize| {
        let link = |at: usize| {
            format!(
                "S{at}: {{allOf: [{{$ref: '#/components/schemas/S{}'}}, {{properties: {{p{at}: {{}}}}}}]}}\n",
                at + 1
            )
        };
        let links: String = (0..length).map(link).collect();
        shape("$ref: '#/components/schemas/S0'", &format!("{links}S{length}: {{type: object}}\n"))
    };
    assert!(chain(99).contains("  p98?: any\n"));
    insta::assert_snapshot!(chain(150), @"P002 /components/schemas/S100: `allOf` nests deeper than 100 levels");
}
