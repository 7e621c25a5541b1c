//! Tests that need the whole house: rooms, the standard library, the built binary, and software of others.

#![allow(
    clippy::disallowed_methods,
    reason = "tests start processes, wait for them and give them an environment"
)]

mod cloud;
mod commands;
mod cycles;
mod errors;
mod examples;
mod kill;
mod peers;
mod readme;
mod rooms;
mod state;
mod stdlib;
mod tool;
mod types;
