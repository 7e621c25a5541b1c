//! EBS direct: what is written is what is read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::client::{Reply, Request, Sim, instant};

const BLOCK: usize = 524_288;

fn start(sim: &Sim, gib: u32) -> String {
    let body = serde_json::json!({ "VolumeSize": gib, "Description": "swap", "Tags": [{ "Key": "a", "Value": "b" }] });
    let reply = sim
        .send(&Request::ebs(
            "POST",
            "/snapshots",
            body.to_string().into_bytes(),
        ))
        .ok();
    assert_eq!(reply.status, 201);
    reply.json()["SnapshotId"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn put(sim: &Sim, snapshot: &str, index: u32, data: &[u8], checksum: &str) -> Reply {
    let request = Request::ebs(
        "PUT",
        &format!("/snapshots/{snapshot}/blocks/{index}"),
        data.to_vec(),
    )
    .with("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    .with("x-amz-data-length", &data.len().to_string())
    .with("x-amz-checksum", checksum)
    .with("x-amz-checksum-algorithm", "SHA256");
    sim.send(&request)
}

fn complete(sim: &Sim, snapshot: &str, blocks: u32) -> Reply {
    let request = Request::ebs(
        "POST",
        &format!("/snapshots/completion/{snapshot}"),
        Vec::new(),
    );
    sim.send(&request.with("x-amz-changedblockscount", &blocks.to_string()))
}

fn checksum(data: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(data))
}

#[test]
fn a_snapshot_written_in_one_block_becomes_a_volume() {
    let sim = instant();
    let snapshot = start(&sim, 16);
    let mut data = vec![0; BLOCK];
    data[4086..4096].copy_from_slice(b"SWAPSPACE2");
    put(&sim, &snapshot, 0, &data, &checksum(&data)).ok();
    let create = [
        ("AvailabilityZone", "us-west-2a"),
        ("SnapshotId", snapshot.as_str()),
    ];
    assert_eq!(sim.ec2("CreateVolume", &create).code(), "IncorrectState");
    assert_eq!(complete(&sim, &snapshot, 2).status, 400);
    assert_eq!(complete(&sim, &snapshot, 1).ok().status, 202);
    complete(&sim, &snapshot, 1).ok();
    let shown = sim
        .ec2("DescribeSnapshots", &[("SnapshotId.1", &snapshot)])
        .ok();
    assert_eq!(
        (
            shown.text("status"),
            shown.text("progress"),
            shown.text("value")
        ),
        ("completed".into(), "100%".into(), "b".into())
    );
    assert_eq!(sim.ec2("CreateVolume", &create).ok().text("size"), "16");
    assert_eq!(
        sim.handle().block("us-west-2", &snapshot, 0).unwrap(),
        data[..4096]
    );

    let list = sim
        .send(&Request::ebs(
            "GET",
            &format!("/snapshots/{snapshot}/blocks"),
            Vec::new(),
        ))
        .ok()
        .json();
    let token = list["Blocks"][0]["BlockToken"]
        .as_str()
        .unwrap()
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let read = sim
        .send(&Request::ebs(
            "GET",
            &format!("/snapshots/{snapshot}/blocks/0?blockToken={token}"),
            Vec::new(),
        ))
        .ok();
    assert!(read.body == data, "the block is another one");
    let wrong = sim.send(&Request::ebs(
        "GET",
        &format!("/snapshots/{snapshot}/blocks/0?blockToken=x"),
        Vec::new(),
    ));
    assert_eq!(wrong.json()["Reason"], "INVALID_BLOCK_TOKEN");
}

#[test]
fn wrong_blocks_are_refused() {
    let sim = instant();
    let snapshot = start(&sim, 1);
    let data = vec![7; BLOCK];
    let reason = |reply: Reply| {
        assert_eq!(reply.status, 400);
        reply.json()["Reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        reason(put(&sim, &snapshot, 0, &data, &checksum(b"other"))),
        "INVALID_BLOCK"
    );
    assert_eq!(
        reason(put(&sim, &snapshot, 0, &data[1..], &checksum(&data[1..]))),
        "INVALID_BLOCK"
    );
    assert_eq!(
        reason(put(&sim, &snapshot, 2048, &data, &checksum(&data))),
        "INVALID_BLOCK"
    );
    assert_eq!(
        reason(put(&sim, "snapshot", 0, &data, &checksum(&data))),
        "INVALID_SNAPSHOT_ID"
    );
    assert_eq!(
        put(&sim, "snap-00000000", 0, &data, &checksum(&data)).status,
        404
    );
    put(&sim, &snapshot, 2047, &data, &checksum(&data)).ok();
    complete(&sim, &snapshot, 1).ok();
    assert_eq!(
        reason(put(&sim, &snapshot, 1, &data, &checksum(&data))),
        "INVALID_SNAPSHOT_ID"
    );
}

#[test]
fn an_abandoned_snapshot_fails_after_an_hour() {
    let sim = instant();
    let snapshot = start(&sim, 1);
    sim.pass(59 * 60_000);
    let status = || {
        sim.get(
            "DescribeSnapshots",
            &[("SnapshotId.1", &snapshot)],
            "status",
        )
    };
    assert_eq!(status(), "pending");
    sim.pass(60_000);
    assert_eq!(status(), "error");
}
