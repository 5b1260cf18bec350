//! Request bodies: the enum to choose one from, and the function that hands one out.
//!
//! Comes in: [`BodyPlan`]. Goes out: tokens. Deliberately absent: how a body is written; the runtime knows.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{Doc, span};
use super::plan::{BodyEncoding, BodyPlan, ChoicePlan, OperationPlan, PartHeaderPlan, PartPlan, Ty};
use super::print::{Printer, Within, method_path, number};
use crate::contract::{Body, Media, Operation, ParamStyle, PartWriting};

impl Printer<'_> {
    /// The enum of a request body that has several media types.
    pub(super) fn body_type(&self, operation: &Operation, plan: &OperationPlan) -> Option<TokenStream> {
        let body = plan.body.as_ref()?;
        let Ty::Body(name) = &body.argument.ty else { return None };
        let name = name.ident();
        let doc = Doc::new(format!("What {} takes as its body.", method_path(operation))).outer();
        let variants = body.choices.iter().map(|choice| {
            let (doc, variant) = (Doc::new(as_media_type(choice)).outer(), choice.variant.ident());
            let ty = self.ty(&choice.ty, Within::Other);
            quote!(#doc #variant(#ty),)
        });
        let froms = body.choices.iter().filter(|choice| choice.from).map(|choice| {
            let (variant, ty) = (choice.variant.ident(), self.ty(&choice.ty, Within::Other));
            quote!(impl From<#ty> for #name { fn from(body: #ty) -> Self { Self::#variant(body) } })
        });
        Some(quote! {
            #doc
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name { #(#variants)* }
            #(#froms)*
        })
    }
}

/// `Operation::body`.
pub(super) fn function(body: &BodyPlan) -> TokenStream {
    let one = |value: TokenStream| match (&body.argument.ty, body.choices.as_slice()) {
        (Ty::Body(name), choices) => {
            let name = name.ident();
            let arms = choices.iter().map(|choice| {
                let (variant, content) = (choice.variant.ident(), content(choice, quote!(body)));
                quote!(#name::#variant(body) => #content,)
            });
            quote!(match #value { #(#arms)* })
        }
        (_, choices) => choices.first().map(|choice| content(choice, value)).unwrap_or_default(),
    };
    let content = if body.argument.required {
        let content = one(quote!(&self.body));
        quote!(Some(#content))
    } else {
        let content = one(quote!(body));
        quote!(self.body.as_ref().map(|body| #content))
    };
    quote!(fn body(&self) -> Option<rt::Content<'_>> { #content })
}

/// The content that a body is.
fn content(choice: &ChoicePlan, body: TokenStream) -> TokenStream {
    let media_type = &choice.media_type;
    let parts = choice.parts.iter().map(part);
    let parts = if choice.parts.is_empty() { quote!(&[]) } else { quote!(const { &[#(#parts),*] }) };
    match choice.encoding {
        BodyEncoding::Json => quote!(rt::Content::json(#media_type, #body)),
        BodyEncoding::Form => quote!(rt::Content::form(#media_type, #body, #parts)),
        BodyEncoding::Multipart => quote!(rt::Content::multipart(#media_type, #body, #parts)),
        BodyEncoding::Parts => quote!(rt::Content::parts(#media_type, #body)),
        BodyEncoding::Raw => quote!(rt::Content::raw(#media_type, #body)),
        BodyEncoding::Chosen => quote!(rt::Content::chosen(#body)),
    }
}

fn part(part: &PartPlan) -> TokenStream {
    let name = &part.name;
    let headers = (!part.headers.is_empty()).then(|| {
        let places = part.headers.iter().map(|at| number(*at));
        quote!(.headers(&[#(#places),*]))
    });
    let spec = match &part.writing {
        PartWriting::Usual => quote!(usual(#name)),
        PartWriting::Content(types) => {
            let media_type = types.first().map_or("application/octet-stream", String::as_str);
            quote!(content(#name, #media_type))
        }
        PartWriting::Styled { style, explode, allow_reserved } => {
            let style = match style {
                ParamStyle::SpaceDelimited => quote!(QuerySpaceDelimited),
                ParamStyle::PipeDelimited => quote!(QueryPipeDelimited),
                ParamStyle::DeepObject => quote!(QueryDeepObject),
                _ => quote!(QueryForm),
            };
            let exploded = explode.then(|| quote!(.exploded()));
            let reserved = allow_reserved.then(|| quote!(.reserved()));
            quote!(styled(rt::ParamSpec::new(#name, rt::Style::#style) #exploded #reserved))
        }
    };
    quote!(rt::PartSpec::#spec #headers)
}

/// The documentation of the field `body`.
pub(super) fn doc(printer: &Printer<'_>, body: &Body, plan: &BodyPlan) -> Doc {
    let mut doc = Doc::new("The request body.");
    doc.docs(&body.docs);
    if let [only] = plan.choices.as_slice()
        && only.encoding != BodyEncoding::Json
    {
        doc.paragraph(as_media_type(only));
    }
    parts_doc(&body.media, &mut doc);
    for media in &body.media {
        if let Some(items) = &media.items {
            let items = printer.items(items);
            doc.paragraph(format!("In {}, a sequence of {items}.", span(&media.media_type)));
        }
    }
    doc
}

/// Which media types parts may have, where it is the caller who knows.
fn parts_doc(media: &[Media], doc: &mut Doc) {
    for part in media.iter().flat_map(|media| &media.parts) {
        if let PartWriting::Content(types) = &part.writing
            && (types.len() > 1 || types.iter().any(|name| name.contains('*')))
        {
            let types: Vec<String> = types.iter().map(|name| span(name)).collect();
            doc.paragraph(format!("The part {} is one of {}.", span(&part.name), types.join(", ")));
        }
    }
}

fn as_media_type(choice: &ChoicePlan) -> String {
    match choice.encoding {
        BodyEncoding::Chosen => format!("Sent as any media type of {}.", span(&choice.media_type)),
        _ => format!("Sent as {}.", span(&choice.media_type)),
    }
}

/// The documentation of a header of a part.
pub(super) fn header_doc(header: &PartHeaderPlan) -> Doc {
    let mut doc = Doc::default();
    doc.docs(&header.param.docs);
    doc.paragraph(format!("The header {} of the part {}.", span(&header.param.name), span(&header.part)));
    doc.limits(&header.param.limits).values(header.param.default.as_ref(), header.param.example.as_ref());
    doc
}
