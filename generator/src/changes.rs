//! What changed between two catalogues, and of types and calls between two listings, in words.
//!
//! Comes in: the text of the committed `errors.json` and of the new one, or of both `contract.txt`. Goes out: one sentence a
//! change, in the order of the new one. Deliberately absent: prose and examples (a diff shows them better), and any judgement of the old
//! catalogue: one that cannot be read is one sentence.
//!
//! A change is [`Breaking`](Effect::Breaking) when a client written against the old contract may no longer compile, or
//! relies on something that no longer holds: a code, a status of it, an operation or a member that it read is gone, or a
//! fact that it was told is another. Everything else is [`Compatible`](Effect::Compatible); a new code is, because the
//! vocabulary is open by design, and so is a member that is now always there.

mod calls;
mod pairs;
mod read;
#[cfg(test)]
mod tests;
mod types;

use std::fmt;

use indexmap::IndexMap;

use crate::docs::text::line;

pub use self::calls::of_calls;
pub use self::types::of_types;

use self::pairs::{Matched, added, alike, below, matched, renamed_codes, renamed_families, renamed_fields};
use self::read::{Body, Catalogue, Code, Failure, Family, Field, Media, Operation, Recovery, Success, read};

/// A change of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What changed: lower case, no full stop.
    pub sentence: String,
    /// What it means for a client.
    pub effect: Effect,
}

/// What a change means for a client that was written against the old contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It may no longer compile, or relies on something that no longer holds.
    Breaking,
    /// It goes on as before.
    Compatible,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)?;
        match self.effect {
            Effect::Breaking => f.write_str(" (breaking)"),
            Effect::Compatible => Ok(()),
        }
    }
}

/// The changes from the old catalogue to the new one.
pub fn between(old: &str, new: &str) -> Vec<Change> {
    let mut changes = Changes::default();
    match (read(old), read(new)) {
        (Err(reason), _) => changes.compatible(format!("the committed catalogue cannot be read: {reason}")),
        (_, Err(reason)) => changes.compatible(format!("the new catalogue cannot be read: {reason}")),
        (Ok(old), Ok(new)) => changes.catalogues(&old, &new),
    }
    changes.list
}

/// How many operations a sentence names; beyond, it counts.
const NAMED: usize = 3;

/// Names within a sentence: the first ones, and how many more there are.
fn some<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(NAMED).map(quoted).collect();
    match names.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Which operations a change reaches.
fn reach<'a>(operations: impl IntoIterator<Item = &'a str>) -> String {
    let named = some(operations);
    if named.is_empty() { "(reaches no operation)".to_owned() } else { format!("(reaches {named})") }
}

/// How a sentence names the codes that a response leaves open.
const OTHER_CODES: &str = "with other codes";

/// Text of a document within a sentence.
fn quoted(text: &str) -> String {
    format!("`{}`", line(text).replace('`', "'"))
}

fn statuses(code: &Code) -> String {
    let keys = code.statuses.iter().map(u16::to_string).chain(code.ranges.iter().map(|range| line(range)));
    let keys: Vec<String> = keys.collect();
    if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }
}

fn retryable(retryable: Option<bool>) -> &'static str {
    match retryable {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unspecified",
    }
}

fn recovery(recovery: Option<&Recovery>) -> String {
    let Some(Recovery { action, field, url }) = recovery else { return "unspecified".to_owned() };
    let words: Vec<&str> =
        [Some(action), field.as_ref(), url.as_ref()].into_iter().flatten().map(String::as_str).collect();
    quoted(&words.join(" "))
}

fn or_none(text: Option<&String>) -> String {
    text.map_or_else(|| "none".to_owned(), |text| quoted(text))
}

#[derive(Default)]
struct Changes {
    list: Vec<Change>,
}

impl Changes {
    fn breaking(&mut self, sentence: String) {
        self.list.push(Change { sentence, effect: Effect::Breaking });
    }

    fn compatible(&mut self, sentence: String) {
        self.list.push(Change { sentence, effect: Effect::Compatible });
    }

    fn catalogues(&mut self, old: &Catalogue, new: &Catalogue) {
        if old.api.title != new.api.title {
            self.compatible(format!("api: title {} -> {}", quoted(&old.api.title), quoted(&new.api.title)));
        }
        if old.api.version != new.api.version {
            self.compatible(format!(
                "api: version {} -> {}",
                quoted(&old.api.version),
                quoted(&new.api.version)
            ));
        }
        match (old.families.as_slice(), new.families.as_slice()) {
            // A family that is the only one is the same one under another name.
            ([old], [new]) => self.family(old, new),
            (old, new) => self.families(old, new),
        }
        self.operations(&old.operations, &new.operations);
    }

    fn families(&mut self, old: &[Family], new: &[Family]) {
        let Matched { removed, kept } = matched(old, new, |family| &family.name);
        let (removed, kept) = renamed_families(removed, kept);
        for family in removed {
            self.breaking(format!("problem family {} removed", quoted(&family.name)));
            self.family(family, &family.emptied());
        }
        for (old, new) in kept {
            if let Some(old) = old {
                self.family(old, new);
            } else {
                self.compatible(format!("problem family {} added", quoted(&new.name)));
                self.family(&new.emptied(), new);
            }
        }
    }

    fn family(&mut self, old: &Family, new: &Family) {
        if old.name != new.name {
            // Nothing that a client holds is named after it.
            self.compatible(format!("problem family {} renamed to {}", quoted(&old.name), quoted(&new.name)));
        }
        if old.place != new.place {
            self.breaking(format!(
                "problems carry their code at {} instead of {}",
                quoted(&new.place),
                quoted(&old.place)
            ));
        }
        match (old.optional, new.optional) {
            (false, true) => {
                self.breaking(format!("the object that holds {} may be absent", quoted(&new.place)))
            }
            (true, false) => {
                self.compatible(format!("the object that holds {} is always there", quoted(&new.place)))
            }
            _ => {}
        }
        self.fields(&format!("problems of {}", quoted(&new.name)), &old.members, &new.members);
        self.fields(&format!("bodies around {}", quoted(&new.name)), &old.envelope, &new.envelope);
        let Matched { removed, kept } = matched(&old.codes, &new.codes, |code| &code.code);
        let renamed = renamed_codes(&removed, &added(&kept));
        for code in removed {
            match renamed.iter().find(|(old, _)| old.code == code.code) {
                Some((_, new)) => self.breaking(format!(
                    "code {} removed and {} added ({}), which is like it: is it renamed?",
                    quoted(&code.code),
                    quoted(&new.code),
                    facts(new)
                )),
                None => self.breaking(format!("code {} removed", quoted(&code.code))),
            }
        }
        for (old, new) in kept {
            match old {
                Some(old) => self.code(old, new),
                None if renamed.iter().any(|(_, it)| it.code == new.code) => {}
                None => self.compatible(format!("code {} added ({})", quoted(&new.code), facts(new))),
            }
        }
    }

    fn code(&mut self, old: &Code, new: &Code) {
        let code = format!("code {}", quoted(&new.code));
        if (&old.statuses, &old.ranges) != (&new.statuses, &new.ranges) {
            let sentence = format!("{code}: status {} -> {}", statuses(old), statuses(new));
            // A range never said with which of its statuses.
            if old.statuses.iter().all(|status| new.statuses.contains(status)) {
                self.compatible(sentence);
            } else {
                self.breaking(sentence);
            }
        }
        if old.retryable != new.retryable {
            let sentence =
                format!("{code}: retryable {} -> {}", retryable(old.retryable), retryable(new.retryable));
            if old.retryable.is_none() {
                self.compatible(sentence);
            } else {
                self.breaking(sentence);
            }
        }
        if old.r#type != new.r#type {
            let sentence =
                format!("{code}: type {} -> {}", or_none(old.r#type.as_ref()), or_none(new.r#type.as_ref()));
            if old.r#type.is_none() {
                self.compatible(sentence);
            } else {
                self.breaking(sentence);
            }
        }
        if old.recovery != new.recovery {
            let (was, is) = (recovery(old.recovery.as_ref()), recovery(new.recovery.as_ref()));
            let sentence = format!("{code}: way out {was} -> {is}");
            if old.recovery.is_none() {
                self.compatible(sentence);
            } else {
                self.breaking(sentence);
            }
        }
        for (what, old, new) in [("title", &old.title, &new.title), ("section", &old.section, &new.section)] {
            if old != new {
                self.compatible(format!(
                    "{code}: {what} {} -> {}",
                    or_none(old.as_ref()),
                    or_none(new.as_ref())
                ));
            }
        }
        let operations = reach(new.operations.iter().map(|operation| operation.id.as_str()));
        self.fields(&format!("{code} {operations}"), &old.fields, &new.fields);
    }

    fn fields(&mut self, of: &str, old: &[Field], new: &[Field]) {
        let Matched { removed, kept } = matched(old, new, |field| &field.name);
        let come = added(&kept);
        let renamed = renamed_fields(&removed, &come);
        for field in &removed {
            match renamed.iter().find(|(old, _)| old.name == field.name) {
                Some((old, new)) => self.breaking(format!(
                    "{of}: field {} removed and {} added, which says the same: is it renamed?",
                    quoted(&old.name),
                    quoted(&new.name)
                )),
                // What is below it went with it.
                None if renamed.iter().any(|(old, _)| below(field, old).is_some()) => {}
                None => self.breaking(format!("{of}: field {} removed", quoted(&field.name))),
            }
        }
        for (old, new) in kept {
            let field = format!("{of}: field {}", quoted(&new.name));
            let Some(old) = old else {
                if renamed.iter().any(|(_, it)| it.name == new.name || below(new, it).is_some()) {
                    continue;
                }
                let present = if new.required { "required" } else { "optional" };
                self.compatible(format!("{field} added ({}, {present})", line(&new.r#type)));
                continue;
            };
            if old.r#type != new.r#type {
                self.breaking(format!("{field}: type {} -> {}", line(&old.r#type), line(&new.r#type)));
            }
            match (old.required, new.required) {
                (true, false) => self.breaking(format!("{field}: required -> optional")),
                (false, true) => self.compatible(format!("{field}: optional -> required")),
                _ => {}
            }
        }
    }

    fn operations(&mut self, old: &[Operation], new: &[Operation]) {
        let Matched { removed, kept } = matched(old, new, |operation| &operation.id);
        let renamed = alike(&removed, &added(&kept), |operation| (&operation.method, &operation.path));
        for operation in removed {
            if !renamed.iter().any(|(old, _)| old.id == operation.id) {
                self.breaking(format!("operation {} removed", named(operation)));
            }
        }
        // Many operations share their answers: what is the same of several is said once.
        let mut together: IndexMap<(String, Effect), Vec<&str>> = IndexMap::new();
        for (old, new) in kept {
            let before = renamed.iter().find(|(_, it)| it.id == new.id).map(|(before, _)| *before);
            if let Some(before) = before {
                self.breaking(format!("operation {} renamed to {}", named(before), quoted(&new.id)));
            }
            let mut own = Changes::default();
            let old = old.or(before);
            match old {
                Some(old) => own.operation(old, new),
                None => own.compatible("added".to_owned()),
            }
            for Change { sentence, effect } in own.list {
                let sentence = match old {
                    Some(_) => format!(": {sentence}"),
                    None => format!(" ({}) {sentence}", line(&format!("{} {}", new.method, new.path))),
                };
                together.entry((sentence, effect)).or_default().push(&new.id);
            }
        }
        for ((sentence, effect), ids) in together {
            self.list.push(Change { sentence: format!("{}{sentence}", operations(&ids)), effect });
        }
    }

    /// What changed of an operation, without its name.
    fn operation(&mut self, old: &Operation, new: &Operation) {
        if (&old.method, &old.path) != (&new.method, &new.path) {
            let old = quoted(&format!("{} {}", old.method, old.path));
            self.breaking(format!("{old} -> {}", quoted(&format!("{} {}", new.method, new.path))));
        }
        self.body(old.body.as_ref(), new.body.as_ref());
        self.successes(&old.successes, &new.successes);
        match (&old.pagination, &new.pagination) {
            (old, new) if old == new => {}
            (None, Some(_)) => self.compatible("pages added".to_owned()),
            // A client goes through them by what it was told, or has a function for it that is gone.
            (Some(_), Some(_)) => self.breaking("pages are turned in another way".to_owned()),
            (_, None) => self.breaking("pages removed".to_owned()),
        }
        let (old, new) = (answers(&old.errors), answers(&new.errors));
        let Matched { removed, kept } = matched(&old, &new, |answer| answer);
        for (status, answer) in removed {
            let sentence = format!("no longer answers {status} {answer}");
            // Nobody can have relied on codes that were not named.
            if answer == OTHER_CODES { self.compatible(sentence) } else { self.breaking(sentence) }
        }
        for (_, (status, answer)) in kept.into_iter().filter(|(old, _)| old.is_none()) {
            self.compatible(format!("may now answer {status} {answer}"));
        }
    }

    fn body(&mut self, old: Option<&Body>, new: Option<&Body>) {
        match (old, new) {
            (None, None) => {}
            (Some(_), None) => self.breaking("request body removed".to_owned()),
            (None, Some(new)) if new.required => self.breaking("request body added (required)".to_owned()),
            (None, Some(_)) => self.compatible("request body added (optional)".to_owned()),
            (Some(old), Some(new)) => {
                // What is required is an argument of the constructor.
                match (old.required, new.required) {
                    (true, false) => self.breaking("request body required -> optional".to_owned()),
                    (false, true) => self.breaking("request body optional -> required".to_owned()),
                    _ => {}
                }
                self.media("request body", &old.media, &new.media);
            }
        }
    }

    fn successes(&mut self, old: &[Success], new: &[Success]) {
        let Matched { removed, kept } = matched(old, new, |success| &success.status);
        for success in removed {
            self.breaking(format!("success {} removed", line(&success.status)));
        }
        // A generated client decodes a success into one type.
        let why = match old.len() {
            0 => "what a call gives is of another type",
            1 => "what a call gives becomes a choice",
            _ => "a match on what a call gives has one more arm",
        };
        for (old, new) in kept {
            let success = format!("success {}", line(&new.status));
            match old {
                Some(old) => self.media(&success, &old.media, &new.media),
                None => self.breaking(format!("{success} added; {why}")),
            }
        }
    }

    fn media(&mut self, of: &str, old: &[Media], new: &[Media]) {
        let Matched { removed, kept } = matched(old, new, |media| &media.media_type);
        for media in removed {
            self.breaking(format!("{of}: {} removed", quoted(&media.media_type)));
        }
        for (old, new) in kept {
            match old {
                None => self.compatible(format!(
                    "{of}: {} added ({})",
                    quoted(&new.media_type),
                    line(&new.r#type)
                )),
                Some(old) if old.r#type != new.r#type => {
                    self.breaking(format!("{of}: type {} -> {}", line(&old.r#type), line(&new.r#type)));
                }
                Some(old) if old.items != new.items => {
                    let words = |media: &Media| line(media.items.as_deref().unwrap_or("not stated"));
                    self.breaking(format!("{of}: items {} -> {}", words(old), words(new)));
                }
                Some(_) => {}
            }
        }
    }
}

/// Operations that a sentence is about.
fn operations(ids: &[&str]) -> String {
    let operations = if ids.len() == 1 { "operation" } else { "operations" };
    format!("{operations} {}", some(ids.iter().copied()))
}

/// What is said of a new code.
fn facts(code: &Code) -> String {
    let mut facts = vec![statuses(code)];
    facts.push(
        match code.retryable {
            Some(true) => "retryable",
            Some(false) => "not retryable",
            None => "retryable unspecified",
        }
        .to_owned(),
    );
    let fields: Vec<_> = code.fields.iter().map(|field| quoted(&field.name)).collect();
    if !fields.is_empty() {
        facts.push(format!("fields: {}", fields.join(", ")));
    }
    facts.join(", ")
}

fn named(operation: &Operation) -> String {
    format!("{} ({})", quoted(&operation.id), line(&format!("{} {}", operation.method, operation.path)))
}

/// Each error that an operation may answer: its status and what tells it apart.
fn answers(failures: &[Failure]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for failure in failures {
        let status = line(&failure.status);
        for code in &failure.codes {
            out.push((status.clone(), quoted(code)));
        }
        let uncoded = match (&failure.r#type, &failure.media_type) {
            (Some(ty), _) => Some(format!("with {}", line(ty))),
            (None, Some(media)) if failure.codes.is_empty() && failure.open => {
                Some(format!("with {}", quoted(media)))
            }
            (None, Some(_)) if failure.open => Some(OTHER_CODES.to_owned()),
            (None, Some(_)) => None,
            (None, None) => Some("without a body".to_owned()),
        };
        out.extend(uncoded.map(|uncoded| (status, uncoded)));
    }
    let mut seen = std::collections::HashSet::new();
    out.retain(|answer| seen.insert(answer.clone()));
    out
}
