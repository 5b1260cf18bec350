//! The facts about errors, once, in the words and the order of the pages.
//!
//! Comes in: the contract. Goes out: rows of borrowed text and words for types, from which the Markdown page, the HTML
//! page and the catalogue are printed. Deliberately absent: escaping (each printer escapes for its medium) and anything
//! about successes.

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::Value;

use super::prose::{self, Inline};
use super::{text, words};
use crate::contract::{
    CodeId, CodePlace, Contract, ErrorKind, Example, FamilyId, Operation, OperationId, ProblemCode, Recovery,
    StatusSpec,
};

/// Everything that the pages say.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<'a> {
    /// `info.title`.
    pub title: &'a str,
    /// `info.version`.
    pub version: &'a str,
    /// The families of coded problems.
    pub families: Vec<FamilyRows<'a>>,
    /// The errors without a code.
    pub others: Vec<OtherRow<'a>>,
}

/// A family of coded problems.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyRows<'a> {
    /// The name of its base schema.
    pub name: &'a str,
    /// CommonMark.
    pub description: Option<&'a str>,
    /// Where its codes are explained to people.
    pub docs_url: Option<&'a str>,
    /// The path of the code in a body: `code`, `error.code`, `errors[].code`.
    pub place: String,
    /// The object, or each in a list, that has the code and the members beside it, unless it is the body: `error`, `errors[]`.
    pub within: Option<String>,
    /// May a body lack that object?
    pub holder_optional: bool,
    /// Does its schema, or a response, leave room for codes that are not listed?
    pub open: bool,
    /// Is it the one from which the generated crate makes `Problem` and `Code`?
    pub principal: bool,
    /// The other members of a body in which the problem is only a part.
    pub envelope: Vec<FieldRow<'a>>,
    /// The members that every problem may carry.
    pub members: Vec<FieldRow<'a>>,
    /// The codes, by section, in the order of the document.
    pub sections: Vec<SectionRows<'a>>,
}

impl<'a> FamilyRows<'a> {
    /// All codes, in the order of the page.
    pub fn codes(&self) -> impl Iterator<Item = &CodeRow<'a>> {
        self.sections.iter().flat_map(|section| &section.codes)
    }
}

/// A section of codes.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionRows<'a> {
    /// Its title; `None` for codes that stand in no section.
    pub title: Option<&'a str>,
    /// Are there no others in the family?
    pub alone: bool,
    /// Unique on the page.
    pub anchor: String,
    /// At least one.
    pub codes: Vec<CodeRow<'a>>,
}

impl<'a> SectionRows<'a> {
    /// What stands above it.
    pub fn heading(&self) -> &'a str {
        self.title.unwrap_or(if self.alone { "Errors" } else { "Other errors" })
    }
}

/// A code.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeRow<'a> {
    /// Unique on the page: the fragment of the code's `type`, else the code.
    pub anchor: String,
    /// The value on the wire.
    pub code: &'a str,
    /// The short summary.
    pub title: Option<&'a str>,
    /// Ascending.
    pub statuses: &'a [u16],
    /// The ranges and `default` under which responses declare it, when nothing states its statuses.
    pub ranges: Vec<String>,
    /// Can the identical request succeed later? `None` when the document does not say.
    pub retryable: Option<bool>,
    /// The URI of the problem type.
    pub type_uri: Option<&'a str>,
    /// The section that it stands in.
    pub section: Option<&'a str>,
    /// CommonMark.
    pub meaning: Option<&'a str>,
    /// CommonMark.
    pub remedy: Option<&'a str>,
    /// The way out, for programs.
    pub recovery: Option<&'a Recovery>,
    /// Which source says so.
    pub source: Option<&'a str>,
    /// The members of this code, the members of their objects after them.
    pub fields: Vec<FieldRow<'a>>,
    /// The operations that declare it.
    pub operations: Vec<RaisedRow<'a>>,
    /// Whole bodies.
    pub examples: Vec<ExampleRow<'a>>,
}

impl CodeRow<'_> {
    /// The statuses as OpenAPI writes them, exact ones first, then ranges and `default`.
    pub fn status_keys(&self) -> Vec<String> {
        self.statuses.iter().map(u16::to_string).chain(self.ranges.iter().cloned()).collect()
    }

    /// What it means in one sentence, for a table.
    pub fn sentence(&self) -> Vec<Inline> {
        let sentence =
            self.meaning.map(|meaning| prose::first_sentence(&prose::parse(meaning))).unwrap_or_default();
        match self.title {
            Some(title) if sentence.is_empty() => vec![Inline::Text(text::line(title))],
            _ => sentence,
        }
    }
}

/// A member of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRow<'a> {
    /// Where it stands: `limit`, `choices[].slug`, `by_name.*.size`.
    pub path: String,
    /// Its type in JSON's terms: `integer (int64)`, `string | null`, `array of WorkspaceChoice`.
    pub ty: String,
    /// The same for people, with a format that no type stands for: `string (uri)`.
    pub shown: String,
    /// That format.
    pub format: Option<&'a str>,
    /// Always present where its object is.
    pub required: bool,
    /// CommonMark.
    pub description: Option<&'a str>,
    /// The only value that it has.
    pub constant: Option<&'a Value>,
    /// The value that holds when it is absent.
    pub default: Option<&'a Value>,
    /// The values that are known, when there is a list of them.
    pub values: Vec<Value>,
    /// Has members that are not listed, because they repeat or go too deep.
    pub more: bool,
}

/// An operation, as the pages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationRow<'a> {
    /// `operationId`.
    pub id: &'a str,
    /// The method as HTTP writes it.
    pub method: &'a str,
    /// The path template.
    pub path: &'a str,
}

/// An operation that declares a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedRow<'a> {
    /// The operation.
    pub operation: OperationRow<'a>,
    /// The statuses, as OpenAPI writes them, of its responses with the code; empty when these are all that the code has.
    pub statuses: Vec<String>,
}

/// A complete body.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleRow<'a> {
    /// May be empty.
    pub name: &'a str,
    /// The body.
    pub value: &'a Value,
    /// The status in the body, when another example of the code has the same name.
    pub status: Option<&'a Value>,
}

impl ExampleRow<'_> {
    /// What tells the example from the others of its code, in one line; empty for the only one that has no name.
    pub fn label(&self) -> String {
        let name = text::line(self.name);
        match self.status {
            None => name,
            Some(status) if name.is_empty() => status.to_string(),
            Some(status) => format!("{name}, {status}"),
        }
    }
}

/// An error without a code.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherRow<'a> {
    /// `404`, `4XX`, `default`.
    pub status: String,
    /// `None` when there is no body.
    pub media_type: Option<&'a str>,
    /// Its type in JSON's terms; `None` when it is not JSON.
    pub ty: Option<String>,
    /// The operations that answer so.
    pub operations: Vec<OperationRow<'a>>,
}

/// The rows of a contract.
pub fn rows(contract: &Contract) -> Rows<'_> {
    let mut anchors = Anchors::new(contract);
    let declared = Declared::new(contract);
    let mut families: Vec<_> = (0..contract.families.len())
        .map(|at| family_rows(contract, FamilyId(at), &declared, &mut anchors))
        .collect();
    // Sections come last: a code's anchor is a promise (its `type` names it), a section's is not.
    for family in &mut families {
        for section in &mut family.sections {
            section.anchor = anchors.take(&slug(section.title.unwrap_or("other")), "section");
        }
    }
    Rows {
        title: &contract.api.title,
        version: &contract.api.version,
        families,
        others: other_rows(contract),
    }
}

/// How an operation is named.
pub fn operation_row(operation: &Operation) -> OperationRow<'_> {
    OperationRow { id: &operation.id, method: operation.method.as_str(), path: &operation.path }
}

/// The statuses that a response stands for, as OpenAPI writes them.
pub fn status(status: StatusSpec) -> String {
    match status {
        StatusSpec::Exact(status) => status.to_string(),
        StatusSpec::Range(digit) => format!("{digit}XX"),
        StatusSpec::Default => "default".to_owned(),
    }
}

/// What the responses of operations declare.
struct Declared {
    /// The statuses under which an operation declares a code.
    under: HashMap<(FamilyId, CodeId, OperationId), BTreeSet<StatusSpec>>,
    /// The families of which a response leaves other codes open.
    open: HashSet<FamilyId>,
}

impl Declared {
    fn new(contract: &Contract) -> Self {
        let mut declared = Self { under: HashMap::new(), open: HashSet::new() };
        for (at, operation) in contract.operations.iter().enumerate() {
            for error in &operation.errors {
                for body in &error.bodies {
                    let ErrorKind::Problem { family, codes, open, .. } = &body.kind else { continue };
                    if *open {
                        declared.open.insert(*family);
                    }
                    for code in codes {
                        let key = (*family, *code, OperationId(at));
                        declared.under.entry(key).or_default().insert(error.status);
                    }
                }
            }
        }
        declared
    }
}

fn family_rows<'a>(
    contract: &'a Contract,
    id: FamilyId,
    declared: &Declared,
    anchors: &mut Anchors,
) -> FamilyRows<'a> {
    let family = &contract.families[id.0];
    let mut sections: IndexMap<Option<&str>, Vec<CodeRow<'_>>> =
        family.sections.iter().map(|section| (Some(section.as_str()), Vec::new())).collect();
    for (at, code) in family.codes.iter().enumerate() {
        let under = |operation| declared.under.get(&(id, CodeId(at), operation));
        let row = code_row(contract, code, &under, anchors);
        sections.entry(code.section.as_deref()).or_default().push(row);
    }
    // Codes without a section go last, whichever was met first.
    if let Some(codes) = sections.shift_remove(&None) {
        sections.insert(None, codes);
    }
    sections.retain(|_, codes| !codes.is_empty());
    let alone = sections.len() == 1;
    FamilyRows {
        name: &family.name,
        description: family.docs.description.as_deref().or(family.docs.summary.as_deref()),
        docs_url: family.docs_url.as_deref(),
        place: family.place.to_string(),
        within: match &family.place {
            CodePlace::Root(_) => None,
            CodePlace::Under(outer, _) => Some(outer.clone()),
            CodePlace::Each(list, _) => Some(format!("{list}[]")),
        },
        holder_optional: family.holder_optional,
        open: family.open || declared.open.contains(&id),
        principal: id == FamilyId(0),
        envelope: words::field_rows(contract, &family.envelope),
        members: words::field_rows(contract, &family.members),
        sections: sections
            .into_iter()
            .map(|(title, codes)| SectionRows { title, alone, anchor: String::new(), codes })
            .collect(),
    }
}

fn code_row<'a, 'd>(
    contract: &'a Contract,
    code: &'a ProblemCode,
    under: &dyn Fn(OperationId) -> Option<&'d BTreeSet<StatusSpec>>,
    anchors: &mut Anchors,
) -> CodeRow<'a> {
    let all: Vec<StatusSpec> = code.declared().collect();
    let raised = |id: &OperationId| {
        let own: Vec<StatusSpec> = under(*id).into_iter().flatten().copied().collect();
        let statuses = if own == all { Vec::new() } else { own.into_iter().map(status).collect() };
        Some(RaisedRow { operation: operation_row(contract.operations.get(id.0)?), statuses })
    };
    CodeRow {
        anchor: anchors.of_code(code),
        code: &code.code,
        title: code.title.as_deref(),
        statuses: &code.statuses,
        ranges: code.ranges.iter().copied().map(status).collect(),
        retryable: code.retryable,
        type_uri: code.type_uri.as_deref(),
        section: code.section.as_deref(),
        meaning: code.meaning.as_deref(),
        remedy: code.remedy.as_deref(),
        recovery: code.recovery.as_ref(),
        source: code.source.as_deref(),
        fields: words::field_rows(contract, &code.fields),
        operations: code.raised_by.iter().filter_map(raised).collect(),
        examples: example_rows(&code.examples),
    }
}

fn example_rows(examples: &[Example]) -> Vec<ExampleRow<'_>> {
    let mut names: HashMap<&str, usize> = HashMap::new();
    for example in examples {
        *names.entry(&example.name).or_default() += 1;
    }
    let mut rows = Vec::with_capacity(examples.len());
    for Example { name, value, .. } in examples {
        let repeats = names.get(name.as_str()).is_some_and(|count| *count > 1);
        let status = value.get("status").filter(|status| repeats && status.is_number());
        rows.push(ExampleRow { name, value, status });
    }
    rows
}

/// Status, media type and type in words.
type Other<'a> = (StatusSpec, Option<&'a str>, Option<String>);

fn other_rows(contract: &Contract) -> Vec<OtherRow<'_>> {
    let mut rows: IndexMap<Other<'_>, Vec<OperationRow<'_>>> = IndexMap::new();
    for operation in &contract.operations {
        for error in &operation.errors {
            if error.bodies.is_empty() {
                rows.entry((error.status, None, None)).or_default().push(operation_row(operation));
            }
            for body in &error.bodies {
                let ty = match &body.kind {
                    ErrorKind::Problem { .. } => continue,
                    ErrorKind::Json(ty) => Some(words::of_type(contract, ty)),
                    ErrorKind::Text => Some("string".to_owned()),
                    ErrorKind::Bytes => None,
                };
                rows.entry((error.status, Some(&body.media_type), ty))
                    .or_default()
                    .push(operation_row(operation));
            }
        }
    }
    rows.sort_by(|a, _, b, _| a.cmp(b));
    rows.into_iter()
        .map(|((spec, media_type, ty), operations)| OtherRow {
            status: status(spec),
            media_type,
            ty,
            operations,
        })
        .collect()
}

/// The anchors of the page. No two are the same, and none has white space (HTML, "The id attribute").
struct Anchors {
    taken: HashSet<String>,
    /// How many codes' types have this fragment. One that several share names none of them; one that a single code
    /// has is kept for it.
    fragments: IndexMap<String, usize>,
}

impl Anchors {
    fn new(contract: &Contract) -> Self {
        let mut fragments = IndexMap::new();
        for code in contract.families.iter().flat_map(|family| &family.codes) {
            if let Some(fragment) = fragment(code) {
                *fragments.entry(fragment).or_default() += 1;
            }
        }
        Self { taken: HashSet::new(), fragments }
    }

    fn of_code(&mut self, code: &ProblemCode) -> String {
        if let Some(fragment) = fragment(code)
            && self.fragments.get(&fragment) == Some(&1)
        {
            self.taken.insert(fragment.clone());
            return fragment;
        }
        self.take(&code.code, "code")
    }

    /// The wish, or the wish with a number.
    fn take(&mut self, wish: &str, otherwise: &str) -> String {
        let wish = text::visible(wish);
        let words: Vec<_> = wish
            .split(|c: char| c.is_whitespace() || c == '\u{FFFD}')
            .filter(|word| !word.is_empty())
            .collect();
        let wish = if words.is_empty() { otherwise.to_owned() } else { words.join("-") };
        let mut anchor = wish.clone();
        let mut number = 1_usize;
        while self.fragments.get(&anchor) == Some(&1) || self.taken.contains(&anchor) {
            number += 1;
            anchor = format!("{wish}-{number}");
        }
        self.taken.insert(anchor.clone());
        anchor
    }
}

/// The fragment of a code's `type`, if it can be an anchor.
fn fragment(code: &ProblemCode) -> Option<String> {
    let (_, fragment) = code.type_uri.as_deref()?.split_once('#')?;
    let usable = !fragment.is_empty()
        && !fragment.contains(char::is_whitespace)
        && text::visible(fragment) == fragment;
    // The pages' own anchors have a colon after `page`, which no promise to a reader is broken by.
    (usable && !fragment.starts_with("page:")).then(|| fragment.to_owned())
}

/// Words as an anchor: lower case, hyphens.
fn slug(title: &str) -> String {
    title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::docs::samples;

    #[test]
    fn members_of_members_are_listed_until_they_repeat() {
        let contract = samples::library();
        let rows = rows(&contract);
        let fields: Vec<_> = rows.families[0]
            .codes()
            .flat_map(|code| &code.fields)
            .map(|field| format!("{}: {}{}", field.path, field.shown, if field.more { " …" } else { "" }))
            .collect();
        insta::assert_snapshot!(fields.join("\n"), @"
        limit: integer (int64)
        used: integer (int64)
        tier: string
        choices: array of Branch
        choices[].slug: string
        choices[].opens_at: string (date-time) | null
        choices[].nearest: Branch | null …
        ");
    }

    #[test]
    fn a_format_that_no_type_stands_for_is_shown() {
        use crate::contract::Type;
        let mut contract = samples::library();
        let fields = &mut contract.families[0].codes[0].fields;
        fields[0].format = Some("int64".to_owned());
        fields[1].format = Some("unix-time".to_owned());
        fields[2].format = Some("uri<".to_owned());
        fields[2].ty = Type::Nullable(Box::new(Type::Array(Box::new(Type::String))));
        let rows = rows(&contract);
        let fields: Vec<_> = rows.families[0].codes().flat_map(|code| &code.fields).take(3).collect();
        let shown: Vec<_> = fields.iter().map(|field| (field.shown.as_str(), field.format)).collect();
        assert_eq!(
            shown,
            [
                ("integer (int64)", None),
                ("integer (unix-time)", Some("unix-time")),
                ("array of string (uri<) | null", Some("uri<")),
            ]
        );
        assert_eq!(fields[2].ty, "array of string | null");
        let html = crate::docs::html::print(&rows);
        assert!(html.contains("array of string (uri&lt;) | null"));
        let page = crate::docs::markdown::print(&rows);
        assert!(page.contains("| `tier` | array of string (uri&lt;) \\| null |"), "{page}");
        let catalogue = crate::catalogue::print(&contract, &rows);
        assert!(catalogue.contains(r#""format": "unix-time""#), "{catalogue}");
    }

    #[test]
    fn an_anchor_is_the_fragment_of_the_type_and_nobody_elses() {
        let mut contract = samples::library();
        let codes = &mut contract.families[0].codes;
        codes[0].type_uri = Some("https://example.com/errors#branch_required".to_owned());
        codes[1].type_uri = Some("about:blank".to_owned());
        codes[2].type_uri = Some("https://example.com/errors#has space".to_owned());
        codes[2].code = "no anchor\n".to_owned();
        codes[2].section = Some("Branch_Required!".to_owned());
        let rows = rows(&contract);
        let anchors: Vec<_> = rows.families[0].codes().map(|code| code.anchor.as_str()).collect();
        assert_eq!(anchors, ["branch_required", "branch_required-2", "no-anchor"]);
        let sections: Vec<_> =
            rows.families[0].sections.iter().map(|section| section.anchor.as_str()).collect();
        assert_eq!(sections, ["loans", "branch-required"]);

        let codes = &mut contract.families[0].codes;
        codes[1].type_uri = codes[0].type_uri.clone();
        let rows = super::rows(&contract);
        let anchors: Vec<_> = rows.families[0].codes().map(|code| code.anchor.as_str()).collect();
        assert_eq!(anchors, ["quota_exceeded", "branch_required", "no-anchor"]);
    }

    #[test]
    fn examples_of_one_name_are_told_apart_by_status() {
        let mut contract = samples::library();
        let named = |name: &str, value| Example { name: name.to_owned(), value, at: None };
        contract.families[0].codes[0].examples = vec![
            named("quota", json!({"status": 403, "used": 3})),
            named("other", json!({"status": 403})),
            named("quota", json!({"status": 413})),
            named("", json!({"status": 403, "used": 4})),
            named("", json!({"status": [1]})),
        ];
        let rows = rows(&contract);
        let first = rows.families[0].codes().next().expect("a code");
        let labels: Vec<_> = first.examples.iter().map(ExampleRow::label).collect();
        assert_eq!(labels, ["quota, 403", "other", "quota, 413", "403", ""]);
    }

    #[test]
    fn codes_without_a_section_come_last() {
        let mut contract = samples::library();
        contract.families[0].codes[0].section = None;
        let rows = rows(&contract);
        let sections: Vec<_> = rows.families[0].sections.iter().map(|section| section.title).collect();
        assert_eq!(sections, [Some("Loans"), Some("Server"), None]);
    }

    #[test]
    fn types_without_end_have_words() {
        use crate::contract::{Shape, Type, TypeDef, TypeId};
        let mut contract = samples::library();
        let mut alias = |name: &str, ty| {
            let def = TypeDef { name: name.to_owned(), shape: Shape::Alias(ty), ..contract.types[0].clone() };
            contract.types.push(def);
            TypeId(contract.types.len() - 1)
        };
        let itself = alias("Itself", Type::Named(TypeId(4)));
        let lists = alias("Lists", Type::Array(Box::new(Type::Named(TypeId(5)))));
        contract.families[0].codes[0].fields = vec![
            samples::field("itself", Type::Named(itself), true),
            samples::field("lists", Type::Named(lists), true),
            samples::field("nowhere", Type::Named(TypeId(99)), true),
        ];
        let rows = rows(&contract);
        let fields = &rows.families[0].sections[0].codes[0].fields;
        assert_eq!(fields.len(), 3);
        assert_eq!(fields[2].ty, "any");
    }
}
