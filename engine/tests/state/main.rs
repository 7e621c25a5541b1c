//! What the state promises, each promise with the test that breaks when it does.

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
mod real_disk;
mod recovery;
mod refusals;
mod std_value;
