//! What changed of the types, and which operations that reaches.
//!
//! Comes in: two listings, which name every type and whatever uses it, one fact a line. Goes out: one sentence a change, in the
//! order of the new listing. Deliberately absent: errors, of which the catalogue says more, and calls.

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::pairs::{Matched, added, alike, matched};
use super::{Change, Effect, quoted, reach};

/// The changes of types from the old listing to the new one.
pub fn of_types(old: &str, new: &str) -> Vec<Change> {
    let (old, new) = (Listing::read(old), Listing::read(new));
    let mut changes = Vec::new();
    let gone: Vec<&str> = old.types.keys().copied().filter(|name| !new.types.contains_key(name)).collect();
    let come: Vec<&str> = new.types.keys().copied().filter(|name| !old.types.contains_key(name)).collect();
    let mut renamed: HashMap<&str, &str> = HashMap::new();
    for name in &gone {
        let block = old.types.get(name).filter(|block| **block != Block::default());
        let same = come.iter().copied().filter(|other| block.is_some() && block == new.types.get(other));
        match single(same) {
            Some(other) => {
                renamed.insert(other, name);
            }
            // What stands inline goes with the member that holds it.
            None if name.starts_with('"') => {}
            None => changes.push(old.change(name, false, Effect::Breaking, "removed".to_owned())),
        }
    }
    for (name, block) in &new.types {
        if let Some(before) = renamed.get(name) {
            let what = format!("has what {} had, which is gone: is it renamed?", quoted(before));
            changes.push(new.change(name, false, Effect::Breaking, what));
        }
        let Some(before) = old.types.get(name) else { continue };
        let sent = before != block && !new.operations_of(name, true).is_empty();
        differences(before, block, sent)
            .into_iter()
            .for_each(|(what, effect)| changes.push(new.change(name, true, effect, what)));
    }
    changes
}

/// The only one, if there is one only.
fn single<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// A type: what stands behind its name, and its members, values or variants.
#[derive(PartialEq, Eq, Default)]
struct Block<'a> {
    head: &'a str,
    lines: Vec<&'a str>,
}

/// What uses types: an operation, or a code that operations raise.
struct User<'a> {
    name: &'a str,
    /// The names in it, and whether they stand in what is sent.
    names: Vec<(&'a str, bool)>,
}

#[derive(Default)]
struct Listing<'a> {
    types: IndexMap<&'a str, Block<'a>>,
    operations: Vec<User<'a>>,
    codes: HashMap<&'a str, User<'a>>,
    /// The types that name a type.
    above: HashMap<&'a str, Vec<&'a str>>,
}

/// What a line without indentation has begun.
enum Within<'a> {
    Type(&'a str),
    Operation,
    Family,
    Other,
}

impl<'a> Listing<'a> {
    fn read(text: &'a str) -> Self {
        let mut listing = Listing::default();
        let mut within = Within::Other;
        // What all codes of a family have, too.
        let mut common: Vec<(&str, bool)> = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(inner) = line.strip_prefix("  ") {
                match within {
                    Within::Type(name) => {
                        listing.types.entry(name).or_default().lines.push(inner);
                    }
                    Within::Operation => {
                        let sent = !inner.starts_with(|first: char| first.is_ascii_digit() || first == ' ')
                            && !inner.starts_with("default ");
                        let all = names(inner).map(|name| (name, sent));
                        listing
                            .operations
                            .iter_mut()
                            .last()
                            .into_iter()
                            .for_each(|it| it.names.extend(all.clone()));
                    }
                    Within::Family => common.extend(names(inner).map(|name| (name, false))),
                    Within::Other => {}
                }
                continue;
            }
            let mut words = names(line);
            let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            within = match first {
                "type" => {
                    let at = line.find(second).map_or(line.len(), |at| at + second.len());
                    let head = line.get(at..).unwrap_or_default().trim();
                    listing.types.insert(second, Block { head, lines: Vec::new() });
                    Within::Type(second)
                }
                "problems" => {
                    common.clear();
                    Within::Family
                }
                "code" => {
                    let all = words.map(|name| (name, false)).chain(common.iter().copied()).collect();
                    listing.codes.insert(second, User { name: second, names: all });
                    Within::Other
                }
                method
                    if method.chars().all(|letter| !letter.is_ascii_lowercase()) && line.contains(" /") =>
                {
                    let name = words.last().unwrap_or(second);
                    listing.operations.push(User { name, names: Vec::new() });
                    Within::Operation
                }
                _ => Within::Other,
            };
        }
        let mut above: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, block) in &listing.types {
            let lines = block.lines.iter().map(|line| member(line).2);
            for used in
                lines.chain([block.head]).flat_map(names).filter(|used| listing.types.contains_key(used))
            {
                above.entry(used).or_default().push(*name);
            }
        }
        listing.above = above;
        listing
    }

    /// The operations that a type reaches; only those that send it, if `sent`.
    fn operations_of(&self, name: &'a str, sent: bool) -> BTreeSet<&'a str> {
        let mut reached: HashSet<&str> = HashSet::from([name]);
        let mut queue = vec![name];
        while let Some(name) = queue.pop() {
            let above = self.above.get(name).into_iter().flatten();
            queue.extend(above.copied().filter(|above| reached.insert(above)));
        }
        let holds = |user: &User<'_>| {
            user.names.iter().any(|(name, is_sent)| reached.contains(name) && (*is_sent || !sent))
        };
        let raises = |operation: &User<'_>| {
            let mut codes = operation.names.iter().filter_map(|(name, _)| self.codes.get(name));
            !sent && codes.any(holds)
        };
        let reached = self.operations.iter().filter(|operation| holds(operation) || raises(operation));
        reached.map(|operation| operation.name).collect()
    }

    /// A sentence about a type, with the operations that it reaches.
    fn change(&self, name: &'a str, colon: bool, effect: Effect, what: String) -> Change {
        let operations: Vec<String> = self.operations_of(name, false).into_iter().map(plain).collect();
        let reach = reach(operations.iter().map(String::as_str));
        let colon = if colon { ":" } else { "" };
        Change { sentence: format!("type {} {reach}{colon} {what}", quoted(&plain(name))), effect }
    }
}

/// The name as it is: the listing puts what is no word in quotation marks.
pub(super) fn plain(name: &str) -> String {
    serde_json::from_str(name).unwrap_or_else(|_| name.to_owned())
}

/// The names in a line: words, and what stands in quotation marks, with them.
pub(super) fn names(line: &str) -> impl Iterator<Item = &str> + Clone {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.$@".contains(letter);
    let mut rest = line;
    let step = move || {
        let start = rest.find(|letter: char| letter == '"' || is_plain(letter))?;
        let from = rest.get(start..)?;
        let length = match from.strip_prefix('"') {
            Some(inside) => {
                let mut escaped = false;
                let end = inside.find(|letter: char| {
                    let ends = letter == '"' && !escaped;
                    escaped = letter == '\\' && !escaped;
                    ends
                });
                end.map_or(from.len(), |end| end + 2)
            }
            None => from.find(|letter: char| !is_plain(letter)).unwrap_or(from.len()),
        };
        let (name, after) = from.split_at_checked(length)?;
        rest = after;
        Some(name)
    };
    std::iter::from_fn(step)
}

/// What stands on a line of a type: the name of a member, whether it may be absent, and what it is. A value or a variant by itself
/// has no name.
fn member(line: &str) -> (&str, bool, &str) {
    let quoted = line.starts_with('"').then(|| names(line).next()).flatten();
    let own = quoted.and_then(|name| Some((name, line.get(name.len()..)?)));
    let parts = match own {
        Some((name, rest)) if rest.starts_with(": ") || rest.starts_with("?: ") => {
            rest.split_once(": ").map(|(mark, words)| (name, !mark.is_empty(), words))
        }
        _ => line.split_once(": ").map(|(name, words)| {
            let bare = name.strip_suffix('?');
            (bare.unwrap_or(name), bare.is_some(), words)
        }),
    };
    parts.unwrap_or(("", false, line))
}

/// What is different of a type, and what that means; `sent` says that clients make values of it.
fn differences(old: &Block<'_>, new: &Block<'_>, sent: bool) -> Vec<(String, Effect)> {
    if old.head != new.head {
        let words = |block: &Block<'_>| {
            if block.head.is_empty() { "an object".to_owned() } else { quoted(block.head) }
        };
        return vec![(format!("{} -> {}", words(old), words(new)), Effect::Breaking)];
    }
    if new.head.is_empty() {
        return members(&old.lines, &new.lines, sent, |name| format!("member {name}"));
    }
    let what = if new.head == "one of" { "value" } else { "variant" };
    let lacks = |block: &Block<'_>, line: &&&str| !block.lines.contains(*line);
    let gone = old.lines.iter().filter(|line| lacks(new, line));
    let come = new.lines.iter().filter(|line| lacks(old, line));
    gone.map(|line| (format!("{what} {} removed", quoted(line)), Effect::Breaking))
        .chain(come.map(|line| (format!("{what} {} added", quoted(line)), Effect::Compatible)))
        .collect()
}

/// What is different of what has names: members, parameters, headers. `sent` says that clients give them, and `what` puts a name
/// into words.
pub(super) fn members(
    old: &[&str],
    new: &[&str],
    sent: bool,
    what: impl Fn(&str) -> String,
) -> Vec<(String, Effect)> {
    let named = |name: &str| what(&quoted(&plain(name)));
    let presence = |optional: bool| if optional { "optional" } else { "required" };
    let read = |lines: &[&str]| -> Vec<(String, bool, String)> {
        lines.iter().map(|line| member(line)).map(|(a, b, c)| (a.to_owned(), b, c.to_owned())).collect()
    };
    let (old, new) = (read(old), read(new));
    let Matched { removed, kept } = matched(&old, &new, |(name, ..)| name.as_str());
    let come = added(&kept);
    let renamed = alike(&removed, &come, |(_, optional, words)| (*optional, words.as_str()));
    let mut out: Vec<_> = removed
        .iter()
        .map(|gone| {
            let new = renamed.iter().find(|(old, _)| old.0 == gone.0).map(|(_, new)| quoted(&plain(&new.0)));
            let new = new.map(|new| format!(" and {new} added, which says the same: is it renamed?"));
            (format!("{} removed{}", named(&gone.0), new.unwrap_or_default()), Effect::Breaking)
        })
        .collect();
    for (name, optional, words) in come {
        if !renamed.iter().any(|(_, new)| new.0 == *name) {
            let effect = if sent && !optional { Effect::Breaking } else { Effect::Compatible };
            out.push((format!("{} added ({words}, {})", named(name), presence(*optional)), effect));
        }
    }
    for (old, (name, optional, words)) in kept {
        let Some((_, was_optional, was)) = old else { continue };
        if (was_optional, was) == (optional, words) {
            continue;
        }
        let (what, effect) = match (was_optional, optional) {
            _ if bare(was) != bare(words) => (format!("{was} -> {words}"), Effect::Breaking),
            (true, false) if sent => ("optional -> required".to_owned(), Effect::Breaking),
            (true, false) => ("optional -> required".to_owned(), Effect::Compatible),
            (false, true) => ("required -> optional".to_owned(), Effect::Breaking),
            _ => (format!("{was} -> {words}"), Effect::Compatible),
        };
        out.push((format!("{}: {what}", named(name)), effect));
    }
    out
}

/// The type of a member, without what is said of its values.
fn bare(words: &str) -> &str {
    [" always ", " = ", " ("]
        .iter()
        .filter_map(|end| words.split_once(end))
        .map(|(ty, _)| ty)
        .min_by_key(|ty| ty.len())
        .unwrap_or(words)
}
