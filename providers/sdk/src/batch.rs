//! Reading many resources in few calls.
//!
//! Up to as many resources as one call takes are named; more are found by the program's tag, which costs a call per page
//! however many there are, and only what that misses (imports without tags) is named afterwards. Single resources that
//! several steps ask for at the same moment are gathered into one call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::gather::Gather;
use crate::seen::Seen;
use crate::wait::{Pace, until};
use crate::{Failure, Found, Member, Target, tags};

/// How one type is listed. Every answer leaves out what is deleted; an id or a token that does not exist is no failure.
#[async_trait]
pub trait Listing: Sync {
    /// The name of the type, for example `aws.vpc`.
    fn type_name(&self) -> &str;

    /// How many ids or tokens one call takes.
    fn names_max(&self) -> usize;

    /// Those of these ids, as many as one call takes at most.
    async fn of_ids(&self, ids: &[String]) -> Result<Vec<Seen>, Failure>;

    /// Those that bear the program's tag.
    async fn of_program(&self) -> Result<Vec<Seen>, Failure>;

    /// Those that bear one of these tokens, as many as one call takes at most.
    async fn of_tokens(&self, tokens: &[String]) -> Result<Vec<Seen>, Failure>;
}

/// What steps ask for one by one and get in one call, by type.
type Gathers<T> = Mutex<BTreeMap<String, Arc<Gather<T>>>>;

/// The open questions about the resources of one cloud.
#[derive(Default)]
pub struct Batch {
    by_id: Gathers<Seen>,
    by_token: Gathers<Vec<Seen>>,
}

impl Batch {
    /// What `targets` are now, by id; what is not in it does not exist.
    ///
    /// # Errors
    /// What the listing fails with.
    pub async fn read(
        &self,
        pace: &dyn Pace,
        listing: &dyn Listing,
        targets: &[Target],
    ) -> Result<BTreeMap<String, Seen>, Failure> {
        // One resource is read while steps run: together with those of other steps.
        if let [target] = targets {
            let seen = self.look(pace, listing, &target.id).await?;
            return Ok(by_id(seen.into_iter().collect()));
        }
        let mut found = BTreeMap::new();
        if targets.len() > listing.names_max() {
            found = by_id(listing.of_program().await?);
        }
        let missing: Vec<String> = targets
            .iter()
            .map(|target| target.id.clone())
            .filter(|id| !found.contains_key(id))
            .collect();
        for ids in missing.chunks(listing.names_max()) {
            found.extend(by_id(listing.of_ids(ids).await?));
        }
        Ok(found)
    }

    /// Reads one resource that is known to exist; it may take a while until the cloud shows it everywhere.
    ///
    /// # Errors
    /// What the listing fails with, or `Timeout` after the cloud's consistency window.
    pub async fn read_one(
        &self,
        pace: &dyn Pace,
        listing: &dyn Listing,
        id: &str,
    ) -> Result<Seen, Failure> {
        let what = format!("to see {id}, which {} says it made,", pace.name());
        let window_ms = pace.windows().consistency_ms;
        until(pace, &what, window_ms, || self.look(pace, listing, id)).await
    }

    /// Looks once for what a create with this token made.
    ///
    /// # Errors
    /// What the listing fails with.
    pub async fn find(
        &self,
        pace: &dyn Pace,
        listing: &dyn Listing,
        token: &str,
    ) -> Result<Found, Failure> {
        let mut ids = self.made(pace, listing, token).await?;
        Ok(match ids.len() {
            0 => Found::Absent,
            1 => ids.pop().map_or(Found::Absent, Found::One),
            _ => Found::Unclear(ids),
        })
    }

    /// What one resource is now, asked together with others of its type; `None` when it does not exist.
    ///
    /// # Errors
    /// What the listing fails with.
    pub async fn look(
        &self,
        pace: &dyn Pace,
        listing: &dyn Listing,
        id: &str,
    ) -> Result<Option<Seen>, Failure> {
        let gather = self.gather(&self.by_id, listing);
        let asking = |ids: Vec<String>| async move { Ok(by_id(listing.of_ids(&ids).await?)) };
        gather.one(pace.timer(), id, asking).await
    }

    /// The ids of what a create with this token made. A member of a group was made alone, or with the others in one
    /// call; then its place tells which it is, and where the cloud tells no places, it could be any of them.
    async fn made(
        &self,
        pace: &dyn Pace,
        listing: &dyn Listing,
        token: &str,
    ) -> Result<Vec<String>, Failure> {
        let alone = self.with_token(pace, listing, token).await?;
        let mut made: Vec<String> = alone.into_iter().map(|seen| seen.id).collect();
        if let Some(member) = Member::of(token) {
            let together = self.with_token(pace, listing, &member.group).await?;
            let own = together
                .into_iter()
                .filter(|seen| seen.place.is_none_or(|place| place == member.index));
            made.extend(own.map(|seen| seen.id));
        }
        Ok(made)
    }

    /// What bears this token.
    async fn with_token(
        &self,
        pace: &dyn Pace,
        listing: &dyn Listing,
        token: &str,
    ) -> Result<Vec<Seen>, Failure> {
        let asking = |tokens: Vec<String>| async move {
            let mut made: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
            for seen in listing.of_tokens(&tokens).await? {
                // Not every emulator filters every type by tag.
                if let Some(token) = seen.tags.get(tags::TOKEN) {
                    made.entry(token.clone()).or_default().push(seen);
                }
            }
            Ok(made)
        };
        let gather = self.gather(&self.by_token, listing);
        let found = gather.one(pace.timer(), token, asking).await?;
        Ok(found.unwrap_or_default())
    }

    fn gather<T: Clone>(&self, all: &Gathers<T>, listing: &dyn Listing) -> Arc<Gather<T>> {
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        let name = listing.type_name().to_owned();
        let gather = all
            .entry(name)
            .or_insert_with(|| Arc::new(Gather::new(listing.names_max())));
        Arc::clone(gather)
    }
}

fn by_id(all: Vec<Seen>) -> BTreeMap<String, Seen> {
    all.into_iter()
        .map(|seen| (seen.id.clone(), seen))
        .collect()
}
