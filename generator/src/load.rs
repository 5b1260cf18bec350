//! Files: from a path, or from text, to values that know where they stand.
//!
//! Comes in: a path or text, YAML or JSON. Goes out: [`Sources`], the root document and, on demand, every file that a
//! reference names, each as a `serde_json::Value` with its text for positions. Deliberately absent: what a document
//! means; this module knows of OpenAPI no more than the version in the root.

pub mod codes;
mod index;
mod input;
mod json;
mod laid;
mod place;
mod pointer;
mod remote;
#[cfg(test)]
mod tests;
mod yaml;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;

use indexmap::IndexSet;
use serde_json::Value;

use crate::report::{Diagnostic, Report};

pub(crate) use input::marked;
pub use input::{Fetch, Input, Root, Without};
pub(crate) use laid::Laid;
pub use place::Part;
pub(crate) use place::place_in_text;
pub(crate) use pointer::percent_decode;
pub use pointer::{escape, unescape};

/// How deep values may nest. Deep enough for any document that people write, shallow enough for every stage to recurse.
pub(crate) const MAX_DEPTH: usize = 256;

/// A file among [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(usize);

impl FileId {
    /// The root document.
    pub const ROOT: FileId = FileId(0);
}

/// The OpenAPI version that the root document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the version of its digits")]
pub enum Version {
    V3_0,
    V3_1,
    V3_2,
}

/// The files of a run.
#[derive(Debug)]
pub struct Sources {
    files: Vec<SourceFile>,
    /// Files by name.
    names: BTreeMap<String, Named>,
    store: Store,
    fetch: Option<Fetch>,
    without: Without,
    thorough: bool,
    version: Version,
    /// Where the parts of the bundled document came from: a pointer into it, a file, a pointer into that.
    origins: BTreeMap<String, (FileId, String)>,
    /// What lies over the root document.
    laid: Laid,
}

/// What came of a name.
#[derive(Debug, Default)]
struct Named {
    /// `None` when the file could not be read or parsed.
    file: Option<FileId>,
    /// What is wrong with its text, until somebody is told.
    untold: Vec<Diagnostic>,
    /// Why it cannot be read, if so.
    unreadable: Option<String>,
    /// The references to it that wait for that to be told.
    wanted: IndexSet<(FileId, String)>,
}

/// Where files are read from.
#[derive(Debug)]
enum Store {
    /// The folder of the root document.
    Folder(PathBuf),
    /// Texts by name.
    Texts(HashMap<String, String>),
}

#[derive(Debug)]
struct SourceFile {
    /// Relative to the folder of the root document.
    name: String,
    /// As the caller would open it.
    shown: String,
    text: String,
    format: Format,
    value: Value,
    index: OnceLock<index::Index>,
    lines: OnceLock<place::Lines>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
}

/// Reads the root document at a path. `None` when the report has errors.
pub fn load(path: &Path, report: &mut Report) -> Option<Sources> {
    load_input(&Input::path(path), report)
}

/// Reads the root document of an input; what lies over it is not read here. `None` when the report has errors.
pub fn load_input(input: &Input, report: &mut Report) -> Option<Sources> {
    let (name, text, store) = match &input.root {
        Root::Path(path) => {
            let shown = shown(path);
            let name = path.file_name().map_or(shown.clone(), |name| name.to_string_lossy().into_owned());
            let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
            match read(path) {
                Ok(text) => (name, text, Store::Folder(folder)),
                Err(why) => {
                    report.push(
                        Diagnostic::error(codes::UNREADABLE, format!("cannot read `{shown}`: {why}"))
                            .help("name the root document of an OpenAPI description"),
                    );
                    return None;
                }
            }
        }
        Root::Texts(texts) => {
            let mut texts = texts.iter().cloned();
            let (name, text) = texts.next().unwrap_or_default();
            let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
            (name, text, Store::Texts(texts.collect()))
        }
    };
    let mut sources = Sources {
        files: Vec::new(),
        names: BTreeMap::new(),
        store,
        fetch: input.fetch.clone(),
        without: input.without.clone(),
        thorough: input.thorough,
        version: Version::V3_0,
        origins: BTreeMap::new(),
        laid: Laid::default(),
    };
    let before = report.errors();
    let file = sources.add(name.clone(), input.shown(), text, report);
    sources.names.insert(name, Named { file, ..Named::default() });
    if report.errors() == before {
        sources.version = sources.read_version(report)?;
    }
    (report.errors() == before).then_some(sources)
}

/// Reads a root document from text, with a made-up name such as `openapi.yaml`; it can refer to no other file.
pub fn load_text(name: &str, text: impl Into<String>, report: &mut Report) -> Option<Sources> {
    load_texts([(name.to_owned(), text.into())], report)
}

/// Reads documents from texts with made-up names, relative to the same folder and with `/`. The first is the root.
pub fn load_texts(texts: impl IntoIterator<Item = (String, String)>, report: &mut Report) -> Option<Sources> {
    load_input(&Input { root: Root::Texts(texts.into_iter().collect()), ..Input::default() }, report)
}

/// A path as diagnostics show it.
fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    })?;
    decode(bytes)
}

/// UTF-8, or UTF-16 by its byte order mark, without the mark.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|pair| unit([pair[0], pair.get(1).copied().unwrap_or(0)]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map_err(|_| "it is not valid UTF-16".to_owned())
    };
    let narrow = |bytes| String::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_owned());
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, ..] => narrow(bytes).map(|mut text| text.split_off(3)),
        _ => narrow(bytes),
    }
}

impl Sources {
    /// The version of the root document.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The value of a file; null once it was taken.
    pub fn value(&self, file: FileId) -> &Value {
        self.files.get(file.0).map_or(&Value::Null, |file| &file.value)
    }

    /// Takes the value of a file, which keeps its text for positions.
    pub fn take(&mut self, file: FileId) -> Value {
        self.files.get_mut(file.0).map_or(Value::Null, |file| std::mem::take(&mut file.value))
    }

    /// The name of a file, relative to the folder of the root document, with `/`.
    pub fn name(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |file| &file.name)
    }

    /// The names of all files that were read, the root first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// Says where a part of the bundled document came from.
    pub(crate) fn came_from(&mut self, part: String, file: FileId, pointer: String) {
        self.origins.insert(part, (file, pointer));
    }

    /// Where a part of the bundled document came from, when that was said of exactly this part.
    pub(crate) fn origin(&self, part: &str) -> Option<(FileId, String)> {
        self.origins.get(part).cloned()
    }

    /// The file that a reference at `from` and `pointer` names, read if it was not yet. `None` when that cannot be; what
    /// is wrong with the text of a file is said once, and of those that cannot be read at all
    /// [`report_unreadable`](Self::report_unreadable) tells.
    pub fn open(&mut self, from: FileId, pointer: &str, path: &str, report: &mut Report) -> Option<FileId> {
        let Some(name) = self.name_of(from, path) else {
            let message = format!("`{path}` is not a relative path");
            let place = self.place_in(from, pointer, Part::Value);
            report.push(Diagnostic::error(codes::REMOTE, message).at(place).help(codes::REMOTE_HELP));
            return None;
        };
        let named = self.named(name);
        named.untold.drain(..).for_each(|diagnostic| report.push(diagnostic));
        if named.unreadable.is_some() {
            named.wanted.insert((from, pointer.to_owned()));
        }
        named.file
    }

    /// The same as [`open`](Self::open), for what may not be meant as a reference: if it cannot be opened, nobody hears.
    pub(crate) fn open_quietly(&mut self, from: FileId, path: &str) -> Option<FileId> {
        let name = self.name_of(from, path)?;
        self.named(name).file
    }

    /// Says of each file that cannot be read so, at the first reference that named it since this was last asked; of a
    /// [thorough](Input::thorough) input at each.
    pub fn report_unreadable(&mut self, report: &mut Report) {
        let mut names = std::mem::take(&mut self.names);
        for (name, named) in &mut names {
            let Some(why) = &named.unreadable else { continue };
            let mut wanted = std::mem::take(&mut named.wanted).into_iter();
            let Some((from, pointer)) = wanted.next() else { continue };
            let unreadable = |from, pointer: &str| {
                Diagnostic::error(codes::UNREADABLE, format!("cannot read `{name}`: {why}"))
                    .at(self.place_in(from, pointer, Part::Value))
                    .help("the path is relative to the file that holds the reference")
            };
            let mut diagnostic = unreadable(from, &pointer);
            if self.thorough {
                wanted.for_each(|(from, pointer)| report.push(unreadable(from, &pointer)));
            } else if let Some((from, pointer)) = wanted.next() {
                let text = match wanted.len() {
                    0 => "and 1 more reference, here".to_owned(),
                    others => format!("and {} more references, from here on", others + 1),
                };
                diagnostic = diagnostic.label(self.place_in(from, &pointer, Part::Value), text);
            }
            report.push(diagnostic);
        }
        self.names = names;
    }

    /// The name of the file that a reference in another one leads to; `None` when it may not be followed there.
    fn name_of(&self, from: FileId, path: &str) -> Option<String> {
        let from = self.name(from);
        let name = match remote::is_url(from) {
            true => remote::resolve(from, path),
            false if remote::has_scheme(path) || path.starts_with('/') => path.to_owned(),
            false => return Some(pointer::join(from, &pointer::percent_decode(path))),
        };
        (self.fetch.is_some() && remote::is_url(&name)).then_some(name)
    }

    /// What comes of a name, read if it was not yet.
    fn named(&mut self, name: String) -> &mut Named {
        if !self.names.contains_key(&name) {
            let named = self.read_named(&name);
            self.names.insert(name.clone(), named);
        }
        self.names.entry(name).or_default()
    }

    fn read_named(&mut self, name: &str) -> Named {
        let text = match &mut self.store {
            _ if remote::is_url(name) => match &self.fetch {
                Some(fetch) => fetch.get(name),
                None => Err("remote documents are not fetched".to_owned()),
            },
            Store::Texts(texts) => texts.remove(name).ok_or_else(|| "there is no such file".to_owned()),
            Store::Folder(folder) => read(&folder.join(name)),
        };
        let text = match text {
            Ok(text) => text,
            Err(why) => return Named { unreadable: Some(why), ..Named::default() },
        };
        let shown = match &self.store {
            Store::Folder(folder) if !remote::is_url(name) => shown(&folder.join(name)),
            _ => name.to_owned(),
        };
        let mut report = Report::new();
        let file = self.add(name.to_owned(), shown, text, &mut report);
        Named { file, untold: report.diagnostics().into_iter().cloned().collect(), ..Named::default() }
    }

    /// Parses a file and keeps it, also when it cannot be parsed, for the positions of the diagnostics.
    fn add(&mut self, name: String, shown: String, text: String, report: &mut Report) -> Option<FileId> {
        let id = FileId(self.files.len());
        let mut file = SourceFile {
            name,
            shown,
            text,
            format: Format::Yaml,
            value: Value::Null,
            index: OnceLock::new(),
            lines: OnceLock::new(),
        };
        if u32::try_from(file.text.len()).is_err() {
            let message = format!("`{}` is larger than 4 GiB", file.name);
            report.push(Diagnostic::error(codes::TOO_LARGE, message).help("divide it into several files"));
            return None;
        }
        let before = report.errors();
        file.parse(report);
        self.without.mark(&file.shown, &mut file.value);
        self.files.push(file);
        (report.errors() == before).then_some(id)
    }

    fn read_version(&self, report: &mut Report) -> Option<Version> {
        let root = self.value(FileId::ROOT);
        let help = "the root document has a member `openapi` such as `openapi: 3.1.0`";
        let refused = |pointer: &str, message: String, help: &str, report: &mut Report| {
            let place = self.place_in(FileId::ROOT, pointer, Part::Value);
            report.push(Diagnostic::error(codes::VERSION, message).at(place).help(help));
        };
        if root.get("openapi").is_none() && root.get("swagger").is_some() {
            let help = "convert it to OpenAPI 3, for example with `npx swagger2openapi`";
            refused("/swagger", "Swagger 2.0 is not supported".into(), help, report);
            return None;
        }
        let version = match root.get("openapi") {
            Some(Value::String(text)) => text.clone(),
            // `openapi: 3.1`, without quotes.
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => {
                refused("/openapi", "`openapi` is not a version".into(), help, report);
                return None;
            }
            None => {
                refused("", "this is not an OpenAPI document: it has no `openapi`".into(), help, report);
                return None;
            }
        };
        let mut parts = version.trim().splitn(3, '.');
        match (parts.next(), parts.next()) {
            (Some("3"), Some("0")) => Some(Version::V3_0),
            (Some("3"), Some("1")) => Some(Version::V3_1),
            (Some("3"), Some("2")) => Some(Version::V3_2),
            _ => {
                let message = format!("OpenAPI `{version}` is not supported");
                refused("/openapi", message, "versions 3.0, 3.1 and 3.2 are", report);
                None
            }
        }
    }
}

/// What is wrong with a text that is no JSON; where it stands is said apart from that.
fn said_of_json(error: &serde_json::Error) -> Diagnostic {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    if text.starts_with("recursion limit") {
        return Diagnostic::error(codes::TOO_LARGE, "values nest too deeply").help(codes::TOO_LARGE_HELP);
    }
    if let Some(rest) = text.strip_prefix("EOF") {
        return Diagnostic::error(codes::SYNTAX, format!("the file ends{rest}"))
            .help("close what was opened; the file may have been cut off");
    }
    let help = if text.starts_with("trailing characters") {
        "one JSON value belongs into a file, and nothing after it"
    } else {
        "look at what stands just before, too: a comma, a quote or a bracket may be missing or too many"
    };
    Diagnostic::error(codes::SYNTAX, text).help(help)
}

impl SourceFile {
    fn parse(&mut self, report: &mut Report) {
        let named_json = Path::new(&self.name).extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
        if self.text.trim_start().starts_with(['{', '[']) {
            match self.parse_json() {
                Ok((value, repeated)) => {
                    self.format = Format::Json;
                    self.value = value;
                    if repeated {
                        self.report_repeated(report);
                    }
                    return;
                }
                Err(error) if named_json => {
                    self.format = Format::Json;
                    let at = self.offset(error.line(), error.column());
                    report.push(said_of_json(&error).at(self.at(at, at, String::new())));
                    return;
                }
                Err(_) => {}
            }
        }
        let (value, problems) = yaml::parse(&self.text);
        for problem in problems {
            let diagnostic = match problem {
                yaml::Problem::Syntax(at, message) => Diagnostic::error(codes::SYNTAX, message)
                    .at(self.at(at, at, String::new()))
                    .help(codes::YAML_HELP),
                yaml::Problem::NotJson(at, message) => Diagnostic::error(codes::NOT_JSON, message)
                    .at(self.at(at, at, String::new()))
                    .help("write it in quotes if it is text"),
                yaml::Problem::TooLarge(at, message) => Diagnostic::error(codes::TOO_LARGE, message)
                    .at(self.at(at, at, String::new()))
                    .help(codes::TOO_LARGE_HELP),
                yaml::Problem::Empty => Diagnostic::error(codes::SYNTAX, "the document is empty")
                    .at(self.at(0, 0, String::new()))
                    .help("an OpenAPI document begins with its version, such as `openapi: 3.1.0`"),
                yaml::Problem::Duplicate(at, pointer, same) => self.repeated(at, &pointer, same),
            };
            report.push(diagnostic);
        }
        self.value = value.unwrap_or_default();
    }

    /// Parses it as JSON. A large document nearly always has something to be shown, and the places in it take half as long to
    /// find as it takes to parse: they are found meanwhile.
    fn parse_json(&mut self) -> serde_json::Result<(Value, bool)> {
        const LARGE: usize = 1 << 20;
        if self.text.len() < LARGE {
            return json::parse(&self.text);
        }
        let (parsed, places) = thread::scope(|scope| {
            let places = scope.spawn(|| (json::index(&self.text), place::Lines::of(&self.text)));
            (json::parse(&self.text), places.join())
        });
        if let (Ok(_), Ok((index, lines))) = (&parsed, places) {
            self.index = index.into();
            self.lines = lines.into();
        }
        parsed
    }

    fn report_repeated(&self, report: &mut Report) {
        for duplicate in self.index().duplicates(&self.text) {
            let value = |found: index::Found| {
                let raw = self.text.get(found.value.start as usize..found.value.end as usize)?;
                serde_json::from_str::<Value>(raw).ok()
            };
            let at = duplicate.second.key.map_or(0, |key| key.start as usize);
            let same = value(duplicate.first) == value(duplicate.second);
            report.push(self.repeated(at, &duplicate.pointer, same));
        }
    }

    fn repeated(&self, at: usize, pointer: &str, same: bool) -> Diagnostic {
        let key = unescape(pointer.rsplit('/').next().unwrap_or("")).into_owned();
        let end = self.key_end(at, &key);
        let message = format!("`{key}` is given twice");
        let diagnostic = match same {
            true => Diagnostic::warning(codes::DUPLICATE, message).help("leave one out; both say the same"),
            false => {
                Diagnostic::error(codes::DUPLICATE, message).help("leave one out, or give it another name")
            }
        };
        diagnostic
            .at(self.at(at, end, pointer.to_owned()))
            .label(self.place(pointer, Part::Key), "it stands here first")
    }
}
