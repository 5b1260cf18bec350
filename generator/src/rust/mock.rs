//! The module `mock`, behind the feature of that name: the mock of the API, and what the contract shows as answers.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;

use super::docs::Doc;
use super::file::in_parallel;
use super::instance::{header_text, instance, members};
use super::plan::{AnswerBody, AnswerPlan, ModulePlan, OperationPlan, success_status};
use super::print::{Printer, number};
use crate::artifact::Artifact;
use crate::contract::{Contract, Media, Operation, ProblemFamily, StatusSpec};

/// Prints `src/mock.rs` and a file for each module under it.
pub(super) fn print(printer: &Printer<'_>) -> Vec<Artifact> {
    let modules = printer.by_module(file, |module, operation, plan| printer.played(module, operation, plan));
    let modules =
        in_parallel(&modules, |(module, texts)| printer.file(&file(module), TokenStream::new(), texts));
    std::iter::once(printer.mock()).chain(modules).collect()
}

/// The file of a module.
fn file(module: &ModulePlan) -> String {
    format!("src/mock/{}.rs", module.name.bare())
}

impl Printer<'_> {
    fn mock(&self) -> Artifact {
        let modules = self.modules().map(|(cfg, name)| quote!(#cfg #[rustfmt::skip] mod #name;));
        let family = self.plan.problems.as_ref().and_then(|plan| self.contract.families.get(plan.family.0));
        let examples = family.into_iter().flat_map(problem_examples);
        let mut doc = Doc::new("A mock of the API, for the tests of those who call it. (Feature `mock`.)");
        doc.paragraph(
            "A test says what each operation answers. What an operation does not declare does not compile, and a request that \
             nothing was said about fails the test.",
        );
        let made: Vec<_> =
            family.into_iter().flat_map(|family| made_members(self.contract, family)).collect();
        let made = (!made.is_empty())
            .then(|| quote!(const MEMBERS: &'static [(&'static str, &'static str)] = &[#(#made),*];));
        let (doc, example) = (doc.inner(), self.mock_example());
        self.file_as_is(
            "src/mock.rs",
            quote!(#doc #example),
            quote! {
                #(#modules)*

                #[doc(no_inline)]
                pub use problemgen_runtime::mock::{Coverage, Exercised, MockTransport, On, Recorded, Tally, example};
                #[doc(no_inline)]
                pub use problemgen_runtime::testing::{ManualClock, Scripted, Step};

                /// A mock of the API.
                pub type Mock = problemgen_runtime::mock::Mock<crate::Api>;

                impl problemgen_runtime::mock::PlayedApi for crate::Api {
                    const EXAMPLES: &'static [problemgen_runtime::mock::ProblemExample] = &[#(#examples),*];
                    #made
                }
            },
        )
    }

    /// An example with an operation that declares codes, if there is one.
    fn mock_example(&self) -> Option<TokenStream> {
        let plain = |plan: &&OperationPlan| {
            let view = plan.view.as_ref()?;
            let (_, code) = self.view_codes(view).find(|(_, code)| code.payload.is_none())?;
            Some((plan.name.clone(), view.name.clone(), code.variant.clone(), plan.module))
        };
        let (operation, view, code, module) = self.plan.operations.iter().find_map(|plan| plain(&plan))?;
        let krate = self.layout.root(&self.plan.package);
        let lines = [
            format!("use {krate}::mock::Mock;"),
            format!("use {krate}::operations::{{{operation}, {view} as P}};"),
            String::new(),
            "let mock = Mock::new();".to_owned(),
            format!("mock.on::<{operation}>().fails_with(P::{code}).then_html(502);"),
            "// … let the code under test call `mock.client()` …".to_owned(),
            "println!(\"{}\", mock.coverage());".to_owned(),
            "```".to_owned(),
        ];
        let mut code = Doc::default();
        for line in lines {
            code.line(line);
        }
        let (fence, code) = (self.fence("```", module), code.inner());
        Some(quote!(#![doc = ""] #fence #code))
    }

    fn played(&self, module: &ModulePlan, operation: &Operation, plan: &OperationPlan) -> TokenStream {
        let (place, name) = (module.name.ident(), plan.name.ident());
        let examples = success_examples(self.contract, operation, plan);
        let headers = promised_headers(self.contract, operation);
        let headers = (!headers.is_empty())
            .then(|| quote!(const HEADERS: &'static [rt::mock::HeaderExample] = &[#(#headers),*];));
        quote! {
            impl rt::mock::Played for operations::#place::#name {
                const EXAMPLES: &'static [rt::mock::SuccessExample] = &[#(#examples),*];
                #headers
            }
        }
    }
}

/// The headers that answers have to have, as far as there is a value for them.
fn promised_headers(contract: &Contract, operation: &Operation) -> Vec<TokenStream> {
    let successes = operation.successes.iter().map(|answer| (answer.status, &answer.headers));
    let errors = operation.errors.iter().map(|answer| (answer.status, &answer.headers));
    let all = successes.chain(errors).flat_map(|(status, headers)| {
        headers.iter().filter(|header| header.required).map(move |header| (status, header))
    });
    let mut examples: Vec<TokenStream> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for (status, header) in all {
        let name = header.name.to_ascii_lowercase();
        let Some(text) = header_text(contract, header).filter(|_| known.insert((status, name.clone())))
        else {
            continue;
        };
        let status = match status {
            StatusSpec::Exact(status) => {
                let status = Literal::u16_unsuffixed(status);
                quote!(Exact(#status))
            }
            StatusSpec::Range(digit) => {
                let digit = Literal::u8_unsuffixed(digit);
                quote!(Range(#digit))
            }
            StatusSpec::Default => quote!(Default),
        };
        examples.push(quote!(rt::mock::HeaderExample::new(rt::StatusSpec::#status, #name, #text)));
    }
    examples
}

/// For each code with members of which the document shows no problem, the members, where they can be made.
fn made_members(contract: &Contract, family: &ProblemFamily) -> impl Iterator<Item = TokenStream> {
    let bare = family.codes.iter().filter(|code| code.examples.is_empty() && !code.fields.is_empty());
    bare.filter_map(move |code| {
        let (code, members) = (&code.code, members(contract, &code.fields)?.to_string());
        Some(quote!((#code, #members)))
    })
}

/// The problems that the document shows, by code.
fn problem_examples(family: &ProblemFamily) -> impl Iterator<Item = TokenStream> {
    family.codes.iter().flat_map(|code| {
        code.examples.iter().map(move |example| {
            let status = example.value.get("status").and_then(Value::as_u64).filter(|it| *it < 1000);
            let (status, body) =
                (Literal::u64_unsuffixed(status.unwrap_or_default()), example.value.to_string());
            let code = &code.code;
            quote!(problemgen_runtime::mock::ProblemExample::new(#code, #status, #body))
        })
    })
}

/// Of each success that has a body the first that the document shows, of several that are not all what it says itself the
/// first that is; where it shows none, one that is made of what it shows of members.
fn success_examples(contract: &Contract, operation: &Operation, plan: &OperationPlan) -> Vec<TokenStream> {
    let mut examples = Vec::new();
    for success in &operation.successes {
        let status = success_status(success.status);
        for media in &success.media {
            let is =
                |answer: &&AnswerPlan| (answer.status, &answer.media_type) == (status, &media.media_type);
            let mut answers = plan.successes.iter().enumerate();
            let Some((at, answer)) = answers.find(|(_, answer)| is(answer)) else { continue };
            let fitting = media.examples.iter().find(|example| contract.admits(&media.ty, &example.value));
            let shown = fitting.or(media.examples.first()).map(|example| example.value.clone());
            let at = number(at);
            if let (None, AnswerBody::Bytes(_)) = (&shown, answer.body) {
                examples.push(match sequence(contract, media) {
                    Some(text) => quote!(rt::mock::SuccessExample::new(#at, #text)),
                    None => quote!(rt::mock::SuccessExample::octets(#at)),
                });
                continue;
            }
            let Some(value) = shown.or_else(|| instance(contract, &media.ty)) else { continue };
            let body = match (value, answer.body) {
                (Value::String(text), AnswerBody::Text(_) | AnswerBody::Bytes(_)) => text,
                (value, _) => value.to_string(),
            };
            examples.push(quote!(rt::mock::SuccessExample::new(#at, #body)));
        }
    }
    examples
}

/// A sequence of one item, that is made of what the contract shows of members; `None` for what is none.
fn sequence(contract: &Contract, media: &Media) -> Option<String> {
    let item = instance(contract, media.items.as_ref()?)?;
    let essence = media.media_type.split(';').next().unwrap_or_default().trim();
    Some(match essence {
        "text/event-stream" => match item.get("data") {
            Some(Value::String(data)) => format!("data: {}\n\n", data.replace('\n', "\ndata: ")),
            Some(data) => format!("data: {data}\n\n"),
            None => format!("data: {item}\n\n"),
        },
        "application/json-seq" => format!("\u{1e}{item}\n"),
        other if other.ends_with("+json-seq") => format!("\u{1e}{item}\n"),
        other if other.starts_with("multipart/") => return None,
        _ => format!("{item}\n"),
    })
}
