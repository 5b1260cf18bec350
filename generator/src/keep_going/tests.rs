use super::*;
use crate::load::Root;
use crate::report::Paint;

fn run(texts: &[(&str, &str)]) -> (Option<(Read, Vec<Artifact>)>, Report) {
    let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let mut report = Report::new();
    let input = Input { root: Root::Texts(texts), ..Input::default() };
    let done = generate(input, &Config::default(), &Options::default(), &mut report);
    (done, report)
}

fn left_out(texts: &[(&str, &str)]) -> (Vec<String>, Report) {
    let (done, report) = run(texts);
    let (read, _) = done.unwrap_or_else(|| panic!("{}", report.render(Paint::Plain)));
    assert_eq!(report.errors(), 0);
    (read.left_out.into_iter().map(|it| it.what).collect(), report)
}

const GOOD: &str = "
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /good: {get: {responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Good'}}}}}}}
components:
  schemas:
    Good: {type: object, properties: {x: {type: string}}}
";

/// An error of every stage that can refuse something, in one document.
const BAD: &str = "
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /good: {get: {responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Good'}}}}}}}
  /dangling: {get: {responses: {'200': {$ref: '#/components/responses/Nope'}}}}
  /shape: {get: {parameters: none, responses: {}}, put: {responses: {'204': {description: d}}}}
  /type: {get: {responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/List'}}}}}}}
  /check: {get: {responses: {}}, put: {operationId: get check, responses: {}}, post: {operationId: get /check, responses: {}}}
  /missing: {get: {responses: {'200': {$ref: 'no.yaml#/A'}}}, put: {responses: {'200': {$ref: 'no.yaml#/B'}}}}
  /part: {get: {responses: {'200': {$ref: 'part.yaml#/Fine'}}}, put: {responses: {'200': {$ref: 'part.yaml#/Broken'}}}}
components:
  schemas:
    Good: {type: object, properties: {x: {type: string}}}
    List: {type: array, items: {$ref: '#/components/schemas/Odd'}}
    Odd: {allOf: [{$ref: '#/components/schemas/Odder'}]}
    Odder: {allOf: [{$ref: '#/components/schemas/Odd'}]}
";

const PART: &str = "Fine: {description: d}\nBroken: {content: [d]}\n";

#[test]
fn what_has_errors_is_left_out_and_the_rest_is_generated() {
    let (left_out, report) = left_out(&[("a.yaml", BAD), ("part.yaml", PART)]);
    let expected = [
        "GET /dangling",
        "GET /shape",
        "GET /type",
        "POST /check",
        "GET /missing",
        "PUT /missing",
        "PUT /part",
        "the response Broken",
        "the schema List",
        "the schema Odd",
        "the schema Odder",
    ];
    assert_eq!(left_out, expected, "{}", report.render(Paint::Plain));
    let text = report.render(Paint::Plain);
    for words in [
        "left out for that: GET /type, the schema List, the schema Odd and 1 more",
        "warning[B001]",
        "warning[C004]",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
}

#[test]
fn a_document_without_errors_is_what_it_is_without_the_flag() {
    let (done, report) = run(&[("a.yaml", GOOD)]);
    assert!(report.is_empty(), "{}", report.render(Paint::Plain));
    let input = Input { root: Root::Texts(vec![("a.yaml".to_owned(), GOOD.to_owned())]), ..Input::default() };
    let read = crate::read_input(&input, &Config::default(), &mut Report::new());
    let plain = read.and_then(|read| crate::generate(&read, &Options::default(), &mut Report::new()));
    assert!(done.map(|(_, artifacts)| artifacts) == plain && plain.is_some());
}

#[test]
fn what_is_left_out_changes_nothing_else() {
    let bad = GOOD.replace("paths:\n", "paths:\n  /bad: {get: {responses: {'200': {$ref: '#/no'}}}}\n");
    let rust = |text: &str| {
        let (_, artifacts) = run(&[("a.yaml", text)]).0.expect("generated");
        artifacts.into_iter().filter(|it| it.path.ends_with(".rs")).collect::<Vec<_>>()
    };
    assert!(rust(&bad) == rust(GOOD));
    let (_, artifacts) = run(&[("a.yaml", &bad)]).0.expect("generated");
    let listing = artifacts.iter().find(|it| it.path == "contract.txt").expect("the listing");
    assert!(String::from_utf8_lossy(&listing.contents).ends_with("left out: GET /bad\n"));
}

#[test]
fn what_only_left_out_operations_use_is_not_complained_of() {
    let problem = "content: {application/problem+json: {schema: {$ref: '#/components/schemas/Sold'}}}";
    let text = GOOD.replace(
        "paths:\n",
        &format!("paths:\n  /bad: {{get: {{responses: {{'200': {{$ref: '#/no'}}, '409': {{description: d, {problem}}}}}}}}}\n"),
    ) + "
    Busy: {allOf: [{$ref: '#/components/schemas/Problem'}, {properties: {code: {const: busy}, status: {const: 503}}}]}
    Sold: {allOf: [{$ref: '#/components/schemas/Problem'}, {properties: {code: {const: sold}, status: {const: 409}}}]}
    Problem: {type: object, required: [code, status], properties: {code: {type: string}, status: {type: integer}}}
";
    let text = text.replace(
        "schema: {$ref: '#/components/schemas/Good'}}}}",
        &format!(
            "schema: {{$ref: '#/components/schemas/Good'}}}}}}}}, '503': {{description: d, {}}}",
            problem.replace("Sold", "Busy")
        ),
    );
    // With the operation, nothing is wrong but that no code has an example.
    let mended = text.replace("'200': {$ref: '#/no'}, ", "");
    let codes =
        |report: &Report| -> Vec<&str> { report.diagnostics().iter().map(|it| it.code.code).collect() };
    assert_eq!(codes(&run(&[("a.yaml", &mended)]).1), ["C020"]);
    let (left_out, report) = left_out(&[("a.yaml", &text)]);
    assert_eq!(left_out, ["GET /bad"]);
    assert!(
        !codes(&report).iter().any(|code| ["C019", "C020", "P010"].contains(code)),
        "{}",
        report.render(Paint::Plain)
    );
}

#[test]
fn what_cannot_be_read_at_all_is_an_error() {
    let with = |from: &str, to: &str| GOOD.replace(from, to);
    for text in [
        with("openapi: 3.0.3", "openapi: 4.0.0"),
        with("paths:", "paths: ["),
        with("{title: Shop, version: '1'}", "[]"),
        with("/good:", "/good: {}\n  /good:"),
        with("schemas:\n", "schemas: 1\n  schemas_:\n"),
    ] {
        let (done, report) = run(&[("a.yaml", &text)]);
        assert!(done.is_none() && report.errors() > 0, "{text}{}", report.render(Paint::Plain));
    }
}
