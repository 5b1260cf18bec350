//! Laws over families of coded problems.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use crate::contract::{CodePlace, Contract, Example, Field, Pointer, ProblemCode, ProblemFamily};
use crate::report::{Code, Severity};

use super::{Findings, codes, recovery};

pub(super) fn check(contract: &Contract, family: &ProblemFamily, findings: &mut Findings<'_>) {
    let mut seen = HashSet::new();
    let mut types: HashMap<&str, &str> = HashMap::new();
    for code in &family.codes {
        if !seen.insert(&code.code) {
            findings.error(
                codes::DUPLICATE_CODE,
                &code.at,
                format!("the code `{}` is defined twice", code.code),
                "remove one of the definitions",
            );
        }
        if let Some(uri) = &code.type_uri
            && let Some(other) = types.insert(uri, &code.code)
            && other != code.code
        {
            findings.warn(
                codes::DUPLICATE_TYPE,
                &code.at,
                format!("`{}` and `{other}` have the same `type`", code.code),
                "give each code a `type` of its own",
            );
        }
        statuses(code, findings);
        type_uri(family, code, findings);
        shadows(family, code, findings);
        standing(family, code, findings);
        recovery::check(contract, family, code, findings);
        code.examples.iter().for_each(|shown| example(contract, family, code, shown, findings));
    }
    gaps(family, findings);
}

/// What a code lacks.
struct Gap {
    code: Code,
    severity: Severity,
    lacks: fn(&ProblemFamily, &ProblemCode) -> bool,
    /// What is said of one code, and of several; `{}` stands for their names.
    one: &'static str,
    many: &'static str,
    help: &'static str,
    /// The help for codes that have no schema of their own, such as those of a list.
    listed: &'static str,
}

const GAPS: [Gap; 4] = [
    Gap {
        code: codes::NO_STATUS,
        severity: Severity::Warning,
        lacks: |_, code| code.statuses.is_empty(),
        one: "nothing says with which exact status {} is sent",
        many: "nothing says with which exact status these codes are sent: {}",
        help: "give the code a `status`, in its schema or in `x-problem.codes`, or name it under an exact status",
        listed: "give each a `status` in `x-problem.codes`, or name it under an exact status",
    },
    Gap {
        code: codes::RETRYABLE,
        severity: Severity::Note,
        lacks: lacks_retryable,
        one: "{} does not say whether a retry can help, though every problem does",
        many: "these codes do not say whether a retry can help, though every problem does: {}",
        help: "add the member with a `const` to the schema of the code, unless it varies",
        listed: "say `retryable` in `x-problem.codes`, unless it varies",
    },
    Gap {
        code: codes::NOT_RAISED,
        severity: Severity::Warning,
        lacks: |_, code| code.raised_by.is_empty(),
        one: "no operation raises {}",
        many: "no operation raises these codes: {}",
        help: "name it in the responses that carry it",
        listed: "name it in the responses that carry it",
    },
    Gap {
        code: codes::NO_EXAMPLE,
        severity: Severity::Note,
        lacks: |_, code| code.examples.is_empty(),
        one: "{} has no example",
        many: "these codes have no examples: {}",
        help: "add an example to the schema of the code",
        listed: "show each under `examples` of a response that carries it",
    },
];

/// How many names a diagnostic lists.
const LISTED: usize = 10;

/// Says what codes lack: once for those that are described at the same place, and what is only noted once for all.
fn gaps(family: &ProblemFamily, findings: &mut Findings<'_>) {
    let mut together: BTreeMap<&Pointer, Vec<&ProblemCode>> = BTreeMap::new();
    for code in &family.codes {
        together.entry(&code.at).or_default().push(code);
    }
    let noted = GAPS.iter().filter(|gap| gap.severity == Severity::Note);
    for gap in noted {
        let lacking = family.codes.iter().filter(|code| (gap.lacks)(family, code));
        tell(family, gap, &lacking.collect::<Vec<_>>(), findings);
    }
    for members in together.values() {
        for gap in GAPS.iter().filter(|gap| gap.severity != Severity::Note) {
            let lacking = members.iter().copied().filter(|code| (gap.lacks)(family, code));
            tell(family, gap, &lacking.collect::<Vec<_>>(), findings);
        }
    }
}

/// Says what some codes lack, where the first of them is described.
fn tell(family: &ProblemFamily, gap: &Gap, lacking: &[&ProblemCode], findings: &mut Findings<'_>) {
    let Some(first) = lacking.first() else { return };
    let (named, others) = lacking.split_at(lacking.len().min(LISTED));
    let names: Vec<String> = named.iter().map(|code| format!("`{}`", code.code)).collect();
    let words = match (names.as_slice(), others.len()) {
        ([only], _) => gap.one.replace("{}", only),
        (_, 0) => gap.many.replace("{}", &names.join(", ")),
        (_, more) => gap.many.replace("{}", &format!("{} and {more} more", names.join(", "))),
    };
    let help = if is_listed(family, &first.at) { gap.listed } else { gap.help };
    findings.say(gap.code, gap.severity, &first.at, words, help);
}

/// Are the codes at a place values of the member that holds them, or entries of an extension?
fn is_listed(family: &ProblemFamily, at: &Pointer) -> bool {
    let member = Pointer("/properties".to_owned()).child(family.place.member());
    at.0.ends_with(&member.0) || at.0.contains("/x-")
}

fn lacks_retryable(family: &ProblemFamily, code: &ProblemCode) -> bool {
    let member = family.roles.retryable.as_ref();
    let always =
        member.is_some_and(|name| family.members.iter().any(|field| field.name == *name && field.required));
    always && code.retryable.is_none()
}

fn statuses(code: &ProblemCode, findings: &mut Findings<'_>) {
    for status in code.statuses.iter().filter(|status| !(400..=599).contains(*status)) {
        findings.error(
            codes::STATUS_RANGE,
            &code.at,
            format!("`{}` has the status {status}, which is no error", code.code),
            "problems have statuses from 400 to 599",
        );
    }
}

fn type_uri(family: &ProblemFamily, code: &ProblemCode, findings: &mut Findings<'_>) {
    let Some(uri) = &code.type_uri else { return };
    if !is_uri_reference(uri) {
        findings.error(
            codes::TYPE_SYNTAX,
            &code.at,
            format!("the `type` of `{}` is not a URI reference", code.code),
            "percent-encode what RFC 3986 does not allow",
        );
        return;
    }
    let Some(page) = &family.docs_url else { return };
    let (base, fragment) = uri.split_once('#').map_or((uri.as_str(), None), |(b, f)| (b, Some(f)));
    if base == page && fragment != Some(code.code.as_str()) {
        findings.error(
            codes::TYPE_ANCHOR,
            &code.at,
            format!("the `type` of `{}` leads to another place on the documentation page", code.code),
            format!("make it `{page}#{}`", code.code),
        );
    } else if base != page {
        findings.warn(
            codes::TYPE_ANCHOR,
            &code.at,
            format!("the `type` of `{}` does not lead to the documentation page", code.code),
            format!("make it `{page}#{}`, or remove `docs` from the base", code.code),
        );
    }
}

fn shadows(family: &ProblemFamily, code: &ProblemCode, findings: &mut Findings<'_>) {
    for field in &code.fields {
        let common = family.members.iter().find(|member| member.name == field.name);
        if common.is_some_and(|member| member.ty != field.ty) {
            findings.error(
                codes::SHADOW,
                &code.at,
                format!("`{}` gives the common member `{}` another type", code.code, field.name),
                "rename the member of the code, or change the type in the base",
            );
        }
    }
}

/// The code's place in the documentation.
fn standing(family: &ProblemFamily, code: &ProblemCode, findings: &mut Findings<'_>) {
    if let Some(section) = &code.section
        && !family.sections.is_empty()
        && !family.sections.contains(section)
    {
        findings.error(
            codes::UNKNOWN_SECTION,
            code.section_at.as_ref().unwrap_or(&code.at),
            format!("`{}` stands in the section `{section}`, which the base does not list", code.code),
            format!("the sections are: {}", family.sections.join(", ")),
        );
    }
}

fn example(
    contract: &Contract,
    family: &ProblemFamily,
    code: &ProblemCode,
    shown: &Example,
    findings: &mut Findings<'_>,
) {
    let name = if shown.name.is_empty() { String::new() } else { format!(" `{}`", shown.name) };
    let at = shown.at.as_ref().unwrap_or(&code.at);
    let (problem, member) = match &family.place {
        CodePlace::Root(member) => (Some(&shown.value), member),
        CodePlace::Under(object, member) => (shown.value.get(object), member),
        CodePlace::Each(list, member) => (shown.value.get(list).and_then(|list| list.get(0)), member),
    };
    let carried = problem.and_then(|problem| problem.get(member));
    if carried.is_none_or(|carried| word(carried) != code.code) {
        findings.warn(
            codes::EXAMPLE_CLASH,
            at,
            format!("the example{name} of `{}` does not carry this code", code.code),
            "correct the code in the example",
        );
    }
    let Some(problem) = problem else { return };
    if let Some(status) = problem.get("status")
        && !code.statuses.is_empty()
        && !status.as_u64().is_some_and(|status| code.statuses.iter().any(|own| u64::from(*own) == status))
    {
        findings.warn(
            codes::EXAMPLE_CLASH,
            at,
            format!(
                "the example{name} of `{}` has the status {status}, which the code does not have",
                code.code
            ),
            "correct the status in the example, or add it to the code",
        );
    }
    let required = family.members.iter().chain(&code.fields).filter(|field| field.required);
    let lacks = |body: &Value, field: &&Field| body.get(&field.name).is_none();
    let around = family.envelope.iter().filter(|field| field.required && lacks(&shown.value, field));
    let lacking: Vec<&str> = required
        .filter(|field| lacks(problem, field))
        .chain(around)
        .map(|field| field.name.as_str())
        .collect();
    if !lacking.is_empty() {
        findings.warn(
            codes::EXAMPLE_LACKS,
            at,
            format!("the example{name} of `{}` lacks {}", code.code, lacking.join(", ")),
            "add the members, or do not require them",
        );
    }
    for field in family.members.iter().chain(&code.fields) {
        let value = problem.get(&field.name).filter(|value| field.required || !value.is_null());
        if value.is_some_and(|value| !contract.admits(&field.ty, value)) {
            findings.warn(
                codes::EXAMPLE_TYPE,
                at,
                format!("`{}` in the example{name} of `{}` is not of its type", field.name, code.code),
                "correct the value in the example, or the type of the member",
            );
        }
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// RFC 3986, section 4.1, as far as characters go: what a link can hold.
pub(super) fn is_uri_reference(text: &str) -> bool {
    let mut bytes = text.bytes();
    let mut fragments = 0;
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let hex = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
                if !hex(bytes.next()) || !hex(bytes.next()) {
                    return false;
                }
            }
            b'#' => fragments += 1,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            _ if b"-._~:/?[]@!$&'()*+,;=".contains(&byte) => {}
            _ => return false,
        }
    }
    !text.is_empty() && fragments < 2
}
