//! A plan for people. It reads like a review: what would be lost first, then what changed behind our back, then
//! what will be done, component by component, each with its reason and the line that causes it.

use std::collections::BTreeMap;

use infra_engine::plan::{Action, Drift, FieldChange, Plan, Reason, Refusal, ResourceChange};
use infra_engine::providers::SchemaSource;
use infra_model::{Address, Change};

use super::place::Places;
use super::style::{Painter, Style};
use super::{text, values};

/// What can be done about a loss that nobody allowed.
const LOSS_HELP: &str = "if that is meant, allow each by name, or all of a component's by the component's name; to \
    keep one in the cloud, write `@keep` or `forget`";

/// What can be done about a protection when everything shall go.
const PROTECTED_HELP: &str = "if everything shall really go, name each that is protected, or its component, with \
    `--allow-data-loss`: in a destroy that lifts `@protect` too";

/// How much of a plan is shown, and how.
pub struct PlanView<'a> {
    pub places: Places<'a>,
    pub painter: Painter,
    pub width: usize,
    /// Show defaults too, and nothing shortened.
    pub verbose: bool,
    pub schemas: &'a dyn SchemaSource,
    /// What stays as it is, when that is to be shown.
    pub unchanged: &'a [Address],
}

impl PlanView<'_> {
    /// The whole plan, ending with its summary.
    pub fn render(&self, plan: &Plan) -> String {
        let mut page = String::new();
        self.losses(plan, &mut page);
        self.drift(&plan.drift, &mut page);
        self.changes(plan, &mut page);
        self.unchanged_list(&mut page);
        self.refusals(plan, &mut page);
        page.push_str(&summary(plan, self.painter));
        if !plan.open_asserts.is_empty() {
            let asserts = text::count(plan.open_asserts.len(), "assertion");
            let note = format!("{asserts} will be decided by what becomes known while applying.");
            page.push_str(&format!("{}\n", self.quiet(&note)));
        }
        page.push_str(&self.quiet(&calls(&plan.calls, self.verbose)));
        page.push('\n');
        page
    }

    fn losses(&self, plan: &Plan, page: &mut String) {
        if plan.data_loss.is_empty() {
            return;
        }
        page.push_str(&self.painter.paint(Style::Error, "Data would be lost"));
        page.push('\n');
        for loss in &plan.data_loss {
            let words = text::line(&loss.to_string()).into_owned();
            let head = format!("  {} {words}", self.painter.paint(Style::Error, "!"));
            let note = if loss.allowed {
                "allowed"
            } else {
                "not allowed"
            };
            self.head_line(
                &head,
                &format!("  {note}"),
                &self.places.short(loss.span),
                page,
            );
        }
        page.push('\n');
    }

    fn drift(&self, drift: &[Drift], page: &mut String) {
        if drift.is_empty() {
            return;
        }
        self.drifted(drift, page);
        let answers = "keep a change by writing it into the program; what the program says otherwise is restored below";
        page.push_str(&format!("  {}\n\n", self.quiet(answers)));
    }

    /// What was changed outside, without what is done about it.
    pub fn drifted(&self, drift: &[Drift], page: &mut String) {
        self.heading("Changed outside of infra", page);
        for drifted in drift {
            let address = text::line(&drifted.address.to_string()).into_owned();
            if drifted.gone {
                let mark = self.painter.paint(Style::Delete, "-");
                page.push_str(&format!("  {mark} {address} is gone\n"));
                continue;
            }
            let mark = self.painter.paint(Style::Update, "~");
            page.push_str(&format!("  {mark} {address}\n"));
            let names = drifted.fields.iter().map(|field| text::width(&field.name));
            let column = names.max().unwrap_or(0);
            for field in &drifted.fields {
                let observed = field.observed.clone().unwrap_or(infra_model::Value::Null);
                self.field(
                    &field.name,
                    column,
                    &self.lines(field.prior.as_ref(), &observed, column),
                    "",
                    page,
                );
            }
        }
    }

    fn changes(&self, plan: &Plan, page: &mut String) {
        let mut order: Vec<String> = Vec::new();
        let mut groups: BTreeMap<String, Vec<&ResourceChange>> = BTreeMap::new();
        for change in &plan.changes {
            let group = change
                .address
                .path
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            if !groups.contains_key(&group) {
                order.push(group.clone());
            }
            groups.entry(group).or_default().push(change);
        }
        for group in &order {
            let title = match group.as_str() {
                "" => text::line(&plan.program),
                component => text::line(component),
            };
            self.heading(&title, page);
            for change in &groups[group] {
                self.change(change, group, page);
            }
            page.push('\n');
        }
    }

    fn change(&self, change: &ResourceChange, group: &str, page: &mut String) {
        let (mark, style) = mark(change.action);
        let address = change.address.to_string();
        let within = address
            .strip_prefix(group)
            .and_then(|rest| rest.strip_prefix('/'));
        let name = text::line(within.unwrap_or(&address)).into_owned();
        let mut words = match change.action {
            Action::Create | Action::Update | Action::Delete => String::new(),
            other => format!("  {other}"),
        };
        if change.conditional {
            words.push_str("  only if a value that becomes known differs");
        }
        let head = format!(
            "  {} {}",
            self.painter.paint(style, mark),
            self.painter.paint(style, &name)
        );
        self.head_line(&head, &words, &self.places.short(change.span), page);
        for reason in &change.reasons {
            if !matches!(reason, Reason::New | Reason::Fields | Reason::Destroy) {
                let place = self.places.short(span_of(reason));
                let because = format!("      reason: {}", text::line(&reason.to_string()));
                self.head_line(&self.quiet(&because), "", &place, page);
            }
        }
        // Of what goes nothing needs to be compared; of what comes the program's own words are enough.
        if change.action == Action::Delete {
            return;
        }
        let brief = change.action == Action::Create && !self.verbose;
        let schema = self.schemas.schema(&change.address.type_name);
        let is_default = |field: &FieldChange| {
            let default = schema.and_then(|schema| schema.field(&field.name)?.default.as_ref());
            field.span.is_none() || default == Some(&field.planned)
        };
        let shown: Vec<&FieldChange> = change
            .fields
            .iter()
            .filter(|field| !(brief && is_default(field)))
            .collect();
        let column = shown
            .iter()
            .map(|field| text::width(&field.name))
            .max()
            .unwrap_or(0);
        for field in shown {
            let lines = self.lines(field.prior.as_ref(), &field.planned, column);
            self.field(
                &field.name,
                column,
                &lines,
                &self.cost(change.action, field),
                page,
            );
        }
    }

    /// What a field's change costs and where it comes from; nothing for a create, where all of it is new.
    fn cost(&self, action: Action, field: &FieldChange) -> String {
        if action == Action::Create {
            return String::new();
        }
        let mut words = Vec::new();
        if let Some(why) = &field.why {
            words.push(text::line(why).into_owned());
        } else if field.cost == Change::Replace {
            words.push("makes it anew".to_owned());
        } else if field.cost == Change::Restart {
            words.push("stops and starts it".to_owned());
        }
        if !field.certain {
            words.push("compared once it is known".to_owned());
        }
        let place = self.places.short(field.span);
        if !place.is_empty() {
            words.push(place);
        }
        words.join(", ")
    }

    fn unchanged_list(&self, page: &mut String) {
        if self.unchanged.is_empty() {
            return;
        }
        self.heading("Unchanged", page);
        for address in self.unchanged {
            let line = format!("    {}", text::line(&address.to_string()));
            page.push_str(&format!("{}\n", self.quiet(&line)));
        }
        page.push('\n');
    }

    fn refusals(&self, plan: &Plan, page: &mut String) {
        if plan.refusals.is_empty() {
            return;
        }
        page.push_str(
            &self
                .painter
                .paint(Style::Error, "This plan cannot be applied"),
        );
        page.push('\n');
        let mut losses = Vec::new();
        let mut told = String::new();
        for refusal in &plan.refusals {
            if let Refusal::DataLoss(loss) = refusal {
                losses.push(loss);
                continue;
            }
            let words = text::line(&refusal.to_string()).into_owned();
            let head = format!("  {} {words}", self.painter.paint(Style::Error, "×"));
            self.head_line(&head, "", &self.places.short(refusal.span()), page);
            let help = match refusal {
                Refusal::Protected { .. } if plan.destroy => PROTECTED_HELP.to_owned(),
                other => other.help(),
            };
            if help != told {
                self.remark(&help, page);
                told = help;
            }
        }
        if !losses.is_empty() {
            let number = text::count(losses.len(), "resource");
            let mark = self.painter.paint(Style::Error, "×");
            page.push_str(&format!(
                "  {mark} the data of {number} would be lost, as listed above\n"
            ));
            self.remark(LOSS_HELP, page);
            for loss in losses {
                let option = format!("      --allow-data-loss '{}'", loss.address);
                page.push_str(&format!("{}\n", text::line(&option)));
            }
        }
        page.push('\n');
    }

    /// What to do about what stands above it.
    fn remark(&self, words: &str, page: &mut String) {
        for line in text::wrap(words, self.width.saturating_sub(4)) {
            page.push_str(&format!("    {}\n", self.quiet(&text::line(&line))));
        }
    }

    fn heading(&self, title: &str, page: &mut String) {
        page.push_str(&self.painter.paint(Style::Heading, title));
        page.push('\n');
    }

    /// A line with a quiet remark and a place behind it.
    fn head_line(&self, head: &str, remark: &str, place: &str, page: &mut String) {
        page.push_str(head);
        page.push_str(remark);
        if !place.is_empty() {
            page.push_str(&format!("  {}", self.quiet(place)));
        }
        page.push('\n');
    }

    fn field(&self, name: &str, column: usize, lines: &[String], remark: &str, page: &mut String) {
        let mut name = text::pad(&text::line(name), column);
        for (index, line) in lines.iter().enumerate() {
            page.push_str(&format!("      {name}  {line}"));
            if index == 0 && !remark.is_empty() {
                page.push_str(&format!("  {}", self.quiet(remark)));
            }
            page.push('\n');
            name = " ".repeat(column);
        }
    }

    fn lines(
        &self,
        prior: Option<&infra_model::Value>,
        planned: &infra_model::Value,
        column: usize,
    ) -> Vec<String> {
        let columns = match self.verbose {
            true => usize::MAX,
            false => self.width.saturating_sub(column + 8).max(20),
        };
        values::difference(prior, planned, columns, self.painter)
    }

    fn quiet(&self, words: &str) -> String {
        self.painter.paint(Style::Quiet, words)
    }
}

/// The mark of an action, and its colour.
fn mark(action: Action) -> (&'static str, Style) {
    match action {
        Action::Create => ("+", Style::Create),
        Action::Update | Action::Restart => ("~", Style::Update),
        Action::Replace { .. } => ("±", Style::Replace),
        Action::Delete => ("-", Style::Delete),
        Action::Adopt => ("<", Style::Create),
        Action::Forget => (">", Style::Delete),
        Action::Record | Action::None => ("=", Style::Quiet),
    }
}

fn span_of(reason: &Reason) -> Option<infra_model::Span> {
    match reason {
        Reason::Forgotten { span } | Reason::Imported { span } | Reason::Moved { span, .. } => {
            Some(*span)
        }
        _ => None,
    }
}

/// How many resources meet each fate, in the order in which people ask.
pub fn counts(plan: &Plan) -> [(&'static str, usize); 7] {
    let number = |wanted: fn(Action) -> bool| {
        plan.changes
            .iter()
            .filter(|change| wanted(change.action))
            .count()
    };
    [
        ("create", number(|action| action == Action::Create)),
        (
            "update",
            number(|action| matches!(action, Action::Update | Action::Restart)),
        ),
        (
            "replace",
            number(|action| matches!(action, Action::Replace { .. })),
        ),
        ("delete", number(|action| action == Action::Delete)),
        ("adopt", number(|action| action == Action::Adopt)),
        ("forget", number(|action| action == Action::Forget)),
        ("record", number(|action| action == Action::Record)),
    ]
}

/// `Plan: 21 to create, 1 to update; 3 stay as they are.`
fn summary(plan: &Plan, painter: Painter) -> String {
    let stay = match plan.unchanged {
        1 => "1 resource stays as it is".to_owned(),
        number => format!("{number} resources stay as they are"),
    };
    if plan.is_empty() {
        let head = painter.paint(Style::Success, "Nothing to do");
        return match plan.unchanged {
            0 => format!("{head}: there are no resources.\n"),
            _ => format!("{head}: {stay}.\n"),
        };
    }
    let parts: Vec<String> = counts(plan)
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(word, number)| format!("{number} to {word}"))
        .collect();
    let head = painter.paint(Style::Heading, "Plan:");
    match plan.unchanged {
        0 => format!("{head} {}.\n", parts.join(", ")),
        _ => format!("{head} {}; {stay}.\n", parts.join(", ")),
    }
}

/// `12 API calls`, with the actions when asked for.
pub fn calls(calls: &BTreeMap<String, u64>, verbose: bool) -> String {
    let total: u64 = calls.values().sum();
    let mut words = match total {
        0 => "No API calls".to_owned(),
        1 => "1 API call".to_owned(),
        _ => format!("{total} API calls"),
    };
    if verbose && total > 0 {
        let each: Vec<String> = calls
            .iter()
            .map(|(action, number)| format!("{action} {number}"))
            .collect();
        words.push_str(&format!(" ({})", each.join(", ")));
    }
    words.push('.');
    words
}
