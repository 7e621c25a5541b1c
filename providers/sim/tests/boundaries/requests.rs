//! What the simulator says to requests, written as `Action Name=value Name=value > name=element`; `{name}` stands for
//! what an earlier answer gave, `%20` and the like for characters that would end a value.

use std::collections::BTreeMap;

use infra_sim::Timing;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::client::Sim;

pub enum Outcome {
    Taken,
    /// With the code of the error.
    Refused(String),
    /// Something before the last step went wrong, so that nothing is shown.
    Stopped(String),
}

impl Outcome {
    pub fn said(&self) -> String {
        match self {
            Outcome::Taken => "takes it".to_owned(),
            Outcome::Refused(code) => format!("refuses it with {code}"),
            Outcome::Stopped(why) => format!("does not get there: {why}"),
        }
    }
}

/// Sends the steps to a cloud of its own. All but the last must be taken.
pub fn send(steps: &str) -> Outcome {
    let sim = Sim::start(|config| {
        config.timing = Timing::instant();
        // The network that comes with a region counts too, and is none of a program's.
        config.quotas.vpcs += 1;
    });
    let mut names = ground(&sim);
    let lines: Vec<&str> = steps
        .lines()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    let mut outcome = Outcome::Taken;
    for (at, line) in lines.iter().enumerate() {
        let (request, wanted) = match line.split_once(" > ") {
            Some((request, wanted)) => (request, Some(wanted)),
            None => (*line, None),
        };
        let mut words = request.split(' ');
        let action = words.next().unwrap_or_default();
        let parameters: Vec<(&str, String)> = words
            .map(|word| {
                let (name, value) = word.split_once('=').expect("Name=value");
                (name, filled(value, &names))
            })
            .collect();
        let parameters: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let reply = sim.ec2(action, &parameters);
        if reply.status != 200 {
            if at + 1 < lines.len() {
                outcome = Outcome::Stopped(format!("{action}: {}", reply.body()));
                break;
            }
            outcome = Outcome::Refused(reply.code());
        } else if let Some((name, element)) = wanted.and_then(|it| it.split_once('=')) {
            names.insert(name.to_owned(), reply.text(element));
        }
    }
    sim.stop();
    outcome
}

/// Two networks with a subnet and a group each, as the programs have them.
fn ground(sim: &Sim) -> BTreeMap<String, String> {
    let (vpc, subnet) = sim.network();
    let hostnames = [
        ("VpcId", vpc.as_str()),
        ("EnableDnsHostnames.Value", "true"),
    ];
    sim.ec2("ModifyVpcAttribute", &hostnames).ok();
    let other = sim.get("CreateVpc", &[("CidrBlock", "10.1.0.0/16")], "vpcId");
    let far = [
        ("VpcId", other.as_str()),
        ("CidrBlock", "10.1.1.0/24"),
        ("AvailabilityZone", "us-west-2b"),
    ];
    let far = sim.get("CreateSubnet", &far, "subnetId");
    let group = |name: &str, vpc: &str| {
        let parameters = [
            ("GroupName", name),
            ("GroupDescription", "x"),
            ("VpcId", vpc),
        ];
        sim.get("CreateSecurityGroup", &parameters, "groupId")
    };
    let (near, away) = (group("near", &vpc), group("away", &other));
    let image = sim.image();
    let names = [
        ("vpc", vpc),
        ("subnet", subnet),
        ("other", other),
        ("far", far),
        ("near", near),
        ("away", away),
        ("image", image),
    ];
    names.map(|(name, value)| (name.to_owned(), value)).into()
}

fn filled(value: &str, names: &BTreeMap<String, String>) -> String {
    let mut text = value.to_owned();
    for (name, id) in names {
        text = text.replace(&format!("{{{name}}}"), id);
    }
    // `10.0.0.0/16#24` is the range with another prefix.
    if let Some((range, length)) = text.split_once('#') {
        let start = range.split('/').next().unwrap_or_default();
        text = format!("{start}/{length}");
    }
    decoded(&text)
}

/// Characters that would end a value are escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'/')
    .remove(b':')
    .remove(b'-');

/// A value as it can stand in a step.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn decoded(text: &str) -> String {
    let text = percent_decode_str(text).decode_utf8();
    text.expect("UTF-8").into_owned()
}
