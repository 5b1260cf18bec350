//! The plan of the named types.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{FieldPlan, Form, StructPlan, Ty, TypePlan, Used, VariantPlan, Wire, cycles, literal, shared};
use crate::config::Formats;
use crate::contract::{
    Contract, EnumValues, Field, IntegerFormat, NumberFormat, Pointer, Shape, Struct, TextFormat, Type,
    TypeDef, TypeId, Union,
};
use crate::report::{Diagnostic, Place, Report};
use crate::rust::names::{Case, RustName, Scope, Wish};

/// What the generated modules use from the prelude and from their own.
pub(crate) const RESERVED_TYPES: &[&str] = &[
    "BTreeMap", "Box", "Default", "Err", "From", "Into", "None", "Ok", "Option", "Result", "Self", "Some",
    "String", "Vec",
];

/// Plans every named type.
pub(super) fn plan(
    shapes: &Shapes<'_>,
    used: &[Used],
    locate: &dyn Fn(&Pointer) -> Place,
    report: &mut Report,
) -> Vec<TypePlan> {
    let contract = shapes.contract;
    let names = names(contract);
    for &(id, field) in &shapes.loosened {
        if let Some(def) = contract.types.get(id)
            && let Shape::Struct(shape) = &def.shape
            && let Some(field) = shape.fields.get(field)
        {
            report.push(
                Diagnostic::warning(
                    super::codes::ENDLESS,
                    format!(
                        "`{}` requires itself through `{}`, so it has no finite value",
                        def.name, field.name
                    ),
                )
                .at(locate(&def.at))
                .help("make the member optional; it is taken as such"),
            );
        }
    }
    let forms = contract.types.iter().enumerate().map(|(at, def)| match &def.shape {
        Shape::Alias(ty) if shapes.newtypes.contains(&at) => {
            let ty = shapes.ty(ty);
            Form::Newtype(if shapes.boxed.contains(&(at, 0)) { Ty::Boxed(Box::new(ty)) } else { ty })
        }
        Shape::Alias(ty) => Form::Alias(shapes.ty(ty)),
        Shape::Struct(shape) => {
            Form::Struct(struct_plan(shapes, Some(at), shape, used.get(at).copied().unwrap_or_default()))
        }
        Shape::Enum(values) => Form::Enum(enum_variants(&values.values)),
        Shape::Union(union) => Form::Union(union_variants(shapes, at, union)),
    });
    names
        .into_iter()
        .zip(forms)
        .enumerate()
        .map(|(at, (name, form))| TypePlan {
            name,
            used: used.get(at).copied().unwrap_or_default(),
            form,
            same_as: shapes.same_as(TypeId(at)),
        })
        .collect()
}

/// The names of the types. Those that the document itself names come first, so that no inline type can take such a name.
fn names(contract: &Contract) -> Vec<RustName> {
    let mut scope = Scope::new(Case::Pascal, RESERVED_TYPES, "Model");
    let mut names = vec![RustName::own("Unnamed"); contract.types.len()];
    for components in [true, false] {
        let some = contract.types.iter().enumerate().filter(|(_, def)| def.is_component() == components);
        let (places, wishes): (Vec<usize>, Vec<Wish<'_>>) =
            some.map(|(at, def)| (at, Wish::new(&def.name))).unzip();
        for (at, name) in places.into_iter().zip(scope.assign(&wishes)) {
            if let Some(place) = names.get_mut(at) {
                *place = name;
            }
        }
    }
    names
}

/// What has to be known of all types before one of them can be planned.
pub(super) struct Shapes<'a> {
    contract: &'a Contract,
    formats: &'a Formats,
    /// Aliases that contain themselves.
    newtypes: HashSet<usize>,
    /// Members and variants that close a circle of types.
    boxed: HashSet<(usize, usize)>,
    /// Required members that close a circle of required members.
    loosened: BTreeSet<(usize, usize)>,
    /// For each type the one that is printed for it.
    stands_for: Vec<usize>,
}

impl<'a> Shapes<'a> {
    pub(super) fn new(contract: &'a Contract, formats: &'a Formats, used: &[Used]) -> Self {
        let nodes = contract.types.len();
        let mut shapes = Self {
            contract,
            formats,
            newtypes: HashSet::new(),
            boxed: HashSet::new(),
            loosened: BTreeSet::new(),
            stands_for: Vec::new(),
        };
        let aliases: Vec<cycles::Edge> = contract
            .types
            .iter()
            .enumerate()
            .filter_map(|(at, def)| match &def.shape {
                Shape::Alias(ty) => {
                    let mut inner = Vec::new();
                    super::named(ty, &mut inner);
                    Some((at, 0, inner.first()?.0))
                }
                _ => None,
            })
            .collect();
        // One of each circle is enough: it is a type of its own, and the others are names for what leads to it.
        shapes.newtypes = cycles::closing(nodes, &aliases).into_iter().map(|(at, _)| at).collect();
        let (mut direct, mut eager) = (Vec::new(), Vec::new());
        for (at, def) in contract.types.iter().enumerate() {
            match &def.shape {
                Shape::Struct(shape) => {
                    for (number, field) in shape.fields.iter().enumerate() {
                        let Some((to, nullable)) = shapes.holds(&field.ty) else { continue };
                        direct.push((at, number, to));
                        if field.required && !nullable {
                            eager.push((at, number, to));
                        }
                    }
                }
                // As many variants as an API has resources, and each of them as large as one.
                Shape::Union(union) if union.has_base() => {
                    shapes.boxed.extend((0..union.variants.len()).map(|number| (at, number)));
                }
                Shape::Union(union) => {
                    for (number, variant) in union.variants.iter().enumerate() {
                        direct.extend(shapes.holds(&variant.ty).map(|(to, _)| (at, number, to)));
                    }
                }
                Shape::Alias(ty) if shapes.newtypes.contains(&at) => {
                    direct.extend(shapes.holds(ty).map(|(to, _)| (at, 0, to)));
                }
                Shape::Alias(_) | Shape::Enum(_) => {}
            }
        }
        shapes.loosened = cycles::closing(nodes, &eager).into_iter().collect();
        shapes.boxed.extend(cycles::closing(nodes, &direct));
        shapes.stands_for = shared::stands_for(&shapes, used);
        shapes
    }

    /// Every named type.
    pub(super) fn types(&self) -> &'a [TypeDef] {
        &self.contract.types
    }

    /// The equal type that is printed in place of this one, if another is.
    fn same_as(&self, TypeId(at): TypeId) -> Option<TypeId> {
        self.stands_for.get(at).filter(|other| **other != at).map(|other| TypeId(*other))
    }

    /// Do two members or variants close circles alike?
    pub(super) fn held_alike(&self, one: (usize, usize), other: (usize, usize)) -> bool {
        self.boxed.contains(&one) == self.boxed.contains(&other)
            && self.loosened.contains(&one) == self.loosened.contains(&other)
    }

    /// The type that a type holds within itself, and whether it may be missing. Lists and maps hold nothing within.
    fn holds(&self, ty: &Type) -> Option<(usize, bool)> {
        let mut ty = ty;
        let mut nullable = false;
        loop {
            match ty {
                Type::Nullable(inner) => {
                    nullable = true;
                    ty = inner;
                }
                Type::Named(id) => match &self.contract.types.get(id.0)?.shape {
                    Shape::Alias(target) if !self.newtypes.contains(&id.0) => ty = target,
                    _ => return Some((id.0, nullable)),
                },
                _ => return None,
            }
        }
    }

    /// The Rust type of a type.
    pub(super) fn ty(&self, ty: &Type) -> Ty {
        match ty {
            Type::Boolean => Ty::Bool,
            Type::Integer(IntegerFormat::I32) => Ty::I32,
            Type::Integer(IntegerFormat::I64) => Ty::I64,
            Type::Integer(IntegerFormat::U32) => Ty::U32,
            Type::Integer(IntegerFormat::U64) => Ty::U64,
            // An `f32` would write another decimal number than the one it was read from.
            Type::Number(NumberFormat::F32 | NumberFormat::F64) => Ty::F64,
            Type::String => Ty::String,
            Type::Text(TextFormat::DateTime) => Ty::Timestamp,
            Type::Text(TextFormat::Date) => Ty::Date,
            Type::Text(TextFormat::Uuid) => Ty::Uuid,
            Type::Text(TextFormat::Secret) => Ty::Secret,
            Type::Text(TextFormat::Base64) => Ty::Base64,
            Type::Text(TextFormat::Base64Url) => Ty::Base64Url,
            Type::Format(format, inner) => match self.formats.types.get(format) {
                Some(path) => mapped(&path.value, inner),
                None => self.ty(inner),
            },
            Type::Binary => Ty::Bytes,
            Type::Any => Ty::Json,
            Type::Array(inner) => Ty::Vec(Box::new(self.ty(inner))),
            Type::Map(inner) => Ty::Map(Box::new(self.ty(inner))),
            Type::Named(id) if self.contract.types.get(id.0).is_some() => Ty::Named(*id),
            Type::Named(_) => Ty::Json,
            Type::Nullable(inner) => Ty::Option(Box::new(self.ty(self.unwrapped(inner).0))),
        }
    }

    /// The Rust type of a part of a multipart body: octets are files, and so are those in a list.
    pub(super) fn part(&self, ty: &Type) -> Ty {
        match self.unaliased(ty) {
            Type::Binary => Ty::File,
            Type::Array(inner) if matches!(self.unaliased(inner), Type::Binary) => {
                Ty::Vec(Box::new(Ty::File))
            }
            _ => self.ty(ty),
        }
    }

    /// The shape of a named type.
    pub(super) fn shape(&self, id: TypeId) -> Option<&'a Shape> {
        self.contract.types.get(id.0).map(|def| &def.shape)
    }

    /// What a name for a type stands for, `null` left out.
    pub(super) fn unaliased<'t>(&'t self, ty: &'t Type) -> &'t Type {
        let mut seen = self.unwrapped(ty).0;
        while let Type::Named(id) = seen
            && !self.newtypes.contains(&id.0)
            && let Some(Shape::Alias(target)) = self.contract.types.get(id.0).map(|def| &def.shape)
        {
            seen = self.unwrapped(target).0;
        }
        seen
    }

    /// The type without `null`, also where only the alias that it names has it; and whether it had.
    pub(super) fn unwrapped<'t>(&'t self, ty: &'t Type) -> (&'t Type, bool) {
        let (mut seen, mut plain, mut nullable) = (ty, ty, false);
        // Every second step follows an alias, and a chain of aliases is at most as long as the list of types.
        for _ in 0..=2 * self.contract.types.len() + 1 {
            match seen {
                Type::Nullable(inner) => {
                    nullable = true;
                    (seen, plain) = (inner, inner);
                }
                Type::Named(id) if !self.newtypes.contains(&id.0) => {
                    match self.contract.types.get(id.0).map(|def| &def.shape) {
                        Some(Shape::Alias(target)) => seen = target,
                        _ => break,
                    }
                }
                _ => break,
            }
        }
        (plain, nullable)
    }
}

/// The type that was chosen for a format of text or a number.
fn mapped(path: &str, of: &Type) -> Ty {
    let text = !matches!(of, Type::Integer(_) | Type::Number(_));
    match path {
        "String" if text => Ty::String,
        "i32" if !text => Ty::I32,
        "i64" if !text => Ty::I64,
        "u32" if !text => Ty::U32,
        "u64" if !text => Ty::U64,
        "f64" if !text => Ty::F64,
        "i8" | "i16" | "u8" | "u16" | "f32" if !text => Ty::Mapped(Wire::Itself, path.to_owned()),
        _ if text => Ty::Mapped(Wire::Text, path.to_owned()),
        _ => Ty::Mapped(Wire::Number, path.to_owned()),
    }
}

/// Plans the members of an object. `at` is its place among the types, if it has one.
pub(super) fn struct_plan(shapes: &Shapes<'_>, at: Option<usize>, shape: &Struct, used: Used) -> StructPlan {
    let mut scope = Scope::new(Case::Snake, &[], "_");
    let notes = !matches!(&shape.additional, Some(ty) if *ty != Type::Any);
    let fields = fields(shapes, at, &shape.fields, Members { used, notes }, &mut scope);
    let others = match &shape.additional {
        Some(Type::Any) => Some(Ty::Others),
        Some(ty) => Some(Ty::Map(Box::new(shapes.ty(ty)))),
        // There are none, but there is what has to be noted.
        None => {
            let noted = |(field, plan): (&Field, &FieldPlan)| {
                let null = shapes.unwrapped(&field.ty);
                !plan.required && matches!(plan.ty, Ty::Option(_)) && (null.1 || *null.0 == Type::Any)
            };
            shape.fields.iter().zip(&fields).any(noted).then_some(Ty::Others)
        }
    };
    let additional = others.map(|ty| (scope.one("additional", "additional members"), ty));
    StructPlan { fields, additional }
}

/// What is to be known of the members of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members {
    /// Where the object travels.
    pub(super) used: Used,
    /// Can the object note that an optional member was `null`?
    pub(super) notes: bool,
}

/// Plans members. Constants take no name.
pub(super) fn fields(
    shapes: &Shapes<'_>,
    at: Option<usize>,
    fields: &[Field],
    Members { used, notes }: Members,
    scope: &mut Scope,
) -> Vec<FieldPlan> {
    let named: Vec<&Field> = fields.iter().filter(|field| literal(field).is_none()).collect();
    let mut names =
        scope.assign(&named.iter().map(|field| Wish::new(&field.name)).collect::<Vec<_>>()).into_iter();
    let plan = |(number, field): (usize, &Field)| {
        let constant = literal(field);
        let name = if constant.is_some() { None } else { names.next() };
        let (inner, nullable) = shapes.unwrapped(&field.ty);
        let mut ty = if used.in_parts { shapes.part(inner) } else { shapes.ty(inner) };
        let loosened = at.is_some_and(|at| shapes.loosened.contains(&(at, number)));
        if at.is_some_and(|at| shapes.boxed.contains(&(at, number))) || loosened {
            ty = Ty::Boxed(Box::new(ty));
        }
        // What only responses hold is not required of a request (OpenAPI, "readOnly"), and the other way round.
        let one_way = (used.in_request && field.read_only) || (used.in_response && field.write_only);
        let required = field.required && !loosened && !one_way;
        let ty = match (required, nullable) {
            (true, false) => ty,
            (false, true) if used.in_request || !notes => Ty::Patch(Box::new(ty)),
            (false, _) if ty == Ty::Json && !notes => Ty::Patch(Box::new(ty)),
            // That it was `null` is noted beside it.
            (true, true) | (false, _) => Ty::Option(Box::new(ty)),
        };
        FieldPlan { name: name.unwrap_or_else(|| RustName::own("constant")), ty, required, constant }
    };
    fields.iter().enumerate().map(plan).collect()
}

fn enum_variants(values: &EnumValues) -> Vec<RustName> {
    let mut scope = Scope::new(Case::Pascal, &["Unlisted"], "Value");
    match values {
        EnumValues::Strings(values) => {
            scope.assign(&values.iter().map(|value| Wish::new(value)).collect::<Vec<_>>())
        }
        EnumValues::Integers(values) => {
            let texts: Vec<String> = values.iter().map(i64::to_string).collect();
            scope.assign(&texts.iter().map(|text| Wish::new(text)).collect::<Vec<_>>())
        }
    }
}

fn union_variants(shapes: &Shapes<'_>, at: usize, union: &Union) -> Vec<VariantPlan> {
    let wishes: Vec<_> = union.variants.iter().map(|variant| Wish::new(&variant.name)).collect();
    let names = Scope::new(Case::Pascal, &["Other"], "Variant").assign(&wishes);
    let types: Vec<Ty> = union.variants.iter().map(|variant| shapes.ty(&variant.ty)).collect();
    let plain: Vec<Ty> = types.iter().map(|ty| expanded(shapes, ty, 0)).collect();
    let mut counts: BTreeMap<&Ty, usize> = BTreeMap::new();
    for ty in &plain {
        *counts.entry(ty).or_default() += 1;
    }
    let itself = Ty::Named(shapes.same_as(TypeId(at)).unwrap_or(TypeId(at)));
    let build = |(number, (name, ty)): (usize, (RustName, Ty))| {
        let boxed = shapes.boxed.contains(&(at, number));
        let from = plain.get(number).is_some_and(|ty| counts.get(ty) == Some(&1) && *ty != itself);
        VariantPlan { name, ty: if boxed { Ty::Boxed(Box::new(ty)) } else { ty }, from }
    };
    names.into_iter().zip(types).enumerate().map(build).collect()
}

/// How deep types are compared.
const DEPTH: usize = 100;

/// The type with aliases replaced by what they stand for: what the compiler compares. Types that nest too deep are the same
/// as any JSON value, so that there is rather no `From` than two for one type.
pub(super) fn expanded(shapes: &Shapes<'_>, ty: &Ty, depth: usize) -> Ty {
    if depth > DEPTH {
        return Ty::Json;
    }
    let inside = |inner: &Ty| Box::new(expanded(shapes, inner, depth + 1));
    match ty {
        Ty::Named(id) if !shapes.newtypes.contains(&id.0) => {
            match shapes.contract.types.get(id.0).map(|def| &def.shape) {
                Some(Shape::Alias(target)) => expanded(shapes, &shapes.ty(target), depth + 1),
                _ => Ty::Named(shapes.same_as(*id).unwrap_or(*id)),
            }
        }
        Ty::Vec(inner) => Ty::Vec(inside(inner)),
        Ty::Map(inner) => Ty::Map(inside(inner)),
        Ty::Option(inner) => Ty::Option(inside(inner)),
        other => other.clone(),
    }
}
