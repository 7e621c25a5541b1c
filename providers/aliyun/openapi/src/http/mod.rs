//! How requests travel.

mod dial;
mod proxy;
mod sockets;
mod tls;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

pub(crate) use sockets::Sockets;

/// Carries requests. The client brings its own over sockets; tests bring others.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request, once, and waits for the whole answer. Redirects are answers.
    ///
    /// # Errors
    /// What is known about a request without an answer.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Lost>;
}

/// A request without a whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Whether part of the request may have left. Without that, it certainly had no effect.
    pub sent: bool,
    /// What happened, as one sentence without a full stop.
    pub cause: String,
}
