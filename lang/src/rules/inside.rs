//! `@inside(parent.range)`: a range is part of a larger one, an address is one that its range can give.

use std::net::IpAddr;

use infra_model::{Address, Value};
use ipnet::IpNet;

use super::asked::Asked;
use super::{View, items, place};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Inside, Rule};

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, inside: &Inside) {
    let field = rule.before();
    let Some((parent, Value::Cidr(whole))) = view.behind(&at.instance, &inside.whole) else {
        return;
    };
    for part in items(&at.instance.fields, field) {
        let message = match part {
            Value::Cidr(range) if !whole.contains(range) => {
                format!(
                    "`{range}` is not inside `{whole}`, the range of `{}`",
                    parent.name
                )
            }
            Value::Ip(address) if !whole.contains(address) => {
                format!(
                    "`{address}` is not in `{whole}`, the range of `{}`",
                    parent.name
                )
            }
            Value::Ip(address) if is_kept(inside, whole, *address) => {
                let asked = Asked::new(view, at, rule, vec![("it", part.clone())]);
                inside
                    .kept
                    .as_ref()
                    .map(|it| asked.text(it))
                    .unwrap_or_default()
            }
            _ => continue,
        };
        let found = complete(view, at, rule, inside, &parent, part, message);
        view.found.push(found);
    }
}

fn complete(
    view: &View<'_>,
    at: &Checked,
    rule: &Rule,
    inside: &Inside,
    parent: &Address,
    part: &Value,
    message: String,
) -> Diagnostic {
    let attribute = inside.whole.last().map_or("", String::as_str);
    let name = &parent.name;
    let is_address = matches!(part, Value::Ip(_));
    let span = place(&at.instance, rule.before());
    let mut diagnostic = Diagnostic::error(rule.code, span, message);
    if let Some(there) = view.place(parent, attribute) {
        let says = match inside.whole.first() {
            Some(field) if is_address => format!("the {field}'s range"),
            _ => format!("the range of `{name}`"),
        };
        diagnostic = diagnostic.related(there, says);
    }
    diagnostic = diagnostic.help(match is_address {
        true => format!("take one of the others, such as `host_of({name}.{attribute}, 10)`"),
        false => format!("take a part of it, such as `subnet_of({name}.{attribute}, 8, 0)`"),
    });
    let asked = Asked::new(view, at, rule, vec![("it", part.clone())]);
    asked.complete(rule, diagnostic)
}

/// Whether an address is one of the first or the last, which the cloud keeps.
fn is_kept(inside: &Inside, range: IpNet, address: IpAddr) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    let (first, last) = (bits(range.network()), bits(range.broadcast()));
    let address = bits(address);
    address - first < u128::from(inside.first) || last - address < u128::from(inside.last)
}
