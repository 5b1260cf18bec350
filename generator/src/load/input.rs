//! What is to be read: the root document, what lies over it, and what is to be left out of it.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

/// A document to read, and how.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Where the root document is.
    pub root: Root,
    /// The overlays that are laid over it, in their order: paths, or names among the texts.
    pub overlays: Vec<PathBuf>,
    /// Gets remote documents; without it, references to them are refused.
    pub fetch: Option<Fetch>,
    /// What is left out.
    pub without: Without,
    /// Is of a file that cannot be read said so at every reference to it? Otherwise once for the file.
    pub thorough: bool,
}

/// Where a root document is, and with it the files that it refers to.
#[derive(Debug, Clone)]
pub enum Root {
    /// In the file system.
    Path(PathBuf),
    /// Here: texts with made-up names, relative to the same folder and with `/`. The first is the root.
    Texts(Vec<(String, String)>),
}

impl Default for Root {
    fn default() -> Self {
        Root::Texts(Vec::new())
    }
}

impl Input {
    /// A document at a path, and nothing else.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self { root: Root::Path(path.into()), ..Self::default() }
    }

    /// The name of the root document as diagnostics show it.
    pub(crate) fn shown(&self) -> String {
        match &self.root {
            Root::Path(path) => super::shown(path),
            Root::Texts(texts) => texts.first().map(|(name, _)| name.clone()).unwrap_or_default(),
        }
    }
}

/// Gets the text of a URL, or says why it cannot.
#[derive(Clone)]
pub struct Fetch(std::rc::Rc<Getter>);

type Getter = dyn Fn(&str) -> Result<Vec<u8>, String>;

impl Fetch {
    /// A way to get the bytes of a URL with the scheme `http` or `https`. The message says why it failed: lower case, no
    /// full stop.
    pub fn new(get: impl Fn(&str) -> Result<Vec<u8>, String> + 'static) -> Self {
        Self(std::rc::Rc::new(get))
    }

    pub(super) fn get(&self, url: &str) -> Result<String, String> {
        super::decode((self.0)(url)?)
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Fetch")
    }
}

/// Places that are left out: their values are replaced by marks as soon as their file is read. What holds a mark is taken
/// out of the document later, by the stage [`prune`](crate::prune).
#[derive(Debug, Clone, Default)]
pub struct Without {
    /// Files as diagnostics show them, and pointers.
    places: Vec<(String, String)>,
}

/// What a mark begins with; its number follows.
const MARK: &str = "\0left out ";

impl Without {
    /// Is there nothing to leave out?
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds a place, and says its number and whether it is new. `None` when it is part of nothing that could be left
    /// out: of the root document only paths, webhooks and components can, of another file anything.
    pub fn add(&mut self, input_root: &str, file: &str, pointer: &str) -> Option<(usize, bool)> {
        // A reference that is wrong: the object that holds it.
        let pointer = pointer.strip_suffix("/$ref").unwrap_or(pointer);
        if file.is_empty() || (file == input_root && !is_removable(pointer)) {
            return None;
        }
        let place = (file.to_owned(), pointer.to_owned());
        if let Some(known) = self.places.iter().position(|known| *known == place) {
            return Some((known, false));
        }
        self.places.push(place);
        Some((self.places.len() - 1, true))
    }

    /// Puts marks into the value of a file.
    pub(super) fn mark(&self, shown: &str, value: &mut Value) {
        for (number, (_, pointer)) in self.places.iter().enumerate().filter(|(_, (file, _))| file == shown) {
            let mut pointer = pointer.as_str();
            // What is missing has no value; what it is missing in has.
            while value.pointer(pointer).is_none() {
                let Some(at) = pointer.rfind('/') else { break };
                pointer = pointer.get(..at).unwrap_or("");
            }
            match value.pointer_mut(pointer) {
                Some(found) if marked(found).is_none() => *found = Value::String(format!("{MARK}{number}")),
                _ => {}
            }
        }
    }
}

/// The number of a mark.
pub(crate) fn marked(value: &Value) -> Option<usize> {
    value.as_str()?.strip_prefix(MARK)?.parse().ok()
}

/// Does a pointer into the root document lead into something that can be taken out of it?
fn is_removable(pointer: &str) -> bool {
    let mut segments = pointer.split('/').skip(1);
    match segments.next() {
        Some("paths" | "webhooks") => segments.next().is_some(),
        Some("components") => segments.nth(1).is_some(),
        _ => false,
    }
}
