//! Access keys, and where they come from.
//!
//! [`Source::standard`] looks where Alibaba's own tools look: the environment, then a profile of
//! `~/.aliyun/config.json`, then the RAM role of the ECS instance on which the process runs.

mod chain;
mod ecs;
mod error;
mod held;
mod profile;
mod role;

use std::fmt;
use std::time::SystemTime;

use crate::environment::Environment;

pub(crate) use ecs::SERVICE;
pub use error::CredentialsError;
pub(crate) use held::Held;
pub use role::Role;

/// An access key, and the session token that belongs to it when it is a temporary one.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key_id: String,
    pub access_key_secret: String,
    pub security_token: Option<String>,
    /// When a temporary key ends.
    pub expires: Option<SystemTime>,
}

impl Credentials {
    /// A key that does not end.
    pub fn new(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
    ) -> Credentials {
        Credentials {
            access_key_id: access_key_id.into(),
            access_key_secret: access_key_secret.into(),
            security_token: None,
            expires: None,
        }
    }
}

/// Shows the key's id only.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Where a client gets its credentials. They are looked up at the first call, kept, and renewed before they end.
#[derive(Clone, Debug)]
pub enum Source {
    /// Given by the caller; nothing else is asked.
    Fixed(Credentials),
    /// Environment, profile, instance role. A profile that the caller names is the only place that is looked at.
    Standard {
        environment: Environment,
        profile: Option<String>,
    },
    /// A RAM role, assumed with the credentials of another source.
    Assumed { role: Role, with: Box<Source> },
}

impl Source {
    /// The standard places, as the environment names them; or one profile of `~/.aliyun/config.json`.
    pub fn standard(environment: &Environment, profile: Option<&str>) -> Source {
        Source::Standard {
            environment: environment.clone(),
            profile: profile.map(str::to_owned),
        }
    }

    /// The role, assumed with the credentials of this source.
    #[must_use]
    pub fn assuming(self, role: Role) -> Source {
        Source::Assumed {
            role,
            with: Box::new(self),
        }
    }
}

/// The region that the environment names (`ALIBABA_CLOUD_REGION_ID`, `ALICLOUD_REGION`), else the one of the profile
/// in use. `None` when neither names one, and when the profile cannot be read.
pub fn default_region(environment: &Environment, profile: Option<&str>) -> Option<String> {
    let named = environment
        .get("ALIBABA_CLOUD_REGION_ID")
        .or(environment.get("ALICLOUD_REGION"));
    match named.filter(|_| profile.is_none()) {
        Some(region) => Some(region.to_owned()),
        None => {
            let of_profile = profile::read(environment, profile).ok().flatten();
            let of_profile = of_profile.and_then(|profile| profile.region().map(str::to_owned));
            of_profile.or(named.map(str::to_owned))
        }
    }
}
