//! Tags and client tokens.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ground::Entity;

/// The tags of a resource.
pub type Tags = BTreeMap<String, String>;

/// What was answered under a client token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// `Action/token`.
    pub id: String,
    /// Of the parameters of the request.
    pub digest: String,
    pub answer: Value,
}

impl Entity for Token {
    const KIND: &'static str = "aliyun.token";

    fn id(&self) -> &str {
        &self.id
    }
}
