//! What AWS would refuse of a plan as a whole.

use std::collections::BTreeMap;

use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::{Foreseen, Prospect};

/// The resources of a plan by their ids.
struct Plan<'a> {
    all: &'a [Prospect<'a>],
    by_id: BTreeMap<String, &'a Prospect<'a>>,
}

pub(crate) fn foresee(all: &[Prospect<'_>]) -> Vec<Foreseen> {
    let id = |one: &Prospect<'_>| text(one.before, "id");
    let by_id = all.iter().filter_map(|one| Some((id(one)?, one))).collect();
    let plan = Plan { all, by_id };
    let mut found = Vec::new();
    for one in all {
        match one.address.type_name.as_str() {
            "aws.internet_gateway" => found.extend(plan.gateway(one)),
            "aws.attachment" => found.extend(plan.attachment(one)),
            "aws.instance" => found.extend(stop(one)),
            _ => {}
        }
    }
    found
}

fn text(fields: Option<&Record>, name: &str) -> Option<String> {
    Fields(fields?).text(name)
}

fn flag(fields: Option<&Record>, name: &str) -> bool {
    fields.and_then(|fields| Fields(fields).flag(name)) == Some(true)
}

impl<'a> Plan<'a> {
    fn of(&self, type_name: &'static str) -> impl Iterator<Item = &'a Prospect<'a>> {
        let of_type = move |one: &&Prospect<'_>| one.address.type_name == type_name;
        self.all.iter().filter(of_type)
    }

    /// What has this id and stays.
    fn staying(&self, id: &str) -> Option<&'a Prospect<'a>> {
        self.by_id.get(id).copied().filter(|one| !one.destroyed)
    }

    /// `DetachInternetGateway` is refused as long as anything in the network has a public address.
    fn gateway(&self, gateway: &Prospect<'_>) -> Option<Foreseen> {
        let network = text(gateway.before, "vpc")?;
        let leaves = gateway.destroyed || text(gateway.after, "vpc").as_ref() != Some(&network);
        // Without the network, nothing in it stays either.
        if !leaves || self.staying(&network).is_none() {
            return None;
        }
        let who = self.public_in(&network)?;
        Some(Foreseen {
            address: gateway.address.clone(),
            message: format!(
                "it cannot leave its network, because {} stays there with a public address",
                who.address
            ),
            help: "if the gateway has another name only, say so with `move OLD -> NEW`; otherwise take the public \
                   address away and apply that first"
                .to_owned(),
        })
    }

    /// Something that stays in a network and has a public address.
    fn public_in(&self, network: &str) -> Option<&'a Prospect<'a>> {
        let inside = |one: &Prospect<'_>| {
            let subnet = text(one.before, "subnet").and_then(|id| self.staying(&id));
            subnet.is_some_and(|subnet| text(subnet.before, "vpc").as_deref() == Some(network))
        };
        let stays = |one: &&Prospect<'_>| !one.destroyed && one.before.is_some() && inside(one);
        let public = |one: &&Prospect<'_>| text(one.before, "public_ip").is_some();
        let mut gateways = self.of("aws.nat_gateway").filter(stays).filter(public);
        let mut machines = self.of("aws.instance").filter(stays);
        gateways
            .next()
            .or_else(|| machines.find(|machine| self.keeps_public(machine)))
    }

    /// Whether a machine has a public address now and afterwards.
    fn keeps_public(&self, machine: &Prospect<'_>) -> bool {
        let id = text(machine.before, "id");
        let leads = |fields| id.is_some() && text(fields, "instance") == id;
        let mut addresses = self.of("aws.elastic_ip").peekable();
        let mut had = false;
        let kept = addresses.any(|address| {
            had |= leads(address.before);
            !address.destroyed && leads(address.after)
        });
        kept || !had && text(machine.before, "public_ip").is_some()
    }

    /// A machine that refuses to be stopped does not let go of a disk that way.
    fn attachment(&self, attachment: &Prospect<'_>) -> Option<Foreseen> {
        if !attachment.destroyed || !flag(attachment.before, "stop_to_detach") {
            return None;
        }
        let machine = self.staying(&text(attachment.before, "instance")?)?;
        (flag(machine.before, "stop_protection")).then(|| Foreseen {
            address: attachment.address.clone(),
            message: format!(
                "{} would have to be stopped to let go of the disk, and has `stop_protection = true`",
                machine.address
            ),
            help: "set `stop_protection = false` and apply that first".to_owned(),
        })
    }
}

/// A machine that refuses to be stopped, and goes on refusing.
fn stop(machine: &Prospect<'_>) -> Option<Foreseen> {
    let refuses = |fields| flag(fields, "stop_protection");
    let stops = flag(machine.before, "running") && !flag(machine.after, "running");
    let stays = !machine.destroyed && machine.after.is_some();
    (stays && stops && refuses(machine.before) && refuses(machine.after)).then(|| Foreseen {
        address: machine.address.clone(),
        message: "it is to stop, and has `stop_protection = true`".to_owned(),
        help: "set `stop_protection = false` in the same program".to_owned(),
    })
}
