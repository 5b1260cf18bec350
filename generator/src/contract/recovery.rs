//! Ways out of an error, as far as a program can take them.

use super::Pointer;

/// How to get out of an error: what to do, and where the answer says what that takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// What to do.
    pub action: RecoveryAction,
    /// The member of the problem that says what the action takes, as names from the object with the code, or from the
    /// body around it, inwards; empty where none does.
    pub field: Vec<String>,
    /// The page to go to: where `field` is no URL in an answer, or where there is none.
    pub url: Option<String>,
    /// Where it is said.
    pub at: Pointer,
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecoveryAction {
    /// Send the same request again.
    Retry,
    /// Send the same request again, but not before some time has passed.
    Wait,
    /// Get another credential, a fresh one or one that may do this.
    Reauthenticate,
    /// Prove again, or in a stronger way, who is calling.
    StepUp,
    /// Read again what the request is about, then send the change anew.
    Reread,
    /// Choose one of several, and say which in the request.
    Choose,
    /// Correct what is wrong, in the request or in what it is about.
    Fix,
    /// Get a plan that allows it.
    Upgrade,
    /// Nothing helps.
    GiveUp,
}

/// May something be said beside an action?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// No.
    Nothing,
    /// A field, or nothing.
    MayField,
    /// A field.
    Field,
    /// A field, a URL or both.
    FieldOrUrl,
}

impl RecoveryAction {
    /// All of them, in the order of the documentation.
    pub const ALL: [RecoveryAction; 9] = [
        RecoveryAction::Retry,
        RecoveryAction::Wait,
        RecoveryAction::Reauthenticate,
        RecoveryAction::StepUp,
        RecoveryAction::Reread,
        RecoveryAction::Choose,
        RecoveryAction::Fix,
        RecoveryAction::Upgrade,
        RecoveryAction::GiveUp,
    ];

    /// Its word in a document.
    pub fn as_str(self) -> &'static str {
        match self {
            RecoveryAction::Retry => "retry",
            RecoveryAction::Wait => "wait",
            RecoveryAction::Reauthenticate => "re-authenticate",
            RecoveryAction::StepUp => "step-up",
            RecoveryAction::Reread => "re-read",
            RecoveryAction::Choose => "choose",
            RecoveryAction::Fix => "fix",
            RecoveryAction::Upgrade => "upgrade",
            RecoveryAction::GiveUp => "give-up",
        }
    }

    /// What has to be said beside it.
    pub fn takes(self) -> Takes {
        match self {
            RecoveryAction::Retry
            | RecoveryAction::Reauthenticate
            | RecoveryAction::StepUp
            | RecoveryAction::GiveUp => Takes::Nothing,
            RecoveryAction::Wait | RecoveryAction::Reread | RecoveryAction::Fix => Takes::MayField,
            RecoveryAction::Choose => Takes::Field,
            RecoveryAction::Upgrade => Takes::FieldOrUrl,
        }
    }

    /// Can the identical request succeed later, if this is the way out? `None` where that depends on what else is done.
    pub fn repeats(self) -> Option<bool> {
        match self {
            RecoveryAction::Retry | RecoveryAction::Wait => Some(true),
            RecoveryAction::Reread
            | RecoveryAction::Choose
            | RecoveryAction::Fix
            | RecoveryAction::GiveUp => Some(false),
            RecoveryAction::Reauthenticate | RecoveryAction::StepUp | RecoveryAction::Upgrade => None,
        }
    }
}
