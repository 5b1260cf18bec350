//! Inline types that are the same: one of them is printed, the others are other names for it.
//!
//! Comes in: the contract. Goes out: for each type the one that stands for it. Documents repeat themselves: the same list of
//! values stands at fifty parameters, the same wrapper in every answer, and each would cost whoever compiles the output as
//! much as a type that is new. Every place keeps its own name, so nothing is renamed when places begin or cease to be the
//! same. Types that the document itself names are never merged, but one may stand for inline types. Deliberately absent: what
//! a type is for; types are the same here if they print the same, documentation of members included.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Used;
use super::types::Shapes;
use crate::contract::{EnumValues, Field, Shape, Type, TypeDef, TypeId};

/// For each type the place of the one that stands for it, which may be its own.
pub(super) fn stands_for(shapes: &Shapes<'_>, used: &[Used]) -> Vec<usize> {
    let types = shapes.types();
    let mut inner: Vec<usize> = vec![0; types.len()];
    let mut outer: Vec<Vec<usize>> = vec![Vec::new(); types.len()];
    for (at, def) in types.iter().enumerate() {
        for TypeId(child) in super::held(&def.shape) {
            if types.get(child).is_some_and(|def| !def.is_component()) {
                inner[at] += 1;
                outer[child].push(at);
            }
        }
    }
    let mut same = Same { shapes, used, stands_for: (0..types.len()).collect() };
    let mut known: HashMap<u64, Vec<usize>> = HashMap::new();
    // From the inside out, so that what a type holds is sorted before itself; those that the document names first, so that
    // they stand for the others. Inline types that hold themselves never come up, and stay what they are.
    let rank = |at: usize| (types.get(at).is_some_and(|def| !def.is_component()), at);
    let mut open: BTreeSet<(bool, usize)> = (0..types.len()).filter(|at| inner[*at] == 0).map(rank).collect();
    while let Some((is_inline, at)) = open.pop_first() {
        if let Some(hash) = same.hash(at) {
            let alike = known.entry(hash).or_default();
            match alike.iter().find(|other| is_inline && same.types(**other, at)) {
                Some(other) => same.stands_for[at] = *other,
                None => alike.push(at),
            }
        }
        for at in std::mem::take(&mut outer[at]) {
            inner[at] -= 1;
            if inner[at] == 0 {
                open.insert(rank(at));
            }
        }
    }
    same.stands_for
}

/// Which types print the same, as far as is known.
struct Same<'a> {
    shapes: &'a Shapes<'a>,
    used: &'a [Used],
    stands_for: Vec<usize>,
}

impl Same<'_> {
    fn def(&self, at: usize) -> Option<&TypeDef> {
        self.shapes.types().get(at)
    }

    fn id(&self, id: TypeId) -> usize {
        self.stands_for.get(id.0).copied().unwrap_or(id.0)
    }

    /// The same number for types that are the same; `None` for what is not shared: what is only a name, and what a
    /// parent says by itself, which may be what one of its children says but is another case.
    fn hash(&self, at: usize) -> Option<u64> {
        let def = self.def(at).filter(|def| !def.is_base())?;
        let mut hasher = DefaultHasher::new();
        let state = &mut hasher;
        match &def.shape {
            Shape::Alias(_) => return None,
            Shape::Struct(shape) => {
                for field in &shape.fields {
                    (&field.name, field.required, &field.docs).hash(state);
                    self.hash_type(&field.ty, state);
                }
                shape.additional.iter().for_each(|ty| self.hash_type(ty, state));
            }
            Shape::Enum(values) => values.values.hash(state),
            Shape::Union(union) => {
                union.tag.hash(state);
                for variant in &union.variants {
                    (&variant.name, &variant.tags).hash(state);
                    self.hash_type(&variant.ty, state);
                }
            }
        }
        Some(hasher.finish())
    }

    fn hash_type(&self, ty: &Type, state: &mut DefaultHasher) {
        std::mem::discriminant(ty).hash(state);
        match ty {
            Type::Named(id) => self.id(*id).hash(state),
            Type::Array(inner) | Type::Map(inner) | Type::Nullable(inner) => self.hash_type(inner, state),
            other => other.hash(state),
        }
    }

    fn types(&self, one: usize, other: usize) -> bool {
        let (Some(a), Some(b)) = (self.def(one), self.def(other)) else { return false };
        match (&a.shape, &b.shape) {
            (Shape::Struct(a), Shape::Struct(b)) => {
                // A request may leave out what an answer has.
                self.used.get(one) == self.used.get(other)
                    && all(&a.fields, &b.fields, |a, b| self.fields(a, b))
                    && all(a.additional.as_slice(), b.additional.as_slice(), |a, b| self.same(a, b))
                    && (0..a.fields.len()).all(|at| self.shapes.held_alike((one, at), (other, at)))
            }
            (Shape::Enum(a), Shape::Enum(b)) => match (&a.values, &b.values) {
                (EnumValues::Strings(a), EnumValues::Strings(b)) => a == b,
                (EnumValues::Integers(a), EnumValues::Integers(b)) => a == b,
                _ => false,
            },
            (Shape::Union(a), Shape::Union(b)) => {
                a.tag == b.tag
                    && all(&a.variants, &b.variants, |a, b| {
                        a.name == b.name && a.tags == b.tags && self.same(&a.ty, &b.ty)
                    })
                    && (0..a.variants.len()).all(|at| self.shapes.held_alike((one, at), (other, at)))
            }
            _ => false,
        }
    }

    fn fields(&self, a: &Field, b: &Field) -> bool {
        let Field {
            name,
            ty,
            required,
            constant,
            default,
            docs,
            read_only,
            write_only,
            example,
            limits,
            format: _,
        } = a;
        *name == b.name
            && self.same(ty, &b.ty)
            && (required, read_only, write_only) == (&b.required, &b.read_only, &b.write_only)
            && (constant, default, example) == (&b.constant, &b.default, &b.example)
            && *docs == b.docs
            && *limits == b.limits
    }

    /// Are the types the same where they are used?
    fn same(&self, a: &Type, b: &Type) -> bool {
        match (a, b) {
            (Type::Named(a), Type::Named(b)) => self.id(*a) == self.id(*b),
            (Type::Array(a), Type::Array(b))
            | (Type::Map(a), Type::Map(b))
            | (Type::Nullable(a), Type::Nullable(b)) => self.same(a, b),
            (a, b) => a == b,
        }
    }
}

fn all<T>(a: &[T], b: &[T], mut same: impl FnMut(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}
