//! The language: from text to a typed program, and from a program and its inputs to the desired state.
//!
//! Pure: files reach this room through the [`World`] trait, and nothing else does.

pub mod codes;
pub mod diagnostic;
mod format;
pub mod source;
pub mod suggest;
pub mod syntax;
mod world;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use format::format;
pub use source::{Position, SourceFile, Sources};
pub use world::World;
