//! The verbs, run as users run them.

mod apply;
mod check;
mod cloud;
mod completions;
mod console;
mod drift;
mod events;
mod graph;
mod import;
mod import_all;
mod language;
mod log;
mod loss;
mod plans;
mod saved;
mod secret_places;
mod secrets;
pub mod signals;
mod start;
mod terminal;
mod testing;
mod types;
mod unicode;
mod usage;
