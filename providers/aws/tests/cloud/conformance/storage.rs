//! Samples of disks, their copies and who holds them.

use infra_model::{Record, Value};
use infra_sdk::Provider;

use super::Sample;
use crate::compute::machine;
use crate::network::{Net, group};
use crate::storage::volume;
use crate::world::{Made, World, gib, list, no_tags, record, text};

pub async fn volume_of(world: &World) -> Sample {
    let source = world.make("aws.volume", "source", volume(10)).await;
    let copy = record([("volume", source.id()), no_tags()]);
    let copy = world.make("aws.snapshot", "copy", copy).await;
    let swap = swap_area(world).await;
    Sample::new(record([("zone", text("us-west-2a")), ("size", gib(20))]))
        .renamed()
        .step([("size", gib(40))])
        .step([("type", text("io2")), ("iops", Value::Int(4000))])
        .step([("type", text("gp3"))])
        .step([("iops", Value::Int(5000)), ("throughput", Value::Int(250))])
        .step([("zone", text("us-west-2b"))])
        .step([("encrypted", Value::Bool(false))])
        .step([
            ("encrypted", Value::Bool(true)),
            ("kms_key", text("alias/desk")),
        ])
        .step([("snapshot", copy.id())])
        .step([
            ("format", text("swap")),
            ("label", text("other")),
            ("size", gib(16)),
            ("snapshot", swap.id()),
        ])
        .exempt(
            "multi_attach",
            "the simulated cloud has no volumes for several instances",
        )
        .before([source, copy, swap])
}

/// The snapshot that swap volumes of one size and label start from.
async fn swap_area(world: &World) -> Made {
    let mut fields: Record = volume(16);
    fields.insert("format".to_owned(), text("swap"));
    fields.insert("label".to_owned(), text("other"));
    let companion = world.provider.companions("aws.volume", &fields).remove(0);
    world.make("aws.snapshot", "swap", companion.fields).await
}

pub async fn snapshot(world: &World) -> Sample {
    let one = world.make("aws.volume", "one", volume(8)).await;
    let two = world.make("aws.volume", "two", volume(8)).await;
    Sample::new(record([("volume", one.id())]))
        .renamed()
        .step([("description", text("before the move"))])
        .step([("volume", two.id())])
        .step([
            ("volume", Value::Null),
            ("format", text("swap")),
            ("size", gib(4)),
            ("label", text("other")),
        ])
        .step([("size", gib(2))])
        .before([one, two])
}

pub async fn image(world: &World) -> Sample {
    let net = Net::new(world).await;
    let desk = group(&net, list([]));
    let desk = world.make("aws.security_group", "desk", desk).await;
    let fields = machine(world, &net, &[&desk]).await;
    let public = fields["image"].clone();
    let one = world.make("aws.instance", "one", fields.clone()).await;
    let two = world.make("aws.instance", "two", fields).await;
    let abroad = world.connect(record([("region", text("eu-west-1"))])).await;
    let abroad = abroad.expect("the cloud has this region");
    let newest = record([
        ("name", text("debian-12-amd64-*")),
        ("newest", Value::Bool(true)),
    ]);
    let foreign = abroad.lookup("aws.image", &newest).await;
    let foreign = foreign.expect("it is answered").expect("it is there");
    Sample::new(record([("instance", one.id())]))
        .relabelled()
        .step([("description", text("before the move"))])
        .step([("reboot", Value::Bool(false))])
        .step([("name", text("desk (base) 1.0"))])
        .step([("instance", two.id()), ("name", text("desk 2"))])
        .step([
            ("leave_out", list([text("/dev/sdf")])),
            ("name", text("desk 3")),
        ])
        .step([
            ("instance", Value::Null),
            ("leave_out", list([])),
            ("source", public),
            ("name", text("desk 4")),
        ])
        .step([
            ("source", foreign["id"].clone()),
            ("source_region", text("eu-west-1")),
            ("name", text("desk 5")),
        ])
        .step([("encrypted", Value::Bool(true)), ("name", text("desk 6"))])
        .step([("kms_key", text("alias/desk")), ("name", text("desk 7"))])
        .before([net.vpc, net.subnet, desk, one, two])
}

pub async fn attachment(world: &World) -> Sample {
    let net = Net::new(world).await;
    let store = group(&net, list([]));
    let store = world.make("aws.security_group", "store", store).await;
    let fields = machine(world, &net, &[&store]).await;
    let one = world.make("aws.instance", "one", fields.clone()).await;
    let two = world.make("aws.instance", "two", fields).await;
    let disk = world.make("aws.volume", "disk", volume(8)).await;
    let spare = world.make("aws.volume", "spare", volume(8)).await;
    Sample::new(record([
        ("instance", one.id()),
        ("volume", disk.id()),
        ("device", text("/dev/sdf")),
    ]))
    .step([("delete_with_instance", Value::Bool(true))])
    .step([("delete_with_instance", Value::Bool(false))])
    .step([("force_detach", Value::Bool(true))])
    .step([("stop_to_detach", Value::Bool(true))])
    .step([("device", text("/dev/sdg"))])
    .step([("volume", spare.id())])
    .step([("instance", two.id())])
    .before([net.vpc, net.subnet, store, one, two, disk, spare])
}
