//! The committed catalogue, as far as the tests read it.

use std::fs;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct Catalogue {
    pub(crate) families: Vec<Family>,
}

#[derive(Deserialize)]
pub(crate) struct Family {
    pub(crate) codes: Vec<Code>,
}

#[derive(Deserialize)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) statuses: Vec<u16>,
    pub(crate) retryable: Option<bool>,
    pub(crate) section: Option<String>,
    pub(crate) remedy: Option<String>,
    pub(crate) recovery: Option<Recovery>,
    pub(crate) r#type: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) fields: Vec<Field>,
    pub(crate) operations: Vec<Raiser>,
    pub(crate) examples: Vec<Example>,
}

#[derive(Deserialize)]
pub(crate) struct Recovery {
    pub(crate) action: String,
    pub(crate) field: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) r#type: String,
    pub(crate) required: bool,
}

#[derive(Deserialize)]
pub(crate) struct Raiser {
    pub(crate) id: String,
}

#[derive(Deserialize)]
pub(crate) struct Example {
    pub(crate) body: Value,
}

/// The codes of `generated/docs/errors.json`.
pub(crate) fn codes() -> Vec<Code> {
    let text =
        fs::read_to_string(problemgen_tests::generated().join("docs/errors.json")).expect("the catalogue");
    let catalogue: Catalogue = serde_json::from_str(&text).expect("the catalogue is read");
    let codes: Vec<Code> = catalogue.families.into_iter().flat_map(|family| family.codes).collect();
    assert!(codes.len() > 20);
    codes
}

impl Code {
    /// The variant that stands for the code: `QuotaExceeded`.
    pub(crate) fn variant(&self) -> String {
        let capital =
            |word: &str| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default();
        self.code.split('_').map(capital).collect()
    }
}

/// The status that an example says it is sent with.
pub(crate) fn status(example: &Value) -> u16 {
    example["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status")
}

impl Code {
    /// The members of the body itself that only this code has; the catalogue also lists what stands inside of these.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.name.contains(['[', '.']))
    }
}

/// Does what was written say the same as what came? An optional member that is null says what an absent one says.
pub(crate) fn same(written: &Value, came: &Value) -> bool {
    match (written, came) {
        (Value::Object(written), Value::Object(came)) => {
            written.keys().all(|name| came.contains_key(name))
                && came.iter().all(|(name, value)| match written.get(name) {
                    Some(own) => same(own, value),
                    None => value.is_null(),
                })
        }
        (Value::Array(written), Value::Array(came)) => {
            written.len() == came.len() && written.iter().zip(came).all(|(own, value)| same(own, value))
        }
        // A number without a fraction is an integer, however it is written (JSON Schema, section 4.2.3 of its core).
        (Value::Number(own), Value::Number(value)) if own.is_f64() != value.is_f64() => {
            own.as_f64() == value.as_f64()
        }
        _ => written == came,
    }
}

#[test]
fn null_and_absent_are_the_same_and_nothing_else_is() {
    use serde_json::json;
    assert!(same(&json!({"a": [1, {}]}), &json!({"a": [1, {"b": null}], "c": null})));
    for other in [json!({}), json!({"a": 2}), json!({"a": null}), json!([]), json!({"a": 1, "b": 2})] {
        assert!(!same(&json!({"a": 1}), &other));
    }
    assert!(!same(&json!({"a": null}), &json!({})));
}
