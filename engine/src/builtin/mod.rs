//! Providers without a cloud, built into the engine.

mod value;

pub use value::StdProvider;
