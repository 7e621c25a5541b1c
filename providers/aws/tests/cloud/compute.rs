//! Machines and keys.

use infra_model::{Record, Value};
use infra_sdk::{FailureKind, Observed, Provider, Snapshot, Update};

use crate::network::{Net, group};
use crate::world::{Made, World, gib, list, no_tags, record, renamed, text};

/// A well-formed key that nobody has the other half of.
pub const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f someone@example";

/// An Amazon Linux image, by lookup.
async fn image(world: &World) -> Value {
    let fields = record([
        ("owner", text("amazon")),
        ("name", text("al2023-ami-*")),
        ("newest", Value::Bool(true)),
    ]);
    let fields = if world.moto {
        record([
            ("owner", text("amazon")),
            ("name", text("amzn-ami-hvm-2017*")),
            ("newest", Value::Bool(true)),
        ])
    } else {
        fields
    };
    let found = world
        .provider
        .lookup("aws.image", &fields)
        .await
        .expect("the lookup is answered");
    found.expect("there is such an image")["id"].clone()
}

pub async fn machine(world: &World, net: &Net, groups: &[&Made]) -> Record {
    record([
        ("type", text("t3.large")),
        ("image", image(world).await),
        ("subnet", net.subnet.id()),
        (
            "groups",
            Value::List(groups.iter().map(|group| group.id()).collect()),
        ),
        ("root_size", gib(10)),
        ("root_type", text("gp3")),
        ("root_encrypted", Value::Bool(true)),
        ("root_keep", Value::Bool(false)),
        ("user_data", text("#cloud-config\n")),
        ("metadata", text("required")),
        ("metadata_hops", Value::Int(1)),
        ("metadata_tags", Value::Bool(false)),
        ("termination_protection", Value::Bool(false)),
        ("stop_protection", Value::Bool(false)),
        ("on_shutdown", text("stop")),
        ("running", Value::Bool(true)),
        ("monitoring", Value::Bool(false)),
        ("source_dest_check", Value::Bool(true)),
        ("tenancy", text("default")),
        no_tags(),
    ])
}

#[tokio::test]
async fn a_machine_is_stopped_started_and_protected() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let jump = world
        .make("aws.security_group", "jump", group(&net, list([])))
        .await;
    let apps = world
        .make("aws.security_group", "apps", group(&net, list([])))
        .await;
    let key = world
        .make(
            "aws.key_pair",
            "machine",
            record([("public_key", text(KEY)), no_tags()]),
        )
        .await;
    let mut fields = machine(&world, &net, &[&jump]).await;
    fields.insert("key".to_owned(), key.id());
    let mut host = world.make("aws.instance", "host", fields).await;
    for name in ["zone", "private_ip", "root_volume"] {
        assert!(host.seen.contains_key(name), "`{name}` is read");
    }

    world.change(&mut host, renamed()).await;
    world
        .change(
            &mut host,
            record([("groups", list([apps.id(), jump.id()]))]),
        )
        .await;
    world
        .change(
            &mut host,
            record([("source_dest_check", Value::Bool(false))]),
        )
        .await;
    world
        .change(&mut host, record([("stop_protection", Value::Bool(true))]))
        .await;
    // Protection against stopping goes off before the machine is stopped.
    let mut restart = record([
        ("type", text("t3.xlarge")),
        ("user_data", text("#!/bin/sh\n")),
        ("stop_protection", Value::Bool(false)),
    ]);
    if world.moto {
        // It wants user data encoded twice here.
        restart.remove("user_data");
    }
    world.change(&mut host, restart).await;
    assert_eq!(host.seen["running"], Value::Bool(true), "it runs again");
    world
        .change(&mut host, record([("running", Value::Bool(false))]))
        .await;
    world
        .change(&mut host, record([("type", text("t3.large"))]))
        .await;
    assert_eq!(host.seen["running"], Value::Bool(false), "it stays stopped");
    world
        .change(&mut host, record([("running", Value::Bool(true))]))
        .await;

    world
        .change(
            &mut host,
            record([("termination_protection", Value::Bool(true))]),
        )
        .await;
    let failure = world
        .provider
        .delete(&world.delete_order(&host))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Protected, "{failure}");
    world
        .change(
            &mut host,
            record([("termination_protection", Value::Bool(false))]),
        )
        .await;
    for made in [&host, &key, &jump, &apps] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

/// The cloud refuses the change after the machine was stopped for it.
#[tokio::test]
async fn a_failed_change_leaves_the_machine_as_it_was() {
    let world = World::simulated(infra_sim::Chaos::default()).await;
    let net = Net::new(&world).await;
    let jump = world
        .make("aws.security_group", "jump", group(&net, list([])))
        .await;
    let mut host = world
        .make(
            "aws.instance",
            "host",
            machine(&world, &net, &[&jump]).await,
        )
        .await;
    let refused = [
        record([("type", text("t4g.large"))]),
        record([("type", text("t3.unheard-of"))]),
        record([
            ("type", text("t3.xlarge")),
            ("user_data", text(&"x".repeat(16 * 1024 + 1))),
        ]),
    ];
    for runs in [true, false] {
        world
            .change(&mut host, record([("running", Value::Bool(runs))]))
            .await;
        for changes in &refused {
            let mut fields = host.fields.clone();
            fields.extend(changes.clone());
            let update = Update {
                address: host.address.clone(),
                id: host.id.clone(),
                token: "token-of-the-update".to_owned(),
                prior: host.seen.clone(),
                fields,
                changed: changes.keys().cloned().collect(),
                restart: true,
            };
            let failure = world.provider.update(&update).await.unwrap_err();
            let names: Vec<&String> = changes.keys().collect();
            assert!(!failure.ambiguous, "{names:?}: {failure}");
            let seen = Observed::Present(host.seen.clone());
            assert_eq!(world.read(&host).await, seen, "{names:?}, it runs: {runs}");
        }
    }
    println!(
        "{} refused changes: the machine is as it was",
        refused.len() * 2
    );
    for made in [&host, &jump] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

#[tokio::test]
async fn an_address_that_stays() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let gateway = record([("vpc", net.vpc.id()), no_tags()]);
    let gateway = world.make("aws.internet_gateway", "door", gateway).await;
    let jump = world
        .make("aws.security_group", "jump", group(&net, list([])))
        .await;
    let one = world
        .make("aws.instance", "one", machine(&world, &net, &[&jump]).await)
        .await;
    let other = world
        .make(
            "aws.instance",
            "other",
            machine(&world, &net, &[&jump]).await,
        )
        .await;
    let fields = record([("instance", one.id()), no_tags()]);
    let mut address = world.make("aws.elastic_ip", "jump", fields).await;
    world
        .change(&mut address, record([("instance", other.id())]))
        .await;
    world.change(&mut address, renamed()).await;
    let seen = world.read(&other).await;
    assert!(
        matches!(&seen, Observed::Present(seen) if seen.get("public_ip") == address.seen.get("public_ip")),
        "{seen:?}"
    );
    for made in [&address, &one, &other, &jump, &gateway] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

#[tokio::test]
async fn a_snapshot_of_a_machine_is_of_its_volumes() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let jump = world
        .make("aws.security_group", "jump", group(&net, list([])))
        .await;
    let host = world
        .make(
            "aws.instance",
            "host",
            machine(&world, &net, &[&jump]).await,
        )
        .await;
    let order = Snapshot {
        address: host.address.clone(),
        id: host.id.clone(),
        token: format!("{}-snapshot", world.program),
        prior: host.seen.clone(),
    };
    let copies = world
        .provider
        .snapshot(&order)
        .await
        .expect("the copy is complete");
    assert_eq!(copies.len(), 1);
    assert_eq!(
        world.provider.snapshot(&order).await,
        Ok(copies.clone()),
        "given again, nothing is copied twice"
    );
    for copy in copies {
        let copy = Made {
            address: infra_model::Address::root("aws.snapshot", "copy"),
            id: copy,
            fields: Record::new(),
            seen: Record::new(),
        };
        world.unmake(&copy).await;
    }
    world.unmake(&host).await;
    world.unmake(&jump).await;
    net.unmake(&world).await;
}

#[tokio::test]
async fn lookups_answer() {
    let world = World::new().await;
    let zones = world
        .provider
        .lookup("aws.zones", &Record::new())
        .await
        .unwrap()
        .expect("a region has zones");
    let Some(names) = zones["names"].as_list() else {
        panic!("{zones:?}")
    };
    assert!(names.contains(&text("us-west-2a")), "{names:?}");
    let account = world
        .provider
        .lookup("aws.account", &Record::new())
        .await
        .unwrap()
        .expect("an account");
    assert_eq!(account["id"], text("123456789012"));
    let large = |zone: &str| record([("type", text("t3.large")), ("zone", text(zone))]);
    let kind = world
        .provider
        .lookup("aws.instance_type", &large("us-west-2a"))
        .await
        .unwrap()
        .expect("the type is offered there");
    let expected = [
        ("id", text("t3.large")),
        ("cpu", Value::Int(2)),
        ("ram", gib(8)),
        ("arch", text("x86_64")),
        ("burst", Value::Bool(true)),
    ];
    for (name, value) in expected {
        assert_eq!(kind[name], value, "`{name}`");
    }
    for fields in [
        large("eu-central-1a"),
        record([("type", text("t3.enormous"))]),
    ] {
        let none = world.provider.lookup("aws.instance_type", &fields).await;
        assert_eq!(none, Ok(None));
    }
    let none = record([
        ("name", text("no such image")),
        ("newest", Value::Bool(true)),
    ]);
    assert_eq!(world.provider.lookup("aws.image", &none).await, Ok(None));
}

#[tokio::test]
async fn another_account_is_refused() {
    let world = World::new().await;
    let config = record([("accounts", list([text("999999999999")]))]);
    let failure = world
        .connect(config)
        .await
        .err()
        .expect("it is another account");
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.message.contains("123456789012"), "{failure}");
    let config = record([("accounts", list([text("123456789012")]))]);
    assert!(world.connect(config).await.is_ok());
}
