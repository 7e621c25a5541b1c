//! Lookups of networks, subnets and security groups that exist.

use infra_model::{Record, Value};
use infra_provider::{FailureKind, Provider};

use crate::network::{Net, group};
use crate::world::{World, cidr, list, map, record, renamed, text};

async fn found(world: &World, type_name: &str, fields: &Record) -> Option<Value> {
    let found = world.provider.lookup(type_name, fields).await;
    let found = found.unwrap_or_else(|failure| panic!("{type_name}: {failure}"));
    found.map(|record| record["id"].clone())
}

#[tokio::test]
async fn networks_are_found_by_what_is_known_of_them() {
    let world = World::new().await;
    let mut net = Net::new(&world).await;
    world.change(&mut net.vpc, renamed()).await;
    let tagged = map([("stage", text("test"))]);
    let filters = map([("cidr", list([text("10.51.*")]))]);
    for fields in [
        record([("vpc", net.vpc.id())]),
        record([("name", text("rename?")), ("range", cidr("10.51.0.0/16"))]),
        record([
            ("tags", tagged),
            ("is_default", Value::Bool(false)),
            ("vpc", net.vpc.id()),
        ]),
        record([("filters", filters), ("vpc", net.vpc.id())]),
    ] {
        if world.moto && !fields.contains_key("vpc") {
            // One moto serves many tests, whose networks look alike.
            continue;
        }
        assert_eq!(
            found(&world, "aws.vpc", &fields).await,
            Some(net.vpc.id()),
            "{fields:?}"
        );
    }
    let nothing = record([("vpc", text("vpc-0123456789abcdef0"))]);
    assert_eq!(found(&world, "aws.vpc", &nothing).await, None);
    let failure = world
        .provider
        .lookup("aws.vpc", &Record::new())
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert!(failure.message.contains("match, such as vpc-"), "{failure}");
    net.unmake(&world).await;
}

#[tokio::test]
async fn subnets_and_groups_are_found_in_their_network() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let made = world
        .make("aws.security_group", "jump", group(&net, list([])))
        .await;
    let within = record([("vpc", net.vpc.id()), ("zone", text("us-west-2a"))]);
    assert_eq!(
        found(&world, "aws.subnet", &within).await,
        Some(net.subnet.id())
    );
    let elsewhere = record([("vpc", net.vpc.id()), ("zone", text("us-west-2b"))]);
    assert_eq!(found(&world, "aws.subnet", &elsewhere).await, None);
    let named = record([("vpc", net.vpc.id()), ("name", made.seen["name"].clone())]);
    assert_eq!(
        found(&world, "aws.security_group", &named).await,
        Some(made.id())
    );
    let by_id = record([("group", made.id())]);
    let read = world.provider.lookup("aws.security_group", &by_id).await;
    let read = read.expect("it is there").expect("it is there");
    assert_eq!(read["vpc"], net.vpc.id());
    world.unmake(&made).await;
    net.unmake(&world).await;
}
