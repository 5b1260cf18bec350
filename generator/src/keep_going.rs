//! Going on in spite of errors: what cannot be generated is left out, so that the rest can be.
//!
//! Comes in: an input. Goes out: what [`read_input`](crate::read_input) and [`generate`](crate::generate) give for it
//! without the parts that have errors, with warnings that say what was left out for them. Deliberately absent: which
//! parts belong together; [`prune`](crate::prune) knows.
//!
//! Each round marks the places of the errors of the round before. An error that is in no part that could be left out (the
//! text cannot be parsed, the version is unknown) ends it with all errors there were.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::artifact::Artifact;
use crate::config::Config;
use crate::load::Input;
use crate::prune::LeftOut;
use crate::report::{Code, Diagnostic, Report, Severity};
use crate::{Options, Read, check, lower};

/// How many rounds there are at most. Each stage that refuses something costs one, and each finds all that it refuses.
const ROUNDS: usize = 40;

/// Reads and generates what can be. `None` when the report has errors.
pub fn generate(
    mut input: Input,
    config: &Config,
    options: &Options,
    report: &mut Report,
) -> Option<(Read, Vec<Artifact>)> {
    input.thorough = true;
    let root = input.shown();
    // With the numbers of their marks.
    let mut errors: Vec<(usize, Diagnostic)> = Vec::new();
    for _ in 0..ROUNDS {
        let mut round = Report::new();
        let read = crate::read_input(&input, config, &mut round);
        let done = read.and_then(|read| Some((crate::generate(&read, options, &mut round)?, read)));
        if let Some((artifacts, read)) = done {
            errors
                .into_iter()
                .for_each(|(number, error)| report.push(warning(error, number, &read.left_out)));
            let part = read.left_out.iter().any(|it| it.operation);
            let all = round.diagnostics().into_iter();
            let meant = all.filter(|it| !part || !WANTING.iter().any(|wanting| wanting.code == it.code.code));
            meant.cloned().for_each(|diagnostic| report.push(diagnostic));
            return Some((read, artifacts));
        }
        let mut progress = false;
        let mut hopeless = false;
        for error in round.diagnostics().into_iter().filter(|it| it.severity == Severity::Error) {
            let place = error.place.as_ref();
            match place.and_then(|place| input.without.add(&root, &place.file, &place.pointer)) {
                Some((number, new)) => {
                    errors.push((number, error.clone()));
                    progress |= new;
                }
                None => hopeless = true,
            }
        }
        if !progress || hopeless {
            errors.into_iter().for_each(|(_, error)| report.push(error));
            round.diagnostics().into_iter().cloned().for_each(|diagnostic| report.push(diagnostic));
            return None;
        }
    }
    errors.into_iter().for_each(|(_, error)| report.push(error));
    None
}

/// What says that something is nowhere used or shown. Where operations are left out, it may be there.
const WANTING: [Code; 3] = [lower::codes::UNUSED_SCHEMA, check::codes::NOT_RAISED, check::codes::NO_EXAMPLE];

/// How many things a warning names; beyond, it counts.
const NAMED: usize = 3;

/// An error as the warning that it becomes: with what was left out for it.
fn warning(mut error: Diagnostic, number: usize, left_out: &[LeftOut]) -> Diagnostic {
    error.severity = Severity::Warning;
    let names: BTreeSet<&str> =
        left_out.iter().filter(|it| it.because.contains(&number)).map(|it| it.what.as_str()).collect();
    let named: Vec<&str> = names.iter().copied().take(NAMED).collect();
    let others = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    if !named.is_empty() {
        error.message = format!("{}; left out for that: {}{others}", error.message, named.join(", "));
    }
    error
}
