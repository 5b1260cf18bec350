//! Collecting: what all readers say of a code, the codes that each error declares, and their order.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ptr;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::config::codes::{PASSED_OVER, UNMET};
use crate::contract::{CodeId, ErrorKind, FamilyId, Pointer, StatusSpec};
use crate::report::{Diagnostic, mistyped, nearest};

use super::super::{Lowering, codes};
use super::facts::{Facts, Source};
use super::families::Family;
use super::ground::{GroundId, Passed};
use super::held::{Held, Mention};
use super::registry::{self, Entry};
use super::{Draft, DraftCode, Problems, Use, alternatives, examples, extension};

/// Is everything that an error can be a coded problem?
pub(super) fn is_coded(lowering: &mut Lowering<'_>, held: &Held<'_>, at: &Pointer) -> bool {
    if held.foreign && !held.mentions.is_empty() {
        mixed(lowering, at);
    }
    !held.foreign && !held.grounds.is_empty()
}

fn mixed(lowering: &mut Lowering<'_>, at: &Pointer) {
    lowering.warn(
        codes::MIXED_PROBLEMS,
        at,
        "this response mixes coded problems with other bodies; it is read as plain JSON",
        "give every alternative the same base schema",
    );
}

/// A draft for each family, the one that most operations raise first; errors that stand on several families are dropped.
pub(super) fn drafts<'a>(
    lowering: &mut Lowering<'a>,
    families: Vec<Family<'a>>,
    uses: &mut Vec<Use<'a>>,
) -> Vec<Draft<'a>> {
    let of: HashMap<GroundId, usize> = families
        .iter()
        .enumerate()
        .flat_map(|(at, family)| family.grounds.iter().map(move |ground| (*ground, at)))
        .collect();
    let mut said = HashSet::new();
    uses.retain_mut(|one| {
        let mut on: BTreeSet<usize> =
            one.held.grounds.iter().filter_map(|ground| of.get(ground).copied()).collect();
        let first = on.pop_first();
        one.family = first.unwrap_or_default();
        if !on.is_empty() && said.insert(ptr::from_ref(one.schema)) {
            mixed(lowering, &one.media_at.child("schema"));
        }
        first.is_some() && on.is_empty()
    });
    let mut drafts: Vec<Draft<'a>> = families
        .into_iter()
        .map(|family| Draft {
            family,
            codes: IndexMap::new(),
            raised_by: BTreeSet::new(),
            docs_url: None,
            sections: Vec::new(),
        })
        .collect();
    for one in uses.iter() {
        if let Some(draft) = drafts.get_mut(one.family) {
            draft.raised_by.insert(one.site);
        }
    }
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|at| (Reverse(drafts[*at].raised_by.len()), drafts[*at].family.name.clone()));
    let places: HashMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    uses.iter_mut().for_each(|one| one.family = places.get(&one.family).copied().unwrap_or_default());
    let mut sorted: Vec<(usize, Draft<'a>)> = drafts
        .into_iter()
        .enumerate()
        .map(|(old, draft)| (places.get(&old).copied().unwrap_or_default(), draft))
        .collect();
    sorted.sort_by_key(|(place, _)| *place);
    // A family that only mixed errors stand on is none.
    sorted.into_iter().map(|(_, draft)| draft).collect()
}

/// Notes the codes that schemas name.
pub(super) fn mentions<'a>(lowering: &mut Lowering<'a>, drafts: &mut [Draft<'a>], uses: &mut [Use<'a>]) {
    for one in uses.iter_mut() {
        let Some(draft) = drafts.get_mut(one.family) else { continue };
        let held = Rc::clone(&one.held);
        for mention in &held.mentions {
            let facts = &mention.facts;
            add(&mut draft.codes, facts);
            if !mention.chosen {
                continue;
            }
            one.codes.insert(facts.code.clone());
            if !facts.statuses.is_empty() && !facts.statuses.iter().any(|own| fits(*own, one.status)) {
                clash(lowering, mention, one.status);
            }
        }
    }
}

fn add<'d, 'a>(
    codes: &'d mut IndexMap<String, DraftCode<'a>>,
    facts: &Rc<Facts<'a>>,
) -> &'d mut DraftCode<'a> {
    let draft = codes.entry(facts.code.clone()).or_default();
    if !draft.facts.iter().any(|known| Rc::ptr_eq(known, facts)) {
        draft.facts.push(Rc::clone(facts));
    }
    draft
}

/// Can a status be that of a response?
fn fits(own: u16, status: StatusSpec) -> bool {
    match status {
        StatusSpec::Exact(status) => own == status,
        StatusSpec::Range(digit) => own / 100 == u16::from(digit),
        StatusSpec::Default => true,
    }
}

fn clash(lowering: &mut Lowering<'_>, Mention { facts, at, .. }: &Mention<'_>, status: StatusSpec) {
    let message = format!(
        "`{}` stands under the status {}, but its schema only allows {}",
        facts.code,
        super::super::responses::token(status),
        listed_statuses(facts)
    );
    let mut clash = Diagnostic::error(codes::STATUS_CLASH, message)
        .at((lowering.locate)(at))
        .help("name the code under the right status, or add the status to the schema of the code");
    if let Some(said) = &facts.statuses_at {
        let text = format!("the status of `{}` is given here", facts.code);
        clash = clash.label((lowering.locate)(said), text);
    }
    lowering.report.push(clash);
}

/// Reads what extensions say of codes, and files the codes that errors do not choose themselves.
pub(super) fn extensions<'a>(lowering: &mut Lowering<'a>, drafts: &mut [Draft<'a>], uses: &mut [Use<'a>]) {
    bases(lowering, drafts);
    document(lowering, drafts);
    // What an operation or a response lists is all that it answers with, of what it does not choose itself.
    let mut narrowed: HashMap<usize, BTreeSet<String>> = HashMap::new();
    for (concerned, extensions, at) in scopes(uses) {
        let entries = registry::entries(extensions, &at);
        for index in concerned.iter().filter(|_| !entries.is_empty()) {
            narrowed.entry(*index).or_default().extend(entries.iter().map(|entry| entry.code.clone()));
        }
        let families: BTreeSet<usize> = concerned.iter().map(|index| uses[*index].family).collect();
        for entry in entries {
            declare(lowering, drafts, &families, entry, Source::Place);
        }
    }
    misplaced(lowering, drafts, uses);
    file(drafts, uses, &narrowed);
}

/// Says where a schema names a code under a status that extensions alone speak of, and do not give it.
fn misplaced<'a>(lowering: &mut Lowering<'a>, drafts: &[Draft<'a>], uses: &[Use<'a>]) {
    let mut said = HashSet::new();
    for one in uses {
        let Some(draft) = drafts.get(one.family) else { continue };
        for mention in one.held.mentions.iter().filter(|mention| mention.chosen) {
            let Some(known) = draft.codes.get(&mention.facts.code) else { continue };
            let mut stated = known.facts.iter().filter(|facts| !facts.statuses.is_empty());
            let Some(first) = stated.clone().next() else { continue };
            // What schemas say has been compared already.
            let by_schema = stated.clone().any(|facts| facts.source == Source::Schema);
            let fit = |facts: &Rc<Facts<'a>>| facts.statuses.iter().any(|own| fits(*own, one.status));
            if !by_schema && !stated.any(fit) && said.insert((&mention.facts.code, &mention.at, one.status)) {
                let message = format!(
                    "`{}` stands under the status {}, but its facts only allow {}",
                    first.code,
                    super::super::responses::token(one.status),
                    listed_statuses(first)
                );
                let clash = Diagnostic::warning(codes::STATUS_CLASH, message)
                    .at((lowering.locate)(&mention.at))
                    .help("name the code under the right status, or add the status to its facts")
                    .label(
                        (lowering.locate)(&first.at),
                        format!("the facts of `{}` are given here", first.code),
                    );
                lowering.report.push(clash);
            }
        }
    }
}

fn listed_statuses(facts: &Facts<'_>) -> String {
    facts.statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

/// `x-problem` and registries of the document.
fn document<'a>(lowering: &mut Lowering<'a>, drafts: &mut [Draft<'a>]) {
    let doc = lowering.doc;
    let all: BTreeSet<usize> = (0..drafts.len()).collect();
    let components = lowering.components().map(|components| (&components.extensions, "/components"));
    let roots = [(&doc.extensions, ""), (&doc.info.extensions, "/info")];
    for (extensions, at) in roots.into_iter().chain(components) {
        let at = Pointer(at.to_owned());
        let said = extension::base(lowering, extensions, &at, false);
        let said = match drafts.first_mut() {
            Some(principal) => principal.adopt(said),
            None => said.codes,
        };
        let mut entries = registry::entries(extensions, &at);
        if let Some((codes, at)) = said {
            entries.extend(registry::strict(lowering, codes, &at));
        }
        for entry in entries {
            declare(lowering, drafts, &all, entry, Source::Extension);
        }
    }
}

/// What an operation or a response says: the errors that it is about, its extensions, and where it stands.
type Scope<'a> = (Vec<usize>, &'a IndexMap<String, serde_json::Value>, Pointer);

fn scopes<'a>(uses: &[Use<'a>]) -> Vec<Scope<'a>> {
    let mut scopes: IndexMap<usize, Scope<'a>> = IndexMap::new();
    for (index, one) in uses.iter().enumerate() {
        let operation = ptr::from_ref(one.operation).addr();
        let extensions = &one.operation.extensions;
        scopes
            .entry(operation)
            .or_insert_with(|| (Vec::new(), extensions, one.operation_at.clone()))
            .0
            .push(index);
        let response = ptr::from_ref(one.response).addr();
        let extensions = &one.response.extensions;
        scopes
            .entry(response)
            .or_insert_with(|| (Vec::new(), extensions, one.response_at.clone()))
            .0
            .push(index);
    }
    scopes.into_values().collect()
}

/// `x-problem` on the grounds.
fn bases<'a>(lowering: &mut Lowering<'a>, drafts: &mut [Draft<'a>]) {
    for draft in drafts {
        for id in draft.family.grounds.clone() {
            let Some(ground) = lowering.known.ground(id) else { continue };
            let Some(data) = ground.data else { continue };
            let lone = draft
                .codes
                .values()
                .flat_map(|code| &code.facts)
                .any(|facts| facts.ground == id && facts.at.0 == ground.origin.pointer);
            let said =
                extension::base(lowering, &data.extensions, &Pointer(ground.origin.pointer.clone()), lone);
            if let Some((codes, at)) = draft.adopt(said) {
                listed(lowering, draft, id, ground.open, codes, &at);
            }
        }
        around(lowering, draft);
    }
}

/// `x-problem` on the bodies around the grounds, and on what these extend.
fn around<'a>(lowering: &mut Lowering<'a>, draft: &mut Draft<'a>) {
    let mut seen = HashSet::new();
    for id in draft.family.grounds.clone() {
        let Some(ground) = lowering.known.ground(id) else { continue };
        for body in lowering.known.envelopes.get(&id).cloned().unwrap_or_default() {
            let own = body.data.map(|data| (data, body.at.clone(), body.lone));
            let parents = body.parents.iter().filter_map(|name| {
                let schema = lowering.component(name)?.1.as_item()?;
                Some((&schema.schema_data, super::component(name), false))
            });
            let said: Vec<_> = own.into_iter().chain(parents).collect();
            for (data, at, lone) in said {
                if !seen.insert(at.clone()) {
                    continue;
                }
                let said = extension::base(lowering, &data.extensions, &at, lone);
                if let Some((codes, at)) = draft.adopt(said) {
                    listed(lowering, draft, id, ground.open, codes, &at);
                }
            }
        }
    }
}

/// `x-problem.codes` of a family.
fn listed<'a>(
    lowering: &mut Lowering<'a>,
    draft: &mut Draft<'a>,
    ground: GroundId,
    open: bool,
    codes: &'a serde_json::Value,
    at: &Pointer,
) {
    for entry in registry::strict(lowering, codes, at) {
        let known = draft.codes.contains_key(&entry.code);
        if !known && !open {
            unknown(lowering, std::slice::from_ref(draft), &entry);
            continue;
        }
        if !known {
            misspelt(lowering, std::slice::from_ref(draft), &entry);
        }
        let facts = Rc::new(entry.facts(lowering, ground, Source::Extension));
        add(&mut draft.codes, &facts);
    }
}

/// Adds what an entry says to the family that has its code, else to the first one that leaves room for it.
fn declare<'a>(
    lowering: &mut Lowering<'a>,
    drafts: &mut [Draft<'a>],
    about: &BTreeSet<usize>,
    entry: Entry<'a>,
    source: Source,
) {
    let is_number = entry.code.parse::<i64>().is_ok();
    let fits = |draft: &Draft<'a>| draft.family.lead.open && (is_number || !draft.family.lead.numeric);
    let known = about.iter().find(|at| drafts[**at].codes.contains_key(&entry.code));
    let Some(at) = known.or_else(|| about.iter().find(|at| fits(&drafts[**at]))) else {
        unknown(lowering, drafts, &entry);
        return;
    };
    if known.is_none() {
        misspelt(lowering, drafts, &entry);
    }
    let draft = &mut drafts[*at];
    let Some(ground) = draft.family.grounds.first().copied() else { return };
    let facts = Rc::new(entry.facts(lowering, ground, source));
    add(&mut draft.codes, &facts);
}

fn unknown(lowering: &mut Lowering<'_>, drafts: &[Draft<'_>], entry: &Entry<'_>) {
    let known = drafts.iter().flat_map(|draft| draft.codes.keys().map(String::as_str));
    let help = match nearest(&entry.code, known).as_slice() {
        [] => "correct the code, or let the schema of an error allow it".to_owned(),
        near => format!(
            "correct the code: there are `{}`; or let the schema of an error allow it",
            near.join("`, `")
        ),
    };
    lowering.warn(
        codes::UNKNOWN_CODE,
        &entry.at,
        format!("no error of this document can have the code `{}`", entry.code),
        help,
    );
}

/// How many codes that only extensions name are compared with those of schemas: each is with all of them.
const COMPARED: usize = 500;

/// Says of a code that no schema names, but for which there is room, when it is nearly one that a schema names.
fn misspelt(lowering: &mut Lowering<'_>, drafts: &[Draft<'_>], entry: &Entry<'_>) {
    lowering.known.compared += 1;
    if lowering.known.compared > COMPARED {
        return;
    }
    let named = |known: &DraftCode<'_>| known.facts.iter().any(|facts| facts.source == Source::Schema);
    let listed = drafts.iter().flat_map(|draft| &draft.codes).filter(|(_, known)| named(known));
    let Some(meant) = mistyped(&entry.code, listed.map(|(code, _)| code.as_str())) else { return };
    let message = format!("`{}` is read as a code of its own, though it is nearly `{meant}`", entry.code);
    lowering.warn(
        codes::MISSPELT_CODE,
        &entry.at,
        message,
        format!("write `{meant}` if that is meant; if not, list the code in the schema of an error"),
    );
}

/// Files the codes that an error does not choose itself: all of its family's that fit its status.
fn file(drafts: &mut [Draft<'_>], uses: &mut [Use<'_>], narrowed: &HashMap<usize, BTreeSet<String>>) {
    for (at, one) in uses.iter_mut().enumerate() {
        let Some(draft) = drafts.get_mut(one.family) else { continue };
        let implied: BTreeSet<&str> = one
            .held
            .mentions
            .iter()
            .filter(|mention| !mention.chosen)
            .map(|mention| mention.facts.code.as_str())
            .collect();
        let chooses = one.held.mentions.iter().any(|mention| mention.chosen);
        for (code, known) in &draft.codes {
            // What only an extension names can stand wherever the schema leaves the code open.
            let declared = known.facts.iter().any(|facts| facts.source == Source::Extension)
                && known.facts.iter().all(|facts| facts.source != Source::Schema);
            let may = match narrowed.get(&at) {
                Some(listed) => listed.contains(code),
                None => implied.contains(code.as_str()) || declared && one.held.open && !chooses,
            };
            let mut statuses = known.facts.iter().flat_map(|facts| &facts.statuses).peekable();
            let fit = statuses.peek().is_none() || statuses.any(|own| fits(*own, one.status));
            if may && fit {
                one.codes.insert(code.clone());
            }
        }
        for code in &one.codes {
            if let Some(known) = draft.codes.get_mut(code) {
                known.under.insert(one.status);
            }
        }
    }
}

/// Finds the codes of components that no operation mentions.
pub(super) fn unmentioned<'a>(lowering: &mut Lowering<'a>, drafts: &mut [Draft<'a>]) {
    for draft in drafts {
        for id in draft.family.grounds.clone() {
            let Some(ground) = lowering.known.ground(id) else { continue };
            let name = ground.origin.pointer.strip_prefix("/components/schemas/");
            let name = name.filter(|name| !name.contains('/')).map(crate::load::unescape);
            let Some((parent, _)) = name.and_then(|name| lowering.component(&name)) else { continue };
            for child in lowering.children_of(parent) {
                let held = alternatives::extending(lowering, child, &ground.place);
                for mention in held.mentions.iter().filter(|mention| mention.facts.ground == id) {
                    let known = draft.codes.get(&mention.facts.code);
                    let is_known =
                        |known: &DraftCode<'_>| known.facts.iter().any(|f| f.at == mention.facts.at);
                    if !known.is_some_and(is_known) {
                        add(&mut draft.codes, &mention.facts).idle.insert(mention.facts.at.clone());
                    }
                }
            }
        }
    }
}

/// Files the examples of responses; where nothing else names codes, the named ones do.
pub(super) fn examples<'a>(lowering: &mut Lowering<'a>, drafts: &mut [Draft<'a>], uses: &mut [Use<'a>]) {
    let by_example: Vec<bool> =
        drafts.iter().map(|draft| draft.codes.is_empty() && draft.family.lead.open).collect();
    let mut gathered = HashSet::new();
    let mut named: HashMap<*const openapiv3::MediaType, Vec<Rc<Facts<'a>>>> = HashMap::new();
    for one in uses.iter_mut() {
        let Some(draft) = drafts.get_mut(one.family) else { continue };
        let Some(ground) = draft.family.grounds.first().copied() else { continue };
        let key = ptr::from_ref(one.media);
        if gathered.insert(key) {
            let shown = examples::shown(lowering, one.media, &draft.family.lead.place, &one.media_at);
            if by_example[one.family] {
                let facts: Vec<_> = shown.iter().filter_map(|shown| examples::facts(shown, ground)).collect();
                for facts in &facts {
                    let known = draft.codes.get(&facts.code);
                    let anew = known.is_none_or(|known| known.facts.is_empty());
                    if anew {
                        add(&mut draft.codes, facts);
                    }
                }
                named.insert(key, facts);
                let known = |shown: &&examples::Shown<'a>| draft.codes.contains_key(&shown.code);
                let shown: Vec<_> = shown.iter().filter(known).collect();
                for shown in shown {
                    examples::gather(lowering, &mut draft.codes, shown);
                }
            } else {
                shown.iter().for_each(|shown| examples::gather(lowering, &mut draft.codes, shown));
            }
        }
        for facts in named.get(&key).into_iter().flatten() {
            one.codes.insert(facts.code.clone());
            if let Some(known) = draft.codes.get_mut(&facts.code) {
                known.under.insert(one.status);
            }
        }
    }
}

/// Says that no error has its code where the configuration puts it.
pub(super) fn unmet(lowering: &mut Lowering<'_>, drafts: &[Draft<'_>]) {
    let Some(set) = &lowering.config.problems.code else { return };
    let passed = &lowering.known.passed;
    if drafts.is_empty() {
        let places: Vec<String> =
            passed.iter().map(|(place, schemas)| place_in(place.words(), schemas)).collect();
        let help = match places.as_slice() {
            [] => "remove the setting: no error of the document has a member that could be a code".to_owned(),
            _ => format!(
                "codes stand at {}: set one of these places, or remove the setting",
                places.join(", ")
            ),
        };
        let message = format!("no error of the document has a code at `{}`", set.value);
        lowering.report.push(Diagnostic::error(UNMET, message).at(set.at.clone()).help(help));
        return;
    }
    let read = passed.iter().filter_map(|(place, schemas)| match place {
        Passed::Read(place) => Some(place_in(place, schemas)),
        Passed::Settable(_) => None,
    });
    let read: Vec<String> = read.collect();
    if !read.is_empty() {
        let message = format!(
            "these errors lose their codes, which do not stand at `{}`: {}",
            set.value,
            read.join(", ")
        );
        let diagnostic = Diagnostic::warning(PASSED_OVER, message)
            .at(set.at.clone())
            .help("without the setting every place is read; keep it if these members are no codes");
        lowering.report.push(diagnostic);
    }
}

/// How many schemas a diagnostic names.
const NAMED: usize = 5;

/// A place of codes, and the schemas that have one there.
fn place_in(place: &str, schemas: &BTreeSet<String>) -> String {
    let named: Vec<String> = schemas.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = schemas.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("`{place}` (in {}{more})", named.join(", "))
}

/// Puts families and codes in order, and gives each error its codes.
pub(super) fn settle<'a>(mut drafts: Vec<Draft<'a>>, uses: Vec<Use<'a>>) -> Problems<'a> {
    for draft in &mut drafts {
        let sections = std::mem::take(&mut draft.sections);
        let mut codes: Vec<(String, DraftCode<'a>)> = std::mem::take(&mut draft.codes).into_iter().collect();
        codes.sort_by_cached_key(|(code, known)| order(code, known, &sections));
        draft.codes = codes.into_iter().collect();
        draft.sections = sections;
    }
    // The principal family first.
    let mut sorted: Vec<(usize, Draft<'a>)> =
        drafts.into_iter().enumerate().filter(|(_, draft)| !draft.raised_by.is_empty()).collect();
    sorted.sort_by_cached_key(|(_, draft)| {
        let telling =
            draft.codes.values().any(|code| code.facts.iter().any(|facts| !facts.members.is_empty()));
        (Reverse((draft.raised_by.len(), telling, draft.codes.len())), draft.raised_by.first().copied())
    });
    let places: HashMap<usize, FamilyId> =
        sorted.iter().enumerate().map(|(new, (old, _))| (*old, FamilyId(new))).collect();
    let families: Vec<Draft<'a>> = sorted.into_iter().map(|(_, draft)| draft).collect();
    let mut kinds = HashMap::new();
    for one in uses {
        let Some(family) = places.get(&one.family).copied() else { continue };
        let known = &families[family.0].codes;
        let codes: BTreeSet<CodeId> =
            one.codes.iter().filter_map(|code| known.get_index_of(code).map(CodeId)).collect();
        let kind =
            ErrorKind::Problem { family, codes: codes.into_iter().collect(), open: one.held.open, ty: None };
        kinds.insert((ptr::from_ref(one.operation), one.status, ptr::from_ref(one.schema)), kind);
    }
    Problems { families, kinds }
}

/// Sections as the family lists them, then others by name, then none; within one by `order`, then by code.
fn order(code: &str, draft: &DraftCode<'_>, sections: &[String]) -> (usize, Option<String>, i64, String) {
    let section = draft.facts.iter().find_map(|facts| Some(facts.extension.section.clone()?.0));
    let rank = match &section {
        Some(section) => sections.iter().position(|known| known == section).unwrap_or(sections.len()),
        None => sections.len() + 1,
    };
    let order = draft.facts.iter().find_map(|facts| facts.extension.order).unwrap_or(i64::MAX);
    (rank, section, order, code.to_owned())
}
