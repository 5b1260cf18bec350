//! What of the old is what of the new.
//!
//! Comes in: two lists. Goes out: what is in both by its name, what went, and what came in its place under another name. Deliberately
//! absent: what is different about a pair.

use std::hash::Hash;

use indexmap::IndexMap;

use crate::report::mistyped;

use super::read::{Code, Family, Field};

/// What is in both, only in the old and only in the new list, by key. Of entries with the same key the first counts.
pub(super) struct Matched<'a, T> {
    pub(super) removed: Vec<&'a T>,
    /// In the order of the new list; without an old one it was added.
    pub(super) kept: Vec<(Option<&'a T>, &'a T)>,
}

pub(super) fn matched<'a, T, K: Hash + Eq>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> Matched<'a, T> {
    let mut left: IndexMap<K, &T> = IndexMap::with_capacity(old.len());
    for item in old {
        left.entry(key(item)).or_insert(item);
    }
    // A place is emptied rather than removed, so that the rest keeps its order without a shift for each.
    let mut left: IndexMap<K, Option<&T>> = left.into_iter().map(|(key, item)| (key, Some(item))).collect();
    let kept = new.iter().map(|item| (left.get_mut(&key(item)).and_then(Option::take), item)).collect();
    Matched { removed: left.into_values().flatten().collect(), kept }
}

/// What went and what came under another name: the pairs of which either is the only one with its key.
pub(super) fn alike<'a, T, K: Hash + Eq>(
    gone: &[&'a T],
    come: &[&'a T],
    key: impl Fn(&'a T) -> K,
) -> Vec<(&'a T, &'a T)> {
    let mut keys: IndexMap<K, (Vec<&T>, Vec<&T>)> = IndexMap::new();
    gone.iter().for_each(|item| keys.entry(key(item)).or_default().0.push(item));
    come.iter().for_each(|item| keys.entry(key(item)).or_default().1.push(item));
    let pair = |(gone, come): (Vec<&'a T>, Vec<&'a T>)| match (gone.as_slice(), come.as_slice()) {
        ([gone], [come]) => Some((*gone, *come)),
        _ => None,
    };
    keys.into_values().filter_map(pair).collect()
}

/// What was added.
pub(super) fn added<'a, T>(kept: &[(Option<&'a T>, &'a T)]) -> Vec<&'a T> {
    kept.iter().filter(|(old, _)| old.is_none()).map(|(_, new)| *new).collect()
}

/// An old family and the new one that it became.
pub(super) type Pair<'a> = (Option<&'a Family>, &'a Family);

/// Takes a family that is gone for an added one if they have codes in common: a family is named after one of its schemas, so
/// that an edit of another one can rename it. The added one with the most of its codes is it.
pub(super) fn renamed_families<'a>(
    removed: Vec<&'a Family>,
    mut kept: Vec<Pair<'a>>,
) -> (Vec<&'a Family>, Vec<Pair<'a>>) {
    let gone = |family: &&'a Family| {
        let codes: std::collections::HashSet<&str> =
            family.codes.iter().map(|code| code.code.as_str()).collect();
        let shared =
            |new: &Family| new.codes.iter().filter(|code| codes.contains(code.code.as_str())).count();
        let added = kept.iter_mut().filter(|(old, _)| old.is_none()).map(|pair| (shared(pair.1), pair));
        let best = added
            .filter(|(shared, _)| *shared > 0)
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        match best {
            Some((_, pair)) => pair.0 = Some(*family),
            None => return true,
        }
        false
    };
    let removed = removed.into_iter().filter(gone).collect();
    (removed, kept)
}

/// Codes that went and came with the same statuses and fields, or else under nearly the same name.
pub(super) fn renamed_codes<'a>(gone: &[&'a Code], come: &[&'a Code]) -> Vec<(&'a Code, &'a Code)> {
    let mut renamed = alike(gone, come, |code| {
        let fields = code.fields.iter().map(|field| (&field.name, &field.r#type, field.required));
        (&code.statuses, &code.ranges, fields.collect::<Vec<_>>())
    });
    for old in gone {
        let left = come.iter().filter(|new| !renamed.iter().any(|(_, it)| it.code == new.code));
        let near = mistyped(&old.code, left.map(|new| new.code.as_str()));
        let new = come.iter().find(|new| Some(new.code.as_str()) == near);
        if let (Some(new), false) = (new, renamed.iter().any(|(it, _)| it.code == old.code)) {
            renamed.push((old, new));
        }
    }
    renamed
}

/// Fields that went and came at the same place, with the same type and the same below them.
pub(super) fn renamed_fields<'a>(gone: &[&'a Field], come: &[&'a Field]) -> Vec<(&'a Field, &'a Field)> {
    let all = |field: &'a Field| {
        let list = if gone.iter().any(|it| std::ptr::eq(*it, field)) { gone } else { come };
        let parts = list.iter().filter_map(|it| Some((below(it, field)?, &it.r#type, it.required)));
        parts.collect::<Vec<_>>()
    };
    let tops = |list: &[&'a Field]| -> Vec<&'a Field> {
        list.iter().copied().filter(|field| !list.iter().any(|it| below(field, it).is_some())).collect()
    };
    alike(&tops(gone), &tops(come), |field| {
        let parent = field.name.rsplit_once('.').map(|(parent, _)| parent);
        (parent, &field.r#type, field.required, all(field))
    })
}

/// The way from a field down to one that is part of it.
pub(super) fn below<'a>(part: &'a Field, whole: &Field) -> Option<&'a str> {
    part.name.strip_prefix(&whole.name).filter(|rest| rest.starts_with(['.', '[']))
}
