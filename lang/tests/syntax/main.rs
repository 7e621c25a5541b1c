//! The parser and the formatter against readable samples.

#![allow(
    clippy::disallowed_methods,
    reason = "the library may not read files or clocks; its tests read the samples and measure time"
)]

mod corpus;
mod dice;
mod formatting;
mod guard;
mod limits;
mod recovery;
mod samples;
