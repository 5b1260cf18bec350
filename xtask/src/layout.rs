//! What the output becomes: a package or a module tree, and how it stands to the Cargo workspace around it. Deliberately
//! absent: what is in the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use problemgen::rust::{Layout, Runtime, is_package_name};
use toml::{Table, Value};

use crate::repository;

/// The name of a package, or why it is none.
pub(crate) fn package_name(name: &str) -> Result<String, String> {
    match is_package_name(name) {
        true => Ok(name.to_owned()),
        false => Err(
            "a crate's name has letters, digits, `-` and `_`, begins with a letter, and is no word of Rust \
                      and no crate that is always there"
                .to_owned(),
        ),
    }
}

/// The layout of a package in a folder: it ends the search for a workspace where one above would be found that it does
/// not belong to, which Cargo refuses.
pub(crate) fn package(out: &Path) -> Layout {
    let out = repository::settled(out);
    Layout::Package { workspace: workspace_above(&out).is_some_and(|root| !root.has_member(&out)) }
}

/// The layout of a module tree in a folder, which its module is named after; or why it cannot be.
pub(crate) fn module(out: &Path) -> Result<Layout, String> {
    let name = repository::settled(out);
    let name = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && name != "_";
    match letters && is_package_name(&name) {
        true => Ok(Layout::Module { name }),
        false => Err(format!(
            "`{name}` is no name of a module: with --module, the last folder of --out is what `mod` names"
        )),
    }
}

/// The files of a crate of which one declares the module tree in a folder, in words.
pub(crate) fn beside(out: &Path) -> String {
    let out = repository::settled(out);
    let Some(folder) = out.parent() else { return "the module beside it".to_owned() };
    let within = ["lib.rs", "main.rs", "mod.rs"].map(|name| folder.join(name));
    let candidates = within.into_iter().chain([folder.with_extension("rs")]);
    let there: Vec<String> =
        candidates.filter(|path| path.is_file()).map(|path| repository::shown(&path)).collect();
    match there.is_empty() {
        true => "the module beside it, such as lib.rs".to_owned(),
        false => there.join(" or "),
    }
}

/// The manifest of the package that a module tree stands in.
pub(crate) fn manifest_above(out: &Path) -> Option<PathBuf> {
    let out = repository::settled(out);
    out.ancestors().skip(1).map(|folder| folder.join(MANIFEST)).find(|manifest| manifest.is_file())
}

/// The way to the runtime: from the package, or for a module tree from the package that it stands in.
pub(crate) fn runtime(out: &Path, layout: &Layout) -> Runtime {
    let from = match layout {
        Layout::Package { .. } => out.to_owned(),
        Layout::Module { .. } => {
            match manifest_above(out).as_deref().and_then(Path::parent) {
                Some(folder) => folder.to_owned(),
                // Nothing says where the package will be.
                None => return Runtime::Path(forward(&repository::runtime())),
            }
        }
    };
    Runtime::Path(repository::from_to(&from, &repository::runtime()))
}

fn forward(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

const MANIFEST: &str = "Cargo.toml";

/// The root of a workspace.
struct Workspace {
    folder: PathBuf,
    manifest: Table,
}

/// The workspace that Cargo finds when it looks up from a folder.
fn workspace_above(out: &Path) -> Option<Workspace> {
    out.ancestors().skip(1).find_map(|folder| {
        let manifest = manifest(folder)?;
        manifest.contains_key("workspace").then(|| Workspace { folder: folder.to_owned(), manifest })
    })
}

/// The manifest in a folder, if it is one that can be read.
fn manifest(folder: &Path) -> Option<Table> {
    fs::read_to_string(folder.join(MANIFEST)).ok()?.parse().ok()
}

impl Workspace {
    /// Does a folder, which may not exist yet, belong to it? It does when `members` names it, or when a member has it
    /// as a path dependency; unless `exclude` does.
    fn has_member(&self, out: &Path) -> bool {
        if self.listed("exclude").any(|path| out.starts_with(self.folder.join(path))) {
            return false;
        }
        let separate =
            glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
        let named = |pattern: &str| {
            let pattern = forward(&self.folder.join(pattern));
            glob::Pattern::new(&pattern).is_ok_and(|pattern| pattern.matches_path_with(out, separate))
        };
        self.listed("members").any(named) || self.packages().contains(out)
    }

    /// The texts of a list of `[workspace]`.
    fn listed(&self, key: &str) -> impl Iterator<Item = &str> {
        let list = self.manifest.get("workspace").and_then(|table| table.get(key)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(|path| path.trim_end_matches('/'))
    }

    /// The folders of the packages that members lead to by paths, members included.
    fn packages(&self) -> BTreeSet<PathBuf> {
        let mut open = vec![self.folder.clone()];
        for pattern in self.listed("members") {
            open.extend(glob::glob(&forward(&self.folder.join(pattern))).into_iter().flatten().flatten());
        }
        let mut found = BTreeSet::new();
        while let Some(folder) = open.pop() {
            let folder = repository::settled(&folder);
            if !folder.starts_with(&self.folder) || !found.insert(folder.clone()) {
                continue;
            }
            if let Some(manifest) = manifest(&folder) {
                open.extend(self.paths(&folder, &manifest));
            }
        }
        found
    }

    /// The folders that the dependencies of a package name, those that it inherits included.
    fn paths(&self, folder: &Path, manifest: &Table) -> Vec<PathBuf> {
        let of_workspace = self.manifest.get("workspace").and_then(|table| table.get("dependencies"));
        let targets = manifest.get("target").and_then(Value::as_table);
        let tables = std::iter::once(manifest)
            .chain(targets.into_iter().flat_map(|targets| targets.values()).filter_map(Value::as_table));
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        tables
            .flat_map(|table| kinds.into_iter().filter_map(|kind| table.get(kind)?.as_table()))
            .flatten()
            .filter_map(|(name, dependency)| {
                if dependency.get("workspace").and_then(Value::as_bool) == Some(true) {
                    let path = of_workspace?.get(name)?.get("path")?.as_str()?;
                    return Some(self.folder.join(path));
                }
                Some(folder.join(dependency.get("path")?.as_str()?))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(manifests: &[(&str, &str)], out: &str) -> Layout {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in manifests {
            let folder = folder.path().join(path);
            fs::create_dir_all(&folder).expect("made");
            fs::write(folder.join(MANIFEST), text).expect("written");
        }
        package(&folder.path().join(out))
    }

    #[test]
    fn a_package_is_a_workspace_of_its_own_only_below_another() {
        let (own, part) = (Layout::Package { workspace: true }, Layout::Package { workspace: false });
        let plain = ("", "[package]\nname = \"a\"\n");
        let listing = ("", "[workspace]\nmembers = [\"crates/*\", \"api\"]\n");
        assert_eq!(layout(&[], "api"), part);
        assert_eq!(layout(&[plain], "api"), part);
        assert_eq!(layout(&[("", "[workspace]\n")], "api"), own);
        assert_eq!(layout(&[listing], "api"), part);
        assert_eq!(layout(&[listing], "crates/api"), part);
        assert_eq!(layout(&[listing], "crates/deep/api"), own);
        let excluding = ("", "[workspace]\nmembers = [\"*\"]\nexclude = [\"api\"]\n");
        assert_eq!(layout(&[excluding], "api"), own);
    }

    #[test]
    fn a_path_dependency_is_a_member() {
        let part = Layout::Package { workspace: false };
        let root = "[workspace]\nmembers = [\"app\"]\n[workspace.dependencies]\napi = { path = \"api\" }\n";
        let direct = "[package]\nname = \"app\"\n[dependencies]\napi = { path = \"../api\" }\n";
        assert_eq!(layout(&[("", root), ("app", direct)], "api"), part);
        let inherited = "[package]\nname = \"app\"\n[dev-dependencies]\napi.workspace = true\n";
        assert_eq!(layout(&[("", root), ("app", inherited)], "api"), part);
        let target = "[target.'cfg(unix)'.dependencies]\napi = { path = \"../api\" }\n";
        assert_eq!(layout(&[("", root), ("app", target)], "api"), part);
        let other = "[package]\nname = \"app\"\n";
        assert_eq!(layout(&[("", root), ("app", other)], "api"), Layout::Package { workspace: true });
    }

    #[test]
    fn a_module_has_the_name_of_its_folder() {
        assert_eq!(module(Path::new("src/shop")), Ok(Layout::Module { name: "shop".to_owned() }));
        for folder in ["src/my-shop", "src/1st", "src/mod", "/"] {
            assert!(module(Path::new(folder)).is_err(), "{folder}");
        }
    }

    #[test]
    fn the_repository_is_a_workspace() {
        assert_eq!(package(&repository::generated()), Layout::Package { workspace: false });
        assert_eq!(package(&repository::root().join("theirs")), Layout::Package { workspace: true });
    }
}
