//! Instances: launching, states, changes, payment, deletion.

use infra_sim::aliyun::Timing;
use serde_json::json;

use super::client::{Ali, Answer, instant};

pub const IMAGE: &str = "centos_7_9_x64_20G_alibase_20240628.vhd";

/// A network with a group in it.
pub struct Bed {
    pub ali: Ali,
    pub vpc: String,
    pub vswitch: String,
    pub group: String,
}

impl Bed {
    pub fn new(ali: Ali) -> Bed {
        let (vpc, vswitch) = ali.network();
        let group = ali.new_group(&vpc);
        Bed {
            ali,
            vpc,
            vswitch,
            group,
        }
    }

    pub fn run(&self, more: &[(&str, &str)]) -> Answer {
        let mut parameters = vec![
            ("ImageId", IMAGE),
            ("InstanceType", "ecs.g6.large"),
            ("VSwitchId", self.vswitch.as_str()),
            ("SecurityGroupId", self.group.as_str()),
        ];
        for (name, value) in more {
            parameters.retain(|(known, _)| known != name);
            parameters.push((name, value));
        }
        self.ali.ecs("RunInstances", &parameters)
    }

    /// An instance.
    pub fn launch(&self, more: &[(&str, &str)]) -> String {
        self.run(more).ok().text("/InstanceIdSets/InstanceIdSet/0")
    }

    /// The instance as it is listed.
    pub fn shown(&self, id: &str) -> serde_json::Value {
        let ids = json!([id]).to_string();
        let answer = self
            .ali
            .ecs("DescribeInstances", &[("InstanceIds", &ids)])
            .ok();
        answer.at("/Instances/Instance")[0].clone()
    }

    pub fn act(&self, action: &str, id: &str, more: &[(&str, &str)]) -> Answer {
        let mut parameters = vec![("InstanceId", id)];
        parameters.extend(more);
        self.ali.ecs(action, &parameters)
    }
}

fn bed() -> Bed {
    Bed::new(instant())
}

#[test]
fn an_instance_goes_through_its_states() {
    let bed = Bed::new(Ali::start(|config| {
        config.aliyun_timing = Timing {
            instance_ms: 150,
            ..Timing::instant()
        }
    }));
    let id = bed.launch(&[("InstanceName", "web")]);
    let status = || bed.shown(&id)["Status"].clone();
    assert_eq!(status(), "Pending");
    let early = bed.act("StopInstance", &id, &[]);
    assert_eq!(
        (early.status, early.code().as_str()),
        (403, "IncorrectInstanceStatus.Initializing")
    );
    bed.ali.sim.pass(150);
    assert_eq!(status(), "Starting");
    bed.ali.sim.pass(150);
    assert_eq!(status(), "Running");
    assert_eq!(
        bed.act("DeleteInstance", &id, &[]).code(),
        "IncorrectInstanceStatus"
    );
    bed.act("StopInstance", &id, &[("StoppedMode", "KeepCharging")])
        .ok();
    assert_eq!(status(), "Stopping");
    bed.ali.sim.pass(150);
    assert_eq!(
        (status(), bed.shown(&id)["StoppedMode"].clone()),
        (json!("Stopped"), json!("KeepCharging"))
    );
    bed.act("StartInstance", &id, &[]).ok();
    bed.ali.sim.pass(150);
    assert_eq!(status(), "Running");
    bed.act("DeleteInstance", &id, &[("Force", "true")]).ok();
    bed.ali.sim.pass(150);
    assert_eq!(status(), json!(null));
    let gone = bed.act("DeleteInstance", &id, &[("Force", "true")]);
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (404, "InvalidInstanceId.NotFound")
    );
}

#[test]
fn what_was_asked_for_is_shown_and_the_rest_filled_in() {
    let bed = bed();
    let id = bed.launch(&[
        ("InstanceName", "web"),
        ("Description", "a machine"),
        ("PrivateIpAddress", "10.0.1.7"),
        ("SystemDisk.Category", "cloud_essd"),
        ("SystemDisk.Size", "60"),
        ("Tag.1.Key", "app"),
        ("Tag.1.Value", "hsh"),
    ]);
    let shown = bed.shown(&id);
    assert_eq!(shown["InstanceName"], "web");
    assert_eq!(
        shown["VpcAttributes"]["PrivateIpAddress"]["IpAddress"],
        json!(["10.0.1.7"])
    );
    assert_eq!(
        (shown["Cpu"].clone(), shown["Memory"].clone()),
        (json!(2), json!(8192))
    );
    assert_eq!(shown["ExpiredTime"], "2099-12-31T15:59Z");
    assert_eq!(shown["PublicIpAddress"]["IpAddress"], json!([]));
    assert_eq!(shown["InternetChargeType"], "PayByTraffic");
    assert_eq!(
        shown["Tags"]["Tag"],
        json!([{ "TagKey": "app", "TagValue": "hsh" }])
    );
    let disks = bed.ali.ecs("DescribeDisks", &[("InstanceId", &id)]).ok();
    assert_eq!(*disks.at("/Disks/Disk/0/Size"), json!(60));
    assert_eq!(disks.text("/Disks/Disk/0/PerformanceLevel"), "PL1");
    assert_eq!(disks.text("/Disks/Disk/0/Device"), "/dev/xvda");
    assert_eq!(*disks.at("/Disks/Disk/0/DeleteWithInstance"), json!(true));
    let unnamed = bed.launch(&[]);
    assert_eq!(bed.shown(&unnamed)["InstanceName"], json!(unnamed));
    let attribute = bed.act("DescribeInstanceAttribute", &id, &[]).ok();
    assert_eq!(attribute.text("/IoOptimized"), "optimized");
}

#[test]
fn a_launch_that_does_not_fit_is_refused() {
    let bed = bed();
    let code = |more: &[(&str, &str)]| bed.run(more).code();
    assert_eq!(
        code(&[("InstanceType", "ecs.none")]),
        "InvalidInstanceType.ValueNotSupported"
    );
    assert_eq!(code(&[("ImageId", "m-none")]), "InvalidImageId.NotFound");
    assert_eq!(
        code(&[("VSwitchId", "vsw-none")]),
        "InvalidVSwitchId.NotFound"
    );
    assert_eq!(
        code(&[("SecurityGroupId", "sg-none")]),
        "InvalidSecurityGroupId.NotFound"
    );
    assert_eq!(
        code(&[("KeyPairName", "none")]),
        "InvalidKeyPairName.NotFound"
    );
    assert_eq!(
        code(&[("PrivateIpAddress", "10.0.2.7")]),
        "InvalidPrivateIpAddress.Malformed"
    );
    assert_eq!(
        code(&[("PrivateIpAddress", "10.0.1.255")]),
        "InvalidPrivateIpAddress.Malformed"
    );
    assert_eq!(code(&[("Password", "short")]), "InvalidPassword.Malformed");
    assert_eq!(
        code(&[("UserData", "not base64")]),
        "InvalidUserData.Base64FormatInvalid"
    );
    let old = [("InstanceType", "ecs.g7.large")];
    assert_eq!(code(&old), "InvalidSystemDiskCategory.ValueNotSupported");
    assert_eq!(
        code(&[("SystemDisk.Size", "19")]),
        "InvalidDiskSize.ValueNotSupported"
    );
    assert_eq!(
        code(&[("CreditSpecification", "Standard")]),
        "InvalidParameter"
    );
    let elsewhere = bed.ali.new_vpc();
    let group = bed.ali.new_group(&elsewhere);
    assert_eq!(
        code(&[("SecurityGroupId", &group)]),
        "InvalidParameter.Mismatch"
    );
    bed.run(&[
        ("InstanceType", "ecs.g7.large"),
        ("SystemDisk.Category", "cloud_essd"),
    ])
    .ok();
}

#[test]
fn a_token_launches_once() {
    let bed = bed();
    let token = [("ClientToken", "t"), ("Amount", "2")];
    let first = bed.run(&token).ok();
    let again = bed.run(&token).ok();
    assert_eq!(first.at("/InstanceIdSets"), again.at("/InstanceIdSets"));
    let other = bed.run(&[("ClientToken", "t"), ("Amount", "1")]);
    assert_eq!(other.code(), "IdempotentParameterMismatch");
    assert_eq!(
        bed.ali
            .ecs("DescribeInstances", &[])
            .ok()
            .count("/Instances/Instance"),
        2
    );
}

#[test]
fn deletion_protection_and_dependents_hold() {
    let bed = bed();
    let id = bed.launch(&[("DeletionProtection", "true")]);
    let delete = || bed.act("DeleteInstance", &id, &[("Force", "true")]);
    let protected = delete();
    assert_eq!(
        (protected.status, protected.code().as_str()),
        (403, "InvalidOperation.DeletionProtection")
    );
    bed.act(
        "ModifyInstanceAttribute",
        &id,
        &[("DeletionProtection", "false")],
    )
    .ok();
    let group = bed
        .ali
        .ecs("DeleteSecurityGroup", &[("SecurityGroupId", &bed.group)]);
    assert_eq!(group.code(), "DependencyViolation");
    let vswitch = bed.ali.vpc("DeleteVSwitch", &[("VSwitchId", &bed.vswitch)]);
    assert_eq!(vswitch.code(), "DependencyViolation");
    let vpcs = bed.ali.vpc("DescribeVpcs", &[("VpcId", &bed.vpc)]).ok();
    let table = vpcs.text("/Vpcs/Vpc/0/RouterTableIds/RouterTableIds/0");
    let route = [
        ("RouteTableId", table.as_str()),
        ("DestinationCidrBlock", "192.168.0.0/16"),
        ("NextHopId", id.as_str()),
    ];
    let route = bed
        .ali
        .vpc("CreateRouteEntry", &route)
        .ok()
        .text("/RouteEntryId");
    assert_eq!(delete().code(), "DependencyViolation.RouteEntry");
    bed.ali
        .vpc("DeleteRouteEntry", &[("RouteEntryId", &route)])
        .ok();
    delete().ok();
    bed.ali
        .ecs("DeleteSecurityGroup", &[("SecurityGroupId", &bed.group)])
        .ok();
}

#[test]
fn an_address_outlives_its_instance() {
    let bed = bed();
    let id = bed.launch(&[]);
    let eip = bed.ali.vpc("AllocateEipAddress", &[]).ok();
    let (allocation, ip) = (eip.text("/AllocationId"), eip.text("/EipAddress"));
    let bind = [
        ("AllocationId", allocation.as_str()),
        ("InstanceId", id.as_str()),
    ];
    bed.ali.vpc("AssociateEipAddress", &bind).ok();
    assert_eq!(bed.shown(&id)["EipAddress"]["IpAddress"], json!(ip));
    bed.act("DeleteInstance", &id, &[("Force", "true")]).ok();
    bed.ali.ecs("DescribeInstances", &[]).ok();
    let shown = bed
        .ali
        .vpc("DescribeEipAddresses", &[("AllocationId", &allocation)])
        .ok();
    assert_eq!(shown.text("/EipAddresses/EipAddress/0/Status"), "Available");
    assert_eq!(shown.text("/EipAddresses/EipAddress/0/InstanceId"), "");
}

#[test]
fn some_changes_need_the_machine_to_be_stopped() {
    let bed = bed();
    let id = bed.launch(&[]);
    let spec = |kind: &str| bed.act("ModifyInstanceSpec", &id, &[("InstanceType", kind)]);
    bed.act("ModifyInstanceAttribute", &id, &[("InstanceName", "db")])
        .ok();
    let other = bed.ali.new_group(&bed.vpc);
    let groups = [
        ("SecurityGroupIds.1", bed.group.as_str()),
        ("SecurityGroupIds.2", other.as_str()),
    ];
    bed.act("ModifyInstanceAttribute", &id, &groups).ok();
    assert_eq!(spec("ecs.c6.large").code(), "IncorrectInstanceStatus");
    let data = [("UserData", "IyEvYmluL3No")];
    assert_eq!(
        bed.act("ModifyInstanceAttribute", &id, &data).code(),
        "IncorrectInstanceStatus"
    );
    bed.act("StopInstance", &id, &[]).ok();
    spec("ecs.c6.large").ok();
    assert_eq!(
        spec("ecs.g7.large").code(),
        "InvalidInstanceType.NotSupportDiskCategory"
    );
    bed.act("ModifyInstanceAttribute", &id, &data).ok();
    assert_eq!(
        bed.act("DescribeUserData", &id, &[]).ok().text("/UserData"),
        "IyEvYmluL3No"
    );
    let shown = bed.shown(&id);
    assert_eq!(
        (shown["InstanceName"].clone(), shown["InstanceType"].clone()),
        (json!("db"), json!("ecs.c6.large"))
    );
    assert_eq!(
        shown["SecurityGroupIds"]["SecurityGroupId"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let leave = [("SecurityGroupId", other.as_str())];
    bed.act("LeaveSecurityGroup", &id, &leave).ok();
    let last = bed.act(
        "LeaveSecurityGroup",
        &id,
        &[("SecurityGroupId", &bed.group)],
    );
    assert_eq!(last.code(), "InstanceLastSecurityGroup");
    bed.act(
        "ModifyInstanceMetadataOptions",
        &id,
        &[("HttpEndpoint", "enabled"), ("HttpTokens", "required")],
    )
    .ok();
    assert_eq!(bed.shown(&id)["MetadataOptions"]["HttpTokens"], "required");
}

#[test]
fn a_subscription_is_not_simply_deleted() {
    let bed = bed();
    let paid = bed
        .run(&[
            ("InstanceChargeType", "PrePaid"),
            ("Period", "1"),
            ("AutoRenew", "true"),
        ])
        .ok();
    assert!(paid.text("/OrderId").len() > 10);
    let id = paid.text("/InstanceIdSets/InstanceIdSet/0");
    let delete = || bed.act("DeleteInstance", &id, &[("Force", "true")]);
    let refused = delete();
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "ChargeTypeViolation")
    );
    let protect = bed.act(
        "ModifyInstanceAttribute",
        &id,
        &[("DeletionProtection", "true")],
    );
    assert_eq!(protect.code(), "ChargeTypeViolation");
    let renewal = bed.act("DescribeInstanceAutoRenewAttribute", &id, &[]).ok();
    let at = "/InstanceRenewAttributes/InstanceRenewAttribute/0/RenewalStatus";
    assert_eq!(renewal.text(at), "AutoRenewal");
    bed.act(
        "ModifyInstanceAutoRenewAttribute",
        &id,
        &[("RenewalStatus", "NotRenewal")],
    )
    .ok();
    let expires = bed.shown(&id)["ExpiredTime"].clone();
    bed.act("RenewInstance", &id, &[("Period", "1")]).ok();
    assert_ne!(bed.shown(&id)["ExpiredTime"], expires);
    let ids = json!([id]).to_string();
    let back = [
        ("InstanceIds", ids.as_str()),
        ("InstanceChargeType", "PostPaid"),
    ];
    bed.ali.ecs("ModifyInstanceChargeType", &back).ok();
    let none = bed.act("DescribeInstanceAutoRenewAttribute", &id, &[]);
    assert_eq!(none.code(), "InvalidParameter");
    delete().ok();
    assert_eq!(
        bed.run(&[("InstanceChargeType", "PrePaid"), ("Period", "11")])
            .code(),
        "InvalidPeriod.ValueNotSupported"
    );
}

#[test]
fn a_key_that_is_bound_stays() {
    let bed = bed();
    bed.ali
        .ecs("CreateKeyPair", &[("KeyPairName", "mine")])
        .ok();
    let id = bed.launch(&[("KeyPairName", "mine")]);
    let delete = || {
        bed.ali
            .ecs("DeleteKeyPairs", &[("KeyPairNames", r#"["mine"]"#)])
    };
    assert_eq!(
        delete().code(),
        "InvalidParameter.KeypairAlreadyAttachedInstance"
    );
    let ids = json!([id]).to_string();
    let both = [("KeyPairName", "mine"), ("InstanceIds", ids.as_str())];
    let detached = bed.ali.ecs("DetachKeyPair", &both).ok();
    assert_eq!(detached.text("/FailCount"), "0");
    delete().ok();
    assert_eq!(bed.shown(&id)["KeyPairName"], "");
}
