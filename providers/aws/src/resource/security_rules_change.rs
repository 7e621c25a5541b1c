//! Bringing the rules of a security group about: AuthorizeSecurityGroupIngress and -Egress,
//! RevokeSecurityGroupIngress and -Egress, UpdateSecurityGroupRuleDescriptionsIngress and -Egress.

use aws_sdk_ec2::types::IpPermission;
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, FailureKind};

use super::security_rule::{Direction, rules_of};
use super::security_rules::wanted;
use crate::client::Cloud;

/// The code of a refusal for want of room in the group.
const FULL: &str = "RulesPerSecurityGroupLimitExceeded";

/// How many old rules make room at a time in a full group: few, because whoever they let in may wait for a new one.
const ROOM_STEP: usize = 10;

/// Makes the rules of a group what the fields say. What is new is allowed before what is old is revoked, so that
/// nobody who may connect before and after is locked out in between. Where a full group leaves no room for that, old
/// and new rules take turns in portions; a rule that stays is never touched.
pub(super) async fn bring_rules(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    current: &[IpPermission],
    fields: Fields<'_>,
) -> Result<(), Failure> {
    let current = rules_of(current);
    let wanted = wanted(direction, fields)?;
    let missing = wanted
        .iter()
        .filter(|(rule, _)| !current.contains_key(*rule));
    let missing: Vec<_> = missing
        .map(|(rule, note)| rule.permission(note.as_ref()))
        .collect();
    let renamed = wanted
        .iter()
        .filter(|(rule, note)| current.get(*rule).is_some_and(|old| old != *note));
    let renamed: Vec<_> = renamed
        .map(|(rule, note)| rule.permission(note.as_ref()))
        .collect();
    let surplus = current.keys().filter(|rule| !wanted.contains_key(*rule));
    let mut surplus: Vec<_> = surplus.map(|rule| rule.permission(None)).collect();
    let mut missing = missing.as_slice();
    let mut portion = missing.len();
    while !missing.is_empty() {
        let (now, later) = missing.split_at(portion.min(missing.len()));
        match authorize(cloud, group, direction, now.to_vec()).await {
            Ok(()) => missing = later,
            Err(failure) if failure.code == FULL && now.len() > 1 => portion = now.len() / 2,
            Err(failure) if failure.code == FULL && !surplus.is_empty() => {
                let kept = surplus.len().saturating_sub(ROOM_STEP);
                let leaving = surplus.split_off(kept);
                portion = leaving.len();
                revoke(cloud, group, direction, leaving).await?;
            }
            Err(failure) => return Err(failure),
        }
    }
    if !renamed.is_empty() {
        describe(cloud, group, direction, renamed).await?;
    }
    if !surplus.is_empty() {
        revoke(cloud, group, direction, surplus).await?;
    }
    Ok(())
}

/// All in one call. When one of them exists already (a lost answer, or somebody else), the call did nothing; then
/// each is sent by itself.
async fn authorize(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    rules: Vec<IpPermission>,
) -> Result<(), Failure> {
    match authorize_all(cloud, group, direction, &rules).await {
        Err(failure) if failure.kind == FailureKind::AlreadyExists => {}
        result => return result,
    }
    for rule in rules {
        match authorize_all(cloud, group, direction, &[rule]).await {
            Err(failure) if failure.kind == FailureKind::AlreadyExists => {}
            result => result?,
        }
    }
    Ok(())
}

async fn authorize_all(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    rules: &[IpPermission],
) -> Result<(), Failure> {
    match direction {
        Direction::In => {
            cloud
                .change("AuthorizeSecurityGroupIngress", || {
                    let call = cloud.ec2.authorize_security_group_ingress().group_id(group);
                    call.set_ip_permissions(Some(rules.to_vec())).send()
                })
                .await?;
        }
        Direction::Out => {
            cloud
                .change("AuthorizeSecurityGroupEgress", || {
                    let call = cloud.ec2.authorize_security_group_egress().group_id(group);
                    call.set_ip_permissions(Some(rules.to_vec())).send()
                })
                .await?;
        }
    }
    Ok(())
}

async fn describe(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    rules: Vec<IpPermission>,
) -> Result<(), Failure> {
    match direction {
        Direction::In => {
            cloud
                .change("UpdateSecurityGroupRuleDescriptionsIngress", || {
                    let call = cloud.ec2.update_security_group_rule_descriptions_ingress();
                    call.group_id(group)
                        .set_ip_permissions(Some(rules.clone()))
                        .send()
                })
                .await?;
        }
        Direction::Out => {
            cloud
                .change("UpdateSecurityGroupRuleDescriptionsEgress", || {
                    let call = cloud.ec2.update_security_group_rule_descriptions_egress();
                    call.group_id(group)
                        .set_ip_permissions(Some(rules.clone()))
                        .send()
                })
                .await?;
        }
    }
    Ok(())
}

/// Revoked already is success.
async fn revoke(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    rules: Vec<IpPermission>,
) -> Result<(), Failure> {
    let revoked = match direction {
        Direction::In => cloud
            .change("RevokeSecurityGroupIngress", || {
                let call = cloud.ec2.revoke_security_group_ingress().group_id(group);
                call.set_ip_permissions(Some(rules.clone())).send()
            })
            .await
            .map(|_| ()),
        Direction::Out => cloud
            .change("RevokeSecurityGroupEgress", || {
                let call = cloud.ec2.revoke_security_group_egress().group_id(group);
                call.set_ip_permissions(Some(rules.clone())).send()
            })
            .await
            .map(|_| ()),
    };
    match revoked {
        Err(failure) if failure.code == "InvalidPermission.NotFound" => Ok(()),
        result => result,
    }
}
