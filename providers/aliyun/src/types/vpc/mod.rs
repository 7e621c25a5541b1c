//! Networks: the types of the product VPC.

mod eip;
mod nat_gateway;
mod network;
mod route_entry;
mod snat;
mod vswitch;

pub(crate) use eip::EIP;
pub(crate) use nat_gateway::NAT_GATEWAY;
pub(crate) use network::VPC;
pub(crate) use route_entry::ROUTE_ENTRY;
pub(crate) use snat::SNAT;
pub(crate) use vswitch::VSWITCH;
