//! The pest parser of `infra.pest`, private to this module: rules never leave it.

use pest_derive::Parser;

/// Reads text by the rules of the one grammar.
#[derive(Parser)]
#[grammar = "infra.pest"]
pub(super) struct Grammar;

pub(super) type Pair<'a> = pest::iterators::Pair<'a, Rule>;
