//! Machine images.

use serde::{Deserialize, Serialize};

use super::storage::Shape;
use crate::ground::Entity;
use crate::ground::words;

words! {
    /// The state of an image.
    ImageState { Pending = "pending", Available = "available", Failed = "failed", Deregistered = "deregistered" }
}

/// A disk that an image gives its instances.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImageDisk {
    pub device: String,
    pub snapshot: String,
    pub shape: Shape,
    pub encrypted: bool,
    pub delete_on_termination: bool,
}

/// A machine image: one that everybody can use, or one of the account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Image {
    pub id: String,
    pub name: String,
    pub description: String,
    pub owner: String,
    /// `amazon` or `aws-marketplace`, for owners that have such a name.
    pub owner_alias: Option<String>,
    pub public: bool,
    pub architecture: String,
    /// The root disk is the first one.
    pub disks: Vec<ImageDisk>,
    pub created: String,
    pub ena: bool,
    /// Whether its instances have version 2 of the metadata service only.
    pub imds_v2: bool,
    pub state: ImageState,
    pub due: Option<u64>,
    /// The instance it was made of.
    pub instance: Option<String>,
    /// The image it was copied from, or that its instance started from, and that one's region.
    pub source: Option<(String, String)>,
    /// Why it will fail, or has.
    pub failure: Option<String>,
}

impl Image {
    /// The disk that an instance starts from.
    pub fn root(&self) -> &ImageDisk {
        &self.disks[0]
    }

    /// Whether it has not been deregistered.
    pub fn is_registered(&self) -> bool {
        self.state != ImageState::Deregistered
    }
}

impl Entity for Image {
    const KIND: &'static str = "image";
    const PREFIX: &'static str = "ami";
    const NOT_FOUND: &'static str = "InvalidAMIID.NotFound";
    const MALFORMED: &'static str = "InvalidAMIID.Malformed";
    const NOUN: &'static str = "image id";

    fn id(&self) -> &str {
        &self.id
    }

    fn due(&self) -> Option<u64> {
        self.due
    }

    fn left_over(&self) -> bool {
        self.is_registered()
    }
}
