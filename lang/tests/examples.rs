//! The examples check without a word, and mean what the tables they replace say.

mod disk;

use std::collections::BTreeMap;
use std::sync::Arc;

use disk::{files, program, repository};
use infra_lang::syntax::parse;
use infra_lang::{Evaluation, Inputs, load};
use infra_model::{Address, Desired, FileId, Instance, Record, Size, Value};

/// Checks and evaluates a program; `known` are the lookups' answers.
fn evaluate(dir: &str, inputs: &[(&str, &str)], known: &BTreeMap<Address, Record>) -> Desired {
    let world = program(dir);
    let loaded = load(&world);
    let said: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|it| format!("{it:?}"))
        .collect();
    assert!(said.is_empty(), "{dir}: {}", said.join("\n"));
    let (program, _) = loaded.sound().expect("there are no diagnostics");
    let mut given = Inputs::new();
    for (name, text) in inputs {
        given.set(name, text);
    }
    let evaluation: Evaluation = Arc::new(program)
        .evaluate(&world, &given, known)
        .unwrap_or_else(|diagnostics| panic!("{dir}: {diagnostics:?}"));
    assert!(!evaluation.is_waiting(), "{dir} waits for a lookup");
    let failed: Vec<&str> = evaluation
        .desired
        .asserts
        .iter()
        .filter(|it| it.holds == Some(false))
        .map(|it| it.message.as_str())
        .collect();
    assert!(failed.is_empty(), "{dir}: {}", failed.join("\n"));
    evaluation.desired
}

fn answer(fields: &[(&str, Value)]) -> Record {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// What the lookups of the examples find.
fn lookups() -> BTreeMap<Address, Record> {
    let image = answer(&[
        ("id", Value::string("ami-1")),
        ("title", Value::string("Debian 12")),
    ]);
    let zones = ["us-west-2a", "us-west-2b"].map(Value::string).to_vec();
    let zones = answer(&[
        ("id", Value::string("us-west-2")),
        ("names", Value::List(zones)),
    ]);
    BTreeMap::from([
        (Address::root("aws.image", "centos"), image.clone()),
        (Address::root("aws.image", "debian"), image),
        (Address::root("aws.zones", "here"), zones),
    ])
}

fn desk() -> Desired {
    evaluate(
        "examples/51desk",
        &[("office", "203.0.113.0/24")],
        &lookups(),
    )
}

fn instance<'d>(desired: &'d Desired, address: &str) -> &'d Instance {
    let found = desired
        .instances
        .iter()
        .find(|it| it.address.to_string() == address);
    found.unwrap_or_else(|| panic!("there is no {address}"))
}

fn output<'d>(desired: &'d Desired, name: &str) -> &'d Value {
    let found = desired.outputs.iter().find(|it| it.name == name);
    &found
        .unwrap_or_else(|| panic!("there is no output {name}"))
        .value
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the files are read as users do")]
fn every_example_and_the_standard_library_parse() {
    let mut paths = files(&repository().join("examples"), "infra");
    paths.extend(files(&repository().join("stdlib/text"), "infra"));
    assert!(paths.len() >= 30, "the files were found");
    let mut wrong = Vec::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).expect("a program is text");
        let (_, diagnostics) = parse(FileId(0), &text);
        for diagnostic in diagnostics {
            let line = text[..diagnostic.span.start as usize].lines().count();
            wrong.push(format!("{}:{line}: {}", path.display(), diagnostic.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_hosts_of_51desk_are_those_of_the_table() {
    let desired = desk();
    for (host, machine, data, address) in [
        ("ec2_1", "c6i.xlarge", 40, false),
        ("ec2_2", "c6i.xlarge", 20, false),
        ("ec2_3", "c6i.xlarge", 20, true),
        ("ec2_4", "c6i.xlarge", 20, false),
        ("ec2_5", "c6i.xlarge", 40, true),
        ("ec2_6", "m6i.large", 20, true),
    ] {
        let its = |rest: &str| instance(&desired, &format!("{host}/{rest}"));
        let server = its("aws.instance.host");
        assert_eq!(server.fields["type"], Value::string(machine), "{host}");
        assert_eq!(
            server.fields["root_size"],
            Value::Size(Size::gib(10)),
            "{host}"
        );
        let user_data = server.fields["user_data"]
            .as_str()
            .expect("it is known before apply");
        assert!(user_data.contains("\ndata ext4 /data\n"), "{user_data}");
        assert!(
            user_data.contains("\n    swapping || missing=1\n"),
            "{user_data}"
        );
        assert!(user_data.len() < 16 * 1024, "Amazon takes no more");
        let volume = its(r#"aws.volume.disk["data"]"#);
        assert_eq!(
            volume.fields["size"],
            Value::Size(Size::gib(data)),
            "{host}"
        );
        let swap = its("aws.volume.swap_disk");
        assert_eq!(swap.fields["size"], Value::Size(Size::gib(16)), "{host}");
        assert_eq!(swap.fields["format"], Value::string("swap"), "{host}");
        let name = format!("{host}/aws.elastic_ip.address");
        let has = desired
            .instances
            .iter()
            .any(|it| it.address.to_string() == name);
        assert_eq!(has, address, "{host}");
    }
    let count = |ty: &str| {
        desired
            .instances
            .iter()
            .filter(|it| it.address.type_name == ty)
            .count()
    };
    assert_eq!(
        (
            count("aws.instance"),
            count("aws.volume"),
            count("aws.attachment")
        ),
        (6, 12, 12)
    );
    assert_eq!((count("aws.elastic_ip"), count("aws.nat_gateway")), (3, 0));
}

#[test]
fn data_stores_of_51desk_are_protected_but_for_their_swap() {
    for instance in &desk().instances {
        let host = instance.address.path.first().map(|step| step.name.as_str());
        // An attachment holds nothing that could be lost, and is replaced when a device name changes.
        let link = instance.address.type_name == "aws.attachment";
        let swap = instance.address.name == "swap_disk";
        let expected = matches!(host, Some("ec2_1" | "ec2_2")) && !swap && !link;
        let protected = instance.lifecycle.protect.is_some();
        assert_eq!(protected, expected, "{}", instance.address);
    }
}

#[test]
fn a_way_out_for_inside_hosts_is_one_parameter() {
    let inputs = [("office", "203.0.113.0/24"), ("outward", "true")];
    let desired = evaluate("examples/51desk", &inputs, &lookups());
    instance(&desired, "aws.nat_gateway.outward_gateway");
    let routes = &instance(&desired, "aws.route_table.inside_routes").fields["routes"];
    assert_eq!(routes.as_list().map(<[Value]>::len), Some(1));
}

#[test]
fn hello_greets() {
    let desired = evaluate("examples/hello", &[("name", "moon")], &BTreeMap::new());
    let greeting = instance(&desired, "std.value.greeting");
    assert_eq!(greeting.fields["input"], Value::string("Hello, moon!"));
    assert_eq!(desired.instances.len(), 3);
}

#[test]
fn the_tour_runs() {
    let known = lookups();
    let tour = |name: &str, inputs: &[(&str, &str)]| {
        evaluate(&format!("examples/tour/{name}"), inputs, &known)
    };
    assert_eq!(
        output(&tour("for", &[]), "public_hosts").to_string(),
        r#"["web"]"#
    );
    assert_eq!(
        output(&tour("if", &[]), "copied"),
        &Value::string("nothing was copied")
    );
    assert_eq!(output(&tour("components", &[]), "sum"), &Value::Int(6));
    instance(&tour("units", &[]), "std.value.sizes");
    let secrets = tour("secrets", &[("password", "correct horse")]);
    assert_eq!(
        instance(&secrets, "std.value.login").fields["input"].to_string(),
        "(secret)"
    );
    let nginx = instance(&tour("templates", &[]), "std.value.web").fields["input"].clone();
    let nginx = nginx.as_str().expect("a text").to_owned();
    assert!(
        nginx.contains("  server 10.0.0.5:15001;\n  server 10.0.0.6:15001;\n"),
        "{nginx}"
    );
    instance(&tour("lookups", &[]), r#"aws.subnet.part["us-west-2b"]"#);
}
