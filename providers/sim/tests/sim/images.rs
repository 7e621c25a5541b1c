//! Images made of instances and copied from other regions.

use crate::client::{Reply, Sim, instant};

/// A running instance with a second disk; gives its id and its subnet's.
fn machine(sim: &Sim) -> (String, String) {
    let (_, subnet) = sim.network();
    let instance = sim.launch(&subnet, &[]).ok().text("instanceId");
    let zone = format!("{}a", sim.region);
    let disk = [
        ("AvailabilityZone", zone.as_str()),
        ("Size", "20"),
        ("VolumeType", "io2"),
        ("Iops", "4000"),
        ("Encrypted", "true"),
    ];
    let disk = sim.get("CreateVolume", &disk, "volumeId");
    sim.pass(10_000);
    let attachment = [
        ("VolumeId", disk.as_str()),
        ("InstanceId", &instance),
        ("Device", "/dev/sdf"),
    ];
    sim.ec2("AttachVolume", &attachment).ok();
    sim.pass(10_000);
    (instance, subnet)
}

fn make(sim: &Sim, instance: &str, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![("InstanceId", instance)];
    parameters.extend(more);
    sim.ec2("CreateImage", &parameters)
}

fn described(sim: &Sim, image: &str) -> Reply {
    sim.ec2("DescribeImages", &[("ImageId.1", image)])
}

#[test]
fn an_image_holds_all_disks_and_starts_instances() {
    let sim = Sim::start(|_| {});
    let (instance, subnet) = machine(&sim);
    let early = sim.launch(&subnet, &[]).ok().text("instanceId");
    assert_eq!(
        make(&sim, &early, &[("Name", "desk")]).code(),
        "IncorrectInstanceState"
    );
    let tags = [
        ("Name", "desk"),
        ("Description", "the base"),
        ("NoReboot", "true"),
        ("TagSpecification.1.ResourceType", "image"),
        ("TagSpecification.1.Tag.1.Key", "stage"),
        ("TagSpecification.1.Tag.1.Value", "test"),
        ("TagSpecification.2.ResourceType", "snapshot"),
        ("TagSpecification.2.Tag.1.Key", "of"),
        ("TagSpecification.2.Tag.1.Value", "desk"),
    ];
    let image = make(&sim, &instance, &tags).ok().text("imageId");
    let pending = described(&sim, &image).ok();
    assert_eq!(pending.text("imageState"), "pending");
    assert_eq!(pending.text("sourceInstanceId"), instance);
    let launch = [
        ("ImageId", image.as_str()),
        ("InstanceType", "t3.micro"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("SubnetId", &subnet),
    ];
    assert_eq!(
        sim.ec2("RunInstances", &launch).code(),
        "InvalidAMIID.Unavailable"
    );
    sim.pass(10_000);
    let image = described(&sim, &image).ok();
    assert_eq!(image.text("imageState"), "available");
    assert_eq!(image.all("deviceName"), ["/dev/sda1", "/dev/sdf"]);
    assert_eq!(image.all("volumeSize"), ["8", "20"]);
    assert_eq!(image.all("encrypted"), ["false", "true"]);
    let snapshots = image.all("snapshotId");
    let listed = sim.ec2(
        "DescribeSnapshots",
        &[("Filter.1.Name", "tag:of"), ("Filter.1.Value.1", "desk")],
    );
    let mut listed = listed.ok().all("snapshotId");
    listed.sort();
    let mut expected = snapshots.clone();
    expected.sort();
    assert_eq!(listed, expected);
    let launched = sim.ec2("RunInstances", &launch).ok().text("instanceId");
    let volumes = [
        ("Filter.1.Name", "attachment.instance-id"),
        ("Filter.1.Value.1", launched.as_str()),
    ];
    let volumes = sim.ec2("DescribeVolumes", &volumes).ok();
    let mut sizes = volumes.all("size");
    sizes.sort();
    assert_eq!(sizes, ["20", "8"]);
    let mut from = volumes.all("snapshotId");
    from.sort();
    assert_eq!(from, expected);
    assert!(volumes.all("iops").contains(&"4000".to_owned()));
}

#[test]
fn a_name_is_given_once_and_disks_can_be_left_out() {
    let sim = instant();
    let (instance, _) = machine(&sim);
    for wrong in ["ab", "a:b", &"x".repeat(129)] {
        assert_eq!(
            make(&sim, &instance, &[("Name", wrong)]).code(),
            "InvalidAMIName.Malformed"
        );
    }
    let without = |device: &'static str| {
        [
            ("Name", "desk"),
            ("BlockDeviceMapping.1.DeviceName", device),
            ("BlockDeviceMapping.1.NoDevice", ""),
        ]
    };
    assert_eq!(
        make(&sim, &instance, &without("/dev/sda1")).code(),
        "InvalidBlockDeviceMapping"
    );
    let image = make(&sim, &instance, &without("/dev/sdf")).ok();
    let image = image.text("imageId");
    assert_eq!(
        described(&sim, &image).ok().all("deviceName"),
        ["/dev/sda1"]
    );
    assert_eq!(
        make(&sim, &instance, &[("Name", "desk")]).code(),
        "InvalidAMIName.Duplicate"
    );
    sim.ec2("DeregisterImage", &[("ImageId", &image)]).ok();
    make(&sim, &instance, &[("Name", "desk")]).ok();
}

#[test]
fn a_snapshot_of_an_image_stays_until_the_image_goes() {
    let sim = instant();
    let (instance, _) = machine(&sim);
    let image = make(&sim, &instance, &[("Name", "desk")])
        .ok()
        .text("imageId");
    let snapshots = described(&sim, &image).ok().all("snapshotId");
    let delete = |id: &str| sim.ec2("DeleteSnapshot", &[("SnapshotId", id)]);
    assert_eq!(delete(&snapshots[0]).code(), "InvalidSnapshot.InUse");
    let deregister = |more: &[(&str, &str)]| {
        let mut parameters = vec![("ImageId", image.as_str())];
        parameters.extend(more);
        sim.ec2("DeregisterImage", &parameters)
    };
    deregister(&[]).ok();
    assert_eq!(deregister(&[]).code(), "InvalidAMIID.Unavailable");
    assert_eq!(described(&sim, &image).code(), "InvalidAMIID.NotFound");
    snapshots.iter().for_each(|id| drop(delete(id).ok()));
    let image = make(&sim, &instance, &[("Name", "desk")])
        .ok()
        .text("imageId");
    let whole = [
        ("ImageId", image.as_str()),
        ("DeleteAssociatedSnapshots", "true"),
    ];
    let gone = sim.ec2("DeregisterImage", &whole).ok();
    assert_eq!(gone.all("returnCode"), ["success", "success"]);
    for id in gone.all("snapshotId") {
        assert_eq!(delete(&id).code(), "InvalidSnapshot.NotFound");
    }
}

#[test]
fn an_image_is_copied_between_regions_once_for_a_token() {
    let mut sim = instant();
    let public = sim.image();
    sim.region = "eu-west-1".to_owned();
    let copy = |name: &'static str, more: &[(&str, &str)]| {
        let mut parameters = vec![
            ("Name", name),
            ("SourceRegion", "us-west-2"),
            ("SourceImageId", public.as_str()),
            ("ClientToken", name),
        ];
        parameters.extend(more);
        sim.ec2("CopyImage", &parameters)
    };
    let one = copy("copy", &[]).ok().text("imageId");
    assert_eq!(copy("copy", &[]).ok().text("imageId"), one);
    assert_eq!(
        copy("copy", &[("Description", "other")]).code(),
        "IdempotentParameterMismatch"
    );
    let shown = described(&sim, &one).ok();
    assert_eq!(shown.text("sourceImageId"), public);
    assert_eq!(shown.text("sourceImageRegion"), "us-west-2");
    assert_eq!(shown.text("isPublic"), "false");
    let secret = copy(
        "secret",
        &[("Encrypted", "true"), ("KmsKeyId", "alias/desk")],
    );
    let secret = described(&sim, &secret.ok().text("imageId")).ok();
    assert_eq!(secret.text("encrypted"), "true");
    let failed = copy(
        "failed",
        &[("Encrypted", "true"), ("KmsKeyId", "alias/revoked")],
    );
    let failed = described(&sim, &failed.ok().text("imageId")).ok();
    assert_eq!(failed.text("imageState"), "failed");
    assert_eq!(failed.text("code"), "Client.InvalidKMSKey");
}

#[test]
fn images_of_others_cannot_be_changed() {
    let sim = instant();
    let public = sim.image();
    let (instance, _) = machine(&sim);
    let own = make(&sim, &instance, &[("Name", "desk")])
        .ok()
        .text("imageId");
    let describe = |image: &str| {
        let change = [("ImageId", image), ("Description.Value", "mine")];
        sim.ec2("ModifyImageAttribute", &change)
    };
    assert_eq!(describe(&public).code(), "AuthFailure");
    describe(&own).ok();
    assert_eq!(described(&sim, &own).ok().text("description"), "mine");
    assert_eq!(
        sim.ec2("DeregisterImage", &[("ImageId", &public)]).code(),
        "AuthFailure"
    );
    let mine = sim.ec2("DescribeImages", &[("Owner.1", "self")]).ok();
    assert_eq!(mine.all("imageId"), [own]);
}
