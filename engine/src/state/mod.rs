//! What is known of the resources of a program, kept so that no crash loses or doubles anything.
//!
//! A store is a snapshot file and a journal beside it. Each change is an [`Event`]: appended to the journal,
//! synced, and only then applied to the [`State`] in memory.

mod assign;
pub mod checksum;
pub mod current;
mod dependents;
pub mod digest;
pub mod disk;
pub mod edit;
mod elsewhere;
pub mod entry;
pub mod error;
pub mod event;
pub mod exchange;
pub mod files;
mod form;
pub(crate) mod hide;
pub mod history;
pub mod journal;
pub mod lock;
pub mod moment;
pub mod place;
pub mod recover;
pub mod seal;
pub mod snapshot;
pub mod store;

pub use checksum::json_trouble;
pub use current::{Genesis, State};
pub use disk::{Alone, Disk, DiskError, DiskErrorKind, DiskResult, MemoryDisk, RealDisk};
#[cfg(feature = "simulated-disk")]
pub use disk::{SimulatedDisk, Survives};
pub use elsewhere::Elsewhere;
pub use entry::{
    Action, Doubt, Draft, Entry, Guard, Incarnation, Intent, LastFailure, Late, Pending, Status,
};
pub use error::StateError;
pub use event::Event;
pub use exchange::Difference;
pub use files::Files;
pub use history::HISTORY_LENGTH;
pub use journal::DroppedLine;
pub use lock::{Holder, Host, LEASE, Lease, Lock, process_has_ended};
pub use moment::{timestamp, utc};
pub use place::Place;
pub use recover::{Decision, Recovered, RecoveredStep, Unresolved, recover};
pub use seal::{SealKey, Sealed};
pub use store::Store;
