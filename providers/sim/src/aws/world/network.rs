//! Networks: VPCs, subnets, gateways, route tables, interfaces, Elastic IP addresses.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::Ipv6Block;
use crate::ground::Entity;
use crate::ground::cidr::Cidr;
use crate::ground::cidr6::Range;
use crate::ground::words;

words! {
    /// The state of a VPC or subnet.
    NetworkState { Pending = "pending", Available = "available" }
}

words! {
    /// The state of a NAT gateway.
    NatState { Pending = "pending", Failed = "failed", Available = "available", Deleting = "deleting", Deleted = "deleted" }
}

/// A virtual private cloud.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vpc {
    pub id: String,
    pub cidr: Cidr,
    pub cidr_association: String,
    pub ipv6: Option<Ipv6Block>,
    pub state: NetworkState,
    pub due: Option<u64>,
    pub tenancy: String,
    pub dns_support: bool,
    pub dns_hostnames: bool,
    pub address_metrics: bool,
    pub dhcp_options: String,
    pub is_default: bool,
}

impl Entity for Vpc {
    const KIND: &'static str = "vpc";
    const PREFIX: &'static str = "vpc";
    const NOT_FOUND: &'static str = "InvalidVpcID.NotFound";
    const MALFORMED: &'static str = "InvalidVpcID.Malformed";
    const NOUN: &'static str = "vpc ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn due(&self) -> Option<u64> {
        self.due
    }

    fn left_over(&self) -> bool {
        !self.is_default
    }
}

/// A subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subnet {
    pub id: String,
    pub vpc: String,
    pub cidr: Cidr,
    pub ipv6: Option<Ipv6Block>,
    pub zone: String,
    pub state: NetworkState,
    pub due: Option<u64>,
    pub map_public_ip: bool,
    pub default_for_zone: bool,
}

impl Entity for Subnet {
    const KIND: &'static str = "subnet";
    const PREFIX: &'static str = "subnet";
    const NOT_FOUND: &'static str = "InvalidSubnetID.NotFound";
    const MALFORMED: &'static str = "InvalidSubnetID.Malformed";
    const NOUN: &'static str = "subnet ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn due(&self) -> Option<u64> {
        self.due
    }

    fn left_over(&self) -> bool {
        !self.default_for_zone
    }
}

/// An internet gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InternetGateway {
    pub id: String,
    pub vpc: Option<String>,
    pub is_default: bool,
}

impl Entity for InternetGateway {
    const KIND: &'static str = "internet-gateway";
    const PREFIX: &'static str = "igw";
    const NOT_FOUND: &'static str = "InvalidInternetGatewayID.NotFound";
    const MALFORMED: &'static str = "InvalidInternetGatewayId.Malformed";
    const NOUN: &'static str = "internetGateway ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        !self.is_default
    }
}

/// A NAT gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NatGateway {
    pub id: String,
    pub vpc: String,
    pub subnet: String,
    pub interface: String,
    pub public: bool,
    pub state: NatState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub deleted_ms: Option<u64>,
    /// Code and text of why it failed.
    pub failure: Option<(String, String)>,
}

impl Entity for NatGateway {
    const KIND: &'static str = "natgateway";
    const PREFIX: &'static str = "nat";
    const NOT_FOUND: &'static str = "NatGatewayNotFound";
    const MALFORMED: &'static str = "NatGatewayMalformed";
    const NOUN: &'static str = "Nat Gateway";

    fn id(&self) -> &str {
        &self.id
    }

    fn due(&self) -> Option<u64> {
        self.due
    }

    fn left_over(&self) -> bool {
        !matches!(self.state, NatState::Deleted | NatState::Deleting)
    }
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Inside the VPC.
    Local,
    InternetGateway(String),
    EgressOnlyGateway(String),
    NatGateway(String),
    Peering(String),
    Interface(String),
}

/// A route of a route table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Route {
    pub destination: Range,
    pub target: Target,
}

/// The association of a route table with a subnet, or with the VPC as its main table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteAssociation {
    pub id: String,
    /// `None` makes it the main table.
    pub subnet: Option<String>,
}

/// A route table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RouteTable {
    pub id: String,
    pub vpc: String,
    pub routes: Vec<Route>,
    pub associations: Vec<RouteAssociation>,
    /// Made with its VPC and gone with it.
    pub made_by_vpc: bool,
}

impl RouteTable {
    /// Whether it is the main table of its VPC.
    pub fn is_main(&self) -> bool {
        self.associations
            .iter()
            .any(|association| association.subnet.is_none())
    }
}

impl Entity for RouteTable {
    const KIND: &'static str = "route-table";
    const PREFIX: &'static str = "rtb";
    const NOT_FOUND: &'static str = "InvalidRouteTableID.NotFound";
    const MALFORMED: &'static str = "InvalidRouteTableId.Malformed";
    const NOUN: &'static str = "routeTable ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        !self.made_by_vpc
    }
}

/// The public side of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicIp {
    pub ip: Ipv4Addr,
    /// Allocation and association of an Elastic IP address; `None` for an address that Amazon lends while the
    /// instance runs.
    pub elastic: Option<(String, String)>,
}

/// What an interface is attached to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InterfaceAttachment {
    pub id: String,
    pub instance: String,
    pub device_index: i64,
    pub since_ms: u64,
    pub delete_on_termination: bool,
}

/// A network interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interface {
    pub id: String,
    pub vpc: String,
    pub subnet: String,
    pub zone: String,
    pub description: String,
    pub mac: String,
    pub ip: Ipv4Addr,
    /// Further addresses, in the order of assignment.
    pub secondary: Vec<Ipv4Addr>,
    pub groups: Vec<String>,
    pub source_dest_check: bool,
    pub public: Option<PublicIp>,
    /// Whether a public address is lent to it at each start of its instance.
    pub wants_public: bool,
    pub attachment: Option<InterfaceAttachment>,
    /// The NAT gateway whose interface it is.
    pub nat_gateway: Option<String>,
    /// The VPC endpoint whose interface it is.
    #[serde(default)]
    pub endpoint: Option<String>,
}

impl Interface {
    /// Whether Amazon made it for something else and takes it away with that.
    pub fn is_managed(&self) -> bool {
        self.nat_gateway.is_some() || self.endpoint.is_some()
    }
}

impl Entity for Interface {
    const KIND: &'static str = "network-interface";
    const PREFIX: &'static str = "eni";
    const NOT_FOUND: &'static str = "InvalidNetworkInterfaceID.NotFound";
    const MALFORMED: &'static str = "InvalidNetworkInterfaceId.Malformed";
    const NOUN: &'static str = "networkInterface ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        self.attachment.is_none() && !self.is_managed()
    }
}

/// An Elastic IP address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    pub id: String,
    pub ip: Ipv4Addr,
    /// Association id and interface.
    pub association: Option<(String, String)>,
}

impl Entity for Address {
    const KIND: &'static str = "elastic-ip";
    const PREFIX: &'static str = "eipalloc";
    const NOT_FOUND: &'static str = "InvalidAllocationID.NotFound";
    const MALFORMED: &'static str = "InvalidAllocationID.Malformed";
    const NOUN: &'static str = "allocation ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        true
    }
}
