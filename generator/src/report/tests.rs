use super::*;

const ONE: Code = &Explained { code: "T001", title: "one", text: "The first." };
const TWO: Code = &Explained { code: "T002", title: "two", text: "The second." };

fn place(line: usize, text: &str, underline: (usize, usize)) -> Place {
    Place {
        file: "spec/openapi.yaml".into(),
        line,
        column: underline.0 + 1,
        pointer: "/paths/~1a".into(),
        text: text.into(),
        underline,
    }
}

#[test]
fn reads_like_rustc() {
    let diagnostic = Diagnostic::error(ONE, "`nme` is not a member of a parameter")
        .at(place(12, "      nme: id", (6, 9)))
        .label(place(3, "  name: id", (2, 6)), "first defined here")
        .help("write `name`");
    insta::assert_snapshot!(diagnostic.render(Paint::Plain), @r"
    error[T001]: `nme` is not a member of a parameter
      --> spec/openapi.yaml:12:7
       |
    12 |       nme: id
       |       ^^^
      ::: spec/openapi.yaml:3:3
       |
     3 |   name: id
       |   ---- first defined here
       |
       = note: at #/paths/~1a
       = help: write `name`
    ");
    assert_eq!(without_ansi(&diagnostic.render(Paint::Colour)), diagnostic.render(Paint::Plain));
}

#[test]
fn hostile_text_is_made_visible() {
    let diagnostic = Diagnostic::warning(TWO, "bad \u{1b}[31m name\nerror: fake \u{202e}")
        .at(place(1, "\ta: \u{202e}evil\u{7} # \u{1b}[2J", (1, 2)))
        .help("x\u{200b}y");
    insta::assert_snapshot!(diagnostic.render(Paint::Plain), @r"
    warning[T002]: bad \u{1b}[31m name\nerror: fake \u{202e}
     --> spec/openapi.yaml:1:2
      |
    1 |     a: \u{202e}evil\u{7} # \u{1b}[2J
      |     ^
      |
      = note: at #/paths/~1a
      = help: x\u{200b}y
    ");
}

#[test]
fn long_text_of_a_document_is_cut_in_its_middle() {
    let long = format!("first {} last", "very long ".repeat(10_000));
    let mut at = place(1, "a", (0, 1));
    at.pointer = long.clone();
    let text = Diagnostic::error(ONE, long.clone()).at(at).help(long).render(Paint::Plain);
    assert!(text.lines().all(|line| line.chars().count() < 1_000), "{}", text.len());
    assert_eq!((text.matches("first").count(), text.matches("last").count()), (3, 3));
    let exact = "é".repeat(800);
    assert!(Diagnostic::error(ONE, exact.clone()).render(Paint::Plain).contains(&exact));
}

fn without_ansi(text: &str) -> String {
    text.split('\u{1b}')
        .enumerate()
        .map(|(i, s)| if i == 0 { s } else { s.split_once('m').map_or("", |x| x.1) })
        .collect()
}

#[test]
fn colours_only_when_asked() {
    let diagnostic = Diagnostic::error(ONE, "m");
    assert!(diagnostic.render(Paint::Colour).contains('\u{1b}'));
    assert!(!diagnostic.render(Paint::Plain).contains('\u{1b}'));
}

#[test]
fn repeats_are_dropped_and_places_sorted() {
    let mut report = Report::new();
    report.push(Diagnostic::error(ONE, "later").at(place(9, "b", (0, 1))));
    report.push(Diagnostic::warning(TWO, "sooner").at(place(2, "a", (0, 1))));
    report.push(Diagnostic::error(ONE, "later").at(place(9, "b", (0, 1))));
    report.push(Diagnostic::note(ONE, "everywhere"));
    assert_eq!((report.errors(), report.warnings()), (1, 1));
    let order: Vec<_> = report.diagnostics().into_iter().map(|d| d.message.as_str()).collect();
    assert_eq!(order, ["everywhere", "sooner", "later"]);
}

#[test]
fn every_code_is_unique_and_has_its_stages_letter() {
    let mut seen = std::collections::HashSet::new();
    for table in crate::DIAGNOSTICS {
        let letter = table.first().map(|row| &row.code[..1]);
        for row in *table {
            assert!(seen.insert(row.code), "{} is used twice", row.code);
            assert_eq!(Some(&row.code[..1]), letter, "{} stands in another stage's table", row.code);
            assert!(
                !row.title.is_empty() && !row.title.ends_with('.') && row.text.ends_with('.'),
                "{}",
                row.code
            );
        }
    }
    assert_eq!(crate::explain("l001").map(|row| row.code), Some("L001"));
    assert_eq!(crate::explain("L999"), None);
}
