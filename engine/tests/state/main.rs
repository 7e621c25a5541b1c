//! What the state promises, each promise with the test that breaks when it does.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "tests tell how many points they tried, and measure time"
)]

mod cloud;
mod common;
mod crash;
mod disk_trouble;
mod editing;
mod events;
mod history;
mod journal;
mod kill;
mod locks;
mod mutations;
mod pauses;
mod real_disk;
mod recovery;
mod refusals;
mod std_value;
