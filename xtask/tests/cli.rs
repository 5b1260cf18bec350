//! The verbs as a person meets them: exit codes, what is said, and what is left alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: { title: Library, version: "1" }
paths:
  /books/{book}:
    get:
      operationId: getBook
      parameters:
        - { name: book, in: path, required: true, schema: { type: string } }
      responses:
        "200":
          description: The book.
          content: { application/json: { schema: { $ref: "#/components/schemas/Book" } } }
        "404":
          description: None.
          content:
            application/problem+json:
              schema:
                oneOf:
                  - { $ref: "#/components/schemas/BookMissing" }
                  - { $ref: "#/components/schemas/ShelfClosed" }
                  - { $ref: "#/components/schemas/Problem" }
components:
  schemas:
    Book: { type: object, required: [title], properties: { title: { type: string } } }
    Problem:
      type: object
      required: [code]
      properties:
        type: { type: string }
        title: { type: string }
        status: { type: integer }
        code: { type: string }
        retryable: { type: boolean }
    BookMissing:
      description: No such book.
      allOf:
        - { $ref: "#/components/schemas/Problem" }
        - type: object
          required: [shelf]
          properties:
            code: { const: book_missing }
            status: { const: 404 }
            retryable: { const: false }
            shelf: { type: integer }
    ShelfClosed:
      description: The shelf is closed.
      allOf:
        - { $ref: "#/components/schemas/Problem" }
        - type: object
          properties:
            code: { const: shelf_closed }
            status: { const: 404 }
            retryable: { const: true }
"##;

/// A folder with a document.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("folder") };
        place.write("library.yaml", DOCUMENT);
        place
    }

    /// One that also has the output.
    fn generated() -> Self {
        let place = Self::new();
        let done = place.codegen(&[]);
        assert_eq!(done.code, 0, "{done:?}");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    fn xtask(&self, arguments: &[&str]) -> Said {
        run(Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).current_dir(self.folder.path()))
    }

    fn codegen(&self, more: &[&str]) -> Said {
        self.xtask(&[&["codegen", "--spec", "library.yaml", "--out", "out"], more].concat())
    }

    /// Every file, with its time.
    fn tree(&self) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
        fn walk(folder: &Path, into: &mut BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)>) {
            for entry in fs::read_dir(folder).expect("folder") {
                let path = entry.expect("entry").path();
                if path.is_dir() {
                    walk(&path, into);
                } else {
                    let time = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("time");
                    into.insert(path.clone(), (fs::read(&path).expect("file"), time));
                }
            }
        }
        let mut tree = BTreeMap::new();
        walk(self.folder.path(), &mut tree);
        tree
    }
}

#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

fn run(command: &mut Command) -> Said {
    let clean = command.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
    said(clean.output().expect("runs"))
}

fn said(output: Output) -> Said {
    Said {
        code: output.status.code().expect("ended by itself"),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

#[test]
fn help_names_the_exit_codes() {
    let place = Place::new();
    for arguments in [&["--help"][..], &["codegen", "--help"], &["explain", "--help"]] {
        let said = place.xtask(arguments);
        assert_eq!(said.code, 0);
        for line in ["0  all is well", "1  drift", "2  the document cannot be used"] {
            assert!(said.out.contains(line), "{line:?} is not in {}", said.out);
        }
    }
}

#[test]
fn what_is_not_understood_ends_with_2() {
    let place = Place::new();
    for arguments in [
        &[][..],
        &["codegenerate"],
        &["codegen", "--only", "poems"],
        &["codegen", "--sepc", "x"],
        &["explain"],
    ] {
        let said = place.xtask(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
    }
    assert!(!place.path("out").exists());
}

#[test]
fn a_document_that_cannot_be_used_ends_with_2() {
    let place = Place::new();
    for (name, text) in
        [("absent.yaml", None), ("broken.yaml", Some("openapi: [")), ("other.yaml", Some("a: b\n"))]
    {
        if let Some(text) = text {
            place.write(name, text);
        }
        for more in [&[][..], &["--check"]] {
            let said = place.xtask(&[&["codegen", "--spec", name, "--out", "out"], more].concat());
            assert_eq!(said.code, 2, "{name}: {said:?}");
            assert!(said.err.starts_with("error["), "{name}: {said:?}");
            let last = said.err.lines().last().unwrap_or_default();
            assert!(last.starts_with("error: ") && last.contains(" error"), "{name}: {said:?}");
        }
    }
    assert!(!place.path("out").exists());
}

#[test]
fn a_configuration_is_found_beside_the_document_unless_another_is_named() {
    let place = Place::new();
    place.write("problemgen.toml", "[problems]\ncode = 1\n");
    place.write("mine.toml", "[problems]\nretryable = 'retryable'\n");
    let said = place.codegen(&[]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("error[F003]") && said.err.contains("problemgen.toml:2:8"), "{said:?}");
    let said = place.codegen(&["--config", "mine.toml"]);
    assert_eq!(said.code, 0, "{said:?}");
    let said = place.codegen(&["--config", "absent.toml"]);
    assert!(said.code == 2 && said.err.contains("error[F001]"), "{said:?}");
    let said = place.xtask(&["explain", "book_missing", "--spec", "library.yaml"]);
    assert!(said.code == 2 && said.err.contains("error[F003]"), "{said:?}");
}

#[test]
fn a_document_needs_a_folder_of_its_own() {
    let place = Place::new();
    let said = place.xtask(&["codegen", "--spec", "library.yaml"]);
    assert!(said.code == 2 && said.err.contains("--out"), "{said:?}");
    let said = place.xtask(&["codegen", "--out", "out"]);
    assert!(said.code == 2 && said.err.contains("name that with --spec"), "{said:?}");
}

#[test]
fn a_folder_remembers_how_it_was_generated() {
    let place = Place::new();
    place.write("mine.toml", "[problems]\nretryable = 'retryable'\n");
    place.write(
        "more.yaml",
        "overlay: 1.0.0\ninfo: { title: More, version: '1' }\nactions:\n  - { target: $.info, update: { description: Lends. } }\n",
    );
    let first =
        place.codegen(&["--config", "mine.toml", "--overlay", "more.yaml", "--crate-name", "lending"]);
    assert_eq!(first.code, 0, "{first:?}");
    let readme = fs::read_to_string(place.path("out/README.md")).expect("a README");
    // The command that it names is one that works, also when the document and the folder are moved together.
    let command = readme.lines().find_map(|line| line.strip_prefix("`cargo run --manifest-path "));
    let (manifest, verb) = command.and_then(|rest| rest.split_once(" -p xtask -- ")).expect("a command");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml");
    let named = fs::canonicalize(place.path("out").join(manifest)).expect("a manifest");
    assert_eq!(named, fs::canonicalize(ours).expect("ours"));
    let arguments: Vec<&str> = verb.trim_end_matches("`.").split(' ').collect();
    let again =
        run(Command::new(env!("CARGO_BIN_EXE_xtask")).args(&arguments).current_dir(place.path("out")));
    assert!(again.code == 0 && again.out.starts_with(". is up to date ("), "{arguments:?}: {again:?}");
    let before = place.tree();
    for more in [&[][..], &["--check"]] {
        let said = place.xtask(&[&["codegen", "--out", "out"], more].concat());
        assert!(said.code == 0 && said.out.starts_with("out is up to date ("), "{said:?}");
    }
    let moved = Place::new();
    for (path, (text, _)) in &before {
        let path = moved.folder.path().join(path.strip_prefix(place.folder.path()).expect("below"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    let said = moved.xtask(&["codegen", "--out", "out"]);
    assert!(said.code == 0 && !said.out.contains("The contract changed"), "{said:?}");
    // A run that names a document is about that, keeps the name of the crate, and says what else is different.
    let said = place.codegen(&["--check"]);
    assert!(said.code == 1 && !said.out.contains("stale out/Cargo.toml"), "{said:?}");
    assert!(
        said.out
            .contains("generated with another --overlay, --config: cargo xtask codegen --out out --check"),
        "{said:?}"
    );
    place.write("out/.problemgen", "spec = 1\n");
    let said = place.xtask(&["codegen", "--out", "out"]);
    assert!(said.code == 2 && said.err.contains("out/.problemgen, line 1"), "{said:?}");
}

#[test]
fn codegen_says_what_it_did() {
    let place = Place::new();
    let first = place.codegen(&[]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.out.contains("created out/contract.txt\n"), "{first:?}");
    let before = place.tree();
    let second = place.codegen(&[]);
    assert!(second.code == 0 && second.out.starts_with("out is up to date ("), "{second:?}");
    let check = place.codegen(&["--check"]);
    assert!(check.code == 0 && check.out.starts_with("out is up to date ("), "{check:?}");
    assert!(before == place.tree(), "what is current is not touched");
}

#[test]
fn check_notices_every_edit_and_writes_nothing() {
    let pristine = Place::generated();
    let files: Vec<PathBuf> =
        pristine.tree().into_keys().filter(|path| path.starts_with(pristine.path("out"))).collect();
    assert!(files.len() > 4);
    for file in files {
        let name = file.strip_prefix(pristine.folder.path()).expect("below").display().to_string();
        for (mutation, text) in [("removed", None), ("marked", Some("<<<<<<< ours\n")), ("emptied", Some(""))]
        {
            let place = Place::generated();
            match text {
                None => fs::remove_file(place.path(&name)).expect("removed"),
                Some("") => place.write(&name, ""),
                Some(text) => {
                    let old = fs::read_to_string(place.path(&name)).expect("file");
                    place.write(&name, &format!("{old}{text}"));
                }
            }
            let before = place.tree();
            let said = place.codegen(&["--check"]);
            assert_eq!(said.code, 1, "{name} {mutation}: {said:?}");
            let kind = if text.is_none() { "missing" } else { "stale" };
            assert!(said.out.contains(&format!("{kind} {name}\n")), "{name} {mutation}: {said:?}");
            assert!(
                said.out.ends_with("run: cargo xtask codegen --spec library.yaml --out out\n"),
                "{name} {mutation}: {said:?}"
            );
            assert!(before == place.tree(), "{name} {mutation}: --check wrote");
            let cured = place.codegen(&[]);
            assert_eq!(cured.code, 0, "{name} {mutation}: {cured:?}");
            assert_eq!(place.codegen(&["--check"]).code, 0, "{name} {mutation}");
        }
    }
}

#[test]
fn check_notices_a_stray_file() {
    let place = Place::generated();
    fs::create_dir(place.path("out/old")).expect("folder");
    place.write("out/old/stray.rs", "");
    let said = place.codegen(&["--check"]);
    assert!(said.code == 1 && said.out.contains("orphan out/old/stray.rs\n"), "{said:?}");
    let cured = place.codegen(&[]);
    assert!(cured.out.contains("removed out/old/stray.rs\n") && !place.path("out/old").exists(), "{cured:?}");
}

#[test]
fn check_says_first_what_changed_in_the_contract() {
    let place = Place::generated();
    place.write(
        "library.yaml",
        &DOCUMENT.replace("retryable: { const: true }", "retryable: { const: false }"),
    );
    let said = place.codegen(&["--check"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.starts_with("The contract changed:\n  code `shelf_closed`: "), "{said:?}");
    let (words, diffs) = said.out.split_once("\n\n").expect("two parts");
    assert!(!words.contains("stale") && diffs.contains("stale out/docs/errors.json\n"), "{said:?}");
    assert!(diffs.contains("\n--- a/contract.txt\n+++ b/contract.txt\n@@ "), "{said:?}");
}

#[test]
fn check_tells_facts_from_edits() {
    let place = Place::generated();
    place.write(
        "library.yaml",
        &DOCUMENT.replace(
            "in: path, required: true, schema: { type: string }",
            "in: path, required: true, schema: { type: integer }",
        ),
    );
    let said = place.codegen(&["--check"]);
    let first =
        "The contract changed:\n  operation `getBook`: path parameter `book`: string -> int64 (breaking)\n\n";
    assert!(said.code == 1 && said.out.starts_with(first), "{said:?}");
    place.write("library.yaml", DOCUMENT);
    let types = fs::read_to_string(place.path("out/src/types.rs")).expect("file");
    place.write("out/src/types.rs", &format!("{types}// mine\n"));
    let said = place.codegen(&["--check"]);
    let first = "Not up to date: out/src/types.rs.\nNo fact in contract.txt changed: ";
    assert!(said.code == 1 && said.out.starts_with(first), "{said:?}");
    let listing = fs::read_to_string(place.path("out/contract.txt")).expect("file");
    place.write("out/contract.txt", &format!("{listing}left out: mine\n"));
    let said = place.codegen(&["--check"]);
    let first = "Not up to date: out/contract.txt, out/src/types.rs.\nWhat differs in contract.txt is below";
    assert!(said.code == 1 && said.out.starts_with(first), "{said:?}");
}

#[test]
fn warnings_can_be_denied() {
    let place = Place::generated();
    let clean = place.codegen(&["--deny-warnings"]);
    assert_eq!(clean.code, 0, "{clean:?}");
    place.write("library.yaml", &DOCUMENT.replace("paths:", "paths:\n  /shelves/{shelf}:\n    get: { operationId: getShelf, responses: { '204': { description: One. } } }"));
    let before = place.tree();
    for more in [&["--deny-warnings"][..], &["--deny-warnings", "--check"]] {
        let said = place.codegen(more);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
        assert!(said.err.contains("warning[P041]"), "{said:?}");
        assert!(said.err.ends_with("error: 1 warning, and --deny-warnings takes none\n"), "{said:?}");
        assert!(before == place.tree(), "{more:?} wrote");
    }
    assert_eq!(place.codegen(&["--check"]).code, 1);
    // The folder does not remember it.
    assert_eq!(place.codegen(&[]).code, 0);
    assert_eq!(place.codegen(&["--check"]).code, 0);
}

#[test]
fn only_leaves_other_files() {
    let place = Place::generated();
    place.write("out/contract.txt", "edited");
    place.write("out/docs/errors.md", "edited");
    let said = place.codegen(&["--only", "docs"]);
    assert!(said.out.contains("updated out/docs/errors.md\n"), "{said:?}");
    assert_eq!(fs::read_to_string(place.path("out/contract.txt")).expect("file"), "edited");
    assert_eq!(place.codegen(&["--check", "--only", "docs,catalogue"]).code, 0);
    assert_eq!(place.codegen(&["--check", "--only", "listing"]).code, 1);
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let place = Place::new();
    fs::create_dir(place.path("out")).expect("folder");
    place.write("out/thesis.tex", "years of work");
    let before = place.tree();
    let said = place.codegen(&[]);
    assert!(said.code == 2 && said.err.contains("error[S003]"), "{said:?}");
    assert!(before == place.tree());
}

#[test]
fn explain_knows_what_is_laid_over_a_document() {
    let place = Place::new();
    let overlay = "overlay: 1.0.0\ninfo: { title: More, version: '1' }\nactions:\n  - target: $\n    update:\n      \
                   x-problem: { codes: { book_missing: { remedy: Ask at the desk. } } }\n";
    fs::write(place.path("more.yaml"), overlay).expect("written");
    let plain = ["explain", "book_missing", "--spec", "library.yaml"];
    let laid = place.xtask(&[&plain[..], &["--overlay", "more.yaml"]].concat());
    assert!(laid.code == 0 && laid.out.contains("Ask at the desk."), "{laid:?}");
    assert!(!place.xtask(&plain).out.contains("Ask at the desk."));
    let absent = place.xtask(&[&plain[..], &["--overlay", "absent.yaml"]].concat());
    assert!(absent.code == 2 && absent.err.contains("absent.yaml"), "{absent:?}");
}

#[test]
fn explain_knows_codes_and_diagnostics() {
    let place = Place::new();
    let said = place.xtask(&["explain", "book_missing", "--spec", "library.yaml"]);
    assert_eq!(said.code, 0, "{said:?}");
    for part in ["404", "No such book.", "shelf", "integer", "getBook", "GET /books/{book}"] {
        assert!(said.out.contains(part), "{part:?} is not in {said:?}");
    }
    let said = place.xtask(&["explain", "s003"]);
    assert!(said.code == 0 && said.out.starts_with("S003: "), "{said:?}");
}

#[test]
fn explain_suggests_the_nearest() {
    let place = Place::new();
    let said = place.xtask(&["explain", "book_mising", "--spec", "library.yaml"]);
    assert_eq!(said.code, 2);
    assert!(said.err.ends_with("help: did you mean `book_missing`?\n"), "{said:?}");
}

#[test]
fn nothing_that_a_document_says_reaches_the_terminal_raw() {
    let place = Place::new();
    let hostile = DOCUMENT.replace("No such book.", "\"red \\e[31m bell \\a flip \\u202E\"");
    place.write("library.yaml", &hostile);
    let said = place.xtask(&["explain", "book_missing", "--spec", "library.yaml"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said:?}");
    assert!(said.out.contains("\\u{1b}[31m"), "{said:?}");
}

#[test]
fn colours_are_for_terminals() {
    let place = Place::new();
    let explain = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(["explain", "S001"])
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env(name, value);
        said(command.current_dir(place.folder.path()).output().expect("runs"))
    };
    assert!(!explain("TERM", "xterm").out.contains('\u{1b}'), "a pipe is no terminal");
    assert!(explain("CLICOLOR_FORCE", "1").out.contains('\u{1b}'));
    assert!(!explain("NO_COLOR", "1").out.contains('\u{1b}'));
}

#[test]
fn the_corpus_gives_a_row_for_each_document() {
    let place = Place::new();
    fs::create_dir(place.path("docs")).expect("made");
    fs::rename(place.path("library.yaml"), place.path("docs/library.yaml")).expect("moved");
    place.write("docs/part.yaml", "type: object\n");
    place.write("docs/refused.yaml", "openapi: 3.0.0\ninfo: { title: T, version: '1' }\npaths: { /a: 7 }\n");
    let corpus = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["corpus", "docs"]).args(more).current_dir(place.folder.path());
        run(command.env("CARGO_TARGET_DIR", place.path("target")))
    };
    let said = corpus(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("1 file is no document"), "{said:?}");
    assert!(said.out.contains("2 documents: 1 generated (50.0 %), 1 refused, 0 panicked"), "{said:?}");
    let results = place.path("target/corpus/results/docs");
    let table = fs::read_to_string(results.join("table.tsv")).expect("a table");
    let cells: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(cells.len(), 3, "{table}");
    assert_eq!(cells[1][..3], ["library.yaml", "generated", ""]);
    assert_eq!(cells[2][..2], ["refused.yaml", "refused"]);
    assert!(cells[2][2].starts_with('R') && cells[2][9].starts_with("refused.yaml:3:"), "{table}");
    assert!(results.join("crates/library.yaml/src/lib.rs").is_file());

    place.write("docs/refused.yaml", "openapi: 3.0.0\ninfo: { title: T, version: '1' }\npaths: {}\n");
    let said = corpus(&["--only", "refused"]);
    assert!(said.out.contains("Since the last run:\n  refused.yaml: refused R"), "{said:?}");
    let table = fs::read_to_string(results.join("table.tsv")).expect("a table");
    assert_eq!(table.matches("\tgenerated\t").count(), 2, "{table}");
    assert_eq!(corpus(&["--failed"]).code, 0);
    assert_eq!(corpus(&["--jobs", "0"]).code, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_document_of_the_corpus_that_takes_too_much_is_told() {
    let place = Place::new();
    fs::create_dir(place.path("docs")).expect("made");
    let paths: String = (0..20_000)
        .map(|n| format!("  /p{n}:\n    get: {{ operationId: get{n}, responses: {{ '204': {{ description: Done. }} }} }}\n"))
        .collect();
    place.write(
        "docs/large.yaml",
        &format!("openapi: 3.0.0\ninfo: {{ title: T, version: '1' }}\npaths:\n{paths}"),
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["corpus", "docs", "--memory", "100"]).current_dir(place.folder.path());
    let said = run(command.env("CARGO_TARGET_DIR", place.path("target")));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.out.contains("0 generated (0.0 %), 0 refused, 0 panicked, 0 timed-out, 1 out-of-memory"),
        "{said:?}"
    );
}
