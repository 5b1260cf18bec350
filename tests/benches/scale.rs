//! That twice the document takes twice the time: each stage over an API that doubles, and everything over documents that
//! have very many of one thing. Where the cost is linear, the items per second stay what they are from row to row.
#![allow(missing_docs, reason = "benchmarks")]

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use problemgen::bundle::{self, Document};
use problemgen::config::Config;
use problemgen::contract::Pointer;
use problemgen::load::{self, Sources};
use problemgen::report::Report;
use problemgen::resolve::{self, Resolved};
use problemgen::{Options, Read, catalogue, check, docs, downlevel, listing, lower, rust};
use problemgen_tests::grown::{Shape, document};

fn main() {
    divan::main();
}

/// How many operations, schemas and (a quarter of it) codes.
const SIZES: [usize; 4] = [100, 200, 400, 800];

fn sources(text: String) -> Sources {
    load::load_text("openapi.json", text, &mut Report::new()).expect("sources")
}

fn bundled(n: usize) -> Document {
    bundle::bundle(sources(document(Shape::Api, n)), &mut Report::new()).expect("a document")
}

fn downlevelled(n: usize) -> Document {
    downlevel::downlevel(bundled(n), &mut Report::new()).expect("a document")
}

fn resolved(n: usize) -> Resolved {
    resolve::resolve(downlevelled(n), &mut Report::new()).expect("a document")
}

fn read(text: String) -> Read {
    let mut report = Report::new();
    let document = bundle::bundle(sources(text), &mut report).expect("a document");
    let document = downlevel::downlevel(document, &mut report).expect("a document");
    let resolved = resolve::resolve(document, &mut report).expect("a document");
    let contract = lower::lower(&resolved, &Config::default(), &mut report).expect("a contract");
    check::check(&contract, &resolved.sources, &mut report).expect("a contract without contradictions");
    Read {
        contract,
        sources: resolved.sources,
        left_out: Vec::new(),
        formats: Default::default(),
        tag_features: Default::default(),
    }
}

fn everything(text: String) -> usize {
    let read = read(text);
    problemgen::generate(&read, &Options::default(), &mut Report::new()).expect("artifacts").len()
}

mod stages {
    use super::*;

    #[divan::bench(args = SIZES, max_time = 2)]
    fn a_load(bencher: Bencher<'_, '_>, n: usize) {
        let text = || document(Shape::Api, n);
        bencher.counter(ItemsCount::new(n)).with_inputs(text).bench_values(sources);
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn b_bundle(bencher: Bencher<'_, '_>, n: usize) {
        let sources = || sources(document(Shape::Api, n));
        let bundle = |sources| bundle::bundle(sources, &mut Report::new());
        bencher.counter(ItemsCount::new(n)).with_inputs(sources).bench_values(bundle);
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn c_downlevel(bencher: Bencher<'_, '_>, n: usize) {
        let downlevel = |document| downlevel::downlevel(document, &mut Report::new());
        bencher.counter(ItemsCount::new(n)).with_inputs(|| bundled(n)).bench_values(downlevel);
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn d_resolve(bencher: Bencher<'_, '_>, n: usize) {
        let resolve = |document| resolve::resolve(document, &mut Report::new());
        bencher.counter(ItemsCount::new(n)).with_inputs(|| downlevelled(n)).bench_values(resolve);
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn e_lower(bencher: Bencher<'_, '_>, n: usize) {
        let resolved = resolved(n);
        bencher
            .counter(ItemsCount::new(n))
            .bench_local(|| lower::lower(&resolved, &Config::default(), &mut Report::new()));
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn f_check(bencher: Bencher<'_, '_>, n: usize) {
        let read = read(document(Shape::Api, n));
        bencher
            .counter(ItemsCount::new(n))
            .bench_local(|| check::check(&read.contract, &read.sources, &mut Report::new()));
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn g_documents(bencher: Bencher<'_, '_>, n: usize) {
        let contract = read(document(Shape::Api, n)).contract;
        bencher.counter(ItemsCount::new(n)).bench_local(|| {
            let rows = docs::rows::rows(&contract);
            black_box((docs::markdown::print(&rows), docs::html::print(&rows)));
            black_box((catalogue::print(&contract, &rows), listing::print(&contract)));
        });
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn h_plan(bencher: Bencher<'_, '_>, n: usize) {
        let read = read(document(Shape::Api, n));
        let locate = |at: &Pointer| read.sources.place(at, load::Part::Value);
        bencher.counter(ItemsCount::new(n)).bench_local(|| {
            rust::plan(&read.contract, &rust::Options::default(), &locate, &mut Report::new())
        });
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn i_rust(bencher: Bencher<'_, '_>, n: usize) {
        let read = read(document(Shape::Api, n));
        let options = rust::Options::default();
        let locate = |at: &Pointer| read.sources.place(at, load::Part::Value);
        let plan = rust::plan(&read.contract, &options, &locate, &mut Report::new()).expect("a plan");
        bencher.counter(ItemsCount::new(n)).bench_local(|| rust::emit(&read.contract, &plan, &options));
    }

    #[divan::bench(args = SIZES, max_time = 2)]
    fn j_everything(bencher: Bencher<'_, '_>, n: usize) {
        let text = || document(Shape::Api, n);
        bencher.counter(ItemsCount::new(n)).with_inputs(text).bench_values(everything);
    }
}

/// Everything, for documents that have very many of one thing.
mod shapes {
    use super::*;

    fn whole(bencher: Bencher<'_, '_>, shape: Shape, n: usize) {
        let text = || document(shape, n);
        bencher.counter(ItemsCount::new(n)).with_inputs(text).bench_values(everything);
    }

    macro_rules! shapes {
        ($($name:ident: $shape:ident, $most:literal;)*) => {$(
            #[divan::bench(args = [$most / 4, $most / 2, $most], sample_count = 3, sample_size = 1)]
            fn $name(bencher: Bencher<'_, '_>, n: usize) {
                whole(bencher, Shape::$shape, n);
            }
        )*};
    }

    shapes!(
        operations_of_a_tag: Tag, 5000;
        members_of_a_schema: Members, 20_000;
        values_of_an_enum: Values, 50_000;
        branches_of_a_union: Branches, 3000;
        codes: Codes, 5000;
        references_in_a_chain: Chain, 800;
        schemas_in_a_circle: Circle, 5000;
        parameters_of_an_operation: Parameters, 5000;
    );
}
