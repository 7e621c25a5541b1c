//! Values that another resource's step changes (`@changed_by`): what is made of them after one apply is what the cloud has,
//! so the next plan is empty.

use infra_engine::apply::ApplyReport;
use infra_model::Value;

use crate::bed::{Bed, Setup, Text};

const NETWORK: &str = r#"
provider aws { region = "us-west-2" }
lookup aws.image debian { owner = "136693071363", name = "debian-12-amd64-*", newest = true }
aws.vpc main { range = 10.0.0.0/16 }
aws.internet_gateway door { vpc = main }
aws.subnet outside { vpc = main, zone = "us-west-2a", range = 10.0.1.0/24 }
aws.route_table out { vpc = main, routes = [{ to = internet, via = door }], subnets = [outside] }
"#;

fn program(rest: &str) -> Text {
    Text::new(format!("{NETWORK}{rest}"))
}

/// Two machines, a firewall that names the first one's address, and where the Elastic IP leads.
fn servers(elastic_ip: &str) -> Text {
    program(&format!(
        r#"
aws.instance one {{ type = "t3.micro", image = debian, subnet = outside, public = true }}
aws.instance two {{ type = "t3.micro", image = debian, subnet = outside, public = true }}
aws.security_group trusts {{ vpc = main, allow = [{{ from = range_of(one.public_ip ?? 192.0.2.1), ports = [tcp/22] }}] }}
{elastic_ip}
output one = one.public_ip
output two = two.public_ip
"#
    ))
}

fn applied(bed: &Bed, text: &Text) -> ApplyReport {
    let (_, report) = bed.apply(text, false);
    let again = bed.plan(text).0;
    assert!(again.is_empty(), "{:#?}", again.changes);
    assert_eq!(again.drift, [], "nothing was changed outside");
    report
}

fn output(report: &ApplyReport, name: &str) -> Value {
    let output = report.outputs.iter().find(|output| output.name == name);
    output.expect("the program has it").value.clone()
}

#[test]
fn the_public_address_follows_the_elastic_ip() {
    let bed = Bed::new(&Setup::instant());
    let at_one = servers("aws.elastic_ip front { instance = one }\noutput front = front.public_ip");
    let report = applied(&bed, &at_one);
    let front = output(&report, "front");
    assert_eq!(output(&report, "one"), front);
    assert_ne!(output(&report, "two"), front);

    let at_two = servers("aws.elastic_ip front { instance = two }\noutput front = front.public_ip");
    let report = applied(&bed, &at_two);
    assert_eq!(output(&report, "front"), front);
    assert_eq!(output(&report, "two"), front);
    assert_ne!(output(&report, "one"), front);

    let waiting = servers("aws.elastic_ip front {}\noutput front = front.public_ip");
    let report = applied(&bed, &waiting);
    assert_ne!(output(&report, "two"), front);
}

#[test]
fn the_public_address_does_not_outlive_the_elastic_ip() {
    let bed = Bed::new(&Setup::instant());
    let report = applied(&bed, &servers("aws.elastic_ip front { instance = one }"));
    let front = output(&report, "one");
    let report = applied(&bed, &servers(""));
    assert_ne!(output(&report, "one"), front);
}

#[test]
fn a_machine_that_is_stopped_to_detach_is_recorded_as_it_is_left() {
    let program = |device: &str| {
        program(&format!(
            r#"
aws.instance host {{ type = "t3.small", image = debian, subnet = outside, tags = {{ device = "{device}" }} }}
aws.volume data {{ zone = "us-west-2a", size = 1GiB }}
aws.attachment link {{ instance = host, volume = data, device = "{device}", stop_to_detach = true }}
"#
        ))
    };
    let bed = Bed::new(&Setup::instant());
    applied(&bed, &program("/dev/sdf"));
    applied(&bed, &program("/dev/sdg"));
    let state = bed.state();
    let host = state
        .entries()
        .values()
        .find(|entry| entry.address().name == "host");
    let attributes = host.expect("it is there").attributes.usable();
    assert_eq!(attributes.get("running"), Some(&Value::Bool(true)));
}
