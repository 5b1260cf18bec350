//! The store on real folders: each difference, each refusal, and a crash at each step of each means.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::swap::{Means, Site, Step, Watch, install};
use super::*;

type Tree = BTreeMap<String, String>;

/// Every file, link and empty folder below `root`.
fn tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let before = (tree.len(), folders.len());
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("entry").path();
            let name = path.strip_prefix(root).expect("below").display().to_string();
            let metadata = fs::symlink_metadata(&path).expect("metadata");
            if metadata.is_dir() {
                folders.push(path);
            } else if metadata.is_symlink() {
                tree.insert(name, format!("-> {}", fs::read_link(&path).expect("link").display()));
            } else {
                tree.insert(name, String::from_utf8_lossy(&fs::read(&path).expect("file")).into_owned());
            }
        }
        if before == (tree.len(), folders.len()) && folder != root {
            tree.insert(format!("{}/", folder.strip_prefix(root).expect("below").display()), String::new());
        }
    }
    tree
}

fn artifacts(files: &[(&str, &str)]) -> Vec<Artifact> {
    files.iter().map(|(path, text)| Artifact::new(*path, *text)).collect()
}

fn old() -> Vec<Artifact> {
    artifacts(&[
        ("Cargo.toml", "[package]\n"),
        ("src/lib.rs", "one\n"),
        ("src/old/deep.rs", "gone\n"),
        ("was", "file\n"),
    ])
}

fn new() -> Vec<Artifact> {
    artifacts(&[
        ("Cargo.toml", "[package]\n"),
        ("src/lib.rs", "two\n"),
        ("docs/errors.md", "# E\n"),
        ("was/folder", "x\n"),
    ])
}

/// What `root` holds once `artifacts` are written there, with nothing else.
fn written(artifacts: &[Artifact]) -> Tree {
    let files = artifacts.iter().map(|a| (a.path.clone(), String::from_utf8_lossy(&a.contents).into_owned()));
    files.chain([(MARKER.to_owned(), MARKER_TEXT.to_owned())]).collect()
}

fn write(artifacts: &[Artifact], root: &Path) -> Result<Outcome, Refusal> {
    apply(artifacts, root, Scope::Whole, Mode::Write)
}

fn check(artifacts: &[Artifact], root: &Path) -> Result<Outcome, Refusal> {
    apply(artifacts, root, Scope::Whole, Mode::Check)
}

fn kinds(outcome: &Outcome) -> Vec<(&str, ChangeKind)> {
    outcome.changes.iter().map(|change| (change.path.as_str(), change.kind)).collect()
}

fn code(result: Result<Outcome, Refusal>) -> &'static str {
    result.expect_err("refused").code.code
}

/// A folder of its own, and a root within it that holds `old()` as written by the store.
fn site() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("folder");
    let root = folder.path().join("out");
    write(&old(), &root).expect("written");
    (folder, root)
}

#[test]
fn writes_then_rests() {
    let folder = tempfile::tempdir().expect("folder");
    let root = folder.path().join("a/b/out");
    let first = write(&old(), &root).expect("written");
    assert_eq!((first.changes.len(), first.unchanged), (5, 0));
    assert_eq!(tree(&root), written(&old()));
    let time = |name: &str| fs::metadata(root.join(name)).and_then(|m| m.modified()).expect("time");
    let (lib, cargo) = (time("src/lib.rs"), time("Cargo.toml"));
    let folder_time = time("");

    let second = write(&old(), &root).expect("written");
    assert_eq!((second.changes, second.unchanged), (vec![], 5));
    assert_eq!((time("src/lib.rs"), time("")), (lib, folder_time), "an unchanged root is not touched");

    let third = write(&new(), &root).expect("written");
    use ChangeKind::{Missing, Orphan, Stale};
    assert_eq!(
        kinds(&third),
        [
            ("docs/errors.md", Missing),
            ("src/lib.rs", Stale),
            ("src/old/deep.rs", Orphan),
            ("was", Orphan),
            ("was/folder", Missing)
        ]
    );
    assert_eq!(tree(&root), written(&new()));
    assert_eq!(time("Cargo.toml"), cargo, "an unchanged file keeps its time");
    assert_eq!(
        fs::read_dir(folder.path().join("a/b")).expect("parent").count(),
        1,
        "nothing is left beside the root"
    );
}

#[test]
fn check_reports_each_difference_and_writes_nothing() {
    let (folder, root) = site();
    fs::write(root.join("src/lib.rs"), "one\n<<<<<<< ours\n").expect("write");
    fs::remove_file(root.join("Cargo.toml")).expect("remove");
    fs::create_dir_all(root.join("src/extra/nested")).expect("folder");
    fs::write(root.join("src/extra/stray.rs"), "").expect("write");
    let before = tree(folder.path());
    let outcome = check(&old(), &root).expect("checked");
    use ChangeKind::{Missing, Orphan, Stale};
    assert_eq!(
        kinds(&outcome),
        [("Cargo.toml", Missing), ("src/extra/stray.rs", Orphan), ("src/lib.rs", Stale)]
    );
    let diffs: String = outcome.changes.iter().map(|change| change.diff.as_str()).collect();
    insta::assert_snapshot!(diffs, @"
    --- /dev/null
    +++ b/Cargo.toml
    @@ -0,0 +1 @@
    +[package]
    --- a/src/lib.rs
    +++ b/src/lib.rs
    @@ -1,2 +1 @@
     one
    -<<<<<<< ours
    ");
    assert_eq!(tree(folder.path()), before);

    let missing = folder.path().join("nowhere/out");
    assert_eq!(check(&old(), &missing).expect("checked").changes.len(), 5);
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn line_endings_long_diffs_and_octets() {
    let (_folder, root) = site();
    fs::write(root.join("src/lib.rs"), "one\r\n").expect("write");
    let outcome = check(&old(), &root).expect("checked");
    assert!(outcome.changes[0].note.as_deref().is_some_and(|note| note.starts_with("only the line endings")));

    let long: String = (0..500).map(|n| format!("{n}\n")).collect();
    let outcome = check(&artifacts(&[("src/lib.rs", &long), ("was", "file\n")]), &root).expect("checked");
    let diff = &outcome.changes.iter().find(|change| change.path == "src/lib.rs").expect("stale").diff;
    assert_eq!((diff.lines().count(), diff.lines().last()), (DIFF_LINES, Some("… 425 more lines")));

    let outcome = check(&[Artifact::new("was", b"\xff\0".to_vec())], &root).expect("checked");
    let change = outcome.changes.iter().find(|change| change.path == "was").expect("stale");
    assert_eq!(change.diff, "binary file: 5 bytes here, 2 expected\n");
}

#[test]
fn a_part_leaves_other_files() {
    let (_folder, root) = site();
    let outcome =
        apply(&artifacts(&[("docs/errors.md", "# E\n")]), &root, Scope::Part, Mode::Write).expect("written");
    assert_eq!(kinds(&outcome), [("docs/errors.md", ChangeKind::Missing)]);
    let mut expected = written(&old());
    expected.insert("docs/errors.md".into(), "# E\n".into());
    assert_eq!(tree(&root), expected);
}

#[test]
fn kept_names_stay() {
    let (_folder, root) = site();
    for kept in [".git/HEAD", "target/debug/x", "Cargo.lock"] {
        fs::create_dir_all(root.join(kept).parent().expect("parent")).expect("folder");
        fs::write(root.join(kept), kept).expect("write");
    }
    assert_eq!(check(&old(), &root).expect("checked").changes, []);
    write(&new(), &root).expect("written");
    let mut expected = written(&new());
    expected
        .extend([".git/HEAD", "target/debug/x", "Cargo.lock"].map(|kept| (kept.to_owned(), kept.to_owned())));
    assert_eq!(tree(&root), expected);
}

#[test]
fn a_folder_that_is_not_ours_is_only_added_to() {
    let folder = tempfile::tempdir().expect("folder");
    let home = folder.path();
    fs::create_dir(home.join("empty")).expect("folder");
    write(&new(), &home.join("empty")).expect("an empty folder is taken");

    fs::create_dir_all(home.join("cloned/.git")).expect("folder");
    write(&new(), &home.join("cloned")).expect("a fresh clone is taken");
    assert!(home.join("cloned/.git").is_dir());

    fs::create_dir_all(home.join("crate/src")).expect("folder");
    fs::write(home.join("crate/Cargo.toml"), "mine").expect("write");
    fs::write(home.join("photo"), "mine").expect("write");
    for mode in [Mode::Write, Mode::Check] {
        assert_eq!(code(apply(&new(), home, Scope::Whole, mode)), "S003");
    }
    assert_eq!(code(write(&new(), &home.join("crate"))), "S003", "it would replace Cargo.toml");
    assert_eq!(fs::read_to_string(home.join("crate/Cargo.toml")).expect("file"), "mine");
    assert_eq!(code(write(&new(), &home.join("photo"))), "S002");
    assert_eq!(code(write(&new(), Path::new("/"))), "S002");
    assert_eq!(code(write(&artifacts(&[("../photo", "")]), &home.join("empty"))), "S001");

    let lost = home.join("cloned").join(MARKER);
    fs::remove_file(&lost).expect("remove");
    let outcome = check(&new(), &home.join("cloned")).expect("a lost marker is drift");
    assert_eq!(kinds(&outcome), [(MARKER, ChangeKind::Missing)]);
    write(&new(), &home.join("cloned")).expect("and is put back");
    assert!(lost.is_file());
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    for means in [Means::Exchange, Means::InPlace] {
        for scope in [Scope::Whole, Scope::Part] {
            let (folder, root) = site();
            let outside = folder.path().join("outside");
            fs::create_dir(&outside).expect("folder");
            fs::write(outside.join("lib.rs"), "theirs").expect("write");
            fs::remove_dir_all(root.join("src")).expect("remove");
            symlink(&outside, root.join("src")).expect("link");
            fs::remove_file(root.join("was")).expect("remove");
            symlink(outside.join("lib.rs"), root.join("was")).expect("link");
            force(&old(), &root, scope, means, &mut |_| Ok(())).expect("written");
            assert_eq!(tree(&root), written(&old()));
            assert_eq!(tree(&outside), artifacts_tree(&[("lib.rs", "theirs")]));
            symlink(&root, folder.path().join("link")).expect("link");
            assert_eq!(code(write(&new(), &folder.path().join("link"))), "S002");
        }
    }
}

#[test]
fn a_read_only_root_is_refused() {
    let (folder, root) = site();
    let before = tree(folder.path());
    let open = fs::metadata(&root).expect("metadata").permissions();
    let mut closed = open.clone();
    closed.set_readonly(true);
    fs::set_permissions(&root, closed).expect("permissions");
    let result = write(&new(), &root);
    fs::set_permissions(&root, open).expect("permissions");
    assert_eq!(code(result), "S005");
    assert_eq!(tree(folder.path()), before);
}

fn artifacts_tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect()
}

/// What `store` does in `Write`, by the given means.
fn force(
    artifacts: &[Artifact],
    root: &Path,
    scope: Scope,
    means: Means,
    watch: Watch<'_>,
) -> Result<(), Refusal> {
    let mut wanted = paths::validate(artifacts)?;
    wanted.insert(PathBuf::from(MARKER), MARKER_TEXT.as_bytes());
    let kept = paths::kept(&wanted);
    let site = Site::make(root)?;
    let plan = compare::look(&site.root, &wanted, &kept, scope, Mode::Write)?;
    install(&site, &wanted, &kept, &plan, means, watch)
}

/// Runs `new()` over `old()` and stops before the `n`th step, by a crash or by an error. Says which step that was.
fn stop(root: &Path, means: Means, n: usize, crash: bool) -> Option<Step> {
    let mut count = 0;
    let mut stopped = None;
    let mut watch = |step| {
        count += 1;
        if count <= n {
            return Ok(());
        }
        if stopped.is_none() {
            stopped = Some(step);
            if crash {
                std::panic::resume_unwind(Box::new("crash"));
            }
        }
        Err(io::Error::other("disk full"))
    };
    let run = AssertUnwindSafe(|| force(&new(), root, Scope::Whole, means, &mut watch));
    drop(catch_unwind(run));
    stopped
}

#[test]
fn a_crash_leaves_the_old_tree_or_the_new_one() {
    for means in [Means::Exchange, Means::Renames, Means::InPlace] {
        let mut steps = Vec::new();
        for n in 0.. {
            let (folder, root) = site();
            fs::write(root.join("Cargo.lock"), "kept").expect("write");
            let stopped = stop(&root, means, n, true);
            let mut after = tree(&root);
            after.remove("Cargo.lock");
            let whole = after == written(&old()) || after == written(&new());
            match (means, stopped) {
                (_, None) => assert_eq!(after, written(&new())),
                (Means::Renames, Some(Step::RenameNew)) => assert!(!root.exists()),
                (Means::InPlace, _) => assert_eq!(after == written(&old()), n == 0),
                (_, Some(step)) => assert!(whole, "{means:?} stopped before {step:?} leaves {after:?}"),
            }
            // The next run, be it of the old document or the new one, ends in a whole tree and leaves nothing beside it.
            let next = if n % 2 == 0 { new() } else { old() };
            write(&next, &root).expect("the next run works");
            let mut expected = written(&next);
            expected.insert("Cargo.lock".into(), "kept".into());
            assert_eq!(tree(&root), expected, "{means:?} after {stopped:?}");
            assert_eq!(fs::read_dir(folder.path()).expect("parent").count(), 1);
            match stopped {
                Some(step) => steps.push(step),
                None => break,
            }
        }
        use Step::*;
        match means {
            Means::Exchange => {
                assert_eq!(steps, [MakeStage, StageFile, StageFile, StageFile, Exchange, DiscardOld])
            }
            Means::Renames => {
                assert_eq!(
                    steps,
                    [MakeStage, StageFile, StageFile, StageFile, RenameOld, RenameNew, DiscardOld]
                )
            }
            Means::InPlace => {
                assert_eq!(steps, [RemoveFile, RemoveFile, ReplaceFile, ReplaceFile, ReplaceFile])
            }
        }
    }
}

#[test]
fn an_error_before_the_swap_leaves_the_old_tree_and_nothing_beside_it() {
    for means in [Means::Exchange, Means::Renames] {
        for n in 0.. {
            let (folder, root) = site();
            match stop(&root, means, n, false) {
                None => break,
                Some(Step::DiscardOld) => {
                    assert_eq!(tree(&root), written(&new()));
                    assert_eq!(fs::read_dir(folder.path()).expect("parent").count(), 2);
                }
                Some(_) => {
                    assert_eq!(tree(&root), written(&old()));
                    assert_eq!(fs::read_dir(folder.path()).expect("parent").count(), 1);
                }
            }
        }
    }
}

#[test]
fn a_folder_that_cannot_be_renamed_is_changed_in_place() {
    for kind in [io::ErrorKind::CrossesDevices, io::ErrorKind::ResourceBusy] {
        let (folder, root) = site();
        let mut watch = |step| if step == Step::Exchange { Err(kind.into()) } else { Ok(()) };
        force(&new(), &root, Scope::Whole, Means::Exchange, &mut watch).expect("written");
        assert_eq!(tree(&root), written(&new()));
        assert_eq!(fs::read_dir(folder.path()).expect("parent").count(), 1);
    }
}

#[test]
fn writers_take_turns() {
    let (_folder, root) = site();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let root = &root;
            scope.spawn(move || write(&if n % 2 == 0 { new() } else { old() }, root).expect("written"));
        }
    });
    let after = tree(&root);
    assert!(after == written(&old()) || after == written(&new()), "{after:?}");
}
