//! What acts on tables: the same for all types.

mod change;
mod listing;
mod send;
mod settle;
mod turns;
mod wait;

pub(crate) use change::{create, delete, find, update};
pub(crate) use listing::{Listed, answers, everything, pages, raw, seen};
pub(crate) use settle::settle;
pub(crate) use turns::Turns;
pub(crate) use wait::{Wait, look, ready};
