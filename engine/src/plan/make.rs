//! Making a plan: decisions, their order, and what is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_model::desired::AssertOutcome;
use infra_model::{Address, FastMap, Record};

use super::action::{Decided, Decider, selection};
use super::companions::{Wanted, expand};
use super::drift::drift;
use super::emit::wants_snapshot;
use super::moves::Moves;
use super::removal::{removals, with_dependants};
use super::{
    Action, DataLoss, Plan, PlanError, PlanInput, Refusal, affected, imports, letting_go, order,
};
use crate::graph::{Graph, Node};
use crate::known::Knowledge;
use crate::providers::SchemaSource;

/// Compares what shall be with what is. Nothing is asked of a cloud and nothing is written.
///
/// # Errors
/// See [`PlanError`]. What may be planned but not applied is no error: see [`Plan::refusals`].
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, PlanError> {
    input.providers.learn(input.desired);
    let instances = match input.options.destroy {
        true => &[][..],
        false => &input.desired.instances[..],
    };
    let wanted = expand(instances, input.providers)?;
    check_options(input, &wanted)?;
    let (moves, mut wrong) = Moves::new(input);
    wrong.extend(imports::problems(input));
    if !wrong.is_empty() {
        return Err(PlanError::Invalid(wrong));
    }
    let graph = graph(&wanted, &moves, input)?;
    let named: BTreeSet<&Address> = wanted
        .iter()
        .map(|wanted| &wanted.instance.address)
        .collect();
    let imports = input.desired.imports.iter();
    let imports = imports.map(|import| (&import.address, import)).collect();
    let mut targets = input.options.targets.clone();
    with_dependants(input, &mut targets);
    let (mut decided, removed, decider) = loop {
        let selected = selection(&targets, &wanted);
        let removed = removals(input, &named, selected.as_ref(), &moves);
        let mut decider = Decider {
            input,
            wanted: &wanted,
            graph: &graph,
            knowledge: known_before(input.lookups),
            renewed: BTreeSet::new(),
            steady: BTreeMap::new(),
            problems: Vec::new(),
            moves: &moves,
            imports: &imports,
            leaving: leaving(&removed, input.schemas),
            selected,
        };
        let decided = decider.decide()?;
        // What refers to a target that is replaced must move over with it.
        let follow = followers(input, &decider);
        if follow.is_empty() {
            break (decided, removed, decider);
        }
        targets.extend(follow);
        with_dependants(input, &mut targets);
    };
    let Decider {
        knowledge,
        problems,
        ..
    } = decider;
    if !problems.is_empty() {
        return Err(PlanError::Invalid(problems));
    }
    decided.extend(removed);
    let mut steps = order::steps(&mut decided, &graph, input.schemas, input.providers)?;

    let data_loss = data_loss(input, &decided);
    let mut refusals = refusals(input, &decided, &data_loss);
    let (outputs, open_asserts) = evaluate(input, &knowledge, &mut refusals)?;
    let mut unchanged = 0;
    let mut place = vec![0; decided.len()];
    let mut changes = Vec::new();
    let mut work = Vec::new();
    for (at, one) in decided.into_iter().enumerate() {
        place[at] = changes.len();
        if one.change.action != Action::None {
            changes.push(one.change);
            work.push(one.work);
        } else if input.state.entry(&one.change.address).is_some() {
            // What `--target` leaves out may not be there at all.
            unchanged += 1;
        }
    }
    for step in &mut steps {
        step.change = place[step.change];
    }
    Ok(Plan {
        program: input.desired.program.clone(),
        digest: input.digest.to_owned(),
        lineage: input.state.lineage().to_owned(),
        serial: input.state.serial(),
        destroy: input.options.destroy,
        unchanged,
        changes,
        steps,
        drift: drift(input.state, &input.desired.instances, input.refreshed),
        data_loss,
        refusals,
        open_asserts,
        outputs,
        calls: input.refreshed.calls.clone(),
        work,
        knowledge,
    })
}

/// The existing resources outside of the selection that refer to something that is replaced.
fn followers(input: &PlanInput<'_>, decider: &Decider<'_>) -> BTreeSet<Address> {
    let Some(selected) = &decider.selected else {
        return BTreeSet::new();
    };
    let entries = input.state.entries().values();
    entries
        .filter(|entry| !selected.contains(entry.address()))
        .filter(|entry| !entry.draft.depends.is_disjoint(&decider.renewed))
        .map(|entry| entry.address().clone())
        .collect()
}

/// What lookups answered is known from the start.
fn known_before(lookups: &BTreeMap<Address, Record>) -> Knowledge {
    let mut knowledge = Knowledge::default();
    for (address, record) in lookups {
        knowledge.set(address, Arc::new(record.clone()));
    }
    knowledge
}

/// Options that name nothing are mistakes. But for `--allow-data-loss`: what it names may have gone already when
/// an interrupted command is given again.
fn check_options(input: &PlanInput<'_>, wanted: &[Wanted]) -> Result<(), PlanError> {
    let options = input.options;
    let named: BTreeSet<&Address> = wanted
        .iter()
        .map(|wanted| &wanted.instance.address)
        .collect();
    let known = |address: &Address| named.contains(address) || input.state.entry(address).is_some();
    let lists = [
        ("--target", &options.targets),
        ("--replace", &options.replace),
    ];
    for (option, addresses) in lists {
        if let Some(address) = addresses.iter().find(|address| !known(address)) {
            return Err(PlanError::NoSuchAddress {
                option,
                address: address.clone(),
            });
        }
    }
    Ok(())
}

/// The fields that deletions change on what stays, by address.
fn leaving(removed: &[Decided], schemas: &dyn SchemaSource) -> BTreeMap<Address, Vec<String>> {
    let mut leaving: BTreeMap<Address, Vec<String>> = BTreeMap::new();
    for one in removed {
        for (on, fields) in affected::affected_by(&one.change, &one.work, schemas) {
            let fields = fields.into_iter().map(str::to_owned);
            leaving.entry(on.clone()).or_default().extend(fields);
        }
    }
    leaving
}

fn graph(wanted: &[Wanted], moves: &Moves<'_>, input: &PlanInput<'_>) -> Result<Graph, PlanError> {
    let index: FastMap<&Address, usize> = wanted
        .iter()
        .enumerate()
        .map(|(at, wanted)| (&wanted.instance.address, at))
        .collect();
    let mut nodes: Vec<Node<'_>> = wanted
        .iter()
        .map(|wanted| {
            let depends = wanted.instance.depends.iter();
            Node {
                type_name: &wanted.instance.address.type_name,
                mentions: depends
                    .flat_map(|(field, targets)| targets.iter().map(move |on| (field.as_str(), on)))
                    .filter_map(|(field, on)| Some((field, *index.get(on)?)))
                    .collect(),
            }
        })
        .collect();
    for (at, on) in affected::waits(wanted, &index, moves, input) {
        nodes[at].mentions.push(("", on));
    }
    Graph::new(&nodes, input.schemas).map_err(|circle| {
        let instance = |at: usize| wanted[at].instance.as_ref();
        let span = circle.0.first().map(|(at, field)| {
            let instance = instance(*at);
            let field = instance.field_spans.get(field);
            field.copied().unwrap_or(instance.span)
        });
        let members = circle.0.into_iter();
        PlanError::Cycle {
            members: members
                .map(|(at, field)| (instance(at).address.clone(), field))
                .collect(),
            span,
        }
    })
}

/// What holds data and goes.
fn data_loss(input: &PlanInput<'_>, decided: &[Decided]) -> Vec<DataLoss> {
    let doomed = decided.iter().filter(|one| one.change.action.destroys());
    doomed
        .filter_map(|one| {
            let existing = one.work.current.as_deref()?;
            // What a late request made twice has never held anything.
            if existing.entry.duplicate {
                return None;
            }
            let address = existing.entry.address();
            let schema = input.schemas.schema(&address.type_name)?;
            let what = schema.data_in(&existing.attributes)?;
            Some(DataLoss {
                address: address.clone(),
                id: existing.entry.id.clone(),
                what: what.to_owned(),
                action: one.change.action,
                snapshot_first: wants_snapshot(one, existing, Some(schema)),
                allowed: input.options.allow_data_loss.contains(address),
                span: one.change.span,
            })
        })
        .collect()
}

/// Why the plan may not be applied, protection first.
fn refusals(input: &PlanInput<'_>, decided: &[Decided], losses: &[DataLoss]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for one in decided.iter().filter(|one| one.change.action.destroys()) {
        let goal = one.work.goal.as_deref();
        let in_program = goal.and_then(|goal| goal.guard.protect.as_ref());
        let current = one.work.current.as_deref();
        let in_state = current.and_then(|there| there.entry.draft.guard.protect.as_ref());
        if let Some(why) = in_program.or(in_state) {
            refusals.push(Refusal::Protected {
                address: one.change.address.clone(),
                why: why.clone(),
                in_program: in_program.is_some(),
                span: one.change.span,
            });
        }
    }
    refusals.extend(letting_go::forbidden(decided, input.schemas));
    let refused = losses.iter().filter(|loss| !loss.allowed);
    refusals.extend(refused.cloned().map(Refusal::DataLoss));
    let imports = &input.desired.imports;
    let decided = |address: &Address| imports.iter().any(|import| import.address == *address);
    let open = input.state.unresolved();
    for pending in open.filter(|pending| !decided(&pending.intent.of.address)) {
        let doubt = pending.doubt.as_ref();
        refusals.push(Refusal::Unfinished {
            address: pending.intent.of.address.clone(),
            doing: pending.intent.action.word(),
            candidates: doubt
                .map(|doubt| doubt.candidates.clone())
                .unwrap_or_default(),
            why: match doubt {
                Some(doubt) => doubt.why.clone(),
                None => "that run ended before the answer of the cloud was written down".to_owned(),
            },
        });
    }
    refusals
}

/// Outputs and assertions with what is known; those that fail are refusals.
fn evaluate(
    input: &PlanInput<'_>,
    knowledge: &Knowledge,
    refusals: &mut Vec<Refusal>,
) -> Result<(Vec<infra_model::desired::Output>, Vec<AssertOutcome>), PlanError> {
    if input.options.destroy {
        return Ok((Vec::new(), Vec::new()));
    }
    let outputs = input
        .resolver
        .outputs(knowledge)
        .map_err(PlanError::Evaluate)?;
    let asserts = input
        .resolver
        .asserts(knowledge)
        .map_err(PlanError::Evaluate)?;
    let mut open = Vec::new();
    for assert in asserts {
        match assert.holds {
            Some(true) => {}
            Some(false) => refusals.push(Refusal::Assert {
                message: assert.message,
                span: assert.span,
            }),
            None => open.push(assert),
        }
    }
    Ok((outputs, open))
}
