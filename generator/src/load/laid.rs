//! What lies over the root document: where the parts of it stand that an overlay brought in or moved.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::report::{Diagnostic, Report};

use super::{FileId, Input, Named, Root, Sources, Store, codes, pointer, read, remote, shown};

/// Pointers into the root document, each with the file and the pointer that it really stands at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Laid(BTreeMap<String, (FileId, String)>);

impl Laid {
    /// Where a part of the root document stands.
    pub(crate) fn locate(&self, at: &str) -> (FileId, String) {
        let mut prefix = at;
        while !self.0.is_empty() {
            if let Some((file, start)) = self.0.get(prefix) {
                return (*file, format!("{start}{}", at.get(prefix.len()..).unwrap_or("")));
            }
            let Some(end) = prefix.rfind('/') else { break };
            prefix = prefix.get(..end).unwrap_or("");
        }
        (FileId::ROOT, at.to_owned())
    }

    fn lay(&mut self, at: &str, place: (FileId, String)) {
        // What stood below is gone.
        let below = format!("{at}/");
        let gone: Vec<String> = self
            .0
            .range(below.clone()..)
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(&below))
            .cloned()
            .collect();
        gone.iter().for_each(|key| drop(self.0.remove(key)));
        self.0.insert(at.to_owned(), place);
    }
}

impl Sources {
    /// Reads an overlay, which is at a path or among the texts. `None` when the report has errors.
    pub(crate) fn add_overlay(&mut self, path: &Path, report: &mut Report) -> Option<FileId> {
        let name = shown(path);
        let text = match &mut self.store {
            Store::Folder(_) => read(path),
            Store::Texts(texts) => {
                texts.get(&name).cloned().ok_or_else(|| "there is no such text".to_owned())
            }
        };
        match text {
            Ok(text) => {
                let file = self.add(name.clone(), name.clone(), text, report);
                // Overlays are no part of the document: a reference cannot lead to one by this entry.
                self.names.entry(format!("\0overlay {name}")).or_insert(Named { file, ..Named::default() });
                file
            }
            Err(why) => {
                report.push(
                    Diagnostic::error(codes::UNREADABLE, format!("cannot read `{name}`: {why}"))
                        .help("name an Overlay document"),
                );
                None
            }
        }
    }

    /// Says where a part of the root document stands that was not there before.
    pub(crate) fn lay(&mut self, at: &str, place: (FileId, String)) {
        self.laid.lay(at, place);
    }

    /// Says that an item was removed from a list of the root document, which has so many left.
    pub(crate) fn shifted(&mut self, list: &str, removed: usize, left: usize) {
        for at in removed..left {
            let place = self.laid.locate(&format!("{list}/{}", at + 1));
            self.laid.lay(&format!("{list}/{at}"), place);
        }
    }

    /// Where the parts of the root document stand now.
    pub(crate) fn laid(&self) -> Laid {
        self.laid.clone()
    }

    /// Puts a changed root document in the place of the one that was [taken](Self::take).
    pub(crate) fn put(&mut self, root: Value) {
        if let Some(file) = self.files.first_mut() {
            file.value = root;
        }
    }
}

impl Input {
    /// Does a reference in an overlay name another document than the root, as far as that can be known?
    pub(crate) fn is_other_root(&self, overlay: &Path, extends: &str) -> bool {
        if remote::has_scheme(extends) || extends.starts_with('/') {
            return false;
        }
        let root = match &self.root {
            Root::Path(path) => path.clone(),
            Root::Texts(texts) => texts.first().map(|(name, _)| name.into()).unwrap_or_default(),
        };
        let settled =
            |path: &Path| std::path::absolute(path).map_or_else(|_| shown(path), |path| shown(&path));
        let (overlay, root) = (settled(overlay), settled(&root));
        let last = root.rsplit('/').next().unwrap_or_default();
        pointer::join(&overlay, &pointer::percent_decode(extends)) != pointer::join(&root, last)
    }
}
