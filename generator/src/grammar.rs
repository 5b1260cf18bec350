//! Which members of an OpenAPI document hold which objects, in 3.0, 3.1 and 3.2.
//!
//! Comes in: a value and what it is. Goes out: its children and what they are. Deliberately absent: everything that is
//! data (`example`, `default`, `enum`, `const`, extensions), so that a `$ref` in an example is never taken for a reference.

use serde_json::Value;

use crate::load::escape;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Document,
    Components,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    MediaType,
    Encoding,
    Header,
    Example,
    Link,
    Callback,
    SecurityScheme,
    Schema,
    /// What an extension says of codes, and of one.
    ProblemFacts,
    ProblemType,
    /// The Info Object, for its extensions.
    Info,
}

/// The extensions in which documents list the codes of their errors.
pub(crate) const REGISTRIES: [&str; 5] =
    ["x-problem-types", "x-problem-codes", "x-error-codes", "x-errors", "x-response-codes"];

/// The extension that says of codes what JSON Schema has no word for.
pub(crate) const PROBLEM: &str = "x-problem";

/// The extension that says of an operation how to go through the pages of what it lists.
pub(crate) const PAGINATION: &str = "x-pagination";

/// What a member holds.
#[derive(Debug, Clone, Copy)]
enum Shape {
    One(Kind),
    List(Kind),
    Map(Kind),
    /// A map in which names that start with `x-` are extensions.
    Extensible(Kind),
    /// A list or a map.
    Entries(Kind),
}

use Kind::*;
use Shape::{Entries, Extensible, List, Map, One};

impl Kind {
    /// The member of `components` that holds objects of this kind, when there is one.
    pub(crate) fn section(self) -> Option<&'static str> {
        COMPONENTS
            .iter()
            .find(|(_, shape)| matches!(shape, Map(kind) if *kind == self))
            .map(|(name, _)| *name)
    }

    /// What a section of `components` holds.
    pub(crate) fn of_section(section: &str) -> Option<Kind> {
        COMPONENTS.iter().find_map(|(name, shape)| match shape {
            Map(kind) if *name == section => Some(*kind),
            _ => None,
        })
    }

    /// What messages call it, with its article.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Document => "an OpenAPI document",
            Components => "the components",
            PathItem => "a path item",
            Operation => "an operation",
            Parameter => "a parameter",
            RequestBody => "a request body",
            Response => "a response",
            MediaType => "a media type",
            Encoding => "an encoding",
            Header => "a header",
            Example => "an example",
            Link => "a link",
            Callback => "a callback",
            SecurityScheme => "a security scheme",
            Schema => "a schema",
            ProblemFacts => "facts of codes",
            ProblemType => "facts of a code",
            Info => "the info",
        }
    }

    fn members(self) -> &'static [(&'static str, Shape)] {
        match self {
            Document => &[
                ("info", One(Info)),
                ("paths", Extensible(PathItem)),
                ("webhooks", Map(PathItem)),
                ("components", One(Components)),
            ],
            Components => COMPONENTS,
            PathItem => PATH_ITEM,
            Operation => &[
                ("parameters", List(Parameter)),
                ("requestBody", One(RequestBody)),
                ("responses", Extensible(Response)),
                ("callbacks", Map(Callback)),
            ],
            Parameter | Header => {
                &[("schema", One(Schema)), ("content", Map(MediaType)), ("examples", Map(Example))]
            }
            RequestBody => &[("content", Map(MediaType))],
            Response => &[("headers", Map(Header)), ("content", Map(MediaType)), ("links", Map(Link))],
            MediaType => &[
                ("schema", One(Schema)),
                ("itemSchema", One(Schema)),
                ("examples", Map(Example)),
                ("encoding", Map(Encoding)),
                ("prefixEncoding", List(Encoding)),
                ("itemEncoding", One(Encoding)),
            ],
            Encoding => &[("headers", Map(Header))],
            Schema => SCHEMA,
            ProblemFacts => &[("codes", Entries(ProblemType))],
            ProblemType => PROBLEM_TYPE,
            Info | Example | Link | SecurityScheme | Callback => &[],
        }
    }

    /// Can extensions of it list codes?
    fn lists_codes(self) -> bool {
        matches!(self, Document | Info | Components | Operation | Response)
    }

    fn shape(self, member: &str) -> Option<Shape> {
        if self == Callback {
            return (!member.starts_with("x-")).then_some(One(PathItem));
        }
        if member.starts_with("x-") {
            if self.lists_codes() && REGISTRIES.contains(&member) {
                return Some(Entries(ProblemType));
            }
            if (self.lists_codes() || self == Schema) && member == PROBLEM {
                return Some(One(ProblemFacts));
            }
        }
        self.members().iter().find(|(name, _)| *name == member).map(|(_, shape)| *shape)
    }
}

const COMPONENTS: &[(&str, Shape)] = &[
    ("schemas", Map(Schema)),
    ("responses", Map(Response)),
    ("parameters", Map(Parameter)),
    ("examples", Map(Example)),
    ("requestBodies", Map(RequestBody)),
    ("headers", Map(Header)),
    ("securitySchemes", Map(SecurityScheme)),
    ("links", Map(Link)),
    ("callbacks", Map(Callback)),
    ("pathItems", Map(PathItem)),
    ("mediaTypes", Map(MediaType)),
];

const PATH_ITEM: &[(&str, Shape)] = &[
    ("parameters", List(Parameter)),
    ("get", One(Operation)),
    ("put", One(Operation)),
    ("post", One(Operation)),
    ("delete", One(Operation)),
    ("options", One(Operation)),
    ("head", One(Operation)),
    ("patch", One(Operation)),
    ("trace", One(Operation)),
    ("query", One(Operation)),
    ("additionalOperations", Map(Operation)),
];

/// The members of an entry that hold schemas, as [`lower`](crate::lower) reads them.
const PROBLEM_TYPE: &[(&str, Shape)] = &[
    ("schema", One(Schema)),
    ("fields", Map(Schema)),
    ("properties", Map(Schema)),
    ("members", Map(Schema)),
    ("extensions", Map(Schema)),
];

const SCHEMA: &[(&str, Shape)] = &[
    ("properties", Map(Schema)),
    ("items", One(Schema)),
    ("allOf", List(Schema)),
    ("oneOf", List(Schema)),
    ("anyOf", List(Schema)),
    ("additionalProperties", One(Schema)),
    ("not", One(Schema)),
    ("$defs", Map(Schema)),
    ("definitions", Map(Schema)),
    ("prefixItems", List(Schema)),
    ("patternProperties", Map(Schema)),
    ("propertyNames", One(Schema)),
    ("contains", One(Schema)),
    ("if", One(Schema)),
    ("then", One(Schema)),
    ("else", One(Schema)),
    ("dependentSchemas", Map(Schema)),
    ("unevaluatedItems", One(Schema)),
    ("unevaluatedProperties", One(Schema)),
    ("additionalItems", One(Schema)),
    ("contentSchema", One(Schema)),
];

/// Calls `each` with every child, its kind and its pointer; `pointer` is that of `value` and the same again afterwards.
pub(crate) fn children(
    value: &Value,
    kind: Kind,
    pointer: &mut String,
    each: &mut dyn FnMut(&Value, Kind, &mut String),
) {
    for (member, child) in value.as_object().into_iter().flatten() {
        held_by(member, child, kind, pointer, each);
    }
}

/// Calls `each` with what a member of an object of a kind holds, as [`children`] does for all members.
pub(crate) fn held_by(
    member: &str,
    value: &Value,
    kind: Kind,
    pointer: &mut String,
    each: &mut dyn FnMut(&Value, Kind, &mut String),
) {
    let Some(shape) = kind.shape(member) else { return };
    within(pointer, member, |pointer| match (shape, value) {
        (One(kind) | List(kind) | Entries(kind), Value::Array(items)) => {
            for (place, item) in items.iter().enumerate() {
                within(pointer, &place.to_string(), |pointer| each(item, kind, pointer));
            }
        }
        (One(kind), _) => each(value, kind, pointer),
        (Map(kind) | Extensible(kind) | Entries(kind), Value::Object(entries)) => {
            let data = |name: &str| matches!(shape, Extensible(_)) && name.starts_with("x-");
            for (name, entry) in entries.iter().filter(|(name, _)| !data(name)) {
                within(pointer, name, |pointer| each(entry, kind, pointer));
            }
        }
        _ => {}
    });
}

/// The names of the members of a schema that hold schemas.
pub(crate) fn schema_keywords() -> impl Iterator<Item = &'static str> {
    SCHEMA.iter().map(|(name, _)| *name)
}

/// The same, with children that can be changed.
pub(crate) fn children_mut(
    value: &mut Value,
    kind: Kind,
    pointer: &mut String,
    each: &mut dyn FnMut(&mut Value, Kind, &mut String),
) {
    let Some(map) = value.as_object_mut() else { return };
    for (member, child) in map.iter_mut() {
        let Some(shape) = kind.shape(member) else { continue };
        within(pointer, member, |pointer| match (shape, child) {
            (One(kind) | List(kind) | Entries(kind), Value::Array(items)) => {
                for (place, item) in items.iter_mut().enumerate() {
                    within(pointer, &place.to_string(), |pointer| each(item, kind, pointer));
                }
            }
            (One(kind), child) => each(child, kind, pointer),
            (Map(kind) | Extensible(kind) | Entries(kind), Value::Object(entries)) => {
                let data = |name: &str| matches!(shape, Extensible(_)) && name.starts_with("x-");
                for (name, entry) in entries.iter_mut().filter(|(name, _)| !data(name)) {
                    within(pointer, name, |pointer| each(entry, kind, pointer));
                }
            }
            _ => {}
        });
    }
}

/// What stands at a pointer into an OpenAPI document: `Ok` with its kind, or without one where the grammar says nothing, and
/// `Err` for the document itself and for the maps and lists that hold objects.
pub(crate) fn kind_at(pointer: &str) -> Result<Option<Kind>, ()> {
    let mut kind = Document;
    let mut segments = pointer.split('/').skip(1).peekable();
    if segments.peek().is_none() {
        return Err(());
    }
    while let Some(member) = segments.next() {
        let Some(shape) = kind.shape(&crate::load::unescape(member)) else { return Ok(None) };
        kind = match shape {
            One(kind) => kind,
            List(kind) | Map(kind) | Extensible(kind) | Entries(kind) => {
                segments.next().ok_or(())?;
                kind
            }
        };
    }
    Ok(Some(kind))
}

/// Runs `inside` with the pointer to a member.
fn within(pointer: &mut String, segment: &str, inside: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&escape(segment));
    inside(pointer);
    pointer.truncate(length);
}
