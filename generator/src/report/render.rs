//! A diagnostic as text, through annotate-snippets.

use std::borrow::Cow;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Paint, Place, Severity};

/// The text with everything that could move a cursor, change colours or reorder other text made visible as `\u{…}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        push_visible(&mut out, character);
    }
    Cow::Owned(out)
}

/// The same of a text that somebody chose the length of, without its middle where it is too long to be read.
fn legible(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 800;
    const END: usize = 200;
    let start = text.char_indices().nth(LONGEST - END).map_or(text.len(), |(at, _)| at);
    let end = text.char_indices().nth_back(END - 1).map_or(0, |(at, _)| at);
    match (text.get(..start), text.get(end..)) {
        (Some(first), Some(last)) if start < end => {
            Cow::Owned(format!("{} … {}", visible(first), visible(last)))
        }
        _ => visible(text),
    }
}

fn push_visible(out: &mut String, character: char) {
    if is_hidden(character) {
        out.extend(character.escape_default());
    } else {
        out.push(character);
    }
}

/// Controls, bidirectional overrides and isolates, zero-width characters, separators that some terminals break at, tags.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl Diagnostic {
    /// The diagnostic as rustc would print it, without a line break at the end.
    pub fn render(&self, paint: Paint) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group =
            level.primary_title(legible(&self.message)).id(self.code.code).elements([] as [Element<'_>; 0]);
        if let Some(place) = &self.place {
            group = group.elements(shown(place, AnnotationKind::Primary, None));
        }
        for label in &self.labels {
            group = group.elements(shown(&label.place, AnnotationKind::Context, Some(&label.text)));
        }
        if let Some(place) = self.place.as_ref().filter(|place| !place.pointer.is_empty()) {
            group =
                group.element(Level::NOTE.message(legible(&format!("at #{}", place.pointer)).into_owned()));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(legible(help)));
        }
        let renderer = match paint {
            Paint::Plain => Renderer::plain(),
            Paint::Colour => Renderer::styled(),
        };
        let text = renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH).render(&[group]);
        // After an origin of its own, a snippet without one is announced by a bare `:::`.
        let lines: Vec<&str> = text.lines().filter(|line| without_colours(line).trim() != ":::").collect();
        lines.join("\n")
    }
}

/// Wide enough for the longest line that a [`Place`] holds, so that lines are cut in one place only.
const WIDTH: usize = 400;

/// A rendered line without its ANSI sequences (`ESC [ … m`).
fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(|c| *c == 'm');
        } else {
            out.push(character);
        }
    }
    out
}

/// A place as its origin and its line. The origin is said apart from the line because the line may be cut or have
/// characters made visible, which would shift its columns.
fn shown<'a>(place: &'a Place, kind: AnnotationKind, label: Option<&'a str>) -> [Element<'a>; 2] {
    let origin = Origin::path(visible(&place.file)).line(place.line).char_column(place.column);
    let (start, end) = place.underline;
    let mut text = String::with_capacity(place.text.len());
    let mut span = None;
    let mut until = 0;
    for (offset, character) in place.text.char_indices() {
        if offset >= start && span.is_none() {
            span = Some(text.len());
        }
        // Tabs are left to the renderer, which sets them as spaces and counts so.
        if character == '\t' {
            text.push(character)
        } else {
            push_visible(&mut text, character)
        }
        if offset < end {
            until = text.len();
        }
    }
    let from = span.unwrap_or(text.len());
    let annotation = kind.span(from..until.max(from)).label(label.map(visible));
    [origin.into(), Snippet::source(text).line_start(place.line).annotation(annotation).into()]
}
