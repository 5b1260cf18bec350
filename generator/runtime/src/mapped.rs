//! Values of types that somebody chose for a format: text and numbers on the wire, any type in the program.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use crate::node::{Node, Slot, TextNode, View};

/// A value of any type that is text on the wire: read by its `FromStr`, written by its `Display`.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use problemgen_runtime::TextOf;
///
/// let address: TextOf<Ipv4Addr> = serde_json::from_str("\"192.0.2.1\"")?;
/// assert!(!address.is_loopback());
/// assert_eq!(serde_json::to_string(&TextOf::from(Ipv4Addr::LOCALHOST))?, "\"127.0.0.1\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextOf<T>(Held<T>);

/// A value of any type that is a number on the wire: read by its `FromStr` from the decimal text of the number, written as the
/// number that its `Display` writes.
///
/// ```
/// use problemgen_runtime::NumberOf;
///
/// let big: NumberOf<i128> = serde_json::from_str("12")?;
/// assert_eq!(*big, 12);
/// assert_eq!(serde_json::to_string(&NumberOf::from(i128::MAX))?, i128::MAX.to_string());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberOf<T>(Held<T>);

/// The value; a reader begins with none, because not every type has one to begin with.
type Held<T> = Option<T>;

/// Whoever holds a value was handed it by a reader that succeeded, or made it of one.
const HELD: &str = "only a reader that has not read yet holds nothing";

macro_rules! mapped {
    ($ty:ident, $slot:ident, |$value:ident| $view:expr) => {
        impl<T> $ty<T> {
            /// The value itself.
            pub fn into_inner(self) -> T {
                self.0.expect(HELD)
            }
        }

        impl<T> Deref for $ty<T> {
            type Target = T;
            fn deref(&self) -> &T {
                self.0.as_ref().expect(HELD)
            }
        }

        impl<T> From<T> for $ty<T> {
            fn from(value: T) -> Self {
                $ty(Some(value))
            }
        }

        impl<T: FromStr> FromStr for $ty<T> {
            type Err = T::Err;
            fn from_str(text: &str) -> Result<Self, T::Err> {
                text.parse().map(|value| $ty(Some(value)))
            }
        }

        impl<T: fmt::Display> fmt::Display for $ty<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                T::fmt(self, f)
            }
        }

        impl<T: fmt::Debug> fmt::Debug for $ty<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match &self.0 {
                    Some(value) => value.fmt(f),
                    None => f.write_str("nothing yet"),
                }
            }
        }

        impl<T: FromStr + fmt::Display + Clone + 'static> Node for $ty<T> {
            fn empty() -> Self {
                $ty(None)
            }
            fn slot(&mut self) -> Slot<'_> {
                Slot::$slot(self)
            }
            fn view(&self) -> View<'_> {
                self.0.as_ref().map_or(View::Absent, |$value| $view)
            }
            fn assign(&mut self, from: &dyn Node) {
                crate::copy::clone_into(self, from);
            }
        }

        impl<T: FromStr> TextNode for $ty<T> {
            fn set(&mut self, text: &str) -> Result<(), &'static str> {
                *self = text.parse().map_err(|_| "a value of its format")?;
                Ok(())
            }
        }

        impl<T: FromStr + fmt::Display + Clone + 'static> serde::Serialize for $ty<T> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::encode::serialize(self, serializer)
            }
        }

        impl<'de, T: FromStr + fmt::Display + Clone + 'static> serde::Deserialize<'de> for $ty<T> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::decode::deserialize(deserializer)
            }
        }
    };
}

mapped!(TextOf, Text, |value| View::Text(value.to_string().into()));
mapped!(NumberOf, Number, |value| number(value.to_string()));

/// The number that a text is; text that is none stays text, which whoever reads it will refuse.
fn number(text: String) -> View<'static> {
    if let Ok(value) = text.parse() {
        View::I128(value)
    } else {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => View::F64(value),
            _ => View::Text(text.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::num::NonZeroU8;

    use super::*;

    #[test]
    fn what_its_type_does_not_take_is_refused() {
        let refused = |error: serde_json::Error| error.to_string();
        let address = serde_json::from_str::<TextOf<Ipv4Addr>>("\"::1\"").map_err(refused);
        assert_eq!(address, Err("expected a value of its format at line 1 column 5".to_owned()));
        assert!(serde_json::from_str::<TextOf<Ipv4Addr>>("1").is_err());
        assert!(serde_json::from_str::<NumberOf<NonZeroU8>>("0").is_err());
        assert!(serde_json::from_str::<NumberOf<NonZeroU8>>("\"1\"").is_err());
    }

    #[test]
    fn numbers_stay_numbers() {
        for json in ["7", "-7", "0.5", "18446744073709551615", "1e300"] {
            let number: NumberOf<f64> = serde_json::from_str(json).expect("a number");
            let again: f64 =
                serde_json::from_str(&serde_json::to_string(&number).expect("JSON")).expect("a number");
            assert_eq!(*number, again);
        }
        let odd: NumberOf<String> = "odd".parse().expect("text");
        assert_eq!(serde_json::to_string(&odd).expect("JSON"), "\"odd\"");
    }
}
