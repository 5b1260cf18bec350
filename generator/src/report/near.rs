//! Names that a misspelt one may have meant.

/// The candidates nearest to a name, best first, at most three; none when nothing is near.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
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

/// Levenshtein's distance, without case.
fn distance(wanted: &[char], candidate: &str) -> usize {
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (above, character) in candidate.to_lowercase().chars().take(64).enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        for (cell, letter) in row.iter_mut().skip(1).zip(wanted) {
            let up = *cell;
            *cell = (diagonal + usize::from(*letter != character)).min(up + 1).min(left + 1);
            diagonal = up;
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
