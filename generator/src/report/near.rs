//! Names that a misspelt one may have meant.

/// The candidates nearest to a name, best first, at most three; none when nothing is near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = letters(name);
    let mut near: Vec<_> = within(&wanted, (wanted.len() / 3).max(1), name.len(), candidates).collect();
    near.sort();
    near.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// The candidate that a name was most likely meant to be: it differs by a slip or two, which are not in its digits. Stricter
/// than [`nearest`], for names that may as well be right.
pub(crate) fn mistyped<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = letters(name);
    let limit = match wanted.len() {
        0..4 => return None,
        4..9 => 1,
        _ => 2,
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let own = digits(name);
    let near = within(&wanted, limit, name.len(), candidates);
    near.filter(|(_, candidate)| digits(candidate) == own).min().map(|(_, candidate)| candidate)
}

/// The one candidate that a short name can have been meant to be: of two or three letters, of which one is wrong, missing, too
/// many or swapped with the next one. So few letters make many words, so that this is for names of which something else says
/// already that they are odd.
pub(crate) fn slipped<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = letters(name);
    if !(2..4).contains(&wanted.len()) || !wanted.iter().all(|letter| letter.is_alphabetic()) {
        return None;
    }
    let mut near = within(&wanted, 1, name.len(), candidates);
    let (_, only) = near.next()?;
    near.next().is_none().then_some(only)
}

/// The letters of a name that are compared.
fn letters(name: &str) -> Vec<char> {
    name.to_lowercase().chars().take(64).collect()
}

/// The candidates within a distance of a name of so many bytes, with the distance of each.
fn within<'a>(
    wanted: &[char],
    limit: usize,
    length: usize,
    candidates: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = (usize, &'a str)> {
    candidates
        .into_iter()
        .filter(move |candidate| candidate.len().abs_diff(length) <= limit * 4)
        .map(|candidate| (distance(wanted, candidate), candidate))
        .filter(move |(distance, _)| *distance <= limit)
}

/// How many letters have to be changed, added, left out, or swapped with the next one; without case. (The "optimal string
/// alignment" distance.)
fn distance(wanted: &[char], candidate: &str) -> usize {
    let candidate: Vec<char> = candidate.to_lowercase().chars().take(64).collect();
    // The last two rows, the older first.
    let mut rows = [Vec::new(), (0..=wanted.len()).collect::<Vec<usize>>()];
    for (at, character) in candidate.iter().enumerate() {
        let [older, row] = &rows;
        let mut next = Vec::with_capacity(row.len());
        next.push(at + 1);
        for (place, letter) in wanted.iter().enumerate() {
            let cell = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX - 1);
            let mut best = (cell(row, place) + usize::from(letter != character))
                .min(cell(row, place + 1) + 1)
                .min(cell(&next, place) + 1);
            let before = |list: &[char], at: usize| at.checked_sub(1).and_then(|at| list.get(at)).copied();
            if before(wanted, place) == Some(*character) && before(&candidate, at) == Some(*letter) {
                best = best.min(cell(older, place - 1) + 1);
            }
            next.push(best);
        }
        let [_, row] = rows;
        rows = [row, next];
    }
    rows[1].last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_are_swapped_are_one_slip() {
        let far = |a: &str, b: &str| distance(&letters(a), b);
        assert_eq!(
            [
                far("pahts", "paths"),
                far("Paths", "paths"),
                far("path", "paths"),
                far("ab", "ba"),
                far("", "ab")
            ],
            [1, 0, 1, 1, 2]
        );
        assert_eq!([far("kitten", "sitting"), far("ca", "abc"), far("abc", "")], [3, 3, 3]);
        assert_eq!(nearest("requierd", ["title", "required"]), ["required"]);
    }
    #[test]
    fn a_short_name_is_a_slip_of_one_candidate_alone() {
        assert_eq!(slipped("usd", ["used", "limit"]), Some("used"));
        assert_eq!(slipped("ulr", ["url"]), Some("url"));
        assert_eq!(slipped("di", ["id"]), Some("id"));
        for (name, candidates) in [
            ("car", &["cart", "card"][..]),
            ("x", &["y"]),
            ("l1", &["l2"]),
            ("used", &["usd"]),
            ("key", &["url"]),
        ] {
            assert_eq!(slipped(name, candidates.iter().copied()), None, "{name}");
        }
    }
}
