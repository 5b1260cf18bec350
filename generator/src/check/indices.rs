//! The law that every index leads to something, on which all printers rely.

use crate::contract::{Contract, ErrorKind, Field, Media, Pointer, ProblemFamily, Segment, Shape, Type};

use super::{Findings, codes};

pub(super) fn check(contract: &Contract, findings: &mut Findings<'_>) {
    let mut walk = Walk { contract, findings };
    for def in &contract.types {
        match &def.shape {
            Shape::Alias(ty) => walk.ty(ty, &def.at),
            Shape::Struct(object) => {
                walk.fields(&object.fields, &def.at);
                object.additional.iter().for_each(|ty| walk.ty(ty, &def.at));
            }
            Shape::Enum(_) => {}
            Shape::Union(union) => union.variants.iter().for_each(|variant| walk.ty(&variant.ty, &def.at)),
        }
    }
    contract.families.iter().for_each(|family| walk.family(family));
    for operation in &contract.operations {
        let at = &operation.at;
        operation.params.iter().for_each(|param| walk.ty(&param.ty, at));
        operation.body.iter().for_each(|body| walk.media(&body.media, at));
        operation.successes.iter().for_each(|success| walk.media(&success.media, at));
        let params = operation.params.len();
        let segments = operation.segments.iter();
        let lost = segments.filter(|part| matches!(part, Segment::Param(index) if *index >= params)).count();
        walk.require(lost == 0, at, "a parameter");
        for body in operation.errors.iter().flat_map(|error| &error.bodies) {
            match &body.kind {
                ErrorKind::Json(ty) => walk.ty(ty, at),
                ErrorKind::Problem { family, codes, ty, .. } => {
                    let known = contract.families.get(family.0).map(|family| family.codes.len());
                    let fits = known.is_some_and(|known| codes.iter().all(|code| code.0 < known));
                    walk.require(fits, at, "a code");
                    ty.iter().for_each(|ty| walk.ty(ty, at));
                }
                ErrorKind::Text | ErrorKind::Bytes => {}
            }
        }
    }
}

struct Walk<'w, 'f> {
    contract: &'w Contract,
    findings: &'w mut Findings<'f>,
}

impl Walk<'_, '_> {
    fn family(&mut self, family: &ProblemFamily) {
        self.fields(&family.envelope, &family.at);
        self.fields(&family.members, &family.at);
        for code in &family.codes {
            self.fields(&code.fields, &code.at);
            let operations = self.contract.operations.len();
            self.require(code.raised_by.iter().all(|id| id.0 < operations), &code.at, "an operation");
        }
    }

    fn fields(&mut self, fields: &[Field], at: &Pointer) {
        fields.iter().for_each(|field| self.ty(&field.ty, at));
    }

    fn media(&mut self, media: &[Media], at: &Pointer) {
        for media in media {
            self.ty(&media.ty, at);
            media.items.iter().for_each(|items| self.ty(items, at));
            media.parts.iter().flat_map(|part| &part.headers).for_each(|header| self.ty(&header.ty, at));
        }
    }

    fn ty(&mut self, ty: &Type, at: &Pointer) {
        match ty {
            Type::Named(id) => self.require(id.0 < self.contract.types.len(), at, "a type"),
            Type::Nullable(inner) => {
                if matches!(**inner, Type::Nullable(_)) {
                    self.mistake(at, "the model nests `null` here");
                }
                self.ty(inner, at);
            }
            Type::Array(inner) | Type::Map(inner) => self.ty(inner, at),
            _ => {}
        }
    }

    fn require(&mut self, holds: bool, at: &Pointer, what: &str) {
        if !holds {
            self.mistake(at, &format!("the model names {what} here that it does not have"));
        }
    }

    fn mistake(&mut self, at: &Pointer, message: &str) {
        self.findings.error(codes::INDEX, at, message, "this is a mistake of problemgen; please report it");
    }
}
