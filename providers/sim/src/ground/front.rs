//! What stands in front of the cloud however requests reach it: counting, chaos, signatures.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::aws::api::{Core, Incoming, Reply, Service};
use crate::aws::config::Config;
use crate::aws::fault::Fault;
use crate::aws::sigv4::{self, Signed};
use crate::aws::world::World;
use crate::ground::bucket::Buckets;
use crate::ground::chaos::{Chaos, Fate, Verdict};
use crate::ground::journal::Journal;
use crate::ground::proxy::Page;
use crate::ground::query::Query;

/// A look inside: what was asked, and what there is.
#[derive(Clone, Debug)]
pub struct Handle {
    shared: Arc<Shared>,
}

impl Handle {
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }

    /// How often each action was asked for (unknown ones under `unknown`), refused requests included.
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.shared.core().counts.clone()
    }

    /// How many HTTP requests have arrived, those without an answer included.
    pub fn arrived(&self) -> u64 {
        self.shared.arrived.load(Ordering::SeqCst)
    }

    /// Puts other faults in front of the cloud, which answers again if it had been stopped. The next request is
    /// number 1 for them.
    pub fn disturb(&self, chaos: Chaos) {
        *self.shared.disturbance() = Disturbance {
            chaos,
            since: self.arrived(),
            stopped: false,
        };
    }

    /// The entities of a kind (`vpc`, `instance`, `volume`, `security-group`, … as in tag specifications), of all
    /// regions, with their tags and region.
    pub fn entities(&self, kind: &str) -> Vec<Value> {
        self.shared.release();
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
        self.shared.release();
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
        crate::aws::ebs::stored(self.shared.core().world.peek(region)?, snapshot, index)
    }
}

/// A request that has come in, and what is to become of it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    number: u64,
    fate: Option<Fate>,
    last: bool,
    /// How long it is on its way before it takes effect, in milliseconds.
    pub delay_ms: u64,
}

impl Arrival {
    /// Whether the connection is closed before the request takes effect.
    pub fn is_reset(&self) -> bool {
        self.fate == Some(Fate::Reset)
    }

    /// The same request, with this fault in its way instead of the one that chaos decided.
    #[must_use]
    pub fn meeting(self, fate: Fate) -> Arrival {
        Arrival {
            fate: Some(fate),
            ..self
        }
    }

    /// Whether the connection stays open, and nothing ever happens.
    pub fn hangs(&self) -> bool {
        self.fate == Some(Fate::Hang)
    }
}

pub(crate) struct Shared {
    pub config: Config,
    core: Mutex<Core>,
    disturbance: Mutex<Disturbance>,
    arrived: AtomicU64,
    /// What a proxy holds back, in the order of arrival.
    held: Mutex<Vec<Held>>,
}

/// A request that takes effect later.
struct Held {
    due_ms: u64,
    number: u64,
    request: Incoming,
}

/// How long a proxy holds a request unless it is told otherwise, in milliseconds.
const HOLD_MS: u64 = 60_000;

/// The faults of the present.
struct Disturbance {
    chaos: Chaos,
    /// How many requests had arrived before it began: chaos numbers those after them, and does not concern them.
    since: u64,
    stopped: bool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// The cloud of a configuration, as its state file left it.
    ///
    /// # Errors
    /// When the state file cannot be read, is damaged, or belongs to another running simulator (`WouldBlock`).
    pub fn open(config: Config) -> io::Result<Shared> {
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
        let buckets = config.chaos.real_buckets.then(Buckets::default);
        let core = Mutex::new(Core {
            world,
            journal,
            buckets,
            counts: BTreeMap::new(),
        });
        let disturbance = Mutex::new(Disturbance {
            chaos: config.chaos.clone(),
            since: 0,
            stopped: false,
        });
        Ok(Shared {
            config,
            core,
            disturbance,
            arrived: AtomicU64::new(0),
            held: Mutex::default(),
        })
    }

    // A panic inside a request leaves the memory as it was after the last change: it is still a cloud.
    pub fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn disturbance(&self) -> MutexGuard<'_, Disturbance> {
        self.disturbance
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn verdict(&self, number: u64) -> Verdict {
        let now = self.disturbance();
        now.chaos.verdict(number.saturating_sub(now.since))
    }

    /// Tells once that chaos has stopped the cloud at request `number`.
    fn stop(&self, number: u64) {
        let mut now = self.disturbance();
        let first = number > now.since && !std::mem::replace(&mut now.stopped, true);
        drop(now);
        if let (true, Some(on_stop)) = (first, &self.config.on_stop) {
            on_stop();
        }
    }

    /// Counts a request that comes in. `None` when the cloud has stopped: nothing answers any more.
    pub fn arrive(&self) -> Option<Arrival> {
        let number = self.arrived.fetch_add(1, Ordering::SeqCst) + 1;
        let Verdict {
            delay_ms,
            fate,
            stopped,
            last,
        } = self.verdict(number);
        if stopped {
            self.stop(number);
            return None;
        }
        Some(Arrival {
            number,
            fate,
            last,
            delay_ms,
        })
    }

    /// Does what a request asks for. All effects have happened, and are in the state file, when this returns;
    /// `None` when the answer gets lost.
    pub fn answer(&self, arrival: &Arrival, request: &Incoming) -> Option<Reply> {
        if arrival.is_reset() || arrival.hangs() {
            return None;
        }
        self.release();
        let now = (self.config.clock)();
        let reply = match arrival.fate {
            Some(Fate::Blocked(page)) => self.by_proxy(page, request, nothing()),
            Some(Fate::Masked(page)) => {
                let genuine = self.genuine(arrival.number, None, request, now);
                self.by_proxy(page, request, genuine)
            }
            Some(Fate::Held) => {
                self.hold(arrival.number, request, now);
                self.by_proxy(Page::GatewayTimeout, request, nothing())
            }
            fate => self.genuine(arrival.number, fate, request, now),
        };
        if arrival.last {
            self.stop(arrival.number);
        }
        (!arrival.last && arrival.fate != Some(Fate::Lost)).then_some(reply)
    }

    /// The cloud's own answer.
    fn genuine(&self, number: u64, fate: Option<Fate>, request: &Incoming, now: u64) -> Reply {
        let request_id = request_id(self.config.seed, number);
        let mut reply = self.decide(request, fate, &request_id, now);
        reply.headers.push(("x-amzn-requestid", request_id));
        reply
    }

    fn by_proxy(&self, page: Page, request: &Incoming, genuine: Reply) -> Reply {
        let form = std::str::from_utf8(&request.body).ok();
        let query = form.and_then(|form| Query::parse(form).ok());
        let action = query.as_ref().and_then(|query| query.text("Action"));
        page.reply(action.unwrap_or("Unknown"), genuine)
    }

    fn hold(&self, number: u64, request: &Incoming, now: u64) {
        let hold_ms = self.disturbance().chaos.hold_ms.unwrap_or(HOLD_MS);
        self.holding().push(Held {
            due_ms: now + hold_ms,
            number,
            request: request.clone(),
        });
    }

    fn holding(&self) -> MutexGuard<'_, Vec<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the held requests whose time has come take effect, in the order in which they are due. Nobody sees the
    /// cloud between two requests, so this is done before the next one.
    fn release(&self) {
        let now = (self.config.clock)();
        let mut due: Vec<Held> = self
            .holding()
            .extract_if(.., |one| one.due_ms <= now)
            .collect();
        due.sort_by_key(|one| (one.due_ms, one.number));
        for one in due {
            self.genuine(one.number, None, &one.request, one.due_ms);
        }
    }

    fn decide(&self, request: &Incoming, fate: Option<Fate>, request_id: &str, now: u64) -> Reply {
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
        match sigv4::verify(&signed, &self.config.credentials, now) {
            Err(error) => service.refuse(&service.signature_fault(&error), request_id),
            Ok(scope) if Service::of(&scope).is_none() => {
                let fault = Fault::new(
                    "AuthFailure",
                    format!("There is no service '{}' in this cloud.", scope.service),
                );
                service.refuse(&fault, request_id)
            }
            Ok(scope) => self
                .core()
                .respond(service, &scope, request, now, request_id),
        }
    }
}

/// No answer at all.
fn nothing() -> Reply {
    Reply {
        status: 502,
        headers: Vec::new(),
        body: Vec::new(),
    }
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
