//! Instance profiles of instances. IAM itself is not simulated: every well-formed profile of the account exists.

use sha2::{Digest, Sha256};

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Page};
use crate::aws::fault::Fault;
use crate::aws::filter::matches;
use crate::aws::world::{Instance, Profile, Region};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

/// The profile that a launch or a later call names, not yet associated with anything.
///
/// # Errors
/// `InvalidParameterValue` for what cannot be the name or ARN of a profile.
pub fn named(region: &mut Region, q: &Query) -> Result<Profile, Fault> {
    let (name, arn) = (q.text("Name"), q.text("Arn"));
    let prefix = format!("arn:aws:iam::{ACCOUNT}:instance-profile/");
    let name = match (name, arn) {
        (Some(name), None) => name,
        (None, Some(arn)) => arn
            .strip_prefix(&prefix)
            .ok_or_else(|| invalid("arn", arn))?,
        _ => {
            return Err(Fault::combination(
                "An instance profile is named by its name or by its ARN.",
            ));
        }
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || "+=,.@-_/".contains(c);
    if name.is_empty() || name.len() > 128 || !name.chars().all(fits) {
        return Err(invalid("name", name));
    }
    let id = hex::encode(Sha256::digest(name)).to_uppercase();
    Ok(Profile {
        association: region.new_id("iip-assoc"),
        arn: format!("{prefix}{name}"),
        id: format!("AIPA{}", &id[..17]),
        since_ms: region.now,
    })
}

fn invalid(parameter: &str, value: &str) -> Fault {
    Fault::value(format!(
        "Value ({value}) for parameter iamInstanceProfile.{parameter} is invalid. Invalid IAM Instance Profile {parameter}"
    ))
}

/// `<iamInstanceProfile>` of an instance.
pub fn show(profile: &Profile) -> Node {
    Node::new()
        .text("arn", &profile.arn)
        .text("id", &profile.id)
}

fn association(instance: &str, profile: &Profile, state: &str) -> Node {
    Node::new()
        .text("associationId", &profile.association)
        .text("instanceId", instance)
        .node("iamInstanceProfile", show(profile))
        .text("state", state)
        .text("timestamp", iso(profile.since_ms))
}

fn by_association(region: &Region, id: &str) -> Result<Instance, Fault> {
    let has = |instance: &&Instance| {
        instance
            .profile
            .as_ref()
            .is_some_and(|profile| profile.association == id)
    };
    region.instances.iter().find(has).cloned().ok_or_else(|| {
        Fault::new(
            "InvalidAssociationID.NotFound",
            format!("An invalid association-id of '{id}' was given"),
        )
    })
}

fn specified(region: &mut Region, q: &Query) -> Result<Profile, Fault> {
    named(
        region,
        q.child("IamInstanceProfile")
            .ok_or_else(|| Fault::missing("iamInstanceProfile"))?,
    )
}

pub fn associate(region: &mut Region, q: &Query) -> Answer {
    let instance = region.instances.find(q.need("InstanceId")?)?.clone();
    let profile = specified(region, q)?;
    if instance.profile.is_some() {
        return Err(Fault::state(format!(
            "There is an existing association for instance {}",
            instance.id
        )));
    }
    if instance.state.is_ending() {
        return Err(Fault::state(format!(
            "The instance {} is not in a state for this operation",
            instance.id
        )));
    }
    let answer = association(&instance.id, &profile, "associating");
    region.instances.put(Instance {
        profile: Some(profile),
        ..instance
    });
    Ok(Node::new().node("iamInstanceProfileAssociation", answer))
}

/// Gives the instance another profile under a new association.
pub fn replace(region: &mut Region, q: &Query) -> Answer {
    let instance = by_association(region, q.need("AssociationId")?)?;
    let profile = specified(region, q)?;
    let answer = association(&instance.id, &profile, "associating");
    region.instances.put(Instance {
        profile: Some(profile),
        ..instance
    });
    Ok(Node::new().node("iamInstanceProfileAssociation", answer))
}

pub fn disassociate(region: &mut Region, q: &Query) -> Answer {
    let mut instance = by_association(region, q.need("AssociationId")?)?;
    let gone = instance.profile.take();
    let answer = gone.map(|profile| association(&instance.id, &profile, "disassociating"));
    region.instances.put(instance);
    Ok(Node::new().node("iamInstanceProfileAssociation", answer.unwrap_or_default()))
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let ids = q.texts("AssociationId");
    for id in &ids {
        by_association(region, id)?;
    }
    let mut rows: Vec<(&str, &Profile)> = region
        .instances
        .iter()
        .filter_map(|instance| Some((instance.id.as_str(), instance.profile.as_ref()?)))
        .filter(|(_, profile)| ids.is_empty() || ids.contains(&profile.association.as_str()))
        .collect();
    for filter in q.list("Filter") {
        let name = filter.need("Name")?;
        let patterns = filter.texts("Value");
        if !matches!(name, "instance-id" | "state") {
            return Err(Fault::value(format!("The filter '{name}' is invalid")));
        }
        rows.retain(|(instance, _)| {
            let value = if name == "state" {
                "associated"
            } else {
                instance
            };
            patterns.iter().any(|pattern| matches(pattern, value))
        });
    }
    rows.sort_by(|a, b| a.1.association.cmp(&b.1.association));
    let page = Page::parse(
        q,
        "iam-instance-profile-association",
        (5, 1000),
        !ids.is_empty(),
    )?;
    let (rows, next) = page.cut(rows, |(_, profile)| &profile.association);
    let items = rows
        .into_iter()
        .map(|(instance, profile)| association(instance, profile, "associated"));
    Ok(Node::new()
        .list("iamInstanceProfileAssociationSet", items)
        .maybe("nextToken", next))
}
