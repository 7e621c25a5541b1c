//! Security groups and key pairs.

use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};

use crate::ground::Entity;
use crate::ground::cidr::Cidr;
use crate::ground::words;

words! {
    /// Which way a rule lets traffic pass.
    Direction { Ingress = "ingress", Egress = "egress" }
}

/// Who is at the other end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    V4(Cidr),
    /// Address and prefix length.
    V6(Ipv6Addr, u8),
    Group(String),
}

/// A rule of a security group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule {
    pub id: String,
    pub direction: Direction,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1` or a protocol's number.
    pub protocol: String,
    /// First port (or ICMP type); -1 is all.
    pub from: Option<i64>,
    /// Last port (or ICMP code); -1 is all.
    pub to: Option<i64>,
    pub peer: Peer,
    pub description: Option<String>,
}

impl Rule {
    /// Whether both let the same traffic pass; ids and descriptions do not count.
    pub fn same_traffic(&self, other: &Self) -> bool {
        (
            self.direction,
            &self.protocol,
            self.from,
            self.to,
            &self.peer,
        ) == (
            other.direction,
            &other.protocol,
            other.from,
            other.to,
            &other.peer,
        )
    }
}

/// A security group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecurityGroup {
    pub id: String,
    pub vpc: String,
    pub name: String,
    pub description: String,
    pub rules: Vec<Rule>,
}

impl Entity for SecurityGroup {
    const KIND: &'static str = "security-group";
    const PREFIX: &'static str = "sg";
    const NOT_FOUND: &'static str = "InvalidGroup.NotFound";
    const MALFORMED: &'static str = "InvalidGroupId.Malformed";
    const NOUN: &'static str = "security group";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        self.name != "default"
    }
}

/// A key pair; the private half is never kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyPair {
    pub id: String,
    pub name: String,
    /// `rsa` or `ed25519`.
    pub kind: String,
    pub fingerprint: String,
    /// As an OpenSSH public key line.
    pub public_key: String,
    pub created_ms: u64,
}

impl Entity for KeyPair {
    const KIND: &'static str = "key-pair";
    const PREFIX: &'static str = "key";
    const NOT_FOUND: &'static str = "InvalidKeyPair.NotFound";
    const MALFORMED: &'static str = "InvalidKeyPair.NotFound";
    const NOUN: &'static str = "key pair";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        true
    }
}
