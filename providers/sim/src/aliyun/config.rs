//! What a caller decides about this cloud.

/// The account that every request belongs to.
pub const ACCOUNT: &str = "1234567890123456";
/// The access key that the simulator knows unless told otherwise.
pub const ACCESS_KEY: &str = "LTAIinfrasimulator0";
/// Its secret. It opens nothing but a simulator on loopback.
pub const SECRET_KEY: &str = "simulatedSecretForLoopback00000";

/// A key pair for signing requests.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The id that a request names.
    pub access_key: String,
    /// What it is signed with.
    pub secret_key: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
        }
    }
}

/// How long things take, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// A VPC, a VSwitch or a route entry until it is available, or gone.
    pub network_ms: u64,
    /// A NAT gateway until it is available, or gone.
    pub nat_gateway_ms: u64,
    /// A SNAT entry until it is available, or gone.
    pub snat_ms: u64,
    /// An Elastic IP until it is bound or free.
    pub eip_ms: u64,
    /// Each phase of an instance: pending, starting, stopping, until it is gone.
    pub instance_ms: u64,
    /// A disk until it is available.
    pub disk_ms: u64,
    /// A disk until it is attached or detached.
    pub attachment_ms: u64,
    /// A snapshot until it is accomplished.
    pub snapshot_ms: u64,
    /// An image until it is available.
    pub image_ms: u64,
    /// How long Describe actions do not see what was just made.
    pub stale_ms: u64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            network_ms: 50,
            nat_gateway_ms: 500,
            snat_ms: 50,
            eip_ms: 50,
            instance_ms: 150,
            disk_ms: 100,
            attachment_ms: 100,
            snapshot_ms: 200,
            image_ms: 200,
            stale_ms: 0,
        }
    }
}

impl Timing {
    /// Pending states end before the next request.
    pub fn instant() -> Self {
        Self::default().scaled(0.0)
    }

    /// All pending states `factor` times as long.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let scale = |ms: u64| (ms as f64 * factor).round() as u64;
        Self {
            network_ms: scale(self.network_ms),
            nat_gateway_ms: scale(self.nat_gateway_ms),
            snat_ms: scale(self.snat_ms),
            eip_ms: scale(self.eip_ms),
            instance_ms: scale(self.instance_ms),
            disk_ms: scale(self.disk_ms),
            attachment_ms: scale(self.attachment_ms),
            snapshot_ms: scale(self.snapshot_ms),
            image_ms: scale(self.image_ms),
            stale_ms: self.stale_ms,
        }
    }
}

/// Quotas of an account, per region. Sources: "Limits and quotas" of VPC and of ECS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    pub vpcs: usize,
    pub vswitches_per_vpc: usize,
    /// Custom entries of one route table.
    pub route_entries_per_table: usize,
    pub nat_gateways_per_vpc: usize,
    pub snat_entries_per_table: usize,
    pub eips: usize,
    pub security_groups: usize,
    /// Rules of one security group, both directions together.
    pub rules_per_group: usize,
    pub groups_per_instance: usize,
    pub data_disks_per_instance: usize,
    pub auto_snapshot_policies: usize,
    /// Virtual processors of all pay-as-you-go instances.
    pub vcpus: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            vpcs: 10,
            vswitches_per_vpc: 150,
            route_entries_per_table: 200,
            nat_gateways_per_vpc: 5,
            snat_entries_per_table: 40,
            eips: 20,
            security_groups: 100,
            rules_per_group: 200,
            groups_per_instance: 5,
            data_disks_per_instance: 16,
            auto_snapshot_policies: 100,
            vcpus: 10_000,
        }
    }
}
