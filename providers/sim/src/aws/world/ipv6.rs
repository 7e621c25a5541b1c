//! IPv6: the ranges of VPCs and subnets, and the gateways that open from inside only.

use serde::{Deserialize, Serialize};

use crate::ground::Entity;
use crate::ground::cidr6::Cidr6;

/// A range in use, with the association that gives it to a VPC or subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ipv6Block {
    pub range: Cidr6,
    pub association: String,
}

/// An egress-only internet gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EgressOnlyGateway {
    pub id: String,
    pub vpc: String,
}

impl Entity for EgressOnlyGateway {
    const KIND: &'static str = "egress-only-internet-gateway";
    const PREFIX: &'static str = "eigw";
    const NOT_FOUND: &'static str = "InvalidGatewayID.NotFound";
    const MALFORMED: &'static str = "InvalidEgressOnlyInternetGatewayId.Malformed";
    const NOUN: &'static str = "egressOnlyInternetGateway ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        true
    }
}
