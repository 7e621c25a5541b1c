//! Why a plan may not be applied, and what can be done about each reason.

use infra_engine::plan::{Plan, Refusal};

use super::PlanView;
use crate::show::style::Style;
use crate::show::text;

/// What can be done about a loss that nobody allowed.
const LOSS_HELP: &str = "if that is meant, allow each by name, or all of a component's by the component's name; to \
    keep one in the cloud, write `@keep` or `forget`";

/// What can be done about a protection when everything shall go.
const PROTECTED_HELP: &str = "if everything shall really go, name each that is protected, or its component, with \
    `--allow-data-loss`: in a destroy that lifts `@protect` too";

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
            self.refusal(
                &refusal.to_string(),
                &self.places.short(refusal.span()),
                page,
            );
            // What helps against several in a row is told below the last of them.
            let told = help(refusal);
            if others.get(index + 1).is_none_or(|next| help(next) != told) {
                self.remark(&told, page);
            }
        }
        if !losses.is_empty() {
            let number = text::count(losses.len(), "resource");
            let words = format!("the data of {number} would be lost, as listed above");
            self.refusal(&words, "", page);
            self.remark(LOSS_HELP, page);
            for loss in losses {
                let address = loss.address.to_string();
                let option = format!("      --allow-data-loss {}", text::shell(&address));
                page.push_str(&format!("{}\n", text::line(&option)));
            }
        }
        page.push('\n');
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
