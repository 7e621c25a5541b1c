//! The HTTP server: takes requests, applies chaos, checks signatures, answers.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming as HyperBody;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::api::{Core, Incoming, Reply, Service};
use crate::bucket::Buckets;
use crate::chaos::{Fate, Verdict};
use crate::config::Config;
use crate::fault::Fault;
use crate::journal::Journal;
use crate::sigv4::{self, Signed};
use crate::world::World;

/// The largest body: a block of EBS direct is 512 KiB, user data 16 KiB.
const BODY_MAX: usize = 4 << 20;

/// A cloud that serves. It stops when this is dropped, or with [`Running::shutdown`].
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    handle: Handle,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The endpoint to give to an SDK.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// A view into the cloud that outlives this value.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Takes no more requests, closes all connections and lets go of the state file.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true);
        // The task ends by itself; if it panicked, the panic has been reported already.
        let _ = self.task.await;
    }
}

/// A look inside: what was asked, and what there is.
#[derive(Clone, Debug)]
pub struct Handle {
    shared: Arc<Shared>,
}

impl Handle {
    /// How often each action was asked for (unknown ones under `unknown`), refused requests included.
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.shared.core().counts.clone()
    }

    /// How many HTTP requests have arrived, those without an answer included.
    pub fn arrived(&self) -> u64 {
        self.shared.arrived.load(Ordering::SeqCst)
    }

    /// The entities of a kind (`vpc`, `instance`, `volume`, `security-group`, … as in tag specifications), of all
    /// regions, with their tags and region.
    pub fn entities(&self, kind: &str) -> Vec<Value> {
        self.shared
            .core()
            .world
            .inspect()
            .filter(|(known, _, _)| *known == kind)
            .map(|(_, _, entity)| entity)
            .collect()
    }

    /// Everything that a user made and that still exists, with its kind. What belongs to something else (main route
    /// tables, default groups, attached interfaces) and what is being deleted is not in it.
    pub fn left_over(&self) -> Vec<Value> {
        let core = self.shared.core();
        let left = core.world.inspect().filter(|(_, left, _)| *left);
        left.map(|(kind, _, mut entity)| {
            entity["kind"] = json!(kind);
            entity
        })
        .collect()
    }

    /// The bytes of a block of a snapshot as far as they are not zero, if the snapshot has the block.
    pub fn block(&self, region: &str, snapshot: &str, index: u32) -> Option<Vec<u8>> {
        crate::ebs::stored(self.shared.core().world.peek(region)?, snapshot, index)
    }
}

struct Shared {
    config: Config,
    core: Mutex<Core>,
    arrived: AtomicU64,
    stopped: AtomicBool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Shared {
    // A panic inside a request leaves the memory as it was after the last change: it is still a cloud.
    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the cloud on the current tokio runtime.
///
/// # Errors
/// When the address cannot be listened on, or the state file cannot be read, is damaged, or belongs to another running
/// simulator (`WouldBlock`).
pub async fn serve(config: Config) -> io::Result<Running> {
    let mut timing = config.timing;
    timing.stale_ms = config.chaos.stale_ms.unwrap_or(timing.stale_ms);
    let mut world = World::new(config.seed, timing, config.quotas);
    let mut journal = None;
    if let Some(path) = &config.state_file {
        let (contents, lock) = Journal::read(path)?;
        world = world
            .load(contents.tx, contents.changes)
            .map_err(|problem| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{}: {problem}", path.display()),
                )
            })?;
        journal = Some(Journal::compact(path, lock, world.tx(), &world.all())?);
    }
    let listener = TcpListener::bind(config.listen).await?;
    let addr = listener.local_addr()?;
    let buckets = config.chaos.real_buckets.then(Buckets::default);
    let core = Mutex::new(Core {
        world,
        journal,
        buckets,
        counts: BTreeMap::new(),
    });
    let shared = Arc::new(Shared {
        config,
        core,
        arrived: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
    });
    let (stop, stopped) = watch::channel(false);
    let handle = Handle {
        shared: Arc::clone(&shared),
    };
    let task = tokio::spawn(accept(listener, shared, stopped));
    Ok(Running {
        addr,
        handle,
        stop,
        task,
    })
}

/// Takes connections until told to stop (or until nobody is left to tell), then closes them and the state file.
async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
                // Out of file descriptors, for example: a moment later there may be some.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    connections.shutdown().await;
    shared.core().journal = None;
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    // An error here is a client that went away, or a connection that chaos closed.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
struct Silence;

async fn answer(
    shared: &Shared,
    request: Request<HyperBody>,
) -> Result<Response<Full<Bytes>>, Silence> {
    let number = shared.arrived.fetch_add(1, Ordering::SeqCst) + 1;
    let Verdict {
        delay_ms,
        fate,
        stopped,
    } = shared.config.chaos.verdict(number);
    if stopped {
        if !shared.stopped.swap(true, Ordering::SeqCst)
            && let Some(on_stop) = &shared.config.on_stop
        {
            on_stop();
        }
        return Err(Silence);
    }
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    if fate == Some(Fate::Reset) {
        return Err(Silence);
    }
    let request = receive(request).await?;
    let request_id = request_id(shared.config.seed, number);
    let reply = decide(shared, &request, fate, &request_id);
    if fate == Some(Fate::Lost) {
        return Err(Silence);
    }
    send(reply, &request_id)
}

/// What is answered; all effects have happened, and are in the state file, when this returns.
fn decide(shared: &Shared, request: &Incoming, fate: Option<Fate>, request_id: &str) -> Reply {
    let claimed = sigv4::claimed_scope(&request.headers);
    let service = claimed
        .as_ref()
        .and_then(Service::of)
        .unwrap_or(Service::Ec2);
    match fate {
        Some(Fate::Throttle) => return service.refuse(&service.throttled(), request_id),
        Some(Fate::Error) => return service.refuse(&service.broken(), request_id),
        _ => {}
    }
    let signed = Signed {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &request.headers,
        body: &request.body,
    };
    let now = (shared.config.clock)();
    match sigv4::verify(&signed, &shared.config.credentials, now) {
        Err(error) => service.refuse(&service.signature_fault(&error), request_id),
        Ok(scope) if Service::of(&scope).is_none() => {
            let fault = Fault::new(
                "AuthFailure",
                format!("There is no service '{}' in this cloud.", scope.service),
            );
            service.refuse(&fault, request_id)
        }
        Ok(scope) => shared
            .core()
            .respond(service, &scope, request, now, request_id),
    }
}

async fn receive(request: Request<HyperBody>) -> Result<Incoming, Silence> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, BODY_MAX)
        .collect()
        .await
        .map_err(|_| Silence)?
        .to_bytes()
        .to_vec();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|known| {
                known.push(',');
                known.push_str(&value);
            })
            .or_insert(value);
    }
    Ok(Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    })
}

fn send(reply: Reply, request_id: &str) -> Result<Response<Full<Bytes>>, Silence> {
    let mut response = Response::builder()
        .status(reply.status)
        .header("x-amzn-requestid", request_id);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response
        .body(Full::new(Bytes::from(reply.body)))
        .map_err(|_| Silence)
}

/// Looks like AWS's: a UUID, here of the seed and the request's number.
fn request_id(seed: u64, number: u64) -> String {
    let hash = hex::encode(Sha256::digest(format!("{seed}/{number}")));
    format!(
        "{}-{}-4{}-8{}-{}",
        &hash[..8],
        &hash[8..12],
        &hash[13..16],
        &hash[17..20],
        &hash[20..32]
    )
}
