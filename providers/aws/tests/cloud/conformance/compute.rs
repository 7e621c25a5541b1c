//! Samples of machines, their keys and their addresses.

use infra_model::{Record, Value};
use infra_sdk::Provider;

use super::Sample;
use crate::compute::{KEY, machine};
use crate::network::{Net, group, subnet};
use crate::world::{World, gib, list, no_tags, record, text};

/// Another well-formed key.
const OTHER_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4g other@example";

pub async fn key_pair() -> Sample {
    Sample::new(record([("public_key", text(KEY))]))
        .relabelled()
        .step([("name", text("renamed"))])
        .step([("public_key", text(OTHER_KEY))])
}

pub async fn placement_group() -> Sample {
    Sample::new(record([("strategy", text("cluster"))]))
        .relabelled()
        .step([("name", text("renamed"))])
        .step([
            ("strategy", text("partition")),
            ("partitions", Value::Int(3)),
        ])
        .step([
            ("strategy", text("spread")),
            ("partitions", Value::Null),
            ("spread_level", text("rack")),
        ])
}

pub async fn elastic_ip(world: &World) -> Sample {
    let net = Net::new(world).await;
    let door = record([("vpc", net.vpc.id()), no_tags()]);
    let door = world.make("aws.internet_gateway", "door", door).await;
    let jump = group(&net, list([]));
    let jump = world.make("aws.security_group", "jump", jump).await;
    let fields = machine(world, &net, &[&jump]).await;
    let one = world.make("aws.instance", "one", fields.clone()).await;
    let two = world.make("aws.instance", "two", fields).await;
    Sample::new(record([("instance", one.id())]))
        .renamed()
        .step([("instance", two.id())])
        .step([("instance", Value::Null)])
        .before([net.vpc, net.subnet, door, jump, one, two])
}

pub async fn instance(world: &World) -> Sample {
    let net = Net::new(world).await;
    let edge = subnet(&net.vpc, "10.51.2.0/24");
    let edge = world.make("aws.subnet", "edge", edge).await;
    let jump = group(&net, list([]));
    let jump = world.make("aws.security_group", "jump", jump).await;
    let apps = group(&net, list([]));
    let apps = world.make("aws.security_group", "apps", apps).await;
    let key = record([("public_key", text(KEY)), no_tags()]);
    let key = world.make("aws.key_pair", "machine", key).await;
    let near = record([("strategy", text("spread")), no_tags()]);
    let near = world.make("aws.placement_group", "near", near).await;
    Sample::new(record([
        ("type", text("t3.large")),
        ("image", other_image(world, "al2023-ami-*").await),
        ("subnet", net.subnet.id()),
        ("groups", list([jump.id()])),
        ("root_size", gib(10)),
    ]))
    .renamed()
    .step([("groups", list([apps.id(), jump.id()]))])
    .step([("source_dest_check", Value::Bool(false))])
    .step([
        ("metadata", text("optional")),
        ("metadata_hops", Value::Int(2)),
    ])
    .step([("metadata_tags", Value::Bool(true))])
    .step([("metadata", text("off"))])
    .step([("monitoring", Value::Bool(true))])
    .step([("root_size", gib(20))])
    .step([("root_iops", Value::Int(4000))])
    .step([("root_type", text("io2"))])
    .step([("root_type", text("gp3"))])
    .step([("root_throughput", Value::Int(250))])
    .step([("root_keep", Value::Bool(true))])
    .step([("root_keep", Value::Bool(false))])
    .step([("iam_profile", text("desk"))])
    .step([("iam_profile", text("store"))])
    .step([("on_shutdown", text("terminate"))])
    .step([("stop_protection", Value::Bool(true))])
    .step([("stop_protection", Value::Bool(false))])
    .step([("termination_protection", Value::Bool(true))])
    .step([("termination_protection", Value::Bool(false))])
    .step([("type", text("t3.xlarge"))])
    .step([("user_data", text("#!/bin/sh\n"))])
    .step([("running", Value::Bool(false))])
    .step([("running", Value::Bool(true))])
    .step([("image", other_image(world, "debian-12-amd64-*").await)])
    .step([
        ("subnet", edge.id()),
        (
            "private_ip",
            Value::Ip("10.51.2.77".parse().expect("an address")),
        ),
    ])
    .step([("key", key.id()), ("public", Value::Bool(true))])
    .step([
        ("root_encrypted", Value::Bool(false)),
        ("placement_group", near.id()),
    ])
    .step([
        ("root_encrypted", Value::Bool(true)),
        ("root_kms_key", text("alias/desk")),
    ])
    .step([("tenancy", text("dedicated")), ("type", text("m5.large"))])
    .step([("ebs_optimized", Value::Bool(true))])
    .before([net.vpc, net.subnet, edge, jump, apps, key, near])
}

/// The newest image of that name.
pub async fn other_image(world: &World, name: &str) -> Value {
    let fields = record([("name", text(name)), ("newest", Value::Bool(true))]);
    let found: Option<Record> = world
        .provider
        .lookup("aws.image", &fields)
        .await
        .expect("the lookup is answered");
    found.expect("there is such an image")["id"].clone()
}
