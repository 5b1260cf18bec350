//! Laws over pages: the parameter and the members by which they are turned are there, and of types that serve.

use crate::contract::{
    Contract, Encoding, Media, Operation, PageKey, Pagination, ParamPlace, Pointer, ResponseHeader, Shape,
    Success, TextFormat, Turn, Type,
};

use super::members::{find, members, settled, there_is};
use super::{Findings, codes};

pub(super) fn check(contract: &Contract, operation: &Operation, findings: &mut Findings<'_>) {
    let Some(pagination) = &operation.pagination else { return };
    let key = match pagination.turn.key() {
        Some(PageKey::Param(name)) => {
            param(contract, operation, pagination, name, findings);
            None
        }
        Some(PageKey::Member(member)) => body(contract, operation, pagination, member, findings),
        None => None,
    };
    let Some(page) = page(&operation.successes) else {
        findings.error(
            codes::PAGINATION_SUCCESS,
            &pagination.at,
            format!("`{}` has pages, but not one success with one body of JSON", operation.id),
            "pages need a single success, which is JSON in a single media type",
        );
        return;
    };
    Page { contract, operation, page, key, findings }.check(pagination);
}

/// The type of a page.
fn page(successes: &[Success]) -> Option<&Type> {
    let [Success { media, .. }] = successes else { return None };
    json(media)
}

/// The type of a body that is JSON in a single media type.
fn json(media: &[Media]) -> Option<&Type> {
    let [media] = media else { return None };
    (media.encoding == Encoding::Json).then_some(&media.ty)
}

fn param(
    contract: &Contract,
    operation: &Operation,
    pagination: &Pagination,
    name: &str,
    findings: &mut Findings<'_>,
) {
    let at = pagination.at.child("param");
    let mut queries = operation.params.iter().filter(|param| param.place == ParamPlace::Query);
    let Some(param) = queries.clone().find(|param| param.name == name) else {
        let near = there_is(name, queries.by_ref().map(|param| param.name.as_str()));
        let help = near
            .unwrap_or_else(|| "name a parameter in the query of this operation, or declare it".to_owned());
        let message = format!("`{}` has no parameter `{name}` in its query", operation.id);
        findings.error(codes::PAGINATION_PARAM, &at, message, help);
        return;
    };
    let ty = settled(contract, &param.ty);
    if !serves(contract, pagination, ty) {
        findings.error(
            codes::PAGINATION_PARAM,
            &at,
            format!(
                "the parameter `{name}` of `{}` is of a type that pages in the style `{}` cannot use",
                operation.id,
                pagination.turn.style()
            ),
            SERVES,
        );
    }
}

/// What a parameter or a member has to be.
const SERVES: &str = "a page or an offset is a number, a cursor a text or a number";

/// Can it say which page is asked for?
fn serves(contract: &Contract, pagination: &Pagination, ty: &Type) -> bool {
    match pagination.turn {
        Turn::Page { .. } | Turn::Offset { .. } => {
            matches!(ty, Type::Integer(_) | Type::Number(_) | Type::Any)
        }
        _ => is_scalar(contract, ty),
    }
}

/// The type of the member of the request body that says which page it is, where it is known and serves.
fn body<'f>(
    contract: &'f Contract,
    operation: &'f Operation,
    pagination: &Pagination,
    member: &'f [String],
    findings: &mut Findings<'_>,
) -> Option<&'f Type> {
    let at = pagination.at.child("body");
    let Some(body) = operation.body.as_ref().and_then(|body| json(&body.media)) else {
        let message = format!("`{}` has no request body that is JSON in a single media type", operation.id);
        findings.error(
            codes::PAGINATION_BODY,
            &at,
            message,
            "name a parameter in the query with `param`, or declare the body",
        );
        return None;
    };
    match find(contract, members(contract, body)?, member) {
        Ok(Some(ty)) if serves(contract, pagination, ty) => Some(ty),
        Ok(Some(_)) => {
            let message = format!(
                "`{}` of the body of `{}` is of a type that pages in the style `{}` cannot use",
                member.join("."),
                operation.id,
                pagination.turn.style()
            );
            findings.error(codes::PAGINATION_TYPE, &at, message, SERVES);
            None
        }
        Ok(None) => None,
        Err(missing) => {
            let message = missing.message(&format!("what `{}` takes", operation.id));
            findings.error(codes::PAGINATION_MEMBER, &at, message, missing.help());
            None
        }
    }
}

/// Is it a number? `None` where that depends on the value.
fn is_number(ty: &Type) -> Option<bool> {
    match ty {
        Type::Integer(_) | Type::Number(_) => Some(true),
        Type::String | Type::Text(_) => Some(false),
        _ => None,
    }
}

/// The header of a success that holds the next cursor.
fn header<'f>(operation: &'f Operation, name: &str) -> Option<&'f ResponseHeader> {
    let mut headers = operation.successes.iter().flat_map(|success| &success.headers);
    headers.find(|header| header.name.eq_ignore_ascii_case(name))
}

/// Can it be a cursor?
fn is_scalar(contract: &Contract, ty: &Type) -> bool {
    match ty {
        Type::Text(TextFormat::Secret) => false,
        Type::Integer(_) | Type::Number(_) | Type::String | Type::Text(_) | Type::Any => true,
        Type::Named(id) => contract.types.get(id.0).is_some_and(|def| matches!(def.shape, Shape::Enum(_))),
        _ => false,
    }
}

struct Page<'f, 'r, 's> {
    contract: &'f Contract,
    operation: &'f Operation,
    page: &'f Type,
    /// The member of the request body that says which page it is.
    key: Option<&'f Type>,
    findings: &'s mut Findings<'r>,
}

/// What is known of the type of a member.
enum Known<'f> {
    Type(&'f Type),
    /// It is data of an open object, or depends on the value.
    Nothing,
    /// It was said that there is no such member.
    Missing,
}

impl<'f> Page<'f, '_, '_> {
    fn check(&mut self, pagination: &'f Pagination) {
        let at = |key: &str| pagination.at.child(key);
        let item = self.item(pagination);
        match &pagination.turn {
            Turn::Cursor { next, .. } => self.cursor(self.page, next, &at("next")),
            Turn::Last { member, .. } => {
                if let Some(item) = item {
                    self.cursor(item, member, &at("last"));
                }
            }
            Turn::Header { header, .. } => self.header(header, &at("header")),
            Turn::Link { next } if !next.is_empty() => {
                let text = |_: &Contract, ty: &Type| matches!(ty, Type::String | Type::Any);
                self.typed(self.page, next, &at("next"), text, "a text that holds a URL");
            }
            Turn::Link { .. } | Turn::Page { .. } | Turn::Offset { .. } => {}
        }
        if !pagination.more.is_empty() {
            let truth = |_: &Contract, ty: &Type| matches!(ty, Type::Boolean | Type::Any);
            self.typed(self.page, &pagination.more, &at("more"), truth, "true or false");
        }
    }

    /// The type of an item; `None` where the items are no list, which is said.
    fn item(&mut self, pagination: &'f Pagination) -> Option<&'f Type> {
        let at = pagination.at.child("items");
        let whole = pagination.items.is_empty();
        let list = match whole {
            true => Known::Type(settled(self.contract, self.page)),
            false => self.member(self.page, &pagination.items, &at),
        };
        match list {
            Known::Type(Type::Array(item)) => return Some(item),
            Known::Type(_) | Known::Nothing if whole => {
                let message = format!("the success of `{}` is no list", self.operation.id);
                self.wrong(&pagination.at, message, "name the member that lists the items with `items`");
            }
            Known::Type(_) | Known::Nothing => {
                let message = format!("`{}` of a page is no list", pagination.items.join("."));
                self.wrong(&at, message, "name a member whose type is an array");
            }
            Known::Missing => {}
        }
        None
    }

    /// A cursor that a member gives.
    fn cursor(&mut self, of: &'f Type, path: &'f [String], at: &Pointer) {
        let ty = self.typed(of, path, at, is_scalar, "a text or a number");
        self.fits(ty, &path.join("."), at);
    }

    /// A cursor that a header gives.
    fn header(&mut self, name: &str, at: &Pointer) {
        let Some(header) = header(self.operation, name) else {
            let declared = self.operation.successes.iter().flat_map(|success| &success.headers);
            let near = there_is(name, declared.map(|header| header.name.as_str()));
            let help =
                near.unwrap_or_else(|| "declare the header in the success of the operation".to_owned());
            let message = format!("the success of `{}` has no header `{name}`", self.operation.id);
            self.findings.error(codes::PAGINATION_HEADER, at, message, help);
            return;
        };
        if !is_scalar(self.contract, &header.ty) {
            let message = format!("the header `{name}` is not a text or a number");
            self.wrong(at, message, "name a header that is a text or a number");
        }
        self.fits(Some(&header.ty), name, at);
    }

    /// Can the cursor be sent in the request body as it came?
    fn fits(&mut self, cursor: Option<&Type>, name: &str, at: &Pointer) {
        let kinds = self.key.and_then(is_number).zip(cursor.and_then(is_number));
        if let Some((key, cursor)) = kinds.filter(|(key, cursor)| key != cursor) {
            let word = |number: bool| if number { "a number" } else { "a text" };
            let message = format!(
                "`{name}` is {}, and the member of the body that it goes into {}",
                word(cursor),
                word(key)
            );
            self.wrong(at, message, "give both the same type");
        }
    }

    /// The type of a member, where it is known and serves.
    fn typed(
        &mut self,
        of: &'f Type,
        path: &'f [String],
        at: &Pointer,
        serves: fn(&Contract, &Type) -> bool,
        wanted: &str,
    ) -> Option<&'f Type> {
        let Known::Type(ty) = self.member(of, path, at) else { return None };
        if serves(self.contract, ty) {
            return Some(ty);
        }
        let message = format!("`{}` is not {wanted}", path.join("."));
        self.wrong(at, message, &format!("name a member that is {wanted}"));
        None
    }

    fn member(&mut self, of: &'f Type, path: &'f [String], at: &Pointer) -> Known<'f> {
        let Some(fields) = members(self.contract, of) else { return Known::Nothing };
        match find(self.contract, fields, path) {
            Ok(ty) => ty.map_or(Known::Nothing, Known::Type),
            Err(missing) => {
                let message = missing.message(&format!("what `{}` gives", self.operation.id));
                self.findings.error(codes::PAGINATION_MEMBER, at, message, missing.help());
                Known::Missing
            }
        }
    }

    fn wrong(&mut self, at: &Pointer, message: String, help: &str) {
        self.findings.error(codes::PAGINATION_TYPE, at, message, help);
    }
}
