//! Guides about errors that the program at the top does not show: their members, and changes of what others change.
//!
//! Comes in: the operations that can be shown. Goes out: sections. Deliberately absent: ways out in general, which
//! [`guides`](super) tells.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Frame, Guide, Shown};
use crate::contract::{Method, ParamPlace, RecoveryAction, Shape};
use crate::rust::plan::{FieldPlan, Form, HeaderPlan, OperationPlan, OutputPlan, Ty};
use crate::rust::print::Printer;

impl Printer<'_> {
    /// How members of an error are read, where the program at the top calls an operation whose errors have none: because
    /// those that have some cannot be called on a line.
    pub(super) fn members_of_error(&self, shown: &[Shown<'_>]) -> Option<Guide> {
        if shown.iter().any(|shown| self.told(shown.plan) > 1) {
            return None;
        }
        let operations = self.contract.operations.iter().zip(&self.plan.operations);
        let current = operations.filter(|(operation, _)| !operation.docs.deprecated);
        let (_, plan) =
            current.max_by_key(|(_, plan)| self.told(plan)).filter(|(_, plan)| self.told(plan) > 1)?;
        let (view, report) = self.example_arm(plan);
        let krate = self.krate();
        let operation = plan.name.ident();
        let uses = quote!(use #krate::{Error, operations::{#operation #view}};);
        let piece = quote!(fn report(error: &Error<#operation>) { #report });
        Some(Guide {
            title: "Members of errors",
            says: "The errors that an operation declares can be told apart, each with its members:",
            lines: self.framed(uses, Frame::None, piece),
            module: plan.module,
            features: &[],
        })
    }

    /// A change that is made anew when somebody else was faster.
    pub(super) fn rewriting(&self, shown: &[Shown<'_>]) -> Option<Guide> {
        let overtaken = |shown: &&Shown<'_>| {
            let mut ways = self.codes_with(shown.plan).filter_map(|(code, _)| code.recovery.as_ref());
            ways.any(|way| way.action == RecoveryAction::Reread)
        };
        let (write, read) = shown.iter().filter(overtaken).find_map(|write| {
            let reads = |read: &&Shown<'_>| {
                read.operation.method == Method::Get && read.operation.path == write.operation.path
            };
            Some((write, shown.iter().find(reads)?))
        })?;
        let (make_read, make_write) = (&read.make, &write.make);
        let carried = self.carried(write.plan, read.plan).or_else(|| self.asked(write, read));
        let piece = match (carried, self.tagged(write, read)) {
            (Some(carry), _) => quote! {
                let change = #make_write;
                let changed = client.rewrite(#make_read).send(|current| {
                    let mut change = change.clone();
                    #carry
                    change
                }).await?;
                println!("{changed:?}");
            },
            // A change that asks for no version would overwrite whatever is there.
            (None, Some((tag, make))) => quote! {
                let changed = client.rewrite(#make_read).try_send(|current| {
                    let tag = #tag?;
                    let tag = tag.ok_or("there is no tag to ask for")?;
                    let change = #make;
                    Ok::<_, Box<dyn Error>>(change)
                }).await?;
                println!("{changed:?}");
            },
            (None, None) => quote! {
                let change = #make_write;
                let changed = client.rewrite(#make_read).send(|current| {
                    println!("it is {:?}", current.value);
                    change.clone()
                }).await?;
                println!("{changed:?}");
            },
        };
        let krate = self.krate();
        let named = |name: &str| crate::rust::file::mentions(&piece, name);
        let types = named("types").then(|| quote!(, types));
        let headers = named("headers").then(|| quote!(use #krate::headers;));
        let mut names = [read.plan.name.ident(), write.plan.name.ident()];
        names.sort();
        let std = named("Error").then(|| {
            quote!(
                use std::error::Error;
            )
        });
        let uses = quote!(#std #headers use #krate::{operations::{#(#names),*} #types};);
        // Each stands behind the feature of its tag.
        (read.plan.module == write.plan.module).then(|| Guide {
            title: "Changes",
            says: "What others may change at the same time is read, changed and sent, and all of this again when somebody was faster:",
            lines: self.framed(uses, Frame::Client, piece),
            module: write.plan.module,
            features: &[],
        })
    }

    /// The members that say what somebody else has made of it by now.
    fn versions<'s>(&'s self, write: &'s OperationPlan) -> impl Iterator<Item = &'s str> {
        let ways = self.codes_with(write).filter_map(|(code, _)| code.recovery.as_ref());
        ways.filter(|way| way.action == RecoveryAction::Reread)
            .filter_map(|way| way.field.last().map(String::as_str))
    }

    /// Asks for the version that was read by a parameter that is called after it, as `If-Revision` is.
    fn asked(&self, write: &Shown<'_>, read: &Shown<'_>) -> Option<TokenStream> {
        let OutputPlan::One(output) = &read.plan.output else { return None };
        let known = self.members(output)?;
        self.versions(write.plan).find_map(|version| {
            let params = write.operation.params.iter().zip(&write.plan.params);
            params.filter(|(param, _)| param.place != ParamPlace::Path).find_map(|(param, argument)| {
                let name = param.name.to_ascii_lowercase().replace('-', "_");
                let name = name.strip_prefix("if_").unwrap_or(&name);
                let is_it = version == name || version.ends_with(&format!("_{name}"));
                let (_, from) = known.iter().find(|(known, _)| is_it && *known == name)?;
                let (place, value) = (argument.name.ident(), from.name.ident());
                let value = match &from.ty {
                    Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 => quote!(current.value.#value),
                    Ty::String => quote!(current.value.#value.clone()),
                    _ => return None,
                };
                let value = if argument.required { value } else { quote!(Some(#value)) };
                (argument.ty == from.ty).then(|| quote!(change.#place = #value;))
            })
        })
    }

    /// The entity tag of what was read (RFC 9110, section 13.1.1), and the change that asks for it, by the name of `tag`.
    fn tagged(&self, write: &Shown<'_>, read: &Shown<'_>) -> Option<(TokenStream, TokenStream)> {
        let mut params = write.operation.params.iter().zip(&write.plan.params);
        let (_, argument) = params.find(|(param, argument)| {
            param.place == ParamPlace::Header
                && param.name.eq_ignore_ascii_case("if-match")
                && matches!(argument.ty, Ty::String)
        })?;
        let mut declared = read.operation.successes.iter().flat_map(|success| &success.headers);
        declared.find(|header| header.name.eq_ignore_ascii_case("etag"))?;
        let is_tag = |header: &&HeaderPlan| header.header.eq_ignore_ascii_case("etag");
        let header = self.plan.headers.iter().find(is_tag).filter(|header| header.ty == Ty::String)?;
        let (constant, place) = (header.name.ident(), argument.name.ident());
        let make = match argument.required {
            true => {
                let given = self.sampler(quote!("octets")).short(write.operation, write.plan)?;
                let values = write
                    .plan
                    .arguments()
                    .zip(given)
                    .map(|(own, value)| if own.name == argument.name { quote!(tag) } else { value });
                let name = write.plan.name.ident();
                quote!(#name::new(#(#values),*))
            }
            false => {
                let make = &write.make;
                quote!(#make.#place(tag))
            }
        };
        Some((quote!(current.header(headers::#constant)), make))
    }

    /// Gives the change the version that was read: the member of both of which the error says what it is by now.
    fn carried(&self, write: &OperationPlan, read: &OperationPlan) -> Option<TokenStream> {
        let body = write.body.as_ref().filter(|body| body.argument.required)?;
        let OutputPlan::One(output) = &read.output else { return None };
        let mut versions = self.versions(write);
        let (given, known) = (self.members(&body.argument.ty)?, self.members(output)?);
        versions.find_map(|version| {
            let same = |name: &str| version == name || version.ends_with(&format!("_{name}"));
            let (name, to) = given.iter().find(|(name, _)| same(name))?;
            let (_, from) = known.iter().find(|(known, _)| known == name)?;
            let argument = body.argument.name.ident();
            let (place, value) = (to.name.ident(), from.name.ident());
            let value = match inner(&from.ty) {
                Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 => quote!(current.value.#value),
                Ty::String => quote!(current.value.#value.clone()),
                _ => return None,
            };
            let value = match (&to.ty, &from.ty) {
                (to, from) if to == from => value,
                (Ty::Option(to), from) if **to == *from => quote!(Some(#value)),
                _ => return None,
            };
            Some(quote!(change.#argument.#place = #value;))
        })
    }

    /// The members of a type with their names on the wire, if it is an object.
    fn members(&self, ty: &Ty) -> Option<Vec<(&str, &FieldPlan)>> {
        let Ty::Named(id) = ty else { return None };
        match (&self.plan.types.get(id.0)?.form, &self.contract.types.get(id.0)?.shape) {
            (Form::Struct(plan), Shape::Struct(shape)) => {
                let all = shape.fields.iter().zip(&plan.fields);
                let fields = all.filter(|(_, plan)| plan.constant.is_none());
                Some(fields.map(|(field, plan)| (field.name.as_str(), plan)).collect())
            }
            _ => None,
        }
    }
}

/// The type without the option around it.
fn inner(ty: &Ty) -> &Ty {
    match ty {
        Ty::Option(inner) => inner,
        ty => ty,
    }
}
