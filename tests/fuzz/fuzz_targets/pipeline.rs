//! From any bytes to artifacts: nothing panics, what is refused is said, what is generated is Rust.
//!
//! The bytes are a document; behind a NUL byte there may be an overlay, and behind another one a second file, `part.yaml`.
//! Half of the mutations are libFuzzer's own, on bytes; the other half change values in the tree of a document, so that
//! most of them get past the parser.

#![no_main]

mod mutate;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use problemgen::config::Config;
use problemgen::load::{Input, Root};
use problemgen::report::{Paint, Report};
use problemgen::{CATALOGUE, Options, keep_going};

fuzz_target!(|data: &[u8]| run(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    match mutate::mutated(&data[..size], u64::from(seed)) {
        Some(text) if text.len() <= max_size => {
            data[..text.len()].copy_from_slice(text.as_bytes());
            text.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});

fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(3, '\0');
    let mut texts = vec![("openapi.yaml".to_owned(), parts.next().unwrap_or_default().to_owned())];
    let mut input = Input::default();
    if let Some(overlay) = parts.next().filter(|overlay| !overlay.is_empty()) {
        texts.push(("overlay.yaml".to_owned(), overlay.to_owned()));
        input.overlays.push("overlay.yaml".into());
    }
    texts.extend(parts.next().map(|part| ("part.yaml".to_owned(), part.to_owned())));
    input.root = Root::Texts(texts);
    let (config, options) = (Config::default(), Options::default());

    let mut report = Report::new();
    let read = problemgen::read_input(&input, &config, &mut report);
    let done = read.and_then(|read| problemgen::generate(&read, &options, &mut report));
    assert_eq!(done.is_none(), report.errors() > 0, "refused without a word, or in spite of one");
    let _ = report.render(Paint::Plain);
    match done {
        Some(artifacts) => check(&artifacts),
        // What is left of a document that cannot be generated whole.
        None => {
            let mut report = Report::new();
            let done = keep_going::generate(input, &config, &options, &mut report);
            assert_eq!(done.is_none(), report.errors() > 0, "refused without a word, or in spite of one");
            if let Some((_, artifacts)) = done {
                check(&artifacts);
            }
        }
    }
}

/// Is the Rust source Rust, and the catalogue JSON?
fn check(artifacts: &[problemgen::artifact::Artifact]) {
    for artifact in artifacts {
        let text = std::str::from_utf8(&artifact.contents).expect("artifacts are text");
        if artifact.path.ends_with(".rs")
            && let Err(error) = syn::parse_file(text)
        {
            panic!("{}: {error}\n{text}", artifact.path);
        }
        if artifact.path == CATALOGUE {
            serde_json::from_str::<serde_json::Value>(text).expect("the catalogue is JSON");
        }
    }
}
