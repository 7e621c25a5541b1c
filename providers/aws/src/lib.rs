//! Amazon Web Services behind the provider interface: VPCs, EC2 and EBS, on Amazon's own SDK.
//!
//! One file per resource type in `resource/` and per lookup in `lookup/`; `provider.rs` dispatches to them.

mod answer;
mod batch;
mod client;
mod config;
mod error;
mod fields;
mod foresee;
mod gather;
mod lookup;
mod policy;
mod provider;
mod resource;
mod sdk;
mod seen;
pub mod swap;
mod tags;
mod token;
mod wait;

pub use config::{Credentials, Options, Transport, Windows};
pub use provider::AwsProvider;
