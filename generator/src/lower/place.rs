//! Where a schema stands: its JSON pointer, and the words from which an inline type gets its name.
//!
//! Comes in: steps. Goes out: both texts, built only when somebody asks, because most schemas need neither.

use crate::contract::Pointer;
use crate::load::{escape, unescape};

/// A place as an owned start: a component, a parameter, a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) pointer: String,
    pub(super) words: String,
}

impl Origin {
    /// A component schema, named as the document names it.
    pub(super) fn schema(name: &str) -> Self {
        let mut pointer = String::from("/components/schemas");
        push_token(&mut pointer, name);
        Origin { pointer, words: name.to_owned() }
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place::Start(self)
    }
}

/// A place on the way down, held on the stack.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'p> {
    Start(&'p Origin),
    Step { up: &'p Place<'p>, keyword: &'p str, key: Key<'p>, word: &'p str },
}

/// What follows a keyword in a pointer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'p> {
    None,
    Name(&'p str),
    Index(usize),
}

impl<'p> Place<'p> {
    /// The member `name` of an object.
    pub(super) fn member(&'p self, name: &'p str) -> Place<'p> {
        Place::Step { up: self, keyword: "properties", key: Key::Name(name), word: name }
    }

    /// The items of a list.
    pub(super) fn items(&'p self) -> Place<'p> {
        Place::Step { up: self, keyword: "items", key: Key::None, word: "item" }
    }

    /// The items of a sequence.
    pub(super) fn item_schema(&'p self) -> Place<'p> {
        Place::Step { up: self, keyword: "itemSchema", key: Key::None, word: "item" }
    }

    /// The values of a map.
    pub(super) fn values(&'p self) -> Place<'p> {
        Place::Step { up: self, keyword: "additionalProperties", key: Key::None, word: "value" }
    }

    /// A branch of `allOf`, `oneOf` or `anyOf`; a branch of `allOf` has no word of its own.
    pub(super) fn branch(&'p self, keyword: &'p str, index: usize, word: &'p str) -> Place<'p> {
        Place::Step { up: self, keyword, key: Key::Index(index), word }
    }

    /// A step that has a key but no word.
    pub(super) fn step(&'p self, keyword: &'p str, key: Key<'p>) -> Place<'p> {
        Place::Step { up: self, keyword, key, word: "" }
    }

    pub(super) fn pointer(&self) -> Pointer {
        let mut out = String::new();
        self.write_pointer(&mut out);
        Pointer(out)
    }

    pub(super) fn words(&self) -> String {
        let mut out = String::new();
        self.write_words(&mut out);
        out
    }

    pub(super) fn origin(&self) -> Origin {
        Origin { pointer: self.pointer().0, words: self.words() }
    }

    fn write_pointer(&self, out: &mut String) {
        match self {
            Place::Start(origin) => out.push_str(&origin.pointer),
            Place::Step { up, keyword, key, .. } => {
                up.write_pointer(out);
                if !keyword.is_empty() {
                    push_token(out, keyword);
                }
                match key {
                    Key::None => {}
                    Key::Name(name) => push_token(out, name),
                    Key::Index(index) => push_token(out, &index.to_string()),
                }
            }
        }
    }

    fn write_words(&self, out: &mut String) {
        match self {
            Place::Start(origin) => out.push_str(&origin.words),
            Place::Step { up, word, .. } => {
                up.write_words(out);
                if !word.is_empty() {
                    out.push(' ');
                    out.push_str(word);
                }
            }
        }
    }
}

/// Appends one reference token (RFC 6901, section 3).
pub(super) fn push_token(out: &mut String, token: &str) {
    out.push('/');
    out.push_str(&escape(token));
}

/// The name that a reference `#/components/<kind>/<Name>` points at.
pub(super) fn component_name(reference: &str, kind: &str) -> Option<String> {
    let token = reference.strip_prefix("#/components/")?.strip_prefix(kind)?.strip_prefix('/')?;
    (!token.contains('/')).then(|| unescape(token).into_owned())
}

/// The name of the schema that a discriminator's mapping leads to: a reference, or the name itself (OpenAPI, "Discriminator
/// Object").
pub(super) fn target_name(target: &str) -> String {
    component_name(target, "schemas").unwrap_or_else(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_gives_its_pointer_and_its_words() {
        let origin = Origin::schema("a/b");
        let start = origin.place();
        let member = start.member("x~y");
        let branch = member.branch("oneOf", 2, "card");
        assert_eq!(branch.pointer().0, "/components/schemas/a~1b/properties/x~0y/oneOf/2");
        assert_eq!(branch.words(), "a/b x~y card");
    }

    #[test]
    fn a_reference_is_unescaped() {
        assert_eq!(component_name("#/components/schemas/a~1b~01", "schemas").as_deref(), Some("a/b~1"));
        assert_eq!(component_name("#/components/schemas/a/properties/b", "schemas"), None);
        assert_eq!(component_name("#/components/responses/a", "schemas"), None);
    }
}
