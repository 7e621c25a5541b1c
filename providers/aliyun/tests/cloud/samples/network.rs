//! Networks.

use infra_model::{Record, Value};

use super::{Sample, list, range, text};
use crate::bed::{Bed, Made};

pub const ZONE: &str = "cn-hangzhou-h";

/// A network 10.0.0.0/16, and VSwitches 10.0.1.0/24, 10.0.2.0/24 … in it.
pub async fn network(bed: &Bed, name: &str, vswitches: u8) -> Vec<Made> {
    let vpc = bed
        .make("aliyun.vpc", name, &[("range", range("10.0.0.0/16"))])
        .await;
    let mut made = vec![vpc];
    for number in 1..=vswitches {
        let fields = [
            ("vpc", made[0].id()),
            ("zone", text(ZONE)),
            ("range", range(&format!("10.0.{number}.0/24"))),
        ];
        let name = format!("{name}{number}");
        made.push(bed.make("aliyun.vswitch", &name, &fields).await);
    }
    made
}

/// A NAT gateway in the second of what [`network`] made.
async fn gateway(bed: &Bed, name: &str, network: &[Made]) -> Made {
    let fields = [("vpc", network[0].id()), ("vswitch", network[1].id())];
    bed.make("aliyun.nat_gateway", name, &fields).await
}

pub async fn vpc() -> Sample {
    Sample::new(&[("range", range("10.0.0.0/16"))])
        .renamed()
        .step(
            "secondary_ranges",
            list([range("192.168.0.0/24"), range("192.168.1.0/24")]),
        )
        .step("secondary_ranges", list([range("192.168.1.0/24")]))
        .step("range", range("10.1.0.0/16"))
}

pub async fn vswitch(bed: &Bed) -> Sample {
    let one = network(bed, "one", 0).await;
    let other = network(bed, "other", 0).await;
    let fields = [
        ("vpc", one[0].id()),
        ("zone", text(ZONE)),
        ("range", range("10.0.1.0/24")),
    ];
    Sample::new(&fields)
        .renamed()
        .step("range", range("10.0.2.0/24"))
        .step("zone", text("cn-hangzhou-i"))
        .step("vpc", other[0].id())
        .before(one)
        .before(other)
}

pub async fn route_entry(bed: &Bed) -> Sample {
    let mut made = network(bed, "one", 1).await;
    let table = made[0].get("route_table");
    let first = gateway(bed, "first", &made).await;
    let second = gateway(bed, "second", &made).await;
    let fields = [
        ("table", table),
        ("to", range("172.16.0.0/12")),
        ("via", first.id()),
    ];
    let sample = Sample::new(&fields)
        .step("name", text("renamed"))
        .step("description", text("What it is for"))
        .step("via", second.id())
        .step("to", range("192.168.0.0/16"))
        .exempt("table", "a next hop is in the network of its table");
    made.extend([first, second]);
    sample.before(made)
}

pub async fn nat_gateway(bed: &Bed) -> Sample {
    let one = network(bed, "one", 2).await;
    let other = network(bed, "other", 1).await;
    Sample::new(&[("vpc", one[0].id()), ("vswitch", one[1].id())])
        .renamed()
        .step("icmp_reply", Value::Bool(false))
        .step("protected", Value::Bool(true))
        .step("protected", Value::Bool(false))
        .step("vswitch", one[2].id())
        .steps(&[("vpc", other[0].id()), ("vswitch", other[1].id())])
        .step("kind", text("intranet"))
        .before(one)
        .before(other)
}

pub async fn snat(bed: &Bed) -> Sample {
    let mut made = network(bed, "one", 2).await;
    let gateway = gateway(bed, "gateway", &made).await;
    let mut addresses = Vec::new();
    for name in ["first", "second"] {
        let fields = [("nat_gateway", gateway.id())];
        addresses.push(bed.make("aliyun.eip", name, &fields).await);
    }
    let fields = [
        ("table", gateway.get("snat_table")),
        ("vswitch", made[1].id()),
        ("ips", list([addresses[0].get("public_ip")])),
    ];
    let both = addresses.iter().map(|address| address.get("public_ip"));
    let sample = Sample::new(&fields)
        .step("name", text("renamed"))
        .step("ips", list(both))
        .step("vswitch", made[2].id())
        .exempt("source", "an entry is for a VSwitch or for a range")
        .exempt(
            "table",
            "the addresses are bound to the gateway of the table",
        );
    made.push(gateway);
    made.extend(addresses);
    sample.before(made)
}

pub async fn eip(bed: &Bed) -> Sample {
    let mut made = super::compute::machine(bed).await;
    let gateway = gateway(bed, "gateway", &made).await;
    let machine = made[made.len() - 1].id();
    let sample = Sample::new(&[])
        .renamed()
        .step("bandwidth", Value::Int(10))
        .step("instance", machine.clone())
        .steps(&[("instance", Value::Null), ("nat_gateway", gateway.id())])
        .step("line", text("BGP_PRO"))
        .step("charge", text("bandwidth"))
        .step("protected", Value::Bool(true))
        .step("protected", Value::Bool(false))
        .step("nat_gateway", Value::Null);
    made.push(gateway);
    sample.before(made)
}

fn rule(peer: &str, other: Value, ports: &[&str], more: &[(&str, Value)]) -> Value {
    let ports = ports
        .iter()
        .map(|text| Value::Port(text.parse().expect("ports")));
    let mut rule = Record::from([(peer.to_owned(), other), ("ports".to_owned(), list(ports))]);
    rule.extend(crate::bed::record(more));
    Value::Map(rule)
}

pub async fn security_group(bed: &Bed) -> Sample {
    let one = network(bed, "one", 0).await;
    let other = network(bed, "other", 0).await;
    let group = bed
        .make("aliyun.security_group", "peer", &[("vpc", one[0].id())])
        .await;
    let office = || range("203.0.113.0/24");
    let web = rule("from", range("0.0.0.0/0"), &["tcp/80", "tcp/443"], &[]);
    let ssh = |note: &str| rule("from", office(), &["tcp/22"], &[("note", text(note))]);
    let inside = rule(
        "from",
        group.id(),
        &["tcp/all", "icmp/all"],
        &[("priority", Value::Int(5))],
    );
    let sample = Sample::new(&[
        ("vpc", one[0].id()),
        ("allow", list([web.clone(), ssh("ops")])),
    ])
    .renamed()
    .step("inner_access", text("accept"))
    .step("inner_access", text("drop"))
    .step("allow", list([ssh("the office"), inside]))
    .step("allow", list([web]))
    .step("deny", list([rule("from", office(), &["tcp/443"], &[])]))
    .step("deny_out", list([rule("to", office(), &["all/all"], &[])]))
    .step(
        "allow_out",
        list([rule("to", range("10.0.0.0/16"), &["all/all"], &[])]),
    )
    .step("allow_out", list([]))
    .step(
        "allow_out",
        list([rule("to", range("0.0.0.0/0"), &["all/all"], &[])]),
    )
    .step("kind", text("enterprise"))
    .step("vpc", other[0].id());
    sample.before(one).before(other).before([group])
}
