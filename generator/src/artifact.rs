//! Artifacts: what the printers give and the store puts into a folder.
//!
//! Comes in: a path and text. Goes out: both. Deliberately absent: the disk.

/// A file to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Where, below the root; `/` stands between names on every system.
    pub path: String,
    /// What stands in it.
    pub contents: Vec<u8>,
}

impl Artifact {
    /// An artifact at `path` that holds `contents`.
    pub fn new(path: impl Into<String>, contents: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), contents: contents.into() }
    }
}
