//! The provider for Alibaba Cloud.
//!
//! A resource type is a constant table in `types/`: what it sends, reads and waits for. `reader/` is the one that acts on
//! tables, `provider.rs` puts it behind [`infra_sdk::Provider`], and `lookup/` answers what a program asks of the cloud.

mod cloud;
mod config;
mod error;
mod lookup;
mod names;
mod param;
mod products;
mod provider;
mod reader;
pub mod table;
mod tags;
pub mod types;

pub use aliyun_openapi::{Clock, Credentials, Environment, Lost, Transport};
pub use config::Options;
pub use provider::AliyunProvider;
