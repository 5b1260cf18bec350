//! Examples: whole bodies, filed under the code that they carry. Where nothing else of a document names codes, the named
//! examples of a response do: one for each.

use std::rc::Rc;

use indexmap::IndexMap;
use openapiv3::{MediaType, ReferenceOr};
use serde_json::Value;

use crate::contract::{CodePlace, Docs, Example, Pointer};

use super::super::{Lowering, codes, values};
use super::facts::{Facts, Source};
use super::ground::GroundId;
use super::{DraftCode, limits, vocabulary};

/// An example of an error.
pub(super) struct Shown<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    pub(super) code: String,
    /// What the document says of it.
    docs: Docs,
    at: Pointer,
}

/// The examples of a media type that carry a code.
pub(super) fn shown<'a>(
    lowering: &Lowering<'a>,
    media: &'a MediaType,
    place: &CodePlace,
    at: &Pointer,
) -> Vec<Shown<'a>> {
    let described = |name: &str| {
        let example = match media.examples.get(name)? {
            ReferenceOr::Item(example) => example,
            ReferenceOr::Reference { reference } => {
                let name = super::super::place::component_name(reference, "examples")?;
                lowering.components()?.examples.get(&name)?.as_item()?
            }
        };
        Some(Docs { description: example.description.clone(), ..Docs::default() })
    };
    lowering
        .shown(media)
        .filter_map(|(name, value)| {
            let at = if name.is_empty() { at.child("example") } else { at.child("examples").child(name) };
            let docs = described(name).unwrap_or_default();
            Some(Shown { name, value, code: code_of(value, place)?, docs, at })
        })
        .collect()
}

/// Files an example under its code; `None` when nothing declares that.
pub(super) fn gather<'a>(
    lowering: &mut Lowering<'a>,
    family: &mut IndexMap<String, DraftCode<'a>>,
    shown: &Shown<'a>,
) {
    match family.get_mut(&shown.code) {
        Some(draft) => file(&mut draft.examples, shown.name, shown.value, Some(&shown.at)),
        None => lowering.warn(
            codes::EXAMPLE_CODE,
            &shown.at,
            format!("this example has the code `{}`, which no schema declares", shown.code),
            "correct the code, or describe it by a schema of its own",
        ),
    }
}

/// What a named example says of its code, where nothing else names codes.
pub(super) fn facts<'a>(shown: &Shown<'a>, ground: GroundId) -> Option<Rc<Facts<'a>>> {
    if shown.name.is_empty() || !is_name(&shown.code) {
        return None;
    }
    let text = |member: &str| shown.value.get(member).and_then(Value::as_str).map(str::to_owned);
    let mut facts = Facts::bare(shown.code.clone(), ground, shown.at.clone());
    facts.title = text(vocabulary::TITLE);
    facts.type_uri = text(vocabulary::TYPE).filter(|uri| limits::is_uri(uri) && *uri != shown.code);
    facts.docs = shown.docs.clone();
    facts.source = Source::Place;
    Some(Rc::new(facts))
}

/// Could somebody have meant it as a code? `string` and the like fill gaps.
fn is_name(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= 100
        && !["string", "code", "error_code", "errorCode", "null"].contains(&code)
        && !limits::are_statuses(&[Value::from(code)])
        && code.chars().all(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | '{' | '}'))
}

/// Adds an example unless it is there; a name is better than none.
pub(super) fn file(examples: &mut Vec<Example>, name: &str, value: &Value, at: Option<&Pointer>) {
    match examples.iter_mut().find(|known| known.value == *value) {
        Some(known) if known.name.is_empty() => name.clone_into(&mut known.name),
        Some(_) => {}
        None => examples.push(Example { name: name.to_owned(), value: value.clone(), at: at.cloned() }),
    }
}

fn code_of(value: &Value, place: &CodePlace) -> Option<String> {
    let code = match place {
        CodePlace::Root(member) => value.get(member),
        CodePlace::Under(outer, member) => value.get(outer).and_then(|inner| inner.get(member)),
        CodePlace::Each(list, member) => value.get(list).and_then(|list| list.get(0)?.get(member)),
    };
    code.and_then(values::word)
}
