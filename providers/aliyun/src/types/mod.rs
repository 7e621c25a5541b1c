//! The resource types, one file each: a table, and the functions that it names.

mod ecs;
mod vpc;

use crate::table::Kind;

pub(crate) use ecs::snapshot::take as take_snapshot;

/// All tables, sorted by name.
pub static KINDS: [&Kind; 14] = [
    &ecs::ATTACHMENT,
    &ecs::AUTO_SNAPSHOT_POLICY,
    &ecs::DISK,
    &vpc::EIP,
    &ecs::IMAGE,
    &ecs::INSTANCE,
    &ecs::KEY_PAIR,
    &vpc::NAT_GATEWAY,
    &vpc::ROUTE_ENTRY,
    &ecs::SECURITY_GROUP,
    &ecs::SNAPSHOT,
    &vpc::SNAT,
    &vpc::VPC,
    &vpc::VSWITCH,
];

/// Their names, sorted.
pub(crate) static NAMES: [&str; KINDS.len()] = {
    let mut names = [""; KINDS.len()];
    let mut at = 0;
    while at < KINDS.len() {
        names[at] = KINDS[at].name;
        at += 1;
    }
    names
};

/// The table of a type.
pub(crate) fn of(type_name: &str) -> Option<&'static Kind> {
    KINDS.into_iter().find(|kind| kind.name == type_name)
}
