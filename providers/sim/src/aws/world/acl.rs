//! Network ACLs: what may pass the border of a subnet.

use serde::{Deserialize, Serialize};

use super::Region;
use crate::ground::Entity;
use crate::ground::cidr6::Range;

/// An entry of a network ACL; the lowest number that fits a packet decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclEntry {
    pub egress: bool,
    pub number: i64,
    /// The number of a protocol; `-1` is all.
    pub protocol: String,
    pub allow: bool,
    pub range: Range,
    /// First and last port, of TCP and UDP.
    pub ports: Option<(i64, i64)>,
    /// Type and code, of ICMP; -1 is all.
    pub icmp: Option<(i64, i64)>,
}

/// A network ACL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NetworkAcl {
    pub id: String,
    pub vpc: String,
    /// Made with its VPC and gone with it; it has every subnet that no other has.
    pub is_default: bool,
    /// Sorted by direction and number.
    pub entries: Vec<AclEntry>,
    /// Association and subnet.
    pub associations: Vec<(String, String)>,
}

impl Entity for NetworkAcl {
    const KIND: &'static str = "network-acl";
    const PREFIX: &'static str = "acl";
    const NOT_FOUND: &'static str = "InvalidNetworkAclID.NotFound";
    const MALFORMED: &'static str = "InvalidNetworkAclId.Malformed";
    const NOUN: &'static str = "networkAcl ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        !self.is_default
    }
}

/// Entries in both directions that let everything of the range pass, as a new VPC has them.
pub fn open(range: Range, number: i64) -> [AclEntry; 2] {
    [true, false].map(|egress| AclEntry {
        egress,
        number,
        protocol: "-1".to_owned(),
        allow: true,
        range,
        ports: None,
        icmp: None,
    })
}

impl Region {
    /// The network ACL that came with a VPC.
    pub fn default_acl(&self, vpc: &str) -> Option<&NetworkAcl> {
        let mut all = self.network_acls.iter();
        all.find(|acl| acl.vpc == vpc && acl.is_default)
    }

    /// A new subnet has its VPC's default network ACL.
    pub fn join_default_acl(&mut self, vpc: &str, subnet: &str) {
        if let Some(mut acl) = self.default_acl(vpc).cloned() {
            let association = self.new_id("aclassoc");
            acl.associations.push((association, subnet.to_owned()));
            self.network_acls.put(acl);
        }
    }
}
