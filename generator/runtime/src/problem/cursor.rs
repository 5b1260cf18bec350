//! Which members of a record came, and which did not.

use crate::decode::{self, Seen};
use crate::node::{Member, Node, Presence, View};

/// A walk along the members of a record, in whatever order they come.
pub(super) struct Cursor {
    members: &'static [Member],
    seen: Seen,
    next: usize,
}

impl Cursor {
    pub(super) fn over(record: Option<&dyn Node>) -> Self {
        Self { members: record.map_or(&[], |record| record.members()), seen: Seen::default(), next: 0 }
    }

    /// Is this the member after the last one found?
    pub(super) fn expects(&self, name: &str) -> bool {
        self.members.get(self.next).is_some_and(|member| member.name() == name)
    }

    /// The member of this name.
    pub(super) fn find(&mut self, name: &str) -> Option<Found> {
        let at = decode::position(self.members, self.next, name)?;
        self.next = at + 1;
        Some(Found { at, again: !self.seen.insert(at) })
    }

    /// Is a member one that may be absent, and is `null` in this record, or not there?
    pub(super) fn leaves_open(&self, at: usize, node: &dyn Node) -> bool {
        let optional =
            self.members.get(at).is_some_and(|member| matches!(member.presence(), Presence::Optional));
        optional && matches!(node.view(), View::Absent)
    }

    /// Notes in a record that a member of it was `null`; `true` when it was and is noted.
    pub(super) fn note_null(&self, record: &mut dyn Node, at: Option<usize>) -> bool {
        let Some((at, member)) = at.and_then(|at| Some((at, self.members.get(at)?))) else { return false };
        if record.at(at).is_some_and(|node| self.leaves_open(at, node))
            && let Some(others) = record.others_mut()
        {
            others.note_null(member.name());
            return true;
        }
        false
    }

    /// The required members that were not there.
    pub(super) fn missing(&self) -> impl Iterator<Item = &'static Member> {
        let members = self.members.iter().enumerate();
        let missing = members.filter(|(at, member)| {
            matches!(member.presence(), Presence::Required) && !self.seen.contains(*at)
        });
        missing.map(|(_, member)| member)
    }
}

/// A member that a [`Cursor`] came to.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// Its place in the record.
    pub(super) at: usize,
    /// Was it there before?
    pub(super) again: bool,
}
