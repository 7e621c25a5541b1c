//! STS: who am I.

use serde_json::json;

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::config::ACCOUNT;
use crate::aliyun::world::Region;

pub const ACTIONS: &[Action] = &[Action {
    name: "GetCallerIdentity",
    takes: &[],
    act: caller,
}];

fn caller(_: &mut Region, _: &Args) -> Answer {
    Ok(json!({
        "AccountId": ACCOUNT,
        "Arn": format!("acs:ram::{ACCOUNT}:user/infra"),
        "IdentityType": "RAMUser",
        "PrincipalId": "200000000000000001",
        "UserId": "200000000000000001",
    }))
}
