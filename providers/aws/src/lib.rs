//! Amazon Web Services behind the provider interface: VPCs, EC2 and EBS, on Amazon's own SDK.
//!
//! One file per resource type in `resource/` and per lookup in `lookup/`; `provider.rs` finds them by name.

mod answer;
mod client;
mod config;
mod error;
mod foresee;
mod kind;
mod lookup;
mod names;
mod policy;
mod provider;
mod resource;
mod sdk;
mod selection;
pub mod swap;
mod tags;

pub use config::{Credentials, Options, Transport};
pub use infra_sdk::wait::Windows;
pub use provider::AwsProvider;
