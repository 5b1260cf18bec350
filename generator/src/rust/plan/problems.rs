//! The plan of the problems.

use super::types::{Members, Shapes, fields};
use super::{CodePlan, Fact, FieldPlan, Fill, Planning, ProblemsPlan, StructPlan, Ty, Used, codes};
use crate::contract::{
    CodePlace, Contract, ErrorKind, FamilyId, Field, Operation, ProblemCode, ProblemFamily,
};
use crate::report::Diagnostic;
use crate::rust::names::{Case, RustName, Scope, Wish};

/// Plans the family that `Problem` is made of; `None` when there is none.
pub(super) fn plan(planning: &mut Planning<'_>) -> Option<ProblemsPlan> {
    let contract = planning.contract;
    let (family, others) = contract.families.split_first()?;
    for other in others {
        planning.report.push(
            Diagnostic::note(
                codes::FAMILIES,
                format!(
                    "problems of the family `{}` are told apart by status and type, not by code",
                    other.name
                ),
            )
            .at((planning.locate)(&other.at))
            .help(format!(
                "the codes of `{}` are, since {}",
                family.name,
                preference(contract, other)
            )),
        );
    }
    let (reserved, code_member): (&'static [&'static str], &String) = match &family.place {
        CodePlace::Root(code) => (&["kind", "extensions"], code),
        CodePlace::Under(_, code) => (&["kind", "extensions", "envelope"], code),
        CodePlace::Each(_, code) => (&["kind", "extensions", "envelope", "further"], code),
    };
    let shapes = planning.shapes;
    let used = Used { in_response: true, ..Used::default() };
    let members: Vec<(usize, &Field)> =
        family.members.iter().enumerate().filter(|(_, member)| member.name != *code_member).collect();
    let mut scope = Scope::new(Case::Snake, reserved, "_");
    let list: Vec<Field> = members.iter().map(|(_, member)| (*member).clone()).collect();
    let plans = fields(shapes, None, &list, Members { used, notes: true }, &mut scope);
    let fills = members.iter().zip(&plans).map(|((_, member), plan)| fill(family, member, plan)).collect();
    let common = members.iter().map(|(place, _)| *place).zip(plans).collect();
    Some(ProblemsPlan {
        family: FamilyId(0),
        code_member: code_member.clone(),
        envelope: (!matches!(family.place, CodePlace::Root(_))).then(|| envelope(shapes, family, used)),
        common,
        fills,
        codes: code_plans(shapes, family, used),
    })
}

/// Why the first family goes before another one.
fn preference(contract: &Contract, other: &ProblemFamily) -> &'static str {
    let raising = |family: &ProblemFamily| {
        let of = contract.families.iter().position(|it| it.name == family.name && it.at == family.at);
        let raises =
            |kind: &ErrorKind| matches!(kind, ErrorKind::Problem { family, .. } if Some(family.0) == of);
        let bodies = |operation: &&Operation| {
            operation.errors.iter().flat_map(|error| &error.bodies).any(|body| raises(&body.kind))
        };
        contract.operations.iter().filter(bodies).count()
    };
    let telling = |family: &ProblemFamily| family.codes.iter().any(|code| !code.fields.is_empty());
    let Some(first) = contract.families.first() else { return "no other family has any" };
    if raising(first) > raising(other) {
        "more operations raise them"
    } else if telling(first) && !telling(other) {
        "they have members of their own and as many operations raise them"
    } else if first.codes.len() > other.codes.len() {
        "there are more of them and as many operations raise them"
    } else {
        "they come first and as many operations raise them"
    }
}

/// The members around a problem. It keeps what the contract does not name.
fn envelope(shapes: &Shapes<'_>, family: &ProblemFamily, used: Used) -> StructPlan {
    let mut scope = Scope::new(Case::Snake, &[], "_");
    let fields = fields(shapes, None, &family.envelope, Members { used, notes: true }, &mut scope);
    StructPlan { fields, additional: Some((scope.one("additional", "additional members"), Ty::Others)) }
}

/// The words of a code: of a URI, its fragment or the last segment of its path (RFC 9457, section 3.1.1).
fn words_of(code: &str) -> &str {
    let is_uri = code.contains("://") || code.starts_with(['/', '#']) || code.starts_with("urn:");
    let last = code.rsplit(['/', '#', ':']).find(|part| part.contains(char::is_alphanumeric));
    last.filter(|_| is_uri).unwrap_or(code)
}

fn code_plans(shapes: &Shapes<'_>, family: &ProblemFamily, used: Used) -> Vec<CodePlan> {
    let wishes: Vec<_> =
        family.codes.iter().map(|code| Wish { words: words_of(&code.code), key: &code.code }).collect();
    let variants = Scope::new(Case::Pascal, &["Unlisted", "Other"], "Code").assign(&wishes);
    let mut structs = Scope::new(Case::Pascal, PAYLOAD_RESERVED, "Members");
    let payload = |code: &ProblemCode, variant: &RustName| {
        // A constant needs no field, but a member that is one is still read and written.
        (!code.fields.is_empty()).then(|| {
            let mut scope = Scope::new(Case::Snake, &[], "_");
            // The problem itself keeps all others.
            let members = Members { used, notes: true };
            let fields = fields(shapes, None, &code.fields, members, &mut scope);
            (structs.one(variant.bare(), &code.code), StructPlan { fields, additional: None })
        })
    };
    let mut payload = payload;
    family
        .codes
        .iter()
        .zip(variants)
        .map(|(code, variant)| CodePlan { payload: payload(code, &variant), variant })
        .collect()
}

/// [`RESERVED_TYPES`](super::types::RESERVED_TYPES), and what `problems` defines itself.
const PAYLOAD_RESERVED: &[&str] = &[
    "BTreeMap", "Box", "Code", "Default", "Envelope", "Err", "From", "Into", "Kind", "None", "Ok", "Option",
    "Problem", "Result", "Self", "Some", "String", "Vec",
];

/// How `Problem::new` comes by a common member: from a fact that every code has, else from the caller.
fn fill(family: &ProblemFamily, member: &Field, plan: &FieldPlan) -> Fill {
    let inner = match &plan.ty {
        Ty::Option(inner) => inner,
        ty => ty,
    };
    let all = |known: fn(&ProblemCode) -> bool| family.codes.iter().all(known);
    let fact = match (member.name.as_str(), inner) {
        ("type", Ty::String) => Some((Fact::TypeUri, all(|code| code.type_uri.is_some()))),
        ("title", Ty::String) => Some((Fact::Title, all(|code| code.title.is_some()))),
        ("status", Ty::I32 | Ty::I64 | Ty::U32 | Ty::U64) => {
            Some((Fact::Status, all(|code| !code.statuses.is_empty())))
        }
        (name, Ty::Bool) if family.roles.retryable.as_deref() == Some(name) => {
            Some((Fact::Retryable, all(|code| code.retryable.is_some())))
        }
        _ => None,
    };
    match fact {
        Some((fact, known)) if known || !plan.required => Fill::Fact(fact),
        _ if plan.required => Fill::Argument,
        _ => Fill::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rust::plan::types::RESERVED_TYPES;

    #[test]
    fn payloads_may_not_be_called_like_types_in_use() {
        assert!(RESERVED_TYPES.iter().all(|name| PAYLOAD_RESERVED.contains(name)));
    }
}
