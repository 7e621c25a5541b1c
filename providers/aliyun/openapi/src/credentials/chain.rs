//! From a source to the way its keys are had: reads the environment and the profile, asks no service.

use std::time::Duration;

use super::error::CredentialsError;
use super::keys::Credentials;
use super::profile::{self, Profile};
use super::role::Role;
use super::source::Source;
use crate::environment::Environment;

/// How keys are had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// They are here.
    Keys(Credentials),
    /// From the metadata service of the instance, for the role of this name, or the one the instance has.
    Instance { role: Option<String> },
    /// From STS, with the keys of another way.
    Assume { role: Role, with: Box<Way> },
}

/// Profiles may name each other as sources; more than this many in a row are a cycle.
const SOURCES_MAX: u8 = 8;

pub(super) fn find(source: &Source) -> Result<Way, CredentialsError> {
    match source {
        Source::Fixed(keys) => Ok(Way::Keys(keys.clone())),
        Source::Assumed { role, with } => Ok(Way::Assume {
            role: role.clone(),
            with: Box::new(find(with)?),
        }),
        Source::Standard {
            environment,
            profile: Some(name),
        } => match profile::read(environment, Some(name))? {
            Some(profile) => of_profile(environment, &profile, 0),
            None => Err(CredentialsError::NotFound),
        },
        Source::Standard {
            environment,
            profile: None,
        } => standard(environment),
    }
}

fn standard(environment: &Environment) -> Result<Way, CredentialsError> {
    let id = environment.get("ALIBABA_CLOUD_ACCESS_KEY_ID");
    let secret = environment.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET");
    match (id, secret) {
        (Some(id), Some(secret)) => {
            let token = environment.get("ALIBABA_CLOUD_SECURITY_TOKEN");
            return Ok(Way::Keys(Credentials {
                security_token: token.map(str::to_owned),
                ..Credentials::new(id, secret)
            }));
        }
        (Some(_), None) => return Err(half("ALIBABA_CLOUD_ACCESS_KEY_SECRET")),
        (None, Some(_)) => return Err(half("ALIBABA_CLOUD_ACCESS_KEY_ID")),
        (None, None) => {}
    }
    if let Some(profile) = profile::read(environment, None)? {
        return of_profile(environment, &profile, 0);
    }
    if environment.says_yes("ALIBABA_CLOUD_ECS_METADATA_DISABLED") {
        return Err(CredentialsError::NotFound);
    }
    let role = environment.get("ALIBABA_CLOUD_ECS_METADATA");
    Ok(Way::Instance {
        role: role.map(str::to_owned),
    })
}

fn half(missing: &str) -> CredentialsError {
    CredentialsError::Unusable(format!(
        "the environment has half an access key: {missing} is not set"
    ))
}

fn of_profile(
    environment: &Environment,
    profile: &Profile,
    depth: u8,
) -> Result<Way, CredentialsError> {
    if depth > SOURCES_MAX {
        return Err(unusable(profile, "names itself as its source"));
    }
    let keys = || {
        let id = needed(profile, "access_key_id", &profile.access_key_id)?;
        let secret = needed(profile, "access_key_secret", &profile.access_key_secret)?;
        Ok(Credentials {
            security_token: given(&profile.sts_token),
            ..Credentials::new(id, secret)
        })
    };
    let instance = || Way::Instance {
        role: given(&profile.ram_role_name),
    };
    match profile.mode.as_str() {
        // A profile without a mode is one of the first version of the file.
        "AK" | "" => Ok(Way::Keys(Credentials {
            security_token: None,
            ..keys()?
        })),
        "StsToken" => {
            needed(profile, "sts_token", &profile.sts_token)?;
            Ok(Way::Keys(keys()?))
        }
        "RamRoleArn" => assume(profile, Way::Keys(keys()?)),
        "EcsRamRole" => Ok(instance()),
        "RamRoleArnWithEcs" => assume(profile, instance()),
        "ChainableRamRoleArn" => {
            needed(profile, "source_profile", &profile.source_profile)?;
            let source = profile::source(environment, profile)?;
            assume(profile, of_profile(environment, &source, depth + 1)?)
        }
        mode => Err(unusable(
            profile,
            &format!(
                "has the mode {mode}; those that can be used are AK, StsToken, RamRoleArn, EcsRamRole, \
                 RamRoleArnWithEcs and ChainableRamRoleArn"
            ),
        )),
    }
}

fn assume(profile: &Profile, with: Way) -> Result<Way, CredentialsError> {
    let arn = needed(profile, "ram_role_arn", &profile.ram_role_arn)?;
    let session = given(&profile.ram_session_name).unwrap_or_else(|| "aliyun-openapi".to_owned());
    let mut role = Role::new(arn, session);
    role.external_id = given(&profile.external_id);
    if profile.expired_seconds > 0 {
        role.duration = Duration::from_secs(profile.expired_seconds);
    }
    Ok(Way::Assume {
        role,
        with: Box::new(with),
    })
}

fn given(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn needed<'a>(profile: &Profile, key: &str, value: &'a str) -> Result<&'a str, CredentialsError> {
    match value {
        "" => Err(unusable(profile, &format!("lacks `{key}`"))),
        value => Ok(value),
    }
}

fn unusable(profile: &Profile, what: &str) -> CredentialsError {
    CredentialsError::Unusable(format!(
        "the profile `{}` of ~/.aliyun/config.json {what}",
        profile.name
    ))
}
