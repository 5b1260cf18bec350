//! The facts about errors, once, in the words and the order of the pages.
//!
//! Comes in: the contract. Goes out: rows of borrowed text and words for types, from which the Markdown page, the HTML
//! page and the catalogue are printed. Deliberately absent: escaping (each printer escapes for its medium) and anything
//! about successes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::Value;

use super::prose::{self, Inline};
use super::{text, words};
use crate::contract::{
    CodeId, CodePlace, Contract, ErrorKind, ErrorResponse, Example, FamilyId, Operation, OperationId,
    ProblemCode, Recovery, ResponseHeader, StatusSpec, Type,
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
    /// The members of their bodies.
    pub bodies: Vec<BodyRows<'a>>,
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
    /// CommonMark. Where nothing says it of the code, what the responses say that declare this code alone.
    pub meaning: Option<&'a str>,
    /// CommonMark. Where there is no meaning: what the responses say that declare it beside others.
    pub answer: Option<&'a str>,
    /// CommonMark.
    pub remedy: Option<&'a str>,
    /// The way out, for programs.
    pub recovery: Option<&'a Recovery>,
    /// Which source says so.
    pub source: Option<&'a str>,
    /// The members of this code, the members of their objects after them.
    pub fields: Vec<FieldRow<'a>>,
    /// The headers of the responses that declare it.
    pub headers: Vec<HeaderRow<'a>>,
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
        match (self.title, self.answer) {
            (Some(title), _) if sentence.is_empty() => vec![Inline::Text(text::line(title))],
            (None, Some(_)) => self.answer_sentence(),
            _ => sentence,
        }
    }

    /// What is said of the status, where nothing is said of the code: `409: The name is taken.`
    pub fn answer_sentence(&self) -> Vec<Inline> {
        let Some(answer) = self.answer else { return Vec::new() };
        let mut words = vec![Inline::Text(format!("{}: ", self.status_keys().join(", ")))];
        words.extend(prose::first_sentence(&prose::parse(answer)));
        words
    }
}

/// A header of answers.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderRow<'a> {
    /// As the first of the responses writes it.
    pub name: &'a str,
    /// Its type in JSON's terms.
    pub ty: String,
    /// Does each of the answers have it?
    pub required: bool,
    /// CommonMark.
    pub description: Option<&'a str>,
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
    /// What all these operations say of it. CommonMark.
    pub description: Option<&'a str>,
    /// The headers that come with it.
    pub headers: Vec<HeaderRow<'a>>,
    /// The operations that answer so.
    pub operations: Vec<AnsweredRow<'a>>,
}

/// An operation that answers without a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnsweredRow<'a> {
    /// The operation.
    pub operation: OperationRow<'a>,
    /// What it says of the answer, where not all say the same. CommonMark.
    pub description: Option<&'a str>,
}

/// What stands in the bodies of a type.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyRows<'a> {
    /// The type in JSON's terms.
    pub ty: String,
    /// Its members, the members of their objects after them.
    pub fields: Vec<FieldRow<'a>>,
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
    let (others, bodies) = other_rows(contract);
    Rows { title: &contract.api.title, version: &contract.api.version, families, others, bodies }
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
struct Declared<'a> {
    /// The statuses under which an operation declares a code.
    under: HashMap<(FamilyId, CodeId, OperationId), BTreeSet<StatusSpec>>,
    /// The responses that declare a code.
    answers: HashMap<(FamilyId, CodeId), Answers<'a>>,
    /// The families of which a response leaves other codes open.
    open: HashSet<FamilyId>,
}

/// Responses that the pages speak of together.
#[derive(Default)]
struct Answers<'a> {
    list: Vec<&'a ErrorResponse>,
    /// Does one of them declare other codes as well?
    shared: bool,
}

impl<'a> Answers<'a> {
    /// What all of them say.
    fn description(&self) -> Option<&'a str> {
        let (first, rest) = self.list.split_first()?;
        let said = description(first)?;
        rest.iter().all(|other| description(other) == Some(said)).then_some(said)
    }

    fn headers(&self, contract: &Contract) -> Vec<HeaderRow<'a>> {
        let mut found: IndexMap<String, (&ResponseHeader, usize)> = IndexMap::new();
        for header in self.list.iter().flat_map(|answer| &answer.headers) {
            let (_, always) = found.entry(header.name.to_ascii_lowercase()).or_insert((header, 0));
            *always += usize::from(header.required);
        }
        let row = |(header, always): (&'a ResponseHeader, usize)| HeaderRow {
            name: &header.name,
            ty: words::of_type(contract, &header.ty),
            required: always == self.list.len(),
            description: header.docs.description.as_deref(),
        };
        found.into_values().map(row).collect()
    }
}

fn description(answer: &ErrorResponse) -> Option<&str> {
    answer.docs.description.as_deref().or(answer.docs.summary.as_deref())
}

impl<'a> Declared<'a> {
    fn new(contract: &'a Contract) -> Self {
        let mut declared = Self { under: HashMap::new(), answers: HashMap::new(), open: HashSet::new() };
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
                        let answers = declared.answers.entry((*family, *code)).or_default();
                        answers.shared |= *open || codes.len() > 1;
                        // A response has a body for each media type.
                        if !answers.list.last().is_some_and(|last| std::ptr::eq(*last, error)) {
                            answers.list.push(error);
                        }
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
    declared: &Declared<'a>,
    anchors: &mut Anchors,
) -> FamilyRows<'a> {
    let family = &contract.families[id.0];
    let mut sections: IndexMap<Option<&str>, Vec<CodeRow<'_>>> =
        family.sections.iter().map(|section| (Some(section.as_str()), Vec::new())).collect();
    for (at, code) in family.codes.iter().enumerate() {
        let under = |operation| declared.under.get(&(id, CodeId(at), operation));
        let answers = declared.answers.get(&(id, CodeId(at)));
        let row = code_row(contract, code, &under, answers, anchors);
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
    answers: Option<&Answers<'a>>,
    anchors: &mut Anchors,
) -> CodeRow<'a> {
    let all: Vec<StatusSpec> = code.declared().collect();
    let raised = |id: &OperationId| {
        let own: Vec<StatusSpec> = under(*id).into_iter().flatten().copied().collect();
        let statuses = if own == all { Vec::new() } else { own.into_iter().map(status).collect() };
        Some(RaisedRow { operation: operation_row(contract.operations.get(id.0)?), statuses })
    };
    let said = answers.and_then(Answers::description).filter(|_| code.meaning.is_none());
    let (answer, meaning) = said.map_or((None, None), |said| match answers {
        Some(answers) if answers.shared => (Some(said), None),
        _ => (None, Some(said)),
    });
    CodeRow {
        anchor: anchors.of_code(code),
        code: &code.code,
        title: code.title.as_deref(),
        statuses: &code.statuses,
        ranges: code.ranges.iter().copied().map(status).collect(),
        retryable: code.retryable,
        type_uri: code.type_uri.as_deref(),
        section: code.section.as_deref(),
        meaning: code.meaning.as_deref().or(meaning),
        answer,
        remedy: code.remedy.as_deref(),
        recovery: code.recovery.as_ref(),
        source: code.source.as_deref(),
        fields: words::field_rows(contract, &code.fields),
        headers: answers.map(|answers| answers.headers(contract)).unwrap_or_default(),
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

fn other_rows<'a>(contract: &'a Contract) -> (Vec<OtherRow<'a>>, Vec<BodyRows<'a>>) {
    let mut rows: IndexMap<Other<'a>, (Vec<OperationRow<'a>>, Answers<'a>)> = IndexMap::new();
    let mut types: BTreeMap<String, &Type> = BTreeMap::new();
    for operation in &contract.operations {
        for error in &operation.errors {
            let mut add = |media_type, ty| {
                let (operations, answers) = rows.entry((error.status, media_type, ty)).or_default();
                operations.push(operation_row(operation));
                answers.list.push(error);
            };
            if error.bodies.is_empty() {
                add(None, None);
            }
            for body in &error.bodies {
                let ty = match &body.kind {
                    ErrorKind::Problem { .. } => continue,
                    ErrorKind::Json(ty) => {
                        let words = words::of_body(contract, ty);
                        types.entry(words.clone()).or_insert(ty);
                        Some(words)
                    }
                    ErrorKind::Text => Some("string".to_owned()),
                    ErrorKind::Bytes => None,
                };
                add(Some(body.media_type.as_str()), ty);
            }
        }
    }
    rows.sort_by(|a, _, b, _| a.cmp(b));
    let rows = rows.into_iter().map(|((spec, media_type, ty), (operations, answers))| {
        let common = answers.description();
        let answered = |(operation, answer): (OperationRow<'a>, &'a ErrorResponse)| AnsweredRow {
            operation,
            description: description(answer).filter(|_| common.is_none()),
        };
        OtherRow {
            status: status(spec),
            media_type,
            ty,
            description: common,
            headers: answers.headers(contract),
            operations: operations.into_iter().zip(answers.list).map(answered).collect(),
        }
    });
    let bodies = types.into_iter().map(|(ty, of)| BodyRows { ty, fields: words::body_rows(contract, of) });
    (rows.collect(), bodies.filter(|body| !body.fields.is_empty()).collect())
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
    fn what_responses_say_is_the_meaning_of_a_code_that_they_declare_alone() {
        let said = |contract: &Contract| {
            let rows = rows(contract);
            let code = rows.families[0].codes().nth(1).expect("a code");
            (code.meaning.map(str::to_owned), code.answer.map(str::to_owned))
        };
        let text = |text: &str| Some(text.to_owned());
        let mut contract = samples::library();
        contract.operations[1].errors[1].docs.description = text("No branch.");
        assert_eq!(said(&contract), (text("What `branch_required` means. More about it."), None));
        contract.families[0].codes[1].meaning = None;
        assert_eq!(said(&contract), (None, text("No branch.")), "there may be other codes");
        contract.families[0].codes[1].title = None;
        let page = crate::docs::markdown::print(&super::rows(&contract));
        assert!(page.contains("| 409 | no | 409: No branch. |"), "{page}");
        assert!(page.contains("\nAnswered as 409: No branch.\n"), "{page}");
        let html = crate::docs::html::print(&super::rows(&contract));
        assert!(html.contains("<p>Answered as 409: No branch.</p>"), "{html}");
        contract.operations[1].errors[1] = samples::problem(StatusSpec::Exact(409), &[1], false);
        contract.operations[1].errors[1].docs.description = text("No branch.");
        assert_eq!(said(&contract), (text("No branch."), None));
        let mut other = samples::problem(StatusSpec::Exact(409), &[1], false);
        other.docs.description = text("No such branch.");
        contract.operations[0].errors.push(other);
        assert_eq!(said(&contract), (None, None), "they do not say the same");
    }

    #[test]
    fn answers_that_are_not_described_alike_are_described_by_operation() {
        let mut contract = samples::library();
        let mut answer = contract.operations[0].errors[1].clone();
        answer.docs.description = Some("No loan, or none of yours.".to_owned());
        contract.operations[1].errors.push(answer);
        let page = crate::docs::markdown::print(&rows(&contract));
        let row = "| 404 | none |  |  | listLoans; lendBook (No loan, or none of yours.) |";
        assert!(page.contains(row), "{page}");
        let html = crate::docs::html::print(&rows(&contract));
        assert!(html.contains("lendBook</span> <span class=\"quiet\">· No loan, or none"), "{html}");
    }

    #[test]
    fn a_header_is_always_there_where_all_answers_have_it() {
        let mut contract = samples::library();
        let header = samples::header("RateLimit-Reset", true);
        for operation in &mut contract.operations {
            operation.errors[0].headers = vec![header.clone()];
        }
        let required = |contract: &Contract| {
            rows(contract).families[0].codes().next().map(|code| code.headers[0].required)
        };
        assert_eq!(required(&contract), Some(false), "413 has none");
        contract.operations[1].errors[2].headers =
            vec![ResponseHeader { name: "ratelimit-reset".to_owned(), ..header }];
        assert_eq!(required(&contract), Some(true));
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
