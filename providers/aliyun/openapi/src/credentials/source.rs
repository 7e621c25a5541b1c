//! Where credentials come from.

use super::keys::Credentials;
use super::role::Role;
use crate::environment::Environment;

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
