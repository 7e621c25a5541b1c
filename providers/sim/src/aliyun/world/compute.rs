//! Instances.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::aliyun::world::Tags;
use crate::aliyun::world::support::entity;
use crate::ground::words;

words! {
    /// The state of an instance. `Deleting` is only ever seen as `Stopped`.
    InstanceState {
        Pending = "Pending", Starting = "Starting", Running = "Running", Stopping = "Stopping",
        Stopped = "Stopped", Deleting = "Deleting",
    }
}

/// How a prepaid instance goes on when its time is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renewal {
    /// `AutoRenewal`, `Normal` or `NotRenewal`.
    pub status: String,
    pub duration: i64,
    /// `Week`, `Month` or `Year`.
    pub unit: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instance {
    pub id: String,
    pub name: String,
    pub description: String,
    pub host_name: String,
    pub instance_type: String,
    pub image: String,
    pub zone: String,
    pub vpc: String,
    pub vswitch: String,
    pub private_ip: Ipv4Addr,
    /// A static public address, not an Elastic IP.
    pub public_ip: Option<Ipv4Addr>,
    pub interface: String,
    pub mac: String,
    pub groups: Vec<String>,
    pub key_pair: String,
    pub has_password: bool,
    pub user_data: String,
    pub ram_role: String,
    /// `PostPaid` or `PrePaid`.
    pub charge: String,
    pub expires_ms: Option<u64>,
    pub renewal: Option<Renewal>,
    pub spot_strategy: String,
    pub internet_charge: String,
    pub bandwidth_in: i64,
    pub bandwidth_out: i64,
    pub credit: String,
    pub is_protected: bool,
    pub metadata_tokens: String,
    pub metadata_endpoint: String,
    pub auto_release: String,
    pub stopped_mode: String,
    pub state: InstanceState,
    /// What is behind the present state: where it goes when it is due.
    pub next: InstanceState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub started_ms: Option<u64>,
    pub tags: Tags,
}

impl Instance {
    /// What clients see of its state.
    pub fn status(&self) -> &'static str {
        match self.state {
            InstanceState::Deleting => InstanceState::Stopped.word(),
            state => state.word(),
        }
    }
}

entity! {
    Instance: "aliyun.instance", "i", "InvalidInstanceId.NotFound", "InstanceId";
    id: id; due: due; left_over: |it| it.state != InstanceState::Deleting
}
