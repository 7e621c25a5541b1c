//! `--allow-data-loss`: whom the user allowed to be destroyed, by name.

use std::collections::BTreeSet;

use infra_engine::plan::{Plan, Refusal};
use infra_model::Address;

use crate::selection;

/// What was allowed on the command line.
pub struct Consent<'a> {
    names: &'a [String],
    /// The program's name, when the command destroys everything. It then stands for all that is not protected, and
    /// the name of a protected resource or of its component lifts the protection: there is no program left to take
    /// the decorator off from.
    destroying: Option<String>,
}

impl<'a> Consent<'a> {
    /// `destroying` is the program's name when everything is to be destroyed.
    pub fn new(names: &'a [String], destroying: Option<&str>) -> Consent<'a> {
        Consent {
            names,
            destroying: destroying.map(str::to_owned),
        }
    }

    /// Takes back the refusals of a plan that the user allows.
    pub fn apply_to(&self, plan: &mut Plan) {
        for loss in &mut plan.data_loss {
            loss.allowed |= self.everything() || self.covers(&loss.address);
        }
        plan.refusals.retain(|refusal| !self.lifts(refusal));
    }

    /// What to say of each name that fits neither of `addresses` nor the program: it is a slip, or what it named has
    /// gone already in an earlier run.
    pub fn strangers(&self, program: &str, addresses: &BTreeSet<Address>) -> Vec<String> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let known = selection::names(addresses);
        let fits =
            |name: &String| known.contains(name) || (self.destroying.is_some() && name == program);
        let strangers = self.names.iter().filter(|name| !fits(name));
        strangers
            .map(|name| {
                let help = match infra_lang::suggest::nearest(name, known.iter().map(String::as_str)) {
                    _ if name == program => {
                        "; the program's name is accepted only by `infra destroy`".to_owned()
                    }
                    Some(near) => format!("; did you mean `{near}`?"),
                    None => String::new(),
                };
                format!("`--allow-data-loss {name}` matches no resource or component of the program or its state{help}")
            })
            .collect()
    }

    fn lifts(&self, refusal: &Refusal) -> bool {
        match refusal {
            Refusal::DataLoss(loss) => self.everything() || self.covers(&loss.address),
            Refusal::Protected { address, .. } => self.destroying.is_some() && self.covers(address),
            Refusal::Forbidden { .. } | Refusal::Unfinished { .. } | Refusal::Assert { .. } => {
                false
            }
        }
    }

    /// Everything is to be destroyed, and the program is named.
    fn everything(&self) -> bool {
        self.destroying
            .as_ref()
            .is_some_and(|program| self.names.contains(program))
    }

    /// A name is an address, or a component's for everything in it.
    fn covers(&self, address: &Address) -> bool {
        self.names
            .iter()
            .any(|name| selection::covers(name, address))
    }
}

#[cfg(test)]
mod tests {
    use infra_engine::plan::{Action, DataLoss};

    use super::*;

    #[test]
    fn a_name_covers_an_address_and_what_is_in_a_component() {
        let names = ["web".to_owned(), "aws.volume.data".to_owned()];
        let consent = Consent::new(&names, None);
        let covers = |text: &str| consent.covers(&text.parse().expect("an address"));
        assert!(covers("aws.volume.data") && covers(r#"aws.volume.data["a"]"#));
        assert!(covers("web/aws.volume.x") && covers(r#"web["a"]/aws.volume.x"#));
        assert!(!covers("aws.volume.data2") && !covers("web2/aws.volume.x"));
    }

    #[test]
    fn a_name_that_fits_nothing_is_told_with_what_may_be_meant() {
        let addresses: BTreeSet<Address> = ["db/aws.volume.x", r#"web["a/b"]/aws.volume.y["k"]"#]
            .map(|text| text.parse().expect("an address"))
            .into();
        let strangers = |names: &[&str], destroying: bool| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let consent = Consent::new(&names, destroying.then_some("shop"));
            consent.strangers("shop", &addresses)
        };
        let good = [
            "db",
            "db/aws.volume.x",
            "web",
            r#"web["a/b"]"#,
            r#"web["a/b"]/aws.volume.y"#,
        ];
        assert_eq!(strangers(&good, false), Vec::<String>::new());
        assert_eq!(strangers(&["shop"], true), Vec::<String>::new());
        assert!(strangers(&["shop"], false)[0].contains("only by `infra destroy`"));
        assert!(
            strangers(&["db/aws.volume.y"], false)[0].ends_with("did you mean `db/aws.volume.x`?")
        );
        assert!(strangers(&["elsewhere"], false)[0].ends_with("of the program or its state"));
    }

    /// The loss of the data of `aws.volume.x`, and the destruction of the protected `db/aws.volume.y`.
    fn refusals() -> [Refusal; 2] {
        let loss = Refusal::DataLoss(DataLoss {
            address: Address::root("aws.volume", "x"),
            id: "vol-1".to_owned(),
            what: "the contents of the volume".to_owned(),
            action: Action::Delete,
            snapshot_first: false,
            allowed: false,
            span: None,
        });
        let protected = Refusal::Protected {
            address: "db/aws.volume.y".parse().expect("an address"),
            why: "customer data".to_owned(),
            in_program: true,
            span: None,
        };
        [loss, protected]
    }

    /// Which of the two are lifted when `names` are given to a command on the program `shop`.
    fn lifted(names: &[&str], destroying: bool) -> [bool; 2] {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let consent = Consent::new(&names, destroying.then_some("shop"));
        refusals().map(|refusal| consent.lifts(&refusal))
    }

    #[test]
    fn the_programs_name_stands_for_its_data_only_when_everything_is_destroyed() {
        assert_eq!(lifted(&["shop"], false), [false, false]);
        assert_eq!(lifted(&["shop"], true), [true, false]);
        assert_eq!(lifted(&["other"], true), [false, false]);
    }

    #[test]
    fn a_protection_is_lifted_by_its_own_name_and_only_when_everything_is_destroyed() {
        assert_eq!(lifted(&["db"], false), [false, false]);
        assert_eq!(lifted(&["db"], true), [false, true]);
        assert_eq!(lifted(&["shop", "db"], true), [true, true]);
    }
}
