//! What one resource at a time can hold is held by one resource: `@once`, `@unique`, `@disjoint`.

use std::collections::BTreeMap;

use infra_model::{FastMap, Held, Sameness, Schema, SchemaKind, Value};
use ipnet::IpNet;

use super::{View, place};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Rule, RuleKind};

/// Something held, by whom, and the rule that says so.
struct Holding<'v> {
    held: Held<'v>,
    by: &'v Checked,
    rule: &'v Rule,
}

pub(super) fn check(view: &mut View<'_>) {
    let mut places: BTreeMap<(String, String), Vec<Holding<'_>>> = BTreeMap::new();
    for checked in view.checked.clone() {
        let type_name = &checked.instance.address.type_name;
        let Some(schema) = view.schemas.get(type_name, SchemaKind::Resource) else {
            continue;
        };
        for rule in view.schemas.rules(type_name) {
            for holding in holdings(view, checked, schema, rule) {
                let exclusive = holding.held.exclusive;
                let whose = match exclusive.within {
                    infra_model::Within::Account => checked.instance.address.provider().to_owned(),
                    _ => checked.instance.provider.clone(),
                };
                let within = key(&holding.held.within, Sameness::Equal);
                let place = (exclusive.class.clone(), format!("{whose} {within}"));
                places.entry(place).or_default().push(holding);
            }
        }
    }
    for holdings in places.into_values() {
        match holdings[0].held.exclusive.sameness {
            Sameness::Overlap => overlaps(view, holdings),
            sameness => twice(view, holdings, sameness),
        }
    }
}

fn holdings<'v>(
    view: &View<'v>,
    by: &'v Checked,
    schema: &'v Schema,
    rule: &'v Rule,
) -> Vec<Holding<'v>> {
    let RuleKind::Exclusive(number) = rule.kind else {
        return Vec::new();
    };
    let attribute = |value: &Value, name: &str| match value {
        Value::Ref(address) => view.evaluator.rule_attribute(address, name),
        _ => None,
    };
    let held = schema.exclusive[number].held(&by.instance.fields, &attribute);
    // A secret is told from no other: that would show it.
    let shown = held
        .into_iter()
        .filter(|held| !held.values.iter().any(Value::has_secret));
    shown.map(|held| Holding { held, by, rule }).collect()
}

fn key(values: &[Value], sameness: Sameness) -> String {
    let mut texts: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    match sameness {
        Sameness::AnyOrder => texts.sort(),
        Sameness::Caseless => texts = texts.iter().map(|it| it.to_lowercase()).collect(),
        Sameness::Equal | Sameness::Overlap => {}
    }
    texts.join("\n")
}

fn twice(view: &mut View<'_>, holdings: Vec<Holding<'_>>, sameness: Sameness) {
    let mut seen: FastMap<String, usize> = FastMap::default();
    for (at, holding) in holdings.iter().enumerate() {
        let first = *seen
            .entry(key(&holding.held.values, sameness))
            .or_insert(at);
        let same_place = std::ptr::eq(holdings[first].by, holding.by)
            && holdings[first].rule.field == holding.rule.field;
        if first != at && !same_place {
            report(view, &holdings[first], holding, taken);
        }
    }
}

/// Ranges either contain each other or are apart, so after sorting only the widest before can overlap.
fn overlaps(view: &mut View<'_>, holdings: Vec<Holding<'_>>) {
    let range = |holding: &Holding<'_>| match holding.held.values.first() {
        Some(Value::Cidr(range)) => Some(*range),
        _ => None,
    };
    let mut ranges: Vec<(IpNet, Holding<'_>)> = holdings
        .into_iter()
        .filter_map(|holding| Some((range(&holding)?, holding)))
        .collect();
    ranges.sort_by_key(|(range, holding)| {
        (
            range.network(),
            range.prefix_len(),
            holding.by.instance.span,
        )
    });
    let mut widest: Option<&(IpNet, Holding<'_>)> = None;
    for one in &ranges {
        match widest {
            Some(before) if before.0.contains(&one.0.network()) => {
                // The one that is written later is the one to look at.
                let in_order = before.1.by.instance.span <= one.1.by.instance.span;
                let (earlier, later) = if in_order {
                    (before, one)
                } else {
                    (one, before)
                };
                report(view, &earlier.1, &later.1, overlapping);
            }
            _ => widest = Some(one),
        }
    }
}

type Message = fn(&Holding<'_>, &Holding<'_>) -> (String, &'static str);

fn report(view: &mut View<'_>, first: &Holding<'_>, second: &Holding<'_>, message: Message) {
    let (said, otherwise) = message(first, second);
    let field = |holding: &Holding<'_>| holding.rule.field.clone().unwrap_or_default();
    let exclusive = second.held.exclusive;
    let there = match exclusive.sameness {
        Sameness::Overlap => format!("the range of `{}`", first.by.instance.address.name),
        _ => "here".to_owned(),
    };
    let help = match second.rule.help.as_ref().and_then(super::plain_text) {
        Some(help) => help,
        None => format!("{}; {otherwise}", exclusive.why),
    };
    let code = second.rule.code;
    view.report(second.by, &field(second), |span| {
        Diagnostic::error(code, span, said)
            .related(place(&first.by.instance, &field(first)), there)
            .help(help)
    });
}

fn taken(first: &Holding<'_>, second: &Holding<'_>) -> (String, &'static str) {
    let owner = &first.by.instance.address;
    let named = second.rule.field.as_deref() == Some("name");
    match first.held.values.as_slice() {
        [Value::String(name)] if named => (
            format!("`{owner}` is called \"{name}\" already"),
            "choose another",
        ),
        [Value::Ref(address)] => (
            format!("`{address}` is in `{owner}` already"),
            "take it out of one of them",
        ),
        [Value::String(text)] => (format!("`{owner}` has `{text}` already"), "choose another"),
        [value] => (
            format!("`{value}` belongs to `{owner}` already"),
            "choose another",
        ),
        _ => (
            format!("`{owner}` is the same already"),
            "take one of them out",
        ),
    }
}

fn overlapping(first: &Holding<'_>, second: &Holding<'_>) -> (String, &'static str) {
    let of = |holding: &Holding<'_>| {
        let range = holding.held.values.first();
        let range = range.map_or_else(String::new, Value::to_string);
        format!("`{range}` of `{}`", holding.by.instance.address)
    };
    (
        format!("{} overlaps {}", of(second), of(first)),
        "give one of them another range",
    )
}
