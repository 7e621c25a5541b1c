//! `aws.vpc_endpoint`: CreateVpcEndpoint, DescribeVpcEndpoints, DeleteVpcEndpoints; changing is in
//! `vpc_endpoint_change.rs`.

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, VpcEndpoint as Described, VpcEndpointType};
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Trace, Update};

use super::vpc_endpoint_change as change;
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{Selection, filter};
use crate::{error, policy, tags};

pub(super) struct VpcEndpoint;

/// How the names of Amazon's own services begin.
const AMAZON: &str = "com.amazonaws.";
/// "Gateway endpoints": the services that have them.
const GATEWAY_SERVICES: [&str; 3] = ["dynamodb", "s3", "s3express"];

#[async_trait]
impl Kind for VpcEndpoint {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    /// A service of Amazon's is written with and without the region's name before it, and a policy in many ways. The
    /// policy that AWS gives where none was wanted is none.
    fn canonical(&self, fields: &mut Record) {
        if let Some(Value::String(service)) = fields.get_mut("service") {
            *service = short_name(service).to_owned();
        }
        let Some(Value::String(text)) = fields.get_mut("policy") else {
            return;
        };
        let canonical = policy::canonical(text);
        if policy::is_open(&canonical) {
            fields.insert("policy".to_owned(), Value::Null);
        } else {
            *text = canonical;
        }
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let Some(kind) = fields.text("kind") else {
            return;
        };
        let gateway = kind == "gateway";
        let (other, foreign) = match gateway {
            true => ("interface", &["subnets", "groups", "private_dns"][..]),
            false => ("gateway", &["route_tables"][..]),
        };
        for name in foreign {
            if fields.get(name).is_some() && !fields.is_empty_list(name) {
                problems.push(format!(
                    "`{name}` is for endpoints of the kind `{other}`, and this one is a `{kind}`"
                ));
            }
        }
        if let Some(service) = fields.text("service")
            && gateway
            && !GATEWAY_SERVICES.contains(&short_name(&service))
        {
            problems.push(format!(
                "there is no gateway to `{service}`, only to `s3` and `dynamodb`; write `kind = interface`"
            ));
        }
        if fields.is_empty_list("groups") {
            problems.push("`groups` must name one security group at least".to_owned());
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("vpc-endpoint-id");
        let all = cloud
            .pages(
                "DescribeVpcEndpoints",
                |next| {
                    let call = cloud.ec2.describe_vpc_endpoints();
                    let call = call.set_filters(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.vpc_endpoints, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let (vpc, service) = (fields.must("vpc")?, fields.must("service")?);
        let service = full_name(&cloud.region, &service);
        let kind = match fields.text("kind").as_deref() {
            Some("gateway") => VpcEndpointType::Gateway,
            _ => VpcEndpointType::Interface,
        };
        let some = |name: &str| Some(fields.texts(name)).filter(|ids| !ids.is_empty());
        let tags = tags::specification(ResourceType::VpcEndpoint, &tags::of_new(cloud, order));
        let answer = cloud
            .change("CreateVpcEndpoint", || {
                let call = cloud.ec2.create_vpc_endpoint().client_token(&order.token);
                let call = call.vpc_id(&vpc).service_name(&service);
                let call = call.vpc_endpoint_type(kind.clone());
                let call = call.set_route_table_ids(some("route_tables"));
                let call = call.set_subnet_ids(some("subnets"));
                let call = call.set_security_group_ids(some("groups"));
                let call = call.set_private_dns_enabled(fields.flag("private_dns"));
                let call = call.set_policy_document(fields.text("policy"));
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .vpc_endpoint
            .and_then(|endpoint| endpoint.vpc_endpoint_id)
            .ok_or_else(|| incomplete("CreateVpcEndpoint", "the endpoint's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        available(cloud, &order.id).await.map(|_| ())
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        change::update(cloud, order).await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || delete_once(cloud, &order.id)).await?;
        let what = "for the VPC endpoint and its network interfaces to be deleted";
        wait::until(cloud, what, wait::STEP, || async {
            let endpoint = describe_one(cloud, &order.id).await?;
            Ok(endpoint.is_none_or(|it| is(&it, "deleted")).then_some(()))
        })
        .await
    }
}

/// The call succeeds as a whole and tells the failure of each endpoint.
async fn delete_once(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    let action = "DeleteVpcEndpoints";
    let answer = cloud
        .change(action, || {
            cloud.ec2.delete_vpc_endpoints().vpc_endpoint_ids(id).send()
        })
        .await?;
    let refused = answer.unsuccessful.unwrap_or_default().pop();
    match refused.and_then(|item| item.error) {
        None => Ok(()),
        Some(error) => Err(error::item(
            action,
            error.code.as_deref().unwrap_or_default(),
            error.message.as_deref().unwrap_or_default(),
        )),
    }
}

/// `com.amazonaws.us-west-2.ecr.api` is `ecr.api`; what others offer keeps its whole name.
fn short_name(service: &str) -> &str {
    let own = service.strip_prefix(AMAZON);
    match own.and_then(|rest| rest.split_once('.')) {
        Some((region, name)) if region != "vpce" => name,
        _ => service,
    }
}

fn full_name(region: &str, service: &str) -> String {
    // Whole names of China's regions begin with `cn.`.
    let whole = [AMAZON, "cn.com.amazonaws."];
    match whole.iter().any(|start| service.starts_with(start)) {
        true => service.to_owned(),
        false => format!("{AMAZON}{region}.{service}"),
    }
}

/// AWS sends states in lower case, and its API's model has them capitalised.
fn is(endpoint: &Described, state: &str) -> bool {
    let known = endpoint.state.as_ref();
    known.is_some_and(|known| known.as_str().eq_ignore_ascii_case(state))
}

/// Waits until the endpoint is there, or its owner has to accept it.
pub(super) async fn available(cloud: &Cloud, id: &str) -> Result<Described, Failure> {
    let what = "for the VPC endpoint to be available";
    wait::until(cloud, what, wait::STEP, || async {
        let Some(endpoint) = describe_one(cloud, id).await? else {
            return Ok(None);
        };
        if ["failed", "rejected", "expired", "deleting", "deleted"]
            .iter()
            .any(|state| is(&endpoint, state))
        {
            return Err(ended(&endpoint));
        }
        let ready = is(&endpoint, "available") || is(&endpoint, "pendingAcceptance");
        Ok(ready.then_some(endpoint))
    })
    .await
}

fn ended(endpoint: &Described) -> Failure {
    let why = endpoint.last_error.as_ref();
    let state = endpoint
        .state
        .as_ref()
        .map_or("gone", |state| state.as_str());
    let message = match why.and_then(|why| why.message.as_deref()) {
        Some(why) => format!("the VPC endpoint is {state}: {why}"),
        None => format!("the VPC endpoint is {state}, and AWS does not say why"),
    };
    let mut failure = Failure::new(FailureKind::State, message);
    failure.code = why.and_then(|why| why.code.clone()).unwrap_or_default();
    failure
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let by_id = filter("vpc-endpoint-id", [id.to_owned()]);
    let answer = cloud
        .read("DescribeVpcEndpoints", || {
            let call = cloud.ec2.describe_vpc_endpoints();
            call.filters(by_id.clone()).send()
        })
        .await?;
    Ok(answer.vpc_endpoints.unwrap_or_default().pop())
}

/// The groups of its network interfaces, sorted.
pub(super) fn groups_of(endpoint: &Described) -> Vec<String> {
    let groups = endpoint.groups().iter();
    sorted(groups.filter_map(|group| group.group_id.clone()).collect())
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids
}

fn seen(endpoint: Described) -> Option<Seen> {
    let over = ["deleting", "deleted", "failed", "rejected", "expired"];
    if over.iter().any(|state| is(&endpoint, state)) {
        return None;
    }
    let gateway = endpoint.vpc_endpoint_type == Some(VpcEndpointType::Gateway);
    let groups = groups_of(&endpoint);
    let ids = |ids: &[String]| sorted(ids.to_vec());
    let (tables, subnets) = (ids(endpoint.route_table_ids()), ids(endpoint.subnet_ids()));
    let cards = ids(endpoint.network_interface_ids());
    let dns_name = endpoint.dns_entries().first();
    let dns_name = dns_name.and_then(|entry| entry.dns_name.clone());
    let kind = if gateway { "gateway" } else { "interface" };
    let seen = tags::seen(endpoint.vpc_endpoint_id?, endpoint.tags)
        .text("vpc", endpoint.vpc_id)
        .text("service", endpoint.service_name.as_deref().map(short_name))
        .text("kind", Some(kind))
        .texts("route_tables", tables)
        .texts("subnets", subnets)
        .text("policy", endpoint.policy_document)
        .text("dns_name", dns_name)
        .texts("network_interfaces", cards);
    Some(match gateway {
        true => seen,
        false => seen
            .texts("groups", groups)
            .flag("private_dns", endpoint.private_dns_enabled),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_of_amazons_needs_no_region_before_it() {
        assert_eq!(short_name("com.amazonaws.us-west-2.ecr.api"), "ecr.api");
        assert_eq!(short_name("s3"), "s3");
        let others = "com.amazonaws.vpce.us-west-2.vpce-svc-1";
        assert_eq!(short_name(others), others);
        assert_eq!(
            full_name("us-west-2", "ecr.api"),
            "com.amazonaws.us-west-2.ecr.api"
        );
        assert_eq!(full_name("us-west-2", others), others);
    }

    #[test]
    fn what_belongs_to_the_other_kind_is_told() {
        let fields = |kind: &str, service: &str| {
            Record::from([
                ("kind".to_owned(), Value::string(kind)),
                ("service".to_owned(), Value::string(service)),
                (
                    "groups".to_owned(),
                    Value::List(vec![Value::string("sg-1")]),
                ),
                ("route_tables".to_owned(), Value::List(Vec::new())),
            ])
        };
        let problems = |kind: &str, service: &str| {
            let mut problems = Vec::new();
            VpcEndpoint.validate(Fields(&fields(kind, service)), &mut problems);
            problems.len()
        };
        assert_eq!(problems("interface", "ec2"), 0);
        assert_eq!(problems("gateway", "s3"), 1);
        assert_eq!(problems("gateway", "ec2"), 2);
    }
}
