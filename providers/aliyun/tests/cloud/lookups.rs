//! Lookups of what exists, and what they say when nothing or too much fits.

use std::sync::Arc;

use infra_model::Value;
use infra_sdk::{FailureKind, Provider};

use crate::bed::{Bed, REGION, record, schemas};
use crate::samples::{compute, network};

fn text(text: &str) -> Value {
    Value::string(text)
}

fn bed() -> Bed {
    Bed::new(&Arc::new(schemas()), "")
}

#[test]
fn a_network_and_its_parts_are_found_by_what_they_are() {
    let bed = bed();
    bed.clock.run(async {
        let made = network::network(&bed, "one", 2).await;
        let find = async |kind: &str, fields: &[(&str, Value)]| {
            let found = bed.provider.lookup(kind, &record(fields)).await;
            found
                .expect("it is answered")
                .map(|record| record["id"].clone())
        };
        let vpc = Some(made[0].id());
        assert_eq!(find("aliyun.vpc", &[("name", text("desk-one"))]).await, vpc);
        assert_eq!(find("aliyun.vpc", &[("name", text("desk-*"))]).await, vpc);
        assert_eq!(find("aliyun.vpc", &[("vpc", made[0].id())]).await, vpc);
        let tags = Value::Map(record(&[("team", text("desk"))]));
        assert_eq!(find("aliyun.vpc", &[("tags", tags)]).await, vpc);
        let range = made[2].get("range");
        let asked = [("range", range), ("vpc", made[0].id())];
        let vswitch = find("aliyun.vswitch", &asked).await;
        assert_eq!(vswitch, Some(made[2].id()));
        assert_eq!(
            find("aliyun.vswitch", &[("zone", text("cn-hangzhou-z"))]).await,
            None
        );
        let several = record(&[("vpc", made[0].id())]);
        let several = bed.provider.lookup("aliyun.vswitch", &several).await;
        let refused = several.expect_err("two fit");
        assert_eq!(refused.kind, FailureKind::Invalid);
        assert!(refused.message.starts_with("2 VSwitches fit"), "{refused}");
    });
}

#[test]
fn the_cloud_tells_its_zones_types_images_and_whose_account_it_is() {
    let bed = bed();
    bed.clock.run(async {
        let find = async |kind: &str, fields: &[(&str, Value)]| {
            let found = bed.provider.lookup(kind, &record(fields)).await;
            found.expect("it is answered").expect("something fits")
        };
        let zones = find("aliyun.zones", &[]).await;
        assert_eq!(zones["id"], text(REGION));
        let names = zones["names"].as_list().expect("names");
        assert!(names.contains(&text(network::ZONE)), "{names:?}");
        let machine = find("aliyun.instance_type", &[("type", text("ecs.g6.large"))]).await;
        assert_eq!(machine["cpu"], Value::Int(2));
        assert_eq!(machine["ram"], Value::Size(infra_model::Size::gib(8)));
        let named = [
            ("name", text("aliyun_3_x64_20G_alibase_*")),
            ("newest", Value::Bool(true)),
        ];
        let image = find("aliyun.image", &named).await;
        let title = image["title"].as_str().expect("a title");
        assert!(title.starts_with("aliyun_3_x64_20G_alibase_"), "{title}");
        let account = find("aliyun.account", &[]).await;
        let known = bed.provider.account().await.expect("an account");
        assert_eq!(account["id"], text(&known.id));
        assert!(!known.id.is_empty() && known.region == REGION);
    });
}

#[test]
fn a_machine_with_data_is_copied_whole_before_it_goes() {
    let bed = bed();
    bed.clock.run(async {
        let made = compute::machine(&bed).await;
        let machine = &made[made.len() - 1];
        let order = infra_sdk::Snapshot {
            address: infra_model::Address::root("aliyun.instance", "machine"),
            id: machine.id.clone(),
            token: "desk-snapshot".to_owned(),
            prior: machine.seen.clone(),
        };
        let taken = bed.provider.snapshot(&order).await.expect("it is copied");
        let again = bed.provider.snapshot(&order).await.expect("it is copied");
        assert_eq!((taken.len(), &taken), (1, &again), "once is enough");
        let found = record(&[("snapshot", text(&taken[0]))]);
        let found = bed.provider.lookup("aliyun.snapshot", &found).await;
        let found = found.expect("it is answered").expect("it exists");
        assert_eq!(found["disk"], machine.get("root_disk"));
    });
}
