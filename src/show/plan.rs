//! A plan for people. It reads like a review: what would be lost first, then what changed behind our back, then
//! what will be done, component by component, each with its reason and the line that causes it.

mod brief;
mod changes;
mod refusals;
mod rules;
mod summary;

use std::collections::{BTreeMap, BTreeSet};

use infra_engine::plan::{Drift, Plan, Reason};
use infra_engine::providers::SchemaSource;
use infra_model::{Address, Span, Value};

use super::place::Places;
use super::style::{Painter, Style};
use super::{text, values};
use brief::Named;
pub use summary::counts;
use summary::{calls, summary};

/// How much of a plan is shown, and how.
pub struct PlanView<'a> {
    pub places: Places<'a>,
    pub painter: Painter,
    pub width: usize,
    /// Show every field of what is created, one a line.
    pub long: bool,
    /// Show defaults too, and nothing shortened.
    pub verbose: bool,
    pub schemas: &'a dyn SchemaSource,
    pub background: &'a Background,
}

/// What a plan is read against.
#[derive(Default)]
pub struct Background {
    /// The components' instances of the program itself, by their names.
    pub components: BTreeMap<String, ComponentUse>,
    /// What the program calls the things that exist, by type and id.
    pub names: BTreeMap<(String, String), Address>,
    /// What stays as it is, when that is to be shown.
    pub unchanged: Vec<Address>,
    /// What was probably renamed: from and to.
    pub renamed: Vec<(String, String)>,
}

/// What was changed outside and the program does not say yet: what it agrees with needs no answer.
fn disagreed(plan: &Plan) -> Vec<Drift> {
    let accepted: BTreeSet<(&Address, &str)> = (plan.changes.iter())
        .flat_map(|change| {
            change
                .reasons
                .iter()
                .map(|reason| (&change.address, reason))
        })
        .filter_map(|(address, reason)| match reason {
            Reason::Accepted { fields } => Some((address, fields)),
            _ => None,
        })
        .flat_map(|(address, fields)| fields.iter().map(move |field| (address, field.as_str())))
        .collect();
    let mut open = plan.drift.clone();
    for drifted in &mut open {
        let address = &drifted.address;
        let settled = |name: &str| accepted.contains(&(address, name));
        drifted.fields.retain(|field| !settled(&field.name));
    }
    open.retain(|drifted| drifted.gone || !drifted.fields.is_empty());
    open
}

/// Where a program uses a component.
pub struct ComponentUse {
    /// The component's name, such as `server`.
    pub component: String,
    pub span: Span,
}

impl PlanView<'_> {
    /// The whole plan, ending with its summary.
    pub fn render(&self, plan: &Plan) -> String {
        let mut page = String::new();
        self.losses(plan, &mut page);
        self.drift(&disagreed(plan), &mut page);
        let cut = self.changes(plan, &mut page);
        self.renamed(&mut page);
        self.unchanged_list(&mut page);
        self.refusals(plan, &mut page);
        page.push_str(&summary(plan, self.painter));
        if !plan.open_asserts.is_empty() {
            let asserts = text::count(plan.open_asserts.len(), "assertion");
            let note = format!("{asserts} can be checked only during the apply.");
            page.push_str(&format!("{}\n", self.quiet(&note)));
        }
        let mut last = calls(&plan.calls, self.verbose);
        if cut {
            last.push_str(" `--long` shows every field.");
        }
        page.push_str(&self.quiet(&last));
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
            let note = if loss.allowed {
                "allowed"
            } else {
                "not allowed"
            };
            let place = self.places.own(loss.span);
            self.alarm("!", &loss.to_string(), note, &place, page);
        }
        page.push('\n');
    }

    fn drift(&self, drift: &[Drift], page: &mut String) {
        if drift.is_empty() {
            return;
        }
        self.drifted(drift, page);
        let answers = "`infra drift --write` writes this into the program; where the program differs, the plan below restores it";
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
                let observed = field.observed.clone().unwrap_or(Value::Null);
                let of = (drifted.address.type_name.as_str(), field.name.as_str());
                let lines = self.lines(of, field.prior.as_ref(), &observed, column);
                self.field(&field.name, column, &lines, "", page);
            }
        }
    }

    /// What only seems to have been renamed.
    fn renamed(&self, page: &mut String) {
        if self.background.renamed.is_empty() {
            return;
        }
        self.heading("If these were only renamed, add this to the program", page);
        for (from, to) in &self.background.renamed {
            page.push_str(&format!(
                "  move {} -> {}\n",
                text::line(from),
                text::line(to)
            ));
        }
        page.push('\n');
    }

    fn unchanged_list(&self, page: &mut String) {
        if self.background.unchanged.is_empty() {
            return;
        }
        self.heading("Unchanged", page);
        for address in &self.background.unchanged {
            let line = format!("    {}", text::line(&address.to_string()));
            page.push_str(&format!("{}\n", self.quiet(&line)));
        }
        page.push('\n');
    }

    fn heading(&self, title: &str, page: &mut String) {
        page.push_str(&self.painter.paint(Style::Heading, title));
        page.push('\n');
    }

    /// A sentence that must not be overlooked, in as many lines as it needs.
    fn alarm(&self, mark: &str, words: &str, remark: &str, place: &str, page: &mut String) {
        let words = text::line(words);
        let lines = text::wrap(&words, self.width.saturating_sub(4));
        let mut head = self.painter.paint(Style::Error, mark);
        for (index, line) in lines.iter().enumerate() {
            let whole = format!("  {head} {line}");
            match index + 1 == lines.len() {
                true => self.head_line(&whole, remark, place, page),
                false => page.push_str(&format!("{whole}\n")),
            }
            head = " ".to_owned();
        }
    }

    /// A line with a remark and a place behind it, or below it where there is no room behind.
    fn head_line(&self, head: &str, remark: &str, place: &str, page: &mut String) {
        let mut behind = remark.trim_start().to_owned();
        if !place.is_empty() {
            let between = if behind.is_empty() { "" } else { "  " };
            behind.push_str(&format!("{between}{}", self.quiet(place)));
        }
        page.push_str(head);
        if !behind.is_empty() {
            let columns = text::painted_width(head) + 2 + text::painted_width(&behind);
            let between = if columns <= self.width {
                "  "
            } else {
                "\n      "
            };
            page.push_str(&format!("{between}{behind}"));
        }
        page.push('\n');
    }

    /// A field with its value's lines, and a remark behind the first of them, or below it where there is no room behind.
    fn field(&self, name: &str, column: usize, lines: &[String], remark: &str, page: &mut String) {
        let mut name = text::pad(&text::line(name), column);
        for (index, line) in lines.iter().enumerate() {
            page.push_str(&format!("      {name}  {line}"));
            name = " ".repeat(column);
            if index == 0 && !remark.is_empty() {
                let used = "        ".len() + column + text::painted_width(line) + 2;
                let between = match used + text::width(remark) <= self.width {
                    true => "  ".to_owned(),
                    false => format!("\n      {name}  "),
                };
                page.push_str(&format!("{between}{}", self.quiet(remark)));
            }
            page.push('\n');
        }
    }

    /// How a field differs, as lines; `of` is the type and the name of the field, `column` the width of the names.
    fn lines(
        &self,
        of: (&str, &str),
        prior: Option<&Value>,
        planned: &Value,
        column: usize,
    ) -> Vec<String> {
        let columns = match self.verbose {
            true => usize::MAX,
            false => self.width.saturating_sub(column + 8).max(20),
        };
        let (type_name, name) = of;
        let schema = self.schemas.schema(type_name);
        let field = schema.and_then(|schema| schema.field(name));
        if rules::is_rules(field.is_some_and(|it| it.unordered), prior, planned) {
            let types = field.map(|field| &field.ty);
            let names = &self.background.names;
            let named = Named { names, types };
            return rules::lines(prior, planned, named, columns, self.painter);
        }
        values::difference(prior, planned, columns, self.painter)
    }

    fn quiet(&self, words: &str) -> String {
        self.painter.paint(Style::Quiet, words)
    }
}
