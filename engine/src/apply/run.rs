//! The loop of an apply: begin what can begin, write one batch of events with one sync, send the calls they
//! stand for, wait for answers.

mod affected;
mod together;

use std::collections::BTreeMap;

use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt};
use futures::{FutureExt, future::BoxFuture};
use infra_model::Record;
use infra_sdk::patience::Patience;
use infra_sdk::{Create, Created, Failure, FailureKind, Found, Settle};
use tracing::{Instrument, info_span, warn};

use super::begin::{Begin, Scene, limit_ms};
use super::call::{Answer, Call, Limit, Returned, send};
use super::logged;
use super::queue::Queue;
use super::{
    ApplyEvent, ApplyInput, ApplyReport, Done, EventKind, Failed, Hindrance, NotDone, Stage,
    StepError,
};
use crate::known::Knowledge;
use crate::lost::{SENDS_MAX, late, must_ask};
use crate::plan::{Step, StepId, StepKind};
use crate::state::hide::hide_typed;
use crate::state::lock::HEARTBEAT;
use crate::state::{Action, Doubt, Entry, Event, Intent, LastFailure, StateError, Store};

/// A step that is under way.
struct Running {
    intent: Intent,
    /// The fields that were sent.
    fields: Record,
    /// The order of a create, to ask for it or to send it again.
    create: Option<Create>,
    id: Option<String>,
    /// How often the first call was sent.
    sends: u32,
    /// Why the last create failed, while the cloud is asked whether it happened.
    failure: Option<Failure>,
    /// Its own last answer, while others that it changed are read.
    answer: Option<Answer>,
    started_ms: u64,
    limit_ms: u64,
    /// What it is waiting for.
    patience: Patience,
}

pub(super) struct Run<'a> {
    input: &'a ApplyInput<'a>,
    store: &'a mut Store,
    queue: Queue,
    knowledge: Knowledge,
    running: BTreeMap<StepId, Running>,
    calls: FuturesUnordered<BoxFuture<'a, Returned>>,
    /// Events of this turn: they are written together.
    batch: Vec<Event>,
    /// Calls that may be sent once the batch is written.
    after_batch: Vec<(StepId, Call)>,
    /// Steps that end with the batch.
    ending: Vec<Done>,
    report: ApplyReport,
}

impl<'a> Run<'a> {
    pub fn new(input: &'a ApplyInput<'a>, store: &'a mut Store) -> Run<'a> {
        Run {
            queue: Queue::new(&input.plan.steps),
            knowledge: input.plan.knowledge.clone(),
            input,
            store,
            running: BTreeMap::new(),
            calls: FuturesUnordered::new(),
            batch: Vec::new(),
            after_batch: Vec::new(),
            ending: Vec::new(),
            report: ApplyReport::default(),
        }
    }

    /// Runs until nothing is left to do or to wait for.
    ///
    /// # Errors
    /// The journal cannot be written. What is under way is left to the next run, which finds its intents.
    pub async fn run(&mut self) -> Result<Stage, StateError> {
        let mut stage = self.input.cancel.stage();
        loop {
            if stage == Stage::Running {
                self.begin_what_can();
            }
            self.commit()?;
            if stage == Stage::Running && self.can_begin() {
                continue;
            }
            if self.running.is_empty() {
                break;
            }
            stage = self.wait(stage).await?;
            if stage == Stage::Stopped {
                self.commit()?;
                break;
            }
        }
        Ok(stage)
    }

    /// Ends the report: what never began, and what was left under way.
    pub fn finish(mut self, stage: Stage) -> (ApplyReport, Knowledge) {
        let unsent: Vec<StepId> = self.unsent().collect();
        for id in &unsent {
            self.running.remove(id);
            self.not_done(*id, Hindrance::Stopped);
        }
        // What has ended but could not be written down is found by the next run, like what is under way.
        let unwritten = self.ending.iter().map(|done| done.step);
        self.report.abandoned = self.running.keys().copied().chain(unwritten).collect();
        if stage != Stage::Running {
            for id in self.queue.rest() {
                self.not_done(id, Hindrance::Stopped);
            }
        }
        (self.report, self.knowledge)
    }

    /// The steps whose first call was never sent, because its intent could not be written.
    fn unsent(&self) -> impl Iterator<Item = StepId> {
        let first = |(id, call): &&(StepId, Call)| {
            let running = self.running.get(id);
            running.is_some_and(|it| it.sends == 1)
                && !matches!(call, Call::Settle(_) | Call::Find(_) | Call::Look(_))
        };
        self.after_batch.iter().filter(first).map(|(id, _)| *id)
    }

    fn step(&self, id: StepId) -> &'a Step {
        &self.input.plan.steps[id.index()]
    }

    fn can_begin(&self) -> bool {
        self.queue.has_ready() && self.running.len() < self.input.options.concurrency
    }

    fn begin_what_can(&mut self) {
        while self.running.len() + self.ending.len() < self.input.options.concurrency {
            let Some(id) = self.queue.pop() else { break };
            self.begin(id);
        }
        self.join_creates();
    }

    fn begin(&mut self, id: StepId) {
        let step = self.step(id);
        let work = &self.input.plan.work[step.change];
        let scene = Scene {
            state: self.store.state(),
            knowledge: &self.knowledge,
            resolver: self.input.resolver,
            schemas: self.input.schemas,
            providers: self.input.providers,
            run: &self.input.options.run,
        };
        let begun = scene.begin(step, &self.input.plan.changes[step.change], work);
        self.tell(id, 0, EventKind::Started);
        match begun {
            Err(error) => self.failed(id, 0, error),
            Ok(Begin::Write { event, unneeded }) => {
                self.learn(step, &event);
                self.batch.push(event);
                self.ending.push(Done {
                    step: id,
                    address: step.address.clone(),
                    elapsed_ms: 0,
                    unneeded,
                });
            }
            Ok(Begin::Call { intent, call }) => {
                let limit = limit_ms(
                    &step.kind,
                    &step.address,
                    work.goal.as_deref(),
                    self.input.schemas,
                );
                let (fields, create, known_id) = match &call {
                    Call::Create(order) => (order.fields.clone(), Some(order.clone()), None),
                    Call::Update(order) => (order.fields.clone(), None, Some(order.id.clone())),
                    _ => (Record::new(), None, None),
                };
                self.batch.push(Event::Intent(intent.clone()));
                self.after_batch.push((id, call));
                let running = Running {
                    intent: *intent,
                    fields,
                    create,
                    id: known_id,
                    sends: 1,
                    failure: None,
                    answer: None,
                    started_ms: self.input.timer.now_ms(),
                    limit_ms: limit,
                    patience: Patience::default(),
                };
                self.running.insert(id, running);
            }
        }
    }

    /// What stays in the cloud although its turn came is known whole from here on.
    fn learn(&mut self, step: &Step, event: &Event) {
        let keeps = matches!(step.kind, StepKind::Update { .. });
        let work = &self.input.plan.work[step.change];
        if let (true, Event::Settled(_), Some(existing)) = (keeps, event, &work.current) {
            self.knowledge
                .set(&step.address, existing.attributes.clone());
        }
    }

    /// Writes the events of this turn with one sync, and only then sends the calls that they announce.
    fn commit(&mut self) -> Result<(), StateError> {
        self.store.append(&self.batch)?;
        self.batch.clear();
        for done in std::mem::take(&mut self.ending) {
            let kind = match done.unneeded {
                true => EventKind::Unneeded,
                false => EventKind::Settled,
            };
            self.tell(done.step, done.elapsed_ms, kind);
            self.queue.done(done.step);
            self.report.done.push(done);
        }
        for (id, call) in std::mem::take(&mut self.after_batch) {
            self.send(id, call);
        }
        Ok(())
    }

    fn send(&mut self, id: StepId, call: Call) {
        let work = &self.input.plan.work[self.step(id).change];
        let owner = match &self.running.get(&id) {
            Some(running) => running.intent.draft.provider.clone(),
            None => work.provider.clone(),
        };
        let Some(provider) = self.input.providers.get(&owner) else {
            let failure = Failure::new(
                FailureKind::Invalid,
                format!("the provider `{owner}` is not configured"),
            );
            self.end_in_failure(id, StepError::Provider(failure), false);
            return;
        };
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let spent = self.input.timer.now_ms().saturating_sub(running.started_ms);
        let limit = Limit {
            limit_ms: running.limit_ms,
            left_ms: running.limit_ms.saturating_sub(spent).max(1),
            patience: running.patience.clone(),
        };
        let schema = self.input.schemas.schema(&work.address.type_name);
        let timer = self.input.timer;
        let step = self.step(id);
        let span = info_span!("step", address = %step.address, kind = step.kind.word());
        let sending = send(id, call, provider.clone(), schema, timer, limit);
        self.calls.push(sending.instrument(span).boxed());
    }

    /// Waits for an answer, a cancel or the next heartbeat, and takes every answer that is there.
    async fn wait(&mut self, stage: Stage) -> Result<Stage, StateError> {
        let cancel = self.input.cancel;
        let others = select(cancel.past(stage), self.input.timer.sleep(HEARTBEAT));
        let first = match select(self.calls.next(), others).await {
            Either::Left((returned, _)) => returned,
            Either::Right((Either::Left((stage, _)), _)) => return Ok(stage),
            Either::Right((Either::Right(_), _)) => {
                self.store.heartbeat()?;
                self.tell_the_waits();
                return Ok(stage);
            }
        };
        let mut next = first;
        while let Some(returned) = next {
            self.returned(returned);
            next = self.calls.next().now_or_never().flatten();
        }
        Ok(cancel.stage())
    }

    /// Nothing has come back for a while: tells what each step waits for.
    fn tell_the_waits(&self) {
        let now_ms = self.input.timer.now_ms();
        for (id, running) in &self.running {
            if let Some(what) = running.patience.waiting() {
                let elapsed = now_ms.saturating_sub(running.started_ms);
                self.tell(*id, elapsed, EventKind::Waiting(&what));
            }
        }
    }

    fn returned(&mut self, returned: Returned) {
        let id = returned.step;
        match returned.answer {
            Ok(answer) => self.answered(id, answer),
            Err(error) => self.refused(id, error),
        }
    }

    fn answered(&mut self, id: StepId, answer: Answer) {
        match answer {
            Answer::Created(Created { id: cloud_id }) | Answer::Found(Found::One(cloud_id)) => {
                self.created(id, cloud_id);
            }
            Answer::Found(Found::Absent) => self.not_found(id),
            Answer::Found(Found::Unclear(candidates)) => self.in_doubt(id, candidates),
            Answer::Record(_) | Answer::Deleted => self.look_around(id, answer),
            Answer::Looked(seen) => {
                self.looked(id, seen);
                let running = self.running.get_mut(&id);
                if let Some(answer) = running.and_then(|running| running.answer.take()) {
                    self.concluded(id, answer);
                }
            }
            Answer::Snapshotted(ids) => self.ended(id, |running| Event::Snapshotted {
                of: running.intent.of.clone(),
                ids,
            }),
        }
    }

    /// The id is written before anything else is asked of the cloud.
    fn created(&mut self, id: StepId, cloud_id: String) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        running.id = Some(cloud_id.clone());
        let elapsed = self.input.timer.now_ms().saturating_sub(running.started_ms);
        self.batch.push(Event::Outcome {
            of: running.intent.of.clone(),
            id: cloud_id.clone(),
        });
        let order = Settle {
            address: running.intent.of.address.clone(),
            id: cloud_id.clone(),
            token: running.intent.token.clone(),
            fields: Some(running.fields.clone()),
        };
        self.after_batch.push((id, Call::Settle(order)));
        self.tell(id, elapsed, EventKind::IdKnown(&cloud_id));
    }

    /// The cloud shows no trace of the create. If its answer was lost it is sent again with the same token, and noted:
    /// where a tag alone tells, the first request may still be carried out.
    fn not_found(&mut self, id: StepId) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let failure = running.failure.take();
        let (Some(order), Some(failure)) = (running.create.clone(), failure) else {
            return;
        };
        if !failure.ambiguous || running.sends == SENDS_MAX {
            // What exists already is somebody else's, unless an earlier request is still on its way.
            let certain = running.sends == 1 && !failure.ambiguous;
            self.end_in_failure(id, StepError::Provider(failure), certain);
            return;
        }
        running.sends += 1;
        warn!(
            address = %running.intent.of.address,
            sends = running.sends,
            "the cloud shows no trace of the create, so it is sent again"
        );
        let now_ms = self.store.now_ms().unwrap_or_default();
        let note = late::note(&running.intent, self.input.providers, now_ms);
        self.batch.extend(note);
        self.after_batch.push((id, Call::Create(order)));
    }

    fn in_doubt(&mut self, id: StepId, candidates: Vec<String>) {
        warn!(address = %self.step(id).address, ?candidates, "the create is in doubt");
        if let Some(running) = self.running.remove(&id) {
            self.batch.push(Event::InDoubt {
                of: running.intent.of.clone(),
                doubt: Doubt {
                    candidates: candidates.clone(),
                    why: "the answer to its creation was lost".to_owned(),
                },
            });
            let elapsed = self.input.timer.now_ms().saturating_sub(running.started_ms);
            self.failed(id, elapsed, StepError::InDoubt { candidates });
        }
    }

    /// What the step changed elsewhere and others wait for is read before the step counts as done.
    fn look_around(&mut self, id: StepId, answer: Answer) {
        let affected = self.affected(id);
        match self.running.get_mut(&id) {
            Some(running) if !affected.is_empty() => {
                running.answer = Some(answer);
                self.after_batch.push((id, Call::Look(affected)));
            }
            _ => self.concluded(id, answer),
        }
    }

    /// The last answer that the step itself had to wait for.
    fn concluded(&mut self, id: StepId, answer: Answer) {
        match answer {
            Answer::Record(record) => self.settled(id, record),
            Answer::Deleted => self.ended(id, |running| Event::Deleted {
                of: running.intent.of.clone(),
            }),
            _ => {}
        }
    }

    fn settled(&mut self, id: StepId, record: Record) {
        let step = self.step(id);
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let mut attributes = record;
        if let Some(schema) = self.input.schemas.schema(&step.address.type_name) {
            hide_typed(&mut attributes, schema);
        }
        self.input.providers.secrets().learn_record(&attributes);
        let state = self.store.state();
        for (name, sent) in &running.fields {
            // What the cloud does not answer is as it was sent; a secret it answers stays a secret.
            let told = match attributes.remove(name) {
                Some(told) => state.key().told_of(told, sent),
                None if sent.is_null() => continue,
                None => sent.clone(),
            };
            attributes.insert(name.clone(), told);
        }
        let sealed = state.key().seal(&attributes);
        // A secret that the cloud told when it made the thing is not told again.
        let sealed = match state.incarnation(&running.intent.of) {
            Some(before) => sealed.or_prior(&before.attributes.secrets()),
            None => sealed,
        };
        if !matches!(
            step.kind,
            StepKind::ClearLate { .. } | StepKind::Release { .. }
        ) {
            self.knowledge.set(&step.address, attributes.into());
        }
        self.ended(id, |running| {
            Event::Settled(Box::new(Entry::ready(
                running.intent.of.clone(),
                running.id.clone().unwrap_or_default(),
                running.intent.draft.clone(),
                sealed,
            )))
        });
    }

    fn ended(&mut self, id: StepId, event: impl FnOnce(&Running) -> Event) {
        let Some(running) = self.running.remove(&id) else {
            return;
        };
        self.batch.push(event(&running));
        self.ending.push(Done {
            step: id,
            address: self.step(id).address.clone(),
            elapsed_ms: self.input.timer.now_ms().saturating_sub(running.started_ms),
            unneeded: false,
        });
    }

    /// A call failed. A create whose answer was lost is asked for before it is judged.
    fn refused(&mut self, id: StepId, error: StepError) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let unsettled = running.create.clone().filter(|_| running.id.is_none());
        match (unsettled, &error) {
            (Some(order), StepError::Provider(failure))
                if must_ask(failure) && running.failure.is_none() =>
            {
                warn!(
                    address = %running.intent.of.address,
                    token = running.intent.token,
                    "the outcome of the create is unknown, so the cloud is asked by its token"
                );
                running.failure = Some(failure.clone());
                self.after_batch.push((id, Call::Find(order)));
            }
            // After more than one attempt, or when nobody can be asked, a failure says nothing about the first.
            (Some(_), _) => {
                let certain = running.sends == 1 && running.failure.is_none();
                self.end_in_failure(id, error, certain);
            }
            (None, _) => self.end_in_failure(id, error, true),
        }
    }

    /// `certain`: the failure itself tells whether the call took effect. Otherwise the next run asks.
    fn end_in_failure(&mut self, id: StepId, error: StepError, certain: bool) {
        let Some(running) = self.running.remove(&id) else {
            return;
        };
        let failure = match &error {
            StepError::Provider(failure) => failure.clone(),
            other => Failure::new(FailureKind::Timeout, other.to_string()).temporary(),
        };
        let mut failure = LastFailure::new(running.intent.action, &failure);
        failure.permanent &= certain || running.intent.action != Action::Create;
        self.batch.push(Event::Failed {
            of: running.intent.of.clone(),
            failure,
        });
        let elapsed = self.input.timer.now_ms().saturating_sub(running.started_ms);
        self.failed(id, elapsed, error);
    }

    /// Reports a failed step and everything that will not be done because of it.
    fn failed(&mut self, id: StepId, elapsed_ms: u64, error: StepError) {
        let address = self.step(id).address.clone();
        self.tell(id, elapsed_ms, EventKind::Failed(&error));
        self.report.failed.push(Failed {
            step: id,
            address: address.clone(),
            error,
        });
        for lost in self.queue.failed(id) {
            self.not_done(lost, Hindrance::Needs(address.clone()));
        }
    }

    fn not_done(&mut self, id: StepId, why: Hindrance) {
        self.tell(id, 0, EventKind::NotDone(&why));
        self.report.not_done.push(NotDone {
            step: id,
            address: self.step(id).address.clone(),
            why,
        });
    }

    fn tell(&self, id: StepId, elapsed_ms: u64, kind: EventKind<'_>) {
        let event = ApplyEvent {
            step: self.step(id),
            elapsed_ms,
            kind,
        };
        logged::step(&event);
        self.input.progress.event(&event);
    }
}
