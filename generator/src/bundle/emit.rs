//! Moves everything to where its name says, and rewrites the references.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use crate::grammar::{self, Kind};
use crate::load::{FileId, Sources, escape};

use super::names::Names;
use super::reach::{Target, dynamic, extension_kind};

/// What a rewritten reference starts with until everything is in place, so that it is not rewritten twice. No reference of a
/// document that got here has it, because it would have led nowhere.
const DONE: char = '\0';

/// The bundled document. Takes the values out of the sources and tells them where each part went.
pub(super) fn emit(sources: &mut Sources, names: &Names) -> Value {
    // Definitions inside of others are taken out first.
    let mut targets: Vec<(&Target, &String)> = names.names.iter().collect();
    targets.sort_by_key(|(target, _)| (target.file, Reverse(target.pointer.len()), &target.pointer));
    let mut parts: Vec<(&Target, &String, Value)> = Vec::new();
    let mut files: std::collections::BTreeMap<FileId, Value> = std::collections::BTreeMap::new();
    files.insert(FileId::ROOT, sources.take(FileId::ROOT));
    for (target, name) in targets {
        let file = files.entry(target.file).or_insert_with(|| sources.take(target.file));
        let Some(place) = file.pointer_mut(&target.pointer) else { continue };
        let left = names
            .reference_to(target)
            .map_or(Value::Null, |reference| json!({"$ref": format!("{DONE}{reference}")}));
        let mut value = std::mem::replace(place, left);
        rewrite(&mut value, target.kind, target.file, names);
        parts.push((target, name, value));
    }
    let mut root = files.remove(&FileId::ROOT).unwrap_or_default();
    let own_path_items = root.pointer("/components/pathItems").is_some();
    rewrite(&mut root, Kind::Document, FileId::ROOT, names);
    for (target, name, value) in parts {
        let Some(section) = target.kind.section() else { continue };
        sources.came_from(
            format!("/components/{section}/{}", escape(name)),
            target.file,
            target.pointer.clone(),
        );
        if let Some(entries) =
            object(&mut root, "components").and_then(|components| member(components, section))
        {
            entries.insert(name.clone(), value);
        }
    }
    finish(&mut root, Kind::Document);
    inline_path_items(&mut root, sources);
    if !own_path_items {
        drop_made_path_items(&mut root);
    }
    if let Some(Value::Object(components)) = root.get_mut("components") {
        components.values_mut().filter_map(Value::as_object_mut).for_each(Map::sort_keys);
    }
    root
}

fn object<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Map<String, Value>> {
    member(value.as_object_mut()?, name)
}

fn member<'a>(map: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    map.entry(name).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

fn rewrite(value: &mut Value, kind: Kind, file: FileId, names: &Names) {
    if let Some(map) = value.as_object_mut() {
        if dynamic(map, kind).is_some()
            && let Some(reference) = map.shift_remove("$dynamicRef")
        {
            map.insert("$ref".to_owned(), reference);
        }
        if kind.section().is_some()
            && let Some(Value::String(text)) = map.get_mut("$ref")
        {
            replace(text, kind, file, names);
        }
        if kind == Kind::Schema {
            each_mapped(map, &mut |text| replace(text, kind, file, names));
        }
        for (_, extension) in map.iter_mut().filter(|(name, _)| name.starts_with("x-")) {
            rewrite_extension(extension, file, names);
        }
    }
    grammar::children_mut(value, kind, &mut String::new(), &mut |child, kind, _| {
        rewrite(child, kind, file, names)
    });
}

/// What the discriminator of a schema leads to.
fn each_mapped(schema: &mut Map<String, Value>, each: &mut dyn FnMut(&mut String)) {
    let Some(Value::Object(discriminator)) = schema.get_mut("discriminator") else { return };
    for (member, value) in discriminator.iter_mut() {
        match (member.as_str(), value) {
            ("mapping", Value::Object(targets)) => targets.values_mut().for_each(|target| {
                if let Value::String(text) = target {
                    each(text);
                }
            }),
            ("defaultMapping", Value::String(text)) => each(text),
            _ => {}
        }
    }
}

fn replace(text: &mut String, kind: Kind, file: FileId, names: &Names) {
    if !text.starts_with(DONE)
        && let Some(reference) = names.reference(file, text, kind)
    {
        *text = format!("{DONE}{reference}");
    }
}

fn rewrite_extension(value: &mut Value, file: FileId, names: &Names) {
    match value {
        Value::Object(map) => {
            for (name, child) in map.iter_mut() {
                match child {
                    Value::String(text) if name == "$ref" => {
                        if let Some(kind) = extension_kind(text)
                            && let Some(reference) = names.reference(file, text, kind)
                        {
                            *text = reference;
                        }
                    }
                    child => rewrite_extension(child, file, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|child| rewrite_extension(child, file, names)),
        _ => {}
    }
}

/// Takes the marks off.
fn finish(value: &mut Value, kind: Kind) {
    let mut unmark = |text: &mut String| {
        if text.starts_with(DONE) {
            text.remove(0);
        }
    };
    if let Some(map) = value.as_object_mut() {
        if let Some(Value::String(text)) = map.get_mut("$ref") {
            unmark(text);
        }
        each_mapped(map, &mut unmark);
    }
    grammar::children_mut(value, kind, &mut String::new(), &mut |child, kind, _| finish(child, kind));
}

/// Drops the section of path items that bundling made, when nothing but `paths` referred to it.
fn drop_made_path_items(root: &mut Value) {
    fn refers(value: &Value, kind: Kind) -> bool {
        let mut found = kind == Kind::PathItem && value.get("$ref").is_some();
        grammar::children(value, kind, &mut String::new(), &mut |child, kind, _| {
            found = found || refers(child, kind)
        });
        found
    }
    let made = root.pointer("/components/pathItems").is_some();
    if made
        && !refers(root, Kind::Document)
        && let Some(Value::Object(components)) = root.get_mut("components")
    {
        components.shift_remove("pathItems");
    }
}

/// Puts path items that `paths` refers to in place, because 3.0 has no components for them. What stands beside the reference wins.
fn inline_path_items(root: &mut Value, sources: &mut Sources) {
    const SECTION: &str = "/components/pathItems";
    let items = root.pointer(SECTION).cloned().unwrap_or_default();
    for (path, item) in root.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        let mut name = reference_name(item);
        let mut seen = std::collections::HashSet::new();
        while let Some(key) = name.take() {
            let Some(definition) = items.get(&key).filter(|_| seen.insert(key.clone())) else { break };
            if let (Some(map), Some(definition)) = (item.as_object_mut(), definition.as_object()) {
                map.shift_remove("$ref");
                let mut merged = definition.clone();
                merged.extend(std::mem::take(map));
                *map = merged;
            }
            let part = format!("/paths/{}", escape(path));
            if let Some((file, pointer)) = sources.origin(&format!("{SECTION}/{}", escape(&key))) {
                sources.came_from(part, file, pointer);
            } else {
                sources.came_from(part, FileId::ROOT, format!("{SECTION}/{}", escape(&key)));
            }
            name = reference_name(item);
        }
    }
}

fn reference_name(item: &Value) -> Option<String> {
    let name = item.get("$ref")?.as_str()?.strip_prefix("#/components/pathItems/")?;
    Some(crate::load::unescape(name).into_owned())
}
