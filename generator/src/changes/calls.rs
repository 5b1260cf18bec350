//! What changed of how operations are called: servers, credentials, parameters, and the headers of answers.
//!
//! Comes in: two listings. Goes out: one sentence a change, in the order of the new listing; what many operations have in common
//! is one sentence that names them. Deliberately absent: bodies, successes and errors, of which the catalogue says more, and types.

use indexmap::IndexMap;

use super::pairs::{Matched, added, alike, matched};
use super::types::{members, names, plain};
use super::{Change, Effect, quoted, some};

/// The changes of calls from the old listing to the new one.
pub fn of_calls(old: &str, new: &str) -> Vec<Change> {
    let (old, new) = (Calls::read(old), Calls::read(new));
    let mut changes = servers(&old.servers, &new.servers);
    let renamed = credentials(&old.credentials, &new.credentials, &mut changes);
    let Matched { removed, kept } = matched(&old.operations, &new.operations, |operation| operation.name);
    let same = alike(&removed, &added(&kept), |operation| operation.target);
    // What is different, with the operations of which it holds.
    let mut differences: IndexMap<(String, Effect), Vec<String>> = IndexMap::new();
    for (old, new) in kept {
        let before = same.iter().find(|(_, it)| it.name == new.name).map(|(before, _)| *before);
        let Some(old) = old.or(before) else { continue };
        for difference in operation(old, new, &renamed) {
            differences.entry(difference).or_default().push(plain(new.name));
        }
    }
    changes.extend(differences.into_iter().map(|((what, effect), operations)| {
        let noun = if operations.len() == 1 { "operation" } else { "operations" };
        Change { sentence: format!("{noun} {}: {what}", some(operations.iter().map(String::as_str))), effect }
    }));
    changes
}

/// What stands in front of a parameter in the listing, the longer of two with the same beginning first, and its words.
const PLACES: [(&str, &str); 6] = [
    ("path ", "path parameter"),
    ("query string ", "query string"),
    ("query ", "query parameter"),
    ("header ", "header"),
    ("cookie ", "cookie"),
    ("part header ", "part header"),
];

#[derive(Default)]
struct Operation<'a> {
    name: &'a str,
    /// Method and path.
    target: &'a str,
    deprecated: bool,
    credentials: Vec<&'a str>,
    /// The parameters of each of [`PLACES`], as lines without it.
    params: [Vec<&'a str>; PLACES.len()],
    /// The required ones in the order of arguments, with their places.
    arguments: Vec<&'a str>,
    /// The headers of each status, as lines.
    headers: IndexMap<&'a str, Vec<&'a str>>,
}

#[derive(Default)]
struct Calls<'a> {
    servers: Vec<&'a str>,
    /// Name and kind.
    credentials: Vec<(&'a str, &'a str)>,
    operations: Vec<Operation<'a>>,
}

impl<'a> Calls<'a> {
    fn read(text: &'a str) -> Self {
        let mut calls = Calls::default();
        let mut within = false;
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(inner) = line.strip_prefix("  ") {
                calls.operations.last_mut().filter(|_| within).into_iter().for_each(|it| it.add(inner));
                continue;
            }
            let method = line.split(' ').next().unwrap_or_default();
            within = !method.contains(|letter: char| letter.is_ascii_lowercase()) && line.contains(" /");
            let name = names(line).last().unwrap_or_default();
            if within {
                let target = line.strip_suffix(name).unwrap_or(line).trim_end();
                calls.operations.push(Operation { name, target, ..Operation::default() });
            } else if let Some(server) = line.strip_prefix("server ") {
                calls.servers.push(server);
            } else if let Some(credential) = line.strip_prefix("credential ") {
                let name = names(credential).next().unwrap_or_default();
                let kind = credential.get(name.len()..).and_then(|rest| rest.strip_prefix(": "));
                calls.credentials.push((name, kind.unwrap_or_default()));
            }
        }
        calls
    }
}

impl<'a> Operation<'a> {
    /// A line below it.
    fn add(&mut self, line: &'a str) {
        let param = PLACES.iter().zip(&mut self.params);
        let param = param.filter_map(|((start, _), params)| Some((line.strip_prefix(start)?, params))).next();
        if let Some((param, params)) = param {
            params.push(param);
            let head = line.split(": ").next().filter(|head| !head.ends_with('?'));
            self.arguments.extend(head);
        } else if let Some(header) = line.strip_prefix("  header ") {
            // A status is there by now, for what else has headers stands deeper.
            self.headers.last_mut().into_iter().for_each(|(_, headers)| headers.push(header));
        } else if let Some(credential) = line.strip_prefix("credential ") {
            self.credentials.push(credential);
        } else if line == "deprecated" {
            self.deprecated = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit()) || line.starts_with("default ") {
            self.headers.entry(line.split(' ').next().unwrap_or_default()).or_default();
        }
    }
}

fn servers(old: &[&str], new: &[&str]) -> Vec<Change> {
    let change = |effect: Effect, sentence: String| Change { sentence, effect };
    let gone: Vec<_> = old.iter().filter(|server| !new.contains(server)).collect();
    let come: Vec<_> = new.iter().filter(|server| !old.contains(server)).collect();
    let mut changes = match (gone.as_slice(), come.as_slice()) {
        ([gone], [come]) => {
            vec![change(Effect::Breaking, format!("server {} -> {}", quoted(gone), quoted(come)))]
        }
        (gone, come) => {
            let gone =
                gone.iter().map(|it| change(Effect::Breaking, format!("server {} removed", quoted(it))));
            let come =
                come.iter().map(|it| change(Effect::Compatible, format!("server {} added", quoted(it))));
            gone.chain(come).collect()
        }
    };
    // Clients call the first one.
    if let (Some(was), Some(is)) = (old.first(), new.first())
        && was != is
        && new.contains(was)
    {
        let sentence = format!("the first server is {}, and no longer {}", quoted(is), quoted(was));
        changes.push(change(Effect::Breaking, sentence));
    }
    changes
}

/// Says what changed of credentials; the new names of those that only have another one are given back by the old ones.
fn credentials<'a>(
    old: &[(&'a str, &'a str)],
    new: &[(&'a str, &'a str)],
    changes: &mut Vec<Change>,
) -> IndexMap<&'a str, &'a str> {
    let named = |name: &str| format!("credential {}", quoted(&plain(name)));
    let Matched { removed, kept } = matched(old, new, |(name, _)| *name);
    let renamed: IndexMap<&str, &str> = alike(&removed, &added(&kept), |(_, kind)| *kind)
        .into_iter()
        .map(|(old, new)| (old.0, new.0))
        .collect();
    for (name, _) in removed {
        let (sentence, effect) = match renamed.get(name) {
            // Nothing that a client holds is named after it.
            Some(new) => (format!("{} renamed to {}", named(name), quoted(&plain(new))), Effect::Compatible),
            None => (format!("{} removed", named(name)), Effect::Breaking),
        };
        changes.push(Change { sentence, effect });
    }
    for (old, (name, kind)) in kept {
        match old {
            Some((_, was)) if was != kind => changes.push(Change {
                sentence: format!("{}: {was} -> {kind}", named(name)),
                effect: Effect::Breaking,
            }),
            None if !renamed.values().any(|new| new == name) => changes.push(Change {
                sentence: format!("{} added ({kind})", named(name)),
                effect: Effect::Compatible,
            }),
            _ => {}
        }
    }
    renamed
}

/// What is different of an operation, and what that means.
fn operation(
    old: &Operation<'_>,
    new: &Operation<'_>,
    renamed: &IndexMap<&str, &str>,
) -> Vec<(String, Effect)> {
    let mut out = Vec::new();
    match (old.deprecated, new.deprecated) {
        (false, true) => out.push(("deprecated now".to_owned(), Effect::Compatible)),
        (true, false) => out.push(("no longer deprecated".to_owned(), Effect::Compatible)),
        _ => {}
    }
    let before: Vec<&str> = old.credentials.iter().map(|name| *renamed.get(name).unwrap_or(name)).collect();
    for name in before.iter().filter(|name| !new.credentials.contains(name)) {
        // Without any, one that is sent does no harm.
        let effect = if new.credentials.is_empty() { Effect::Compatible } else { Effect::Breaking };
        out.push((format!("no longer takes credential {}", quoted(&plain(name))), effect));
    }
    for name in new.credentials.iter().filter(|name| !before.contains(name)) {
        // Beside others it is a choice.
        let effect = if before.is_empty() { Effect::Breaking } else { Effect::Compatible };
        out.push((format!("takes credential {}", quoted(&plain(name))), effect));
    }
    for ((_, place), (old, new)) in PLACES.iter().zip(old.params.iter().zip(&new.params)) {
        out.extend(members(old, new, true, |name| format!("{place} {name}")));
    }
    let kept = |these: &Operation<'_>, others: &Operation<'_>| -> Vec<String> {
        let both = these.arguments.iter().filter(|argument| others.arguments.contains(argument));
        both.map(|argument| (*argument).to_owned()).collect()
    };
    if kept(old, new) != kept(new, old) {
        out.push(("required parameters in another order".to_owned(), Effect::Breaking));
    }
    for (status, new) in &new.headers {
        // What is said of a status that came or went includes its headers.
        let Some(old) = old.headers.get(status) else { continue };
        out.extend(members(old, new, false, |name| format!("response header {name} of {status}")));
    }
    out
}
