//! VPC endpoints.

use serde::{Deserialize, Serialize};

use crate::ground::Entity;
use crate::ground::words;

words! {
    /// The state of a VPC endpoint, as AWS sends it: in lower case, whatever its API model says.
    EndpointState { Pending = "pending", Available = "available", Deleting = "deleting" }
}

/// A way from a VPC to a service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VpcEndpoint {
    pub id: String,
    pub vpc: String,
    /// The service's whole name.
    pub service: String,
    /// Whether it has network interfaces; otherwise it is in route tables.
    pub interface: bool,
    pub state: EndpointState,
    pub due: Option<u64>,
    /// The policy as it was given, or the one that allows everything.
    pub policy: String,
    /// The route tables of a gateway endpoint.
    pub route_tables: Vec<String>,
    /// The interfaces of an interface endpoint, each with its subnet.
    pub interfaces: Vec<(String, String)>,
    pub groups: Vec<String>,
    pub private_dns: bool,
    pub created_ms: u64,
}

impl VpcEndpoint {
    /// Whether it is there or comes to be.
    pub fn is_live(&self) -> bool {
        self.state != EndpointState::Deleting
    }
}

impl Entity for VpcEndpoint {
    const KIND: &'static str = "vpc-endpoint";
    const PREFIX: &'static str = "vpce";
    const NOT_FOUND: &'static str = "InvalidVpcEndpointId.NotFound";
    const MALFORMED: &'static str = "InvalidVpcEndpointId.Malformed";
    const NOUN: &'static str = "Vpc Endpoint Id";

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
