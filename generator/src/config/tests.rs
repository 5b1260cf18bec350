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
    let text = "[problems]\ncode = 'error.code'\nrequest-id = \"trace\"\n\n[formats]\ndecimal = 'rust_decimal::Decimal'\n[dependencies]\nrust_decimal = '1'\n";
    let config = read(text).expect("a configuration");
    let code = config.problems.code.expect("a code");
    assert_eq!(code.value, CodePlace::Under("error".into(), "code".into()));
    assert_eq!((code.at.line, code.at.column, code.at.text.as_str()), (2, 8, "code = 'error.code'"));
    assert_eq!(config.problems.request_id.expect("a member").value, "trace");
    assert_eq!(config.problems.retryable, None);
    let decimal = &config.formats.types["decimal"];
    assert_eq!((decimal.value.as_str(), decimal.at.line), ("::rust_decimal::Decimal", 6));
}

#[test]
fn the_tags_are_features_or_not() {
    let tags = |value: &str| read(&format!("[features]\ntags = {value}\n")).map(|config| config.tag_features);
    assert_eq!(read("[features]\n").map(|config| config.tag_features), Ok(TagFeatures::Auto));
    assert_eq!(tags("'auto'"), Ok(TagFeatures::Auto));
    assert_eq!(tags("'on'"), Ok(TagFeatures::On));
    assert_eq!(tags("'off'"), Ok(TagFeatures::Off));
    for wrong in ["'maybe'", "true", "''"] {
        assert!(tags(wrong).is_err_and(|said| said.contains("F003")), "{wrong}");
    }
    let said = read("[features]\ntag = 'on'\n").expect_err("no such setting");
    assert!(
        said.contains("the settings of `[features]` are `tags`") || said.contains("`tags` is nearest"),
        "{said}"
    );
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

    error[F003]: there is no setting `problem`
     --> problemgen.toml:1:2
      |
    1 | [problem]
      |  ^^^^^^^
      |
      = help: `problems` is nearest to it; the tables are `problems`, `formats`, `dependencies`, `features`

    error[F002]: invalid literal string, expected `'`
     --> problemgen.toml:2:11
      |
    2 | code = 'a
      |          ^
      |
      = help: write it as TOML 1.1: `key = "value"` under a `[table]`
    "#);
}

#[test]
fn types_begin_at_their_crates() {
    let text = "[formats]\na = 'std :: net::Ipv4Addr'\nb = '::chrono::DateTime<chrono::Utc>'\nc = 'u8'\n\
                [dependencies.chrono]\nversion = '0.4'\nfeatures = ['std']\n[dependencies]\nmy-types = { path = '../a \"b\"' }\n";
    let formats = read(text).expect("a configuration").formats;
    let types: Vec<_> = formats.types.values().map(|set| set.value.as_str()).collect();
    assert_eq!(types, ["::std::net::Ipv4Addr", "::chrono::DateTime<::chrono::Utc>", "u8"]);
    assert_eq!(formats.dependencies["chrono"], r#"{ features = ["std"], version = "0.4" }"#);
    assert_eq!(formats.dependencies["my-types"], r#"{ path = '../a "b"' }"#);
}

#[test]
fn types_that_are_none_are_refused() {
    let wrong = [
        "",
        "Decimal",
        "Vec<u8>",
        "crate::A",
        "self::A",
        "a::B; fn c() {}",
        "&std::net::Ipv4Addr",
        "std::vec::Vec<[u8; 2]>",
        "other::A",
        "std::vec::Vec<other::A>",
        "a::B\n",
    ];
    for path in wrong {
        let said = read(&format!("[formats]\na = {:?}\n", path)).expect_err(path);
        assert!(said.starts_with("error[F005]") || said.starts_with("error[F006]"), "{path}: {said}");
    }
    for dependency in ["a = 1", "a = {}", "a = { version = 1 }", "'a b' = '1'", "'1a' = '1'"] {
        let said = read(&format!("[dependencies]\n{dependency}\n")).expect_err(dependency);
        assert!(said.starts_with("error[F007]"), "{dependency}: {said}");
    }
}
