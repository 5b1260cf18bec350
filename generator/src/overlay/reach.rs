//! How far a target reaches that matches nothing, for whoever has to correct it.
//!
//! Comes in: the document and a path that selects nothing in it. Goes out: what to do about it, in words.

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::report::nearest;

/// Says up to where the target leads, and what there is that it may have meant.
pub(super) fn told(root: &Value, target: &str) -> String {
    let Some((reached, rest)) = reached(root, target) else {
        return "compare it with the document".to_owned();
    };
    let found = reached.query(root);
    // Names that could not have been meant help nobody, so a slice of a document is looked at that a person would.
    let names: Vec<&str> = found
        .iter()
        .filter_map(|value| value.as_object())
        .flat_map(|map| map.keys().map(String::as_str))
        .take(NAMES)
        .collect();
    let lead = format!("`{}` is there, `{rest}` is not", target.strip_suffix(rest).unwrap_or(target));
    let refers = found.iter().any(|value| value.get("$ref").is_some());
    match name(rest).map(|name| nearest(&name, names)).as_deref() {
        Some([only]) => format!("{lead}; there is `{only}`"),
        Some(near @ [_, ..]) => format!("{lead}; there are `{}`", near.join("`, `")),
        _ if refers => format!("{lead}: what stands there is a `$ref`; select what it leads to"),
        _ => format!("{lead}; compare it with the document"),
    }
}

/// How many names are compared with the one that is not there.
const NAMES: usize = 1000;

/// The longest beginning of a path that selects something, and what follows it.
fn reached<'t>(root: &Value, target: &'t str) -> Option<(JsonPath, &'t str)> {
    let segments = target.char_indices().rev().filter(|(_, character)| ['.', '['].contains(character));
    segments
        // A path with very many segments is no slip.
        .take(SEGMENTS)
        .filter_map(|(at, _)| target.split_at_checked(at))
        .filter_map(|(before, rest)| Some((JsonPath::parse(before).ok()?, rest)))
        .find(|(path, _)| !path.query(root).is_empty())
}

/// How many segments are left off to find out how far a path reaches.
const SEGMENTS: usize = 20;

/// The name that the first of some segments selects, if it is one.
fn name(segments: &str) -> Option<String> {
    let quoted = |quote: char| {
        let inside = segments.strip_prefix('[')?.trim_start().strip_prefix(quote)?;
        inside.split(quote).next()
    };
    let bare = || segments.strip_prefix('.')?.split(['.', '[']).next().filter(|name| !name.is_empty());
    quoted('\'').or_else(|| quoted('"')).or_else(bare).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_longest_part_that_is_there_is_named() {
        let root = json!({
            "info": {"title": "Shop"},
            "paths": {"/things": {"get": {"x": 1}}, "/things/{id}": {"$ref": "other.yaml"}},
        });
        let said = |target: &str| told(&root, target);
        assert_eq!(
            said("$.paths['/thing'].get"),
            "`$.paths` is there, `['/thing'].get` is not; there is `/things`"
        );
        assert_eq!(said("$.pahts"), "`$` is there, `.pahts` is not; there is `paths`");
        assert_eq!(
            said("$.paths[\"/things\"].delete.responses"),
            "`$.paths[\"/things\"]` is there, `.delete.responses` is not; compare it with the document"
        );
        assert_eq!(
            said("$.paths['/things/{id}'].get"),
            "`$.paths['/things/{id}']` is there, `.get` is not: what stands there is a `$ref`; select what it leads to"
        );
        assert_eq!(
            said("$.tags[?@.name == 'a.b']"),
            "`$` is there, `.tags[?@.name == 'a.b']` is not; compare it with the document"
        );
        assert_eq!(said("no path"), "compare it with the document");
    }
}
