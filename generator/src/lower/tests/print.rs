//! A contract in a few lines.

use crate::contract::*;

pub(super) fn contract(contract: &Contract) -> String {
    let mut out = String::new();
    for def in &contract.types {
        out.push_str(&format!("type {:?}", def.name));
        match &def.shape {
            Shape::Alias(alias) => out.push_str(&format!(" = {}\n", ty(contract, alias))),
            Shape::Struct(object) => {
                out.push('\n');
                out.push_str(&fields(contract, &object.fields));
                match &object.additional {
                    Some(Type::Any) => {}
                    Some(additional) => out.push_str(&format!("  *: {}\n", ty(contract, additional))),
                    None => out.push_str("  *: none\n"),
                }
            }
            Shape::Enum(list) => out.push_str(&format!(" {:?}\n", list.values)),
            Shape::Union(union) => {
                out.push_str(&format!(" by {:?}\n", union.tag.as_deref().unwrap_or("order")));
                for variant in &union.variants {
                    let ty = ty(contract, &variant.ty);
                    out.push_str(&format!("  | {} {ty} {:?}\n", variant.name, variant.tags));
                }
            }
        }
    }
    contract.families.iter().for_each(|family| out.push_str(&self::family(contract, family)));
    contract.operations.iter().for_each(|operation| out.push_str(&self::operation(contract, operation)));
    out
}

fn family(contract: &Contract, family: &ProblemFamily) -> String {
    let mut out = format!("family {} at {:?} {:?}\n", family.name, family.place, family.roles);
    if !family.envelope.is_empty() {
        out.push_str(&format!("  within\n{}", fields(contract, &family.envelope)));
    }
    out.push_str(&fields(contract, &family.members));
    for code in &family.codes {
        out.push_str(&format!(
            "code {} {:?} retryable={:?} title={:?} type={:?} section={:?} raised_by={:?}\n",
            code.code,
            code.statuses,
            code.retryable,
            code.title,
            code.type_uri,
            code.section,
            code.raised_by.iter().map(|id| contract.operations[id.0].id.as_str()).collect::<Vec<_>>(),
        ));
        for (word, text) in [("meaning", &code.meaning), ("remedy", &code.remedy), ("source", &code.source)] {
            if let Some(text) = text {
                out.push_str(&format!("  {word}: {text}\n"));
            }
        }
        out.push_str(&fields(contract, &code.fields));
        for example in &code.examples {
            out.push_str(&format!("  example {:?} {}\n", example.name, example.value));
        }
    }
    out
}

fn operation(contract: &Contract, operation: &Operation) -> String {
    let mut out = format!("{} {} {}", operation.id, operation.method.as_str(), operation.path);
    if !operation.credentials.is_empty() {
        out.push_str(&format!(" credentials={:?}", operation.credentials));
    }
    out.push('\n');
    for param in &operation.params {
        out.push_str(&format!(
            "  param {:?} {}{} {:?}{}: {}\n",
            param.place,
            param.name,
            if param.required { "" } else { "?" },
            param.style,
            if param.explode { " explode" } else { "" },
            ty(contract, &param.ty)
        ));
    }
    if let Some(body) = &operation.body {
        out.push_str(&format!(
            "  body{}{}\n",
            if body.required { "" } else { "?" },
            media(contract, &body.media)
        ));
    }
    for success in &operation.successes {
        out.push_str(&format!("  {:?}{}\n", success.status, media(contract, &success.media)));
    }
    for error in &operation.errors {
        out.push_str(&format!("  {:?}", error.status));
        for body in &error.bodies {
            out.push_str(&format!(" {} ", body.media_type));
            match &body.kind {
                ErrorKind::Problem { family, codes, open, ty: plain } => {
                    let family = &contract.families[family.0];
                    let codes: Vec<&str> =
                        codes.iter().map(|code| family.codes[code.0].code.as_str()).collect();
                    out.push_str(&format!("{}{codes:?}{}", family.name, if *open { " open" } else { "" }));
                    plain.iter().for_each(|plain| out.push_str(&format!(" as {}", ty(contract, plain))));
                }
                ErrorKind::Json(json) => out.push_str(&ty(contract, json)),
                ErrorKind::Text => out.push_str("text"),
                ErrorKind::Bytes => out.push_str("octets"),
            }
        }
        out.push('\n');
    }
    out
}

fn media(contract: &Contract, media: &[Media]) -> String {
    media
        .iter()
        .map(|media| format!(" {} {:?} {}", media.media_type, media.encoding, ty(contract, &media.ty)))
        .collect()
}

fn fields(contract: &Contract, fields: &[Field]) -> String {
    let mut out = String::new();
    for field in fields {
        let required = if field.required { "" } else { "?" };
        out.push_str(&format!("  {}{required}: {}", field.name, ty(contract, &field.ty)));
        for (word, value) in
            [("const", &field.constant), ("default", &field.default), ("e.g.", &field.example)]
        {
            if let Some(value) = value {
                out.push_str(&format!(" {word} {value}"));
            }
        }
        for (word, yes) in [
            ("read-only", field.read_only),
            ("write-only", field.write_only),
            ("deprecated", field.docs.deprecated),
        ] {
            if yes {
                out.push_str(&format!(" {word}"));
            }
        }
        out.push('\n');
    }
    out
}

fn ty(contract: &Contract, ty: &Type) -> String {
    match ty {
        Type::Boolean => "bool".to_owned(),
        Type::Integer(format) => format!("{format:?}").to_lowercase(),
        Type::Number(format) => format!("{format:?}").to_lowercase(),
        Type::String => "string".to_owned(),
        Type::Text(format) => format!("{format:?}"),
        Type::Binary => "octets".to_owned(),
        Type::Format(name, inner) => format!("{name:?} of {}", self::ty(contract, inner)),
        Type::Any => "any".to_owned(),
        Type::Array(item) => format!("[{}]", self::ty(contract, item)),
        Type::Map(value) => format!("{{{}}}", self::ty(contract, value)),
        Type::Named(id) => format!("<{}>", contract.types[id.0].name),
        Type::Nullable(inner) => format!("{}|null", self::ty(contract, inner)),
    }
}
