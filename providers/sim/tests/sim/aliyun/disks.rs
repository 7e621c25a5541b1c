//! Disks, attachments, snapshots, policies and images of users.

use infra_sim::aliyun::Timing;
use serde_json::{Value, json};

use super::client::{Ali, Answer, instant};
use super::machines::Bed;

fn bed() -> Bed {
    Bed::new(instant())
}

fn new_disk(ali: &Ali, more: &[(&str, &str)]) -> Answer {
    let mut parameters = vec![("ZoneId", "cn-hangzhou-b")];
    parameters.extend(more);
    ali.ecs("CreateDisk", &parameters)
}

fn shown(ali: &Ali, id: &str) -> Value {
    let ids = json!([id]).to_string();
    let answer = ali.ecs("DescribeDisks", &[("DiskIds", &ids)]).ok();
    answer.at("/Disks/Disk")[0].clone()
}

#[test]
fn a_disk_is_made_grown_and_deleted() {
    let ali = Ali::start(|_| {});
    let essd = [
        ("DiskCategory", "cloud_essd"),
        ("Size", "20"),
        ("DiskName", "data"),
    ];
    let id = new_disk(&ali, &essd).ok().text("/DiskId");
    assert_eq!(shown(&ali, &id)["Status"], "Creating");
    assert_eq!(
        ali.ecs("DeleteDisk", &[("DiskId", &id)]).code(),
        "IncorrectDiskStatus"
    );
    ali.sim.pass(100);
    let disk = shown(&ali, &id);
    assert_eq!(
        (disk["Status"].clone(), disk["DeleteAutoSnapshot"].clone()),
        (json!("Available"), json!(true))
    );
    let resize = |size: &str, kind: &str| {
        ali.ecs(
            "ResizeDisk",
            &[("DiskId", &id), ("NewSize", size), ("Type", kind)],
        )
    };
    assert_eq!(resize("20", "offline").code(), "InvalidDiskSize.TooSmall");
    assert_eq!(resize("30", "online").code(), "IncorrectDiskStatus");
    resize("30", "offline").ok();
    let spec = |level: &str| {
        ali.ecs(
            "ModifyDiskSpec",
            &[("DiskId", &id), ("PerformanceLevel", level)],
        )
    };
    assert_eq!(
        spec("PL2").code(),
        "InvalidDiskSize.ValueNotSupported",
        "PL2 begins at 461 GiB"
    );
    spec("PL0").ok();
    let slower = [("DiskId", id.as_str()), ("DiskCategory", "cloud_ssd")];
    assert_eq!(
        ali.ecs("ModifyDiskSpec", &slower).code(),
        "InvalidDiskCategory.NotSupport"
    );
    let rename = [
        ("DiskId", id.as_str()),
        ("DiskName", "other"),
        ("DeleteAutoSnapshot", "false"),
    ];
    ali.ecs("ModifyDiskAttribute", &rename).ok();
    let disk = shown(&ali, &id);
    assert_eq!(
        (disk["Size"].clone(), disk["DiskName"].clone()),
        (json!(30), json!("other"))
    );
    ali.ecs("DeleteDisk", &[("DiskId", &id)]).ok();
    ali.ecs("DeleteDisk", &[("DiskId", &id)]).ok();
    assert_eq!(
        shown(&ali, &id),
        json!(null),
        "a missing id is silently ignored"
    );
}

#[test]
fn sizes_have_limits_by_category_and_level() {
    let ali = instant();
    let make =
        |category: &str, size: &str| new_disk(&ali, &[("DiskCategory", category), ("Size", size)]);
    for (category, size) in [
        ("cloud_efficiency", "19"),
        ("cloud_efficiency", "32769"),
        ("cloud_ssd", "19"),
        ("cloud_essd", "19"),
        ("cloud", "4"),
        ("cloud", "2001"),
    ] {
        assert_eq!(
            make(category, size).code(),
            "InvalidDiskSize.ValueNotSupported"
        );
    }
    for (category, size) in [
        ("cloud_efficiency", "32768"),
        ("cloud_essd", "65536"),
        ("cloud_auto", "1"),
    ] {
        make(category, size).ok();
    }
    assert_eq!(make("cloud_essd", "65537").code(), "InvalidParameter");
    assert_eq!(new_disk(&ali, &[]).code(), "MissingParameter");
    let level = [
        ("DiskCategory", "cloud_ssd"),
        ("Size", "20"),
        ("PerformanceLevel", "PL1"),
    ];
    assert_eq!(new_disk(&ali, &level).code(), "InvalidParameter");
}

#[test]
fn several_may_share_an_essd_only() {
    let ali = instant();
    let make = |category| {
        let parameters = [
            ("DiskCategory", category),
            ("Size", "20"),
            ("MultiAttach", "Enabled"),
        ];
        new_disk(&ali, &parameters)
    };
    assert_eq!(make("cloud_ssd").code(), "InvalidParameter");
    let id = make("cloud_essd").ok().text("/DiskId");
    assert_eq!(shown(&ali, &id)["MultiAttach"], "Enabled");
}

#[test]
fn an_attachment_takes_its_time_both_ways() {
    let bed = Bed::new(Ali::start(|config| {
        config.aliyun_timing = Timing {
            attachment_ms: 100,
            ..Timing::instant()
        }
    }));
    let instance = bed.launch(&[]);
    let id = new_disk(&bed.ali, &[("Size", "20")]).ok().text("/DiskId");
    let both = [("DiskId", id.as_str()), ("InstanceId", instance.as_str())];
    bed.ali.ecs("DescribeInstances", &[]).ok();
    bed.ali.ecs("AttachDisk", &both).ok();
    let status = || shown(&bed.ali, &id)["Status"].clone();
    assert_eq!(status(), "Attaching");
    assert_eq!(
        bed.ali.ecs("AttachDisk", &both).code(),
        "IncorrectDiskStatus"
    );
    bed.ali.sim.pass(100);
    let disk = shown(&bed.ali, &id);
    assert_eq!(
        (disk["Status"].clone(), disk["Device"].clone()),
        (json!("In_use"), json!("/dev/xvdb"))
    );
    assert_eq!(
        disk["Attachments"]["Attachment"][0]["InstanceId"],
        json!(instance)
    );
    assert_eq!(disk["DeleteWithInstance"], false);
    bed.ali.ecs("DetachDisk", &both).ok();
    assert_eq!(status(), "Detaching");
    bed.ali.sim.pass(100);
    let disk = shown(&bed.ali, &id);
    assert_eq!(
        (disk["Status"].clone(), disk["InstanceId"].clone()),
        (json!("Available"), json!(""))
    );
    let zone = [("ZoneId", "cn-hangzhou-e"), ("Size", "20")];
    let far = bed.ali.ecs("CreateDisk", &zone).ok().text("/DiskId");
    bed.ali.ecs("DescribeDisks", &[]).ok();
    let wrong = bed
        .ali
        .ecs("AttachDisk", &[("DiskId", &far), ("InstanceId", &instance)]);
    assert_eq!(wrong.code(), "ResourcesNotInSameZone");
}

#[test]
fn disks_go_with_their_instance_or_stay() {
    let bed = bed();
    let instance = bed.launch(&[
        ("DataDisk.1.Size", "20"),
        ("DataDisk.2.Size", "20"),
        ("DataDisk.2.DeleteWithInstance", "false"),
        ("DataDisk.2.DiskName", "kept"),
    ]);
    let listed = bed
        .ali
        .ecs("DescribeDisks", &[("InstanceId", &instance)])
        .ok();
    assert_eq!(listed.count("/Disks/Disk"), 3);
    bed.act("DeleteInstance", &instance, &[("Force", "true")])
        .ok();
    let left = bed.ali.ecs("DescribeDisks", &[]).ok();
    assert_eq!(
        left.count("/Disks/Disk"),
        1,
        "in a launch they go unless told otherwise"
    );
    assert_eq!(left.text("/Disks/Disk/0/DiskName"), "kept");
    assert_eq!(left.text("/Disks/Disk/0/Status"), "Available");
}

#[test]
fn a_replaced_system_disk_is_another_disk() {
    let bed = bed();
    bed.ali
        .ecs("CreateKeyPair", &[("KeyPairName", "mine")])
        .ok();
    let instance = bed.launch(&[("KeyPairName", "mine")]);
    let system = || {
        let asked = [("InstanceId", instance.as_str()), ("DiskType", "system")];
        bed.ali
            .ecs("DescribeDisks", &asked)
            .ok()
            .text("/Disks/Disk/0/DiskId")
    };
    let before = system();
    let image = [("ImageId", "ubuntu_22_04_x64_20G_alibase_20250722.vhd")];
    let replace = || bed.act("ReplaceSystemDisk", &instance, &image);
    assert_eq!(replace().code(), "IncorrectInstanceStatus");
    bed.act("StopInstance", &instance, &[]).ok();
    let after = replace().ok().text("/DiskId");
    assert_ne!(before, after);
    assert_eq!(system(), after);
    let shown = bed.shown(&instance);
    assert_eq!(shown["ImageId"], image[0].1);
    assert_eq!(
        shown["KeyPairName"], "",
        "the key pair is lost unless it is given again"
    );
    let detach = [
        ("DiskId", after.as_str()),
        ("InstanceId", instance.as_str()),
    ];
    assert_eq!(
        bed.ali.ecs("DetachDisk", &detach).code(),
        "InvalidOperation.SystemDisk"
    );
}

#[test]
fn snapshots_hold_what_is_made_of_them() {
    let bed = Bed::new(Ali::start(|config| {
        config.aliyun_timing = Timing {
            snapshot_ms: 200,
            ..Timing::instant()
        }
    }));
    let never = new_disk(&bed.ali, &[("Size", "20")]).ok().text("/DiskId");
    let snap = |disk: &str| bed.ali.ecs("CreateSnapshot", &[("DiskId", disk)]);
    bed.ali.ecs("DescribeDisks", &[]).ok();
    assert_eq!(snap(&never).code(), "IncorrectDiskStatus.NeverAttached");
    let instance = bed.launch(&[("DataDisk.1.Size", "20")]);
    let asked = [("InstanceId", instance.as_str()), ("DiskType", "data")];
    let disk = bed
        .ali
        .ecs("DescribeDisks", &asked)
        .ok()
        .text("/Disks/Disk/0/DiskId");
    let snapshot = snap(&disk).ok().text("/SnapshotId");
    let ids = json!([snapshot]).to_string();
    let shown = || {
        bed.ali
            .ecs("DescribeSnapshots", &[("SnapshotIds", &ids)])
            .ok()
    };
    assert_eq!(shown().text("/Snapshots/Snapshot/0/Status"), "progressing");
    let grow = [
        ("DiskId", disk.as_str()),
        ("NewSize", "30"),
        ("Type", "online"),
    ];
    assert_eq!(
        bed.ali.ecs("ResizeDisk", &grow).code(),
        "IncorrectDiskStatus.CreatingSnapshot"
    );
    let of = [("SnapshotId", snapshot.as_str())];
    assert_eq!(new_disk(&bed.ali, &of).code(), "IncorrectSnapshotStatus");
    bed.ali.sim.pass(200);
    assert_eq!(shown().text("/Snapshots/Snapshot/0/Status"), "accomplished");
    let small = new_disk(&bed.ali, &[of[0], ("Size", "19")]);
    assert_eq!(small.code(), "InvalidDiskSize.ValueNotSupported");
    new_disk(&bed.ali, &of).ok();
    assert_eq!(shown().text("/Snapshots/Snapshot/0/Usage"), "disk");
    assert_eq!(
        bed.ali.ecs("DeleteSnapshot", &of).code(),
        "SnapshotCreatedDisk"
    );
    bed.ali
        .ecs("DeleteSnapshot", &[of[0], ("Force", "true")])
        .ok();
    bed.ali.ecs("DeleteSnapshot", &of).ok();
}

#[test]
fn a_policy_is_applied_to_disks() {
    let bed = bed();
    let make = |days: &str, times: &str| {
        let parameters = [
            ("autoSnapshotPolicyName", "daily"),
            ("timePoints", times),
            ("repeatWeekdays", r#"["1","7"]"#),
            ("retentionDays", days),
        ];
        bed.ali.ecs("CreateAutoSnapshotPolicy", &parameters)
    };
    assert_eq!(make("0", r#"["1"]"#).code(), "InvalidParameter");
    assert_eq!(make("7", r#"["24"]"#).code(), "InvalidParameter");
    assert_eq!(
        make("7", "[1]").code(),
        "InvalidParameter",
        "numbers are written as texts"
    );
    let policy = make("7", r#"["1","13"]"#)
        .ok()
        .text("/AutoSnapshotPolicyId");
    let disk = new_disk(&bed.ali, &[("Size", "20")]).ok().text("/DiskId");
    let disks = json!([disk]).to_string();
    let apply = [
        ("autoSnapshotPolicyId", policy.as_str()),
        ("diskIds", disks.as_str()),
    ];
    bed.ali.ecs("ApplyAutoSnapshotPolicy", &apply).ok();
    assert_eq!(
        shown(&bed.ali, &disk)["AutoSnapshotPolicyId"],
        json!(policy)
    );
    let asked = [("AutoSnapshotPolicyId", policy.as_str())];
    let found = bed.ali.ecs("DescribeAutoSnapshotPolicyEx", &asked).ok();
    assert_eq!(
        *found.at("/AutoSnapshotPolicies/AutoSnapshotPolicy/0/DiskNums"),
        json!(1)
    );
    assert_eq!(
        found.text("/AutoSnapshotPolicies/AutoSnapshotPolicy/0/TimePoints"),
        r#"["1","13"]"#
    );
    let change = [
        ("autoSnapshotPolicyId", policy.as_str()),
        ("retentionDays", "-1"),
    ];
    bed.ali.ecs("ModifyAutoSnapshotPolicyEx", &change).ok();
    let associated = bed
        .ali
        .ecs("DescribeAutoSnapshotPolicyAssociations", &asked)
        .ok();
    assert_eq!(
        associated.count("/AutoSnapshotPolicyAssociations/AutoSnapshotPolicyAssociation"),
        1
    );
    bed.ali.ecs("DeleteAutoSnapshotPolicy", &apply[..1]).ok();
    assert_eq!(shown(&bed.ali, &disk)["AutoSnapshotPolicyId"], "");
}

#[test]
fn an_image_is_made_of_an_instance_and_keeps_its_snapshots() {
    let bed = Bed::new(Ali::start(|config| {
        config.aliyun_timing = Timing {
            image_ms: 200,
            ..Timing::instant()
        }
    }));
    let instance = bed.launch(&[("DataDisk.1.Size", "20")]);
    bed.ali.ecs("DescribeInstances", &[]).ok();
    let make = || bed.act("CreateImage", &instance, &[("ImageName", "golden")]);
    let id = make().ok().text("/ImageId");
    assert_eq!(make().code(), "InvalidImageName.Duplicated");
    let own = ("ImageOwnerAlias", "self");
    let all = (
        "Status",
        "Creating,Waiting,Available,UnAvailable,CreateFailed",
    );
    assert_eq!(
        bed.ali
            .ecs("DescribeImages", &[own])
            .ok()
            .count("/Images/Image"),
        0
    );
    let shown = bed.ali.ecs("DescribeImages", &[own, all]).ok();
    assert_eq!(shown.text("/Images/Image/0/Status"), "Creating");
    assert_eq!(bed.run(&[("ImageId", &id)]).code(), "IncorrectImageStatus");
    bed.ali.sim.pass(200);
    let shown = bed.ali.ecs("DescribeImages", &[own]).ok();
    let parts = "/Images/Image/0/DiskDeviceMappings/DiskDeviceMapping";
    assert_eq!(shown.count(parts), 2);
    let snapshot = shown.text(&format!("{parts}/0/SnapshotId"));
    let delete = || {
        bed.ali.ecs(
            "DeleteSnapshot",
            &[("SnapshotId", &snapshot), ("Force", "true")],
        )
    };
    assert_eq!(delete().code(), "SnapshotCreatedImage");
    bed.launch(&[("ImageId", &id)]);
    let image = |force: &str| {
        bed.ali
            .ecs("DeleteImage", &[("ImageId", &id), ("Force", force)])
    };
    assert_eq!(image("false").code(), "InvalidOperation.ImageInUse");
    image("true").ok();
    image("false").ok();
    delete().ok();
}
