//! A program that calls every operation of a printed crate once, as a package: to measure what the crate costs those who
//! compile it, and to see that every operation can be called.
//!
//! Comes in: contract and plan. Goes out: a manifest and `main.rs`. Deliberately absent: a network; the program brings a
//! transport that answers by itself.

use std::fmt::Write as _;

use super::Plan;
use super::sample;
use crate::artifact::Artifact;
use crate::config::Formats;
use crate::contract::Contract;

/// The package that [`program`] prints.
pub const PACKAGE: &str = "calls-everything";

/// Prints the package. `path` is where it finds the crate: absolute, or relative to its own folder.
///
/// The program ends with 1 if an operation cannot be called with the sample values of its arguments.
pub fn program(contract: &Contract, plan: &Plan, formats: &Formats, path: &str) -> Vec<Artifact> {
    vec![
        Artifact::new("Cargo.toml", manifest(&plan.package, formats, path)),
        Artifact::new("src/main.rs", main(contract, plan)),
    ]
}

fn manifest(package: &str, formats: &Formats, path: &str) -> String {
    // What JSON escapes in a string, TOML reads the same.
    let path = serde_json::Value::from(path);
    format!(
        "[package]\n\
         name = \"{PACKAGE}\"\n\
         version = \"0.0.0\"\n\
         edition = \"2024\"\n\
         publish = false\n\
         \n\
         [dependencies]\n\
         {package} = {{ path = {path} }}\n\
         {others}\
         \n\
         # A workspace of its own, whatever folder it lies in.\n\
         [workspace]\n",
        others = super::package::others(formats),
    )
}

/// Each call is a function of its own, as in a program that somebody would write; one function with all of them would
/// cost more than their sum.
fn main(contract: &Contract, plan: &Plan) -> String {
    let krate = plan.package.replace('-', "_");
    let mut text = FRAME.replace("KRATE", &krate);
    text.push_str("\nconst CALLS: &[(&str, Call)] = &[\n");
    for (n, operation) in contract.operations.iter().enumerate() {
        // As a literal of Rust.
        let id = format!("{:?}", operation.id);
        writeln!(text, "    ({id}, call_{n}),").expect("a string takes everything");
    }
    text.push_str("];\n");
    for (n, operation) in plan.operations.iter().enumerate() {
        // Where it stands, its further lines are two levels in; a line end within a literal is escaped.
        let call = sample::call(contract, plan, operation, &krate).replace('\n', "\n        ");
        text.push_str(&CALL.replace("NUMBER", &n.to_string()).replace("OPERATION", &call));
    }
    text
}

/// What stands around the calls.
const FRAME: &str = r#"//! Calls every operation of the crate once, over a transport that answers without a network.
#![allow(deprecated)]

use std::hint::black_box;
use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

use KRATE::{Bytes, Client, Error, TransportError, http};

type Outcome<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;
type Call = for<'a> fn(&'a Client) -> Outcome<'a>;
type Answer = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;

fn main() -> ExitCode {
    let client = Client::builder("secret").base_url("https://api.example.com").transport(answer).build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut ended = ExitCode::SUCCESS;
    for (operation, call) in CALLS {
        if let Err(error @ Error::Request(_)) = finish(call(&client)) {
            eprintln!("{operation}: {error}");
            ended = ExitCode::FAILURE;
        }
    }
    ended
}

fn answer(_: http::Request<Bytes>) -> Answer {
    Box::pin(async { Ok(http::Response::new(Bytes::new())) })
}

fn finish(mut outcome: Outcome<'_>) -> Result<(), Error> {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(ended) = outcome.as_mut().poll(&mut context) {
            return ended;
        }
    }
}
"#;

/// One call, with all that a caller does with what it gives.
const CALL: &str = "
fn call_NUMBER(client: &Client) -> Outcome<'_> {
    Box::pin(async move {
        let operation = OPERATION;
        match client.send(operation).await {
            Ok(answer) => {
                black_box(answer);
                Ok(())
            }
            Err(error) => {
                black_box(error.kind());
                Err(error.into())
            }
        }
    })
}
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{self, Part};
    use crate::report::Report;

    const SHOP: &str = r#"
openapi: 3.1.0
info: { title: Shop, version: "1" }
paths:
  /items/{id}:
    get:
      operationId: 'get "item"'
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { "204": { description: Gone. } }
    delete:
      operationId: OPERATION
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { "204": { description: Gone. } }
"#;

    fn printed() -> Option<Vec<Artifact>> {
        let mut report = Report::new();
        let document = crate::bundle::bundle(load::load_text("shop.yaml", SHOP, &mut report)?, &mut report)?;
        let document = crate::downlevel::downlevel(document, &mut report)?;
        let resolved = crate::resolve::resolve(document, &mut report)?;
        let contract = crate::lower::lower(&resolved, &crate::config::Config::default(), &mut report)?;
        let locate = |at: &_| resolved.sources.place(at, Part::Value);
        let plan = crate::rust::plan(&contract, &Default::default(), &locate, &mut report)?;
        Some(program(&contract, &plan, &Formats::default(), r#"../a "b" c"#))
    }

    #[test]
    fn calls_every_operation() {
        let artifacts = printed().expect("the document is valid");
        let text = |at: usize| String::from_utf8_lossy(&artifacts[at].contents).into_owned();
        assert!(text(0).contains(r#"shop-api = { path = "../a \"b\" c" }"#), "{}", text(0));
        let main = text(1);
        syn::parse_file(&main).expect("it is Rust");
        let calls = main.lines().filter(|line| line.contains("call_") || line.contains("let operation"));
        insta::assert_snapshot!(calls.collect::<Vec<_>>().join("\n"), @r#"
            ("get \"item\"", call_0),
            ("OPERATION", call_1),
        fn call_0(client: &Client) -> Outcome<'_> {
                let operation = shop_api::operations::GetItem::new("text");
        fn call_1(client: &Client) -> Outcome<'_> {
                let operation = shop_api::operations::Operation::new("text");
        "#);
    }
}
