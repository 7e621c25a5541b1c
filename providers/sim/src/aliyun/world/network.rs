//! VPCs and what is in them.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::aliyun::world::Tags;
use crate::aliyun::world::support::entity;
use crate::ground::cidr::Cidr;
use crate::ground::words;

words! {
    /// The state of a VPC, a VSwitch, a route entry or a SNAT entry.
    NetworkState { Pending = "Pending", Available = "Available", Modifying = "Modifying", Deleting = "Deleting" }
}

words! {
    /// The state of a NAT gateway.
    NatState { Creating = "Creating", Available = "Available", Deleting = "Deleting" }
}

words! {
    /// The state of an Elastic IP.
    EipState { Available = "Available", Associating = "Associating", InUse = "InUse", Unassociating = "Unassociating" }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vpc {
    pub id: String,
    pub name: String,
    pub description: String,
    pub cidr: Cidr,
    /// The range that it was made with, inside which it may shrink and grow.
    pub widest: Cidr,
    pub secondary: Vec<Cidr>,
    pub user_cidr: String,
    pub ipv6: bool,
    pub dns_hostname: bool,
    pub router: String,
    /// Its system route table.
    pub table: String,
    pub state: NetworkState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    Vpc: "aliyun.vpc", "vpc", "InvalidVpcID.NotFound", "VPC";
    id: id; due: due; left_over: |it| it.state != NetworkState::Deleting
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VSwitch {
    pub id: String,
    pub vpc: String,
    pub zone: String,
    pub cidr: Cidr,
    pub name: String,
    pub description: String,
    pub state: NetworkState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    VSwitch: "aliyun.vswitch", "vsw", "InvalidVswitchID.NotFound", "VSwitch";
    id: id; due: due; left_over: |it| it.state != NetworkState::Deleting
}

/// The system route table of a VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RouteTable {
    pub id: String,
    pub vpc: String,
    pub router: String,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    RouteTable: "aliyun.route_table", "vtb", "InvalidRouteTableId.NotFound", "route table";
    id: id; due: never; left_over: |_| false
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RouteEntry {
    pub id: String,
    pub table: String,
    pub vpc: String,
    pub destination: Cidr,
    /// `Instance`, `NatGateway`, `local`, …
    pub hop_type: String,
    /// The id of what it leads to; empty for `local`.
    pub hop: String,
    pub name: String,
    pub description: String,
    /// Whether the cloud made it with the VPC or a VSwitch.
    pub is_system: bool,
    /// The service that made it for itself.
    pub service: String,
    pub state: NetworkState,
    pub due: Option<u64>,
    pub modified_ms: u64,
}

entity! {
    RouteEntry: "aliyun.route_entry", "rte", "InvalidRouteEntry.NotFound", "route entry";
    id: id; due: due; left_over: |it| !it.is_system && it.service.is_empty() && it.state != NetworkState::Deleting
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NatGateway {
    pub id: String,
    pub vpc: String,
    pub vswitch: String,
    pub name: String,
    pub description: String,
    pub network_type: String,
    pub eip_bind_mode: String,
    pub icmp_reply: bool,
    pub is_protected: bool,
    pub snat_table: String,
    pub forward_table: String,
    pub interface: String,
    pub private_ip: Ipv4Addr,
    pub state: NatState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    NatGateway: "aliyun.nat_gateway", "ngw", "InvalidNatGatewayId.NotFound", "NAT gateway";
    id: id; due: due; left_over: |it| it.state != NatState::Deleting
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SnatEntry {
    pub id: String,
    pub table: String,
    pub nat: String,
    /// Empty when it is for a range.
    pub vswitch: String,
    pub range: Cidr,
    pub ips: Vec<Ipv4Addr>,
    pub name: String,
    pub affinity: bool,
    pub state: NetworkState,
    pub due: Option<u64>,
}

entity! {
    SnatEntry: "aliyun.snat", "snat", "InvalidSnatEntryId.NotFound", "SNAT entry";
    id: id; due: due; left_over: |it| it.state != NetworkState::Deleting
}

/// What an Elastic IP is bound to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    pub id: String,
    /// `EcsInstance`, `Nat` or `NetworkInterface`.
    pub kind: String,
    pub private_ip: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Eip {
    pub id: String,
    pub ip: Ipv4Addr,
    pub name: String,
    pub description: String,
    /// In Mbit/s.
    pub bandwidth: i64,
    pub isp: String,
    /// `PayByBandwidth` or `PayByTraffic`.
    pub traffic: String,
    /// `PostPaid` or `PrePaid`.
    pub charge: String,
    pub bound: Option<Binding>,
    pub is_protected: bool,
    pub state: EipState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    Eip: "aliyun.eip", "eip", "InvalidAllocationId.NotFound", "EIP";
    id: id; due: due; left_over: |_| true
}
