//! Alibaba Cloud's error codes in the terms of the engine, and in words for users.

use aliyun_openapi::{Answer, Error};
use infra_sdk::{Failure, FailureKind};

/// What became of a call that failed.
pub(crate) fn failure(action: &str, error: &Error) -> Failure {
    let mut failure = match error {
        Error::Refused(answer) => refused(action, answer),
        Error::Throttled(answer) => {
            let message = "Alibaba Cloud received too many requests of this account";
            worded(Failure::new(FailureKind::Throttled, message), answer)
        }
        Error::Undelivered { cause, .. } => Failure::new(
            FailureKind::Network,
            format!("Alibaba Cloud cannot be reached: {cause}"),
        )
        .temporary()
        .help("check the network, HTTPS_PROXY, and the region's name"),
        Error::Ambiguous { cause, answer, .. } => {
            let kind = match answer {
                Some(_) => FailureKind::Cloud,
                None => FailureKind::Network,
            };
            let failure = Failure::new(kind, cause).temporary().ambiguous();
            match answer {
                Some(answer) => worded(failure, answer),
                None => failure.help(
                    "a proxy or a firewall may have answered in the cloud's place; check HTTPS_PROXY and NO_PROXY",
                ),
            }
        }
        Error::Credentials(error) => {
            let failure = Failure::new(FailureKind::Credentials, error.to_string());
            match error.is_temporary() {
                true => failure.temporary(),
                false => failure,
            }
        }
        Error::Invalid(text) => Failure::new(FailureKind::Invalid, text),
    };
    failure.action = action.to_owned();
    failure
}

fn worded(mut failure: Failure, answer: &Answer) -> Failure {
    failure.code = answer.code.clone();
    let id = answer.request_id.as_str();
    failure.request_id = (!id.is_empty()).then(|| id.into());
    failure
}

fn refused(action: &str, answer: &Answer) -> Failure {
    let kind = kind(&answer.code);
    let message = match answer.message.as_str() {
        "" => format!("Alibaba Cloud refused the request (HTTP {})", answer.status),
        text => text.to_owned(),
    };
    let mut failure = worded(Failure::new(kind, message), answer);
    // The service failed inside: it may have done its work before.
    if kind == FailureKind::Cloud {
        failure = failure.temporary().ambiguous();
    }
    failure.help = help(action, kind).map(str::to_owned);
    failure
}

/// Whether the cloud only asks to come again later: something else of the same resource or network is under way. Such a
/// call had no effect.
pub(crate) fn is_busy(failure: &Failure) -> bool {
    failure.kind == FailureKind::State && BUSY.iter().any(|code| matches(code, &failure.code))
}

/// Codes by what they mean to the engine. `*` at the end stands for any text. The first line that fits decides.
const KINDS: &[(FailureKind, &[&str])] = &[
    (
        FailureKind::Throttled,
        &[
            "Throttling*",
            "Rejected.Throttling*",
            "FrequentPurchase.EIP",
        ],
    ),
    (
        FailureKind::Cloud,
        &[
            "ServiceUnavailable*",
            "InternalError*",
            "UnknownError",
            "SystemBusy",
        ],
    ),
    (
        FailureKind::TokenMismatch,
        &["IdempotentParameterMismatch*"],
    ),
    (
        FailureKind::Credentials,
        &[
            "InvalidAccessKeyId*",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "InvalidSecurityToken*",
            "MissingSecurityToken",
            "InvalidTimeStamp*",
            "Forbidden.AccessKeyDisabled",
        ],
    ),
    (
        FailureKind::AlreadyExists,
        &[
            "RouterEntryConflict.Duplicated",
            "Duplicated.VpcNextHop",
            "InvalidCIDRBlock.Duplicate",
            "KeyPair.AlreadyExist",
            "InvalidImageName.Duplicated",
        ],
    ),
    (
        FailureKind::Dependency,
        &[
            "DependencyViolation*",
            "InvalidParameter.KeypairAlreadyAttachedInstance",
            "SnapshotCreatedDisk",
            "SnapshotCreatedImage",
            "InvalidIpStatus.HasBeenUsedBySnatTable",
            "InvalidIpStatus.HasBeenUsedByForwardEntry",
            "InvalidStatus.SnatOrDnat",
            "EIP_NOT_IN_GATEWAY",
        ],
    ),
    (
        FailureKind::Protected,
        &[
            "InvalidOperation.DeletionProtection*",
            "OperationDenied.DeletionProtection*",
            "DeletionProtection*",
        ],
    ),
    (
        FailureKind::Quota,
        &[
            "QuotaExceed*",
            "InstanceLimitExceeded*",
            "OperationDenied.NoStock",
            "InvalidInstanceType.ZoneNotSupported",
            "InvalidDiskCategory.NotSupported.NoStock",
        ],
    ),
    (FailureKind::State, BUSY),
    // Nothing is said about a resource: the place or the call itself is wrong.
    (
        FailureKind::Invalid,
        &[
            "InvalidRegionId.NotFound",
            "InvalidAction.NotFound",
            "InvalidProduct.NotFound",
        ],
    ),
    (
        FailureKind::NotFound,
        &[
            "*.NotFound",
            "INSTANCE_NOT_EXISTS",
            "Forbidden.InstanceNotFound",
            "InvalidResource.NotFound",
        ],
    ),
    (
        FailureKind::Denied,
        &[
            "Forbidden.RAM",
            "NoPermission*",
            "Forbidden",
            "Forbidden.*",
            "NotAuthorized*",
        ],
    ),
    (
        FailureKind::State,
        &[
            "IncorrectStatus*",
            "InvalidOperation.*",
            "OperationDenied*",
            "InvalidStatus*",
        ],
    ),
];

/// "Come again": the network is in the middle of another change, a machine or disk of another state, a request with this
/// token is still under way.
const BUSY: &[&str] = &[
    "TaskConflict",
    "VPC_TASK_CONFLICT",
    "OperationConflict",
    "Operation.Conflict",
    "InvalidOperation.Conflict",
    "IncorrectStatus",
    "IncorrectStatus.*",
    "IncorrectVpcStatus",
    "IncorrectVSwitchStatus",
    "IncorrectRouteEntryStatus",
    "InvalidStatus.RouteEntry",
    "IncorrectInstanceStatus",
    "IncorrectInstanceStatus.*",
    "IncorrectEipStatus",
    "InvalidBindingStatus",
    "VswitchStatusError",
    // Spelt so.
    "OperationFailed.DistibuteLock",
    "OperationDenied.OtherSubnetProcessing",
    "OperationFailed.NatGwRouteInMiddleStatus",
    "IncorrectDiskStatus",
    "IncorrectDiskStatus.*",
    "DisksDetachingOnEcsExceeded",
    "DiskInCoolingPeriod",
    "OperationFailed.EcsMigrating",
    "InvalidStatus.EcsStatusNotSupport",
    "InvalidStatus.EniStatusNotSupport",
    "LastTokenProcessing",
    "OperationFailed.LastTokenProcessing",
    "OperationFailed.IdempotentTokenProcessing",
    "IdempotentTokenProcessing",
    "LastRequestProcessing",
    "LastOrderProcessing",
];

fn kind(code: &str) -> FailureKind {
    let fits = |(_, codes): &&(FailureKind, &[&str])| codes.iter().any(|it| matches(it, code));
    let known = KINDS.iter().find(fits);
    known.map_or(FailureKind::Invalid, |(kind, _)| *kind)
}

fn matches(pattern: &str, code: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => code.ends_with(end),
        (_, Some(begin)) => code.starts_with(begin),
        _ => pattern == code,
    }
}

fn help(action: &str, kind: FailureKind) -> Option<&'static str> {
    Some(match kind {
        FailureKind::Credentials => {
            "check ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or the profile in ~/.aliyun/config.json"
        }
        FailureKind::Denied => {
            "the RAM user or role lacks the permission for this action; add a policy that allows it"
        }
        FailureKind::Protected => "set `protected = false` and apply, then delete it",
        FailureKind::Quota if action == "RunInstances" => {
            "another zone or machine type may have stock: `lookup aliyun.zones` with `type` tells where"
        }
        FailureKind::Quota => "ask for more in the Quota Center of the console",
        FailureKind::Dependency => {
            "something that this program does not manage still uses it; look at it in the console"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_the_engine_has_to_know() {
        for (code, expected) in [
            ("Throttling.User", FailureKind::Throttled),
            ("InvalidVSwitchId.NotFound", FailureKind::NotFound),
            ("InvalidRegionId.NotFound", FailureKind::Invalid),
            ("InvalidAction.NotFound", FailureKind::Invalid),
            ("DependencyViolation.VSwitch", FailureKind::Dependency),
            (
                "InvalidOperation.DeletionProtection",
                FailureKind::Protected,
            ),
            ("QuotaExceeded.Vpc", FailureKind::Quota),
            ("TaskConflict", FailureKind::State),
            ("IdempotentParameterMismatch", FailureKind::TokenMismatch),
            ("Forbidden.RAM", FailureKind::Denied),
            ("Forbidden.InstanceNotFound", FailureKind::NotFound),
            ("InvalidParameter", FailureKind::Invalid),
        ] {
            assert_eq!(kind(code), expected, "{code}");
        }
    }

    fn answer(code: &str) -> Failure {
        let answer = Answer {
            code: code.to_owned(),
            message: "No.".to_owned(),
            request_id: "R".to_owned(),
            status: 400,
            ..Answer::default()
        };
        failure("CreateVSwitch", &Error::Refused(Box::new(answer)))
    }

    #[test]
    fn what_is_busy_had_no_effect_and_is_asked_again() {
        let busy = answer("TaskConflict");
        assert!(is_busy(&busy) && !busy.ambiguous);
        assert!(!is_busy(&answer("InvalidVpcID.NotFound")));
        assert!(!is_busy(&answer("OperationDenied.Other")));
    }

    #[test]
    fn a_failure_inside_of_the_cloud_is_ambiguous() {
        assert!(answer("InternalError").ambiguous);
        let lost = Error::Ambiguous {
            action: "CreateVpc".to_owned(),
            cause: "the answer was lost".to_owned(),
            answer: None,
        };
        assert!(failure("CreateVpc", &lost).ambiguous);
        assert!(!answer("InvalidParameter").ambiguous);
    }
}
