//! Types and members in words.
//!
//! Comes in: types of the contract. Goes out: JSON's terms for a reader (`integer (int64)`, `array of Choice`) and a
//! flat list of members with their paths (`choices[].slug`). Deliberately absent: the listing's terse notation.

use serde_json::Value;

use super::prose::{self, Inline};
use super::rows::FieldRow;
use super::text::line;
use crate::contract::{
    Contract, EnumValues, Field, IntegerFormat, NumberFormat, PageKey, Pagination, Recovery, RecoveryAction,
    Shape, Struct, TextFormat, Turn, Type, TypeDef, TypeId,
};

/// How deep members of members are listed.
const DEPTH: usize = 3;
/// How many levels of lists and nameless unions are put into words; a list of itself has no end.
const LEVELS: usize = 8;
/// How many members are listed for one code; a document can multiply them without end.
const ROWS: usize = 120;
/// How many aliases are followed: only a cycle has more.
const ALIASES: usize = 32;
/// How many variants of a nameless union are spelled out.
const VARIANTS: usize = 6;

/// The type in JSON's terms.
pub fn of_type(contract: &Contract, ty: &Type) -> String {
    type_words(contract, ty, None, LEVELS)
}

/// The same, with the format of its texts and numbers where no type stands for it: `string (uri)`.
fn of_field(contract: &Contract, field: &Field) -> String {
    type_words(contract, &field.ty, field.format.as_deref(), LEVELS)
}

fn type_words(contract: &Contract, ty: &Type, format: Option<&str>, levels: usize) -> String {
    let Some(depth) = levels.checked_sub(1) else { return "any".to_owned() };
    let inner = |ty: &Type| type_words(contract, ty, format, depth);
    match underlying(contract, ty) {
        Type::Boolean => "boolean".to_owned(),
        Type::Integer(of) => format!("integer ({})", format.unwrap_or(integer_format(*of))),
        Type::Number(of) => match format.or((*of == NumberFormat::F32).then_some("float")) {
            None | Some("double") => "number".to_owned(),
            Some(format) => format!("number ({format})"),
        },
        Type::String => match format {
            None => "string".to_owned(),
            Some(format) => format!("string ({format})"),
        },
        Type::Text(format) => format!("string ({})", text_format(*format)),
        Type::Binary => "binary".to_owned(),
        // It is a word of the document, like those above, and no prose.
        Type::Format(format, _) => format.clone(),
        Type::Any => "any".to_owned(),
        Type::Array(item) => format!("array of {}", grouped(inner(item))),
        Type::Map(item) => format!("map of {}", grouped(inner(item))),
        Type::Nullable(ty) => format!("{} | null", inner(ty)),
        Type::Named(id) => match contract.types.get(id.0) {
            Some(def) => named_words(contract, def, depth),
            None => "any".to_owned(),
        },
    }
}

fn named_words(contract: &Contract, def: &TypeDef, depth: usize) -> String {
    match &def.shape {
        Shape::Enum(list) => match list.values {
            EnumValues::Strings(_) => "string".to_owned(),
            EnumValues::Integers(_) => "integer".to_owned(),
        },
        // A key under `components.schemas` has no space; the words that name an inline schema do.
        _ if !def.name.contains(' ') => def.name.clone(),
        Shape::Union(union)
            if depth > 0 && union.variants.len() <= VARIANTS && !union.variants.is_empty() =>
        {
            let mut words: Vec<String> = Vec::new();
            for variant in &union.variants {
                // Variants multiply, so that a union counts for more than a list.
                let variant = type_words(contract, &variant.ty, None, depth / 2);
                if !words.contains(&variant) {
                    words.push(variant);
                }
            }
            words.join(" | ")
        }
        Shape::Union(_) | Shape::Alias(_) => "any".to_owned(),
        Shape::Struct(_) => "object".to_owned(),
    }
}

fn grouped(words: String) -> String {
    if words.contains(" | ") { format!("({words})") } else { words }
}

/// The name of an integer's format.
pub fn integer_format(format: IntegerFormat) -> &'static str {
    match format {
        IntegerFormat::I32 => "int32",
        IntegerFormat::I64 => "int64",
        IntegerFormat::U32 => "uint32",
        IntegerFormat::U64 => "uint64",
    }
}

/// The name of a string's format.
pub fn text_format(format: TextFormat) -> &'static str {
    match format {
        TextFormat::DateTime => "date-time",
        TextFormat::Date => "date",
        TextFormat::Uuid => "uuid",
        TextFormat::Secret => "password",
        TextFormat::Base64 => "base64",
        TextFormat::Base64Url => "base64url",
    }
}

/// A way out in the words of the document: `re-read current_revision`.
pub fn recovery_words(recovery: &Recovery) -> String {
    let mut words = vec![recovery.action.as_str().to_owned()];
    words.extend((!recovery.field.is_empty()).then(|| recovery.field.join(".")));
    words.extend(recovery.url.clone());
    words.join(" ")
}

/// How pages are turned: `cursor from next_cursor, items data, more has_more`.
pub fn pagination_words(pagination: &Pagination) -> String {
    let mut words = match &pagination.turn {
        Turn::Cursor { by, next } => format!("{} from {}", page_key(by), next.join(".")),
        Turn::Header { by, header } => format!("{} from header {header}", page_key(by)),
        Turn::Last { by, member } => format!("{} from {} of the last item", page_key(by), member.join(".")),
        Turn::Page { by } => format!("number in {}", page_key(by)),
        Turn::Offset { by } => format!("offset in {}", page_key(by)),
        Turn::Link { next } if next.is_empty() => "header Link".to_owned(),
        Turn::Link { next } => format!("link in {}", next.join(".")),
    };
    for (what, names) in [("items", &pagination.items), ("more", &pagination.more)] {
        if !names.is_empty() {
            words.push_str(&format!(", {what} {}", names.join(".")));
        }
    }
    words
}

fn page_key(key: &PageKey) -> String {
    match key {
        PageKey::Param(param) => param.clone(),
        PageKey::Member(member) => format!("body {}", member.join(".")),
    }
}

/// A way out as a sentence.
pub fn recovery_sentence(recovery: &Recovery) -> Vec<Inline> {
    let plain = |text: &str| Inline::Text(text.to_owned());
    let code = |text: &str| Inline::Code(line(text));
    let field = (!recovery.field.is_empty()).then(|| code(&recovery.field.join(".")));
    let around = |before: &str, field: Inline, after: &str| vec![plain(before), field, plain(after)];
    match (recovery.action, field) {
        (RecoveryAction::Retry, _) => vec![plain("Send the same request again.")],
        (RecoveryAction::Wait, Some(field)) => {
            let mut words = vec![plain("Wait as long as "), code("Retry-After"), plain(", or else ")];
            words.extend([field, plain(", says, then send the same request again.")]);
            words
        }
        (RecoveryAction::Wait, None) => around(
            "Wait as long as ",
            code("Retry-After"),
            " says, or for a while, then send the same request again.",
        ),
        (RecoveryAction::Reauthenticate, _) => {
            vec![plain("Get another credential, then send the request again.")]
        }
        (RecoveryAction::StepUp, _) => {
            vec![plain("Prove again who is calling, then send the request again.")]
        }
        (RecoveryAction::Reread, Some(field)) => around(
            "Read again what the request is about, which is now at ",
            field,
            ", then send the request anew.",
        ),
        (RecoveryAction::Reread, None) => {
            vec![plain("Read again what the request is about, then send the request anew.")]
        }
        (RecoveryAction::Choose, Some(field)) => {
            around("Choose one of ", field, ", and say which in the request.")
        }
        (RecoveryAction::Choose, None) => vec![plain("Choose, and say what in the request.")],
        (RecoveryAction::Fix, Some(field)) => {
            around("Correct what ", field, " names, then send the request.")
        }
        (RecoveryAction::Fix, None) => vec![plain("Correct what is wrong, then send the request.")],
        (RecoveryAction::Upgrade, field) => {
            let mut words = vec![plain("Upgrade at ")];
            let page = recovery.url.as_deref();
            let otherwise = if field.is_some() && page.is_some() { Some(plain(", or else ")) } else { None };
            words.extend(field);
            words.extend(otherwise);
            words.extend(page.map(page_link));
            words.push(plain("."));
            words
        }
        (RecoveryAction::GiveUp, _) => vec![plain("Give up: sending it again cannot help.")],
    }
}

fn page_link(url: &str) -> Inline {
    let shown = Inline::Text(line(url));
    match prose::target(url) {
        Some(target) => Inline::Link(target, vec![shown]),
        None => shown,
    }
}

/// The type that an alias stands for.
fn underlying<'a>(contract: &'a Contract, ty: &'a Type) -> &'a Type {
    let mut ty = ty;
    for _ in 0..ALIASES {
        match ty {
            Type::Named(id) => match contract.types.get(id.0).map(|def| &def.shape) {
                Some(Shape::Alias(next)) => ty = next,
                _ => return ty,
            },
            _ => return ty,
        }
    }
    ty
}

/// The members, and after each the members of the objects in it.
pub fn field_rows<'a>(contract: &'a Contract, fields: &'a [Field]) -> Vec<FieldRow<'a>> {
    let mut lister = Lister { contract, open: Vec::new(), rows: Vec::new() };
    lister.fields("", fields, 0);
    lister.rows
}

/// The type of a body, in which an object that has no name of its own is called by where it stands: bodies are told apart.
pub fn of_body(contract: &Contract, ty: &Type) -> String {
    let words = of_type(contract, ty);
    let lister = Lister { contract, open: Vec::new(), rows: Vec::new() };
    let def = lister.object(ty).and_then(|(_, id, _)| contract.types.get(id.0));
    match def.filter(|def| def.name.contains(' ')) {
        Some(def) => words.replacen("object", &def.name, 1),
        None => words,
    }
}

/// The members of a body that is an object, or holds or lists such.
pub fn body_rows<'a>(contract: &'a Contract, ty: &'a Type) -> Vec<FieldRow<'a>> {
    let mut lister = Lister { contract, open: Vec::new(), rows: Vec::new() };
    if let Some((path, id, members)) = lister.object(ty) {
        // The body itself has no name: `[].slug`, and `slug` rather than `.slug`.
        let prefix = if path.is_empty() { path } else { format!("{path}.") };
        lister.open.push(id);
        lister.fields(&prefix, &members.fields, 0);
    }
    lister.rows
}

struct Lister<'a> {
    contract: &'a Contract,
    /// The types whose members are being listed.
    open: Vec<TypeId>,
    rows: Vec<FieldRow<'a>>,
}

impl<'a> Lister<'a> {
    fn fields(&mut self, prefix: &str, fields: &'a [Field], depth: usize) {
        for field in fields {
            let path = format!("{prefix}{}", field.name);
            let place = self.rows.len();
            let (ty, shown) = (of_type(self.contract, &field.ty), of_field(self.contract, field));
            self.rows.push(FieldRow {
                path: path.clone(),
                format: field.format.as_deref().filter(|_| shown != ty),
                ty,
                shown,
                required: field.required,
                description: field.docs.description.as_deref().or(field.docs.summary.as_deref()),
                constant: field.constant.as_ref(),
                default: field.default.as_ref(),
                values: self.values(&field.ty),
                more: false,
            });
            let more = self.members(path, &field.ty, depth);
            if let Some(row) = self.rows.get_mut(place) {
                row.more = more;
            }
        }
    }

    /// Lists the members of the object that the type leads to; says whether there are some that it left out.
    fn members(&mut self, path: String, ty: &'a Type, depth: usize) -> bool {
        let (suffix, id, members) = match self.object(ty) {
            Some(found) => found,
            None => return false,
        };
        if members.fields.is_empty() {
            return false;
        }
        if depth >= DEPTH || self.open.contains(&id) || self.rows.len() + members.fields.len() > ROWS {
            return true;
        }
        self.open.push(id);
        self.fields(&format!("{path}{suffix}."), &members.fields, depth + 1);
        self.open.pop();
        false
    }

    /// The object that the type is, holds or lists, and how a path goes there.
    fn object(&self, ty: &'a Type) -> Option<(String, TypeId, &'a Struct)> {
        let (suffix, ty) = self.content(ty);
        let Type::Named(id) = ty else { return None };
        match &self.contract.types.get(id.0)?.shape {
            Shape::Struct(members) => Some((suffix, *id, members)),
            _ => None,
        }
    }

    /// The type inside of lists, maps and `null`, and how a path goes there.
    fn content(&self, ty: &'a Type) -> (String, &'a Type) {
        let mut suffix = String::new();
        let mut ty = underlying(self.contract, ty);
        // As with aliases: a list of itself has no end.
        for _ in 0..ALIASES {
            ty = match ty {
                Type::Nullable(inner) => inner,
                Type::Array(item) => {
                    suffix.push_str("[]");
                    item
                }
                Type::Map(item) => {
                    suffix.push_str(".*");
                    item
                }
                _ => break,
            };
            ty = underlying(self.contract, ty);
        }
        (suffix, ty)
    }

    fn values(&self, ty: &'a Type) -> Vec<Value> {
        let (_, ty) = self.content(ty);
        let Type::Named(id) = ty else { return Vec::new() };
        match self.contract.types.get(id.0).map(|def| &def.shape) {
            Some(Shape::Enum(list)) => match &list.values {
                EnumValues::Strings(values) => values.iter().cloned().map(Value::from).collect(),
                EnumValues::Integers(values) => values.iter().copied().map(Value::from).collect(),
            },
            _ => Vec::new(),
        }
    }
}
