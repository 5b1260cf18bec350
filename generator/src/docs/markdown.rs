//! `errors.md`: the page for readers of Markdown.
//!
//! Comes in: rows. Goes out: one page in CommonMark with GFM tables. Deliberately absent: raw HTML, but for the anchors
//! of the codes, since renderers do not agree on the anchors of headings.

use super::prose::{self, markdown_cell_span as cell_span, markdown_span as span, markdown_text as escaped};
use super::rows::{
    AnsweredRow, BodyRows, CodeRow, FamilyRows, FieldRow, HeaderRow, OperationRow, OtherRow, RaisedRow, Rows,
};
use super::{NOTICE, text, words};

/// The page.
pub fn print(rows: &Rows<'_>) -> String {
    let mut page = Page { several: rows.families.len() > 1, ..Page::default() };
    page.block(&format!("<!-- {NOTICE} -->"));
    page.block(&format!(
        "# Errors of {} {}",
        escaped(&text::line(rows.title)),
        escaped(&text::line(rows.version))
    ));
    if rows.families.is_empty() {
        page.block("The document of this API declares no error codes.");
    }
    for family in &rows.families {
        page.family(family);
    }
    page.others(&rows.others, &rows.bodies);
    page.out
}

/// How the page says whether a request can be repeated.
fn retryable(retryable: Option<bool>) -> &'static str {
    match retryable {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not stated",
    }
}

/// The statuses of a code.
fn statuses(code: &CodeRow<'_>) -> String {
    let keys = code.status_keys();
    if keys.is_empty() { "not stated".to_owned() } else { keys.join(", ") }
}

fn operation(operation: &OperationRow<'_>) -> String {
    format!(
        "{} {}",
        span(&format!("{} {}", operation.method, operation.path)),
        escaped(&text::line(operation.id))
    )
}

/// An operation that raises a code, and with which of the code's statuses when not with all.
fn raised(row: &RaisedRow<'_>) -> String {
    let operation = operation(&row.operation);
    if row.statuses.is_empty() { operation } else { format!("{operation} · {}", row.statuses.join(", ")) }
}

#[derive(Default)]
struct Page {
    out: String,
    /// Are there headings above those of the sections?
    several: bool,
}

impl Page {
    /// A block, apart from the one before it.
    fn block(&mut self, block: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(block.trim_end());
        self.out.push('\n');
    }

    fn family(&mut self, family: &FamilyRows<'_>) {
        if self.several {
            self.block(&format!("## {}", span(family.name)));
        }
        if let Some(description) = family.description {
            self.block(&prose::to_markdown(&prose::parse(description)));
        }
        self.block(&format!(
            "Tell errors apart by the member {}, not by the status or the text. *Retryable* says whether the identical \
             request can succeed later. {}",
            span(&family.place),
            super::outlook(family)
        ));
        if let Some(words) = super::aside(family) {
            self.block(words);
        }
        if let Some(url) = family.docs_url.and_then(prose::target) {
            self.block(&format!("The current list is at [{}](<{url}>).", escaped(&url)));
        }
        self.overview(family);
        if !family.members.is_empty() {
            self.heading(2, "Members of every error");
            if let Some(within) = &family.within {
                self.block(&format!("They stand in {}{}.", span(within), super::absence(family)));
            }
            self.fields(&family.members, super::absent(family));
        }
        if !family.envelope.is_empty() {
            self.heading(2, "Members of the body around it");
            self.fields(&family.envelope, None);
        }
        for section in &family.sections {
            self.heading(2, &escaped(&text::line(section.heading())));
            for code in &section.codes {
                self.code(code);
            }
        }
    }

    /// A heading within a family.
    fn heading(&mut self, level: usize, text: &str) {
        self.block(&format!("{} {text}", "#".repeat(level + usize::from(self.several))));
    }

    fn overview(&mut self, family: &FamilyRows<'_>) {
        let mut table = "| Code | Status | Retryable | Meaning |\n| --- | --- | --- | --- |\n".to_owned();
        for code in family.codes() {
            let meaning = prose::markdown_cell(&code.sentence());
            table.push_str(&format!(
                "| [{}](<{}>) | {} | {} | {meaning} |\n",
                cell_span(code.code),
                target(&code.anchor),
                statuses(code),
                retryable(code.retryable),
            ));
        }
        self.block(&table);
    }

    fn code(&mut self, code: &CodeRow<'_>) {
        self.block(&format!("<a id=\"{}\"></a>", text::html(&code.anchor)));
        self.heading(3, &span(code.code));
        let mut facts = vec![format!("**Status:** {}", statuses(code))];
        facts.push(format!("**Retryable:** {}", retryable(code.retryable)));
        if let Some(title) = code.title {
            facts.insert(0, format!("**{}**", escaped(&text::line(title))));
        }
        self.block(&facts.join(" · "));
        if let Some(meaning) = code.meaning {
            self.block(&prose::to_markdown(&prose::parse(meaning)));
        }
        if code.answer.is_some() {
            self.block(&format!("Answered as {}", prose::markdown_line(&code.answer_sentence())));
        }
        if let Some(remedy) = code.remedy {
            self.block("**What to do**");
            self.block(&prose::to_markdown(&prose::parse(remedy)));
        }
        if let Some(recovery) = code.recovery {
            let sentence = prose::markdown_cell(&words::recovery_sentence(recovery));
            self.block(&format!("**Way out:** {} — {sentence}", span(recovery.action.as_str())));
        }
        if !code.fields.is_empty() {
            self.block("**Members of this error**");
            self.fields(&code.fields, None);
        }
        if !code.headers.is_empty() {
            self.block("**Headers**");
            self.headers(&code.headers);
        }
        self.operations(code);
        for example in &code.examples {
            let name = example.label();
            let title = if name.is_empty() {
                "**Example**".to_owned()
            } else {
                format!("**Example:** {}", escaped(&name))
            };
            self.block(&title);
            let mut body = String::new();
            prose::markdown_code(&text::json(example.value), "json", "", &mut body);
            self.block(&body);
        }
        if let Some(source) = code.source {
            self.block(&format!("Source: {}", escaped(&text::line(source))));
        }
    }

    fn operations(&mut self, code: &CodeRow<'_>) {
        if !code.operations.is_empty() {
            self.block("**Operations**");
            let list: Vec<_> = code.operations.iter().map(|row| format!("- {}", raised(row))).collect();
            self.block(&list.join("\n"));
        }
    }

    /// Members, and the object, if it may be absent, in which they stand.
    fn fields(&mut self, fields: &[FieldRow<'_>], holder: Option<&str>) {
        let mut table = "| Member | Type | Present | Description |\n| --- | --- | --- | --- |\n".to_owned();
        for field in fields {
            let present = match (field.required, holder) {
                (false, _) => "sometimes".to_owned(),
                (true, None) => "always".to_owned(),
                (true, Some(holder)) => format!("with {}", cell_span(holder)),
            };
            table.push_str(&format!(
                "| {} | {} | {present} | {} |\n",
                cell_span(&field.path),
                escaped(&text::line(&field.shown)),
                description(field)
            ));
        }
        self.block(&table);
    }

    fn headers(&mut self, headers: &[HeaderRow<'_>]) {
        let mut table = "| Header | Type | Present | Description |\n| --- | --- | --- | --- |\n".to_owned();
        for header in headers {
            table.push_str(&format!(
                "| {} | {} | {} | {} |\n",
                cell_span(header.name),
                escaped(&header.ty),
                presence(header),
                said(header.description)
            ));
        }
        self.block(&table);
    }

    fn others(&mut self, others: &[OtherRow<'_>], bodies: &[BodyRows<'_>]) {
        if others.is_empty() {
            return;
        }
        self.block("## Errors without a code");
        let mut table =
            "| Status | Body | Meaning | Headers | Operations |\n| --- | --- | --- | --- | --- |\n"
                .to_owned();
        for row in others {
            let body = match (row.media_type, &row.ty) {
                (None, _) => "none".to_owned(),
                (Some(media), None) => cell_span(media),
                (Some(media), Some(ty)) => format!("{} {}", cell_span(media), escaped(&text::line(ty))),
            };
            let headers: Vec<_> = row.headers.iter().map(header).collect();
            let operations: Vec<_> = row.operations.iter().map(answered).collect();
            // Words of their own have commas.
            let between = if row.description.is_some() { ", " } else { "; " };
            table.push_str(&format!(
                "| {} | {body} | {} | {} | {} |\n",
                row.status,
                said(row.description),
                headers.join("; "),
                operations.join(between)
            ));
        }
        self.block(&table);
        for body in bodies {
            self.block(&format!("### Members of {}", escaped(&text::line(&body.ty))));
            self.fields(&body.fields, None);
        }
    }
}

/// A header beside others in one cell.
fn header(row: &HeaderRow<'_>) -> String {
    let words = format!("{} {} ({})", cell_span(row.name), escaped(&row.ty), presence(row));
    match said(row.description) {
        said if said.is_empty() => words,
        said => format!("{words}: {said}"),
    }
}

fn presence(header: &HeaderRow<'_>) -> &'static str {
    if header.required { "always" } else { "sometimes" }
}

/// An operation that answers without a code, and what it says of it where the others say something else.
fn answered(row: &AnsweredRow<'_>) -> String {
    let id = escaped(&text::line(row.operation.id));
    match said(row.description) {
        said if said.is_empty() => id,
        said => format!("{id} ({said})"),
    }
}

/// CommonMark on one line.
fn said(description: Option<&str>) -> String {
    description.map(|prose| prose::markdown_cell(&prose::flat(&prose::parse(prose)))).unwrap_or_default()
}

/// An anchor as the target of a link.
fn target(anchor: &str) -> String {
    prose::target(&format!("#{anchor}")).unwrap_or_default()
}

/// What a table says about a member, on one line.
fn description(field: &FieldRow<'_>) -> String {
    let mut parts = vec![said(field.description)];
    if let Some(constant) = field.constant {
        parts.push(format!("Always {}.", cell_span(&text::json_line(constant))));
    } else if !field.values.is_empty() {
        let values: Vec<_> = field.values.iter().map(|value| cell_span(&text::json_line(value))).collect();
        parts.push(format!("Known values: {}.", values.join(", ")));
    }
    if let Some(default) = field.default {
        parts.push(format!("{} when absent.", cell_span(&text::json_line(default))));
    }
    if field.more {
        parts.push("Its members are not listed here.".to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;
    use crate::docs::{rows, samples};

    fn page(contract: &Contract) -> String {
        print(&rows::rows(contract))
    }

    #[test]
    fn a_page() {
        insta::assert_snapshot!(page(&samples::library()), @r#"
        <!-- Generated from the OpenAPI document. Do not edit: change the document and generate again. -->

        # Errors of Library 2.1.0

        Every error is a problem document.

        Tell errors apart by the member `code`, not by the status or the text. *Retryable* says whether the identical request can succeed later. New codes may appear at any time: treat one that you do not know by its status.

        The current list is at [https://example.com/errors](<https://example.com/errors>).

        | Code | Status | Retryable | Meaning |
        | --- | --- | --- | --- |
        | [`quota_exceeded`](<#quota_exceeded>) | 403, 413 | no | What `quota_exceeded` means. |
        | [`branch_required`](<#branch_required>) | 409 | no | What `branch_required` means. |
        | [`busy`](<#busy>) | 503 | yes | What `busy` means. |

        ## Members of every error

        | Member | Type | Present | Description |
        | --- | --- | --- | --- |
        | `type` | string | always |  |
        | `code` | string | always |  |
        | `detail` | string | sometimes |  |

        ## Loans

        <a id="quota_exceeded"></a>

        ### `quota_exceeded`

        **About quota_exceeded** · **Status:** 403, 413 · **Retryable:** no

        What `quota_exceeded` means. More about it.

        **What to do**

        Return a book, or [upgrade](<https://example.com/plans>).

        **Way out:** `upgrade` — Upgrade at [https://example.com/plans](<https://example.com/plans>).

        **Members of this error**

        | Member | Type | Present | Description |
        | --- | --- | --- | --- |
        | `limit` | integer (int64) | always | How many books the tier allows. |
        | `used` | integer (int64) | always |  |
        | `tier` | string | sometimes | Known values: `"free"`, `"gold"`. `"free"` when absent. |

        **Headers**

        | Header | Type | Present | Description |
        | --- | --- | --- | --- |
        | `Retry-After` | integer (int64) | sometimes | Seconds to wait. |

        **Operations**

        - `GET /loans` listLoans · 403
        - `POST /loans` lendBook

        **Example**

        ```json
        {
          "code": "quota_exceeded",
          "status": 403,
          "limit": 3,
          "used": 3
        }
        ```

        <a id="branch_required"></a>

        ### `branch_required`

        **About branch_required** · **Status:** 409 · **Retryable:** no

        What `branch_required` means. More about it.

        **Way out:** `choose` — Choose one of `choices`, and say which in the request.

        **Members of this error**

        | Member | Type | Present | Description |
        | --- | --- | --- | --- |
        | `choices` | array of Branch | always |  |
        | `choices[].slug` | string | always |  |
        | `choices[].opens_at` | string (date-time) \| null | sometimes |  |
        | `choices[].nearest` | Branch \| null | sometimes | Its members are not listed here. |

        **Operations**

        - `POST /loans` lendBook

        ## Server

        <a id="busy"></a>

        ### `busy`

        **About busy** · **Status:** 503 · **Retryable:** yes

        What `busy` means. More about it.

        **Way out:** `wait` — Wait as long as `Retry-After` says, or for a while, then send the same request again.

        Source: status page

        ## Errors without a code

        | Status | Body | Meaning | Headers | Operations |
        | --- | --- | --- | --- | --- |
        | 404 | none |  |  | listLoans |
        | 5XX | `application/json` Branch | The library is closed. | `Retry-After` integer (int64) (sometimes): Seconds to wait. | lendBook |

        ### Members of Branch

        | Member | Type | Present | Description |
        | --- | --- | --- | --- |
        | `slug` | string | always |  |
        | `opens_at` | string (date-time) \| null | sometimes |  |
        | `nearest` | Branch \| null | sometimes | Its members are not listed here. |
        "#);
    }

    #[test]
    fn a_page_without_codes() {
        insta::assert_snapshot!(page(&samples::empty()), @"
        <!-- Generated from the OpenAPI document. Do not edit: change the document and generate again. -->

        # Errors of Empty 1

        The document of this API declares no error codes.
        ");
    }

    #[test]
    fn several_families_are_told_apart() {
        let mut contract = samples::library();
        contract.families.push(contract.families[0].clone());
        contract.families[1].name = "Other".to_owned();
        let page = page(&contract);
        assert_eq!(page.matches("\n## `").collect::<Vec<_>>().len(), 2);
        assert_eq!(page.matches("<a id=\"quota_exceeded\">").count(), 1, "an anchor stands once");
    }

    #[test]
    fn what_stands_around_a_problem_is_listed() {
        let mut contract = samples::library();
        let family = &mut contract.families[0];
        family.place = crate::contract::CodePlace::Under("error".to_owned(), "code".to_owned());
        family.envelope =
            vec![crate::contract::Field { name: "trace".to_owned(), ..family.members[0].clone() }];
        let page = page(&contract);
        assert!(page.contains("by the member `error.code`"), "{page}");
        assert!(page.contains("## Members of the body around it\n"), "{page}");
        assert!(page.contains("| `trace` | string | always |"), "{page}");
        assert!(page.contains("They stand in `error`.\n"), "{page}");
        contract.families[0].holder_optional = true;
        let page = self::page(&contract);
        assert!(page.contains("They stand in `error`, which may be absent.\n"));
        assert!(page.contains("| `code` | string | with `error` |"), "{page}");
        let html = crate::docs::html::print(&crate::docs::rows::rows(&contract));
        assert!(html.contains("Members of the body around it") && html.contains("trace"), "{html}");
        assert!(html.contains("always\">with <code>error</code></span>"), "{html}");
    }

    /// What a renderer makes of a hostile page has the outline, the tables and the links of the harmless one.
    #[test]
    fn hostile_text_does_not_change_the_structure() {
        use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
        let page = page(&samples::hostile());
        let (mut cells, mut columns) = (0, 0);
        for event in Parser::new_ext(&page, Options::ENABLE_TABLES) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => {
                    let html = html.trim();
                    assert!(
                        html.starts_with("<!--") || html.starts_with("<a id=\"") || html == "</a>",
                        "{html}"
                    );
                    assert!(!html.contains("<script"), "{html}");
                }
                Event::Start(Tag::Image { .. }) => panic!("an image"),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert!(dest_url.starts_with('#') || dest_url.starts_with("https://"), "{dest_url}");
                }
                Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
                Event::Start(Tag::TableRow) => cells = 0,
                Event::Start(Tag::TableCell) => cells += 1,
                Event::End(TagEnd::TableRow) => assert_eq!(cells, columns),
                _ => {}
            }
        }
        let headings: Vec<_> = page.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(
            headings.len(),
            1 + 1 + 1 + 3 + 1 + 1,
            "title, members, a section, three codes, the rest with the members of a body: {headings:#?}"
        );
        assert!(!page.contains('\u{202E}'));
    }
}
