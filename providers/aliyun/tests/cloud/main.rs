//! The provider against the simulated Alibaba Cloud, in one process and under one virtual clock.

mod bed;
mod billing;
mod conformance;
mod lookups;
mod samples;
mod traffic;
mod wire;
