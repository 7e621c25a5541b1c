//! The client: credentials, and calls with them.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use serde_json::Value;

use crate::call::Call;
use crate::credentials::{Credentials, Held, SERVICE};
use crate::endpoint::Endpoints;
use crate::environment::Environment;
use crate::error::Error;
use crate::http::{Sockets, Transport};
use crate::options::{Options, Timeouts};
use crate::wire::Wire;

/// The metadata service is close, or it is not there at all.
const METADATA_TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(1),
    answer: Duration::from_secs(5),
};

/// Calls actions of Alibaba Cloud in one region. Cheap to clone; clones share connections and credentials.
#[derive(Clone)]
pub struct Client {
    wire: Arc<Wire>,
    held: Arc<Held>,
}

impl Client {
    /// A client as told. Nothing is sent, and no credentials are looked up yet.
    ///
    /// # Errors
    /// `Invalid` when `via` or an endpoint is no address.
    pub fn new(options: Options) -> Result<Client, Error> {
        let sockets = |timeouts| -> Arc<dyn Transport> {
            Arc::new(Sockets::new(options.environment.clone(), timeouts))
        };
        let metadata: Arc<dyn Transport> =
            Arc::new(Sockets::new(Environment::default(), METADATA_TIMEOUTS));
        let endpoints = Endpoints {
            region: options.region,
            via: options.via,
            overrides: options.endpoints,
        };
        for product in endpoints
            .overrides
            .keys()
            .map(String::as_str)
            .chain(["ecs"])
        {
            endpoints.of(product)?;
        }
        let wire = Wire {
            transport: options
                .transport
                .unwrap_or_else(|| sockets(options.timeouts)),
            metadata,
            metadata_service: options
                .metadata_service
                .unwrap_or_else(|| SERVICE.to_owned()),
            endpoints,
            clock: options.clock,
            retry: options.retry,
            user_agent: options.user_agent,
            skew: AtomicI64::new(0),
        };
        Ok(Client {
            wire: Arc::new(wire),
            held: Arc::new(Held::new(options.credentials)),
        })
    }

    /// Sends a call and gives the JSON of its answer; `Null` where a ROA action answers nothing. Each attempt has a
    /// nonce and a date of its own and the caller's parameters unchanged, a `ClientToken` among them.
    ///
    /// # Errors
    /// See [`Error`]. Attempts are repeated as [`Options::retry`] and [`Call::repeat`] allow.
    pub async fn call(&self, call: &Call) -> Result<Value, Error> {
        let keys = self.credentials().await?;
        self.wire.call(&keys, call).await
    }

    /// The credentials in use.
    ///
    /// # Errors
    /// `Credentials` when there are none.
    pub async fn credentials(&self) -> Result<Credentials, Error> {
        self.held.get(&self.wire).await.map_err(Error::Credentials)
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    /// `cn-hangzhou`.
    pub fn region(&self) -> &str {
        &self.wire.endpoints.region
    }

    /// The host name of a product, as requests name it: `ecs.cn-beijing.aliyuncs.com`.
    pub fn host(&self, product: &str) -> String {
        let endpoint = self.wire.endpoints.of(product);
        endpoint.map(|endpoint| endpoint.host).unwrap_or_default()
    }
}
