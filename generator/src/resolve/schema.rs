//! Schemas.

use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, BooleanType, Discriminator, IntegerType, NumberType,
    ObjectType, ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type,
};
use serde_json::Value;

use super::beyond::DEFAULT_MAPPING;
use super::read::Reader;

/// A schema or a reference to one.
pub(super) fn schema(reader: &mut Reader<'_>, value: Value) -> ReferenceOr<Schema> {
    reader.reference_or(value, "schemas", definition)
}

fn boxed(reader: &mut Reader<'_>, value: Value) -> ReferenceOr<Box<Schema>> {
    match schema(reader, value) {
        ReferenceOr::Item(item) => ReferenceOr::Item(Box::new(item)),
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
    }
}

/// A schema.
pub(super) fn definition(reader: &mut Reader<'_>, value: Value) -> Schema {
    let mut data = SchemaData::default();
    let mut raw = Raw::default();
    for (member, value) in reader.object(value).unwrap_or_default() {
        reader.within(&member, |reader| match member.as_str() {
            "nullable" => data.nullable = reader.flag(value).unwrap_or_default(),
            "readOnly" => data.read_only = reader.flag(value).unwrap_or_default(),
            "writeOnly" => data.write_only = reader.flag(value).unwrap_or_default(),
            "deprecated" => data.deprecated = reader.flag(value).unwrap_or_default(),
            "externalDocs" => data.external_docs = reader.idle(value, "external documentation"),
            "example" => data.example = Some(value),
            "title" => data.title = reader.prose(value),
            "description" => data.description = reader.prose(value),
            "discriminator" => data.discriminator = discriminator(reader, value),
            "default" => data.default = Some(value),
            _ => raw.member(reader, &member, value, &mut data),
        });
    }
    Schema { schema_data: data, schema_kind: raw.kind() }
}

fn discriminator(reader: &mut Reader<'_>, value: Value) -> Option<Discriminator> {
    // Swagger 2.0's way: the name alone.
    if let Value::String(property_name) = value {
        return Some(Discriminator { property_name, ..Discriminator::default() });
    }
    let mut out = Discriminator::default();
    let mut named = false;
    for (member, value) in reader.object(value)? {
        reader.within(&member, |reader| match member.as_str() {
            "propertyName" => {
                if let Some(name) = reader.text(value) {
                    (out.property_name, named) = (name, true);
                }
            }
            "mapping" => {
                let mapping = reader.map(value, Reader::text);
                out.mapping = mapping.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
            }
            DEFAULT_MAPPING => {
                let text = reader.text(value);
                out.extensions.extend(text.map(|text| (DEFAULT_MAPPING.to_owned(), text.into())));
            }
            _ => drop(out.extensions.insert(member.clone(), value)),
        });
    }
    if !named {
        reader.missing("the discriminator", "propertyName");
    }
    Some(out)
}

/// What a schema says, before it is known which kind it is.
#[derive(Default)]
struct Raw {
    all: AnySchema,
    /// The bounds as written, because integers keep 64 bits.
    minimum: Option<Value>,
    maximum: Option<Value>,
    multiple_of: Option<Value>,
    properties: bool,
    required: bool,
    enumeration: bool,
    one_of: bool,
    all_of: bool,
    any_of: bool,
}

impl Raw {
    fn member(&mut self, reader: &mut Reader<'_>, member: &str, value: Value, data: &mut SchemaData) {
        let all = &mut self.all;
        match member {
            "type" => all.typ = reader.text(value),
            "format" => all.format = reader.text(value),
            "pattern" => all.pattern = reader.text(value),
            "minimum" => {
                all.minimum = reader.number(value.clone());
                self.minimum = Some(value);
            }
            "maximum" => {
                all.maximum = reader.number(value.clone());
                self.maximum = Some(value);
            }
            "multipleOf" => {
                all.multiple_of = reader.number(value.clone());
                self.multiple_of = Some(value);
            }
            "exclusiveMinimum" => all.exclusive_minimum = reader.flag(value),
            "exclusiveMaximum" => all.exclusive_maximum = reader.flag(value),
            "minLength" => all.min_length = reader.count(value),
            "maxLength" => all.max_length = reader.count(value),
            "properties" => (all.properties, self.properties) = (reader.map(value, boxed), true),
            "required" => (all.required, self.required) = (reader.names(value), true),
            "additionalProperties" => {
                all.additional_properties = Some(match value {
                    Value::Bool(allowed) => AdditionalProperties::Any(allowed),
                    value => AdditionalProperties::Schema(Box::new(schema(reader, value))),
                });
            }
            "minProperties" => all.min_properties = reader.count(value),
            "maxProperties" => all.max_properties = reader.count(value),
            "items" => all.items = Some(boxed(reader, value)),
            "minItems" => all.min_items = reader.count(value),
            "maxItems" => all.max_items = reader.count(value),
            "uniqueItems" => all.unique_items = reader.flag(value),
            "enum" => (all.enumeration, self.enumeration) = (reader.list(value, |_, value| value), true),
            "oneOf" => (all.one_of, self.one_of) = (reader.list(value, schema), true),
            "allOf" => (all.all_of, self.all_of) = (reader.list(value, schema), true),
            "anyOf" => (all.any_of, self.any_of) = (reader.list(value, schema), true),
            "not" => all.not = Some(Box::new(schema(reader, value))),
            _ => drop(data.extensions.insert(member.to_owned(), value)),
        }
    }

    /// The kind, by the same rules as `openapiv3` deserializes: a plain type only when nothing is said that the type cannot hold.
    fn kind(self) -> SchemaKind {
        let all = &self.all;
        let text = all.pattern.is_some() || all.min_length.is_some() || all.max_length.is_some();
        let bound = self.minimum.is_some() || self.maximum.is_some() || self.multiple_of.is_some();
        let number = bound || all.exclusive_minimum.is_some() || all.exclusive_maximum.is_some();
        let sized = all.min_properties.is_some() || all.max_properties.is_some();
        let object = self.properties || self.required || all.additional_properties.is_some() || sized;
        let array = all.items.is_some()
            || all.min_items.is_some()
            || all.max_items.is_some()
            || all.unique_items.is_some();
        let combined = usize::from(self.one_of)
            + usize::from(self.all_of)
            + usize::from(self.any_of)
            + usize::from(all.not.is_some());
        let format = all.format.is_some();
        let Some(name) = all.typ.as_deref() else {
            let alone = !(text || number || object || array || format || self.enumeration) && combined == 1;
            return match alone {
                true if self.one_of => SchemaKind::OneOf { one_of: self.all.one_of },
                true if self.all_of => SchemaKind::AllOf { all_of: self.all.all_of },
                true if self.any_of => SchemaKind::AnyOf { any_of: self.all.any_of },
                true => {
                    self.all.not.map_or(SchemaKind::Any(AnySchema::default()), |not| SchemaKind::Not { not })
                }
                false => SchemaKind::Any(self.all),
            };
        };
        if combined > 0 {
            return SchemaKind::Any(self.all);
        }
        let integral = |bound: &Option<Value>| bound.as_ref().is_none_or(Value::is_i64);
        let integers = integral(&self.minimum) && integral(&self.maximum) && integral(&self.multiple_of);
        let plain = match name {
            "string" if !(number || object || array) => self.string(),
            "number" if !(text || object || array) => self.number(),
            "integer" if !(text || object || array) && integers => self.integer(),
            "boolean" if !(text || number || object || array || format) => self.boolean(),
            "object" if !(text || number || array || format || self.enumeration) => {
                return SchemaKind::Type(Type::Object(ObjectType {
                    properties: self.all.properties,
                    required: self.all.required,
                    additional_properties: self.all.additional_properties,
                    min_properties: self.all.min_properties,
                    max_properties: self.all.max_properties,
                }));
            }
            "array" if !(text || number || object || format || self.enumeration) => {
                return SchemaKind::Type(Type::Array(ArrayType {
                    items: self.all.items,
                    min_items: self.all.min_items,
                    max_items: self.all.max_items,
                    unique_items: self.all.unique_items.unwrap_or_default(),
                }));
            }
            _ => None,
        };
        plain.map_or_else(|| SchemaKind::Any(self.all), SchemaKind::Type)
    }

    /// The values of the enum in a type; `None` when one of them is of another type.
    fn values<T>(&self, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<Option<T>>> {
        self.all
            .enumeration
            .iter()
            .map(|value| if value.is_null() { Some(None) } else { read(value).map(Some) })
            .collect()
    }

    fn string(&self) -> Option<Type> {
        Some(Type::String(StringType {
            format: self.all.format.clone().into(),
            pattern: self.all.pattern.clone(),
            enumeration: self.values(|value| value.as_str().map(str::to_owned))?,
            min_length: self.all.min_length,
            max_length: self.all.max_length,
        }))
    }

    fn number(&self) -> Option<Type> {
        Some(Type::Number(NumberType {
            format: self.all.format.clone().into(),
            multiple_of: self.all.multiple_of,
            exclusive_minimum: self.all.exclusive_minimum.unwrap_or_default(),
            exclusive_maximum: self.all.exclusive_maximum.unwrap_or_default(),
            minimum: self.all.minimum,
            maximum: self.all.maximum,
            enumeration: self.values(Value::as_f64)?,
        }))
    }

    fn integer(&self) -> Option<Type> {
        let bound = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
        Some(Type::Integer(IntegerType {
            format: self.all.format.clone().into(),
            multiple_of: bound(&self.multiple_of),
            exclusive_minimum: self.all.exclusive_minimum.unwrap_or_default(),
            exclusive_maximum: self.all.exclusive_maximum.unwrap_or_default(),
            minimum: bound(&self.minimum),
            maximum: bound(&self.maximum),
            enumeration: self.values(Value::as_i64)?,
        }))
    }

    fn boolean(&self) -> Option<Type> {
        Some(Type::Boolean(BooleanType { enumeration: self.values(Value::as_bool)? }))
    }
}
