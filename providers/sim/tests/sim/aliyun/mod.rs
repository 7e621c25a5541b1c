//! The simulated Alibaba Cloud over its wire.

mod client;
mod disks;
mod groups;
mod keys;
mod lists;
mod machines;
mod meta;
mod networks;
mod proxy;
mod requests;
mod sides;
mod tagging;
