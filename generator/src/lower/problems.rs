//! Problems: from the ways in which documents write coded errors to families of codes.
//!
//! Comes in: the schemas of unsuccessful responses. Goes out: [`ProblemFamily`]s, and for each such schema the codes that
//! it declares. Each way of writing has a reader, and all say in the same words ([`held`], [`facts`]) which codes stand in a
//! schema and what is known of them; what several readers say of a code is merged. Deliberately absent here: any of those ways.
//!
//! | reader | way of writing |
//! |---|---|
//! | [`alternatives`] | `oneOf`, `anyOf`, with or without a `discriminator` and `mapping` |
//! | [`code_values`] | a flat list on the code, a schema for each code, narrowing where the response stands |
//! | [`parent`] | a `discriminator` on a parent that others extend |
//! | [`conditions`] | `if` and `then`, `dependentSchemas`, `dependentRequired` |
//! | [`registry`] | lists of codes in extensions, and `x-problem.codes` |
//! | [`examples`] | named examples, one for each code |

mod alternatives;
mod code_values;
mod collect;
mod conditions;
mod definitions;
mod examples;
mod extension;
mod facts;
mod families;
mod family;
mod fields;
mod ground;
mod held;
mod limits;
mod nameless;
mod parent;
mod recovery;
mod registry;
mod stand;
mod vocabulary;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ptr;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use openapiv3::{MediaType, OpenAPI, ReferenceOr, Response, Schema};

use crate::contract::{Encoding, ErrorKind, Pointer, StatusSpec};
use crate::resolve::Beyond;

use super::Lowering;
use super::node::Slot;
use super::operations::Site;
use super::place::{Key, Origin};

pub(super) use conditions::{Fragments, is_conditional};
pub(super) use family::lower;
pub(super) use ground::Known;

use facts::Facts;
use families::Family;
use held::Held;

/// The coded problems of a document.
pub(super) struct Problems<'a> {
    families: Vec<Draft<'a>>,
    kinds: HashMap<ErrorKey, ErrorKind>,
}

/// An error of an operation: the operation, the status that it stands under, and the schema, by where they stand in memory.
type ErrorKey = (*const openapiv3::Operation, StatusSpec, *const ReferenceOr<Schema>);

/// A family before its members are lowered.
struct Draft<'a> {
    family: Family<'a>,
    codes: IndexMap<String, DraftCode<'a>>,
    /// The operations that raise problems of the family, by their places.
    raised_by: BTreeSet<usize>,
    docs_url: Option<String>,
    sections: Vec<String>,
}

impl Draft<'_> {
    /// Takes what an extension says of the family, unless an earlier one has said it; gives back what it says of codes.
    fn adopt<'c>(&mut self, said: extension::BaseExtension<'c>) -> Option<(&'c serde_json::Value, Pointer)> {
        self.docs_url = self.docs_url.take().or(said.docs);
        if self.sections.is_empty() {
            self.sections = said.sections;
        }
        said.codes
    }
}

/// A code before its members are lowered.
#[derive(Default)]
struct DraftCode<'a> {
    /// What was read about it, the first reading first.
    facts: Vec<Rc<Facts<'a>>>,
    /// The places of those that stand in no error.
    idle: HashSet<Pointer>,
    /// The statuses, exact or not, of the responses that it stands under.
    under: BTreeSet<StatusSpec>,
    examples: Vec<crate::contract::Example>,
}

/// An error of an operation.
struct Use<'a> {
    site: usize,
    operation: &'a openapiv3::Operation,
    operation_at: Pointer,
    status: StatusSpec,
    response: &'a Response,
    response_at: Pointer,
    media: &'a MediaType,
    media_at: Pointer,
    schema: &'a ReferenceOr<Schema>,
    held: Rc<Held<'a>>,
    /// Its family's place among the drafts.
    family: usize,
    /// The codes that it declares.
    codes: IndexSet<String>,
}

impl<'a> Problems<'a> {
    /// What the schema of an error of an operation declares, if it is a coded problem.
    pub(super) fn kind(
        &self,
        operation: &openapiv3::Operation,
        status: StatusSpec,
        schema: &'a ReferenceOr<Schema>,
    ) -> Option<ErrorKind> {
        self.kinds.get(&(ptr::from_ref(operation), status, ptr::from_ref(schema))).cloned()
    }
}

/// Reads the schemas that stand in extensions, so that the rest can borrow them.
pub(super) fn fragments(doc: &OpenAPI, beyond: &Beyond) -> Fragments {
    let mut fragments = Fragments::default();
    registry::fragments(&doc.extensions, &mut fragments);
    registry::fragments(&doc.info.extensions, &mut fragments);
    if let Some(components) = &doc.components {
        registry::fragments(&components.extensions, &mut fragments);
        components.schemas.values().for_each(|schema| schema_fragments(schema, &mut fragments));
        components.responses.values().for_each(|response| response_fragments(response, &mut fragments));
    }
    for media in beyond.media_types.values() {
        media.schema.iter().for_each(|schema| schema_fragments(schema, &mut fragments));
    }
    let others = beyond.operations.values().flatten().map(|(_, _, operation)| operation);
    for operation in doc.operations().map(|(_, _, operation)| operation).chain(others) {
        registry::fragments(&operation.extensions, &mut fragments);
        let listed = &operation.responses;
        let responses = listed.responses.values().chain(&listed.default);
        responses.for_each(|response| response_fragments(response, &mut fragments));
    }
    fragments
}

fn response_fragments(response: &ReferenceOr<Response>, fragments: &mut Fragments) {
    let ReferenceOr::Item(response) = response else { return };
    registry::fragments(&response.extensions, fragments);
    let schemas = response.content.values().filter_map(|media| media.schema.as_ref());
    schemas.for_each(|schema| schema_fragments(schema, fragments));
}

/// The schema, what it is composed of, and its members: as deep as a code can stand.
fn schema_fragments(schema: &ReferenceOr<Schema>, fragments: &mut Fragments) {
    let mut queue: Vec<(Slot<'_>, usize)> = vec![(Slot::from(schema), 0)];
    while let Some((slot, depth)) = queue.pop() {
        let Slot::Schema(schema) = slot else { continue };
        let node = super::node::Node::of(schema);
        if is_conditional(&node) {
            fragments.conditions(schema);
        }
        registry::fragments(&node.data.extensions, fragments);
        let composed = node.all_of.iter().chain(node.one_of).chain(node.any_of);
        queue.extend(composed.map(|branch| (Slot::from(branch), depth)));
        if depth < 2 {
            queue.extend(node.properties().map(|(_, slot)| (slot, depth + 1)));
            queue.extend(node.items.map(|slot| (slot, depth + 1)));
        }
    }
}

/// Reads every error of every operation.
pub(super) fn find<'a>(lowering: &mut Lowering<'a>, sites: &[Site<'a>]) -> Problems<'a> {
    let mut uses = uses(lowering, sites);
    let used: BTreeSet<_> = uses.iter().flat_map(|one| one.held.grounds.iter().copied()).collect();
    let families = families::group(lowering, &used);
    let mut drafts = collect::drafts(lowering, families, &mut uses);
    collect::mentions(lowering, &mut drafts, &mut uses);
    collect::extensions(lowering, &mut drafts, &mut uses);
    collect::unmentioned(lowering, &mut drafts);
    collect::examples(lowering, &mut drafts, &mut uses);
    collect::unmet(lowering, &drafts);
    nameless::find(lowering, &drafts, &uses);
    collect::settle(drafts, uses)
}

/// The errors that are coded problems.
fn uses<'a>(lowering: &mut Lowering<'a>, sites: &[Site<'a>]) -> Vec<Use<'a>> {
    let mut read: HashMap<*const ReferenceOr<Schema>, Option<Rc<Held<'a>>>> = HashMap::new();
    let mut uses = Vec::new();
    for (at_site, site) in sites.iter().enumerate() {
        let place = site.origin.place();
        for found in lowering.found_responses(site.operation, &place, &site.id) {
            if super::responses::is_success(found.status) {
                continue;
            }
            let start = found.origin.place();
            for (name, media) in &found.response.content {
                let at = start.step("content", Key::Name(name));
                let (media, elsewhere) = lowering.media_type(media);
                let Some(schema) = &media.schema else { continue };
                let types = lowering.media_types(name, &at);
                if !types.iter().any(|name| lowering.encoding(name, Some(schema)) == Encoding::Json) {
                    continue;
                }
                let at = elsewhere.as_ref().map_or(at, Origin::place);
                let key = ptr::from_ref(schema);
                let held = read.entry(key).or_insert_with(|| {
                    let schema_at = at.step("schema", Key::None);
                    let held = alternatives::body(lowering, Slot::from(schema), &schema_at);
                    let coded = collect::is_coded(lowering, &held, &schema_at.pointer());
                    coded.then(|| Rc::new(held))
                });
                let Some(held) = held else { continue };
                uses.push(Use {
                    site: at_site,
                    operation: site.operation,
                    operation_at: place.pointer(),
                    status: found.status,
                    response: found.response,
                    response_at: start.pointer(),
                    media,
                    media_at: at.pointer(),
                    schema,
                    held: Rc::clone(held),
                    family: 0,
                    codes: IndexSet::new(),
                });
            }
        }
    }
    uses
}

/// The place of a component schema.
fn component(name: &str) -> Pointer {
    super::place::Origin::schema(name).place().pointer()
}
