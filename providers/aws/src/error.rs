//! AWS's error codes in the terms of the engine, and in words for users.

use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use infra_sdk::{Failure, FailureKind};

use crate::answer::Foreign;

/// Where requests go, and by whose name: what explains that no answer came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Route {
    /// The profile that the program or the environment chose.
    pub profile: Option<String>,
    /// The endpoint that program, environment or profile chose for all services.
    pub endpoint: Option<String>,
    pub region: String,
}

/// No answer came in time, whatever became of the request.
pub(crate) fn late(route: &Route) -> Failure {
    let (message, help) = match &route.endpoint {
        Some(endpoint) => (
            format!("the endpoint {endpoint} does not answer"),
            "check what listens there, and `endpoint` of the provider block, AWS_ENDPOINT_URL or the profile's \
             `endpoint_url`, whichever names it",
        ),
        None => (
            format!("AWS does not answer in the region {}", route.region),
            "check the network, HTTPS_PROXY, the region's name, and https://health.aws.amazon.com",
        ),
    };
    Failure::new(FailureKind::Network, message)
        .temporary()
        .ambiguous()
        .help(help)
}

/// What became of a failed request.
pub(crate) fn failure<E>(
    action: &'static str,
    error: &SdkError<E, HttpResponse>,
    route: &Route,
) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut failure = match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code().unwrap_or_default();
            answered(
                action,
                code,
                answer.err().message().unwrap_or_default(),
                status,
            )
        }
        SdkError::ResponseError(answer) => match cause::<Foreign, _>(error) {
            Some(foreign) => not_from_aws(foreign, route),
            None => {
                let status = answer.raw().status().as_u16();
                let message = format!("AWS answered something that cannot be read (HTTP {status})");
                Failure::new(FailureKind::Cloud, message)
                    .temporary()
                    .ambiguous()
            }
        },
        error => unanswered(error, route),
    };
    failure.action = action.to_owned();
    failure.request_id = error.request_id().map(Box::from);
    failure
}

/// Somebody else answered: whether the request took effect is open.
fn not_from_aws(foreign: &Foreign, route: &Route) -> Failure {
    let Foreign { status, content } = foreign;
    let (message, help) = match &route.endpoint {
        Some(endpoint) => (
            format!("the answer is not one of AWS's protocol (HTTP {status}, {content})"),
            format!("check what answers at {endpoint}, and any proxy in front of it"),
        ),
        None => (
            format!("the answer did not come from AWS (HTTP {status}, {content})"),
            "a proxy, a firewall or a portal answered in its place; check HTTPS_PROXY and NO_PROXY, \
             and sign in to the network"
                .to_owned(),
        ),
    };
    Failure::new(FailureKind::Network, message)
        .temporary()
        .ambiguous()
        .help(help)
}

/// What became of one item of a request that succeeded with others.
pub(crate) fn item(action: &'static str, code: &str, text: &str) -> Failure {
    let mut failure = answered(action, code, text, 200);
    failure.action = action.to_owned();
    failure
}

/// A failure with a code of AWS's.
fn answered(action: &str, code: &str, text: &str, status: u16) -> Failure {
    let kind = kind(action, code, status);
    let text = sentence(text);
    let message = match kind {
        FailureKind::Throttled => "AWS received too many requests of this account".to_owned(),
        _ if text.is_empty() => format!("AWS refused the request (HTTP {status})"),
        _ => text,
    };
    let mut failure = Failure::new(kind, message);
    failure.code = code.to_owned();
    failure.temporary = matches!(kind, FailureKind::Throttled | FailureKind::Cloud);
    failure.ambiguous = kind == FailureKind::Cloud;
    failure.help = help(action, kind, code).map(str::to_owned);
    failure
}

/// "Error codes for the Amazon EC2 API" and the errors of the EBS direct actions, by what they mean to the engine.
fn kind(action: &str, code: &str, status: u16) -> FailureKind {
    use FailureKind::*;
    match code {
        "RequestLimitExceeded"
        | "Throttling"
        | "ThrottlingException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "EC2ThrottledException"
        | "TooManyRequestsException"
        | "SlowDown"
        | "BandwidthLimitExceeded"
        | "SnapshotCreationPerVolumeRateExceeded" => Throttled,
        "InternalError"
        | "InternalFailure"
        | "InternalServerException"
        | "InternalServerError"
        | "ServiceUnavailable"
        | "Unavailable" => Cloud,
        "IdempotentParameterMismatch" | "IdempotentInstanceTerminated" => TokenMismatch,
        "ConflictException" if action == "StartSnapshot" => TokenMismatch,
        "DependencyViolation"
        | "VolumeInUse"
        | "ResourceInUse"
        | "InvalidGroup.InUse"
        | "InvalidCidrBlock.InUse"
        | "InvalidIPAddress.InUse"
        | "InvalidSnapshot.InUse"
        | "InvalidNetworkInterface.InUse"
        | "InvalidPlacementGroup.InUse" => Dependency,
        "OperationNotPermitted" => Protected,
        "InvalidGroup.Duplicate"
        | "InvalidKeyPair.Duplicate"
        | "InvalidPlacementGroup.Duplicate"
        | "InvalidAMIName.Duplicate"
        | "FlowLogAlreadyExists"
        | "VpcPeeringConnectionAlreadyExists"
        | "InvalidLaunchTemplateName.AlreadyExistsException"
        | "InvalidSubnet.Conflict"
        | "InvalidPermission.Duplicate"
        | "RouteAlreadyExists"
        | "NetworkAclEntryAlreadyExists"
        | "Resource.AlreadyAssociated"
        | "Resource.AlreadyAssigned" => AlreadyExists,
        "AuthFailure"
        | "InvalidClientTokenId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "InvalidAccessKeyId"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "InvalidSignatureException"
        | "OptInRequired"
        | "Blocked"
        | "PendingVerification" => Credentials,
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" => Denied,
        "InsufficientInstanceCapacity"
        | "InsufficientVolumeCapacity"
        | "InsufficientAddressCapacity"
        | "InsufficientHostCapacity"
        | "InsufficientFreeAddressesInSubnet"
        | "InsufficientCapacity"
        | "VolumeModificationRateExceeded"
        | "ServiceQuotaExceededException"
        | "MaxIOPSLimitExceeded"
        | "MaxSpotInstanceCountExceeded"
        | "PendingSnapshotLimitExceeded" => Quota,
        "IncorrectState"
        | "IncorrectInstanceState"
        | "IncorrectModificationState"
        | "InvalidState"
        | "InvalidInstanceState"
        | "UnsupportedOperation"
        | "InvalidStateTransition"
        | "InvalidAMIID.Unavailable"
        | "Gateway.NotAttached"
        | "ConflictException" => State,
        "InvalidPlacementGroup.Unknown"
        | "InvalidLaunchTemplateId.VersionNotFound"
        | "InvalidLaunchTemplateName.NotFoundException"
        | "NatGatewayNotFound"
        | "NatGatewayNotFoundException"
        | "ResourceNotFoundException" => NotFound,
        _ if code.ends_with(".NotFound") => NotFound,
        _ if code.ends_with("LimitExceeded") => Quota,
        _ if status >= 500 => Cloud,
        _ => Invalid,
    }
}

fn help(action: &str, kind: FailureKind, code: &str) -> Option<&'static str> {
    Some(match (kind, code) {
        (_, "VolumeModificationRateExceeded") => {
            "a volume can be modified four times in 24 hours; apply again later"
        }
        (_, "InsufficientInstanceCapacity") => {
            "AWS has no machine of this type left in the zone: choose another type or zone, or try later"
        }
        (_, "InvalidAMIID.NotFound" | "InvalidAMIID.Malformed") => {
            "images belong to one region: look it up with `lookup aws.image`"
        }
        (_, "InvalidAMIName.Duplicate") => {
            "another image of the account and region has this name: choose another `name`, or deregister that image"
        }
        (_, "Gateway.NotAttached") => {
            "attach an `aws.internet_gateway` to the VPC, and let this come `@after` it"
        }
        (_, "OptInRequired" | "PendingVerification" | "Blocked") => {
            "the account is not ready for this service; look into the AWS console"
        }
        (FailureKind::Throttled, _) => {
            "other programs use the same account; try again in a few minutes"
        }
        (FailureKind::Dependency, _) => "remove what still uses it, then apply again",
        (FailureKind::Protected, _) if action == "StopInstances" => {
            "set `stop_protection = false` and apply, then go on"
        }
        (FailureKind::Protected, _) => {
            "set `termination_protection = false` and apply, then remove it"
        }
        (FailureKind::TokenMismatch, _) => {
            "the program changed between the interrupted run and this one; plan again"
        }
        (FailureKind::Credentials, _) => {
            "check `aws sts get-caller-identity` with the same profile, and sign in again if the session has ended"
        }
        (FailureKind::Denied, _) => {
            "the credentials are valid but lack the permission for this action; ask for it in IAM"
        }
        (FailureKind::Quota, _) => {
            "ask for more in the AWS console under Service Quotas, or remove what is not needed"
        }
        (FailureKind::Cloud, _) => {
            "it is AWS's failure; see https://health.aws.amazon.com and apply again"
        }
        _ => return None,
    })
}

/// A failure without an answer. It is ambiguous unless the request certainly did not leave.
fn unanswered<E: Error + 'static>(error: &SdkError<E, HttpResponse>, route: &Route) -> Failure {
    if let Some(cause) = cause::<CredentialsError, _>(error) {
        return no_credentials(cause, route.profile.as_deref());
    }
    match error {
        SdkError::TimeoutError(_) => late(route),
        SdkError::DispatchFailure(dispatch) => {
            let refused = cause::<io::Error, _>(error).map(io::Error::kind);
            let failure = match refused {
                Some(io::ErrorKind::ConnectionRefused) => Failure::new(
                    FailureKind::Network,
                    "nothing listens at the endpoint of AWS (connection refused)",
                ),
                _ if dispatch.is_user() => {
                    return Failure::new(
                        FailureKind::Invalid,
                        "the request could not be made: the endpoint is not an address",
                    )
                    .help("an endpoint looks like `http://127.0.0.1:4566`");
                }
                _ => Failure::new(FailureKind::Network, "the connection to AWS failed").ambiguous(),
            };
            failure
                .temporary()
                .help("check the network, the region's name and `endpoint`")
        }
        _ => Failure::new(
            FailureKind::Invalid,
            "the request could not be made from these values",
        ),
    }
}

fn no_credentials(error: &CredentialsError, profile: Option<&str>) -> Failure {
    if let Some(profile) = profile {
        return no_credentials_of(profile, error);
    }
    let message = match error {
        CredentialsError::CredentialsNotLoaded(_) => "there are no AWS credentials",
        CredentialsError::ProviderTimedOut(_) => {
            "the source of the AWS credentials did not answer in time"
        }
        CredentialsError::InvalidConfiguration(_) => {
            "the configuration of the AWS credentials is wrong"
        }
        _ => "the source of the AWS credentials failed",
    };
    Failure::new(FailureKind::Credentials, message)
        .help("set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`; `--sim` needs none")
}

/// A chosen profile that leads to no credentials. The SDK does not tell a missing profile from an empty one.
fn no_credentials_of(profile: &str, error: &CredentialsError) -> Failure {
    let message = match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            format!("there is no AWS profile `{profile}`, or it has no credentials")
        }
        CredentialsError::ProviderTimedOut(_) => {
            format!(
                "the source of the credentials of the AWS profile `{profile}` did not answer in time"
            )
        }
        CredentialsError::InvalidConfiguration(_) => {
            format!("the configuration of the AWS profile `{profile}` is wrong")
        }
        _ => format!("the source of the credentials of the AWS profile `{profile}` failed"),
    };
    let help = format!(
        "`aws configure list-profiles` shows the profiles there are; choose one by AWS_PROFILE or the provider's \
         `profile`, or sign in with `aws sso login --profile {profile}`"
    );
    Failure::new(FailureKind::Credentials, message).help(help)
}

/// The first error of a type among an error and its causes.
fn cause<T: Error + 'static, E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> Option<&T> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// AWS's text as one clean sentence: no control characters, no encoded blobs, no full stop.
fn sentence(text: &str) -> String {
    let text = text
        .split(" Encoded authorization failure message:")
        .next()
        .unwrap_or_default();
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    clean.trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(action: &str, code: &str, status: u16) -> Failure {
        answered(action, code, "Something happened.", status)
    }

    #[test]
    fn codes_mean_what_the_engine_decides_by() {
        use FailureKind::*;
        for (action, code, expected) in [
            ("DescribeVolumes", "InvalidVolume.NotFound", NotFound),
            ("DeleteNatGateway", "NatGatewayNotFound", NotFound),
            (
                "CreateSecurityGroup",
                "InvalidGroup.Duplicate",
                AlreadyExists,
            ),
            ("DeleteSecurityGroup", "DependencyViolation", Dependency),
            ("DeleteVolume", "VolumeInUse", Dependency),
            ("TerminateInstances", "OperationNotPermitted", Protected),
            ("CreateVolume", "IdempotentParameterMismatch", TokenMismatch),
            ("StartSnapshot", "ConflictException", TokenMismatch),
            ("CompleteSnapshot", "ConflictException", State),
            ("RunInstances", "RequestLimitExceeded", Throttled),
            ("CreateVpc", "VpcLimitExceeded", Quota),
            ("RunInstances", "InsufficientInstanceCapacity", Quota),
            ("DescribeVpcs", "AuthFailure", Credentials),
            ("CreateVpc", "UnauthorizedOperation", Denied),
            ("CreateVpc", "InvalidVpc.Range", Invalid),
            ("AttachVolume", "IncorrectState", State),
            ("CreateVpc", "InternalError", Cloud),
        ] {
            assert_eq!(of(action, code, 400).kind, expected, "{action}: {code}");
        }
        assert_eq!(of("CreateVpc", "Strange", 503).kind, Cloud);
    }

    #[test]
    fn only_what_may_pass_is_temporary_and_only_what_may_have_worked_is_ambiguous() {
        let throttled = of("RunInstances", "RequestLimitExceeded", 503);
        assert!(throttled.temporary && !throttled.ambiguous);
        let broken = of("CreateVpc", "InternalError", 500);
        assert!(broken.temporary && broken.ambiguous);
        let wrong = of("CreateVpc", "InvalidVpc.Range", 400);
        assert!(!wrong.temporary && !wrong.ambiguous);
    }

    #[test]
    fn a_chosen_profile_without_credentials_is_named() {
        let missing = CredentialsError::not_loaded("nothing");
        let nobody = no_credentials(&missing, None);
        assert_eq!(nobody.message, "there are no AWS credentials");
        let chosen = no_credentials(&missing, Some("work"));
        assert_eq!(chosen.kind, FailureKind::Credentials);
        assert!(chosen.message.contains("`work`"), "{chosen}");
        assert!(
            chosen
                .help
                .is_some_and(|help| help.contains("--profile work"))
        );
    }

    #[test]
    fn silence_names_the_endpoint() {
        let mut route = Route {
            region: "us-west-2".to_owned(),
            ..Route::default()
        };
        assert!(late(&route).message.contains("us-west-2"));
        route.endpoint = Some("http://127.0.0.1:9".to_owned());
        let silence = late(&route);
        assert!(silence.message.contains("http://127.0.0.1:9"), "{silence}");
        assert!(silence.temporary && silence.ambiguous);
    }

    #[test]
    fn texts_of_aws_are_cleaned() {
        assert_eq!(
            sentence(
                "You may not do this.\u{1b}[31m Encoded authorization failure message: 8fjw98fj"
            ),
            "You may not do this. [31m"
        );
        assert_eq!(
            sentence("The vpc ID 'vpc-1' does not exist."),
            "The vpc ID 'vpc-1' does not exist"
        );
    }
}
