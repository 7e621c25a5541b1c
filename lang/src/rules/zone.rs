//! `@zone(regions)`: a zone is one of the region that the provider's configuration names.

use infra_model::Value;

use super::View;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::Rule;
use crate::suggest;

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, table: &str) {
    let field = rule.before();
    let config = view.provider(&at.instance);
    let region = config.and_then(|it| it.fields.get("region")?.as_str());
    let zone = at.instance.fields.get(field).and_then(Value::as_str);
    let (Some(zone), Some(region)) = (zone, region) else {
        return;
    };
    let known = zones_of(view, at.instance.address.provider(), table, region);
    // Zones of another form, such as Amazon's local zones, begin like their region too, and no catalogue has them all.
    let is_plain = known.iter().any(|it| it.len() == zone.len());
    if zone.starts_with(region) && (!is_plain || known.contains(&zone)) {
        return;
    }
    let help = match suggest::help(zone, known.iter().copied(), "its zones are") {
        Some(help) => help,
        None => format!("its zones begin with `{region}`"),
    };
    view.report(at, field, |span| {
        let message = format!("the region `{region}` has no zone `{zone}`");
        Diagnostic::error(rule.code, span, message).help(help)
    });
}

fn zones_of<'a>(view: &View<'a>, provider: &str, table: &str, region: &str) -> Vec<&'a str> {
    let zones = view
        .table(provider, table)
        .and_then(|regions| regions.get(region)?.as_map()?.get("zones")?.as_list())
        .unwrap_or_default();
    zones.iter().filter_map(Value::as_str).collect()
}
