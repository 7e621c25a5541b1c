//! Machines and disks: the types of the product ECS.

mod attachment;
mod auto_snapshot_policy;
mod disk;
mod disk_change;
mod image;
mod instance;
mod instance_change;
mod instance_state;
mod key_pair;
mod security_group;
mod security_rule;
mod security_rules;
pub(crate) mod snapshot;

pub(crate) use attachment::ATTACHMENT;
pub(crate) use auto_snapshot_policy::AUTO_SNAPSHOT_POLICY;
pub(crate) use disk::DISK;
pub(crate) use image::IMAGE;
pub(crate) use instance::INSTANCE;
pub(crate) use key_pair::KEY_PAIR;
pub(crate) use security_group::SECURITY_GROUP;
pub(crate) use snapshot::SNAPSHOT;
