//! The parser and the formatter against readable samples.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the library may not read files or clocks, nor print; its tests read the samples and say how many they tried"
)]

mod corpus;
mod dice;
mod formatting;
mod guard;
mod limits;
mod recovery;
mod samples;
