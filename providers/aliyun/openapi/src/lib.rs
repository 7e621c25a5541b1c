//! A small client for Alibaba Cloud's OpenAPI.
//!
//! It signs and sends calls, RPC and ROA style with `ACS3-HMAC-SHA256` and OSS with `OSS4-HMAC-SHA256`, finds
//! credentials and endpoints the way Alibaba's own tools do, and says of every failed call what its caller may
//! conclude: refused, throttled, never delivered, or ambiguous. It has no table of actions: a call is a name and its
//! parameters, an answer is JSON.
//!
//! ```no_run
//! use aliyun_openapi::{Api, Call, Client, Options, Repeat, Style};
//!
//! const VPC: Api = Api { product: "vpc", version: "2016-04-28", style: Style::Rpc };
//!
//! # async fn example() -> Result<(), aliyun_openapi::Error> {
//! let client = Client::new(Options::new("cn-hangzhou"))?;
//! let call = Call::rpc(VPC, "DescribeVpcs")
//!     .param("RegionId", "cn-hangzhou")
//!     .repeat(Repeat::Harmless);
//! let answer = client.call(&call).await?;
//! println!("{}", answer["Vpcs"]["Vpc"]);
//! # Ok(())
//! # }
//! ```

mod answer;
mod call;
mod client;
mod clock;
pub mod credentials;
mod date;
mod endpoint;
mod environment;
mod error;
mod http;
mod options;
pub mod oss;
mod redact;
pub mod sign;
mod wire;

pub use call::{Api, Call, Method, Repeat, Style};
pub use client::Client;
pub use clock::{Clock, SystemClock};
pub use credentials::{Credentials, Source};
pub use environment::Environment;
pub use error::{Answer, Error};
pub use http::{Lost, Transport};
pub use options::{Options, Retry, Timeouts};

/// The example of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
