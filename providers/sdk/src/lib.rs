//! What a provider is: the one interface between the engine and a cloud.
//!
//! A provider turns records of the language into calls of a real cloud API and answers back. It never sees the
//! parser, the state or the journal; it is told exactly what to do, one step at a time.

pub mod batch;
mod call;
#[cfg(feature = "conformance")]
pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod decoded;
mod failure;
pub mod fields;
pub mod gather;
pub mod layers;
mod member;
pub mod patience;
mod provider;
mod secrets;
pub mod seen;
pub mod tags;
mod timer;
pub mod token;
pub mod wait;

pub use call::CallCounts;
pub use failure::{Failure, FailureKind};
pub use member::Member;
pub use provider::{
    Account, Companion, Context, Create, Created, Delete, Foreseen, Found, Identified, Observed,
    Prospect, Provider, Settle, Snapshot, Target, Trace, Update,
};
pub use secrets::Secrets;
pub use timer::Timer;
