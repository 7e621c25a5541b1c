//! Amazon Web Services: EC2, EBS direct and STS.

pub(crate) mod api;
mod catalogue;
mod cloud;
pub(crate) mod config;
mod describe;
pub(crate) mod ebs;
mod ec2;
pub(crate) mod fault;
mod filter;
mod limits;
pub(crate) mod sigv4;
mod sts;
mod token;
pub(crate) mod world;
mod xml;

pub use cloud::Aws;
pub use config::{ACCESS_KEY, ACCOUNT, Credentials, Quotas, SECRET_KEY, Timing};
pub use sigv4::{Scope, SignatureError, Signed, verify};
