//! `@distinct(field, …, "message")`: no two items of a list have the same in these fields. Where a field of an item is
//! a list, each of its items counts.

use std::collections::BTreeMap;

use infra_model::Value;

use super::asked::{Asked, Names};
use super::{View, items, place};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Distinct, Rule};

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, distinct: &Distinct) {
    let field = rule.before();
    let list = at.instance.fields.get(field).and_then(Value::as_list);
    let items = list.unwrap_or_default().iter().filter_map(Value::as_map);
    let mut seen: BTreeMap<Vec<String>, bool> = BTreeMap::new();
    for item in items {
        for values in combinations(item, &distinct.fields) {
            let key: Vec<String> = values.iter().map(ToString::to_string).collect();
            let Some(told) = seen.get_mut(&key) else {
                seen.insert(key, false);
                continue;
            };
            if std::mem::replace(told, true) {
                continue;
            }
            let names = distinct.fields.iter().map(String::as_str);
            let own: Names<'_> = names.zip(values.into_iter().cloned()).collect();
            let asked = Asked::new(view, at, rule, own);
            let message = asked.text(&distinct.message);
            let error = Diagnostic::error(rule.code, place(&at.instance, field), message);
            let found = asked.complete(rule, error);
            view.found.push(found);
        }
    }
}

/// One value for each field, in all combinations; none where something is not known.
fn combinations<'v>(item: &'v infra_model::Record, fields: &[String]) -> Vec<Vec<&'v Value>> {
    let mut all: Vec<Vec<&Value>> = vec![Vec::new()];
    for field in fields {
        let known = items(item, field).iter();
        let known = known.filter(|it| it.is_known() && !it.is_null());
        let longer = |value| {
            let with = move |start: &Vec<&'v Value>| [start.as_slice(), &[value]].concat();
            all.iter().map(with).collect::<Vec<_>>()
        };
        all = known.flat_map(longer).collect();
    }
    all
}
