//! A folder of the file system.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{Alone, Disk, DiskError, DiskErrorKind, DiskResult};

/// A folder of the file system. The files that are appended to stay open, so that a sync reports every error
/// since they were opened.
#[derive(Debug)]
pub struct RealDisk {
    folder: PathBuf,
    open: Mutex<BTreeMap<String, File>>,
    /// The folders below this one whose names have changed since the last sync.
    changed: Mutex<BTreeSet<PathBuf>>,
}

impl RealDisk {
    /// The folder must exist.
    pub fn new(folder: impl Into<PathBuf>) -> RealDisk {
        RealDisk {
            folder: folder.into(),
            open: Mutex::default(),
            changed: Mutex::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs `act` on the file, which is opened for appending if it is not open yet.
    fn with_open<T>(
        &self,
        name: &str,
        act: impl FnOnce(&mut File) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !open.contains_key(name) {
            let file = OpenOptions::new().append(true).open(self.path(name))?;
            open.insert(name.to_owned(), file);
        }
        match open.get_mut(name) {
            Some(file) => act(file),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Notes that names in the folder of `path` change, so that the next sync includes it.
    fn note_change(&self, path: &Path) {
        if let Some(parent) = path.parent().filter(|parent| *parent != self.folder) {
            self.changed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(parent.to_owned());
        }
    }

    /// Makes the folder of `path` if it is missing; like the files it is the owner's alone.
    fn make_parent(&self, path: &Path) -> io::Result<()> {
        let Some(parent) = path.parent().filter(|parent| !parent.exists()) else {
            return Ok(());
        };
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(parent)
    }

    /// Forgets the open file: its name stands for something else from now on.
    fn close(&self, name: &str) {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}

fn failed(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError {
    let name = path.display().to_string();
    move |error| DiskError {
        kind: match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => DiskErrorKind::Full,
            io::ErrorKind::ReadOnlyFilesystem => DiskErrorKind::ReadOnly,
            io::ErrorKind::PermissionDenied => DiskErrorKind::Denied,
            io::ErrorKind::NotFound => DiskErrorKind::Missing,
            io::ErrorKind::IsADirectory => DiskErrorKind::Directory,
            _ => DiskErrorKind::Other,
        },
        operation,
        name,
        reason: error.to_string(),
    }
}

impl Disk for RealDisk {
    fn read(&self, name: &str) -> DiskResult<Option<Vec<u8>>> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &path)(error)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        self.close(name);
        let path = self.path(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // The state names every resource of a system and holds the key of the fingerprints: it is the owner's.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(&path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(failed("write", &path))
    }

    fn append(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        self.with_open(name, |file| file.write_all(bytes))
            .map_err(failed("append to", &self.path(name)))
    }

    fn truncate(&self, name: &str, length: u64) -> DiskResult<()> {
        self.with_open(name, |file| file.set_len(length))
            .map_err(failed("cut off", &self.path(name)))
    }

    fn sync(&self, name: &str) -> DiskResult<()> {
        self.with_open(name, |file| file.sync_data())
            .map_err(failed("sync", &self.path(name)))
    }

    fn rename(&self, from: &str, to: &str) -> DiskResult<()> {
        self.close(from);
        self.close(to);
        fs::rename(self.path(from), self.path(to)).map_err(failed("rename", &self.path(from)))
    }

    fn link(&self, from: &str, to: &str) -> DiskResult<bool> {
        let new = self.path(to);
        self.note_change(&new);
        let linked = self
            .make_parent(&new)
            .and_then(|()| fs::hard_link(self.path(from), &new));
        match linked {
            Ok(()) => Ok(true),
            // A network file system may send a request again whose answer was lost, and then refuse the second one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Ok(is_same_file(&self.path(from), &new))
            }
            Err(error) => Err(failed("create", &new)(error)),
        }
    }

    fn remove(&self, name: &str) -> DiskResult<()> {
        self.close(name);
        let path = self.path(name);
        self.note_change(&path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("remove", &path)(error))
            }
            _ => Ok(()),
        }
    }

    fn list(&self) -> DiskResult<Vec<String>> {
        names_in(&self.folder)
    }

    fn list_in(&self, folder: &str) -> DiskResult<Vec<String>> {
        let path = self.path(folder);
        match path.exists() {
            true => names_in(&path),
            false => Ok(Vec::new()),
        }
    }

    fn alone(&self, wait: bool) -> DiskResult<Option<Alone>> {
        let folder = File::open(&self.folder).map_err(failed("open", &self.folder))?;
        let entered = match wait {
            true => folder.lock().map_err(TryLockError::Error),
            false => folder.try_lock(),
        };
        match entered {
            Ok(()) => Ok(Some(Alone::by(folder))),
            Err(TryLockError::WouldBlock) => Ok(None),
            // Some network file systems lock no folders; there only the checks around each write are left.
            Err(TryLockError::Error(_)) => Ok(Some(Alone::unguarded())),
        }
    }

    fn sync_folder(&self) -> DiskResult<()> {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(folder) = changed.pop_first() {
            // A folder that nothing was put into need not exist.
            if folder.exists() {
                sync_names(&folder)?;
            }
        }
        sync_names(&self.folder)
    }
}

/// Whether both names stand for one file; not when one of them cannot be looked at.
fn is_same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino())).ok();
    place(a).is_some_and(|a| place(b) == Some(a))
}

fn sync_names(folder: &Path) -> DiskResult<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("sync", folder))
}

fn names_in(folder: &Path) -> DiskResult<Vec<String>> {
    let mut names = Vec::new();
    let entries = fs::read_dir(folder).map_err(failed("list", folder))?;
    for entry in entries {
        let entry = entry.map_err(failed("list", folder))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}
