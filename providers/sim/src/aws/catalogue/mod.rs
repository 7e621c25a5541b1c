//! What the cloud offers: instance types, public images, and services that can be reached from inside.

mod images;
mod services;
mod types;

pub use images::images;
pub use services::{Service, services};
pub use types::{InstanceType, instance_type, instance_types};
