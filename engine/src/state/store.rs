//! The store: a snapshot with its journal, and the state they add up to.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::journal::{self, DroppedLine};
use super::snapshot::{self, Trust};
use super::{Disk, Event, Files, Genesis, Lock, State, StateError, history};

/// The state of one program on its disk.
///
/// Every change is appended to the journal and synced before [`Store::state`] shows it. Nothing rewrites the whole
/// state while applying; [`Store::compact`] does that once, at the end.
#[derive(Debug)]
pub struct Store {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) files: Files,
    /// `None` when the state was opened for reading only.
    pub(super) lock: Option<Lock>,
    pub(super) state: State,
    /// The serial of the snapshot file; `None` while there is none.
    pub(super) snapshot_serial: Option<u64>,
    /// The journal file that the next batch goes to; `None` when a new one must be started.
    journal: Option<Tail>,
    dropped: Option<DroppedLine>,
    /// The snapshot had no checksum when it was read: an earlier infra wrote it.
    unsealed: bool,
    /// Why nothing more may be written.
    stopped: Option<String>,
}

/// The end of the journal file.
#[derive(Clone, Copy, Debug)]
struct Tail {
    /// The length of the sound part in bytes.
    length: u64,
    /// Something torn lies behind it.
    torn: bool,
}

impl Store {
    /// Opens a state for reading, without the lock. `genesis` is used when there is no state at all.
    pub fn read(disk: Arc<dyn Disk>, files: Files, genesis: Genesis) -> Result<Store, StateError> {
        loop {
            let before = disk.read(&files.snapshot)?;
            let store = Store::load(
                Arc::clone(&disk),
                files.clone(),
                genesis.clone(),
                before.as_deref(),
                Trust::Sealed,
            );
            // Whoever holds the lock may have compacted in between; then snapshot and journal do not fit.
            if disk.read(&files.snapshot)? == before {
                return store;
            }
        }
    }

    /// Puts together what this snapshot and the journal beside it say.
    fn load(
        disk: Arc<dyn Disk>,
        files: Files,
        genesis: Genesis,
        snapshot: Option<&[u8]>,
        trust: Trust,
    ) -> Result<Store, StateError> {
        let (state, unsealed) = match snapshot {
            Some(bytes) => {
                let read = snapshot::read(&files.snapshot, bytes, trust)?;
                if trust == Trust::Sealed {
                    refuse_stale(disk.as_ref(), &files, read.state.serial())?;
                }
                let wanted = genesis.environment.as_deref();
                if trust == Trust::Sealed || read.state.environment().is_some() {
                    read.state.must_be_of(&files.snapshot, wanted)?;
                }
                (read.state, read.unsealed)
            }
            None => {
                refuse_leftovers(disk.as_ref(), &files)?;
                (State::new(genesis), false)
            }
        };
        let mut store = Store {
            disk,
            files,
            lock: None,
            snapshot_serial: snapshot.map(|_| state.serial()),
            state,
            journal: None,
            dropped: None,
            unsealed,
            stopped: None,
        };
        if snapshot.is_some() {
            store.replay()?;
        }
        Ok(store)
    }

    /// Opens a state for changing it. The lock must have been taken before, so that nobody changes what is read
    /// here. A snapshot of the format without checksum is replaced by one with a checksum at once.
    pub fn open(
        disk: Arc<dyn Disk>,
        files: Files,
        genesis: Genesis,
        lock: Lock,
    ) -> Result<Store, StateError> {
        Store::open_trusting(disk, files, genesis, lock, Trust::Sealed)
    }

    /// The same, also for a snapshot that was edited or is older than those before it: to put another in its place.
    pub fn open_edited(
        disk: Arc<dyn Disk>,
        files: Files,
        genesis: Genesis,
        lock: Lock,
    ) -> Result<Store, StateError> {
        Store::open_trusting(disk, files, genesis, lock, Trust::Edited)
    }

    fn open_trusting(
        disk: Arc<dyn Disk>,
        files: Files,
        genesis: Genesis,
        mut lock: Lock,
        trust: Trust,
    ) -> Result<Store, StateError> {
        let loaded = disk
            .read(&files.snapshot)
            .map_err(StateError::from)
            .and_then(|snapshot| Store::load(disk, files, genesis, snapshot.as_deref(), trust));
        let mut store = match loaded {
            Ok(store) => store,
            Err(error) => {
                // The state's trouble is what matters; a lock that cannot be given back ends by itself.
                let _ = lock.release();
                return Err(error);
            }
        };
        lock.raise(store.state.fence)?;
        // What cannot be swept stays for the next run; it is in nobody's way.
        let _ = lock.sweep(&store.files);
        store.lock = Some(lock);
        if store.unsealed {
            let bytes = snapshot::write(&store.state);
            store.alone(|store| store.write_snapshot(store.state.serial(), &bytes))?;
        }
        Ok(store)
    }

    /// Whether the state was written by an infra that knew no checksums. One that was opened for changing has a
    /// checksum by now.
    pub fn had_no_checksum(&self) -> bool {
        self.unsealed
    }

    /// Applies what the journal has and the snapshot has not.
    fn replay(&mut self) -> Result<(), StateError> {
        let Some(bytes) = self.disk.read(&self.files.journal)? else {
            return Ok(());
        };
        let journal = journal::read(&self.files.journal, &bytes)?;
        if journal.lineage != self.state.lineage {
            return Err(StateError::OtherLineage {
                journal: self.files.journal.clone(),
                snapshot: self.files.snapshot.clone(),
                found: journal.lineage,
                expected: self.state.lineage.clone(),
            });
        }
        let serial = self.state.serial();
        if journal.base > serial {
            return Err(StateError::SnapshotTooOld {
                journal: self.files.journal.clone(),
                snapshot: self.files.snapshot.clone(),
                base: journal.base,
                serial,
            });
        }
        // A journal that ends before the snapshot was contained in it when a crash kept it from being removed.
        if journal.last_serial() >= serial {
            self.journal = Some(Tail {
                length: journal.length,
                torn: journal.dropped.is_some(),
            });
            self.state.fence = self.state.fence.max(journal.fence);
        }
        self.dropped = journal.dropped;
        for (at, event) in journal.events {
            if at > serial {
                self.state.apply(event);
            }
        }
        Ok(())
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// The last line of the journal, when a crash had left it half written.
    pub fn dropped(&self) -> Option<&DroppedLine> {
        self.dropped.as_ref()
    }

    /// Whether the journal holds changes that the snapshot has not: a run was killed.
    pub fn is_interrupted(&self) -> bool {
        self.snapshot_serial.unwrap_or(0) != self.state.serial()
    }

    /// The heartbeat: prolongs the lease when it is due. To be called now and then while nothing is appended.
    pub fn heartbeat(&mut self) -> Result<(), StateError> {
        self.lock.as_mut().ok_or(StateError::NotLocked)?.hold()
    }

    /// The state, and the lock beside it, so that the lease can be prolonged while the state is looked at.
    pub(crate) fn split(&mut self) -> Result<(&State, &mut Lock), StateError> {
        let lock = self.lock.as_mut().ok_or(StateError::NotLocked)?;
        Ok((&self.state, lock))
    }

    /// The time on the clock that the lock goes by, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> Result<u64, StateError> {
        let lock = self.lock.as_ref().ok_or(StateError::NotLocked)?;
        Ok(lock.now_ms())
    }

    /// Does `work` while nobody can take the lock over.
    pub(super) fn alone<T>(
        &mut self,
        work: impl FnOnce(&mut Store) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        let _alone = self.lock.as_mut().ok_or(StateError::NotLocked)?.enter()?;
        work(self)
    }

    /// Makes sure, while alone, that the lock is still held.
    fn check_lock(&mut self) -> Result<u64, StateError> {
        let lock = self.lock.as_mut().ok_or(StateError::NotLocked)?;
        lock.check()?;
        Ok(lock.lease().fence)
    }

    /// Appends a batch of events by one write and one sync, then applies them. After an error nothing of the
    /// batch counts as written, and the state in memory is what it was.
    pub fn append(&mut self, events: &[Event]) -> Result<(), StateError> {
        if events.is_empty() {
            return Ok(());
        }
        if let Some(reason) = &self.stopped {
            return Err(StateError::Stopped {
                reason: reason.clone(),
            });
        }
        self.check(events)?;
        self.alone(|store| store.append_alone(events))
    }

    fn append_alone(&mut self, events: &[Event]) -> Result<(), StateError> {
        let fence = self.check_lock()?;
        let tail = self.writable_tail()?;
        let line = journal::line(self.state.serial() + 1, fence, events);
        if let Err(error) = self.disk.append(&self.files.journal, &line) {
            self.undo_append(tail.length);
            return Err(error.into());
        }
        if let Err(error) = self.disk.sync(&self.files.journal) {
            // After a failed sync nobody knows what is on the medium; a later one may claim success wrongly.
            self.stopped = Some(error.to_string());
            return Err(error.into());
        }
        if let Err(error) = self.check_lock() {
            self.stopped = Some(error.to_string());
            return Err(error);
        }
        self.journal = Some(Tail {
            length: tail.length + line.len() as u64,
            torn: false,
        });
        self.state.fence = fence;
        for event in events {
            self.state.apply(event.clone());
        }
        Ok(())
    }

    /// Refuses events that contradict the state. Of each address only the first event of a batch is looked at.
    fn check(&self, events: &[Event]) -> Result<(), StateError> {
        let mut seen = BTreeSet::new();
        for event in events {
            let fresh = event.address().is_none_or(|address| seen.insert(address));
            if fresh {
                self.state
                    .fits(event)
                    .map_err(|reason| StateError::Misfit { reason })?;
            }
        }
        Ok(())
    }

    /// Cuts off what a failed append may have left, so that it does not lie in the middle of the journal.
    fn undo_append(&mut self, length: u64) {
        let undone = self
            .disk
            .truncate(&self.files.journal, length)
            .and_then(|()| self.disk.sync(&self.files.journal));
        if let Err(error) = undone {
            self.stopped = Some(error.to_string());
        }
    }

    /// Makes the journal file ready for an append: a snapshot beneath it, a header, nothing torn at its end.
    fn writable_tail(&mut self) -> Result<Tail, StateError> {
        if self.snapshot_serial.is_none() {
            let bytes = snapshot::write(&self.state);
            self.disk.replace(&self.files.snapshot, &bytes)?;
            self.snapshot_serial = Some(self.state.serial());
        }
        let tail = match self.journal {
            Some(Tail { length, torn: true }) => {
                self.disk.truncate(&self.files.journal, length)?;
                self.disk.sync(&self.files.journal)?;
                length
            }
            Some(Tail { length, .. }) => length,
            None => {
                let header = journal::header(self.state.lineage(), self.state.serial());
                self.disk.replace(&self.files.journal, &header)?;
                header.len() as u64
            }
        };
        let tail = Tail {
            length: tail,
            torn: false,
        };
        self.journal = Some(tail);
        Ok(tail)
    }

    /// Writes the snapshot anew and removes the journal. A crash between any two operations is harmless: a
    /// journal whose changes the snapshot has is recognised by its serials.
    pub fn compact(&mut self) -> Result<(), StateError> {
        if let Some(reason) = &self.stopped {
            return Err(StateError::Stopped {
                reason: reason.clone(),
            });
        }
        self.alone(Store::compact_alone)
    }

    fn compact_alone(&mut self) -> Result<(), StateError> {
        if self.snapshot_serial != Some(self.state.serial()) && self.state.serial() > 0 {
            self.write_snapshot(self.state.serial(), &snapshot::write(&self.state))?;
        }
        if self.disk.read(&self.files.journal)?.is_some() {
            // Whoever took the lock over in the meantime may have written to it.
            self.check_lock()?;
            self.journal = None;
            self.disk.remove(&self.files.journal)?;
            self.disk.sync_folder()?;
        }
        Ok(())
    }

    /// Replaces the snapshot, while alone, by one with this serial; the old one becomes the backup, and the newest of
    /// the history.
    pub(super) fn write_snapshot(&mut self, serial: u64, bytes: &[u8]) -> Result<(), StateError> {
        if let Some(old) = self.disk.read(&self.files.snapshot)? {
            self.disk.replace(&self.files.backup, &old)?;
        }
        if let Some(old) = self.snapshot_serial {
            history::keep(self.disk.as_ref(), &self.files, old)?;
        }
        self.check_lock()?;
        self.disk.replace(&self.files.snapshot, bytes)?;
        self.snapshot_serial = Some(serial);
        history::prune(self.disk.as_ref(), &self.files)
    }

    /// Compacts and gives the lock back. The lock is given back even when compacting failed: the journal has
    /// everything.
    pub fn close(mut self) -> Result<State, StateError> {
        let compacted = match self.lock {
            Some(_) => self.compact(),
            None => Ok(()),
        };
        let released = self.lock.take().map_or(Ok(()), Lock::release);
        compacted.and(released).map(|()| self.state)
    }
}

/// A snapshot is newer than all that it replaced. One that is older was put back by somebody, and does not know what
/// was made since.
fn refuse_stale(disk: &dyn Disk, files: &Files, serial: u64) -> Result<(), StateError> {
    match history::serials(disk, files)?.last() {
        Some(newest) if *newest > serial => Err(StateError::Stale {
            file: files.snapshot.clone(),
            beside: format!("{}/{newest}.json", files.history),
            serial,
            newest: *newest,
        }),
        _ => Ok(()),
    }
}

/// A folder without a snapshot is only "no state" when nothing else of a state is there either.
fn refuse_leftovers(disk: &dyn Disk, files: &Files) -> Result<(), StateError> {
    let kept = match disk.list_in(&files.history)? {
        kept if kept.is_empty() => None,
        _ => Some(&files.history),
    };
    for beside in [&files.journal, &files.backup].into_iter().chain(kept) {
        if Some(beside) == kept || disk.read(beside)?.is_some() {
            return Err(StateError::Missing {
                file: files.snapshot.clone(),
                beside: beside.clone(),
            });
        }
    }
    Ok(())
}
