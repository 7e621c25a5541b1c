//! Samples of networks.

use infra_model::{Duration, Value};

use super::Sample;
use crate::network::{Net, subnet};
use crate::world::{Made, World, cidr, list, map, no_tags, ports, record, text};

pub async fn vpc() -> Sample {
    Sample::new(record([("range", cidr("10.51.0.0/16"))]))
        .renamed()
        .step([("dns_hostnames", Value::Bool(false))])
        .step([("dns_support", Value::Bool(false))])
        .step([("ipv6", Value::Bool(true))])
        .step([("range", cidr("10.52.0.0/16"))])
        .step([("tenancy", text("dedicated"))])
}

/// A network beside the first.
pub async fn other(world: &World) -> Made {
    let fields = record([("range", cidr("10.60.0.0/16")), no_tags()]);
    world.make("aws.vpc", "other", fields).await
}

pub async fn subnet_of(world: &World) -> Sample {
    let net = Net::new(world).await;
    let other = record([
        ("range", cidr("10.60.0.0/16")),
        ("ipv6", Value::Bool(true)),
        no_tags(),
    ]);
    let other = world.make("aws.vpc", "other", other).await;
    let Value::Cidr(whole) = other.seen["ipv6_range"] else {
        panic!("no range: {:?}", other.seen);
    };
    let part = ipnet::IpNet::new(whole.addr(), 64).expect("a /56 has it");
    let fields = [
        ("vpc", net.vpc.id()),
        ("zone", text("us-west-2a")),
        ("range", cidr("10.51.2.0/24")),
    ];
    Sample::new(record(fields))
        .renamed()
        .step([("public", Value::Bool(true))])
        .step([("range", cidr("10.51.3.0/24"))])
        .step([("zone", text("us-west-2b"))])
        .step([("vpc", other.id()), ("range", cidr("10.60.3.0/24"))])
        .step([("ipv6_range", Value::Cidr(part))])
        .step([("ipv6_range", Value::Null)])
        .before([net.vpc, net.subnet, other])
}

pub async fn internet_gateway(world: &World) -> Sample {
    let net = Net::new(world).await;
    let other = other(world).await;
    Sample::new(record([("vpc", net.vpc.id())]))
        .renamed()
        .step([("vpc", other.id())])
        .before([net.vpc, net.subnet, other])
}

async fn gateway(world: &World, net: &Net) -> Made {
    let fields = record([("vpc", net.vpc.id()), no_tags()]);
    world.make("aws.internet_gateway", "door", fields).await
}

pub async fn flow_log(world: &World) -> Sample {
    let net = Net::new(world).await;
    let group = "arn:aws:logs:us-west-2:123456789012:log-group:desk";
    Sample::new(record([
        ("source", net.vpc.id()),
        ("destination", text("arn:aws:s3:::desk-logs")),
    ]))
    .renamed()
    .step([("source", net.subnet.id())])
    .step([("traffic", text("rejected"))])
    .step([("interval", Value::Duration(Duration(60_000)))])
    .step([("format", text("${srcaddr} ${dstaddr}"))])
    .step([
        ("destination", text(group)),
        ("role", text("arn:aws:iam::123456789012:role/logs")),
    ])
    .before([net.vpc, net.subnet])
}

pub async fn nat_gateway(world: &World) -> Sample {
    let net = Net::new(world).await;
    let edge = subnet(&net.vpc, "10.51.2.0/24");
    let edge = world.make("aws.subnet", "edge", edge).await;
    let door = gateway(world, &net).await;
    let free = || record([no_tags()]);
    let one = world.make("aws.elastic_ip", "one", free()).await;
    let two = world.make("aws.elastic_ip", "two", free()).await;
    Sample::new(record([("subnet", net.subnet.id()), ("address", one.id())]))
        .renamed()
        .step([("address", two.id())])
        .step([(
            "private_ip",
            Value::Ip("10.51.1.77".parse().expect("an address")),
        )])
        .step([
            ("subnet", edge.id()),
            (
                "private_ip",
                Value::Ip("10.51.2.77".parse().expect("an address")),
            ),
        ])
        .step([("kind", text("private")), ("address", Value::Null)])
        .before([net.vpc, net.subnet, edge, door, one, two])
}

pub async fn peering(world: &World) -> Sample {
    let net = Net::new(world).await;
    let other = other(world).await;
    let third = record([("range", cidr("10.70.0.0/16")), no_tags()]);
    let third = world.make("aws.vpc", "third", third).await;
    Sample::new(record([("vpc", net.vpc.id()), ("peer", other.id())]))
        .renamed()
        .step([("peer", third.id())])
        .step([("vpc", other.id())])
        .before([net.vpc, net.subnet, other, third])
}

pub async fn route_table(world: &World) -> Sample {
    let net = Net::new(world).await;
    let edge = subnet(&net.vpc, "10.51.2.0/24");
    let edge = world.make("aws.subnet", "edge", edge).await;
    let other = other(world).await;
    let door = gateway(world, &net).await;
    let between = record([("vpc", net.vpc.id()), ("peer", other.id()), no_tags()]);
    let between = world.make("aws.peering", "between", between).await;
    let route = |to: &str| map([("to", cidr(to)), ("via", door.id())]);
    let beyond = map([("to", cidr("10.60.0.0/16")), ("via", between.id())]);
    Sample::new(record([
        ("vpc", net.vpc.id()),
        ("routes", list([route("0.0.0.0/0")])),
        ("subnets", list([net.subnet.id()])),
    ]))
    .renamed()
    .step([(
        "routes",
        list([route("203.0.113.0/24"), route("198.51.100.0/24"), beyond]),
    )])
    .step([("subnets", list([edge.id(), net.subnet.id()]))])
    .step([("subnets", list([edge.id()]))])
    .step([
        ("vpc", other.id()),
        ("routes", list([])),
        ("subnets", list([])),
    ])
    .before([net.vpc, net.subnet, edge, other, door, between])
}

pub async fn security_group(world: &World) -> Sample {
    let net = Net::new(world).await;
    let other = other(world).await;
    let rule = |side: &str, range: &str, port: &str, note: &str| {
        list([map([
            (side, cidr(range)),
            ("ports", ports([port])),
            ("note", text(note)),
        ])])
    };
    Sample::new(record([("vpc", net.vpc.id())]))
        .relabelled()
        .step([("allow", rule("from", "203.0.113.0/24", "tcp/22", "office"))])
        .step([("allow", rule("from", "203.0.113.0/24", "tcp/22", "home"))])
        .step([("allow_out", rule("to", "10.51.0.0/16", "udp/53", "names"))])
        .step([("description", text("the second"))])
        .step([("name", text("renamed"))])
        .step([("vpc", other.id())])
        .before([net.vpc, net.subnet, other])
}
