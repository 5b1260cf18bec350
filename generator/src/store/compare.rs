//! Comparison: in come the files to be and the root, out come the changes between them. Deliberately absent: any
//! change to the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use similar::TextDiff;

use super::codes::{self, Refusal};
use super::{Change, ChangeKind, DIFF_LINES, Entry, MARKER, Mode, Outcome, Scope, Wanted, walk};

/// Time for the diff of one file; past it `similar` gives a coarser one. It is ample for any file that a person reads.
const DIFF_TIME: Duration = Duration::from_secs(2);

/// What has to change, and what stays.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// By path.
    pub(super) changes: BTreeMap<PathBuf, Change>,
    /// Files that stay as they are: artifacts, and in [`Scope::Part`] other files.
    pub(super) same: Vec<PathBuf>,
    /// How many of `same` are artifacts.
    unchanged: usize,
}

impl Plan {
    /// The plan as it is told to the caller.
    pub(super) fn outcome(self) -> Outcome {
        Outcome { changes: self.changes.into_values().collect(), unchanged: self.unchanged }
    }
}

/// Compares `root` with the files to be. Refuses a folder that is not ours: at once, however large it is.
pub(super) fn look(
    root: &Path,
    wanted: &Wanted<'_>,
    kept: &[&str],
    scope: Scope,
    mode: Mode,
) -> Result<Plan, Refusal> {
    let ours = fs::symlink_metadata(root.join(MARKER)).is_ok_and(|metadata| metadata.is_file());
    let mut found = BTreeMap::new();
    let mut stranger = None;
    walk(root, kept, |path, entry| {
        if !ours && !wanted.contains_key(&path) {
            stranger = Some(path);
            return ControlFlow::Break(());
        }
        found.insert(path, entry);
        ControlFlow::Continue(())
    })?;
    if let Some(path) = stranger {
        return Err(codes::foreign(root, &shown(&path)));
    }
    let plan = compare(wanted, &found, root, scope, mode)?;
    let loses = plan.changes.values().find(|change| change.kind != ChangeKind::Missing);
    match loses {
        Some(change) if !ours && mode == Mode::Write => Err(codes::foreign(root, &change.path)),
        _ => Ok(plan),
    }
}

/// Compares what was `found` in `root` with the files to be.
pub(super) fn compare(
    wanted: &Wanted<'_>,
    found: &BTreeMap<PathBuf, Entry>,
    root: &Path,
    scope: Scope,
    mode: Mode,
) -> Result<Plan, Refusal> {
    let mut plan = Plan::default();
    for (path, contents) in wanted {
        let change = match found.get(path) {
            None => Some(change(path, ChangeKind::Missing, unified(path, None, contents, mode), None)),
            Some(Entry::Other) => {
                let note = "it is not an ordinary file, and is not followed";
                Some(change(path, ChangeKind::Stale, String::new(), Some(note)))
            }
            Some(Entry::File(size)) => stale(path, contents, *size, root, mode)?,
        };
        match change {
            Some(change) => drop(plan.changes.insert(path.clone(), change)),
            None => {
                plan.same.push(path.clone());
                plan.unchanged += 1;
            }
        }
    }
    let folders: BTreeSet<&Path> = wanted.keys().flat_map(|path| path.ancestors().skip(1)).collect();
    for path in found.keys().filter(|path| !wanted.contains_key(*path)) {
        // What stands in the way of an artifact goes, whatever the scope.
        let in_the_way =
            folders.contains(path.as_path()) || path.ancestors().any(|above| wanted.contains_key(above));
        if scope == Scope::Whole || in_the_way {
            plan.changes.insert(path.clone(), change(path, ChangeKind::Orphan, String::new(), None));
        } else {
            plan.same.push(path.clone());
        }
    }
    Ok(plan)
}

/// The change to a file that exists, if it needs one.
fn stale(
    path: &Path,
    contents: &[u8],
    size: u64,
    root: &Path,
    mode: Mode,
) -> Result<Option<Change>, Refusal> {
    if mode == Mode::Write && size != contents.len() as u64 {
        return Ok(Some(change(path, ChangeKind::Stale, String::new(), None)));
    }
    let on_disk = root.join(path);
    let old = fs::read(&on_disk).map_err(|error| codes::system("read", &on_disk, &error))?;
    if old == contents {
        return Ok(None);
    }
    let note = without_returns(&old).eq(without_returns(contents)).then_some(
        "only the line endings differ; a checkout that converts them needs `* -text` in .gitattributes",
    );
    Ok(Some(change(path, ChangeKind::Stale, unified(path, Some(&old), contents, mode), note)))
}

fn change(path: &Path, kind: ChangeKind, diff: String, note: Option<&str>) -> Change {
    Change { path: shown(path), kind, diff, note: note.map(str::to_owned) }
}

/// The bytes but for the carriage returns before line feeds.
fn without_returns(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    bytes
        .iter()
        .zip(next)
        .filter(|(byte, next)| (**byte, *next) != (b'\r', Some(&b'\n')))
        .map(|(byte, _)| *byte)
}

/// The path with `/` between names.
fn shown(path: &Path) -> String {
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}

/// A bounded unified diff; empty in `Write`, where nobody reads it.
fn unified(path: &Path, old: Option<&[u8]>, new: &[u8], mode: Mode) -> String {
    if mode == Mode::Write {
        return String::new();
    }
    let path = shown(path);
    let (before, after) = match old {
        None => ("/dev/null".to_owned(), format!("b/{path}")),
        Some(_) => (format!("a/{path}"), format!("b/{path}")),
    };
    let old = old.unwrap_or_default();
    let (Some(old_text), Some(new_text)) = (text(old), text(new)) else {
        return format!("binary file: {} bytes here, {} expected\n", old.len(), new.len());
    };
    let diff = TextDiff::configure().timeout(DIFF_TIME).diff_lines(old_text, new_text);
    let whole = diff.unified_diff().context_radius(3).header(&before, &after).to_string();
    let lines = whole.lines().count();
    if lines <= DIFF_LINES {
        return whole;
    }
    let mut cut: String = whole.split_inclusive('\n').take(DIFF_LINES - 1).collect();
    cut.push_str(&format!("… {} more lines\n", lines - (DIFF_LINES - 1)));
    cut
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}
