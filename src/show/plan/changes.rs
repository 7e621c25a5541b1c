//! What will be done, component by component. What is created has one line; what happens to things that exist is
//! told field by field, with its reasons and the lines of the program that cause them.

use std::collections::BTreeMap;

use infra_engine::plan::{Action, FieldChange, Plan, Reason, ResourceChange};
use infra_model::Change;

use super::PlanView;
use super::brief::{Brief, brief};
use super::rules::is_rules;
use super::summary::{counts_of, words};
use crate::show::style::Style;
use crate::show::text;

/// Names are aligned up to this width; what belongs to a longer one stands in its columns on the next line.
const NAME_COLUMNS_MAX: usize = 34;

/// Columns between columns.
const GAP: usize = 2;

/// A resource that is created, before its fields are laid out.
struct Row<'a> {
    name: String,
    /// Where the program declares it.
    place: String,
    change: &'a ResourceChange,
}

impl PlanView<'_> {
    /// All changes; whether something of what is created was left out.
    pub(super) fn changes(&self, plan: &Plan, page: &mut String) -> bool {
        let mut order: Vec<String> = Vec::new();
        let mut groups: BTreeMap<String, Vec<&ResourceChange>> = BTreeMap::new();
        for change in &plan.changes {
            let outermost = change.address.path.first();
            let group = outermost.map(ToString::to_string).unwrap_or_default();
            if !groups.contains_key(&group) {
                order.push(group.clone());
            }
            groups.entry(group).or_default().push(change);
        }
        // The first plan of a whole system is to fit on a screen; nothing is reachable before it.
        let is_first = plan.unchanged == 0
            && plan
                .changes
                .iter()
                .all(|change| change.action == Action::Create);
        let mut cut = false;
        for group in &order {
            let changes = &groups[group];
            self.group_head(plan, group, changes, page);
            let mut lines = self.created(changes, group, is_first, &mut cut).into_iter();
            for change in changes {
                match self.is_brief(change) {
                    true => page.extend(lines.next()),
                    false => self.change(change, group, page),
                }
            }
            page.push('\n');
        }
        cut
    }

    /// `ec2_1  server, hosts.infra:20  5 to create`
    fn group_head(&self, plan: &Plan, group: &str, changes: &[&ResourceChange], page: &mut String) {
        let title = match group {
            "" => text::line(&plan.program),
            component => text::line(component),
        };
        page.push_str(&self.painter.paint(Style::Heading, &title));
        let step = changes.first().and_then(|it| it.address.path.first());
        let used = step.and_then(|step| self.background.components.get(&step.name));
        if let Some(used) = used {
            let place = self.places.own(Some(used.span));
            let words = format!("  {}  {place}", text::line(&used.component));
            page.push_str(&self.quiet(&words));
        }
        let counts = words(&counts_of(changes.iter().copied()));
        page.push_str(&self.quiet(&format!("  {counts}")));
        page.push('\n');
    }

    fn is_brief(&self, change: &ResourceChange) -> bool {
        change.action == Action::Create && !self.long && !self.verbose
    }

    /// The address without the component that stands above it.
    fn name(&self, change: &ResourceChange, group: &str) -> String {
        let address = change.address.to_string();
        let within = address
            .strip_prefix(group)
            .and_then(|rest| rest.strip_prefix('/'));
        text::line(within.unwrap_or(&address)).into_owned()
    }

    /// A line for each resource that is created, in columns; notes when something of one was left out.
    fn created(
        &self,
        changes: &[&ResourceChange],
        group: &str,
        is_first: bool,
        cut: &mut bool,
    ) -> Vec<String> {
        let rows: Vec<Row> = changes
            .iter()
            .filter(|change| self.is_brief(change))
            .map(|change| Row {
                name: self.name(change, group),
                place: self.places.own(change.span),
                change,
            })
            .collect();
        let names = rows.iter().map(|row| text::width(&row.name));
        let column = names.max().unwrap_or(0).min(NAME_COLUMNS_MAX);
        let places = rows.iter().map(|row| text::width(&row.place));
        let rest = self
            .width
            .saturating_sub(places.max().unwrap_or(0) + "  + ".len() + 2 * GAP);
        let told: Vec<String> = rows
            .iter()
            .map(|row| {
                let told = self.tell(row.change, is_first, rest.saturating_sub(column));
                *cut |= told.cut;
                told.line
            })
            .collect();
        let widths = told.iter().map(|told| text::width(told));
        let end = widths.max().unwrap_or(0);
        let lines = rows.iter().zip(&told).map(|(row, told)| {
            let (mark, style) = mark(row.change.action);
            let told = match row.place.as_str() {
                "" => told.clone(),
                _ => text::pad(told, end),
            };
            let behind = match text::width(&row.name) > column {
                true => format!("\n{}", " ".repeat("  + ".len() + column)),
                false => String::new(),
            };
            let (mark, name) = (
                self.painter.paint(style, mark),
                self.painter.paint(style, &text::pad(&row.name, column)),
            );
            let place = self.quiet(&row.place);
            let line = format!("  {mark} {name}{behind}  {told}  {place}");
            let mut lines = format!("{}\n", line.trim_end());
            if !is_first {
                self.rules(row.change, &mut lines);
            }
            lines
        });
        lines.collect()
    }

    /// Why a resource is created, when the program does not name it, or else what it will be.
    fn tell(&self, change: &ResourceChange, is_first: bool, columns: usize) -> Brief {
        let reasons = change
            .reasons
            .iter()
            .filter(|reason| **reason != Reason::New);
        let told: Vec<String> = reasons
            .map(|reason| text::line(&reason.to_string()).into_owned())
            .collect();
        let mut fields = self.telling_fields(change);
        fields.retain(|field| is_first || !self.has_rules(change, field));
        match told.is_empty() {
            true => {
                let schema = self.schemas.schema(&change.address.type_name);
                brief(change, &fields, schema, &self.background.names, columns)
            }
            false => Brief {
                line: text::shorten(&told.join("; "), columns.max(40)).into_owned(),
                cut: !fields.is_empty(),
            },
        }
    }

    fn has_rules(&self, change: &ResourceChange, field: &FieldChange) -> bool {
        let schema = self.schemas.schema(&change.address.type_name);
        let unordered = schema.and_then(|schema| Some(schema.field(&field.name)?.unordered));
        is_rules(unordered.unwrap_or(false), None, &field.planned)
    }

    /// The rules that the program gives to what is created.
    fn rules(&self, change: &ResourceChange, page: &mut String) {
        let mut fields = self.telling_fields(change);
        fields.retain(|field| self.has_rules(change, field));
        self.fields(change, &fields, page);
    }

    /// What the program itself says of a resource: neither defaults nor what a type adds.
    fn telling_fields<'c>(&self, change: &'c ResourceChange) -> Vec<&'c FieldChange> {
        let schema = self.schemas.schema(&change.address.type_name);
        let is_default = |field: &FieldChange| {
            let default = schema.and_then(|schema| schema.field(&field.name)?.default.as_ref());
            field.span.is_none() || default == Some(&field.planned)
        };
        change
            .fields
            .iter()
            .filter(|field| !is_default(field))
            .collect()
    }

    fn change(&self, change: &ResourceChange, group: &str, page: &mut String) {
        let (mark, style) = mark(change.action);
        let name = self.name(change, group);
        let mut words = match change.action {
            Action::Create | Action::Update => String::new(),
            Action::Delete => {
                let id = change.id.as_deref().map(text::line);
                let removed = change.reasons.contains(&Reason::Removed);
                let why = removed.then(|| Reason::Removed.to_string().into());
                let told: Vec<_> = id.into_iter().chain(why).collect();
                format!("  {}", self.quiet(&told.join("  ")))
            }
            other => format!("  {other}"),
        };
        if change.conditional {
            words.push_str("  only if a value known during the apply differs");
        }
        let head = format!(
            "  {} {}",
            self.painter.paint(style, mark),
            self.painter.paint(style, &name)
        );
        self.head_line(&head, &words, &self.places.own(change.span), page);
        for reason in &change.reasons {
            if change.action == Action::Delete && *reason == Reason::Removed {
                continue;
            }
            if !matches!(reason, Reason::New | Reason::Fields | Reason::Destroy) {
                let place = self.places.own(span_of(reason));
                let because = format!("      reason: {}", text::line(&reason.to_string()));
                self.head_line(&self.quiet(&because), "", &place, page);
            }
        }
        // Of what goes nothing needs to be compared; of what comes the program's own words are enough.
        let shown: Vec<&FieldChange> = match change.action {
            Action::Delete => return,
            Action::Create if !self.verbose => self.telling_fields(change),
            _ => change.fields.iter().collect(),
        };
        self.fields(change, &shown, page);
    }

    /// Whether the field is changed in place in one direction only, so that it is worth saying why it is not here.
    fn grows(&self, change: &ResourceChange, field: &FieldChange) -> bool {
        let schema = self.schemas.schema(&change.address.type_name);
        schema.is_some_and(|schema| schema.field(&field.name).is_some_and(|it| it.grows))
    }

    fn fields(&self, change: &ResourceChange, shown: &[&FieldChange], page: &mut String) {
        let widths = shown.iter().map(|field| text::width(&field.name));
        let column = widths.max().unwrap_or(0);
        for field in shown {
            let of = (change.address.type_name.as_str(), field.name.as_str());
            let lines = self.lines(of, field.prior.as_ref(), &field.planned, column);
            let remark = self.cost(change, field);
            self.field(&field.name, column, &lines, &remark, page);
        }
    }

    /// What a field's change costs and where it comes from; nothing for a create, where all of it is new.
    fn cost(&self, change: &ResourceChange, field: &FieldChange) -> String {
        if change.action == Action::Create {
            return String::new();
        }
        let mut words = Vec::new();
        match field.cost {
            Change::Replace if follows(change, field) => {}
            Change::Replace if self.grows(change, field) => words.extend(field.why.clone()),
            Change::Replace => words.push("forces replacement".to_owned()),
            Change::Restart => words.push("needs a restart".to_owned()),
            Change::Update => {}
        }
        if !field.certain {
            words.push("compared once it is known".to_owned());
        }
        let place = self.places.own(field.span);
        if !place.is_empty() {
            words.push(place);
        }
        words.join(", ")
    }
}

/// Whether the field only names another resource that is replaced: the reason of the change tells that already.
fn follows(change: &ResourceChange, field: &FieldChange) -> bool {
    let mut named = false;
    field.planned.for_each_address(&mut |address| {
        named |= change
            .reasons
            .iter()
            .any(|reason| matches!(reason, Reason::Dependency { on } if on == address));
    });
    named
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
