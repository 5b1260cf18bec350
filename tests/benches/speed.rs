//! How long things take: generating from the repository's own document, whole and stage by stage; reading a problem, beside
//! a struct that serde's derive reads; building a request.
#![allow(missing_docs, reason = "benchmarks")]

use std::hint::black_box;

use divan::Bencher;
use dropthis_api::operations::PublishDrop;
use dropthis_api::rt::{BaseUrl, http};
use dropthis_api::{Bytes, Operation, types};
use problemgen::config::Config;
use problemgen::contract::{Contract, Pointer};
use problemgen::report::{Place, Report};
use problemgen::{Options, Read, bundle, catalogue, docs, downlevel, listing, load, lower, resolve, rust};
use problemgen_tests::spec;
use serde::Deserialize;
use serde::de::DeserializeOwned;

fn main() {
    divan::main();
}

fn read() -> Read {
    problemgen::read(&spec(), &Config::default(), &mut Report::new()).expect("a contract")
}

mod codegen {
    use super::*;

    #[divan::bench]
    fn whole() -> usize {
        let mut report = Report::new();
        let read = problemgen::read(&spec(), &Config::default(), &mut report).expect("a contract");
        problemgen::generate(&read, &Options::default(), &mut report).expect("artifacts").len()
    }

    #[divan::bench]
    fn stage_1_load() {
        black_box(load::load(&spec(), &mut Report::new()).expect("sources"));
    }

    #[divan::bench]
    fn stage_2_bundle(bencher: Bencher<'_, '_>) {
        let sources = || load::load(&spec(), &mut Report::new()).expect("sources");
        bencher.with_inputs(sources).bench_values(|sources| bundle::bundle(sources, &mut Report::new()));
    }

    #[divan::bench]
    fn stage_3_downlevel_and_resolve(bencher: Bencher<'_, '_>) {
        let bundled = || {
            let mut report = Report::new();
            let sources = load::load(&spec(), &mut report).expect("sources");
            bundle::bundle(sources, &mut report).expect("a document")
        };
        bencher.with_inputs(bundled).bench_values(|document| {
            let mut report = Report::new();
            let document = downlevel::downlevel(document, &mut report)?;
            resolve::resolve(document, &mut report)
        });
    }

    #[divan::bench]
    fn stage_4_lower(bencher: Bencher<'_, '_>) {
        let mut report = Report::new();
        let sources = load::load(&spec(), &mut report).expect("sources");
        let document = bundle::bundle(sources, &mut report).expect("a document");
        let document = downlevel::downlevel(document, &mut report).expect("a document");
        let resolved = resolve::resolve(document, &mut report).expect("a document");
        bencher.bench_local(|| lower::lower(&resolved, &Config::default(), &mut Report::new()));
    }

    #[divan::bench]
    fn stage_5_documents(bencher: Bencher<'_, '_>) {
        let contract = read().contract;
        bencher.bench_local(|| documents(&contract));
    }

    fn documents(contract: &Contract) -> usize {
        let rows = docs::rows::rows(contract);
        let texts =
            [docs::markdown::print(&rows), docs::html::print(&rows), catalogue::print(contract, &rows)];
        texts.iter().map(String::len).sum::<usize>() + listing::print(contract).len()
    }

    #[divan::bench]
    fn stage_6_rust(bencher: Bencher<'_, '_>) {
        let read = read();
        let options = rust::Options::default();
        let locate = |at: &Pointer| -> Place { read.sources.place(at, load::Part::Value) };
        bencher.bench_local(|| {
            let plan = rust::plan(&read.contract, &options, &locate, &mut Report::new())?;
            Some(rust::emit(&read.contract, &plan, &options))
        });
    }
}

/// Reading an answer and dropping what became of it. Answers are dropped one by one: a heap that grows and shrinks with
/// each sample would be timed, too.
mod decode {
    use super::*;

    fn response(status: u16, media_type: &'static str, body: &'static str) -> http::Response<Bytes> {
        http::Response::builder()
            .status(status)
            .header("content-type", media_type)
            .body(Bytes::from_static(body.as_bytes()))
            .expect("a response")
    }

    fn generated<O: Operation>(response: http::Response<Bytes>) {
        drop(black_box(O::decode(response)));
    }

    /// The same members by hand, as somebody would write them who knows that this code will come.
    fn serde_by_hand<T: DeserializeOwned>(response: http::Response<Bytes>) {
        let (parts, body) = response.into_parts();
        let problem: Box<T> = Box::new(serde_json::from_slice(&body).expect("a problem"));
        drop(black_box((problem, parts, body)));
    }

    /// The code stands in the body itself.
    mod root {
        use super::*;

        const QUOTA: &str = r#"{"type":"https://dropthis.app/errors#quota_exceeded","title":"Quota exceeded","status":413,
"detail":"Publishing 8 MB would exceed the account's storage of 500 MB.","code":"quota_exceeded","retryable":false,
"suggestion":"Delete drops that you no longer need, or upgrade.","request_id":"req_5n8Qe2TzLw0a","limit":524288000,
"used":519045120,"requested":8388608,"current_plan":"free","upgrade_url":"https://app.dropthis.app/upgrade"}"#;

        fn response() -> http::Response<Bytes> {
            super::response(413, "application/problem+json", QUOTA)
        }

        #[derive(Debug, Deserialize)]
        #[allow(dead_code, reason = "filled to be timed")]
        struct ByHand {
            r#type: String,
            title: String,
            status: i64,
            detail: Option<String>,
            code: String,
            retryable: bool,
            suggestion: Option<String>,
            request_id: Option<String>,
            instance: Option<String>,
            limit: i64,
            used: i64,
            requested: i64,
            current_plan: Option<String>,
            upgrade_url: Option<String>,
        }

        #[divan::bench(sample_count = 500, sample_size = 200)]
        fn generated() {
            super::generated::<PublishDrop>(response());
        }

        #[divan::bench(sample_count = 500, sample_size = 200)]
        fn serde_by_hand() {
            super::serde_by_hand::<ByHand>(response());
        }
    }

    /// The code stands under `error`.
    mod under {
        use super::*;

        const LIMITED: &str = r#"{"error":{"code":"limited","message":"More than 60 requests in a minute.",
"retryable":true,"limit":60},"request_id":"req_5n8Qe2TzLw0a","docs":"https://example.com/errors#limited"}"#;

        fn response() -> http::Response<Bytes> {
            super::response(429, "application/json", LIMITED)
        }

        #[derive(Debug, Deserialize)]
        #[allow(dead_code, reason = "filled to be timed")]
        struct ByHand {
            error: ErrorByHand,
            request_id: String,
            docs: Option<String>,
        }

        #[derive(Debug, Deserialize)]
        #[allow(dead_code, reason = "filled to be timed")]
        struct ErrorByHand {
            code: String,
            message: String,
            retryable: Option<bool>,
            limit: i64,
        }

        #[divan::bench(sample_count = 500, sample_size = 200)]
        fn generated() {
            super::generated::<golden_code_under::operations::ListThings>(response());
        }

        #[divan::bench(sample_count = 500, sample_size = 200)]
        fn serde_by_hand() {
            super::serde_by_hand::<ByHand>(response());
        }
    }

    /// Codes, which are integers, stand in a list.
    mod listed {
        use super::*;

        const REFUSED: &str = r#"{"errors":[{"code":1001,"message":"Another thing has this name.","field":"name"},
{"code":1002,"message":"The shelf is full.","field":"shelf"}],"trace":"5n8Qe2TzLw0a"}"#;

        fn response() -> http::Response<Bytes> {
            super::response(400, "application/json", REFUSED)
        }

        #[derive(Debug, Deserialize)]
        #[allow(dead_code, reason = "filled to be timed")]
        struct ByHand {
            errors: Vec<ErrorByHand>,
            trace: Option<String>,
        }

        #[derive(Debug, Deserialize)]
        #[allow(dead_code, reason = "filled to be timed")]
        struct ErrorByHand {
            code: i64,
            message: String,
            field: Option<String>,
        }

        #[divan::bench(sample_count = 500, sample_size = 200)]
        fn generated() {
            super::generated::<golden_codes_in_a_list::operations::AddThing>(response());
        }

        #[divan::bench(sample_count = 500, sample_size = 200)]
        fn serde_by_hand() {
            super::serde_by_hand::<ByHand>(response());
        }
    }
}

mod request {
    use super::*;

    #[divan::bench(sample_count = 200, sample_size = 500)]
    fn publish_drop(bencher: Bencher<'_, '_>) {
        let base: BaseUrl = "https://api.dropthis.app".parse().expect("a URL");
        let body = types::PublishSourceRequest::new("https://files.example.com/report.pdf");
        let operation = PublishDrop::new(body).idempotency_key("7f0c2a1e-5a41-4d0b-9a55-0c4f8f1f2b6d");
        bencher.bench_local(|| operation.to_request(&base));
    }
}
