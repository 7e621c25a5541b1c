//! RunInstances.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::disk::{self, Wish};
use super::{attachment, charge, image};
use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::disks;
use crate::aliyun::catalogue::types::{self, InstanceType};
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{
    DESCRIPTION, DRY_RUN, Form, GROUP, Param, REGION, TAGS, TOKEN, digits, flag, int, name, one_of,
    param, text,
};
use crate::aliyun::tags;
use crate::aliyun::world::{
    Disk, DiskState, Image, ImageState, Instance, InstanceState, NetworkState, Region, VSwitch,
};

const MACHINE: &[Param] = &[
    text("InstanceType").must(),
    text("ImageId"),
    text("ImageFamily"),
    name("InstanceName"),
    param("HostName", Form::Sized(2, 64)),
    text("Password"),
    flag("PasswordInherit"),
    text("KeyPairName"),
    text("UserData"),
    text("RamRoleName"),
    one_of("IoOptimized", &["none", "optimized"]),
    one_of("CreditSpecification", &["Standard", "Unlimited"]),
    flag("DeletionProtection"),
    one_of("HttpEndpoint", &["enabled", "disabled"]),
    one_of("HttpTokens", &["optional", "required"]),
    int("HttpPutResponseHopLimit", 1, 64),
    one_of("SecurityEnhancementStrategy", &["Active", "Deactive"]),
    text("AutoReleaseTime"),
    int("Amount", 1, 100),
    int("MinAmount", 1, 100),
    flag("UniqueSuffix"),
];
const NETWORK: &[Param] = &[
    text("VSwitchId"),
    text("ZoneId"),
    text("PrivateIpAddress"),
    text("SecurityGroupId"),
    text("SecurityGroupIds.N"),
    one_of("InternetChargeType", &["PayByTraffic", "PayByBandwidth"]),
    int("InternetMaxBandwidthIn", 1, 100),
    int("InternetMaxBandwidthOut", 0, 100),
];
const MONEY: &[Param] = &[
    one_of("InstanceChargeType", &["PostPaid", "PrePaid"]),
    int("Period", 1, 60),
    one_of("PeriodUnit", &["Week", "Month"]),
    flag("AutoPay"),
    flag("AutoRenew"),
    int("AutoRenewPeriod", 1, 60),
    one_of(
        "SpotStrategy",
        &["NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo"],
    ),
    param("SpotPriceLimit", Form::Float),
    int("SpotDuration", 0, 1),
];
const LEVELS: &[&str] = &["PL0", "PL1", "PL2", "PL3"];
const SYSTEM_DISK: &[Param] = &[
    one_of("SystemDisk.Category", disks::CATEGORIES),
    digits("SystemDisk.Size", 1, 2_048),
    one_of("SystemDisk.PerformanceLevel", LEVELS),
    name("SystemDisk.DiskName"),
    text("SystemDisk.Description"),
    text("SystemDisk.AutoSnapshotPolicyId"),
];
const DATA_DISKS: &[Param] = &[
    one_of("DataDisk.N.Category", disks::CATEGORIES),
    int("DataDisk.N.Size", 1, 65_536),
    one_of("DataDisk.N.PerformanceLevel", LEVELS),
    name("DataDisk.N.DiskName"),
    text("DataDisk.N.Description"),
    text("DataDisk.N.Device"),
    text("DataDisk.N.SnapshotId"),
    text("DataDisk.N.KMSKeyId"),
    text("DataDisk.N.AutoSnapshotPolicyId"),
    flag("DataDisk.N.DeleteWithInstance"),
    flag("DataDisk.N.BurstingEnabled"),
    one_of("DataDisk.N.Encrypted", &["true", "false", "True", "False"]),
    int("DataDisk.N.ProvisionedIops", 0, 1_000_000),
];

pub const ACTIONS: &[Action] = &[Action {
    name: "RunInstances",
    takes: &[
        REGION,
        TOKEN,
        DRY_RUN,
        DESCRIPTION,
        GROUP,
        TAGS,
        MACHINE,
        NETWORK,
        MONEY,
        SYSTEM_DISK,
        DATA_DISKS,
    ],
    act: run,
}];

/// The most bytes of user data.
const USER_DATA: usize = 32 << 10;

/// An instance type that exists.
///
/// # Errors
/// `InvalidInstanceType.ValueNotSupported`.
pub fn instance_type(id: &str) -> Result<&'static InstanceType, Fault> {
    types::find(id).ok_or_else(|| {
        Fault::new(
            "InvalidInstanceType.ValueNotSupported",
            "The specified instanceType is not supported.",
        )
    })
}

fn image_of(region: &Region, args: &Args) -> Result<Image, Fault> {
    let image = match (args.some("ImageId"), args.some("ImageFamily")) {
        (Some(id), _) => image::find(region, id)?,
        (None, Some(family)) => image::newest(region, family).ok_or_else(|| {
            Fault::new(
                "InvalidImageFamily.NotFound",
                "The specified image family does not exist.",
            )
        })?,
        (None, None) => return Err(Fault::missing("ImageId")),
    };
    if image.state != ImageState::Available {
        return Err(Fault::new(
            "IncorrectImageStatus",
            "The status of the image does not support this operation.",
        ));
    }
    if image.architecture != "x86_64" {
        return Err(Fault::new(
            "ImageNotSupportInstanceType",
            "The specified image does not support the specified instance type.",
        ));
    }
    Ok(image)
}

fn vswitch_of(region: &Region, args: &Args) -> Result<VSwitch, Fault> {
    let vswitch = region.vswitches.get(args.need("VSwitchId")?);
    let vswitch = vswitch.filter(|it| it.state != NetworkState::Deleting);
    let vswitch = vswitch.ok_or_else(Fault::no_vswitch)?;
    if vswitch.state != NetworkState::Available {
        return Err(Fault::new(
            "IncorrectVSwitchStatus",
            "The current status of the virtual switch does not support this operation.",
        ));
    }
    if args.some("ZoneId").is_some_and(|zone| zone != vswitch.zone) {
        return Err(Fault::new(
            "InvalidParameter.Conflict",
            "The specified ZoneId and VSwitchId are not of the same zone.",
        ));
    }
    Ok(vswitch.clone())
}

/// Checks that groups are there, of the VPC, and not too many.
///
/// # Errors
/// `MissingParameter`, `InvalidSecurityGroupId.NotFound`, `InvalidParameter.Mismatch`,
/// `SecurityGroupLimitExceed`.
pub fn check_groups(region: &Region, vpc: &str, groups: &[String]) -> Result<(), Fault> {
    if groups.is_empty() {
        return Err(Fault::missing("SecurityGroupId"));
    }
    for id in groups {
        if region.security_groups.find(id)?.vpc != vpc {
            return Err(Fault::new(
                "InvalidParameter.Mismatch",
                "Specified security group and virtual switch are not in the same VPC.",
            ));
        }
    }
    if groups.len() > region.quotas.groups_per_instance {
        return Err(Fault::new(
            "InstanceSecurityGroupLimitExceeded",
            "The maximum number of security groups of an instance is exceeded.",
        ));
    }
    Ok(())
}

/// Passwords have 8 to 30 characters of three kinds out of four.
///
/// # Errors
/// `InvalidPassword.Malformed`.
pub fn check_password(args: &Args) -> Result<bool, Fault> {
    let Some(password) = args.some("Password") else {
        return Ok(false);
    };
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| c.is_ascii_punctuation(),
    ];
    let kinds = kinds
        .iter()
        .filter(|kind| password.contains(**kind))
        .count();
    if (8..=30).contains(&password.chars().count()) && kinds >= 3 {
        return Ok(true);
    }
    Err(Fault::new(
        "InvalidPassword.Malformed",
        "The specified parameter Password is not valid.",
    ))
}

/// User data is Base64 of at most 32 KiB.
///
/// # Errors
/// `InvalidUserData.Base64FormatInvalid`, `InvalidUserData.SizeExceeded`.
pub fn check_user_data(args: &Args) -> Result<(), Fault> {
    let Some(text) = args.some("UserData") else {
        return Ok(());
    };
    let data = STANDARD.decode(text).map_err(|_| {
        Fault::new(
            "InvalidUserData.Base64FormatInvalid",
            "The specified parameter UserData must be base64 encoded.",
        )
    })?;
    if data.len() > USER_DATA {
        return Err(Fault::new(
            "InvalidUserData.SizeExceeded",
            "The specified parameter UserData exceeds the size.",
        ));
    }
    Ok(())
}

pub fn check_key_pair(region: &Region, args: &Args) -> Result<(), Fault> {
    if let Some(name) = args.some("KeyPairName") {
        region.key_pairs.find(name)?;
    }
    Ok(())
}

fn check_policy(region: &Region, args: &Args) -> Result<(), Fault> {
    if let Some(id) = args.some("AutoSnapshotPolicyId") {
        region.policies.find(id)?;
    }
    Ok(())
}

/// What all instances of a request have in common.
struct Plan {
    kind: &'static InstanceType,
    image: Image,
    vswitch: VSwitch,
    groups: Vec<String>,
}

fn plan(region: &Region, args: &Args) -> Result<Plan, Fault> {
    let kind = instance_type(args.need("InstanceType")?)?;
    let image = image_of(region, args)?;
    let vswitch = vswitch_of(region, args)?;
    let mut groups = args.texts("SecurityGroupIds");
    match args.some("SecurityGroupId") {
        Some(_) if !groups.is_empty() => {
            return Err(Fault::new(
                "InvalidParameter.Conflict",
                "SecurityGroupId and SecurityGroupIds do not go together.",
            ));
        }
        Some(id) => groups.push(id.to_owned()),
        None => {}
    }
    check_groups(region, &vswitch.vpc, &groups)?;
    check_user_data(args)?;
    check_key_pair(region, args)?;
    if args.some("CreditSpecification").is_some() && kind.baseline.is_none() {
        return Err(Fault::invalid(
            "CreditSpecification",
            "only burstable instance types have one",
        ));
    }
    Ok(Plan {
        kind,
        image,
        vswitch,
        groups,
    })
}

fn check_vcpus(region: &Region, more: i64) -> Result<(), Fault> {
    let types = region
        .instances
        .iter()
        .filter_map(|it| types::find(&it.instance_type));
    let present: i64 = types.map(|kind| kind.cpus).sum();
    if present + more <= i64::from(region.quotas.vcpus) {
        return Ok(());
    }
    Err(Fault::new(
        "QuotaExceed.ElasticQuota",
        "The number of vCPUs exceeds the quota of the account.",
    ))
}

fn run(region: &mut Region, args: &Args) -> Answer {
    let plan = plan(region, args)?;
    let amount = args.int("Amount").unwrap_or(1);
    if amount > 1 && args.some("PrivateIpAddress").is_some() {
        return Err(Fault::new(
            "InvalidParameter.Conflict",
            "PrivateIpAddress is for one instance only.",
        ));
    }
    check_vcpus(region, amount * plan.kind.cpus)?;
    let mut ids = Vec::new();
    for number in 1..=amount {
        ids.push(launch(region, args, &plan, number)?);
    }
    let mut answer = json!({ "InstanceIdSets": { "InstanceIdSet": ids } });
    if args.some("InstanceChargeType") == Some("PrePaid") {
        answer["OrderId"] = json!(charge::order(region));
    }
    Ok(answer)
}

fn launch(region: &mut Region, args: &Args, plan: &Plan, number: i64) -> Result<String, Fault> {
    let private_ip = region.private_ip(&plan.vswitch, args.some("PrivateIpAddress"))?;
    let id = region.new_id("i");
    let out = args.int("InternetMaxBandwidthOut").unwrap_or(0);
    let public_ip = (out > 0).then(|| region.new_public_ip());
    let suffix = match args.flag("UniqueSuffix") {
        Some(true) if args.int("Amount").unwrap_or(1) > 1 => format!("{number:03}"),
        _ => String::new(),
    };
    let name = match args.some("InstanceName") {
        Some(name) => format!("{name}{suffix}"),
        None => id.clone(),
    };
    let host_name = match args.some("HostName") {
        Some(name) => format!("{name}{suffix}"),
        None => format!("iZ{}Z", id.trim_start_matches("i-")),
    };
    let or = |name: &str, usual: &str| args.some(name).unwrap_or(usual).to_owned();
    let credit = match plan.kind.baseline {
        Some(_) => or("CreditSpecification", "Standard"),
        None => String::new(),
    };
    let bytes = region.new_bytes();
    let mac: Vec<String> = bytes[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let paid = charge::of_launch(region, args)?;
    let instance = Instance {
        name,
        description: args.string("Description"),
        host_name,
        instance_type: plan.kind.id.clone(),
        image: plan.image.id.clone(),
        zone: plan.vswitch.zone.clone(),
        vpc: plan.vswitch.vpc.clone(),
        vswitch: plan.vswitch.id.clone(),
        private_ip,
        public_ip,
        interface: region.new_id("eni"),
        mac: format!("00:16:{}", mac.join(":")),
        groups: plan.groups.clone(),
        key_pair: args.string("KeyPairName"),
        has_password: check_password(args)?,
        user_data: args.string("UserData"),
        ram_role: args.string("RamRoleName"),
        charge: paid.charge,
        expires_ms: paid.expires_ms,
        renewal: paid.renewal,
        spot_strategy: or("SpotStrategy", "NoSpot"),
        internet_charge: or("InternetChargeType", "PayByTraffic"),
        bandwidth_in: args.int("InternetMaxBandwidthIn").unwrap_or(out.max(10)),
        bandwidth_out: out,
        credit,
        is_protected: args.flag("DeletionProtection").unwrap_or(false),
        metadata_tokens: or("HttpTokens", "optional"),
        metadata_endpoint: or("HttpEndpoint", "enabled"),
        auto_release: args.string("AutoReleaseTime"),
        stopped_mode: "Not-applicable".to_owned(),
        state: InstanceState::Pending,
        next: InstanceState::Starting,
        due: region.after(region.timing.instance_ms),
        created_ms: region.now,
        started_ms: None,
        tags: tags::given(args)?,
        id: id.clone(),
    };
    add_disks(region, args, plan, &instance)?;
    region.instances.put(instance);
    Ok(id)
}

fn category(kind: &InstanceType, args: &Args, code: &'static str) -> Result<String, Fault> {
    let category = args.some("Category").unwrap_or("cloud_efficiency");
    if kind.takes(category) {
        return Ok(category.to_owned());
    }
    Err(Fault::new(
        code,
        "The specified disk category is not supported by the instance type.",
    ))
}

fn add_disks(
    region: &mut Region,
    args: &Args,
    plan: &Plan,
    instance: &Instance,
) -> Result<(), Fault> {
    let system = args.group("SystemDisk");
    check_policy(region, &system)?;
    let category_of_system = category(
        plan.kind,
        &system,
        "InvalidSystemDiskCategory.ValueNotSupported",
    )?;
    let wish = Wish {
        args: &system,
        zone: &plan.vswitch.zone,
        is_system: true,
        category: &category_of_system,
        least_gib: plan.image.size_gib,
    };
    let mut disk = disk::furnish(region, &wish)?;
    disk.image = plan.image.id.clone();
    disk.device = "/dev/xvda".to_owned();
    disk.delete_with_instance = true;
    add(region, instance, disk);
    let data = args.list("DataDisk");
    if data.len() > region.quotas.data_disks_per_instance {
        return Err(Fault::new(
            "InstanceDiskNumber.LimitExceed",
            "The total number of specified disks on an instance exceeds the limit.",
        ));
    }
    for one in &data {
        check_policy(region, one)?;
        let category = category(plan.kind, one, "InvalidDataDiskCategory.NotSupported")?;
        let wish = Wish {
            args: one,
            zone: &plan.vswitch.zone,
            is_system: false,
            category: &category,
            least_gib: 0,
        };
        let mut disk = disk::furnish(region, &wish)?;
        disk.device = match one.some("Device") {
            Some(device) => device.to_owned(),
            None => attachment::next_device(region, &instance.id)?,
        };
        // With the instance unless told otherwise: of the three defaults this is the dangerous one.
        disk.delete_with_instance = one.flag("DeleteWithInstance").unwrap_or(true);
        add(region, instance, disk);
    }
    Ok(())
}

fn add(region: &mut Region, instance: &Instance, mut disk: Disk) {
    disk.instance = instance.id.clone();
    disk.charge = instance.charge.clone();
    disk.was_attached = true;
    disk.attached_ms = Some(region.now);
    disk.state = DiskState::Creating;
    disk.due = region.after(region.timing.disk_ms);
    region.disks.put(disk);
}
