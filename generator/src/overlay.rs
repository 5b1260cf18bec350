//! Overlays: what a team says over a document that it does not own.
//!
//! Comes in: the root document and OpenAPI Overlay documents (1.0, and `copy` of 1.1), in their order. Goes out: the root
//! document with their actions carried out. What an overlay said has its places in the overlay. Deliberately absent: what
//! an OpenAPI document is, and the files that the root refers to; an overlay changes the root alone.

pub mod codes;
mod lay;
mod reach;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::load::{FileId, Input, Part, Sources};
use crate::report::{Code, Diagnostic, Report, nearest};

use lay::{Clash, Step, apply};

/// Carries out the overlays of an input. `None` when the report has errors.
pub fn overlay(mut sources: Sources, input: &Input, report: &mut Report) -> Option<Sources> {
    let before = report.errors();
    for path in &input.overlays {
        let Some(file) = sources.add_overlay(path, report) else { continue };
        let document = sources.value(file).clone();
        Overlay { sources: &mut sources, file, report }.carry_out(&document, path, input);
    }
    (report.errors() == before).then_some(sources)
}

/// An overlay that is carried out.
struct Overlay<'a> {
    sources: &'a mut Sources,
    file: FileId,
    report: &'a mut Report,
}

/// The longest target in bytes, and how often brackets may nest in it; nobody writes more, and the parser recurses.
const LIMITS: (usize, usize) = (4096, 32);

/// How many descendant segments (`..`) a target may have: each looks at everything below everything before it.
const DESCENDANTS: usize = 3;

impl Overlay<'_> {
    fn say(&mut self, diagnostic: Diagnostic, pointer: &str, part: Part) {
        let place = self.sources.place_in(self.file, pointer, part);
        self.report.push(diagnostic.at(place));
    }

    fn error(&mut self, code: Code, pointer: &str, message: String, help: &str) {
        self.say(Diagnostic::error(code, message).help(help), pointer, Part::Value);
    }

    fn carry_out(&mut self, document: &Value, path: &Path, input: &Input) {
        match document.get("overlay").map(|version| (version, version.as_str())) {
            Some((_, Some(version))) if version.trim().starts_with("1.") => {}
            // `overlay: 1.0`, without quotes.
            Some((Value::Number(number), _))
                if number.as_f64().is_some_and(|it| (1.0..2.0).contains(&it)) => {}
            Some(_) => {
                let message = "this version of Overlay is not supported".to_owned();
                return self.error(codes::SHAPE, "/overlay", message, "versions 1.0 and 1.1 are");
            }
            None => {
                let message = "this is not an Overlay document: it has no `overlay`".to_owned();
                return self.error(codes::SHAPE, "", message, "begin it with `overlay: 1.0.0`");
            }
        }
        self.unknown(document, "", ("an overlay", &["overlay", "info", "extends", "actions"]));
        self.extends(document, path, input);
        let Some(Value::Array(actions)) = document.get("actions") else {
            let message = "the overlay has no list of `actions`".to_owned();
            return self.error(codes::SHAPE, "/actions", message, "list what to change under `actions`");
        };
        for (number, action) in actions.iter().enumerate() {
            self.action(action, &format!("/actions/{number}"));
        }
    }

    /// Says of members that no object of its kind has.
    fn unknown(&mut self, value: &Value, at: &str, (kind, known): (&str, &[&str])) {
        let names = value.as_object().into_iter().flat_map(serde_json::Map::keys);
        let unknown: Vec<String> = names
            .filter(|name| !known.contains(&name.as_str()) && !name.starts_with("x-"))
            .cloned()
            .collect();
        for name in unknown {
            let help = match nearest(&name, known.iter().copied()).as_slice() {
                [] => {
                    format!("{kind} has `{}`; begin the name of another member with `x-`", known.join("`, `"))
                }
                near => format!("known members with near names: `{}`", near.join("`, `")),
            };
            let pointer = format!("{at}/{}", crate::load::escape(&name));
            let message = format!("{kind} has no member `{name}`, so nothing is read from it");
            self.say(Diagnostic::warning(codes::UNKNOWN, message).help(help), &pointer, Part::Key);
        }
    }

    /// Is it meant for this document? A URL cannot be compared with a path.
    fn extends(&mut self, document: &Value, path: &Path, input: &Input) {
        let Some(extends) = document.get("extends") else { return };
        let Some(text) = extends.as_str() else {
            let message = "`extends` is not text".to_owned();
            return self.error(
                codes::SHAPE,
                "/extends",
                message,
                "name the document that the overlay is for",
            );
        };
        if input.is_other_root(path, text) {
            let message =
                format!("the overlay is for `{text}`, and laid over `{}`", self.sources.name(FileId::ROOT));
            let help = "name the document that it is laid over, or leave `extends` out";
            self.say(Diagnostic::warning(codes::EXTENDS, message).help(help), "/extends", Part::Value);
        }
    }

    fn action(&mut self, action: &Value, at: &str) {
        let Some(map) = action.as_object() else {
            let message = "an action is an object".to_owned();
            return self.error(
                codes::SHAPE,
                at,
                message,
                "give it a `target`, and an `update` or `remove: true`",
            );
        };
        self.unknown(action, at, ("an action", &["target", "description", "update", "remove", "copy"]));
        let Some(target) = map.get("target") else {
            let message = "the action has no `target`".to_owned();
            return self.say(Diagnostic::error(codes::SHAPE, message).help("add `target`"), at, Part::Key);
        };
        let remove = match map.get("remove") {
            None | Some(Value::Bool(false) | Value::Null) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => {
                let message = "`remove` is neither `true` nor `false`".to_owned();
                return self.error(codes::SHAPE, &format!("{at}/remove"), message, "write `remove: true`");
            }
        };
        let Some(targets) = self.found(target, &format!("{at}/target")) else { return };
        let step = match (remove, map.get("copy"), map.get("update")) {
            (true, ..) => Step::Remove,
            (false, Some(copy), _) => {
                let pointer = format!("{at}/copy");
                let Some(found) = self.found(copy, &pointer) else { return };
                let [source] = found.as_slice() else {
                    let message = format!("`copy` leads to {} places", found.len());
                    return self.error(codes::COPY, &pointer, message, "name exactly one place");
                };
                Step::Copy(source.clone())
            }
            (false, None, Some(update)) => Step::Update(update, format!("{at}/update")),
            (false, None, None) => {
                let message = "the action does not say what to do, so it changes nothing".to_owned();
                let help = "give it an `update` to merge into its target, `remove: true`, or a `copy`";
                return self.say(Diagnostic::warning(codes::IDLE, message).help(help), at, Part::Key);
            }
        };
        if targets.is_empty() {
            let message = "the target matches nothing, so the action changes nothing".to_owned();
            let help = reach::told(self.sources.value(FileId::ROOT), target.as_str().unwrap_or_default());
            return self.say(
                Diagnostic::warning(codes::IDLE, message).help(help),
                &format!("{at}/target"),
                Part::Value,
            );
        }
        if let Err(Clash { code, pointer, message, help }) = apply(self.sources, self.file, &step, targets) {
            self.error(code, &pointer.unwrap_or_else(|| format!("{at}/target")), message, help);
        }
    }

    /// The pointers to what a path selects in the document as it is now; `None` if it is no path.
    fn found(&mut self, path: &Value, at: &str) -> Option<Vec<String>> {
        let help = "write a JSONPath (RFC 9535) such as `$.paths['/pets'].get`";
        let Some(text) = path.as_str() else {
            self.error(codes::TARGET, at, "the path is not text".to_owned(), help);
            return None;
        };
        if text.len() > LIMITS.0 || nesting(text) > LIMITS.1 || text.matches("..").count() > DESCENDANTS {
            self.error(
                codes::TARGET,
                at,
                "the path is too long or too deep".to_owned(),
                "select less at once",
            );
            return None;
        }
        match JsonPath::parse(text) {
            Ok(path) => {
                let root = self.sources.value(FileId::ROOT);
                let located = path.query_located(root);
                Some(located.locations().map(|location| location.to_json_pointer()).collect())
            }
            Err(error) => {
                let message =
                    format!("`{text}` is not a JSONPath, from character {} on", error.position() + 1);
                self.error(codes::TARGET, at, message, help);
                None
            }
        }
    }
}

/// How deep brackets nest in a text, those in quotes included.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for character in text.chars() {
        match character {
            '[' | '(' | '!' | '?' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
