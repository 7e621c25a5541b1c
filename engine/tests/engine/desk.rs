//! A program of the shape of 51desk: hosts as components, firewalls that all refer to each other, a data disk and a
//! swap disk at each host, a shared template that no text names, protection.

use infra_model::Address;

use crate::program::{Program, Thing, at, attr, gib, thing};

/// The hosts, and whether they are protected.
const HOSTS: [(&str, bool); 3] = [("ec2_1", true), ("ec2_2", false), ("ec2_3", false)];

/// `ec2_1/cloud.disk.data`
pub fn inside(host: &str, kind: &str, name: &str) -> Address {
    format!("{host}/cloud.{kind}.{name}")
        .parse()
        .expect("an address")
}

fn part(host: &str, kind: &str, name: &str) -> Thing {
    Thing {
        address: inside(host, kind, name),
        ..thing(kind, name)
    }
}

/// The firewall of a host: all others may come in, and its own host.
fn group(host: &'static str) -> Thing {
    let all: Vec<Address> = HOSTS.iter().map(|(other, _)| at("group", other)).collect();
    thing("group", host)
        .set("net", at("net", "main"))
        .set("about", "first")
        .set("allow", all)
}

/// What stands for one `server`.
fn server(host: &'static str, protected: bool) -> Vec<Thing> {
    let guard = |thing: Thing| match protected {
        true => thing.lifecycle(|lifecycle| lifecycle.protect = Some("customers".to_owned())),
        false => thing,
    };
    let own = |kind: &str, name: &str| inside(host, kind, name);
    let tie = |name: &str| {
        part(host, "tie", name)
            .set("host", own("host", "host"))
            .set("disk", own("disk", name))
    };
    vec![
        guard(
            part(host, "host", "host")
                .set("net", at("net", "inside"))
                .set("type", "small")
                .set("groups", vec![at("group", host)])
                .set("script", "mount /data"),
        ),
        guard(
            part(host, "disk", "data")
                .set("zone", "z1")
                .set("size", gib(20)),
        ),
        // Without a zone it starts from the shared template.
        part(host, "disk", "swap").set("format", "swap"),
        tie("data"),
        tie("swap"),
    ]
}

/// The program of the first day.
pub fn desk() -> Program {
    let mut things = vec![
        thing("net", "main").set("range", "10.51.0.0/16"),
        thing("net", "inside")
            .set("range", "10.51.1.0/24")
            .set("note", at("net", "main")),
    ];
    for (host, protected) in HOSTS {
        things.push(group(host));
        things.extend(server(host, protected));
    }
    let mut first = thing("value", "first");
    first.address.type_name = "std.value".to_owned();
    things.push(first.set("input", attr(&inside("ec2_1", "host", "host"), "address")));
    Program::of(things)
}

/// Rules, a machine type, a disk that grows, a protection that is lifted and one that is new.
pub fn updated() -> Program {
    desk()
        .with(&at("group", "ec2_1"), |group| {
            group.set("allow", vec![at("group", "ec2_3")])
        })
        .with(&inside("ec2_2", "host", "host"), |host| {
            host.set("type", "large").set("script", "mount /more")
        })
        .with(&inside("ec2_3", "disk", "data"), |disk| {
            disk.set("size", gib(40)).set("note", "grown")
        })
        .with(&inside("ec2_1", "disk", "data"), |disk| {
            disk.set("note", "still protected")
        })
        .with(&inside("ec2_2", "disk", "data"), |disk| {
            disk.lifecycle(|lifecycle| lifecycle.protect = Some("new".to_owned()))
        })
}

/// A firewall that is made before the old one goes, a host whose disks move over, a disk that shrinks after a
/// snapshot, a host less.
pub fn replaced() -> Program {
    let mut program = desk()
        .with(&at("group", "ec2_2"), |group| group.set("about", "second"))
        .with(&inside("ec2_2", "host", "host"), |host| {
            host.set("net", at("net", "main"))
        })
        .with(&inside("ec2_2", "disk", "data"), |disk| {
            disk.set("size", gib(10))
        });
    program
        .things
        .retain(|thing| !thing.address.to_string().starts_with("ec2_3/"));
    program
}

/// The program that may be destroyed: nothing is protected, and the disks are saved before they go.
pub fn released() -> Program {
    let mut program = desk();
    for thing in &mut program.things {
        thing.lifecycle.protect = None;
        thing.lifecycle.snapshot = thing.address.name == "data";
    }
    program
}
