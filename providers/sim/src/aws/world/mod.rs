//! The cloud's memory: regions, each with its tables of entities, and the transactions that change them.

mod acl;
mod compute;
mod defaults;
mod dhcp;
mod endpoint;
mod flow_log;
mod image;
mod ipv6;
mod network;
mod peering;
mod region;
mod security;
mod storage;
mod support;
mod template;

pub use acl::{AclEntry, NetworkAcl, open};
pub use compute::{Instance, InstanceState, Metadata, PlacementGroup, Profile};
pub use defaults::everywhere;
pub use dhcp::DhcpOptions;
pub use endpoint::{EndpointState, VpcEndpoint};
pub use flow_log::FlowLog;
pub use image::{Image, ImageDisk, ImageState};
pub use ipv6::{EgressOnlyGateway, Ipv6Block};
pub use network::{
    Address, Interface, InterfaceAttachment, InternetGateway, NatGateway, NatState, NetworkState,
    PublicIp, Route, RouteAssociation, RouteTable, Subnet, Target, Vpc,
};
pub use peering::{Peering, PeeringState};
pub use region::{Conditions, Region};
pub use security::{Direction, KeyPair, Peer, Rule, SecurityGroup};
pub use storage::{
    AttachState, Attachment, Block, Modification, ModificationState, Shape, Snapshot,
    SnapshotState, Volume, VolumeState,
};
pub use support::{Tags, Token};
pub use template::{LaunchTemplate, TemplateVersion};

use crate::ground::regions::Regions;

/// The regions that exist.
pub const REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// All regions of the account.
pub type World = Regions<Region>;
