//! The provider against a cloud that speaks the real protocol: the simulator inside the process, or whatever
//! listens at `INFRA_AWS_ENDPOINT` (moto).
//!
//! One binary, because linking Amazon's SDK is expensive.

mod addressing;
mod answers;
mod bed;
mod calls;
mod changed;
mod compute;
mod conformance;
mod edits;
mod existing;
mod images;
mod launches;
mod network;
mod none;
mod pace;
mod patience;
mod recovery;
mod storage;
mod swap;
mod world;
