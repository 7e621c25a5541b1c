//! VPC peering connections.

use serde::{Deserialize, Serialize};

use crate::ground::Entity;
use crate::ground::words;

words! {
    /// The status of a peering connection.
    PeeringState {
        Failed = "failed", Pending = "pending-acceptance", Provisioning = "provisioning", Active = "active",
        Deleted = "deleted",
    }
}

/// A peering connection between two VPCs of the region.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Peering {
    pub id: String,
    pub requester: String,
    pub accepter: String,
    pub state: PeeringState,
    pub due: Option<u64>,
}

impl Entity for Peering {
    const KIND: &'static str = "vpc-peering-connection";
    const PREFIX: &'static str = "pcx";
    const NOT_FOUND: &'static str = "InvalidVpcPeeringConnectionID.NotFound";
    const MALFORMED: &'static str = "InvalidVpcPeeringConnectionId.Malformed";
    const NOUN: &'static str = "vpcPeeringConnection ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn due(&self) -> Option<u64> {
        self.due
    }

    fn left_over(&self) -> bool {
        self.is_live()
    }
}

impl Peering {
    /// Whether it is there or may come to be.
    pub fn is_live(&self) -> bool {
        !matches!(self.state, PeeringState::Failed | PeeringState::Deleted)
    }

    /// Whether it connects the VPC with another.
    pub fn touches(&self, vpc: &str) -> bool {
        self.requester == vpc || self.accepter == vpc
    }
}
