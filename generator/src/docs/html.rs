//! `errors.html`: the page for people, in one file.
//!
//! Comes in: rows. Goes out: a page that asks nobody for anything: style and script stand in it, and its content security
//! policy allows these two by their hashes and nothing else. It says everything without the script, which only adds the
//! filter and the buttons that copy links. Deliberately absent: any text of the document that is not escaped.

use super::rows::{
    AnsweredRow, BodyRows, CodeRow, ExampleRow, FamilyRows, FieldRow, HeaderRow, OperationRow, OtherRow,
    RaisedRow, Rows, SectionRows,
};
use super::text::html as escaped;
use super::{NOTICE, prose, text, words};

const STYLE: &str = include_str!("errors.css");
const SCRIPT: &str = include_str!("errors.js");

/// SHA-256 of [`STYLE`] and [`SCRIPT`], as the policy wants them. A test computes them again and says the new values.
const STYLE_HASH: &str = "sha256-8teDFg8FRCsw5XfD7edv1uCzGHVg4lKBJM74W8ERE1A=";
const SCRIPT_HASH: &str = "sha256-v/DcmBJX+blb0wPPvuBVhIwhv6gLldbLRILxj0qVZ8Q=";

/// From how many operations on the list is folded.
const FOLD: usize = 6;

/// The page.
pub fn print(rows: &Rows<'_>) -> String {
    let mut page =
        Page { out: String::with_capacity(64 * 1024), level: if rows.families.len() > 1 { 3 } else { 2 } };
    page.head(rows);
    page.navigation(rows);
    page.main(rows);
    page.out.push_str("</div>\n<script>");
    page.out.push_str(SCRIPT);
    page.out.push_str("</script>\n</body>\n</html>\n");
    page.out
}

fn anchor_of(family: usize) -> String {
    format!("page:family-{}", family + 1)
}

/// The chips that say status and whether to repeat a request.
fn chips(code: &CodeRow<'_>) -> String {
    let mut out = String::new();
    for status in code.status_keys() {
        // `default` can be either.
        let class = match status.as_bytes() {
            [b'5', ..] => " server",
            [b'4', ..] => " client",
            _ => "",
        };
        out.push_str(&format!("<span class=\"chip{class}\">{status}</span>"));
    }
    let (class, words) = match code.retryable {
        Some(true) => ("yes", "Retryable"),
        Some(false) => ("no", "Not retryable"),
        None => return out,
    };
    out.push_str(&format!("<span class=\"chip {class}\">{words}</span>"));
    out
}

/// Words that the filter understands beside those that are shown.
fn facts(code: &CodeRow<'_>) -> String {
    let mut facts: Vec<_> = code.status_keys().iter().map(|status| format!("status:{status}")).collect();
    if let Some(retryable) = code.retryable {
        facts.push(format!("retryable:{}", if retryable { "yes" } else { "no" }));
    }
    facts.join(" ")
}

fn listed(row: &OperationRow<'_>, more: &str) -> String {
    format!(
        "<li><span class=\"method\">{}</span> <code>{}</code> <span class=\"quiet\">{}</span>{more}</li>\n",
        escaped(row.method),
        escaped(row.path),
        escaped(row.id)
    )
}

/// An operation that raises a code, and with which of the code's statuses when not with all.
fn raised(row: &RaisedRow<'_>) -> String {
    let under = match row.statuses.as_slice() {
        [] => String::new(),
        own => format!(" <span class=\"quiet\">· {}</span>", own.join(", ")),
    };
    listed(&row.operation, &under)
}

/// An operation that answers without a code, and what it says of it where the others say something else.
fn answered(row: &AnsweredRow<'_>) -> String {
    let said = row.description.map(|said| format!(" <span class=\"quiet\">· {}</span>", flat(said)));
    listed(&row.operation, &said.unwrap_or_default())
}

/// CommonMark on one line.
fn flat(source: &str) -> String {
    prose::line_to_html(&prose::flat(&prose::parse(source)))
}

struct Page {
    out: String,
    /// The level of a section's heading: one more where families have headings of their own.
    level: usize,
}

impl Page {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn prose(&mut self, source: &str, class: &str) {
        self.push(&format!("<div class=\"{class}\">"));
        self.out.push_str(&prose::to_html(&prose::parse(source)));
        self.push("</div>");
    }

    fn head(&mut self, rows: &Rows<'_>) {
        self.push("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        self.push(&format!("<!-- {NOTICE} -->"));
        self.push(&format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
             script-src '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">"
        ));
        self.push("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        self.push("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">");
        self.push(&format!("<title>Errors · {}</title>", escaped(&text::line(rows.title))));
        self.out.push_str("<style>");
        self.out.push_str(STYLE);
        self.push("</style>\n</head>\n<body>");
        self.push("<a class=\"skip\" href=\"#page:main\">Skip to the errors</a>\n<div class=\"layout\">");
    }

    fn navigation(&mut self, rows: &Rows<'_>) {
        self.push("<nav aria-label=\"Error codes\">");
        self.push(&format!("<p class=\"brand\">{}</p>", escaped(&text::line(rows.title))));
        for (number, family) in rows.families.iter().enumerate() {
            if rows.families.len() > 1 {
                self.push(&format!(
                    "<p class=\"family\"><a href=\"#{}\">{}</a></p>",
                    anchor_of(number),
                    escaped(family.name)
                ));
            }
            for section in &family.sections {
                self.push(&format!(
                    "<div class=\"group\">\n<p><a href=\"#{}\">{}</a></p>\n<ul>",
                    escaped(&section.anchor),
                    escaped(&text::line(section.heading()))
                ));
                for code in &section.codes {
                    self.push(&format!(
                        "<li data-of=\"{anchor}\"><a href=\"#{anchor}\">{}</a></li>",
                        escaped(code.code),
                        anchor = escaped(&code.anchor),
                    ));
                }
                self.push("</ul>\n</div>");
            }
        }
        self.push("</nav>");
    }

    fn main(&mut self, rows: &Rows<'_>) {
        self.push("<main id=\"page:main\" tabindex=\"-1\">\n<header>");
        self.push(&format!(
            "<p class=\"eyebrow\">{} <span class=\"quiet\">{}</span></p>\n<h1>Errors</h1>",
            escaped(&text::line(rows.title)),
            escaped(&text::line(rows.version))
        ));
        if rows.families.is_empty() {
            self.push("<p>The document of this API declares no error codes.</p>");
        }
        if let [family] = rows.families.as_slice() {
            self.introduction(family);
        }
        self.push("</header>");
        if !rows.families.is_empty() {
            self.push(&filter(rows));
        }
        for (number, family) in rows.families.iter().enumerate() {
            if rows.families.len() > 1 {
                self.push(&format!("<h2 id=\"{}\">{}</h2>", anchor_of(number), escaped(family.name)));
                self.introduction(family);
            }
            self.overview(family);
            for section in &family.sections {
                self.section(section);
            }
            let groups = [
                ("Members of every error", &family.members),
                ("Members of the body around it", &family.envelope),
            ];
            for (title, members) in groups.into_iter().filter(|(_, members)| !members.is_empty()) {
                let level = self.level;
                self.push(&format!("<section class=\"common\">\n<h{level}>{title}</h{level}>"));
                if let Some(within) =
                    family.within.as_deref().filter(|_| std::ptr::eq(members, &family.members))
                {
                    self.push(&format!(
                        "<p>They stand in <code>{}</code>{}.</p>",
                        escaped(within),
                        super::absence(family)
                    ));
                }
                let holder = super::absent(family).filter(|_| std::ptr::eq(members, &family.members));
                self.fields(members, holder);
                self.push("</section>");
            }
        }
        self.others(&rows.others, &rows.bodies);
        self.push("</main>");
    }

    fn introduction(&mut self, family: &FamilyRows<'_>) {
        if let Some(description) = family.description {
            self.prose(description, "prose lead");
        }
        self.push(&format!(
            "<p class=\"how\">Tell errors apart by <code>{}</code>, not by the status or the text. \
             <em>Retryable</em> says whether the identical request can succeed later. {}</p>",
            escaped(&family.place),
            super::outlook(family)
        ));
        if let Some(words) = super::aside(family) {
            self.push(&format!("<p class=\"how\">{words}</p>"));
        }
        if let Some(url) = family.docs_url.and_then(prose::target) {
            let url = escaped(&url);
            self.push(&format!("<p class=\"how\">The current list is at <a href=\"{url}\">{url}</a>.</p>"));
        }
    }

    fn overview(&mut self, family: &FamilyRows<'_>) {
        self.push(
            "<table class=\"overview\">\n<caption class=\"unseen\">All codes</caption>\n<thead><tr>\
             <th scope=\"col\">Code</th><th scope=\"col\">Status</th><th scope=\"col\">Meaning</th></tr></thead>\n<tbody>",
        );
        for code in family.codes() {
            let meaning = prose::line_to_html(&code.sentence());
            self.push(&format!(
                "<tr data-of=\"{anchor}\"><th scope=\"row\"><a href=\"#{anchor}\"><code>{}</code></a></th>\
                 <td class=\"chips\">{}</td><td>{meaning}</td></tr>",
                escaped(code.code),
                chips(code),
                anchor = escaped(&code.anchor),
            ));
        }
        self.push("</tbody>\n</table>");
    }

    fn section(&mut self, section: &SectionRows<'_>) {
        let (anchor, level) = (escaped(&section.anchor), self.level);
        self.push(&format!("<section class=\"codes\" aria-labelledby=\"{anchor}\">"));
        self.push(&format!(
            "<h{level} id=\"{anchor}\">{}</h{level}>",
            escaped(&text::line(section.heading()))
        ));
        for code in &section.codes {
            self.code(code);
        }
        self.push("</section>");
    }

    fn code(&mut self, code: &CodeRow<'_>) {
        let anchor = escaped(&code.anchor);
        self.push(&format!("<article id=\"{anchor}\" class=\"code\" data-facts=\"{}\">", facts(code)));
        self.push(&format!(
            "<div class=\"title find\">\n<h{level}><code>{name}</code> <a class=\"self\" href=\"#{anchor}\" \
             aria-label=\"Link to {name}\">#</a></h{level}>\n<p class=\"chips\">{}</p>\n</div>",
            chips(code),
            name = escaped(code.code),
            level = self.level + 1,
        ));
        self.push("<div class=\"columns\">\n<div class=\"find\">");
        if let Some(title) = code.title {
            self.push(&format!("<p class=\"summary\">{}</p>", escaped(&text::line(title))));
        }
        if let Some(meaning) = code.meaning {
            self.prose(meaning, "prose");
        }
        if code.answer.is_some() {
            let answer = prose::line_to_html(&code.answer_sentence());
            self.push(&format!("<p>Answered as {answer}</p>"));
        }
        if let Some(remedy) = code.remedy {
            self.push("<p class=\"label\">What to do</p>");
            self.prose(remedy, "prose");
        }
        if let Some(recovery) = code.recovery {
            self.push("<p class=\"label\">Way out</p>");
            self.push(&format!(
                "<p><code>{}</code>: {}</p>",
                recovery.action.as_str(),
                prose::line_to_html(&words::recovery_sentence(recovery))
            ));
        }
        if !code.fields.is_empty() {
            self.push("<p class=\"label\">Members of this error</p>");
            self.fields(&code.fields, None);
        }
        if !code.headers.is_empty() {
            self.push("<p class=\"label\">Headers</p>");
            self.headers(&code.headers);
        }
        self.operations(&code.operations);
        if let Some(source) = code.source {
            self.push(&format!("<p class=\"quiet source\">Source: {}</p>", escaped(&text::line(source))));
        }
        self.push("</div>");
        if !code.examples.is_empty() {
            self.push("<div class=\"examples\">");
            for example in &code.examples {
                self.example(example);
            }
            self.push("</div>");
        }
        self.push("</div>\n</article>");
    }

    fn operations(&mut self, operations: &[RaisedRow<'_>]) {
        let list: String = operations.iter().map(raised).collect();
        match operations.len() {
            0 => {}
            1..FOLD => self.push(&format!("<p class=\"label\">Operations</p>\n<ul class=\"operations\">\n{list}</ul>")),
            number => self.push(&format!(
                "<details>\n<summary>{number} operations</summary>\n<ul class=\"operations\">\n{list}</ul>\n</details>"
            )),
        }
    }

    fn example(&mut self, example: &ExampleRow<'_>) {
        let name = example.label();
        let title =
            if name.is_empty() { "Example".to_owned() } else { format!("Example: {}", escaped(&name)) };
        // The lines of a body scroll sideways; what scrolls can be reached from the keyboard.
        self.push(&format!(
            "<figure>\n<figcaption>{title}</figcaption>\n<pre tabindex=\"0\"><code>{}</code></pre>\n</figure>",
            escaped(&text::json(example.value))
        ));
    }

    /// Members, and the object, if it may be absent, in which they stand.
    fn fields(&mut self, fields: &[FieldRow<'_>], holder: Option<&str>) {
        self.push("<dl class=\"fields\">");
        for field in fields {
            let (class, present) = match (field.required, holder) {
                (false, _) => ("sometimes", "sometimes".to_owned()),
                (true, None) => ("always", "always".to_owned()),
                (true, Some(holder)) => ("always", format!("with <code>{}</code>", escaped(holder))),
            };
            self.term(&field.path, &field.shown, class, &present);
            self.out.push_str("<dd>");
            if let Some(description) = field.description {
                self.out.push_str(&prose::to_html(&prose::parse(description)));
            }
            for note in notes(field) {
                self.push(&format!("<p class=\"quiet\">{note}</p>"));
            }
            self.push("</dd>\n</div>");
        }
        self.push("</dl>");
    }

    /// The head of an entry: a name, its type and when it is there.
    fn term(&mut self, name: &str, ty: &str, class: &str, present: &str) {
        self.push(&format!(
            "<div>\n<dt><code>{}</code> <span class=\"type\">{}</span> <span class=\"present {class}\">{present}</span></dt>",
            escaped(name),
            escaped(ty)
        ));
    }

    fn headers(&mut self, headers: &[HeaderRow<'_>]) {
        self.push("<dl class=\"fields\">");
        for header in headers {
            let present = if header.required { "always" } else { "sometimes" };
            self.term(header.name, &header.ty, present, present);
            self.push(&format!("<dd>{}</dd>\n</div>", header.description.map(flat).unwrap_or_default()));
        }
        self.push("</dl>");
    }

    fn others(&mut self, others: &[OtherRow<'_>], bodies: &[BodyRows<'_>]) {
        if others.is_empty() {
            return;
        }
        self.push("<section class=\"common\">\n<h2>Errors without a code</h2>\n<dl class=\"fields\">");
        for row in others {
            let body = match (row.media_type, &row.ty) {
                (None, _) => "no body".to_owned(),
                (Some(media), None) => format!("<code>{}</code>", escaped(media)),
                (Some(media), Some(ty)) => format!("<code>{}</code> {}", escaped(media), escaped(ty)),
            };
            self.push(&format!(
                "<div>\n<dt><span class=\"chip client\">{}</span> {body}</dt>\n<dd>",
                row.status
            ));
            if let Some(description) = row.description {
                self.push(&format!("<p>{}</p>", flat(description)));
            }
            if !row.headers.is_empty() {
                self.push("<p class=\"label\">Headers</p>");
                self.headers(&row.headers);
            }
            let list: String = row.operations.iter().map(answered).collect();
            match row.operations.len() {
                0..FOLD => self.push(&format!("<ul class=\"operations\">\n{list}</ul>")),
                number => self.push(&format!(
                    "<details>\n<summary>{number} operations</summary>\n<ul class=\"operations\">\n{list}</ul>\n</details>"
                )),
            }
            self.push("</dd>\n</div>");
        }
        self.push("</dl>");
        for body in bodies {
            self.push(&format!("<h3>Members of {}</h3>", escaped(&text::line(&body.ty))));
            self.fields(&body.fields, None);
        }
        self.push("</section>");
    }
}

/// What is known of a member's values, each a sentence of HTML.
fn notes(field: &FieldRow<'_>) -> Vec<String> {
    let code = |value| format!("<code>{}</code>", escaped(&text::json_line(value)));
    let mut notes = Vec::new();
    if let Some(constant) = field.constant {
        notes.push(format!("Always {}.", code(constant)));
    } else if !field.values.is_empty() {
        let values: Vec<_> = field.values.iter().map(code).collect();
        notes.push(format!("Known values: {}.", values.join(", ")));
    }
    if let Some(default) = field.default {
        notes.push(format!("{} when absent.", code(default)));
    }
    if field.more {
        notes.push("Its members are not listed here.".to_owned());
    }
    notes
}

/// The filter; hidden until the script shows it, since it does nothing without.
fn filter(rows: &Rows<'_>) -> String {
    let code =
        rows.families.iter().flat_map(|family| &family.sections).find_map(|section| section.codes.first());
    // What is longer than the field shows nothing of the rest.
    let code = code.filter(|code| code.code.chars().count() <= 30);
    let words = code.into_iter().flat_map(|code| {
        let status = code.statuses.first().map(u16::to_string);
        status.into_iter().chain([escaped(code.code)])
    });
    let words: Vec<String> = words.chain(["POST /…".to_owned(), "retryable:yes".to_owned()]).collect();
    FILTER.replace("WORDS", &words.join(", "))
}

const FILTER: &str = "\
<div class=\"filter\" id=\"page:filter\" role=\"search\" hidden>
<label class=\"unseen\" for=\"page:query\">Filter errors</label>
<input id=\"page:query\" type=\"search\" placeholder=\"Filter: WORDS\" autocomplete=\"off\" spellcheck=\"false\">
<kbd aria-hidden=\"true\">/</kbd>
<p id=\"page:count\" aria-live=\"polite\"></p>
</div>
<p class=\"nothing\" id=\"page:nothing\" hidden>No error matches.</p>";

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::docs::{rows, samples};

    fn hash(text: &str) -> String {
        format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
    }

    #[test]
    fn the_policy_allows_style_and_script() {
        assert_eq!((STYLE_HASH, SCRIPT_HASH), (hash(STYLE).as_str(), hash(SCRIPT).as_str()));
    }

    /// Whatever the text, the page has the elements that the printer wrote.
    #[test]
    fn hostile_text_stays_text() {
        let page = print(&rows::rows(&samples::hostile()));
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</script").count(), 1);
        assert_eq!(page.matches("</style").count(), 1);
        assert_eq!(page.matches("<img").count(), 0);
        assert_eq!(page.matches("href=\"javascript").count(), 0);
        assert!(!page.contains('\u{202E}'));
        let rest = page.replace(STYLE, "").replace(SCRIPT, "");
        let tags: std::collections::BTreeSet<_> = rest
            .split('<')
            .skip(1)
            .map(|tag| {
                tag.split(|c: char| !c.is_ascii_alphanumeric() && c != '!' && c != '/').next().unwrap_or("")
            })
            .map(|tag| tag.trim_start_matches('/'))
            .collect();
        let known = [
            "!",
            "!doctype",
            "a",
            "article",
            "body",
            "caption",
            "code",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "em",
            "figcaption",
            "figure",
            "h1",
            "h2",
            "h3",
            "h4",
            "head",
            "header",
            "html",
            "input",
            "kbd",
            "label",
            "li",
            "main",
            "meta",
            "nav",
            "p",
            "pre",
            "script",
            "section",
            "span",
            "strong",
            "style",
            "summary",
            "table",
            "tbody",
            "td",
            "th",
            "thead",
            "title",
            "tr",
            "ul",
        ];
        let unknown: Vec<_> = tags.into_iter().filter(|tag| !known.contains(tag)).collect();
        assert_eq!(unknown, [""; 0]);
    }

    /// A page must not ask anybody for anything.
    #[test]
    fn nothing_is_fetched() {
        for contract in [samples::library(), samples::hostile(), samples::empty()] {
            let page = print(&rows::rows(&contract));
            for word in [" src=", "<link", "<iframe", "@import", "url(", "fetch(", "XMLHttpRequest", "srcset"]
            {
                let rest = page.replace("src=x onerror", "");
                assert!(!rest.contains(word), "{word}");
            }
        }
    }

    #[test]
    fn every_link_on_the_page_has_its_place_and_every_place_is_one() {
        for contract in [samples::library(), samples::hostile(), samples::empty()] {
            let page = print(&rows::rows(&contract));
            let all = |start: &str| -> Vec<String> {
                page.split(start)
                    .skip(1)
                    .filter_map(|rest| rest.split('"').next())
                    .map(str::to_owned)
                    .collect()
            };
            let ids = all(" id=\"");
            let places: std::collections::HashSet<_> = ids.iter().collect();
            assert_eq!(places.len(), ids.len());
            for link in all(" href=\"#").into_iter().chain(all(" data-of=\"")) {
                assert!(places.contains(&link), "{link}");
            }
        }
    }
}
