//! Lookups of networks, subnets, security groups, machines, disks and their copies that exist.

use infra_model::{Record, Value};
use infra_sdk::{FailureKind, Provider};

use crate::compute::machine;
use crate::network::{Net, group};
use crate::storage::volume;
use crate::world::{Made, World, cidr, list, map, no_tags, record, renamed, text};

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
    assert!(failure.message.contains("match: vpc-"), "{failure}");
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

/// The message of a lookup that several fit.
async fn several(world: &World, type_name: &str, fields: &Record) -> String {
    let failure = world.provider.lookup(type_name, fields).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid, "{failure}");
    failure.to_string()
}

#[tokio::test]
async fn machines_and_their_disks_are_found() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let jump = world
        .make("aws.security_group", "jump", group(&net, list([])))
        .await;
    let fields = machine(&world, &net, &[&jump]).await;
    let one = world.make("aws.instance", "one", fields.clone()).await;
    let mut two = world.make("aws.instance", "two", fields).await;
    let stopped = record([("running", Value::Bool(false))]);
    world.change(&mut two, stopped).await;
    let name = |made: &Made| ("name", made.seen["name"].clone());
    for (fields, expected) in [
        (record([("instance", one.id())]), &one),
        (record([name(&two), ("subnet", net.subnet.id())]), &two),
        (
            record([("vpc", net.vpc.id()), ("running", Value::Bool(true))]),
            &one,
        ),
        (
            record([("vpc", net.vpc.id()), ("running", Value::Bool(false))]),
            &two,
        ),
    ] {
        let found = found(&world, "aws.instance", &fields).await;
        assert_eq!(found, Some(expected.id()), "{fields:?}");
    }
    let both = record([("vpc", net.vpc.id())]);
    let message = several(&world, "aws.instance", &both).await;
    for made in [&one, &two] {
        assert!(message.contains(&made.id), "{message}");
    }
    let by_id = record([("instance", one.id())]);
    let read = world.provider.lookup("aws.instance", &by_id).await;
    let read = read.expect("it is there").expect("it is there");
    assert_eq!(read["root_volume"], one.seen["root_volume"]);
    assert_eq!(read["root_size"], one.seen["root_size"]);

    let disk = world.make("aws.volume", "disk", volume(8)).await;
    let root = record([("instance", one.id()), ("attached", Value::Bool(true))]);
    assert_eq!(
        found(&world, "aws.volume", &root).await,
        Some(one.seen["root_volume"].clone())
    );
    let free = record([name(&disk), ("attached", Value::Bool(false))]);
    assert_eq!(found(&world, "aws.volume", &free).await, Some(disk.id()));
    let taken = record([name(&disk), ("attached", Value::Bool(true))]);
    assert_eq!(found(&world, "aws.volume", &taken).await, None);
    for made in [&disk, &one, &two, &jump] {
        world.unmake(made).await;
    }
    // A terminated machine is listed for a while, and is none any more.
    assert_eq!(found(&world, "aws.instance", &both).await, None);
    net.unmake(&world).await;
}

#[tokio::test]
async fn the_newest_of_several_snapshots_is_found_when_asked_for() {
    let world = World::new().await;
    let disk = world.make("aws.volume", "disk", volume(8)).await;
    let fields = || record([("volume", disk.id()), no_tags()]);
    let old = world.make("aws.snapshot", "old", fields()).await;
    let new = world.make("aws.snapshot", "new", fields()).await;
    let of_disk = record([("volume", disk.id())]);
    let message = several(&world, "aws.snapshot", &of_disk).await;
    for made in [&old, &new] {
        assert!(message.contains(&made.id), "{message}");
    }
    assert!(message.contains("2 of `aws.snapshot` match"), "{message}");
    let mut newest = of_disk.clone();
    newest.insert("newest".to_owned(), Value::Bool(true));
    let answer = found(&world, "aws.snapshot", &newest).await;
    if !world.moto {
        // moto's snapshots of one second are of one moment.
        assert_eq!(answer, Some(new.id()));
    }
    let named = record([("name", old.seen["name"].clone())]);
    assert_eq!(found(&world, "aws.snapshot", &named).await, Some(old.id()));
    for made in [&old, &new, &disk] {
        world.unmake(made).await;
    }
    assert_eq!(found(&world, "aws.snapshot", &of_disk).await, None);
}
