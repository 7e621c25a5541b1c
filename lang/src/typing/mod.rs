//! Types: how they are written, how they relate, and how a value is brought into the form of one.

pub(crate) mod coerce;
pub(crate) mod constant;
pub(crate) mod convert;
pub(crate) mod operators;
pub(crate) mod relate;
