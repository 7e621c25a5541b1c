//! Which account and region a provider configuration leads to.

use infra_sdk::Account;
use serde::{Deserialize, Serialize};

/// Where the resources of one provider configuration are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub account: String,
    /// Empty for a provider without regions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
}

impl Place {
    /// `account 123456789012, region us-west-2`.
    pub fn describe(&self) -> String {
        match self.region.as_str() {
            "" => format!("account {}", self.account),
            region => format!("account {}, region {region}", self.account),
        }
    }
}

impl From<&Account> for Place {
    fn from(account: &Account) -> Place {
        Place {
            account: account.id.clone(),
            region: account.region.clone(),
        }
    }
}
