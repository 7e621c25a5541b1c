//! One region: its tables, and the moment of a request.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{
    Disk, Eip, Image, Instance, KeyPair, NatGateway, Policy, RouteEntry, RouteTable, SecurityGroup,
    Snapshot, SnatEntry, Token, VSwitch, Vpc,
};
use crate::aliyun::catalogue::regions;
use crate::aliyun::config::{Quotas, Timing};
use crate::aliyun::fault::Fault;
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
            /// For example `cn-hangzhou`.
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

            fn begin(&mut self, now: u64, mint: Mint) {
                self.now = now;
                self.mint = mint;
            }

            fn born(&mut self, ids: Vec<String>) {
                let (now, stale_ms) = (self.now, self.timing.stale_ms);
                self.newborn.retain(|_, born| *born + stale_ms > now);
                if stale_ms > 0 {
                    self.newborn.extend(ids.into_iter().map(|id| (id, now)));
                }
            }
        }
    };
}

region! {
    vpcs: Vpc,
    vswitches: VSwitch,
    route_tables: RouteTable,
    route_entries: RouteEntry,
    nat_gateways: NatGateway,
    snat_entries: SnatEntry,
    eips: Eip,
    security_groups: SecurityGroup,
    key_pairs: KeyPair,
    instances: Instance,
    disks: Disk,
    snapshots: Snapshot,
    policies: Policy,
    images: Image,
    tokens: Token,
}

/// Where public addresses come from: the range for benchmarks (RFC 2544), which belongs to nobody.
const PUBLIC: (Ipv4Addr, u32) = (Ipv4Addr::new(198, 18, 0, 0), 1 << 17);

/// Digits of ids.
const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

impl Region {
    /// A new id with that prefix, which shows the region as Alibaba Cloud's ids do.
    pub fn new_id(&mut self, prefix: &str) -> String {
        let bytes = self.mint.bytes();
        let tail = bytes.iter().take(17);
        let tail: String = tail
            .map(|byte| char::from(DIGITS[usize::from(*byte) % DIGITS.len()]))
            .collect();
        format!("{prefix}-{}{tail}", regions::code(&self.name))
    }

    /// Bytes that nothing else of this cloud has.
    pub fn new_bytes(&mut self) -> [u8; 32] {
        self.mint.bytes()
    }

    /// A public address that nobody has.
    pub fn new_public_ip(&mut self) -> Ipv4Addr {
        loop {
            let ip = Ipv4Addr::from(u32::from(PUBLIC.0) + self.mint.below(PUBLIC.1));
            let is_lent = self.eips.iter().any(|eip| eip.ip == ip)
                || self.instances.iter().any(|it| it.public_ip == Some(ip));
            if !is_lent {
                return ip;
            }
        }
    }

    /// When a phase of that length ends.
    pub fn after(&self, ms: u64) -> Option<u64> {
        Some(self.now + ms)
    }

    /// Whether Describe actions see the entity already.
    pub fn sees(&self, id: &str) -> bool {
        self.newborn
            .get(id)
            .is_none_or(|born| self.now >= born + self.timing.stale_ms)
    }

    /// The rows that Describe actions see, in the order of their ids.
    pub fn visible<'r, T: Entity>(
        &'r self,
        table: &'r Table<T>,
    ) -> impl Iterator<Item = &'r T> + 'r {
        table.iter().filter(|row| self.sees(row.id()))
    }

    /// The addresses of a VSwitch that are taken.
    pub fn taken_in(&self, vswitch: &str) -> Vec<Ipv4Addr> {
        let instances = self.instances.iter().filter(|it| it.vswitch == vswitch);
        let gateways = self.nat_gateways.iter().filter(|it| it.vswitch == vswitch);
        instances
            .map(|it| it.private_ip)
            .chain(gateways.map(|it| it.private_ip))
            .collect()
    }

    /// How many addresses of a VSwitch are free: the cloud keeps the first and the last three.
    pub fn free_in(&self, vswitch: &VSwitch) -> u64 {
        let taken = self.taken_in(&vswitch.id).len() as u64;
        vswitch.cidr.size().saturating_sub(4 + taken)
    }

    /// A private address: the given one, or the first free one of the VSwitch.
    ///
    /// # Errors
    /// `InvalidPrivateIpAddress.Duplicated`, `InvalidPrivateIpAddress.Malformed`, `InvalidVSwitchId.IpNotEnough`.
    pub fn private_ip(&self, vswitch: &VSwitch, wanted: Option<&str>) -> Result<Ipv4Addr, Fault> {
        let taken = self.taken_in(&vswitch.id);
        let mut usable = vswitch.cidr.usable(1, 3);
        let Some(wanted) = wanted else {
            return usable.find(|ip| !taken.contains(ip)).ok_or_else(|| {
                Fault::new(
                    "InvalidVSwitchId.IpNotEnough",
                    "The specified VSwitch does not have enough IP addresses.",
                )
            });
        };
        let ip: Option<Ipv4Addr> = wanted.parse().ok();
        match ip.filter(|ip| usable.any(|one| one == *ip)) {
            None => Err(Fault::new(
                "InvalidPrivateIpAddress.Malformed",
                "Specified private IP address is not in the CIDR block of the virtual switch.",
            )),
            Some(ip) if taken.contains(&ip) => Err(Fault::new(
                "InvalidPrivateIpAddress.Duplicated",
                "Specified private IP address is duplicated.",
            )),
            Some(ip) => Ok(ip),
        }
    }
}
