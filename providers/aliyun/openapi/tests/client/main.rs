//! The client against the vectors that Alibaba publishes, and against small servers of this machine.

mod answers;
mod credentials;
mod delivery;
mod oss;
mod proxies;
mod repeats;
mod secrets;
mod server;
mod signatures;
