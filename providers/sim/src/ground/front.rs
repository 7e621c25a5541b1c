//! What stands in front of the clouds however requests reach them: counting, chaos, and the choice of the cloud.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::ground::chaos::{Chaos, Fate, Verdict};
use crate::ground::cloud::{Cloud, Inspected, Trouble};
use crate::ground::http::{Incoming, Reply};
use crate::ground::journal::Journal;
use crate::ground::ledger::Ledger;
use crate::ground::proxy::Page;
use crate::ground::setup::{Settings, Setup};

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
        self.shared.core().ledger.counts().clone()
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

    /// The entities of a kind of all regions, with their tags and region. Amazon's kinds are as in tag specifications
    /// (`vpc`, `instance`, `volume`, `security-group`, …), those of Alibaba Cloud begin with `aliyun.`.
    pub fn entities(&self, kind: &str) -> Vec<Value> {
        let found = self.inspect().into_iter();
        found
            .filter(|one| one.kind == kind)
            .map(|one| one.entity)
            .collect()
    }

    /// Everything that a user made and that still exists, with its kind. What belongs to something else (main route
    /// tables, default groups, attached interfaces) and what is being deleted is not in it.
    pub fn left_over(&self) -> Vec<Value> {
        let left = self.inspect().into_iter().filter(|one| one.left_over);
        left.map(|mut one| {
            one.entity["kind"] = json!(one.kind);
            one.entity
        })
        .collect()
    }

    fn inspect(&self) -> Vec<Inspected> {
        self.shared.release();
        let core = self.shared.core();
        core.clouds
            .iter()
            .flat_map(|cloud| cloud.inspect())
            .collect()
    }

    /// Looks into the cloud of that type, if there is one.
    pub(crate) fn look<C: Cloud, T>(&self, look: impl FnOnce(&C) -> T) -> Option<T> {
        let core = self.shared.core();
        let mut clouds = core.clouds.iter();
        let cloud = clouds.find_map(|cloud| {
            let cloud: &dyn Any = &**cloud;
            cloud.downcast_ref::<C>()
        })?;
        Some(look(cloud))
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

/// The clouds and the books that they share.
pub(crate) struct Core {
    clouds: Vec<Box<dyn Cloud>>,
    pub ledger: Ledger,
}

impl Core {
    /// The place of the cloud that a request speaks to.
    fn cloud_of(&self, request: &Incoming) -> usize {
        let mut clouds = self.clouds.iter();
        clouds
            .position(|cloud| cloud.claims(request))
            .unwrap_or_default()
    }
}

pub(crate) struct Shared {
    pub settings: Settings,
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
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// The clouds of a configuration, as their state file left them.
    ///
    /// # Errors
    /// When the state file cannot be read, is damaged, or belongs to another running simulator (`WouldBlock`).
    pub fn open(setup: Setup) -> io::Result<Shared> {
        let Setup {
            settings,
            mut clouds,
        } = setup;
        let mut ledger = Ledger::new(None, 0, settings.chaos.real_buckets);
        if let Some(path) = &settings.state_file {
            let (contents, lock) = Journal::read(path)?;
            let mut changes = contents.changes;
            // What belongs to no cloud is for the first one to complain about.
            for at in (0..clouds.len()).rev() {
                let (own, others): (Vec<_>, Vec<_>) = changes
                    .into_iter()
                    .partition(|change| at == 0 || clouds[at].keeps(&change.kind));
                changes = others;
                clouds[at].load(own).map_err(|problem| {
                    io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("{}: {problem}", path.display()),
                    )
                })?;
            }
            let all: Vec<_> = clouds.iter().flat_map(|cloud| cloud.all()).collect();
            let journal = Journal::compact(path, lock, contents.tx, &all)?;
            ledger = Ledger::new(Some(journal), contents.tx, settings.chaos.real_buckets);
        }
        let core = Mutex::new(Core { clouds, ledger });
        let disturbance = Mutex::new(Disturbance {
            chaos: settings.chaos.clone(),
            since: 0,
            stopped: false,
        });
        Ok(Shared {
            settings,
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

    /// Whether a host is an endpoint of one of the clouds.
    pub fn serves(&self, host: &str) -> bool {
        self.core().clouds.iter().any(|cloud| cloud.serves(host))
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
        if let (true, Some(on_stop)) = (first, &self.settings.on_stop) {
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
        let now = (self.settings.clock)();
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

    /// The own answer of the cloud that the request speaks to.
    fn genuine(&self, number: u64, fate: Option<Fate>, request: &Incoming, now: u64) -> Reply {
        let request_id = request_id(self.settings.seed, number);
        let mut core = self.core();
        let at = core.cloud_of(request);
        let Core { clouds, ledger } = &mut *core;
        let cloud = &mut clouds[at];
        let mut reply = match fate {
            Some(Fate::Throttle) => cloud.refuse(request, Trouble::Throttled, &request_id),
            Some(Fate::Error) => cloud.refuse(request, Trouble::Broken, &request_id),
            _ => cloud.respond(ledger, request, now, &request_id),
        };
        reply.headers.push((cloud.request_id_header(), request_id));
        reply
    }

    fn by_proxy(&self, page: Page, request: &Incoming, genuine: Reply) -> Reply {
        let core = self.core();
        let cloud = &*core.clouds[core.cloud_of(request)];
        let action = cloud.action(request);
        page.reply(cloud, action.as_deref().unwrap_or("Unknown"), genuine)
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
        let now = (self.settings.clock)();
        let mut due: Vec<Held> = self
            .holding()
            .extract_if(.., |one| one.due_ms <= now)
            .collect();
        due.sort_by_key(|one| (one.due_ms, one.number));
        for one in due {
            self.genuine(one.number, None, &one.request, one.due_ms);
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

/// A UUID, here of the seed and the request's number.
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
