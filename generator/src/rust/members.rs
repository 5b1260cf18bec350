//! The list of an object's members as the runtime reads it: one text, because very many expressions cost users something to
//! compile.
//!
//! Comes in: the fields of a plan, and their names on the wire. Goes out: a literal, in lines that can be read.

use proc_macro2::{Literal as Token, TokenStream};
use quote::{ToTokens, quote};

use super::plan::{FieldPlan, Literal};

/// Up to so many characters stand in a line.
const LINE: usize = 90;

/// The list of these members. The grammar is that of `Node::member` in the runtime.
pub(super) fn list(fields: &[FieldPlan], wires: &[&str]) -> TokenStream {
    let entries = fields.iter().zip(wires).map(|(field, wire)| match (&field.constant, field.required) {
        (Some(value), _) => format!("{}={}", name(wire), constant(value)),
        (None, true) => name(wire),
        (None, false) => format!("{}?", name(wire)),
    });
    let mut lines: Vec<String> = vec![String::new()];
    for entry in entries {
        let long = lines.last().is_some_and(|line| !line.is_empty() && line.len() + entry.len() >= LINE);
        if long {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&entry);
        }
    }
    literal(&lines)
}

/// A name as it stands in the list.
fn name(wire: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_-.$@:/".contains(character);
    if !wire.is_empty() && wire.chars().all(plain) { wire.to_owned() } else { json(wire) }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn constant(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        // What is not finite is no JSON, and no document has it.
        Literal::Number(value) => serde_json::Value::from(*value).to_string(),
        Literal::String(text) => json(text),
    }
}

/// The text as a literal; where it is long, with ends of lines that do not belong to it.
fn literal(lines: &[String]) -> TokenStream {
    let [_, _, ..] = lines else {
        let text = lines.concat();
        return quote!(#text);
    };
    // Each without its quotation marks.
    let escaped = lines.iter().map(|line| Token::string(line).to_string());
    let escaped = escaped.map(|line| line.get(1..line.len() - 1).unwrap_or_default().to_owned());
    let whole = escaped.collect::<Vec<_>>().join(" \\\n                ");
    match format!("\"{whole}\"").parse::<Token>() {
        Ok(literal) => literal.into_token_stream(),
        Err(_) => {
            let text = lines.join(" ");
            quote!(#text)
        }
    }
}
