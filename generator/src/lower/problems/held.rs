//! What a schema of an error holds: codes, the grounds that they stand on, and room for others. All readers say it in these words.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::contract::Pointer;

use super::facts::Facts;
use super::ground::GroundId;

/// What a schema of an error holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Held<'a> {
    /// The codes that it names.
    pub(super) mentions: Vec<Mention<'a>>,
    /// What they stand on.
    pub(super) grounds: BTreeSet<GroundId>,
    /// Does it leave room for others?
    pub(super) open: bool,
    /// Is one of its alternatives no coded problem?
    pub(super) foreign: bool,
    /// The places of the mentions, by what they hold: schemas may name thousands.
    places: HashMap<*const Facts<'a>, usize>,
}

/// A code in the schema of an error.
#[derive(Debug, Clone)]
pub(super) struct Mention<'a> {
    pub(super) facts: Rc<Facts<'a>>,
    /// The branch that names it.
    pub(super) at: Pointer,
    /// Is it named here, and not only among all the codes that there are?
    pub(super) chosen: bool,
}

impl<'a> Held<'a> {
    /// One that is no coded problem.
    pub(super) fn foreign() -> Self {
        Held { foreign: true, ..Held::default() }
    }

    /// Adds a code.
    pub(super) fn mention(&mut self, facts: Rc<Facts<'a>>, at: &Pointer, chosen: bool) {
        self.grounds.insert(facts.ground);
        let next = self.mentions.len();
        let place = *self.places.entry(Rc::as_ptr(&facts)).or_insert(next);
        match self.mentions.get_mut(place) {
            Some(known) => known.chosen |= chosen,
            None => self.mentions.push(Mention { facts, at: at.clone(), chosen }),
        }
    }

    /// Adds what an alternative holds.
    pub(super) fn join(&mut self, other: &Held<'a>) {
        for Mention { facts, at, chosen } in &other.mentions {
            self.mention(Rc::clone(facts), at, *chosen);
        }
        self.grounds.extend(&other.grounds);
        self.open |= other.open;
        self.foreign |= other.foreign;
    }

    /// The code, when it names a single one.
    pub(super) fn only(&self) -> Option<&str> {
        let (first, others) = self.mentions.split_first()?;
        let code = first.facts.code.as_str();
        others.iter().all(|other| other.facts.code == code).then_some(code)
    }

    /// The same, named at a branch.
    pub(super) fn at(mut self, at: &Pointer) -> Self {
        if self.only().is_some() {
            self.mentions.iter_mut().for_each(|mention| mention.at = at.clone());
        }
        self
    }
}
