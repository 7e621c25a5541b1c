//! DHCP options: what hosts of a network are told when they ask for an address.

use serde::{Deserialize, Serialize};

use crate::ground::Entity;

/// A set of DHCP options; it never changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DhcpOptions {
    pub id: String,
    /// Option and values, in the order in which they were given.
    pub options: Vec<(String, Vec<String>)>,
    /// The set that the region came with.
    pub is_default: bool,
}

impl Entity for DhcpOptions {
    const KIND: &'static str = "dhcp-options";
    const PREFIX: &'static str = "dopt";
    const NOT_FOUND: &'static str = "InvalidDhcpOptionID.NotFound";
    const MALFORMED: &'static str = "InvalidDhcpOptionsId.Malformed";
    const NOUN: &'static str = "dhcpOption ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        !self.is_default
    }
}
