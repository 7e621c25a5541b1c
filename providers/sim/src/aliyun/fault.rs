//! Error answers: Alibaba Cloud's code, its HTTP status and a sentence for people.

use std::borrow::Cow;

use crate::ground::ledger::Unwritten;
use crate::ground::table::Absent;

/// What an action answers when it does not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// HTTP status of the answer.
    pub status: u16,
    /// For example `InvalidVpcId.NotFound`.
    pub code: Cow<'static, str>,
    /// The sentence beside it.
    pub message: String,
}

impl Fault {
    /// A fault with the status that the cloud sends with this code.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            status: status_of(&code),
            code,
            message: message.into(),
        }
    }

    /// `MissingParameter`: the parameter of that name has to be there.
    pub fn missing(name: &str) -> Self {
        Self::new(
            "MissingParameter",
            format!(
                "The input parameter \"{name}\" that is mandatory for processing this request is not supplied."
            ),
        )
    }

    /// `InvalidParameter`: the parameter of that name does not take this value.
    pub fn invalid(name: &str, why: impl std::fmt::Display) -> Self {
        Self::new(
            "InvalidParameter",
            format!("The specified parameter \"{name}\" is not valid: {why}."),
        )
    }

    /// `TaskConflict`: another change of the same network is under way.
    pub fn conflict() -> Self {
        Self::new(
            "TaskConflict",
            "The operation is in conflict with the task being processed. Please try again later.",
        )
    }

    /// Something else still needs the resource; `code` says what.
    pub fn in_use(code: &'static str) -> Self {
        Self::new(code, "Specified object has dependent resources.")
    }

    /// `OperationDenied.DeleteProtectionEnabled`, of NAT gateways and Elastic IPs.
    pub fn protected() -> Self {
        Self::new(
            "OperationDenied.DeleteProtectionEnabled",
            "The operation is not allowed because deletion protection is enabled.",
        )
    }

    /// `IncorrectInstanceStatus`.
    pub fn instance_status() -> Self {
        Self::new(
            "IncorrectInstanceStatus",
            "The current status of the resource does not support this operation.",
        )
    }

    /// `IncorrectDiskStatus`.
    pub fn disk_status() -> Self {
        Self::new(
            "IncorrectDiskStatus",
            "The current disk status does not support this operation.",
        )
    }

    /// `InvalidVpcId.NotFound`, where something is to be made in a VPC.
    pub fn no_vpc() -> Self {
        Self::new("InvalidVpcId.NotFound", "Specified VPC does not exist.")
    }

    /// `InvalidVSwitchId.NotFound`, where something is to be made in a VSwitch.
    pub fn no_vswitch() -> Self {
        Self::new(
            "InvalidVSwitchId.NotFound",
            "Specified VSwitch does not exist.",
        )
    }

    /// `InternalError`: the simulator itself could not do its work.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("InternalError", message)
    }
}

fn status_of(code: &str) -> u16 {
    match code {
        "InternalError" => 500,
        "ServiceUnavailable" => 503,
        "DryRunOperation" => 400,
        _ if code.ends_with(".NotFound") => 404,
        _ if code.starts_with("Forbidden")
            || code.starts_with("IncorrectInstanceStatus")
            || code.starts_with("IncorrectDiskStatus")
            || code.starts_with("InvalidOperation")
            || code.starts_with("OperationDenied")
            || code.starts_with("InstanceLimitExceeded") =>
        {
            403
        }
        _ => 400,
    }
}

impl From<Unwritten> for Fault {
    fn from(error: Unwritten) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<Absent> for Fault {
    fn from(absent: Absent) -> Self {
        Self::new(
            absent.not_found,
            format!("The specified {} does not exist.", absent.noun),
        )
    }
}
