//! The simulated Alibaba Cloud over its wire.

mod client;
mod groups;
mod keys;
mod lists;
mod meta;
mod networks;
mod requests;
mod sides;
mod tagging;
