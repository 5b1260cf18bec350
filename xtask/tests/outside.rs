//! What is generated for somebody else: a crate in a folder of theirs, and module trees in a crate of theirs. Each has to
//! build, to have documentation without a warning and to please clippy at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Runs the verb in a folder.
fn codegen(folder: &Path, arguments: &[&str]) -> Output {
    let verb = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("codegen")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("runs");
    assert!(verb.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&verb.stderr));
    verb
}

/// Runs Cargo on a package outside of this workspace, whose dependencies are built once for all tests.
fn cargo(package: &Path, arguments: &[&str]) {
    let lock = package.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(repository().join("Cargo.lock"), lock).expect("copied");
    }
    let done = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(package)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("RUSTDOCFLAGS", "-Dwarnings")
        .env_remove("RUSTFLAGS")
        .output()
        .expect("runs");
    assert!(done.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn please_everybody(package: &Path) {
    cargo(package, &["clippy", "--all-targets", "--", "-D", "warnings"]);
    cargo(package, &["doc", "--no-deps"]);
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, text).expect("written");
}

#[test]
fn a_crate_below_the_workspace_of_somebody() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"app\"]\nresolver = \"3\"\n");
    write(&folder.path().join("app/Cargo.toml"), "[package]\nname = \"app\"\nedition = \"2024\"\n");
    write(&folder.path().join("app/src/lib.rs"), "");
    let case = repository().join("tests/cases/ok/hostile.yaml");
    let case = case.to_string_lossy();
    codegen(folder.path(), &["--spec", &case, "--out", "api/theirs", "--crate-name", "their_api"]);
    let theirs = folder.path().join("api/theirs");
    let manifest = fs::read_to_string(theirs.join("Cargo.toml")).expect("a manifest");
    assert!(
        manifest.contains("name = \"their_api\"\n") && manifest.ends_with("\n[workspace]\n"),
        "{manifest}"
    );
    assert!(theirs.join("README.md").is_file());
    assert!(fs::read_to_string(theirs.join("src/lib.rs")).expect("a root").contains("use their_api::{"));
    please_everybody(&theirs);
    // As it says itself: neither what Cargo makes nor the second run is drift.
    let again = ["--spec", &*case, "--out", "api/theirs", "--crate-name", "their_api", "--check"];
    codegen(folder.path(), &again);
}

/// The code in a block of a Markdown text.
fn block(text: &str, language: &str) -> String {
    let begin = format!("```{language}\n");
    let (_, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no {language} in {text}"));
    rest.split_once("```").expect("an end").0.to_owned()
}

#[test]
fn a_program_by_the_letter_of_the_generated_readme() {
    let folder = tempfile::tempdir().expect("a folder");
    for (spec, name) in [("spec/openapi.yaml", "first-api"), ("tests/cases/ok/failures.yaml", "second_api")] {
        let (api, program) = (folder.path().join(name), folder.path().join(format!("uses-{name}")));
        let spec = repository().join(spec);
        codegen(folder.path(), &["--spec", &spec.to_string_lossy(), "--out", name, "--crate-name", name]);
        let readme = fs::read_to_string(api.join("README.md")).expect("a README");
        let dependencies = block(&readme, "toml").replace("path/to/this/folder", &format!("../{name}"));
        let manifest = format!("[package]\nname = \"program\"\nedition = \"2024\"\n\n{dependencies}");
        write(&program.join("Cargo.toml"), &manifest);
        write(&program.join("src/main.rs"), &block(&readme, "rust"));
        cargo(&program, &["clippy", "--", "-D", "warnings"]);
    }
}

#[test]
fn module_trees_in_a_crate_of_somebody() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path();
    write(
        &app.join("src/lib.rs"),
        "//! A crate with modules of its own.\n#![deny(missing_docs, unused, unreachable_pub, clippy::pedantic)]\n\n\
         /// One of its own, of a name that the trees have too.\npub mod types;\nmod shop;\n/// Deeper.\npub mod deep;\n\
         pub use shop::{Client, Error};\n",
    );
    write(&app.join("src/types.rs"), "//! Types.\n");
    write(
        &app.join("src/deep.rs"),
        "//! Deep.\n\n/// Mounted under another name than that of its folder.\n#[path = \"deep/api/mod.rs\"]\npub mod other;\n",
    );
    let own = "[package]\nname = \"app\"\nedition = \"2021\"\nlicense = \"MIT\"\n\n";
    write(&app.join("Cargo.toml"), own);
    let spec = repository().join("spec/openapi.yaml");
    let said = codegen(app, &["--spec", &spec.to_string_lossy(), "--out", "src/shop", "--module"]);
    let case = repository().join("tests/cases/ok/parameters.yaml");
    codegen(app, &["--spec", &case.to_string_lossy(), "--out", "src/deep/api", "--module"]);
    for absent in ["src/shop/Cargo.toml", "src/shop/README.md", "src/shop/src"] {
        assert!(!app.join(absent).exists(), "{absent}");
    }
    // What the crate depends on is what the verb and the tree say.
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let needed =
        said.lines().find(|line| line.trim_start().starts_with("problemgen-runtime = ")).expect("said");
    let root = fs::read_to_string(app.join("src/shop/mod.rs")).expect("a root");
    assert!(root.contains(&format!("//! {}\n", needed.trim())), "{root}");
    assert!(said.contains("mod shop;"), "{said}");
    write(&app.join("Cargo.toml"), &format!("{own}[dependencies]\n{}\n", needed.trim()));
    please_everybody(app);
    cargo(app, &["doc", "--no-deps", "--document-private-items"]);
}

#[test]
fn names_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = repository().join("spec/openapi.yaml");
    let spec = spec.to_string_lossy();
    for arguments in [
        &["--crate-name", "1st", "--out", "out"][..],
        &["--crate-name", "std", "--out", "out"],
        &["--crate-name", "a b", "--out", "out"],
        &["--module", "--out", "my-shop"],
        &["--module"],
        &["--module", "--out", "shop", "--crate-name", "shop"],
    ] {
        let mut verb = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let verb = verb.args(["codegen", "--spec", &spec]).args(arguments).current_dir(folder.path());
        let done = verb.output().expect("runs");
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
