//! What hosts are told about their network, and the ways out that IPv6 has.

use infra_model::Value;

use crate::network::Net;
use crate::world::{World, cidr, list, map, no_tags, record, renamed, text};

#[tokio::test]
async fn dhcp_options_and_their_networks() {
    let world = World::new().await;
    if world.moto {
        println!("skipped: moto drops the tags of new DHCP options");
        return;
    }
    let net = Net::new(&world).await;
    let time = Value::Ip("10.51.0.7".parse().expect("an address"));
    let fields = record([
        ("domain_name", text("desk.internal")),
        (
            "name_servers",
            list([text("10.51.0.2"), text("AmazonProvidedDNS")]),
        ),
        ("time_servers", list([time])),
        ("vpcs", list([net.vpc.id()])),
        no_tags(),
    ]);
    let mut set = world
        .make("aws.dhcp_options", "names", fields.clone())
        .await;
    world.change(&mut set, renamed()).await;
    // Its successor takes the network over before it goes.
    let next = world.make("aws.dhcp_options", "next", fields).await;
    world.change(&mut set, record([("vpcs", list([]))])).await;
    assert_eq!(next.seen["vpcs"], list([net.vpc.id()]));
    world.unmake(&set).await;
    world.unmake(&next).await;
    net.unmake(&world).await;
}

#[tokio::test]
async fn wrong_dhcp_options_are_told() {
    let world = World::new().await;
    let fields = record([
        ("name_servers", list([text("ns1"), text("10.0.0.2")])),
        no_tags(),
    ]);
    let problems = infra_sdk::Provider::validate(&world.provider, "aws.dhcp_options", &fields);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let fields = record([("name_servers", list([])), ("tags", map([]))]);
    let problems = infra_sdk::Provider::validate(&world.provider, "aws.dhcp_options", &fields);
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[tokio::test]
async fn ipv6_and_the_door_that_opens_from_inside() {
    let world = World::new().await;
    if world.moto {
        println!("skipped: moto does not answer the state of a subnet's IPv6 range");
        return;
    }
    let mut net = Net::new(&world).await;
    let on = |on: bool| record([("ipv6", Value::Bool(on))]);
    world.change(&mut net.vpc, on(true)).await;
    let Value::Cidr(ipnet::IpNet::V6(whole)) = net.vpc.seen["ipv6_range"] else {
        panic!("{:?}", net.vpc.seen);
    };
    assert_eq!(whole.prefix_len(), 56);
    let mut parts = whole.subnets(64).expect("a /56 has them");
    for range in parts.by_ref().take(2) {
        let range = Value::Cidr(range.into());
        world
            .change(&mut net.subnet, record([("ipv6_range", range)]))
            .await;
    }
    let fields = record([("vpc", net.vpc.id()), no_tags()]);
    let mut door = world.make("aws.egress_only_gateway", "out", fields).await;
    world.change(&mut door, renamed()).await;
    let fields = record([
        ("vpc", net.vpc.id()),
        (
            "routes",
            list([map([("to", cidr("::/0")), ("via", door.id())])]),
        ),
        ("subnets", list([])),
        no_tags(),
    ]);
    let table = world.make("aws.route_table", "out", fields).await;
    world.unmake(&table).await;
    world.unmake(&door).await;
    world.unmake(&net.subnet).await;
    world.change(&mut net.vpc, on(false)).await;
    world.unmake(&net.vpc).await;

    let fields = record([
        ("range", cidr("10.52.0.0/16")),
        ("ipv6", Value::Bool(true)),
        no_tags(),
    ]);
    let vpc = world.make("aws.vpc", "both", fields).await;
    assert!(vpc.seen.contains_key("ipv6_range"));
    world.unmake(&vpc).await;
}
