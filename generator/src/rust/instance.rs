//! A body of a type, for those who test: made of what the document shows of its members, and of the plainest value of each type
//! where it shows nothing.
//!
//! Documents show values that are not what they say themselves; those are passed over. Deliberately absent: limits of values and
//! patterns, which the contract does not have.

use serde_json::{Map, Value, json};

use crate::contract::{
    Contract, EnumValues, Field, IntegerFormat, NumberFormat, ResponseHeader, Shape, Struct, TextFormat,
    Type, TypeId, Union,
};

/// How many values a body is made of at most; types that hold each other several times over would else make one without end.
const MOST: usize = 2000;

/// A value of a type; `None` when there is none, because the type has to contain itself, or none of a decent size.
pub(super) fn instance(contract: &Contract, ty: &Type) -> Option<Value> {
    Instance { contract, within: Vec::new(), left: MOST }.value(ty)
}

/// The text of a header: what the document shows of it, else of its type; `None` where no text can be made.
pub(super) fn header_text(contract: &Contract, header: &ResponseHeader) -> Option<String> {
    let shown = header.example.clone().filter(|example| contract.admits(&header.ty, example));
    // An entity tag stands in quotation marks (RFC 9110, section 8.8.3).
    let is_tag = header.name.eq_ignore_ascii_case("etag") && header.ty == Type::String;
    let made = || if is_tag { Some(json!("\"text\"")) } else { instance(contract, &header.ty) };
    let text = match shown.or_else(made)? {
        Value::String(text) => text,
        value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
        _ => return None,
    };
    let written = |letter: u8| letter == b' ' || letter.is_ascii_graphic();
    let named = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
    (text.bytes().all(written) && header.name.bytes().all(named)).then_some(text)
}

/// The members of an object that have to be there, and those that the document shows.
pub(super) fn members(contract: &Contract, fields: &[Field]) -> Option<Value> {
    let record = Struct { fields: fields.to_vec(), additional: None };
    Instance { contract, within: Vec::new(), left: MOST }.record(&record)
}

struct Instance<'a> {
    contract: &'a Contract,
    /// The types that are being made.
    within: Vec<TypeId>,
    /// How many values may still be made.
    left: usize,
}

impl Instance<'_> {
    fn value(&mut self, ty: &Type) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        Some(match ty {
            Type::Boolean => json!(true),
            Type::Integer(
                IntegerFormat::I32 | IntegerFormat::I64 | IntegerFormat::U32 | IntegerFormat::U64,
            ) => json!(1),
            Type::Number(NumberFormat::F32 | NumberFormat::F64) => json!(1.5),
            Type::String | Type::Binary => json!("text"),
            Type::Text(format) => json!(text(*format)),
            Type::Format(_, inner) => self.value(inner)?,
            Type::Any => json!({}),
            Type::Array(item) => Value::Array(self.value(item).into_iter().collect()),
            Type::Map(_) => json!({}),
            Type::Nullable(inner) => self.value(inner).unwrap_or_default(),
            Type::Named(id) => self.named(*id)?,
        })
    }

    fn named(&mut self, id: TypeId) -> Option<Value> {
        let def = self.contract.types.get(id.0).filter(|_| !self.within.contains(&id))?;
        let named = Type::Named(id);
        if let Some(example) = def.examples.iter().find(|example| self.contract.admits(&named, example)) {
            return Some(example.clone());
        }
        self.within.push(id);
        let value = match &def.shape {
            Shape::Alias(ty) => self.value(ty),
            Shape::Struct(record) => self.record(record),
            Shape::Enum(values) => match &values.values {
                EnumValues::Strings(values) => values.first().map(|value| json!(value)),
                EnumValues::Integers(values) => values.first().map(|value| json!(value)),
            },
            Shape::Union(union) => self.union(union),
        };
        self.within.pop();
        value
    }

    fn record(&mut self, record: &Struct) -> Option<Value> {
        let mut members = Map::new();
        for field in record.fields.iter().filter(|field| !field.write_only) {
            match self.member(field) {
                Some(value) => {
                    members.insert(field.name.clone(), value);
                }
                None if field.required => return None,
                None => {}
            }
        }
        Some(Value::Object(members))
    }

    /// What the document shows of a member; of one that has to be there, a value in any case.
    fn member(&mut self, field: &Field) -> Option<Value> {
        let shown = field.constant.iter().chain(&field.example).chain(&field.default);
        match shown.into_iter().find(|value| self.contract.admits(&field.ty, value)) {
            Some(value) => Some(value.clone()),
            None if field.required => self.value(&field.ty),
            None => None,
        }
    }

    /// The first variant of which there is a value, with the tag that chooses it.
    fn union(&mut self, union: &Union) -> Option<Value> {
        union.variants.iter().find_map(|variant| {
            let mut value = self.value(&variant.ty)?;
            if let (Some(tag), Some(name), Some(members)) =
                (&union.tag, variant.tags.first(), value.as_object_mut())
            {
                members.insert(tag.clone(), json!(name));
            }
            Some(value)
        })
    }
}

/// A text of a format.
fn text(format: TextFormat) -> &'static str {
    match format {
        TextFormat::DateTime => "2000-01-01T00:00:00Z",
        TextFormat::Date => "2000-01-01",
        TextFormat::Uuid => "00000000-0000-4000-8000-000000000000",
        TextFormat::Secret => "secret",
        TextFormat::Base64 | TextFormat::Base64Url => "dGV4dA==",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Docs, Enum, Pointer, TypeDef, Variant};
    use crate::docs::samples;

    fn contract(shapes: Vec<Shape>) -> Contract {
        let def = |shape| TypeDef {
            name: "T".to_owned(),
            docs: Docs::default(),
            shape,
            examples: Vec::new(),
            at: Pointer::default(),
        };
        Contract { types: shapes.into_iter().map(def).collect(), ..samples::empty() }
    }

    fn record(fields: Vec<Field>) -> Shape {
        Shape::Struct(Struct { fields, additional: None })
    }

    fn shown(name: &str, ty: Type, required: bool, example: Value) -> Field {
        Field { example: Some(example), ..samples::field(name, ty, required) }
    }

    #[test]
    fn what_the_document_shows_of_members_makes_a_body() {
        let contract = contract(vec![
            record(vec![
                shown("id", Type::String, true, json!("t_1")),
                samples::field("at", Type::Text(TextFormat::DateTime), true),
                samples::field("unseen", Type::String, false),
                shown("size", Type::Integer(IntegerFormat::I64), false, json!(7)),
                samples::field("states", Type::Array(Box::new(Type::Named(TypeId(1)))), true),
            ]),
            Shape::Enum(Enum { values: EnumValues::Strings(vec!["on".to_owned(), "off".to_owned()]) }),
        ]);
        let made = instance(&contract, &Type::Named(TypeId(0)));
        let expected = json!({"id": "t_1", "at": "2000-01-01T00:00:00Z", "size": 7, "states": ["on"]});
        assert_eq!(made, Some(expected));
    }

    #[test]
    fn what_is_not_what_the_document_says_is_passed_over() {
        let time = Type::Text(TextFormat::DateTime);
        let mut contract = contract(vec![record(vec![
            shown("on", Type::Boolean, true, json!(1)),
            shown("at", time, false, json!("yesterday")),
            shown("ids", Type::Array(Box::new(Type::String)), false, json!("a,b")),
        ])]);
        contract.types[0].examples = vec![json!({"at": "2000-01-01T00:00:00Z"}), json!([])];
        assert_eq!(instance(&contract, &Type::Named(TypeId(0))), Some(json!({"on": true})));
        contract.types[0].examples.push(json!({"on": false, "at": "2000-01-01T00:00:00+01:00"}));
        let made = instance(&contract, &Type::Named(TypeId(0)));
        assert_eq!(made, Some(json!({"on": false, "at": "2000-01-01T00:00:00+01:00"})));
    }

    #[test]
    fn what_contains_itself_ends_where_it_may_and_unions_say_which_they_are() {
        let tree = Type::Named(TypeId(0));
        let variant = |ty, tag: &str| Variant { name: String::new(), ty, tags: vec![tag.to_owned()] };
        let contract = contract(vec![
            record(vec![samples::field("children", Type::Array(Box::new(tree.clone())), true)]),
            record(vec![samples::field("self", Type::Named(TypeId(1)), true)]),
            Shape::Union(Union {
                tag: Some("kind".to_owned()),
                variants: vec![variant(Type::Named(TypeId(1)), "endless"), variant(tree.clone(), "tree")],
            }),
        ]);
        assert_eq!(instance(&contract, &tree), Some(json!({"children": []})));
        assert_eq!(instance(&contract, &Type::Named(TypeId(1))), None);
        let made = instance(&contract, &Type::Named(TypeId(2))).expect("the variant that ends");
        assert_eq!(made["kind"], "tree");
    }

    #[test]
    fn what_doubles_with_each_type_is_not_made() {
        let twice = |at: usize| {
            let next = || Type::Named(TypeId(at + 1));
            record(vec![samples::field("left", next(), true), samples::field("right", next(), true)])
        };
        let mut shapes: Vec<Shape> = (0..60).map(twice).collect();
        shapes.push(record(Vec::new()));
        let contract = contract(shapes);
        assert_eq!(instance(&contract, &Type::Named(TypeId(0))), None);
        assert!(instance(&contract, &Type::Named(TypeId(55))).is_some());
    }
}
