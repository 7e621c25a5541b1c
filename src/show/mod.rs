//! How things look to people and to other programs.

pub mod console;
pub mod diagnostics;
pub mod diagnostics_json;
pub mod style;
pub mod text;

pub use console::Console;
