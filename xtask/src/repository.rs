//! The repository: where its folders are, whatever the current folder. Deliberately absent: what is in them.

use std::env;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the workspace: the one that Cargo runs this from, or else the one that it was built in.
pub(crate) fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let ours = manifest.filter(|folder| folder.ends_with("xtask"));
    let folder = ours.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    folder.parent().map_or(folder.clone(), Path::to_owned)
}

/// The same path, short: relative to the current folder where it lies below.
pub(crate) fn from_here(path: PathBuf) -> PathBuf {
    let current = env::current_dir().unwrap_or_default();
    path.strip_prefix(&current).map_or(path.clone(), Path::to_owned)
}

/// The document that the repository's own output is generated from.
pub(crate) fn spec() -> PathBuf {
    from_here(root().join("spec").join("openapi.yaml"))
}

/// The repository's own output.
pub(crate) fn generated() -> PathBuf {
    from_here(root().join("generated"))
}

/// What generated crates run on.
pub(crate) fn runtime() -> PathBuf {
    root().join("generator").join("runtime")
}

/// The way from one folder to another, `/`-separated, as a manifest writes it; the other folder itself where there is no
/// way, as between the drives of Windows. Neither needs to exist.
pub(crate) fn from_to(from: &Path, to: &Path) -> String {
    let to_path = to;
    let parts = |path: &Path| {
        let path = settled(path);
        path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    let (from, to) = (parts(from), parts(to));
    if from.first() != to.first() {
        return settled(to_path).to_string_lossy().replace('\\', "/");
    }
    let shared = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to[shared..].iter().map(String::as_str)).collect::<Vec<_>>().join("/")
}

/// Are they one file or folder, however it is written? Neither needs to exist.
pub(crate) fn same(one: &Path, other: &Path) -> bool {
    settled(one) == settled(other)
}

/// The absolute path without links, `.` and `..`: as the file system has it as far as the path exists, and by its words
/// from there on. A `..` behind a link leaves what the link leads to, so the words alone would not do.
pub(crate) fn settled(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut out = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
        if let Ok(real) = out.canonicalize() {
            out = real;
        }
    }
    out
}

/// Where Cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Cargo, to be run in the workspace without input.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command
}

/// The path as a person would type it: relative to the current folder where it lies below.
pub(crate) fn shown(path: &Path) -> String {
    crate::terminal::visible(&from_here(path.to_owned()).display().to_string()).into_owned()
}

/// Does the environment say that nobody is watching, and that nothing may be left out?
pub(crate) fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_the_same_however_its_ends_are_written() {
        let root = root();
        let way = "../generator/runtime";
        assert_eq!(from_to(&root.join("generated"), &runtime()), way);
        assert_eq!(from_to(&root.join("spec").join("..").join("generated"), &runtime()), way);
        assert_eq!(from_to(&root.join("spec/./../not/there/../../generated"), &runtime()), way);
        let outside = root.join("..").join("myapi");
        let name = settled(&root).file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert_eq!(from_to(&outside, &runtime()), format!("../{name}/generator/runtime"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_before_it_is_left() -> std::io::Result<()> {
        let folder = env::temp_dir().join(format!("xtask-from-to-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("far/away"))?;
        std::os::unix::fs::symlink(folder.join("far/away"), folder.join("link"))?;
        let way = from_to(&folder.join("link/../out"), &folder.join("runtime"));
        std::fs::remove_dir_all(&folder)?;
        assert_eq!(way, "../../runtime");
        Ok(())
    }
}
