//! Pages: what turns those of an operation, and hands out their items.

use proc_macro2::TokenStream;
use quote::quote;

use super::plan::{Form, OperationPlan, OutputPlan, Ty};
use super::print::{Printer, Within, number};
use crate::contract::{Media, Operation, PageKey, ParamPlace, Shape, Turn, Type};

/// How many types lead to the items at most; only a cycle of aliases has more.
const DEPTH: usize = 64;

impl Printer<'_> {
    /// What makes the runtime turn the pages of an operation.
    pub(super) fn pages(&self, operation: &Operation, plan: &OperationPlan) -> Option<TokenStream> {
        let pagination = operation.pagination.as_ref()?;
        let OutputPlan::One(page) = &plan.output else { return None };
        let (items, item) = self.listed(quote!(page), page, &pagination.items, DEPTH)?;
        let path = |names: &[String]| quote!(&[#(#names),*]);
        let param = match pagination.turn.key() {
            Some(PageKey::Param(name)) => operation
                .params
                .iter()
                .position(|param| param.place == ParamPlace::Query && param.name == *name),
            _ => None,
        };
        let body = match (pagination.turn.key(), operation.body.as_ref().map(|body| body.media.as_slice())) {
            (Some(PageKey::Member(member)), Some([Media { media_type, .. }])) => {
                let member = path(member);
                Some(quote!(.in_body(#media_type, #member)))
            }
            _ => None,
        };
        let turn = match &pagination.turn {
            Turn::Cursor { next, .. } => {
                let next = path(next);
                quote!(Cursor(#next))
            }
            Turn::Header { header, .. } => {
                let declared = operation.successes.iter().flat_map(|success| &success.headers);
                let number = declared
                    .filter(|declared| declared.name.eq_ignore_ascii_case(header))
                    .any(|declared| matches!(declared.ty, Type::Integer(_) | Type::Number(_)));
                quote!(Header { name: #header, number: #number })
            }
            Turn::Last { member, .. } => {
                let member = path(member);
                quote!(Last(#member))
            }
            Turn::Page { .. } => {
                let first = self.first(operation, param, 1);
                quote!(Page(#first))
            }
            Turn::Offset { .. } => {
                let first = self.first(operation, param, 0);
                quote!(Offset(#first))
            }
            Turn::Link { next } if next.is_empty() => quote!(Link),
            Turn::Link { next } => {
                let next = path(next);
                quote!(Url(#next))
            }
        };
        let param = param.map(|at| {
            let at = number(at);
            quote!(.by(#at))
        });
        let more = (!pagination.more.is_empty()).then(|| {
            let more = path(&pagination.more);
            quote!(.while_told(#more))
        });
        let (name, item, list) = (plan.name.ident(), self.ty(&item, Within::Other), path(&pagination.items));
        Some(quote! {
            impl rt::Paged for #name {
                type Item = #item;
                const PAGES: &'static rt::PageSpec = &rt::PageSpec::new(rt::Turn::#turn, #list)#param #body #more;
                fn items(page: Self::Output) -> Vec<Self::Item> { #items }
            }
        })
    }

    /// The number of the first page, or its offset: the default of the parameter, or what is usual.
    fn first(&self, operation: &Operation, param: Option<usize>, usual: i64) -> proc_macro2::Literal {
        let default = param.and_then(|at| operation.params.get(at)?.default.as_ref()?.as_i64());
        proc_macro2::Literal::i64_unsuffixed(default.unwrap_or(usual))
    }

    /// The items out of an expression of this type, by the names that lead to them; and the type of an item.
    fn listed(&self, from: TokenStream, ty: &Ty, path: &[String], depth: usize) -> Option<(TokenStream, Ty)> {
        let depth = depth.checked_sub(1)?;
        match ty {
            Ty::Vec(item) if path.is_empty() => Some((from, (**item).clone())),
            Ty::Option(inner) => {
                let (inside, item) = self.listed(quote!(value), inner, path, depth)?;
                let items = if inside.to_string() == "value" {
                    quote!(#from.unwrap_or_default())
                } else {
                    quote!(#from.map(|value| #inside).unwrap_or_default())
                };
                Some((items, item))
            }
            Ty::Patch(inner) => {
                let (inside, item) = self.listed(quote!(value), inner, path, depth)?;
                Some((quote!(match #from { rt::Patch::Set(value) => #inside, _ => Vec::new() }), item))
            }
            Ty::Boxed(inner) => self.listed(quote!((*#from)), inner, path, depth),
            Ty::Named(id) => match &self.plan.types.get(id.0)?.form {
                Form::Alias(target) => self.listed(from, target, path, depth),
                Form::Newtype(target) => self.listed(quote!(#from.0), target, path, depth),
                Form::Struct(plan) => {
                    let (name, rest) = path.split_first()?;
                    let Shape::Struct(members) = &self.contract.types.get(id.0)?.shape else { return None };
                    let at = members.fields.iter().position(|field| field.name == *name)?;
                    let field = plan.fields.get(at).filter(|field| field.constant.is_none())?;
                    let name = field.name.ident();
                    self.listed(quote!(#from.#name), &field.ty, rest, depth)
                }
                Form::Enum(_) | Form::Union(_) => None,
            },
            _ => None,
        }
    }
}
