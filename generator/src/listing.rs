//! `contract.txt`: what the reviewer of a document diffs.
//!
//! Comes in: the contract. Goes out: one fact a line, terse, in an order that does not depend on where the document
//! says it: codes by name, operations by path, the codes of an operation by status and name. A code added to an
//! operation is one line more. Deliberately absent: prose and examples, columns aligned to their widest entry, and
//! counts, all of which would change lines that nobody touched.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::contract::{
    Contract, CredentialKind, EnumValues, ErrorKind, ErrorResponse, Field, Media, NumberFormat, Operation,
    ParamPlace, ParamStyle, Part, PartWriting, ProblemCode, ProblemFamily, ResponseHeader, Shape, Type,
    TypeDef,
};
use crate::docs::rows;
use crate::docs::text::{json_line, line, name};
use crate::docs::words::{integer_format, pagination_words, recovery_words, text_format};

const LEGEND: &str = "\
# code NAME  STATUSES  retryable|final|unspecified  {members of its own}  section  -> way out
# METHOD PATH operationId, then its parameters, bodies, successes, and a line for each status and code;
# `*` stands for codes, variants or members that the document leaves open, `?` for a member that may be absent
";

/// The media type that an error has when the listing does not name one.
const USUAL: &str = "application/problem+json";

/// The listing.
pub fn print(contract: &Contract) -> String {
    // Writing to a string cannot fail, here and below.
    let mut out = format!("# {}\n{LEGEND}\n", crate::docs::NOTICE);
    let _ = writeln!(out, "api {} {}", line(&contract.api.title), line(&contract.api.version));
    for server in &contract.api.servers {
        let _ = writeln!(out, "server {}", line(&server.url));
    }
    for credential in &contract.api.credentials {
        let _ = writeln!(out, "credential {}: {}", name(&credential.name), credential_kind(&credential.kind));
    }
    for family in &contract.families {
        print_family(contract, family, &mut out);
    }
    for operation in &contract.operations {
        print_operation(contract, operation, &mut out);
    }
    for def in &contract.types {
        print_type(contract, def, &mut out);
    }
    out
}

/// The end of the listing: what was left out of the document, in its order.
pub fn left_out<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|what| format!("left out: {}\n", line(what))).collect()
}

fn credential_kind(kind: &CredentialKind) -> String {
    match kind {
        CredentialKind::Bearer => "bearer".to_owned(),
        CredentialKind::Basic => "basic".to_owned(),
        CredentialKind::Header(header) => format!("header {}", name(header)),
        CredentialKind::Query(query) => format!("query {}", name(query)),
        CredentialKind::Cookie(cookie) => format!("cookie {}", name(cookie)),
        CredentialKind::Http(scheme) => format!("http {}", name(scheme)),
    }
}

fn print_family(contract: &Contract, family: &ProblemFamily, out: &mut String) {
    let _ = writeln!(
        out,
        "\nproblems {} with their code at {}{}",
        name(&family.name),
        line(&family.place.to_string()),
        if family.holder_optional { ", in an object that may be absent" } else { "" }
    );
    for member in &family.envelope {
        let _ = writeln!(out, "  around it {}", member_words(contract, member));
    }
    for member in &family.members {
        let _ = writeln!(out, "  {}", member_words(contract, member));
    }
    out.push('\n');
    let mut codes: Vec<_> = family.codes.iter().collect();
    codes.sort_by(|a, b| a.code.cmp(&b.code));
    for code in codes {
        print_code(contract, code, out);
    }
}

fn print_code(contract: &Contract, code: &ProblemCode, out: &mut String) {
    let statuses: Vec<_> = code.declared().map(rows::status).collect();
    let statuses = if statuses.is_empty() { "-".to_owned() } else { statuses.join(" ") };
    let retryable = match code.retryable {
        Some(true) => "retryable",
        Some(false) => "final",
        None => "unspecified",
    };
    let fields: Vec<_> = code.fields.iter().map(|field| member_words(contract, field)).collect();
    let section = line(code.section.as_deref().unwrap_or("-"));
    let recovery = code.recovery.as_ref().map(|recovery| format!("  -> {}", line(&recovery_words(recovery))));
    let _ = writeln!(
        out,
        "code {}  {statuses}  {retryable}  {{{}}}  {section}{}",
        name(&code.code),
        fields.join(", "),
        recovery.unwrap_or_default()
    );
}

fn print_operation(contract: &Contract, operation: &Operation, out: &mut String) {
    let _ =
        writeln!(out, "\n{} {} {}", operation.method.as_str(), line(&operation.path), name(&operation.id));
    if operation.docs.deprecated {
        out.push_str("  deprecated\n");
    }
    for credential in &operation.credentials {
        let _ = writeln!(out, "  credential {}", name(credential));
    }
    if let Some(pagination) = &operation.pagination {
        let _ = writeln!(out, "  pages by {}", line(&pagination_words(pagination)));
    }
    for param in &operation.params {
        let place = match param.place {
            ParamPlace::Path => "path",
            ParamPlace::Query => "query",
            ParamPlace::QueryString => "query string",
            ParamPlace::Header => "header",
            ParamPlace::Cookie => "cookie",
            ParamPlace::PartHeader => "part header",
        };
        let optional = if param.required { "" } else { "?" };
        let default =
            param.default.as_ref().map(|value| format!(" = {}", json_line(value))).unwrap_or_default();
        let _ = writeln!(
            out,
            "  {place} {}{optional}: {}{default}",
            name(&param.name),
            words(contract, &param.ty)
        );
    }
    if let Some(body) = &operation.body {
        let optional = if body.required { "" } else { "?" };
        for media in &body.media {
            let _ = writeln!(out, "  body{optional} {}", media_words(contract, media));
            media.parts.iter().for_each(|part| print_part(contract, part, out));
        }
    }
    for success in &operation.successes {
        let status = rows::status(success.status);
        if success.media.is_empty() {
            let _ = writeln!(out, "  {status} -");
        }
        for media in &success.media {
            let _ = writeln!(out, "  {status} {}", media_words(contract, media));
        }
        print_headers(contract, &success.headers, out);
    }
    for error in &operation.errors {
        for (_, line) in error_lines(contract, error) {
            let _ = writeln!(out, "  {} {line}", rows::status(error.status));
        }
        print_headers(contract, &error.headers, out);
    }
}

fn print_headers(contract: &Contract, headers: &[ResponseHeader], out: &mut String) {
    for header in headers {
        let optional = if header.required { "" } else { "?" };
        let _ = writeln!(out, "    header {}{optional}: {}", name(&header.name), words(contract, &header.ty));
    }
}

/// The lines of an error response, sorted, each once: the codes first, what is left open after them.
fn error_lines(contract: &Contract, error: &ErrorResponse) -> BTreeSet<(bool, String)> {
    let mut lines = BTreeSet::new();
    if error.bodies.is_empty() {
        lines.insert((true, "-".to_owned()));
    }
    for body in &error.bodies {
        match &body.kind {
            ErrorKind::Problem { family, codes, open, .. } => {
                let Some(family) = contract.families.get(family.0) else { continue };
                let of = if contract.families.len() > 1 {
                    format!(" of {}", name(&family.name))
                } else {
                    String::new()
                };
                let as_media = if body.media_type == USUAL {
                    String::new()
                } else {
                    format!(" as {}", line(&body.media_type))
                };
                for code in codes.iter().filter_map(|code| family.codes.get(code.0)) {
                    lines.insert((false, format!("{}{of}{as_media}", name(&code.code))));
                }
                if *open {
                    lines.insert((true, format!("*{of}{as_media}")));
                }
            }
            ErrorKind::Json(ty) => {
                lines.insert((true, format!("{} {}", line(&body.media_type), words(contract, ty))));
            }
            ErrorKind::Text => {
                lines.insert((true, format!("{} string", line(&body.media_type))));
            }
            ErrorKind::Bytes => {
                lines.insert((true, line(&body.media_type)));
            }
        }
    }
    lines
}

fn print_part(contract: &Contract, part: &Part, out: &mut String) {
    let writing = match &part.writing {
        PartWriting::Usual => String::new(),
        PartWriting::Content(types) => format!(" as {}", line(&types.join(", "))),
        PartWriting::Styled { style, explode, allow_reserved } => format!(
            " in style {}{}{}",
            style_name(*style),
            if *explode { " exploded" } else { "" },
            if *allow_reserved { " reserved" } else { "" }
        ),
    };
    let _ = writeln!(out, "    part {}{writing}", name(&part.name));
    for header in &part.headers {
        let optional = if header.required { "" } else { "?" };
        let _ =
            writeln!(out, "      header {}{optional}: {}", name(&header.name), words(contract, &header.ty));
    }
}

fn style_name(style: ParamStyle) -> &'static str {
    match style {
        ParamStyle::Simple => "simple",
        ParamStyle::Label => "label",
        ParamStyle::Matrix => "matrix",
        ParamStyle::Form => "form",
        ParamStyle::SpaceDelimited => "spaceDelimited",
        ParamStyle::PipeDelimited => "pipeDelimited",
        ParamStyle::DeepObject => "deepObject",
        ParamStyle::Cookie => "cookie",
        ParamStyle::Json => "json",
    }
}

fn media_words(contract: &Contract, media: &Media) -> String {
    let items =
        media.items.as_ref().map(|items| format!(" of {}", words(contract, items))).unwrap_or_default();
    format!("{} {}{items}", line(&media.media_type), words(contract, &media.ty))
}

fn print_type(contract: &Contract, def: &TypeDef, out: &mut String) {
    let _ = write!(out, "\ntype {}", name(&def.name));
    match &def.shape {
        Shape::Alias(ty) => {
            let _ = writeln!(out, " = {}", words(contract, ty));
        }
        Shape::Struct(members) => {
            out.push('\n');
            for field in &members.fields {
                let _ = writeln!(out, "  {}", member_words(contract, field));
            }
            match &members.additional {
                // Nothing is said about them.
                Some(Type::Any) => {}
                Some(additional) => drop(writeln!(out, "  *: {}", words(contract, additional))),
                None => out.push_str("  *: none\n"),
            }
        }
        Shape::Enum(list) => {
            out.push_str(" one of\n");
            match &list.values {
                EnumValues::Strings(values) => {
                    for value in values {
                        let _ = writeln!(out, "  {}", json_line(&value.as_str().into()));
                    }
                }
                EnumValues::Integers(values) => {
                    for value in values {
                        let _ = writeln!(out, "  {value}");
                    }
                }
            }
        }
        Shape::Union(union) => {
            match &union.tag {
                Some(tag) => {
                    let _ = writeln!(out, " chosen by {}", name(tag));
                }
                None => out.push_str(" either\n"),
            }
            for variant in &union.variants {
                let tags: Vec<_> = variant.tags.iter().map(|tag| json_line(&tag.as_str().into())).collect();
                let tags = match (&union.tag, tags.is_empty()) {
                    (None, _) => String::new(),
                    (Some(_), true) => "otherwise: ".to_owned(),
                    (Some(_), false) => format!("{}: ", tags.join(" ")),
                };
                let _ = writeln!(out, "  {tags}{}", words(contract, &variant.ty));
            }
        }
    }
}

/// A member on one line: `used: int64`, `plan?: string|null = "free" (read only)`.
fn member_words(contract: &Contract, field: &Field) -> String {
    let optional = if field.required { "" } else { "?" };
    let mut out = format!("{}{optional}: {}", name(&field.name), words(contract, &field.ty));
    if let Some(constant) = &field.constant {
        let _ = write!(out, " always {}", json_line(constant));
    }
    if let Some(default) = &field.default {
        let _ = write!(out, " = {}", json_line(default));
    }
    for (holds, note) in [
        (field.read_only, "read only"),
        (field.write_only, "write only"),
        (field.docs.deprecated, "deprecated"),
    ] {
        if holds {
            let _ = write!(out, " ({note})");
        }
    }
    out
}

/// A type in the listing's notation: `int64`, `Drop[]`, `map<string>`, `string|null`.
fn words(contract: &Contract, ty: &Type) -> String {
    match ty {
        Type::Boolean => "boolean".to_owned(),
        Type::Integer(format) => integer_format(*format).to_owned(),
        Type::Number(NumberFormat::F32) => "float".to_owned(),
        Type::Number(NumberFormat::F64) => "double".to_owned(),
        Type::String => "string".to_owned(),
        Type::Text(format) => text_format(*format).to_owned(),
        Type::Binary => "binary".to_owned(),
        Type::Format(format, _) => name(format).to_string(),
        Type::Any => "any".to_owned(),
        Type::Array(item) => match **item {
            Type::Nullable(_) => format!("({})[]", words(contract, item)),
            _ => format!("{}[]", words(contract, item)),
        },
        Type::Map(item) => format!("map<{}>", words(contract, item)),
        Type::Nullable(inner) => format!("{}|null", words(contract, inner)),
        Type::Named(id) => match contract.types.get(id.0) {
            Some(def) => name(&def.name).into_owned(),
            None => "any".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::CodeId;
    use crate::docs::samples;

    #[test]
    fn a_listing() {
        insta::assert_snapshot!(print(&samples::library()), @r#"
        # Generated from the OpenAPI document. Do not edit: change the document and generate again.
        # code NAME  STATUSES  retryable|final|unspecified  {members of its own}  section  -> way out
        # METHOD PATH operationId, then its parameters, bodies, successes, and a line for each status and code;
        # `*` stands for codes, variants or members that the document leaves open, `?` for a member that may be absent

        api Library 2.1.0
        server https://api.example.com

        problems Problem with their code at code
          type: string
          code: string
          detail?: string

        code branch_required  409  final  {choices: Branch[]}  Loans  -> choose choices
        code busy  503  retryable  {}  Server  -> wait
        code quota_exceeded  403 413  final  {limit: int64, used: int64, tier?: Tier = "free"}  Loans  -> upgrade https://example.com/plans

        GET /loans listLoans
          query limit?: int32 = 20
          200 application/json Loan[]
          403 quota_exceeded
          403 *
          404 -

        POST /loans lendBook
          credential card
          body application/json Target
          201 application/json Loan
          403 quota_exceeded
          403 *
          409 branch_required
          409 *
          413 quota_exceeded
            header Retry-After: int64
          5XX application/json Branch
            header Retry-After?: int64

        type Branch
          slug: string
          opens_at?: date-time|null
          nearest?: Branch|null
          *: none

        type Loan
          id: uuid
          tier?: Tier

        type Tier one of
          "free"
          "gold"

        type Target chosen by kind
          "branch": Branch
          "loan": Loan
        "#);
    }

    #[test]
    fn a_code_more_is_one_line_for_itself_and_one_for_each_operation() {
        let mut contract = samples::library();
        let before = print(&contract);
        contract.families[0].codes.push(samples::code("card_lost", &[409], "Loans"));
        let added = CodeId(contract.families[0].codes.len() - 1);
        for body in contract.operations[1].errors[1].bodies.iter_mut() {
            if let ErrorKind::Problem { codes, .. } = &mut body.kind {
                codes.insert(0, added);
            }
        }
        let after = print(&contract);
        let added: Vec<_> = after.lines().filter(|line| !before.lines().any(|old| old == *line)).collect();
        assert_eq!(added, ["code card_lost  409  final  {}  Loans", "  409 card_lost"]);
        assert!(before.lines().all(|old| after.lines().any(|line| line == old)));
    }

    #[test]
    fn what_stands_around_a_problem_is_listed() {
        let mut contract = samples::library();
        let family = &mut contract.families[0];
        family.envelope = vec![Field { name: "trace".to_owned(), ..family.members[0].clone() }];
        assert!(print(&contract).contains("\n  around it trace: string\n"));
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        let lines = print(&samples::library()).lines().count();
        let hostile = print(&samples::hostile());
        assert_eq!(hostile.lines().count(), lines, "{hostile}");
        assert!(!hostile.contains('\u{202E}'));
    }
}
