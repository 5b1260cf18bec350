//! The module `failures`: the bodies of errors without a code, and the views of them that operations share; and of each
//! operation the view of its errors.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::Doc;
use super::operations::{answer, status_text};
use super::plan::{CodePlan, FailureCase, FailuresPlan, OperationPlan, SharedView, Ty, ViewPlan};
use super::print::{Printer, Within, method_path, number};
use super::problems::{code_place, headline};
use crate::artifact::Artifact;
use crate::contract::{ErrorBody, ErrorKind, Method, Operation, ProblemCode, StatusSpec, Type};

/// The file of the module.
const FILE: &str = "src/failures.rs";

/// Prints it; `None` when all errors have codes.
pub(super) fn print(printer: &Printer<'_>) -> Option<Artifact> {
    let plan = printer.plan.failures.as_ref()?;
    let views = plan.views.iter().map(|view| printer.shared_view(view));
    let groups: Vec<_> =
        std::iter::once(printer.bodies(plan)).chain(views).map(|items| printer.text(FILE, items)).collect();
    let doc = Doc::new(
        "What the API answers when it refuses without a code: bodies, told apart by status and media type.",
    );
    Some(printer.file(FILE, doc.inner(), &groups))
}

/// A pattern for some places in ascending order: a range where there are several in a row, as clippy wants it.
fn places(answers: &[usize]) -> TokenStream {
    match answers {
        [first, .., last] if answers.len() > 2 && last - first == answers.len() - 1 => {
            let (first, last) = (number(*first), number(*last));
            quote!(#first..=#last)
        }
        _ => {
            let places = answers.iter().map(|at| number(*at));
            quote!(#(#places)|*)
        }
    }
}

impl Printer<'_> {
    /// The enum of all bodies.
    fn bodies(&self, plan: &FailuresPlan) -> TokenStream {
        let variants = plan.bodies.iter().map(|body| {
            let (name, doc) =
                (body.name.ident(), Doc::new(format!("{}.", self.body_words(body.ty.as_ref()))).outer());
            let ty = body.ty.as_ref().map(|ty| {
                let ty = self.ty(ty, Within::Other);
                quote!((#ty))
            });
            quote!(#doc #name #ty,)
        });
        let cases = plan.bodies.iter().enumerate().map(|(at, body)| {
            let (at, name) = (number(at), body.name.ident());
            let value = body.ty.as_ref().map(|_| quote!((rt::empty())));
            quote!(#at => Self::#name #value,)
        });
        let hands: Vec<_> = plan
            .bodies
            .iter()
            .map(|body| {
                let name = body.name.ident();
                match body.ty {
                    Some(_) => quote!(Self::#name(body) => Some(body),),
                    None => quote!(Self::#name => None,),
                }
            })
            .collect();
        let codes = plan.codes.iter().filter_map(|(at, place)| {
            let (name, object, member) =
                (plan.bodies.get(*at)?.name.ident(), code_place(place), place.member());
            Some(quote!(Self::#name(_) => (#object, #member),))
        });
        let code_at = (!plan.codes.is_empty()).then(|| {
            let codes = codes.collect::<TokenStream>();
            let others = (plan.codes.len() < plan.bodies.len()).then(|| quote!(_ => return None,));
            quote! {
                fn code_at(&self) -> Option<(rt::CodePlace, &'static str)> {
                    Some(match self { #codes #others })
                }
            }
        });
        quote! {
            /// The body of an error without a code. Which operation declares which one under which status is in the view that
            /// its [`Error::kind`](crate::Error::kind) gives.
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum Failure { #(#variants)* }
            impl rt::FailureBody for Failure {
                fn of_case(case: usize) -> Option<Self> {
                    Some(match case { #(#cases)* _ => return None })
                }
                fn node(&self) -> Option<&dyn rt::Node> {
                    match self { #(#hands)* }
                }
                fn node_mut(&mut self) -> Option<&mut dyn rt::Node> {
                    match self { #(#hands)* }
                }
                #code_at
            }
        }
    }

    /// What a body is, for a sentence and for a cell of a table.
    pub(super) fn body_words(&self, ty: Option<&Ty>) -> String {
        match ty {
            None => "No body".to_owned(),
            Some(Ty::Bytes) => "Octets".to_owned(),
            Some(Ty::String) => "Text".to_owned(),
            Some(Ty::Option(inner)) => self.body_words(Some(inner)),
            Some(Ty::Vec(inner)) => format!("A list: {}", self.body_words(Some(inner))),
            Some(Ty::Map(inner)) => format!("A map: {}", self.body_words(Some(inner))),
            Some(Ty::Named(id)) => match self.plan.types.get(id.0) {
                Some(plan) => format!("[`{}`](crate::types::{})", plan.name.bare(), plan.name),
                None => "JSON".to_owned(),
            },
            Some(_) => "JSON".to_owned(),
        }
    }

    /// What stands in an error's body, for a table; `None` when it is only told by its code.
    pub(super) fn uncoded(&self, body: &ErrorBody, operation: &Operation) -> Option<String> {
        let words = match &body.kind {
            ErrorKind::Problem { ty: None, .. } => return None,
            ErrorKind::Json(ty) | ErrorKind::Problem { ty: Some(ty), .. } => self.type_words(ty),
            ErrorKind::Text => "text".to_owned(),
            ErrorKind::Bytes => "octets".to_owned(),
        };
        Some(if operation.method == Method::Head { "no body".to_owned() } else { words })
    }

    fn type_words(&self, ty: &Type) -> String {
        match ty {
            Type::Named(id) => match self.plan.types.get(id.0) {
                Some(plan) => format!("[`{}`](crate::types::{})", plan.name.bare(), plan.name),
                None => "JSON".to_owned(),
            },
            Type::Nullable(inner) => self.type_words(inner),
            Type::Array(inner) => format!("a list of {}", self.type_words(inner)),
            Type::Map(inner) => format!("a map of {}", self.type_words(inner)),
            Type::Binary => "octets".to_owned(),
            _ => "JSON".to_owned(),
        }
    }

    fn shared_view(&self, view: &SharedView) -> TokenStream {
        let name = view.name.ident();
        let variants: Vec<_> = view.cases.iter().map(|case| self.case_variant(case, None)).collect();
        let arms = self.case_arms(&view.cases, &quote!(Self), &quote!(Failure));
        let errors = view.errors.iter().map(answer);
        quote! {
            /// The errors that several operations declare.
            #[derive(Debug, Clone, Copy)]
            #[non_exhaustive]
            pub enum #name<'a> {
                #(#variants)*
                /// A problem that the contract does not declare for the operation.
                Other(rt::Undeclared<'a>),
            }
            impl #name<'_> {
                pub(crate) const ERRORS: &'static [rt::AnswerSpec] = &[#(#errors),*];
            }
            impl<'a> rt::Declared<'a, crate::Api> for #name<'a> {
                fn of_problem(problem: &'a problems::Problem) -> Self {
                    Self::Other(rt::Undeclared::new(problem.kind.code()))
                }
                fn of_failure(at: usize, body: &'a Failure) -> Option<Self> {
                    Some(match (at, body) { #arms _ => return None })
                }
            }
        }
    }

    fn case_variant(&self, case: &FailureCase, operation: Option<&Operation>) -> TokenStream {
        let mut doc = Doc::new(match case.status {
            StatusSpec::Default => "Any other status.".to_owned(),
            status => format!("Status {}.", status_text(status)),
        });
        let said = operation.and_then(|operation| {
            let error = operation.errors.iter().find(|error| error.status == case.status)?;
            error.docs.description.as_ref()
        });
        if let Some(said) = said {
            doc.prose(said);
        }
        let (doc, name) = (doc.outer(), case.name.ident());
        let ty = self.body_of(case).map(|ty| {
            let ty = self.ty(ty, Within::Other);
            quote!((&'a #ty))
        });
        quote!(#doc #name #ty,)
    }

    pub(super) fn body_of(&self, case: &FailureCase) -> Option<&Ty> {
        self.plan.failures.as_ref()?.bodies.get(case.body)?.ty.as_ref()
    }

    /// The arms that choose a case by the place of the answer and its body.
    fn case_arms(&self, cases: &[FailureCase], view: &TokenStream, failure: &TokenStream) -> TokenStream {
        cases
            .iter()
            .filter_map(|case| {
                let body = self.plan.failures.as_ref()?.bodies.get(case.body)?;
                let (name, body_name) = (case.name.ident(), body.name.ident());
                let held = body.ty.as_ref().map(|_| quote!((body)));
                let places = places(&case.answers);
                Some(quote!((#places, #failure::#body_name #held) => #view::#name #held,))
            })
            .collect()
    }

    /// The view of an operation's errors, and how it comes about; nothing where it has none of its own.
    pub(super) fn view(&self, operation: &Operation, plan: &OperationPlan) -> Option<TokenStream> {
        plan.view.as_ref().map(|view| self.view_type(operation, view))
    }

    /// How the view of an operation, if it is its own, comes about.
    fn declared(&self, view: &ViewPlan) -> TokenStream {
        let name = view.name.ident();
        let codes = self.code_arms(view);
        let of_problem = match codes.as_slice() {
            [] => quote!(Self::Other(rt::Undeclared::new(problem.kind.code()))),
            arms => quote! {
                match &problem.kind { #(#arms)* other => Self::Other(rt::Undeclared::new(other.code())), }
            },
        };
        let of_failure = (!view.cases.is_empty()).then(|| {
            let arms = self.case_arms(&view.cases, &quote!(Self), &quote!(failures::Failure));
            quote! {
                fn of_failure(at: usize, body: &'a failures::Failure) -> Option<Self> {
                    Some(match (at, body) { #arms _ => return None })
                }
            }
        });
        quote! {
            impl<'a> rt::Declared<'a, crate::Api> for #name<'a> {
                fn of_problem(problem: &'a problems::Problem) -> Self { #of_problem }
                #of_failure
            }
        }
    }

    /// The table of an operation's errors.
    pub(super) fn error_table(&self, plan: &OperationPlan) -> TokenStream {
        match plan.view.as_ref().and_then(|view| self.shared(view)) {
            Some(shared) => {
                let name = shared.name.ident();
                quote!(failures::#name::ERRORS)
            }
            None => {
                let errors = plan.errors.iter().map(answer);
                quote!(&[#(#errors),*])
            }
        }
    }

    fn shared(&self, view: &ViewPlan) -> Option<&SharedView> {
        self.plan.failures.as_ref()?.views.get(view.shared?)
    }

    fn view_type(&self, operation: &Operation, view: &ViewPlan) -> TokenStream {
        let name = view.name.ident();
        let what = if view.cases.is_empty() && view.shared.is_none() { "problems" } else { "errors" };
        let doc = Doc::new(format!("The {what} that {} declares.", method_path(operation))).outer();
        if let Some(shared) = self.shared(view) {
            let shared = shared.name.ident();
            return quote!(#doc pub type #name<'a> = failures::#shared<'a>;);
        }
        let codes = self.view_codes(view).map(|(code, plan)| {
            let (doc, variant) = (Doc::new(headline(code)).outer(), plan.variant.ident());
            let payload = plan.payload.as_ref().map(|(payload, _)| {
                let payload = payload.ident();
                quote!((&'a problems::#payload))
            });
            quote!(#doc #variant #payload,)
        });
        let cases = view.cases.iter().map(|case| self.case_variant(case, Some(operation)));
        let declared = self.declared(view);
        quote! {
            #doc
            #[derive(Debug, Clone, Copy)]
            #[non_exhaustive]
            pub enum #name<'a> {
                #(#codes)*
                #(#cases)*
                /// A problem that the contract does not declare for this operation.
                Other(rt::Undeclared<'a>),
            }
            #declared
        }
    }

    fn code_arms(&self, view: &ViewPlan) -> Vec<TokenStream> {
        let arm = |(_, plan): (_, &CodePlan)| {
            let variant = plan.variant.ident();
            let members = plan.payload.as_ref().map(|_| quote!((members)));
            quote!(problems::Kind::#variant #members => Self::#variant #members,)
        };
        self.view_codes(view).map(arm).collect()
    }

    pub(super) fn view_codes(&self, view: &ViewPlan) -> impl Iterator<Item = (&ProblemCode, &CodePlan)> {
        let problems = self.plan.problems.as_ref();
        let family = problems.and_then(|plan| self.contract.families.get(plan.family.0));
        view.codes.iter().filter_map(move |id| Some((family?.codes.get(id.0)?, problems?.codes.get(id.0)?)))
    }
}
