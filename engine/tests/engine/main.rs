//! Planning and applying against a little cloud that fails on demand, under virtual time.

mod clock;
mod cloud;
mod program;
mod schemas;
mod world;

mod applying;
mod kill;
mod loss;
mod ordering;
mod plans;
mod scale;
