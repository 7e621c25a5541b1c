//! A folder in memory, for a state that nobody keeps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Alone, Disk, DiskError, DiskErrorKind, DiskResult};

type Content = Arc<Mutex<Vec<u8>>>;

/// A folder in memory, of one owner: it keeps nobody out, and it is gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryDisk(Mutex<BTreeMap<String, Content>>);

impl MemoryDisk {
    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Content>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, operation: &'static str, name: &str) -> DiskResult<Content> {
        self.files().get(name).cloned().ok_or_else(|| DiskError {
            kind: DiskErrorKind::Missing,
            operation,
            name: name.to_owned(),
            reason: "there is no such file".to_owned(),
        })
    }
}

fn bytes_of(content: &Content) -> MutexGuard<'_, Vec<u8>> {
    content.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk for MemoryDisk {
    fn read(&self, name: &str) -> DiskResult<Option<Vec<u8>>> {
        let content = self.files().get(name).cloned();
        Ok(content.map(|content| bytes_of(&content).clone()))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        let content = self.files().entry(name.to_owned()).or_default().clone();
        *bytes_of(&content) = bytes.to_vec();
        Ok(())
    }

    fn append(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        bytes_of(&self.find("append to", name)?).extend_from_slice(bytes);
        Ok(())
    }

    fn truncate(&self, name: &str, length: u64) -> DiskResult<()> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        bytes_of(&self.find("cut off", name)?).truncate(length);
        Ok(())
    }

    fn sync(&self, name: &str) -> DiskResult<()> {
        self.find("sync", name).map(|_| ())
    }

    fn rename(&self, from: &str, to: &str) -> DiskResult<()> {
        let content = self.find("rename", from)?;
        let mut files = self.files();
        files.remove(from);
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn link(&self, from: &str, to: &str) -> DiskResult<bool> {
        let content = self.find("create", from)?;
        let mut files = self.files();
        if files.contains_key(to) {
            return Ok(false);
        }
        files.insert(to.to_owned(), content);
        Ok(true)
    }

    fn remove(&self, name: &str) -> DiskResult<()> {
        self.files().remove(name);
        Ok(())
    }

    fn list(&self) -> DiskResult<Vec<String>> {
        Ok(self.files().keys().cloned().collect())
    }

    fn alone(&self, _: bool) -> DiskResult<Option<Alone>> {
        Ok(Some(Alone::unguarded()))
    }

    fn sync_folder(&self) -> DiskResult<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_as_a_folder_does() -> DiskResult<()> {
        let disk = MemoryDisk::default();
        assert!(disk.create_new("lock", "a", b"first")?);
        assert!(!disk.create_new("lock", "b", b"second")?);
        disk.append("lock", b" line")?;
        assert_eq!(disk.read("lock")?.as_deref(), Some(&b"first line"[..]));
        disk.replace("lock", b"another")?;
        disk.truncate("lock", 4)?;
        assert_eq!(disk.read("lock")?.as_deref(), Some(&b"anot"[..]));
        assert!(disk.link("lock", "history/1")?);
        disk.append("lock", b"e")?;
        assert_eq!(disk.read("history/1")?.as_deref(), Some(&b"anote"[..]));
        assert_eq!(disk.list()?, ["history/1", "lock"]);
        assert_eq!(disk.list_in("history")?, ["1"]);
        disk.remove("lock")?;
        let missing = disk.rename("lock", "other").map_err(|error| error.kind);
        assert_eq!(missing, Err(DiskErrorKind::Missing));
        assert_eq!(disk.read("lock")?, None);
        Ok(())
    }
}
