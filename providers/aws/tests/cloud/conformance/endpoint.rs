//! A sample of the private ways to services.

use infra_model::Value;

use super::Sample;
use super::network::other;
use crate::network::{Net, group, subnet};
use crate::world::{Made, World, list, no_tags, record, text};

/// A policy with an order of its own.
const READ: &str = r#"{"Statement":[{"Effect":"Allow","Action":["s3:List*","s3:Get*"],"Resource":"*","Principal":"*"}]}"#;

async fn table(world: &World, net: &Net, name: &str) -> Made {
    let fields = record([
        ("vpc", net.vpc.id()),
        ("routes", list([])),
        ("subnets", list([])),
        no_tags(),
    ]);
    world.make("aws.route_table", name, fields).await
}

/// Both kinds: network cards first, and then a gateway.
pub async fn vpc_endpoint(world: &World) -> Sample {
    let net = Net::new(world).await;
    let other = other(world).await;
    let near = subnet(&net.vpc, "10.51.2.0/24");
    let near = world.make("aws.subnet", "near", near).await;
    let mut far = subnet(&net.vpc, "10.51.3.0/24");
    far.insert("zone".to_owned(), text("us-west-2b"));
    let far = world.make("aws.subnet", "far", far).await;
    let jump = group(&net, list([]));
    let jump = world.make("aws.security_group", "jump", jump).await;
    let apps = group(&net, list([]));
    let apps = world.make("aws.security_group", "apps", apps).await;
    let inner = table(world, &net, "inner").await;
    let outer = table(world, &net, "outer").await;
    Sample::new(record([
        ("vpc", net.vpc.id()),
        ("service", text("ec2")),
        ("kind", text("interface")),
        ("subnets", list([net.subnet.id()])),
        ("groups", list([jump.id()])),
    ]))
    .renamed()
    .step([("groups", list([apps.id(), jump.id()]))])
    .step([("groups", list([apps.id()]))])
    .step([("subnets", list([net.subnet.id(), far.id()]))])
    // Another subnet of the same zone, and one that leaves.
    .step([("subnets", list([near.id()]))])
    .step([("private_dns", Value::Bool(false))])
    .step([("private_dns", Value::Bool(true))])
    .step([("policy", text(READ))])
    .step([("policy", Value::Null)])
    .step([("service", text("com.amazonaws.us-west-2.ecr.api"))])
    .step([
        ("kind", text("gateway")),
        ("service", text("s3")),
        ("subnets", list([])),
        ("groups", Value::Null),
        ("private_dns", Value::Null),
        ("route_tables", list([inner.id()])),
    ])
    .step([("route_tables", list([outer.id(), inner.id()]))])
    .step([("route_tables", list([outer.id()]))])
    .step([("vpc", other.id()), ("route_tables", list([]))])
    .before([
        net.vpc, net.subnet, other, near, far, jump, apps, inner, outer,
    ])
}
