//! Diagnostics: what is wrong with the input, where, and the way out.
//!
//! Comes in: [`Diagnostic`]s from every stage. Goes out: one text that reads like rustc's. Deliberately absent: anything
//! that knows OpenAPI, files or terminals; the caller says whether the output has colours.

mod near;
mod render;
#[cfg(test)]
mod tests;

pub use near::nearest;
pub(crate) use near::{mistyped, slipped};
pub use render::visible;

/// A row in a stage's table of diagnostic codes.
#[derive(Debug, PartialEq, Eq)]
pub struct Explained {
    /// The code: the stage's letter and three digits, `L002`.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// Why it is refused and what to do, in a few sentences.
    pub text: &'static str,
}

/// A diagnostic code: a row of the table of its stage.
pub type Code = &'static Explained;

/// Declares a stage's diagnostic codes: a constant for each row, and `TABLE` with all of them.
///
/// ```
/// problemgen::codes! {
///     /// A path parameter that the path does not name.
///     pub UNUSED = "C001", "path parameter is not in the path",
///         "Each parameter with `in: path` has to appear in braces in the path template.";
/// }
/// assert_eq!(TABLE, [UNUSED]);
/// ```
#[macro_export]
macro_rules! codes {
    ($($(#[$doc:meta])* pub $name:ident = $code:literal, $title:literal, $text:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: $crate::report::Code =
                &$crate::report::Explained { code: $code, title: $title, text: $text };
        )*
        /// Every code of this stage, in order.
        pub const TABLE: &[$crate::report::Code] = &[$($name),*];
    };
}

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Generation stops after the stage that found it.
    Error,
    /// Something was read in a way that the author may not have meant.
    Warning,
    /// Something worth knowing.
    Note,
}

/// A place in a source file, with enough of the source to show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's name, relative to the folder of the root document, with `/`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The JSON pointer (RFC 6901) of the place in its document; empty for the document itself or when there is none.
    pub pointer: String,
    /// The line's text, without its line break; long lines are cut around the column.
    pub text: String,
    /// The bytes of [`text`](Self::text) to underline, start and end.
    pub underline: (usize, usize),
}

/// A related place, with what it has to do with the matter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What stands there, such as `first defined here`.
    pub text: String,
}

/// One thing to tell the author of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Which kind of thing.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Related places.
    pub labels: Vec<Label>,
    /// The way out: lower case, no full stop.
    pub help: Option<String>,
}

impl std::hash::Hash for Explained {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.code.hash(state);
    }
}

impl Diagnostic {
    /// A diagnostic that stops generation.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A diagnostic that does not stop generation but should be looked at.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A diagnostic that only informs.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self { code, severity, message: message.into(), place: None, labels: Vec::new(), help: None }
    }

    /// Says where.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds a related place.
    pub fn label(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Says the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Colour,
}

/// The diagnostics of a run.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    seen: std::collections::HashSet<u64>,
    errors: usize,
    warnings: usize,
}

impl Report {
    /// An empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a diagnostic, unless the same one is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(&diagnostic);
        if !self.seen.insert(hash) && self.diagnostics.contains(&diagnostic) {
            return;
        }
        match diagnostic.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => {}
        }
        self.diagnostics.push(diagnostic);
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// Is there nothing at all?
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// The diagnostics by place; those of one place, and those without one (they come first), as they were added.
    pub fn diagnostics(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.diagnostics.iter().collect();
        sorted.sort_by(|a, b| {
            let key = |d: &Diagnostic| d.place.as_ref().map(|p| (p.file.clone(), p.line, p.column));
            key(a).cmp(&key(b))
        });
        sorted
    }

    /// All diagnostics as text, each followed by an empty line.
    pub fn render(&self, paint: Paint) -> String {
        self.diagnostics().into_iter().map(|diagnostic| diagnostic.render(paint) + "\n\n").collect()
    }
}
