//! Completing a create: waiting, and bringing about what the create call could not say.

use infra_model::{Record, Value};
use infra_sdk::seen::Seen;
use infra_sdk::{Failure, Settle, Update};

use super::change::update;
use super::turns::Turns;
use super::wait::{Wait, ready};
use crate::cloud::Cloud;
use crate::table::{Field, Form, Kind, Update as How};

/// Waits, sets the fields that the create call does not take, and reads. Done twice it does nothing the second time.
pub(crate) async fn settle(
    cloud: &Cloud,
    turns: &Turns,
    kind: &'static Kind,
    order: &Settle,
) -> Result<Seen, Failure> {
    let seen = ready(cloud, kind, &order.id, Wait::New).await?;
    let Some(fields) = &order.fields else {
        return Ok(seen);
    };
    let changed = late_fields(kind, fields, &seen.fields);
    if changed.is_empty() {
        return Ok(seen);
    }
    let order = Update {
        address: order.address.clone(),
        id: order.id.clone(),
        token: order.token.clone(),
        prior: seen.fields.clone(),
        fields: fields.clone(),
        changed,
        restart: true,
    };
    update(cloud, turns, kind, &order).await?;
    ready(cloud, kind, &order.id, Wait::Known).await
}

/// Planned fields that no create call takes and that differ from what is there.
fn late_fields(kind: &Kind, planned: &Record, seen: &Record) -> Vec<String> {
    let canonical = |fields: &Record| {
        let mut fields = fields.clone();
        if let Some(canonical) = kind.hooks.canonical {
            canonical(&mut fields);
        }
        fields
    };
    let (planned, seen) = (canonical(planned), canonical(seen));
    let differs = |field: &&Field| match planned.get(field.name) {
        Some(value) if is_late(field) => !same(value, seen.get(field.name).unwrap_or(&Value::Null)),
        _ => false,
    };
    let late = kind.fields.iter().filter(differs);
    late.map(|field| field.name.to_owned()).collect()
}

fn is_late(field: &Field) -> bool {
    let readable = field.read.is_some() || matches!(field.form, Form::Item(_));
    field.create.is_none() && readable && !matches!(field.update, How::Never)
}

/// Lists are sets here: no field of Alibaba Cloud's that is set late has an order.
fn same(planned: &Value, seen: &Value) -> bool {
    match (planned, seen) {
        (Value::Secret(secret), seen) => same(secret.expose(), seen),
        (Value::List(planned), Value::List(seen)) => {
            let sorted = |items: &[Value]| {
                let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
                texts.sort();
                texts
            };
            sorted(planned) == sorted(seen)
        }
        (planned, seen) => planned == seen,
    }
}
