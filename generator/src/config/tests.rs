use super::*;
use crate::report::Paint;

fn read(text: &str) -> Result<Config, String> {
    let mut report = Report::new();
    parse("problemgen.toml", text, &mut report).ok_or_else(|| report.render(Paint::Plain))
}

#[test]
fn every_key_is_optional() {
    for text in ["", "# nothing\n", "[problems]\n", "[formats]\n[problems]\n"] {
        assert_eq!(read(text), Ok(Config::default()), "{text}");
    }
}

#[test]
fn settings_know_where_they_stand() {
    let text = "[problems]\ncode = 'error.code'\nrequest-id = \"trace\"\n\n[formats]\ndecimal = 'rust_decimal::Decimal'\n";
    let config = read(text).expect("a configuration");
    let code = config.problems.code.expect("a code");
    assert_eq!(code.value, CodePlace::Under("error".into(), "code".into()));
    assert_eq!((code.at.line, code.at.column, code.at.text.as_str()), (2, 8, "code = 'error.code'"));
    assert_eq!(config.problems.request_id.expect("a member").value, "trace");
    assert_eq!(config.problems.retryable, None);
    let decimal = &config.formats["decimal"];
    assert_eq!((decimal.value.as_str(), decimal.at.line), ("rust_decimal::Decimal", 6));
}

#[test]
fn a_code_stands_in_one_of_three_places() {
    let place = |path: &str| WrittenPlace::try_from(path.to_owned()).map(|place| place.0).ok();
    assert_eq!(place("error_code"), Some(CodePlace::Root("error_code".into())));
    assert_eq!(place("fault.id"), Some(CodePlace::Under("fault".into(), "id".into())));
    assert_eq!(place("errors[].code"), Some(CodePlace::Each("errors".into(), "code".into())));
    for wrong in ["", ".", "a.", ".a", "a.b.c", "a[]", "[].a", "a[0].b", "a[].b.c", "a[].b[]"] {
        assert_eq!(place(wrong), None, "{wrong}");
    }
}

#[test]
fn mistakes_are_refused_where_they_stand() {
    let texts = [
        "[problems]\ncode = 1\n",
        "[problems]\ncode = 'a.b.c'\n",
        "[problem]\ncode = 'a'\n",
        "[problems]\r\ncode = 'a\r\n",
    ];
    let said: String = texts.iter().map(|text| read(text).expect_err("refused")).collect();
    insta::assert_snapshot!(said, @r#"
    error[F003]: invalid type: integer `1`, expected a string
     --> problemgen.toml:2:8
      |
    2 | code = 1
      |        ^
      |
      = help: `cargo xtask explain F003` lists the settings

    error[F003]: `a.b.c` is no place of a code: it is written `code`, `error.code` or `errors[].code`
     --> problemgen.toml:2:8
      |
    2 | code = 'a.b.c'
      |        ^^^^^^^
      |
      = help: `cargo xtask explain F003` lists the settings

    error[F003]: unknown field `problem`, expected `problems` or `formats`
     --> problemgen.toml:1:2
      |
    1 | [problem]
      |  ^^^^^^^
      |
      = help: `cargo xtask explain F003` lists the settings

    error[F002]: invalid literal string, expected `'`
     --> problemgen.toml:2:11
      |
    2 | code = 'a
      |          ^
      |
      = help: write it as TOML 1.1: `key = "value"` under a `[table]`
    "#);
}
