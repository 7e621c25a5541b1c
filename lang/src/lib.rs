//! The language: from text to a typed program, and from a program and its inputs to the desired state.
//!
//! Pure: files reach this room through the [`World`] trait, and nothing else does.

mod check;
pub mod codes;
pub mod diagnostic;
mod eval;
mod format;
pub mod functions;
mod inputs;
mod load;
mod masking;
mod offer;
mod place;
mod plain;
mod program;
mod resolve;
mod rules;
mod schema;
mod sound;
pub mod source;
mod spans;
pub mod suggest;
pub mod syntax;
mod terraform_words;
mod texts;
mod typing;
mod world;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use eval::Evaluation;
pub use format::format;
pub use inputs::{ENVIRONMENT_PREFIX, Inputs, is_no_file};
pub use load::{Loaded, load};
pub use offer::{Offer, OfferedParam, OfferedResult};
pub use program::{ParamInfo, Program, TestInfo};
pub use schema::{Boundary, Schemas};
pub use sound::SoundProgram;
pub use source::{Position, SourceFile, Sources};
pub use texts::Texts;
pub use world::{TEXT_BYTES_MAX, World};
