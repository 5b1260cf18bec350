//! Prose of a document: CommonMark, as OpenAPI says, cut down to what cannot harm the page that it lands on.
//!
//! Comes in: a `description`. Goes out: paragraphs, lists, quotations, code, emphasis and links, printed again as
//! Markdown or HTML. Deliberately absent: raw HTML (it becomes text), headings (a paragraph in bold, so that the page
//! keeps its outline), images (their alternative text, since a page must not fetch anything), and links to anything but
//! `http`, `https` and a place on the same page. Nesting beyond eight levels is flattened.

use pulldown_cmark::{Event, Parser, Tag};

use super::text;

/// How deep blocks and emphasis may nest; what lies deeper joins its parent.
const DEPTH: usize = 8;

/// A block of prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// Preformatted text.
    Code(String),
    /// A quotation.
    Quote(Vec<Block>),
    /// A list, with the number of its first item when it is numbered.
    List(Option<u64>, Vec<Vec<Block>>),
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Words.
    Text(String),
    /// A code span.
    Code(String),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// A link with a harmless target.
    Link(String, Vec<Inline>),
    /// A line break that the author asked for.
    Break,
}

/// Reads prose. Every text is valid prose.
pub fn parse(source: &str) -> Vec<Block> {
    let source = text::visible(source);
    Reader { events: Parser::new(&source) }.blocks(0)
}

/// The first sentence of the first paragraph, for a table.
pub fn first_sentence(blocks: &[Block]) -> Vec<Inline> {
    let Some(Block::Paragraph(inlines)) = blocks.first() else { return Vec::new() };
    let mut out = Vec::new();
    for inline in inlines {
        match inline {
            Inline::Text(words) => {
                if let Some(end) = sentence_end(words) {
                    out.push(Inline::Text(words.get(..end).unwrap_or(words).to_owned()));
                    return out;
                }
                out.push(inline.clone());
            }
            Inline::Break => return out,
            other => out.push(other.clone()),
        }
    }
    out
}

/// All of the prose on one line, for a table.
pub fn flat(blocks: &[Block]) -> Vec<Inline> {
    let mut out = Vec::new();
    for block in blocks {
        if !out.is_empty() {
            out.push(Inline::Text(" ".to_owned()));
        }
        match block {
            Block::Paragraph(inlines) => out.extend(inlines.iter().cloned()),
            Block::Code(code) => out.push(Inline::Code(code.clone())),
            Block::Quote(blocks) => out.extend(flat(blocks)),
            Block::List(_, items) => {
                for (place, item) in items.iter().enumerate() {
                    out.extend((place > 0).then(|| Inline::Text("; ".to_owned())));
                    out.extend(flat(item));
                }
            }
        }
    }
    out
}

/// The place after a full stop that a capital follows: "e.g. this" does not end a sentence.
fn sentence_end(words: &str) -> Option<usize> {
    words
        .match_indices(". ")
        .find(|(at, _)| {
            words.get(at + 2..).and_then(|rest| rest.chars().next()).is_none_or(|next| next.is_uppercase())
        })
        .map(|(at, _)| at + 1)
}

struct Reader<'a> {
    events: Parser<'a>,
}

impl Reader<'_> {
    /// The blocks up to the end of the element that is open.
    fn blocks(&mut self, depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        // Text that stands in a block without a paragraph of its own: the items of a tight list.
        let mut loose = Vec::new();
        let mut flattened = 0_usize;
        while let Some(event) = self.events.next() {
            let block = match event {
                Event::End(_) if flattened > 0 => {
                    flattened -= 1;
                    loose.push(Inline::Text(" ".to_owned()));
                    continue;
                }
                Event::End(_) => break,
                Event::Start(_) if depth >= DEPTH => {
                    flattened += 1;
                    continue;
                }
                Event::Start(Tag::Paragraph) => Block::Paragraph(self.inlines(depth + 1)),
                Event::Start(Tag::Heading { .. }) => {
                    Block::Paragraph(vec![Inline::Strong(self.inlines(depth + 1))])
                }
                Event::Start(Tag::BlockQuote(_)) => Block::Quote(self.blocks(depth + 1)),
                Event::Start(Tag::CodeBlock(_)) => Block::Code(self.text()),
                Event::Start(Tag::HtmlBlock) => {
                    let html = self.text();
                    if is_comment(&html) {
                        continue;
                    }
                    Block::Paragraph(vec![Inline::Text(text::line(&html))])
                }
                Event::Start(Tag::List(first)) => Block::List(first, self.items(depth + 1)),
                event => {
                    self.inline(event, depth, &mut loose);
                    continue;
                }
            };
            flush(&mut loose, &mut blocks);
            blocks.push(block);
        }
        flush(&mut loose, &mut blocks);
        blocks
    }

    fn items(&mut self, depth: usize) -> Vec<Vec<Block>> {
        let mut items = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(_) => items.push(self.blocks(depth + 1)),
                Event::End(_) => break,
                _ => {}
            }
        }
        items
    }

    fn inlines(&mut self, depth: usize) -> Vec<Inline> {
        let mut out = Vec::new();
        let mut flattened = 0_usize;
        while let Some(event) = self.events.next() {
            match event {
                Event::End(_) if flattened > 0 => flattened -= 1,
                Event::End(_) => break,
                Event::Start(_) if depth >= DEPTH => flattened += 1,
                event => self.inline(event, depth, &mut out),
            }
        }
        out
    }

    fn inline(&mut self, event: Event<'_>, depth: usize, out: &mut Vec<Inline>) {
        match event {
            Event::Start(Tag::Emphasis) => out.push(Inline::Emphasis(self.inlines(depth + 1))),
            Event::Start(Tag::Strong) => out.push(Inline::Strong(self.inlines(depth + 1))),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let words = self.inlines(depth + 1);
                match target(&dest_url) {
                    Some(target) => out.push(Inline::Link(target, words)),
                    None => push_all(out, words),
                }
            }
            Event::Start(_) => push_all(out, self.inlines(depth + 1)),
            Event::InlineHtml(html) if is_comment(&html) => {}
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => push_text(out, &words),
            Event::Code(words) => out.push(Inline::Code(words.into_string())),
            Event::SoftBreak => push_text(out, " "),
            Event::HardBreak => out.push(Inline::Break),
            _ => {}
        }
    }

    /// The text of an element that holds nothing else.
    fn text(&mut self) -> String {
        let mut out = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Text(words) | Event::Html(words) => out.push_str(&words),
                Event::End(_) => break,
                _ => {}
            }
        }
        out
    }
}

/// Joins neighbouring texts, so that what is decided by looking at a whole text (where a sentence ends) can be.
fn push_text(out: &mut Vec<Inline>, words: &str) {
    match out.last_mut() {
        Some(Inline::Text(before)) => before.push_str(words),
        _ => out.push(Inline::Text(words.to_owned())),
    }
}

fn push_all(out: &mut Vec<Inline>, inlines: Vec<Inline>) {
    for inline in inlines {
        match inline {
            Inline::Text(words) => push_text(out, &words),
            other => out.push(other),
        }
    }
}

/// What the author hid stays hidden; all other HTML is shown as text.
fn is_comment(html: &str) -> bool {
    let html = html.trim();
    html.starts_with("<!--") && html.ends_with("-->") && html.matches("-->").count() == 1
}

fn flush(loose: &mut Vec<Inline>, blocks: &mut Vec<Block>) {
    if !loose.is_empty() {
        blocks.push(Block::Paragraph(std::mem::take(loose)));
    }
}

/// The target of a link, if it is one that a page may have; characters that could end it early are percent-encoded.
pub fn target(url: &str) -> Option<String> {
    let url = text::visible(url.trim());
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let harmless = url.starts_with('#') || matches!(scheme.as_deref(), Some("http" | "https"));
    harmless.then(|| {
        let mut out = String::with_capacity(url.len());
        for c in url.chars() {
            match c {
                '<' | '>' | '"' | '\'' | '`' | '\\' | '|' | '(' | ')' | '\u{FFFD}' => {
                    let mut bytes = [0; 4];
                    for byte in c.encode_utf8(&mut bytes).bytes() {
                        out.push_str(&format!("%{byte:02X}"));
                    }
                }
                c if c.is_whitespace() => out.push_str("%20"),
                c => out.push(c),
            }
        }
        out
    })
}

/// The prose as HTML.
pub fn to_html(blocks: &[Block]) -> String {
    let mut out = String::new();
    html_blocks(blocks, &mut out);
    out
}

fn html_blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(inlines) => {
                out.push_str("<p>");
                html_inlines(inlines, out);
                out.push_str("</p>\n");
            }
            Block::Code(code) => {
                out.push_str(&format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", text::html(code)));
            }
            Block::Quote(blocks) => {
                out.push_str("<blockquote>\n");
                html_blocks(blocks, out);
                out.push_str("</blockquote>\n");
            }
            Block::List(first, items) => {
                let (open, close) = match first {
                    Some(1) => ("<ol>\n".to_owned(), "</ol>\n"),
                    Some(first) => (format!("<ol start=\"{first}\">\n"), "</ol>\n"),
                    None => ("<ul>\n".to_owned(), "</ul>\n"),
                };
                out.push_str(&open);
                for item in items {
                    out.push_str("<li>");
                    match item.as_slice() {
                        [Block::Paragraph(inlines)] => html_inlines(inlines, out),
                        blocks => html_blocks(blocks, out),
                    }
                    out.push_str("</li>\n");
                }
                out.push_str(close);
            }
        }
    }
}

/// A line of prose as HTML.
pub fn line_to_html(inlines: &[Inline]) -> String {
    let mut out = String::new();
    html_inlines(inlines, &mut out);
    out
}

fn html_inlines(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(words) => out.push_str(&text::html(words)),
            Inline::Code(code) => out.push_str(&format!("<code>{}</code>", text::html(code))),
            Inline::Break => out.push_str("<br>"),
            Inline::Emphasis(inner) => wrap(out, "<em>", inner, "</em>"),
            Inline::Strong(inner) => wrap(out, "<strong>", inner, "</strong>"),
            Inline::Link(target, inner) => {
                wrap(out, &format!("<a href=\"{}\">", text::html(target)), inner, "</a>");
            }
        }
    }
}

fn wrap(out: &mut String, open: &str, inner: &[Inline], close: &str) {
    out.push_str(open);
    html_inlines(inner, out);
    out.push_str(close);
}

/// The prose as Markdown that means the same in CommonMark and GFM. Each paragraph is one line; lines after the first
/// of a block carry their indentation.
pub fn to_markdown(blocks: &[Block]) -> String {
    let mut out = String::new();
    markdown_blocks(blocks, "", &mut out);
    out
}

fn markdown_blocks(blocks: &[Block], indent: &str, out: &mut String) {
    for (place, block) in blocks.iter().enumerate() {
        if place > 0 {
            out.push_str(&format!("{}\n{indent}", indent.trim_end()));
        }
        match block {
            Block::Paragraph(inlines) => {
                out.push_str(&markdown_line(inlines));
                out.push('\n');
            }
            Block::Code(code) => markdown_code(code, "", indent, out),
            Block::Quote(blocks) => {
                out.push_str("> ");
                markdown_blocks(blocks, &format!("{indent}> "), out);
            }
            Block::List(first, items) => {
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push_str(indent);
                    }
                    let marker = match first {
                        // A list marker has at most nine digits (CommonMark 5.2).
                        Some(first) => format!("{}. ", first.saturating_add(place as u64).min(999_999_999)),
                        None => "- ".to_owned(),
                    };
                    out.push_str(&marker);
                    if item.is_empty() {
                        out.push('\n');
                    }
                    markdown_blocks(item, &format!("{indent}{}", " ".repeat(marker.len())), out);
                }
            }
        }
    }
}

/// A fenced block; the fence is longer than any run of back-ticks inside.
pub fn markdown_code(code: &str, language: &str, indent: &str, out: &mut String) {
    let fence = "`".repeat(longest_run(code).max(2) + 1);
    out.push_str(&format!("{fence}{language}\n"));
    for line in code.lines() {
        out.push_str(format!("{indent}{line}").trim_end());
        out.push('\n');
    }
    out.push_str(&format!("{indent}{fence}\n"));
}

/// A line of prose as Markdown, for a paragraph.
pub fn markdown_line(inlines: &[Inline]) -> String {
    let mut out = String::new();
    markdown_inlines(inlines, markdown_span, &mut out);
    escape_start(out.trim())
}

/// A line of prose as Markdown, for a table's cell.
pub fn markdown_cell(inlines: &[Inline]) -> String {
    let mut out = String::new();
    markdown_inlines(inlines, markdown_cell_span, &mut out);
    out.trim().to_owned()
}

fn markdown_inlines(inlines: &[Inline], span: fn(&str) -> String, out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(words) => out.push_str(&markdown_text(words)),
            Inline::Code(code) => out.push_str(&span(code)),
            Inline::Break => out.push(' '),
            Inline::Emphasis(inner) => delimit("*", inner, span, out),
            Inline::Strong(inner) => delimit("**", inner, span, out),
            Inline::Link(target, inner) => {
                out.push('[');
                markdown_inlines(inner, span, out);
                out.push_str(&format!("](<{target}>)"));
            }
        }
    }
}

fn delimit(mark: &str, inner: &[Inline], span: fn(&str) -> String, out: &mut String) {
    out.push_str(mark);
    markdown_inlines(inner, span, out);
    out.push_str(mark);
}

/// Plain text as Markdown on one line. `|` is escaped everywhere: it matters in tables and does no harm elsewhere.
pub fn markdown_text(words: &str) -> String {
    let words = text::visible(words);
    let mut out = String::with_capacity(words.len() + 8);
    let mut before = ' ';
    let mut rest = words.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' if after.is_ascii_alphabetic() || after == '#' => out.push_str("&amp;"),
            '_' if before.is_alphanumeric() && after.is_alphanumeric() => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', c]),
            // A run of white space is one space: two at the end of a line would break it.
            c if c.is_whitespace() => {
                if !before.is_whitespace() || out.is_empty() {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// Escapes what would make a line a heading, a list item, a rule or a code block rather than a paragraph.
fn escape_start(line: &str) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    match line.chars().nth(digits) {
        Some('#' | '+' | '-' | '=' | ':') if digits == 0 => format!("\\{line}"),
        Some(mark @ ('.' | ')')) if digits > 0 => {
            let (number, rest) = line.split_at_checked(digits).unwrap_or((line, ""));
            format!("{number}\\{mark}{}", rest.get(1..).unwrap_or_default())
        }
        _ => line.to_owned(),
    }
}

/// A code span. `|` is escaped only in a table, where GFM takes the escape away again; see [`markdown_cell_span`].
pub fn markdown_span(code: &str) -> String {
    let code: String = text::line(code);
    if code.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&code) + 1);
    // Padding is taken away again when it stands on both sides; it keeps back-ticks apart from the fence.
    let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{code}{pad}{fence}")
}

/// A code span for a table's cell.
pub fn markdown_cell_span(code: &str) -> String {
    markdown_span(code).replace('|', "\\|")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::samples::HOSTILE;

    fn markdown(source: &str) -> String {
        to_markdown(&parse(source))
    }

    #[test]
    fn hostile_prose_is_words() {
        insta::assert_snapshot!(markdown(HOSTILE), @r"
        A \| b `c|d` ``e`f`` *bold* &lt;img src=x onerror=alert(1)&gt; &lt;/script&gt;&lt;/style&gt; --&gt; �evil

        **Heading**

        x [ok](<https://example.com/a%7Cb>) pic

        &lt;div&gt; block &lt;/div&gt;

        - one
        - two

        `````
        ```` | </pre>
        `````
        ");
        insta::assert_snapshot!(to_html(&parse(HOSTILE)), @r#"
        <p>A | b <code>c|d</code> <code>e`f</code> <em>bold</em> &lt;img src=x onerror=alert(1)&gt; &lt;/script&gt;&lt;/style&gt; --&gt; �evil</p>
        <p><strong>Heading</strong></p>
        <p>x <a href="https://example.com/a%7Cb">ok</a> pic</p>
        <p>&lt;div&gt; block &lt;/div&gt;</p>
        <ul>
        <li>one</li>
        <li>two</li>
        </ul>
        <pre tabindex="0"><code>```` | &lt;/pre&gt;
        </code></pre>
        "#);
    }

    #[test]
    fn markdown_says_the_same_when_it_is_read_again() {
        for source in [
            HOSTILE,
            "# A\n\nb *c **d** e*\nf\n\n> g\n> > h\n\n1. i\n\n   j\n2. k\n   - l\n",
            "\\# no\n\n\\- no\n\n1\\) no\n\n\\* a \\_b\\_ snake_case &amp;lt; \\`x\\` ~~y~~",
            "7. a\n8. b\n\n       code | `` ` ``\n",
            "a\n\n---\n\n![p](x.png) <b>b</b> &copy; [m](mailto:x) [n](#place)",
        ] {
            let once = parse(source);
            assert_eq!(parse(&to_markdown(&once)), once, "{source}\n->\n{}", to_markdown(&once));
        }
    }

    #[test]
    fn tables_hold_one_line_with_escaped_bars() {
        let cell = markdown_cell(&flat(&parse("a | `b|c`\n\n- d\n- e\n\n```\nf\ng\n```")));
        assert_eq!(cell, r"a \| `b\|c` d; e `f g`");
        assert_eq!(markdown_cell(&first_sentence(&parse("One, e.g. this. Two."))), "One, e.g. this.");
    }

    #[test]
    fn links_lead_to_the_web_only() {
        for url in [
            "javascript:alert(1)",
            " JaVaScript:x",
            "data:text/html,x",
            "//x",
            "x",
            "java\nscript:x",
            "vbscript:x",
        ] {
            assert_eq!(target(url), None, "{url}");
        }
        assert_eq!(target("https://a.example/b c|\"<").as_deref(), Some("https://a.example/b%20c%7C%22%3C"));
    }

    #[test]
    fn deep_nesting_is_flattened() {
        for source in [
            ">".repeat(20_000) + "x",
            "- ".repeat(20_000) + "x",
            "*a **b ".repeat(20_000) + &"** *".repeat(20_000),
        ] {
            let blocks = parse(&source);
            assert!(to_html(&blocks).contains(['x', 'a']));
            assert!(!to_markdown(&blocks).is_empty());
        }
    }
}
