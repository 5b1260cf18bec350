//! Members by their names: what extensions point at.

use crate::contract::{Contract, Field, Shape, Type};
use crate::report::nearest;

/// A member that is not there.
pub(super) struct Missing<'a> {
    path: &'a [String],
    /// How many of the names were found.
    found: usize,
    /// The names that are there in its place.
    known: Vec<&'a str>,
}

impl Missing<'_> {
    /// What is missing; `of` is where it was looked for, in words.
    pub(super) fn message(&self, of: &str) -> String {
        let name = &self.path[self.found];
        match self.found {
            0 => format!("{of} has no member `{name}`"),
            found => format!("`{}` of {of} has no member `{name}`", self.path[..found].join(".")),
        }
    }

    pub(super) fn help(&self) -> String {
        if let Some(near) = there_is(&self.path[self.found], self.known.iter().copied()) {
            return near;
        }
        if self.known.is_empty() {
            return "name a member that the document declares".to_owned();
        }
        let known: Vec<&str> = self.known.iter().copied().take(10).collect();
        format!("there are `{}`", known.join("`, `"))
    }
}

/// What there is that a name may have meant, in words.
pub(super) fn there_is<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let near = nearest(name, candidates);
    (!near.is_empty()).then(|| format!("there is `{}`", near.join("` and `")))
}

/// The type of the member that the names lead to; `None` where nothing is known of it.
pub(super) fn find<'a>(
    contract: &'a Contract,
    fields: Vec<&'a Field>,
    path: &'a [String],
) -> Result<Option<&'a Type>, Missing<'a>> {
    let mut fields = fields;
    let mut ty = None;
    for (found, name) in path.iter().enumerate() {
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            let known = fields.iter().map(|field| field.name.as_str()).collect();
            return Err(Missing { path, found, known });
        };
        ty = Some(settled(contract, &field.ty));
        if found + 1 == path.len() {
            break;
        }
        match ty.map(|ty| members(contract, ty)) {
            Some(Some(inner)) => fields = inner,
            _ => return Ok(None),
        }
    }
    Ok(ty)
}

/// The declared members of a type, none of one that has none; `None` where members are data, or depend on the value.
pub(super) fn members<'a>(contract: &'a Contract, ty: &'a Type) -> Option<Vec<&'a Field>> {
    match settled(contract, ty) {
        Type::Named(id) => match contract.types.get(id.0).map(|def| &def.shape) {
            Some(Shape::Struct(members)) => Some(members.fields.iter().collect()),
            Some(Shape::Union(_)) => None,
            _ => Some(Vec::new()),
        },
        Type::Any | Type::Map(_) => None,
        _ => Some(Vec::new()),
    }
}

/// How many aliases are followed: only a cycle has more.
const ALIASES: usize = 32;

/// The type behind `null`, aliases and settings for formats.
pub(super) fn settled<'a>(contract: &'a Contract, ty: &'a Type) -> &'a Type {
    let mut ty = ty;
    for _ in 0..ALIASES {
        ty = match ty {
            Type::Nullable(inner) | Type::Format(_, inner) => inner,
            Type::Named(id) => match contract.types.get(id.0).map(|def| &def.shape) {
                Some(Shape::Alias(next)) => next,
                _ => return ty,
            },
            _ => return ty,
        };
    }
    ty
}
