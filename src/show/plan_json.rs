//! A plan for other programs. The shape is part of what users may rely on (`docs/command-line.md`); `format` grows when it changes.

use infra_engine::plan::{
    Action, DataLoss, Drift, FieldChange, Plan, Reason, Refusal, ResourceChange, Step,
};
use infra_model::desired::Output;
use infra_model::{Change, Value, json::to_plain};
use serde_json::{Map, Value as Json, json};

use super::place::Places;
use super::plan::counts;

/// The version of the shape.
const FORMAT: u32 = 1;

/// The whole plan. Secrets show as `"(secret)"`; a value that is not known yet is `null` with `"known": false`.
pub fn plan(plan: &Plan, places: Places<'_>) -> Json {
    json!({
        "format": FORMAT,
        "program": plan.program,
        "digest": plan.digest,
        "lineage": plan.lineage,
        "serial": plan.serial,
        "summary": summary(plan),
        "data_loss": plan.data_loss.iter().map(|loss| data_loss(loss, places)).collect::<Vec<_>>(),
        "refusals": plan.refusals.iter().map(|each| refusal(each, places)).collect::<Vec<_>>(),
        "drift": plan.drift.iter().map(drift).collect::<Vec<_>>(),
        "changes": plan.changes.iter().map(|each| change(each, places)).collect::<Vec<_>>(),
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "outputs": outputs(&plan.outputs),
        "calls": plan.calls,
    })
}

/// How many resources there are of each action.
pub fn summary(plan: &Plan) -> Json {
    let mut summary: Map<String, Json> = counts(plan)
        .iter()
        .map(|(word, number)| ((*word).to_owned(), json!(number)))
        .collect();
    summary.insert("unchanged".to_owned(), json!(plan.unchanged));
    Json::Object(summary)
}

/// Outputs by name: `value`, `known`, `secret`.
pub fn outputs(outputs: &[Output]) -> Json {
    let each = |output: &Output| {
        let value = json!({
            "value": to_plain(&output.value),
            "known": output.value.is_known(),
            "secret": output.value.has_secret(),
        });
        (output.name.clone(), value)
    };
    Json::Object(outputs.iter().map(each).collect())
}

fn change(change: &ResourceChange, places: Places<'_>) -> Json {
    let create_first = match change.action {
        Action::Replace { create_first } => Some(create_first),
        _ => None,
    };
    let mut object = json!({
        "address": change.address.to_string(),
        "type": change.address.type_name,
        "provider": change.provider,
        "action": change.action.word(),
        "create_first": create_first,
        "id": change.id,
        "reasons": change.reasons.iter().map(reason).collect::<Vec<_>>(),
        "fields": change.fields.iter().map(|each| field(each, places)).collect::<Vec<_>>(),
        "conditional": change.conditional,
        "steps": change.steps.iter().map(|id| id.0).collect::<Vec<_>>(),
    });
    places.add_to(&mut object, change.span);
    object
}

fn reason(reason: &Reason) -> Json {
    json!(reason.to_string())
}

fn field(field: &FieldChange, places: Places<'_>) -> Json {
    let cost = match field.cost {
        Change::Update => "update",
        Change::Restart => "restart",
        Change::Replace => "replace",
    };
    let mut object = json!({
        "name": field.name,
        "prior": field.prior.as_ref().map(to_plain),
        "planned": to_plain(&field.planned),
        "known": field.planned.is_known(),
        "cost": cost,
        "why": field.why,
        "certain": field.certain,
    });
    places.add_to(&mut object, field.span);
    object
}

fn data_loss(loss: &DataLoss, places: Places<'_>) -> Json {
    let mut object = json!({
        "address": loss.address.to_string(),
        "id": loss.id,
        "what": loss.what,
        "action": loss.action.word(),
        "snapshot_first": loss.snapshot_first,
        "allowed": loss.allowed,
    });
    places.add_to(&mut object, loss.span);
    object
}

fn refusal(refusal: &Refusal, places: Places<'_>) -> Json {
    let (kind, address) = match refusal {
        Refusal::Protected { address, .. } => ("protected", Some(address)),
        Refusal::DataLoss(loss) => ("data-loss", Some(&loss.address)),
        Refusal::Forbidden { address, .. } => ("forbidden", Some(address)),
        Refusal::Unfinished { address, .. } => ("unfinished", Some(address)),
        Refusal::Assert { .. } => ("assert", None),
    };
    let mut object = json!({
        "kind": kind,
        "address": address.map(ToString::to_string),
        "message": refusal.to_string(),
        "help": refusal.help(),
    });
    places.add_to(&mut object, refusal.span());
    object
}

pub fn drift(drift: &Drift) -> Json {
    let plain = |value: &Option<Value>| value.as_ref().map(to_plain);
    let fields: Vec<Json> = drift
        .fields
        .iter()
        .map(|field| json!({ "name": field.name, "prior": plain(&field.prior), "observed": plain(&field.observed) }))
        .collect();
    json!({ "address": drift.address.to_string(), "gone": drift.gone, "fields": fields })
}

fn step(step: &Step) -> Json {
    json!({
        "id": step.id.0,
        "address": step.address.to_string(),
        "kind": step.kind.word(),
        "after": step.after.iter().map(|id| id.0).collect::<Vec<_>>(),
        "conditional": step.conditional,
    })
}
