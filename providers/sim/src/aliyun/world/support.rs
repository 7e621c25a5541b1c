//! Tags and client tokens.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ground::Entity;

/// What the table of a kind has to know: kind, prefix of ids, code for an id that does not exist and the noun beside
/// it; which field is the key, whether there is a moment of the next change, and what is left over.
macro_rules! entity {
    (
        $entity:ident: $kind:literal, $prefix:literal, $not_found:literal, $noun:literal;
        id: $id:ident; due: $due:ident; left_over: |$it:pat_param| $left_over:expr
    ) => {
        impl $crate::ground::Entity for $entity {
            const KIND: &'static str = $kind;
            const PREFIX: &'static str = $prefix;
            const NOT_FOUND: &'static str = $not_found;
            const NOUN: &'static str = $noun;

            fn id(&self) -> &str {
                &self.$id
            }

            fn due(&self) -> Option<u64> {
                $crate::aliyun::world::support::entity!(@$due self)
            }

            fn left_over(&self) -> bool {
                let $it = self;
                $left_over
            }
        }
    };
    (@due $it:ident) => { $it.due };
    (@never $it:ident) => { None };
}

pub(super) use entity;

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
