//! Which of the errors that a contract declares were given in tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Mutex;

use super::key;
use crate::error::Api;
use crate::locked::lock;
use crate::operation::{AnswerSpec, BodySpec, StatusSpec};
use crate::server::{Promise, ServedApi};

/// Counts the declared errors that mocks give, over as many tests as share it.
///
/// ```
/// use problemgen_runtime::mock::{Mock, PlayedApi, Tally};
///
/// static TALLY: Tally = Tally::new();
///
/// fn mock<A: PlayedApi>() -> Mock<A> {
///     Mock::new().counting(&TALLY)
/// }
///
/// fn report<A: PlayedApi>() {
///     println!("{}", TALLY.coverage::<A>());
/// }
/// ```
#[derive(Debug, Default)]
pub struct Tally {
    /// By operation.
    given: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

impl Tally {
    /// One in which nothing is counted yet.
    pub const fn new() -> Self {
        Self { given: Mutex::new(BTreeMap::new()) }
    }

    pub(super) fn add(&self, operation: &str, error: &str) {
        let mut given = lock(&self.given);
        given.entry(operation.to_owned()).or_default().insert(error.to_owned());
    }

    /// What was given of what an API declares.
    pub fn coverage<A: ServedApi>(&self) -> Coverage {
        let promises = A::OPERATIONS.iter().copied().flatten();
        let operations: Vec<Exercised> = promises.map(|promise| self.exercised::<A>(promise)).collect();
        let mut codes = Exercised { name: "codes".to_owned(), ..Exercised::default() };
        for facts in A::FAMILY.codes {
            let code = facts.code;
            let declared = operations.iter().any(|operation| operation.declares(code));
            if declared {
                let given = operations.iter().any(|operation| operation.given.iter().any(|it| it == code));
                if given { &mut codes.given } else { &mut codes.missing }.push(code.to_owned());
            }
        }
        Coverage { codes, operations }
    }

    /// What was given of what an operation declares.
    pub(super) fn exercised<A: Api>(&self, promise: &Promise) -> Exercised {
        let mut exercised = Exercised { name: promise.spec.id.to_owned(), ..Exercised::default() };
        let given = lock(&self.given).get(&key(promise.spec)).cloned().unwrap_or_default();
        for error in declared::<A>(promise) {
            if given.contains(&error) { &mut exercised.given } else { &mut exercised.missing }.push(error);
        }
        exercised
    }
}

/// The errors that an operation declares: codes, and the answers without one.
fn declared<A: Api>(promise: &Promise) -> Vec<String> {
    let codes: BTreeSet<usize> = promise.codes.iter().copied().flatten().copied().collect();
    let codes = codes.into_iter().filter_map(|at| A::FAMILY.codes.get(at)).map(|facts| facts.code.to_owned());
    let mut errors: Vec<String> = codes.collect();
    for answer in promise.spec.errors.iter().filter(|answer| answer.body != BodySpec::Problem) {
        let name = without_code(answer);
        if !errors.contains(&name) {
            errors.push(name);
        }
    }
    errors
}

/// What an error without a code is called: its status.
pub(super) fn without_code(answer: &AnswerSpec) -> String {
    match answer.status {
        StatusSpec::Exact(status) => status.to_string(),
        StatusSpec::Range(digit) => format!("{digit}XX"),
        StatusSpec::Default => "default".to_owned(),
    }
}

/// Which errors of an API were given. In print, a line for the codes of the API and one for each operation that declares
/// an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    codes: Exercised,
    operations: Vec<Exercised>,
}

impl Coverage {
    /// The codes of the API that an operation declares; one is given if any operation gave it.
    pub fn codes(&self) -> &Exercised {
        &self.codes
    }

    /// The errors of each operation, codes and answers without one.
    pub fn operations(&self) -> &[Exercised] {
        &self.operations
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.codes.fmt(f)?;
        self.operations.iter().filter(|it| it.declared() > 0).try_for_each(|it| write!(f, "\n{it}"))
    }
}

/// Which declared errors were given, and which are missing. In print `publishDrop: 17 of 22 exercised, missing conflict, …`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exercised {
    name: String,
    given: Vec<String>,
    missing: Vec<String>,
}

impl Exercised {
    /// What it is of: an `operationId`, or `codes` of the whole API.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many errors are declared.
    pub fn declared(&self) -> usize {
        self.given.len() + self.missing.len()
    }

    /// Those that were given, in the order of the contract: codes, and the statuses of answers without one.
    pub fn given(&self) -> &[String] {
        &self.given
    }

    /// Those that were not.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    fn declares(&self, error: &str) -> bool {
        self.given.iter().chain(&self.missing).any(|it| it == error)
    }
}

impl fmt::Display for Exercised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {} exercised", self.name, self.given.len(), self.declared())?;
        if !self.missing.is_empty() {
            write!(f, ", missing {}", self.missing.join(", "))?;
        }
        Ok(())
    }
}
