//! What is written to the journal: each event is one change of the state.

use infra_model::Address;
use serde::{Deserialize, Serialize};

use super::{Doubt, Entry, Incarnation, Intent, LastFailure, Late, Place, Sealed};

/// One change of the state. Every change goes through the journal as one of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A provider call is about to be made.
    Intent(Box<Intent>),
    /// The create call answered with an id; nothing else is known of the thing yet.
    Outcome {
        #[serde(flatten)]
        of: Incarnation,
        id: String,
    },
    /// A create or update is complete and was read back.
    Settled(Box<Entry>),
    /// The call failed. The message never holds a secret.
    Failed {
        #[serde(flatten)]
        of: Incarnation,
        failure: LastFailure,
    },
    /// The snapshot before a destruction is complete.
    Snapshotted {
        #[serde(flatten)]
        of: Incarnation,
        ids: Vec<String>,
    },
    /// It is gone from the cloud.
    Deleted {
        #[serde(flatten)]
        of: Incarnation,
    },
    /// The state lets go of it; the cloud keeps it.
    Forgot { address: Address },
    /// It has another address from now on.
    Moved { from: Address, to: Address },
    /// Something that existed before is managed from now on.
    Adopted(Box<Entry>),
    /// It was read again; its attributes are these now. Ends a pending update.
    Refreshed {
        #[serde(flatten)]
        of: Incarnation,
        attributes: Sealed,
    },
    /// Its protection changed in the program; nothing changes in the cloud.
    Redrafted {
        #[serde(flatten)]
        of: Incarnation,
        draft: Box<super::Draft>,
    },
    /// Recovery learnt that a pending call had no effect: it may be sent again, with the same token.
    Retry {
        #[serde(flatten)]
        of: Incarnation,
    },
    /// Recovery could not learn what became of a pending create.
    InDoubt {
        #[serde(flatten)]
        of: Incarnation,
        doubt: Doubt,
    },
    /// A create was sent and is not to be found, but may still be carried out: it is looked for until it is over.
    Late(Box<Late>),
    /// A late create can no longer be carried out.
    LateOver {
        #[serde(flatten)]
        of: Incarnation,
        token: String,
    },
    /// A late create was carried out beside the one that took its place.
    Duplicate(Box<Entry>),
    /// The program's outputs.
    Outputs { values: Sealed },
    /// Where the resources of a provider configuration are.
    Located {
        provider: String,
        #[serde(flatten)]
        place: Place,
    },
    /// The state belongs to this environment from now on.
    Assigned { environment: String },
}

impl Event {
    /// The address that the event is about; for a move the old one.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Event::Intent(intent) => Some(&intent.of.address),
            Event::Settled(entry) | Event::Adopted(entry) | Event::Duplicate(entry) => {
                Some(entry.address())
            }
            Event::Late(late) => Some(&late.of.address),
            Event::Outcome { of, .. }
            | Event::Failed { of, .. }
            | Event::Snapshotted { of, .. }
            | Event::Deleted { of }
            | Event::Refreshed { of, .. }
            | Event::Redrafted { of, .. }
            | Event::Retry { of }
            | Event::InDoubt { of, .. }
            | Event::LateOver { of, .. } => Some(&of.address),
            Event::Forgot { address } | Event::Moved { from: address, .. } => Some(address),
            Event::Outputs { .. } | Event::Located { .. } | Event::Assigned { .. } => None,
        }
    }
}
