//! The parser and the formatter against readable samples.

mod corpus;
mod formatting;
mod guard;
mod limits;
mod recovery;
mod samples;
