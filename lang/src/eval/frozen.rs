//! What an evaluation leaves for later questions.

use std::collections::BTreeMap;

use infra_model::FastMap;

use super::memo::Memo;
use super::thing::{PartId, Scene};
use crate::resolve::ScopeId;

/// The files an evaluation has read; `None` for one that is not there.
pub(crate) type Files = BTreeMap<String, Option<String>>;

/// The instances and results of an evaluation, which do not change any more.
pub(crate) struct Frozen {
    pub scene: Scene,
    pub memo: Memo,
    pub files: Files,
    pub modules: FastMap<ScopeId, PartId>,
}
