//! Putting a tree in place: in come the files to be and a plan, out goes the root, changed. What a crash leaves is
//! promised in the [module above](super). Deliberately absent: what has to change, and whether it may.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::codes::{self, Refusal};
use super::compare::Plan;
use super::{ChangeKind, MARKER, Wanted};

/// The root and the places beside it that a swap needs.
#[derive(Debug)]
pub(super) struct Site {
    /// The root, absolute and without links.
    pub(super) root: PathBuf,
    /// The folder that the root stands in.
    parent: PathBuf,
    /// The new tree while it is written; after an exchange, the old one.
    pub(super) new: PathBuf,
    /// The old tree between two renames.
    pub(super) old: PathBuf,
}

impl Site {
    /// Where `root` stands; nothing when it does not exist.
    pub(super) fn find(root: &Path) -> Result<Option<Self>, Refusal> {
        match fs::symlink_metadata(root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(codes::system("read", root, &error)),
            Ok(metadata) if metadata.is_symlink() => {
                Err(codes::root(root, "is a symbolic link, which is not followed"))
            }
            Ok(metadata) if !metadata.is_dir() => Err(codes::root(root, "is not a folder")),
            Ok(_) => {
                let whole = fs::canonicalize(root).map_err(|error| codes::system("read", root, &error))?;
                Self::at(whole).map(Some)
            }
        }
    }

    /// Where `root` stands or will stand; makes the folder that it is to stand in.
    pub(super) fn make(root: &Path) -> Result<Self, Refusal> {
        if let Some(site) = Self::find(root)? {
            return Ok(site);
        }
        let whole = std::path::absolute(root).map_err(|error| codes::system("find", root, &error))?;
        let (Some(parent), Some(name)) = (whole.parent(), whole.file_name()) else {
            return Err(codes::root(root, "does not name a folder"));
        };
        let made = fs::create_dir_all(parent).and_then(|()| fs::canonicalize(parent));
        Self::at(made.map_err(|error| codes::system("make", parent, &error))?.join(name))
    }

    fn at(root: PathBuf) -> Result<Self, Refusal> {
        let (Some(parent), Some(name)) = (root.parent(), root.file_name()) else {
            return Err(codes::root(&root, "is the root of a file system"));
        };
        let parent = parent.to_owned();
        let beside = |suffix: &str| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(suffix);
            parent.join(hidden)
        };
        let (new, old) = (beside(".problemgen-new"), beside(".problemgen-old"));
        Ok(Self { root, parent, new, old })
    }

    /// Waits until no other writer is at work here; others wait until the result is dropped.
    pub(super) fn lock(&self) -> Result<File, Refusal> {
        let failed = |error| codes::system("lock", &self.parent, &error);
        #[cfg(unix)]
        let file = File::open(&self.parent).map_err(failed)?;
        // A folder cannot be opened there, so a file stands for it, and stays: to remove it would race with its next user.
        #[cfg(not(unix))]
        let file = File::create(self.new.with_extension("problemgen-lock")).map_err(failed)?;
        match file.lock() {
            // Some network file systems have no locks; what they lose is the order of two writers, not a file.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(failed(error)),
            _ => Ok(file),
        }
    }

    /// Brings the site to rest after a crash: a root if there was one, and nothing beside it.
    pub(super) fn recover(&self, kept: &[&str]) -> Result<(), Refusal> {
        if !exists(&self.root)? && exists(&self.old)? {
            fs::rename(&self.old, &self.root)
                .map_err(|error| codes::system("restore", &self.root, &error))?;
            sync_folder(&self.parent)?;
        }
        for left in [&self.old, &self.new] {
            if exists(left)? {
                self.discard(left, kept).map_err(|error| codes::system("clear away", left, &error))?;
            }
        }
        Ok(())
    }

    /// Removes a tree beside the root, after it gave back what the root is to keep.
    fn discard(&self, tree: &Path, kept: &[&str]) -> io::Result<()> {
        if self.root.is_dir() {
            for name in kept {
                let (from, to) = (tree.join(name), self.root.join(name));
                if fs::symlink_metadata(&from).is_ok() && fs::symlink_metadata(&to).is_err() {
                    fs::rename(&from, &to)?;
                }
            }
            sync(&self.root)?;
        }
        fs::remove_dir_all(tree)
    }
}

/// How the new tree takes the old one's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// Two names exchanged in one step, if the system can.
    Exchange,
    /// Two renames.
    Renames,
    /// File by file.
    InPlace,
}

impl Means {
    /// The safest means that `root` allows. A process that stands in the root would be left in a removed folder.
    pub(super) fn best(root: &Path) -> Self {
        let inside =
            std::env::current_dir().and_then(fs::canonicalize).is_ok_and(|current| current.starts_with(root));
        match inside {
            true => Means::InPlace,
            false if cfg!(any(target_os = "linux", target_os = "android", target_vendor = "apple")) => {
                Means::Exchange
            }
            false => Means::Renames,
        }
    }
}

/// Moments of an installation, told before they come to pass, so that a test can stop at each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each says what comes next")]
pub(super) enum Step {
    MakeStage,
    StageFile,
    Exchange,
    RenameOld,
    RenameNew,
    DiscardOld,
    RemoveFile,
    ReplaceFile,
}

/// Told each [`Step`]; an error ends the installation there.
pub(super) type Watch<'a> = &'a mut (dyn FnMut(Step) -> io::Result<()> + Send);

/// Makes the root hold the files to be and those that stay.
pub(super) fn install(
    site: &Site,
    wanted: &Wanted<'_>,
    kept: &[&str],
    plan: &Plan,
    means: Means,
    watch: Watch<'_>,
) -> Result<(), Refusal> {
    let existed = exists(&site.root)?;
    if existed && fs::metadata(&site.root).is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(codes::read_only(&site.root));
    }
    if existed && means == Means::InPlace {
        return in_place(&site.root, wanted, plan, watch);
    }
    let swapped = stage(site, wanted, plan, watch).and_then(|()| swap(site, existed, means, watch));
    match swapped {
        Ok(left) => {
            let Some(left) = left else { return Ok(()) };
            // The old tree is not to be gone from the disk before the new one is there.
            sync_folder(&site.parent)?;
            watch(Step::DiscardOld).map_err(|error| codes::leftover(left, &error))?;
            site.discard(left, kept).map_err(|error| codes::leftover(left, &error))
        }
        Err(error) => {
            // Nothing was changed; what cannot be removed now is removed by the next run.
            drop(fs::remove_dir_all(&site.new));
            let busy = [io::ErrorKind::CrossesDevices, io::ErrorKind::ResourceBusy].contains(&error.kind());
            if busy && existed {
                return in_place(&site.root, wanted, plan, watch);
            }
            Err(codes::system("write", &site.root, &error))
        }
    }
}

/// Writes the whole new tree beside the root.
fn stage(site: &Site, wanted: &Wanted<'_>, plan: &Plan, watch: Watch<'_>) -> io::Result<()> {
    watch(Step::MakeStage)?;
    fs::create_dir(&site.new)?;
    if let Ok(metadata) = fs::metadata(&site.root) {
        fs::set_permissions(&site.new, metadata.permissions())?;
    }
    let is_marker = |path: &Path| path == Path::new(MARKER);
    let changed = wanted.iter().filter(|(path, _)| plan.changes.contains_key(*path));
    let paths = changed.clone().map(|(path, _)| path).chain(&plan.same);
    // A folder sorts before those in it; the first is the stage itself.
    let folders: BTreeSet<&Path> = paths.flat_map(|path| path.ancestors().skip(1)).collect();
    for folder in folders.iter().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir(site.new.join(folder))?;
    }
    // The marker comes first: a stage is ours from its first file on.
    let mut marker = None;
    if let Some((path, contents)) = changed.clone().find(|(path, _)| is_marker(path)) {
        watch(Step::StageFile)?;
        let mut file = File::create_new(site.new.join(path))?;
        file.write_all(contents)?;
        marker = Some(file);
    }
    let files =
        changed.filter(|(path, _)| !is_marker(path)).map(|file| watch(Step::StageFile).map(|()| file));
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    at_once(workers, files, |(path, contents)| File::create_new(site.new.join(path))?.write_all(contents))?;
    for path in &plan.same {
        let (from, to) = (site.root.join(path), site.new.join(path));
        // A link costs nothing and keeps the file's times; nobody writes into it, for writers replace files.
        fs::hard_link(&from, &to).or_else(|_| copy(&from, &to))?;
    }
    // A disk that is asked for many things at once takes hardly longer than for one.
    let waiting = WAITING.min(folders.len() + 1);
    let folders = folders.iter().filter(|_| cfg!(unix)).map(|folder| File::open(site.new.join(folder)));
    at_once(waiting, marker.map(Ok).into_iter().chain(folders), |file| file.sync_all())
}

/// So many threads wait for the disk at most.
const WAITING: usize = 16;

/// Does something with each item, on several threads. After an error none is begun.
fn at_once<T: Send>(
    threads: usize,
    items: impl Iterator<Item = io::Result<T>> + Send,
    each: impl Fn(T) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let items = Mutex::new(Some(items));
    let left = || items.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        loop {
            let Some(item) = left().as_mut().and_then(Iterator::next) else { return Ok(()) };
            if let Err(error) = item.and_then(&each) {
                *left() = None;
                return Err(error);
            }
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let joined =
            others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        std::iter::once(work()).chain(joined).collect()
    })
}

/// Gives the new tree the root's name; returns where the old one went.
fn swap<'a>(site: &'a Site, existed: bool, means: Means, watch: Watch<'_>) -> io::Result<Option<&'a Path>> {
    if !existed {
        watch(Step::RenameNew)?;
        return fs::rename(&site.new, &site.root).map(|()| None);
    }
    if means == Means::Exchange {
        watch(Step::Exchange)?;
        if exchange(&site.new, &site.root)? {
            return Ok(Some(&site.new));
        }
    }
    watch(Step::RenameOld)?;
    fs::rename(&site.root, &site.old)?;
    let renamed = watch(Step::RenameNew).and_then(|()| fs::rename(&site.new, &site.root));
    match renamed {
        Ok(()) => Ok(Some(&site.old)),
        // The root's name is free, so that this fails only if the disk does; then the next run tries again.
        Err(error) => fs::rename(&site.old, &site.root).and(Err(error)),
    }
}

/// Exchanges the names of two folders in one step; says `false` where the system cannot.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Exchanges the names of two folders in one step; says `false` where the system cannot.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

fn in_place(root: &Path, wanted: &Wanted<'_>, plan: &Plan, watch: Watch<'_>) -> Result<(), Refusal> {
    replace(root, wanted, plan, watch)
        .map_err(|error| codes::system("replace, one by one, the files of", root, &error))
}

/// Makes the changes in the root itself, file by file: orphans go first, for a file may become a folder.
fn replace(root: &Path, wanted: &Wanted<'_>, plan: &Plan, watch: Watch<'_>) -> io::Result<()> {
    for (path, change) in &plan.changes {
        if change.kind == ChangeKind::Orphan {
            watch(Step::RemoveFile)?;
            let path = root.join(path);
            // Windows tells links to folders apart.
            fs::remove_file(&path).or_else(|error| fs::remove_dir(&path).map_err(|_| error))?;
            prune(path.parent(), root);
        }
    }
    for (path, contents) in wanted.iter().filter(|(path, _)| plan.changes.contains_key(*path)) {
        watch(Step::ReplaceFile)?;
        let path = root.join(path);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder)?;
        // An empty folder is no orphan, but it must not stand in a file's way.
        drop(fs::remove_dir(&path));
        // If a crash leaves it, it is an orphan of the next run.
        let part = folder.join(".problemgen-part");
        drop(fs::remove_file(&part));
        write(&part, contents)?;
        fs::rename(&part, &path)?;
        sync(folder)?;
    }
    Ok(())
}

/// Removes `folder` and those above it that are empty, up to the root.
fn prune(folder: Option<&Path>, root: &Path) {
    let above = folder.into_iter().flat_map(Path::ancestors);
    for folder in above.take_while(|folder| *folder != root && folder.starts_with(root)) {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// Writes a new file, down to the disk.
fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(contents)?;
    file.sync_all()
}

/// Copies a file with its time.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let time = fs::metadata(from)?.modified()?;
    File::options().write(true).open(to)?.set_modified(time)
}

/// Sees that the names in a folder are on the disk; only Unix can be asked to.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn sync_folder(folder: &Path) -> Result<(), Refusal> {
    sync(folder).map_err(|error| codes::system("sync", folder, &error))
}

/// Is there anything at `path`, be it a link to nowhere?
fn exists(path: &Path) -> Result<bool, Refusal> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(codes::system("read", path, &error)),
    }
}
