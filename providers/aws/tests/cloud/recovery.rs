//! What a lost answer leaves behind is found and not made twice.

use infra_model::Address;
use infra_sdk::{Create, Found, Provider};

use crate::world::{World, gib, no_tags, record, text};

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
