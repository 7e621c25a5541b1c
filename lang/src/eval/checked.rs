//! An instance with what only the checks of its values need.

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_model::Instance;

/// An instance and what only the checks of its values need to know.
pub(crate) struct Checked {
    pub instance: Arc<Instance>,
    /// Codes that `@allow` takes out.
    pub allow: BTreeSet<String>,
    /// It stands for instances that are not known.
    pub assumed: bool,
    /// The fields whose values are wrong, for a reason that was reported.
    pub failed: Vec<String>,
}
