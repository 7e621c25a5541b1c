//! What the checker leaves for evaluation.

use infra_model::{FastMap, FastSet, Span, Type};

use crate::resolve::{DeclId, ScopeId};

/// What checking found out and evaluation needs, by place in the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Names that stand for words of an enumeration.
    pub words: FastSet<Span>,
    /// Expressions that something is wrong with; a diagnostic says so already.
    pub bad: FastSet<Span>,
    /// The types of annotated `let`s (by name), of `is` (by the written type) and of what comprehensions make of
    /// each item (by the item's expression).
    pub types: FastMap<Span, Type>,
    /// The types of outputs and of `let`s, as they are offered to those who use a component or a module.
    pub outputs: FastMap<(ScopeId, u32), Type>,
    pub lets: FastMap<(ScopeId, DeclId), Type>,
}
