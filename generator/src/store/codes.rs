//! The diagnostics of this stage, and how each is worded.

use std::io;
use std::path::Path;

use super::MARKER;
use crate::report::Diagnostic;

crate::codes! {
    /// A path that some system cannot have, that leaves the root or that meets another.
    pub PATH = "S001", "a generated file would have a name that cannot be written",
        "Generated files are to be the same on every system, so their names must not leave the folder, must not be \
         reserved on Windows, and must differ in more than case. Rename the tag, schema or operation that the file is named after.";
    /// A root that is a link, a file or the root of a file system.
    pub ROOT = "S002", "the output is not an ordinary folder",
        "The folder is replaced as a whole, so it must be a folder of its own. Symbolic links are not followed. \
         Name a folder, or one that does not exist yet, with `--out`.";
    /// A root that holds what problemgen did not write.
    pub FOREIGN = "S003", "the output folder holds files that problemgen did not write",
        "Files in the output folder that nothing generates are removed, so problemgen marks the folders that are its own with a \
         file named `.problemgen`, and only ever adds files to any other. Name an empty folder with `--out`.";
    /// The system refused.
    pub SYSTEM = "S004", "the output folder cannot be read or written",
        "The operating system refused; its reason stands in the message. The folder holds what it held before, unless the message \
         says that files were being replaced one by one, which the next run completes.";
    /// A root without permission to write.
    pub READ_ONLY = "S005", "the output folder is read-only",
        "Nobody may write into the folder. Change its permissions, or name another one with `--out`.";
    /// The replaced files could not be removed.
    pub LEFTOVER = "S006", "what was replaced could not be removed",
        "The new files are in place. The old ones stand beside the folder under a name that ends in `.problemgen-new` or \
         `.problemgen-old`; the next run removes them.";
}

/// A refusal, boxed because it is much larger than what is returned without one.
pub(super) type Refusal = Box<Diagnostic>;

pub(super) fn path(artifact: &str, why: &str) -> Refusal {
    let message = format!("cannot write a file named {artifact:?}: {why}");
    refusal(PATH, message, "rename the schema, tag or operation that the file is named after")
}

pub(super) fn root(root: &Path, why: &str) -> Refusal {
    let message = format!("`{}` {why}", root.display());
    refusal(ROOT, message, "name an ordinary folder, or one that does not exist yet, with `--out`")
}

pub(super) fn foreign(root: &Path, found: &str) -> Refusal {
    let message = format!(
        "`{}` is not a generated folder: it has no `{MARKER}` file, and `{found}` would be lost",
        root.display()
    );
    let help =
        "name an empty folder with `--out`; if the folder is generated, bring its `.problemgen` file back";
    refusal(FOREIGN, message, help)
}

pub(super) fn system(doing: &str, path: &Path, error: &io::Error) -> Refusal {
    let message = format!("cannot {doing} `{}`: {error}", path.display());
    refusal(
        SYSTEM,
        message,
        "see that the folder may be written and that the disk has room, then run the command again",
    )
}

pub(super) fn read_only(root: &Path) -> Refusal {
    let message = format!("`{}` is read-only", root.display());
    refusal(READ_ONLY, message, "make the folder writable, or name another one with `--out`")
}

pub(super) fn leftover(path: &Path, error: &io::Error) -> Refusal {
    let message = format!(
        "the new files are in place, but what they replaced is left in `{}`: {error}",
        path.display()
    );
    refusal(LEFTOVER, message, "see that the folder may be written; the next run removes what is left")
}

fn refusal(code: crate::report::Code, message: String, help: &str) -> Refusal {
    Box::new(Diagnostic::error(code, message).help(help))
}
