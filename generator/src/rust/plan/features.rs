//! The features of a package: one for each module of operations, and which types belong to which.
//!
//! Comes in: the rest of the plan. Goes out: [`FeaturesPlan`]: the names of the features, and the types in groups that are
//! compiled together. A type is compiled when an operation that reaches it is; those that problems and other errors
//! reach are always there, because all operations raise them as one type. Deliberately absent: anything about single items. A
//! group is a module in a file, so that what is left out is not even parsed.

use std::collections::BTreeMap;

use super::{Form, OperationPlan, OutputPlan, Plan, StructPlan, Ty, TypePlan};
use crate::config::TagFeatures;
use crate::contract::{TypeId, mark};
use crate::rust::names::{Case, RustName, Scope, Wish};
use crate::rust::{Layout, Options};

/// The feature that has every operation and every type.
pub const FULL: &str = "full";

/// The feature by which types are also values of serde. It is on by default unless the document is so large that its tags
/// have features: what each type costs to compile matters there, and who wants it can say so.
pub const SERDE: &str = "serde";

/// From so many operations on, a document is large: compiling what one does not call takes seconds.
const LARGE: usize = 100;

/// So many features are as many as people can choose from, and what registries take.
const MANY: usize = 250;

/// The features of every package: what each is for, its name, and what it turns on.
pub const FEATURES: [(&str, &str, &[&str]); 10] = [
    ("The asynchronous HTTP transport over reqwest with rustls.", "reqwest", &["problemgen-runtime/reqwest"]),
    (
        "`Serialize` and `Deserialize` of all types, for what else a program does with them.",
        SERDE,
        &["problemgen-runtime/serde"],
    ),
    (
        "The blocking HTTP transport over ureq with rustls, for programs without a runtime.",
        "ureq",
        &["problemgen-runtime/ureq"],
    ),
    (
        "Transports as tower services and the other way round, and the client as a service.",
        "tower",
        &["problemgen-runtime/tower"],
    ),
    ("Spans and events with the names of OpenTelemetry.", "tracing", &["problemgen-runtime/tracing"]),
    ("Bodies packed with gzip.", "gzip", &["problemgen-runtime/gzip"]),
    ("Bodies packed with brotli.", "brotli", &["problemgen-runtime/brotli"]),
    (
        "Errors and outputs as answers, for those who serve the API.",
        "server",
        &[SERDE, "problemgen-runtime/server"],
    ),
    ("The same as answers of axum.", "axum", &["server", "problemgen-runtime/axum"]),
    (
        "A typed mock, for the tests of those who call the API.",
        "mock",
        &["server", "problemgen-runtime/mock"],
    ),
];

/// The names that are taken before any tag comes.
static RESERVED: [&str; FEATURES.len() + 2] = {
    let mut names = ["default"; FEATURES.len() + 2];
    names[1] = FULL;
    let mut at = 0;
    while at < FEATURES.len() {
        names[at + 2] = FEATURES[at].1;
        at += 1;
    }
    names
};

/// A feature for each module of operations.
#[derive(Debug, Clone, PartialEq)]
pub struct FeaturesPlan {
    /// The name of the feature, by the place in [`Plan::modules`].
    pub names: Vec<String>,
    /// The types that not every feature has.
    pub groups: Vec<GroupPlan>,
    /// The group of a type, by [`TypeId`]; `None` for what is always there.
    pub group_of: Vec<Option<usize>>,
}

/// Types that belong to the same features.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupPlan {
    /// Its module under `types`, which is private: its types are in `types`.
    pub name: RustName,
    /// The places of the modules whose features have them; none for types that no operation reaches, which only
    /// [`FULL`] has.
    pub modules: Vec<usize>,
}

impl FeaturesPlan {
    /// The features that have a group.
    pub fn of_group<'a>(&'a self, group: &'a GroupPlan) -> impl Iterator<Item = &'a str> {
        let full = group.modules.is_empty().then_some(FULL);
        full.into_iter().chain(group.modules.iter().filter_map(|at| self.names.get(*at)).map(String::as_str))
    }
}

/// The features of a planned package; `None` when it has none for its tags.
pub(super) fn features(plan: &Plan, options: &Options) -> Option<FeaturesPlan> {
    // The features of somebody's crate are not ours to name.
    let package = matches!(options.layout, Layout::Package { .. });
    if !package || !wanted(options.tag_features, plan.operations.len(), plan.modules.len()) {
        return None;
    }
    let wishes: Vec<_> =
        plan.modules.iter().map(|module| Wish::new(module.tag.as_deref().unwrap_or("other"))).collect();
    let names = Scope::new(Case::Snake, &RESERVED, "_operations").assign(&wishes);
    let names: Vec<String> = names.iter().map(|name| name.bare().replace('_', "-")).collect();
    let mut by_modules: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (at, modules) in reached(plan).into_iter().enumerate() {
        if let Some(modules) = modules {
            by_modules.entry(modules).or_default().push(at);
        }
    }
    let mut group_of = vec![None; plan.types.len()];
    let mut words = Vec::new();
    for (group, (modules, types)) in by_modules.iter().enumerate() {
        types.iter().for_each(|at| group_of[*at] = Some(group));
        let keys: Vec<&str> = modules.iter().filter_map(|at| names.get(*at)).map(String::as_str).collect();
        let key = keys.join(" ");
        // Whatever a tag is called, the modules are called like no crate.
        let word = match keys.as_slice() {
            [] => "of none".to_owned(),
            [_] => format!("of {key}"),
            _ => format!("of {} x{:04x}", keys.len(), mark(&key)),
        };
        words.push((word, key));
    }
    let wishes: Vec<_> = words.iter().map(|(words, key)| Wish { words, key }).collect();
    let modules = Scope::new(Case::Module, &[], "_").assign(&wishes);
    let groups = modules.into_iter().zip(by_modules.into_keys());
    let groups = groups.map(|(name, modules)| GroupPlan { name, modules }).collect();
    Some(FeaturesPlan { names, groups, group_of })
}

fn wanted(setting: TagFeatures, operations: usize, modules: usize) -> bool {
    match setting {
        TagFeatures::Off => false,
        TagFeatures::On => true,
        TagFeatures::Auto => operations >= LARGE && (2..=MANY).contains(&modules),
    }
}

/// For each type the modules whose operations reach it, in their order; `None` for one that is always there.
fn reached(plan: &Plan) -> Vec<Option<Vec<usize>>> {
    let held: Vec<Vec<usize>> = plan.types.iter().map(held).collect();
    let mut walk = Walk { held: &held, seen: vec![None; held.len()] };
    let mut always = vec![false; held.len()];
    walk.from(plan.modules.len(), shared(plan), |at| always[at] = true);
    let mut reached = vec![Vec::new(); held.len()];
    for (module, planned) in plan.modules.iter().enumerate() {
        let operations = planned.operations.iter().filter_map(|id| plan.operations.get(id.0));
        let types = operations.flat_map(of_operation).collect();
        walk.from(module, types, |at| reached[at].push(module));
    }
    let all = plan.modules.len();
    let some = |(modules, always): (Vec<usize>, bool)| (!always && modules.len() < all).then_some(modules);
    reached.into_iter().zip(always).map(some).collect()
}

/// Walks over what types hold.
struct Walk<'a> {
    held: &'a [Vec<usize>],
    /// The last walk that came by.
    seen: Vec<Option<usize>>,
}

impl Walk<'_> {
    fn from(&mut self, walk: usize, mut open: Vec<usize>, mut found: impl FnMut(usize)) {
        while let Some(at) = open.pop() {
            let Some(seen) = self.seen.get_mut(at).filter(|seen| **seen != Some(walk)) else { continue };
            *seen = Some(walk);
            found(at);
            open.extend(self.held.get(at).into_iter().flatten());
        }
    }
}

/// The types that a type is printed with. One that is another name for a type has its own names for what that one holds.
fn held(plan: &TypePlan) -> Vec<usize> {
    let mut held: Vec<usize> = plan.same_as.iter().map(|TypeId(other)| *other).collect();
    match &plan.form {
        Form::Alias(ty) | Form::Newtype(ty) => named(ty, &mut held),
        Form::Struct(fields) => of_struct(fields, &mut held),
        Form::Enum(_) => {}
        Form::Union(variants) => variants.iter().for_each(|variant| named(&variant.ty, &mut held)),
    }
    held
}

fn of_struct(plan: &StructPlan, held: &mut Vec<usize>) {
    plan.fields.iter().for_each(|field| named(&field.ty, held));
    plan.additional.iter().for_each(|(_, ty)| named(ty, held));
}

fn of_operation(plan: &OperationPlan) -> Vec<usize> {
    let mut held = Vec::new();
    plan.fields().for_each(|field| named(&field.ty, &mut held));
    let choices = plan.body.iter().flat_map(|body| &body.choices);
    choices.for_each(|choice| named(&choice.ty, &mut held));
    plan.sequences.iter().for_each(|sequence| named(&sequence.ty, &mut held));
    match &plan.output {
        OutputPlan::Unit => {}
        OutputPlan::One(ty) => named(ty, &mut held),
        OutputPlan::Cases(_, cases) => {
            cases.iter().filter_map(|case| case.ty.as_ref()).for_each(|ty| named(ty, &mut held));
        }
    }
    held
}

/// The types in the modules that are always there: problems and other errors.
fn shared(plan: &Plan) -> Vec<usize> {
    let mut held = Vec::new();
    if let Some(problems) = &plan.problems {
        problems.envelope.iter().for_each(|envelope| of_struct(envelope, &mut held));
        problems.common.iter().for_each(|(_, field)| named(&field.ty, &mut held));
        let payloads = problems.codes.iter().filter_map(|code| code.payload.as_ref());
        payloads.for_each(|(_, fields)| of_struct(fields, &mut held));
    }
    let bodies = plan.failures.iter().flat_map(|failures| &failures.bodies);
    bodies.filter_map(|body| body.ty.as_ref()).for_each(|ty| named(ty, &mut held));
    held
}

/// The named types in a type.
fn named(ty: &Ty, held: &mut Vec<usize>) {
    match ty {
        Ty::Named(TypeId(at)) => held.push(*at),
        Ty::Vec(inner) | Ty::Map(inner) | Ty::Option(inner) | Ty::Patch(inner) | Ty::Boxed(inner) => {
            named(inner, held);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_set_is_decided_by_size() {
        let auto = |operations, modules| wanted(TagFeatures::Auto, operations, modules);
        assert!(auto(LARGE, 2) && auto(10_000, MANY));
        assert!(!auto(LARGE - 1, 20) && !auto(LARGE, 1) && !auto(10_000, MANY + 1));
        assert!(wanted(TagFeatures::On, 1, 1) && !wanted(TagFeatures::Off, 10_000, 100));
    }

    #[test]
    fn a_circle_is_walked_once_for_each_tag() {
        let held = [vec![1], vec![2, 2], vec![0, 7]];
        let mut walk = Walk { held: &held, seen: vec![None; 3] };
        for (tag, start) in [(0, vec![0, 0]), (1, vec![2]), (2, vec![9])] {
            let mut found = Vec::new();
            walk.from(tag, start, |at| found.push(at));
            found.sort_unstable();
            assert_eq!(found, if tag == 2 { vec![] } else { vec![0, 1, 2] });
        }
    }
}
