//! The state on real disks, with real processes.

mod disk;
mod elsewhere;
mod environments;
mod exchange;
mod lock;
mod room;
