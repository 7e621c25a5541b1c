//! Deciding what happens to each resource, each after those it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_model::desired::Import;
use infra_model::{Address, Change, FastMap, Record, Schema, Value};

use super::affected::affected_by;
use super::companions::Wanted;
use super::diff::{Sides, diff};
use super::moves::Moves;
use super::refresh::{Seen, remembered};
use super::steady::{Steady, lacks_secrets, waits_only_for};
use super::work::{Existing, Goal, Work};
use super::{Action, PlanError, PlanInput, Problem, Reason, ResourceChange};
use crate::compare::record_with_ids;
use crate::graph::Graph;
use crate::known::Knowledge;
use crate::state::{self, Draft, Entry, Guard, Incarnation, Sealed};

/// A change and what its steps need.
pub(super) struct Decided {
    pub change: ResourceChange,
    pub work: Work,
}

/// Walks the resources in the order of the graph and remembers what became of each.
pub(super) struct Decider<'a> {
    pub input: &'a PlanInput<'a>,
    pub wanted: &'a [Wanted],
    pub graph: &'a Graph,
    /// What is known if the plan is carried out: unchanged resources whole, changed ones by id.
    pub knowledge: Knowledge,
    /// The resources whose id will be another one, because they are replaced.
    pub renewed: BTreeSet<Address>,
    /// The resources that are not replaced and of which state keeps an attribute as a fingerprint only, because
    /// it is secret. What is made of such an attribute cannot be computed, and is what it was.
    pub steady: BTreeMap<Address, Steady>,
    pub problems: Vec<Problem>,
    pub moves: &'a Moves<'a>,
    /// The program's `import` declarations, by address.
    pub imports: &'a FastMap<&'a Address, &'a Import>,
    /// The fields that the deletions of this plan change on others, by address.
    pub leaving: BTreeMap<Address, Vec<String>>,
    /// Nothing outside of this set changes; `None` for no limit.
    pub selected: Option<BTreeSet<Address>>,
}

impl<'a> Decider<'a> {
    /// One decision per wanted resource, in their order.
    pub fn decide(&mut self) -> Result<Vec<Decided>, PlanError> {
        let mut decided: Vec<Option<Decided>> = Vec::new();
        decided.resize_with(self.wanted.len(), || None);
        let mut in_circles = Vec::new();
        for &at in &self.graph.order {
            if self.graph.circle[at].is_some() {
                // Whether it is replaced does not depend on the fields that close the cycle, so the members
                // are judged without them first, and with them once the fate of all is known.
                let told = self.problems.len();
                let outcome = self.one(at, &self.deferred(at))?;
                self.problems.truncate(told);
                self.learn(&outcome);
                in_circles.push(at);
            } else {
                let outcome = self.one(at, &BTreeSet::new())?;
                self.learn(&outcome);
                decided[at] = Some(outcome);
            }
        }
        for at in in_circles {
            decided[at] = Some(self.one(at, &BTreeSet::new())?);
        }
        Ok(decided.into_iter().flatten().collect())
    }

    /// The fields through which a member of a circle refers to the others.
    fn deferred(&self, at: usize) -> BTreeSet<String> {
        let needs = self.graph.needs[at].iter();
        needs
            .flat_map(|need| need.deferred.iter().cloned())
            .collect()
    }

    /// What the steps of a decision change elsewhere is not known before they are done.
    fn unlearn(&mut self, decided: &Decided) {
        for (on, fields) in affected_by(&decided.change, &decided.work, self.input.schemas) {
            self.knowledge.forget(on, &fields);
        }
    }

    /// Notes what a decision means for those that refer to the resource.
    fn learn(&mut self, decided: &Decided) {
        self.unlearn(decided);
        self.outcome(decided);
        let address = &decided.change.address;
        if let Some(fields) = self.leaving.get(address) {
            self.knowledge.forget(address, fields);
        }
    }

    fn outcome(&mut self, decided: &Decided) {
        let address = &decided.change.address;
        match (decided.change.action, &decided.work.current) {
            (Action::Create | Action::Replace { .. }, current) => {
                if current.is_some() {
                    self.renewed.insert(address.clone());
                }
                match self.same_id(decided) {
                    Some(id) => {
                        let record = Record::from([("id".to_owned(), id)]);
                        self.knowledge.set(address, Arc::new(record));
                    }
                    None => self.knowledge.set_new(address),
                }
            }
            (Action::Update | Action::Restart, Some(existing)) => {
                let schema = self.input.schemas.schema(&address.type_name);
                let computed = |name: &str| {
                    schema
                        .and_then(|schema| schema.field(name))
                        .is_some_and(|field| field.computed)
                };
                let stays = existing
                    .attributes
                    .iter()
                    .filter(|(name, _)| *name == "id" || !computed(name))
                    .map(|(name, value)| (name.clone(), value.clone()));
                let stays: Record = stays.collect();
                if lacks_secrets(existing, &existing.attributes) {
                    self.steady.insert(address.clone(), Steady::ItsSecrets);
                }
                self.knowledge.set(address, Arc::new(stays));
            }
            (_, Some(existing)) => {
                let attributes = self.with_secrets(decided, existing);
                if lacks_secrets(existing, &attributes) {
                    self.steady.insert(address.clone(), Steady::Whole);
                }
                self.knowledge.set(address, attributes);
            }
            (_, None) => self.knowledge.set_new(address),
        }
    }

    /// The id of what is replaced, where the new one has the same: one that is known by its name. What refers to it
    /// by that name need not change.
    fn same_id(&self, decided: &Decided) -> Option<Value> {
        let (current, goal) = (
            decided.work.current.as_deref()?,
            decided.work.goal.as_deref()?,
        );
        let mut planned = goal.planned.clone();
        if !planned.contains_key("name") {
            planned.insert("name".to_owned(), Value::string(&goal.default_name));
        }
        let provider = self.input.providers.get(&decided.work.provider)?;
        let mut derived = provider.derived(&decided.change.address.type_name, &planned);
        let id = derived.remove("id")?;
        (current.attributes.get("id") == Some(&id)).then_some(id)
    }

    /// What is known of a resource that stays: also the secrets that the program gives again, or that follow from
    /// its fields, as long as their fingerprints are those in state.
    fn with_secrets(&self, decided: &Decided, existing: &Existing) -> Arc<Record> {
        let sealed = &existing.entry.attributes;
        let (true, Some(goal)) = (
            sealed.values().any(Value::has_secret),
            decided.work.goal.as_deref(),
        ) else {
            return existing.attributes.clone();
        };
        let provider = self.input.providers.get(&decided.work.provider);
        let derived = provider
            .map(|provider| provider.derived(&decided.change.address.type_name, &goal.planned))
            .unwrap_or_default();
        let given: Record = goal
            .planned
            .iter()
            .chain(&derived)
            .filter(|(_, value)| value.has_secret() && value.is_known())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let fingerprints = self.input.state.key().seal(&given);
        let mut attributes = Record::clone(&existing.attributes);
        let same = given
            .into_iter()
            .filter(|(name, _)| fingerprints.get(name) == sealed.get(name));
        attributes.extend(same);
        Arc::new(attributes)
    }

    fn one(&mut self, at: usize, skip: &BTreeSet<String>) -> Result<Decided, PlanError> {
        let wanted = &self.wanted[at];
        let instance = wanted.instance.as_ref();
        let address = &instance.address;
        let unknown_type = || PlanError::UnknownType {
            address: address.clone(),
            span: Some(instance.span),
        };
        let schema = self
            .input
            .schemas
            .schema(&address.type_name)
            .ok_or_else(unknown_type)?;
        let provider = self.input.providers.get(&instance.provider);
        let provider = provider.ok_or_else(|| PlanError::UnknownProvider {
            address: address.clone(),
            provider: instance.provider.clone(),
            span: Some(instance.span),
        })?;
        let mut planned = self.planned(wanted)?;
        let mut change = ResourceChange {
            address: address.clone(),
            provider: instance.provider.clone(),
            action: Action::None,
            id: None,
            reasons: Vec::new(),
            fields: Vec::new(),
            conditional: false,
            span: Some(instance.span),
            steps: Vec::new(),
        };
        let current = self.current(address, schema, &planned, &mut change);
        let cleared = current
            .as_ref()
            .map_or_else(Record::new, |there| cleared(schema, &planned, there));
        planned.extend(cleared.clone());
        if self
            .selected
            .as_ref()
            .is_none_or(|selected| selected.contains(address))
        {
            let nothing = Record::new();
            let unsent = Sealed::default();
            let mut differing = diff(
                &Sides {
                    schema,
                    provider: provider.as_ref(),
                    key: self.input.state.key(),
                    planned: &planned,
                    attributes: current.as_ref().map_or(&nothing, |there| &there.attributes),
                    stored: current
                        .as_ref()
                        .map_or(&unsent, |there| &there.entry.attributes),
                    sent: current
                        .as_ref()
                        .map_or(&unsent, |there| &there.entry.draft.authored),
                },
                instance,
                skip,
            );
            if current.is_some() {
                differing
                    .retain(|field| field.certain || !waits_only_for(&field.planned, &self.steady));
            }
            self.judge(wanted, &planned, current.as_ref(), differing, &mut change);
            if !matches!(change.action, Action::None | Action::Record) {
                let untold = self.untold(&planned, &change);
                self.problems.extend(untold);
                let problems = provider.validate(&address.type_name, &planned);
                self.problems
                    .extend(problems.into_iter().map(|message| Problem {
                        address: address.clone(),
                        message,
                        help: None,
                        span: Some(instance.span),
                    }));
            }
        }
        let after = current
            .as_ref()
            .map_or(0, |there| there.entry.of.generation);
        let generation = self
            .generation(address)
            .max(after + u64::from(current.is_some()));
        let makes_new = matches!(change.action, Action::Create | Action::Replace { .. });
        let deferred = self
            .deferred(at)
            .into_iter()
            .filter(|name| makes_new && planned.get(name).is_some_and(|value| !value.is_known()))
            .collect();
        // Room for what comes later is not needed any more, and there are as many of these as there are resources.
        change.reasons.shrink_to_fit();
        let goal = Goal {
            added: wanted.added.clone().into_iter().chain(cleared).collect(),
            in_program: wanted.companion_of.is_none(),
            guard: Guard::from(&instance.lifecycle),
            generation,
            default_name: self.default_name(address, change.action, generation),
            deferred,
            planned,
            instance: wanted.instance.clone(),
        };
        Ok(Decided {
            work: Work {
                address: address.clone(),
                provider: instance.provider.clone(),
                goal: Some(Box::new(goal)),
                current: current.map(Box::new),
                released: Record::new(),
            },
            change,
        })
    }

    /// The fields of a resource with all that is known, references replaced by ids.
    fn planned(&self, wanted: &Wanted) -> Result<Record, PlanError> {
        let instance = wanted.instance.as_ref();
        let id_of = |address: &Address| self.knowledge.id_of(address);
        let settled = instance.fields.values().all(Value::is_known);
        if settled || wanted.companion_of.is_some() {
            return Ok(record_with_ids(&instance.fields, &id_of));
        }
        let resolver = self.input.resolver;
        let resolved = resolver.resolve(&instance.address, &self.knowledge);
        let mut fields = resolved.map_err(|error| PlanError::Resolve {
            address: instance.address.clone(),
            error,
        })?;
        fields.extend(wanted.added.clone());
        Ok(record_with_ids(&fields, &id_of))
    }

    /// What is there under an address, or under the address it is moved from, or under the id it is imported by.
    fn current(
        &mut self,
        address: &Address,
        schema: &Schema,
        planned: &Record,
        change: &mut ResourceChange,
    ) -> Option<Existing> {
        let state = self.input.state;
        let refreshed = self.input.refreshed;
        let entry = state.entry(address).or_else(|| {
            let (entry, span) = self.moves.to(address)?;
            change.reasons.push(Reason::Moved {
                from: entry.address().clone(),
                span,
            });
            Some(entry)
        });
        if let Some(entry) = entry {
            let existing = existing(entry, refreshed.seen.get(&entry.of), self.moves);
            change.id = (!existing.gone).then(|| entry.id.clone());
            return Some(existing);
        }
        let import = *self.imports.get(address)?;
        match refreshed.imported.get(address) {
            Some(Seen::Present { attributes, .. }) => {
                change.reasons.push(Reason::Imported { span: import.span });
                change.id = Some(import.id.clone());
                let draft = Draft {
                    provider: change.provider.clone(),
                    authored: Sealed::default(),
                    depends: BTreeSet::new(),
                    guard: Guard::default(),
                };
                let of = Incarnation::new(address.clone(), self.generation(address));
                let mut attributes = believed(attributes, schema, planned);
                // The cloud tells in the clear what the program knows to be secret.
                state
                    .key()
                    .hide(&mut attributes, &state.key().seal(planned));
                Some(Existing {
                    entry: Entry::ready(of, &import.id, draft, state.key().seal(&attributes)),
                    attributes: Arc::new(attributes),
                    gone: false,
                })
            }
            _ => {
                self.problems.push(Problem {
                    address: address.clone(),
                    message: format!("the cloud has nothing with the id `{}`", import.id),
                    help: Some("check the id, the account and the region".to_owned()),
                    span: Some(import.span),
                });
                None
            }
        }
    }

    /// The life that a create at this address begins; a create that had no effect is taken up again.
    fn generation(&self, address: &Address) -> u64 {
        let state = self.input.state;
        let retried = state
            .pending()
            .range(Incarnation::new(address.clone(), 0)..)
            .take_while(|(of, _)| of.address == *address)
            .filter(|(_, pending)| pending.intent.action == state::Action::Create)
            .map(|(of, _)| of.generation)
            .last();
        retried.unwrap_or_else(|| state.next_generation(address))
    }

    /// `51desk-ec2_1-data`; what is made beside its predecessor cannot bear the same name.
    fn default_name(&self, address: &Address, action: Action, generation: u64) -> String {
        let name = format!("{}-{}", self.input.desired.program, address.slug());
        match action {
            Action::Replace { create_first: true } => format!("{name}-{generation}"),
            _ => name,
        }
    }
}

/// The fields that the program had set and now leaves out, as far as the cloud has a "none" for them (`@clears`).
fn cleared(schema: &Schema, planned: &Record, there: &Existing) -> Record {
    let sent = &there.entry.draft.authored;
    let left_out = schema.fields.iter().filter(|field| {
        let set = sent.get(&field.name).is_some_and(|value| !value.is_null());
        field.clears && set && !planned.contains_key(&field.name)
    });
    left_out
        .map(|field| (field.name.clone(), Value::Null))
        .collect()
}

/// What is imported, with the fields that a cloud does not tell (`@unread`) as they most likely are: what cannot change
/// is as the program says, and the rest as the schema's defaults. Otherwise nothing with such a field could be imported
/// without a change.
fn believed(told: &Record, schema: &Schema, planned: &Record) -> Record {
    let mut attributes = told.clone();
    let untold = schema.fields.iter().filter(|field| field.unread);
    for field in untold.filter(|field| !told.contains_key(&field.name)) {
        let value = match field.change {
            Change::Replace => planned.get(&field.name),
            Change::Update | Change::Restart => field.default.as_ref(),
        };
        if let Some(value) = value.filter(|value| value.is_known() && !value.has_secret()) {
            attributes.insert(field.name.clone(), value.clone());
        }
    }
    attributes
}

/// A state entry with what the cloud answered, or with what state remembers when it was not asked; under its new
/// address if it moves.
pub(super) fn existing(entry: &Entry, seen: Option<&Seen>, moves: &Moves<'_>) -> Existing {
    let (attributes, gone) = match seen {
        Some(Seen::Present { attributes, .. }) => (attributes.clone(), false),
        Some(Seen::Absent) => (Arc::default(), true),
        None => (Arc::new(remembered(entry)), false),
    };
    Existing {
        entry: moves.renamed(entry),
        attributes,
        gone,
    }
}

/// The resources of `targets` and all they need.
pub(super) fn selection(
    targets: &BTreeSet<Address>,
    wanted: &[Wanted],
) -> Option<BTreeSet<Address>> {
    if targets.is_empty() {
        return None;
    }
    let depends: BTreeMap<&Address, &Wanted> = wanted
        .iter()
        .map(|wanted| (&wanted.instance.address, wanted))
        .collect();
    let mut selected = BTreeSet::new();
    let mut open: Vec<Address> = targets.iter().cloned().collect();
    while let Some(address) = open.pop() {
        if let Some(wanted) = depends.get(&address) {
            let needed = wanted.instance.depends.values().flatten();
            open.extend(needed.filter(|needed| !selected.contains(*needed)).cloned());
        }
        selected.insert(address);
    }
    Some(selected)
}
