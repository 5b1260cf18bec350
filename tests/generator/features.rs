//! A crate with a feature for each tag compiles with each of them alone, with none, and with several, and nothing in it is
//! unused then.

use std::fs;
use std::process::Command;

use problemgen_tests::tests;

const CASE: &str = "tag-features";

/// The features of the golden, in the order of its manifest.
fn features() -> Vec<String> {
    let manifest =
        fs::read_to_string(tests().join("golden").join(CASE).join("Cargo.toml")).expect("a manifest");
    let list = manifest.split_once("full = [\n").and_then(|(_, rest)| rest.split_once("]\n"));
    let (list, _) = list.expect("the list of all");
    list.lines().map(|line| line.trim_matches([' ', '"', ',']).to_owned()).collect()
}

#[test]
fn each_tag_compiles_alone() {
    let features = features();
    assert_eq!(
        features,
        ["books", "readers", "full-operations", "default-operations", "type", "c", "c-hash", "other"]
    );
    let alone = features.iter().cloned();
    let combinations = alone.chain(["", "books,readers", "full", "server,books", "mock"].map(str::to_owned));
    for features in combinations {
        let done = Command::new(env!("CARGO"))
            .args([
                "check",
                "--quiet",
                "--locked",
                "--offline",
                "--message-format",
                "short",
                "--no-default-features",
            ])
            .args(["--package", &format!("golden-{CASE}"), "--features", &features])
            .current_dir(tests())
            .output()
            .expect("Cargo runs");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.is_empty(), "with {features:?}:\n{said}");
    }
}
