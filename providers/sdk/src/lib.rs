//! What a provider is: the one interface between the engine and a cloud.
//!
//! A provider turns records of the language into calls of a real cloud API and answers back. It never sees the
//! parser, the state or the journal; it is told exactly what to do, one step at a time.

mod call;
#[cfg(feature = "conformance")]
pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod decoded;
mod failure;
pub mod layers;
mod member;
pub mod patience;
mod provider;
mod secrets;
mod timer;

pub use call::CallCounts;
pub use failure::{Failure, FailureKind};
pub use member::Member;
pub use provider::{
    Account, Companion, Context, Create, Created, Delete, Foreseen, Found, Identified, Observed,
    Prospect, Provider, Settle, Snapshot, Target, Trace, Update,
};
pub use secrets::Secrets;
pub use timer::Timer;
