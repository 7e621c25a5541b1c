//! Tests that need the whole house: rooms, the standard library, the built binary, and software of others.

#![allow(
    clippy::disallowed_methods,
    reason = "tests start processes, wait for them and give them an environment"
)]

mod commands;
mod peers;
mod rooms;
mod tool;
