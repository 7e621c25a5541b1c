//! Security groups and key pairs.

use serde::{Deserialize, Serialize};

use crate::aliyun::world::Tags;
use crate::aliyun::world::support::entity;
use crate::ground::words;

words! {
    /// Which way a rule looks.
    Direction { Ingress = "ingress", Egress = "egress" }
}

/// The far end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    Cidr(String),
    Cidr6(String),
    Group(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub id: String,
    pub direction: Direction,
    /// In capitals.
    pub protocol: String,
    /// `from/to`, or `-1/-1`.
    pub ports: String,
    /// `Accept` or `Drop`.
    pub policy: String,
    /// 1 is the first.
    pub priority: u8,
    pub peer: Peer,
    /// The near end, a range; empty for all.
    pub near: String,
    /// The ports of the far end, empty for all.
    pub source_ports: String,
    pub description: String,
    pub created_ms: u64,
}

impl Rule {
    /// Whether both say the same: such a pair cannot exist in a group.
    pub fn is_same(&self, other: &Rule) -> bool {
        let plain = |rule: &Rule| Rule {
            id: String::new(),
            description: String::new(),
            created_ms: 0,
            ..rule.clone()
        };
        plain(self) == plain(other)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecurityGroup {
    pub id: String,
    pub vpc: String,
    pub name: String,
    pub description: String,
    /// `normal` or `enterprise`.
    pub kind: String,
    /// Whether members reach each other: `Accept` or `Drop`.
    pub inner: String,
    pub rules: Vec<Rule>,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    SecurityGroup: "aliyun.security_group", "sg", "InvalidSecurityGroupId.NotFound", "SecurityGroupId";
    id: id; due: never; left_over: |_| true
}

/// A key pair; its name is its key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyPair {
    pub name: String,
    /// The MD5 of the public key in hexadecimal digits.
    pub fingerprint: String,
    pub public_key: String,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    KeyPair: "aliyun.key_pair", "", "InvalidKeyPairName.NotFound", "KeyPairName";
    id: name; due: never; left_over: |_| true
}
