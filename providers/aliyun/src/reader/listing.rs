//! Listing resources of a type: by their ids, by tags, or all.

use std::collections::BTreeSet;

use aliyun_openapi::Api;
use async_trait::async_trait;
use futures::future::try_join_all;
use infra_sdk::batch::Listing;
use infra_sdk::seen::Seen;
use infra_sdk::tags::{PROGRAM, TOKEN};
use infra_sdk::{Failure, FailureKind};
use serde_json::Value as Json;

use crate::cloud::Cloud;
use crate::param::{Param, add};
use crate::table::{
    Ids, Kind, List, Pages, at, item_id, items_at, list_params, observed, scalar, tags_of,
};
use crate::tags::is_reserved;

/// The listing of one type in one account and region.
pub(crate) struct Listed<'c> {
    pub cloud: &'c Cloud,
    pub kind: &'static Kind,
}

#[async_trait]
impl Listing for Listed<'_> {
    fn type_name(&self) -> &str {
        self.kind.name
    }

    fn names_max(&self) -> usize {
        self.kind.read.ids.names_max()
    }

    async fn of_ids(&self, ids: &[String]) -> Result<Vec<Seen>, Failure> {
        let items = of_ids(self.cloud, self.kind, ids).await?;
        Ok(all_seen(self.kind, &items))
    }

    async fn of_program(&self) -> Result<Vec<Seen>, Failure> {
        let items = of_tag(self.cloud, self.kind, PROGRAM, &self.cloud.program).await?;
        Ok(all_seen(self.kind, &items))
    }

    async fn of_tokens(&self, tokens: &[String]) -> Result<Vec<Seen>, Failure> {
        let items = match tokens {
            [token] => of_tag(self.cloud, self.kind, TOKEN, token).await?,
            _ => of_tag(self.cloud, self.kind, PROGRAM, &self.cloud.program).await?,
        };
        Ok(all_seen(self.kind, &items))
    }
}

fn all_seen(kind: &Kind, items: &[Json]) -> Vec<Seen> {
    items.iter().filter_map(|item| seen(kind, item)).collect()
}

/// An item in the terms of its schema.
pub(crate) fn seen(kind: &Kind, item: &Json) -> Option<Seen> {
    let mut seen = Seen::new(item_id(kind, item)?, tags_of(item), is_reserved);
    if kind.tags.is_none() {
        seen.fields.remove("tags");
    }
    seen.fields.extend(observed(kind, item));
    if !kind.states.path.is_empty() {
        seen.state = at(item, kind.states.path)
            .and_then(scalar)
            .unwrap_or_default();
    }
    Some(seen)
}

/// One resource as the cloud answers it.
pub(crate) async fn raw(cloud: &Cloud, kind: &Kind, id: &str) -> Result<Option<Json>, Failure> {
    Ok(of_ids(cloud, kind, &[id.to_owned()]).await?.pop())
}

/// Every resource of the type in the region.
pub(crate) async fn everything(cloud: &Cloud, kind: &Kind) -> Result<Vec<Json>, Failure> {
    match kind.read.ids {
        Ids::Owner(parameter, owners) => {
            let owners = owners(cloud).await?;
            of_each(cloud, kind, parameter, owners.into_iter().collect()).await
        }
        _ => listed(cloud, kind, Vec::new()).await,
    }
}

/// Those that bear a tag; more, where the listing takes no tags.
async fn of_tag(cloud: &Cloud, kind: &Kind, key: &str, value: &str) -> Result<Vec<Json>, Failure> {
    if !kind.read.tagged {
        return everything(cloud, kind).await;
    }
    let mut params = Vec::new();
    add(&mut params, "Tag.1.Key", key);
    add(&mut params, "Tag.1.Value", value);
    listed(cloud, kind, params).await
}

async fn of_ids(cloud: &Cloud, kind: &Kind, ids: &[String]) -> Result<Vec<Json>, Failure> {
    let part = |number: usize| -> BTreeSet<String> {
        let part = |id: &String| id.split(':').nth(number).map(str::to_owned);
        ids.iter().filter_map(part).collect()
    };
    let one = |name: &str, value: String| {
        let mut params = Vec::new();
        add(&mut params, name, value);
        params
    };
    let mut items = match kind.read.ids {
        Ids::All => listed(cloud, kind, Vec::new()).await?,
        Ids::Json(name, _, number) => {
            let all: Vec<String> = part(number).into_iter().collect();
            listed(cloud, kind, one(name, Json::from(all).to_string())).await?
        }
        Ids::Comma(name, _, number) => {
            let all: Vec<String> = part(number).into_iter().collect();
            listed(cloud, kind, one(name, all.join(","))).await?
        }
        Ids::One(name) => of_each(cloud, kind, name, ids.iter().cloned().collect()).await?,
        Ids::Owner(name, _) => of_each(cloud, kind, name, part(0)).await?,
    };
    // A name may be asked for as a pattern, and an owner has others too.
    items.retain(|item| item_id(kind, item).is_some_and(|id| ids.contains(&id)));
    Ok(items)
}

/// One listing for each value of a parameter, all at the same time.
async fn of_each(
    cloud: &Cloud,
    kind: &Kind,
    parameter: &str,
    values: BTreeSet<String>,
) -> Result<Vec<Json>, Failure> {
    let asked = values.into_iter().map(|value| {
        let mut params = Vec::new();
        add(&mut params, parameter, value);
        listed(cloud, kind, params)
    });
    Ok(try_join_all(asked).await?.into_iter().flatten().collect())
}

/// All pages with these conditions, looked at once more by the type. What conditions name and does not exist is no failure.
pub(super) async fn listed(
    cloud: &Cloud,
    kind: &Kind,
    params: Vec<Param>,
) -> Result<Vec<Json>, Failure> {
    let items = match pages(cloud, kind.api, &kind.read, params).await {
        Err(failure) if failure.kind == FailureKind::NotFound => return Ok(Vec::new()),
        items => items?,
    };
    match kind.hooks.listed {
        Some(look) if !items.is_empty() => look(cloud, items).await,
        _ => Ok(items),
    }
}

/// All pages of a listing: their items.
pub(crate) async fn pages(
    cloud: &Cloud,
    api: Api,
    list: &List,
    params: Vec<Param>,
) -> Result<Vec<Json>, Failure> {
    let answers = answers(cloud, api, list, params).await?;
    let items = answers
        .iter()
        .flat_map(|answer| items_at(answer, list.items));
    Ok(items.collect())
}

/// All pages of a listing, as they are answered.
pub(crate) async fn answers(
    cloud: &Cloud,
    api: Api,
    list: &List,
    params: Vec<Param>,
) -> Result<Vec<Json>, Failure> {
    let mut answers = Vec::new();
    let mut next = String::new();
    loop {
        let page = answers.len() + 1;
        let mut own = list_params(list);
        own.extend(params.iter().cloned());
        match list.pages {
            Pages::Number(_) => add(&mut own, "PageNumber", page.to_string()),
            Pages::Next(..) if !next.is_empty() => add(&mut own, "NextToken", &next),
            _ => {}
        }
        let answer = cloud.read(api, &list.call, own).await?;
        let more = match list.pages {
            Pages::One => false,
            Pages::Number(most) => {
                let total = answer.get("TotalCount").and_then(Json::as_u64).unwrap_or(0);
                let found = items_at(&answer, list.items);
                !found.is_empty() && page as u64 * most as u64 <= total.saturating_sub(1)
            }
            Pages::Next(..) => {
                next = answer.get("NextToken").and_then(scalar).unwrap_or_default();
                !next.is_empty()
            }
        };
        answers.push(answer);
        if !more {
            return Ok(answers);
        }
    }
}
