//! Guides: short pieces of a program, made of the contract itself, for the readme and the root of the documentation.
//!
//! Comes in: the contract and its plan. Goes out: sections, each with a piece that compiles. A section is there only if the
//! contract has what it is about. Deliberately absent: how anything works, which the documentation of the runtime says.

mod errors;

use proc_macro2::TokenStream;
use quote::quote;

use super::Layout;
use super::docs::Doc;
use super::file::{format, mentions};
use super::instance::header_text;
use super::plan::{BodyPlan, CodePlan, OperationPlan, OutputPlan, Ty};
use super::print::{Printer, Within};
use super::sample::Sampler;
use crate::contract::{Operation, ParamPlace, ProblemCode, RecoveryAction};

/// A section.
pub(super) struct Guide {
    title: &'static str,
    says: &'static str,
    /// Lines of code, and whether only the compiler needs each.
    lines: Vec<(String, bool)>,
    /// The place of the module with its operation.
    module: usize,
    /// The features that it needs.
    features: &'static [&'static str],
}

/// What stands around a piece.
enum Frame {
    /// A function that has a client.
    Client,
    /// A function.
    Alone,
    /// Nothing: the piece is a function itself.
    None,
}

/// An operation that can be shown: how a caller makes it, on a line.
struct Shown<'p> {
    operation: &'p Operation,
    plan: &'p OperationPlan,
    make: TokenStream,
}

/// How many ways out are told apart.
const WAYS: usize = 4;

impl Guide {
    /// The section for a readme.
    pub(super) fn readme(&self, doc: &mut Doc) {
        doc.gap().line(format!("## {}", self.title)).gap();
        doc.paragraph(self.says).gap().line("```rust");
        for (line, hidden) in &self.lines {
            if !hidden {
                doc.line(line.clone());
            }
        }
        doc.line("```");
    }

    /// The section for the root of the documentation, where it is compiled unless it stands in somebody's crate.
    pub(super) fn root(&self, printer: &Printer<'_>) -> TokenStream {
        let mut doc = Doc::default();
        doc.line("").line(format!("# {}", self.title)).gap();
        doc.paragraph(self.says).gap();
        let package = matches!(printer.layout, Layout::Package { .. });
        let fence = match package {
            true => printer.fence_of("```no_run", self.module, self.features),
            false => Doc::default().line("```ignore").inner(),
        };
        let mut code = Doc::default();
        for (line, hidden) in &self.lines {
            match hidden {
                false => drop(code.line(line.clone())),
                true if package => drop(code.line(format!("# {line}"))),
                true => {}
            }
        }
        code.line("```");
        let (doc, code) = (doc.inner(), code.inner());
        quote!(#doc #fence #code)
    }
}

impl<'p> Printer<'p> {
    /// The sections.
    pub(super) fn guides(&self) -> Vec<Guide> {
        let shown = self.shown();
        let mut guides: Vec<Option<Guide>> = vec![
            self.members_of_error(&shown),
            self.ways_out(&shown),
            self.rewriting(&shown),
            self.retries(&shown),
            self.listing(&shown),
            self.download(&shown),
            self.upload(),
            self.sequence_guide(&shown),
        ];
        if matches!(self.layout, Layout::Package { .. }) {
            guides.extend([self.mocking(&shown), self.serving()]);
        }
        guides.into_iter().flatten().collect()
    }

    /// Sample values within a guide, in which a file is this.
    pub(super) fn sampler(&self, file: TokenStream) -> Sampler<'_> {
        Sampler { contract: self.contract, plan: self.plan, root: TokenStream::new(), file }
    }

    /// The operations that fit on a line, those that tell more of errors first.
    fn shown(&self) -> Vec<Shown<'p>> {
        let sampler = self.sampler(quote!("octets"));
        let operations = self.contract.operations.iter().zip(&self.plan.operations);
        let mut shown: Vec<Shown<'p>> = operations
            .filter(|(operation, _)| !operation.docs.deprecated)
            .filter_map(|(operation, plan)| {
                let arguments = sampler.short(operation, plan)?;
                let name = plan.name.ident();
                Some(Shown { operation, plan, make: quote!(#name::new(#(#arguments),*)) })
            })
            .collect();
        shown.sort_by_key(|shown| std::cmp::Reverse(self.told(shown.plan)));
        shown
    }

    /// A section whose piece calls an operation. It imports what stands in `std`, and these names of the crate besides.
    fn guide(
        &self,
        (title, says): (&'static str, &'static str),
        plan: &OperationPlan,
        (std, names): (TokenStream, TokenStream),
        piece: TokenStream,
    ) -> Guide {
        let (krate, modules) = (self.krate(), modules(plan, &piece));
        // Braces around one path are what rustfmt takes away.
        let uses = match (names.is_empty(), mentions(&piece, "types")) {
            (false, _) => quote!(#std use #krate::{#names, #modules};),
            (true, true) => quote!(#std use #krate::{#modules};),
            (true, false) => quote!(#std use #krate::#modules;),
        };
        let lines = self.framed(uses, Frame::Client, piece);
        Guide { title, says, lines, module: plan.module, features: &[] }
    }

    /// A piece in lines, with the frame that the compiler needs around it.
    fn framed(&self, uses: TokenStream, frame: Frame, piece: TokenStream) -> Vec<(String, bool)> {
        let shown = |line: &str| (line.to_owned(), false);
        if matches!(frame, Frame::None) {
            return format(quote!(#uses #piece)).lines().map(shown).collect();
        }
        let client = match frame {
            Frame::Client => format!("client: &{}::Client", self.layout.root(&self.plan.package)),
            Frame::Alone | Frame::None => String::new(),
        };
        let mut lines: Vec<(String, bool)> = format(uses).lines().map(shown).collect();
        lines.push(shown(""));
        let result = "Result<(), Box<dyn std::error::Error>>";
        lines.push((format!("async fn run({client}) -> {result} {{"), true));
        let body = format(quote!(async fn run() { #piece }));
        let body = body.lines().filter_map(|line| line.strip_prefix("    "));
        lines.extend(body.map(shown));
        lines.extend([("Ok(())".to_owned(), true), ("}".to_owned(), true)]);
        lines
    }

    fn codes_with<'a>(
        &'a self,
        plan: &'a OperationPlan,
    ) -> impl Iterator<Item = (&'a ProblemCode, &'a CodePlan)> {
        plan.view.iter().flat_map(|view| self.view_codes(view))
    }

    fn ways_out(&self, shown: &[Shown<'_>]) -> Option<Guide> {
        let actions = |shown: &Shown<'_>| {
            let mut actions: Vec<RecoveryAction> = Vec::new();
            for (code, _) in self.codes_with(shown.plan) {
                let action = code.recovery.as_ref().map(|recovery| recovery.action);
                actions.extend(action.filter(|action| !actions.contains(action)));
            }
            actions
        };
        let best = shown.iter().max_by_key(|shown| actions(shown).len())?;
        let arms = actions(best).into_iter().filter_map(arm).take(WAYS);
        let arms: Vec<TokenStream> = arms.collect();
        if arms.is_empty() {
            return None;
        }
        let make = &best.make;
        let piece = quote! {
            let request = #make;
            if let Err(error) = client.send(request).await {
                match error.recovery() {
                    #(#arms)*
                    Some(way) => eprintln!("{way:?}"),
                    None => eprintln!("{error}"),
                }
            }
        };
        let says = "What the contract says of the way out of an error, with the values that the answer holds for it:";
        let words = ("Ways out of errors", says);
        Some(self.guide(words, best.plan, (TokenStream::new(), quote!(Recovery)), piece))
    }

    fn retries(&self, shown: &[Shown<'_>]) -> Option<Guide> {
        let key = |shown: &&Shown<'_>| self.key(shown).is_some();
        let keyed = shown.iter().find(key);
        let best = keyed.or(shown.first())?;
        let make = &best.make;
        let set = self.key(best).map(|name| quote!(.#name("order-4711")));
        let says = match keyed {
            Some(_) => {
                "What failed is tried again where that helps and does no harm. What is not idempotent is repeated only with a key, which \
                 the client makes if you give none; give one that you keep, and not even a program that begins anew acts twice:"
            }
            None => {
                "What failed is tried again where that helps and does no harm. How often and for how long can be said for a client and for a call:"
            }
        };
        let piece = quote! {
            let request = #make #set;
            let answer = client
                .call(request)
                .retry(RetryPolicy::standard().attempts(5))
                .deadline(Duration::from_secs(20))
                .send()
                .await;
            if let Err(error) = answer {
                eprintln!("{error}: {:?}", error.attempts());
            }
        };
        let uses = (
            quote!(
                use std::time::Duration;
            ),
            quote!(RetryPolicy),
        );
        Some(self.guide(("Retries", says), best.plan, uses, piece))
    }

    /// The function that sets the idempotency key of an operation.
    fn key(&self, shown: &Shown<'_>) -> Option<proc_macro2::Ident> {
        let params = shown.operation.params.iter().zip(&shown.plan.params);
        let mut keys = params.filter(|(param, planned)| {
            param.place == ParamPlace::Header
                && param.name.eq_ignore_ascii_case("idempotency-key")
                && !planned.required
                && matches!(planned.ty, Ty::String)
        });
        keys.next().map(|(_, planned)| planned.name.ident())
    }

    fn listing(&self, shown: &[Shown<'_>]) -> Option<Guide> {
        let best = shown.iter().find(|shown| self.pages(shown.operation, shown.plan).is_some())?;
        let make = &best.make;
        let piece = quote! {
            let mut items = client.items(#make);
            while let Some(item) = items.next().await {
                let item = item?;
                println!("{item:?}");
            }
        };
        let says = "What is listed page by page comes item by item; a page is asked for when it is wanted:";
        Some(self.guide(("Pages", says), best.plan, (TokenStream::new(), TokenStream::new()), piece))
    }

    fn download(&self, shown: &[Shown<'_>]) -> Option<Guide> {
        let octets = |shown: &&Shown<'_>| {
            matches!(shown.plan.output, OutputPlan::One(Ty::Bytes)) && shown.plan.sequences.is_empty()
        };
        let best = shown.iter().find(octets)?;
        let make = &best.make;
        let piece = quote! {
            let mut file = File::create("download")?;
            let mut answer = client.call(#make).stream().await?;
            while let Some(piece) = answer.next().await {
                file.write_all(&piece?)?;
            }
        };
        let says = "An answer of any length, piece by piece as it comes:";
        let std = quote!(
            use std::{fs::File, io::Write as _};
        );
        Some(self.guide(("Downloads", says), best.plan, (std, TokenStream::new()), piece))
    }

    /// An operation whose body may be a file as it is.
    fn upload(&self) -> Option<Guide> {
        let operations = self.contract.operations.iter().zip(&self.plan.operations);
        let mut shown =
            operations.filter(|(operation, _)| !operation.docs.deprecated).filter_map(|(operation, plan)| {
                let body = plan.body.as_ref()?;
                let sampler = self.sampler(quote!(File::open("upload.bin")));
                if let Some(file) = file(body) {
                    return Some((plan, sampler.with_body(operation, plan, &file)?));
                }
                // Or one of the parts is a file.
                let (name, arguments) = (plan.name.ident(), sampler.short(operation, plan)?);
                let make = quote!(#name::new(#(#arguments),*));
                mentions(&make, "File").then_some((plan, make))
            });
        let (plan, make) = shown.next()?;
        let piece = quote! {
            let call = client.call(#make);
            let call = call.progress(|so_far| println!("{} of {:?} octets", so_far.sent, so_far.to_send));
            let answer = call.send().await?;
            println!("{answer:?}");
        };
        let names = match (mentions(&piece, "RawBody"), mentions(&piece, "File")) {
            (true, _) => quote!(Body, RawBody),
            (false, true) => quote!(File),
            (false, false) => quote!(Body),
        };
        let says = "A file is read while it is sent, and opened anew for each attempt:";
        Some(self.guide(("Uploads", says), plan, (TokenStream::new(), names), piece))
    }

    fn sequence_guide(&self, shown: &[Shown<'_>]) -> Option<Guide> {
        let first = |shown: &&Shown<'_>| !shown.plan.sequences.is_empty();
        let best = shown.iter().find(first)?;
        let make = &best.make;
        let piece = quote! {
            let mut items = client.call(#make).stall_timeout(None).each().await?;
            while let Some(item) = items.next().await {
                let item = item?;
                println!("{item:?}");
            }
        };
        let says = "What comes bit by bit can be read while it comes, each item as its type:";
        Some(self.guide(("Sequences", says), best.plan, (TokenStream::new(), TokenStream::new()), piece))
    }

    fn mocking(&self, shown: &[Shown<'_>]) -> Option<Guide> {
        // Nobody asks twice for what is final.
        let last = |shown: &Shown<'_>| {
            let mut codes = self.codes_with(shown.plan);
            let found = codes.find(|(code, _)| code.retryable == Some(false) && !code.examples.is_empty());
            found.map(|(code, plan)| (code.code.clone(), plan.variant.ident()))
        };
        let best = shown.iter().find(|shown| last(shown).is_some()).or(shown.first())?;
        let krate = self.krate();
        let (operation, make) = (best.plan.name.ident(), &best.make);
        let (code, asked) = match last(best) {
            Some((code, variant)) => (
                Some(quote!(Code,)),
                quote! {
                    mock.on::<#operation>().fails_with_example(Code::#variant);
                    let request = #make;
                    let error = mock.client().send_blocking(request).expect_err("what the mock was told");
                    assert_eq!(error.code(), Some(#code));
                },
            ),
            None => (
                None,
                quote! {
                    mock.on::<#operation>().then_example();
                    let answer = mock.client().send_blocking(#make)?;
                    println!("{answer:?}");
                },
            ),
        };
        let modules = modules(best.plan, &asked);
        let uses = quote!(use #krate::{#code mock::Mock, #modules};);
        let piece = quote! {
            let mock = Mock::new();
            #asked
            mock.finish();
        };
        Some(Guide {
            title: "Tests",
            says: "With the feature `mock`, the client under test is the real one, and nothing listens on a port:",
            lines: self.framed(uses, Frame::Alone, piece),
            module: best.plan.module,
            features: &["mock"],
        })
    }

    fn serving(&self) -> Option<Guide> {
        let operations = self.plan.operations.iter();
        let candidates: Vec<_> =
            operations.filter_map(|plan| Some((plan, self.plain_refusal(plan)?))).collect();
        // Everybody knows what is not there.
        let missing = candidates.iter().find(|(_, (code, ..))| code.statuses.contains(&404));
        let (plan, (_, code, output)) = missing.or(candidates.first())?;
        let (plan, code) = (*plan, code.variant.ident());
        let headers = self.promised(plan);
        let http = (!headers.is_empty()).then(|| quote!(http::{HeaderName, HeaderValue},));
        let set = headers.iter().map(|(name, value)| {
            quote!(.with_header(HeaderName::from_static(#name), HeaderValue::from_static(#value)))
        });
        let view = plan.view.as_ref()?.name.ident();
        let krate = self.krate();
        let (operation, output) = (plan.name.ident(), self.ty(output, Within::Other));
        let uses = quote! {
            use #krate::{#http operations::{#operation, #view as P}, server::{Refusal, Success}, types};
        };
        let piece = quote! {
            fn answer(found: Option<#output>) -> Result<Success<#operation>, Refusal<#operation>> {
                let found = found.ok_or(P::#code)?;
                Ok(Success::of(found) #(#set)*)
            }
        };
        Some(Guide {
            title: "Servers",
            says: "With the feature `server`, the same types are answers, and an error that the operation does not declare does not compile:",
            lines: self.framed(uses, Frame::None, piece),
            module: plan.module,
            features: &["server"],
        })
    }
}

impl Printer<'_> {
    /// The headers that the success of an operation has to have, with a value each.
    fn promised(&self, plan: &OperationPlan) -> Vec<(String, String)> {
        let operations = self.contract.operations.iter().zip(&self.plan.operations);
        let own = operations.filter(|(_, other)| std::ptr::eq(*other, plan));
        let headers =
            own.flat_map(|(operation, _)| operation.successes.first()).flat_map(|first| &first.headers);
        let headers = headers.filter(|header| header.required);
        let valued = headers.filter_map(|header| {
            Some((header.name.to_ascii_lowercase(), header_text(self.contract, header)?))
        });
        valued.collect()
    }

    /// A code without members that an operation declares which gives one named type, and the type: 404 if there is one.
    fn plain_refusal<'a>(
        &'a self,
        plan: &'a OperationPlan,
    ) -> Option<(&'a ProblemCode, &'a CodePlan, &'a Ty)> {
        let OutputPlan::One(ty @ Ty::Named(_)) = &plan.output else { return None };
        let mut plain: Vec<_> =
            self.codes_with(plan).filter(|(_, planned)| planned.payload.is_none()).collect();
        plain.sort_by_key(|(code, _)| !code.statuses.contains(&404));
        let (code, planned) = plain.first()?;
        Some((code, planned, ty))
    }
}

/// What a piece imports of the modules: the operation, and what else it names.
fn modules(plan: &OperationPlan, piece: &TokenStream) -> TokenStream {
    let operation = plan.name.ident();
    let operations = match mentions(piece, "operations") {
        true => quote!(operations::{self, #operation}),
        false => quote!(operations::#operation),
    };
    let types = mentions(piece, "types").then(|| quote!(, types));
    quote!(#operations #types)
}

/// What a program does about a way out.
fn arm(action: RecoveryAction) -> Option<TokenStream> {
    Some(match action {
        RecoveryAction::Wait => quote!(Some(Recovery::Wait(time)) => eprintln!("again in {time:?}"),),
        RecoveryAction::Reread => quote!(Some(Recovery::Reread(now)) => eprintln!("by now it is {now:?}"),),
        RecoveryAction::Choose => quote!(Some(Recovery::Choose(choices)) => eprintln!("one of {choices:?}"),),
        RecoveryAction::Fix => quote!(Some(Recovery::Fix(what)) => eprintln!("correct {what:?}"),),
        RecoveryAction::Upgrade => quote!(Some(Recovery::Upgrade(page)) => eprintln!("upgrade: {page:?}"),),
        RecoveryAction::Reauthenticate => {
            quote!(Some(Recovery::Reauthenticate) => eprintln!("log in again"),)
        }
        RecoveryAction::StepUp => quote!(Some(Recovery::StepUp) => eprintln!("confirm who you are"),),
        RecoveryAction::Retry | RecoveryAction::GiveUp => return None,
    })
}

/// A body that is a file, if that is all it takes.
fn file(body: &BodyPlan) -> Option<TokenStream> {
    match &body.argument.ty {
        Ty::Octets => Some(quote!(Body::file("upload.bin"))),
        Ty::RawBody => Some(quote!(RawBody::new("application/octet-stream", Body::file("upload.bin")))),
        _ => None,
    }
}
