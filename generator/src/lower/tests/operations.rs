//! Operations.

use super::lowered;

#[test]
fn parameters_bodies_and_statuses() {
    insta::assert_snapshot!(lowered("
openapi: 3.0.3
info: {title: Test, version: '1'}
security: [{key: []}]
paths:
  /things/{id}:act:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: limit, in: query, schema: {type: integer}}
    get:
      parameters:
        - {name: limit, in: query, required: true, schema: {type: integer, format: int32}}
        - {name: tags, in: query, explode: false, schema: {type: array, items: {type: string, enum: [a, b]}}}
        - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {a: {type: string}}}}
        - {name: where, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: Accept, in: header, schema: {type: string}}
        - {$ref: '#/components/parameters/Trace'}
      responses:
        '200': {description: Done, content: {application/json: {schema: {type: array, items: {type: object, properties: {a: {type: string}}}}}}}
        '304': {description: Same}
        2XX: {description: Other, content: {text/plain: {schema: {type: string}}}}
        '404': {description: Gone, content: {application/json: {schema: {type: object, properties: {message: {type: string}}}}, text/html: {}}}
        4XX: {description: Bad, content: {application/json: {schema: {$ref: '#/components/schemas/Err'}}}}
        default: {description: Bad}
    post:
      operationId: act
      security: []
      requestBody:
        required: true
        content:
          multipart/form-data: {schema: {type: object, properties: {file: {type: string, format: binary}}}}
          application/json: {schema: {$ref: '#/components/schemas/Err'}}
          application/octet-stream: {schema: {type: string, format: binary}}
      responses: {}
components:
  parameters:
    Trace: {name: X-Trace, in: header, schema: {type: string, enum: ['on', 'off']}}
  schemas:
    Err: {type: object, properties: {why: {type: string}}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
"), @r#"
    type "Err"
      why?: string
    type "Trace param" Strings(["on", "off"])
    type "act request"
      file?: octets
    type "get things by id act error 404"
      message?: string
    type "get things by id act filter"
      a?: string
    type "get things by id act response 200 item"
      a?: string
    type "get things by id act tags item" Strings(["a", "b"])
    get things by id act GET /things/{id}:act credentials=["key"]
      param Path id Simple: string
      param Query limit Form explode: i32
      param Query tags? Form: [<get things by id act tags item>]
      param Query filter? DeepObject explode: <get things by id act filter>
      param Query where? Json explode: {any}
      param Header X-Trace? Simple: <Trace param>
      Exact(200) application/json Json [<get things by id act response 200 item>]
      Exact(304)
      Range(2) text/plain Text string
      Exact(404) application/json <get things by id act error 404> text/html text
      Range(4) application/json <Err>
      Default
    act POST /things/{id}:act
      param Path id Simple: string
      param Query limit? Form explode: i64
      body application/json Json <Err> multipart/form-data Multipart <act request> application/octet-stream Bytes octets
    P009 /paths/~1things~1{id}:act/get/parameters/4: the header parameter `accept` is left out, here and wherever else it is declared (1 in all)
    "#);
}

#[test]
fn what_an_operation_cannot_say_is_said_in_a_diagnostic() {
    insta::assert_snapshot!(lowered("
openapi: 3.0.3
info: {title: Test, version: '1'}
paths:
  /things/{id}:
    servers: [{url: 'https://elsewhere.example.com'}]
    get:
      security: [{key: [], other: []}]
      parameters:
        - {$ref: '#/components/parameters/Gone'}
        - {name: id, in: path, schema: {type: string}}
        - {name: csv, in: query, content: {text/csv: {}}}
      callbacks: {done: {}}
      responses:
        '200': {description: Done, headers: {X-A: {schema: {type: string}}}}
        '404': {$ref: '#/components/responses/Gone'}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
"), @r#"
    P001 /paths/~1things~1{id}/get/responses/404: `#/components/responses/Gone` does not lead to anything usable here
    P001 /paths/~1things~1{id}/get/parameters/0: `#/components/parameters/Gone` does not lead to anything usable here
    P015 /paths/~1things~1{id}/get/parameters/1: the path parameter `id` is not marked as required; it is read as if it were
    P011 /paths/~1things~1{id}/get/parameters/2: the parameter `csv` travels as `text/csv`; it is read as text
    P014 /paths/~1things~1{id}/get/security: there is no security scheme `other`; it is left out
    P012 /paths: callbacks are left out (1)
    P012 /paths: servers of single operations are left out (operations: 1)
    P013 /paths/~1things~1{id}/get/security: several credentials are asked for at once (operations: 1); each is offered by itself
    "#);
}

#[test]
fn ids_made_of_paths_differ_from_all_others() {
    let document = "openapi: 3.0.0\ninfo: { title: T, version: '1' }\npaths:
  /a/b: { get: { responses: { '204': { description: d } } } }
  /a/b/: { get: { responses: { '204': { description: d } } } }
  /c: { get: { responses: { '204': { description: d } } } }
  /d: { get: { operationId: get c, responses: { '204': { description: d } } } }
  /e: { get: { responses: { '204': { description: d } } } }
";
    let (contract, report) = super::run(document);
    let contract = contract.unwrap_or_else(|| panic!("{}", report.render(crate::report::Paint::Plain)));
    let ids: Vec<_> = contract.operations.iter().map(|operation| &*operation.id).collect();
    assert_eq!(ids, ["get /a/b", "get /a/b/", "get /c", "get c", "get e"]);
}
