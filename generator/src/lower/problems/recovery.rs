//! `x-problem.recovery`: the way out of an error.
//!
//! An action alone, `recovery: step-up`, or an object: `recovery: { action: re-read, field: current_revision }`. Whether the
//! code has such a member, of a type that serves, is a law over the contract; what is read here is the form.

use serde_json::Value;

use crate::contract::{Pointer, Recovery, RecoveryAction, Takes};
use crate::report::nearest;

use super::super::{Lowering, codes, pagination};
use super::extension::{unknown, wrong};

/// Reads the value of the key `recovery`.
pub(super) fn read(lowering: &mut Lowering<'_>, value: &Value, at: &Pointer) -> Option<Recovery> {
    let empty = serde_json::Map::new();
    let (word, map) = match value {
        Value::String(word) => (word.as_str(), &empty),
        Value::Object(map) => match map.get("action") {
            Some(Value::String(word)) => (word.as_str(), map),
            Some(_) => {
                wrong(lowering, "action", "a text", &at.child("action"));
                return None;
            }
            None => {
                lowering.error(codes::UNKNOWN_ACTION, at, "`recovery` has no action", known());
                return None;
            }
        },
        _ => {
            wrong(lowering, "recovery", "an action or an object with one", at);
            return None;
        }
    };
    let action = action(lowering, word, if map.is_empty() { at.clone() } else { at.child("action") })?;
    let (mut field, mut url) = (Vec::new(), None);
    for (key, value) in map {
        let at = at.child(key);
        match key.as_str() {
            "action" => {}
            "field" => field = path(lowering, value, &at)?,
            "url" => url = Some(super::extension::text(lowering, key, value, &at)?),
            _ => unknown(lowering, key, "recovery", "action, field, url", &at),
        }
    }
    fits(lowering, action, !field.is_empty(), url.is_some(), at)?;
    Some(Recovery { action, field, url, at: at.clone() })
}

/// Is it a way out, in a place where the word could mean something else?
pub(super) fn is_one(value: &Value) -> bool {
    let word = value.get("action").unwrap_or(value).as_str();
    RecoveryAction::ALL.iter().any(|action| Some(action.as_str()) == word)
}

fn known() -> String {
    let words: Vec<&str> = RecoveryAction::ALL.iter().map(|action| action.as_str()).collect();
    format!("the actions are {}", words.join(", "))
}

fn action(lowering: &mut Lowering<'_>, word: &str, at: Pointer) -> Option<RecoveryAction> {
    let found = RecoveryAction::ALL.into_iter().find(|action| action.as_str() == word);
    if found.is_none() {
        let words = RecoveryAction::ALL.iter().map(|action| action.as_str());
        let help = match nearest(word, words).as_slice() {
            [] => known(),
            near => format!("write `{}`; {}", near.join("` or `"), known()),
        };
        lowering.error(codes::UNKNOWN_ACTION, &at, format!("`{word}` is no way out of an error"), help);
    }
    found
}

/// The names of a member: a text, in which a dot leads into an object, or a list of names as they are.
fn path(lowering: &mut Lowering<'_>, value: &Value, at: &Pointer) -> Option<Vec<String>> {
    let names = pagination::names(value);
    if names.is_none() {
        wrong(lowering, "field", "the name of a member, or a list of names that lead to one", at);
    }
    names
}

/// Does the action take what stands beside it?
fn fits(
    lowering: &mut Lowering<'_>,
    action: RecoveryAction,
    field: bool,
    url: bool,
    at: &Pointer,
) -> Option<()> {
    let word = action.as_str();
    let (message, help) = match (action.takes(), field, url) {
        (Takes::Field, false, _) => {
            (format!("`{word}` does not say from which member"), "name the member of the error with `field`")
        }
        (Takes::FieldOrUrl, false, false) => (
            format!("`{word}` does not say where"),
            "name the member of the error that holds the URL with `field`, or give the URL with `url`",
        ),
        (Takes::Nothing, true, _) => {
            (format!("`{word}` takes no `field`"), "remove the key, or choose an action that takes one")
        }
        (takes, _, true) if takes != Takes::FieldOrUrl => {
            (format!("`{word}` takes no `url`"), "remove the key; only `upgrade` takes one")
        }
        _ => return Some(()),
    };
    lowering.error(codes::RECOVERY_SHAPE, at, message, help);
    None
}
