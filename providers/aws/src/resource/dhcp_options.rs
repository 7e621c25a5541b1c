//! `aws.dhcp_options`: CreateDhcpOptions, DescribeDhcpOptions, DescribeVpcs, AssociateDhcpOptions, DeleteDhcpOptions.
//!
//! Which set is used is an attribute of the VPC; here it is written beside the set.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    DhcpConfiguration, DhcpOptions as Described, NewDhcpConfiguration, ResourceType,
};
use infra_model::Value;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Update};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{FILTER_VALUES_MAX, Selection, filter};
use crate::tags;

pub(super) struct DhcpOptions;

/// In place of an id: a VPC that uses no set.
const NONE: &str = "default";
/// "DHCP option sets in Amazon VPC": servers of a kind.
const SERVERS_MAX: usize = 4;
/// Amazon's name server.
const AMAZON: &str = "AmazonProvidedDNS";

/// The fields and the options that hold them.
const DOMAIN: (&str, &str) = ("domain_name", "domain-name");
const NAME_SERVERS: (&str, &str) = ("name_servers", "domain-name-servers");
const TIME_SERVERS: (&str, &str) = ("time_servers", "ntp-servers");

#[async_trait]
impl Kind for DhcpOptions {
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        for (field, _) in [NAME_SERVERS, TIME_SERVERS] {
            let many = fields.list(field).len();
            if many > SERVERS_MAX {
                problems.push(format!(
                    "`{field}` has {many} entries, and AWS takes {SERVERS_MAX}"
                ));
            }
        }
        for server in fields.texts(NAME_SERVERS.0) {
            if server != AMAZON && server.parse::<std::net::IpAddr>().is_err() {
                problems.push(format!(
                    "`{server}` in `name_servers` is neither an address nor `{AMAZON}`"
                ));
            }
        }
        let empty = |(field, _): &(&str, &str)| {
            fields
                .get(field)
                .is_none_or(|value| value.as_list().is_some_and(|all| all.is_empty()))
        };
        if [DOMAIN, NAME_SERVERS, TIME_SERVERS].iter().all(empty) {
            problems.push("a set of DHCP options needs one option at least".to_owned());
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("dhcp-options-id");
        let all = cloud
            .pages(
                "DescribeDhcpOptions",
                |next| {
                    let call = cloud.ec2.describe_dhcp_options();
                    let call = call.set_filters(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.dhcp_options, page.next_token),
            )
            .await?;
        let ids: Vec<String> = all
            .iter()
            .filter_map(|set| set.dhcp_options_id.clone())
            .collect();
        let users = users(cloud, &ids).await?;
        Ok(all
            .into_iter()
            .filter_map(|set| seen(set, &users))
            .collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let options = options(Fields(&order.fields));
        let tags = tags::specification(ResourceType::DhcpOptions, &tags::of_new(cloud, order));
        let answer = cloud
            .once("CreateDhcpOptions", || {
                let call = cloud.ec2.create_dhcp_options();
                let call = call.set_dhcp_configurations(Some(options.clone()));
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .dhcp_options
            .and_then(|set| set.dhcp_options_id)
            .ok_or_else(|| incomplete("CreateDhcpOptions", "the set's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        match &order.fields {
            Some(fields) => bring_to(cloud, &order.id, Fields(fields)).await,
            None => Ok(()),
        }
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        if !order.changes("vpcs") {
            return Ok(());
        }
        bring_to(cloud, &order.id, Fields(&order.fields)).await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        for vpc in vpcs_of(cloud, &order.id).await? {
            give_up(cloud, &vpc).await?;
        }
        wait::deletion(cloud, || {
            cloud.change("DeleteDhcpOptions", || {
                let call = cloud.ec2.delete_dhcp_options();
                call.dhcp_options_id(&order.id).send()
            })
        })
        .await
    }
}

fn options(fields: Fields<'_>) -> Vec<NewDhcpConfiguration> {
    let domain = fields.text(DOMAIN.0).into_iter().collect();
    [
        (DOMAIN.1, domain),
        (NAME_SERVERS.1, fields.texts(NAME_SERVERS.0)),
        (TIME_SERVERS.1, fields.texts(TIME_SERVERS.0)),
    ]
    .into_iter()
    .filter(|(_, values): &(_, Vec<String>)| !values.is_empty())
    .map(|(key, values)| {
        let option = NewDhcpConfiguration::builder().key(key);
        option.set_values(Some(values)).build()
    })
    .collect()
}

fn seen(set: Described, users: &BTreeMap<String, Vec<String>>) -> Option<Seen> {
    let id = set.dhcp_options_id?;
    let values = |wanted: &str| -> Vec<String> {
        let options = set.dhcp_configurations.iter().flatten();
        let option = options.filter(|option| option.key.as_deref() == Some(wanted));
        option
            .flat_map(DhcpConfiguration::values)
            .filter_map(|value| value.value.clone())
            .collect()
    };
    let times = values(TIME_SERVERS.1);
    let times = times.iter().filter_map(|ip| ip.parse().ok().map(Value::Ip));
    Some(
        tags::seen(&id, set.tags)
            .text(DOMAIN.0, values(DOMAIN.1).pop())
            .texts(NAME_SERVERS.0, values(NAME_SERVERS.1))
            .value(TIME_SERVERS.0, Some(Value::List(times.collect())))
            .texts("vpcs", users.get(&id).cloned().unwrap_or_default()),
    )
}

/// The VPCs that use each of the sets, sorted.
async fn users(cloud: &Cloud, sets: &[String]) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for some in sets.chunks(FILTER_VALUES_MAX) {
        let by_set = filter("dhcp-options-id", some.iter().cloned());
        let vpcs = cloud
            .pages(
                "DescribeVpcs",
                |next| {
                    let call = cloud.ec2.describe_vpcs().filters(by_set.clone());
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.vpcs, page.next_token),
            )
            .await?;
        for vpc in vpcs {
            if let (Some(set), Some(vpc)) = (vpc.dhcp_options_id, vpc.vpc_id) {
                users.entry(set).or_default().push(vpc);
            }
        }
    }
    users.values_mut().for_each(|vpcs| vpcs.sort_unstable());
    Ok(users)
}

async fn vpcs_of(cloud: &Cloud, set: &str) -> Result<Vec<String>, Failure> {
    let mut users = users(cloud, &[set.to_owned()]).await?;
    Ok(users.remove(set).unwrap_or_default())
}

async fn bring_to(cloud: &Cloud, set: &str, fields: Fields<'_>) -> Result<(), Failure> {
    if fields.get("vpcs").is_none() {
        return Ok(());
    }
    let wanted = fields.texts("vpcs");
    let current = vpcs_of(cloud, set).await?;
    for vpc in wanted.iter().filter(|vpc| !current.contains(vpc)) {
        associate(cloud, set, vpc).await?;
    }
    if current.iter().any(|vpc| !wanted.contains(vpc)) {
        // Another set may have taken some of them meanwhile.
        let current = vpcs_of(cloud, set).await?;
        for vpc in current.iter().filter(|vpc| !wanted.contains(vpc)) {
            give_up(cloud, vpc).await?;
        }
    }
    Ok(())
}

/// A VPC has one set at a time, so this also takes it from another one.
async fn associate(cloud: &Cloud, set: &str, vpc: &str) -> Result<(), Failure> {
    cloud
        .change("AssociateDhcpOptions", || {
            let call = cloud.ec2.associate_dhcp_options();
            call.dhcp_options_id(set).vpc_id(vpc).send()
        })
        .await?;
    Ok(())
}

/// A VPC that is gone uses nothing.
async fn give_up(cloud: &Cloud, vpc: &str) -> Result<(), Failure> {
    match associate(cloud, NONE, vpc).await {
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(()),
        result => result,
    }
}
