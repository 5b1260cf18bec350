//! Configuration: `problemgen.toml`, in which a team says what its document cannot.
//!
//! Comes in: a path. Goes out: [`Config`]. All keys are optional, and no file is the same as an empty one. Deliberately
//! absent: what the settings do; the stages that they are for know.

pub mod codes;
mod formats;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::contract::CodePlace;
use crate::load::place_in_text;
use crate::report::{Diagnostic, Place, Report, nearest};

/// What the file is called, so that it is found beside the document.
pub const FILE: &str = "problemgen.toml";

/// What a team says of its document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// `[problems]`.
    pub problems: Problems,
    /// `[formats]` and `[dependencies]`.
    pub formats: Formats,
    /// `tags` in `[features]`.
    pub tag_features: TagFeatures,
}

/// Whether the package has a cargo feature for each tag, so that whoever uses it compiles only the operations of the tags that
/// they name, and the types that these reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagFeatures {
    /// If the document is large.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// Types that somebody chose for formats.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Formats {
    /// `[formats]`: Rust types for values of a `format`, by the name of the format. Each is a path that begins with `::` and the
    /// crate, or a type that needs no path.
    pub types: BTreeMap<String, Setting<String>>,
    /// `[dependencies]`: the crates that they come from, each with the requirement in TOML, on one line.
    pub dependencies: BTreeMap<String, String>,
}

/// How problems are written. What is not set is recognised by the usual names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems {
    /// `code`: where the code of a problem stands, as `code`, `error.code` or `errors[].code`.
    pub code: Option<Setting<CodePlace>>,
    /// `retryable`: the member that says whether the identical request can succeed later.
    pub retryable: Option<Setting<String>>,
    /// `suggestion`: the member that says what to do next.
    pub suggestion: Option<Setting<String>>,
    /// `request-id`: the member that identifies the request.
    pub request_id: Option<Setting<String>>,
}

/// A value, and where it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it stands in the file.
    pub at: Place,
}

/// The configuration that belongs to a document: the file at `path`, else [`FILE`] beside the document, else an empty one.
/// `None` when the report has errors.
pub fn config(path: Option<&Path>, spec: &Path, report: &mut Report) -> Option<Config> {
    match path.map(Path::to_path_buf).or_else(|| beside(spec)) {
        Some(path) => load(&path, report),
        None => Some(Config::default()),
    }
}

/// The configuration file beside a document, if there is one.
fn beside(spec: &Path) -> Option<PathBuf> {
    let path = spec.parent()?.join(FILE);
    path.exists().then_some(path)
}

fn load(path: &Path, report: &mut Report) -> Option<Config> {
    let shown = path.to_string_lossy().replace('\\', "/");
    match fs::read_to_string(path) {
        Ok(text) => parse(&shown, &text, report),
        Err(why) => {
            report.push(
                Diagnostic::error(codes::UNREADABLE, format!("cannot read `{shown}`: {why}"))
                    .help("name a text file in TOML, or remove it: no setting is needed"),
            );
            None
        }
    }
}

/// Reads a configuration from text; `shown` is what the file is called. `None` when the report has errors.
pub fn parse(shown: &str, text: &str, report: &mut Report) -> Option<Config> {
    let refuse = |code, error: &toml::de::Error, help: &str| {
        let place = place_in_text(shown, text, error.span().unwrap_or(0..0));
        let message = error.message().trim_end_matches('.').replace('\n', ", ");
        Diagnostic::error(code, message).at(place).help(help)
    };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let help = "write it as TOML 1.1: `key = \"value\"` under a `[table]`";
            report.push(refuse(codes::SYNTAX, &error, help));
            return None;
        }
    };
    if unknown(shown, text, root.get_ref(), report) {
        return None;
    }
    match Written::deserialize(toml::Deserializer::from(root)) {
        Ok(written) => {
            let before = report.errors();
            let config = written.config(&|span| place_in_text(shown, text, span), report);
            (report.errors() == before).then_some(config)
        }
        Err(error) => {
            let help = "`cargo xtask explain F003` lists the settings";
            report.push(refuse(codes::SETTING, &error, help));
            None
        }
    }
}

/// The tables of the file, and the keys of those that do not hold names of formats or of packages.
const TABLES: [&str; 4] = ["problems", "formats", "dependencies", "features"];
const KEYS: [(&str, &[&str]); 2] =
    [("problems", &["code", "retryable", "suggestion", "request-id"]), ("features", &["tags"])];

/// Refuses each key that does not exist; were there any?
fn unknown(shown: &str, text: &str, root: &DeTable<'_>, report: &mut Report) -> bool {
    let before = report.errors();
    let mut look = |table: &DeTable<'_>, known: &[&str], what: &str| {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let help = match nearest(name, known.iter().copied()).as_slice() {
                [] => format!("{what} are `{}`", known.join("`, `")),
                near => {
                    format!("`{}` is nearest to it; {what} are `{}`", near.join("`, `"), known.join("`, `"))
                }
            };
            let place = place_in_text(shown, text, key.span());
            let message = format!("there is no setting `{name}`");
            report.push(Diagnostic::error(codes::SETTING, message).at(place).help(help));
        }
    };
    look(root, &TABLES, "the tables");
    for (name, known) in KEYS {
        if let Some(table) = root.get(name).and_then(|value| value.get_ref().as_table()) {
            look(table, known, &format!("the settings of `[{name}]`"));
        }
    }
    report.errors() > before
}

/// The file as it is written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Written {
    problems: WrittenProblems,
    formats: BTreeMap<String, Spanned<String>>,
    dependencies: BTreeMap<String, Spanned<toml::Value>>,
    features: WrittenFeatures,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct WrittenFeatures {
    tags: TagFeatures,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenProblems {
    code: Option<Spanned<WrittenPlace>>,
    retryable: Option<Spanned<String>>,
    suggestion: Option<Spanned<String>>,
    request_id: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct WrittenPlace(CodePlace);

impl Written {
    fn config(self, locate: &dyn Fn(Range<usize>) -> Place, report: &mut Report) -> Config {
        let types =
            self.formats.into_iter().map(|(format, set)| (format, Setting::new(set, locate))).collect();
        let dependencies =
            self.dependencies.into_iter().map(|(name, set)| (name, Setting::new(set, locate))).collect();
        Config {
            problems: Problems {
                code: self.problems.code.map(|set| Setting::new(set, locate).map(|place| place.0)),
                retryable: self.problems.retryable.map(|set| Setting::new(set, locate)),
                suggestion: self.problems.suggestion.map(|set| Setting::new(set, locate)),
                request_id: self.problems.request_id.map(|set| Setting::new(set, locate)),
            },
            formats: formats::formats(types, dependencies, report),
            tag_features: self.features.tags,
        }
    }
}

impl<T> Setting<T> {
    fn new(set: Spanned<T>, locate: &dyn Fn(Range<usize>) -> Place) -> Self {
        let at = locate(set.span());
        Setting { value: set.into_inner(), at }
    }

    fn map<U>(self, into: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: into(self.value), at: self.at }
    }
}

impl TryFrom<String> for WrittenPlace {
    type Error = String;

    fn try_from(path: String) -> Result<Self, String> {
        let plain = |member: &str| !member.is_empty() && !member.contains(['.', '[', ']']);
        let place = match path.rsplit_once('.') {
            None if plain(&path) => Some(CodePlace::Root(path.clone())),
            Some((outer, member)) if plain(member) => match outer.strip_suffix("[]") {
                Some(list) if plain(list) => Some(CodePlace::Each(list.to_owned(), member.to_owned())),
                None if plain(outer) => Some(CodePlace::Under(outer.to_owned(), member.to_owned())),
                _ => None,
            },
            _ => None,
        };
        place.map(WrittenPlace).ok_or_else(|| {
            format!("`{path}` is no place of a code: it is written `code`, `error.code` or `errors[].code`")
        })
    }
}
