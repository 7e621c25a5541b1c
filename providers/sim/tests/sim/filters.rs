//! Filters and tags.

use crate::client::instant;

#[test]
fn filters_take_values_wildcards_and_tags() {
    let sim = instant();
    for (name, size) in [("web-1", "1"), ("web-2", "2"), ("db", "3")] {
        let order = [
            ("AvailabilityZone", "us-west-2a"),
            ("Size", size),
            ("TagSpecification.1.ResourceType", "volume"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", name),
        ];
        sim.ec2("CreateVolume", &order).ok();
    }
    let sizes = |filters: &[(&str, &str)]| {
        let mut sizes = sim.ec2("DescribeVolumes", filters).ok().all("size");
        sizes.sort();
        sizes
    };
    assert_eq!(
        sizes(&[("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "web-*")]),
        ["1", "2"]
    );
    assert_eq!(
        sizes(&[
            ("Filter.1.Name", "tag:Name"),
            ("Filter.1.Value.1", "web-?"),
            ("Filter.1.Value.2", "db")
        ]),
        ["1", "2", "3"]
    );
    assert_eq!(
        sizes(&[
            ("Filter.1.Name", "tag-key"),
            ("Filter.1.Value.1", "Name"),
            ("Filter.2.Name", "size"),
            ("Filter.2.Value.1", "3")
        ]),
        ["3"]
    );
    assert_eq!(
        sizes(&[
            ("Filter.1.Name", "status"),
            ("Filter.1.Value.1", "creating")
        ]),
        Vec::<String>::new()
    );
    assert_eq!(
        sim.ec2(
            "DescribeVolumes",
            &[("Filter.1.Name", "colour"), ("Filter.1.Value.1", "red")]
        )
        .code(),
        "InvalidParameterValue"
    );
}

#[test]
fn too_many_filter_values_are_refused() {
    let sim = instant();
    let names: Vec<String> = (1..=201).map(|n| format!("Filter.1.Value.{n}")).collect();
    let mut parameters = vec![("Filter.1.Name", "size")];
    parameters.extend(names.iter().map(|name| (name.as_str(), "1")));
    assert_eq!(
        sim.ec2("DescribeVolumes", &parameters).code(),
        "FilterLimitExceeded"
    );
}

#[test]
fn tags_have_limits_and_a_refused_tag_creates_nothing() {
    let sim = instant();
    let with_key = |key: &str| {
        let order = [
            ("AvailabilityZone", "us-west-2a"),
            ("Size", "1"),
            ("TagSpecification.1.ResourceType", "volume"),
            ("TagSpecification.1.Tag.1.Key", key),
            ("TagSpecification.1.Tag.1.Value", "v"),
        ];
        sim.ec2("CreateVolume", &order)
    };
    assert_eq!(with_key("aws:mine").code(), "InvalidParameterValue");
    assert_eq!(with_key(&"k".repeat(128)).code(), "InvalidParameterValue");
    assert_eq!(sim.handle().entities("volume").len(), 0);
    let id = with_key("fine").ok().text("volumeId");
    let names: Vec<(String, String)> = (1..=50)
        .map(|n| (format!("Tag.{n}.Key"), format!("k{n}")))
        .collect();
    let mut parameters = vec![("ResourceId.1", id.as_str())];
    parameters.extend(
        names
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    assert_eq!(
        sim.ec2("CreateTags", &parameters).code(),
        "TagLimitExceeded"
    );
    assert_eq!(sim.ec2("DescribeTags", &[]).ok().all("key"), ["fine"]);
    assert_eq!(
        sim.ec2(
            "CreateTags",
            &[("ResourceId.1", "vol-00000000"), ("Tag.1.Key", "k")]
        )
        .code(),
        "InvalidVolume.NotFound"
    );
    let wrong_kind = [
        ("CidrBlock", "10.0.0.0/16"),
        ("TagSpecification.1.ResourceType", "subnet"),
        ("TagSpecification.1.Tag.1.Key", "k"),
    ];
    assert_eq!(
        sim.ec2("CreateVpc", &wrong_kind).code(),
        "InvalidParameterValue"
    );
}
