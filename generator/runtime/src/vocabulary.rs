//! Lists of values that stay open: what an API adds later is kept, not refused.

use std::fmt;

use crate::node::IntegerNode;

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
pub trait Vocabulary: Sized {
    /// The values on the wire.
    const VALUES: &'static [&'static str];
    /// The variant at a place of [`VALUES`](Vocabulary::VALUES).
    fn at(place: usize) -> Option<Self>;
    /// The place of this variant, or the value that the contract did not list.
    ///
    /// # Errors
    /// The value, when it is not one of [`VALUES`](Vocabulary::VALUES).
    fn place(&self) -> Result<usize, &Unlisted>;
    /// The variant that keeps a value which the contract did not list.
    fn unlisted(value: Unlisted) -> Self;
}

/// The value on the wire.
pub fn as_str<T: Vocabulary>(value: &T) -> &str {
    match value.place() {
        Ok(place) => T::VALUES.get(place).copied().unwrap_or_default(),
        Err(unlisted) => unlisted.value(),
    }
}

/// The value for a text: listed or not.
pub fn from_text<T: Vocabulary>(text: &str) -> T {
    let listed = T::VALUES.iter().position(|value| *value == text).and_then(T::at);
    listed.unwrap_or_else(|| T::unlisted(Unlisted(text.to_owned())))
}

/// A list of integers: what a generated enum lists.
pub trait IntegerVocabulary: Sized {
    /// The values on the wire.
    const VALUES: &'static [i64];
    /// The variant at a place of [`VALUES`](IntegerVocabulary::VALUES).
    fn at(place: usize) -> Option<Self>;
    /// The place of this variant, or the value that the contract did not list.
    ///
    /// # Errors
    /// The value, when it is not one of [`VALUES`](IntegerVocabulary::VALUES).
    fn place(&self) -> Result<usize, &Unlisted<i64>>;
    /// The variant that keeps a value which the contract did not list.
    fn unlisted(value: Unlisted<i64>) -> Self;
}

/// The value on the wire.
pub fn as_i64<T: IntegerVocabulary>(value: &T) -> i64 {
    match value.place() {
        Ok(place) => T::VALUES.get(place).copied().unwrap_or_default(),
        Err(unlisted) => *unlisted.value(),
    }
}

/// The value for an integer: listed or not.
pub fn from_i64<T: IntegerVocabulary>(integer: i64) -> T {
    let listed = T::VALUES.iter().position(|value| *value == integer).and_then(T::at);
    listed.unwrap_or_else(|| T::unlisted(Unlisted(integer)))
}

/// Reads an integer into a vocabulary.
#[doc(hidden)]
pub fn set_integer<T: IntegerVocabulary>(target: &mut T, value: i128) -> Result<(), &'static str> {
    let mut integer = 0i64;
    integer.set(value)?;
    *target = from_i64(integer);
    Ok(())
}

/// Makes a generated struct a [`Node`](crate::Node) that serde reads and writes.
#[macro_export]
macro_rules! record {
    ($ty:ident) => {
        impl $crate::Node for $ty {
            fn empty() -> Self {
                <Self as $crate::Record>::empty()
            }
            fn slot(&mut self) -> $crate::Slot<'_> {
                $crate::Slot::Record(self)
            }
            fn view(&self) -> $crate::View<'_> {
                $crate::View::Record(self)
            }
        }
        $crate::serde_by_node!($ty);
    };
}

/// Makes a generated struct around one value a [`Node`](crate::Node) that is that value on the wire.
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
        }
        $crate::serde_by_node!($ty);
    };
}

/// Makes a generated union a [`Node`](crate::Node) that serde reads and writes.
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
        }
        $crate::serde_by_node!($ty);
    };
}

/// Makes a generated enum of strings a [`Node`](crate::Node) that serde reads and writes, with `as_str`, `Display`,
/// `FromStr` and `From<&str>`.
#[macro_export]
macro_rules! vocabulary {
    ($ty:ident) => {
        impl $ty {
            /// The value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                $crate::vocabulary::as_str(self)
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
        impl $crate::TextNode for $ty {
            fn set(&mut self, text: &str) -> ::core::result::Result<(), &'static str> {
                *self = $crate::vocabulary::from_text(text);
                ::core::result::Result::Ok(())
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
        $crate::serde_by_node!($ty);
    };
}

/// Makes a generated enum of integers a [`Node`](crate::Node) that serde reads and writes, with `as_i64` and `From<i64>`.
#[macro_export]
macro_rules! integer_vocabulary {
    ($ty:ident) => {
        impl $ty {
            /// The value as it stands on the wire.
            pub fn as_i64(&self) -> i64 {
                $crate::vocabulary::as_i64(self)
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
        impl $crate::IntegerNode for $ty {
            fn set(&mut self, value: i128) -> ::core::result::Result<(), &'static str> {
                $crate::vocabulary::set_integer(self, value)
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
        $crate::serde_by_node!($ty);
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
                $crate::problem::deserialize(deserializer, <Self as $crate::Record>::empty)
            }
        }
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
