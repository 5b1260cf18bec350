//! What the documentation shows is what comes out.

use std::fs;

use problemgen::config::Config;
use problemgen::load::{Input, Root};
use problemgen::report::{Paint, Report};
use problemgen::{Options, Output};

#[test]
fn examples_of_the_documentation_are_those_that_compile() {
    let repository = problemgen_tests::repository();
    let mut pages = vec![repository.join("README.md")];
    pages.extend(
        fs::read_dir(repository.join("docs")).expect("a folder").map(|entry| entry.expect("a page").path()),
    );
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let mut shown = Vec::new();
    for page in &pages {
        let text = fs::read_to_string(page).expect("text");
        let mut rest = text.as_str();
        while let Some((_, behind)) = rest.split_once("\n```rust\n") {
            let (example, behind) = behind.split_once("\n```").expect("an end");
            // Outside of tests nothing with this attribute is compiled.
            shown.push(example.replace("#[test]\n", ""));
            rest = behind;
        }
    }
    let whole = fs::read_to_string(problemgen_tests::tests().join("src/shown.rs")).expect("text");
    let mut compiled = Vec::new();
    let mut lines = whole.lines().map(|line| line.strip_prefix("//! ").unwrap_or_default());
    while lines.any(|line| line.starts_with("```")) {
        let example = lines.by_ref().take_while(|line| *line != "```");
        let visible: Vec<&str> = example.filter(|line| !line.starts_with("# ")).collect();
        compiled.push(visible.join("\n"));
    }
    assert!(!shown.is_empty());
    assert_eq!(shown, compiled);
}

/// The blocks of code behind a heading, up to the next one.
fn blocks(text: &str, heading: &str) -> Vec<String> {
    let (_, rest) = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let section = rest.split("\n## ").next().unwrap_or_default();
    let code = section.split("```").skip(1).step_by(2);
    code.map(|block| block.split_once('\n').expect("a language").1.to_owned()).collect()
}

#[test]
fn an_overlay_of_the_documentation_promises_what_is_said() {
    let text = fs::read_to_string(problemgen_tests::repository().join("docs/problems.md")).expect("text");
    let blocks = blocks(&text, "## Facts for a document that is not yours");
    let [document, overlay, promised] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
    let texts = [("vendor.yaml", document), ("facts.yaml", overlay)];
    let input = Input {
        root: Root::Texts(texts.map(|(name, text)| (name.to_owned(), text.clone())).to_vec()),
        overlays: vec!["facts.yaml".into()],
        ..Input::default()
    };
    let mut report = Report::new();
    let read = problemgen::read_input(&input, &Config::default(), &mut report);
    let read = read.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)));
    let options = Options { outputs: [Output::Listing].into(), ..Options::default() };
    let artifacts = problemgen::generate(&read, &options, &mut report).expect("a listing");
    let listing = String::from_utf8(artifacts[0].contents.clone()).expect("text");
    assert!(listing.contains(promised), "{listing}");
    assert_eq!((report.errors(), report.warnings()), (0, 0), "{}", report.render(Paint::Plain));
}
