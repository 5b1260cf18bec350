//! A value of an answer by its name, whatever type it has there.

use std::borrow::Cow;
use std::fmt;

use crate::decode;
use crate::encode;
use crate::inspect::Shown;
use crate::json::Json;
use crate::node::{Literal, Node, Presence, View};
use crate::problem::CodePlace;
use crate::text::escape;

/// A value of an answer, borrowed from it, when what is known of it is its name: the member of an error that says how to
/// get out of it.
///
/// `Display` shows a text as it is, escaped for terminals, a number in decimal, and else what `Debug` shows; secrets show as
/// `Secret(***)`.
///
/// ```
/// use problemgen_runtime::{Error, Operation, Recovery};
///
/// /// The revision that somebody else has made meanwhile.
/// fn revision<O: Operation>(error: &Error<O>) -> Option<i64> {
///     match error.recovery()? {
///         Recovery::Reread(value) => value?.as_i64(),
///         _ => None,
///     }
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Value<'a>(Held<'a>);

#[derive(Clone, Copy)]
enum Held<'a> {
    Node(&'a dyn Node),
    /// A member that is always the same.
    Constant(Literal),
}

impl<'a> Value<'a> {
    pub(crate) fn of(node: &'a dyn Node) -> Self {
        Self(Held::Node(node))
    }

    fn view(self) -> View<'a> {
        match self.0 {
            Held::Node(node) => node.view(),
            Held::Constant(Literal::Null) => View::Null,
            Held::Constant(Literal::Bool(value)) => View::Bool(value),
            Held::Constant(Literal::Integer(value)) => View::I64(value),
            Held::Constant(Literal::Number(value)) => View::F64(value),
            Held::Constant(Literal::String(text)) => View::Text(Cow::Borrowed(text)),
        }
    }

    /// Is there nothing, or `null`?
    pub fn is_null(self) -> bool {
        matches!(self.view(), View::Absent | View::Null | View::Any(Json::Null))
    }

    /// The text, if it is one and no secret.
    pub fn as_text(self) -> Option<Cow<'a, str>> {
        match self.view() {
            View::Text(text) => Some(text),
            View::Any(json) => json.as_str().map(Cow::Borrowed),
            _ => None,
        }
    }

    /// The number, if it is an integer that fits.
    pub fn as_i64(self) -> Option<i64> {
        match self.view() {
            View::I64(value) => Some(value),
            View::U64(value) => i64::try_from(value).ok(),
            View::I128(value) => i64::try_from(value).ok(),
            View::Any(json) => json.as_i64(),
            _ => None,
        }
    }

    /// The number, if it is one; integers beyond 2^53 are rounded.
    pub fn as_f64(self) -> Option<f64> {
        match self.view() {
            View::F32(value) => Some(value.into()),
            View::F64(value) => Some(value),
            View::I64(value) => Some(value as f64),
            View::U64(value) => Some(value as f64),
            View::I128(value) => Some(value as f64),
            View::Any(json) => json.as_f64(),
            _ => None,
        }
    }

    /// The truth, if it is `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.view() {
            View::Bool(value) => Some(value),
            View::Any(json) => json.as_bool(),
            _ => None,
        }
    }

    /// The member of this name, if it is an object that has it.
    pub fn get(self, name: &str) -> Option<Value<'a>> {
        match self.view() {
            View::Record(record) => {
                let Some(at) = record.members().iter().position(|member| member.name() == name) else {
                    return record.others()?.get(name).map(Self::of);
                };
                match record.members().get(at)?.presence() {
                    Presence::Constant(literal) => Some(Self(Held::Constant(literal))),
                    _ => record.at(at).map(Self::of),
                }
            }
            View::Map(map) => map.get(name).map(Self::of),
            View::Any(json) => json.get(name).map(|value| Self::of(value)),
            _ => None,
        }
    }

    /// The member that these names lead to, one inside of the other.
    pub(crate) fn path(self, names: &[&str]) -> Option<Value<'a>> {
        names.iter().try_fold(self, |value, name| value.get(name)).filter(|value| !value.is_null())
    }

    /// The object that holds the code.
    pub(crate) fn at(self, place: CodePlace) -> Option<Self> {
        match place {
            CodePlace::Root => Some(self),
            CodePlace::Under(name) => self.get(name),
            CodePlace::Each(name) => self.get(name)?.items().next(),
        }
    }

    /// The text, if there is something in it, and it stands in the answer as it is.
    pub(crate) fn as_str(self) -> Option<&'a str> {
        match self.as_text()? {
            Cow::Borrowed(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The JSON, if it was read as what it is.
    pub(crate) fn as_json(self) -> Option<&'a Json> {
        match self.view() {
            View::Any(json) => Some(json),
            _ => None,
        }
    }

    /// The [text](Self::as_str) of a member.
    pub(crate) fn text_of(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// The truth of a member.
    pub(crate) fn bool_of(self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// Is it a list?
    pub(crate) fn is_list(self) -> bool {
        matches!(self.view(), View::List(_) | View::Any(Json::Array(_)))
    }

    /// The items, if it is a list; none if it is not.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let view = self.view();
        (0..).map_while(move |at| match &view {
            View::List(list) => list.get(at).map(Self::of),
            View::Any(Json::Array(items)) => items.get(at).map(|item| Self::of(item)),
            _ => None,
        })
    }

    /// The value as a type of its own: a choice as the type that the contract gives it. `None` if it is of no such type.
    ///
    /// ```
    /// use problemgen_runtime::{Json, Node, Value};
    ///
    /// fn slugs<T: Node>(choices: &[Value<'_>]) -> Vec<T> {
    ///     choices.iter().filter_map(|choice| choice.read()).collect()
    /// }
    /// # let _ = slugs::<Json>;
    /// ```
    pub fn read<T: Node>(self) -> Option<T> {
        let json = match self.0 {
            Held::Node(node) => encode::to_vec(node),
            Held::Constant(literal) => serde_json::to_vec(&literal),
        };
        let mut read = T::empty();
        decode::from_slice(&json.ok()?, &mut read).ok().map(|()| read)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Held::Node(node) => match node.view() {
                // As it came, not as it is kept.
                View::Any(Json::String(text)) => text.fmt(f),
                View::Any(json) => escape(f, &json.to_string()),
                _ => Shown(node).fmt(f),
            },
            Held::Constant(literal) => literal.fmt(f),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_text() {
            Some(text) => escape(f, &text),
            None => match self.as_i64() {
                Some(number) => number.fmt(f),
                None => escape(f, &format!("{self:?}")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Secret;

    #[test]
    fn values_are_what_they_are_in_either_form() {
        let json: Json =
            r#"{"at": {"now": 7, "list": ["a", null, 2.5]}, "yes": true}"#.parse().expect("JSON");
        let whole = Value::of(&json);
        let now = whole.path(&["at", "now"]).expect("a member");
        assert_eq!((now.as_i64(), now.as_f64(), now.to_string().as_str()), (Some(7), Some(7.0), "7"));
        assert_eq!(now.read::<u32>(), Some(7));
        assert!(now.read::<String>().is_none() && now.as_text().is_none() && now.get("x").is_none());
        let list = whole.path(&["at", "list"]).expect("a member");
        let shown: Vec<String> = list.items().map(|item| item.to_string()).collect();
        assert_eq!((shown[0].as_str(), list.items().count(), now.items().count()), ("a", 3, 0));
        assert_eq!(list.items().nth(2).and_then(Value::as_f64), Some(2.5));
        assert!(whole.path(&["at", "later"]).is_none());
        assert_eq!(whole.get("yes").and_then(Value::as_bool), Some(true));

        let typed = Some(vec!["x\u{1b}".to_owned()]);
        let typed = Value::of(&typed);
        assert_eq!(typed.items().next().map(|item| item.to_string()).as_deref(), Some("x\\u{1b}"));
        assert!(Value::of(&None::<i64>).is_null());
        let secret = Secret::from("hunter2");
        assert!(Value::of(&secret).as_text().is_none());
        assert!(!format!("{0} {0:?}", Value::of(&secret)).contains("hunter2"));
    }
}
