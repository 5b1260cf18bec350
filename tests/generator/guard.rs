//! The guard over the repository's own output: it is current, the check notices everything that is not, and it writes
//! nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use problemgen::config::Config;
use problemgen::report::{Paint, Report};
use problemgen::rust::{self, Runtime};
use problemgen::store::{self, Artifact, ChangeKind, Mode, Outcome, Scope};
use problemgen::{CATALOGUE, Options, changes};
use problemgen_tests::{copy, generated, repository, spec, tree};

/// What the repository's own output should be, by the document at `spec`.
fn artifacts(spec: &Path) -> Vec<Artifact> {
    let mut report = Report::new();
    let rust = rust::Options {
        runtime: Runtime::Path("../generator/runtime".to_owned()),
        ..rust::Options::default()
    };
    let read = problemgen::read(spec, &Config::default(), &mut report);
    let made = read
        .and_then(|read| problemgen::generate(&read, &Options { rust, ..Options::default() }, &mut report));
    made.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)))
}

/// What `codegen --check` finds: the files that differ, and in words what changed in the contract.
fn check(artifacts: &[Artifact], root: &Path) -> (Outcome, Vec<String>) {
    let before = tree(root);
    let mut report = Report::new();
    let outcome = store::store(artifacts, root, Scope::Whole, Mode::Check, &mut report);
    let outcome = outcome.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)));
    assert!(before == tree(root), "the check wrote");
    let new = artifacts.iter().find(|artifact| artifact.path == CATALOGUE).expect("a catalogue");
    let new = std::str::from_utf8(&new.contents).expect("text");
    let old = fs::read_to_string(root.join(CATALOGUE)).unwrap_or_default();
    (outcome, changes::between(&old, new).iter().map(ToString::to_string).collect())
}

/// A copy of the output, to be spoilt.
fn output() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&generated(), folder.path()).expect("copied");
    folder
}

#[test]
fn the_output_is_current() {
    let (outcome, words) = check(&artifacts(&spec()), &generated());
    let stale: Vec<String> =
        outcome.changes.iter().map(|change| format!("{:?} {}", change.kind, change.path)).collect();
    assert!(stale.is_empty(), "{stale:#?}\n{words:#?}\nrun: cargo xtask codegen");
}

#[test]
fn two_runs_give_the_same_bytes() {
    assert!(artifacts(&spec()) == artifacts(&spec()));
}

/// Files are read in any order, from any folder: nothing of either is in the output.
#[test]
fn the_folder_of_the_document_does_not_matter() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&repository().join("spec"), folder.path()).expect("copied");
    assert!(artifacts(&folder.path().join("openapi.yaml")) == artifacts(&spec()));
}

/// Every way to spoil a file, with its name.
fn spoilt(text: &str) -> Vec<(&'static str, String)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let middle = lines.len() / 2;
    let without: String = [&lines[..middle], &lines[middle + 1..]].concat().concat();
    let twice: String = [&lines[..=middle], &lines[middle..]].concat().concat();
    let marked = format!("{}<<<<<<< ours\n{}", lines[..middle].concat(), lines[middle..].concat());
    vec![
        ("a line deleted", without),
        ("a line doubled", twice),
        ("cut off", lines[..middle].concat()),
        ("emptied", String::new()),
        ("a merge marker", marked),
        ("a byte more", format!("{text} ")),
        ("other line endings", text.replace('\n', "\r\n")),
    ]
}

#[test]
fn every_edit_of_a_generated_file_is_noticed() {
    let artifacts = artifacts(&spec());
    let folder = output();
    let files: BTreeMap<String, Vec<u8>> = tree(folder.path());
    assert!(files.len() > 10);
    for (name, contents) in &files {
        let path = folder.path().join(name);
        let text = std::str::from_utf8(contents).expect("text");
        for (how, spoilt) in spoilt(text) {
            // A doubled line of a file of one line is the file twice; nothing here is the file itself.
            assert_ne!(spoilt, text, "{name}: {how}");
            fs::write(&path, spoilt).expect("written");
            let (outcome, _) = check(&artifacts, folder.path());
            let found: Vec<_> =
                outcome.changes.iter().map(|change| (change.path.as_str(), change.kind)).collect();
            assert_eq!(found, [(name.as_str(), ChangeKind::Stale)], "{name}: {how}");
        }
        fs::remove_file(&path).expect("removed");
        let (outcome, _) = check(&artifacts, folder.path());
        let found: Vec<_> =
            outcome.changes.iter().map(|change| (change.path.as_str(), change.kind)).collect();
        assert_eq!(found, [(name.as_str(), ChangeKind::Missing)], "{name}: deleted");
        fs::write(&path, contents).expect("written");
    }
    assert_eq!(check(&artifacts, folder.path()).0.changes, []);
}

#[test]
fn a_stray_file_is_noticed() {
    let artifacts = artifacts(&spec());
    for stray in
        ["stray.rs", "src/operations/old.rs", "docs/errors.md.orig", "new/folder/file", "src/.hidden"]
    {
        let folder = output();
        let path = folder.path().join(stray);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, "").expect("written");
        let (outcome, _) = check(&artifacts, folder.path());
        let found: Vec<_> =
            outcome.changes.iter().map(|change| (change.path.as_str(), change.kind)).collect();
        assert_eq!(found, [(stray, ChangeKind::Orphan)]);
    }
}

/// An edit of the document: in which file, where from, what is replaced by what, and the words that must be said.
struct Edit {
    file: &'static str,
    /// The replacement begins after this text.
    after: &'static str,
    from: &'static str,
    to: &'static str,
    says: &'static [&'static str],
}

const EDITS: &[Edit] = &[
    Edit {
        file: "problems.yaml",
        after: "code: { const: step_up_required }",
        from: "retryable: { const: false }",
        to: "retryable: { const: true }",
        says: &["step_up_required", "retryable"],
    },
    Edit {
        file: "problems.yaml",
        after: "\n    QuotaExceeded:\n",
        from: "required: [limit, used, requested]",
        to: "required: [limit, used]",
        says: &["quota_exceeded", "requested"],
    },
    Edit {
        file: "problems.yaml",
        after: "\n    RevisionConflict:\n",
        from: "            current_revision:",
        to: "            present_revision:",
        says: &["revision_conflict", "current_revision"],
    },
    Edit {
        file: "problems.yaml",
        after: "\n    ValidationError:\n",
        from: "section: Validation & conflicts",
        to: "section: Authentication",
        says: &["validation_error", "section"],
    },
    Edit {
        file: "openapi.yaml",
        after: "",
        from: "operationId: getDropContent",
        to: "operationId: readDropContent",
        says: &["getDropContent", "readDropContent"],
    },
];

/// The document in a folder of its own, changed.
fn edited(edit: impl Fn(&mut BTreeMap<String, String>)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files: BTreeMap<String, String> = tree(&repository().join("spec"))
        .into_iter()
        .map(|(name, contents)| (name, String::from_utf8(contents).expect("text")))
        .collect();
    edit(&mut files);
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn replace_after(text: &mut String, after: &str, from: &str, to: &str) {
    let start = text.find(after).unwrap_or_else(|| panic!("{after:?} is in the document"));
    let at = text[start..].find(from).unwrap_or_else(|| panic!("{from:?} comes after {after:?}")) + start;
    text.replace_range(at..at + from.len(), to);
}

fn noticed(what: &str, folder: &tempfile::TempDir, says: &[&str]) {
    let (outcome, words) = check(&artifacts(&folder.path().join("openapi.yaml")), &generated());
    assert!(!outcome.changes.is_empty(), "{what}: nothing is stale");
    let all = words.join("\n");
    assert!(says.iter().all(|word| all.contains(word)), "{what}: {says:?} is not all said in:\n{all}");
}

#[test]
fn every_edit_of_the_document_is_said_in_words() {
    for edit in EDITS {
        let folder = edited(|files| {
            let text = files.get_mut(edit.file).expect("the file");
            replace_after(text, edit.after, edit.from, edit.to);
            // The examples carry what their schema says.
            if edit.from.contains("current_revision") {
                files
                    .values_mut()
                    .for_each(|text| *text = text.replace("current_revision", "present_revision"));
            }
            if edit.from.contains("retryable") {
                flip_examples(files, edit.says[0]);
            }
        });
        noticed(edit.from, &folder, edit.says);
    }
}

/// Changes `retryable` in the examples of a code.
fn flip_examples(files: &mut BTreeMap<String, String>, code: &str) {
    for text in files.values_mut() {
        let needle = format!("code: {code}\n");
        let mut from = 0;
        while let Some(found) = text[from..].find(&needle) {
            let at = from + found;
            if let Some(flip) = text[at..].find("retryable: false").filter(|distance| *distance < 120) {
                text.replace_range(at + flip..at + flip + "retryable: false".len(), "retryable: true");
            }
            from = at + needle.len();
        }
    }
}

#[test]
fn a_moved_status_is_said_in_words() {
    let folder = edited(|files| {
        let text = files.get_mut("problems.yaml").expect("the file");
        replace_after(
            text,
            "\n    QuotaExceeded:\n",
            "status: { enum: [403, 413] }",
            "status: { enum: [403, 413, 429] }",
        );
    });
    noticed("a status", &folder, &["quota_exceeded", "429"]);
}

#[test]
fn a_new_code_is_said_in_words_and_touches_few_lines() {
    let folder = edited(|files| {
        let text = files.get_mut("problems.yaml").expect("the file");
        let start = text.find("\n    ChecksumMismatch:\n").expect("a code to copy");
        let rest = &text[start + 1..];
        let end = rest
            .match_indices("\n    ")
            .find(|(at, _)| rest[at + 5..].starts_with(|letter: char| letter != ' ') && *at > 0)
            .map(|(at, _)| at + 1)
            .expect("another code");
        let copy = rest[..end]
            .replace("ChecksumMismatch", "DiskOnFire")
            .replace("checksum_mismatch", "disk_on_fire");
        text.insert_str(start + 1, &copy);
        // An operation has to name it.
        let text = files.get_mut("openapi.yaml").expect("the file");
        let line = text.lines().find(|line| line.contains("- $ref") && line.contains("/ChecksumMismatch'"));
        let line = format!("{}\n", line.expect("an operation that raises it"));
        let more = line.replace("ChecksumMismatch", "DiskOnFire");
        replace_after(text, "", &line, &format!("{line}{more}"));
    });
    let (outcome, words) = check(&artifacts(&folder.path().join("openapi.yaml")), &generated());
    assert!(words.join("\n").contains("disk_on_fire"), "{words:?}");
    let listing =
        outcome.changes.iter().find(|change| change.path == "contract.txt").expect("the listing changes");
    let touched = |sign: char| {
        listing
            .diff
            .lines()
            .filter(|line| line.starts_with(sign) && !line.starts_with(&sign.to_string().repeat(3)))
            .count()
    };
    // The code, and the operation that raises it.
    assert_eq!((touched('+'), touched('-')), (2, 0), "{}", listing.diff);
}

#[test]
fn a_removed_operation_is_said_in_words() {
    let folder = edited(|files| {
        let text = files.get_mut("openapi.yaml").expect("the file");
        let start = text.find("\n  /v1/auth/logout:\n").expect("the path") + 1;
        let end = text[start + 1..].find("\n  /").expect("another path") + start + 2;
        text.replace_range(start..end, "");
    });
    noticed("an operation", &folder, &["logout"]);
}
