#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::contract::Pointer;
use crate::report::{Paint, Severity};

fn yaml(text: &str) -> (Value, Report) {
    let mut report = Report::new();
    let texts = [("openapi.yaml", "openapi: 3.1.0"), ("part.yaml", text)];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let mut sources = load_texts(texts, &mut report).unwrap();
    let file = sources.open(FileId::ROOT, "", "part.yaml", &mut report);
    (file.map(|file| sources.take(file)).unwrap_or_default(), report)
}

fn first(report: &Report) -> (&'static str, Severity, usize, usize) {
    let diagnostics = report.diagnostics();
    let place = diagnostics[0].place.as_ref().unwrap();
    (diagnostics[0].code.code, diagnostics[0].severity, place.line, place.column)
}

#[test]
fn scalars_follow_the_core_schema_of_yaml_1_2() {
    let (value, report) = yaml(
        "{a: yes, b: on, c: 2024-01-02, d: 0x1F, e: 0o17, f: 012, g: 1e3, h: .5, i: '1', j: !!str 1, k: ~, l: , m: True, \
         n: 9223372036854775808, o: 18446744073709551616, p: 1_000, q: +5, r: -0.0, s: 1.2.3, t: 12:30, u: 1e, v: '.'}",
    );
    assert!(report.is_empty(), "{}", report.render(Paint::Plain));
    assert_eq!(
        value,
        serde_json::json!({
            "a": "yes", "b": "on", "c": "2024-01-02", "d": 31, "e": 15, "f": 12, "g": 1000.0, "h": 0.5, "i": "1",
            "j": "1", "k": null, "l": null, "m": true, "n": 9223372036854775808u64, "o": 18446744073709551616f64,
            "p": "1_000", "q": 5, "r": -0.0, "s": "1.2.3", "t": "12:30", "u": "1e", "v": "."
        })
    );
}

#[test]
fn keys_stay_as_written() {
    let (value, _) = yaml("200: a\non: b\n1.0: c\n~: d\ntrue: e\n");
    assert_eq!(value, serde_json::json!({"200": "a", "on": "b", "1.0": "c", "~": "d", "true": "e"}));
}

#[test]
fn merges_and_aliases() {
    let (value, report) = yaml(
        "base: &b {x: 1, y: 2}\none:\n  <<: *b\n  x: 3\ntwo:\n  <<: [{y: 9}, *b]\nkey: &k name\n*k : 4\n'<<': lit\n",
    );
    assert!(report.is_empty(), "{}", report.render(Paint::Plain));
    assert_eq!(value["one"], serde_json::json!({"x": 3, "y": 2}));
    assert_eq!(value["two"], serde_json::json!({"y": 9, "x": 1}));
    assert_eq!(value["name"], 4);
    assert_eq!(value["<<"], "lit");
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let previous = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![previous; 10].join(", "));
    }
    let (_, report) = yaml(&text);
    assert_eq!(first(&report).0, "L006");
}

#[test]
fn depth_is_bounded() {
    let (_, report) = yaml(&("[".repeat(10_000) + &"]".repeat(10_000)));
    assert_eq!(report.errors(), 1);
    let (_, report) = yaml(&(0..2_000).map(|n| " ".repeat(n) + "a:\n").collect::<String>());
    assert_eq!(report.errors(), 1);
    let mut report = Report::new();
    let deep = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    assert!(load_text("a.json", deep, &mut report).is_none());
}

#[test]
fn what_json_cannot_say_is_refused() {
    for text in ["a: .nan", "a: -.inf", "? [x]\n: y", "? {x: y}\n: z"] {
        let (_, report) = yaml(text);
        assert_eq!(first(&report).0, "L005", "{text}");
    }
}

#[test]
fn a_second_document_is_refused() {
    let (_, report) = yaml("a: 1\n---\nb: 2\n");
    assert_eq!(first(&report), ("L002", Severity::Error, 2, 1));
    let (_, report) = yaml("");
    assert_eq!(report.errors(), 1);
}

#[test]
fn repeated_keys_are_refused_with_both_places() {
    let mut report = Report::new();
    let text = "openapi: 3.0.0\r\npaths:\r\n  /a: {}\r\n  /b: {}\r\n  /a: {x: 1}\r\n";
    assert!(load_text("openapi.yaml", text, &mut report).is_none());
    insta::assert_snapshot!(report.render(Paint::Plain), @r"
    error[L003]: `/a` is given twice
     --> openapi.yaml:5:3
      |
    5 |   /a: {x: 1}
      |   ^^
     ::: openapi.yaml:3:3
      |
    3 |   /a: {}
      |   -- it stands here first
      |
      = note: at #/paths/~1a
      = help: leave one out, or give it another name
    ");
    let mut report = Report::new();
    let text = "\u{feff}{\"openapi\": \"3.0.0\",\n \"paths\": {\"\\u002fa\": 1, \"/a\": 1, \"/a\": 2}}";
    assert!(load_text("openapi.json", text, &mut report).is_none());
    let found: Vec<_> =
        report.diagnostics().iter().map(|d| (d.severity, d.place.as_ref().unwrap().column)).collect();
    assert_eq!(found, [(Severity::Warning, 26), (Severity::Error, 35)]);
}

#[test]
fn syntax_errors_have_places() {
    let mut report = Report::new();
    assert!(load_text("a.json", "{\n  \"openapi\": \"3.0.0\",\n  \"x\": tru\n}", &mut report).is_none());
    assert_eq!(first(&report).2, 3);
    let mut report = Report::new();
    assert!(load_text("a.yaml", "openapi: 3.0.0\nx: [1, 2\ny: 3\n", &mut report).is_none());
    assert_eq!(first(&report).0, "L002");
    let mut report = Report::new();
    assert!(load_text("a.json", "{\"openapi\": \"3.0.0\"} trailing", &mut report).is_none());
    assert_eq!((first(&report).0, first(&report).2), ("L002", 1));
}

#[test]
fn json_is_recognised_by_content() {
    let mut report = Report::new();
    let text = "\n{ \"openapi\": \"3.1.0\", \"x\": 18446744073709551616, \"t\":\t1 }";
    let sources = load_text("openapi.yaml", text, &mut report).unwrap();
    assert_eq!(sources.files[0].format, Format::Json);
    assert_eq!(sources.value(FileId::ROOT)["x"], 18446744073709551616f64);
}

#[test]
fn versions() {
    let version = |text: &str| {
        let mut report = Report::new();
        let sources = load_text("openapi.yaml", text, &mut report);
        sources.map(|sources| sources.version()).ok_or_else(|| report.diagnostics()[0].message.clone())
    };
    assert_eq!(version("openapi: 3.0.3"), Ok(Version::V3_0));
    assert_eq!(version("openapi: 3.1"), Ok(Version::V3_1));
    assert_eq!(version("openapi: '3.2.0'"), Ok(Version::V3_2));
    assert_eq!(version("openapi: 4.0.0"), Err("OpenAPI `4.0.0` is not supported".into()));
    assert_eq!(version("swagger: '2.0'"), Err("Swagger 2.0 is not supported".into()));
    assert_eq!(version("openapi: {}"), Err("`openapi` is not a version".into()));
    assert_eq!(version("a: 1"), Err("this is not an OpenAPI document: it has no `openapi`".into()));
    assert_eq!(version("hello"), Err("this is not an OpenAPI document: it has no `openapi`".into()));
}

#[test]
fn places_in_yaml_and_json_agree_on_what_they_show() {
    let mut report = Report::new();
    let yaml = "openapi: 3.1.0\n# c\npaths:\n  /ä/b: &a\n    get: [x, {k: 'v'}]\n  /c: *a\n  /d:\n    <<: *a\n    n: 1\n";
    let yaml = load_text("openapi.yaml", yaml, &mut report).unwrap();
    let json = "{\"openapi\": \"3.1.0\",\n \"paths\": {\"/ä/b\": {\"get\": [\"x\", {\"k\": \"v\"}]}}}";
    let json = load_text("openapi.json", json, &mut report).unwrap();
    let shown = |sources: &Sources, pointer: &str, part: Part| {
        let place = sources.place(&Pointer(pointer.into()), part);
        (place.line, place.column, place.text[place.underline.0..place.underline.1].to_owned())
    };
    assert_eq!(shown(&yaml, "/paths/~1ä~1b/get/1/k", Part::Value), (5, 18, "'v'".into()));
    assert_eq!(shown(&yaml, "/paths/~1ä~1b/get/1/k", Part::Key), (5, 15, "k".into()));
    assert_eq!(shown(&yaml, "/paths/~1c/get/0", Part::Value), (5, 11, "x".into()));
    assert_eq!(shown(&yaml, "/paths/~1d/get/0", Part::Value), (5, 11, "x".into()));
    assert_eq!(shown(&yaml, "/paths/~1ä~1b/post/parameters", Part::Value), (4, 3, "/ä/b".into()));
    assert_eq!(shown(&yaml, "/nowhere", Part::Value).0, 1);
    assert_eq!(shown(&json, "/paths/~1ä~1b/get/1/k", Part::Value), (2, 40, "\"v\"".into()));
    assert_eq!(shown(&json, "/paths/~1ä~1b/get", Part::Value), (2, 21, "\"get\"".into()));
}

#[test]
fn long_lines_are_cut_around_the_column() {
    let mut report = Report::new();
    let text = format!(
        "{{\"openapi\":\"3.0.0\",\"é\":\"{}\",\"here\":12345,\"z\":\"{}\"}}",
        "é".repeat(5000),
        "b".repeat(5000)
    );
    let sources = load_text("openapi.json", text, &mut report).unwrap();
    let place = sources.place(&Pointer("/here".into()), Part::Value);
    assert_eq!(place.column, 5034);
    assert!(place.text.chars().count() < 200, "{}", place.text);
    assert_eq!(&place.text[place.underline.0..place.underline.1], "12345");
}

#[test]
fn references_to_files() {
    let mut report = Report::new();
    let texts =
        [("openapi.yaml", "openapi: 3.1.0"), ("a b/c.yaml", "c: 1"), ("d.yaml", "d: 1"), ("bad.yaml", "[")];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let mut sources = load_texts(texts, &mut report).unwrap();
    let c = sources.open(FileId::ROOT, "", "./a%20b/c.yaml", &mut report).unwrap();
    let d = sources.open(c, "", "../d.yaml", &mut report).unwrap();
    assert_eq!(sources.open(FileId::ROOT, "", "a b/../d.yaml", &mut report), Some(d));
    assert_eq!(sources.names().collect::<Vec<_>>(), ["openapi.yaml", "a b/c.yaml", "d.yaml"]);
    assert!(report.is_empty());
    for (path, code) in [
        ("https://example.com/a.yaml", "L007"),
        ("//example.com/a.yaml", "L007"),
        ("file:///etc/passwd", "L007"),
        ("/etc/passwd", "L007"),
        ("missing.yaml", "L001"),
        ("bad.yaml", "L002"),
    ] {
        let mut report = Report::new();
        assert_eq!(sources.open(FileId::ROOT, "/openapi", path, &mut report), None);
        sources.report_unreadable(&mut report);
        assert_eq!(report.diagnostics()[0].code.code, code, "{path}");
    }
    let mut again = Report::new();
    assert_eq!(sources.open(FileId::ROOT, "/again", "bad.yaml", &mut again), None);
    sources.report_unreadable(&mut again);
    assert!(again.is_empty(), "{again:?}");
}

#[test]
fn what_is_wrong_with_a_file_is_said_once() {
    let root = "a: {$ref: gone.yaml}\nb: {$ref: './gone.yaml'}\nc: {$ref: gone.yaml}\nd: {$ref: bad.yaml}";
    let texts = [("openapi.yaml", format!("openapi: 3.1.0\n{root}")), ("bad.yaml", "[".to_owned())];
    let mut report = Report::new();
    let mut sources = load_texts(texts.map(|(name, text)| (name.to_owned(), text)), &mut report).unwrap();
    // What only looks like a reference takes nothing from those that are.
    assert_eq!(sources.open_quietly(FileId::ROOT, "bad.yaml"), None);
    assert_eq!(sources.open_quietly(FileId::ROOT, "gone.yaml"), None);
    for (pointer, path) in [
        ("/a/$ref", "gone.yaml"),
        ("/b/$ref", "./gone.yaml"),
        ("/b/$ref", "./gone.yaml"),
        ("/c/$ref", "gone.yaml"),
        ("/d/$ref", "bad.yaml"),
        ("/d/$ref", "bad.yaml"),
    ] {
        assert_eq!(sources.open(FileId::ROOT, pointer, path, &mut report), None);
    }
    sources.report_unreadable(&mut report);
    let said = report.diagnostics().into_iter().map(|diagnostic| {
        let line = |place: &crate::report::Place| format!("{}:{}", place.file, place.line);
        let at = diagnostic.place.as_ref().map(line).unwrap_or_default();
        let labels = diagnostic.labels.iter();
        let labels: String =
            labels.map(|label| format!(" ({}: {})", line(&label.place), label.text)).collect();
        format!("{} {at}{labels}", diagnostic.code.code)
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"), @"
    L002 bad.yaml:1
    L001 openapi.yaml:2 (openapi.yaml:3: and 2 more references, from here on)
    ");
}

#[test]
fn utf_16_and_bytes_that_are_no_text() {
    let wide: Vec<u8> = "\u{feff}a: é".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(decode(wide).unwrap(), "a: é");
    assert_eq!(decode(b"\xef\xbb\xbfa".to_vec()).unwrap(), "a");
    assert!(decode(b"a: \xff".to_vec()).is_err());
    let mut report = Report::new();
    assert!(load(Path::new("/nonexistent/openapi.yaml"), &mut report).is_none());
    assert_eq!(report.errors(), 1);
}

#[test]
fn remote_documents_are_fetched_when_somebody_does_it() {
    let texts = vec![("openapi.yaml".to_owned(), "openapi: 3.1.0".to_owned())];
    let fetch = Fetch::new(|url| match url {
        "https://a.example/x/part.yaml" => Ok(b"\xef\xbb\xbfa: 1".to_vec()),
        "https://a.example/y.yaml?z" => Ok(b"b: 2".to_vec()),
        "https://a.example/bad.yaml" => Ok(b"[".to_vec()),
        _ => Err("there is no such document".to_owned()),
    });
    let input = Input { root: Root::Texts(texts), fetch: Some(fetch), ..Input::default() };
    let mut report = Report::new();
    let mut sources = load_input(&input, &mut report).unwrap();
    let mut open = |from, path: &str| sources.open(from, "/openapi", path, &mut report);
    let part = open(FileId::ROOT, "https://a.example/x/part.yaml").unwrap();
    let other = open(part, "../y.yaml?z").unwrap();
    assert_eq!(open(other, "/x/part.yaml"), Some(part), "the same document is fetched once");
    assert!(open(part, "file:///etc/passwd").is_none() && open(FileId::ROOT, "/etc/passwd").is_none());
    assert!(open(part, "gone.yaml").is_none() && open(part, "/bad.yaml").is_none());
    assert_eq!(sources.value(other)["b"], 2);
    sources.report_unreadable(&mut report);
    let mut said: Vec<_> = report.diagnostics().iter().map(|it| it.code.code).collect();
    said.sort_unstable();
    assert_eq!(said, ["L001", "L002", "L007", "L007"]);
}
