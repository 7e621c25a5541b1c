//! Launching machines: like with like in one call, everything else alone.
//!
//! The members of a group have tokens that say so, journalled before any of them is launched. They come here within a
//! moment of each other, and the last of them sends one `RunInstances` for all, with the group's token: all are launched
//! or none. All bear that token as a tag, and each is told from the others by its place in the launch
//! (`amiLaunchIndex`), which AWS keeps; so after a crash it is certain which machine belongs to which address. Names are
//! given afterwards.
//!
//! A member whose fellows do not come, because they exist already or the program has changed, goes alone with a token of
//! its own. It is only sent again at all after it was looked for, with patience.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use infra_sdk::fields::Fields;
use infra_sdk::{Create, Failure, FailureKind, Member, Settle};
use tokio::sync::oneshot;

use super::instance_request::{Launch, run};
use super::instance_state as state;
use crate::client::Cloud;
use crate::kind::incomplete;
use crate::tags;

/// For how long a member waits for its fellows, which were sent at the same moment.
const FELLOWS: Duration = Duration::from_secs(5);

type Answer = Result<String, Failure>;

/// Those who have come, by their place in the group.
type Party = BTreeMap<usize, oneshot::Sender<Answer>>;

/// Groups whose members are not all there yet, by the group's token.
#[derive(Default)]
struct Launches(Mutex<BTreeMap<String, Party>>);

impl Launches {
    fn open(&self) -> MutexGuard<'_, BTreeMap<String, Party>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a member in: everybody, once all are there.
    fn enter(&self, member: &Member, tell: oneshot::Sender<Answer>) -> Option<Party> {
        let mut open = self.open();
        let party = open.entry(member.group.clone()).or_default();
        party.insert(member.index, tell);
        match party.len() == member.count {
            true => open.remove(&member.group),
            false => None,
        }
    }

    /// Lets a member go that has waited for long enough; `false` when the launch has begun with it.
    fn leave(&self, member: &Member) -> bool {
        let mut open = self.open();
        let Some(party) = open.get_mut(&member.group) else {
            return false;
        };
        let was_there = party.remove(&member.index).is_some();
        if party.is_empty() {
            open.remove(&member.group);
        }
        was_there
    }
}

/// Launches a machine: its id.
pub(super) async fn create(cloud: &Cloud, order: &Create) -> Answer {
    if let Some(member) = Member::of(&order.token) {
        match together(cloud, &member, order).await {
            // There is no room for all of them, and perhaps for some.
            Some(Err(failure)) if failure.kind == FailureKind::Quota && !failure.ambiguous => {}
            Some(answer) => return answer,
            None => {}
        }
    }
    let launch = Launch {
        token: &order.token,
        count: 1,
        tags: &tags::of_new(cloud, order),
    };
    let launched = run(cloud, Fields(&order.fields), launch).await?.pop();
    launched
        .and_then(|instance| instance.instance_id)
        .ok_or_else(|| incomplete("RunInstances", "the instance's id"))
}

/// Launches a member with its fellows; `None` when they did not come.
async fn together(cloud: &Cloud, member: &Member, order: &Create) -> Option<Answer> {
    let (tell, mut told) = oneshot::channel();
    let launches = cloud.kept::<Launches>();
    if let Some(party) = launches.enter(member, tell) {
        launch(cloud, member, order, party).await;
    } else {
        tokio::select! {
            biased;
            answer = &mut told => return Some(answer.unwrap_or_else(|_| Err(given_up()))),
            () = cloud.timer.sleep(FELLOWS) => {}
        }
        if launches.leave(member) {
            return None;
        }
    }
    Some(told.await.unwrap_or_else(|_| Err(given_up())))
}

/// One call for everybody; each is told its own machine.
async fn launch(cloud: &Cloud, member: &Member, order: &Create, party: Party) {
    let shared = tags::of_group(tags::of_new(cloud, order), &member.group);
    let launch = Launch {
        token: &member.group,
        count: i32::try_from(member.count).unwrap_or(i32::MAX),
        tags: &shared,
    };
    let launched = run(cloud, Fields(&order.fields), launch).await;
    let ids = launched.map(|instances| {
        let placed = instances.into_iter().filter_map(|instance| {
            let place = usize::try_from(instance.ami_launch_index?).ok()?;
            Some((place, instance.instance_id?))
        });
        placed.collect::<BTreeMap<usize, String>>()
    });
    for (place, waiting) in party {
        let own = match &ids {
            Ok(ids) => ids.get(&place).cloned().ok_or_else(|| {
                incomplete("RunInstances", "the id and the place of every instance")
            }),
            Err(failure) => Err(failure.clone()),
        };
        // A member that was given up meanwhile is found by its token.
        let _ = waiting.send(own);
    }
}

/// Whoever was to launch for all was stopped on the way.
fn given_up() -> Failure {
    let message = "the launch was given up before AWS answered";
    Failure::new(FailureKind::Network, message).ambiguous()
}

/// Gives a member that runs its own name and address, and its root volume too. Idempotent.
pub(super) async fn name(cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
    if Member::of(&order.token).is_none() {
        return Ok(());
    }
    let Some(instance) = state::describe_one(cloud, &order.id).await? else {
        return Ok(());
    };
    let named = |tag: &aws_sdk_ec2::types::Tag| tag.key.as_deref() == Some(tags::NAME);
    if instance.tags().iter().any(named) {
        return Ok(());
    }
    let root = state::root_volume(&instance);
    let ids: Vec<String> = std::iter::once(order.id.clone()).chain(root).collect();
    let fields = order.fields.as_ref().map(Fields);
    let name = fields.and_then(|fields| fields.text("name"));
    tags::name_member(cloud, &ids, &order.address, name).await
}
