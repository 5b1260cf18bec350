//! What changed between two catalogues, and of the types between two listings, in words.
//!
//! Comes in: the text of the committed `errors.json` and of the new one, or of both `contract.txt`. Goes out: one sentence a
//! change, in the order of the new one. Deliberately absent: prose and examples (a diff shows them better), and any judgement of the old
//! catalogue: one that cannot be read is one sentence.
//!
//! A change is [`Breaking`](Effect::Breaking) when a client written against the old contract may no longer compile, or
//! relies on something that no longer holds: a code, a status of it, an operation or a member that it read is gone, or a
//! fact that it was told is another. Everything else is [`Compatible`](Effect::Compatible); a new code is, because the
//! vocabulary is open by design, and so is a member that is now always there.

mod read;
#[cfg(test)]
mod tests;
mod types;

use std::fmt;

use indexmap::IndexMap;

use crate::docs::text::line;

pub use self::types::of_types;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What is in both, only in the old and only in the new list, by key. Of entries with the same key the first counts.
struct Matched<'a, T> {
    removed: Vec<&'a T>,
    /// In the order of the new list; without an old one it was added.
    kept: Vec<(Option<&'a T>, &'a T)>,
}

fn matched<'a, T, K: std::hash::Hash + Eq>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> Matched<'a, T> {
    let mut left: IndexMap<K, &T> = IndexMap::with_capacity(old.len());
    for item in old {
        left.entry(key(item)).or_insert(item);
    }
    // A place is emptied rather than removed, so that the rest keeps its order without a shift for each.
    let mut left: IndexMap<K, Option<&T>> = left.into_iter().map(|(key, item)| (key, Some(item))).collect();
    let kept = new.iter().map(|item| (left.get_mut(&key(item)).and_then(Option::take), item)).collect();
    Matched { removed: left.into_values().flatten().collect(), kept }
}

/// An old family and the new one that it became.
type Pair<'a> = (Option<&'a Family>, &'a Family);

/// Takes a family that is gone for an added one if they have codes in common: a family is named after one of its schemas, so
/// that an edit of another one can rename it. The added one with the most of its codes is it.
fn renamed<'a>(removed: Vec<&'a Family>, mut kept: Vec<Pair<'a>>) -> (Vec<&'a Family>, Vec<Pair<'a>>) {
    let gone = |family: &&'a Family| {
        let codes: std::collections::HashSet<&str> =
            family.codes.iter().map(|code| code.code.as_str()).collect();
        let shared =
            |new: &Family| new.codes.iter().filter(|code| codes.contains(code.code.as_str())).count();
        let added = kept.iter_mut().filter(|(old, _)| old.is_none()).map(|pair| (shared(pair.1), pair));
        let best = added
            .filter(|(shared, _)| *shared > 0)
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        match best {
            Some((_, pair)) => pair.0 = Some(*family),
            None => return true,
        }
        false
    };
    let removed = removed.into_iter().filter(gone).collect();
    (removed, kept)
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
        let (removed, kept) = renamed(removed, kept);
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
        for code in removed {
            self.breaking(format!("code {} removed", quoted(&code.code)));
        }
        for (old, new) in kept {
            match old {
                Some(old) => self.code(old, new),
                None => self.compatible(added(new)),
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
        self.fields(&code, &old.fields, &new.fields);
    }

    fn fields(&mut self, of: &str, old: &[Field], new: &[Field]) {
        let Matched { removed, kept } = matched(old, new, |field| &field.name);
        for field in removed {
            self.breaking(format!("{of}: field {} removed", quoted(&field.name)));
        }
        for (old, new) in kept {
            let field = format!("{of}: field {}", quoted(&new.name));
            let Some(old) = old else {
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
        for operation in removed {
            self.breaking(format!("operation {} removed", named(operation)));
        }
        for (old, new) in kept {
            match old {
                Some(old) => self.operation(old, new),
                None => self.compatible(format!("operation {} added", named(new))),
            }
        }
    }

    fn operation(&mut self, old: &Operation, new: &Operation) {
        let operation = format!("operation {}", quoted(&new.id));
        if (&old.method, &old.path) != (&new.method, &new.path) {
            let old = quoted(&format!("{} {}", old.method, old.path));
            self.breaking(format!(
                "{operation}: {old} -> {}",
                quoted(&format!("{} {}", new.method, new.path))
            ));
        }
        self.body(&operation, old.body.as_ref(), new.body.as_ref());
        self.successes(&operation, &old.successes, &new.successes);
        match (&old.pagination, &new.pagination) {
            (old, new) if old == new => {}
            (None, Some(_)) => self.compatible(format!("{operation}: pages added")),
            // A client goes through them by what it was told, or has a function for it that is gone.
            (Some(_), Some(_)) => self.breaking(format!("{operation}: pages are turned in another way")),
            (_, None) => self.breaking(format!("{operation}: pages removed")),
        }
        let (old, new) = (answers(&old.errors), answers(&new.errors));
        let Matched { removed, kept } = matched(&old, &new, |answer| answer);
        for (status, answer) in removed {
            let sentence = format!("{operation}: no longer answers {status} {answer}");
            // Nobody can have relied on codes that were not named.
            if answer == OTHER_CODES { self.compatible(sentence) } else { self.breaking(sentence) }
        }
        for (_, (status, answer)) in kept.into_iter().filter(|(old, _)| old.is_none()) {
            self.compatible(format!("{operation}: may now answer {status} {answer}"));
        }
    }

    fn body(&mut self, operation: &str, old: Option<&Body>, new: Option<&Body>) {
        match (old, new) {
            (None, None) => {}
            (Some(_), None) => self.breaking(format!("{operation}: request body removed")),
            (None, Some(new)) if new.required => {
                self.breaking(format!("{operation}: request body added (required)"))
            }
            (None, Some(_)) => self.compatible(format!("{operation}: request body added (optional)")),
            (Some(old), Some(new)) => {
                match (old.required, new.required) {
                    (true, false) => {
                        self.compatible(format!("{operation}: request body required -> optional"))
                    }
                    (false, true) => self.breaking(format!("{operation}: request body optional -> required")),
                    _ => {}
                }
                self.media(&format!("{operation}: request body"), &old.media, &new.media);
            }
        }
    }

    fn successes(&mut self, operation: &str, old: &[Success], new: &[Success]) {
        let Matched { removed, kept } = matched(old, new, |success| &success.status);
        for success in removed {
            self.breaking(format!("{operation}: success {} removed", line(&success.status)));
        }
        for (old, new) in kept {
            let success = format!("{operation}: success {}", line(&new.status));
            match old {
                Some(old) => self.media(&success, &old.media, &new.media),
                // A generated client decodes a success into one type; another success may make that a choice.
                None => self.breaking(format!("{success} added")),
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

/// What is said of a new code.
fn added(code: &Code) -> String {
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
    format!("code {} added ({})", quoted(&code.code), facts.join(", "))
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
