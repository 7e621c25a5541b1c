//! Placement groups.

use crate::config::ACCOUNT;
use crate::describe::{Answer, Describe};
use crate::ec2::tags;
use crate::fault::Fault;
use crate::filter::one;
use crate::query::Query;
use crate::world::{InstanceState, PlacementGroup, Region};
use crate::xml::Node;

const GROUPS: Describe<PlacementGroup> = Describe {
    set: "placementGroupSet",
    ids: "GroupId",
    page: None,
    filters: &[
        ("group-name", |_, group| one(&group.name)),
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
        .text(
            "groupArn",
            format!(
                "arn:aws:ec2:{}:{ACCOUNT}:placement-group/{}",
                region.name, group.name
            ),
        )
        .and(tags::show(region, &group.id))
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
    let strategy = q.text("Strategy").unwrap_or("cluster");
    if !matches!(strategy, "cluster" | "spread") {
        return Err(Fault::value(format!(
            "Value ({strategy}) for parameter strategy is invalid: cluster or spread."
        )));
    }
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
