//! Describing instances.

use std::collections::BTreeMap;

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe, Page};
use crate::aws::ec2::{instance_show, interface};
use crate::aws::fault::Fault;
use crate::aws::filter::{FilterTable, Filters, one, some};
use crate::aws::world::{Instance, InstanceState, Interface, Region};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

const INSTANCES: Describe<Instance> = Describe {
    set: "instancesSet",
    ids: "InstanceId",
    page: Some((5, 1000)),
    filters: &[
        ("instance-id", |_, instance| one(&instance.id)),
        ("architecture", |region, instance| {
            some(instance_show::architecture(region, instance))
        }),
        ("availability-zone", |_, instance| one(&instance.zone)),
        ("block-device-mapping.device-name", |_, instance| {
            instance
                .devices
                .iter()
                .map(|(name, _)| name.clone())
                .collect()
        }),
        ("block-device-mapping.volume-id", |_, instance| {
            instance
                .devices
                .iter()
                .map(|(_, volume)| volume.clone())
                .collect()
        }),
        ("client-token", |_, instance| {
            some(instance.client_token.as_ref())
        }),
        ("dns-name", |region, i| {
            ports(region, i)
                .filter_map(|port| interface::public_name(region, port))
                .collect()
        }),
        ("group-id", groups),
        ("iam-instance-profile.arn", |_, i| {
            some(i.profile.as_ref().map(|profile| &profile.arn))
        }),
        ("placement-group-name", |_, i| {
            some(i.placement_group.as_ref())
        }),
        ("image-id", |_, instance| one(&instance.image)),
        ("instance-lifecycle", |_, _| Vec::new()),
        ("instance-state-code", |_, instance| {
            one(instance.state.code())
        }),
        ("instance-state-name", |_, instance| one(instance.state)),
        ("instance-type", |_, instance| one(&instance.kind)),
        ("instance.group-id", groups),
        ("instance.group-name", group_names),
        ("group-name", group_names),
        ("ip-address", |region, i| {
            ports(region, i)
                .filter_map(|port| Some(port.public.as_ref()?.ip.to_string()))
                .collect()
        }),
        ("key-name", |_, instance| some(instance.key.as_ref())),
        ("launch-index", |_, instance| one(instance.launch_index)),
        ("launch-time", |_, instance| one(iso(instance.launched_ms))),
        ("metadata-options.http-tokens", |_, instance| {
            one(&instance.metadata.tokens)
        }),
        ("monitoring-state", |_, instance| {
            one(if instance.monitored {
                "enabled"
            } else {
                "disabled"
            })
        }),
        ("network-interface.network-interface-id", |_, instance| {
            instance.interfaces.clone()
        }),
        ("network-interface.subnet-id", |region, i| {
            ports(region, i).map(|port| port.subnet.clone()).collect()
        }),
        ("network-interface.vpc-id", |region, i| {
            ports(region, i).map(|port| port.vpc.clone()).collect()
        }),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("private-dns-name", |region, i| {
            ports(region, i)
                .map(|port| interface::private_name(region, port.ip))
                .collect()
        }),
        ("private-ip-address", |region, i| {
            ports(region, i).map(|port| port.ip.to_string()).collect()
        }),
        ("reservation-id", |_, instance| one(&instance.reservation)),
        ("root-device-name", |_, instance| one(&instance.root_device)),
        ("root-device-type", |_, _| one("ebs")),
        ("subnet-id", |_, instance| one(&instance.subnet)),
        ("tenancy", |_, instance| one(&instance.tenancy)),
        ("virtualization-type", |_, _| one("hvm")),
        ("vpc-id", |_, instance| one(&instance.vpc)),
    ],
    table: |region| &region.instances,
    show: instance_show::show,
};

fn ports<'r>(region: &'r Region, instance: &'r Instance) -> impl Iterator<Item = &'r Interface> {
    instance
        .interfaces
        .iter()
        .filter_map(|id| region.interfaces.get(id))
}

fn groups(region: &Region, instance: &Instance) -> Vec<String> {
    ports(region, instance)
        .flat_map(|port| port.groups.iter().cloned())
        .collect()
}

fn group_names(region: &Region, instance: &Instance) -> Vec<String> {
    groups(region, instance)
        .iter()
        .filter_map(|id| region.security_groups.get(id))
        .map(|group| group.name.clone())
        .collect()
}

/// Instances come in their reservations: those that one launch made.
pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let (rows, next) = INSTANCES.select(region, q)?;
    let mut reservations: BTreeMap<&str, Vec<&Instance>> = BTreeMap::new();
    for row in rows {
        reservations.entry(&row.reservation).or_default().push(row);
    }
    let items = reservations
        .into_iter()
        .map(|(id, instances)| instance_show::reservation(region, id, &instances));
    Ok(Node::new()
        .list("reservationSet", items)
        .maybe("nextToken", next))
}

const STATUS_FILTERS: FilterTable<Instance> = &[
    ("availability-zone", |_, instance| one(&instance.zone)),
    ("instance-state-code", |_, instance| {
        one(instance.state.code())
    }),
    ("instance-state-name", |_, instance| one(instance.state)),
    ("instance-status.status", |region, instance| {
        one(checks(region, instance))
    }),
    ("system-status.status", |region, instance| {
        one(checks(region, instance))
    }),
];

/// How the status checks stand.
fn checks(region: &Region, instance: &Instance) -> &'static str {
    let ready_ms =
        instance.launched_ms + region.timing.instance_ms + region.timing.status_checks_ms;
    match instance.state {
        InstanceState::Running if region.now >= ready_ms => "ok",
        InstanceState::Running => "initializing",
        _ => "not-applicable",
    }
}

pub fn status(region: &mut Region, q: &Query) -> Answer {
    let all = q.flag("IncludeAllInstances")?.unwrap_or(false);
    let filters = Filters::parse(q)?;
    filters.check(STATUS_FILTERS)?;
    let ids = q.texts("InstanceId");
    for id in &ids {
        region.instances.find(id)?;
    }
    let rows: Vec<&Instance> = region
        .instances
        .iter()
        .filter(|instance| ids.is_empty() || ids.contains(&instance.id.as_str()))
        .filter(|instance| all || instance.state == InstanceState::Running)
        .filter(|instance| filters.pass(STATUS_FILTERS, region, *instance))
        .collect();
    let page = Page::parse(q, "instance-status", (5, 1000), !ids.is_empty())?;
    let (rows, next) = page.cut(rows, |instance| &instance.id);
    let items = rows.into_iter().map(|instance| {
        let status = checks(region, instance);
        let detail = match status {
            "ok" => Some("passed"),
            "initializing" => Some("initializing"),
            _ => None,
        };
        let details = detail.map(|word| {
            Node::new()
                .text("name", "reachability")
                .text("status", word)
        });
        let summary = Node::new().text("status", status).list("details", details);
        Node::new()
            .text("instanceId", &instance.id)
            .text("availabilityZone", &instance.zone)
            .node("instanceState", instance_show::state(instance.state))
            .node("systemStatus", summary.clone())
            .node("instanceStatus", summary)
    });
    Ok(Node::new()
        .list("instanceStatusSet", items)
        .maybe("nextToken", next))
}

pub fn credits(region: &mut Region, q: &Query) -> Answer {
    let ids = q.texts("InstanceId");
    for id in &ids {
        if region.instances.find(id)?.cpu_credits.is_none() {
            return Err(Fault::new(
                "InvalidInstanceID.NotBurstable",
                format!("The instance '{id}' has no CPU credits"),
            ));
        }
    }
    let items = region
        .instances
        .iter()
        .filter(|instance| ids.is_empty() || ids.contains(&instance.id.as_str()))
        .filter_map(|instance| {
            let credits = instance.cpu_credits.as_ref()?;
            Some(
                Node::new()
                    .text("instanceId", &instance.id)
                    .text("cpuCredits", credits),
            )
        });
    Ok(Node::new().list("instanceCreditSpecificationSet", items))
}
