//! What an object holds beyond the members that the contract types: nothing that was read is lost when it is written.

use std::borrow::Cow;
use std::fmt;

use crate::json::Json;
use crate::node::{MapNode, Node, Slot, View};

/// Members of an object that the contract does not name, by name.
///
/// They are kept when a value is read, and written with it again, so that reading, changing and sending back a resource
/// does not take from it what a later version of the API has added.
///
/// An optional member that was `null` is also noted here, under its name: its field is `None`, as if it had been absent, and the
/// note has it written as `null` again. A value in the field goes before the note. To send a `null` where the field cannot
/// say so, insert `Json::Null`; to leave the member out, remove it.
///
/// ```
/// use problemgen_runtime::{Json, Others};
///
/// let mut others = Others::default();
/// others.insert("colour", Json::from("red"));
/// assert_eq!(others.get("colour").and_then(Json::as_str), Some("red"));
/// assert_eq!(others.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["colour"]);
/// ```
// A sorted list: it is empty most of the time, which costs no allocation, and short otherwise. Names of the contract are
// not copied.
#[derive(Clone, PartialEq, Default)]
pub struct Others(Vec<(Cow<'static, str>, Json)>);

impl Others {
    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(self.search(name).ok()?).map(|(_, value)| value)
    }

    /// Sets a member, and gives what it was before.
    pub fn insert(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Json>) -> Option<Json> {
        let (name, value) = (name.into(), value.into());
        match self.search(&name) {
            Ok(at) => self.0.get_mut(at).map(|(_, place)| std::mem::replace(place, value)),
            Err(at) => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        self.search(name).ok().map(|at| self.0.remove(at).1)
    }

    /// The members, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn search(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}

/// As a map.
impl fmt::Debug for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<N: Into<Cow<'static, str>>> FromIterator<(N, Json)> for Others {
    fn from_iter<T: IntoIterator<Item = (N, Json)>>(members: T) -> Self {
        let mut others = Others(members.into_iter().map(|(name, value)| (name.into(), value)).collect());
        others.settle();
        others
    }
}

impl Node for Others {
    fn empty() -> Self {
        Others::default()
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Map(self)
    }
    fn view(&self) -> View<'_> {
        View::Map(self)
    }
    fn assign(&mut self, from: &dyn Node) {
        crate::copy::clone_into(self, from);
    }
}

impl MapNode for Others {
    /// At the end, whatever the name, so that many members cost no more than their number; [`settle`](MapNode::settle) sorts.
    fn insert(&mut self, name: String) -> &mut dyn Node {
        self.0.push((Cow::Owned(name), Json::Null));
        let last = self.0.len() - 1;
        &mut self.0[last].1
    }
    fn entries(&self) -> Box<dyn Iterator<Item = (&str, &dyn Node)> + '_> {
        Box::new(self.iter().map(|(name, value)| (name, value as &dyn Node)))
    }
    fn note_null(&mut self, name: &'static str) {
        self.0.push((Cow::Borrowed(name), Json::Null));
    }
    fn has_null(&self, name: &str) -> bool {
        !self.is_empty() && self.get(name) == Some(&Json::Null)
    }
    fn settle(&mut self) {
        // Stable, and the last of equal names counts.
        self.0.reverse();
        self.0.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.0.dedup_by(|later, kept| later.0 == kept.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_the_last_of_a_name_counts() {
        let mut others = Others::default();
        for (name, value) in [("b", 1), ("a", 2), ("b", 3)] {
            assert!(matches!(MapNode::insert(&mut others, name.to_owned()).slot(), Slot::Any(_)));
            if let Some((_, place)) = others.0.last_mut() {
                *place = Json::from(value);
            }
        }
        others.note_null("c");
        others.settle();
        assert_eq!(
            format!("{others:?}"),
            r#"{"a": Number(Number(Positive(2))), "b": Number(Number(Positive(3))), "c": Null}"#
        );
        assert!(others.has_null("c") && !others.has_null("a") && !others.has_null("d"));
    }

    #[test]
    fn a_member_is_set_and_taken() {
        let mut others: Others = [("b", Json::from(true))].into_iter().collect();
        assert_eq!(others.insert("a", 1), None);
        assert_eq!(others.insert("a", 2), Some(Json::from(1)));
        assert_eq!(others.remove("b"), Some(Json::from(true)));
        assert_eq!((others.len(), others.get("b")), (1, None));
        assert_eq!(others.remove("b"), None);
    }
}
