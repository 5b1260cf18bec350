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

/// The width that prose is set to.
const WIDTH: usize = 96;

/// Prose in lines of ordinary width, each after `indent`; blank lines part paragraphs. Safe for a terminal.
pub(crate) fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    let mut blank = false;
    for line in text.trim().lines() {
        if line.trim().is_empty() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push_str("\n\n");
            column = 0;
        }
        for word in line.split_whitespace().map(visible) {
            let width = word.chars().count();
            if column > 0 && column + 1 + width > WIDTH {
                out.push('\n');
                column = 0;
            }
            let before = if column == 0 { indent } else { " " };
            out.push_str(before);
            out.push_str(&word);
            column += before.chars().count() + width;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_and_made_visible() {
        assert_eq!(wrapped(" a\n b\u{1b}[31m\n\n\n c", "  "), "  a b\\u{1b}[31m\n\n  c");
        assert!(wrapped(&"word ".repeat(60), " ").lines().all(|line| line.len() <= WIDTH));
    }
}
