//! A disk in memory that can be stopped at any operation and any byte.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{Alone, Disk, DiskError, DiskErrorKind, DiskResult};

/// What of the unsynced work is there after a crash. A real disk may do any of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survives {
    /// Only what was synced.
    Synced,
    /// Everything that was written.
    Written,
    /// Names as last changed, contents as last synced: what a rename before a sync looks like.
    Names,
}

/// One file: what was written and what of it is on the medium.
#[derive(Clone, Debug, Default)]
struct File {
    written: Vec<u8>,
    synced: Vec<u8>,
    /// How far the two are surely the same.
    same: usize,
}

impl File {
    fn cut(&mut self, length: usize) {
        self.written.truncate(length);
        self.same = self.same.min(length);
    }

    /// Costs as much as was written since the last time, as with a real disk.
    fn sync(&mut self) {
        self.synced.truncate(self.same);
        self.synced.extend_from_slice(&self.written[self.same..]);
        self.same = self.written.len();
    }
}

#[derive(Clone, Debug, Default)]
struct Inner {
    files: Vec<File>,
    /// The folder as the program sees it: names of indices into `files`.
    names: BTreeMap<String, usize>,
    /// The folder on the medium.
    synced_names: BTreeMap<String, usize>,
    /// The bytes of each changing operation so far; 0 for one that is no write.
    operations: Vec<usize>,
    crash_at: Option<(usize, usize)>,
    crashed: bool,
    room: Option<u64>,
    read_only: bool,
    fail_sync: bool,
}

/// Whether somebody is alone with the folder.
#[derive(Debug, Default)]
struct Door {
    closed: Mutex<bool>,
    opened: Condvar,
}

/// Opens the door again.
struct Inside(Arc<Door>);

impl Drop for Inside {
    fn drop(&mut self) {
        *self.0.closed.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.opened.notify_one();
    }
}

/// A folder in memory. Clones are the same folder.
#[derive(Clone, Debug, Default)]
pub struct SimulatedDisk(Arc<Mutex<Inner>>, Arc<Door>);

impl SimulatedDisk {
    pub fn new() -> SimulatedDisk {
        SimulatedDisk::default()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops at the `operation`th changing operation, counted from 0 since the disk was made: of a write only
    /// the first `bytes` bytes happen, of anything else nothing. Every later operation fails too.
    pub fn crash_at(&self, operation: usize, bytes: usize) {
        self.inner().crash_at = Some((operation, bytes));
    }

    /// The changing operations so far, each with the bytes it wrote; 0 for one that is no write.
    pub fn operations(&self) -> Vec<usize> {
        self.inner().operations.clone()
    }

    /// Only `bytes` more can be written; `None` lifts the limit.
    pub fn set_room(&self, bytes: Option<u64>) {
        self.inner().room = bytes;
    }

    /// Refuses every change, or allows them again.
    pub fn set_read_only(&self, read_only: bool) {
        self.inner().read_only = read_only;
    }

    /// Makes every sync of a file fail, or work again.
    pub fn set_sync_fails(&self, fails: bool) {
        self.inner().fail_sync = fails;
    }

    /// The disk as it is found after a power cut at this moment.
    pub fn restart(&self, survives: Survives) -> SimulatedDisk {
        let old = self.inner();
        let names = match survives {
            Survives::Synced => &old.synced_names,
            Survives::Written | Survives::Names => &old.names,
        };
        let mut new = Inner::default();
        for (name, index) in names {
            let file = &old.files[*index];
            let content = match survives {
                Survives::Written => &file.written,
                Survives::Synced | Survives::Names => &file.synced,
            };
            new.names.insert(name.clone(), new.files.len());
            new.files.push(File {
                written: content.clone(),
                synced: content.clone(),
                same: content.len(),
            });
        }
        new.synced_names = new.names.clone();
        SimulatedDisk(Arc::new(Mutex::new(new)), Arc::default())
    }
}

impl Inner {
    /// Counts a changing operation. `Some(n)` when the disk stops within it after `n` bytes.
    fn step(&mut self, operation: &'static str, name: &str) -> DiskResult<Option<usize>> {
        if self.crashed {
            return Err(stopped(operation, name));
        }
        if self.read_only {
            return Err(DiskError {
                kind: DiskErrorKind::ReadOnly,
                operation,
                name: name.to_owned(),
                reason: "the file system is read-only".to_owned(),
            });
        }
        let at = self.operations.len();
        self.operations.push(0);
        let stop = self.crash_at.filter(|(stop, _)| *stop == at);
        self.crashed = stop.is_some();
        Ok(stop.map(|(_, bytes)| bytes))
    }

    /// The same for an operation that happens whole or not at all.
    fn whole_step(&mut self, operation: &'static str, name: &str) -> DiskResult<()> {
        match self.step(operation, name)? {
            Some(_) => Err(stopped(operation, name)),
            None => Ok(()),
        }
    }

    fn index(&self, operation: &'static str, name: &str) -> DiskResult<usize> {
        self.names.get(name).copied().ok_or_else(|| DiskError {
            kind: DiskErrorKind::Missing,
            operation,
            name: name.to_owned(),
            reason: "there is no such file".to_owned(),
        })
    }

    /// Writes as many of `bytes` as the crash point and the room allow.
    fn put(
        &mut self,
        operation: &'static str,
        name: &str,
        index: usize,
        bytes: &[u8],
        stop: Option<usize>,
    ) -> DiskResult<()> {
        let room = self.room.map_or(bytes.len(), |room| room as usize);
        let fits = bytes.len().min(room).min(stop.unwrap_or(usize::MAX));
        self.files[index].written.extend_from_slice(&bytes[..fits]);
        if let Some(size) = self.operations.last_mut() {
            *size = fits;
        }
        if let Some(room) = &mut self.room {
            *room -= fits as u64;
        }
        if stop.is_some() {
            return Err(stopped(operation, name));
        }
        if fits < bytes.len() {
            return Err(DiskError {
                kind: DiskErrorKind::Full,
                operation,
                name: name.to_owned(),
                reason: "no space left on device".to_owned(),
            });
        }
        Ok(())
    }
}

fn stopped(operation: &'static str, name: &str) -> DiskError {
    DiskError {
        kind: DiskErrorKind::Other,
        operation,
        name: name.to_owned(),
        reason: "the simulated machine has stopped".to_owned(),
    }
}

impl Disk for SimulatedDisk {
    fn read(&self, name: &str) -> DiskResult<Option<Vec<u8>>> {
        let inner = self.inner();
        if inner.crashed {
            return Err(stopped("read", name));
        }
        Ok(inner
            .names
            .get(name)
            .map(|index| inner.files[*index].written.clone()))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        let mut inner = self.inner();
        let stop = inner.step("write", name)?;
        let index = match inner.names.get(name) {
            Some(index) => *index,
            None => {
                inner.files.push(File::default());
                let index = inner.files.len() - 1;
                inner.names.insert(name.to_owned(), index);
                index
            }
        };
        inner.files[index].cut(0);
        inner.put("write", name, index, bytes, stop)
    }

    fn append(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        let mut inner = self.inner();
        let stop = inner.step("append to", name)?;
        let index = inner.index("append to", name)?;
        inner.put("append to", name, index, bytes, stop)
    }

    fn truncate(&self, name: &str, length: u64) -> DiskResult<()> {
        let mut inner = self.inner();
        inner.whole_step("cut off", name)?;
        let index = inner.index("cut off", name)?;
        inner.files[index].cut(length as usize);
        Ok(())
    }

    fn sync(&self, name: &str) -> DiskResult<()> {
        let mut inner = self.inner();
        inner.whole_step("sync", name)?;
        let index = inner.index("sync", name)?;
        if inner.fail_sync {
            return Err(DiskError {
                kind: DiskErrorKind::Other,
                operation: "sync",
                name: name.to_owned(),
                reason: "input/output error".to_owned(),
            });
        }
        inner.files[index].sync();
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> DiskResult<()> {
        let mut inner = self.inner();
        inner.whole_step("rename", from)?;
        let index = inner.index("rename", from)?;
        inner.names.remove(from);
        inner.names.insert(to.to_owned(), index);
        Ok(())
    }

    fn link(&self, from: &str, to: &str) -> DiskResult<bool> {
        let mut inner = self.inner();
        inner.whole_step("create", to)?;
        let index = inner.index("create", from)?;
        if inner.names.contains_key(to) {
            return Ok(false);
        }
        inner.names.insert(to.to_owned(), index);
        Ok(true)
    }

    fn remove(&self, name: &str) -> DiskResult<()> {
        let mut inner = self.inner();
        inner.whole_step("remove", name)?;
        inner.names.remove(name);
        Ok(())
    }

    fn list(&self) -> DiskResult<Vec<String>> {
        Ok(self.inner().names.keys().cloned().collect())
    }

    fn alone(&self, wait: bool) -> DiskResult<Option<Alone>> {
        let door = &self.1;
        let mut closed = door.closed.lock().unwrap_or_else(PoisonError::into_inner);
        while *closed {
            if !wait {
                return Ok(None);
            }
            closed = (door.opened.wait(closed)).unwrap_or_else(PoisonError::into_inner);
        }
        *closed = true;
        Ok(Some(Alone::by(Inside(Arc::clone(door)))))
    }

    fn sync_folder(&self) -> DiskResult<()> {
        let mut inner = self.inner();
        inner.whole_step("sync", "the folder")?;
        inner.synced_names = inner.names.clone();
        Ok(())
    }
}
