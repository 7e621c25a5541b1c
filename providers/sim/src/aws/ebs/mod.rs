//! The EBS direct APIs: snapshots written and read block by block.
//!
//! Source: "EBS direct APIs" of the API reference. A block is 512 KiB; its checksum is the base64 of its SHA-256.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::aws::fault::Fault;
use crate::aws::world::{Region, Snapshot};
use crate::ground::{Incoming, Reply};

mod read;
mod write;

/// Bytes in a block.
const BLOCK_BYTES: usize = 524_288;

/// A call, as its method and path say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    StartSnapshot,
    PutSnapshotBlock(String, u32),
    CompleteSnapshot(String),
    ListSnapshotBlocks(String),
    GetSnapshotBlock(String, u32),
    ListChangedBlocks(String),
}

impl Operation {
    /// Finds the call of a request.
    ///
    /// # Errors
    /// `UnknownOperationException`, or `ValidationException` for a block index that is no number.
    pub fn of(request: &Incoming) -> Result<Self, Fault> {
        let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        let index = |text: &str| {
            text.parse()
                .map_err(|_| invalid("INVALID_BLOCK", format!("Invalid block index: {text}")))
        };
        Ok(match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["snapshots"]) => Self::StartSnapshot,
            ("POST", ["snapshots", "completion", id]) => Self::CompleteSnapshot((*id).to_owned()),
            ("PUT", ["snapshots", id, "blocks", n]) => {
                Self::PutSnapshotBlock((*id).to_owned(), index(n)?)
            }
            ("GET", ["snapshots", id, "blocks"]) => Self::ListSnapshotBlocks((*id).to_owned()),
            ("GET", ["snapshots", id, "blocks", n]) => {
                Self::GetSnapshotBlock((*id).to_owned(), index(n)?)
            }
            ("GET", ["snapshots", id, "changedblocks"]) => {
                Self::ListChangedBlocks((*id).to_owned())
            }
            _ => {
                return Err(
                    Fault::new("UnknownOperationException", "There is no such operation")
                        .with_status(404),
                );
            }
        })
    }

    /// The name of the action.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StartSnapshot => "StartSnapshot",
            Self::PutSnapshotBlock(..) => "PutSnapshotBlock",
            Self::CompleteSnapshot(_) => "CompleteSnapshot",
            Self::ListSnapshotBlocks(_) => "ListSnapshotBlocks",
            Self::GetSnapshotBlock(..) => "GetSnapshotBlock",
            Self::ListChangedBlocks(_) => "ListChangedBlocks",
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// The faults of the API reference.
    pub fn run(&self, region: &mut Region, request: &Incoming) -> Result<Reply, Fault> {
        match self {
            Self::StartSnapshot => write::start(region, request),
            Self::PutSnapshotBlock(id, index) => write::put(region, id, *index, request),
            Self::CompleteSnapshot(id) => write::complete(region, id, request),
            Self::ListSnapshotBlocks(id) => read::list(region, id, request),
            Self::GetSnapshotBlock(id, index) => read::get(region, id, *index, request),
            Self::ListChangedBlocks(id) => read::changed(region, id, request),
        }
    }
}

/// An error in the service's format.
pub fn refuse(fault: &Fault, request_id: &str) -> Reply {
    let mut body = json!({ "Message": fault.message, "RequestId": request_id });
    if let Some(reason) = fault.reason {
        body["Reason"] = json!(reason);
    }
    let mut reply = answer(fault.status, &body);
    reply
        .headers
        .push(("x-amzn-errortype", fault.code.to_string()));
    reply
}

fn answer(status: u16, body: &Value) -> Reply {
    Reply {
        status,
        headers: vec![("content-type", "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

fn invalid(reason: &'static str, message: impl Into<String>) -> Fault {
    Fault {
        reason: Some(reason),
        ..Fault::new("ValidationException", message)
    }
}

fn snapshot<'r>(region: &'r Region, id: &str) -> Result<&'r Snapshot, Fault> {
    region.snapshots.find(id).map_err(|absent| {
        let fault = Fault::from(absent);
        if fault.code.ends_with("Malformed") {
            return invalid(
                "INVALID_SNAPSHOT_ID",
                format!("The snapshot ID '{id}' is not valid"),
            );
        }
        let message = format!("The snapshot '{id}' does not exist.");
        Fault {
            reason: Some("SNAPSHOT_NOT_FOUND"),
            ..Fault::new("ResourceNotFoundException", message).with_status(404)
        }
    })
}

/// The base64 of the SHA-256.
fn checksum(data: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(data))
}
