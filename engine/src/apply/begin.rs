//! Preparing one step: what is known now must fit what was planned, and becomes an intent and a call.

use std::collections::BTreeSet;

use infra_model::{Address, Change, Record, Resolver, Value};
use infra_sdk::{Create, Delete, Snapshot, Update};

use super::StepError;
use super::call::Call;
use crate::compare::{Verdict, compare, holds, record_with_ids};
use crate::known::Knowledge;
use crate::plan::diff::{Sides, diff};
use crate::plan::work::{Existing, Goal, Work};
use crate::plan::{FieldChange, ResourceChange, Step, StepKind};
use crate::providers::{Providers, SchemaSource};
use crate::state::{Action, Draft, Entry, Event, Incarnation, Intent, State};

/// What a step comes to when its turn has come.
pub(super) enum Begin {
    /// Only the state changes. `unneeded`: the step had something to do if a value had differed.
    Write { event: Event, unneeded: bool },
    /// An intent to journal, and the call to make after that.
    Call { intent: Box<Intent>, call: Call },
}

/// What preparing a step may ask.
pub(super) struct Scene<'a> {
    pub state: &'a State,
    pub knowledge: &'a Knowledge,
    pub resolver: &'a dyn Resolver,
    pub schemas: &'a dyn SchemaSource,
    pub providers: &'a Providers,
    /// A text that no other run has.
    pub run: &'a str,
}

impl Scene<'_> {
    /// Prepares `step`, which is part of `change` and `work`.
    pub fn begin(
        &self,
        step: &Step,
        change: &ResourceChange,
        work: &Work,
    ) -> Result<Begin, StepError> {
        match (&step.kind, &work.goal, &work.current) {
            (StepKind::Move { from }, ..) => Ok(write(Event::Moved {
                from: from.clone(),
                to: work.address.clone(),
            })),
            (StepKind::Forget, goal, Some(existing)) => Ok(self.forget(goal.as_deref(), existing)),
            (StepKind::Record, Some(goal), Some(existing)) => {
                // Nothing differs, so what cannot be computed, because it is made of a secret that nobody kept, is
                // as it was.
                let untold = goal.planned.iter().filter(|(_, value)| !value.is_known());
                let untold = untold.map(|(name, _)| name.clone()).collect();
                let fields = self.fields(goal, &untold)?;
                Ok(write(self.record(goal, existing, &fields)))
            }
            (StepKind::Adopt { .. }, Some(goal), Some(existing)) => {
                let mut entry = existing.entry.clone();
                // While fields differ, what the program says is not yet true; an update follows.
                let as_is = change.fields.is_empty();
                let fields = if as_is {
                    goal.planned.clone()
                } else {
                    Record::new()
                };
                entry.draft = self.draft(goal, &fields);
                Ok(write(Event::Adopted(Box::new(entry))))
            }
            (StepKind::Snapshot, _, Some(existing)) => Ok(self.snapshot(existing)),
            (StepKind::Release { fields }, _, Some(existing)) => Ok(self.clear(existing, fields)),
            (StepKind::ClearLate { fields }, _, Some(existing)) => Ok(self.clear(existing, fields)),
            (StepKind::Delete { .. }, _, Some(existing)) => Ok(self.delete(existing)),
            (StepKind::Create, Some(goal), _) => self.create(work, goal),
            (StepKind::SetLate { fields }, Some(goal), _) => self.set_late(work, goal, fields),
            (StepKind::Update { restart, .. }, Some(goal), Some(existing)) => {
                self.update(work, goal, existing, *restart)
            }
            _ => Err(surprise("the plan lacks what the step needs".to_owned())),
        }
    }

    /// The planned fields with what is known now, but for the `deferred` ones.
    fn fields(&self, goal: &Goal, deferred: &BTreeSet<String>) -> Result<Record, StepError> {
        if goal.planned.values().all(Value::is_known) {
            return Ok(goal.planned.clone());
        }
        let address = &goal.instance.address;
        let mut fields = match goal.in_program {
            false => goal.instance.fields.clone(),
            true => self
                .resolver
                .resolve(address, self.knowledge)
                .map_err(StepError::Resolve)?,
        };
        fields.extend(goal.added.clone());
        let mut now = record_with_ids(&fields, &|on| self.knowledge.id_of(on));
        now.retain(|name, _| !deferred.contains(name));
        // A field that is taken away has no value, so nothing tells it again.
        let away = goal.planned.iter().filter(|(_, value)| value.is_null());
        for (name, value) in away.filter(|(name, _)| !deferred.contains(*name)) {
            if !now.contains_key(name) {
                now.insert(name.clone(), value.clone());
            }
        }
        for (name, value) in &now {
            if !value.is_known() {
                return Err(surprise(format!(
                    "the value of `{name}` is still not known"
                )));
            }
        }
        let planned = goal
            .planned
            .iter()
            .filter(|(name, _)| !deferred.contains(*name));
        for (name, value) in planned.filter(|(_, value)| value.is_known()) {
            let same = now
                .get(name)
                .is_some_and(|now| compare(value, now, false) == Verdict::Same);
            if !same {
                return Err(surprise(format!("`{name}` is not what was planned")));
            }
        }
        if let Some(name) = now.keys().find(|name| !goal.planned.contains_key(*name)) {
            return Err(surprise(format!("`{name}` was not planned")));
        }
        Ok(now)
    }

    fn create(&self, work: &Work, goal: &Goal) -> Result<Begin, StepError> {
        let mut fields = self.fields(goal, &goal.deferred)?;
        fields.retain(|name, _| !goal.deferred.contains(name));
        let of = Incarnation::new(work.address.clone(), goal.generation);
        let draft = Draft {
            provider: work.provider.clone(),
            authored: self.state.key().seal(&goal.authored(&fields)),
            depends: goal.depends(&|field| !goal.deferred.contains(field)),
            guard: goal.guard.clone(),
        };
        let intent = self.intent(of, Action::Create, &fields, draft);
        let call = Call::Create(Create {
            address: work.address.clone(),
            token: intent.token.clone(),
            default_name: goal.default_name.clone(),
            fields,
        });
        Ok(announce(intent, call))
    }

    fn set_late(&self, work: &Work, goal: &Goal, late: &[String]) -> Result<Begin, StepError> {
        let fields = self.fields(goal, &BTreeSet::new())?;
        let of = Incarnation::new(work.address.clone(), goal.generation);
        let prior = infra_model::Known::attributes(self.knowledge, &work.address);
        let (Some(prior), Some(id)) = (prior, self.knowledge.id_of(&work.address)) else {
            return Err(surprise("its id is not known".to_owned()));
        };
        Ok(self.order_update(of, id, goal, prior.clone(), fields, late.to_vec(), false))
    }

    fn update(
        &self,
        work: &Work,
        goal: &Goal,
        existing: &Existing,
        restart: bool,
    ) -> Result<Begin, StepError> {
        let fields = self.fields(goal, &BTreeSet::new())?;
        // A step before this one has let go of some of it.
        let mut prior = existing.attributes.as_ref().clone();
        prior.extend(work.released.clone());
        let differing = self.differing(work, goal, existing, &prior, &fields)?;
        if differing.is_empty() {
            return Ok(Begin::Write {
                event: self.record(goal, existing, &fields),
                unneeded: true,
            });
        }
        for field in &differing {
            if field.cost == Change::Replace || (field.cost == Change::Restart && !restart) {
                let why = field
                    .why
                    .as_deref()
                    .unwrap_or("it costs more than was planned");
                return Err(surprise(why.to_owned()));
            }
        }
        let changed = differing.into_iter().map(|field| field.name).collect();
        let entry = &existing.entry;
        Ok(self.order_update(
            entry.of.clone(),
            entry.id.clone(),
            goal,
            prior,
            fields,
            changed,
            restart,
        ))
    }

    fn differing(
        &self,
        work: &Work,
        goal: &Goal,
        existing: &Existing,
        prior: &Record,
        fields: &Record,
    ) -> Result<Vec<FieldChange>, StepError> {
        let schema = self.schemas.schema(&work.address.type_name);
        let provider = self.providers.get(&work.provider);
        let (Some(schema), Some(provider)) = (schema, provider) else {
            return Err(surprise("its type or provider is not known".to_owned()));
        };
        let sides = Sides {
            schema,
            provider: provider.as_ref(),
            key: self.state.key(),
            planned: fields,
            attributes: prior,
            stored: &existing.entry.attributes,
            sent: &existing.entry.draft.authored,
        };
        Ok(diff(&sides, &goal.instance, &BTreeSet::new()))
    }

    #[allow(clippy::too_many_arguments, reason = "an order has that many parts")]
    fn order_update(
        &self,
        of: Incarnation,
        id: String,
        goal: &Goal,
        prior: Record,
        fields: Record,
        changed: Vec<String>,
        restart: bool,
    ) -> Begin {
        let address = of.address.clone();
        let intent = self.intent(of, Action::Update, &fields, self.draft(goal, &fields));
        let call = Call::Update(Update {
            address,
            id,
            token: intent.token.clone(),
            prior,
            fields,
            changed,
            restart,
        });
        announce(intent, call)
    }

    /// Empties fields of something that goes; the rest stays as it was last sent.
    fn clear(&self, existing: &Existing, cleared: &Record) -> Begin {
        let entry = &existing.entry;
        let mut fields = entry.draft.authored.usable();
        fields.extend(cleared.clone());
        let mut draft = Draft {
            authored: self.state.key().seal(&fields),
            ..entry.draft.clone()
        };
        let lets_go = |on: &Address| {
            let id = self.state.entry(on).map(|entry| entry.id.as_str());
            let mentions = |record: &Record| {
                id.is_some_and(|id| record.values().any(|value| holds(value, id)))
            };
            mentions(&entry.draft.authored) && !mentions(&fields)
        };
        draft.depends.retain(|on| !lets_go(on));
        let intent = self.intent(entry.of.clone(), Action::Update, &fields, draft);
        let call = Call::Update(Update {
            address: entry.address().clone(),
            id: entry.id.clone(),
            token: intent.token.clone(),
            prior: existing.attributes.as_ref().clone(),
            fields,
            changed: cleared.keys().cloned().collect(),
            restart: false,
        });
        announce(intent, call)
    }

    fn delete(&self, existing: &Existing) -> Begin {
        let intent = self.intent_on(existing, Action::Delete);
        let call = Call::Delete(Delete {
            address: existing.entry.address().clone(),
            id: existing.entry.id.clone(),
            token: intent.token.clone(),
            prior: existing.attributes.as_ref().clone(),
        });
        announce(intent, call)
    }

    fn snapshot(&self, existing: &Existing) -> Begin {
        let intent = self.intent_on(existing, Action::Snapshot);
        let call = Call::Snapshot(Snapshot {
            address: existing.entry.address().clone(),
            id: existing.entry.id.clone(),
            token: intent.token.clone(),
            prior: existing.attributes.as_ref().clone(),
        });
        announce(intent, call)
    }

    /// What the cloud no longer has leaves the state alone; what the program lets go of leaves it with all its
    /// lives.
    fn forget(&self, goal: Option<&Goal>, existing: &Existing) -> Begin {
        let entry = &existing.entry;
        write(if existing.gone || goal.is_some() {
            Event::Deleted {
                of: entry.of.clone(),
            }
        } else {
            Event::Forgot {
                address: entry.address().clone(),
            }
        })
    }

    /// The entry of something that stays as it is in the cloud, with what the program says of it now.
    fn record(&self, goal: &Goal, existing: &Existing, fields: &Record) -> Event {
        let entry = &existing.entry;
        let key = self.state.key();
        let mut draft = self.draft(goal, fields);
        draft.authored = draft
            .authored
            .or_prior(&entry.draft.authored.only(&goal.authored(&goal.planned)));
        Event::Settled(Box::new(Entry::ready(
            entry.of.clone(),
            entry.id.clone(),
            draft,
            entry.attributes_told(key, existing.attributes.as_ref().clone()),
        )))
    }

    fn draft(&self, goal: &Goal, fields: &Record) -> Draft {
        Draft {
            provider: goal.instance.provider.clone(),
            authored: self.state.key().seal(&goal.authored(fields)),
            depends: goal.depends(&|_| true),
            guard: goal.guard.clone(),
        }
    }

    fn intent_on(&self, existing: &Existing, action: Action) -> Intent {
        let entry = &existing.entry;
        let fields = entry.draft.authored.usable();
        self.intent(entry.of.clone(), action, &fields, entry.draft.clone())
    }

    fn intent(&self, of: Incarnation, action: Action, fields: &Record, draft: Draft) -> Intent {
        let digest = self.state.digest(action, fields);
        Intent {
            token: self.state.token(&of, action, &digest, self.run),
            of,
            action,
            digest,
            draft,
        }
    }
}

fn write(event: Event) -> Begin {
    Begin::Write {
        event,
        unneeded: false,
    }
}

fn announce(intent: Intent, call: Call) -> Begin {
    Begin::Call {
        intent: Box::new(intent),
        call,
    }
}

fn surprise(why: String) -> StepError {
    StepError::Surprise { why }
}

/// How long a step may take, in milliseconds: what the program says, else the type.
pub(super) fn limit_ms(
    kind: &StepKind,
    address: &Address,
    goal: Option<&Goal>,
    schemas: &dyn SchemaSource,
) -> u64 {
    /// What a step without a limit of its own may take.
    const LIMIT_DEFAULT_MS: u64 = 30 * 60 * 1000;
    /// A snapshot of a large volume takes hours.
    const LIMIT_SNAPSHOT_MS: u64 = 6 * 60 * 60 * 1000;
    let schema = schemas.schema(&address.type_name);
    let (verb, of_type) = match kind {
        StepKind::Create => ("create", schema.and_then(|schema| schema.timeout_create)),
        StepKind::Delete { .. } => ("delete", schema.and_then(|schema| schema.timeout_delete)),
        StepKind::Snapshot => return LIMIT_SNAPSHOT_MS,
        _ => ("update", schema.and_then(|schema| schema.timeout_update)),
    };
    let of_program = goal.and_then(|goal| goal.instance.lifecycle.timeouts.get(verb).copied());
    let limit = of_program.or(of_type).map(|limit| limit.0);
    limit
        .and_then(|ms| u64::try_from(ms).ok())
        .unwrap_or(LIMIT_DEFAULT_MS)
}
