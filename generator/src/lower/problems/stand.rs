//! Where the code stands in a body: at the root, in an object, or in the items of a list.

use std::rc::Rc;

use crate::contract::CodePlace;

use super::super::Lowering;
use super::super::flat::{Declared, Flat};
use super::super::node::{Node, Slot};
use super::super::values;
use super::ground::Passed;
use super::limits::{are_statuses, is_uri};
use super::vocabulary::{self, Strength};

/// How deep alternatives may nest before the code.
const DEPTH: usize = 4;

/// Where the code of a body stands.
#[derive(Debug)]
pub(super) struct Stand<'a> {
    pub(super) place: CodePlace,
    /// The schemas of the object that holds the code; none when that is the body itself.
    pub(super) holder: Vec<Declared<'a>>,
}

/// What is looked for.
#[derive(Clone, Copy)]
struct Search<'s> {
    strength: Strength,
    /// The member that tells the alternatives apart in which the body stands.
    hint: Option<&'s str>,
    /// The body itself, where members of unsure names say less.
    is_root: bool,
    /// The member that is set in the configuration.
    only: Option<&'s str>,
    /// May objects and lists of any name hold it?
    anywhere: bool,
}

/// Finds the code in a body; `hint` is the member that tells the alternatives apart among which the body stands.
pub(super) fn find<'a>(
    lowering: &mut Lowering<'a>,
    flat: &Flat<'a>,
    hint: Option<&str>,
) -> Option<Stand<'a>> {
    match &lowering.config.problems.code {
        Some(set) => set_place(lowering, flat, &set.value),
        None => guess(lowering, flat, hint, false),
    }
}

/// Where the code would be looked for, were no place set: a [`Passed`], if there is one.
pub(super) fn passed<'a>(lowering: &mut Lowering<'a>, flat: &Flat<'a>, hint: Option<&str>) -> Option<Passed> {
    lowering.config.problems.code.as_ref()?;
    if let Some(stand) = guess(lowering, flat, hint, false) {
        return Some(Passed::Read(stand.place.to_string()));
    }
    guess(lowering, flat, hint, true).map(|stand| Passed::Settable(stand.place.to_string()))
}

/// The place by the usual names, or, `anywhere`, in an object or a list of whatever name.
fn guess<'a>(
    lowering: &mut Lowering<'a>,
    flat: &Flat<'a>,
    hint: Option<&str>,
    anywhere: bool,
) -> Option<Stand<'a>> {
    for strength in [Strength::Sure, Strength::Listed] {
        let search = Search { strength, hint, is_root: false, only: None, anywhere };
        let root = Search { is_root: true, ..search };
        // An unsure name at the root is the last guess.
        if strength == Strength::Sure
            && let Some(member) = code_in(lowering, flat, root, 0)
        {
            return Some(Stand { place: CodePlace::Root(member), holder: Vec::new() });
        }
        if let Some(stand) = deeper(lowering, flat, search) {
            return Some(stand);
        }
        if strength == Strength::Listed
            && let Some(member) = code_in(lowering, flat, root, 0)
        {
            return Some(Stand { place: CodePlace::Root(member), holder: Vec::new() });
        }
    }
    None
}

/// The place that is set, if the body has it.
fn set_place<'a>(lowering: &mut Lowering<'a>, flat: &Flat<'a>, place: &CodePlace) -> Option<Stand<'a>> {
    let only = Some(place.member());
    let search = Search { strength: Strength::Sure, hint: None, is_root: false, only, anywhere: false };
    let holder = match place {
        CodePlace::Root(_) => Vec::new(),
        CodePlace::Under(outer, _) => object(lowering, outer, flat.members.get(outer.as_str())?)?,
        CodePlace::Each(list, _) => items(lowering, list, flat.members.get(list.as_str())?)?,
    };
    match holder.is_empty() {
        true => code_in(lowering, flat, search, 0)?,
        false => {
            let inner = lowering.flatten_all(&holder);
            code_in(lowering, &inner, search, 0)?
        }
    };
    Some(Stand { place: place.clone(), holder })
}

fn deeper<'a>(lowering: &mut Lowering<'a>, flat: &Flat<'a>, search: Search<'_>) -> Option<Stand<'a>> {
    for (name, declared) in &flat.members {
        if (search.anywhere || vocabulary::is_object(name))
            && let Some(holder) = object(lowering, name, declared)
        {
            let inner = lowering.flatten_all(&holder);
            if let Some(member) = code_in(lowering, &inner, Search { hint: None, ..search }, 0) {
                return Some(Stand { place: CodePlace::Under((*name).to_owned(), member), holder });
            }
        }
        if (search.anywhere || vocabulary::is_list(name))
            && let Some(holder) = items(lowering, name, declared)
        {
            let inner = lowering.flatten_all(&holder);
            if let Some(member) = code_in(lowering, &inner, Search { hint: None, ..search }, 0) {
                return Some(Stand { place: CodePlace::Each((*name).to_owned(), member), holder });
            }
        }
    }
    None
}

/// The schemas of a member that is an object.
fn object<'a>(lowering: &Lowering<'a>, name: &str, list: &[Declared<'a>]) -> Option<Vec<Declared<'a>>> {
    let is_object = |declared: &Declared<'a>| {
        lowering.end(declared.slot).is_some_and(|schema| {
            let node = Node::of(schema);
            node.kind() == Some("object") || node.kind().is_none() && node.composes()
        })
    };
    let telling: Vec<Declared<'a>> = list
        .iter()
        .filter(|declared| is_object(declared))
        .map(|declared| {
            let start = declared.place();
            let origin = Rc::new(start.member(name).origin());
            Declared { slot: declared.slot, origin }
        })
        .collect();
    (!telling.is_empty()).then_some(telling)
}

/// The schemas of the items of a member that is a list.
fn items<'a>(lowering: &Lowering<'a>, name: &str, list: &[Declared<'a>]) -> Option<Vec<Declared<'a>>> {
    let found: Vec<Declared<'a>> = list
        .iter()
        .filter_map(|declared| {
            let slot = Node::of(lowering.end(declared.slot)?).items?;
            let start = declared.place();
            let member = start.member(name);
            Some(Declared { slot, origin: Rc::new(member.items().origin()) })
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

/// The member of an object that holds the code, or of the alternatives that the object stands for.
fn code_in<'a>(
    lowering: &mut Lowering<'a>,
    flat: &Flat<'a>,
    search: Search<'_>,
    depth: usize,
) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for (name, list) in &flat.members {
        let rank = match (search.only, vocabulary::code(name)) {
            (Some(only), _) if only != *name => continue,
            (Some(_), _) => 0,
            (None, Some((strength, rank))) if strength == search.strength => rank,
            (None, None) if search.strength == Strength::Listed && search.hint == Some(name) => usize::MAX,
            _ => continue,
        };
        if best.is_none_or(|(known, _)| rank < known) && holds_code(lowering, name, list, search) {
            best = Some((rank, name));
        }
    }
    if let Some((_, name)) = best {
        return Some(name.to_owned());
    }
    if depth > DEPTH {
        return None;
    }
    for (group, origin) in &flat.alternatives {
        let hint = lowering.telling_member(group);
        for slot in group.slots.iter().map(Slot::from) {
            let branch = lowering.flatten(slot, origin);
            let search = Search { hint: hint.as_deref().or(search.hint), ..search };
            if let Some(member) = code_in(lowering, &branch, search, depth + 1) {
                return Some(member);
            }
        }
    }
    None
}

fn holds_code<'a>(lowering: &Lowering<'a>, name: &str, list: &[Declared<'a>], search: Search<'_>) -> bool {
    if let Some(limit) = lowering.limit_of(list) {
        let words: Option<Vec<String>> = limit.values.iter().map(values::word).collect();
        let Some(words) = words else { return false };
        if search.only.is_some() || search.strength == Strength::Sure {
            return search.only.is_some() || !are_statuses(&limit.values);
        }
        let nothing = words.iter().all(|word| word == "about:blank");
        // A sentence is for people.
        let names = words.iter().all(|word| !word.contains(char::is_whitespace));
        let several = words.len() > 1 || words.iter().all(|word| is_uri(word));
        return names
            && !nothing
            && !are_statuses(&limit.values)
            && (search.hint == Some(name) || !search.is_root || several);
    }
    let kind = Declared::choose(list).and_then(|declared| lowering.end(declared.slot)).map(Node::of);
    let is_text = kind.as_ref().is_none_or(|node| match node.kind() {
        Some("string") => true,
        // An integer that lists nothing most often repeats the status.
        Some("integer") => search.only.is_some() || search.hint == Some(name),
        None => !node.composes() || node.all_of.is_empty(),
        _ => false,
    });
    (search.strength == Strength::Sure || search.hint == Some(name)) && is_text
}
