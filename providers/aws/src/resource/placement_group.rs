//! `aws.placement_group`: CreatePlacementGroup, DescribePlacementGroups, DeletePlacementGroup. Its name is its
//! identity.

use async_trait::async_trait;
use aws_sdk_ec2::types::{PlacementGroupState, PlacementStrategy, ResourceType, SpreadLevel};
use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, Settle, Update};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::names::plain_name;
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct PlacementGroup;

type Described = aws_sdk_ec2::types::PlacementGroup;

#[async_trait]
impl Kind for PlacementGroup {
    fn derived(&self, fields: Fields<'_>) -> Record {
        fields.id_by_name()
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let strategy = fields.text("strategy");
        for (field, owner) in [("partitions", "partition"), ("spread_level", "spread")] {
            if fields.get(field).is_some() && strategy.as_deref() != Some(owner) {
                problems.push(format!("`{field}` is for `strategy = {owner}` only"));
            }
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let all = describe_all(cloud, selection.filters("group-name")).await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let name = fields
            .text("name")
            .unwrap_or_else(|| plain_name(&order.default_name));
        let strategy = PlacementStrategy::from(fields.must("strategy")?.as_str());
        let level = fields.text("spread_level");
        let level = level.map(|word| SpreadLevel::from(word.as_str()));
        let tags = tags::of_new(cloud, order);
        let tags = tags::specification(ResourceType::PlacementGroup, &tags);
        let answer = cloud
            .once("CreatePlacementGroup", || {
                let call = cloud.ec2.create_placement_group().group_name(&name);
                let call = call
                    .strategy(strategy.clone())
                    .set_partition_count(fields.int("partitions"))
                    .set_spread_level(level.clone());
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .placement_group
            .and_then(|group| group.group_name)
            .ok_or_else(|| incomplete("CreatePlacementGroup", "the group's name"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let by_name = filter("group-name", [order.id.clone()]);
        wait::until(
            cloud,
            "for the placement group to be available",
            wait::STEP,
            || async {
                let group = describe_all(cloud, vec![by_name.clone()]).await?.pop();
                let state = group.and_then(|group| group.state);
                Ok((state == Some(PlacementGroupState::Available)).then_some(()))
            },
        )
        .await
    }

    /// Tags hang on the group's id, not on its name.
    fn tagged(&self, order: &Update) -> Vec<String> {
        Fields(&order.prior).text("group_id").into_iter().collect()
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeletePlacementGroup", || {
                let call = cloud.ec2.delete_placement_group();
                call.group_name(&order.id).send()
            })
        })
        .await
    }
}

async fn describe_all(
    cloud: &Cloud,
    filters: Vec<aws_sdk_ec2::types::Filter>,
) -> Result<Vec<Described>, Failure> {
    let answer = cloud
        .read("DescribePlacementGroups", || {
            let call = cloud.ec2.describe_placement_groups();
            call.set_filters(Some(filters.clone())).send()
        })
        .await?;
    Ok(answer.placement_groups.unwrap_or_default())
}

fn seen(group: Described) -> Option<Seen> {
    if matches!(
        group.state,
        Some(PlacementGroupState::Deleted | PlacementGroupState::Deleting)
    ) {
        return None;
    }
    let strategy = group.strategy.as_ref().map(PlacementStrategy::as_str);
    let level = group.spread_level.as_ref().map(SpreadLevel::as_str);
    // Groups of other strategies are answered with no partitions.
    let partitions = group.partition_count.filter(|count| *count > 0);
    let name = group.group_name?;
    Some(
        tags::seen(name.clone(), group.tags)
            .text("name", Some(name))
            .text("strategy", strategy)
            .int("partitions", partitions)
            .text("spread_level", level)
            .text("group_id", group.group_id),
    )
}
