//! Requests to a simulated cloud in the same process, under virtual time. What was sent is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use infra_aliyun::{Lost, Transport};
use infra_sdk::Timer;
use infra_sdk::clock::Clock;
use infra_sim::{Incoming, Local};

/// When virtual time begins: 14 November 2023.
pub const START_MS: u64 = 1_700_000_000_000;

/// An action, by product, and the parameters that requests of it had.
pub type Traffic = BTreeMap<(String, String), BTreeSet<Vec<String>>>;

/// Hands requests over; on the way they take as long as the cloud's chaos says.
#[derive(Clone)]
pub struct Wire {
    pub cloud: Local,
    pub clock: Clock,
    pub sent: Arc<Mutex<Traffic>>,
}

#[async_trait]
impl infra_aliyun::Clock for Wire {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(START_MS + self.clock.now_ms())
    }

    async fn sleep(&self, duration: Duration) {
        self.clock.pause(duration).await;
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
        self.note(&request);
        let closed = || Lost {
            sent: true,
            cause: "the connection was closed".to_owned(),
        };
        let arrival = self.cloud.arrive().ok_or_else(closed)?;
        self.clock
            .pause(Duration::from_millis(arrival.delay_ms))
            .await;
        let reply = self.cloud.answer(&arrival, &incoming(request));
        let reply = reply.ok_or_else(closed)?;
        let mut response = Response::builder().status(reply.status);
        for (name, value) in reply.headers {
            response = response.header(name, value);
        }
        Ok(response
            .body(reply.body.into())
            .expect("the simulator answers HTTP"))
    }
}

impl Wire {
    fn note(&self, request: &Request<Bytes>) {
        let header = |name: &str| {
            let value = request.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let host = header("host").unwrap_or_default();
        let product = host.split(['.', '-']).next().unwrap_or_default().to_owned();
        let action = header("x-acs-action").unwrap_or_default();
        let query = request.uri().query().unwrap_or_default();
        let names = query.split('&').filter(|pair| !pair.is_empty());
        let names = names.map(|pair| pair.split('=').next().unwrap_or_default().to_owned());
        let mut sent = self.sent.lock().expect("nobody panicked");
        sent.entry((product, action))
            .or_default()
            .insert(names.collect());
    }
}

fn incoming(request: Request<Bytes>) -> Incoming {
    let headers = request.headers().iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_lowercase(), value.to_owned()))
    });
    Incoming {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: request.into_body().to_vec(),
    }
}
