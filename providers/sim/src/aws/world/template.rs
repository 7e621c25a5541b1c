//! Launch templates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ground::Entity;

/// One version of a launch template. It never changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TemplateVersion {
    pub number: i64,
    pub description: Option<String>,
    pub created_ms: u64,
    /// What it gives a launch: the parameters of RunInstances by their names, `Monitoring.Enabled`.
    pub data: BTreeMap<String, String>,
}

/// A launch template with its versions in the order of their numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LaunchTemplate {
    pub id: String,
    pub name: String,
    pub created_ms: u64,
    pub default_version: i64,
    /// How many versions it has had. No number is given twice.
    pub made: i64,
    pub versions: Vec<TemplateVersion>,
}

impl LaunchTemplate {
    /// The number of the newest version that is there.
    pub fn latest(&self) -> i64 {
        self.versions.last().map_or(0, |version| version.number)
    }
}

impl Entity for LaunchTemplate {
    const KIND: &'static str = "launch-template";
    const PREFIX: &'static str = "lt";
    const NOT_FOUND: &'static str = "InvalidLaunchTemplateId.NotFound";
    const MALFORMED: &'static str = "InvalidLaunchTemplateId.Malformed";
    const NOUN: &'static str = "launch template ID";

    fn id(&self) -> &str {
        &self.id
    }

    fn left_over(&self) -> bool {
        true
    }
}
