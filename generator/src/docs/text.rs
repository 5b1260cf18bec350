//! Text of a document, made harmless for one medium at a time.
//!
//! Comes in: any string. Goes out: the same words without characters that reorder, hide or break what stands around
//! them. Deliberately absent: Markdown, which is [`prose`](crate::docs::prose)'s.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

/// A character that changes how its surroundings are shown: a control, or a bidirectional embedding, override or isolate
/// (the "Trojan Source" characters). The marks U+200E, U+200F and U+061C stay: right-to-left text needs them, and they
/// reach no further than their neighbours.
fn disturbs(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || reorders(c)
}

fn reorders(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// The text with U+FFFD in place of each character that would disturb its surroundings.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.contains(disturbs) {
        Cow::Owned(text.chars().map(|c| if disturbs(c) { '\u{FFFD}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The text on one line: [`visible`], each run of white space one space.
pub fn line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text as content or attribute value of HTML.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The value as indented JSON. Characters that would disturb their surroundings are `\u` escapes: they can stand only
/// inside of strings, where the escape means the same.
pub fn json(value: &Value) -> String {
    escape_json(&format!("{value:#}"))
}

/// The value as JSON on one line; see [`json`].
pub fn json_line(value: &Value) -> String {
    escape_json(&value.to_string())
}

fn escape_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if disturbs(c) {
            // Every such character lies in the basic plane, so one escape is enough. Writing to a string cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// A name as the listing writes it: bare when it is made of plain characters, else as a JSON string.
pub fn name(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | '@');
    if !text.is_empty() && text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(json_line(&Value::String(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reordering_characters_never_arrive() {
        assert_eq!(visible("a\u{202E}b\u{7}c"), "a\u{FFFD}b\u{FFFD}c");
        assert_eq!(line(" a\n\tb\u{2028}c "), "a b\u{FFFD}c");
        assert_eq!(html("<a href='x'>\"&\u{2066}"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\u{FFFD}");
        assert_eq!(name("a\u{202E}b"), "\"a\\u202eb\"");
        assert_eq!(name("drop_id"), "drop_id");
    }

    #[test]
    fn escaped_json_still_means_the_same() {
        let value = serde_json::json!({"a\u{202E}": "x\u{7f}\n\u{2029}\\"});
        let text = json(&value);
        assert!(!text.contains(disturbs), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("is JSON"), value);
    }
}
