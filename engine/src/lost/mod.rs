//! Lost answers: what became of a call whose answer did not come, or did not come from the cloud.
//!
//! This is the one place that decides it, for a run under way and for recovery after a crash. A provider sends, and
//! answers whether something happened; it neither waits for a lost answer nor sends a create again by itself.
//!
//! * A **create** is asked for by its token. It is sent again only after the cloud has shown no trace of it; where
//!   nothing but a tag tells, [`late`] goes on looking for as long as the first request may still arrive.
//! * A **deletion** is believed once a read no longer shows the thing, a **change** once a read shows it. Both may be
//!   sent again, because doing them twice is doing them once.

pub(crate) mod late;

use std::time::Duration;

use infra_model::{Address, Record, Schema, Value};
use infra_sdk::{
    Delete, Failure, FailureKind, Found, Observed, Provider, Settle, Snapshot, Target, Timer,
    Trace, Update,
};

use tracing::{debug, info, warn};

use crate::compare::{Verdict, compare};

/// How often a call is sent at most when its answers are lost or what it should have done is not to be seen. Each time
/// the provider itself has tried several times already.
pub(crate) const SENDS_MAX: u32 = 3;

/// The pause between two questions, in milliseconds: a part of the time waited so far.
const PAUSE_MS_MIN: u64 = 100;
const PAUSE_MS_MAX: u64 = 5_000;
const PAUSE_PART: u64 = 8;

/// Whom to ask, and by what clock.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub provider: &'a dyn Provider,
    pub timer: &'a dyn Timer,
    /// The schema of the resource; without one, changes are believed as they are read.
    pub schema: Option<&'a Schema>,
}

/// Whether a failed create must be asked for before it is judged: the answer was lost, or the thing exists already,
/// which may be the work of an earlier attempt.
pub(crate) fn must_ask(failure: &Failure) -> bool {
    failure.ambiguous || failure.kind == FailureKind::AlreadyExists
}

impl Asking<'_> {
    /// Whether a create happened. `fresh`: it was sent a moment ago, so the cloud may have carried it out and not show
    /// it yet.
    ///
    /// # Errors
    /// The cloud cannot be asked.
    pub async fn created(
        &self,
        address: &Address,
        token: &str,
        fields: Option<&Record>,
        fresh: bool,
    ) -> Result<Found, Failure> {
        let window_ms = match self.trace(address, token) {
            Trace::Tag if fresh => self.provider.visible_ms(),
            _ => 0,
        };
        let found = self.until(window_ms, || async {
            let found = self.provider.find_by_token(address, token, fields).await?;
            Ok(match found {
                Found::Absent => Err(Found::Absent),
                found => Ok(found),
            })
        });
        let (Ok(found) | Err(found)) = found.await?;
        info!(%address, token, ?found, "asked whether the create happened");
        Ok(found)
    }

    /// Deletes, and believes it once the thing is no longer to be seen.
    ///
    /// # Errors
    /// The last failure of the call, or that the thing is still there.
    pub async fn delete(&self, order: &Delete) -> Result<(), Failure> {
        let target = Target {
            address: order.address.clone(),
            id: order.id.clone(),
            prior: order.prior.clone(),
        };
        let mut sends = 1;
        loop {
            let (failure, window_ms) = match self.provider.delete(order).await {
                Ok(()) if self.trace(&order.address, &order.token) == Trace::State => return Ok(()),
                Ok(()) => (still_there(&order.id), self.provider.visible_ms()),
                Err(failure) if failure.ambiguous => (failure, 0),
                Err(failure) => return Err(failure),
            };
            let gone = self.until(window_ms, || async {
                Ok(match self.read(&target).await? {
                    Observed::Absent => Ok(()),
                    Observed::Present(_) => Err(()),
                })
            });
            if gone.await?.is_ok() {
                return Ok(());
            }
            if sends == SENDS_MAX {
                return Err(failure);
            }
            sends += 1;
            warn!(address = %order.address, sends, error = failure.to_string(), "the deletion is sent again");
        }
    }

    /// Changes, and believes it once the changed fields are read as they were sent.
    ///
    /// # Errors
    /// The last failure of the call, or that the change is not to be seen.
    pub async fn update(&self, order: &Update) -> Result<Record, Failure> {
        let target = Target {
            address: order.address.clone(),
            id: order.id.clone(),
            prior: order.fields.clone(),
        };
        let send = || self.provider.update(order);
        let names: Vec<&String> = order.changed.iter().collect();
        self.believed(&target, &order.fields, &names, send).await
    }

    /// Settles, and believes it once every field that was sent is read so.
    ///
    /// # Errors
    /// The last failure of the call, or that a field is not to be seen.
    pub async fn settle(&self, order: &Settle) -> Result<Record, Failure> {
        let none = Record::new();
        let fields = order.fields.as_ref().unwrap_or(&none);
        let target = Target {
            address: order.address.clone(),
            id: order.id.clone(),
            prior: fields.clone(),
        };
        let send = || self.provider.settle(order);
        let names: Vec<&String> = fields.keys().collect();
        self.believed(&target, fields, &names, send).await
    }

    /// Takes a snapshot. Given again, the order finds the copies that it began.
    ///
    /// # Errors
    /// The last failure of the call.
    pub async fn snapshot(&self, order: &Snapshot) -> Result<Vec<String>, Failure> {
        let mut sends = 1;
        loop {
            match self.provider.snapshot(order).await {
                Err(failure) if failure.ambiguous && sends < SENDS_MAX => {
                    // What was begun must be listed before it is looked for.
                    let pause = Duration::from_millis(self.provider.visible_ms());
                    self.timer.sleep(pause).await;
                    sends += 1;
                    warn!(address = %order.address, sends, error = failure.to_string(), "the snapshot is ordered again");
                }
                result => return result,
            }
        }
    }

    async fn believed<Sent>(
        &self,
        target: &Target,
        planned: &Record,
        names: &[&String],
        send: impl Fn() -> Sent,
    ) -> Result<Record, Failure>
    where
        Sent: Future<Output = Result<Record, Failure>>,
    {
        let mut sends = 1;
        loop {
            let failure = match send().await {
                Ok(record) => match self.shown(target, planned, names, record).await? {
                    Ok(record) => return Ok(record),
                    Err(unmet) => not_shown(&target.id, &unmet),
                },
                Err(failure) if failure.ambiguous => failure,
                Err(failure) => return Err(failure),
            };
            if sends == SENDS_MAX {
                return Err(failure);
            }
            sends += 1;
            warn!(address = %target.address, sends, error = failure.to_string(), "the change is sent again");
        }
    }

    /// What the cloud shows once it shows the planned fields; otherwise those that it does not show.
    async fn shown(
        &self,
        target: &Target,
        planned: &Record,
        names: &[&String],
        first: Record,
    ) -> Result<Result<Record, Vec<String>>, Failure> {
        let unmet = self.unmet(planned, &first, names);
        if unmet.is_empty() {
            return Ok(Ok(first));
        }
        self.until(self.provider.visible_ms(), || async {
            Ok(match self.read(target).await? {
                Observed::Present(record) => match self.unmet(planned, &record, names) {
                    unmet if unmet.is_empty() => Ok(record),
                    unmet => Err(unmet),
                },
                Observed::Absent => Err(unmet.clone()),
            })
        })
        .await
    }

    /// The planned fields that are read otherwise. What is secret or not read is left out: it cannot be compared.
    fn unmet(&self, planned: &Record, read: &Record, names: &[&String]) -> Vec<String> {
        let Some(schema) = self.schema else {
            return Vec::new();
        };
        let planned = self.provider.canonical(&schema.type_name, planned);
        let read = self.provider.canonical(&schema.type_name, read);
        let differs = |name: &&&String| {
            let (Some(field), Some(planned), Some(read)) =
                (schema.field(name), planned.get(**name), read.get(**name))
            else {
                return false;
            };
            // What is emptied is let go of before a deletion, which is believed only after a read of its own.
            let emptied = matches!(planned, Value::List(items) if items.is_empty());
            !field.unread
                && !emptied
                && !planned.has_secret()
                && !read.has_secret()
                && compare(planned, read, field.unordered) == Verdict::Differs
        };
        let names = names.iter().filter(differs);
        names.map(|name| (*name).clone()).collect()
    }

    fn trace(&self, address: &Address, token: &str) -> Trace {
        self.provider.trace(&address.type_name, token)
    }

    /// What the cloud shows of one resource now.
    ///
    /// # Errors
    /// The cloud cannot be asked.
    pub async fn read(&self, target: &Target) -> Result<Observed, Failure> {
        let one = std::slice::from_ref(target);
        let read = self.provider.read(&target.address.type_name, one).await?;
        let first = read.into_iter().next();
        first.ok_or_else(|| {
            Failure::new(
                FailureKind::Cloud,
                "the provider answered for fewer resources than it was asked for",
            )
        })
    }

    /// Asks with growing pauses until the answer is `Ok`, for at most `window_ms`; then the last answer.
    async fn until<T, E, Asked>(
        &self,
        window_ms: u64,
        ask: impl Fn() -> Asked,
    ) -> Result<Result<T, E>, Failure>
    where
        Asked: Future<Output = Result<Result<T, E>, Failure>>,
    {
        let start_ms = self.timer.now_ms();
        loop {
            let answer = ask().await?;
            let spent_ms = self.timer.now_ms().saturating_sub(start_ms);
            if answer.is_ok() || spent_ms >= window_ms {
                return Ok(answer);
            }
            let pause = (spent_ms / PAUSE_PART).clamp(PAUSE_MS_MIN, PAUSE_MS_MAX);
            debug!(
                spent_ms,
                window_ms,
                pause_ms = pause,
                "not to be seen yet, so the cloud is asked again"
            );
            self.timer.sleep(Duration::from_millis(pause)).await;
        }
    }
}

fn still_there(id: &str) -> Failure {
    let message = format!("the cloud accepted the deletion, and {id} is still there");
    unseen(message)
}

fn not_shown(id: &str, names: &[String]) -> Failure {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "the cloud accepted the change, and {id} still shows another value of {}",
        names.join(", ")
    );
    unseen(message)
}

fn unseen(message: String) -> Failure {
    Failure::new(FailureKind::Cloud, message)
        .temporary()
        .ambiguous()
        .help("apply again; if it stays so, check what answers in place of the cloud: a proxy, or a cache")
}
