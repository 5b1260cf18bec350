//! Types: the shapes of what goes and comes.

use serde_json::Value;

use super::{Docs, Limits, Pointer, TypeId};

/// A type with a name of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDef {
    /// The name in the document (`components.schemas` key), or, for an inline schema, the words of where it stands
    /// (`CreateUpload request files item`), from which the printers make a name.
    pub name: String,
    /// What it is for.
    pub docs: Docs,
    /// Its shape.
    pub shape: Shape,
    /// Examples, already valid JSON.
    pub examples: Vec<Value>,
    /// Where it stands.
    pub at: Pointer,
}

impl TypeDef {
    /// Does the document itself name it, in `components.schemas`?
    pub fn is_component(&self) -> bool {
        self.at.0.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'))
    }

    /// Is it what a parent says by itself, beside the schemas that its discriminator leads to?
    pub fn is_base(&self) -> bool {
        let parent =
            self.at.0.strip_prefix("/components/schemas/").and_then(|at| at.strip_suffix("/discriminator"));
        parent.is_some_and(|name| !name.contains('/'))
    }
}

/// The shape of a named type.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Another name for a type.
    Alias(Type),
    /// An object with declared members.
    Struct(Struct),
    /// A string (or integer) out of a list; values outside of the list are kept when they arrive.
    Enum(Enum),
    /// One of several types.
    Union(Union),
}

/// An object with declared members.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Struct {
    /// The members, in document order.
    pub fields: Vec<Field>,
    /// What other members are: `None` when the document forbids them, [`Type::Any`] when it says nothing.
    pub additional: Option<Type>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name on the wire.
    pub name: String,
    /// Its type; [`Type::Nullable`] when `null` is a value of it.
    pub ty: Type,
    /// Named in `required`: always present.
    pub required: bool,
    /// A `const` (or one-value `enum`) of a required member: written by itself and checked when read.
    pub constant: Option<Value>,
    /// The value that holds when the member is absent.
    pub default: Option<Value>,
    /// What it is for.
    pub docs: Docs,
    /// `readOnly`: only in responses.
    pub read_only: bool,
    /// `writeOnly`: only in requests.
    pub write_only: bool,
    /// The first example that the document gives.
    pub example: Option<Value>,
    /// What narrows its values.
    pub limits: Limits,
    /// The format of its texts or numbers, or of those in its lists, as the document writes it.
    pub format: Option<String>,
}

impl Field {
    /// A member of which nothing else is known.
    pub fn new(name: impl Into<String>, ty: Type, required: bool) -> Self {
        Field {
            name: name.into(),
            ty,
            required,
            constant: None,
            default: None,
            docs: Docs::default(),
            read_only: false,
            write_only: false,
            example: None,
            limits: Limits::default(),
            format: None,
        }
    }
}

/// A closed list of values that stays open for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    /// The values, in document order, without duplicates. All strings or all integers.
    pub values: EnumValues,
}

/// The values of an [`Enum`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EnumValues {
    /// Strings.
    Strings(Vec<String>),
    /// Integers.
    Integers(Vec<i64>),
}

/// One of several types.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// The member that tells the variants apart (`discriminator.propertyName`), if one does.
    pub tag: Option<String>,
    /// The variants, in document order.
    pub variants: Vec<Variant>,
}

/// A variant of a [`Union`].
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Words to name it by: the referenced schema, a title, or the type.
    pub name: String,
    /// What it holds.
    pub ty: Type,
    /// The values of the union's tag that choose it (integers in decimal); empty in an untagged union. In a tagged one, the
    /// variant without any is for all values that choose no other.
    pub tags: Vec<String>,
}

impl Union {
    /// Has it a variant for the values of the tag that choose no other?
    pub fn has_base(&self) -> bool {
        self.tag.is_some() && self.variants.iter().any(|variant| variant.tags.is_empty())
    }
}

/// A type, where it is used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer(IntegerFormat),
    /// Any number.
    Number(NumberFormat),
    /// Text without a format that means something here.
    String,
    /// Text with a format that means something here.
    Text(TextFormat),
    /// Text or a number of a format, by its name, for which there is a setting; and what it would be without.
    Format(String, Box<Type>),
    /// Raw octets: a whole body or a part of a multipart body.
    Binary,
    /// Any JSON value.
    Any,
    /// A list.
    Array(Box<Type>),
    /// An object whose member names are data.
    Map(Box<Type>),
    /// A named type.
    Named(TypeId),
    /// The type, or `null`. Never nested.
    Nullable(Box<Type>),
}

/// The range of an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntegerFormat {
    /// `int32`.
    I32,
    /// `int64`, and integers without a format.
    I64,
    /// `uint32`.
    U32,
    /// `uint64`.
    U64,
}

/// The precision of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberFormat {
    /// `float`. JSON writes numbers in decimal, and few of those that are written are numbers of 32 bits.
    F32,
    /// `double`, and numbers without a format.
    F64,
}

/// A string format that has a type of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextFormat {
    /// RFC 3339 `date-time`.
    DateTime,
    /// RFC 3339 `date`.
    Date,
    /// RFC 9562 `uuid`.
    Uuid,
    /// `password`: never printed.
    Secret,
    /// `byte`, or `contentEncoding: base64`: octets as RFC 4648 text.
    Base64,
    /// `base64url`, or `contentEncoding: base64url`: octets as RFC 4648 text in the alphabet of URLs.
    Base64Url,
}
