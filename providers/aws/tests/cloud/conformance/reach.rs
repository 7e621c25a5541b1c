//! Samples of what hosts are told about their network, of ways out, and of network interfaces.

use infra_model::Value;

use super::Sample;
use super::network::other;
use crate::compute::machine;
use crate::network::{Net, group, subnet};
use crate::world::{World, cidr, list, map, record, text};

fn ip(text: &str) -> Value {
    Value::Ip(text.parse().expect("an address"))
}

pub async fn dhcp_options(world: &World) -> Sample {
    let net = Net::new(world).await;
    let other = other(world).await;
    Sample::new(record([("vpcs", list([net.vpc.id()]))]))
        .renamed()
        .step([("vpcs", list([other.id(), net.vpc.id()]))])
        .step([("vpcs", list([other.id()]))])
        .step([("domain_name", text("desk.internal"))])
        .step([("name_servers", list([text("10.51.0.2")]))])
        .step([("time_servers", list([ip("10.51.0.7"), ip("10.51.0.6")]))])
        .before([net.vpc, net.subnet, other])
}

pub async fn egress_only_gateway(world: &World) -> Sample {
    let net = Net::new(world).await;
    let other = other(world).await;
    Sample::new(record([("vpc", net.vpc.id())]))
        .renamed()
        .step([("vpc", other.id())])
        .before([net.vpc, net.subnet, other])
}

pub async fn network_interface(world: &World) -> Sample {
    let net = Net::new(world).await;
    let edge = subnet(&net.vpc, "10.51.2.0/24");
    let edge = world.make("aws.subnet", "edge", edge).await;
    let jump = group(&net, list([]));
    let jump = world.make("aws.security_group", "jump", jump).await;
    let apps = group(&net, list([]));
    let apps = world.make("aws.security_group", "apps", apps).await;
    let fields = machine(world, &net, &[&jump]).await;
    let one = world.make("aws.instance", "one", fields.clone()).await;
    let two = world.make("aws.instance", "two", fields).await;
    Sample::new(record([
        ("subnet", net.subnet.id()),
        ("groups", list([jump.id()])),
    ]))
    .renamed()
    .step([("description", text("the second way in"))])
    .step([("further_ips", list([ip("10.51.1.21"), ip("10.51.1.20")]))])
    .step([("further_ips", list([ip("10.51.1.22"), ip("10.51.1.20")]))])
    .step([("groups", list([jump.id(), apps.id()]))])
    .step([("source_dest_check", Value::Bool(false))])
    .step([("instance", one.id())])
    .step([("index", Value::Int(2))])
    .step([("instance", two.id())])
    .step([("private_ip", ip("10.51.1.77"))])
    .step([("instance", Value::Null)])
    .step([
        ("subnet", edge.id()),
        ("private_ip", ip("10.51.2.77")),
        ("further_ips", list([])),
    ])
    .before([net.vpc, net.subnet, edge, jump, apps, one, two])
}

fn entry(number: i64, action: &str, (side, range): (&str, &str), port: &str) -> Value {
    map([
        ("number", Value::Int(number)),
        ("action", text(action)),
        (side, cidr(range)),
        ("ports", Value::Port(port.parse().expect("a port"))),
    ])
}

pub async fn network_acl(world: &World) -> Sample {
    let net = Net::new(world).await;
    let edge = subnet(&net.vpc, "10.51.2.0/24");
    let edge = world.make("aws.subnet", "edge", edge).await;
    let other = other(world).await;
    let web = entry(100, "allow", ("from", "0.0.0.0/0"), "tcp/443");
    let bad = entry(50, "deny", ("from", "198.51.100.0/24"), "all/all");
    let echo = entry(60, "allow", ("from", "10.51.0.0/16"), "icmp/all");
    let web6 = entry(110, "allow", ("from", "::/0"), "icmp/all");
    let back = entry(100, "allow", ("to", "0.0.0.0/0"), "tcp/1024-65535");
    let names = entry(100, "allow", ("to", "10.51.0.2/32"), "udp/53");
    Sample::new(record([
        ("vpc", net.vpc.id()),
        ("inbound", list([web.clone()])),
        ("subnets", list([net.subnet.id()])),
    ]))
    .renamed()
    .step([("inbound", list([web6, bad, web, echo]))])
    .step([("outbound", list([back]))])
    .step([("outbound", list([names]))])
    .step([("subnets", list([edge.id(), net.subnet.id()]))])
    .step([("subnets", list([edge.id()]))])
    .step([
        ("vpc", other.id()),
        ("inbound", list([])),
        ("outbound", list([])),
        ("subnets", list([])),
    ])
    .before([net.vpc, net.subnet, edge, other])
}
