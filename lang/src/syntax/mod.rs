//! Text to tree. Parsing never fails: what cannot be read becomes an `Invalid` node and a diagnostic.
//!
//! Three levels of recovery: a hand scanner cuts the text at its declarations (`scan`); the grammar has a place for
//! bad declarations, fields and items (`infra.pest`, `build`); and a bad part is read a second time by the strict
//! rules to learn what was expected (`slip`, `expected`).

mod build;
mod cache;
mod consequence;
mod expected;
pub mod expr;
mod grammar;
mod parse;
mod pasted;
mod scan;
mod shape;
mod slip;
pub mod tree;
pub mod types;
pub(crate) mod words;

pub use cache::ParseCache;
pub use expr::{Arg, BinaryOp, Entry, EntryKey, Expr, ExprKind, For, StringPart, UnaryOp};
pub use parse::{parse, parse_assignments, parse_expression, parse_type, parse_with};
pub use shape::Shapes;
pub use tree::*;
pub use types::{TypeExpr, TypeExprKind, TypeField};
