//! Fields of an instance in the API's terms, for those that launch one, change one or keep a template of one.

use aws_sdk_ec2::types::{
    HttpTokensState, IamInstanceProfileSpecification, InstanceMetadataEndpointState,
    InstanceMetadataTagsState,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;

/// "Run commands when you launch an EC2 instance with user data input": the most bytes before encoding.
const USER_DATA_BYTES_MAX: usize = 16_384;

/// AWS answers an instance profile's ARN; programs write its name.
pub(super) fn shorten_profile(fields: &mut Record) {
    if let Some(Value::String(profile)) = fields.get_mut("iam_profile")
        && let Some((_, name)) = profile.rsplit_once('/')
    {
        *profile = name.to_owned();
    }
}

pub(super) fn check_user_data(fields: Fields<'_>, problems: &mut Vec<String>) {
    if let Some(data) = fields.text("user_data")
        && data.len() > USER_DATA_BYTES_MAX
    {
        problems.push(format!(
            "`user_data` has {} bytes; AWS takes {USER_DATA_BYTES_MAX}, so let it fetch the rest",
            data.len()
        ));
    }
}

pub(super) fn encoded_user_data(fields: Fields<'_>) -> Option<String> {
    fields.text("user_data").map(|data| BASE64.encode(data))
}

pub(super) fn iam_profile(fields: Fields<'_>) -> Option<IamInstanceProfileSpecification> {
    let profile = fields.text("iam_profile")?;
    let builder = IamInstanceProfileSpecification::builder();
    Some(match profile.starts_with("arn:") {
        true => builder.arn(profile).build(),
        false => builder.name(profile).build(),
    })
}

/// The field `metadata` in the API's terms.
pub(super) fn metadata_words(
    fields: Fields<'_>,
) -> (InstanceMetadataEndpointState, HttpTokensState) {
    use InstanceMetadataEndpointState::{Disabled, Enabled};
    match fields.text("metadata").as_deref() {
        Some("off") => (Disabled, HttpTokensState::Required),
        Some("optional") => (Enabled, HttpTokensState::Optional),
        _ => (Enabled, HttpTokensState::Required),
    }
}

pub(super) fn metadata_tags(fields: Fields<'_>) -> InstanceMetadataTagsState {
    match fields.flag("metadata_tags") {
        Some(true) => InstanceMetadataTagsState::Enabled,
        _ => InstanceMetadataTagsState::Disabled,
    }
}
