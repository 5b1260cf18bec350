//! A component name for everything that references lead to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::grammar::Kind;
use crate::load::{FileId, Part, Sources, unescape};
use crate::report::{Diagnostic, Report};

use super::codes;
use super::reach::{Reached, Target, slot};

/// What each reference becomes.
#[derive(Debug)]
pub(super) struct Names {
    /// What was reached.
    pub(super) reached: Reached,
    /// The component that each target becomes.
    pub(super) names: BTreeMap<Target, String>,
}

impl Names {
    /// The reference that stands for a reference text in a file; `None` when it led nowhere.
    pub(super) fn reference(&self, file: FileId, text: &str, kind: Kind) -> Option<String> {
        let target = self.reached.references.get(&(file, text.to_owned(), kind))?;
        self.reference_to(target)
    }

    /// The reference to a target.
    pub(super) fn reference_to(&self, target: &Target) -> Option<String> {
        let section = target.kind.section()?;
        let name = match self.names.get(target) {
            Some(name) => crate::load::escape(name).into_owned(),
            None => slot(target.file, &target.pointer)?.1.to_owned(),
        };
        Some(format!("#/components/{section}/{name}"))
    }
}

/// Names every target: by the component that only refers to it, else by its last segment, else with the file's name before.
pub(super) fn name(sources: &Sources, reached: Reached, report: &mut Report) -> Names {
    let mut taken: HashMap<Kind, BTreeSet<String>> = HashMap::new();
    let components = sources.value(FileId::ROOT).get("components").and_then(Value::as_object);
    for (section, entries) in components.into_iter().flatten() {
        if let (Some(kind), Some(entries)) = (Kind::of_section(section), entries.as_object()) {
            taken.entry(kind).or_default().extend(entries.keys().cloned());
        }
    }
    let mut names = BTreeMap::new();
    let mut rest: Vec<&Target> = Vec::new();
    for target in &reached.targets {
        let wanted = wanted(sources, target);
        match reached.slots.get(target) {
            // The slot of the same name, else the first by name.
            Some(slots) => {
                let chosen = slots.iter().find(|slot| **slot == wanted).or_else(|| slots.iter().min());
                names.extend(chosen.map(|slot| (target.clone(), slot.clone())));
            }
            None => rest.push(target),
        }
    }
    rest.sort_by_key(|target| (sources.name(target.file), &target.pointer));
    for target in rest {
        let taken = taken.entry(target.kind).or_default();
        let wanted = wanted(sources, target);
        let mut name = wanted.clone();
        if taken.contains(&name) {
            name = format!("{}_{wanted}", stem(sources.name(target.file)));
            let base = name.clone();
            let mut number = 2;
            while taken.contains(&name) {
                name = format!("{base}_{number}");
                number += 1;
            }
            if target.kind != Kind::PathItem {
                let message = format!("the name `{wanted}` is taken; this one becomes `{name}`");
                let place = sources.place_in(target.file, &target.pointer, Part::Key);
                report.push(
                    Diagnostic::note(codes::RENAMED, message)
                        .at(place)
                        .help("rename one of the two to choose its name"),
                );
            }
        }
        taken.insert(name.clone());
        names.insert(target.clone(), name);
    }
    Names { reached, names }
}

/// The name that a target should have.
fn wanted(sources: &Sources, target: &Target) -> String {
    let segments: Vec<_> = target.pointer.split('/').skip(1).map(unescape).collect();
    let own = match segments.as_slice() {
        [components, section, rest @ ..]
            if components == "components" && Kind::of_section(section).is_some() =>
        {
            rest
        }
        [holder, rest @ ..] if matches!(&**holder, "definitions" | "$defs") => rest,
        all => all,
    };
    let words: Vec<String> = match own {
        [] => Vec::new(),
        [only] => vec![clean(only)],
        many => many.iter().filter(|word| !STRUCTURE.contains(&&***word)).map(|word| clean(word)).collect(),
    };
    match words.iter().filter(|word| !word.is_empty()).map(String::as_str).collect::<Vec<_>>().join("_") {
        name if name.is_empty() => stem(sources.name(target.file)),
        name => name,
    }
}

/// Words of a pointer that say where a thing stands and not what it is.
const STRUCTURE: &[&str] = &[
    "paths",
    "components",
    "schemas",
    "responses",
    "parameters",
    "requestBody",
    "requestBodies",
    "headers",
    "content",
    "schema",
    "properties",
    "$defs",
    "definitions",
    "application/json",
    "examples",
    "allOf",
    "oneOf",
    "anyOf",
];

fn clean(word: &str) -> String {
    let mapped: String = word
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    mapped.trim_matches('_').to_owned()
}

fn stem(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = clean(file.split_once('.').map_or(file, |(stem, _)| stem));
    if stem.is_empty() { "unnamed".to_owned() } else { stem }
}
