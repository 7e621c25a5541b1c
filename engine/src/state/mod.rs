//! What is known of the resources of a program, kept so that no crash loses or doubles anything.
//!
//! A store is a snapshot file and a journal beside it. Each change is an [`Event`]: appended to the journal,
//! synced, and only then applied to the [`State`] in memory.

pub mod current;
pub mod disk;
pub mod entry;
pub mod event;
pub mod seal;

pub use current::{Genesis, State};
pub use disk::{Disk, DiskError, DiskErrorKind, RealDisk, SimulatedDisk, Survives};
pub use entry::{
    Action, Doubt, Draft, Entry, Guard, Incarnation, Intent, LastFailure, Pending, Status,
};
pub use event::Event;
pub use seal::{SealKey, Sealed};
