//! The plan of request bodies: what a caller gives for one, and how it is written.
//!
//! Comes in: the media types of a body. Goes out: [`BodyPlan`]: one type, or an enum to choose from. Deliberately absent:
//! bodies of responses.

use std::collections::{BTreeMap, BTreeSet};

use super::types::{Shapes, expanded};
use super::{
    ArgumentPlan, BodyEncoding, BodyPlan, ChoicePlan, PartHeaderPlan, PartPlan, Planning, Ty, codes,
};
use crate::contract::{Body, Contract, Encoding, Media, Operation, PartWriting, Shape, Type, TypeId};
use crate::report::Diagnostic;
use crate::rust::names::{Case, RustName, Scope, Wish};

/// The types whose members are parts of multipart bodies.
pub(super) fn in_parts(contract: &Contract) -> BTreeSet<TypeId> {
    let bodies = contract.operations.iter().filter_map(|operation| operation.body.as_ref());
    let media = bodies.flat_map(|body| &body.media).filter(|media| media.encoding == Encoding::Multipart);
    let mut open: Vec<&Type> = media.map(|media| &media.ty).collect();
    let mut found = BTreeSet::new();
    while let Some(ty) = open.pop() {
        match ty {
            Type::Nullable(inner) => open.push(inner),
            Type::Named(id) if found.insert(*id) => match contract.types.get(id.0).map(|def| &def.shape) {
                Some(Shape::Alias(target)) => open.push(target),
                Some(Shape::Union(union)) => open.extend(union.variants.iter().map(|variant| &variant.ty)),
                Some(Shape::Struct(_) | Shape::Enum(_)) | None => {}
            },
            _ => {}
        }
    }
    found
}

/// Plans the body of an operation and the headers of its parts. `fields` has the names of the parameters, `types` those of
/// the module.
pub(super) fn plan(
    planning: &mut Planning<'_>,
    shapes: &Shapes<'_>,
    operation: &Operation,
    name: &RustName,
    fields: &mut Scope,
    types: &mut Scope,
) -> (Vec<PartHeaderPlan>, Option<BodyPlan>) {
    let Some(body) = &operation.body else { return (Vec::new(), None) };
    let media = choices(shapes, body);
    let headers = part_headers(shapes, operation, &media, fields);
    let mut plans: Vec<ChoicePlan> = Vec::with_capacity(media.len());
    let nullable = media.iter().any(|media| shapes.unwrapped(&media.ty).1);
    let mut next = operation.params.len();
    for (media, variant) in media.iter().zip(variants(&media)) {
        let (encoding, ty) = encoded(shapes, media);
        let mut parts = Vec::with_capacity(media.parts.len());
        for part in &media.parts {
            let writing = match &part.writing {
                PartWriting::Content(types) => match types.as_slice() {
                    [only] if !only.contains('*') => PartWriting::Content(vec![only.clone()]),
                    // Only the caller knows which one it is.
                    _ => PartWriting::Usual,
                },
                other => other.clone(),
            };
            let end = next + part.headers.len();
            let plan = PartPlan { name: part.name.clone(), writing, headers: (next..end).collect() };
            next = end;
            if plan.writing != PartWriting::Usual || !plan.headers.is_empty() {
                parts.push(plan);
            }
        }
        warn_of_parts(planning, shapes, operation, media, &parts);
        let plain = expanded(shapes, &ty, 0);
        let earlier = plans.iter().any(|plan| expanded(shapes, &plan.ty, 0) == plain);
        // Which text or octets are meant, only a variant can say; the first one is the usual one.
        let telling = !matches!(plain, Ty::String | Ty::Octets | Ty::RawBody | Ty::Json);
        plans.push(ChoicePlan {
            variant,
            ty,
            media_type: sent(media),
            encoding,
            parts,
            from: !earlier && (telling || plans.is_empty()),
        });
    }
    let ty = match plans.as_slice() {
        [] => return (headers, None),
        // Only JSON has a `null` to send.
        [only] if only.encoding == BodyEncoding::Json && body.required && nullable => {
            Ty::Option(Box::new(only.ty.clone()))
        }
        [only] => only.ty.clone(),
        _ => Ty::Body(types.one(&format!("{}Body", name.bare()), &operation.id)),
    };
    let argument = ArgumentPlan { name: RustName::own("body"), ty, required: body.required };
    (headers, Some(BodyPlan { argument, choices: plans }))
}

/// The media types that differ for whoever sends them. Of several names for the same thing the usual one is taken.
fn choices<'a>(shapes: &Shapes<'_>, body: &'a Body) -> Vec<&'a Media> {
    let mut found: Vec<(&Media, &'static str, Ty)> = Vec::new();
    for media in &body.media {
        let (synonym, ty) = (synonym(media), shapes.ty(&media.ty));
        let same = |(_, known, of): &&mut (&Media, &'static str, Ty)| *known == synonym && *of == ty;
        match found.iter_mut().find(same) {
            Some((taken, ..)) if !synonym.is_empty() => {
                if media.media_type == synonym {
                    *taken = media;
                }
            }
            _ => found.push((media, synonym, ty)),
        }
    }
    found.into_iter().map(|(media, ..)| media).collect()
}

/// The usual name of what a media type is a name for; empty when it is only itself.
fn synonym(media: &Media) -> &'static str {
    let (essence, parameters) = media.media_type.split_once(';').unwrap_or((&media.media_type, ""));
    let parameters = parameters.trim().to_ascii_lowercase();
    match (essence.trim(), media.encoding) {
        _ if !parameters.is_empty() && !parameters.starts_with("charset") => "",
        ("application/json" | "text/json" | "application/x-json" | "application/*+json", _) => {
            "application/json"
        }
        ("application/*" | "*/*", Encoding::Json) => "application/json",
        // RFC 7303, section 9.2.
        ("application/xml" | "text/xml", Encoding::Text) => "application/xml",
        _ => "",
    }
}

/// How a body is written, and what is given for it.
fn encoded(shapes: &Shapes<'_>, media: &Media) -> (BodyEncoding, Ty) {
    let inner = shapes.unwrapped(&media.ty).0;
    match media.encoding {
        Encoding::Json => (BodyEncoding::Json, shapes.ty(inner)),
        Encoding::Form if shapes.unaliased(inner) == &Type::Any || has_members(shapes, inner) => {
            (BodyEncoding::Form, shapes.ty(inner))
        }
        // The document has the whole form as one text: the caller writes it.
        Encoding::Form => (BodyEncoding::Raw, Ty::String),
        Encoding::Multipart => match shapes.unaliased(inner) {
            Type::Map(value) if **value != Type::Any => {
                (BodyEncoding::Multipart, Ty::Map(Box::new(shapes.part(value))))
            }
            Type::Map(_) => (BodyEncoding::Parts, Ty::Multipart),
            _ if has_members(shapes, inner) => (BodyEncoding::Multipart, shapes.ty(inner)),
            _ => (BodyEncoding::Parts, Ty::Multipart),
        },
        _ if media.media_type.contains('*') => (BodyEncoding::Chosen, Ty::RawBody),
        Encoding::Text => (BodyEncoding::Raw, Ty::String),
        Encoding::Bytes => (BodyEncoding::Raw, Ty::Octets),
    }
}

/// Is every value of the type an object?
fn has_members(shapes: &Shapes<'_>, ty: &Type) -> bool {
    let (mut open, mut seen) = (vec![ty], BTreeSet::new());
    while let Some(ty) = open.pop() {
        match shapes.unaliased(ty) {
            Type::Map(_) => {}
            Type::Named(id) => match shapes.shape(*id) {
                Some(Shape::Struct(_)) => {}
                Some(Shape::Union(union)) if seen.insert(*id) => {
                    open.extend(union.variants.iter().map(|variant| &variant.ty));
                }
                Some(Shape::Union(_)) => {}
                _ => return false,
            },
            _ => return false,
        }
    }
    true
}

/// The `Content-Type`. Where the document has a wildcard, the usual one for how the body is written.
fn sent(media: &Media) -> String {
    match media.encoding {
        Encoding::Json if media.media_type.contains('*') => "application/json".to_owned(),
        Encoding::Multipart if media.media_type.contains('*') => "multipart/form-data".to_owned(),
        _ => media.media_type.clone(),
    }
}

/// A variant for each media type, named after it: briefly if that tells them apart.
fn variants(media: &[&Media]) -> Vec<RustName> {
    let short: Vec<&str> = media.iter().map(|media| short(media)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for words in &short {
        *counts.entry(words).or_default() += 1;
    }
    let wishes: Vec<_> = media
        .iter()
        .zip(&short)
        .map(|(media, short)| Wish {
            words: if counts.get(short) == Some(&1) { short } else { &media.media_type },
            key: &media.media_type,
        })
        .collect();
    Scope::new(Case::Pascal, &["Self"], "Body").assign(&wishes)
}

/// A media type in a word or two.
fn short(media: &Media) -> &str {
    let essence = media.media_type.split(';').next().unwrap_or_default().trim();
    match essence {
        "application/x-www-form-urlencoded" => "form",
        "multipart/form-data" | "multipart/*" => "multipart",
        "application/xml" | "text/xml" => "xml",
        "text/plain" => "text",
        "application/octet-stream" => "bytes",
        "*/*" | "application/*" if media.encoding == Encoding::Json => "json",
        "*/*" => "raw",
        _ => match essence.split_once('/') {
            Some((kind, "*")) => kind,
            Some((_, subtype)) => subtype,
            None => essence,
        },
    }
}

/// An argument for each header of a part. With several media types to choose from none is required.
fn part_headers(
    shapes: &Shapes<'_>,
    operation: &Operation,
    media: &[&Media],
    fields: &mut Scope,
) -> Vec<PartHeaderPlan> {
    let parts = media.iter().flat_map(|media| &media.parts);
    let headers = parts.flat_map(|part| part.headers.iter().map(move |header| (part, header)));
    headers
        .map(|(part, header)| {
            let words = format!("{} {}", part.name, header.name);
            let (inner, nullable) = shapes.unwrapped(&header.ty);
            let required = header.required
                && media.len() == 1
                && operation.body.as_ref().is_some_and(|body| body.required);
            let ty = shapes.ty(inner);
            let ty = if nullable && required { Ty::Option(Box::new(ty)) } else { ty };
            let argument = ArgumentPlan { name: fields.one(&words, &words), ty, required };
            PartHeaderPlan { part: part.name.clone(), param: header.clone(), argument }
        })
        .collect()
}

/// Says which parts are written as JSON although the document has another media type for them.
fn warn_of_parts(
    planning: &mut Planning<'_>,
    shapes: &Shapes<'_>,
    operation: &Operation,
    media: &Media,
    parts: &[PartPlan],
) {
    let Type::Named(id) = shapes.unaliased(&media.ty) else { return };
    let Some(Shape::Struct(shape)) = shapes.shape(*id) else { return };
    for part in parts {
        let PartWriting::Content(types) = &part.writing else { continue };
        let Some(media_type) = types.iter().find(|name| !is_json(name)) else { continue };
        let Some(field) = shape.fields.iter().find(|field| field.name == part.name) else { continue };
        let ty = match shapes.unaliased(&field.ty) {
            Type::Array(item) => item,
            ty => ty,
        };
        if has_members(shapes, ty) {
            planning.report.push(
                Diagnostic::warning(
                    codes::PART,
                    format!(
                        "the part `{}` is an object in `{media_type}`; it is sent as `application/json`",
                        part.name
                    ),
                )
                .at((planning.locate)(&operation.at))
                .help("make the part a string if the caller is to write it"),
            );
        }
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.ends_with("/json") || essence.ends_with("+json")
}
