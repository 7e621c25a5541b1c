//! `~/.aliyun/config.json`, the file of Alibaba's command line.

use std::path::PathBuf;
use std::{fs, io};

use serde::Deserialize;

use super::error::CredentialsError;
use crate::environment::Environment;

/// The file. Unknown keys are left alone: the command line adds some with every version.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    current: String,
    #[serde(default)]
    profiles: Vec<Profile>,
}

/// One profile as it is written. What its mode does not use may be missing or empty.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    pub name: String,
    pub mode: String,
    pub access_key_id: String,
    pub access_key_secret: String,
    pub sts_token: String,
    pub ram_role_name: String,
    pub ram_role_arn: String,
    pub ram_session_name: String,
    pub external_id: String,
    pub expired_seconds: u64,
    pub source_profile: String,
    region_id: String,
}

impl Profile {
    pub fn region(&self) -> Option<&str> {
        Some(self.region_id.as_str()).filter(|region| !region.is_empty())
    }
}

/// The profile that the caller names, or else the environment (`ALIBABA_CLOUD_PROFILE`), or else the file (`current`).
/// `None` when there is no file and nobody named a profile.
pub(super) fn read(
    environment: &Environment,
    named: Option<&str>,
) -> Result<Option<Profile>, CredentialsError> {
    let named = named.or(environment.get("ALIBABA_CLOUD_PROFILE"));
    let Some(path) = path(environment) else {
        return missing(named, "HOME is not set");
    };
    let shown = path.display().to_string();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return missing(named, &format!("there is no file {shown}"));
        }
        Err(error) => {
            let text = format!("the file {shown} cannot be read: {error}");
            return Err(CredentialsError::Unusable(text));
        }
    };
    // The parser's own message could quote the text, and with it a key.
    let file: File = serde_json::from_str(&text).map_err(|error| {
        CredentialsError::Unusable(format!(
            "the file {shown} is not a configuration of Alibaba's command line: line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    let name = match named {
        Some(name) => name,
        None if file.current.is_empty() => "default",
        None => &file.current,
    };
    match by_name(&file.profiles, name) {
        Some(profile) => Ok(Some(profile.clone())),
        None if file.profiles.is_empty() && named.is_none() => Ok(None),
        None => Err(CredentialsError::Unusable(format!(
            "the file {shown} has no profile `{name}`; it has {}",
            names(&file.profiles)
        ))),
    }
}

/// The region that the environment names (`ALIBABA_CLOUD_REGION_ID`, `ALICLOUD_REGION`), else the one of the profile
/// in use. `None` when neither names one, and when the profile cannot be read.
pub fn default_region(environment: &Environment, profile: Option<&str>) -> Option<String> {
    let named = environment
        .get("ALIBABA_CLOUD_REGION_ID")
        .or(environment.get("ALICLOUD_REGION"));
    match named.filter(|_| profile.is_none()) {
        Some(region) => Some(region.to_owned()),
        None => {
            let of_profile = read(environment, profile).ok().flatten();
            let of_profile = of_profile.and_then(|profile| profile.region().map(str::to_owned));
            of_profile.or(named.map(str::to_owned))
        }
    }
}

/// Another profile of the same file.
pub(super) fn source(
    environment: &Environment,
    profile: &Profile,
) -> Result<Profile, CredentialsError> {
    let source = read(environment, Some(&profile.source_profile))?;
    source.ok_or(CredentialsError::NotFound)
}

fn path(environment: &Environment) -> Option<PathBuf> {
    let home = environment.get("HOME").or(environment.get("USERPROFILE"))?;
    Some(PathBuf::from(home).join(".aliyun").join("config.json"))
}

fn by_name<'a>(profiles: &'a [Profile], name: &str) -> Option<&'a Profile> {
    profiles.iter().find(|profile| profile.name == name)
}

fn names(profiles: &[Profile]) -> String {
    let names = profiles.iter().map(|profile| format!("`{}`", profile.name));
    match names.collect::<Vec<_>>().join(", ").as_str() {
        "" => "none".to_owned(),
        names => names.to_owned(),
    }
}

fn missing(named: Option<&str>, why: &str) -> Result<Option<Profile>, CredentialsError> {
    match named {
        None => Ok(None),
        Some(name) => Err(CredentialsError::Unusable(format!(
            "the profile `{name}` cannot be read: {why}"
        ))),
    }
}
