//! A machine that is paid in advance is never forgotten.

use std::sync::Arc;

use infra_model::{Address, Value};
use infra_sdk::{Delete, FailureKind, Observed, Provider, Target};

use crate::bed::{Bed, schemas};
use crate::samples::{compute, network};

#[test]
fn what_is_paid_in_advance_cannot_be_deleted_and_stays() {
    let bed = Bed::new(&Arc::new(schemas()), "");
    bed.clock.run(async {
        let made = network::network(&bed, "one", 1).await;
        let vpc = [("vpc", made[0].id())];
        let group = bed.make("aliyun.security_group", "inside", &vpc).await;
        let fields = [
            ("type", Value::string("ecs.g6.large")),
            ("image", Value::string(compute::IMAGE)),
            ("vswitch", made[1].id()),
            ("groups", Value::List(vec![group.id()])),
            ("billing", Value::string("prepaid")),
            ("months", Value::Int(1)),
        ];
        let machine = bed.make("aliyun.instance", "paid", &fields).await;
        assert_eq!(machine.get("billing"), Value::string("prepaid"));
        let address = Address::root("aliyun.instance", "paid");
        let order = Delete {
            address: address.clone(),
            id: machine.id.clone(),
            token: "desk-delete".to_owned(),
            prior: machine.seen.clone(),
        };
        let refused = bed
            .provider
            .delete(&order)
            .await
            .expect_err("it is paid for");
        assert_eq!(refused.kind, FailureKind::Protected);
        assert!(
            refused
                .help
                .is_some_and(|help| help.contains("billing = hourly"))
        );
        let target = Target {
            address,
            id: machine.id.clone(),
            prior: machine.seen.clone(),
        };
        let read = bed.provider.read("aliyun.instance", &[target]).await;
        let read = read.expect("it is read");
        let [Observed::Present(seen)] = read.as_slice() else {
            panic!("it is gone");
        };
        assert_eq!(
            seen["running"],
            Value::Bool(true),
            "it was not even stopped"
        );
    });
}
