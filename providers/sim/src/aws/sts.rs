//! STS: who am I.

use crate::aws::api::xml;
use crate::aws::config::ACCOUNT;
use crate::aws::fault::Fault;
use crate::aws::xml::Node;
use crate::ground::Reply;

/// The version of the API that is spoken.
pub const VERSION: &str = "2011-06-15";
/// The namespace of its answers.
pub const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers an action.
///
/// # Errors
/// `InvalidAction` for all but `GetCallerIdentity`.
pub fn answer(action: &str, request_id: &str) -> Result<Reply, Fault> {
    if action != "GetCallerIdentity" {
        return Err(Fault::new(
            "InvalidAction",
            format!("Could not find operation {action} for version {VERSION}"),
        ));
    }
    let identity = Node::new()
        .text("Arn", format!("arn:aws:iam::{ACCOUNT}:user/infra"))
        .text("UserId", "AIDAINFRASIMULATOR00")
        .text("Account", ACCOUNT);
    let body = Node::new().node("GetCallerIdentityResult", identity).node(
        "ResponseMetadata",
        Node::new().text("RequestId", request_id),
    );
    Ok(xml(200, "GetCallerIdentityResponse", NAMESPACE, &body))
}
