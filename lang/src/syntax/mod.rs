//! Text to tree. Parsing never fails: what cannot be read becomes an `Invalid` node and a diagnostic.

pub mod expr;
pub mod tree;
pub mod types;

pub use expr::{Arg, BinaryOp, Entry, EntryKey, Expr, ExprKind, For, StringPart, UnaryOp};
pub use tree::*;
pub use types::{TypeExpr, TypeExprKind, TypeField};
