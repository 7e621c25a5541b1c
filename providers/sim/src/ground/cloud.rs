//! What the front knows of a cloud: how to recognise its requests, and how to have them answered.

use std::any::Any;

use serde_json::Value;

use crate::ground::http::{Incoming, Reply};
use crate::ground::journal::Change;
use crate::ground::ledger::Ledger;

/// One of the clouds that share a port, a state file and the faults in front of them.
pub trait Cloud: Any + Send {
    /// Whether a host is one of this cloud's endpoints.
    fn serves(&self, host: &str) -> bool;

    /// Whether a request speaks this cloud's protocol.
    fn claims(&self, request: &Incoming) -> bool;

    /// The action that a request names, whether or not it is signed.
    fn action(&self, request: &Incoming) -> Option<String>;

    /// The header that carries the id of a request in its answer.
    fn request_id_header(&self) -> &'static str;

    /// The cloud's refusal of a request for a reason that chaos chose.
    fn refuse(&self, request: &Incoming, trouble: Trouble, request_id: &str) -> Reply;

    /// Does what a request asks for. All effects are in the ledger when this returns.
    fn respond(
        &mut self,
        ledger: &mut Ledger,
        request: &Incoming,
        now: u64,
        request_id: &str,
    ) -> Reply;

    /// The document that answers `action`, as a proxy makes it up: the right shell with nothing in it.
    fn hollow(&self, action: &str) -> Document;

    /// The answer to an action that no client of this cloud sends, as a cache might give it.
    fn other(&self) -> Document;

    /// Whether entities of that kind belong to this cloud.
    fn keeps(&self, kind: &str) -> bool;

    /// Takes over what a state file says of this cloud.
    ///
    /// # Errors
    /// A sentence about the first entity that cannot be read.
    fn load(&mut self, changes: Vec<Change>) -> Result<(), String>;

    /// Every entity, as the state file holds it.
    fn all(&self) -> Vec<Change>;

    /// Every entity, as a test looks at it.
    fn inspect(&self) -> Vec<Inspected>;
}

/// A reason to refuse a request that has nothing to do with what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Too many requests.
    Throttled,
    /// The service does not work at the moment.
    Broken,
}

/// The type and text of a body.
#[derive(Clone, Debug)]
pub struct Document {
    pub content_type: &'static str,
    pub text: String,
}

/// An entity from outside.
#[derive(Clone, Debug)]
pub struct Inspected {
    pub kind: &'static str,
    /// Whether a user made it and it still exists.
    pub left_over: bool,
    /// The entity with its tags and its region.
    pub entity: Value,
}
