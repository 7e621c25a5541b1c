//! Reading snapshots block by block.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BLOCK_BYTES, answer, checksum, invalid, snapshot};
use crate::aws::Aws;
use crate::aws::fault::Fault;
use crate::aws::world::{Block, Region, Snapshot, SnapshotState};
use crate::ground::query::Query;
use crate::ground::{Handle, Incoming, Reply};

/// How long block tokens are good for.
const TOKENS_MS: u64 = 7 * 24 * 3_600_000;

/// A block with all its bytes.
pub fn bytes(block: &Block) -> Vec<u8> {
    // What is stored was encoded by this program; a state file edited by hand gives an empty block.
    let mut data = STANDARD.decode(&block.data).unwrap_or_default();
    data.resize(BLOCK_BYTES, 0);
    data
}

impl Handle {
    /// The bytes of a block of a snapshot as far as they are not zero, if the snapshot has the block.
    pub fn block(&self, region: &str, snapshot: &str, index: u32) -> Option<Vec<u8>> {
        self.look(|aws: &Aws| stored(aws.world.peek(region)?, snapshot, index))?
    }
}

/// The bytes of a block up to the last that is not zero.
fn stored(region: &Region, id: &str, index: u32) -> Option<Vec<u8>> {
    STANDARD
        .decode(&blocks(region, region.snapshots.get(id)?).get(&index)?.data)
        .ok()
}

/// The blocks that a snapshot holds: of each the one of its newest layer.
fn blocks<'r>(region: &'r Region, snapshot: &Snapshot) -> BTreeMap<u32, &'r Block> {
    let mut all = BTreeMap::new();
    for layer in &snapshot.layers {
        all.extend(
            region
                .blocks
                .with_prefix(&format!("{layer}/"))
                .map(|block| (block.index, block)),
        );
    }
    all
}

fn completed<'r>(region: &'r Region, id: &str) -> Result<&'r Snapshot, Fault> {
    let snapshot = snapshot(region, id)?;
    if snapshot.state == SnapshotState::Completed {
        Ok(snapshot)
    } else {
        Err(invalid(
            "INVALID_SNAPSHOT_ID",
            format!("The snapshot {id} is {}, it cannot be read", snapshot.state),
        ))
    }
}

fn token(snapshot: &str, block: &Block) -> String {
    STANDARD.encode(Sha256::digest(format!(
        "{snapshot}/{}/{}",
        block.id, block.data
    )))
}

/// The part of a list that a request asks for.
struct Range {
    from: u32,
    most: usize,
}

impl Range {
    fn parse(q: &Query) -> Result<Self, Fault> {
        let wrong = |text: &str| invalid("INVALID_PARAMETER_VALUE", format!("{text} is not valid"));
        let most = match q.int("maxResults").map_err(|_| wrong("maxResults"))? {
            None => 10_000,
            Some(most) if (100..=10_000).contains(&most) => most as usize,
            Some(_) => {
                return Err(invalid(
                    "INVALID_PARAMETER_VALUE",
                    "maxResults is not between 100 and 10000",
                ));
            }
        };
        let start = q
            .int("startingBlockIndex")
            .map_err(|_| wrong("startingBlockIndex"))?;
        let mut from = start.map_or(Ok(0), |start| {
            u32::try_from(start).map_err(|_| wrong("startingBlockIndex"))
        })?;
        if let Some(token) = q.text("pageToken") {
            let index = STANDARD
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
            from = index
                .ok_or_else(|| invalid("INVALID_PAGE_TOKEN", "The page token is not valid"))?;
        }
        Ok(Self { from, most })
    }

    /// Cuts the list and gives the token of what follows.
    fn cut(&self, all: impl Iterator<Item = (u32, Value)>) -> (Vec<Value>, Option<String>) {
        let mut rest = all.filter(|(index, _)| *index >= self.from);
        let rows: Vec<Value> = rest.by_ref().take(self.most).map(|(_, row)| row).collect();
        (
            rows,
            rest.next()
                .map(|(index, _)| STANDARD.encode(index.to_string())),
        )
    }
}

fn page(
    region: &Region,
    snapshot: &Snapshot,
    name: &str,
    rows: Vec<Value>,
    next: Option<String>,
) -> Reply {
    let mut body = json!({
        name: rows,
        "ExpiryTime": (region.now + TOKENS_MS) / 1000,
        "VolumeSize": snapshot.size,
        "BlockSize": BLOCK_BYTES,
    });
    if let Some(next) = next {
        body["NextToken"] = json!(next);
    }
    answer(200, &body)
}

pub fn list(region: &mut Region, id: &str, request: &Incoming) -> Result<Reply, Fault> {
    let snapshot = completed(region, id)?;
    let range = Range::parse(&Query::parse(&request.query)?)?;
    let all = blocks(region, snapshot);
    let rows = all.iter().map(|(index, block)| {
        (
            *index,
            json!({ "BlockIndex": index, "BlockToken": token(id, block) }),
        )
    });
    let (rows, next) = range.cut(rows);
    Ok(page(region, snapshot, "Blocks", rows, next))
}

pub fn changed(region: &mut Region, id: &str, request: &Incoming) -> Result<Reply, Fault> {
    let q = Query::parse(&request.query)?;
    let second = completed(region, id)?;
    let new = blocks(region, second);
    let first = q
        .text("firstSnapshotId")
        .map(|first| completed(region, first))
        .transpose()?;
    let old = first.map(|first| blocks(region, first)).unwrap_or_default();
    let first_id = first.map_or("", |first| first.id.as_str());
    let mut indices: Vec<u32> = old.keys().chain(new.keys()).copied().collect();
    indices.sort_unstable();
    indices.dedup();
    let rows = indices
        .into_iter()
        .filter(|index| old.get(index).map(|b| &b.data) != new.get(index).map(|b| &b.data));
    let rows = rows.map(|index| {
        let mut row = json!({ "BlockIndex": index });
        if let Some(block) = old.get(&index) {
            row["FirstBlockToken"] = json!(token(first_id, block));
        }
        if let Some(block) = new.get(&index) {
            row["SecondBlockToken"] = json!(token(id, block));
        }
        (index, row)
    });
    let (rows, next) = Range::parse(&q)?.cut(rows);
    Ok(page(region, second, "ChangedBlocks", rows, next))
}

pub fn get(region: &mut Region, id: &str, index: u32, request: &Incoming) -> Result<Reply, Fault> {
    let snapshot = completed(region, id)?;
    let q = Query::parse(&request.query)?;
    let all = blocks(region, snapshot);
    let block = all.get(&index).ok_or_else(|| {
        invalid(
            "INVALID_BLOCK",
            format!("The snapshot {id} has no block {index}"),
        )
    })?;
    if q.text("blockToken") != Some(token(id, block).as_str()) {
        return Err(invalid(
            "INVALID_BLOCK_TOKEN",
            "The block token is not valid",
        ));
    }
    let body = bytes(block);
    Ok(Reply {
        status: 200,
        headers: vec![
            ("content-type", "application/octet-stream".to_owned()),
            ("x-amz-data-length", BLOCK_BYTES.to_string()),
            ("x-amz-checksum", checksum(&body)),
            ("x-amz-checksum-algorithm", "SHA256".to_owned()),
        ],
        body,
    })
}
