//! Laws over pages: the parameter and the members by which they are turned are there, and of types that serve.

use crate::contract::{
    Contract, Encoding, Operation, Pagination, ParamPlace, Pointer, Shape, Success, TextFormat, Turn, Type,
};

use super::members::{find, members, settled, there_is};
use super::{Findings, codes};

pub(super) fn check(contract: &Contract, operation: &Operation, findings: &mut Findings<'_>) {
    let Some(pagination) = &operation.pagination else { return };
    param(contract, operation, pagination, findings);
    let Some(page) = page(&operation.successes) else {
        findings.error(
            codes::PAGINATION_SUCCESS,
            &pagination.at,
            format!("`{}` has pages, but not one success with one body of JSON", operation.id),
            "pages need a single success, which is JSON in a single media type",
        );
        return;
    };
    Page { contract, operation, page, findings }.check(pagination);
}

/// The type of a page.
fn page(successes: &[Success]) -> Option<&Type> {
    let [Success { media, .. }] = successes else { return None };
    let [media] = media.as_slice() else { return None };
    (media.encoding == Encoding::Json).then_some(&media.ty)
}

fn param(contract: &Contract, operation: &Operation, pagination: &Pagination, findings: &mut Findings<'_>) {
    let Some(name) = pagination.turn.param() else { return };
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
    let serves = match pagination.turn {
        Turn::Page { .. } | Turn::Offset { .. } => {
            matches!(ty, Type::Integer(_) | Type::Number(_) | Type::Any)
        }
        _ => is_scalar(contract, ty),
    };
    if !serves {
        findings.error(
            codes::PAGINATION_PARAM,
            &at,
            format!(
                "the parameter `{name}` of `{}` is of a type that pages in the style `{}` cannot use",
                operation.id,
                pagination.turn.style()
            ),
            "a page or an offset is a number, a cursor a text or a number",
        );
    }
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
            Turn::Cursor { next, .. } => {
                self.typed(self.page, next, &at("next"), is_scalar, "a text or a number")
            }
            Turn::Last { member, .. } => {
                if let Some(item) = item {
                    self.typed(item, member, &at("last"), is_scalar, "a text or a number");
                }
            }
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

    fn typed(
        &mut self,
        of: &'f Type,
        path: &'f [String],
        at: &Pointer,
        serves: fn(&Contract, &Type) -> bool,
        wanted: &str,
    ) {
        if let Known::Type(ty) = self.member(of, path, at)
            && !serves(self.contract, ty)
        {
            let message = format!("`{}` is not {wanted}", path.join("."));
            self.wrong(at, message, &format!("name a member that is {wanted}"));
        }
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
