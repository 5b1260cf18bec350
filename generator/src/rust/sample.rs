//! Sample values: an expression for any type, so that a call of any operation can be written out.
//!
//! Comes in: a type of the plan. Goes out: Rust source that makes a value of it, for documentation and for programs that
//! measure what a crate costs. Deliberately absent: values that a server would accept.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;
use serde_json::Value;

use super::plan::{ArgumentPlan, BodyPlan, Form, OperationPlan, Plan, StructPlan, Ty, Wire};
use super::print::{has_constructor, has_default, required};
use crate::contract::{Contract, Operation, Shape, TypeId};

/// How deep values are written out; what lies deeper is empty.
const DEPTH: usize = 4;

/// A call of an operation's `new`: `operations::PutItem::new("…", …)`, with paths from the root of the crate. `krate`
/// is the name of the crate as the caller writes it: `shop_api`.
pub fn call(contract: &Contract, plan: &Plan, operation: &OperationPlan, krate: &str) -> String {
    let krate = syn::parse_str::<syn::Ident>(krate)
        .unwrap_or_else(|_| syn::Ident::new("crate_name", proc_macro2::Span::call_site()));
    let sampler = Sampler { contract, plan, root: quote!(#krate::), file: quote!("octets") };
    let name = operation.name.ident();
    let arguments = operation.arguments().map(|argument| match (&argument.ty, &operation.body) {
        (Ty::Body(name), Some(body)) => sampler.choice(name, body, |ty| Some(sampler.value(ty, DEPTH))),
        (ty, _) => Some(sampler.value(ty, DEPTH)),
    });
    let arguments = arguments.map(|value| value.unwrap_or_else(|| sampler.value(&Ty::Json, DEPTH)));
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

/// Text that becomes a value of the type: the example, if it does.
fn parsed<'a>(ty: &Ty, example: Option<&'a Value>) -> &'a str {
    let fits = |text: &str| match ty {
        Ty::Uuid => text.parse::<uuid::Uuid>().is_ok(),
        Ty::Date => text.parse::<jiff::civil::Date>().is_ok(),
        _ => text.parse::<jiff::Timestamp>().is_ok(),
    };
    let shown = example.and_then(Value::as_str).filter(|text| is_short(text) && fits(text));
    shown.unwrap_or(match ty {
        Ty::Uuid => "00000000-0000-4000-8000-000000000000",
        Ty::Date => "2000-01-01",
        _ => "2000-01-01T00:00:00Z",
    })
}

/// Fits on a line of an example.
fn is_short(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 40 && text.chars().all(|c| c.is_ascii_graphic() || c == ' ')
}

/// Writes sample values.
pub(super) struct Sampler<'a> {
    pub(super) contract: &'a Contract,
    pub(super) plan: &'a Plan,
    /// What stands before `types::` and `rt::`: nothing within the crate, else `shop_api::`.
    pub(super) root: TokenStream,
    /// What a file is in a readable value.
    pub(super) file: TokenStream,
}

/// How deep readable values are written out: a body, its members, and the items of these.
const READABLE: usize = 4;

/// The longest readable argument, in characters: what is longer is not read any more.
const LONGEST: usize = 160;

impl Sampler<'_> {
    /// The arguments of an operation, in a function that gives errors on; `None` when one of them cannot be written so that
    /// people read it.
    pub(super) fn short(&self, operation: &Operation, plan: &OperationPlan) -> Option<Vec<TokenStream>> {
        let headers = plan.part_headers.iter().map(|header| &header.param);
        let examples = operation.params.iter().chain(headers).map(|param| param.example.as_ref());
        let fields = plan.fields().zip(examples.chain([None])).filter(|(field, _)| field.required);
        let value = |(field, example): (&ArgumentPlan, Option<&Value>)| match (&field.ty, &plan.body) {
            (Ty::Body(name), Some(body)) => self.choice(name, body, |ty| self.readable(ty, None, READABLE)),
            (ty, _) => self.readable(ty, example, READABLE),
        };
        let short = |value: &TokenStream| value.to_string().chars().count() <= LONGEST;
        fields.map(|field| value(field).filter(short)).collect()
    }

    /// A call of an operation's `new` with this for its body; `None` when another argument cannot be written on a line.
    pub(super) fn with_body(
        &self,
        operation: &Operation,
        plan: &OperationPlan,
        body: &TokenStream,
    ) -> Option<TokenStream> {
        let planned = plan.body.as_ref()?;
        let name = plan.name.ident();
        let values = plan.arguments().map(|argument| {
            let params = operation.params.iter().zip(&plan.params);
            let mut examples = params.filter(|(_, planned)| planned.name == argument.name);
            match argument.name == planned.argument.name {
                true => Some(body.clone()),
                false => self.readable(
                    &argument.ty,
                    examples.next().and_then(|(param, _)| param.example.as_ref()),
                    READABLE,
                ),
            }
        });
        let values: Vec<_> = values.collect::<Option<_>>()?;
        let set = (!planned.argument.required).then(|| {
            let name = planned.argument.name.ident();
            quote!(.#name(#body))
        });
        Some(quote!(#name::new(#(#values),*) #set))
    }

    /// The first of several request bodies, around a value.
    fn choice(
        &self,
        name: &super::RustName,
        body: &BodyPlan,
        value: impl Fn(&Ty) -> Option<TokenStream>,
    ) -> Option<TokenStream> {
        let (root, name, first) = (&self.root, name.ident(), body.choices.first()?);
        let (variant, value) = (first.variant.ident(), value(&first.ty)?);
        let value = if self.converts(&first.ty) { quote!(#value.into()) } else { value };
        Some(quote!(#root operations::#name::#variant(#value)))
    }

    /// A value that people can read, if there is a short one; made of the example, if that is possible.
    pub(super) fn readable(&self, ty: &Ty, example: Option<&Value>, depth: usize) -> Option<TokenStream> {
        match (ty, example) {
            (Ty::String | Ty::Secret, Some(Value::String(text))) if is_short(text) => Some(quote!(#text)),
            (Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64, Some(Value::Number(number)))
                if number.as_u64().is_some() =>
            {
                let number = Token::u64_unsuffixed(number.as_u64()?.min(i32::MAX as u64));
                Some(quote!(#number))
            }
            (Ty::Bool | Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 | Ty::F64 | Ty::String | Ty::Secret, _) => {
                Some(self.value(ty, 1))
            }
            (Ty::Named(id), _) => self.readable_named(*id, depth),
            (Ty::Vec(item), _) if depth > 0 => {
                let mut item_value = self.readable(item, None, depth - 1)?;
                if self.converts(item) {
                    item_value = quote!(#item_value.into());
                }
                Some(quote!(vec![#item_value]))
            }
            (Ty::Option(_), _) => Some(quote!(None)),
            (Ty::Uuid | Ty::Timestamp | Ty::Date, _) => {
                let text = parsed(ty, example);
                Some(quote!(#text.parse()?))
            }
            (Ty::File, _) => Some(self.file.clone()),
            _ => None,
        }
    }

    fn readable_named(&self, id: TypeId, depth: usize) -> Option<TokenStream> {
        let (plan, def) = (self.plan.types.get(id.0)?, self.contract.types.get(id.0)?);
        let (root, name) = (&self.root, plan.name.ident());
        match (&plan.form, &def.shape) {
            (Form::Struct(fields), Shape::Struct(shape)) if has_constructor(fields) && depth > 0 => {
                let all = fields.fields.iter().zip(&shape.fields);
                let given = all.filter(|(field, _)| field.constant.is_none() && field.required);
                let values =
                    given.map(|(field, of)| self.readable(&field.ty, of.example.as_ref(), depth - 1));
                let values: Vec<_> = values.collect::<Option<_>>()?;
                Some(quote!(#root types::#name::new(#(#values),*)))
            }
            (Form::Struct(fields), _) if has_default(fields) => Some(quote!(#root types::#name::default())),
            (Form::Enum(variants), _) => {
                let variant = variants.first()?.ident();
                Some(quote!(#root types::#name::#variant))
            }
            (Form::Alias(ty), _) if depth > 0 => self.readable(ty, None, depth - 1),
            // What the constructor takes is converted: a variant's payload is enough.
            (Form::Union(variants), _) if depth > 0 => {
                let of = |variant: &super::plan::VariantPlan| match &variant.ty {
                    Ty::Named(id) if variant.from => self.readable_named(*id, depth),
                    _ => None,
                };
                variants.iter().find_map(of)
            }
            _ => None,
        }
    }

    /// Is the value taken as anything that becomes it?
    fn converts(&self, ty: &Ty) -> bool {
        super::print::converts(self.plan, ty)
    }

    /// A value of any type.
    pub(super) fn value(&self, ty: &Ty, depth: usize) -> TokenStream {
        let root = &self.root;
        match ty {
            Ty::Bool => quote!(true),
            Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 => quote!(1),
            Ty::F64 => quote!(1.0),
            Ty::String | Ty::Secret => quote!("text"),
            Ty::Base64 | Ty::Base64Url => quote!(b"octets".to_vec()),
            Ty::Mapped(Wire::Itself, _) => quote!(1 as _),
            // Nobody knows what is text of the type; a number most often is.
            Ty::Mapped(Wire::Text | Wire::Number, path) => {
                let path: TokenStream = path.parse().unwrap_or_default();
                quote!("1".parse::<#path>().expect("a value of the type"))
            }
            Ty::Bytes | Ty::Octets | Ty::File => quote!("octets"),
            Ty::Multipart => quote!(#root rt::Multipart::new()),
            Ty::RawBody => quote!(#root rt::RawBody::new("application/octet-stream", "octets")),
            // Only the operation knows what is in it; `choice` is asked first.
            Ty::Body(_) => quote!("body"),
            Ty::Json => quote!("text"),
            Ty::Others => quote!(Default::default()),
            Ty::Vec(_) => quote!(Vec::new()),
            Ty::Map(_) => quote!(::std::collections::BTreeMap::new()),
            Ty::Option(_) => quote!(None),
            Ty::Patch(_) => quote!(#root rt::Patch::Keep),
            Ty::Boxed(inner) => self.value(inner, depth),
            Ty::Timestamp | Ty::Date | Ty::Uuid => quote!(#root rt::Node::empty()),
            Ty::Named(id) => self.named(*id, depth),
        }
    }

    fn named(&self, id: TypeId, depth: usize) -> TokenStream {
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
                Ty::String
                | Ty::Secret
                | Ty::Base64
                | Ty::Base64Url
                | Ty::Bytes
                | Ty::Octets
                | Ty::File
                | Ty::Json
                | Ty::Mapped(Wire::Text | Wire::Number, _) => {
                    quote!(#value.into())
                }
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
