//! One resource in state.

use std::collections::BTreeSet;
use std::fmt;

use infra_model::{Address, Lifecycle};
use infra_sdk::{Failure, FailureKind, Target};
use serde::{Deserialize, Serialize};

use super::Sealed;

/// One life of a resource at an address. Each time it is replaced the generation grows by one, so that a
/// replacement and what it replaces can be told apart while both exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Incarnation {
    pub address: Address,
    pub generation: u64,
}

impl Incarnation {
    pub fn new(address: Address, generation: u64) -> Incarnation {
        Incarnation {
            address,
            generation,
        }
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.generation {
            1 => write!(f, "{}", self.address),
            generation => write!(f, "{} (generation {generation})", self.address),
        }
    }
}

/// How far the making of a resource came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Created, settled and read back.
    Ready,
    /// The create call answered with an id; it is not settled yet. Recovery settles it.
    Creating,
    /// It exists, but settling it failed for good. The next plan judges it by what the cloud answers.
    Unsettled,
}

/// What is known of a resource before the cloud is asked: everything of an [`Entry`] but id and attributes.
/// Intents carry it, so that recovery after a crash loses neither the authored fields nor a protection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The provider configuration that owns it: `aws`, or `aws.tokyo` for an alias.
    pub provider: String,
    /// The fields that the program set, as they were sent to the cloud: references replaced by ids.
    pub authored: Sealed,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends: BTreeSet<Address>,
    #[serde(flatten)]
    pub guard: Guard,
}

/// The protection of a resource. It lives in the state: deleting the block does not switch it off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// `@protect("why")`: refuse to destroy it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protect: Option<String>,
    /// `@snapshot`: take and verify a snapshot before any destruction.
    #[serde(default, skip_serializing_if = "is_false")]
    pub snapshot: bool,
    /// `@keep`: leave it in the cloud when it leaves the program.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keep: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl From<&Lifecycle> for Guard {
    fn from(lifecycle: &Lifecycle) -> Guard {
        Guard {
            protect: lifecycle.protect.clone(),
            snapshot: lifecycle.snapshot,
            keep: lifecycle.keep,
        }
    }
}

/// One resource that exists, as state knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "FlatEntry")]
pub struct Entry {
    #[serde(flatten)]
    pub of: Incarnation,
    pub id: String,
    pub status: Status,
    #[serde(flatten)]
    pub draft: Draft,
    /// All attributes as last seen in the cloud, `id` among them.
    pub attributes: Sealed,
    /// A second one that a late request made beside the one in use: it holds nothing, and the next apply deletes it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub duplicate: bool,
}

/// An [`Entry`] as the file has it: flat. Serde would buffer every entry to read flattened parts.
#[derive(Deserialize)]
struct FlatEntry {
    address: Address,
    generation: u64,
    id: String,
    status: Status,
    provider: String,
    authored: Sealed,
    #[serde(default)]
    depends: BTreeSet<Address>,
    #[serde(default)]
    protect: Option<String>,
    #[serde(default)]
    snapshot: bool,
    #[serde(default)]
    keep: bool,
    attributes: Sealed,
    #[serde(default)]
    duplicate: bool,
}

impl From<FlatEntry> for Entry {
    fn from(flat: FlatEntry) -> Entry {
        Entry {
            of: Incarnation::new(flat.address, flat.generation),
            id: flat.id,
            status: flat.status,
            draft: Draft {
                provider: flat.provider,
                authored: flat.authored,
                depends: flat.depends,
                guard: Guard {
                    protect: flat.protect,
                    snapshot: flat.snapshot,
                    keep: flat.keep,
                },
            },
            attributes: flat.attributes,
            duplicate: flat.duplicate,
        }
    }
}

impl Entry {
    /// The entry of a settled resource.
    pub fn ready(
        of: Incarnation,
        id: impl Into<String>,
        draft: Draft,
        attributes: Sealed,
    ) -> Entry {
        Entry {
            of,
            id: id.into(),
            status: Status::Ready,
            draft,
            attributes,
            duplicate: false,
        }
    }

    pub fn address(&self) -> &Address {
        &self.of.address
    }

    /// What to ask a cloud for, to read it again.
    pub(crate) fn target(&self) -> Target {
        Target {
            address: self.of.address.clone(),
            id: self.id.clone(),
            prior: self.attributes.usable(),
        }
    }
}

/// What the engine is about to ask of a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update,
    Delete,
    /// Taking a snapshot of its data before it is destroyed.
    Snapshot,
}

impl Action {
    /// The verb, as messages and tokens use it.
    pub fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Snapshot => "snapshot",
        }
    }
}

/// A provider call that is about to be made; journalled before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    #[serde(flatten)]
    pub of: Incarnation,
    pub action: Action,
    /// The idempotency token of the call, at most 64 ASCII characters.
    pub token: String,
    /// The digest of the planned fields (see [`super::digest`]).
    pub digest: String,
    #[serde(flatten)]
    pub draft: Draft,
}

/// An intent whose end is not known, and how far it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    #[serde(flatten)]
    pub intent: Intent,
    /// The id that the create call answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Recovery could not find out what became of it; a human must decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// Recovery learnt that the call had no effect: it may be sent again, with the same token.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retry: bool,
}

/// A create that was sent, and of which the cloud shows no trace. The request may still arrive and be carried out, so
/// its token is looked for again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Late {
    #[serde(flatten)]
    pub of: Incarnation,
    pub token: String,
    /// When it was last known to be under way, in milliseconds since 1970.
    pub sent_ms: u64,
    /// At how many later starts of a run it was looked for.
    #[serde(default)]
    pub starts: u32,
    #[serde(flatten)]
    pub draft: Draft,
}

/// Why it is not known whether a create took effect, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The ids of the things that may be the created one; may be empty when the right to look was missing.
    pub candidates: Vec<String>,
    pub why: String,
}

/// The last failure at an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastFailure {
    /// What was tried.
    pub action: Action,
    /// The kind of failure, as one word (`quota`).
    pub kind: String,
    /// The sentence for users, with the cloud's action and code. Never a secret.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The same call would fail again, and it had no effect that is not known.
    pub permanent: bool,
}

impl LastFailure {
    pub fn new(action: Action, failure: &Failure) -> LastFailure {
        LastFailure {
            action,
            kind: kind_word(failure.kind).to_owned(),
            message: failure.to_string(),
            help: failure.help.clone(),
            permanent: !failure.temporary && !failure.ambiguous,
        }
    }
}

/// The stable words of the failure kinds in state files.
fn kind_word(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::NotFound => "not_found",
        FailureKind::AlreadyExists => "already_exists",
        FailureKind::Dependency => "dependency",
        FailureKind::Protected => "protected",
        FailureKind::TokenMismatch => "token_mismatch",
        FailureKind::Throttled => "throttled",
        FailureKind::Quota => "quota",
        FailureKind::Credentials => "credentials",
        FailureKind::Denied => "denied",
        FailureKind::Invalid => "invalid",
        FailureKind::State => "state",
        FailureKind::Network => "network",
        FailureKind::Timeout => "timeout",
        FailureKind::Cloud => "cloud",
    }
}
