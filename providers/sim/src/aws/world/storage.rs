//! Volumes, snapshots and what is written in them.

use serde::{Deserialize, Serialize};

use crate::ground::Entity;
use crate::ground::words;

words! {
    /// The state of a volume.
    VolumeState { Creating = "creating", Available = "available", InUse = "in-use", Deleting = "deleting" }
}

words! {
    /// The state of a volume's attachment.
    AttachState { Attaching = "attaching", Attached = "attached", Detaching = "detaching" }
}

words! {
    /// The state of a volume's modification.
    ModificationState { Modifying = "modifying", Optimizing = "optimizing", Completed = "completed" }
}

words! {
    /// The state of a snapshot.
    SnapshotState { Pending = "pending", Completed = "completed", Error = "error" }
}

/// What a volume is attached to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attachment {
    pub instance: String,
    pub device: String,
    pub state: AttachState,
    pub due: Option<u64>,
    pub since_ms: u64,
    pub delete_on_termination: bool,
}

/// Size, type and speed of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// GiB.
    pub size: i64,
    /// `gp3` and so on.
    pub kind: String,
    /// Operations per second, for the types that have them.
    pub iops: Option<i64>,
    /// MiB per second, for gp3.
    pub throughput: Option<i64>,
}

/// The last change of a volume's shape.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Modification {
    pub from: Shape,
    pub to: Shape,
    pub state: ModificationState,
    pub due: Option<u64>,
    pub started_ms: u64,
    pub ended_ms: Option<u64>,
    /// When those before it started, as far as they count for how often a volume may be modified.
    #[serde(default)]
    pub before_ms: Vec<u64>,
}

/// A volume.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Volume {
    pub id: String,
    pub zone: String,
    pub shape: Shape,
    pub encrypted: bool,
    /// The key that a user named; without one it is the account's default key.
    pub kms_key: Option<String>,
    pub snapshot: Option<String>,
    pub state: VolumeState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub attachment: Option<Attachment>,
    pub modification: Option<Modification>,
    /// The layers of blocks that it holds, the newest last.
    pub layers: Vec<String>,
}

impl Entity for Volume {
    const KIND: &'static str = "volume";
    const PREFIX: &'static str = "vol";
    const NOT_FOUND: &'static str = "InvalidVolume.NotFound";
    const MALFORMED: &'static str = "InvalidVolumeID.Malformed";
    const NOUN: &'static str = "volume";

    fn id(&self) -> &str {
        &self.id
    }

    fn due(&self) -> Option<u64> {
        let attachment = self
            .attachment
            .as_ref()
            .and_then(|attachment| attachment.due);
        let modification = self
            .modification
            .as_ref()
            .and_then(|modification| modification.due);
        [self.due, attachment, modification]
            .into_iter()
            .flatten()
            .min()
    }

    fn left_over(&self) -> bool {
        self.state != VolumeState::Deleting
    }
}

/// A snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub id: String,
    /// The volume it was made of; EBS direct names one that nobody has.
    pub volume: String,
    /// GiB.
    pub size: i64,
    pub description: String,
    pub encrypted: bool,
    pub kms_key: Option<String>,
    pub state: SnapshotState,
    pub due: Option<u64>,
    pub started_ms: u64,
    pub layers: Vec<String>,
    /// Written through EBS direct and not yet completed.
    pub open: bool,
    pub parent: Option<String>,
}

impl Entity for Snapshot {
    const KIND: &'static str = "snapshot";
    const PREFIX: &'static str = "snap";
    const NOT_FOUND: &'static str = "InvalidSnapshot.NotFound";
    const MALFORMED: &'static str = "InvalidSnapshotID.Malformed";
    const NOUN: &'static str = "snapshot";

    fn id(&self) -> &str {
        &self.id
    }

    fn due(&self) -> Option<u64> {
        self.due
    }

    fn left_over(&self) -> bool {
        true
    }
}

/// A block of 512 KiB in a layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    /// `layer/index`, the index with ten digits so that blocks sort by it.
    pub id: String,
    pub index: u32,
    /// Base64 of the bytes up to the last one that is not zero.
    pub data: String,
}

impl Block {
    /// The key of a block.
    pub fn key(layer: &str, index: u32) -> String {
        format!("{layer}/{index:010}")
    }
}

impl Entity for Block {
    const KIND: &'static str = "block";

    fn id(&self) -> &str {
        &self.id
    }
}
