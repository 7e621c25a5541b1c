//! Machines.

use infra_model::Value;

use super::network::network;
use super::{Sample, gib, list, text};
use crate::bed::{Bed, Made};

const KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQC7hW5Q0mXk7gq9wXWgqk3mJ2e9m8T6c2d7v0n5q1s3u5w7y9A1C3E5G7I9K1M3O5Q7S9U1W3Y5a7c9e1g3i5k7 someone";
const OTHER_KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQDDhW5Q0mXk7gq9wXWgqk3mJ2e9m8T6c2d7v0n5q1s3u5w7y9A1C3E5G7I9K1M3O5Q7S9U1W3Y5a7c9e1g3i5k8 other";

pub const IMAGE: &str = "aliyun_3_x64_20G_alibase_20240819.vhd";
const TYPE: &str = "ecs.g6.large";

pub async fn key_pair() -> Sample {
    Sample::new(&[("public_key", text(KEY))])
        .relabelled()
        .step("name", text("renamed"))
        .step("public_key", text(OTHER_KEY))
}

/// A network with a VSwitch, a group in it, and a machine; the machine is the last.
pub async fn machine(bed: &Bed) -> Vec<Made> {
    let mut made = network(bed, "one", 1).await;
    let group = bed
        .make("aliyun.security_group", "inside", &[("vpc", made[0].id())])
        .await;
    let fields = [
        ("type", text(TYPE)),
        ("image", text(IMAGE)),
        ("vswitch", made[1].id()),
        ("groups", list([group.id()])),
    ];
    let machine = bed.make("aliyun.instance", "machine", &fields).await;
    made.extend([group, machine]);
    made
}

pub async fn instance(bed: &Bed) -> Sample {
    let network = network(bed, "one", 2).await;
    let mut groups = Vec::new();
    for name in ["inside", "outside"] {
        let fields = [("vpc", network[0].id())];
        groups.push(bed.make("aliyun.security_group", name, &fields).await);
    }
    let key = bed
        .make("aliyun.key_pair", "key", &[("public_key", text(KEY))])
        .await;
    let fields = [
        ("type", text(TYPE)),
        ("image", text(IMAGE)),
        ("vswitch", network[1].id()),
        ("groups", list([groups[0].id()])),
        ("user_data", text("#cloud-config\n")),
    ];
    let ip = |text: &str| Value::Ip(text.parse().expect("an address"));
    let sample = Sample::new(&fields)
        .renamed()
        .step("groups", list([groups[0].id(), groups[1].id()]))
        .step("groups", list([groups[1].id()]))
        .step("type", text("ecs.g6.xlarge"))
        .step("host_name", text("web"))
        .step("user_data", text("#!/bin/sh\n"))
        .step("root_size", gib(60))
        .step("root_level", text("PL0"))
        .step("metadata", text("off"))
        .step("metadata", text("optional"))
        .step("role", text("web-role"))
        .step("protected", Value::Bool(true))
        .step("protected", Value::Bool(false))
        .step("running", Value::Bool(false))
        .step("running", Value::Bool(true))
        .step("key", key.id())
        .step("private_ip", ip("10.0.1.77"))
        .steps(&[
            ("vswitch", network[2].id()),
            ("private_ip", ip("10.0.2.77")),
        ])
        .step("bandwidth", Value::Int(5))
        .steps(&[
            ("root_category", text("cloud_efficiency")),
            ("root_level", Value::Null),
        ])
        .exempt(
            "image",
            "the catalogue of the simulator has one that is sure to exist",
        )
        .exempt("credits", "for burstable machines only")
        .exempt("billing", "a machine paid in advance cannot be deleted")
        .exempt("months", "a machine paid in advance cannot be deleted")
        .exempt("auto_renew", "a machine paid in advance cannot be deleted");
    sample.before(network).before(groups).before([key])
}
