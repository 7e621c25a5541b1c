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

use std::collections::BTreeMap;

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
pub use region::Region;
pub use security::{Direction, KeyPair, Peer, Rule, SecurityGroup};
pub use storage::{
    AttachState, Attachment, Block, Modification, ModificationState, Shape, Snapshot,
    SnapshotState, Volume, VolumeState,
};
pub use support::{Tags, Token};
pub use template::{LaunchTemplate, TemplateVersion};

use crate::aws::config::{Quotas, Timing};
use crate::ground::Mint;
use crate::ground::cloud::Inspected;
use crate::ground::journal::Change;

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
#[derive(Debug)]
pub struct World {
    regions: BTreeMap<String, Region>,
    tx: u64,
    seed: u64,
    timing: Timing,
    quotas: Quotas,
}

impl World {
    /// An empty world.
    pub fn new(seed: u64, timing: Timing, quotas: Quotas) -> Self {
        Self {
            regions: BTreeMap::new(),
            tx: 0,
            seed,
            timing,
            quotas,
        }
    }

    /// Takes over what a state file describes.
    ///
    /// # Errors
    /// A sentence about the first entity that cannot be read.
    pub fn load(&mut self, changes: Vec<Change>) -> Result<(), String> {
        for change in changes {
            self.blank(&change.region).load(change)?;
        }
        for region in self.regions.values_mut() {
            region.commit();
        }
        Ok(())
    }

    /// The last transaction is number `tx`, whichever cloud it was of.
    pub fn follow(&mut self, tx: u64) {
        self.tx = tx;
    }

    /// The region at the moment `now`, made on first sight with its default network.
    pub fn region(&mut self, name: &str, now: u64) -> &mut Region {
        let region = self.blank(name);
        region.now = now;
        if region.is_blank() {
            defaults::furnish(region);
        }
        region
    }

    /// A region that a request only reads from.
    pub fn peek(&self, name: &str) -> Option<&Region> {
        self.regions.get(name)
    }

    fn blank(&mut self, name: &str) -> &mut Region {
        let mint = Mint::new(self.seed, name, self.tx + 1);
        let region = self
            .regions
            .entry(name.to_owned())
            .or_insert_with(|| Region::new(name, self.timing, self.quotas, mint.clone()));
        region.mint = mint;
        region
    }

    /// Everything that changed since the last commit, for the journal.
    pub fn changes(&self) -> Vec<Change> {
        self.regions.values().flat_map(Region::changes).collect()
    }

    /// Makes the changes lasting, as transaction `tx`.
    pub fn commit(&mut self, tx: u64) {
        self.regions.values_mut().for_each(Region::commit);
        self.tx = tx;
    }

    /// Forgets what changed since the last commit.
    pub fn rollback(&mut self) {
        self.regions.values_mut().for_each(Region::rollback);
    }

    /// Every entity, as the state file holds it.
    pub fn all(&self) -> Vec<Change> {
        self.regions.values().flat_map(Region::all).collect()
    }

    /// Every entity as a test looks at it.
    pub fn inspect(&self) -> Vec<Inspected> {
        self.regions.values().flat_map(Region::inspect).collect()
    }
}
