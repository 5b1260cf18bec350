//! Sample values: an expression for any type, so that a call of any operation can be written out.
//!
//! Comes in: a type of the plan. Goes out: Rust source that makes a value of it, for documentation and for programs that
//! measure what a crate costs. Deliberately absent: values that a server would accept.

use proc_macro2::TokenStream;
use quote::quote;

use super::plan::{Form, OperationPlan, Plan, StructPlan, Ty};
use super::print::{has_constructor, has_default, required};
use crate::contract::{Contract, Shape};

/// How deep values are written out; what lies deeper is empty.
const DEPTH: usize = 4;

/// A call of an operation's `new`: `operations::PutItem::new("…", …)`, with paths from the root of the crate. `krate`
/// is the name of the crate as the caller writes it: `shop_api`.
pub fn call(contract: &Contract, plan: &Plan, operation: &OperationPlan, krate: &str) -> String {
    let krate = syn::parse_str::<syn::Ident>(krate)
        .unwrap_or_else(|_| syn::Ident::new("crate_name", proc_macro2::Span::call_site()));
    let sampler = Sampler { contract, plan, root: quote!(#krate::) };
    let name = operation.name.ident();
    let arguments = operation.arguments().map(|argument| sampler.value(&argument.ty, DEPTH));
    pretty(&quote!(#krate::operations::#name::new(#(#arguments),*)))
}

/// Tokens of an expression as text.
fn pretty(tokens: &TokenStream) -> String {
    let wrapped = quote!(const _: () = #tokens;);
    match syn::parse2::<syn::File>(wrapped) {
        Ok(file) => {
            let text = prettyplease::unparse(&file);
            let text = text.trim_end().strip_suffix(';').unwrap_or(&text);
            text.strip_prefix("const _: () = ").unwrap_or(text).to_owned()
        }
        Err(_) => tokens.to_string(),
    }
}

/// Writes sample values.
pub(super) struct Sampler<'a> {
    pub(super) contract: &'a Contract,
    pub(super) plan: &'a Plan,
    /// What stands before `types::` and `rt::`: nothing within the crate, else `shop_api::`.
    pub(super) root: TokenStream,
}

impl Sampler<'_> {
    /// The arguments of an operation; `None` when one of them cannot be written on a line that people read.
    pub(super) fn short(&self, operation: &OperationPlan) -> Option<Vec<TokenStream>> {
        operation.arguments().map(|argument| self.readable(&argument.ty, 2)).collect()
    }

    /// A value that people can read, if there is a short one.
    fn readable(&self, ty: &Ty, depth: usize) -> Option<TokenStream> {
        match ty {
            Ty::Bool
            | Ty::I32
            | Ty::I64
            | Ty::U32
            | Ty::U64
            | Ty::F32
            | Ty::F64
            | Ty::String
            | Ty::Secret => Some(self.value(ty, 1)),
            Ty::Named(id) => match &self.plan.types.get(id.0)?.form {
                Form::Struct(plan) if has_default(plan) => Some(self.value(ty, 1)),
                Form::Struct(plan) if has_constructor(plan) && depth > 0 => {
                    let values = required(plan).map(|field| self.readable(&field.ty, depth - 1));
                    let values: Vec<_> = values.collect::<Option<_>>()?;
                    let (root, name) = (&self.root, self.plan.types.get(id.0)?.name.ident());
                    Some(quote!(#root types::#name::new(#(#values),*)))
                }
                Form::Enum(_) => Some(self.value(ty, 1)),
                Form::Alias(ty) if depth > 0 => self.readable(ty, depth - 1),
                _ => None,
            },
            Ty::Vec(item) if depth > 0 => {
                let item = self.readable(item, depth - 1)?;
                Some(quote!(vec![#item]))
            }
            Ty::Option(_) => Some(quote!(None)),
            _ => None,
        }
    }

    /// A value of any type.
    pub(super) fn value(&self, ty: &Ty, depth: usize) -> TokenStream {
        let root = &self.root;
        match ty {
            Ty::Bool => quote!(true),
            Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 => quote!(1),
            Ty::F32 | Ty::F64 => quote!(1.0),
            Ty::String | Ty::Secret => quote!("text"),
            Ty::Base64 => quote!(b"octets".to_vec()),
            Ty::Bytes => quote!("octets"),
            Ty::Json => quote!("text"),
            Ty::Vec(_) => quote!(Vec::new()),
            Ty::Map(_) => quote!(::std::collections::BTreeMap::new()),
            Ty::Option(_) => quote!(None),
            Ty::Patch(_) => quote!(#root rt::Patch::Keep),
            Ty::Boxed(inner) => self.value(inner, depth),
            Ty::Timestamp | Ty::Date | Ty::Uuid => quote!(#root rt::Node::empty()),
            Ty::Named(id) => self.named(*id, depth),
        }
    }

    fn named(&self, id: crate::contract::TypeId, depth: usize) -> TokenStream {
        let root = &self.root;
        let empty = quote!(#root rt::Node::empty());
        let (Some(plan), Some(def)) = (self.plan.types.get(id.0), self.contract.types.get(id.0)) else {
            return empty;
        };
        let name = plan.name.ident();
        let typed = quote!(<#root types::#name as #root rt::Node>::empty());
        match &plan.form {
            Form::Alias(ty) => self.value(ty, depth),
            Form::Struct(fields) if has_default(fields) => quote!(#root types::#name::default()),
            Form::Struct(fields) if plan.used.in_request && has_constructor(fields) && depth > 0 => {
                let values = required(fields).map(|field| self.value(&field.ty, depth - 1));
                quote!(#root types::#name::new(#(#values),*))
            }
            Form::Struct(fields) if depth > 0 => self.literal(&name, fields, depth),
            Form::Enum(variants) => match (variants.first(), &def.shape) {
                (Some(variant), Shape::Enum(_)) => {
                    let variant = variant.ident();
                    quote!(#root types::#name::#variant)
                }
                _ => typed,
            },
            Form::Struct(_) | Form::Newtype(_) | Form::Union(_) => typed,
        }
    }

    fn literal(&self, name: &proc_macro2::Ident, fields: &StructPlan, depth: usize) -> TokenStream {
        let root = &self.root;
        let values = fields.fields.iter().filter(|field| field.constant.is_none()).map(|field| {
            let name = field.name.ident();
            let value =
                if field.required { self.value(&field.ty, depth - 1) } else { quote!(Default::default()) };
            // In a literal nothing converts.
            let value = match field.ty {
                Ty::String | Ty::Secret | Ty::Base64 | Ty::Bytes | Ty::Json => quote!(#value.into()),
                Ty::Boxed(_) => quote!(Box::new(#value)),
                _ => value,
            };
            quote!(#name: #value)
        });
        let others = fields.additional.iter().map(|(name, _)| {
            let name = name.ident();
            quote!(#name: Default::default())
        });
        quote!(#root types::#name { #(#values,)* #(#others),* })
    }
}
