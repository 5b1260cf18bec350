//! Output: in comes text with ANSI styles, out it goes, without them where nobody would see them (no terminal,
//! `NO_COLOR`). Deliberately absent: what is said. Text of a document is to be made [`visible`] first.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
pub(crate) use problemgen::report::visible;

/// For what is well, and added lines.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// For what is not, and removed lines.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// For what should be looked at.
pub(crate) const ODD: Style = AnsiColor::Yellow.on_default();
/// For what introduces other text.
pub(crate) const HEAD: Style = Style::new().bold();
/// For places and other lesser matters.
pub(crate) const FAINT: Style = AnsiColor::Cyan.on_default();

/// The text in a style.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Says `text` and ends the line. A reader who has gone (`| head`) is no reason to fail.
pub(crate) fn say(text: impl std::fmt::Display) {
    let mut out = anstream::stdout().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Says `text` where diagnostics go.
pub(crate) fn complain(text: impl std::fmt::Display) {
    let mut out = anstream::stderr().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// `1 error`, `2 errors`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
