//! Values of components' `let`s that other instances of the component may take over, and what they were made of.

use std::sync::Arc;

use infra_model::FastMap;

use super::thing::{PartId, Thing};
use crate::resolve::{DeclId, DeclKind, ScopeId};

/// What the evaluation of a `let` has read of its own part so far.
pub(super) struct Reads {
    pub part: PartId,
    /// Parameters and `let`s, in the order in which they were first read.
    pub names: Vec<DeclId>,
    /// Nothing else of the part was read: what it makes is different in every instance.
    pub only_names: bool,
}

/// A value, and what it was made of.
#[derive(Clone)]
pub(super) struct KeptLet {
    pub made_of: Vec<(DeclId, Thing)>,
    pub thing: Thing,
}

/// Values of `let`s, by the component's scope, the `let` and the part around the component.
pub(super) type Kept = FastMap<(ScopeId, DeclId, Option<PartId>), Vec<Arc<KeptLet>>>;

impl Reads {
    /// A `let` that reads more names is evaluated for each instance.
    const NAMES_MAX: usize = 32;

    pub fn of(part: PartId) -> Self {
        Reads {
            part,
            names: Vec::new(),
            only_names: true,
        }
    }

    pub fn note(&mut self, id: DeclId, kind: DeclKind) {
        match kind {
            DeclKind::Param(_) | DeclKind::Let => {
                if !self.names.contains(&id) {
                    self.only_names &= self.names.len() < Self::NAMES_MAX;
                    if self.only_names {
                        self.names.push(id);
                    }
                }
            }
            // A module is the same for all.
            DeclKind::Namespace(_) => {}
            _ => self.only_names = false,
        }
    }
}
