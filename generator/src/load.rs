//! Files: from a path, or from text, to values that know where they stand.
//!
//! Comes in: a path or text, YAML or JSON. Goes out: [`Sources`], the root document and, on demand, every file that a
//! reference names, each as a `serde_json::Value` with its text for positions. Deliberately absent: what a document
//! means; this module knows of OpenAPI no more than the version in the root.

pub mod codes;

use std::path::Path;

use serde_json::Value;

use crate::contract::Pointer;
use crate::report::{Place, Report};

/// A file among [`Sources`]; 0 is the root document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) usize);

/// Which part of a member a [`Place`] shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The member's name; for items of a list and for documents, the value.
    Key,
    /// The member's value.
    Value,
}

/// The files of a run.
#[derive(Debug)]
pub struct Sources {
    root: Value,
}

/// Reads the root document at a path. `None` when the report has errors.
pub fn load(path: &Path, report: &mut Report) -> Option<Sources> {
    let _ = (path, report);
    None
}

/// Reads a root document from text, with a made-up name such as `openapi.yaml`; it can refer to no other file.
pub fn load_text(name: &str, text: impl Into<String>, report: &mut Report) -> Option<Sources> {
    load_texts([(name.to_owned(), text.into())], report)
}

/// Reads documents from texts with made-up names; the first is the root, and the names are what references between
/// them resolve against.
pub fn load_texts(texts: impl IntoIterator<Item = (String, String)>, report: &mut Report) -> Option<Sources> {
    let _ = (texts.into_iter().next(), report);
    None
}

impl Sources {
    /// The root document.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The place of a pointer into the bundled document (after [`bundle`](crate::bundle), which knows where each part came
    /// from) or into the root document (before). When nothing stands there, the place of the nearest thing around it.
    pub fn place(&self, pointer: &Pointer, part: Part) -> Place {
        self.place_in(FileId(0), &pointer.0, part)
    }

    /// The place of a pointer into a file.
    pub fn place_in(&self, file: FileId, pointer: &str, part: Part) -> Place {
        let _ = (file, pointer, part);
        Place {
            file: String::new(),
            line: 1,
            column: 1,
            pointer: String::new(),
            text: String::new(),
            underline: (0, 0),
        }
    }
}

impl Pointer {
    /// The pointer to a member or item of what this one points to; the segment is escaped here.
    pub fn child(&self, segment: impl AsRef<str>) -> Pointer {
        Pointer(format!("{}/{}", self.0, segment.as_ref().replace('~', "~0").replace('/', "~1")))
    }
}
