//! The module `types`: every named type of the contract.
//!
//! Where the package has features for its tags, the types that only some of them have are in files of their own, a file for
//! each set of features.

use proc_macro2::{Literal as Token, TokenStream};
use quote::quote;

use super::docs::{Doc, span};
use super::file::{Text, in_parallel};
use super::names::RustName;
use super::plan::{FeaturesPlan, Form, GroupPlan, StructPlan, Ty, TypePlan, VariantPlan, Wire};
use super::print::{Printer, RecordSpec, Within, cfg, deprecated, number};
use crate::artifact::Artifact;
use crate::contract::{Contract, EnumValues, Field, Shape, Struct, Type, TypeDef, TypeId, Union};

const FILE: &str = "src/types.rs";

/// Prints the file, and one for each group of types that not every feature has.
pub(super) fn print(printer: &Printer<'_>) -> Vec<Artifact> {
    let features = printer.plan.features.as_ref();
    let groups = features.map_or(&[][..], |features| &features.groups);
    let files: Vec<String> = groups.iter().map(file).collect();
    let types: Vec<_> = printer.contract.types.iter().zip(&printer.plan.types).enumerate().collect();
    let group = |at: usize| features.and_then(|features| *features.group_of.get(at)?);
    let texts =
        in_parallel(&types, |(at, (def, plan))| match group(*at).and_then(|group| files.get(group)) {
            Some(file) => printer.text(file, printer.named_type(def, plan, Within::Other)),
            None => printer.text(FILE, printer.named_type(def, plan, Within::Types)),
        });
    let mut always: Vec<Text> =
        features.map(|features| printer.text(FILE, index(features))).into_iter().collect();
    let mut grouped: Vec<Vec<Text>> = groups.iter().map(|_| Vec::new()).collect();
    for (at, text) in texts.into_iter().enumerate() {
        group(at).and_then(|group| grouped.get_mut(group)).unwrap_or(&mut always).push(text);
    }
    let doc = Doc::new("What requests and responses are made of.").inner();
    let grouped: Vec<_> = files.iter().zip(&grouped).zip(groups).collect();
    let grouped = in_parallel(&grouped, |((path, texts), group)| {
        let tags = features.into_iter().flat_map(|features| features.of_group(group));
        let doc = Doc::new(format!("Types of {}.", tags.map(span).collect::<Vec<_>>().join(", ")));
        printer.file(path, doc.inner(), *texts)
    });
    std::iter::once(printer.file(FILE, doc, &always)).chain(grouped).collect()
}

/// The file of a group.
fn file(group: &GroupPlan) -> String {
    format!("src/types/{}.rs", group.name.bare())
}

/// The modules of the groups, and their types as if they stood here.
fn index(features: &FeaturesPlan) -> TokenStream {
    let groups = features.groups.iter().map(|group| (cfg(features.of_group(group)), group.name.ident()));
    let modules = groups.clone().map(|(cfg, name)| quote!(#cfg #[rustfmt::skip] mod #name;));
    let uses = groups.map(|(cfg, name)| quote!(#cfg pub use self::#name::*;));
    quote!(#(#modules)* #(#uses)*)
}

impl Printer<'_> {
    fn named_type(&self, def: &TypeDef, plan: &TypePlan, within: Within) -> TokenStream {
        let name = plan.name.ident();
        let doc = type_doc(def);
        let old = deprecated(def.docs.deprecated);
        if let Some(other) = plan.same_as {
            let (doc, other) = (doc.outer(), self.ty(&Ty::Named(other), within));
            return quote!(#doc #old pub type #name = #other;);
        }
        match (&def.shape, &plan.form) {
            (Shape::Struct(shape), Form::Struct(fields)) => {
                self.struct_type(def, shape, plan, (fields, within), doc)
            }
            (Shape::Enum(values), Form::Enum(variants)) => {
                let doc = doc.outer();
                let body = enum_type(&plan.name, &values.values, variants);
                quote!(#doc #old #body)
            }
            (Shape::Union(union), Form::Union(variants)) => {
                let doc = doc.outer();
                let body = self.union_type(&plan.name, union, variants, within);
                quote!(#doc #old #body)
            }
            (_, Form::Newtype(ty)) => {
                let (doc, ty) = (doc.outer(), self.ty(ty, within));
                quote! {
                    #doc
                    #old
                    #[derive(Clone)]
                    pub struct #name(pub #ty);
                    rt::newtype!(#name);
                }
            }
            (Shape::Alias(_), Form::Alias(ty)) => {
                let (doc, ty) = (doc.outer(), self.ty(ty, within));
                quote!(#doc #old pub type #name = #ty;)
            }
            // The plan gives each shape its own form.
            _ => TokenStream::new(),
        }
    }

    fn struct_type(
        &self,
        def: &TypeDef,
        shape: &Struct,
        plan: &TypePlan,
        (fields, within): (&StructPlan, Within),
        doc: Doc,
    ) -> TokenStream {
        self.record(&RecordSpec {
            name: &plan.name,
            doc,
            deprecated: def.docs.deprecated,
            members: members(self.contract, &shape.fields),
            plan: fields,
            within,
            constructor: plan.used.in_request,
        })
    }

    fn union_type(
        &self,
        name: &RustName,
        union: &Union,
        variants: &[VariantPlan],
        within: Within,
    ) -> TokenStream {
        let name = name.ident();
        let names: Vec<_> = variants.iter().map(|variant| variant.name.ident()).collect();
        let types: Vec<_> = variants.iter().map(|variant| self.ty(&variant.ty, within)).collect();
        let docs = union.variants.iter().zip(variants).map(|(variant, plan)| {
            match (&union.tag, variant.tags.as_slice()) {
                (Some(tag), [_, ..]) => {
                    let tags: Vec<_> = variant.tags.iter().map(|value| span(value)).collect();
                    Doc::new(format!("When {} is {}.", span(tag), tags.join(" or "))).outer()
                }
                (Some(tag), []) => {
                    let words = sample_words(&plan.ty, self);
                    Doc::new(format!("When {} is anything else, or absent: {words}.", span(tag))).outer()
                }
                (None, _) => Doc::new(format!("{}.", sample_words(&plan.ty, self))).outer(),
            }
        });
        let tag = match &union.tag {
            Some(tag) => quote!(Some(#tag)),
            None => quote!(None),
        };
        let specs = union.variants.iter().map(|variant| {
            let tags = &variant.tags;
            quote!(rt::VariantSpec { tags: &[#(#tags),*] })
        });
        let places = (0..variants.len()).map(number);
        let select = if variants.is_empty() {
            quote!(
                fn select(&mut self, _: usize) -> Option<&mut dyn rt::Node> {
                    None
                }
            )
        } else {
            quote! {
                fn select(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
                    *self = match at {
                        #(#places => Self::#names(rt::empty()),)*
                        _ => return None,
                    };
                    Some(match self {
                        #(Self::#names(value) => value,)*
                        Self::Other(value) => value,
                    })
                }
            }
        };
        let froms = variants.iter().filter(|variant| variant.from).map(|variant| {
            let (case, from, value) = match &variant.ty {
                Ty::Boxed(inner) => (variant.name.ident(), self.ty(inner, within), quote!(Box::new(value))),
                ty => (variant.name.ident(), self.ty(ty, within), quote!(value)),
            };
            quote! {
                impl From<#from> for #name {
                    fn from(value: #from) -> Self { Self::#case(#value) }
                }
            }
        });
        quote! {
            #[derive(Debug, Clone)]
            #[non_exhaustive]
            pub enum #name {
                #(#docs #names(#types),)*
                /// A value that this version of the contract does not describe.
                Other(rt::Json),
            }
            impl rt::Union for #name {
                const TAG: Option<&'static str> = #tag;
                const VARIANTS: &'static [rt::VariantSpec] = &[#(#specs),*];
                fn other(value: rt::Json) -> Self { Self::Other(value) }
                #select
                fn held(&self) -> &dyn rt::Node {
                    match self {
                        #(Self::#names(value) => value,)*
                        Self::Other(value) => value,
                    }
                }
            }
            rt::union!(#name);
            #(#froms)*
        }
    }
}

/// An enum of values without its documentation.
fn enum_type(name: &RustName, values: &EnumValues, variants: &[RustName]) -> TokenStream {
    match values {
        EnumValues::Strings(values) => {
            let docs = values
                .iter()
                .map(|value| Doc::new(format!("{}.", quoted(value))).outer())
                .collect::<Vec<_>>();
            let values: Vec<_> = values.iter().map(|value| quote!(#value)).collect();
            Vocabulary::of_strings(&docs, &values).print(name, variants, &TokenStream::new())
        }
        EnumValues::Integers(values) => {
            let docs =
                values.iter().map(|value| Doc::new(format!("{}.", quoted(&value.to_string()))).outer());
            let docs = docs.collect::<Vec<_>>();
            let values: Vec<_> = values
                .iter()
                .map(|value| {
                    let value = Token::i64_unsuffixed(*value);
                    quote!(#value)
                })
                .collect();
            let list = Vocabulary {
                docs: &docs,
                values: &values,
                value: quote!(integer),
                value_ty: quote!(i64),
                list: quote!(rt::List<Self, i64, rt::Unlisted<i64>>),
                kept: quote!(*value.value()),
                kept_ty: quote!(rt::Unlisted<i64>),
                of: quote!(IntegerVocabulary),
                macro_name: quote!(integer_vocabulary),
            };
            list.print(name, variants, &TokenStream::new())
        }
    }
}

/// The text as a code span; the empty text in words.
pub(super) fn quoted(text: &str) -> String {
    let span = span(text);
    if span.is_empty() { "The empty text".to_owned() } else { span }
}

/// An open list of values.
pub(super) struct Vocabulary<'a> {
    /// The documentation of each variant.
    pub(super) docs: &'a [TokenStream],
    /// The values.
    pub(super) values: &'a [TokenStream],
    /// The function that gives the value of a variant.
    pub(super) value: TokenStream,
    /// What it gives.
    pub(super) value_ty: TokenStream,
    /// The type of the list.
    pub(super) list: TokenStream,
    /// The value of a variant that is not listed.
    pub(super) kept: TokenStream,
    /// The type that keeps other values.
    pub(super) kept_ty: TokenStream,
    /// The trait.
    pub(super) of: TokenStream,
    /// The macro.
    pub(super) macro_name: TokenStream,
}

impl<'a> Vocabulary<'a> {
    /// A list of strings.
    pub(super) fn of_strings(docs: &'a [TokenStream], values: &'a [TokenStream]) -> Self {
        Self {
            docs,
            values,
            value: quote!(text),
            value_ty: quote!(&str),
            list: quote!(rt::List<Self>),
            kept: quote!(value.value()),
            kept_ty: quote!(rt::Unlisted),
            of: quote!(Vocabulary),
            macro_name: quote!(vocabulary),
        }
    }

    /// The enum and what makes it a vocabulary; `inherent` stands between them.
    pub(super) fn print(
        &self,
        name: &RustName,
        variants: &[RustName],
        inherent: &TokenStream,
    ) -> TokenStream {
        let Vocabulary { docs, values, value, value_ty, list, kept, kept_ty, of, macro_name } = self;
        let name = name.ident();
        let names: Vec<_> = variants.iter().map(RustName::ident).collect();
        quote! {
            #[derive(Clone)]
            #[non_exhaustive]
            pub enum #name {
                #(#docs #names,)*
                /// A value that this version of the contract does not list.
                Unlisted(#kept_ty),
            }
            #inherent
            impl rt::#of for #name {
                const LIST: #list = rt::List(&[#((#values, Self::#names)),*], Self::Unlisted);
                fn #value(&self) -> #value_ty {
                    match self {
                        #(Self::#names => #values,)*
                        Self::Unlisted(value) => #kept,
                    }
                }
            }
            rt::#macro_name!(#name);
        }
    }
}

fn type_doc(def: &TypeDef) -> Doc {
    let mut doc = Doc::default();
    doc.docs(&def.docs);
    if doc.is_empty() {
        doc.paragraph(format!("{}.", quoted(&def.name)));
    }
    doc
}

/// The wire names and the documentation of members.
pub(super) fn members<'a>(contract: &Contract, fields: &'a [Field]) -> Vec<(&'a str, Doc, bool)> {
    fields
        .iter()
        .map(|field| (field.name.as_str(), member_doc(contract, field), field.docs.deprecated))
        .collect()
}

fn of_type(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::Nullable(inner) => of_type(inner),
        _ => None,
    }
}

fn member_doc(contract: &Contract, field: &Field) -> Doc {
    let mut doc = Doc::default();
    doc.docs(&field.docs);
    if doc.is_empty()
        && let Some(def) = of_type(&field.ty).and_then(|id| contract.types.get(id.0))
    {
        // What its type says is better than nothing.
        doc.docs(&def.docs);
    }
    if doc.is_empty() {
        doc.paragraph(format!("{}.", quoted(&field.name)));
    }
    if field.read_only {
        doc.paragraph("Only in responses.");
    }
    if field.write_only {
        doc.paragraph("Only in requests.");
    }
    doc.limits(&field.limits).values(field.default.as_ref(), field.example.as_ref());
    doc
}

/// A type in the words of documentation.
fn sample_words(ty: &Ty, printer: &Printer<'_>) -> String {
    match ty {
        Ty::Bool => "A truth value".to_owned(),
        Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64 => "A whole number".to_owned(),
        Ty::F64 => "A number".to_owned(),
        Ty::String => "Text".to_owned(),
        Ty::Timestamp => "A date and time".to_owned(),
        Ty::Date => "A date".to_owned(),
        Ty::Uuid => "A UUID".to_owned(),
        Ty::Secret => "Text that is never printed".to_owned(),
        Ty::Base64 | Ty::Base64Url | Ty::Bytes | Ty::Octets | Ty::RawBody => "Octets".to_owned(),
        Ty::Mapped(Wire::Text, _) => "Text of a format".to_owned(),
        Ty::Mapped(Wire::Number | Wire::Itself, _) => "A number of a format".to_owned(),
        Ty::File => "A file".to_owned(),
        Ty::Multipart => "A list of parts".to_owned(),
        Ty::Body(_) => "A request body".to_owned(),
        Ty::Json => "Any JSON value".to_owned(),
        Ty::Others => "Other members".to_owned(),
        Ty::Named(id) => match printer.plan.types.get(id.0) {
            // The words are no path: rustdoc would call the target redundant.
            Some(plan) => format!("[The type `{0}`](crate::types::{0})", plan.name),
            None => "Any JSON value".to_owned(),
        },
        Ty::Vec(_) => "A list".to_owned(),
        Ty::Map(_) => "An object of any members".to_owned(),
        Ty::Option(inner) | Ty::Patch(inner) => format!("{}, or nothing", sample_words(inner, printer)),
        Ty::Boxed(inner) => sample_words(inner, printer),
    }
}
