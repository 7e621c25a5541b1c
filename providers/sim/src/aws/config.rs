//! What a caller decides about this cloud.

/// The account that every request belongs to.
pub const ACCOUNT: &str = "123456789012";
/// The access key that the simulator knows unless told otherwise.
pub const ACCESS_KEY: &str = "AKIAINFRASIMULATOR0";
/// Its secret. It opens nothing but a simulator on loopback.
pub const SECRET_KEY: &str = "simulated/secret+access+key/for/loopback";

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
    /// A VPC or subnet until it is available.
    pub network_ms: u64,
    /// A NAT gateway until it is available, or gone.
    pub nat_gateway_ms: u64,
    /// A VPC endpoint until it is available, or gone.
    pub endpoint_ms: u64,
    /// An instance until it runs, has stopped or is terminated.
    pub instance_ms: u64,
    /// An instance that runs until its status checks have passed.
    pub status_checks_ms: u64,
    /// A volume until it is available, or gone.
    pub volume_ms: u64,
    /// A volume until it is attached or detached.
    pub attachment_ms: u64,
    /// Each of the two phases of a volume's modification (`modifying`, `optimizing`).
    pub modification_ms: u64,
    /// A snapshot until it is completed.
    pub snapshot_ms: u64,
    /// How long terminated instances and deleted NAT gateways can still be described.
    pub afterlife_ms: u64,
    /// How long Describe actions do not see what was just made: EC2's API is eventually consistent.
    pub stale_ms: u64,
    /// In how long a volume may be modified four times (24 hours at AWS, nothing here unless set).
    pub modification_window_ms: u64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            network_ms: 50,
            nat_gateway_ms: 500,
            endpoint_ms: 200,
            instance_ms: 300,
            status_checks_ms: 300,
            volume_ms: 100,
            attachment_ms: 100,
            modification_ms: 100,
            snapshot_ms: 200,
            afterlife_ms: 600_000,
            stale_ms: 0,
            modification_window_ms: 0,
        }
    }
}

impl Timing {
    /// Pending states end before the next request; what is gone stays visible as long as by default.
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
            endpoint_ms: scale(self.endpoint_ms),
            instance_ms: scale(self.instance_ms),
            status_checks_ms: scale(self.status_checks_ms),
            volume_ms: scale(self.volume_ms),
            attachment_ms: scale(self.attachment_ms),
            modification_ms: scale(self.modification_ms),
            snapshot_ms: scale(self.snapshot_ms),
            ..self
        }
    }
}

/// Service quotas of an account, per region; AWS's defaults where it has fixed ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// VPCs (the default VPC counts).
    pub vpcs: usize,
    /// Subnets per VPC.
    pub subnets_per_vpc: usize,
    /// Internet gateways.
    pub internet_gateways: usize,
    /// NAT gateways per zone.
    pub nat_gateways_per_zone: usize,
    /// Gateway endpoints.
    pub gateway_endpoints: usize,
    /// Interface endpoints per VPC.
    pub interface_endpoints_per_vpc: usize,
    /// Route tables per VPC.
    pub route_tables_per_vpc: usize,
    /// Network ACLs per VPC.
    pub network_acls_per_vpc: usize,
    /// Entries per network ACL and direction.
    pub entries_per_acl: usize,
    /// Routes per route table.
    pub routes_per_table: usize,
    /// Security groups.
    pub security_groups: usize,
    /// Rules per security group and direction.
    pub rules_per_group: usize,
    /// Security groups per network interface.
    pub groups_per_interface: usize,
    /// Elastic IP addresses.
    pub addresses: usize,
    /// Launch templates.
    pub launch_templates: usize,
    /// Virtual processors of running instances. A new AWS account has 5, an established one thousands.
    pub vcpus: u32,
    /// Snapshots of one account that EBS direct has pending.
    pub pending_snapshots: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            vpcs: 5,
            subnets_per_vpc: 200,
            internet_gateways: 5,
            nat_gateways_per_zone: 5,
            gateway_endpoints: 20,
            interface_endpoints_per_vpc: 50,
            route_tables_per_vpc: 200,
            network_acls_per_vpc: 200,
            entries_per_acl: 20,
            routes_per_table: 50,
            security_groups: 2500,
            rules_per_group: 60,
            groups_per_interface: 5,
            addresses: 5,
            launch_templates: 5000,
            vcpus: 10_000,
            pending_snapshots: 100,
        }
    }
}
