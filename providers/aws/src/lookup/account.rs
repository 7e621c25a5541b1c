//! `aws.account`: GetCallerIdentity (STS).

use infra_model::{Record, Value};
use infra_sdk::Failure;

use crate::client::Cloud;

pub(super) async fn answer(cloud: &Cloud) -> Result<Option<Record>, Failure> {
    let account = cloud.account().await?;
    Ok(Some(Record::from([
        ("id".to_owned(), Value::string(&account.id)),
        ("region".to_owned(), Value::string(&account.region)),
        ("caller".to_owned(), Value::string(&account.caller)),
    ])))
}
