//! What the rules see of an evaluated program.

use infra_model::desired::ProviderConfig;
use std::cell::Cell;

use infra_model::{Address, FastMap, FieldSchema, Instance, Record, SchemaKind, Span, Value};

use crate::diagnostic::Diagnostic;
use crate::eval::{Catalogue, Checked, Evaluator, RuleNames};
use crate::schema::Schemas;
use crate::syntax::Expr;
use crate::typing::constant::literal;

/// The evaluated program as the rules see it.
pub(super) struct View<'a> {
    pub checked: Vec<&'a Checked>,
    pub by_address: FastMap<&'a Address, &'a Checked>,
    pub providers: &'a [ProviderConfig],
    pub catalogue: &'a Catalogue,
    pub schemas: &'a Schemas,
    pub evaluator: &'a Evaluator<'a>,
    /// What the rules of the resource at hand have asked for so far.
    pub names: Cell<RuleNames>,
    pub found: Vec<Diagnostic>,
}

impl<'a> View<'a> {
    /// The instances of a type, in the order of the text.
    pub fn of(&self, type_name: &str) -> Vec<&'a Checked> {
        let of_type = |it: &&&Checked| it.instance.address.type_name == type_name;
        self.checked.iter().filter(of_type).copied().collect()
    }

    /// The configuration of the provider that makes an instance.
    pub fn provider(&self, instance: &Instance) -> Option<&'a ProviderConfig> {
        self.providers
            .iter()
            .find(|it| it.key() == instance.provider)
    }

    pub fn field(&self, instance: &Instance, name: &str) -> Option<&'a FieldSchema> {
        let type_name = &instance.address.type_name;
        self.schemas
            .get(type_name, SchemaKind::Resource)?
            .field(name)
    }

    /// A table of a provider's catalogue.
    pub fn table(&self, provider: &str, name: &str) -> Option<&'a Record> {
        self.catalogue.get(&(provider.to_owned(), name.to_owned()))
    }

    /// Where a field of something that this program makes is written.
    pub fn place(&self, of: &Address, field: &str) -> Option<Span> {
        Some(place(&self.by_address.get(of)?.instance, field))
    }

    /// What an attribute of something is; `None` where it is not known or null.
    pub fn attribute(&self, of: &Address, name: &str) -> Option<Value> {
        let made = self.by_address.get(of);
        match made.and_then(|it| it.instance.fields.get(name)) {
            Some(value) => Some(value.clone()),
            None => self.evaluator.rule_attribute(of, name),
        }
    }

    /// What stands at the end of a path from a resource's fields, and whose it is: the range of `subnet.range` and the
    /// subnet.
    pub fn behind(&self, instance: &Instance, path: &[String]) -> Option<(Address, Value)> {
        let (first, rest) = path.split_first()?;
        let mut owner = instance.address.clone();
        let mut value = instance.fields.get(first)?.clone();
        for name in rest {
            let Value::Ref(address) = value else {
                return None;
            };
            value = self.attribute(&address, name)?;
            owner = address;
        }
        Some((owner, value))
    }

    /// Reports a broken rule at a field, unless it is allowed there.
    pub fn report(&mut self, at: &Checked, field: &str, make: impl FnOnce(Span) -> Diagnostic) {
        let span = place(&at.instance, field);
        let diagnostic = make(span);
        if !at.allow.contains(diagnostic.code) {
            self.found.push(diagnostic);
        }
    }
}

/// Where a field is written, or else the declaration's head.
pub(super) fn place(instance: &Instance, field: &str) -> Span {
    instance
        .field_spans
        .get(field)
        .copied()
        .unwrap_or(instance.span)
}

/// The items of a list, or the one value there is.
pub(super) fn items<'r>(fields: &'r Record, field: &str) -> &'r [Value] {
    match fields.get(field) {
        Some(Value::List(items)) => items,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

/// The texts of a field, or those that its items have in the field `of`.
pub(super) fn texts<'r>(fields: &'r Record, field: &str, of: Option<&str>) -> Vec<&'r str> {
    let items = items(fields, field).iter();
    match of {
        None => items.filter_map(Value::as_str).collect(),
        Some(of) => items
            .filter_map(|item| item.as_map()?.get(of)?.as_str())
            .collect(),
    }
}

/// What a value mentions, however deep.
pub(super) fn references(value: &Value) -> Vec<&Address> {
    match value {
        Value::Ref(address) => vec![address],
        Value::List(items) => items.iter().flat_map(references).collect(),
        Value::Map(map) => map.values().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// A text without parts to work out.
pub(super) fn plain_text(expr: &Expr) -> Option<String> {
    literal(expr, None)?.as_str().map(str::to_owned)
}
