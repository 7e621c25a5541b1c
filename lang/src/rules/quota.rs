//! `@quota(name, "what is counted")`: no more than the account may have, by the quotas of the catalogue or those that
//! the provider's configuration says were raised. An account may have more than either knows, so these are warnings.

use std::collections::BTreeMap;

use infra_model::Value;
use ipnet::IpNet;

use super::{View, items};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{QUOTAS, Quota, Rule, RuleKind};

/// Those that share a quota: of one configuration, in all or for what the field refers to.
type Sharing<'v> = BTreeMap<(&'v str, &'v str, String), Vec<(&'v Checked, &'v Rule)>>;

pub(super) fn check(view: &mut View<'_>) {
    let mut sharing = Sharing::new();
    for at in view.checked.clone() {
        for rule in view.schemas.rules(&at.instance.address.type_name) {
            let RuleKind::Quota(quota) = &rule.kind else {
                continue;
            };
            let field = rule.field.as_deref();
            let of = match field.map(|field| at.instance.fields.get(field)) {
                None => String::new(),
                Some(Some(Value::Ref(address))) => address.to_string(),
                Some(Some(Value::List(items))) => {
                    listed(view, at, rule, quota, items);
                    continue;
                }
                Some(_) => continue,
            };
            let key = (at.instance.provider.as_str(), quota.name.as_str(), of);
            sharing.entry(key).or_default().push((at, rule));
        }
    }
    for ((_, _, of), members) in sharing {
        counted(view, &of, &members);
    }
}

/// The one that is too many is the first after as many as there can be, in the order of the text.
fn counted(view: &mut View<'_>, of: &str, members: &[(&Checked, &Rule)]) {
    let (first, rule) = members[0];
    let RuleKind::Quota(quota) = &rule.kind else {
        return;
    };
    let Some(most) = quota_of(view, first, &quota.name) else {
        return;
    };
    let Some((over, _)) = members.get(most) else {
        return;
    };
    let place = match of {
        "" => "in the region".to_owned(),
        of => format!("of `{of}`"),
    };
    let (count, what) = (members.len(), &quota.what);
    let message = format!("there are {count} {what} {place}, and the quota is {most}");
    exceeded(view, over, rule, &quota.name, message);
}

fn listed(view: &mut View<'_>, at: &Checked, rule: &Rule, quota: &Quota, items: &[Value]) {
    let Some(most) = quota_of(view, at, &quota.name) else {
        return;
    };
    let found = count(quota, items);
    if found > most {
        let message = format!("this makes {found} {}, and the quota is {most}", quota.what);
        exceeded(view, at, rule, &quota.name, message);
    }
}

fn exceeded(view: &mut View<'_>, at: &Checked, rule: &Rule, name: &str, message: String) {
    let provider = at.instance.address.provider();
    let wish = view.schemas.quota_help(provider);
    let wish = wish.unwrap_or("ask the cloud for more");
    let field = rule.before();
    view.report(at, field, |span| {
        Diagnostic::warning(codes::QUOTA_EXCEEDED, span, message).help(format!(
            "{wish}, and write what it gave: `provider {provider} {{ {QUOTAS} = {{ {name} = … }} }}`"
        ))
    });
}

/// What the resource's provider is configured with, or else the catalogue's figure.
fn quota_of(view: &View<'_>, at: &Checked, name: &str) -> Option<usize> {
    let config = view.provider(&at.instance);
    let own = config
        .and_then(|it| it.fields.get(QUOTAS)?.as_map()?.get(name))
        .and_then(Value::as_int);
    let provider = at.instance.address.provider();
    let catalogue = || view.table(provider, QUOTAS)?.get(name)?.as_int();
    usize::try_from(own.or_else(catalogue)?).ok()
}

/// How much the items of a list count.
fn count(quota: &Quota, list: &[Value]) -> usize {
    let times = |item: &Value| match &quota.times {
        Some(field) => {
            let inner = item.as_map().and_then(|it| it.get(field)?.as_list());
            inner.map_or(0, <[Value]>::len)
        }
        None => 1,
    };
    let Some(apart) = &quota.apart else {
        return list.iter().map(times).sum();
    };
    // What is neither IPv4 nor IPv6, such as a group, counts in both.
    let without = |other: fn(&IpNet) -> bool| -> usize {
        let counts = |end: &Value| !matches!(end, Value::Cidr(range) if other(range));
        let ends = |item: &Value| {
            let ends = item.as_map().map_or(&[][..], |it| items(it, apart));
            ends.iter().filter(|end| counts(end)).count()
        };
        list.iter().map(|item| ends(item) * times(item)).sum()
    };
    let four = without(|it| matches!(it, IpNet::V6(_)));
    four.max(without(|it| matches!(it, IpNet::V4(_))))
}
