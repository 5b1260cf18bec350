//! Lowering: from OpenAPI's types to the contract.
//!
//! Comes in: [`Resolved`], an OpenAPI 3.0 document in which every reference leads to something. Goes out:
//! [`Contract`]. This is the only stage that sees both. Deliberately absent: anything about Rust, and laws over the
//! contract (those are [`check`](crate::check)'s): lowering only refuses what the contract cannot say.
//!
//! Components are lowered from a queue and each schema once, so the cost grows with the document and neither a chain
//! of references nor a circle of them is walked in depth.

mod aliases;
mod api;
pub mod codes;
mod flat;
mod joint;
mod limits;
mod media;
mod node;
mod numbering;
mod objects;
mod operations;
mod pagination;
mod params;
mod parents;
mod place;
mod problems;
mod responses;
mod template;
mod types;
mod unions;
mod values;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use openapiv3::{Components, OpenAPI, ReferenceOr, Schema};

use crate::config::Config;
use crate::contract::{Contract, Pointer, Type, TypeDef, TypeId};
use crate::report::{Code, Diagnostic, Place, Report};
use crate::resolve::{Beyond, Resolved};

use self::place::component_name;

/// Builds the contract. `None` when the report has errors.
pub fn lower(resolved: &Resolved, config: &Config, report: &mut Report) -> Option<Contract> {
    let Resolved { api, beyond, extensions, .. } = resolved;
    build(api, beyond, extensions, config, &|at| resolved.place(at), report)
}

fn build(
    doc: &OpenAPI,
    beyond: &Beyond,
    extensions: &[Pointer],
    config: &Config,
    locate: &dyn Fn(&Pointer) -> Place,
    report: &mut Report,
) -> Option<Contract> {
    let fragments = problems::fragments(doc, beyond);
    let mut lowering = Lowering::new(doc, beyond, config, &fragments, locate, report);
    let errors_before = lowering.report.errors();
    let sites = operations::sites(&mut lowering);
    let problems = problems::find(&mut lowering, &sites);
    let operations = operations::lower(&mut lowering, &sites, &problems);
    let families = problems::lower(&mut lowering, &problems, &operations, extensions);
    lowering.drain();
    aliases::refuse_cycles(&mut lowering);
    lowering.report_formats();
    let api = api::lower(&mut lowering, &operations);
    let failed = lowering.report.errors() > errors_before;
    if !failed {
        lowering.note_unused();
    }
    let contract =
        numbering::number(Contract { api, types: Vec::new(), families, operations }, lowering.types);
    (!failed).then_some(contract)
}

/// What lowering knows while it works.
struct Lowering<'a> {
    doc: &'a OpenAPI,
    beyond: &'a Beyond,
    config: &'a Config,
    /// Schemas that stand in extensions.
    embedded: &'a problems::Fragments,
    locate: &'a dyn Fn(&Pointer) -> Place,
    report: &'a mut Report,
    /// Types in the order in which they were met; `None` while one waits in the queue.
    types: Vec<Option<TypeDef>>,
    /// Component schemas that have a type.
    named: HashMap<&'a str, TypeId>,
    /// Component schemas whose type is still to be written.
    queue: Vec<(&'a str, TypeId)>,
    /// The types of members that several parts of an `allOf` declare.
    joints: joint::Joints<'a>,
    /// Inline schemas that have been lowered, by address: one that is reached on several ways is one type.
    inline: HashMap<*const Schema, types::Inline>,
    /// Which component schemas have `null` as a value.
    nulls: HashMap<&'a str, bool>,
    /// What the members of component schemas always are.
    marks: HashMap<&'a str, std::rc::Rc<unions::Marks<'a>>>,
    /// What was found out about components as problems.
    known: problems::Known<'a>,
    /// The components that name another one in their `allOf`, by that one.
    children: Option<HashMap<&'a str, Vec<&'a str>>>,
    /// The schemas that extend a parent by its discriminator.
    heirs: HashMap<&'a str, std::rc::Rc<parents::Heirs<'a>>>,
    /// `allOf` that nests too deep has been refused.
    too_deep: bool,
    /// Header parameters that OpenAPI says to ignore: their names, how many, and where the first stands.
    ignored: BTreeMap<String, (usize, Pointer)>,
    /// Media types of octets whose bodies have schemas: how many, and where the first stands.
    unread: BTreeMap<String, (usize, Pointer)>,
    /// Formats that are nearly known ones: how many, where the first stands, and which it is near to.
    formats: BTreeMap<String, (usize, Pointer, &'static str)>,
    /// Paths and parameters that do not fit.
    misfits: template::Misfits,
    /// Operations whose path has a fragment: how many, and where the first stands.
    fragments: Option<(usize, Pointer)>,
    /// Component schemas that something else than a type made use of: merged into others, or read as problems.
    used: BTreeSet<&'a str>,
}

impl<'a> Lowering<'a> {
    fn new(
        doc: &'a OpenAPI,
        beyond: &'a Beyond,
        config: &'a Config,
        embedded: &'a problems::Fragments,
        locate: &'a dyn Fn(&Pointer) -> Place,
        report: &'a mut Report,
    ) -> Self {
        Lowering {
            doc,
            beyond,
            config,
            embedded,
            locate,
            report,
            types: Vec::new(),
            named: HashMap::new(),
            queue: Vec::new(),
            joints: joint::Joints::default(),
            inline: HashMap::new(),
            nulls: HashMap::new(),
            marks: HashMap::new(),
            known: problems::Known::default(),
            children: None,
            heirs: HashMap::new(),
            too_deep: false,
            ignored: BTreeMap::new(),
            unread: BTreeMap::new(),
            formats: BTreeMap::new(),
            misfits: template::Misfits::default(),
            fragments: None,
            used: BTreeSet::new(),
        }
    }

    fn components(&self) -> Option<&'a Components> {
        self.doc.components.as_ref()
    }

    /// The component schema that a reference names.
    fn schema(&self, reference: &str) -> Option<(&'a str, &'a ReferenceOr<Schema>)> {
        let name = component_name(reference, "schemas")?;
        let (name, schema) = self.components()?.schemas.get_key_value(&name)?;
        Some((name.as_str(), schema))
    }

    /// The component schema of a name.
    fn component(&self, name: &str) -> Option<(&'a str, &'a ReferenceOr<Schema>)> {
        let (name, schema) = self.components()?.schemas.get_key_value(name)?;
        Some((name.as_str(), schema))
    }

    fn error(&mut self, code: Code, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        let place = (self.locate)(at);
        self.report.push(Diagnostic::error(code, message).at(place).help(help));
    }

    fn warn(&mut self, code: Code, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        let place = (self.locate)(at);
        self.report.push(Diagnostic::warning(code, message).at(place).help(help));
    }

    fn note(&mut self, code: Code, at: &Pointer, message: impl Into<String>, help: impl Into<String>) {
        let place = (self.locate)(at);
        self.report.push(Diagnostic::note(code, message).at(place).help(help));
    }

    /// Says which component schemas no operation and no problem reaches.
    fn note_unused(&mut self) {
        let Some(components) = self.components() else { return };
        let unused: Vec<&str> = components
            .schemas
            .keys()
            .map(String::as_str)
            .filter(|name| !self.named.contains_key(name) && !self.used.contains(name))
            .collect();
        if unused.is_empty() {
            return;
        }
        let (named, others) = unused.split_at(unused.len().min(10));
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        let message = format!("no operation and no problem uses these schemas: {}{more}", named.join(", "));
        self.note(
            codes::UNUSED_SCHEMA,
            &Pointer("/components/schemas".to_owned()),
            message,
            "they get no types; refer to them from an operation if they should",
        );
    }
}

/// A type, or the shape of a type that needs a name.
enum Lowered {
    Plain(Type),
    Shape(crate::contract::Shape),
}
