//! How things look to people and to other programs.

pub mod annotations;
pub mod console;
pub mod declaration;
pub mod diagnostics;
pub mod diagnostics_json;
pub mod events;
pub mod graph;
pub mod junit;
pub mod live;
pub mod offer;
pub mod place;
pub mod plan;
pub mod plan_json;
pub mod problems;
pub mod progress;
pub mod report;
pub mod schema;
pub mod style;
pub mod text;
pub mod values;

pub use console::Console;
