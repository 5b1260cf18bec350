//! Lists of values that stay open: what an API adds later is kept, not refused.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::node::{Form, IntegerNode, Slot, TextNode, View};

/// A value that the contract did not list. It is made by reading, and by `FromStr` and `From` of a vocabulary, which give
/// the listed variant where there is one: a value is never both. To single one out, compare `as_str()`, which goes on
/// working when the contract lists it later.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unlisted<T = String>(pub(crate) T);

impl<T> Unlisted<T> {
    /// The value as it stands on the wire.
    pub fn value(&self) -> &T {
        &self.0
    }

    #[doc(hidden)]
    pub fn from_wire(value: T) -> Self {
        Unlisted(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Unlisted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A list of strings: what a generated enum lists.
pub trait Vocabulary: Clone + Sized + 'static {
    /// The values on the wire and their variants, and the variant that keeps a value which the contract did not list.
    const LIST: List<Self>;
    /// The value on the wire.
    fn text(&self) -> &str;
}

/// What a [`Vocabulary`] or an [`IntegerVocabulary`] lists: values with their variants, and what keeps other values.
#[derive(Debug, Clone, Copy)]
pub struct List<T: 'static, V: 'static = &'static str, U = Unlisted>(pub &'static [(V, T)], pub fn(U) -> T);

/// The value for a text: listed or not.
pub fn from_text<T: Vocabulary>(text: &str) -> T {
    let List(listed, keep) = T::LIST;
    let listed = listed.iter().find(|(value, _)| *value == text);
    listed.map_or_else(|| keep(Unlisted(text.to_owned())), |(_, variant)| variant.clone())
}

/// [`Node::form`](crate::Node::form) of a vocabulary.
pub fn words<T: Vocabulary>() -> Form<T> {
    Form {
        empty: || from_text(""),
        slot: |value| Slot::Text(value),
        view: |value| View::Text(Cow::Borrowed(value.text())),
    }
}

/// `Display` of a vocabulary.
///
/// # Errors
/// Those of the formatter.
pub fn show_text<T: Vocabulary>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt::Display::fmt(value.text(), f)
}

/// `Hash` of a vocabulary.
pub fn hash_text<T: Vocabulary, H: Hasher>(value: &T, state: &mut H) {
    value.text().hash(state);
}

/// A list of integers: what a generated enum lists.
pub trait IntegerVocabulary: Clone + Sized + 'static {
    /// The values on the wire and their variants, and the variant that keeps a value which the contract did not list.
    const LIST: List<Self, i64, Unlisted<i64>>;
    /// The value on the wire.
    fn integer(&self) -> i64;
}

/// The value for an integer: listed or not.
pub fn from_i64<T: IntegerVocabulary>(integer: i64) -> T {
    let List(listed, keep) = T::LIST;
    let listed = listed.iter().find(|(value, _)| *value == integer);
    listed.map_or_else(|| keep(Unlisted(integer)), |(_, variant)| variant.clone())
}

/// [`Node::form`](crate::Node::form) of a vocabulary of integers.
pub fn integers<T: IntegerVocabulary>() -> Form<T> {
    Form {
        empty: || from_i64(0),
        slot: |value| Slot::Integer(value),
        view: |value| View::I64(value.integer()),
    }
}

impl<T: Vocabulary> TextNode for T {
    fn set(&mut self, text: &str) -> Result<(), &'static str> {
        *self = from_text(text);
        Ok(())
    }
}

impl<T: IntegerVocabulary> IntegerNode for T {
    fn set(&mut self, value: i128) -> Result<(), &'static str> {
        let mut integer = 0i64;
        integer.set(value)?;
        *self = from_i64(integer);
        Ok(())
    }
}

/// Makes a generated struct, which is a [`Node`](crate::Node), a value with `Clone`, `Debug` and `PartialEq`, and with the
/// feature `serde` one that serde reads and writes. With `Default` behind its name it is also what it is when
/// [empty](crate::Node::empty).
///
/// Very many types are made by these macros, and what each costs to compile goes by the functions it gets and by the
/// segments of the paths that it names: hence paths as short as they can be.
#[macro_export]
macro_rules! record {
    ($ty:ident, Default) => {
        impl Default for $ty {
            fn default() -> Self {
                $crate::empty()
            }
        }
        $crate::record!($ty);
    };
    ($ty:ident) => {
        impl $crate::Clone for $ty {
            fn clone(&self) -> Self {
                $crate::copy(self)
            }
        }
        impl $crate::Debug for $ty {
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::Formatted {
                $crate::debug(self, f)
            }
        }
        impl $crate::PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $crate::same(self, other)
            }
        }
        $crate::serde_if_asked!($ty);
    };
}

/// Makes a generated struct around one value a [`Node`](crate::Node) that is that value on the wire, with `Debug` and
/// `PartialEq`.
#[macro_export]
macro_rules! newtype {
    ($ty:ident) => {
        impl $crate::Node for $ty {
            fn empty() -> Self {
                $ty($crate::empty())
            }
            fn slot(&mut self) -> $crate::Slot<'_> {
                $crate::Node::slot(&mut self.0)
            }
            fn view(&self) -> $crate::View<'_> {
                $crate::Node::view(&self.0)
            }
            fn assign(&mut self, from: &dyn $crate::Node) {
                $crate::clone_into(self, from)
            }
        }
        impl $crate::Debug for $ty {
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::Formatted {
                $crate::debug(self, f)
            }
        }
        impl $crate::PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $crate::same(self, other)
            }
        }
        $crate::serde_if_asked!($ty);
    };
}

/// Makes a generated union a [`Node`](crate::Node) that serde reads and writes, with `PartialEq`.
#[macro_export]
macro_rules! union {
    ($ty:ident) => {
        impl $crate::Node for $ty {
            fn form() -> $crate::Form<Self> {
                $crate::one_of()
            }
            fn assign(&mut self, from: &dyn $crate::Node) {
                $crate::clone_into(self, from)
            }
        }
        impl $crate::PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $crate::same(self, other)
            }
        }
        $crate::serde_if_asked!($ty);
    };
}

/// Makes a generated enum of strings a [`Node`](crate::Node) that serde reads and writes, with `as_str`, `Display`,
/// `FromStr`, `From<&str>` and equality by value.
#[macro_export]
macro_rules! vocabulary {
    ($ty:ident) => {
        impl $ty {
            /// The value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                $crate::Vocabulary::text(self)
            }
        }
        impl $crate::Node for $ty {
            fn form() -> $crate::Form<Self> {
                $crate::words()
            }
        }
        impl $crate::Debug for $ty {
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::Formatted {
                $crate::debug(self, f)
            }
        }
        impl $crate::Display for $ty {
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::Formatted {
                $crate::show_text(self, f)
            }
        }
        impl $crate::FromStr for $ty {
            type Err = $crate::Infallible;
            fn from_str(text: &str) -> Result<Self, $crate::Infallible> {
                Ok($crate::from_text(text))
            }
        }
        impl From<&str> for $ty {
            fn from(text: &str) -> Self {
                $crate::from_text(text)
            }
        }
        impl $crate::Eq for $ty {}
        impl $crate::Hash for $ty {
            fn hash<H: $crate::Hasher>(&self, state: &mut H) {
                $crate::hash_text(self, state)
            }
        }
        impl $crate::PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $crate::same(self, other)
            }
        }
        $crate::serde_if_asked!($ty);
    };
}

/// Makes a generated enum of integers a [`Node`](crate::Node) that serde reads and writes, with `as_i64`, `From<i64>` and
/// equality by value.
#[macro_export]
macro_rules! integer_vocabulary {
    ($ty:ident) => {
        impl $ty {
            /// The value as it stands on the wire.
            pub fn as_i64(&self) -> i64 {
                $crate::IntegerVocabulary::integer(self)
            }
        }
        impl $crate::Node for $ty {
            fn form() -> $crate::Form<Self> {
                $crate::integers()
            }
        }
        impl $crate::Debug for $ty {
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::Formatted {
                $crate::debug(self, f)
            }
        }
        impl $crate::Display for $ty {
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::Formatted {
                $crate::Display::fmt(&self.as_i64(), f)
            }
        }
        impl From<i64> for $ty {
            fn from(value: i64) -> Self {
                $crate::from_i64(value)
            }
        }
        impl $crate::Eq for $ty {}
        impl $crate::Hash for $ty {
            fn hash<H: $crate::Hasher>(&self, state: &mut H) {
                $crate::Hash::hash(&self.as_i64(), state)
            }
        }
        impl $crate::PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $crate::same(self, other)
            }
        }
        $crate::serde_if_asked!($ty);
    };
}

/// Makes a generated problem a value that serde reads and writes as `application/problem+json`.
#[macro_export]
macro_rules! problem {
    ($ty:ident) => {
        impl $crate::Serialize for $ty {
            fn serialize<S: $crate::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                $crate::problem::serialize(self, to)
            }
        }
        impl<'de> $crate::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::problem::deserialize(from, $crate::empty)
            }
        }
    };
}

/// Gives a generated operation `Debug`.
#[macro_export]
macro_rules! operation {
    ($ty:ident) => {
        impl $crate::Debug for $ty {
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::Formatted {
                $crate::debug_operation(self, f)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! serde_by_node {
    ($ty:ident) => {
        impl $crate::Serialize for $ty {
            fn serialize<S: $crate::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                $crate::serialize(self, to)
            }
        }
        impl<'de> $crate::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::deserialize(from)
            }
        }
    };
}

/// The same with the feature `serde`: what is generated cannot ask for a feature of this crate.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_if_asked {
    ($ty:ident) => {
        $crate::serde_by_node!($ty);
    };
}

#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_if_asked {
    ($ty:ident) => {};
}
