//! Reading many resources in few calls.
//!
//! Everything is asked for by filter and never by id parameter: a wrong id in a parameter fails the whole call
//! (`InvalidVolume.NotFound`), a wrong value in a filter finds nothing. Up to [`FILTER_VALUES_MAX`] resources are
//! named in one filter; more are found by the program's tag, which costs a call per page however many there
//! are, and only what that misses (imports without tags) is named afterwards.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Filter;
use infra_sdk::{Failure, Observed, Target};

use crate::client::Cloud;
use crate::resource::Kind;
use crate::seen::Seen;
use crate::tags;

/// "Filter": at most 200 values each.
pub(crate) const FILTER_VALUES_MAX: usize = 200;

/// Which resources of a type to describe.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Selection<'a> {
    /// These, at most [`FILTER_VALUES_MAX`].
    Ids(&'a [String]),
    /// Those of a program.
    Program(&'a str),
    /// Those that create calls with these tokens made, at most [`FILTER_VALUES_MAX`].
    Tokens(&'a [String]),
    /// Those that fit these filters of the listing.
    Matching(&'a [Filter]),
    All,
}

impl Selection<'_> {
    /// The selection as filters; `id_filter` is the name of the type's filter by id.
    pub fn filters(&self, id_filter: &str) -> Vec<Filter> {
        match self {
            Selection::Ids(ids) => vec![filter(id_filter, ids.iter().cloned())],
            Selection::Program(program) => vec![filter(
                &format!("tag:{}", tags::PROGRAM),
                [(*program).to_owned()],
            )],
            Selection::Tokens(tokens) => vec![filter(
                &format!("tag:{}", tags::TOKEN),
                tokens.iter().cloned(),
            )],
            Selection::Matching(filters) => filters.to_vec(),
            Selection::All => Vec::new(),
        }
    }
}

pub(crate) fn filter(name: &str, values: impl IntoIterator<Item = String>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values.into_iter().collect()))
        .build()
}

/// Reads `targets`, in their order.
pub(crate) async fn read(
    cloud: &Cloud,
    type_name: &str,
    targets: &[Target],
) -> Result<Vec<Observed>, Failure> {
    let kind = crate::provider::kind(type_name)?;
    // One resource is looked at while steps run: together with those of other steps.
    if let [target] = targets {
        let seen = look(cloud, type_name, &target.id).await?;
        return Ok(vec![observed(kind, target, seen.as_ref())]);
    }
    let mut found: BTreeMap<String, Seen> = BTreeMap::new();
    if targets.len() > FILTER_VALUES_MAX {
        let all = kind
            .describe(cloud, Selection::Program(&cloud.program))
            .await?;
        found.extend(all.into_iter().map(|seen| (seen.id.clone(), seen)));
    }
    let missing: Vec<String> = targets
        .iter()
        .map(|target| target.id.clone())
        .filter(|id| !found.contains_key(id))
        .collect();
    for ids in missing.chunks(FILTER_VALUES_MAX) {
        let some = kind.describe(cloud, Selection::Ids(ids)).await?;
        found.extend(some.into_iter().map(|seen| (seen.id.clone(), seen)));
    }
    let targets = targets.iter();
    Ok(targets
        .map(|target| observed(kind, target, found.get(&target.id)))
        .collect())
}

fn observed(kind: &dyn Kind, target: &Target, seen: Option<&Seen>) -> Observed {
    match seen {
        Some(seen) => Observed::Present(kind.as_said(seen.clone(), &target.prior)),
        None => Observed::Absent,
    }
}

/// What one resource is now, asked together with others of its type.
async fn look(cloud: &Cloud, type_name: &str, id: &str) -> Result<Option<Seen>, Failure> {
    let kind = crate::provider::kind(type_name)?;
    let asking = |ids: Vec<String>| async move {
        let all = kind.describe(cloud, Selection::Ids(&ids)).await?;
        Ok(all
            .into_iter()
            .map(|seen| (seen.id.clone(), seen))
            .collect())
    };
    match cloud.gathered.seen.get(type_name) {
        Some(gather) => gather.one(&*cloud.timer, id, asking).await,
        None => Ok(None),
    }
}

/// Reads one resource that is known to exist; it may take a while until AWS shows it everywhere.
pub(crate) async fn read_one(cloud: &Cloud, type_name: &str, id: &str) -> Result<Seen, Failure> {
    let what = format!("to see {id}, which AWS says it made,");
    let window_ms = cloud.windows.consistency_ms;
    crate::wait::until(cloud, &what, window_ms, || look(cloud, type_name, id)).await
}

/// What a create call with this token made, asked together with other tokens of the type.
pub(crate) async fn made(
    cloud: &Cloud,
    type_name: &str,
    token: &str,
) -> Result<Vec<Seen>, Failure> {
    let kind = crate::provider::kind(type_name)?;
    let asking = |tokens: Vec<String>| async move {
        let mut made: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        for seen in kind.describe(cloud, Selection::Tokens(&tokens)).await? {
            // Not every cloud that speaks EC2 filters every type by tag.
            if let Some(token) = seen.tags.get(tags::TOKEN) {
                made.entry(token.clone()).or_default().push(seen);
            }
        }
        Ok(made)
    };
    let found = match cloud.gathered.made.get(type_name) {
        Some(gather) => gather.one(&*cloud.timer, token, asking).await?,
        None => None,
    };
    Ok(found.unwrap_or_default())
}
