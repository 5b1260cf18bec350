//! What narrows values beyond their types.

use serde_json::Number;

/// What values there are of a type that no type of Rust says: JSON Schema's keywords for numbers, texts and lists. A client
/// does not check it, since what an API allows may change; it is there for people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// `minimum` and `exclusiveMinimum`.
    pub minimum: Option<Bound>,
    /// `maximum` and `exclusiveMaximum`.
    pub maximum: Option<Bound>,
    /// `multipleOf`.
    pub multiple_of: Option<Number>,
    /// `minLength` and `maxLength`, in characters.
    pub length: Range,
    /// `minItems` and `maxItems`.
    pub items: Range,
    /// `uniqueItems`.
    pub unique: bool,
    /// `pattern`: a regular expression (ECMA-262).
    pub pattern: Option<String>,
}

/// The end of a range of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Where it ends.
    pub value: Number,
    /// Is the value itself outside?
    pub exclusive: bool,
}

/// How many there are, at least and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "each is the end of its name")]
pub struct Range {
    pub least: Option<usize>,
    pub most: Option<usize>,
}

impl Limits {
    /// Takes in what another schema of the same value says, where this one says nothing.
    pub fn or(self, other: Self) -> Self {
        let range = |one: Range, other: Range| Range {
            least: one.least.or(other.least),
            most: one.most.or(other.most),
        };
        Self {
            minimum: self.minimum.or(other.minimum),
            maximum: self.maximum.or(other.maximum),
            multiple_of: self.multiple_of.or(other.multiple_of),
            length: range(self.length, other.length),
            items: range(self.items, other.items),
            unique: self.unique || other.unique,
            pattern: self.pattern.or(other.pattern),
        }
    }
}
