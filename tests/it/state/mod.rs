//! The state on real disks, with real processes.

mod disk;
mod exchange;
mod lock;
mod room;
