//! A body in pieces that are not read yet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::CodePlace;
use super::deviating::broken;
use crate::decode::Violation;
use crate::json::Json;

/// A body, unread but for the objects that its code leads to. One that breaks off still gives the members before the break.
pub(super) struct RawBody<'a> {
    place: CodePlace,
    /// The members of the body, without the one that leads to the problem.
    pub(super) body: RawMembers<'a>,
    /// What that one holds: one value, or the items of a list.
    pub(super) within: Vec<Within<'a>>,
    /// Was it there?
    pub(super) found: bool,
    /// Was it a list of problems?
    pub(super) listed: bool,
}

/// What stands where a problem is to be.
pub(super) enum Within<'a> {
    Object(RawMembers<'a>),
    Other(Json),
}

/// The members of an object, unread.
#[derive(Default)]
pub(super) struct RawMembers<'a> {
    pub(super) members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> RawBody<'a> {
    pub(super) fn read(text: &'a str, place: CodePlace, violations: &mut Vec<Violation>) -> Self {
        let members = RawMembers { members: Vec::with_capacity(16) };
        let mut body = Self { place, body: members, within: Vec::new(), found: false, listed: false };
        let mut reader = serde_json::Deserializer::from_str(text);
        let result = reader.deserialize_map(BodyVisitor(&mut body)).and_then(|()| reader.end());
        if let Err(error) = result {
            violations.push(broken("", format!("not a JSON object: {error}")));
            // A number at the very end may be the beginning of a longer one.
            let end = text.as_bytes().as_ptr_range().end;
            let last = body.within.iter_mut().filter_map(|within| match within {
                Within::Object(members) => Some(members),
                Within::Other(_) => None,
            });
            for members in last.chain([&mut body.body]) {
                members.members.pop_if(|(_, last)| last.get().as_bytes().as_ptr_range().end == end);
            }
        }
        body
    }

    pub(super) fn valid_members(&self) -> BTreeMap<String, Json> {
        let mut members = self.body.valid();
        members.extend(self.held().map(|(name, value)| (name.to_owned(), value)));
        members
    }

    /// The member that leads to the problem, as far as it is valid.
    pub(super) fn held(&self) -> Option<(&'static str, Json)> {
        let name = self.place.member().filter(|_| self.found)?;
        let mut within = self.within.iter().map(|within| match within {
            Within::Object(members) => Json::Object(members.valid()),
            Within::Other(value) => value.clone(),
        });
        let value = if self.listed { Json::Array(within.collect()) } else { within.next()? };
        Some((name, value))
    }

    /// Is there no problem? The member that leads to it is not there, or `null`, or a list of nothing.
    pub(super) fn is_vacant(&self) -> bool {
        match self.within.as_slice() {
            [] => !self.found || self.listed,
            [Within::Other(Json::Null)] => !self.listed,
            _ => false,
        }
    }

    /// Is there no problem, or one without a member?
    pub(super) fn says_nothing(&self) -> bool {
        self.is_vacant()
            || matches!(self.within.as_slice(), [Within::Object(only)] if only.members.is_empty())
    }
}

impl<'a> RawMembers<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.members.iter().find(|(found, _)| found == name).map(|(_, value)| *value)
    }

    fn valid(&self) -> BTreeMap<String, Json> {
        let read = |(name, value): &(Cow<'a, str>, &'a RawValue)| {
            Some((name.clone().into_owned(), serde_json::from_str(value.get()).ok()?))
        };
        self.members.iter().rev().filter_map(read).collect()
    }
}

struct BodyVisitor<'b, 'a>(&'b mut RawBody<'a>);

impl<'a> Visitor<'a> for BodyVisitor<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            if Some(&*name) == self.0.place.member() && !self.0.found {
                let RawBody { place, within, found, listed, .. } = &mut *self.0;
                *found = true;
                let listed = matches!(place, CodePlace::Each(_)).then_some(listed);
                map.next_value_seed(WithinSeed { within, listed })?;
            } else {
                self.0.body.members.push((name, map.next_value()?));
            }
        }
        Ok(())
    }
}

/// Reads the value that leads to a problem, whatever it is.
struct WithinSeed<'b, 'a> {
    within: &'b mut Vec<Within<'a>>,
    /// Set when it is a list; `None` where there may be none.
    listed: Option<&'b mut bool>,
}

impl WithinSeed<'_, '_> {
    fn other<'de, D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.within.push(Within::Other(de::Deserialize::deserialize(deserializer)?));
        Ok(())
    }
}

impl<'a> DeserializeSeed<'a> for WithinSeed<'_, 'a> {
    type Value = ();
    fn deserialize<D: de::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// No problem can stand in a scalar.
macro_rules! scalars {
    ($($visit:ident: $ty:ty),*) => {$(
        fn $visit<E: de::Error>(self, value: $ty) -> Result<(), E> {
            self.other(value.into_deserializer())
        }
    )*};
}

impl<'a> Visitor<'a> for WithinSeed<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.other(().into_deserializer())
    }
    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        if self.listed.is_some() {
            return self.other(MapAccessDeserializer::new(map));
        }
        // It is there before it is read, so that what comes before a break stays.
        self.within.push(Within::Object(RawMembers::default()));
        let Some(Within::Object(raw)) = self.within.last_mut() else { return Ok(()) };
        while let Some(Name(name)) = map.next_key()? {
            raw.members.push((name, map.next_value()?));
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<(), A::Error> {
        let Some(listed) = self.listed else { return self.other(SeqAccessDeserializer::new(items)) };
        *listed = true;
        while items.next_element_seed(WithinSeed { within: &mut *self.within, listed: None })?.is_some() {}
        Ok(())
    }
}

/// A name: text that is borrowed unless it has escapes.
pub(super) struct Name<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> de::Deserialize<'de> for Name<'a> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}
