//! What the tests and benchmarks of this folder share: where things stand in the repository, and trees of files.
//! Deliberately absent: any assertion, and, but for examples of what must not compile, anything that knows the generated crate.

pub mod grown;

mod shown;
mod undeclared;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_owned(), Path::to_owned)
}

/// This crate's folder.
pub fn tests() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The document that the repository's own output is generated from.
pub fn spec() -> PathBuf {
    repository().join("spec/openapi.yaml")
}

/// The repository's own output.
pub fn generated() -> PathBuf {
    repository().join("generated")
}

/// Every file below a folder, by its path with `/`; what Cargo builds there is left out.
pub fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path != root.join("target") {
                    folders.push(path);
                }
                continue;
            }
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read(&path).unwrap_or_default());
        }
    }
    files
}

/// Copies every file below a folder to another one.
///
/// # Errors
/// When a file cannot be written.
pub fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for (name, contents) in tree(from) {
        let path = to.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, contents)?;
    }
    Ok(())
}
