//! A folder of the file system.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{Disk, DiskError, DiskErrorKind, DiskResult};

/// A folder of the file system. The files that are appended to stay open, so that a sync reports every error
/// since they were opened.
#[derive(Debug)]
pub struct RealDisk {
    folder: PathBuf,
    open: Mutex<BTreeMap<String, File>>,
}

impl RealDisk {
    /// The folder must exist.
    pub fn new(folder: impl Into<PathBuf>) -> RealDisk {
        RealDisk {
            folder: folder.into(),
            open: Mutex::default(),
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
        match fs::hard_link(self.path(from), self.path(to)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(failed("create", &self.path(to))(error)),
        }
    }

    fn remove(&self, name: &str) -> DiskResult<()> {
        self.close(name);
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("remove", &path)(error))
            }
            _ => Ok(()),
        }
    }

    fn list(&self) -> DiskResult<Vec<String>> {
        let mut names = Vec::new();
        let entries = fs::read_dir(&self.folder).map_err(failed("list", &self.folder))?;
        for entry in entries {
            let entry = entry.map_err(failed("list", &self.folder))?;
            names.extend(entry.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn sync_folder(&self) -> DiskResult<()> {
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed("sync", &self.folder))
    }
}
