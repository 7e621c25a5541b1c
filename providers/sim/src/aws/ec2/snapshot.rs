//! Snapshots.

use crate::aws::catalogue::images;
use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::encryption::{self, Encryption};
use crate::aws::ec2::{tags, text};
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{Region, Snapshot, SnapshotState, Volume, VolumeState, World};
use crate::aws::xml::Node;
use crate::ground::Entity;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

const SNAPSHOTS: Describe<Snapshot> = Describe {
    set: "snapshotSet",
    ids: "SnapshotId",
    page: Some((5, 1000)),
    filters: &[
        ("snapshot-id", |_, snapshot| one(&snapshot.id)),
        ("description", |_, snapshot| one(&snapshot.description)),
        ("encrypted", |_, snapshot| one(snapshot.encrypted)),
        ("owner-alias", |_, _| Vec::new()),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("progress", |_, snapshot| one(progress(snapshot))),
        ("start-time", |_, snapshot| one(iso(snapshot.started_ms))),
        ("status", |_, snapshot| one(snapshot.state)),
        ("storage-tier", |_, _| one("standard")),
        ("volume-id", |_, snapshot| some(Some(&snapshot.volume))),
        ("volume-size", |_, snapshot| one(snapshot.size)),
    ],
    table: |region| &region.snapshots,
    show,
};

fn progress(snapshot: &Snapshot) -> &'static str {
    if snapshot.state == SnapshotState::Completed {
        "100%"
    } else {
        "0%"
    }
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let owners = q.texts("Owner");
    let runners = q.texts("RestorableBy");
    let (mut rows, next) = SNAPSHOTS.select(region, q)?;
    // All snapshots of this cloud are this account's; those of the public images are not listed.
    rows.retain(|_| {
        owners.is_empty()
            || owners
                .iter()
                .any(|owner| *owner == "self" || *owner == ACCOUNT)
    });
    rows.retain(|_| {
        runners.is_empty() || runners.iter().any(|who| *who == "self" || *who == ACCOUNT)
    });
    Ok(Node::new()
        .list(SNAPSHOTS.set, rows.into_iter().map(|row| show(region, row)))
        .maybe("nextToken", next))
}

fn fields(region: &Region, snapshot: &Snapshot) -> Node {
    Node::new()
        .text("snapshotId", &snapshot.id)
        .text("volumeId", &snapshot.volume)
        .text("status", snapshot.state)
        .text("startTime", iso(snapshot.started_ms))
        .text("progress", progress(snapshot))
        .text("ownerId", ACCOUNT)
        .text("volumeSize", snapshot.size)
        .text("description", &snapshot.description)
        .text("encrypted", snapshot.encrypted)
        .maybe(
            "kmsKeyId",
            encryption::shown_key(region, snapshot.encrypted, snapshot.kms_key.as_ref()),
        )
        .and(tags::show(region, &snapshot.id))
}

fn show(region: &Region, snapshot: &Snapshot) -> Node {
    fields(region, snapshot).text("storageTier", "standard")
}

/// What a volume is made of.
#[derive(Debug)]
pub struct Source {
    pub gib: i64,
    pub encrypted: bool,
    pub kms_key: Option<String>,
    pub layers: Vec<String>,
}

/// The snapshot that a new volume is made of: one of the account, or that of a public image.
///
/// # Errors
/// NotFound and Malformed, `IncorrectState` when it is not completed.
pub fn source(region: &Region, id: &str) -> Result<Source, Fault> {
    if let Some(image) = images(&region.name)
        .into_iter()
        .find(|image| image.root().snapshot == id)
    {
        return Ok(Source {
            gib: image.root().shape.size,
            encrypted: false,
            kms_key: None,
            layers: Vec::new(),
        });
    }
    let snapshot = region.snapshots.find(id)?;
    if snapshot.state != SnapshotState::Completed {
        return Err(Fault::state(format!(
            "Snapshot is in invalid state - {}",
            snapshot.state
        )));
    }
    Ok(Source {
        gib: snapshot.size,
        encrypted: snapshot.encrypted,
        kms_key: snapshot.kms_key.clone(),
        layers: snapshot.layers.clone(),
    })
}

fn description(q: &Query) -> Result<String, Fault> {
    let text = text::description("description", q.text("Description"))?;
    Ok(text.unwrap_or_default().to_owned())
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let volume = region.volumes.find(q.need("VolumeId")?)?.clone();
    if !matches!(volume.state, VolumeState::Available | VolumeState::InUse) {
        return Err(Fault::state(format!(
            "Volume '{}' is in the '{}' state.",
            volume.id, volume.state
        )));
    }
    let given = tags::specified(q, Snapshot::KIND, &[Snapshot::KIND])?;
    let description = description(q)?;
    let id = take(region, &volume, description);
    tags::put(region, &id, given)?;
    Ok(fields(region, region.snapshots.find(&id)?))
}

/// Copies a snapshot from any region into the one of the request.
pub fn copy(world: &mut World, here: &str, now: u64, q: &Query) -> Answer {
    q.accept(&["PresignedUrl", "DestinationRegion"]);
    let from = q.need("SourceRegion")?;
    let id = q.need("SourceSnapshotId")?;
    if !crate::aws::world::REGIONS.contains(&from) {
        return Err(Fault::value(format!("Invalid region name '{from}'")));
    }
    let there = world.region(from, now);
    let original = there.snapshots.find(id)?.clone();
    if original.state != SnapshotState::Completed {
        return Err(Fault::state(format!(
            "Snapshot is in invalid state - {}",
            original.state
        )));
    }
    let blocks: Vec<_> = original
        .layers
        .iter()
        .flat_map(|layer| there.blocks.with_prefix(layer).cloned())
        .collect();
    let region = world.region(here, now);
    let given = tags::specified(q, Snapshot::KIND, &[Snapshot::KIND])?;
    let encryption = Encryption::parse(region, q)?;
    let snapshot = Snapshot {
        id: region.new_id("snap"),
        // A copy is of no volume, and AWS says so with this one.
        volume: "vol-ffffffff".to_owned(),
        description: description(q)?,
        encrypted: original.encrypted || encryption.on,
        // Keys are of their region: the copy has the named one, or the default one of its own.
        kms_key: encryption.key,
        state: SnapshotState::Pending,
        due: region.after(region.timing.snapshot_ms),
        started_ms: now,
        ..original
    };
    for block in blocks {
        region.blocks.put(block);
    }
    region.snapshots.put(snapshot.clone());
    tags::put(region, &snapshot.id, given)?;
    Ok(Node::new()
        .text("snapshotId", &snapshot.id)
        .and(tags::show(region, &snapshot.id)))
}

/// The image, registered by anybody, that holds the snapshot.
pub fn holder(region: &Region, id: &str) -> Option<String> {
    let registered = region.images.iter().filter(|image| image.is_registered());
    let mut all = images(&region.name).into_iter().chain(registered.cloned());
    all.find(|image| image.disks.iter().any(|disk| disk.snapshot == id))
        .map(|image| image.id)
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("SnapshotId")?;
    if let Some(image) = holder(region, id) {
        return Err(Fault::new(
            "InvalidSnapshot.InUse",
            format!("The snapshot {id} is currently in use by {image}"),
        ));
    }
    region.snapshots.find(id)?;
    forget(region, id);
    Ok(Node::done())
}

/// Takes a snapshot away, if it is there.
pub fn forget(region: &mut Region, id: &str) {
    if let Some(snapshot) = region.snapshots.remove(id) {
        region.tags.remove(id);
        forget_layers(region, &snapshot.layers);
    }
}

/// A new snapshot of a volume, as it is at this moment.
pub fn take(region: &mut Region, volume: &Volume, description: String) -> String {
    let snapshot = Snapshot {
        id: region.new_id("snap"),
        volume: volume.id.clone(),
        size: volume.shape.size,
        description,
        encrypted: volume.encrypted,
        kms_key: volume.kms_key.clone(),
        state: SnapshotState::Pending,
        due: region.after(region.timing.snapshot_ms),
        started_ms: region.now,
        layers: volume.layers.clone(),
        open: false,
        parent: None,
    };
    let id = snapshot.id.clone();
    region.snapshots.put(snapshot);
    id
}

/// Forgets blocks that no snapshot and no volume holds any more.
pub fn forget_layers(region: &mut Region, layers: &[String]) {
    for layer in layers {
        let held = region
            .snapshots
            .iter()
            .any(|snapshot| snapshot.layers.contains(layer))
            || region
                .volumes
                .iter()
                .any(|volume| volume.layers.contains(layer));
        if !held {
            let blocks: Vec<String> = region
                .blocks
                .with_prefix(layer)
                .map(|block| block.id.clone())
                .collect();
            for block in blocks {
                region.blocks.remove(&block);
            }
        }
    }
}

/// Pending snapshots complete; those that EBS direct has left open for too long fail.
pub fn advance(region: &mut Region, id: &str) {
    let Some(mut snapshot) = region.snapshots.get(id).cloned() else {
        return;
    };
    snapshot.due = None;
    snapshot.state = if snapshot.open {
        SnapshotState::Error
    } else {
        SnapshotState::Completed
    };
    snapshot.open = false;
    region.snapshots.put(snapshot);
}
