//! Networks: VPC, subnets, gateways, routes, firewalls.

use infra_model::{Record, Value};
use infra_sdk::{FailureKind, Observed, Provider};

use crate::compute::machine;
use crate::world::{Made, World, cidr, list, map, no_tags, ports, record, renamed, text};

/// A network with one subnet.
pub struct Net {
    pub vpc: Made,
    pub subnet: Made,
}

impl Net {
    pub async fn new(world: &World) -> Net {
        let fields = record([
            ("range", cidr("10.51.0.0/16")),
            ("dns_support", Value::Bool(true)),
            ("dns_hostnames", Value::Bool(true)),
            ("tenancy", text("default")),
            no_tags(),
        ]);
        let vpc = world.make("aws.vpc", "main", fields).await;
        let subnet = world
            .make("aws.subnet", "inside", subnet(&vpc, "10.51.1.0/24"))
            .await;
        Net { vpc, subnet }
    }

    pub async fn unmake(&self, world: &World) {
        world.unmake(&self.subnet).await;
        world.unmake(&self.vpc).await;
    }
}

pub fn subnet(vpc: &Made, range: &str) -> Record {
    record([
        ("vpc", vpc.id()),
        ("zone", text("us-west-2a")),
        ("range", cidr(range)),
        ("public", Value::Bool(false)),
        no_tags(),
    ])
}

pub fn group(net: &Net, rules: Value) -> Record {
    record([
        ("vpc", net.vpc.id()),
        ("description", text("Managed by infra")),
        ("allow", rules),
        (
            "allow_out",
            list([map([
                ("to", cidr("0.0.0.0/0")),
                ("ports", ports(["all/all"])),
            ])]),
        ),
        no_tags(),
    ])
}

#[tokio::test]
async fn gateways_routes_and_addresses() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let edge = world
        .make("aws.subnet", "edge", subnet(&net.vpc, "10.51.2.0/24"))
        .await;
    let mut gateway = world
        .make(
            "aws.internet_gateway",
            "door",
            record([("vpc", net.vpc.id()), no_tags()]),
        )
        .await;
    let address = world
        .make("aws.elastic_ip", "out", record([no_tags()]))
        .await;
    let fields = record([
        ("subnet", edge.id()),
        ("kind", text("public")),
        ("address", address.id()),
        no_tags(),
    ]);
    let mut nat = world.make("aws.nat_gateway", "out", fields).await;
    assert_eq!(nat.seen["public_ip"], address.seen["public_ip"]);
    world.change(&mut gateway, renamed()).await;
    world.change(&mut nat, renamed()).await;

    let everywhere = |via: &Made| map([("to", cidr("0.0.0.0/0")), ("via", via.id())]);
    let fields = record([
        ("vpc", net.vpc.id()),
        ("routes", list([everywhere(&gateway)])),
        ("subnets", list([edge.id()])),
        no_tags(),
    ]);
    let mut table = world.make("aws.route_table", "edge", fields).await;
    let further = map([("to", cidr("192.168.0.0/16")), ("via", nat.id())]);
    let routes = list([everywhere(&nat), further]);
    world.change(&mut table, record([("routes", routes)])).await;
    world
        .change(
            &mut table,
            record([("routes", list([everywhere(&gateway)]))]),
        )
        .await;
    world
        .change(
            &mut table,
            record([("subnets", list([net.subnet.id(), edge.id()]))]),
        )
        .await;
    world
        .change(&mut table, record([("subnets", list([net.subnet.id()]))]))
        .await;
    world.change(&mut table, renamed()).await;

    // A subnet that another table holds moves over; moto leaves it where it is.
    let held = if world.moto {
        &[][..]
    } else {
        &[net.subnet.id()][..]
    };
    let fields = record([
        ("vpc", net.vpc.id()),
        ("routes", list([])),
        ("subnets", Value::List(held.to_vec())),
        no_tags(),
    ]);
    let inner = world.make("aws.route_table", "inner", fields).await;
    for made in [&inner, &table, &nat, &address, &gateway, &edge] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

#[tokio::test]
async fn firewalls_that_name_each_other() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let office = map([
        ("from", cidr("203.0.113.0/24")),
        ("ports", ports(["tcp/22"])),
        ("note", text("the office")),
    ]);
    let mut jump = world
        .make(
            "aws.security_group",
            "jump",
            group(&net, list([office.clone()])),
        )
        .await;
    let inside = map([
        ("from", list([jump.id(), cidr("10.51.0.0/16")])),
        ("ports", ports(["tcp/15001-15004", "tcp/22", "icmp/all"])),
    ]);
    let mut apps = world
        .make("aws.security_group", "apps", group(&net, list([inside])))
        .await;
    let itself = map([("from", apps.id()), ("ports", ports(["all/all"]))]);
    world
        .change(&mut apps, record([("allow", list([itself]))]))
        .await;
    let back = map([("from", apps.id()), ("ports", ports(["udp/53"]))]);
    world
        .change(&mut jump, record([("allow", list([office, back]))]))
        .await;
    let renoted = map([
        ("from", cidr("203.0.113.0/24")),
        ("ports", ports(["tcp/22"])),
        ("note", text("the new office")),
    ]);
    world
        .change(&mut jump, record([("allow", list([renoted]))]))
        .await;
    let narrow = list([map([
        ("to", cidr("10.51.0.0/16")),
        ("ports", ports(["tcp/443"])),
    ])]);
    world
        .change(&mut jump, record([("allow_out", narrow)]))
        .await;
    world
        .change(
            &mut jump,
            record([("allow", list([])), ("allow_out", list([]))]),
        )
        .await;
    world.change(&mut apps, record([("allow", list([]))])).await;
    world
        .change(
            &mut apps,
            record([("tags", map([("stage", text("test"))]))]),
        )
        .await;
    world.unmake(&jump).await;
    world.unmake(&apps).await;
    net.unmake(&world).await;
}

/// A group is replaced by making the new one first, and both would have the same name.
#[tokio::test]
async fn a_replacement_of_a_group_gets_a_name_of_its_own() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let old = world
        .make("aws.security_group", "jump", group(&net, list([])))
        .await;
    let mut fields = group(&net, list([]));
    fields.insert("description".to_owned(), text("the new one"));
    let order = infra_sdk::Create {
        address: old.address.clone(),
        token: format!("{}-replacement", world.program),
        default_name: format!("{}-jump", world.program),
        fields: fields.clone(),
    };
    let new = world
        .provider
        .create(&order)
        .await
        .expect("it gets another name")
        .id;
    assert_ne!(new, old.id);
    fields.insert("name".to_owned(), text(&order.default_name));
    let authored = infra_sdk::Create {
        token: format!("{}-another", world.program),
        fields,
        ..order
    };
    let failure = world.provider.create(&authored).await.unwrap_err();
    assert_eq!(
        failure.kind,
        FailureKind::AlreadyExists,
        "a name that was chosen is not changed"
    );
    let new = Made {
        id: new,
        address: old.address.clone(),
        fields: Record::new(),
        seen: Record::new(),
    };
    world.unmake(&old).await;
    world.unmake(&new).await;
    net.unmake(&world).await;
}

/// AWS answers both the machine and its network interface; what the program wrote is what is read.
#[tokio::test]
async fn a_way_through_a_machine_is_told_as_the_program_said_it() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let jump = group(&net, list([]));
    let jump = world.make("aws.security_group", "jump", jump).await;
    let host = machine(&world, &net, &[&jump]).await;
    let host = world.make("aws.instance", "host", host).await;
    let card = host.seen["network_interface"].clone();
    let through = |via: &Value| {
        let route = map([("to", cidr("0.0.0.0/0")), ("via", via.clone())]);
        ("routes", list([route]))
    };
    let fields = [
        ("vpc", net.vpc.id()),
        through(&card),
        ("subnets", list([])),
        no_tags(),
    ];
    let mut table = world.make("aws.route_table", "way", record(fields)).await;
    for via in [host.id(), card] {
        world.change(&mut table, record([through(&via)])).await;
        let read = world.read(&table).await;
        assert_eq!(read, Observed::Present(table.seen.clone()));
    }
    for made in [&table, &host, &jump] {
        world.unmake(made).await;
    }
    net.unmake(&world).await;
}

#[tokio::test]
async fn what_is_in_use_is_not_deleted() {
    let world = World::new().await;
    if world.moto {
        println!("skipped: moto deletes what is in use");
        return;
    }
    let net = Net::new(&world).await;
    let failure = world
        .provider
        .delete(&world.delete_order(&net.vpc))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Dependency);
    assert!(failure.help.is_some());
    net.unmake(&world).await;
}

/// Reading many costs a call a page, a missing one does not disturb, and what bears no tags is found too.
#[tokio::test]
async fn reading_is_batched() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let mut groups = Vec::new();
    for number in 0..5 {
        let name = format!("g{number}");
        groups.push(
            world
                .make("aws.security_group", &name, group(&net, list([])))
                .await,
        );
    }
    let mut targets: Vec<_> = groups.iter().map(Made::target).collect();
    targets.insert(
        2,
        infra_sdk::Target {
            id: "sg-0123456789abcdef0".to_owned(),
            ..targets[0].clone()
        },
    );
    let before = world.provider.calls().total();
    let read = world
        .provider
        .read("aws.security_group", &targets)
        .await
        .unwrap();
    assert_eq!(world.provider.calls().total() - before, 1);
    assert_eq!(read[2], Observed::Absent);
    let present = |observed: &&Observed| matches!(observed, Observed::Present(_));
    assert_eq!(read.iter().filter(present).count(), 5);
    for group in &groups {
        world.unmake(group).await;
    }
    net.unmake(&world).await;
}

/// More than a filter takes: they are found by the program's tag, a call a page.
#[tokio::test]
async fn reading_many_costs_no_more_calls() {
    let world = World::new().await;
    let net = Net::new(&world).await;
    let mut targets = Vec::new();
    for number in 0..210 {
        let address =
            infra_model::Address::root("aws.security_group", "many").with_key(number.to_string());
        let order = infra_sdk::Create {
            token: format!("{}-{number}", world.program),
            default_name: format!("{}-{number}", world.program),
            fields: group(&net, list([])),
            address: address.clone(),
        };
        let id = world
            .provider
            .create(&order)
            .await
            .expect("the quota is larger")
            .id;
        targets.push(infra_sdk::Target {
            address,
            id,
            prior: Record::new(),
        });
    }
    let before = world.provider.calls().total();
    let read = world
        .provider
        .read("aws.security_group", &targets)
        .await
        .unwrap();
    assert_eq!(world.provider.calls().total() - before, 1);
    assert!(
        read.iter()
            .all(|observed| matches!(observed, Observed::Present(_)))
    );
}
