//! Planning and applying against a little cloud that fails on demand, under virtual time.

#![allow(clippy::result_large_err, reason = "tests show the whole error")]
#![allow(
    clippy::disallowed_macros,
    reason = "tests print how many points they tried, and how long they took"
)]

mod cloud;
mod desk;
mod program;
mod schemas;
mod secrets;
mod world;

mod adopting;
mod applying;
mod drifting;
mod kill;
mod loss;
mod ordering;
mod plans;
mod scale;
