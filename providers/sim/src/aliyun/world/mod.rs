//! The cloud's memory: what exists in a region.

mod compute;
mod network;
mod region;
mod security;
mod storage;
mod support;

pub use compute::{Instance, InstanceState, Renewal};
pub use network::{
    Binding, Eip, EipState, NatGateway, NatState, NetworkState, RouteEntry, RouteTable, SnatEntry,
    VSwitch, Vpc,
};
pub use region::{Conditions, Region};
pub use security::{Direction, KeyPair, Peer, Rule, SecurityGroup};
pub use storage::{Disk, DiskState, Image, ImageState, Policy, Snapshot, SnapshotState};
pub use support::{Tags, Token};
