//! Types and names: everything that can be said about a program without its inputs.

pub(crate) mod cloud;

use std::collections::{HashMap, HashSet};

use infra_model::{Span, Type};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::source::Sources;
use crate::world::World;

/// What checking found out and evaluation needs, by place in the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Names that stand for words of an enumeration.
    pub words: HashSet<Span>,
    /// Expressions that something is wrong with; a diagnostic says so already.
    pub bad: HashSet<Span>,
    /// The types of annotated `let`s (by name), of `is` (by the written type) and of what comprehensions make of
    /// each item (by the item's expression).
    pub types: HashMap<Span, Type>,
}

/// Whether a code is about types, so that a wrong value after it may be its consequence.
pub(crate) fn is_about_types(code: &str) -> bool {
    const ABOUT_TYPES: [&str; 10] = [
        codes::WRONG_TYPE,
        codes::WRONG_OPERANDS,
        codes::UNKNOWN_FIELD,
        codes::MISSING_FIELD,
        codes::UNKNOWN_ATTRIBUTE,
        codes::UNKNOWN_NAME,
        codes::MAYBE_NULL,
        codes::FUNCTION_FAILED,
        codes::CONDITION_FAILED,
        codes::BAD_KEY,
    ];
    ABOUT_TYPES.contains(&code)
}

pub(crate) fn check(
    program: &mut Program,
    _sources: &Sources,
    _world: &dyn World,
) -> Vec<Diagnostic> {
    let _ = program;
    Vec::new()
}
