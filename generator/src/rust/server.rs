//! The module `server`, behind the feature of that name: the views of the operations' errors turned round, so that those who
//! serve the API can send what the contract declares and nothing else.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::Doc;
use super::file::{Text, in_parallel, mentions};
use super::plan::{CodePlan, FailureCase, Fill, ModulePlan, OperationPlan, OutputPlan, Plan, ViewPlan};
use super::print::{Printer, Within, has_default, number};
use crate::artifact::Artifact;
use crate::contract::{ErrorBody, ErrorKind, Operation};

/// Prints `src/server.rs` and a file for each module under it.
pub(super) fn print(printer: &Printer<'_>) -> Vec<Artifact> {
    let modules = printer.by_module(file, |module, operation, plan| {
        let place = module.name.ident();
        printer.served(operation, plan, &quote!(operations::#place))
    });
    let modules = in_parallel(&modules, |(module, texts)| printer.served_module(module, texts));
    std::iter::once(printer.server()).chain(modules).collect()
}

/// The file of a module.
fn file(module: &ModulePlan) -> String {
    format!("src/server/{}.rs", module.name.bare())
}

impl Printer<'_> {
    fn server(&self) -> Artifact {
        let modules = self.modules().map(|(cfg, name)| quote!(#cfg #[rustfmt::skip] mod #name;));
        let operations = self.modules().map(|(cfg, name)| quote!(#cfg #name::OPERATIONS));
        let problem = problem(self);
        let views = self.plan.failures.iter().flat_map(|plan| &plan.views).map(|view| {
            let name = view.name.ident();
            let arms = self.failure_arms(&view.cases, &quote!(crate::failures::Failure));
            turned_round(
                &quote!(problemgen_runtime),
                &quote!(crate::failures::#name),
                &TokenStream::new(),
                &arms,
            )
        });
        let mut doc = Doc::new("Answers of the API, for those who serve it. (Feature `server`.)");
        doc.paragraph(
            "An operation refuses with the variants of the enum that its clients find with `error.kind()`, so that what it does \
             not declare does not compile.",
        );
        self.file_as_is(
            "src/server.rs",
            doc.inner(),
            quote! {
                #(#modules)*

                #[doc(no_inline)]
                pub use problemgen_runtime::server::{Success, WrongStatus};

                /// An error as a server answers it: of one operation (`Refusal<GetThing>`), or one that any may answer with.
                pub type Refusal<O = problemgen_runtime::Any<crate::Api>> = problemgen_runtime::server::Refusal<O>;

                impl problemgen_runtime::server::ServedApi for crate::Api {
                    const OPERATIONS: &'static [&'static [problemgen_runtime::server::Promise]] = &[#(#operations),*];
                    #problem
                }
                impl From<crate::problems::Kind> for Refusal {
                    fn from(kind: crate::problems::Kind) -> Self { Self::of(&kind) }
                }
                #(#views)*
            },
        )
    }

    fn served_module(&self, module: &ModulePlan, operations: &[Text]) -> Artifact {
        let place = module.name.ident();
        let names = self.operations_of(module).map(|(_, plan)| plan.name.ident());
        let promises = quote! {
            pub(super) const OPERATIONS: &[rt::server::Promise] = &[
                #(rt::server::Promise::of::<operations::#place::#names>()),*
            ];
        };
        let path = file(module);
        self.file(&path, TokenStream::new(), std::iter::once(&self.text(&path, promises)).chain(operations))
    }

    fn served(&self, operation: &Operation, plan: &OperationPlan, place: &TokenStream) -> TokenStream {
        let name = plan.name.ident();
        let codes = self.codes_of_answers(operation);
        let view = plan.view.as_ref().filter(|view| view.shared.is_none()).map(|view| {
            let name = view.name.ident();
            let failures = self.failure_arms(&view.cases, &quote!(failures::Failure));
            turned_round(&quote!(rt), &quote!(#place::#name), &self.kind_arms(view), &failures)
        });
        let output = answer(&plan.output, place);
        quote! {
            rt::refuses!(#place::#name: #([#(#codes),*]),*);
            #view
            #output
        }
    }

    /// The codes of each answer, in the order of the table of errors, as places in the family; nothing when none has any.
    fn codes_of_answers(&self, operation: &Operation) -> Vec<Vec<Literal>> {
        let family = self.plan.problems.as_ref().map(|problems| problems.family);
        let codes = |body: &ErrorBody| match &body.kind {
            ErrorKind::Problem { family: of, codes, .. } if Some(*of) == family => {
                codes.iter().map(|code| number(code.0)).collect()
            }
            _ => Vec::new(),
        };
        let mut answers: Vec<Vec<Literal>> = Vec::new();
        for error in &operation.errors {
            answers.extend(error.bodies.is_empty().then(Vec::new));
            answers.extend(error.bodies.iter().map(codes));
        }
        if answers.iter().all(Vec::is_empty) { Vec::new() } else { answers }
    }

    /// From the variants with codes to kinds of problems.
    fn kind_arms(&self, view: &ViewPlan) -> TokenStream {
        let arm = |(_, plan): (_, &CodePlan)| {
            let variant = plan.variant.ident();
            match plan.payload {
                Some(_) => quote! {
                    Self::#variant(members) => problems::Kind::#variant(Clone::clone(members)),
                },
                None => quote!(Self::#variant => problems::Kind::#variant,),
            }
        };
        self.view_codes(view).map(arm).collect()
    }

    /// From the variants without codes to answers and bodies.
    fn failure_arms(&self, cases: &[FailureCase], failure: &TokenStream) -> TokenStream {
        let arm = |case: &FailureCase| {
            let body = self.plan.failures.as_ref()?.bodies.get(case.body)?;
            let (name, body_name) = (case.name.ident(), body.name.ident());
            let at = number(*case.answers.first()?);
            let (held, value) = match self.body_of(case) {
                Some(_) => (Some(quote!((body))), Some(quote!((Clone::clone(body))))),
                None => (None, None),
            };
            Some(quote!(Self::#name #held => (#at, #failure::#body_name #value),))
        };
        cases.iter().filter_map(arm).collect()
    }
}

/// The function of a view that gives the error which it is the view of, and what becomes an answer by it.
fn turned_round(
    rt: &TokenStream,
    view: &TokenStream,
    kinds: &TokenStream,
    failures: &TokenStream,
) -> TokenStream {
    let body = match (kinds.is_empty(), failures.is_empty()) {
        (_, true) => quote! {
            let kind = match self { #kinds Self::Other(_) => return None };
            Some(#rt::server::Refused::problem(kind))
        },
        (true, false) => quote! {
            let (at, body) = match self { #failures Self::Other(_) => return None };
            Some(#rt::server::Refused::Failure(at, body))
        },
        (false, false) => quote! {
            let (at, body) = match self {
                #failures
                coded => {
                    let kind = match coded { #kinds _ => return None };
                    return Some(#rt::server::Refused::problem(kind));
                }
            };
            Some(#rt::server::Refused::Failure(at, body))
        },
    };
    quote! {
        impl #view<'_> {
            pub(crate) fn refused(self) -> Option<#rt::server::Refused<crate::Api>> { #body }
        }
        #rt::refusal_of!(#view);
    }
}

/// What makes a problem of a kind. Members that the contract says nothing of are empty.
fn problem(printer: &Printer<'_>) -> TokenStream {
    let body = match arguments(printer, printer.plan) {
        Some(arguments) => quote!(crate::problems::Problem::new(kind, #(#arguments),*)),
        None => quote! {
            let mut problem: crate::problems::Problem = problemgen_runtime::Node::empty();
            problem.kind = kind;
            problem
        },
    };
    quote! {
        fn problem(kind: crate::problems::Kind) -> crate::problems::Problem { #body }
    }
}

/// What `Problem::new` takes beside the kind; `None` when there is no such function.
fn arguments(printer: &Printer<'_>, plan: &Plan) -> Option<Vec<TokenStream>> {
    let problems = plan.problems.as_ref()?;
    let filled = problems.common.iter().zip(&problems.fills);
    let given =
        filled.filter(|((_, field), fill)| field.constant.is_none() && matches!(fill, Fill::Argument));
    let mut arguments: Vec<TokenStream> = given
        .map(|((_, field), _)| {
            let ty = printer.ty(&field.ty, Within::Other);
            let uses = |name: &str, of: TokenStream| mentions(&ty, name).then_some(of);
            let types = uses(
                "types",
                quote!(
                    use crate::types;
                ),
            );
            let maps = uses(
                "BTreeMap",
                quote!(
                    use std::collections::BTreeMap;
                ),
            );
            quote!({ #types #maps use problemgen_runtime as rt; <#ty as rt::Node>::empty() })
        })
        .collect();
    let envelope = problems.envelope.as_ref().filter(|envelope| !has_default(envelope));
    arguments.extend(envelope.map(|_| quote!(problemgen_runtime::Node::empty())));
    Some(arguments)
}

/// What makes an answer of an output that has several shapes. Every other output is one by itself.
fn answer(output: &OutputPlan, place: &TokenStream) -> Option<TokenStream> {
    let OutputPlan::Cases(name, cases) = output else { return None };
    let name = name.ident();
    let arms = cases.iter().enumerate().map(|(at, case)| {
        let (at, name) = (number(at), case.name.ident());
        if case.ty.is_some() {
            quote!(Self::#name(value) => (#at, Some(value)),)
        } else {
            quote!(Self::#name => (#at, None),)
        }
    });
    Some(quote! {
        impl rt::server::Answer for #place::#name {
            fn answer(&self) -> (usize, Option<&dyn rt::Node>) {
                match self { #(#arms)* }
            }
        }
    })
}
