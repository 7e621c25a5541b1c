//! What every simulated cloud stands on, and what knows none of them.

mod authority;
pub(crate) mod bucket;
pub(crate) mod calendar;
mod chaos;
pub(crate) mod cidr;
pub(crate) mod cidr6;
pub(crate) mod cloud;
mod front;
pub(crate) mod http;
pub(crate) mod journal;
pub(crate) mod keys;
pub(crate) mod ledger;
mod local;
mod mint;
mod proxy;
pub(crate) mod query;
pub(crate) mod regions;
mod serve;
pub(crate) mod setup;
pub(crate) mod table;
mod tunnel;
mod words;

pub use chaos::{Chaos, ChaosError, Fate, Verdict};
pub use front::{Arrival, Handle};
pub use http::{Incoming, Reply};
pub use local::Local;
pub(crate) use mint::Mint;
pub use proxy::Page;
pub use serve::{Running, serve};
pub use setup::{Clock, Setup};
pub(crate) use table::{AnyTable, Entity, Table};
pub use tunnel::Proxy;
pub(crate) use words::words;
