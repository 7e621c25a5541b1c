//! Changing instances in place. Some changes need the machine to be stopped.

use serde_json::{Value, json};

use super::instance::in_state;
use super::{charge, launch};
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED_50};
use crate::aliyun::param::{
    DESCRIPTION, DRY_RUN, Form, Param, REGION, TOKEN, flag, int, json as list, name, one_of, param,
    text,
};
use crate::aliyun::world::InstanceState::{self, Running, Stopped};
use crate::aliyun::world::{Instance, Region};

const ID: &[Param] = &[text("InstanceId").must()];
const BANDWIDTH: &[Param] = &[
    int("InternetMaxBandwidthIn", 1, 100),
    int("InternetMaxBandwidthOut", 0, 100),
];
const ROLE: &[Param] = &[list("InstanceIds").must()];
const MEMBER: &[Param] = &[
    text("RegionId"),
    text("SecurityGroupId").must(),
    text("InstanceId"),
];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "ModifyInstanceAttribute",
        takes: &[
            ID,
            DESCRIPTION,
            &[
                name("InstanceName"),
                param("HostName", Form::Sized(2, 64)),
                text("Password"),
                text("UserData"),
                text("SecurityGroupIds.N"),
                flag("DeletionProtection"),
                one_of("CreditSpecification", &["Standard", "Unlimited"]),
            ],
        ],
        act: attribute,
    },
    Action {
        name: "ModifyInstanceSpec",
        takes: &[
            ID,
            TOKEN,
            DRY_RUN,
            BANDWIDTH,
            &[
                text("InstanceType"),
                flag("AllowMigrateAcrossZone"),
                flag("Async"),
            ],
        ],
        act: spec,
    },
    Action {
        name: "ModifyPrepayInstanceSpec",
        takes: &[
            REGION,
            ID,
            TOKEN,
            &[
                text("InstanceType").must(),
                one_of("OperatorType", &["upgrade", "downgrade"]),
                flag("AutoPay"),
            ],
        ],
        act: prepaid_spec,
    },
    Action {
        name: "ModifyInstanceNetworkSpec",
        takes: &[
            ID,
            TOKEN,
            BANDWIDTH,
            &[
                one_of("NetworkChargeType", &["PayByTraffic", "PayByBandwidth"]),
                flag("AllocatePublicIp"),
                flag("AutoPay"),
            ],
        ],
        act: network_spec,
    },
    Action {
        name: "ModifyInstanceVpcAttribute",
        takes: &[ID, &[text("VSwitchId").must(), text("PrivateIpAddress")]],
        act: move_to,
    },
    Action {
        name: "ModifyInstanceMetadataOptions",
        takes: &[
            REGION,
            &[
                text("InstanceId"),
                one_of("HttpEndpoint", &["enabled", "disabled"]).must(),
                one_of("HttpTokens", &["optional", "required"]),
                int("HttpPutResponseHopLimit", 1, 64),
            ],
        ],
        act: metadata,
    },
    Action {
        name: "ModifyInstanceAutoReleaseTime",
        takes: &[ID, &[text("RegionId"), text("AutoReleaseTime")]],
        act: auto_release,
    },
    Action {
        name: "JoinSecurityGroup",
        takes: &[MEMBER],
        act: join,
    },
    Action {
        name: "LeaveSecurityGroup",
        takes: &[MEMBER],
        act: leave,
    },
    Action {
        name: "AttachInstanceRamRole",
        takes: &[REGION, ROLE, &[text("RamRoleName").must()]],
        act: attach_role,
    },
    Action {
        name: "DetachInstanceRamRole",
        takes: &[REGION, ROLE, &[text("RamRoleName")]],
        act: detach_role,
    },
    Action {
        name: "DescribeInstanceRamRole",
        takes: &[
            REGION,
            NUMBERED_50,
            &[list("InstanceIds"), text("RamRoleName")],
        ],
        act: roles,
    },
];

const RESTING: &[InstanceState] = &[Running, Stopped];

fn attribute(region: &mut Region, args: &Args) -> Answer {
    let id = args.need("InstanceId")?;
    let mut instance = region.instances.find(id)?.clone();
    if instance.state == InstanceState::Deleting {
        return Err(crate::ground::Table::<Instance>::missing(id).into());
    }
    if let Some(data) = args.text("UserData") {
        in_state(region, id, &[Stopped])?;
        launch::check_user_data(args)?;
        instance.user_data = data.to_owned();
    }
    let groups = args.texts("SecurityGroupIds");
    if !groups.is_empty() {
        launch::check_groups(region, &instance.vpc, &groups)?;
        instance.groups = groups;
    }
    if let Some(protected) = args.flag("DeletionProtection") {
        if instance.charge != "PostPaid" {
            return Err(charge::violation());
        }
        instance.is_protected = protected;
    }
    if let Some(credit) = args.some("CreditSpecification") {
        if instance.credit.is_empty() {
            return Err(Fault::invalid(
                "CreditSpecification",
                "only burstable instance types have one",
            ));
        }
        instance.credit = credit.to_owned();
    }
    instance.has_password |= launch::check_password(args)?;
    args.set_word("InstanceName", &mut instance.name);
    args.set_word("HostName", &mut instance.host_name);
    args.set("Description", &mut instance.description);
    region.instances.put(instance);
    done()
}

fn set_type(region: &Region, instance: &mut Instance, id: &str) -> Result<(), Fault> {
    let kind = launch::instance_type(id)?;
    let mut disks = region.disks.iter();
    if disks.any(|it| it.instance == instance.id && !kind.takes(&it.category)) {
        return Err(Fault::new(
            "InvalidInstanceType.NotSupportDiskCategory",
            "The instance type does not support the categories of the instance's disks.",
        ));
    }
    instance.credit = match kind.baseline {
        Some(_) if instance.credit.is_empty() => "Standard".to_owned(),
        Some(_) => instance.credit.clone(),
        None => String::new(),
    };
    instance.instance_type = kind.id.clone();
    Ok(())
}

fn set_bandwidth(region: &mut Region, instance: &mut Instance, args: &Args) {
    if let Some(bandwidth) = args.int("InternetMaxBandwidthIn") {
        instance.bandwidth_in = bandwidth;
    }
    if let Some(bandwidth) = args.int("InternetMaxBandwidthOut") {
        instance.bandwidth_out = bandwidth;
        if bandwidth > 0 && instance.public_ip.is_none() {
            instance.public_ip = Some(region.new_public_ip());
        }
    }
}

fn spec(region: &mut Region, args: &Args) -> Answer {
    let id = args.need("InstanceId")?;
    let mut instance = in_state(region, id, RESTING)?;
    if instance.charge != "PostPaid" {
        return Err(charge::violation());
    }
    if let Some(kind) = args.some("InstanceType") {
        in_state(region, id, &[Stopped])?;
        set_type(region, &mut instance, kind)?;
    }
    set_bandwidth(region, &mut instance, args);
    region.instances.put(instance);
    done()
}

fn prepaid_spec(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, &[Stopped])?;
    if instance.charge != "PrePaid" {
        return Err(charge::violation());
    }
    set_type(region, &mut instance, args.need("InstanceType")?)?;
    region.instances.put(instance);
    Ok(json!({ "OrderId": charge::order(region) }))
}

fn network_spec(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, RESTING)?;
    set_bandwidth(region, &mut instance, args);
    args.set_word("NetworkChargeType", &mut instance.internet_charge);
    region.instances.put(instance);
    done()
}

/// To another VSwitch of the same zone, or to another address.
fn move_to(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, &[Stopped])?;
    let vswitch = region.vswitches.get(args.need("VSwitchId")?).cloned();
    let vswitch = vswitch.ok_or_else(Fault::no_vswitch)?;
    if vswitch.vpc != instance.vpc || vswitch.zone != instance.zone {
        return Err(Fault::new(
            "InvalidVSwitchId.NotBelongToVpc",
            "The VSwitch is not of the VPC and zone of the instance.",
        ));
    }
    instance.private_ip = region.private_ip(&vswitch, args.some("PrivateIpAddress"))?;
    instance.vswitch = vswitch.id;
    region.instances.put(instance);
    done()
}

fn metadata(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, RESTING)?;
    instance.metadata_endpoint = args.string("HttpEndpoint");
    args.set_word("HttpTokens", &mut instance.metadata_tokens);
    region.instances.put(instance);
    done()
}

fn auto_release(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, RESTING)?;
    if instance.charge != "PostPaid" {
        return Err(charge::violation());
    }
    instance.auto_release = args.string("AutoReleaseTime");
    region.instances.put(instance);
    done()
}

fn join(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, RESTING)?;
    let group = args.need("SecurityGroupId")?.to_owned();
    if instance.groups.contains(&group) {
        return Err(Fault::new(
            "InvalidInstanceId.AlreadyExists",
            "The specified instance is in the security group already.",
        ));
    }
    instance.groups.push(group);
    launch::check_groups(region, &instance.vpc, &instance.groups)?;
    region.instances.put(instance);
    done()
}

fn leave(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, RESTING)?;
    let group = args.need("SecurityGroupId")?;
    if !instance.groups.iter().any(|it| it == group) {
        return Err(Fault::new(
            "InstanceNotInSecurityGroup",
            "The instance is not in the security group.",
        ));
    }
    if instance.groups.len() == 1 {
        return Err(Fault::new(
            "InstanceLastSecurityGroup",
            "The instance is to be in one security group at least.",
        ));
    }
    instance.groups.retain(|it| it != group);
    region.instances.put(instance);
    done()
}

/// Every role exists: RAM is not simulated.
fn attach_role(region: &mut Region, args: &Args) -> Answer {
    set_role(region, args, args.need("RamRoleName")?)
}

fn detach_role(region: &mut Region, args: &Args) -> Answer {
    set_role(region, args, "")
}

fn set_role(region: &mut Region, args: &Args, role: &str) -> Answer {
    let ids = args.json("InstanceIds", 100)?.unwrap_or_default();
    let mut results: Vec<Value> = Vec::new();
    for id in &ids {
        region
            .instances
            .change(id, |it| it.ram_role = role.to_owned())?;
        results.push(json!({
            "InstanceId": id,
            "Success": true,
            "Code": "200",
            "Message": "success",
        }));
    }
    let verb = if role.is_empty() { "Detach" } else { "Attach" };
    let (set, item) = (
        format!("{verb}InstanceRamRoleResults"),
        format!("{verb}InstanceRamRoleResult"),
    );
    let mut answer = json!({
        "RamRoleName": args.string("RamRoleName"),
        "TotalCount": ids.len(),
        "FailCount": 0,
    });
    answer[set] = json!({ item: results });
    Ok(answer)
}

fn roles(region: &mut Region, args: &Args) -> Answer {
    let ids = args.json("InstanceIds", 100)?;
    let rows = region.visible(&region.instances).filter(|it| {
        ids.as_ref().is_none_or(|ids| ids.contains(&it.id))
            && args
                .some("RamRoleName")
                .is_none_or(|role| role == it.ram_role)
    });
    let page = page::numbered(args, rows.collect());
    let mut answer = page::answer(
        page,
        "InstanceRamRoleSets",
        "InstanceRamRoleSet",
        |it| json!({ "InstanceId": it.id, "RamRoleName": it.ram_role }),
    );
    answer["RegionId"] = json!(region.name);
    Ok(answer)
}
