//! What the cloud would refuse and the tool can know: rules over evaluated values, so that they see through
//! components. A value that is not known yet breaks no rule, and `@allow("code")` on the resource (or on the
//! component's instance around it) switches a rule off where the cloud knows better.
//!
//! Rules are text: decorators of the schemas in the library. This is above evaluation, which knows no rule.

mod address;
mod catalogue;
mod condition;
mod exclusive;
mod name;
mod network;
mod placement;
mod quota;
mod range;
mod route;
mod rule;
mod secret;
mod volume;

use std::collections::HashMap;

use infra_model::desired::ProviderConfig;
use infra_model::{Address, Instance, SchemaKind, Span, Value};
use ipnet::IpNet;

use crate::diagnostic::Diagnostic;
use crate::eval::{Catalogue, Checked, Evaluator, Outcome};
use crate::schema::Schemas;

/// The evaluated program as the rules see it.
struct View<'a> {
    checked: Vec<&'a Checked>,
    by_address: HashMap<&'a Address, &'a Checked>,
    providers: &'a [ProviderConfig],
    catalogue: &'a Catalogue,
    schemas: &'a Schemas,
    evaluator: &'a Evaluator<'a>,
    found: Vec<Diagnostic>,
}

/// All broken rules.
pub(crate) fn check(evaluator: &Evaluator<'_>, outcome: &Outcome) -> Vec<Diagnostic> {
    // What stands for instances that are not known may be several things that exclude each other.
    let checked: Vec<&Checked> = outcome.checked.iter().filter(|it| !it.assumed).collect();
    let by_address = checked
        .iter()
        .map(|it| (&it.instance.address, *it))
        .collect();
    let mut view = View {
        checked,
        by_address,
        providers: &outcome.desired.providers,
        catalogue: &outcome.catalogue,
        schemas: evaluator.schemas(),
        evaluator,
        found: Vec::new(),
    };
    for rule in [
        range::check,
        network::check,
        address::check,
        placement::check,
        exclusive::check,
        secret::check,
        condition::check,
        rule::check,
        route::check,
        volume::check,
        name::check,
        quota::check,
        catalogue::check,
    ] {
        rule(&mut view);
    }
    view.found
}

impl<'a> View<'a> {
    /// The instances of a type, in the order of the text.
    fn of(&self, type_name: &str) -> Vec<&'a Checked> {
        let of_type = |it: &&&Checked| it.instance.address.type_name == type_name;
        self.checked.iter().filter(of_type).copied().collect()
    }

    /// The configuration of the provider that makes an instance.
    fn provider(&self, instance: &Instance) -> Option<&'a ProviderConfig> {
        self.providers
            .iter()
            .find(|it| it.key() == instance.provider)
    }

    fn has_field(&self, instance: &Instance, name: &str) -> bool {
        let schema = self
            .schemas
            .get(&instance.address.type_name, SchemaKind::Resource);
        schema.is_some_and(|schema| schema.field(name).is_some())
    }

    fn is_computed(&self, instance: &Instance, name: &str) -> bool {
        let schema = self
            .schemas
            .get(&instance.address.type_name, SchemaKind::Resource);
        let field = schema.and_then(|schema| schema.field(name));
        field.is_some_and(|field| field.computed)
    }

    /// The instance a field refers to.
    fn target(&self, instance: &Instance, field: &str) -> Option<&'a Checked> {
        self.at(instance.fields.get(field)?)
    }

    fn at(&self, value: &Value) -> Option<&'a Checked> {
        match value {
            Value::Ref(address) => self.by_address.get(address).copied(),
            _ => None,
        }
    }

    /// Reports a broken rule at a field, unless it is allowed there.
    fn report(&mut self, at: &Checked, field: &str, make: impl FnOnce(Span) -> Diagnostic) {
        let span = place(&at.instance, field);
        let diagnostic = make(span);
        if !at.allow.contains(diagnostic.code) {
            self.found.push(diagnostic);
        }
    }
}

/// Where a field is written, or else the declaration's head.
fn place(instance: &Instance, field: &str) -> Span {
    instance
        .field_spans
        .get(field)
        .copied()
        .unwrap_or(instance.span)
}

fn cidr(instance: &Instance, field: &str) -> Option<IpNet> {
    match instance.fields.get(field)? {
        Value::Cidr(range) => Some(*range),
        _ => None,
    }
}

fn text<'i>(instance: &'i Instance, field: &str) -> Option<&'i str> {
    instance.fields.get(field)?.as_str()
}

/// The references in a field, alone or in a list.
fn references<'i>(instance: &'i Instance, field: &str) -> Vec<&'i Value> {
    match instance.fields.get(field) {
        Some(Value::List(items)) => items.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}
