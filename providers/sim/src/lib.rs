//! A simulated AWS control plane on loopback: EC2, EBS direct and STS as their SDKs speak to them.
//!
//! It is a cloud, not a mock: signatures are checked, states change with time, client tokens make requests happen
//! once, what is in use cannot be deleted, answers come in pages, and everything survives in one file. It knows no
//! client; in particular it shares no code with the provider that is tested against it.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! let clock = std::sync::Arc::new(|| 1_700_000_000_000);
//! let cloud = infra_sim::serve(infra_sim::Config::new(clock)).await?;
//! println!("listening on http://{}", cloud.addr());
//! cloud.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod api;
mod bucket;
mod calendar;
mod catalogue;
mod chaos;
mod cidr;
mod cidr6;
mod config;
mod describe;
mod ebs;
mod ec2;
mod fault;
mod filter;
mod front;
mod journal;
mod local;
mod query;
mod serve;
mod sigv4;
mod sts;
mod token;
mod world;
mod xml;

pub use api::{Incoming, Reply};
pub use chaos::{Chaos, ChaosError, Fate, Verdict};
pub use config::{ACCESS_KEY, ACCOUNT, Clock, Config, Credentials, Quotas, SECRET_KEY, Timing};
pub use front::{Arrival, Handle};
pub use local::Local;
pub use serve::{Running, serve};
pub use sigv4::{Scope, SignatureError, Signed, verify};
