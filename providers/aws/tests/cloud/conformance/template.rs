//! A sample of recipes for machines.

use infra_model::Value;

use super::Sample;
use super::compute::other_image;
use crate::compute::KEY;
use crate::network::{Net, group};
use crate::storage::volume;
use crate::world::{World, gib, list, map, no_tags, record, text};

pub async fn launch_template(world: &World) -> Sample {
    let net = Net::new(world).await;
    let jump = group(&net, list([]));
    let jump = world.make("aws.security_group", "jump", jump).await;
    let apps = group(&net, list([]));
    let apps = world.make("aws.security_group", "apps", apps).await;
    let key = record([("public_key", text(KEY)), no_tags()]);
    let key = world.make("aws.key_pair", "machine", key).await;
    let near = record([("strategy", text("spread")), no_tags()]);
    let near = world.make("aws.placement_group", "near", near).await;
    let disk = world.make("aws.volume", "disk", volume(8)).await;
    let copy = record([("volume", disk.id()), no_tags()]);
    let copy = world.make("aws.snapshot", "copy", copy).await;
    let image = other_image(world, "al2023-ami-*").await;
    let (yes, no) = (Value::Bool(true), Value::Bool(false));
    let data = map([
        ("size", gib(20)),
        ("type", text("gp3")),
        ("iops", Value::Int(4000)),
        ("throughput", Value::Int(250)),
        ("snapshot", copy.id()),
        ("encrypted", yes.clone()),
        ("kms_key", text("alias/desk")),
        ("delete_with_instance", no.clone()),
    ]);
    let root = map([("size", gib(30))]);
    let whole = map([
        ("type", text("m5.large")),
        ("image", image.clone()),
        ("key", key.id()),
        ("groups", list([jump.id(), apps.id()])),
        ("disks", map([("/dev/xvda", root), ("/dev/sdf", data)])),
        ("user_data", text("#!/bin/sh\necho \"ä\"\n")),
        ("iam_profile", text("desk")),
        ("metadata", text("optional")),
        ("metadata_hops", Value::Int(2)),
        ("metadata_tags", yes.clone()),
        ("termination_protection", yes.clone()),
        ("stop_protection", no.clone()),
        ("on_shutdown", text("terminate")),
        ("monitoring", yes),
        ("ebs_optimized", no),
        ("tenancy", text("dedicated")),
        ("placement_group", near.id()),
        ("tags", map([("stage", text("test"))])),
    ]);
    let small = map([("type", text("t3.micro")), ("image", image)]);
    Sample::new(record([("launch", small.clone())]))
        .relabelled()
        .step([("description", text("the second"))])
        .step([("launch", whole)])
        .step([("launch", map([("metadata", text("off"))]))])
        // What was said before is said again: another version all the same.
        .step([("launch", small)])
        .step([("name", text("renamed"))])
        .before([net.vpc, net.subnet, jump, apps, key, near, disk, copy])
}
