//! Earlier snapshots: the last few, each under its serial.
//!
//! When a snapshot is replaced, the old file gets a second name in the history folder. Nothing is copied, so this
//! costs the same for a state of any size, and what has a name there was complete and synced before.

use super::snapshot::{self, Trust};
use super::{Disk, Files, State, StateError};

/// How many earlier snapshots are kept; each stands for one run that changed something.
pub const HISTORY_LENGTH: usize = 20;

fn name(files: &Files, serial: u64) -> String {
    format!("{}/{serial}.json", files.history)
}

/// Gives the current snapshot, which has this serial, its name in the history. A state that never had anything
/// in it is not worth one.
pub(super) fn keep(disk: &dyn Disk, files: &Files, serial: u64) -> Result<(), StateError> {
    if serial == 0 {
        return Ok(());
    }
    let name = name(files, serial);
    // The number may be taken by the same snapshot, after a crash, or by one of a state that was put back since.
    disk.remove(&name)?;
    disk.link(&files.snapshot, &name)?;
    Ok(disk.sync_folder()?)
}

/// Removes what is more than [`HISTORY_LENGTH`]. A crash in between leaves some for the next time.
pub(super) fn prune(disk: &dyn Disk, files: &Files) -> Result<(), StateError> {
    let serials = serials(disk, files)?;
    let surplus = serials.len().saturating_sub(HISTORY_LENGTH);
    for serial in &serials[..surplus] {
        disk.remove(&name(files, *serial))?;
    }
    Ok(())
}

/// The serials of the earlier snapshots, the oldest first.
pub(super) fn serials(disk: &dyn Disk, files: &Files) -> Result<Vec<u64>, StateError> {
    let names = disk.list_in(&files.history)?;
    let mut serials: Vec<u64> = names
        .iter()
        .filter_map(|name| name.strip_suffix(".json")?.parse().ok())
        .collect();
    serials.sort_unstable();
    Ok(serials)
}

/// Moves the earlier snapshots to the folder of `to`. A crash leaves some in the old folder; moving again moves them.
pub(super) fn relocate(disk: &dyn Disk, from: &Files, to: &Files) -> Result<(), StateError> {
    for serial in serials(disk, from)? {
        disk.link(&name(from, serial), &name(to, serial))?;
        disk.sync_folder()?;
        disk.remove(&name(from, serial))?;
    }
    Ok(disk.sync_folder()?)
}

/// The earlier snapshot with this serial.
pub(super) fn read(disk: &dyn Disk, files: &Files, serial: u64) -> Result<State, StateError> {
    let name = name(files, serial);
    match disk.read(&name)? {
        Some(bytes) => snapshot::read(&name, &bytes, Trust::Sealed).map(|snapshot| snapshot.state),
        None => Err(StateError::NoSuchSerial {
            serial,
            kept: serials(disk, files)?,
        }),
    }
}
