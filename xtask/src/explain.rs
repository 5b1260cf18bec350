//! `explain`: in comes the name of a problem code or of a diagnostic, out goes what is known about it. Deliberately
//! absent: any fact; they are the contract's rows and the library's tables.

use std::path::PathBuf;

use problemgen::Read;
use problemgen::config;
use problemgen::docs::rows::{CodeRow, FieldRow, RaisedRow, rows};
use problemgen::docs::text;
use problemgen::docs::words::recovery_words;
use problemgen::report::{Code, Report, nearest};

use crate::Ended;
use crate::codegen::{complain_of, input};
use crate::repository::{self, shown};
use crate::terminal::{BAD, FAINT, GOOD, HEAD, complain, say, styled, visible, wrapped};

/// Explain a problem code of the API (`quota_exceeded`) or a diagnostic of the generator (`L001`).
#[derive(Debug, clap::Args)]
#[command(after_help = crate::EXIT_CODES)]
pub(crate) struct Args {
    /// The code
    what: String,
    /// The OpenAPI document that defines it [default: this repository's spec/openapi.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Settings [default: problemgen.toml beside the document, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// An OpenAPI Overlay document to lay over the document; several are carried out in their order
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Follow references by http and https, which are refused otherwise
    #[arg(long)]
    allow_remote: bool,
}

pub(crate) fn run(args: &Args) -> Ended {
    if let Some(code) = problemgen::explain(&args.what) {
        diagnostic(code);
        return Ended::Well;
    }
    let spec = args.spec.clone().unwrap_or_else(repository::spec);
    let mut report = Report::new();
    let config = config::config(args.config.as_deref(), &spec, &mut report);
    let input = input(&spec, &args.overlay, args.allow_remote);
    let read = config.and_then(|config| problemgen::read_input(&input, &config, &mut report));
    let Some(Read { contract, .. }) = read else {
        complain_of(&report);
        return Ended::Unusable;
    };
    let rows = rows(&contract);
    let codes: Vec<&CodeRow<'_>> = rows.families.iter().flat_map(|family| family.codes()).collect();
    let mut found = false;
    for row in codes.iter().filter(|row| row.code == args.what) {
        problem(row);
        found = true;
    }
    if found {
        return Ended::Well;
    }
    let diagnostics = problemgen::DIAGNOSTICS.iter().copied().flatten().map(|code| code.code);
    let known: Vec<&str> = codes.iter().map(|row| row.code).chain(diagnostics).collect();
    complain(format!(
        "{}: {} has no code `{}`, and no diagnostic is called so",
        styled(BAD, "error"),
        shown(&spec),
        visible(&args.what)
    ));
    let near = nearest(&args.what, known);
    if !near.is_empty() {
        let near: Vec<_> = near.into_iter().map(|name| format!("`{}`", visible(name))).collect();
        complain(format!("{}: did you mean {}?", styled(GOOD, "help"), near.join(", ")));
    }
    Ended::Unusable
}

fn diagnostic(code: Code) {
    say(styled(HEAD, format!("{}: {}", code.code, code.title)));
    say("");
    say(wrapped(code.text, ""));
}

fn problem(row: &CodeRow<'_>) {
    let title = row.title.map(|title| format!(": {}", text::line(title))).unwrap_or_default();
    say(styled(HEAD, visible(&format!("{}{title}", row.code))));
    let retryable = match row.retryable {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not said",
    };
    fact("status", &row.status_keys().join(", "));
    fact("retryable", retryable);
    fact("way out", &row.recovery.map(recovery_words).unwrap_or_default());
    fact("section", row.section.unwrap_or_default());
    fact("type", row.type_uri.unwrap_or_default());
    fact("source", row.source.unwrap_or_default());
    prose("Meaning", row.meaning);
    prose("What to do", row.remedy);
    if !row.fields.is_empty() {
        heading("Fields");
        row.fields.iter().for_each(field);
    }
    if !row.operations.is_empty() {
        heading("Operations");
        let width =
            row.operations.iter().map(|raised| raised.operation.id.chars().count()).max().unwrap_or_default();
        for RaisedRow { operation, .. } in &row.operations {
            let id = format!("{:width$}", visible(operation.id));
            say(format!("  {id}  {} {}", operation.method, visible(operation.path)));
        }
    }
    for example in &row.examples {
        let label = example.label();
        let label = if label.is_empty() { label } else { format!(": {label}") };
        heading(&visible(&format!("Example{label}")));
        for line in text::json(example.value).lines() {
            say(format!("  {}", visible(line)));
        }
    }
}

fn heading(name: &str) {
    say("");
    say(styled(HEAD, name));
}

fn fact(name: &str, value: &str) {
    if !value.is_empty() {
        say(format!("  {} {}", styled(FAINT, format!("{name:10}")), visible(&text::line(value))));
    }
}

fn prose(name: &str, text: Option<&str>) {
    let Some(text) = text else { return };
    heading(name);
    say(wrapped(text, "  "));
}

fn field(field: &FieldRow<'_>) {
    let presence = if field.required { "always" } else { "may be absent" };
    let about = format!("{}  {}", text::line(&field.ty), styled(FAINT, presence));
    say(format!("  {}  {about}", styled(GOOD, visible(&text::line(&field.path)))));
    if let Some(description) = field.description {
        say(wrapped(description, "      "));
    }
    if !field.values.is_empty() {
        let values: Vec<_> = field.values.iter().map(text::json_line).collect();
        say(wrapped(&format!("one of {}", values.join(", ")), "      "));
    }
}
