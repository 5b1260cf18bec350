//! Laws over the ways out of errors: what one takes is there, and it says what the code says.

use crate::contract::{
    CodePlace, Contract, Enum, EnumValues, ProblemCode, ProblemFamily, Recovery, RecoveryAction, Shape,
    TextFormat, Type, TypeId,
};

use super::members::find;
use super::{Findings, codes};

pub(super) fn check(
    contract: &Contract,
    family: &ProblemFamily,
    code: &ProblemCode,
    findings: &mut Findings<'_>,
) {
    let Some(recovery) = &code.recovery else { return };
    contradiction(code, recovery, findings);
    if let Some(url) = &recovery.url
        && !is_page(url)
    {
        findings.error(
            codes::RECOVERY_URL,
            &recovery.at.child("url"),
            format!("the `url` of the way out of `{}` is no page that a person can open", code.code),
            "write an absolute URL that begins with `https://` or `http://`",
        );
    }
    if recovery.field.is_empty() {
        return;
    }
    let at = recovery.at.child("field");
    // Its own members, those of all problems, and those around it.
    let fields = code.fields.iter().chain(&family.members).chain(&family.envelope).collect();
    match find(contract, fields, &recovery.field) {
        Err(missing) => {
            let message = missing.message(&format!("`{}`", code.code));
            match from_the_root(contract, family, code, recovery) {
                Some((message, help)) => findings.error(codes::RECOVERY_FIELD, &at, message, help),
                None => findings.error(codes::RECOVERY_FIELD, &at, message, missing.help()),
            }
        }
        Ok(ty) if serves(contract, recovery.action, ty) => {}
        Ok(_) => findings.error(
            codes::RECOVERY_TYPE,
            &at,
            format!(
                "`{}` of `{}` is of a type that `{}` cannot use",
                recovery.field.join("."),
                code.code,
                recovery.action.as_str()
            ),
            wanted(recovery.action),
        ),
    }
}

/// What to say of names that begin with the member which holds the object with the code, as they would from the root.
fn from_the_root(
    contract: &Contract,
    family: &ProblemFamily,
    code: &ProblemCode,
    recovery: &Recovery,
) -> Option<(String, String)> {
    let (CodePlace::Under(outer, _) | CodePlace::Each(outer, _)) = &family.place else { return None };
    let (first, inner) = recovery.field.split_first()?;
    if first != outer {
        return None;
    }
    let message = format!(
        "names of members begin beside the code of `{}`, so that `{outer}` is none of them",
        code.code
    );
    let fields = code.fields.iter().chain(&family.members).chain(&family.envelope).collect();
    let help = match (inner, find(contract, fields, inner)) {
        ([], _) => "name a member that stands beside the code".to_owned(),
        (_, Ok(_)) => format!("write `{}`", inner.join(".")),
        (_, Err(missing)) => missing.help(),
    };
    Some((message, help))
}

fn contradiction(code: &ProblemCode, recovery: &Recovery, findings: &mut Findings<'_>) {
    let (Some(repeats), Some(retryable)) = (recovery.action.repeats(), code.retryable) else { return };
    if repeats == retryable {
        return;
    }
    let (said, word) = if retryable { ("can", "true") } else { ("cannot", "false") };
    findings.error(
        codes::RECOVERY_CLASH,
        &recovery.at,
        format!(
            "`{}` says that the identical request {said} succeed later, but its way out is `{}`",
            code.code,
            recovery.action.as_str()
        ),
        format!("`retryable: {word}` and this action exclude each other: correct one of them"),
    );
}

/// An absolute URL that a person can open (RFC 3986, section 4.3; RFC 9110, section 4.2).
fn is_page(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    host.is_some_and(|host| !host.is_empty()) && super::problems::is_uri_reference(url)
}

/// Can the action use a value of this type?
fn serves(contract: &Contract, action: RecoveryAction, ty: Option<&Type>) -> bool {
    let Some(ty) = ty else { return true };
    match (action, ty) {
        (_, Type::Any) => true,
        (_, Type::Binary | Type::Boolean | Type::Text(TextFormat::Secret)) => false,
        (RecoveryAction::Wait, Type::Integer(_) | Type::Number(_) | Type::Text(TextFormat::DateTime)) => true,
        (RecoveryAction::Wait, _) => false,
        (RecoveryAction::Choose, ty) => matches!(ty, Type::Array(_)),
        (RecoveryAction::Upgrade, ty) => matches!(ty, Type::String),
        (RecoveryAction::Reread, ty) => !matches!(ty, Type::Array(_)),
        (RecoveryAction::Fix, Type::Integer(_) | Type::Number(_) | Type::Text(_)) => false,
        (RecoveryAction::Fix, Type::Named(id)) => !is_integers(contract, *id),
        (RecoveryAction::Fix, _) => true,
        // They take no field, which was said where it was read.
        _ => true,
    }
}

fn is_integers(contract: &Contract, id: TypeId) -> bool {
    let shape = contract.types.get(id.0).map(|def| &def.shape);
    matches!(shape, Some(Shape::Enum(Enum { values: EnumValues::Integers(_) })))
}

fn wanted(action: RecoveryAction) -> &'static str {
    match action {
        RecoveryAction::Wait => "name a number of seconds or a `date-time`",
        RecoveryAction::Reread => "name the text, the number or the object that says what it is now",
        RecoveryAction::Choose => "name a list",
        RecoveryAction::Upgrade => "name a text that holds a URL",
        _ => "name a text, a list or an object that says what is wrong",
    }
}
