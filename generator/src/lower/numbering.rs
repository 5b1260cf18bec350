//! Numbering: types sorted by name, each name once, and every use of a type pointing at its new place.

use std::collections::HashSet;

use crate::contract::{
    Contract, Docs, ErrorKind, Field, Media, Pointer, Shape, Struct, Type, TypeDef, TypeId, mark,
};

/// Puts the types, which stand in the order in which they were met, into the contract.
pub(super) fn number(mut contract: Contract, types: Vec<Option<TypeDef>>) -> Contract {
    let mut numbered: Vec<(usize, TypeDef)> =
        types.into_iter().map(|def| def.unwrap_or_else(missing)).enumerate().collect();
    numbered.sort_by(|(_, a), (_, b)| (&a.name, &a.at).cmp(&(&b.name, &b.at)));
    let mut places = vec![0; numbered.len()];
    for (new, (old, _)) in numbered.iter().enumerate() {
        if let Some(place) = places.get_mut(*old) {
            *place = new;
        }
    }
    contract.types = numbered.into_iter().map(|(_, def)| def).collect();
    distinguish(&mut contract.types);
    renumber(&mut contract, &places);
    contract
}

/// Every reserved type is defined before this; an empty one would be a mistake of this stage, not of a document.
fn missing() -> TypeDef {
    TypeDef {
        name: String::new(),
        docs: Docs::default(),
        shape: Shape::Alias(Type::Any),
        examples: Vec::new(),
        at: Pointer::default(),
    }
}

/// Of types of one name, the component, else the first by its place, keeps it; the others get a mark of where they stand.
/// What is added can rename one of these, and changes no mark, as it would change numbers.
fn distinguish(types: &mut [TypeDef]) {
    let mut taken: HashSet<String> = types.iter().map(|def| def.name.clone()).collect();
    // Sorted by name, and no two components have the same.
    let mut rest = types;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|def| def.name == first.name).count();
        let (group, after) = rest.split_at_mut(same);
        let keeps = group.iter().position(TypeDef::is_component).unwrap_or(0);
        for (_, def) in group.iter_mut().enumerate().filter(|(at, _)| *at != keeps) {
            let mut salted = def.at.0.clone();
            loop {
                let candidate = format!("{} x{:04x}", def.name, mark(&salted));
                if taken.insert(candidate.clone()) {
                    def.name = candidate;
                    break;
                }
                salted.push('#');
            }
        }
        rest = after;
    }
}

fn renumber(contract: &mut Contract, places: &[usize]) {
    for def in &mut contract.types {
        match &mut def.shape {
            Shape::Alias(ty) => renumber_type(ty, places),
            Shape::Struct(Struct { fields, additional }) => {
                renumber_fields(fields, places);
                if let Some(ty) = additional {
                    renumber_type(ty, places);
                }
            }
            Shape::Enum(_) => {}
            Shape::Union(union) => {
                union.variants.iter_mut().for_each(|variant| renumber_type(&mut variant.ty, places));
            }
        }
    }
    for family in &mut contract.families {
        renumber_fields(&mut family.envelope, places);
        renumber_fields(&mut family.members, places);
        family.codes.iter_mut().for_each(|code| renumber_fields(&mut code.fields, places));
    }
    for operation in &mut contract.operations {
        operation.params.iter_mut().for_each(|param| renumber_type(&mut param.ty, places));
        operation.body.iter_mut().for_each(|body| renumber_media(&mut body.media, places));
        operation.successes.iter_mut().for_each(|success| renumber_media(&mut success.media, places));
        for body in operation.errors.iter_mut().flat_map(|error| &mut error.bodies) {
            if let ErrorKind::Json(ty) | ErrorKind::Problem { ty: Some(ty), .. } = &mut body.kind {
                renumber_type(ty, places);
            }
        }
    }
}

fn renumber_fields(fields: &mut [Field], places: &[usize]) {
    fields.iter_mut().for_each(|field| renumber_type(&mut field.ty, places));
}

fn renumber_media(media: &mut [Media], places: &[usize]) {
    for media in media {
        renumber_type(&mut media.ty, places);
        media.items.iter_mut().for_each(|items| renumber_type(items, places));
        let headers = media.parts.iter_mut().flat_map(|part| &mut part.headers);
        headers.for_each(|header| renumber_type(&mut header.ty, places));
    }
}

fn renumber_type(ty: &mut Type, places: &[usize]) {
    match ty {
        Type::Named(TypeId(id)) => {
            if let Some(place) = places.get(*id) {
                *id = *place;
            }
        }
        Type::Array(inner) | Type::Map(inner) | Type::Nullable(inner) => renumber_type(inner, places),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_type_of_the_same_words_changes_no_mark() {
        let names = |types: &[(&str, &str)]| {
            let mut types: Vec<TypeDef> = types
                .iter()
                .map(|(name, at)| TypeDef {
                    name: (*name).to_owned(),
                    at: Pointer((*at).to_owned()),
                    ..missing()
                })
                .collect();
            types.sort_by(|a, b| (&a.name, &a.at).cmp(&(&b.name, &b.at)));
            distinguish(&mut types);
            types.into_iter().map(|def| (def.at.0, def.name)).collect::<std::collections::BTreeMap<_, _>>()
        };
        let (component, two, three) =
            (("A b", "/components/schemas/A b"), ("A b", "/paths/x"), ("A b", "/paths/y"));
        let (few, many) = (names(&[component, three]), names(&[component, two, three]));
        assert_eq!(few[component.1], "A b");
        assert!(few[three.1].starts_with("A b x"));
        assert!(few.iter().all(|(at, name)| many[at] == *name), "{few:?} {many:?}");
        let (few, many) = (names(&[two]), names(&[two, three]));
        assert_eq!((&*few[two.1], &*many[two.1]), ("A b", "A b"));
    }
}
