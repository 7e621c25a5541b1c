//! Requests to a simulated cloud in the same process, under virtual time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use infra_aws::Transport;
use infra_sdk::Timer;
use infra_sdk::clock::Clock;
use infra_sim::{Fate, Incoming, Local, Reply};

/// When virtual time begins: 14 November 2023.
pub const START_MS: u64 = 1_700_000_000_000;

/// A moment at which the process dies: before a request takes effect, or after it and before its answer is there.
#[derive(Clone, Copy, Debug)]
pub struct Death {
    /// The number of the request, counted from 1.
    pub request: u64,
    pub after_effect: bool,
}

/// The life of one process that sends requests. A request that is held on its way is its last.
pub struct Life {
    death: Option<Death>,
    sent: AtomicU64,
    over: AtomicBool,
    /// What meets a change, by its number among the changes and its action.
    faults: Mutex<Option<Faults>>,
    /// The actions of the changes so far.
    changes: Mutex<Vec<String>>,
}

/// What meets the change with this number (the first is 1) and this action.
pub type Faults = Box<dyn Fn(u64, &str) -> Option<Fate> + Send>;

impl Life {
    pub fn until(death: Option<Death>) -> Arc<Life> {
        Arc::new(Life {
            death,
            sent: AtomicU64::new(0),
            over: AtomicBool::new(false),
            faults: Mutex::default(),
            changes: Mutex::default(),
        })
    }

    /// From now on, `faults` decide what meets each change; numbers begin at 1 again.
    pub fn disturb(&self, faults: Option<Faults>) {
        *self.faults.lock().expect("nobody panicked") = faults;
        self.changes.lock().expect("nobody panicked").clear();
    }

    /// The actions of the changes that were sent since the last disturbance, in their order.
    pub fn changes(&self) -> Vec<String> {
        self.changes.lock().expect("nobody panicked").clone()
    }

    fn fate(&self, request: &Incoming) -> Option<Fate> {
        let action = action(request);
        if ["Describe", "List", "Get"]
            .iter()
            .any(|read| action.starts_with(read))
        {
            return None;
        }
        let number = {
            let mut changes = self.changes.lock().expect("nobody panicked");
            changes.push(action.clone());
            changes.len() as u64
        };
        let faults = self.faults.lock().expect("nobody panicked");
        faults.as_ref().and_then(|faults| faults(number, &action))
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// How many requests were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// One more request: whether the process dies at it, and then whether that is after its effect.
    fn send(&self) -> Option<bool> {
        let number = self.sent.fetch_add(1, Ordering::SeqCst) + 1;
        let death = self.death.filter(|death| number >= death.request)?;
        Some(death.after_effect && number == death.request)
    }

    fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

/// Hands requests over; on the way they take as long as the cloud's chaos says.
#[derive(Clone)]
struct Wire {
    cloud: Local,
    clock: Clock,
    life: Arc<Life>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

/// The way to `cloud`, by `clock`.
pub fn transport(cloud: &Local, clock: &Clock, life: &Arc<Life>) -> Transport {
    let wire = Wire {
        cloud: cloud.clone(),
        clock: clock.clone(),
        life: Arc::clone(life),
    };
    let connector = SharedHttpConnector::new(wire.clone());
    Transport {
        http: http_client_fn(move |_, _| connector.clone()),
        time: SharedTimeSource::new(wire.clone()),
        sleep: SharedAsyncSleep::new(wire),
    }
}

impl TimeSource for Wire {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(START_MS + self.clock.now_ms())
    }
}

impl AsyncSleep for Wire {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.clock.pause(duration))
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Wire { cloud, clock, life } = self.clone();
        HttpConnectorFuture::new(async move {
            let closed = || ConnectorError::io("the connection was closed".into());
            let death = life.send();
            if death == Some(false) {
                life.end();
                return Err(closed());
            }
            let arrival = cloud.arrive().ok_or_else(closed)?;
            let request = incoming(request);
            let fate = life.fate(&request);
            let arrival = fate.map_or(arrival, |fate| arrival.meeting(fate));
            clock.pause(Duration::from_millis(arrival.delay_ms)).await;
            let reply = cloud.answer(&arrival, &request);
            if fate == Some(Fate::Held) {
                life.end();
            }
            if death.is_some() {
                life.end();
            }
            reply.map(response).ok_or_else(closed)
        })
    }
}

/// The action of a request; EBS direct has paths instead, and reads with GET.
fn action(request: &Incoming) -> String {
    let body = String::from_utf8_lossy(&request.body);
    let named = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="));
    match (named, request.method.as_str()) {
        (Some(action), _) => action.to_owned(),
        (None, "GET") => "Get".to_owned(),
        (None, method) => format!("{method} EBS direct"),
    }
}

fn incoming(request: HttpRequest) -> Incoming {
    let uri = request.uri().to_owned();
    let rest = uri.split_once("://").map_or(&*uri, |(_, rest)| rest);
    let path = rest.find(['/', '?']).map_or("/", |at| &rest[at..]);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut headers: BTreeMap<String, String> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    headers
        .entry("host".to_owned())
        .or_insert_with(|| host.to_owned());
    Incoming {
        method: request.method().to_owned(),
        path: if path.is_empty() { "/" } else { path }.to_owned(),
        query: query.to_owned(),
        headers,
        body: request
            .body()
            .bytes()
            .expect("a body in memory, for nothing guards its flow")
            .to_vec(),
    }
}

fn response(reply: Reply) -> HttpResponse {
    let status = StatusCode::try_from(reply.status).expect("the simulator's statuses are numbers");
    let mut response = HttpResponse::new(status, reply.body.into());
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value);
    }
    response
}
