//! Network ACLs and the subnets that have them; their entries are changed in `acl_entry.rs`.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::{acl_entry, tags};
use crate::aws::fault::Fault;
use crate::aws::filter::one;
use crate::aws::world::{NetworkAcl, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const ACLS: Describe<NetworkAcl> = Describe {
    set: "networkAclSet",
    ids: "NetworkAclId",
    page: Some((5, 1000)),
    filters: &[
        ("network-acl-id", |_, acl| one(&acl.id)),
        ("vpc-id", |_, acl| one(&acl.vpc)),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("default", |_, acl| one(acl.is_default)),
        ("association.association-id", |_, acl| {
            acl.associations.iter().map(|(id, _)| id.clone()).collect()
        }),
        ("association.network-acl-id", |_, acl| one(&acl.id)),
        ("association.subnet-id", |_, acl| {
            let subnets = acl.associations.iter();
            subnets.map(|(_, subnet)| subnet.clone()).collect()
        }),
        ("entry.cidr", |_, acl| {
            acl.entries
                .iter()
                .map(|entry| entry.range.to_string())
                .collect()
        }),
        ("entry.egress", |_, acl| {
            acl.entries
                .iter()
                .map(|entry| entry.egress.to_string())
                .collect()
        }),
        ("entry.protocol", |_, acl| {
            acl.entries
                .iter()
                .map(|entry| entry.protocol.clone())
                .collect()
        }),
        ("entry.rule-action", |_, acl| {
            let entries = acl.entries.iter();
            entries
                .map(|entry| acl_entry::action(entry).to_owned())
                .collect()
        }),
        ("entry.rule-number", |_, acl| {
            acl.entries
                .iter()
                .map(|entry| entry.number.to_string())
                .collect()
        }),
    ],
    table: |region| &region.network_acls,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    ACLS.answer(region, q)
}

fn show(region: &Region, acl: &NetworkAcl) -> Node {
    let associations = acl.associations.iter().map(|(id, subnet)| {
        Node::new()
            .text("networkAclAssociationId", id)
            .text("networkAclId", &acl.id)
            .text("subnetId", subnet)
    });
    let entries = acl_entry::with_last(acl);
    Node::new()
        .text("networkAclId", &acl.id)
        .text("vpcId", &acl.vpc)
        .text("ownerId", ACCOUNT)
        .text("default", acl.is_default)
        .list("entrySet", entries.iter().map(acl_entry::show))
        .list("associationSet", associations)
        .and(tags::show(region, &acl.id))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let vpc = region.vpcs.find(q.need("VpcId")?)?.id.clone();
    let count = region
        .network_acls
        .iter()
        .filter(|acl| acl.vpc == vpc)
        .count();
    if count >= region.quotas.network_acls_per_vpc {
        return Err(Fault::new(
            "NetworkAclLimitExceeded",
            "The maximum number of network ACLs has been reached.",
        ));
    }
    let given = tags::specified(q, "network-acl", &["network-acl"])?;
    let acl = NetworkAcl {
        id: region.new_id("acl"),
        vpc,
        is_default: false,
        entries: Vec::new(),
        associations: Vec::new(),
    };
    region.network_acls.put(acl.clone());
    tags::put(region, &acl.id, given)?;
    Ok(Node::new()
        .node("networkAcl", show(region, &acl))
        .maybe("clientToken", q.text("ClientToken")))
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let acl = region.network_acls.find(q.need("NetworkAclId")?)?;
    let id = acl.id.clone();
    if acl.is_default {
        return Err(Fault::value(format!(
            "cannot delete default network ACL {id}"
        )));
    }
    if !acl.associations.is_empty() {
        return Err(Fault::dependency(format!(
            "The networkAcl '{id}' has dependencies and cannot be deleted."
        )));
    }
    region.network_acls.remove(&id);
    region.tags.remove(&id);
    Ok(Node::done())
}

/// Moves a subnet to another network ACL. The association gets a new id.
pub fn replace_association(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("AssociationId")?;
    let found = region.network_acls.iter().find_map(|acl| {
        let (_, subnet) = acl.associations.iter().find(|(known, _)| known == id)?;
        Some((acl.clone(), subnet.clone()))
    });
    let (old, subnet) = found.ok_or_else(|| {
        Fault::new(
            "InvalidAssociationID.NotFound",
            format!("The association ID '{id}' does not exist"),
        )
    })?;
    let new = region.network_acls.find(q.need("NetworkAclId")?)?.clone();
    if new.vpc != old.vpc {
        return Err(Fault::value(format!(
            "network ACL {} and subnet {subnet} belong to different networks",
            new.id
        )));
    }
    leave(region, &subnet);
    let association = region.new_id("aclassoc");
    region.network_acls.change(&new.id, |acl| {
        acl.associations.push((association.clone(), subnet));
    })?;
    Ok(Node::new().text("newAssociationId", association))
}

/// Takes a subnet off the network ACL that it has.
pub fn leave(region: &mut Region, subnet: &str) {
    let has = |acl: &&NetworkAcl| acl.associations.iter().any(|(_, known)| known == subnet);
    let found = region.network_acls.iter().find(has).cloned();
    if let Some(mut acl) = found {
        acl.associations.retain(|(_, known)| known != subnet);
        region.network_acls.put(acl);
    }
}
