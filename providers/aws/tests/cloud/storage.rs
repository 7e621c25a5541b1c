//! Volumes, attachments, snapshots, and swap.

use infra_model::Value;
use infra_sdk::Provider;

use crate::compute::machine;
use crate::network::{Net, group};
use crate::world::{World, gib, list, map, no_tags, record, text};

pub fn volume(size: u64) -> infra_model::Record {
    record([
        ("zone", text("us-west-2a")),
        ("size", gib(size)),
        ("type", text("gp3")),
        ("encrypted", Value::Bool(true)),
        ("multi_attach", Value::Bool(false)),
        no_tags(),
    ])
}

#[tokio::test]
async fn a_volume_in_the_hands_of_a_machine() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let store = world
        .make("aws.security_group", "store", group(&net, list([])))
        .await;
    let host = world
        .make(
            "aws.instance",
            "host",
            machine(&world, &net, &[&store]).await,
        )
        .await;
    let disk = world.make("aws.volume", "data", volume(20)).await;
    let fields = |stop: bool| {
        record([
            ("instance", host.id()),
            ("volume", disk.id()),
            ("device", text("/dev/sdf")),
            ("delete_with_instance", Value::Bool(stop)),
            ("force_detach", Value::Bool(false)),
            ("stop_to_detach", Value::Bool(stop)),
        ])
    };
    let mut attached = world.make("aws.attachment", "data", fields(false)).await;
    assert_eq!(attached.id, format!("{}:{}", host.id, disk.id));
    world
        .change(
            &mut attached,
            record([("delete_with_instance", Value::Bool(true))]),
        )
        .await;
    world
        .change(
            &mut attached,
            record([("delete_with_instance", Value::Bool(false))]),
        )
        .await;
    world.unmake(&attached).await;
    let attached = world.make("aws.attachment", "data", fields(true)).await;
    world.unmake(&attached).await;
    let infra_sdk::Observed::Present(seen) = world.read(&host).await else {
        panic!("the host is there")
    };
    assert_eq!(
        seen["running"],
        Value::Bool(false),
        "it was stopped to let go of the disk"
    );
    let attached = world.make("aws.attachment", "again", fields(true)).await;
    let infra_sdk::Observed::Present(seen) = world.read(&host).await else {
        panic!("the host is there")
    };
    assert_eq!(
        seen["running"],
        Value::Bool(true),
        "the next disk starts it again"
    );
    assert_eq!(seen["tags"], host.seen["tags"]);
    world.unmake(&attached).await;
    for _ in 0..2 {
        world.provider.conclude().await.expect("nothing is open");
    }
    let infra_sdk::Observed::Present(seen) = world.read(&host).await else {
        panic!("the host is there")
    };
    assert_eq!(
        seen["running"],
        Value::Bool(true),
        "no disk came, so the end of the apply starts it again"
    );
    assert_eq!(seen["tags"], host.seen["tags"]);
    for made in [&disk, &host, &store] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

#[tokio::test]
async fn swap_from_the_first_byte() {
    let world = World::new().await;
    let mut fields = volume(16);
    fields.insert("format".to_owned(), text("swap"));
    let [companion] = &world.provider.companions("aws.volume", &fields)[..] else {
        panic!("a swap volume has one companion")
    };
    let name = companion
        .address
        .key
        .clone()
        .expect("the companion's address has a key");
    let snapshot = world
        .make("aws.snapshot", &name, companion.fields.clone())
        .await;
    assert_eq!(companion.field, "snapshot");
    fields.insert("snapshot".to_owned(), snapshot.id());
    let mut swap = world.make("aws.volume", "swap", fields).await;
    assert_eq!(swap.seen["label"], text("swap"));
    world
        .change(
            &mut swap,
            record([("tags", map([("stage", text("test"))]))]),
        )
        .await;
    world.unmake(&swap).await;
    world.unmake(&snapshot).await;
}
