//! Flow logs.

use serde::{Deserialize, Serialize};

use crate::ground::Entity;

/// A flow log. It writes nothing: there is no traffic.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FlowLog {
    pub id: String,
    /// The VPC, subnet or network interface that is watched.
    pub resource: String,
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic: String,
    /// `s3`, `cloud-watch-logs` or `kinesis-data-firehose`.
    pub destination_type: String,
    /// An ARN.
    pub destination: String,
    pub role: Option<String>,
    pub format: String,
    /// 60 or 600.
    pub interval_s: i64,
    pub created_ms: u64,
}

impl Entity for FlowLog {
    const KIND: &'static str = "vpc-flow-log";
    const PREFIX: &'static str = "fl";
    const NOT_FOUND: &'static str = "InvalidFlowLogId.NotFound";
    const MALFORMED: &'static str = "InvalidFlowLogId.Malformed";
    const NOUN: &'static str = "flow log";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        true
    }
}
