//! The parser and the formatter against readable samples.

mod formatting;
mod guard;
mod limits;
mod samples;
