//! One region: its tables, listed once, and what has to be done for each of them.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{
    Address, Block, DhcpOptions, EgressOnlyGateway, FlowLog, Image, Instance, Interface,
    InternetGateway, KeyPair, LaunchTemplate, NatGateway, NetworkAcl, Peering, PlacementGroup,
    RouteTable, SecurityGroup, Snapshot, Subnet, Tags, Token, Volume, Vpc, VpcEndpoint, defaults,
};
use crate::aws::config::{Quotas, Timing};
use crate::ground::regions::Place;
use crate::ground::{AnyTable, Entity, Mint, Table};

/// What is the same in all regions.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    pub timing: Timing,
    pub quotas: Quotas,
}

macro_rules! region {
    ($($field:ident: $entity:ty),+ $(,)?) => {
        /// A region of the account at the moment of a request.
        #[derive(Debug)]
        pub struct Region {
            /// For example `us-west-2`.
            pub name: String,
            /// The moment of the request, in milliseconds since 1970.
            pub now: u64,
            pub timing: Timing,
            pub quotas: Quotas,
            mint: Mint,
            // When each of the newest entities was made, as long as Describe actions may miss it.
            newborn: BTreeMap<String, u64>,
            $(pub $field: Table<$entity>,)+
        }

        impl Place for Region {
            type Conditions = Conditions;

            fn blank(name: &str, conditions: &Conditions) -> Self {
                Self {
                    name: name.to_owned(),
                    now: 0,
                    timing: conditions.timing,
                    quotas: conditions.quotas,
                    mint: Mint::new(0, name, 0),
                    newborn: BTreeMap::new(),
                    $($field: Table::default(),)+
                }
            }

            fn tables(&self) -> Vec<&dyn AnyTable> {
                vec![$(&self.$field),+]
            }

            fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
                vec![$(&mut self.$field),+]
            }

            /// A new region has its default network.
            fn begin(&mut self, now: u64, mint: Mint) {
                self.now = now;
                self.mint = mint;
                if self.tables().iter().all(|table| table.is_empty()) {
                    defaults::furnish(self);
                }
            }

            fn born(&mut self, ids: Vec<String>) {
                let (now, stale_ms) = (self.now, self.timing.stale_ms);
                self.newborn.retain(|_, born| *born + stale_ms > now);
                if stale_ms > 0 {
                    self.newborn.extend(ids.into_iter().map(|id| (id, now)));
                }
            }

            fn complete(&self, id: &str, entity: &mut Value) {
                if let Some(tags) = self.tags.get(id) {
                    entity["tags"] = json!(tags.tags);
                }
            }
        }

        impl Region {
            /// Whether entities of that kind have a table here.
            pub fn keeps(kind: &str) -> bool {
                [$(<$entity>::KIND),+].contains(&kind)
            }

            /// The kind of the resource with that id, if there is one that can carry tags.
            pub fn kind_of(&self, id: &str) -> Option<&'static str> {
                $(if !<$entity>::PREFIX.is_empty() && self.$field.get(id).is_some() { return Some(<$entity>::KIND); })+
                None
            }
        }
    };
}

region! {
    vpcs: Vpc,
    subnets: Subnet,
    dhcp_options: DhcpOptions,
    internet_gateways: InternetGateway,
    egress_only_gateways: EgressOnlyGateway,
    nat_gateways: NatGateway,
    vpc_endpoints: VpcEndpoint,
    flow_logs: FlowLog,
    peerings: Peering,
    route_tables: RouteTable,
    network_acls: NetworkAcl,
    security_groups: SecurityGroup,
    key_pairs: KeyPair,
    interfaces: Interface,
    addresses: Address,
    instances: Instance,
    launch_templates: LaunchTemplate,
    placement_groups: PlacementGroup,
    volumes: Volume,
    snapshots: Snapshot,
    images: Image,
    blocks: Block,
    tags: Tags,
    tokens: Token,
}

/// Where public addresses come from: the range for benchmarks (RFC 2544), which belongs to nobody.
const PUBLIC: (Ipv4Addr, u32) = (Ipv4Addr::new(198, 18, 0, 0), 1 << 17);

impl Region {
    /// A new id with that prefix.
    pub fn new_id(&mut self, prefix: &str) -> String {
        self.mint.id(prefix)
    }

    /// Bytes that nothing else of this cloud has.
    pub fn new_bytes(&mut self) -> [u8; 32] {
        self.mint.bytes()
    }

    /// A public address that nobody has.
    pub fn new_public_ip(&mut self) -> Ipv4Addr {
        loop {
            let ip = Ipv4Addr::from(u32::from(PUBLIC.0) + self.mint.below(PUBLIC.1));
            let lent = self.interfaces.iter().any(|interface| {
                interface
                    .public
                    .as_ref()
                    .is_some_and(|public| public.ip == ip)
            });
            if !lent && !self.addresses.iter().any(|address| address.ip == ip) {
                return ip;
            }
        }
    }

    /// Whether Describe actions do not see the entity yet.
    pub fn is_unseen(&self, id: &str) -> bool {
        self.newborn
            .get(id)
            .is_some_and(|born| self.now < born + self.timing.stale_ms)
    }

    /// When a phase of that length ends.
    pub fn after(&self, ms: u64) -> Option<u64> {
        Some(self.now + ms)
    }

    /// The zones: `us-west-2a` to `us-west-2d`.
    pub fn zones(&self) -> impl Iterator<Item = String> {
        ['a', 'b', 'c', 'd']
            .into_iter()
            .map(|letter| format!("{}{letter}", self.name))
    }

    /// A zone's id, which is the same zone in every account: `usw2-az1`.
    pub fn zone_id(&self, zone: &str) -> String {
        let mut short = String::new();
        for part in self.name.split('-') {
            let take = match part {
                "northeast" | "northwest" | "southeast" | "southwest" => {
                    vec![&part[..1], &part[5..6]]
                }
                "us" | "ap" | "eu" | "ca" | "sa" => vec![part],
                part => vec![&part[..1]],
            };
            take.iter().for_each(|piece| short.push_str(piece));
        }
        let letter = zone.bytes().last().unwrap_or(b'a').saturating_sub(b'a');
        format!("{short}-az{}", letter + 1)
    }

    /// The tags of a resource.
    pub fn tags_of(&self, id: &str) -> impl Iterator<Item = (&str, &str)> {
        self.tags.get(id).into_iter().flat_map(|tags| {
            tags.tags
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
        })
    }

    /// Addresses of a subnet's range that are taken.
    pub fn taken_in(&self, subnet: &str) -> impl Iterator<Item = Ipv4Addr> {
        self.interfaces
            .iter()
            .filter(move |interface| interface.subnet == subnet)
            .flat_map(|interface| {
                std::iter::once(interface.ip).chain(interface.secondary.iter().copied())
            })
    }

    /// How many addresses of a subnet are free.
    pub fn free_in(&self, subnet: &Subnet) -> u64 {
        subnet
            .cidr
            .size()
            .saturating_sub(5 + self.taken_in(&subnet.id).count() as u64)
    }

    /// The VPC that launches without a subnet go to.
    pub fn default_vpc(&self) -> Option<&Vpc> {
        self.vpcs.iter().find(|vpc| vpc.is_default)
    }

    /// Whether the VPC has an attached internet gateway.
    pub fn has_internet(&self, vpc: &str) -> bool {
        self.internet_gateways
            .iter()
            .any(|gateway| gateway.vpc.as_deref() == Some(vpc))
    }

    /// The security group of that VPC called `default`.
    pub fn default_group(&self, vpc: &str) -> Option<&SecurityGroup> {
        self.security_groups
            .iter()
            .find(|group| group.vpc == vpc && group.name == "default")
    }
}
