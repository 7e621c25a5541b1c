//! Placement groups.

use crate::client::{Reply, Sim, instant};

fn create(sim: &Sim, name: &str, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![("GroupName", name)];
    parameters.extend(more);
    sim.ec2("CreatePlacementGroup", &parameters)
}

#[test]
fn a_group_is_known_by_its_name_and_held_by_its_instances() {
    let sim = instant();
    let (_, subnet) = sim.network();
    let made = create(&sim, "near", &[]).ok();
    assert_eq!(made.text("strategy"), "cluster");
    assert_eq!(
        create(&sim, "near", &[]).code(),
        "InvalidPlacementGroup.Duplicate"
    );
    let parts = create(&sim, "apart", &[("Strategy", "partition")]).ok();
    assert_eq!(parts.text("partitionCount"), "2");
    let absent = sim.launch(&subnet, &[("Placement.GroupName", "nowhere")]);
    assert_eq!(absent.code(), "InvalidPlacementGroup.Unknown");
    let bursts = sim.launch(&subnet, &[("Placement.GroupName", "near")]);
    assert_eq!(bursts.code(), "InvalidParameterCombination");
    let image = sim.image();
    let placed = [
        ("ImageId", image.as_str()),
        ("InstanceType", "m5.large"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("SubnetId", &subnet),
        ("Placement.GroupName", "near"),
    ];
    let instance = sim.get("RunInstances", &placed, "instanceId");
    let delete = |name: &str| sim.ec2("DeletePlacementGroup", &[("GroupName", name)]);
    assert_eq!(delete("near").code(), "InvalidPlacementGroup.InUse");
    sim.ec2("TerminateInstances", &[("InstanceId.1", &instance)])
        .ok();
    sim.ec2("DescribeInstances", &[]).ok();
    delete("near").ok();
    assert_eq!(delete("near").code(), "InvalidPlacementGroup.Unknown");
    let named = [("GroupName.1", "near")];
    assert_eq!(
        sim.ec2("DescribePlacementGroups", &named).code(),
        "InvalidPlacementGroup.Unknown"
    );
    let filter = [
        ("Filter.1.Name", "strategy"),
        ("Filter.1.Value.1", "partition"),
    ];
    let found = sim.ec2("DescribePlacementGroups", &filter).ok();
    assert_eq!(found.all("groupName"), ["apart"]);
}

#[test]
fn a_strategy_has_its_own_parameters() {
    let sim = instant();
    let code = |more: &[(&str, &str)]| create(&sim, "odd", more).code();
    assert_eq!(code(&[("Strategy", "heap")]), "InvalidParameterValue");
    let partition = ("Strategy", "partition");
    assert_eq!(
        code(&[partition, ("PartitionCount", "8")]),
        "InvalidParameterValue"
    );
    assert_eq!(
        code(&[("PartitionCount", "2")]),
        "InvalidParameterCombination"
    );
    assert_eq!(
        code(&[("SpreadLevel", "rack")]),
        "InvalidParameterCombination"
    );
    let host = [("Strategy", "spread"), ("SpreadLevel", "host")];
    assert_eq!(code(&host), "InvalidParameterValue");
    assert_eq!(
        sim.ec2("CreatePlacementGroup", &[]).code(),
        "MissingParameter"
    );
}
