//! Carrying out an action on the root document, while its places are kept.

use std::cmp::Ordering;

use serde_json::Value;

use crate::load::{FileId, Laid, Sources, escape};
use crate::report::Code;

use super::codes;

/// What an action does at each of its targets.
pub(super) enum Step<'v> {
    /// Takes it out of what holds it.
    Remove,
    /// Merges a value of the overlay into it; the value's pointer.
    Update(&'v Value, String),
    /// Merges a value of the document into it; its pointer.
    Copy(String),
}

/// Why an action cannot be carried out.
pub(super) struct Clash {
    pub(super) code: Code,
    /// Where in the overlay; the target if nowhere else.
    pub(super) pointer: Option<String>,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// Where the parts of what is merged come from.
struct From<'f> {
    file: FileId,
    pointer: String,
    /// For a copy: where the parts of the document stand, which may be in several files.
    laid: Option<&'f Laid>,
}

impl From<'_> {
    fn place(&self) -> (FileId, String) {
        match self.laid {
            Some(laid) => laid.locate(&self.pointer),
            None => (self.file, self.pointer.clone()),
        }
    }
}

/// Carries out a step at each of the targets.
pub(super) fn apply(
    sources: &mut Sources,
    file: FileId,
    step: &Step<'_>,
    mut targets: Vec<String>,
) -> Result<(), Clash> {
    // From the end on, so that the pointers to what still has to be removed stay right.
    targets.sort_by(|a, b| order(b, a));
    targets.dedup();
    let mut root = sources.take(FileId::ROOT);
    let done = match step {
        Step::Remove => targets.iter().try_for_each(|target| remove(&mut root, target, sources)),
        Step::Update(update, pointer) => targets.iter().rev().try_for_each(|target| {
            let mut from = From { file, pointer: pointer.clone(), laid: None };
            let Some(place) = root.pointer_mut(target) else { return Ok(()) };
            merge(place, update, &mut target.clone(), &mut from, sources)
        }),
        Step::Copy(source) => {
            let value = root.pointer(source).cloned().unwrap_or_default();
            let before = sources.laid();
            targets.iter().rev().try_for_each(|target| {
                let mut from = From { file, pointer: source.clone(), laid: Some(&before) };
                let Some(place) = root.pointer_mut(target) else { return Ok(()) };
                merge(place, &value, &mut target.clone(), &mut from, sources)
            })
        }
    };
    sources.put(root);
    done
}

/// By segment; items of lists by number.
fn order(a: &str, b: &str) -> Ordering {
    let number = |segment: &str| segment.parse::<usize>().ok();
    let mut others = b.split('/');
    for segment in a.split('/') {
        let Some(other) = others.next() else { return Ordering::Greater };
        let by_number = number(segment).zip(number(other)).map(|(a, b)| a.cmp(&b));
        match by_number.unwrap_or(Ordering::Equal).then_with(|| segment.cmp(other)) {
            Ordering::Equal => {}
            different => return different,
        }
    }
    if others.next().is_some() { Ordering::Less } else { Ordering::Equal }
}

fn remove(root: &mut Value, target: &str, sources: &mut Sources) -> Result<(), Clash> {
    let Some((parent, segment)) = target.rsplit_once('/') else {
        return Err(Clash {
            code: codes::CLASH,
            pointer: None,
            message: "the document itself cannot be removed".to_owned(),
            help: "select parts of it",
        });
    };
    match root.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(map.shift_remove(&*crate::load::unescape(segment))),
        Some(Value::Array(items)) => {
            let Some(at) = segment.parse::<usize>().ok().filter(|at| *at < items.len()) else {
                return Ok(());
            };
            items.remove(at);
            sources.shifted(parent, at, items.len());
        }
        _ => {}
    }
    Ok(())
}

/// Merges a value into one of the document: objects by their members, lists by appending, and other values by replacing.
fn merge(
    target: &mut Value,
    update: &Value,
    at: &mut String,
    from: &mut From<'_>,
    sources: &mut Sources,
) -> Result<(), Clash> {
    match (target, update) {
        (Value::Object(map), Value::Object(members)) => {
            for (name, member) in members {
                let (length, start) = (at.len(), from.pointer.len());
                let segment = escape(name);
                at.push('/');
                at.push_str(&segment);
                from.pointer.push('/');
                from.pointer.push_str(&segment);
                match map.get_mut(name) {
                    Some(old) => merge(old, member, at, from, sources)?,
                    None => {
                        map.insert(name.clone(), member.clone());
                        sources.lay(at, from.place());
                    }
                }
                at.truncate(length);
                from.pointer.truncate(start);
            }
            Ok(())
        }
        (Value::Array(items), Value::Array(more)) => {
            for (number, item) in more.iter().enumerate() {
                let start = from.pointer.len();
                from.pointer.push_str(&format!("/{number}"));
                sources.lay(&format!("{at}/{}", items.len()), from.place());
                from.pointer.truncate(start);
                items.push(item.clone());
            }
            Ok(())
        }
        (Value::Array(items), item) => {
            sources.lay(&format!("{at}/{}", items.len()), from.place());
            items.push(item.clone());
            Ok(())
        }
        (target, update) if target.is_null() || !(is_container(target) || is_container(update)) => {
            *target = update.clone();
            sources.lay(at, from.place());
            Ok(())
        }
        (target, update) => Err(Clash {
            code: codes::CLASH,
            pointer: from.laid.is_none().then(|| from.pointer.clone()),
            message: format!("{} cannot be merged into {}, at #{at}", words(update), words(target)),
            help: "remove what stands there with an action before this one",
        }),
    }
}

fn is_container(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn words(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        _ => "a value",
    }
}
