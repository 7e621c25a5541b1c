//! The provider against the simulated Alibaba Cloud, in one process and under one virtual clock.

mod bed;
mod conformance;
mod samples;
mod traffic;
mod wire;
