//! Instances.

use serde::{Deserialize, Serialize};

use crate::ground::Entity;
use crate::ground::words;

words! {
    /// The state of an instance.
    InstanceState {
        Pending = "pending", Running = "running", ShuttingDown = "shutting-down", Terminated = "terminated",
        Stopping = "stopping", Stopped = "stopped",
    }
}

impl InstanceState {
    /// The number that AWS sends beside the word.
    pub fn code(self) -> u16 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }

    /// Whether it is on its way out, or gone.
    pub fn is_ending(self) -> bool {
        matches!(self, Self::ShuttingDown | Self::Terminated)
    }
}

/// How the instance's metadata service answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// `required` (version 2 only) or `optional`.
    pub tokens: String,
    pub hop_limit: i64,
    pub endpoint: String,
    pub ipv6: String,
    pub tags: String,
}

/// The instance profile that an instance runs with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub association: String,
    pub arn: String,
    pub id: String,
    pub since_ms: u64,
}

/// A placement group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlacementGroup {
    pub id: String,
    pub name: String,
    /// `cluster`, `spread` or `partition`.
    pub strategy: String,
    /// How many partitions a zone has, for `partition`.
    #[serde(default)]
    pub partitions: Option<i64>,
    /// `rack` or `host`, for `spread`.
    #[serde(default)]
    pub spread_level: Option<String>,
}

impl Entity for PlacementGroup {
    const KIND: &'static str = "placement-group";
    const PREFIX: &'static str = "pg";
    const NOT_FOUND: &'static str = "InvalidPlacementGroupId.NotFound";
    const MALFORMED: &'static str = "InvalidPlacementGroupId.Malformed";
    const NOUN: &'static str = "placement group";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        true
    }
}

/// An instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instance {
    pub id: String,
    pub reservation: String,
    pub launch_index: usize,
    pub client_token: Option<String>,
    pub image: String,
    pub kind: String,
    pub key: Option<String>,
    pub state: InstanceState,
    pub due: Option<u64>,
    pub launched_ms: u64,
    /// Code and text of the last change of state by a user.
    pub reason: Option<(String, String)>,
    pub zone: String,
    pub vpc: String,
    pub subnet: String,
    /// In the order of their device index.
    pub interfaces: Vec<String>,
    pub root_device: String,
    /// Device name and volume, in the order of attachment.
    pub devices: Vec<(String, String)>,
    /// As sent: base64.
    pub user_data: Option<String>,
    pub terminate_protected: bool,
    pub stop_protected: bool,
    pub shutdown_behavior: String,
    pub metadata: Metadata,
    pub monitored: bool,
    pub ebs_optimized: bool,
    pub cpu_credits: Option<String>,
    pub tenancy: String,
    pub placement_group: Option<String>,
    pub profile: Option<Profile>,
}

impl Entity for Instance {
    const KIND: &'static str = "instance";
    const PREFIX: &'static str = "i";
    const NOT_FOUND: &'static str = "InvalidInstanceID.NotFound";
    const MALFORMED: &'static str = "InvalidInstanceID.Malformed";
    const NOUN: &'static str = "instance ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn due(&self) -> Option<u64> {
        self.due
    }

    fn left_over(&self) -> bool {
        !self.state.is_ending()
    }
}
