//! What the printers share: types as tokens, literals, records.
//!
//! Comes in: parts of the plan. Goes out: tokens. Deliberately absent: what stands in which file.

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::Layout;
use super::docs::{Doc, span};
use super::members;
use super::names::RustName;
use super::plan::{FieldPlan, Form, Plan, StructPlan, Ty, Wire};
use crate::contract::{Contract, Operation, OperationId};

/// The contract, its plan, and the command that prints them again.
pub(super) struct Printer<'a> {
    pub(super) contract: &'a Contract,
    pub(super) plan: &'a Plan,
    pub(super) command: &'a str,
    pub(super) layout: &'a Layout,
}

/// The module that tokens are printed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// `types` itself.
    Types,
    /// Any other module.
    Other,
}

impl<'a> Printer<'a> {
    /// A Rust type.
    pub(super) fn ty(&self, ty: &Ty, within: Within) -> TokenStream {
        let inner = |ty: &Ty| self.ty(ty, within);
        match ty {
            Ty::Bool => quote!(bool),
            Ty::I32 => quote!(i32),
            Ty::I64 => quote!(i64),
            Ty::U32 => quote!(u32),
            Ty::U64 => quote!(u64),
            Ty::F64 => quote!(f64),
            Ty::String => quote!(String),
            Ty::Timestamp => quote!(rt::jiff::Timestamp),
            Ty::Date => quote!(rt::jiff::civil::Date),
            Ty::Uuid => quote!(rt::uuid::Uuid),
            Ty::Secret => quote!(rt::Secret),
            Ty::Base64 => quote!(rt::Base64),
            Ty::Base64Url => quote!(rt::Base64Url),
            Ty::Mapped(wire, path) => {
                // It has been parsed before; what could not be is any value.
                let path: TokenStream = path.parse().unwrap_or_else(|_| quote!(rt::Json));
                match wire {
                    Wire::Text => quote!(rt::TextOf<#path>),
                    Wire::Number => quote!(rt::NumberOf<#path>),
                    Wire::Itself => path,
                }
            }
            Ty::Bytes => quote!(rt::Bytes),
            Ty::File => quote!(rt::File),
            Ty::Multipart => quote!(rt::Multipart),
            Ty::Octets => quote!(rt::Body),
            Ty::RawBody => quote!(rt::RawBody),
            Ty::Body(name) => name.ident().into_token_stream(),
            Ty::Json => quote!(rt::Json),
            Ty::Others => quote!(rt::Others),
            Ty::Named(id) => match (self.plan.types.get(id.0), within) {
                (Some(plan), Within::Types) => plan.name.ident().into_token_stream(),
                (Some(plan), Within::Other) => {
                    let name = plan.name.ident();
                    quote!(types::#name)
                }
                (None, _) => quote!(rt::Json),
            },
            Ty::Vec(item) => {
                let item = inner(item);
                quote!(Vec<#item>)
            }
            Ty::Map(value) => {
                let value = inner(value);
                quote!(BTreeMap<String, #value>)
            }
            Ty::Option(value) => {
                let value = inner(value);
                quote!(Option<#value>)
            }
            Ty::Patch(value) => {
                let value = inner(value);
                quote!(rt::Patch<#value>)
            }
            Ty::Boxed(value) => {
                let value = inner(value);
                quote!(Box<#value>)
            }
        }
    }

    /// The type of an argument and how the field is made of it: text and its like are taken as anything that becomes it.
    pub(super) fn argument(&self, name: &RustName, ty: &Ty, within: Within) -> (TokenStream, TokenStream) {
        let name = name.ident();
        let printed = self.ty(ty, within);
        match ty {
            Ty::Boxed(inner) => {
                let inner = self.ty(inner, within);
                (quote!(#inner), quote!(Box::new(#name)))
            }
            ty if converts(self.plan, ty) => (quote!(impl Into<#printed>), quote!(#name.into())),
            _ => (printed, quote!(#name)),
        }
    }

    /// The attribute of what is there with a module of operations, by its place.
    pub(super) fn with_module(&self, at: usize) -> Option<TokenStream> {
        let name = self.plan.features.as_ref()?.names.get(at)?;
        Some(cfg(std::iter::once(name.as_str())))
    }

    /// The modules of operations: the attribute that each is there with, and its name.
    pub(super) fn modules(&self) -> impl Iterator<Item = (Option<TokenStream>, Ident)> + Clone {
        let modules = self.plan.modules.iter().enumerate();
        modules.map(|(at, module)| (self.with_module(at), module.name.ident()))
    }

    /// The first line of an example in documentation that calls an operation of a module: it is no example to be compiled where
    /// the module is not there.
    pub(super) fn fence(&self, fence: &str, module: usize) -> TokenStream {
        self.fence_of(fence, module, &[])
    }

    /// The same for an example that needs features besides.
    pub(super) fn fence_of(&self, fence: &str, module: usize, features: &[&str]) -> TokenStream {
        let tags = self.plan.features.as_ref();
        let of_tag = tags.and_then(|tags| tags.names.get(module)).map(String::as_str);
        let needed: Vec<&str> = of_tag.into_iter().chain(features.iter().copied()).collect();
        match needed.as_slice() {
            [] => Doc::default().line(fence).inner(),
            [feature] => quote! {
                #![cfg_attr(feature = #feature, doc = #fence)]
                #![cfg_attr(not(feature = #feature), doc = "```ignore")]
            },
            needed => quote! {
                #![cfg_attr(all(#(feature = #needed),*), doc = #fence)]
                #![cfg_attr(not(all(#(feature = #needed),*)), doc = "```ignore")]
            },
        }
    }

    /// A link to an operation of the crate.
    pub(super) fn operation_link(&self, id: OperationId) -> Option<String> {
        let name = &self.plan.operations.get(id.0)?.name;
        Some(format!("[`{}`](crate::operations::{name})", name.bare()))
    }
}

/// Does an argument of this type take anything that becomes it?
pub(super) fn converts(plan: &Plan, ty: &Ty) -> bool {
    match ty {
        Ty::String
        | Ty::Secret
        | Ty::Base64
        | Ty::Base64Url
        | Ty::Mapped(Wire::Text | Wire::Number, _)
        | Ty::Bytes
        | Ty::Octets
        | Ty::File
        | Ty::Json
        | Ty::Body(_) => true,
        Ty::Named(id) => match plan.types.get(id.0).map(|plan| &plan.form) {
            Some(Form::Union(variants)) => variants.iter().any(|variant| variant.from),
            // An alias of text is text.
            Some(Form::Alias(ty)) => {
                matches!(ty, Ty::String | Ty::Secret | Ty::Base64 | Ty::Base64Url | Ty::Bytes | Ty::File)
            }
            _ => false,
        },
        _ => false,
    }
}

/// A field of a struct expression; short where the value is called like the field.
pub(super) fn initializer(name: &RustName, value: TokenStream) -> TokenStream {
    let ident = name.ident();
    if value.to_string() == name.as_str() { quote!(#ident) } else { quote!(#ident: #value) }
}

/// How an operation is named in prose.
pub(super) fn method_path(operation: &Operation) -> String {
    span(&format!("{} {}", operation.method.as_str(), operation.path))
}

/// A number without a suffix.
pub(super) fn number(value: usize) -> Token {
    Token::usize_unsuffixed(value)
}

/// A struct and what makes it a record.
pub(super) struct RecordSpec<'a> {
    pub(super) name: &'a RustName,
    pub(super) doc: Doc,
    pub(super) deprecated: bool,
    /// The wire name and the documentation of each field of the plan.
    pub(super) members: Vec<(&'a str, Doc, bool)>,
    pub(super) plan: &'a StructPlan,
    pub(super) within: Within,
    /// Is there a constructor?
    pub(super) constructor: bool,
}

/// Up to so many required members, there is a constructor: beyond, a reader no longer knows which argument is which.
const CONSTRUCTOR_ARGUMENTS: usize = 6;

/// Does a struct with these members get `new`?
pub(super) fn has_constructor(plan: &StructPlan) -> bool {
    (1..=CONSTRUCTOR_ARGUMENTS).contains(&required(plan).count())
}

/// Does a struct with these members get `Default`?
pub(super) fn has_default(plan: &StructPlan) -> bool {
    required(plan).next().is_none()
}

/// The fields that have to be given.
pub(super) fn required(plan: &StructPlan) -> impl Iterator<Item = &FieldPlan> {
    plan.fields.iter().filter(|field| field.constant.is_none() && field.required)
}

impl Printer<'_> {
    /// The root of what is generated, as code elsewhere writes it.
    pub(super) fn krate(&self) -> Ident {
        format_ident!("{}", self.layout.root(&self.plan.package))
    }

    /// Prints a struct with its constructor and its list of members.
    pub(super) fn record(&self, spec: &RecordSpec<'_>) -> TokenStream {
        let RecordSpec { name, plan, within, .. } = spec;
        let name = name.ident();
        let (doc, deprecated) = (spec.doc.outer(), deprecated(spec.deprecated));
        let default = has_default(plan).then(|| quote!(, Default));
        let fields = plan.fields.iter().zip(&spec.members).filter(|(field, _)| field.constant.is_none());
        let fields = fields.map(|(field, (_, doc, old))| {
            let (doc, name, ty) = (doc.outer(), field.name.ident(), self.ty(&field.ty, *within));
            let old = self::deprecated(*old);
            quote!(#doc #old pub #name: #ty,)
        });
        let additional = plan.additional.as_ref().map(|(name, ty)| {
            let (name, ty) = (name.ident(), self.ty(ty, *within));
            quote! {
                /// Members that the contract does not name.
                pub #name: #ty,
            }
        });
        let constructor =
            (spec.constructor && has_constructor(plan)).then(|| self.constructor(&name, plan, *within));
        let record = self.record_impl(spec);
        quote! {
            #doc
            #deprecated
            pub struct #name { #(#fields)* #additional }
            #constructor
            #record
            rt::record!(#name #default);
        }
    }

    /// `new`, with the members that have to be given.
    pub(super) fn constructor(&self, name: &impl ToTokens, plan: &StructPlan, within: Within) -> TokenStream {
        let (mut arguments, mut values) = (Vec::new(), Vec::new());
        for field in plan.fields.iter().filter(|field| field.constant.is_none()) {
            let ident = field.name.ident();
            if field.required {
                let (ty, value) = self.argument(&field.name, &field.ty, within);
                arguments.push(quote!(#ident: #ty));
                values.push(initializer(&field.name, value));
            } else {
                values.push(quote!(#ident: Default::default()));
            }
        }
        values.extend(plan.additional.iter().map(|(name, _)| {
            let name = name.ident();
            quote!(#name: Default::default())
        }));
        let doc = if values.len() == arguments.len() {
            "A value with these members."
        } else {
            "A value with its required members. The others are left out; set the fields to give them."
        };
        let doc = Doc::new(doc).outer();
        quote! {
            impl #name {
                #doc
                pub fn new(#(#arguments),*) -> Self {
                    Self { #(#values),* }
                }
            }
        }
    }

    fn record_impl(&self, spec: &RecordSpec<'_>) -> TokenStream {
        let name = spec.name.ident();
        let body = self.record_body(
            spec.plan,
            &spec.members.iter().map(|(wire, ..)| *wire).collect::<Vec<_>>(),
            &[],
        );
        quote!(impl rt::Node for #name { #body })
    }

    /// What stands in an `impl rt::Node`. `others` are fields of the struct that are no members, and what they are at first.
    pub(super) fn record_body(
        &self,
        plan: &StructPlan,
        wires: &[&str],
        others: &[TokenStream],
    ) -> TokenStream {
        let fields = plan.fields.iter().enumerate().filter(|(_, field)| field.constant.is_none());
        let places: Vec<_> = fields.clone().map(|(at, field)| (number(at), field.name.ident())).collect();
        let empty = fields.map(|(_, field)| {
            let (name, value) = (field.name.ident(), empty(&field.ty));
            quote!(#name: #value)
        });
        let empty = empty.chain(plan.additional.iter().map(|(name, _)| {
            let name = name.ident();
            quote!(#name: rt::empty())
        }));
        // What keeps the others stands behind the members.
        let last = plan.additional.as_ref().map(|(name, _)| (number(plan.fields.len()), name.ident()));
        let places = places.iter().chain(&last);
        let arms: Vec<_> = places.map(|(at, name)| (at, quote!(self.#name))).collect();
        let accessors = accessors(&arms, &members::list(&plan.fields, wires));
        quote! {
            fn empty() -> Self { Self { #(#empty,)* #(#others),* } }
            #accessors
        }
    }
}

/// A value to read into, said outright where it is short: what the compiler need not infer it need not check.
fn empty(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Bool => quote!(false),
        Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 => quote!(0),
        Ty::F64 => quote!(0.0),
        Ty::String => quote!(String::new()),
        Ty::Vec(_) => quote!(Vec::new()),
        Ty::Map(_) => quote!(BTreeMap::new()),
        Ty::Option(_) => quote!(None),
        _ => quote!(rt::empty()),
    }
}

/// `member`, which knows the list of the members besides, and `member_mut`, over places and expressions. What only lists
/// constants has no places. The last arm gives `None` rather than be unreachable: measured, that compiles four times as fast.
fn accessors(arms: &[(&Token, TokenStream)], list: &TokenStream) -> TokenStream {
    let (shared, mutable) = (arms.iter(), arms.iter());
    let shared = shared.map(|(at, value)| quote!(#at => &#value,));
    let mutable = mutable.map(|(at, value)| quote!(#at => &mut #value,));
    if arms.is_empty() {
        return quote! {
            fn member(&self, _: usize) -> Result<&dyn rt::Node, &'static str> { Err(#list) }
        };
    }
    quote! {
        fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
            Ok(match at { #(#shared)* _ => return Err(#list) })
        }
        fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
            Some(match at { #(#mutable)* _ => return None })
        }
    }
}

/// The attribute of what the document calls deprecated.
pub(super) fn deprecated(deprecated: bool) -> Option<TokenStream> {
    deprecated.then(|| quote!(#[deprecated]))
}

/// The attribute of what only some features have: any of these.
pub(super) fn cfg<'a>(features: impl Iterator<Item = &'a str>) -> TokenStream {
    match features.collect::<Vec<_>>().as_slice() {
        [feature] => quote!(#[cfg(feature = #feature)]),
        features => quote!(#[cfg(any(#(feature = #features),*))]),
    }
}
