//! The disk that state is kept on: what the store needs of a folder, and no more.

use std::any::Any;
use std::fmt;

mod memory;
mod real;
#[cfg(feature = "simulated-disk")]
mod simulated;

pub use memory::MemoryDisk;
pub use real::RealDisk;
#[cfg(feature = "simulated-disk")]
pub use simulated::{SimulatedDisk, Survives};

/// Why a disk did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskErrorKind {
    /// No space is left, or a quota is used up.
    Full,
    /// The folder or its file system cannot be written to.
    ReadOnly,
    /// The user has no right to do this.
    Denied,
    /// A file that the operation needs is not there.
    Missing,
    /// A directory has the name of the file.
    Directory,
    /// Anything else.
    Other,
}

/// A failed operation on the folder of the state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {operation} `{name}`: {reason}")]
pub struct DiskError {
    pub kind: DiskErrorKind,
    /// `write`, `sync`, `rename` …
    pub operation: &'static str,
    /// The file, with its folder where that is known.
    pub name: String,
    /// The operating system's words.
    pub reason: String,
}

impl DiskError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self.kind {
            DiskErrorKind::Full => {
                "make room on the disk and run the command again: nothing is lost"
            }
            DiskErrorKind::ReadOnly => {
                "make the folder writable (or work on a copy) and run the command again: nothing is lost"
            }
            DiskErrorKind::Denied => {
                "give your user the right to read and write the folder and run the command again"
            }
            DiskErrorKind::Directory => {
                "a directory stands where infra keeps this file: move it away, and put the file back if there was one"
            }
            DiskErrorKind::Missing | DiskErrorKind::Other => {
                "look at the disk; once it works, run the command again: what was acknowledged is kept"
            }
        }
    }
}

/// The result of an operation on a disk.
pub type DiskResult<T> = Result<T, DiskError>;

/// Being alone with a folder, until this is dropped or the process ends in any way.
pub struct Alone {
    _held: Option<Box<dyn Any + Send>>,
}

impl Alone {
    /// `held` lets others in when it is dropped.
    fn by(held: impl Any + Send) -> Alone {
        Alone {
            _held: Some(Box::new(held)),
        }
    }

    /// For a folder that keeps nobody out.
    pub fn unguarded() -> Alone {
        Alone { _held: None }
    }
}

/// A folder. Names are plain file names in it, or `folder/name` one level below; such a folder is made by the
/// first [`Disk::link`] into it.
///
/// The operations are the single steps of a file system, so that a simulated disk can stop between any two.
/// What was written counts as kept only after [`Disk::sync`]; what was created, renamed or removed only after
/// [`Disk::sync_folder`].
pub trait Disk: Send + Sync + fmt::Debug {
    /// The whole file, or `None` when there is none.
    fn read(&self, name: &str) -> DiskResult<Option<Vec<u8>>>;

    /// Creates or empties the file and writes it.
    fn write(&self, name: &str, bytes: &[u8]) -> DiskResult<()>;

    /// Writes behind the end of an existing file. After an error part of the bytes may be there.
    fn append(&self, name: &str, bytes: &[u8]) -> DiskResult<()>;

    /// Cuts the file off after `length` bytes.
    fn truncate(&self, name: &str, length: u64) -> DiskResult<()>;

    /// Returns once the file's content is on the medium.
    fn sync(&self, name: &str) -> DiskResult<()>;

    /// Renames, replacing what has the new name, atomically.
    fn rename(&self, from: &str, to: &str) -> DiskResult<()>;

    /// Gives the file a second name, atomically, unless that name is taken: then `false`.
    fn link(&self, from: &str, to: &str) -> DiskResult<bool>;

    /// Removes the name; it is no error when there is none.
    fn remove(&self, name: &str) -> DiskResult<()>;

    /// The names in the folder, sorted.
    fn list(&self) -> DiskResult<Vec<String>>;

    /// The plain names in a folder one level below, sorted; none when there is no such folder. A disk whose
    /// [`Disk::list`] leaves folders out has to look there itself.
    fn list_in(&self, folder: &str) -> DiskResult<Vec<String>> {
        let names = self.list()?;
        Ok(names
            .iter()
            .filter_map(|name| name.strip_prefix(folder)?.strip_prefix('/'))
            .map(str::to_owned)
            .collect())
    }

    /// Keeps everybody else out of this very call, on the same folder, until the answer is dropped or the process
    /// ends. When somebody else is in, it waits for them, or answers `None` if it shall not `wait`.
    ///
    /// It is advisory: reading and writing is not hindered. A file system that cannot do it lets everybody in.
    fn alone(&self, wait: bool) -> DiskResult<Option<Alone>>;

    /// Returns once creations, renames and removals in the folder are on the medium.
    fn sync_folder(&self) -> DiskResult<()>;

    /// Replaces the file by `bytes` so that after a crash either the old or the new content is there, whole.
    fn replace(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        self.replace_through(name, name, bytes)
    }

    /// The same, through a temporary file named after `unique`, for files that several processes replace.
    fn replace_through(&self, unique: &str, name: &str, bytes: &[u8]) -> DiskResult<()> {
        let temporary = format!("{unique}.tmp");
        let written = self
            .write(&temporary, bytes)
            .and_then(|()| self.sync(&temporary));
        if let Err(error) = written {
            // On a full disk the half-written file would keep the room that is needed for going on.
            let _ = self.remove(&temporary);
            return Err(error);
        }
        self.rename(&temporary, name)?;
        self.sync_folder()
    }

    /// Creates the file with its whole content, unless it exists: then `false`. `unique` tells the temporary
    /// file apart from those of others who try the same.
    fn create_new(&self, name: &str, unique: &str, bytes: &[u8]) -> DiskResult<bool> {
        let temporary = format!("{name}.{unique}.tmp");
        self.write(&temporary, bytes)?;
        self.sync(&temporary)?;
        let created = self.link(&temporary, name);
        self.remove(&temporary)?;
        self.sync_folder()?;
        created
    }
}
