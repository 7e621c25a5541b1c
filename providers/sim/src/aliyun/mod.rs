//! Alibaba Cloud: ECS, VPC and STS as their SDKs speak to them.

mod action;
mod answer;
mod args;
mod catalogue;
mod cloud;
mod config;
mod ecs;
mod fault;
mod location;
mod page;
mod param;
mod product;
mod signature;
mod sts;
mod tags;
mod token;
mod vpc;
mod world;

pub use action::{Catalogued, catalogue};
pub use cloud::Aliyun;
pub use config::{ACCESS_KEY, ACCOUNT, Credentials, Quotas, SECRET_KEY, Timing};
