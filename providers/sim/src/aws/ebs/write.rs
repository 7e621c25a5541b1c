//! Writing snapshots block by block.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BLOCK_BYTES, answer, checksum, invalid, read, snapshot};
use crate::aws::config::ACCOUNT;
use crate::aws::ec2;
use crate::aws::fault::Fault;
use crate::aws::world::{Block, Region, Snapshot, SnapshotState, Token};
use crate::ground::{Incoming, Reply};

/// Blocks in a GiB.
const BLOCKS_PER_GIB: i64 = 2048;

pub fn start(region: &mut Region, request: &Incoming) -> Result<Reply, Fault> {
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| {
        Fault::new(
            "SerializationException",
            format!("The body is not JSON: {error}"),
        )
    })?;
    let token = body["ClientToken"]
        .as_str()
        .map(|token| format!("StartSnapshot//{token}"));
    let mut parameters = body.clone();
    parameters
        .as_object_mut()
        .map(|fields| fields.remove("ClientToken"));
    let digest = hex::encode(Sha256::digest(parameters.to_string()));
    if let Some(known) = token.as_ref().and_then(|token| region.tokens.get(token)) {
        if known.digest != digest {
            return Err(Fault::new(
                "ConflictException",
                "The request uses the same client token as a previous, but non-identical request.",
            )
            .with_status(409));
        }
        let before = serde_json::from_str(&known.answer)
            .map_err(|error| Fault::internal(error.to_string()))?;
        return Ok(answer(201, &before));
    }
    let size = body["VolumeSize"].as_i64().unwrap_or_default();
    if !(1..=65_536).contains(&size) {
        return Err(invalid(
            "INVALID_VOLUME_SIZE",
            format!("Volume size {size} is not between 1 and 65536 GiB"),
        ));
    }
    let minutes = body["Timeout"].as_u64().unwrap_or(60);
    if !(10..=4320).contains(&minutes) {
        return Err(invalid(
            "INVALID_PARAMETER_VALUE",
            format!("Timeout {minutes} is not between 10 and 4320 minutes"),
        ));
    }
    if region
        .snapshots
        .iter()
        .filter(|snapshot| snapshot.open)
        .count()
        >= region.quotas.pending_snapshots
    {
        let fault = Fault::new(
            "ConcurrentLimitExceededException",
            "You have reached the limit of pending snapshots",
        );
        return Err(fault);
    }
    let parent = body["ParentSnapshotId"]
        .as_str()
        .map(|id| parent_of(region, id, size))
        .transpose()?;
    let tags = body["Tags"].as_array().cloned().unwrap_or_default();
    let id = region.new_id("snap");
    let mut layers = parent
        .as_ref()
        .map(|parent| parent.layers.clone())
        .unwrap_or_default();
    layers.push(id.clone());
    let snapshot = Snapshot {
        id: id.clone(),
        volume: "vol-ffffffff".to_owned(),
        size,
        description: body["Description"].as_str().unwrap_or_default().to_owned(),
        encrypted: body["Encrypted"].as_bool().unwrap_or(false)
            || parent.as_ref().is_some_and(|parent| parent.encrypted),
        kms_key: body["KmsKeyArn"].as_str().map(str::to_owned),
        state: SnapshotState::Pending,
        due: region.after(minutes * 60_000),
        started_ms: region.now,
        layers,
        open: true,
        parent: parent.map(|parent| parent.id),
    };
    let reply = started(&snapshot, &tags);
    region.snapshots.put(snapshot);
    tag(region, &id, &tags)?;
    if let Some(token) = token {
        region.tokens.put(Token {
            id: token,
            digest,
            answer: reply.to_string(),
            instances: Vec::new(),
        });
    }
    Ok(answer(201, &reply))
}

fn parent_of(region: &Region, id: &str, size: i64) -> Result<Snapshot, Fault> {
    let parent = snapshot(region, id)?;
    if parent.state != SnapshotState::Completed || parent.size > size {
        return Err(invalid(
            "INVALID_DEPENDENCY_REQUEST",
            format!("The snapshot {id} cannot be a parent of this one"),
        ));
    }
    Ok(parent.clone())
}

fn tag(region: &mut Region, id: &str, tags: &[Value]) -> Result<(), Fault> {
    let mut all = BTreeMap::new();
    for tag in tags {
        let (key, value) = (
            tag["Key"].as_str().unwrap_or_default(),
            tag["Value"].as_str().unwrap_or_default(),
        );
        ec2::check_tag(key, value).map_err(|fault| invalid("INVALID_TAG", fault.message))?;
        all.insert(key.to_owned(), value.to_owned());
    }
    ec2::put_tags(region, id, all).map_err(|fault| invalid("INVALID_TAG", fault.message))
}

fn started(snapshot: &Snapshot, tags: &[Value]) -> Value {
    let mut reply = json!({
        "SnapshotId": snapshot.id,
        "OwnerId": ACCOUNT,
        "Status": snapshot.state,
        "StartTime": snapshot.started_ms as f64 / 1000.0,
        "VolumeSize": snapshot.size,
        "BlockSize": BLOCK_BYTES,
        "Description": snapshot.description,
        "SseType": if snapshot.encrypted { "sse-kms" } else { "none" },
    });
    if let Some(parent) = &snapshot.parent {
        reply["ParentSnapshotId"] = json!(parent);
    }
    if let Some(key) = &snapshot.kms_key {
        reply["KmsKeyArn"] = json!(key);
    }
    if !tags.is_empty() {
        reply["Tags"] = json!(tags);
    }
    reply
}

/// A snapshot that can be written to.
fn open(region: &Region, id: &str) -> Result<Snapshot, Fault> {
    let snapshot = snapshot(region, id)?;
    if snapshot.open {
        Ok(snapshot.clone())
    } else {
        Err(invalid(
            "INVALID_SNAPSHOT_ID",
            format!(
                "The snapshot {id} is {}, nothing can be written to it",
                snapshot.state
            ),
        ))
    }
}

fn header<'r>(request: &'r Incoming, name: &str) -> Result<&'r str, Fault> {
    let value = request.headers.get(name).map(String::as_str);
    value.ok_or_else(|| {
        invalid(
            "INVALID_PARAMETER_VALUE",
            format!("The header {name} is missing"),
        )
    })
}

fn check_algorithm(request: &Incoming) -> Result<(), Fault> {
    match header(request, "x-amz-checksum-algorithm")? {
        "SHA256" => Ok(()),
        other => Err(invalid(
            "INVALID_PARAMETER_VALUE",
            format!("Unsupported checksum algorithm: {other}"),
        )),
    }
}

pub fn put(region: &mut Region, id: &str, index: u32, request: &Incoming) -> Result<Reply, Fault> {
    let snapshot = open(region, id)?;
    if i64::from(index) >= snapshot.size * BLOCKS_PER_GIB {
        return Err(invalid(
            "INVALID_BLOCK",
            format!(
                "Block {index} is beyond the end of a volume of {} GiB",
                snapshot.size
            ),
        ));
    }
    if header(request, "x-amz-data-length")? != BLOCK_BYTES.to_string()
        || request.body.len() != BLOCK_BYTES
    {
        return Err(invalid(
            "INVALID_BLOCK",
            format!(
                "A block has {BLOCK_BYTES} bytes, not {}",
                request.body.len()
            ),
        ));
    }
    check_algorithm(request)?;
    let checksum = checksum(&request.body);
    if header(request, "x-amz-checksum")? != checksum {
        return Err(invalid(
            "INVALID_BLOCK",
            "The checksum of the block is not the one in the request",
        ));
    }
    let used = request
        .body
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let data = STANDARD.encode(&request.body[..used]);
    region.blocks.put(Block {
        id: Block::key(id, index),
        index,
        data,
    });
    // Each block gives the writer the whole time again.
    let rest_ms = snapshot
        .due
        .map_or(0, |due| due.saturating_sub(snapshot.started_ms));
    let due = region.after(rest_ms);
    region.snapshots.put(Snapshot { due, ..snapshot });
    let mut reply = answer(201, &json!({}));
    reply.headers.push(("x-amz-checksum", checksum));
    reply
        .headers
        .push(("x-amz-checksum-algorithm", "SHA256".to_owned()));
    Ok(reply)
}

pub fn complete(region: &mut Region, id: &str, request: &Incoming) -> Result<Reply, Fault> {
    let known = snapshot(region, id)?;
    // Complete again what was completed: the answer may have been lost.
    if !known.open
        && known.state != SnapshotState::Error
        && known.layers.last().is_some_and(|layer| layer == id)
    {
        return Ok(answer(202, &json!({ "Status": known.state })));
    }
    let snapshot = open(region, id)?;
    let written: Vec<&Block> = region.blocks.with_prefix(&format!("{id}/")).collect();
    let expected = header(request, "x-amz-changedblockscount")?;
    if expected != written.len().to_string() {
        return Err(invalid(
            "INVALID_PARAMETER_VALUE",
            format!(
                "ChangedBlocksCount is {expected}, but {} blocks were written",
                written.len()
            ),
        ));
    }
    if let Ok(stated) = header(request, "x-amz-checksum") {
        check_algorithm(request)?;
        let all: Vec<u8> = written
            .iter()
            .flat_map(|block| Sha256::digest(read::bytes(block)).to_vec())
            .collect();
        if stated != checksum(&all) {
            return Err(invalid(
                "INVALID_PARAMETER_VALUE",
                "The checksum of the snapshot is not the one in the request",
            ));
        }
    }
    let due = region.after(region.timing.snapshot_ms);
    region.snapshots.put(Snapshot {
        open: false,
        due,
        ..snapshot
    });
    Ok(answer(202, &json!({ "Status": SnapshotState::Pending })))
}
