//! `x-pagination` on an operation: how to go through the pages of what it lists.
//!
//! Whether the operation has such a parameter and its success such members are laws over the contract; what is read here is
//! the form.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::contract::{PageKey, Pagination, Pointer, Turn};
use crate::load::unescape;
use crate::report::nearest;

use super::place::push_token;
use super::{Lowering, codes};

/// The extension.
const KEY: &str = crate::grammar::PAGINATION;

/// The styles, and the keys that each can have beside `style`, `items` and `more`.
const STYLES: [(&str, &[&str]); 4] = [
    ("cursor", &["param", "body", "next", "last", "header"]),
    ("page", &["param", "body"]),
    ("offset", &["param", "body"]),
    ("link", &["next"]),
];

/// Reads the extension of an operation that stands at `at`.
pub(super) fn read(
    lowering: &mut Lowering<'_>,
    extensions: &IndexMap<String, Value>,
    at: &Pointer,
) -> Option<Pagination> {
    let at = at.child(KEY);
    let value = extensions.get(KEY)?;
    let Some((map, style)) = value.as_object().and_then(|map| Some((map, map.get("style")?.as_str()?)))
    else {
        // The name belongs to nobody, so that it may be somebody else's words.
        let message = format!("`{KEY}` has no `style`, so nothing reads it");
        lowering.warn(
            codes::PAGINATION,
            &at,
            message,
            format!("write an object with a `style`; {}", known()),
        );
        return None;
    };
    let Some((_, possible)) = STYLES.iter().find(|(known, _)| *known == style) else {
        let near = nearest(style, STYLES.iter().map(|(known, _)| *known));
        let help = if near.is_empty() { known() } else { format!("write `{}`", near.join("` or `")) };
        wrong(lowering, &at.child("style"), format!("`{style}` is no style of pages"), &help);
        return None;
    };
    for key in map.keys() {
        let general = ["style", "items", "more"].contains(&key.as_str());
        if !general && !possible.contains(&key.as_str()) {
            let keys: Vec<&str> = ["items", "more"].iter().chain(*possible).copied().collect();
            lowering.warn(
                codes::PAGINATION_KEY,
                &at.child(key),
                format!("`{key}` is not a key of pages in the style `{style}`, so nothing reads it"),
                format!("the keys are style, {}", keys.join(", ")),
            );
        }
    }
    let turn = turn(lowering, style, map, &at)?;
    let items = path(lowering, map, "items", &at)?.unwrap_or_default();
    let more = path(lowering, map, "more", &at)?.unwrap_or_default();
    Some(Pagination { items, turn, more, at })
}

/// Says where the extension stands that nothing reads: at the root, or on a path.
pub(super) fn refuse_elsewhere(lowering: &mut Lowering<'_>) {
    let doc = lowering.doc;
    let roots = [(&doc.extensions, String::new()), (&doc.info.extensions, "/info".to_owned())];
    let paths = doc.paths.paths.iter().filter_map(|(path, item)| {
        let mut at = String::from("/paths");
        push_token(&mut at, path);
        Some((&item.as_item()?.extensions, at))
    });
    for (_, at) in roots.into_iter().chain(paths).filter(|(extensions, _)| extensions.contains_key(KEY)) {
        let message = format!("nothing reads `{KEY}` here");
        lowering.warn(
            codes::PAGINATION,
            &Pointer(at).child(KEY),
            message,
            "put it on each operation that has pages",
        );
    }
}

/// How the next page is asked for.
fn turn(lowering: &mut Lowering<'_>, style: &str, map: &Map<String, Value>, at: &Pointer) -> Option<Turn> {
    let next = path(lowering, map, "next", at)?;
    if style == "link" {
        return Some(Turn::Link { next: next.unwrap_or_default() });
    }
    let by = key(lowering, style, map, at)?;
    match style {
        "page" => Some(Turn::Page { by }),
        "offset" => Some(Turn::Offset { by }),
        _ => cursor(lowering, by, next, map, at),
    }
}

/// What the request says which page it is by.
fn key(lowering: &mut Lowering<'_>, style: &str, map: &Map<String, Value>, at: &Pointer) -> Option<PageKey> {
    let member = path(lowering, map, "body", at)?;
    match (map.get("param"), member) {
        (Some(Value::String(param)), None) if !param.trim().is_empty() => Some(PageKey::Param(param.clone())),
        (None, Some(member)) => Some(PageKey::Member(member)),
        (Some(_), None) => {
            let message = "`param` is not the name of a parameter".to_owned();
            wrong(lowering, &at.child("param"), message, "write the name of a parameter in the query");
            None
        }
        (None, None) => {
            let message =
                format!("pages in the style `{style}` do not say what tells them apart in a request");
            let help =
                "name a parameter in the query with `param`, or a member of the request body with `body`";
            wrong(lowering, at, message, help);
            None
        }
        (Some(_), Some(_)) => {
            let message = "`param` and `body` both say what tells pages apart".to_owned();
            wrong(lowering, at, message, "keep one of them");
            None
        }
    }
}

/// Where the cursor of the next page comes from.
fn cursor(
    lowering: &mut Lowering<'_>,
    by: PageKey,
    next: Option<Vec<String>>,
    map: &Map<String, Value>,
    at: &Pointer,
) -> Option<Turn> {
    let last = path(lowering, map, "last", at)?;
    let header = match map.get("header") {
        Some(Value::String(header)) if !header.trim().is_empty() => Some(header.trim().to_owned()),
        Some(_) => {
            let message = "`header` is not the name of a header".to_owned();
            wrong(lowering, &at.child("header"), message, "write the name of a header of the success");
            return None;
        }
        None => None,
    };
    match (next, last, header) {
        (Some(next), None, None) => Some(Turn::Cursor { by, next }),
        (None, Some(member), None) => Some(Turn::Last { by, member }),
        (None, None, Some(header)) => Some(Turn::Header { by, header }),
        (None, None, None) => {
            let message = "pages by cursor do not say where the next one comes from".to_owned();
            let help = "name the member of the page with `next`, that of its last item with `last`, or a header of the answer with \
                        `header`";
            wrong(lowering, at, message, help);
            None
        }
        (next, last, header) => {
            let given = [("next", next.is_some()), ("last", last.is_some()), ("header", header.is_some())];
            let given: Vec<&str> = given.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
            let message = format!("`{}` each say where the cursor comes from", given.join("` and `"));
            wrong(lowering, at, message, "keep one of them");
            None
        }
    }
}

/// The names that lead to a member: a text, in which a dot leads into an object, a JSON pointer (RFC 6901), or a list of names
/// as they are.
pub(super) fn names(value: &Value) -> Option<Vec<String>> {
    let token = |token: &str| unescape(token).into_owned();
    let names: Option<Vec<String>> = match value {
        Value::String(text) if text.starts_with('/') => Some(text.split('/').skip(1).map(token).collect()),
        Value::String(text) => Some(text.split('.').map(|name| name.trim().to_owned()).collect()),
        Value::Array(list) => list.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    names.filter(|names| !names.is_empty() && names.iter().all(|name| !name.is_empty()))
}

/// The value of a key that names a member: `None` when it names none, `Some(None)` when the key is not there.
#[allow(clippy::option_option, reason = "the outer one is `?`'s")]
fn path(
    lowering: &mut Lowering<'_>,
    map: &Map<String, Value>,
    key: &str,
    at: &Pointer,
) -> Option<Option<Vec<String>>> {
    let Some(value) = map.get(key) else { return Some(None) };
    let names = names(value);
    if names.is_none() {
        let message = format!("`{key}` is not the name of a member, nor a list of names that lead to one");
        wrong(lowering, &at.child(key), message, "write the name as it stands in the document");
    }
    names.map(Some)
}

fn known() -> String {
    let styles: Vec<&str> = STYLES.iter().map(|(style, _)| *style).collect();
    format!("the styles are {}", styles.join(", "))
}

fn wrong(lowering: &mut Lowering<'_>, at: &Pointer, message: String, help: &str) {
    lowering.error(codes::PAGINATION, at, message, help);
}
