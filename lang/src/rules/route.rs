//! The routes of a table lead to different destinations.
//!
//! `CreateRoute` refuses a destination that exists with `RouteAlreadyExists`.

use std::collections::BTreeSet;

use infra_model::Value;

use super::View;
use crate::codes;
use crate::diagnostic::Diagnostic;

pub(super) fn check(view: &mut View<'_>) {
    for table in view.of("aws.route_table") {
        let routes = table
            .instance
            .fields
            .get("routes")
            .and_then(Value::as_list)
            .unwrap_or_default();
        let mut seen = BTreeSet::new();
        let mut twice = BTreeSet::new();
        for route in routes.iter().filter_map(Value::as_map) {
            if let Some(to @ Value::Cidr(_)) = route.get("to")
                && !seen.insert(to.to_string())
            {
                twice.insert(to.to_string());
            }
        }
        for to in twice {
            view.report(table, "routes", |span| {
                Diagnostic::error(
                    codes::DUPLICATE_ROUTE,
                    span,
                    format!("the table has two routes to `{to}`"),
                )
                .help("a destination has one next hop; take one of the routes out")
            });
        }
    }
}
