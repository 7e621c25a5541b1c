//! Credentials in use: looked up once, renewed before they end.

use std::time::Duration;

use tokio::sync::Mutex;

use super::chain::{self, Way};
use super::error::CredentialsError;
use super::keys::Credentials;
use super::source::Source;
use super::{assume, ecs};
use crate::wire::Wire;

/// Keys that end within this time are renewed before they are used.
const RENEWED_BEFORE: Duration = Duration::from_secs(300);

/// The credentials of one client.
pub(crate) struct Held {
    source: Source,
    /// Held while keys are on their way, so that many calls at once ask once.
    kept: Mutex<Option<Credentials>>,
}

impl Held {
    pub fn new(source: Source) -> Held {
        Held {
            source,
            kept: Mutex::new(None),
        }
    }

    /// Keys that are good for a while.
    pub async fn get(&self, wire: &Wire) -> Result<Credentials, CredentialsError> {
        let mut kept = self.kept.lock().await;
        let soon = wire.now() + RENEWED_BEFORE;
        let lasts = |keys: &Credentials| keys.expires.is_none_or(|end| end > soon);
        if let Some(keys) = kept.as_ref().filter(|keys| lasts(keys)) {
            return Ok(keys.clone());
        }
        let keys = fetch(&chain::find(&self.source)?, wire).await?;
        *kept = Some(keys.clone());
        Ok(keys)
    }
}

async fn fetch(way: &Way, wire: &Wire) -> Result<Credentials, CredentialsError> {
    match way {
        Way::Keys(keys) => Ok(keys.clone()),
        Way::Instance { role } => {
            ecs::keys(wire.metadata(), wire.metadata_service(), role.as_deref()).await
        }
        Way::Assume { role, with } => {
            let with = Box::pin(fetch(with, wire)).await?;
            assume::assume(role, wire, &with).await
        }
    }
}
