//! Amazon Web Services: EC2, EBS direct and STS.

mod api;
mod catalogue;
mod config;
mod describe;
mod ebs;
mod ec2;
mod fault;
mod filter;
mod sigv4;
mod sts;
mod token;
mod world;
mod xml;

pub use api::{Core, Incoming, Reply, Service};
pub use config::{ACCESS_KEY, ACCOUNT, Clock, Config, Credentials, Quotas, SECRET_KEY, Timing};
pub use sigv4::{Scope, SignatureError, Signed, verify};
