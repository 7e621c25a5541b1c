//! Why a state cannot be read, written or locked, in words for users.

use infra_model::Address;

use super::moment::span;
use super::{DiskError, Lease};

/// A refusal of the store. A state that cannot be understood is never taken for "no state".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    #[error(transparent)]
    Disk(#[from] DiskError),

    #[error("`{file}` is empty")]
    Empty { file: String },

    #[error("`{file}` is cut off: {reason}")]
    Truncated { file: String, reason: String },

    #[error("`{file}` is not a state of infra: {reason}")]
    Foreign { file: String, reason: String },

    #[error("`{file}` has format {found}; this infra reads formats up to {known}")]
    NewerFormat {
        file: String,
        found: u64,
        known: u64,
    },

    #[error("`{file}` was edited by hand, or it is damaged: {reason}")]
    Edited { file: String, reason: String },

    #[error(
        "`{file}` is older than the state that was here: it has serial {serial}, and `{beside}` has serial {newest}"
    )]
    Stale {
        file: String,
        beside: String,
        serial: u64,
        newest: u64,
    },

    #[error("`{file}` is {}, not {}", whose(.found.as_deref()), whose(.expected.as_deref()))]
    AnotherEnvironment {
        file: String,
        /// `None` for a state without an environment.
        found: Option<String>,
        expected: Option<String>,
    },

    #[error("`{file}` has no resources, and the current state has {resources}")]
    WouldForgetAll { file: String, resources: usize },

    #[error("there is a state in `{file}` already")]
    NameTaken { file: String },

    #[error("`{file}` does not make sense: {reason}")]
    Malformed { file: String, reason: String },

    #[error("`{file}` holds {what} twice")]
    Duplicate { file: String, what: String },

    #[error("`{file}` is missing, but `{beside}` is there")]
    Missing { file: String, beside: String },

    #[error(
        "`{journal}` belongs to another state than `{snapshot}`: its lineage is {found}, not {expected}"
    )]
    OtherLineage {
        journal: String,
        snapshot: String,
        found: String,
        expected: String,
    },

    #[error(
        "`{journal}` builds upon serial {base}, but `{snapshot}` is older: it has serial {serial}"
    )]
    SnapshotTooOld {
        journal: String,
        snapshot: String,
        base: u64,
        serial: u64,
    },

    #[error("line {line} of `{file}` is damaged: {reason}")]
    JournalDamaged {
        file: String,
        line: usize,
        reason: String,
    },

    #[error("the state is locked by {}", .0.describe(*.1))]
    Locked(Box<Lease>, u64),

    #[error("{}, or somebody who takes over from it, is in the middle of a write to the state", .0.holder)]
    HolderWrites(Box<Lease>),

    #[error("`{file}` cannot be understood, so nobody knows who holds the lock: {reason}")]
    LockUnreadable { file: String, reason: String },

    #[error("the lock of the state was lost{}", taken_by(.by.as_deref(), *.now_ms))]
    LockLost {
        /// Who has it now; `None` when the lock file is gone.
        by: Option<Box<Lease>>,
        now_ms: u64,
    },

    #[error("the state was opened for reading only")]
    NotLocked,

    #[error("nothing more is written to the state, because an earlier write failed: {reason}")]
    Stopped { reason: String },

    #[error("the change does not fit the state: {reason}")]
    Misfit { reason: String },

    #[error("the state has no `{address}`")]
    NoSuchAddress {
        address: Box<Address>,
        similar: Option<Box<Address>>,
    },

    #[error("the state has nothing in `{component}`")]
    NoSuchComponent { component: String },

    #[error("`{component}` cannot be the address of a component")]
    NoComponent { component: String },

    #[error("the state already has `{address}`")]
    AddressTaken { address: Box<Address> },

    #[error("there is no earlier state with serial {serial}")]
    NoSuchSerial { serial: u64, kept: Vec<u64> },

    #[error("`{file}` belongs to another state: its lineage is {found}, not {expected}")]
    AnotherState {
        file: String,
        found: String,
        expected: String,
    },

    #[error(
        "`{file}` has serial {found}, and the current state is no older: it has serial {current}"
    )]
    NotNewer {
        file: String,
        found: u64,
        current: u64,
    },

    #[error("a run was interrupted, and that state knows nothing of what it had begun: {}", list(.addresses))]
    WouldForgetCalls { addresses: Vec<Address> },

    #[error("`{from}` cannot become `{to}`: a resource keeps its type")]
    OtherType {
        from: Box<Address>,
        to: Box<Address>,
    },
}

fn list(addresses: &[Address]) -> String {
    let names: Vec<String> = addresses
        .iter()
        .map(|address| format!("`{address}`"))
        .collect();
    names.join(", ")
}

fn whose(environment: Option<&str>) -> String {
    match environment {
        Some(name) => format!("the state of the environment `{name}`"),
        None => "a state without an environment".to_owned(),
    }
}

fn taken_by(by: Option<&Lease>, now_ms: u64) -> String {
    match by {
        Some(lease) if lease.marks_an_unlock() => format!(": {} ended it", lease.holder),
        Some(lease) => format!(": it is now held by {}", lease.describe(now_ms)),
        None => ": its file was removed".to_owned(),
    }
}

impl StateError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            StateError::Disk(error) => error.help().to_owned(),
            StateError::Empty { file } | StateError::Truncated { file, .. } => format!(
                "infra never leaves such a file behind. Put back the copy beside it (`.backup`, or your version \
                 control) as `{file}`; do not delete it, or infra would create everything a second time"
            ),
            StateError::Foreign { file, .. } => format!(
                "move `{file}` away if it belongs to another program, or put the right one in its place"
            ),
            StateError::Edited { file, .. } => format!(
                "infra never leaves such a file behind. If somebody edited it, `infra state push --force {file}` checks \
                 the edit and takes it over; that is the only way to edit a state. If nobody did, put back the copy \
                 beside it (`.backup`, or your version control); do not delete it, or infra would create everything a \
                 second time"
            ),
            StateError::Stale { file, beside, .. } => format!(
                "an older copy of `{file}` was put back. Put the newest one there (`{beside}` is the newest that is \
                 kept). If the older one is the right one, `infra state push --force {file}` makes it the current one"
            ),
            StateError::AnotherEnvironment {
                found: Some(found), ..
            } => format!(
                "choose that environment: `--env {found}`. Each environment has a state of its own"
            ),
            StateError::AnotherEnvironment {
                expected: Some(expected),
                ..
            } => format!(
                "if it is the state of `{expected}`, say so once: `infra state assign --env {expected}`"
            ),
            StateError::AnotherEnvironment { .. } => {
                "each environment has a state of its own; `infra state envs` lists them".to_owned()
            }
            StateError::NameTaken { file } => format!(
                "two states cannot become one: choose another environment, or move `{file}` away if it is empty"
            ),
            StateError::WouldForgetAll { .. } => {
                "the cloud would keep all of them, and the next apply would make them a second time. To delete them, \
                 run `infra destroy`; to forget them all the same, add `--force`"
                    .to_owned()
            }
            StateError::NewerFormat { .. } => {
                "a newer infra has written it: use that version or a later one".to_owned()
            }
            StateError::Malformed { .. } | StateError::Duplicate { .. } => {
                "it was changed by hand or damaged: undo the change, or put back the `.backup` beside it"
                    .to_owned()
            }
            StateError::Missing { file, beside } => format!(
                "put `{file}` back (a copy is in `.backup` or your version control). If all its resources are gone \
                 and it shall really be forgotten, remove `{beside}` too"
            ),
            StateError::OtherLineage {
                journal, snapshot, ..
            } => format!(
                "two states were mixed in one folder: put the `{snapshot}` back that belongs to `{journal}`, or move \
                 the journal to where it belongs; it holds changes that no other file has"
            ),
            StateError::SnapshotTooOld {
                journal, snapshot, ..
            } => format!(
                "an older copy of `{snapshot}` was put back: put the newest one there. `{journal}` holds changes that \
                 no other file has, so do not remove it"
            ),
            StateError::JournalDamaged { file, line: 1, .. } => format!(
                "without its first line it is not known which state `{file}` continues, and a crash never damages \
                 that line. Restore the file from a backup; if there is none, move it away and compare what \
                 `infra plan` wants to create with what the cloud has already"
            ),
            StateError::JournalDamaged { file, line, .. } => format!(
                "a crash only ever damages the last line, so the disk or an editor did this. Copy the folder, then \
                 restore `{file}` from a backup; or cut it off before line {line}, run `infra plan`, and import what \
                 the lines after it had made"
            ),
            StateError::Locked(lease, now_ms) => format!(
                "wait until it has finished; if that process is gone, the lock ends by itself in {}, \
                 and with `infra unlock` at once",
                span(lease.expires_ms.saturating_sub(*now_ms))
            ),
            StateError::HolderWrites(lease) => format!(
                "run the command again. Should it say the same, that process was stopped: let it go on (`kill -CONT {}`) \
                 or end it. It is not succeeded before, so that nothing of the two is lost",
                lease.holder.pid
            ),
            StateError::LockUnreadable { file, .. } => {
                format!("make sure that no infra runs for this program, then remove `{file}`")
            }
            StateError::LockLost { .. } => {
                "this process was paused for longer than the lock lasts, or somebody ran `infra unlock`. It stopped before writing anything; run \
                 the command again: what it had begun is found by the journal"
                    .to_owned()
            }
            StateError::NotLocked => "take the lock before changing the state".to_owned(),
            StateError::Stopped { .. } => {
                "run the command again once that is repaired: it continues from what the disk has".to_owned()
            }
            StateError::Misfit { .. } => {
                "this is a fault in infra, please report it; nothing was written".to_owned()
            }
            StateError::NoSuchAddress {
                similar: Some(address),
                ..
            } => format!("did you mean `{address}`?"),
            StateError::NoComponent { .. } => {
                "it is the component's name, with its key when there are several: `web`, `web[\"a\"]`, `site/web`"
                    .to_owned()
            }
            StateError::NoSuchAddress { similar: None, .. } | StateError::NoSuchComponent { .. } => {
                "`infra state list` shows what there is".to_owned()
            }
            StateError::AddressTaken { address } => {
                format!("move or remove `{address}` first")
            }
            StateError::NoSuchSerial { kept, .. } if kept.is_empty() => {
                "the first run after the one that made the state keeps the first earlier one".to_owned()
            }
            StateError::NoSuchSerial { kept, .. } => {
                let kept: Vec<String> = kept.iter().map(u64::to_string).collect();
                format!("there are {}", kept.join(", "))
            }
            StateError::AnotherState { .. } => {
                "states of two programs, or of two clouds, cannot take each other's place; look for the file of this \
                 program"
                    .to_owned()
            }
            StateError::NotNewer { .. } => {
                "compare both; if that file is the right one all the same, add `--force`: the current state stays in \
                 the history"
                    .to_owned()
            }
            StateError::WouldForgetCalls { .. } => {
                "run `infra apply` first, which finds out what became of it; or let go of it with `infra state rm`"
                    .to_owned()
            }
            StateError::OtherType { from, to } => format!(
                "to manage it as `{}`, let go of it with `infra state rm '{from}'` and write `import {to} = \"ID\"` into \
                 the program",
                to.type_name
            ),
        }
    }
}
