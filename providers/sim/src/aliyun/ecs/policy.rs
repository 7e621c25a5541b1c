//! Automatic snapshot policies, whose parameters begin with small letters.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED, Sizes};
use crate::aliyun::param::{GROUP, Param, REGION, TAGS, flag, int, json as list, name, text};
use crate::aliyun::tags;
use crate::aliyun::world::{Policy, Region};
use crate::ground::calendar::second;

const WHERE: &[Param] = &[text("regionId").must()];
const ID: &[Param] = &[text("autoSnapshotPolicyId").must()];
const NAME: &[Param] = &[name("autoSnapshotPolicyName")];
const DISKS: &[Param] = &[list("diskIds").must()];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateAutoSnapshotPolicy",
        takes: &[
            WHERE,
            NAME,
            GROUP,
            TAGS,
            &[
                list("timePoints").must(),
                list("repeatWeekdays").must(),
                int("retentionDays", -1, 65_535).must(),
                flag("EnableCrossRegionCopy"),
            ],
        ],
        act: create,
    },
    Action {
        name: "DescribeAutoSnapshotPolicyEx",
        takes: &[
            REGION,
            GROUP,
            TAGS,
            NUMBERED,
            &[text("AutoSnapshotPolicyId"), text("AutoSnapshotPolicyName")],
        ],
        act: describe,
    },
    Action {
        name: "ModifyAutoSnapshotPolicyEx",
        takes: &[
            WHERE,
            ID,
            NAME,
            &[
                list("timePoints"),
                list("repeatWeekdays"),
                int("retentionDays", -1, 65_535),
                flag("EnableCrossRegionCopy"),
            ],
        ],
        act: modify,
    },
    Action {
        name: "DeleteAutoSnapshotPolicy",
        takes: &[WHERE, ID],
        act: delete,
    },
    Action {
        name: "ApplyAutoSnapshotPolicy",
        takes: &[WHERE, ID, DISKS],
        act: apply,
    },
    Action {
        name: "CancelAutoSnapshotPolicy",
        takes: &[WHERE, DISKS, &[text("autoSnapshotPolicyId")]],
        act: cancel,
    },
    Action {
        name: "DescribeAutoSnapshotPolicyAssociations",
        takes: &[
            REGION,
            &[
                text("AutoSnapshotPolicyId"),
                text("DiskId"),
                text("NextToken"),
                int("MaxResults", 1, i32::MAX as i64),
            ],
        ],
        act: associations,
    },
];

/// Checks a JSON array of numbers written as texts.
fn check(args: &Args, name: &str, least: i64, most: i64) -> Result<(), Fault> {
    let Some(items) = args.json(name, 24)? else {
        return Ok(());
    };
    let fits = |text: &String| text.parse().is_ok_and(|n: i64| (least..=most).contains(&n));
    if !items.is_empty() && items.iter().all(fits) {
        return Ok(());
    }
    let why = format!("it takes numbers from {least} to {most}, written as texts");
    Err(Fault::invalid(name, why))
}

fn check_times(args: &Args) -> Result<(), Fault> {
    check(args, "timePoints", 0, 23)?;
    check(args, "repeatWeekdays", 1, 7)?;
    match args.int("retentionDays") {
        Some(0) => Err(Fault::invalid("retentionDays", "it takes -1 or 1 to 65535")),
        _ => Ok(()),
    }
}

fn create(region: &mut Region, args: &Args) -> Answer {
    check_times(args)?;
    if region.policies.len() >= region.quotas.auto_snapshot_policies {
        return Err(Fault::new(
            "QuotaExceed.AutoSnapshotPolicy",
            "The number of automatic snapshot policies exceeds the limit.",
        ));
    }
    let policy = Policy {
        id: region.new_id("sp"),
        name: args.string("autoSnapshotPolicyName"),
        time_points: args.string("timePoints"),
        weekdays: args.string("repeatWeekdays"),
        retention_days: args.int("retentionDays").unwrap_or(-1),
        created_ms: region.now,
        tags: tags::given(args)?,
    };
    let id = policy.id.clone();
    region.policies.put(policy);
    Ok(json!({ "AutoSnapshotPolicyId": id }))
}

fn show(region: &Region, policy: &Policy) -> Value {
    let disks = region.disks.iter().filter(|it| it.policy == policy.id);
    json!({
        "AutoSnapshotPolicyId": policy.id,
        "AutoSnapshotPolicyName": policy.name,
        "RegionId": region.name,
        "TimePoints": policy.time_points,
        "RepeatWeekdays": policy.weekdays,
        "RetentionDays": policy.retention_days,
        "Status": "Normal",
        "DiskNums": disks.count(),
        "VolumeNums": 0,
        "EnableCrossRegionCopy": false,
        "TargetCopyRegions": "",
        "ResourceGroupId": "",
        "CreationTime": second(policy.created_ms),
        "Tags": tags::prefixed(&policy.tags),
    })
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let rows = region.visible(&region.policies).filter(|it| {
        args.is("AutoSnapshotPolicyId", &it.id)
            && args.is("AutoSnapshotPolicyName", &it.name)
            && tags::match_filter(args, &it.tags)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(
        page,
        "AutoSnapshotPolicies",
        "AutoSnapshotPolicy",
        |it| show(region, it),
    ))
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    check_times(args)?;
    region
        .policies
        .change(args.need("autoSnapshotPolicyId")?, |it| {
            args.set("autoSnapshotPolicyName", &mut it.name);
            args.set_word("timePoints", &mut it.time_points);
            args.set_word("repeatWeekdays", &mut it.weekdays);
            if let Some(days) = args.int("retentionDays") {
                it.retention_days = days;
            }
        })?;
    done()
}

/// The disks of a deleted policy have none.
fn delete(region: &mut Region, args: &Args) -> Answer {
    let id = region
        .policies
        .find(args.need("autoSnapshotPolicyId")?)?
        .id
        .clone();
    let disks = region.disks.iter().filter(|it| it.policy == id);
    let disks: Vec<String> = disks.map(|it| it.id.clone()).collect();
    for disk in disks {
        region.disks.change(&disk, |it| it.policy.clear())?;
    }
    region.policies.remove(&id);
    done()
}

fn apply(region: &mut Region, args: &Args) -> Answer {
    let policy = region
        .policies
        .find(args.need("autoSnapshotPolicyId")?)?
        .id
        .clone();
    for disk in args.json("diskIds", 200)?.unwrap_or_default() {
        region
            .disks
            .change(&disk, |it| it.policy = policy.clone())?;
    }
    done()
}

fn cancel(region: &mut Region, args: &Args) -> Answer {
    for disk in args.json("diskIds", 200)?.unwrap_or_default() {
        region.disks.change(&disk, |it| it.policy.clear())?;
    }
    done()
}

fn associations(region: &mut Region, args: &Args) -> Answer {
    let rows = region.disks.iter().filter(|it| {
        !it.policy.is_empty()
            && args.is("AutoSnapshotPolicyId", &it.policy)
            && args.is("DiskId", &it.id)
    });
    let sizes = Sizes {
        least: 1,
        most: 100,
        usual: 10,
    };
    let page = page::tokens(args, "MaxResults", sizes, rows.collect(), |it| &it.id)?;
    let shown: Vec<Value> = page
        .rows
        .iter()
        .map(|it| json!({ "AutoSnapshotPolicyId": it.policy, "DiskId": it.id }))
        .collect();
    Ok(json!({
        "NextToken": page.about["NextToken"],
        "AutoSnapshotPolicyAssociations": { "AutoSnapshotPolicyAssociation": shown },
    }))
}
