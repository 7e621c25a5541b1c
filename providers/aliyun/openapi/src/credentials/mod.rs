//! Access keys, and where they come from.
//!
//! [`Source::standard`] looks where Alibaba's own tools look: the environment, then a profile of
//! `~/.aliyun/config.json`, then the RAM role of the ECS instance on which the process runs.

mod assume;
mod chain;
mod ecs;
mod error;
mod held;
mod keys;
mod profile;
mod role;
mod source;

pub(crate) use ecs::SERVICE;
pub use error::CredentialsError;
pub(crate) use held::Held;
pub use keys::Credentials;
pub use profile::default_region;
pub use role::Role;
pub use source::Source;
