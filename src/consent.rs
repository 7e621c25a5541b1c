//! `--allow-data-loss`: whom the user allowed to be destroyed, by name.

use infra_engine::plan::{Plan, Refusal};
use infra_model::Address;

use crate::error::CommandError;

/// Allows every loss; only `destroy` takes it, where everything is meant anyway.
const ALL: &str = "all";

/// What was allowed on the command line.
pub struct Consent<'a> {
    names: &'a [String],
    /// The command destroys everything: then a name lifts `@protect` too, for the whole point of the command is
    /// said twice, and there is no program left to take the decorator off from.
    destroying: bool,
}

impl<'a> Consent<'a> {
    pub fn new(names: &'a [String], destroying: bool) -> Result<Consent<'a>, CommandError> {
        if !destroying && names.iter().any(|name| name == ALL) {
            return Err(CommandError::usage(format!("`--allow-data-loss {ALL}` is for `infra destroy`"))
                .hint("name the resources whose data may be lost, or a component for all of its resources"));
        }
        Ok(Consent { names, destroying })
    }

    /// Takes back the refusals of a plan that the user allows.
    pub fn apply_to(&self, plan: &mut Plan) {
        for loss in &mut plan.data_loss {
            loss.allowed |= self.covers(&loss.address);
        }
        plan.refusals.retain(|refusal| match refusal {
            Refusal::DataLoss(loss) => !self.covers(&loss.address),
            Refusal::Protected { address, .. } => !(self.destroying && self.covers(address)),
            Refusal::Unfinished { .. } | Refusal::Assert { .. } => true,
        });
    }

    /// A name is an address, or a component's for everything in it.
    fn covers(&self, address: &Address) -> bool {
        let text = address.to_string();
        self.names.iter().any(|name| {
            let rest = text.strip_prefix(name.as_str());
            name == ALL || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_covers_an_address_and_what_is_in_a_component() {
        let names = ["web".to_owned(), "aws.volume.data".to_owned()];
        let consent = Consent::new(&names, false).expect("it is given by name");
        let covers = |text: &str| consent.covers(&text.parse().expect("an address"));
        assert!(covers("aws.volume.data") && covers(r#"aws.volume.data["a"]"#));
        assert!(covers("web/aws.volume.x") && covers(r#"web["a"]/aws.volume.x"#));
        assert!(!covers("aws.volume.data2") && !covers("web2/aws.volume.x"));
    }

    #[test]
    fn all_is_for_destroy() {
        let names = ["all".to_owned()];
        assert!(Consent::new(&names, false).is_err());
        let consent = Consent::new(&names, true).expect("everything is meant");
        assert!(consent.covers(&Address::root("aws.vpc", "x")));
    }
}
