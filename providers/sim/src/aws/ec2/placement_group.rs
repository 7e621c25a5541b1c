//! Placement groups.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::{tags, text};
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{InstanceState, PlacementGroup, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const PARTITIONS_MAX: i64 = 7;
/// The partitions of a group that asks for no number.
const PARTITIONS_NEW: i64 = 2;

const GROUPS: Describe<PlacementGroup> = Describe {
    set: "placementGroupSet",
    ids: "GroupId",
    page: None,
    filters: &[
        ("group-arn", |region, group| one(arn(region, group))),
        ("group-name", |_, group| one(&group.name)),
        ("spread-level", |_, group| some(group.spread_level.as_ref())),
        ("state", |_, _| one("available")),
        ("strategy", |_, group| one(&group.strategy)),
    ],
    table: |region| &region.placement_groups,
    show,
};

fn show(region: &Region, group: &PlacementGroup) -> Node {
    Node::new()
        .text("groupName", &group.name)
        .text("state", "available")
        .text("strategy", &group.strategy)
        .text("groupId", &group.id)
        .text("groupArn", arn(region, group))
        .maybe("partitionCount", group.partitions)
        .maybe("spreadLevel", group.spread_level.as_ref())
        .and(tags::show(region, &group.id))
}

fn arn(region: &Region, group: &PlacementGroup) -> String {
    let (place, name) = (&region.name, &group.name);
    format!("arn:aws:ec2:{place}:{ACCOUNT}:placement-group/{name}")
}

/// How many partitions a new group has in each zone.
fn partitions(q: &Query, strategy: &str) -> Result<Option<i64>, Fault> {
    match (q.int("PartitionCount")?, strategy) {
        (Some(count @ 1..=PARTITIONS_MAX), "partition") => Ok(Some(count)),
        (None, "partition") => Ok(Some(PARTITIONS_NEW)),
        (None, _) => Ok(None),
        (Some(_), "partition") => Err(Fault::value(format!(
            "The partition count must be between 1 and {PARTITIONS_MAX}."
        ))),
        (Some(_), _) => Err(combination("PartitionCount", "partition")),
    }
}

/// What the instances of a new group do not share. Hosts are for Outposts, which are not simulated.
fn spread_level(q: &Query, strategy: &str) -> Result<Option<String>, Fault> {
    match (q.text("SpreadLevel"), strategy) {
        (None | Some("rack"), "spread") => Ok(Some("rack".to_owned())),
        (None, _) => Ok(None),
        (Some(level), "spread") => Err(Fault::value(format!(
            "Value ({level}) for parameter spreadLevel is invalid outside of AWS Outposts."
        ))),
        (Some(_), _) => Err(combination("SpreadLevel", "spread")),
    }
}

fn combination(parameter: &str, strategy: &str) -> Fault {
    Fault::new(
        "InvalidParameterCombination",
        format!("{parameter} is for the strategy '{strategy}' only."),
    )
}

/// The group of that name.
///
/// # Errors
/// `InvalidPlacementGroup.Unknown`.
pub fn by_name<'r>(region: &'r Region, name: &str) -> Result<&'r PlacementGroup, Fault> {
    let found = region
        .placement_groups
        .iter()
        .find(|group| group.name == name);
    found.ok_or_else(|| {
        Fault::new(
            "InvalidPlacementGroup.Unknown",
            format!("The Placement Group '{name}' is unknown."),
        )
    })
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let names = q.texts("GroupName");
    for name in &names {
        by_name(region, name)?;
    }
    let (mut rows, _) = GROUPS.select(region, q)?;
    rows.retain(|group| names.is_empty() || names.contains(&group.name.as_str()));
    Ok(Node::new().list(GROUPS.set, rows.into_iter().map(|row| show(region, row))))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let name = q.need("GroupName")?;
    if !text::is_plain_name(name) {
        return Err(Fault::value(format!(
            "Value ({name}) for parameter groupName is invalid. It has up to 255 ASCII characters."
        )));
    }
    let strategy = q.text("Strategy").unwrap_or("cluster");
    if !matches!(strategy, "cluster" | "spread" | "partition") {
        return Err(Fault::value(format!(
            "Value ({strategy}) for parameter strategy is invalid: cluster, spread or partition."
        )));
    }
    let partitions = partitions(q, strategy)?;
    let spread_level = spread_level(q, strategy)?;
    if by_name(region, name).is_ok() {
        return Err(Fault::new(
            "InvalidPlacementGroup.Duplicate",
            format!("The Placement Group '{name}' already exists."),
        ));
    }
    let given = tags::specified(q, "placement-group", &["placement-group"])?;
    let group = PlacementGroup {
        id: region.new_id("pg"),
        name: name.to_owned(),
        strategy: strategy.to_owned(),
        partitions,
        spread_level,
    };
    region.placement_groups.put(group.clone());
    tags::put(region, &group.id, given)?;
    Ok(Node::new().node("placementGroup", show(region, &group)))
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let group = by_name(region, q.need("GroupName")?)?.clone();
    let used = region.instances.iter().any(|instance| {
        instance.placement_group.as_ref() == Some(&group.name)
            && instance.state != InstanceState::Terminated
    });
    if used {
        return Err(Fault::new(
            "InvalidPlacementGroup.InUse",
            format!("The placement group '{}' is in use.", group.name),
        ));
    }
    region.placement_groups.remove(&group.id);
    region.tags.remove(&group.id);
    Ok(Node::done())
}
