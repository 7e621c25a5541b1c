//! What belongs to other entities: their tags, and the answers that client tokens stand for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ground::Entity;

/// The tags of a resource.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tags {
    /// The resource.
    pub id: String,
    pub tags: BTreeMap<String, String>,
}

impl Entity for Tags {
    const KIND: &'static str = "tags";

    fn id(&self) -> &str {
        &self.id
    }
}

/// A request that was done under a client token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// Action, place and token.
    pub id: String,
    /// A digest of the other parameters.
    pub digest: String,
    /// What was answered.
    pub answer: String,
    /// The instances it launched.
    pub instances: Vec<String>,
}

impl Entity for Token {
    const KIND: &'static str = "token";

    fn id(&self) -> &str {
        &self.id
    }
}
