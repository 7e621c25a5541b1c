//! The verbs, run as users run them.

mod apply;
mod check;
mod cloud;
mod secrets;
mod signals;
mod usage;
