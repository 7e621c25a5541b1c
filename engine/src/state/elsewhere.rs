//! Where the resources of a state are: the account and region of each provider configuration.
//!
//! With another region or account every resource would seem to be gone, and a plan would make all of them a second
//! time. So the state remembers where they are, and a plan against another place is refused.

use super::{Place, State};

/// A provider configuration that leads elsewhere than where its resources are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the resources of `provider {provider}` in this state are in {}, but its configuration now leads to {}",
    .recorded.describe(), .found.describe()
)]
pub struct Elsewhere {
    pub provider: String,
    pub recorded: Place,
    pub found: Place,
}

impl Elsewhere {
    /// What the user can do about it.
    pub fn help(&self) -> Vec<String> {
        let what = match self.recorded.account == self.found.account {
            true => "region",
            false => "profile or credentials",
        };
        vec![
            format!(
                "choose the {what} of the state again: with another one every resource would seem to be gone, and \
                 would be made a second time"
            ),
            "for a second set of resources, use an environment of its own (`--env NAME`)"
                .to_owned(),
            format!(
                "to move them, give the new place another name (`provider {} as new {{ … }}`), or run `infra destroy` \
                 with the old one first",
                self.provider.split('.').next().unwrap_or_default()
            ),
        ]
    }
}

impl State {
    /// Where the resources of a provider configuration are; `None` while that was never asked.
    pub fn place(&self, provider: &str) -> Option<&Place> {
        self.places.get(provider)
    }

    /// Whether a provider configuration leads elsewhere than where its resources are. One without resources may
    /// lead anywhere.
    pub fn elsewhere(&self, provider: &str, found: &Place) -> Option<Elsewhere> {
        let recorded = self.places.get(provider)?;
        let differs = recorded != found && self.has_resources_of(provider);
        differs.then(|| Elsewhere {
            provider: provider.to_owned(),
            recorded: recorded.clone(),
            found: found.clone(),
        })
    }

    fn has_resources_of(&self, provider: &str) -> bool {
        let entries = self.entries.values().chain(self.deposed.values());
        let pending = self.pending.values().map(|pending| &pending.intent.draft);
        entries
            .map(|entry| &entry.draft)
            .chain(pending)
            .any(|draft| draft.provider == provider)
    }
}
