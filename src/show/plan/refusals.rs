//! Why a plan may not be applied, and what can be done about each reason.

use infra_engine::plan::{Plan, Refusal};
use infra_model::Address;

use super::PlanView;
use crate::show::style::Style;
use crate::show::text;

/// What can be done about a loss that nobody allowed.
const LOSS_HELP: &str = "if you want this, allow each resource by its address, or all resources of a component by \
    its name; to keep a resource in the cloud, write `@keep` or `forget`";

/// What can be done about it when everything shall go.
const DESTROY_HELP: &str =
    "if you want this, the program's name allows everything that is not protected";

/// What can be done about a protection when everything shall go.
const PROTECTED_HELP: &str = "to destroy protected resources as well, name each of them, or its component, with \
    `--allow-data-loss`: in a destroy, that overrides `@protect`";

impl PlanView<'_> {
    pub(super) fn refusals(&self, plan: &Plan, page: &mut String) {
        if plan.refusals.is_empty() {
            return;
        }
        let head = "This plan cannot be applied";
        page.push_str(&self.painter.paint(Style::Error, head));
        page.push('\n');
        let mut losses = Vec::new();
        let mut unfinished = Vec::new();
        let mut others = Vec::new();
        for refusal in &plan.refusals {
            match refusal {
                Refusal::DataLoss(loss) => losses.push(loss),
                Refusal::Unfinished { candidates, .. } if candidates.is_empty() => {
                    unfinished.push(refusal);
                }
                _ => others.push(refusal),
            }
        }
        self.unfinished(&unfinished, page);
        let help = |refusal: &Refusal| match refusal {
            Refusal::Protected { .. } if plan.destroy => PROTECTED_HELP.to_owned(),
            other => other.help(),
        };
        for (index, refusal) in others.iter().enumerate() {
            self.refusal(&refusal.to_string(), &self.places.own(refusal.span()), page);
            // What helps against several in a row is told below the last of them.
            let told = help(refusal);
            if others.get(index + 1).is_none_or(|next| help(next) != told) {
                self.remark(&told, page);
            }
        }
        if plan.destroy {
            let protected = others.iter().filter_map(|refusal| match refusal {
                Refusal::Protected { address, .. } => Some(address),
                _ => None,
            });
            self.consent(names(protected), page);
        }
        if !losses.is_empty() {
            let number = text::count(losses.len(), "resource");
            let words = format!("the data of {number} would be lost (see above)");
            self.refusal(&words, "", page);
            if plan.destroy {
                self.remark(DESTROY_HELP, page);
                self.consent(std::iter::once(plan.program.clone()), page);
            } else {
                self.remark(LOSS_HELP, page);
                self.consent(names(losses.iter().map(|it| &it.address)), page);
            }
        }
        page.push('\n');
    }

    /// The options that allow it, by name.
    fn consent(&self, names: impl Iterator<Item = String>, page: &mut String) {
        for name in names {
            let option = format!("      --allow-data-loss {}", text::shell(&name));
            page.push_str(&format!("{}\n", text::line(&option)));
        }
    }

    /// What an earlier run left open has one cause and one cure, however much it is.
    fn unfinished(&self, refusals: &[&Refusal], page: &mut String) {
        match refusals {
            [] => return,
            [one] => self.refusal(&one.to_string(), "", page),
            all => {
                let words = format!(
                    "it is not known what became of {} steps of an earlier run: it ended before the answers of the \
                     cloud were written down",
                    all.len()
                );
                self.refusal(&words, "", page);
                let steps = all.iter().filter_map(|refusal| match refusal {
                    Refusal::Unfinished { address, doing, .. } => {
                        Some(format!("{doing} {address}"))
                    }
                    _ => None,
                });
                let steps: Vec<String> = steps.collect();
                self.remark(&steps.join(", "), page);
            }
        }
        self.remark(&refusals[0].help(), page);
    }

    fn refusal(&self, words: &str, place: &str, page: &mut String) {
        self.alarm("×", words, "", place, page);
    }

    /// What to do about what stands above it.
    fn remark(&self, words: &str, page: &mut String) {
        for line in text::wrap(words, self.width.saturating_sub(4)) {
            page.push_str(&format!("    {}\n", self.quiet(&text::line(&line))));
        }
    }
}

/// Each address, or the outermost component's instance in the place of several of its resources.
fn names<'a>(addresses: impl Iterator<Item = &'a Address>) -> impl Iterator<Item = String> {
    let mut groups: Vec<(Option<String>, Vec<String>)> = Vec::new();
    for address in addresses {
        let component = address.path.first().map(ToString::to_string);
        let known = groups
            .iter_mut()
            .find(|(name, _)| name.is_some() && *name == component);
        match known {
            Some((_, all)) => all.push(address.to_string()),
            None => groups.push((component, vec![address.to_string()])),
        }
    }
    groups
        .into_iter()
        .map(|(component, mut all)| match component {
            Some(name) if all.len() > 1 => name,
            _ => all.remove(0),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_of_one_component_are_named_by_it() {
        let all = [
            "aws.volume.a",
            "x/aws.volume.a",
            "y/aws.volume.a",
            "y/aws.volume.b",
            "aws.volume.b",
        ];
        let parse = |text: &str| -> Address { text.parse().expect("an address") };
        let addresses: Vec<Address> = all.map(parse).into();
        let named: Vec<String> = names(addresses.iter()).collect();
        assert_eq!(
            named,
            ["aws.volume.a", "x/aws.volume.a", "y", "aws.volume.b"]
        );
    }
}
