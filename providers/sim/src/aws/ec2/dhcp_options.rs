//! DHCP options and the VPCs that use them.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::tags;
use crate::aws::fault::Fault;
use crate::aws::filter::one;
use crate::aws::world::{DhcpOptions, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

/// What a VPC without a set of its own says in place of an id.
const NONE: &str = "default";
/// Name or time servers of a set.
const SERVERS_MAX: usize = 4;
/// The options that there are.
const KEYS: &[&str] = &[
    "domain-name",
    "domain-name-servers",
    "ipv6-address-preferred-lease-time",
    "netbios-name-servers",
    "netbios-node-type",
    "ntp-servers",
];

const OPTIONS: Describe<DhcpOptions> = Describe {
    set: "dhcpOptionsSet",
    ids: "DhcpOptionsId",
    page: Some((5, 1000)),
    filters: &[
        ("dhcp-options-id", |_, set| one(&set.id)),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("key", |_, set| {
            set.options.iter().map(|(key, _)| key.clone()).collect()
        }),
        ("value", |_, set| {
            let values = set.options.iter().flat_map(|(_, values)| values);
            values.cloned().collect()
        }),
    ],
    table: |region| &region.dhcp_options,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    OPTIONS.answer(region, q)
}

fn show(region: &Region, set: &DhcpOptions) -> Node {
    let options = set.options.iter().map(|(key, values)| {
        let values = values.iter().map(|value| Node::new().text("value", value));
        Node::new().text("key", key).list("valueSet", values)
    });
    Node::new()
        .text("dhcpOptionsId", &set.id)
        .text("ownerId", ACCOUNT)
        .list("dhcpConfigurationSet", options)
        .and(tags::show(region, &set.id))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let mut options: Vec<(String, Vec<String>)> = Vec::new();
    for node in q.list("DhcpConfiguration") {
        let key = node.need("Key")?;
        let values: Vec<String> = node.texts("Value").into_iter().map(str::to_owned).collect();
        check(key, &values)?;
        if options.iter().any(|(known, _)| known == key) {
            return Err(Fault::value(format!("Duplicate option {key} specified.")));
        }
        options.push((key.to_owned(), values));
    }
    if options.is_empty() {
        return Err(Fault::missing("dhcpConfiguration"));
    }
    let given = tags::specified(q, "dhcp-options", &["dhcp-options"])?;
    let set = DhcpOptions {
        id: region.new_id("dopt"),
        options,
        is_default: false,
    };
    region.dhcp_options.put(set.clone());
    tags::put(region, &set.id, given)?;
    Ok(Node::new().node("dhcpOptions", show(region, &set)))
}

fn check(key: &str, values: &[String]) -> Result<(), Fault> {
    if !KEYS.contains(&key) {
        return Err(Fault::value(format!(
            "Value ({key}) for parameter key is invalid. Unknown DHCP option"
        )));
    }
    let amazon = |value: &String| key == "domain-name-servers" && value == "AmazonProvidedDNS";
    let wrong = values.iter().find(|value| {
        key.ends_with("-servers") && !amazon(value) && value.parse::<std::net::IpAddr>().is_err()
    });
    if let Some(wrong) = wrong {
        return Err(Fault::value(format!(
            "Value ({wrong}) for parameter value is invalid. Invalid DHCP option value."
        )));
    }
    if values.is_empty() || values.len() > SERVERS_MAX {
        return Err(Fault::value(format!(
            "The option {key} takes 1 to {SERVERS_MAX} values."
        )));
    }
    Ok(())
}

/// Gives a VPC another set, or none with the id `default`.
pub fn associate(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("DhcpOptionsId")?;
    if id != NONE {
        region.dhcp_options.find(id)?;
    }
    region
        .vpcs
        .change(q.need("VpcId")?, |vpc| id.clone_into(&mut vpc.dhcp_options))?;
    Ok(Node::done())
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let id = region
        .dhcp_options
        .find(q.need("DhcpOptionsId")?)?
        .id
        .clone();
    if region.vpcs.iter().any(|vpc| vpc.dhcp_options == id) {
        return Err(Fault::dependency(format!(
            "The dhcpOptions '{id}' has dependencies and cannot be deleted."
        )));
    }
    region.dhcp_options.remove(&id);
    region.tags.remove(&id);
    Ok(Node::done())
}
