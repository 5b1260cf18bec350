//! Doc comments: text of a document made fit for rustdoc.
//!
//! Comes in: CommonMark out of a document, hostile. Goes out: lines of doc comments that are prose and nothing else: no
//! code block becomes a doctest, no bracket a link to an item, no tag HTML, and rustdoc has nothing to warn about.
//! Deliberately absent: reading CommonMark, which is [`prose`](crate::docs::prose)'s. What is printed here is built
//! from its blocks, so its structure is known and does not depend on how anybody reads the original.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::contract::{Bound, Docs, Limits, Range};
use crate::docs::prose::{self, Block, Inline};
use crate::docs::text;

/// The width that paragraphs are filled to, `/// ` not counted.
const WIDTH: usize = 100;

/// A space that no line breaks at. [`text::visible`] leaves no control character in prose.
const HARD: char = '\u{1}';
const HARD_TEXT: &str = "\u{1}";

/// What stands between the lines of a comment while it is one attribute, and so one comment of one line.
const BREAK: char = '\u{2}';

/// A doc comment in the making: blocks with an empty line between them.
#[derive(Debug, Default)]
pub(crate) struct Doc {
    lines: Vec<String>,
}

impl Doc {
    /// A doc comment that begins with a paragraph of the printers' own Markdown.
    pub(crate) fn new(markdown: impl AsRef<str>) -> Self {
        let mut doc = Self::default();
        doc.paragraph(markdown);
        doc
    }

    /// Adds summary and description, as far as they are there.
    pub(crate) fn docs(&mut self, docs: &Docs) -> &mut Self {
        if let Some(summary) = &docs.summary {
            self.paragraph(sentence(summary));
        }
        if let Some(description) = &docs.description
            && docs.summary.as_ref() != Some(description)
        {
            self.prose(description);
        }
        self
    }

    /// Adds CommonMark of the document.
    pub(crate) fn prose(&mut self, source: &str) -> &mut Self {
        let blocks = prose::parse(source);
        if !blocks.is_empty() {
            self.gap();
            print_blocks(&blocks, "", "", &mut self.lines);
        }
        self
    }

    /// Adds a paragraph of the printers' own Markdown, unless nothing is in it: a title may be empty.
    pub(crate) fn paragraph(&mut self, markdown: impl AsRef<str>) -> &mut Self {
        let markdown = markdown.as_ref();
        if !markdown.trim().is_empty() {
            self.gap();
            fill(markdown, "", "", &mut self.lines);
        }
        self
    }

    /// Adds a line as it is: of a table, of a list, of code.
    pub(crate) fn line(&mut self, markdown: impl Into<String>) -> &mut Self {
        self.lines.push(markdown.into().replace(HARD, " "));
        self
    }

    /// Adds an item of a list: the printers' own Markdown, then prose of the document.
    pub(crate) fn item(&mut self, markdown: &str, source: &str) -> &mut Self {
        let mut blocks = prose::parse(source);
        let mut line = String::new();
        if let Some(Block::Paragraph(inlines)) = blocks.first() {
            print_inlines(inlines, true, &mut line);
            blocks.remove(0);
        }
        let line = if line.is_empty() { markdown.to_owned() } else { format!("{markdown}: {line}") };
        fill(&line, "* ", "  ", &mut self.lines);
        if !blocks.is_empty() {
            self.lines.push(String::new());
            print_blocks(&blocks, "  ", "  ", &mut self.lines);
        }
        self
    }

    /// Adds an empty line, unless nothing stands before it.
    pub(crate) fn gap(&mut self) -> &mut Self {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
        self
    }

    /// Says what holds when the member is absent, and what it looks like.
    pub(crate) fn values(&mut self, default: Option<&Value>, example: Option<&Value>) -> &mut Self {
        for (word, value) in [("Default", default), ("Example", example)] {
            let Some(value) = value else { continue };
            let json = text::json_line(value);
            if json.chars().count() <= WIDTH {
                self.paragraph(format!("{word}: {}", span(&json)));
            }
        }
        self
    }

    /// Says what narrows the values.
    pub(crate) fn limits(&mut self, limits: &Limits) -> &mut Self {
        let words = limit_words(limits);
        if !words.is_empty() {
            self.paragraph(words.join(" "));
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.iter().all(String::is_empty)
    }

    /// The lines.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The comment on what follows.
    pub(crate) fn outer(&self) -> TokenStream {
        let text = self.literal();
        text.map(|text| quote!(#[doc = #text])).unwrap_or_default()
    }

    /// The comment on what it stands in.
    pub(crate) fn inner(&self) -> TokenStream {
        let text = self.literal();
        text.map(|text| quote!(#![doc = #text])).unwrap_or_default()
    }

    /// All lines as one literal, which [`broken`] takes apart again: an attribute for each line is a dozen allocations, and every
    /// character of a literal with escapes is looked at five times on its way into a file.
    fn literal(&self) -> Option<Literal> {
        if self.lines.is_empty() {
            return None;
        }
        let mut text = String::with_capacity(self.lines.iter().map(|line| line.len() + 2).sum());
        for (at, line) in self.lines.iter().map(|line| line.trim_end_matches(' ')).enumerate() {
            if at > 0 {
                text.push(BREAK);
            }
            if !line.is_empty() {
                text.push(' ');
                text.push_str(line);
            }
        }
        Some(raw(&text))
    }
}

/// A raw string literal, or one with escapes of what no raw one can hold.
fn raw(text: &str) -> Literal {
    let hashes =
        text.split('"').skip(1).map(|after| after.bytes().take_while(|octet| *octet == b'#').count() + 1);
    let hashes = "#".repeat(hashes.max().unwrap_or(0));
    format!("r{hashes}\"{text}\"{hashes}").parse().unwrap_or_else(|_| Literal::string(text))
}

/// Adds formatted Rust to a file, and puts each line of its comments on a line.
pub(crate) fn broken(formatted: &str, out: &mut String) {
    let mut lines = formatted.split(BREAK);
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        let start = out.rfind('\n').map_or(0, |at| at + 1);
        let comment = out.get(start..).unwrap_or_default();
        // Up to `///` or `//!`.
        let before = comment.find('/').and_then(|at| comment.get(..at + 3)).unwrap_or_default().to_owned();
        out.push('\n');
        out.push_str(&before);
        out.push_str(line);
    }
}

/// A line of plain text that ends like a sentence.
pub(crate) fn sentence(words: &str) -> String {
    let words = plain(words);
    if words.is_empty() || words.ends_with(['.', '!', '?', ':']) { words } else { words + "." }
}

/// Plain text as Markdown on one line, for the inside of a line.
pub(crate) fn plain(words: &str) -> String {
    let mut out = String::new();
    linked_text(&text::line(words), &mut out);
    out.trim().to_owned()
}

/// Text as a code span that no line breaks within; only for what goes into a [`Doc`].
pub(crate) fn span(code: &str) -> String {
    prose::markdown_span(code).replace(' ', HARD_TEXT)
}

fn print_blocks(blocks: &[Block], first: &str, rest: &str, out: &mut Vec<String>) {
    let mut first = first;
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 {
            out.push(rest.trim_end().to_owned());
            first = rest;
        }
        match block {
            Block::Paragraph(inlines) => {
                let mut line = String::new();
                print_inlines(inlines, true, &mut line);
                fill(&line, first, rest, out);
            }
            Block::Code(code) => {
                let mut lines = String::new();
                prose::markdown_code(code, "text", "", &mut lines);
                for (at, line) in lines.lines().enumerate() {
                    let indent = if at == 0 { first } else { rest };
                    out.push(format!("{indent}{}", line.replace('\t', "    ")).trim_end().to_owned());
                }
            }
            Block::Quote(blocks) => {
                print_blocks(blocks, &format!("{first}> "), &format!("{rest}> "), out);
            }
            Block::List(number, items) => {
                for (at, item) in items.iter().enumerate() {
                    let marker = match number {
                        // A list marker has at most nine digits (CommonMark 5.2).
                        Some(number) => format!("{}. ", number.saturating_add(at as u64).min(999_999_999)),
                        None => "* ".to_owned(),
                    };
                    let indent = if at == 0 { first } else { rest };
                    let inner = format!("{rest}{}", " ".repeat(marker.len()));
                    print_blocks(item, &format!("{indent}{marker}"), &inner, out);
                }
            }
        }
    }
}

fn print_inlines(inlines: &[Inline], may_link: bool, out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(words) if may_link => linked_text(words, out),
            Inline::Text(words) => out.push_str(&prose::markdown_text(words)),
            Inline::Code(code) => out.push_str(&span(code)),
            Inline::Break => out.push(' '),
            Inline::Emphasis(inner) => delimit("*", inner, may_link, out),
            Inline::Strong(inner) => delimit("**", inner, may_link, out),
            Inline::Link(target, inner)
                if may_link && matches!(inner.as_slice(), [Inline::Text(words)] if words == target) =>
            {
                linked_text(target, out);
            }
            Inline::Link(target, inner) if may_link && is_web(target) => {
                out.push('[');
                print_inlines(inner, false, out);
                out.push_str(&format!("](<{target}>)"));
            }
            // A place on the page of the original is no place in these docs.
            Inline::Link(_, inner) => print_inlines(inner, may_link, out),
        }
    }
}

fn delimit(mark: &str, inner: &[Inline], may_link: bool, out: &mut String) {
    out.push_str(mark);
    print_inlines(inner, may_link, out);
    out.push_str(mark);
}

/// Text in which URLs are links.
fn linked_text(words: &str, out: &mut String) {
    let mut rest = words;
    while let Some(at) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(at);
        out.push_str(&prose::markdown_text(before));
        let end = from.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`|\\^{}".contains(c));
        let url = end.and_then(|end| from.get(..end)).unwrap_or(from);
        let mut url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '…']);
        while url.ends_with([')', ']']) && url.matches(['(', '[']).count() < url.matches([')', ']']).count() {
            url = url.get(..url.len() - 1).unwrap_or_default().trim_end_matches(['.', ',']);
        }
        if url.len() > "https://".len() {
            out.push_str(&format!("<{url}>"));
        } else {
            out.push_str(&prose::markdown_text(url));
        }
        rest = from.get(url.len()..).unwrap_or_default();
        if url.is_empty() {
            break;
        }
    }
    out.push_str(&prose::markdown_text(rest));
}

fn is_web(target: &str) -> bool {
    target.starts_with("https://") || target.starts_with("http://")
}

/// Breaks a paragraph into lines. A line that a word begins by chance like a list or a heading gets that escaped.
fn fill(paragraph: &str, first: &str, rest: &str, out: &mut Vec<String>) {
    let mut line = String::new();
    let mut indent = first;
    for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
        let width = |text: &str| text.chars().count();
        if !line.is_empty() && width(&line) + 1 + width(word) > WIDTH {
            push_line(indent, &line, out);
            indent = rest;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    push_line(indent, &line, out);
}

fn push_line(indent: &str, line: &str, out: &mut Vec<String>) {
    let line = escape_start(line).replace(HARD, " ");
    out.push(format!("{indent}{line}").trim_end().to_owned());
}

/// Escapes what would make a line something else than a line of a paragraph. The printers' own headings, links and
/// tables come in through [`Doc::line`].
fn escape_start(line: &str) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = line.split_at_checked(digits).unwrap_or(("", line));
    let escape = match rest.chars().next() {
        Some('#' | '+' | '-' | '=' | ':' | '~' | '>') => digits == 0,
        Some('*') => digits == 0 && (line == "*" || line.starts_with("* ")),
        Some('.' | ')') => digits > 0 && matches!(rest.chars().nth(1), None | Some(' ')),
        _ => false,
    };
    if escape { format!("{number}\\{rest}") } else { line.to_owned() }
}

/// What narrows values, in sentences.
fn limit_words(limits: &Limits) -> Vec<String> {
    let mut words = Vec::new();
    match (&limits.minimum, &limits.maximum) {
        (Some(Bound { value: least, exclusive: false }), Some(Bound { value: most, exclusive: false })) => {
            words.push(format!("From {least} to {most}."))
        }
        (least, most) => {
            words.extend(least.as_ref().map(|Bound { value, exclusive }| {
                if *exclusive { format!("More than {value}.") } else { format!("At least {value}.") }
            }));
            words.extend(most.as_ref().map(|Bound { value, exclusive }| {
                if *exclusive { format!("Less than {value}.") } else { format!("At most {value}.") }
            }));
        }
    }
    words.extend(limits.multiple_of.as_ref().map(|of| format!("A multiple of {of}.")));
    words.extend(counted(limits.length, "character"));
    words.extend(counted(limits.items, "item"));
    if limits.unique {
        words.push("No two items are the same.".to_owned());
    }
    let pattern = limits.pattern.as_ref().filter(|pattern| (1..=WIDTH).contains(&pattern.chars().count()));
    words.extend(pattern.map(|pattern| format!("Matches {}.", span(pattern))));
    words
}

fn counted(Range { least, most }: Range, what: &str) -> Option<String> {
    let all = |count: usize| if count == 1 { what.to_owned() } else { format!("{what}s") };
    Some(match (least.filter(|least| *least > 0), most) {
        (None, None) => return None,
        (Some(least), None) => format!("At least {least} {}.", all(least)),
        (None, Some(most)) => format!("At most {most} {}.", all(most)),
        (Some(least), Some(most)) if least == most => format!("Exactly {least} {}.", all(least)),
        (Some(least), Some(most)) => format!("{least} to {most} {}.", all(most)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(source: &str) -> String {
        let mut doc = Doc::default();
        doc.prose(source);
        doc.lines().join("\n")
    }

    #[test]
    fn code_never_becomes_a_doctest() {
        assert_eq!(printed("```\npanic!()\n```"), "```text\npanic!()\n```");
        assert_eq!(printed("~~~rust\nx\n~~~"), "```text\nx\n```");
        assert_eq!(printed("    panic!()"), "```text\npanic!()\n```");
        assert_eq!(printed("\tpanic!()"), "```text\npanic!()\n```");
        assert_eq!(printed("* a\n\n      panic!()"), "* a\n\n  ```text\n  panic!()\n  ```");
        assert_eq!(printed("> ```\n> x\nout [y]"), "> ```text\n> x\n> ```\n\nout \\[y\\]");
        assert_eq!(printed("```\na\n````b\n```"), "`````text\na\n````b\n`````");
        assert_eq!(printed("```\nnever closed"), "```text\nnever closed\n```");
    }

    #[test]
    fn brackets_and_tags_are_text() {
        assert_eq!(printed("[Vec] and [x][y] `[z]`"), "\\[Vec\\] and \\[x\\]\\[y\\] `[z]`");
        assert_eq!(printed("<script>x</script> a<b"), "&lt;script&gt;x&lt;/script&gt; a&lt;b");
        assert_eq!(printed("[t](javascript:x) [u](#here) [v](https://a.b/c)"), "t u [v](<https://a.b/c>)");
        assert_eq!(printed("![i](https://a.b/c.png)"), "i");
    }

    #[test]
    fn urls_are_links() {
        assert_eq!(printed("See https://a.b/c_d_e. (http://x.y)"), "See <https://a.b/c_d_e>. (<http://x.y>)");
        assert_eq!(printed("<https://a.b>"), "<https://a.b>");
        assert_eq!(plain("x\ny https://a.b"), "x y <https://a.b>");
    }

    #[test]
    fn lines_stay_in_their_block() {
        let long = "word ".repeat(25) + "- no list 1. no list `a code span - with words`";
        let lines = printed(&long);
        assert!(
            lines.lines().all(|line| !line.starts_with("- ") && line.chars().count() <= WIDTH + 1),
            "{lines}"
        );
        let item = printed(&format!("1. {}", "word ".repeat(40)));
        assert!(item.lines().skip(1).all(|line| line.starts_with("   word")), "{item}");
    }

    #[test]
    fn each_line_of_a_comment_is_a_line_of_the_file() {
        let lines = ["a \"##\" b\\n", "", "  é\u{2}c  ", "a\rb"];
        let mut doc = Doc::default();
        lines.iter().for_each(|line| _ = doc.line(*line));
        let (outer, inner) = (doc.outer(), doc.inner());
        let text = crate::rust::file::format(quote!(mod m { #inner #outer struct S { #outer a: u8 } }));
        let printed = |marker: &str, indent: &str| {
            let lines = [" a \"##\" b\\n", "", "   é", "c", " a\rb"];
            lines.map(|line| format!("{indent}{marker}{line}\n")).concat()
        };
        let (inner, outer, field) =
            (printed("//!", "    "), printed("///", "    "), printed("///", "        "));
        assert_eq!(
            text,
            format!("mod m {{\n{inner}{outer}    struct S {{\n{field}        a: u8,\n    }}\n}}\n")
        );
    }

    #[test]
    fn characters_that_deceive_are_shown() {
        assert!(!printed("a\u{202e}b\u{1}c").contains(['\u{202e}', '\u{1}']));
    }
}
