//! Reading many resources in few calls.
//!
//! Everything is asked for by filter and never by id parameter: a wrong id in a parameter fails the whole call
//! (`InvalidVolume.NotFound`), a wrong value in a filter finds nothing. Up to [`FILTER_VALUES_MAX`] resources are
//! named in one filter; more are found by the program's tag, which costs a call per page however many there
//! are, and only what that misses (imports without tags) is named afterwards.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Filter;
use infra_provider::{Failure, Observed, Target};

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
    /// Those that a create call with this token made.
    Token(&'a str),
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
            Selection::Token(token) => vec![filter(
                &format!("tag:{}", tags::TOKEN),
                [(*token).to_owned()],
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
    kind: &dyn Kind,
    targets: &[Target],
) -> Result<Vec<Observed>, Failure> {
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
    let observed = |target: &Target| match found.get(&target.id) {
        Some(seen) => Observed::Present(seen.fields.clone()),
        None => Observed::Absent,
    };
    Ok(targets.iter().map(observed).collect())
}

/// Reads one resource that is known to exist; it may take a while until AWS shows it everywhere.
pub(crate) async fn read_one(cloud: &Cloud, kind: &dyn Kind, id: &str) -> Result<Seen, Failure> {
    let ids = [id.to_owned()];
    let what = format!("to see {id}, which AWS says it made,");
    crate::wait::until(cloud, &what, cloud.windows.consistency_ms, || async {
        let mut seen = kind.describe(cloud, Selection::Ids(&ids)).await?;
        Ok(seen.pop())
    })
    .await
}
