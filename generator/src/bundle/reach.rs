//! What can be reached from the root document, and what the references on the way lead to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use crate::grammar::{self, Kind};
use crate::load::{FileId, Part, Sources, percent_decode, unescape};
use crate::report::{Diagnostic, Report, nearest};

use super::anchors::Anchors;
use super::codes;

/// Something that a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Target {
    pub(super) file: FileId,
    pub(super) pointer: String,
    pub(super) kind: Kind,
}

/// What was reached.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Where each reference leads, by the file it stands in, its text and its kind. Aliases in other files are skipped: this is
    /// the definition, or a component of the root document.
    pub(super) references: HashMap<(FileId, String, Kind), Target>,
    /// Definitions that are not components of the root document.
    pub(super) targets: BTreeSet<Target>,
    /// Components of the root document that only refer to a definition elsewhere, and thereby name it.
    pub(super) slots: BTreeMap<Target, Vec<String>>,
}

/// The component that a place in the root document is, with its section.
pub(super) fn slot(file: FileId, pointer: &str) -> Option<(Kind, &str)> {
    let (section, name) = pointer.strip_prefix("/components/")?.split_once('/')?;
    let kind = Kind::of_section(section)?;
    (file == FileId::ROOT && !name.contains('/')).then_some((kind, name))
}

/// Walks everything that can be reached and reports the references that lead nowhere.
pub(super) fn reach(sources: &mut Sources, report: &mut Report) -> Reached {
    let mut walk = Walk {
        sources,
        report,
        reached: Reached::default(),
        queue: Vec::new(),
        anchors: HashMap::new(),
        ends: HashMap::new(),
    };
    walk.queue.push(Target { file: FileId::ROOT, pointer: String::new(), kind: Kind::Document });
    loop {
        while let Some(next) = walk.queue.pop() {
            walk.follow_all(&next);
        }
        walk.add_children();
        if walk.queue.is_empty() {
            break;
        }
    }
    walk.sources.report_unreadable(walk.report);
    walk.reached
}

struct Walk<'a> {
    sources: &'a mut Sources,
    report: &'a mut Report,
    reached: Reached,
    queue: Vec<Target>,
    anchors: HashMap<FileId, Anchors>,
    /// Where the aliases lead that have been followed.
    ends: HashMap<Target, End>,
}

/// Where an alias leads.
#[derive(Clone)]
enum End {
    /// To a definition, or to a component of the root document that does.
    At(Target),
    /// To itself.
    Circle,
    /// To nothing, which has been said.
    Nowhere,
}

/// A reference on the way.
struct Found {
    pointer: String,
    text: String,
    kind: Kind,
    how: How,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum How {
    /// `$ref`.
    Reference,
    /// A value of `discriminator.mapping`.
    Mapping,
    /// `$ref` in an extension, which may be data.
    Extension,
}

impl Walk<'_> {
    /// Follows the references of a subtree.
    fn follow_all(&mut self, target: &Target) {
        let mut found = Vec::new();
        let mut bad = Vec::new();
        if let Some(value) = self.sources.value(target.file).pointer(&target.pointer) {
            collect(value, target.kind, &mut target.pointer.clone(), &mut found, &mut bad);
        }
        for pointer in bad {
            let place = self.sources.place_in(target.file, &pointer, Part::Value);
            let help = "write where it leads, such as `#/components/schemas/Pet`";
            self.report.push(Diagnostic::error(codes::NOT_TEXT, "`$ref` is not text").at(place).help(help));
        }
        for reference in found {
            if reference.pointer.ends_with("/$dynamicRef") {
                let place = self.sources.place_in(target.file, &reference.pointer, Part::Value);
                let message = "the dynamic reference is read as a plain one";
                let help = "write `$ref`; which anchor a dynamic one leads to depends on who asks, and a type cannot";
                self.report.push(Diagnostic::note(codes::DYNAMIC, message).at(place).help(help));
            }
            let key = (target.file, reference.text.clone(), reference.kind);
            let last = match self.reached.references.get(&key) {
                Some(known) => known.clone(),
                None => {
                    let Some(first) = self.target(target.file, &reference) else { continue };
                    let Some(last) = self.definition(first, target.file, &reference) else { continue };
                    if !self.fits(&last, target.file, &reference) {
                        continue;
                    }
                    self.reached.references.insert(key, last.clone());
                    last
                }
            };
            if let Some((kind, name)) = slot(target.file, reference.pointer.trim_end_matches("/$ref"))
                && kind == last.kind
                && reference.how == How::Reference
                && slot(last.file, &last.pointer).is_none()
                && self.is_alias(target.file, reference.pointer.trim_end_matches("/$ref"), kind)
            {
                self.reached.slots.entry(last.clone()).or_default().push(unescape(name).into_owned());
            }
            self.include(last);
        }
    }

    /// Can a place of the root document be what the reference wants? Elsewhere nothing says what things are.
    fn fits(&mut self, last: &Target, file: FileId, reference: &Found) -> bool {
        if last.file != FileId::ROOT {
            return true;
        }
        let found = match grammar::kind_at(&last.pointer) {
            Ok(None) => return true,
            Ok(Some(kind)) if kind == last.kind => return true,
            Ok(Some(kind)) => kind.noun(),
            Err(()) => "the document itself, or a map or list in it",
        };
        if reference.how != How::Extension {
            let wanted = last.kind.noun();
            let place = self.sources.place_in(file, &reference.pointer, Part::Value);
            let message = format!("`{}` leads to {found}, where {wanted} belongs", reference.text);
            let help = match last.kind.section() {
                Some(section) => format!("refer to {wanted}, such as one under `#/components/{section}`"),
                None => format!("refer to {wanted}"),
            };
            self.report.push(Diagnostic::error(codes::KIND, message).at(place).help(help));
        }
        false
    }

    fn include(&mut self, target: Target) {
        if slot(target.file, &target.pointer).is_some_and(|(kind, _)| kind == target.kind) {
            return;
        }
        if self.reached.targets.insert(target.clone()) {
            self.queue.push(target);
        }
    }

    /// Where a reference leads.
    fn target(&mut self, file: FileId, reference: &Found) -> Option<Target> {
        let (path, fragment) = reference.text.split_once('#').unwrap_or((&reference.text, ""));
        let kind = reference.kind;
        if reference.how == How::Mapping && !reference.text.contains(['/', '#']) {
            // A bare schema name.
            let pointer = format!("/components/schemas/{}", crate::load::escape(&reference.text));
            for file in [file, FileId::ROOT] {
                if self.sources.value(file).pointer(&pointer).is_some() {
                    return Some(Target { file, pointer, kind });
                }
            }
            if !reference.text.contains('.') {
                return self.dangling(file, reference, file, "/components/schemas", &reference.text);
            }
        }
        let called = if path.is_empty() { None } else { self.called(file, path) };
        let base = called.as_ref().map_or("", |(_, pointer)| pointer.as_str()).to_owned();
        let other = match path {
            "" => file,
            _ if called.is_some() => called.map_or(file, |(file, _)| file),
            path if reference.how == How::Extension => {
                // Data that only looks like a reference must not make a document fail.
                self.sources.open_quietly(file, path)?
            }
            path => self.sources.open(file, &reference.pointer, path, self.report)?,
        };
        let pointer = percent_decode(fragment).into_owned();
        let pointer = match pointer.as_str() {
            "" | "/" => base.clone(),
            anchor if !anchor.starts_with('/') => match self.anchor(other, anchor) {
                Some(pointer) => pointer,
                None => return self.dangling(file, reference, other, "", anchor),
            },
            _ => format!("{base}{pointer}"),
        };
        let root = self.sources.value(other);
        // A pointer with `%` that was not meant as an escape.
        let exists = root.pointer(&pointer).is_some();
        let pointer = if !exists && root.pointer(fragment).is_some() { fragment.to_owned() } else { pointer };
        match self.sources.value(other).pointer(&pointer) {
            Some(_) => Some(Target { file: other, pointer, kind }),
            None => {
                let (parent, last) = pointer.rsplit_once('/').unwrap_or(("", &pointer));
                self.dangling(file, reference, other, parent, &unescape(last))
            }
        }
    }

    fn dangling(
        &mut self,
        file: FileId,
        reference: &Found,
        other: FileId,
        parent: &str,
        name: &str,
    ) -> Option<Target> {
        if reference.how == How::Extension {
            return None;
        }
        let place = self.sources.place_in(file, &reference.pointer, Part::Value);
        // Down to the first segment that leads nowhere.
        let (mut parent, mut name) = (parent.to_owned(), name.to_owned());
        while self.sources.value(other).pointer(&parent).is_none() {
            let Some((above, last)) = parent.rsplit_once('/') else { break };
            (parent, name) = (above.to_owned(), unescape(last).into_owned());
        }
        let names = match self.sources.value(other).pointer(&parent) {
            Some(Value::Object(map)) => nearest(&name, map.keys().map(String::as_str)),
            _ => Vec::new(),
        };
        let within =
            if other == file { String::new() } else { format!(" in `{}`", self.sources.name(other)) };
        let help = match names.as_slice() {
            [] => format!("there is no `{name}` under `#{parent}`{within}"),
            near => format!("near names under `#{parent}`{within}: `{}`", near.join("`, `")),
        };
        let diagnostic = match reference.how {
            How::Mapping => Diagnostic::warning(
                codes::MAPPING,
                format!("the mapping names no schema: `{}`", reference.text),
            ),
            _ => Diagnostic::error(
                codes::DANGLING,
                format!("the reference leads nowhere: `{}`", reference.text),
            ),
        };
        self.report.push(diagnostic.at(place).help(help));
        None
    }

    /// Skips aliases, down to a definition or a component of the root document.
    fn definition(&mut self, first: Target, from: FileId, reference: &Found) -> Option<Target> {
        match self.end(first, reference.how) {
            End::At(target) => Some(target),
            End::Nowhere => None,
            End::Circle => {
                let place = self.sources.place_in(from, &reference.pointer, Part::Value);
                let message = format!("`{}` leads in a circle of references", reference.text);
                let help = "one of them has to say what it is";
                self.report.push(Diagnostic::error(codes::CIRCLE, message).at(place).help(help));
                None
            }
        }
    }

    /// Where a target leads, each alias on the way being followed once however many references pass it.
    fn end(&mut self, first: Target, how: How) -> End {
        let mut passed: Vec<Target> = Vec::new();
        let mut seen = HashSet::new();
        let mut at = first;
        let mut end = loop {
            if let Some(known) = self.ends.get(&at) {
                break known.clone();
            }
            if !self.is_alias(at.file, &at.pointer, at.kind) {
                break End::At(at);
            }
            if !seen.insert(at.clone()) {
                break End::Circle;
            }
            let text =
                self.sources.value(at.file).pointer(&at.pointer).and_then(|it| it.get("$ref")?.as_str());
            let text = text.unwrap_or_default().to_owned();
            let found = Found { pointer: format!("{}/$ref", at.pointer), text, kind: at.kind, how };
            let next = self.target(at.file, &found);
            passed.push(at);
            match next {
                Some(next) => at = next,
                None => break End::Nowhere,
            }
        };
        for target in passed.into_iter().rev() {
            // A schema of the root document keeps its name, which is that of a type; it is followed only to see that it
            // leads somewhere. Of other things only the last name of a chain says anything.
            let keeps = target.kind == Kind::Schema
                && slot(target.file, &target.pointer).is_some_and(|(kind, _)| kind == target.kind);
            if keeps && matches!(end, End::At(_)) {
                end = End::At(target.clone());
            }
            // Of what only may be a reference nobody was told, so that the next one that passes has to find out.
            if how == How::Reference || !matches!(end, End::Nowhere) {
                self.ends.insert(target, end.clone());
            }
        }
        end
    }

    /// Is a value nothing but a reference? Beside that of a schema or a path item others have a meaning.
    fn is_alias(&self, file: FileId, pointer: &str, kind: Kind) -> bool {
        let alone = matches!(kind, Kind::Schema | Kind::PathItem);
        let value = self.sources.value(file).pointer(pointer).and_then(Value::as_object);
        value.is_some_and(|map| (map.len() == 1 || !alone) && map.get("$ref").is_some_and(Value::is_string))
    }

    fn anchor(&mut self, file: FileId, name: &str) -> Option<String> {
        self.anchors(file).named.get(name).cloned()
    }

    fn anchors(&mut self, file: FileId) -> &Anchors {
        let sources = &*self.sources;
        self.anchors.entry(file).or_insert_with(|| Anchors::of(sources.value(file)))
    }

    /// What in a file, or in the root, calls itself by this URI: a schema by its `$id`, the root by `$self`.
    fn called(&mut self, file: FileId, uri: &str) -> Option<(FileId, String)> {
        if self.sources.value(FileId::ROOT).get("$self").and_then(Value::as_str) == Some(uri) {
            return Some((FileId::ROOT, String::new()));
        }
        [file, FileId::ROOT].into_iter().find_map(|file| {
            let pointer = self.anchors(file).ids.get(uri)?.clone();
            Some((file, pointer))
        })
    }

    /// The schemas in other files that are built, by `allOf`, on one that is reached, also those that nothing refers to: a
    /// code that no operation names yet, or a child of a discriminator without a mapping. In the root document they are
    /// there anyway.
    fn add_children(&mut self) {
        let is_parent = |target: &&Target| target.kind == Kind::Schema && target.file != FileId::ROOT;
        let parents: HashSet<Target> = self.reached.targets.iter().filter(is_parent).cloned().collect();
        let files: BTreeSet<FileId> = parents.iter().map(|parent| parent.file).collect();
        for file in files {
            for (pointer, bases) in candidates(self.sources.value(file)) {
                let built_on = bases.into_iter().any(|text| {
                    let found =
                        Found { pointer: pointer.clone(), text, kind: Kind::Schema, how: How::Extension };
                    self.target(file, &found).is_some_and(|target| parents.contains(&target))
                });
                if built_on {
                    self.include(Target { file, pointer, kind: Kind::Schema });
                }
            }
        }
    }
}

/// The named schemas of a file that are built on others, with the references to these.
fn candidates(root: &Value) -> Vec<(String, Vec<String>)> {
    let mut out = Vec::new();
    for holder in ["/components/schemas", "/definitions", "/$defs", ""] {
        for (name, schema) in root.pointer(holder).and_then(Value::as_object).into_iter().flatten() {
            let bases = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            let bases: Vec<String> =
                bases.filter_map(|base| base.get("$ref")?.as_str().map(str::to_owned)).collect();
            if !bases.is_empty() {
                out.push((format!("{holder}/{}", crate::load::escape(name)), bases));
            }
        }
    }
    out
}

/// The references of a subtree.
fn collect(value: &Value, kind: Kind, pointer: &mut String, found: &mut Vec<Found>, bad: &mut Vec<String>) {
    let mut push = |path: String, text: &str, kind: Kind, how: How| {
        found.push(Found { pointer: path, text: text.to_owned(), kind, how });
    };
    if let Some(map) = value.as_object() {
        match map.get("$ref") {
            Some(Value::String(text)) if kind.section().is_some() => {
                push(format!("{pointer}/$ref"), text, kind, How::Reference);
            }
            Some(_) if kind.section().is_some() => bad.push(format!("{pointer}/$ref")),
            _ => {}
        }
        if let Some(text) = dynamic(map, kind) {
            push(format!("{pointer}/$dynamicRef"), text, kind, How::Reference);
        }
        for (at, text) in mapping(value, kind) {
            push(format!("{pointer}/discriminator/{at}"), text, Kind::Schema, How::Mapping);
        }
        for (name, extension) in map.iter().filter(|(name, _)| name.starts_with("x-")) {
            extension_references(extension, &mut |text, kind| {
                push(format!("{pointer}/{}", crate::load::escape(name)), text, kind, How::Extension);
            });
        }
    }
    grammar::children(value, kind, pointer, &mut |child, kind, pointer| {
        collect(child, kind, pointer, found, bad)
    });
}

/// The reference of a schema that refers dynamically and not in any other way.
pub(super) fn dynamic(map: &serde_json::Map<String, Value>, kind: Kind) -> Option<&str> {
    if kind != Kind::Schema || map.contains_key("$ref") {
        return None;
    }
    map.get("$dynamicRef")?.as_str()
}

/// What a schema's discriminator leads to, and where in it that is said.
fn mapping(value: &Value, kind: Kind) -> impl Iterator<Item = (String, &str)> {
    let discriminator = (kind == Kind::Schema).then(|| value.get("discriminator")).flatten();
    let mapping = discriminator.and_then(|it| it.get("mapping")?.as_object());
    let default = discriminator.and_then(|it| it.get("defaultMapping"));
    let mapped = mapping.into_iter().flatten();
    let mapped = mapped.map(|(name, target)| (format!("mapping/{}", crate::load::escape(name)), target));
    let all = mapped.chain(default.map(|target| ("defaultMapping".to_owned(), target)));
    all.filter_map(|(at, text)| Some((at, text.as_str()?)))
}

/// References in an extension that name a component, and so say what they lead to.
pub(super) fn extension_references(value: &Value, each: &mut dyn FnMut(&str, Kind)) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(text)) = map.get("$ref")
                && let Some(kind) = extension_kind(text)
            {
                each(text, kind);
            }
            map.values().for_each(|child| extension_references(child, each));
        }
        Value::Array(items) => items.iter().for_each(|child| extension_references(child, each)),
        _ => {}
    }
}

/// What a reference in an extension leads to, by its section.
pub(super) fn extension_kind(text: &str) -> Option<Kind> {
    Kind::of_section(text.split_once("#/components/")?.1.split_once('/')?.0)
}
