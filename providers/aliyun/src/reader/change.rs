//! The orders that change something.

use futures::lock::OwnedMutexGuard;
use infra_model::{Record, Value};
use infra_sdk::fields::{Fields, text_of};
use infra_sdk::layers::Repeat;
use infra_sdk::tags::{Difference, clipped, difference, of_new};
use infra_sdk::wait::{Pace, while_failing};
use infra_sdk::{Create, Delete, Failure, FailureKind, Found, Trace, Update};
use serde_json::Value as Json;

use super::listing::{Listed, everything, listed, seen};
use super::turns::{Last, Turns};
use super::wait::{Wait, gone, look, ready};
use crate::cloud::Cloud;
use crate::error::is_busy;
use crate::names::fitted;
use crate::param::{Param, add};
use crate::table::{
    Call, Ids, Kind, Name, Part, Update as How, at, call, changed_params, create_params, named,
    scalar,
};
use crate::tags::{SWAP, TAGS_MAX, VALUE_CHARS_MAX};

/// Waits for the turn at the parent, and until what was made there last is ready.
async fn turn(
    cloud: &Cloud,
    turns: &Turns,
    kind: &Kind,
    fields: &Record,
) -> Result<Option<OwnedMutexGuard<Last>>, Failure> {
    let Some(parent) = kind.turn.and_then(|field| Fields(fields).text(field)) else {
        return Ok(None);
    };
    let mut turn = turns.take(&parent).await;
    if let Some((last, id)) = turn.take() {
        match ready(cloud, last, &id, Wait::New).await {
            // Whoever made it tells what became of it.
            Err(failure)
                if failure.kind == FailureKind::NotFound || failure.kind == FailureKind::Cloud => {}
            result => drop(result?),
        }
    }
    Ok(Some(turn))
}

/// Sends the create call: the id.
pub(crate) async fn create(
    cloud: &Cloud,
    turns: &Turns,
    kind: &'static Kind,
    order: &Create,
) -> Result<String, Failure> {
    let mut fields = order.fields.clone();
    if kind.name_form != Name::None && Fields(&fields).get("name").is_none() {
        let name = fitted(kind.name_form, &order.default_name);
        fields.insert("name".to_owned(), Value::String(name));
    }
    let mut params = create_params(kind, &fields);
    if let Some(shape) = kind.hooks.shape {
        shape(Fields(&fields), &mut params);
    }
    if let Some(token) = kind.create.token {
        add(&mut params, token, &order.token);
    }
    if kind.tags.is_some() {
        add_tags(cloud, order, &mut params);
    }
    let mut turn = turn(cloud, turns, kind, &fields).await?;
    let sent = match kind.create.token {
        Some(_) => cloud.change(kind.api, &kind.create, params).await,
        None => cloud.once(kind.api, &kind.create, params).await,
    };
    let answer = match sent {
        Err(failure)
            if kind.trace == Trace::Name
                && !kind.twin.is_empty()
                && failure.kind == FailureKind::State =>
        {
            // It may be there already, from a create whose answer was lost.
            return match twins(cloud, kind, &order.fields).await?.as_slice() {
                [id] => Ok(id.clone()),
                _ => Err(failure),
            };
        }
        answer => answer?,
    };
    let id = created_id(kind, &answer, &fields)?;
    if let Some(turn) = &mut turn {
        **turn = Some((kind, id.clone()));
    }
    Ok(id)
}

fn add_tags(cloud: &Cloud, order: &Create, params: &mut Vec<Param>) {
    let mut tags = of_new(&cloud.tags, &cloud.program, order, VALUE_CHARS_MAX);
    let fields = Fields(&order.fields);
    if fields.text("format").as_deref() == Some("swap") {
        let label = fields.text("label").unwrap_or_else(|| "swap".to_owned());
        tags.insert(SWAP.to_owned(), clipped(&label, VALUE_CHARS_MAX));
    }
    for (index, (key, value)) in tags.iter().enumerate() {
        add(params, format!("Tag.{}.Key", index + 1), key);
        add(params, format!("Tag.{}.Value", index + 1), value);
    }
}

fn created_id(kind: &Kind, answer: &Json, fields: &Record) -> Result<String, Failure> {
    let part = |part: &Part| match part {
        Part::Given(path, _) => at(answer, path).and_then(scalar),
        Part::Field(field, _) => Fields(fields).text(field),
    };
    let parts: Option<Vec<String>> = kind.key.iter().map(part).collect();
    parts.map(|parts| parts.join(":")).ok_or_else(|| {
        let message = format!(
            "Alibaba Cloud answered {} without an id",
            kind.create.action
        );
        Failure::new(FailureKind::Cloud, message).ambiguous()
    })
}

/// Whether a create with this token happened: by the token's tag, or by what no two resources have the same.
pub(crate) async fn find(
    cloud: &Cloud,
    kind: &'static Kind,
    token: &str,
    fields: Option<&Record>,
) -> Result<Found, Failure> {
    if kind.twin.is_empty() {
        let listing = Listed { cloud, kind };
        return cloud.batch.find(cloud, &listing, token).await;
    }
    let Some(fields) = fields else {
        return Ok(Found::Unclear(Vec::new()));
    };
    let mut ids = twins(cloud, kind, fields).await?;
    Ok(match ids.len() {
        0 => Found::Absent,
        1 => ids.pop().map_or(Found::Absent, Found::One),
        _ => Found::Unclear(ids),
    })
}

/// The ids of those that agree in the fields by which no two agree.
async fn twins(
    cloud: &Cloud,
    kind: &'static Kind,
    fields: &Record,
) -> Result<Vec<String>, Failure> {
    let all_from_fields = kind.key.iter().map(|part| match part {
        Part::Field(field, _) => Fields(fields).text(field),
        Part::Given(..) => None,
    });
    // Where the fields are the identity, one is asked for; where they tell the owner, those of the owner.
    if let Some(parts) = all_from_fields.collect::<Option<Vec<String>>>() {
        let found = look(cloud, kind, &parts.join(":")).await?;
        return Ok(found.into_iter().map(|seen| seen.id).collect());
    }
    let items = match (kind.read.ids, kind.key) {
        (Ids::Owner(parameter, _), [Part::Field(owner, _), ..]) => {
            let mut params = Vec::new();
            add(&mut params, parameter, Fields(fields).must(owner)?);
            listed(cloud, kind, params).await?
        }
        _ => everything(cloud, kind).await?,
    };
    let agrees = |seen: &Record| {
        kind.twin.iter().all(|name| {
            let wanted = Fields(fields).get(name).and_then(text_of);
            wanted.is_none() || wanted == Fields(seen).get(name).and_then(text_of)
        })
    };
    let found = items.iter().filter_map(|item| seen(kind, item));
    Ok(found
        .filter(|seen| agrees(&seen.fields))
        .map(|seen| seen.id)
        .collect())
}

/// Changes fields and tags in place, and waits.
pub(crate) async fn update(
    cloud: &Cloud,
    turns: &Turns,
    kind: &'static Kind,
    order: &Update,
) -> Result<(), Failure> {
    let _turn = turn(cloud, turns, kind, &order.prior).await?;
    if let Some(word) = kind.tags {
        let difference = difference(&cloud.tags, order);
        set_tags(cloud, kind, word, &order.id, &difference).await?;
    }
    let mut done: Vec<&str> = Vec::new();
    for field in kind.fields {
        if !order.changes(field.name) {
            continue;
        }
        match field.update {
            How::By(call, _) if !done.contains(&call.action) => {
                done.push(call.action);
                let mut params = named(call, &order.id);
                params.extend(changed_params(kind, call, order));
                cloud.change(kind.api, call, params).await?;
            }
            How::Way(way) if !done.contains(&way.name) => {
                done.push(way.name);
                (way.run)(cloud, order).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

const TAG: Call = call("TagResources").of(&["ResourceId.1"]);

async fn set_tags(
    cloud: &Cloud,
    kind: &Kind,
    word: &str,
    id: &str,
    difference: &Difference,
) -> Result<(), Failure> {
    let set: Vec<_> = difference.set.iter().collect();
    for set in set.chunks(TAGS_MAX) {
        let mut params = named(&TAG, id);
        add(&mut params, "ResourceType", word);
        for (index, (key, value)) in set.iter().enumerate() {
            add(&mut params, format!("Tag.{}.Key", index + 1), *key);
            add(&mut params, format!("Tag.{}.Value", index + 1), *value);
        }
        cloud.change(kind.api, &TAG, params).await?;
    }
    // The products spell it differently.
    let untag = match kind.api.product {
        "vpc" => call("UnTagResources"),
        _ => call("UntagResources"),
    };
    for unset in difference.unset.chunks(TAGS_MAX) {
        let mut params = named(&untag.of(TAG.ids), id);
        add(&mut params, "ResourceType", word);
        for (index, key) in unset.iter().enumerate() {
            add(&mut params, format!("TagKey.{}", index + 1), key);
        }
        cloud.change(kind.api, &untag, params).await?;
    }
    Ok(())
}

/// Deletes, and waits until it is gone. A call that names what is gone may be refused in many words, so it is looked for
/// first.
pub(crate) async fn delete(
    cloud: &Cloud,
    turns: &Turns,
    kind: &'static Kind,
    order: &Delete,
) -> Result<(), Failure> {
    if look(cloud, kind, &order.id).await?.is_some() {
        let _turn = turn(cloud, turns, kind, &order.prior).await?;
        if let Some(before) = kind.hooks.before_delete {
            before(cloud, order).await?;
        }
        send_delete(cloud, kind, &order.id).await?;
        gone(cloud, kind, &order.id).await?;
    }
    match kind.hooks.after_delete {
        Some(after) => after(cloud, order).await,
        None => Ok(()),
    }
}

/// Sends the delete call as long as something is in the way that may go. A refusal may come because an earlier call took
/// effect and its answer was lost, so it is looked for once more.
async fn send_delete(cloud: &Cloud, kind: &'static Kind, id: &str) -> Result<(), Failure> {
    let in_the_way =
        |failure: &Failure| failure.kind == FailureKind::Dependency || is_busy(failure);
    let step = || async {
        let params = named(&kind.delete, id);
        let sent = cloud.attempt(kind.api, &kind.delete, params, Repeat::Harmless);
        match sent.await {
            Ok(_) => Ok(()),
            Err(failure) if failure.kind == FailureKind::NotFound => Ok(()),
            Err(failure) if in_the_way(&failure) && look(cloud, kind, id).await?.is_none() => {
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    };
    while_failing(cloud, cloud.windows().dependency_ms, in_the_way, step).await
}
