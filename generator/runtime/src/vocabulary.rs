//! Lists of values that stay open: what an API adds later is kept, not refused.

use std::fmt;

use crate::node::{IntegerNode, TextNode};

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

/// Makes a generated struct, which is a [`Node`](crate::Node), a value that serde reads and writes, with `Clone`, `Debug`
/// and `PartialEq`.
#[macro_export]
macro_rules! record {
    ($ty:ident) => {
        impl ::core::clone::Clone for $ty {
            fn clone(&self) -> Self {
                $crate::copy::copy(self)
            }
        }
        $crate::debug_by_node!($ty);
        $crate::traits_by_node!($ty);
    };
}

/// Makes a generated struct around one value a [`Node`](crate::Node) that is that value on the wire, with `Debug` and
/// `PartialEq`.
#[macro_export]
macro_rules! newtype {
    ($ty:ident) => {
        impl $crate::Node for $ty {
            fn empty() -> Self {
                $ty($crate::Node::empty())
            }
            fn slot(&mut self) -> $crate::Slot<'_> {
                $crate::Node::slot(&mut self.0)
            }
            fn view(&self) -> $crate::View<'_> {
                $crate::Node::view(&self.0)
            }
            fn assign(&mut self, from: &dyn $crate::Node) {
                $crate::copy::clone_into(self, from)
            }
        }
        $crate::debug_by_node!($ty);
        $crate::traits_by_node!($ty);
    };
}

/// Makes a generated union a [`Node`](crate::Node) that serde reads and writes, with `PartialEq`.
#[macro_export]
macro_rules! union {
    ($ty:ident) => {
        impl $crate::Node for $ty {
            fn empty() -> Self {
                <Self as $crate::Union>::other($crate::Json::Null)
            }
            fn slot(&mut self) -> $crate::Slot<'_> {
                $crate::Slot::Union(self)
            }
            fn view(&self) -> $crate::View<'_> {
                <Self as $crate::Union>::held(self).view()
            }
            fn assign(&mut self, from: &dyn $crate::Node) {
                $crate::copy::clone_into(self, from)
            }
        }
        $crate::traits_by_node!($ty);
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
            fn empty() -> Self {
                $crate::vocabulary::from_text("")
            }
            fn slot(&mut self) -> $crate::Slot<'_> {
                $crate::Slot::Text(self)
            }
            fn view(&self) -> $crate::View<'_> {
                $crate::View::Text(::std::borrow::Cow::Borrowed(self.as_str()))
            }
        }
        impl ::core::fmt::Display for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self.as_str(), f)
            }
        }
        impl ::core::str::FromStr for $ty {
            type Err = ::core::convert::Infallible;
            fn from_str(text: &str) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                ::core::result::Result::Ok($crate::vocabulary::from_text(text))
            }
        }
        impl ::core::convert::From<&str> for $ty {
            fn from(text: &str) -> Self {
                $crate::vocabulary::from_text(text)
            }
        }
        impl ::core::cmp::Eq for $ty {}
        impl ::core::hash::Hash for $ty {
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                ::core::hash::Hash::hash(self.as_str(), state)
            }
        }
        $crate::traits_by_node!($ty);
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
            fn empty() -> Self {
                $crate::vocabulary::from_i64(0)
            }
            fn slot(&mut self) -> $crate::Slot<'_> {
                $crate::Slot::Integer(self)
            }
            fn view(&self) -> $crate::View<'_> {
                $crate::View::I64(self.as_i64())
            }
        }
        impl ::core::fmt::Display for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.as_i64(), f)
            }
        }
        impl ::core::convert::From<i64> for $ty {
            fn from(value: i64) -> Self {
                $crate::vocabulary::from_i64(value)
            }
        }
        impl ::core::cmp::Eq for $ty {}
        impl ::core::hash::Hash for $ty {
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                ::core::hash::Hash::hash(&self.as_i64(), state)
            }
        }
        $crate::traits_by_node!($ty);
    };
}

/// Makes a generated problem a value that serde reads and writes as `application/problem+json`.
#[macro_export]
macro_rules! problem {
    ($ty:ident) => {
        impl $crate::serde::Serialize for $ty {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::problem::serialize(self, serializer)
            }
        }
        impl<'de> $crate::serde::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::problem::deserialize(deserializer, <Self as $crate::Node>::empty)
            }
        }
    };
}

/// Gives a generated operation `Debug` and `PartialEq`.
#[macro_export]
macro_rules! operation {
    ($ty:ident) => {
        impl ::core::fmt::Debug for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::inspect::debug_operation(stringify!($ty), self, f)
            }
        }
        impl ::core::cmp::PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $crate::inspect::same_operation(self, other)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! debug_by_node {
    ($ty:ident) => {
        impl ::core::fmt::Debug for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::inspect::debug(stringify!($ty), self, f)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! traits_by_node {
    ($ty:ident) => {
        impl ::core::cmp::PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $crate::inspect::same(self, other)
            }
        }
        $crate::serde_by_node!($ty);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! serde_by_node {
    ($ty:ty) => {
        impl $crate::serde::Serialize for $ty {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::encode::serialize(self, serializer)
            }
        }
        impl<'de> $crate::serde::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::decode::deserialize(deserializer)
            }
        }
    };
}
