//! `[formats]` and `[dependencies]`: types of somebody's own. In come the settings as they are written, out go paths that
//! cannot mean another crate, and requirements fit for a manifest. Deliberately absent: whether the crates exist.

use std::collections::BTreeMap;

use syn::{GenericArgument, Path, PathArguments, Type};
use toml::Value;

use super::{Formats, Setting, codes};
use crate::report::{Diagnostic, Report};

/// Types that need no path.
const PLAIN: &[&str] = &[
    "String", "bool", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64",
    "u8", "usize",
];
/// Crates that need no dependency.
const ALWAYS: &[&str] = &["alloc", "core", "std"];

/// Checks the settings. What is wrong is said and left out.
pub(super) fn formats(
    types: BTreeMap<String, Setting<String>>,
    dependencies: BTreeMap<String, Setting<Value>>,
    report: &mut Report,
) -> Formats {
    let mut out = Formats::default();
    for (name, Setting { value, at }) in dependencies {
        match requirement(&name, &value) {
            Some(text) => drop(out.dependencies.insert(name, text)),
            None => {
                let message = format!("`{name}` is not required in a way that Cargo reads");
                let help =
                    "write it as in Cargo.toml: `name = \"1.2\"`, or a table with `version`, `path` or `git`";
                report.push(Diagnostic::error(codes::DEPENDENCY, message).at(at).help(help));
            }
        }
    }
    for (format, Setting { value, at }) in types {
        let path = syn::parse_str::<Path>(&value).ok().and_then(|mut path| {
            let mut crates = Vec::new();
            root(&mut path, &mut crates).then_some((path, crates))
        });
        let Some((path, crates)) = path else {
            let message = format!("`{value}` is no path to a type");
            let help = "write the crate and what leads to the type in it, as `rust_decimal::Decimal` or `std::net::Ipv4Addr`";
            report.push(Diagnostic::error(codes::TYPE_PATH, message).at(at).help(help));
            continue;
        };
        let known = |krate: &String| {
            ALWAYS.contains(&krate.as_str())
                || out.dependencies.keys().any(|name| name.replace('-', "_") == *krate)
        };
        match crates.iter().find(|krate| !known(krate)) {
            Some(krate) => {
                let message = format!("`{krate}` is not among the dependencies");
                let help =
                    format!("say which version of it is meant, under `[dependencies]`: `{krate} = \"1.2\"`");
                report.push(Diagnostic::error(codes::TYPE_CRATE, message).at(at).help(help));
            }
            None => drop(out.types.insert(format, Setting { value: text(&path), at })),
        }
    }
    out
}

/// Makes a path begin at a crate, and the types within it too. `false` when it is no path to a type.
fn root(path: &mut Path, crates: &mut Vec<String>) -> bool {
    let alone = path.segments.len() == 1 && path.leading_colon.is_none();
    let Some(first) = path.segments.first() else { return false };
    let name = first.ident.to_string();
    if alone {
        return first.arguments.is_empty() && PLAIN.contains(&name.as_str());
    }
    if matches!(name.as_str(), "crate" | "self" | "super" | "Self") || path.segments.len() == 1 {
        return false;
    }
    crates.push(name);
    path.leading_colon = Some(Default::default());
    path.segments.iter_mut().all(|segment| match &mut segment.arguments {
        PathArguments::None => true,
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter_mut().all(|argument| match argument {
                GenericArgument::Type(Type::Path(inner)) if inner.qself.is_none() => {
                    root(&mut inner.path, crates)
                }
                _ => false,
            })
        }
        PathArguments::Parenthesized(_) => false,
    })
}

fn text(path: &Path) -> String {
    quote::quote!(#path).to_string().replace(' ', "")
}

/// A dependency's requirement on one line.
fn requirement(name: &str, value: &Value) -> Option<String> {
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let required = match value {
        Value::String(_) => true,
        Value::Table(table) => {
            ["version", "path", "git"].iter().any(|key| table.get(*key).is_some_and(Value::is_str))
        }
        _ => false,
    };
    let text = value.to_string();
    (named && required && !text.contains('\n')).then_some(text)
}
