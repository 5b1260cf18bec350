//! Examples: whole bodies, filed under the code that they carry.

use indexmap::IndexMap;
use openapiv3::MediaType;
use serde_json::Value;

use crate::contract::{Example, Pointer};

use super::super::{Lowering, codes, values};
use super::{DraftCode, vocabulary};

/// Files the examples of a response's media type.
pub(super) fn gather<'a>(
    lowering: &mut Lowering<'a>,
    family: &mut IndexMap<String, DraftCode<'a>>,
    media: &'a MediaType,
    at: &Pointer,
) {
    let shown: Vec<(&str, &Value)> = lowering.shown(media).collect();
    for (name, value) in shown {
        let Some(code) = code_of(value) else { continue };
        match family.get_mut(&code) {
            Some(draft) => file(&mut draft.examples, name, value),
            None => {
                let at = if name.is_empty() { at.child("example") } else { at.child("examples").child(name) };
                lowering.warn(
                    codes::EXAMPLE_CODE,
                    &at,
                    format!("this example has the code `{code}`, which no schema declares"),
                    "correct the code, or describe it by a schema of its own",
                );
            }
        }
    }
}

/// Adds an example unless it is there; a name is better than none.
pub(super) fn file(examples: &mut Vec<Example>, name: &str, value: &Value) {
    match examples.iter_mut().find(|known| known.value == *value) {
        Some(known) if known.name.is_empty() => name.clone_into(&mut known.name),
        Some(_) => {}
        None => examples.push(Example { name: name.to_owned(), value: value.clone() }),
    }
}

fn code_of(value: &Value) -> Option<String> {
    vocabulary::CODE.iter().find_map(|member| value.get(member).and_then(values::word))
}
