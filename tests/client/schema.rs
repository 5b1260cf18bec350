//! A JSON Schema validator (2020-12) as the second opinion: what the schema of a code accepts is read as that kind, what it
//! refuses is not, and what we write is accepted.

use std::collections::BTreeMap;
use std::fs;

use dropthis_api::problems::{Kind, Problem};
use dropthis_api::{Error, rt};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::catalogue::{Code, codes};

const BASE: &str = "https://spec.test/";

/// The schemas of the codes, by code, straight from the files of the document.
fn validators() -> BTreeMap<String, Validator> {
    let mut files = BTreeMap::new();
    for name in ["openapi.yaml", "problems.yaml", "schemas.yaml"] {
        let text =
            fs::read_to_string(problemgen_tests::repository().join("spec").join(name)).expect("the file");
        let value: Value = serde_yaml::from_str(&text).expect("YAML");
        files.insert(name, value);
    }
    let registry = files.iter().fold(jsonschema::Registry::new(), |registry, (name, value)| {
        let resource = jsonschema::Resource::from_contents(value.clone());
        registry.add(format!("{BASE}{name}"), resource).expect("a resource")
    });
    let registry = registry.prepare().expect("a registry");
    let schemas = files["problems.yaml"]["components"]["schemas"].as_object().expect("schemas");
    let mut validators = BTreeMap::new();
    for (name, schema) in schemas {
        let Some(code) = schema["allOf"][1]["properties"]["code"]["const"].as_str() else { continue };
        let schema = json!({"$ref": format!("{BASE}problems.yaml#/components/schemas/{name}")});
        let options =
            jsonschema::options().with_draft(jsonschema::Draft::Draft202012).with_registry(&registry);
        validators.insert(code.to_owned(), options.build(&schema).expect("a validator"));
    }
    assert_eq!(validators.len(), codes().len());
    validators
}

/// Reads a body as a problem of any operation.
fn read(body: &Value) -> Result<Problem, Error> {
    let response = rt::http::Response::builder()
        .status(body["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500))
        .body(rt::Bytes::from(body.to_string()))
        .expect("a response");
    match <dropthis_api::operations::PublishDrop as rt::Operation>::decode(response) {
        Err(Error::<_>::Problem(raised)) => Ok(raised.into_problem()),
        Err(other) => Err(other.into()),
        Ok(drop) => panic!("{drop:?}"),
    }
}

/// Bodies that say the same in another way: each is accepted.
fn accepted(code: &Code) -> Vec<Value> {
    let mut bodies = Vec::new();
    for example in &code.examples {
        bodies.push(example.body.clone());
        let optional = code.members().filter(|field| !field.required);
        let own = optional.map(|field| (field.name.as_str(), field.r#type.ends_with("| null")));
        let common = ["detail", "suggestion", "request_id", "instance"].map(|name| (name, true));
        for (name, nullable) in own.chain(common) {
            let mut body = example.body.clone();
            body.as_object_mut().expect("an object").remove(name);
            bodies.push(body.clone());
            if nullable {
                body[name] = Value::Null;
                bodies.push(body);
            }
        }
        let mut body = example.body.clone();
        body["something_new"] = json!({"a": [1, null, "b"]});
        bodies.push(body);
    }
    bodies
}

#[test]
fn what_the_schema_accepts_is_read_as_that_kind_and_written_as_it_came() {
    let validators = validators();
    for code in &codes() {
        for body in accepted(code) {
            assert!(validators[&code.code].is_valid(&body), "{body}");
            let problem = read(&body).unwrap_or_else(|error| panic!("{body}: {error:?}"));
            assert_eq!(problem.kind.code(), code.code);
            assert!(!matches!(problem.kind, Kind::Unlisted(_)));
            let written = serde_json::to_value(&problem).expect("JSON");
            assert!(validators[&code.code].is_valid(&written), "{written}");
            // A member that is null and one that is absent say the same.
            let mut same = body.clone();
            same.as_object_mut()
                .expect("an object")
                .retain(|name, value| !value.is_null() || written.get(name).is_some());
            assert_eq!(written, same);
        }
    }
}

#[test]
fn what_the_schema_refuses_is_not_read_as_that_kind() {
    let validators = validators();
    let mut refused = 0;
    for code in &codes() {
        for example in &code.examples {
            for field in code.members().filter(|field| field.required) {
                let mut bodies = Vec::new();
                let mut without = example.body.clone();
                without.as_object_mut().expect("an object").remove(&field.name);
                bodies.push(without);
                for wrong in [Value::Null, json!({}), json!("text"), json!([1]), json!(1.5), json!(false)] {
                    let mut body = example.body.clone();
                    body[&field.name] = wrong;
                    bodies.push(body);
                }
                for body in bodies {
                    if validators[&code.code].is_valid(&body) {
                        assert!(read(&body).is_ok(), "{body}");
                        continue;
                    }
                    refused += 1;
                    let Err(error) = read(&body) else { panic!("{} was read: {body}", field.name) };
                    assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
                    assert_eq!(error.code(), Some(code.code.as_str()));
                }
            }
        }
    }
    assert!(refused > 40, "{refused}");
}

/// Servers and tests make problems from the same types: what is made from a kind alone is what its schema accepts.
#[test]
fn a_problem_made_from_its_kind_is_accepted() {
    let validators = validators();
    for code in &codes() {
        for example in &code.examples {
            let kind = read(&example.body).expect("a problem").kind;
            let made = serde_json::to_value(Problem::new(kind)).expect("JSON");
            assert!(validators[&code.code].is_valid(&made), "{made}");
            assert_eq!(made["code"], example.body["code"]);
        }
    }
}
