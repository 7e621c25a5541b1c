//! What the cloud offers: instance types and public images.

mod images;
mod types;

pub use images::{Image, image, images};
pub use types::{InstanceType, instance_type, instance_types};
