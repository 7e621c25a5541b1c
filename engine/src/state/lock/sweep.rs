//! Removing what a power cut has left beside the state.

use super::{Lease, Lock};
use crate::state::{Files, StateError};

impl Lock {
    /// Removes temporary files that belong to nobody any more. Those of somebody who is trying to take the lock
    /// right now are told by their lease; one that was not even written far enough for that is written again by
    /// its owner, should there be one.
    pub(in crate::state) fn sweep(&self, files: &Files) -> Result<(), StateError> {
        for name in self.disk.list()? {
            let Some(stem) = name.strip_suffix(".tmp") else {
                continue;
            };
            let is_whole_file = [&files.snapshot, &files.backup, &files.journal]
                .iter()
                .any(|file| *file == stem);
            let is_lock = stem
                .strip_prefix(&files.lock)
                .is_some_and(|rest| rest.starts_with('.'));
            if is_whole_file || (is_lock && !self.may_be_wanted(&name)?) {
                self.disk.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Whether the temporary file is of a lease that has not ended.
    fn may_be_wanted(&self, name: &str) -> Result<bool, StateError> {
        let bytes = self.disk.read(name)?.unwrap_or_default();
        let lease = Lease::parse(&bytes);
        Ok(lease.is_ok_and(|lease| self.is_live(&lease)))
    }
}
