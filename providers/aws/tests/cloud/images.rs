//! Images of machines.

use infra_model::{Record, Value};
use infra_sdk::{Create, FailureKind, Observed, Provider, Settle};

use crate::compute::machine;
use crate::network::{Net, group};
use crate::world::{Made, World, list, no_tags, record, text};

/// A machine with all it needs, in the order of making.
async fn running(world: &World) -> (Net, Made, Made) {
    let net = Net::new(world).await;
    let jump = world
        .make("aws.security_group", "jump", group(&net, list([])))
        .await;
    let fields = machine(world, &net, &[&jump]).await;
    let host = world.make("aws.instance", "host", fields).await;
    (net, jump, host)
}

fn image_of(host: &Made) -> Record {
    record([
        ("instance", host.id()),
        ("reboot", Value::Bool(false)),
        no_tags(),
    ])
}

#[tokio::test]
async fn a_machine_starts_from_an_image_of_another() {
    let world = World::new().await;
    let (net, jump, host) = running(&world).await;
    let base = world.make("aws.image", "base", image_of(&host)).await;
    assert_eq!(base.seen["architecture"], text("x86_64"));
    let mut fields = machine(&world, &net, &[&jump]).await;
    fields.insert("image".to_owned(), base.id());
    let copy = world.make("aws.instance", "copy", fields).await;
    assert_eq!(copy.seen["image"], base.id());
    let own = record([("owner", text("self")), ("image", base.id())]);
    let found = world.provider.lookup("aws.image", &own).await;
    let found = found.expect("it is answered").expect("it is there");
    assert_eq!(found["id"], base.id());
    for made in [&copy, &base, &host, &jump] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

/// Its snapshots go with it; one of them cannot go before.
#[tokio::test]
async fn an_image_takes_its_snapshots_with_it() {
    let world = World::new().await;
    let (net, jump, host) = running(&world).await;
    let base = world.make("aws.image", "base", image_of(&host)).await;
    let ids = base.seen["snapshots"].as_list().expect("a list");
    let id = ids[0].as_str().expect("an id").to_owned();
    let snapshot = Made {
        address: infra_model::Address::root("aws.snapshot", "inside"),
        id,
        fields: Record::new(),
        seen: Record::new(),
    };
    let deleted = world.provider.delete(&world.delete_order(&snapshot)).await;
    assert_eq!(deleted.unwrap_err().kind, FailureKind::Dependency);
    world.unmake(&base).await;
    assert_eq!(world.read(&snapshot).await, Observed::Absent);
    for made in [&host, &jump] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

#[tokio::test]
async fn a_name_that_another_image_has_is_refused_and_not_adopted() {
    let world = World::new().await;
    let (net, jump, host) = running(&world).await;
    let mut fields = image_of(&host);
    fields.insert("name".to_owned(), text(&format!("{} base", world.program)));
    let base = world.make("aws.image", "base", fields.clone()).await;
    let order = Create {
        address: infra_model::Address::root("aws.image", "second"),
        token: format!("{}-second", world.program),
        default_name: "second".to_owned(),
        fields,
    };
    let failure = world.provider.create(&order).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::AlreadyExists, "{failure}");
    assert!(
        failure
            .help
            .is_some_and(|help| help.contains("another `name`"))
    );
    for made in [&base, &host, &jump] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

/// A copy that fails afterwards leaves neither itself nor its name behind.
#[tokio::test]
async fn a_failed_image_is_cleared_away() {
    let world = World::simulated(infra_sim::Chaos::default()).await;
    let newest = record([
        ("name", text("debian-12-amd64-*")),
        ("newest", Value::Bool(true)),
    ]);
    let public = world.provider.lookup("aws.image", &newest).await;
    let public = public.expect("it is answered").expect("it is there");
    let mut fields = record([
        ("source", public["id"].clone()),
        ("encrypted", Value::Bool(true)),
        ("kms_key", text("alias/revoked")),
        no_tags(),
    ]);
    let order = |token: &str, fields: &Record| Create {
        address: infra_model::Address::root("aws.image", "copy"),
        token: token.to_owned(),
        default_name: "copy".to_owned(),
        fields: fields.clone(),
    };
    let create = order("first", &fields);
    let created = world.provider.create(&create).await.expect("AWS takes it");
    let settle = Settle {
        address: create.address.clone(),
        id: created.id,
        token: create.token,
        fields: Some(fields.clone()),
    };
    let failure = world.provider.settle(&settle).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::State, "{failure}");
    assert!(failure.message.contains("KMS key"), "{failure}");
    assert_eq!(world.left_over(), Vec::<String>::new());
    fields.insert("kms_key".to_owned(), text("alias/desk"));
    let again = world.provider.create(&order("second", &fields)).await;
    assert!(again.is_ok(), "the name is free: {again:?}");
}
