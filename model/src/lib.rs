//! The nouns of infra: addresses, values, types, schemas and the desired state.
//!
//! Everything here is plain data. There is no parser, no I/O, no clock and no async code in this room, so
//! every other room can depend on it.

pub mod address;
pub mod desired;
pub mod exclusive;
pub mod json;
pub mod port;
pub mod record;
pub mod schema;
pub mod secret;
pub mod span;
pub mod table;
pub mod types;
pub mod units;
pub mod value;

pub use address::{Address, AddressParts, Step};
pub use desired::{Desired, Instance, Known, Lifecycle, Lookup, ResolveError, Resolver};
pub use exclusive::{Exclusive, Guard, Held, Sameness, Within};
pub use port::{PortRange, Protocol};
pub use record::{Named, Record, RecordBuilder};
pub use schema::{Change, FieldSchema, Forbids, Schema, SchemaKind};
pub use secret::Secret;
pub use span::{FileId, Span};
pub use table::{FastMap, FastSet};
pub use types::{RecordField, Type};
pub use units::{Duration, Percent, Size};
pub use value::{Unknown, Value};
