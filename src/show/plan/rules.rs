//! Sets of rules, such as those of a firewall: one line for each rule, in columns. They decide who reaches what, so a
//! plan always shows them.

use infra_model::{Record, Type, Value};

use super::brief::{Named, is_plain};
use crate::show::style::{Painter, Style};
use crate::show::text;

/// Columns between columns.
const GAP: usize = 2;

/// Whether a field holds a set of rules: records or address ranges in no order.
pub fn is_rules(unordered: bool, prior: Option<&Value>, planned: &Value) -> bool {
    let items = |value: &Value| match value {
        Value::List(items) => items.iter().all(is_rule),
        Value::Null => true,
        _ => false,
    };
    let some = |value: &Value| matches!(value, Value::List(items) if !items.is_empty());
    unordered
        && (some(planned) || prior.is_some_and(some))
        && items(planned)
        && prior.is_none_or(items)
}

fn is_rule(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::Cidr(_) | Value::Ip(_))
}

/// A rule that is added, removed or changed.
enum Row<'v> {
    Added(&'v Value),
    Removed(&'v Value),
    Changed(&'v Record, &'v Record),
}

/// The rules that differ, each on one line of at most `columns` columns. The type of the field gives the order of the
/// members.
pub fn lines(
    prior: Option<&Value>,
    planned: &Value,
    named: Named<'_>,
    columns: usize,
    painter: Painter,
) -> Vec<String> {
    let rows = rows(items(prior), items(Some(planned)));
    if rows.is_empty() {
        return vec!["the same rules in another order or number".to_owned()];
    }
    let members = members(named.types, &rows);
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells(&members, named)).collect();
    let width = |column: usize| {
        let widths = cells.iter().filter_map(|row| row.get(column));
        widths.map(|cell| text::width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..members.len().max(1)).map(width).collect();
    let lines = rows.iter().zip(&cells).map(|(row, cells)| {
        let (mark, style) = row.mark();
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            line.push_str(&text::pad(cell, width + GAP));
        }
        let line = text::shorten(line.trim_end(), columns.saturating_sub(2));
        painter.paint(style, &format!("{mark} {line}"))
    });
    lines.collect()
}

fn items(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

/// What differs: rules that are there no more stand first, each as a change where one that comes is mostly the same.
fn rows<'v>(prior: &'v [Value], planned: &'v [Value]) -> Vec<Row<'v>> {
    let mut fresh: Vec<&Value> = planned.iter().filter(|it| !prior.contains(it)).collect();
    let mut rows = Vec::new();
    for old in prior.iter().filter(|it| !planned.contains(it)) {
        let near = fresh.iter().position(|new| is_near(old, new));
        let new = near.map(|at| fresh.remove(at));
        rows.push(match (old, new) {
            (Value::Map(old), Some(Value::Map(new))) => Row::Changed(old, new),
            _ => Row::Removed(old),
        });
    }
    rows.extend(fresh.into_iter().map(Row::Added));
    rows
}

/// Whether two records agree in more members than they differ in.
fn is_near(old: &Value, new: &Value) -> bool {
    let (Value::Map(old), Value::Map(new)) = (old, new) else {
        return false;
    };
    let names = old
        .keys()
        .chain(new.keys().filter(|name| !old.contains_key(*name)));
    let (same, other): (Vec<_>, Vec<_>) = names.partition(|name| old.get(*name) == new.get(*name));
    same.len() > other.len()
}

/// The names of the members: in the order of the type, then those that it does not name.
fn members(ty: Option<&Type>, rows: &[Row<'_>]) -> Vec<String> {
    let mut names: Vec<String> = ty.map(declared).unwrap_or_default();
    for row in rows {
        let records = match row {
            Row::Changed(old, new) => vec![*old, *new],
            Row::Added(Value::Map(record)) | Row::Removed(Value::Map(record)) => vec![record],
            _ => continue,
        };
        for name in records.into_iter().flat_map(|record| record.keys()) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

fn declared(ty: &Type) -> Vec<String> {
    match ty {
        Type::List(inner) | Type::Optional(inner) | Type::Refined(inner, _) => declared(inner),
        Type::Record(fields) => fields.iter().map(|field| field.name.clone()).collect(),
        _ => Vec::new(),
    }
}

impl Row<'_> {
    fn mark(&self) -> (char, Style) {
        match self {
            Row::Added(_) => ('+', Style::Create),
            Row::Removed(_) => ('-', Style::Delete),
            Row::Changed(..) => ('~', Style::Update),
        }
    }

    /// `from 10.0.0.0/8`, `note old → new`: a cell for each member; a range or an address is one cell.
    fn cells(&self, members: &[String], named: Named<'_>) -> Vec<String> {
        let each = |cell: &dyn Fn(&String) -> String| members.iter().map(cell).collect();
        match self {
            Row::Changed(old, new) => each(&|name: &String| {
                let (was, is) = (shown(old.get(name), named), shown(new.get(name), named));
                match was == is {
                    true => cell(name, is),
                    false => {
                        let none = || "none".to_owned();
                        let (was, is) = (was.unwrap_or_else(none), is.unwrap_or_else(none));
                        format!("{} {was} → {is}", text::line(name))
                    }
                }
            }),
            Row::Added(Value::Map(record)) | Row::Removed(Value::Map(record)) => {
                each(&|name: &String| cell(name, shown(record.get(name), named)))
            }
            Row::Added(single) | Row::Removed(single) => {
                vec![shown(Some(single), named).unwrap_or_default()]
            }
        }
    }
}

fn cell(name: &str, shown: Option<String>) -> String {
    shown.map_or_else(String::new, |shown| format!("{} {shown}", text::line(name)))
}

/// A member's value without quotes and brackets where nothing could be mistaken; `None` where there is none.
fn shown(value: Option<&Value>, named: Named<'_>) -> Option<String> {
    let value = named.of(value?);
    let single = |value: &Value| match value {
        Value::String(words) if is_plain(words) => text::line(words).into_owned(),
        other => text::line(&other.to_string()).into_owned(),
    };
    match &value {
        Value::Null => None,
        Value::List(items) if items.is_empty() => None,
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(single).collect();
            Some(items.join(", "))
        }
        value => Some(single(value)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use infra_model::Address;

    use super::*;

    fn rule(members: &[(&str, &str)]) -> Value {
        let members = members.iter();
        let members = members.map(|(name, value)| ((*name).to_owned(), Value::string(*value)));
        Value::Map(members.collect())
    }

    fn shown(old: &[Value], new: &[Value]) -> Vec<String> {
        let names = BTreeMap::from([(
            ("aws.security_group".to_owned(), "sg-1".to_owned()),
            Address::root("aws.security_group", "db"),
        )]);
        let ty = Type::Resource("aws.security_group".to_owned());
        let named = Named {
            names: &names,
            types: Some(&ty),
        };
        let painter = Painter { colours: false };
        let (old, new) = (Value::List(old.to_vec()), Value::List(new.to_vec()));
        lines(Some(&old), &new, named, 80, painter)
    }

    #[test]
    fn rules_stand_in_columns_with_what_changed() {
        let old = [
            rule(&[
                ("from", "10.0.0.0/8"),
                ("note", "办公室"),
                ("ports", "tcp/22"),
            ]),
            rule(&[
                ("from", "10.0.0.0/8"),
                ("note", "office"),
                ("ports", "tcp/443"),
            ]),
            rule(&[("from", "sg-1"), ("ports", "tcp/5432")]),
        ];
        let new = [
            rule(&[
                ("from", "10.0.0.0/8"),
                ("note", "staff"),
                ("ports", "tcp/22"),
            ]),
            rule(&[
                ("from", "10.0.0.0/8"),
                ("note", "office"),
                ("ports", "tcp/443"),
            ]),
            rule(&[("from", "0.0.0.0/0"), ("ports", "tcp/80")]),
        ];
        assert_eq!(
            shown(&old, &new),
            [
                "~ from 10.0.0.0/8             note 办公室 → staff  ports tcp/22",
                "- from aws.security_group.db                       ports tcp/5432",
                "+ from 0.0.0.0/0                                   ports tcp/80",
            ]
        );
    }

    #[test]
    fn rules_in_another_order_are_the_same() {
        let (a, b) = (rule(&[("from", "a")]), rule(&[("from", "b")]));
        assert_eq!(
            shown(&[a.clone(), b.clone()], &[b, a]),
            ["the same rules in another order or number"]
        );
    }

    #[test]
    fn only_sets_of_records_and_ranges_are_rules() {
        let range = || Value::Cidr("10.0.0.0/8".parse().expect("a range"));
        let ranges = Value::List(vec![range(), range()]);
        let none = Value::List(Vec::new());
        assert!(is_rules(true, None, &ranges));
        assert!(is_rules(true, Some(&ranges), &none));
        assert!(!is_rules(false, None, &ranges));
        assert!(!is_rules(true, None, &none));
        let words = Value::List(vec![Value::string("a")]);
        assert!(!is_rules(true, None, &words));
    }
}
