//! Documents of any size: made up, valid, and twice as long when twice as much is asked for. Deliberately absent: chance.

use serde_json::{Map, Value, json};

/// What a document has many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Operations, schemas that refer to each other, and codes, as an API grows.
    Api,
    /// Operations of one tag.
    Tag,
    /// Members of one schema.
    Members,
    /// Values of one enum.
    Values,
    /// Branches of one `oneOf`.
    Branches,
    /// Codes, each raised by every one of ten operations.
    Codes,
    /// Schemas that are only references, each to the next one.
    Chain,
    /// Schemas that contain each other, each the next one.
    Circle,
    /// Parameters of one operation.
    Parameters,
}

/// A document, as JSON text, that has `n` of what its shape says.
pub fn document(shape: Shape, n: usize) -> String {
    let mut document = Document::default();
    match shape {
        Shape::Api => api(&mut document, n),
        Shape::Tag => (0..n).for_each(|at| {
            document.operation(at, "All", text());
        }),
        Shape::Members => {
            let members = (0..n).map(|at| (format!("member_{at}"), text()));
            document.answer(object(members.collect()));
        }
        Shape::Values => {
            let values: Vec<_> = (0..n).map(|at| format!("value_{at}")).collect();
            document.answer(json!({"type": "string", "enum": values}));
        }
        Shape::Branches => {
            let branch = |at| {
                let tag = json!({"type": "string", "enum": [format!("kind_{at}")]});
                json!({"type": "object", "required": ["kind"], "properties": {"kind": tag, "more": {"type": "string"}}})
            };
            (0..n).for_each(|at| document.schema(format!("Branch{at}"), branch(at)));
            let branches: Vec<_> = (0..n).map(|at| schema_reference(&format!("Branch{at}"))).collect();
            document.answer(json!({"oneOf": branches, "discriminator": {"propertyName": "kind"}}));
        }
        Shape::Codes => {
            (0..10).for_each(|at| document.operation(at, "All", text()));
            (0..n).for_each(|at| document.code(at));
            let codes: Vec<usize> = (0..n).collect();
            (0..10).for_each(|at| document.raise(at, &codes));
        }
        Shape::Chain => {
            let schema = |at: usize| {
                if at + 1 < n { schema_reference(&format!("Link{}", at + 1)) } else { object(Map::new()) }
            };
            (0..n).for_each(|at| document.schema(format!("Link{at}"), schema(at)));
            (0..n.min(100))
                .for_each(|at| document.operation(at, "All", schema_reference(&format!("Link{at}"))));
        }
        Shape::Circle => {
            let schema = |at: usize| {
                let next = schema_reference(&format!("Round{}", (at + 1) % n));
                object(Map::from_iter([("next".to_owned(), next)]))
            };
            (0..n).for_each(|at| document.schema(format!("Round{at}"), schema(at)));
            document.answer(schema_reference("Round0"));
        }
        Shape::Parameters => {
            document.answer(text());
            let parameters =
                (0..n).map(|at| json!({"name": format!("parameter_{at}"), "in": "query", "schema": text()}));
            let parameters: Vec<_> = parameters.collect();
            document.get(0)["parameters"] = parameters.into();
        }
    }
    document.text()
}

/// As many operations and schemas as `n`, and a code for each four operations, raised by eight of them.
fn api(document: &mut Document, n: usize) {
    for at in 0..n {
        let mut members = Map::new();
        members.insert("id".to_owned(), json!({"type": "string", "description": "What it is known by."}));
        members.insert("size".to_owned(), json!({"type": "integer", "format": "int64"}));
        members.insert("state".to_owned(), json!({"type": "string", "enum": ["new", "ready", "gone"]}));
        members.insert("made_at".to_owned(), json!({"type": "string", "format": "date-time"}));
        members.insert(
            "parts".to_owned(),
            json!({"type": "array", "items": schema_reference(&format!("Thing{}", at / 2))}),
        );
        let mut thing = object(members);
        thing["required"] = json!(["id", "state"]);
        document.schema(format!("Thing{at}"), thing);
        document.operation(at, &format!("Tag {}", at / 20), schema_reference(&format!("Thing{at}")));
        let parameters = json!([
            {"name": "limit", "in": "query", "schema": {"type": "integer"}, "description": "How many."},
            {"name": "after", "in": "query", "schema": text()},
        ]);
        document.get(at)["parameters"] = parameters;
    }
    let codes = n.div_ceil(4);
    (0..codes).for_each(|at| document.code(at));
    (0..n).for_each(|at| document.raise(at, &[at / 4, (at / 4 + 1) % codes]));
}

#[derive(Default)]
struct Document {
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
    /// Are there codes, and by that a schema that they have in common?
    coded: bool,
}

impl Document {
    fn schema(&mut self, name: String, schema: Value) {
        self.schemas.insert(name, schema);
    }

    /// An operation that answers with a schema.
    fn operation(&mut self, at: usize, tag: &str, answer: Value) {
        let ok = json!({"description": "It is this.", "content": {"application/json": {"schema": answer}}});
        let get = json!({"operationId": format!("readThing{at}"), "tags": [tag], "summary": "Reads a thing",
            "responses": {"200": ok}});
        self.paths.insert(format!("/things/{at}"), json!({"get": get}));
    }

    /// The only operation.
    fn answer(&mut self, schema: Value) {
        self.schema("Answer".to_owned(), schema);
        self.operation(0, "All", schema_reference("Answer"));
    }

    fn get(&mut self, at: usize) -> &mut Value {
        &mut self.paths[&format!("/things/{at}")]["get"]
    }

    fn code(&mut self, at: usize) {
        self.coded = true;
        let own = json!({"type": "object", "required": ["limit"], "properties": {
            "code": {"type": "string", "enum": [format!("code_{at}")]},
            "status": {"type": "integer", "enum": [409]},
            "limit": {"type": "integer"},
        }});
        let code = json!({"title": "It is too much", "description": "A limit was reached.", "allOf": [schema_reference("Problem"), own]});
        self.schema(format!("Code{at}"), code);
    }

    fn raise(&mut self, at: usize, codes: &[usize]) {
        let mut codes: Vec<_> = codes.to_vec();
        codes.dedup();
        let codes: Vec<_> = codes.iter().map(|code| schema_reference(&format!("Code{code}"))).collect();
        self.get(at)["responses"]["409"] = json!({"description": "It cannot be.",
            "content": {"application/problem+json": {"schema": {"oneOf": codes}}}});
    }

    fn text(mut self) -> String {
        if self.coded {
            let mut problem = object(Map::from_iter([
                ("title".to_owned(), text()),
                ("status".to_owned(), json!({"type": "integer"})),
                ("code".to_owned(), text()),
            ]));
            problem["required"] = json!(["title", "status", "code"]);
            self.schema("Problem".to_owned(), problem);
        }
        json!({"openapi": "3.0.3", "info": {"title": "Things", "version": "1"}, "paths": self.paths,
            "components": {"schemas": self.schemas}})
        .to_string()
    }
}

fn text() -> Value {
    json!({"type": "string"})
}

fn object(properties: Map<String, Value>) -> Value {
    json!({"type": "object", "properties": properties})
}

fn schema_reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
