//! Disks, snapshots, the policies that make snapshots, and images.

use serde::{Deserialize, Serialize};

use crate::aliyun::world::Tags;
use crate::aliyun::world::support::entity;
use crate::ground::words;

words! {
    /// The state of a disk.
    DiskState {
        Creating = "Creating", Available = "Available", Attaching = "Attaching", InUse = "In_use",
        Detaching = "Detaching", ReIniting = "ReIniting",
    }
}

words! {
    /// The state of a snapshot.
    SnapshotState { Progressing = "progressing", Accomplished = "accomplished", Failed = "failed" }
}

words! {
    /// The state of an image.
    ImageState { Creating = "Creating", Available = "Available" }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Disk {
    pub id: String,
    pub name: String,
    pub description: String,
    pub zone: String,
    pub is_system: bool,
    pub category: String,
    /// `PL0` to `PL3` of an ESSD, else empty.
    pub level: String,
    pub size_gib: i64,
    pub provisioned_iops: Option<i64>,
    pub bursting: bool,
    pub is_encrypted: bool,
    pub kms_key: String,
    /// Shown, and without effect: a disk is attached to one instance here.
    pub is_multi_attach: bool,
    pub snapshot: String,
    /// The image of a system disk.
    pub image: String,
    /// The instance it is attached to, or is being attached to.
    pub instance: String,
    pub device: String,
    pub delete_with_instance: bool,
    pub delete_auto_snapshot: bool,
    pub enable_auto_snapshot: bool,
    pub policy: String,
    /// `PostPaid` or `PrePaid`.
    pub charge: String,
    pub serial: String,
    pub attached_ms: Option<u64>,
    pub detached_ms: Option<u64>,
    /// Whether it was attached at least once: only then there is something to take a snapshot of.
    pub was_attached: bool,
    pub state: DiskState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    Disk: "aliyun.disk", "d", "InvalidDiskId.NotFound", "disk";
    id: id; due: due; left_over: |it| !it.is_system || it.instance.is_empty()
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub id: String,
    pub name: String,
    pub description: String,
    pub disk: String,
    pub disk_size_gib: i64,
    pub is_of_system_disk: bool,
    pub category: String,
    pub retention_days: Option<i64>,
    pub is_encrypted: bool,
    pub kms_key: String,
    pub state: SnapshotState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    Snapshot: "aliyun.snapshot", "s", "InvalidSnapshotId.NotFound", "snapshot";
    id: id; due: due; left_over: |_| true
}

/// A policy that takes snapshots.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Policy {
    pub id: String,
    pub name: String,
    /// Hours of the day, as they were sent: a JSON array of texts.
    pub time_points: String,
    /// Days of the week, likewise.
    pub weekdays: String,
    pub retention_days: i64,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    Policy: "aliyun.auto_snapshot_policy", "sp", "InvalidAutoSnapshotPolicyId.NotFound", "automatic snapshot policy";
    id: id; due: never; left_over: |_| true
}

/// An image: one that a user made, or one of Alibaba Cloud's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Image {
    pub id: String,
    pub name: String,
    pub description: String,
    pub family: String,
    pub version: String,
    pub os_name: String,
    pub platform: String,
    pub is_windows: bool,
    pub architecture: String,
    pub size_gib: i64,
    pub is_public: bool,
    /// The snapshots it is made of: device, snapshot, size and whether it is of the system disk.
    pub parts: Vec<(String, String, i64, bool)>,
    pub state: ImageState,
    pub due: Option<u64>,
    pub created_ms: u64,
    pub tags: Tags,
}

entity! {
    Image: "aliyun.image", "m", "InvalidImageId.NotFound", "ImageId";
    id: id; due: due; left_over: |_| true
}

impl Disk {
    /// No instance has it any more.
    pub fn let_go(&mut self, now: u64) {
        self.state = DiskState::Available;
        self.due = None;
        self.instance.clear();
        self.device.clear();
        self.attached_ms = None;
        self.detached_ms = Some(now);
    }
}
