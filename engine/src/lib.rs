//! The engine: desired and state become a plan; the plan becomes journalled calls to providers.
//!
//! There is no terminal, no clock, no async runtime and no cloud in this room: time, disks and providers are
//! handed in.

pub mod apply;
pub mod builtin;
mod compare;
pub mod graph;
mod known;
mod lookups;
mod lost;
pub mod plan;
mod prepare;
pub mod providers;
pub mod state;

pub use lookups::{Answers, Unanswered, answer_lookups};
pub use prepare::{PrepareError, Prepared, prepare};
