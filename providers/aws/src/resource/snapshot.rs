//! `aws.snapshot`: CreateSnapshot, StartSnapshot, DescribeSnapshots, DeleteSnapshot.

use async_trait::async_trait;
use aws_sdk_ec2::primitives::{DateTime, DateTimeFormat};
use aws_sdk_ec2::types::{ResourceType, SnapshotState};
use infra_model::{Size, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle};
use infra_sdk::{token, wait};

use super::volume;
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{Selection, filter};
use crate::{swap, tags};

pub(super) struct Snapshot;

type Described = aws_sdk_ec2::types::Snapshot;

/// How long AWS keeps a started snapshot open; then it is cancelled.
const START_TIMEOUT_MINUTES: i32 = 60;
/// How long a snapshot that refuses more blocks may take to show that it is complete.
const COMPLETION_MS: u64 = 60_000;
/// The volume id that AWS shows for snapshots made without a volume.
const NO_VOLUME: &str = "vol-ffffffff";

#[async_trait]
impl Kind for Snapshot {
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        volume::check_size(fields, "size", problems);
        volume::check_swap(fields, problems);
        let unset = |name: &str| fields.0.get(name).is_none_or(Value::is_null);
        match (unset("volume"), fields.text("format").is_none()) {
            (true, true) => {
                problems.push("a snapshot needs a `volume` to copy, or `format = swap`".to_owned())
            }
            (false, false) => {
                problems.push("a snapshot is either of a `volume` or has a `format`".to_owned())
            }
            _ => {}
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let all = describe_all(cloud, selection.filters("snapshot-id")).await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        match Fields(&order.fields).text("volume") {
            Some(volume) => copy(cloud, order, &volume).await,
            None => start(cloud, order).await,
        }
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let snapshot = wait::until(
            cloud,
            "to see the snapshot",
            cloud.windows.consistency_ms,
            || describe_one(cloud, &order.id),
        )
        .await?;
        let pending = snapshot.state == Some(SnapshotState::Pending);
        let size = snapshot
            .volume_size
            .and_then(|gib| u64::try_from(gib).ok())
            .map(Size::gib);
        let tags = tags::seen(order.id.clone(), snapshot.tags).tags;
        if tags.contains_key(tags::SWAP) && !tags.contains_key(tags::ADDRESS) {
            tags::set_address(cloud, &order.id, &order.address).await?;
        }
        if let (true, Some(label), Some(size)) = (pending, tags.get(tags::SWAP), size) {
            return match swap::fill(cloud, &order.id, size, label).await {
                // It was filled before, and AWS only has to show it; or else the refusal is real.
                Err(failure)
                    if matches!(failure.kind, FailureKind::State | FailureKind::Invalid) =>
                {
                    completed(cloud, &order.id, COMPLETION_MS)
                        .await
                        .map_err(|_| failure)
                }
                filled => {
                    filled?;
                    completed(cloud, &order.id, wait::STEP).await
                }
            };
        }
        completed(cloud, &order.id, wait::STEP).await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteSnapshot", || {
                cloud.ec2.delete_snapshot().snapshot_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(snapshot: Described) -> Option<Seen> {
    if snapshot.state == Some(SnapshotState::Error) {
        return None;
    }
    let seen = tags::seen(snapshot.snapshot_id?, snapshot.tags);
    let label = seen.tags.get(tags::SWAP).cloned();
    let created = snapshot.start_time.as_ref().and_then(moment);
    let volume = snapshot
        .volume_id
        .filter(|id| id != NO_VOLUME && label.is_none());
    Some(
        seen.text("volume", volume)
            .gib("size", snapshot.volume_size)
            .text("description", snapshot.description)
            .flag("encrypted", snapshot.encrypted)
            .text("created", created)
            .text("format", label.as_ref().map(|_| "swap"))
            .text("label", label),
    )
}

/// A moment to the millisecond, always as long, so that later ones sort after earlier ones.
fn moment(time: &DateTime) -> Option<String> {
    let second = DateTime::from_secs(time.secs());
    let second = second.fmt(DateTimeFormat::DateTime).ok()?;
    let millis = time.subsec_nanos() / 1_000_000;
    Some(format!("{}.{millis:03}Z", second.trim_end_matches('Z')))
}

/// CreateSnapshot has no token: a lost one is found by its tag.
async fn copy(cloud: &Cloud, order: &Create, volume: &str) -> Result<String, Failure> {
    let description = Fields(&order.fields).text("description");
    let tags = tags::specification(ResourceType::Snapshot, &tags::of_new(cloud, order));
    let answer = cloud
        .once("CreateSnapshot", || {
            let call = cloud.ec2.create_snapshot().volume_id(volume);
            let call = call.set_description(description.clone());
            call.tag_specifications(tags.clone()).send()
        })
        .await?;
    answer
        .snapshot_id
        .ok_or_else(|| incomplete("CreateSnapshot", "the snapshot's id"))
}

/// Opens a snapshot for writing through the EBS direct APIs; settling fills it.
async fn start(cloud: &Cloud, order: &Create) -> Result<String, Failure> {
    let fields = Fields(&order.fields);
    let size = fields.gib("size").ok_or_else(|| {
        Failure::new(
            FailureKind::Invalid,
            "a swap snapshot needs a `size` of whole gibibytes",
        )
    })?;
    let description = fields.text("description");
    // What characters this API takes in a tag is not documented, and keys of addresses have quotes and brackets:
    // the address is tagged afterwards, by EC2, which takes any.
    let tags: Vec<_> = tags::of_new(cloud, order)
        .into_iter()
        .filter(|(key, _)| key != tags::ADDRESS)
        .map(|(key, value)| {
            aws_sdk_ebs::types::Tag::builder()
                .key(key)
                .value(value)
                .build()
        })
        .collect();
    let answer = cloud
        .change("StartSnapshot", || {
            let call = cloud.ebs.start_snapshot().client_token(&order.token);
            let call = call.volume_size(size.into()).timeout(START_TIMEOUT_MINUTES);
            let call = call.set_description(description.clone());
            call.set_tags(Some(tags.clone())).send()
        })
        .await?;
    answer
        .snapshot_id
        .ok_or_else(|| incomplete("StartSnapshot", "the snapshot's id"))
}

async fn completed(cloud: &Cloud, id: &str, limit_ms: u64) -> Result<(), Failure> {
    wait::until(cloud, "for the snapshot to complete", limit_ms, || async {
        let snapshot = describe_one(cloud, id).await?;
        match snapshot
            .as_ref()
            .and_then(|snapshot| snapshot.state.as_ref())
        {
            Some(SnapshotState::Completed) => Ok(Some(())),
            Some(SnapshotState::Error) => {
                let why = snapshot
                    .and_then(|snapshot| snapshot.state_message)
                    .unwrap_or_default();
                Err(
                    Failure::new(FailureKind::State, format!("the snapshot failed: {why}"))
                        .help("apply again: infra creates it again"),
                )
            }
            _ => Ok(None),
        }
    })
    .await
}

async fn describe_all(
    cloud: &Cloud,
    filters: Vec<aws_sdk_ec2::types::Filter>,
) -> Result<Vec<Described>, Failure> {
    cloud
        .pages(
            "DescribeSnapshots",
            |next| {
                let call = cloud.ec2.describe_snapshots().owner_ids("self");
                let call = call.set_filters(Some(filters.clone()));
                call.max_results(1000).set_next_token(next).send()
            },
            |page| (page.snapshots, page.next_token),
        )
        .await
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let by_id = filter("snapshot-id", [id.to_owned()]);
    Ok(describe_all(cloud, vec![by_id]).await?.pop())
}

/// Copies volumes and waits until the copies are complete. Given again, it finds the copies that were begun.
pub(super) async fn of_volumes(
    cloud: &Cloud,
    order: &infra_sdk::Snapshot,
    volumes: Vec<String>,
) -> Result<Vec<String>, Failure> {
    let mut copies = Vec::new();
    for volume in volumes {
        let token = token::derived(&order.token, &volume);
        let begun = Snapshot
            .describe(cloud, Selection::Tokens(std::slice::from_ref(&token)))
            .await?
            .pop();
        let copy = match begun {
            Some(seen) => seen.id,
            None => {
                let create = Create {
                    address: order.address.clone(),
                    token,
                    default_name: format!(
                        "{}-{}-before-change",
                        cloud.program,
                        order.address.slug()
                    ),
                    fields: infra_model::Record::from([(
                        "description".to_owned(),
                        Value::String(format!("{} before infra changed it", order.address)),
                    )]),
                };
                copy(cloud, &create, &volume).await?
            }
        };
        copies.push(copy);
    }
    for copy in &copies {
        completed(cloud, copy, wait::STEP).await?;
    }
    Ok(copies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_sort_as_texts() {
        let shown = |millis| moment(&DateTime::from_millis(millis)).expect("it can be shown");
        assert_eq!(shown(1_767_225_600_000), "2026-01-01T00:00:00.000Z");
        assert!(shown(1_767_225_600_000) < shown(1_767_225_600_500));
        assert!(shown(1_767_225_600_999) < shown(1_767_225_601_000));
    }
}
