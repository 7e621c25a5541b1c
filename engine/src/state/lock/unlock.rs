//! Ending somebody else's hold of the lock.

use std::sync::Arc;

use super::{Holder, Host, LEASE, Lease, Lock, read};
use crate::state::{Disk, Files, StateError};

impl Lock {
    /// Ends the hold that was `seen`, whether its lease is over or not. The holder fails its next append.
    ///
    /// The lock file stays and only says that it is free: it has a higher fencing number than the old holder, so
    /// that whoever takes the lock next has a higher one still.
    ///
    /// # Errors
    /// [`StateError::Locked`] when somebody else has taken the lock since.
    pub fn unlock(
        disk: Arc<dyn Disk>,
        files: &Files,
        host: Arc<dyn Host>,
        holder: Holder,
        seen: &Lease,
    ) -> Result<(), StateError> {
        let mut lock = Lock::wanted(disk, files, host, holder, LEASE);
        loop {
            let Some(current) = read(lock.disk.as_ref(), &lock.file)? else {
                return Ok(());
            };
            if !current.is_same_hold(seen) {
                return match lock.is_live(&current) {
                    true => Err(StateError::Locked(Box::new(current), lock.host.unix_ms())),
                    false => Ok(()),
                };
            }
            // Alone until the lock says that it is free, or somebody might hold it in between.
            let Some(_alone) = lock.disk.alone(false)? else {
                return Err(StateError::HolderWrites(Box::new(current)));
            };
            if lock.succeed(&current)? {
                lock.lease.expires_ms = lock.lease.since_ms;
                return lock.write();
            }
        }
    }
}
