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

pub mod aliyun;
pub mod aws;
mod config;
mod ground;

pub use aws::{
    ACCESS_KEY, ACCOUNT, Credentials, Quotas, SECRET_KEY, Scope, SignatureError, Signed, Timing,
    verify,
};
pub use config::Config;
pub use ground::{
    Arrival, Chaos, ChaosError, Clock, Fate, Handle, Incoming, Local, Page, Proxy, Reply, Running,
    Setup, Verdict, serve,
};
