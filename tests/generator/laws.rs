//! Laws of the source itself: which way imports point, what the generator may not know, and which files prose may name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use problemgen_tests::{repository, tree};

/// The files of a folder that are text.
fn texts(folder: &Path) -> BTreeMap<String, String> {
    let text = |(name, contents)| Some((name, String::from_utf8(contents).ok()?));
    tree(folder).into_iter().filter_map(text).collect()
}

/// The modules that `lib.rs` declares, in its order.
fn modules(lib: &str) -> Vec<&str> {
    let declared = |line: &'_ str| -> Option<usize> {
        let rest = line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod "))?;
        rest.strip_suffix(';').map(str::len)
    };
    lib.lines()
        .filter_map(|line| declared(line).map(|length| &line[line.len() - 1 - length..line.len() - 1]))
        .collect()
}

/// Source without comments, texts of tests, and the code of tests.
fn code(text: &str) -> String {
    let own = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    own.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// What stands behind each `crate::` of a source: a module or an item of the root. `use crate::{a, b::c}` has several.
fn imports(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices("crate::") {
        if source[..at].ends_with('$')
            || source[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
        {
            continue;
        }
        let rest = &source[at + "crate::".len()..];
        let name = |text: &str| -> String {
            text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
        };
        let Some(list) = rest.strip_prefix('{') else {
            found.push(name(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                _ if start && !letter.is_whitespace() => {
                    found.push(name(&list[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn imports_are_found() {
    let source = "use crate::report::{Code, Report};\nuse crate::{\n    contract::{A, B}, load,\n};\n$crate::report; lower::crate_x; super::x";
    assert_eq!(imports(source), ["report", "contract", "load"]);
    assert_eq!(modules("pub mod report;\nmod load;\n// mod x;\n"), ["report", "load"]);
}

/// Modules stand in `lib.rs` in the order that data flows; a module knows only those that stand before it.
#[test]
fn imports_point_one_way() {
    let folder = repository().join("generator/src");
    let sources = texts(&folder);
    let modules = modules(&sources["lib.rs"]);
    assert!(modules.len() > 10, "{modules:?}");
    let place = |module: &str| modules.iter().position(|known| *known == module);
    let mut wrong = Vec::new();
    for (file, text) in &sources {
        if !file.ends_with(".rs")
            || file == "lib.rs"
            || file.ends_with("tests.rs")
            || file.contains("/tests/")
        {
            continue;
        }
        let own = file.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        let own_place = place(own).unwrap_or_else(|| panic!("{file} belongs to no module of lib.rs"));
        for import in imports(&code(text)) {
            match place(&import) {
                Some(at) if at > own_place => {
                    wrong.push(format!("{file} uses {import}, which stands after {own}"))
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_architecture_lists_the_modules_in_their_order() {
    let read = |path: &str| fs::read_to_string(repository().join(path)).expect("a text");
    let (prose, lib) = (read("ARCHITECTURE.md"), read("generator/src/lib.rs"));
    let table = prose.split_once("| module |").expect("the table of the stages").1;
    let rows: Vec<&str> = table
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(rows, modules(&lib));
}

#[test]
fn the_contract_knows_nothing_of_ours() {
    let text = fs::read_to_string(repository().join("generator/src/contract.rs")).expect("contract.rs");
    assert_eq!(imports(&code(&text)), [] as [&str; 0]);
}

#[test]
fn the_generator_never_depends_on_its_output() {
    for manifest in ["generator/Cargo.toml", "generator/runtime/Cargo.toml", "xtask/Cargo.toml"] {
        let text = fs::read_to_string(repository().join(manifest)).expect("a manifest");
        assert!(!text.contains("dropthis") && !text.contains("../generated"), "{manifest}");
    }
}

/// The generator is for any document, so it knows the name of none.
#[test]
fn the_generator_knows_no_document() {
    let name = ["drop", "this"].concat();
    let knows: Vec<String> = texts(&repository().join("generator"))
        .into_iter()
        .filter(|(file, text)| file.to_lowercase().contains(&name) || text.to_lowercase().contains(&name))
        .map(|(file, _)| file)
        .collect();
    assert_eq!(knows, [] as [&str; 0]);
}

#[test]
fn nothing_is_left_for_later() {
    for folder in ["generator/src", "generator/runtime/src", "xtask/src"] {
        for (file, text) in texts(&repository().join(folder)) {
            let code = code(&text);
            for word in ["todo!", "unimplemented!", "dbg!", "TODO", "FIXME"] {
                assert!(!code.contains(word), "{folder}/{file} has {word}");
            }
        }
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    let root = fs::read_to_string(repository().join("Cargo.toml")).expect("the workspace");
    assert!(root.contains("unsafe_code = \"forbid\""));
    for manifest in ["generator", "generator/runtime", "xtask", "tests"] {
        let text = fs::read_to_string(repository().join(manifest).join("Cargo.toml")).expect("a manifest");
        assert!(text.contains("[lints]\nworkspace = true"), "{manifest} has lints of its own");
    }
}

/// Where prose stands that names files.
const PROSE: &[&str] =
    &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "spec/README.md", "tests/README.md"];

/// The spans of a Markdown text that look like files or folders of this repository, outside of fenced code.
fn named(prose: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in prose.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        found.extend(line.split('`').skip(1).step_by(2).filter(|span| is_path(span)));
        let links = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        found.extend(links.filter(|link| !link.is_empty() && !link.contains(':')));
    }
    found
}

/// Does it look like a path: `spec/`, `generator/src/lib.rs`, `lib.rs`? Patterns and placeholders do not.
fn is_path(span: &str) -> bool {
    const ENDINGS: [&str; 8] = [".rs", ".md", ".toml", ".yaml", ".json", ".html", ".txt", ".lock"];
    const FOLDERS: [&str; 7] = ["spec/", "generator/", "generated/", "xtask/", "tests/", ".ci/", ".github/"];
    let plain = span.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-/".contains(letter));
    let placeholder =
        span.split(['/', '.', '-']).any(|part| ["NAME", "CASE", "FILE", "DIR", "CODE", "x"].contains(&part));
    let ending = ENDINGS.iter().any(|ending| span.ends_with(ending));
    plain
        && !placeholder
        && !span.starts_with('/')
        && (ending || FOLDERS.iter().any(|folder| span.starts_with(folder)))
}

/// Prose names files from the root, from its own folder, or, inside of the generator and its output, by their last names.
#[test]
fn prose_names_only_files_that_are_there() {
    let root = repository();
    let everything: Vec<String> = ["spec", "generator", "generated", "xtask", "tests", ".ci", ".github"]
        .into_iter()
        .flat_map(|folder| tree(&root.join(folder)).into_keys().map(move |file| format!("{folder}/{file}")))
        .collect();
    let mut gone = Vec::new();
    for prose in PROSE {
        let Ok(text) = fs::read_to_string(root.join(prose)) else { continue };
        let folder = root.join(prose).parent().map(Path::to_owned).unwrap_or_default();
        for path in named(&text) {
            let there = root.join(path).exists()
                || folder.join(path).exists()
                || everything
                    .iter()
                    .any(|file| file.ends_with(&format!("/{path}")) || file.contains(&format!("/{path}/")));
            if !there && !path.starts_with("target") {
                gone.push(format!("{prose} names {path}"));
            }
        }
    }
    assert!(gone.is_empty(), "{gone:#?}");
}

#[test]
fn names_in_prose_are_found() {
    let prose = "See `src/a.rs` and `cargo xtask` or [b](docs/b.md#x).\n```\n`c.rs`\n```\n`NAME.yaml` `cases/ok/NAME/` `spec/` `a b.rs`";
    assert_eq!(named(prose), ["src/a.rs", "docs/b.md", "spec/"]);
}
