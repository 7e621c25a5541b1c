//! What is for sale: regions and zones, instance types, disks, images.

pub mod disks;
pub mod images;
pub mod regions;
pub mod types;
