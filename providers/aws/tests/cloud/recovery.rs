//! What a lost answer leaves behind is found and not made twice.

use infra_model::{Address, Value};
use infra_sdk::{Create, Found, Provider};

use crate::compute::machine;
use crate::network::{Net, group};
use crate::world::{Made, World, cidr, gib, list, map, no_tags, record, text};

#[tokio::test]
async fn what_was_never_made_is_absent() {
    let world = World::new().await;
    for type_name in world.provider.resource_types() {
        let address = Address::root(*type_name, "ghost");
        let fields = record([
            ("instance", text("i-0123456789abcdef0")),
            ("volume", text("vol-0123456789abcdef0")),
        ]);
        let found = world
            .provider
            .find_by_token(&address, "token-of-nothing", Some(&fields))
            .await;
        assert_eq!(found, Ok(Found::Absent), "{type_name}");
    }
}

/// The same order twice, as after a crash between the call and the journal.
#[tokio::test]
async fn an_order_given_twice_makes_one_thing() {
    let world = World::new().await;
    if world.moto {
        println!("skipped: moto has no client tokens");
        return;
    }
    let order = Create {
        address: Address::root("aws.volume", "data"),
        token: "token-given-twice".to_owned(),
        default_name: "desk-data".to_owned(),
        fields: record([
            ("zone", text("us-west-2a")),
            ("size", gib(8)),
            ("type", text("gp3")),
            no_tags(),
        ]),
    };
    let one = world.provider.create(&order).await.unwrap();
    assert_eq!(world.provider.create(&order).await, Ok(one));
    assert_eq!(world.provider.list("aws.volume").await.unwrap().len(), 1);
}

/// Three answers of ten are lost, after the call took effect.
#[tokio::test]
async fn lost_answers_make_nothing_twice() {
    let chaos = "lost=30%,seed=7"
        .parse()
        .expect("a specification of faults");
    let world = World::with(chaos).await;
    if world.moto {
        println!("skipped: moto loses no answers");
        return;
    }
    let net = Net::new(&world).await;
    let address = world
        .make("aws.elastic_ip", "out", record([no_tags()]))
        .await;
    let store = world
        .make("aws.security_group", "store", group(&net, list([])))
        .await;
    let gateway = record([("vpc", net.vpc.id()), no_tags()]);
    let gateway = world.make("aws.internet_gateway", "door", gateway).await;
    let routes = list([map([("to", cidr("0.0.0.0/0")), ("via", gateway.id())])]);
    let fields = record([
        ("vpc", net.vpc.id()),
        ("routes", routes),
        ("subnets", list([net.subnet.id()])),
        no_tags(),
    ]);
    let table = world.make("aws.route_table", "inside", fields).await;
    for (type_name, expected) in [
        ("aws.elastic_ip", 1),
        ("aws.internet_gateway", 1),
        ("aws.subnet", 1),
    ] {
        let made = world.provider.list(type_name).await.unwrap();
        let ours = made.iter().filter(|one| one.program.is_some()).count();
        assert_eq!(ours, expected, "{type_name}");
    }
    for made in [&table, &gateway, &store, &address] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

/// Machines, disks and swap under everything that can go wrong on the way.
#[tokio::test]
async fn machines_and_disks_come_through_faults() {
    let chaos = "lost=10%,throttle=10%,error=5%,reset=5%,seed=9"
        .parse()
        .expect("a specification of faults");
    let world = World::with(chaos).await;
    if world.moto {
        println!("skipped: moto has no faults");
        return;
    }
    let net = Net::new(&world).await;
    let store = world
        .make("aws.security_group", "store", group(&net, list([])))
        .await;
    let mut host = world
        .make(
            "aws.instance",
            "host",
            machine(&world, &net, &[&store]).await,
        )
        .await;
    let disk = record([
        ("zone", text("us-west-2a")),
        ("size", gib(16)),
        ("type", text("gp3")),
        ("encrypted", Value::Bool(true)),
        ("format", text("swap")),
        no_tags(),
    ]);
    let companion = world.provider.companions("aws.volume", &disk).remove(0);
    let snapshot = world.make("aws.snapshot", "swap", companion.fields).await;
    let mut fields = disk.clone();
    fields.insert(companion.field, snapshot.id());
    let swap = world.make("aws.volume", "swap", fields).await;
    let fields = record([
        ("instance", host.id()),
        ("volume", swap.id()),
        ("device", text("/dev/sdp")),
        ("delete_with_instance", Value::Bool(true)),
        ("stop_to_detach", Value::Bool(true)),
    ]);
    let attached = world.make("aws.attachment", "swap", fields).await;
    let changes = record([
        ("type", text("t3.xlarge")),
        ("tags", map([("stage", text("test"))])),
    ]);
    world.change(&mut host, changes).await;
    for (type_name, expected) in [("aws.instance", 1), ("aws.snapshot", 1), ("aws.volume", 2)] {
        let made = world.provider.list(type_name).await.unwrap();
        assert_eq!(
            made.iter().filter(|one| one.program.is_some()).count(),
            expected,
            "{type_name}"
        );
    }
    let all: [&Made; 5] = [&attached, &swap, &snapshot, &host, &store];
    for made in all {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}
