//! The verbs, run as users run them.

mod apply;
mod check;
mod cloud;
mod drift;
mod import;
mod saved;
mod secrets;
pub mod signals;
mod usage;
