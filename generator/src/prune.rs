//! Pruning: what cannot be generated is taken out of a document, with all that needs it.
//!
//! Comes in: a bundled [`Document`] in which some values are [marks](crate::load::Without). Goes out: the same document
//! without the operations, callbacks, webhooks and components that hold a mark or refer, however indirectly, to a
//! component that does; and the list of these. Deliberately absent: why anything is marked.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::bundle::Document;
use crate::grammar::{self, Kind};
use crate::load::{marked, unescape};

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is: `GET /pets`, `the schema Pet`.
    pub what: String,
    /// Is it an operation, or a path with all of its operations?
    pub operation: bool,
    /// The numbers of the marks that it was left out for.
    pub because: BTreeSet<usize>,
}

/// Why something is left out: the numbers of marks.
type Marks = BTreeSet<usize>;

/// A component: the section and the name.
type Component = (String, String);

/// Takes out what holds a mark, and what needs that.
pub fn prune(document: &mut Document) -> Vec<LeftOut> {
    let Some(root) = document.value.as_object_mut() else { return Vec::new() };
    let gone = components(root.get("components"));
    let mut out = Vec::new();
    for (section, operations) in [("paths", true), ("webhooks", false)] {
        let Some(Value::Object(items)) = root.get_mut(section) else { continue };
        items.retain(|path, item| {
            let kept = path_item(path, item, &gone, operations, &mut out);
            kept || (operations && path.starts_with("x-"))
        });
    }
    for ((section, name), because) in gone {
        let entries = root.get_mut("components").and_then(|components| components.get_mut(&section));
        if let Some(Value::Object(entries)) = entries {
            entries.shift_remove(&name);
        }
        out.push(LeftOut { what: format!("the {} {name}", singular(&section)), operation: false, because });
    }
    out
}

/// A section of `components` in the words for one of its entries.
fn singular(section: &str) -> &str {
    match section {
        "requestBodies" => "request body",
        "securitySchemes" => "security scheme",
        "pathItems" => "path item",
        "mediaTypes" => "media type",
        section => section.strip_suffix('s').unwrap_or(section),
    }
}

/// Every component that cannot stay, and for which marks.
fn components(components: Option<&Value>) -> BTreeMap<Component, Marks> {
    let mut gone: BTreeMap<Component, Marks> = BTreeMap::new();
    let mut referrers: HashMap<Component, Vec<Component>> = HashMap::new();
    for (section, entries) in components.and_then(Value::as_object).into_iter().flatten() {
        let kind = Kind::of_section(section);
        for (name, entry) in entries.as_object().into_iter().flatten() {
            let own = (section.clone(), name.clone());
            let mut marks = Marks::new();
            find_marks(entry, &mut marks);
            if !marks.is_empty() {
                gone.insert(own.clone(), marks);
            }
            if let Some(kind) = kind {
                references(entry, kind, &mut |target| {
                    referrers.entry(target).or_default().push(own.clone());
                });
            }
        }
    }
    let mut open: Vec<Component> = gone.keys().cloned().collect();
    while let Some(component) = open.pop() {
        let because = gone.get(&component).cloned().unwrap_or_default();
        for referrer in referrers.remove(&component).into_iter().flatten() {
            if !gone.contains_key(&referrer) {
                gone.insert(referrer.clone(), because.clone());
                open.push(referrer);
            }
        }
    }
    gone
}

/// Takes out of a path item what cannot stay; `false` when the whole of it cannot.
fn path_item(
    path: &str,
    item: &mut Value,
    gone: &BTreeMap<Component, Marks>,
    operations: bool,
    out: &mut Vec<LeftOut>,
) -> bool {
    let Some(map) = item.as_object_mut() else {
        let because: Marks = marked(item).into_iter().collect();
        let stays = because.is_empty();
        if !stays {
            out.push(LeftOut { what: path.to_owned(), operation: operations, because });
        }
        return stays;
    };
    let mut around = Value::Object(map.iter().filter(|(name, _)| !is_method(name)).map(cloned).collect());
    if let Some(around) = around.as_object_mut() {
        around.shift_remove("additionalOperations");
    }
    let because = reasons(&around, Kind::PathItem, gone);
    if !because.is_empty() {
        out.push(LeftOut { what: path.to_owned(), operation: operations, because });
        return false;
    }
    let before = out.len();
    let mut keep = |method: &str, operation: &mut Value| {
        let because = operation_reasons(operation, gone);
        if because.is_empty() {
            callbacks(method, path, operation, gone, out);
            return true;
        }
        out.push(LeftOut {
            what: format!("{} {path}", method.to_uppercase()),
            operation: operations,
            because,
        });
        false
    };
    map.retain(|name, operation| !is_method(name) || keep(name, operation));
    if let Some(Value::Object(others)) = map.get_mut("additionalOperations") {
        others.retain(|method, operation| keep(method, operation));
    }
    // A path without operations is nothing, unless it was that before.
    let methods = map.keys().any(|name| is_method(name) || name == "additionalOperations");
    methods || out[before..].iter().all(|it| !it.operation)
}

fn cloned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

fn is_method(name: &str) -> bool {
    matches!(name, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace" | "query")
}

/// Why an operation cannot stay, its callbacks aside.
fn operation_reasons(operation: &mut Value, gone: &BTreeMap<Component, Marks>) -> Marks {
    let callbacks = operation.as_object_mut().and_then(|map| {
        let at = map.keys().position(|name| name == "callbacks")?;
        Some((at, map.shift_remove("callbacks")?))
    });
    let because = reasons(operation, Kind::Operation, gone);
    if let (Some((at, callbacks)), Some(map)) = (callbacks, operation.as_object_mut()) {
        map.shift_insert(at, "callbacks".to_owned(), callbacks);
    }
    because
}

/// Takes out the callbacks that cannot stay.
fn callbacks(
    method: &str,
    path: &str,
    operation: &mut Value,
    gone: &BTreeMap<Component, Marks>,
    out: &mut Vec<LeftOut>,
) {
    let Some(Value::Object(callbacks)) = operation.get_mut("callbacks") else { return };
    callbacks.retain(|name, callback| {
        let because = reasons(callback, Kind::Callback, gone);
        let stays = because.is_empty();
        if !stays {
            let what = format!("the callback {name} of {} {path}", method.to_uppercase());
            out.push(LeftOut { what, operation: false, because });
        }
        stays
    });
}

/// The marks in a value and those of what it refers to.
fn reasons(value: &Value, kind: Kind, gone: &BTreeMap<Component, Marks>) -> Marks {
    let mut because = Marks::new();
    find_marks(value, &mut because);
    references(value, kind, &mut |target| because.extend(gone.get(&target).into_iter().flatten()));
    because
}

fn find_marks(value: &Value, marks: &mut Marks) {
    match value {
        Value::Object(map) => map.values().for_each(|value| find_marks(value, marks)),
        Value::Array(items) => items.iter().for_each(|item| find_marks(item, marks)),
        value => marks.extend(marked(value)),
    }
}

/// The components that a value refers to.
fn references(value: &Value, kind: Kind, each: &mut dyn FnMut(Component)) {
    let mut refer = |text: &Value| {
        let path = text.as_str().and_then(|text| text.strip_prefix("#/components/")?.split_once('/'));
        if let Some((section, name)) = path {
            each((section.to_owned(), unescape(name).into_owned()));
        }
    };
    value.get("$ref").into_iter().for_each(&mut refer);
    if kind == Kind::Schema {
        let discriminator = value.get("discriminator");
        let mapping = discriminator.and_then(|it| it.get("mapping")).and_then(Value::as_object);
        mapping.into_iter().flat_map(Map::values).for_each(&mut refer);
        discriminator.and_then(|it| it.get("defaultMapping")).into_iter().for_each(refer);
    }
    grammar::children(value, kind, &mut String::new(), &mut |child, kind, _| references(child, kind, each));
}
